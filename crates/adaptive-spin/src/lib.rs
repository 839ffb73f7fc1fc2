//! Adaptive spinning: polls for a short time before a blocking wait, while a reply is likely to arrive soon.
//!
//! Waking a thread on another core takes 20 microseconds or more in a virtual machine, longer than most Redis requests
//! take. So the server's event loop, and both ends of the pipe to the tutor's Python child process, poll briefly before
//! they block. If polling finds nothing (because the peer is slow, or has no core of its own to run on), the next waits
//! block immediately. The number of waits without spinning doubles with each failure.
//!
//! ```
//! use std::sync::mpsc;
//!
//! use adaptive_spin::{AdaptiveSpin, SpinPolicy};
//!
//! let (sender, receiver) = mpsc::channel();
//! let worker = std::thread::spawn(move || sender.send("reply"));
//!
//! let mut spin = AdaptiveSpin::new();
//! let mut reply = None;
//! let found = spin.spin_until(SpinPolicy::for_clients(1), || {
//!     reply = receiver.try_recv().ok();
//!     Ok::<_, mpsc::RecvError>(reply.is_some())
//! })?;
//! assert_eq!(found, reply.is_some());
//! // Block only if spinning was skipped or found nothing.
//! let reply = match reply {
//!     Some(reply) => reply,
//!     None => receiver.recv()?,
//! };
//! assert_eq!(reply, "reply");
//! # worker.join().unwrap().unwrap();
//! # Ok::<_, mpsc::RecvError>(())
//! ```

#![deny(missing_docs)]
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

/// Time that every spin may last, even if there is no spin budget. A client that reads 100 elements needs about 20
/// microseconds to send its next request.
pub const MIN_SPIN: Duration = Duration::from_micros(50);

/// Maximum length of a spin, even if the spin budget is larger.
const MAX_SPIN: Duration = Duration::from_millis(5);

/// Maximum pause before a poll.
const MAX_PAUSE: Duration = Duration::from_micros(20);

/// Ratio of the spin time allowed to the time that was just spent working.
///
/// Fifty clients that each pipeline 16 requests for 100 elements take 3.7 microseconds per reply, and the server takes
/// 1.3 microseconds. With this factor, the server is still awake when the next request arrives, and the clients get 3 %
/// more replies. A server with little work still sleeps most of the time.
const SPIN_BUDGET_FACTOR: u32 = 4;

/// Maximum number of waits in a row that block without spinning.
const MAX_SKIPPED_WAITS: u32 = 256;

/// How often to poll during a spin, and how long the spin may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpinPolicy {
    /// Pause before each poll.
    pause: Duration,
    /// Maximum length of the spin. Values below [`MIN_SPIN`] count as [`MIN_SPIN`]. The spin is shorter if
    /// `AdaptiveSpin::budget` is smaller, but never shorter than [`MIN_SPIN`].
    max_spin: Duration,
}

impl SpinPolicy {
    /// The policy for waiting for a single peer.
    const SINGLE_PEER: SpinPolicy = SpinPolicy { pause: Duration::ZERO, max_spin: MIN_SPIN };

    /// Returns the policy for a server with the given number of connected clients.
    ///
    /// The pause before each poll grows by 0.4 microseconds per client, up to 20 microseconds. A poll that finds
    /// nothing still slows the clients down, because it contends with every sender for the lock on the same kernel
    /// queue: with 50 clients that pipeline 16 requests, polling without a pause costs an eighth of the throughput. A
    /// pause also lets more requests arrive per iteration of the event loop, so that both sides need fewer iterations.
    /// Pausing before the first poll too increases the throughput of 50 clients by 4 %. With pipelines of 16 requests,
    /// a pause of 20 microseconds increases the throughput by 1 to 4 % over a pause of 10 microseconds. A single client
    /// that sends its next request within 20 microseconds would only be delayed by a pause.
    pub fn for_clients(clients: usize) -> Self {
        SpinPolicy { pause: Duration::from_micros(clients as u64 * 2 / 5).min(MAX_PAUSE), max_spin: MAX_SPIN }
    }

    /// Limits the length of the spin, for example to the time until the next deadline. A spin may last [`MIN_SPIN`]
    /// even if the limit is shorter. `None` changes nothing.
    #[must_use]
    pub fn limited_to(self, limit: Option<Duration>) -> Self {
        SpinPolicy { max_spin: limit.map_or(self.max_spin, |limit| self.max_spin.min(limit)), ..self }
    }
}

