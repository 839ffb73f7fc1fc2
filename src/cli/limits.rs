//! The options that limit time and memory.

use std::time::Duration;

use crate::messages::cli as messages;
use crate::session::parse_duration_us;

/// Default limit on the running time of a script or of piped input.
const RUN_TIME: Duration = Duration::from_secs(300);

/// Default time limit for one try in `check`. A try, such as running one answer of a lesson, normally takes less than a
/// second.
const TRY_TIME: Duration = Duration::from_secs(60);

/// A time limit set by the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLimit {
    None,
    Time(Duration),
}

impl TimeLimit {
    /// Returns the time limit for a script, for piped input, or for all answers of a lesson. If the user has not set a
    /// limit, it is `RUN_TIME`. Returns `None` if the time is unlimited.
    pub fn of_run(limit: Option<TimeLimit>) -> Option<Duration> {
        TimeLimit::or_default(limit, RUN_TIME)
    }

    /// Returns the time limit for one try by `check`. If the user has not set a limit, it is `TRY_TIME`. Returns `None`
    /// if the time is unlimited.
    pub fn of_try(limit: Option<TimeLimit>) -> Option<Duration> {
        TimeLimit::or_default(limit, TRY_TIME)
    }

    fn or_default(limit: Option<TimeLimit>, default: Duration) -> Option<Duration> {
        match limit {
            None => Some(default),
            Some(TimeLimit::None) => None,
            Some(TimeLimit::Time(time)) => Some(time),
        }
    }
}

/// Parses a time limit, such as `30s`, `10m` or `none`.
///
/// # Errors
/// Returns a message for the user if the text is not a time limit.
pub fn parse_time(text: &str) -> Result<TimeLimit, String> {
    if text == "none" {
        return Ok(TimeLimit::None);
    }
    match parse_duration_us(text) {
        Some(us @ 1..) => Ok(TimeLimit::Time(Duration::from_micros(us.unsigned_abs()))),
        _ => Err(messages::not_a_time_limit()),
    }
}

/// Parses a size such as `256mb` and returns it in bytes. The units are those of the Redis configuration, where `kb` is
/// 1024 bytes and `k` is 1000 bytes.
///
/// # Errors
/// Returns a message for the user if the text is not a size.
pub fn parse_memory(text: &str) -> Result<u64, String> {
    let text = text.to_ascii_lowercase();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "" | "b" => Some(1),
        "k" => Some(1000),
        "kb" => Some(1 << 10),
        "m" => Some(1_000_000),
        "mb" => Some(1 << 20),
        "g" => Some(1_000_000_000),
        "gb" => Some(1 << 30),
        _ => None,
    };
    let bytes = number.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
    bytes.filter(|&bytes| bytes > 0).ok_or_else(messages::not_a_size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_units() {
        assert_eq!(parse_time("none"), Ok(TimeLimit::None));
        assert_eq!(parse_time("90s"), Ok(TimeLimit::Time(Duration::from_secs(90))));
        assert_eq!(parse_time("10m"), Ok(TimeLimit::Time(Duration::from_secs(600))));
        assert_eq!(parse_memory("1gb"), Ok(crate::session::MEMORY_LIMIT));
        assert_eq!(parse_memory("1500K"), Ok(1_500_000));
        assert_eq!(parse_memory("64"), Ok(64));
        for text in ["", "0s", "-1s", "forever", "10 parsecs"] {
            assert!(parse_time(text).is_err(), "{text:?}");
        }
        for text in ["", "0", "mb", "1 tb", "-1mb", "99999999999gb"] {
            assert!(parse_memory(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn without_an_option_a_script_has_more_time_than_a_try() {
        assert_eq!((TimeLimit::of_run(None), TimeLimit::of_try(None)), (Some(RUN_TIME), Some(TRY_TIME)));
        assert_eq!(TimeLimit::of_run(Some(TimeLimit::None)), None);
        let second = Duration::from_secs(1);
        assert_eq!(TimeLimit::of_try(Some(TimeLimit::Time(second))), Some(second));
    }
}
