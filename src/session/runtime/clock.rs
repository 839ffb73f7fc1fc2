//! The session's one clock: TTLs, TIME, blocking commands and Python's `time` all follow it.
//!
//! In transcripts and scripts no real time passes. A program that polls the clock in a loop, or sends command after
//! command until some time is over, must come to an end there, too. So its questions move the clock, and the longer a
//! program asks for nothing but the time, the further each question moves it.

/// A clock in microseconds since 1970. The driver reports the real time that passes. `:wait`, sleeps, and waits in a
/// transcript move the clock in addition.
#[derive(Debug, Clone)]
pub struct Clock {
    start_us: i64,
    elapsed_us: i64,
    moved_us: i64,
    /// Whether real time passes.
    is_real: bool,
    /// Number of readings in a row since the last command.
    readings: u32,
}

/// Number of commands of one submission that take no time, where no real time passes.
const FREE_COMMANDS: usize = 10_000;

/// Time that each further command takes, in microseconds.
const COMMAND_US: i64 = 50;

impl Clock {
    pub fn new(start_us: i64) -> Self {
        Clock { start_us, elapsed_us: 0, moved_us: 0, is_real: false, readings: 0 }
    }

    pub fn now_us(&self) -> i64 {
        self.start_us + self.elapsed_us + self.moved_us
    }

    /// By how much the clock was moved in addition to the real time that passed, in microseconds.
    pub fn moved_us(&self) -> i64 {
        self.moved_us
    }

    /// The real time: the start plus the real time that passed.
    pub fn wall_us(&self) -> i64 {
        self.start_us + self.elapsed_us
    }

    /// Reports the real time that has passed since the start, in microseconds.
    pub fn set_elapsed(&mut self, us: i64) {
        self.elapsed_us = self.elapsed_us.max(us);
        self.is_real = true;
    }

    /// Reads the time for a program. No two readings are equal, so that no program divides by an elapsed time of zero.
    pub fn read(&mut self) -> i64 {
        self.readings = self.readings.saturating_add(1);
        // 100 readings move the clock by one microsecond each, the next 100 by two, and so on, up to a millisecond.
        self.advance(if self.is_real { 1 } else { 1 << (self.readings / 100).min(10) });
        self.now_us()
    }

    /// Notes that a program has sent the `sent`th command of its submission.
    pub fn note_command(&mut self, sent: usize) {
        self.readings = 0;
        if sent > FREE_COMMANDS && !self.is_real {
            self.advance(COMMAND_US);
        }
    }

    /// Moves the clock on.
    pub fn advance(&mut self, us: i64) {
        self.moved_us = self.moved_us.saturating_add(us.max(0));
    }

    /// Sets the clock, possibly back: `:undo` takes back the time as well.
    pub fn set(&mut self, us: i64) {
        self.moved_us = us - self.start_us - self.elapsed_us;
    }

    /// Sets by how much the clock was moved in addition to the real time, possibly back.
    pub fn set_moved(&mut self, us: i64) {
        self.moved_us = us;
    }

    /// Moves the clock on to a time, if that is still to come.
    pub fn advance_to(&mut self, us: i64) {
        self.advance(us.saturating_sub(self.now_us()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_polls_the_clock_waits_a_second_in_a_few_thousand_readings() {
        let mut clock = Clock::new(0);
        let readings = (1..).find(|_| clock.read() >= 1_000_000).unwrap();
        assert!((1_000..3_000).contains(&readings), "{readings}");
        clock.note_command(1);
        let now_us = clock.now_us();
        assert_eq!(clock.read(), now_us + 1);
    }

    #[test]
    fn many_commands_take_time_unless_real_time_passes() {
        let mut clock = Clock::new(0);
        (1..=FREE_COMMANDS + 2).for_each(|sent| clock.note_command(sent));
        assert_eq!(clock.now_us(), 2 * COMMAND_US);
        clock.set_elapsed(5);
        clock.note_command(FREE_COMMANDS + 3);
        assert_eq!((clock.now_us(), clock.read()), (2 * COMMAND_US + 5, 2 * COMMAND_US + 6));
    }
}