/// Decides before each blocking wait whether to spin first, and for how long.
#[derive(Debug, Clone)]
pub struct AdaptiveSpin {
    /// Whether the peer can run while this thread spins, which requires a second core.
    has_other_cores: bool,
    /// Number of upcoming waits that must block without spinning.
    skips_left: u32,
    /// Value of `skips_left` right after the last spin: 0 if the spin succeeded.
    last_skips: u32,
    /// When the last spin succeeded. `None` if the time since then does not count as work.
    found_at: Option<Instant>,
    /// Spin time that past work has allowed and that has not been used yet.
    budget: Duration,
}

impl AdaptiveSpin {
    /// Creates an `AdaptiveSpin` that spins before the first wait, unless the machine has a single core.
    pub fn new() -> Self {
        AdaptiveSpin::with_cores(std::thread::available_parallelism().map_or(1, usize::from))
    }

    fn with_cores(cores: usize) -> Self {
        AdaptiveSpin {
            has_other_cores: cores > 1,
            skips_left: 0,
            last_skips: 0,
            found_at: None,
            budget: Duration::ZERO,
        }
    }

    /// Calls `poll` repeatedly, with the policy's pause before each call, until it returns true or the spin time is
    /// used up. Returns whether `poll` returned true.
    ///
    /// Returns false without polling if recent spins found nothing, or if the machine has a single core. The caller
    /// should then block.
    ///
    /// # Errors
    /// Returns the error from `poll`.
    pub fn spin_until<E>(&mut self, policy: SpinPolicy, mut poll: impl FnMut() -> Result<bool, E>) -> Result<bool, E> {
        if !self.should_spin() {
            return Ok(false);
        }
        let start = Instant::now();
        let limit = self.spin_limit(start, policy);
        let mut elapsed = Duration::ZERO;
        loop {
            // Without a pause, there is nothing to wait for, so the clock is not read again.
            while !policy.pause.is_zero() && start.elapsed() < elapsed + policy.pause {
                std::hint::spin_loop();
            }
            let found = poll()?;
            let elapsed_before = std::mem::replace(&mut elapsed, start.elapsed());
            // A gap of `MIN_SPIN` or more between two polls means that the thread was preempted. The poll after the gap
            // counts as a failure even if it succeeds, because that is not due to spinning.
            let was_running = elapsed - elapsed_before < MIN_SPIN;
            if found || !was_running || elapsed >= limit {
                self.budget = self.budget.saturating_sub(elapsed);
                self.found_at = found.then(|| start + elapsed);
                self.record_result(found && was_running);
                return Ok(found);
            }
            std::hint::spin_loop();
        }
    }

    /// Spins for at most 50 microseconds until `source` is readable, and returns whether it is. Also returns false if
    /// `poll(2)` fails. `source` must have a single writer.
    #[cfg(unix)]
    pub fn spin_until_readable(&mut self, source: impl std::os::fd::AsFd) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let mut fds = [PollFd::new(&source, PollFlags::IN)];
        self.spin_until(SpinPolicy::SINGLE_PEER, || poll(&mut fds, Some(&Timespec::default())).map(|ready| ready > 0))
            .unwrap_or(false)
    }

    /// Returns false, because polling a pipe is supported only on Unix.
    #[cfg(not(unix))]
    pub fn spin_until_readable<T>(&mut self, _: T) -> bool {
        false
    }

    /// Adds spin time to the budget for the work done since the last successful spin. Returns how long to spin now.
    fn spin_limit(&mut self, now: Instant, policy: SpinPolicy) -> Duration {
        if let Some(found_at) = self.found_at.take() {
            self.budget = (self.budget + (now - found_at) * SPIN_BUDGET_FACTOR).min(MAX_SPIN);
        }
        self.budget.min(policy.max_spin).max(MIN_SPIN)
    }

    /// Returns whether to spin before the next wait. If not, counts the wait as skipped.
    fn should_spin(&mut self) -> bool {
        let is_skipped = self.skips_left > 0;
        self.skips_left = self.skips_left.saturating_sub(1);
        if is_skipped {
            // The caller now blocks. Time spent blocking does not count as work.
            self.found_at = None;
        }
        self.has_other_cores && !is_skipped
    }

    /// Doubles the number of waits to skip after a failed spin, and resets it to 0 after a successful one.
    fn record_result(&mut self, succeeded: bool) {
        self.last_skips = if succeeded { 0 } else { (self.last_skips * 2).clamp(1, MAX_SKIPPED_WAITS) };
        self.skips_left = self.last_skips;
    }
}

