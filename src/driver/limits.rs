//! Limits on non-interactive sessions, mainly on their running time.
//!
//! An interactive session has no time limit, because its user can press Ctrl-C. The session's own clock cannot measure
//! running time, because in a non-interactive session it advances only through sleeps and waits.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use crate::messages::driver as messages;

/// The limits on a non-interactive session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum running time of the session, or `None` if it is unlimited.
    pub time: Option<Duration>,
    /// Maximum memory used by the session's data, in bytes.
    pub memory: u64,
}

/// The running time of a session, compared with its limit. Time that the session spends waiting for input does not
/// count.
#[derive(Debug)]
pub struct TimeLimit {
    limit: Option<Duration>,
    started: Instant,
    /// The running time before `started`.
    used: Duration,
}

impl TimeLimit {
    /// Creates a time limit that starts to count immediately.
    pub fn new(limit: Option<Duration>) -> Self {
        TimeLimit { limit, started: Instant::now(), used: Duration::ZERO }
    }

    /// Returns the remaining time, or `None` if there is no limit.
    ///
    /// # Errors
    /// Returns [`TimeLimitReached`] if no time is left.
    pub fn left(&self) -> io::Result<Option<Duration>> {
        let Some(limit) = self.limit else { return Ok(None) };
        match limit.checked_sub(self.used + self.started.elapsed()) {
            Some(left) if !left.is_zero() => Ok(Some(left)),
            _ => Err(io::Error::new(io::ErrorKind::TimedOut, TimeLimitReached(limit))),
        }
    }

    /// Calls `wait` without counting the time that the call takes.
    pub fn while_stopped<T>(&mut self, wait: impl FnOnce() -> T) -> T {
        self.used += self.started.elapsed();
        let result = wait();
        self.started = Instant::now();
        result
    }
}

/// The error that ends a session whose running time has reached the limit. The value is the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimitReached(pub Duration);

impl TimeLimitReached {
    /// Returns whether an error from [`drive`](super::drive) was caused by a session's time limit.
    pub fn is_cause_of(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|cause| cause.is::<TimeLimitReached>())
    }
}

impl fmt::Display for TimeLimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&messages::time_limit_reached(seconds(self.0)))
    }
}

impl std::error::Error for TimeLimitReached {}

/// Formats a duration in seconds, without trailing zeros: `60 s`, `0.5 s`.
pub fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_left_when_the_limit_is_used_up() {
        assert_eq!(TimeLimit::new(None).left().expect("there is no limit"), None);
        let hour = Duration::from_secs(3600);
        assert!(TimeLimit::new(Some(hour)).left().is_ok_and(|left| left.is_some_and(|left| left <= hour)));
        let error = TimeLimit::new(Some(Duration::ZERO)).left().expect_err("no time was allowed");
        assert!(TimeLimitReached::is_cause_of(&error));
        assert!(error.to_string().contains("0 s"), "{error}");
        assert!(!TimeLimitReached::is_cause_of(&io::Error::from(io::ErrorKind::TimedOut)));
    }

    #[test]
    fn time_in_which_the_session_waits_for_input_does_not_count() {
        let mut limit = TimeLimit::new(Some(Duration::from_secs(3600)));
        let long_ago = Instant::now().checked_sub(Duration::from_secs(1)).expect("the machine has run for a second");
        limit.started = long_ago;
        let used = limit.while_stopped(|| Duration::from_secs(1));
        assert!(limit.used >= used, "the second before the wait counts");
        assert!(limit.started > long_ago, "counting goes on after the wait");
    }
}
