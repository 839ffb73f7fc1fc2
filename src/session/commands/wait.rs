//! The command `:wait`, which moves the clock forward.

use super::super::Session;
use super::super::runtime::input_log::{InputKind, InputOutcome};
use super::wire;
use crate::markup::{Role, code};
use crate::messages::commands as messages;

/// A `:wait` in progress.
#[derive(Debug)]
pub struct Wait {
    until_us: i64,
    /// The duration as it is shown to the learner.
    duration: String,
}

impl Session {
    pub(super) fn begin_wait(&mut self, duration: &str) {
        let Some(us) = parse_duration_us(duration) else {
            return self.tutor.say(Role::Error, &not_a_duration(duration));
        };
        let runtime = &mut self.tutor.runtime;
        let is_number = duration.bytes().all(|byte| byte.is_ascii_digit());
        let duration = if is_number { format!("{duration} s") } else { duration.to_owned() };
        let remark = messages::script_wait(&duration, wire::decimal_seconds(us));
        runtime.log_input(runtime.foreground, InputKind::Remark, remark, InputOutcome::Quiet);
        self.wait = Some(Wait { until_us: runtime.now_us().saturating_add(us), duration });
    }

    /// Moves the clock to the next deadline within the wait, so that the programs that are waiting for it can run. If
    /// there is no such deadline, moves the clock to the end of the wait. Returns false if no wait is in progress.
    pub(in super::super) fn continue_wait(&mut self) -> bool {
        let Some(wait) = &self.wait else { return false };
        let runtime = &mut self.tutor.runtime;
        let next_us = runtime.next_deadline_us().filter(|&at| at > runtime.now_us() && at <= wait.until_us);
        match next_us {
            Some(deadline_us) => runtime.advance_to(deadline_us),
            None => {
                runtime.clock.advance_to(wait.until_us);
                let text = messages::time_passed(&wait.duration);
                self.wait = None;
                runtime.say(Role::Muted, &text);
                runtime.engine.advance(runtime.clock.now_us());
            }
        }
        true
    }
}

/// Returns the error message for an argument that is missing or not a duration.
pub(super) fn not_a_duration(text: &str) -> String {
    if text.is_empty() { messages::wait_how_long() } else { messages::not_a_duration(code(text)) }
}

/// Parses a duration such as `30s`, `5m`, `2h`, `1d`, `500ms`, or a plain number of seconds. Returns the duration in
/// microseconds, or `None` if `text` is not a duration.
pub fn parse_duration_us(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let us_per_unit: i64 = match unit.trim() {
        "ms" => 1_000,
        "" | "s" => 1_000_000,
        "m" | "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(us_per_unit)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::session::Options;

    #[test]
    fn durations_have_units() {
        for (text, us) in [
            ("5m", Some(300_000_000)),
            ("7", Some(7_000_000)),
            ("250ms", Some(250_000)),
            ("m", None),
            ("5 years", None),
        ] {
            assert_eq!(parse_duration_us(text), us, "{text}");
        }
    }

    #[test]
    fn a_script_tells_how_long_a_wait_was() {
        let mut session = Session::new(Options::repeatable(Arc::default()));
        for (duration, comment) in
            [("60", "Here 60 s passed: time.sleep(60)"), ("500ms", "Here 500ms passed: time.sleep(0.5)")]
        {
            session.begin_wait(duration);
            let logged = session.tutor.runtime.input_log.iter().last().expect("the wait is logged");
            assert_eq!(logged.source, comment);
        }
    }
}