impl Default for AdaptiveSpin {
    fn default() -> Self {
        AdaptiveSpin::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many of the next `waits` waits begin with a spin, if no wait reports a result.
    fn count_spins(spin: &mut AdaptiveSpin, waits: usize) -> usize {
        (0..waits).filter(|_| spin.should_spin()).count()
    }

    /// Returns how many of the next `waits` waits begin with a spin, if every spin fails.
    fn count_failed_spins(spin: &mut AdaptiveSpin, waits: usize) -> usize {
        (0..waits).filter(|_| spin.should_spin().then(|| spin.record_result(false)).is_some()).count()
    }

    #[test]
    fn failed_spins_become_rarer_until_one_succeeds() {
        let mut spin = AdaptiveSpin::with_cores(2);
        assert_eq!(count_failed_spins(&mut spin, 3), 2, "before the first wait, and again after one skipped wait");
        assert_eq!(count_failed_spins(&mut spin, 10_000), 44, "7 until 256 waits are skipped, then one in 257 waits");
        while !spin.should_spin() {}
        spin.record_result(true);
        assert_eq!(count_spins(&mut spin, 10), 10);
        assert_eq!(count_spins(&mut AdaptiveSpin::with_cores(1), 100), 0, "a single core never spins");
    }

    #[test]
    fn spin_ends_at_a_success_an_error_or_its_limit() {
        let mut polls = 0;
        let found = AdaptiveSpin::with_cores(2).spin_until(SpinPolicy::SINGLE_PEER, || {
            polls += 1;
            Ok::<_, ()>(polls == 2)
        });
        assert_eq!((found, polls), (Ok(true), 2));
        let spin_with_cores = |cores, result: Result<bool, &'static str>| {
            AdaptiveSpin::with_cores(cores).spin_until(SpinPolicy::SINGLE_PEER, || result)
        };
        assert_eq!(spin_with_cores(2, Ok(false)), Ok(false));
        assert_eq!(spin_with_cores(2, Err("gone")), Err("gone"));
        assert_eq!(spin_with_cores(1, Err("polled")), Ok(false), "a single core never polls");
    }

    #[test]
    fn pause_before_each_poll_grows_with_the_number_of_clients() {
        let micros = [0, 1, 2, 5, 25, 50, 10_000].map(|clients| SpinPolicy::for_clients(clients).pause.as_micros());
        assert_eq!(micros, [0, 0, 0, 2, 10, 20, 20]);
        let mut polls = vec![Instant::now()];
        let found = AdaptiveSpin::with_cores(2).spin_until(SpinPolicy::for_clients(50), || {
            polls.push(Instant::now());
            Ok::<_, ()>(polls.len() == 4)
        });
        assert!(found.is_ok());
        assert!(polls.windows(2).all(|pair| pair[1] - pair[0] >= MAX_PAUSE), "{polls:?}");
    }

    #[test]
    fn spin_limit_grows_with_the_work_done_before() {
        let (start, ms) = (Instant::now(), Duration::from_millis);
        let limits_after = |work, policy| {
            let mut spin = AdaptiveSpin { found_at: Some(start), ..AdaptiveSpin::with_cores(2) };
            (spin.spin_limit(start + work, policy), spin.spin_limit(start + ms(1000), policy))
        };
        let many = SpinPolicy::for_clients(50);
        assert_eq!(limits_after(ms(1), many), (ms(4), ms(4)), "work is counted once, and its budget is kept");
        assert_eq!(limits_after(ms(20), many).0, MAX_SPIN);
        assert_eq!(limits_after(Duration::from_micros(1), many).0, MIN_SPIN);
        assert_eq!(limits_after(ms(20), many.limited_to(Some(ms(2)))).0, ms(2), "no longer than to the next deadline");
        assert_eq!(limits_after(ms(20), SpinPolicy::SINGLE_PEER).0, MIN_SPIN);
        let mut skipping = AdaptiveSpin { found_at: Some(start), skips_left: 1, ..AdaptiveSpin::with_cores(2) };
        assert!(!skipping.should_spin());
        assert_eq!(skipping.spin_limit(start + ms(20), many), MIN_SPIN, "time spent blocking is not work");
    }

    #[test]
    fn spinning_spends_the_budget() {
        let mut spin = AdaptiveSpin { budget: MAX_SPIN, ..AdaptiveSpin::with_cores(2) };
        let found = spin.spin_until(SpinPolicy::for_clients(50), || Ok::<_, ()>(true));
        assert_eq!((found, spin.found_at.is_some()), (Ok(true), true));
        assert!(spin.budget < MAX_SPIN);
        while spin.budget > Duration::ZERO {
            let found = spin.spin_until(SpinPolicy::for_clients(50), || Ok::<_, ()>(false));
            assert_eq!((found, spin.found_at), (Ok(false), None));
        }
    }
}
