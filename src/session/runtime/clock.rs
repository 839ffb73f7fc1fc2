//! The session's clock, which is used by TTLs, TIME, blocking commands, and Python's `time`.
//!
//! In transcripts and scripts, no real time passes. A program that polls the clock, or that sends commands until some
//! time has passed, must still end, so each reading moves the clock. The more readings there are without a command in
//! between, the further each of them moves it.

/// A clock in microseconds since 1970. The driver reports how much real time has passed. In addition, the clock is
/// moved by `:wait`, by sleeps, and by waits in a transcript.
#[derive(Debug, Clone)]
pub struct Clock {
    start_us: i64,
    elapsed_us: i64,
    moved_us: i64,
    /// Whether the driver reports real time to this clock.
    is_real: bool,
    /// Number of readings since the last command.
    readings: u32,
}

/// Number of commands in a submission that take no time. Applies only if no real time passes.
const FREE_COMMANDS: usize = 10_000;

/// The time that each command after the first [`FREE_COMMANDS`] of a submission takes, in microseconds.
const COMMAND_US: i64 = 50;

impl Clock {
    /// The latest time that the clock can show, in microseconds since 1970. It is the end of the year 9999, when
    /// Python's dates end as well.
    pub const END_US: i64 = 253_402_300_799_999_999;

    pub fn new(start_us: i64) -> Self {
        Clock { start_us, elapsed_us: 0, moved_us: 0, is_real: false, readings: 0 }
    }

    pub fn now_us(&self) -> i64 {
        self.start_us + self.elapsed_us + self.moved_us
    }

    /// Returns how far the clock was moved in addition to the real time that passed, in microseconds.
    pub fn moved_us(&self) -> i64 {
        self.moved_us
    }

    /// Returns the start time plus the real time that has passed since, in microseconds since 1970.
    pub fn wall_us(&self) -> i64 {
        self.start_us + self.elapsed_us
    }

    /// Returns whether real time passes.
    pub fn is_real(&self) -> bool {
        self.is_real
    }

    /// Reports how much real time has passed since the start, in microseconds.
    pub fn set_elapsed(&mut self, us: i64) {
        self.elapsed_us = self.elapsed_us.max(us);
        self.is_real = true;
    }

    /// Reads the clock for a program. Each reading moves the clock, so no program divides by an elapsed time of zero.
    pub fn read(&mut self) -> i64 {
        self.readings = self.readings.saturating_add(1);
        // Without real time, each of the first 100 readings moves the clock by one microsecond, each of the next 100 by
        // two, then by four, and so on, up to about a millisecond.
        self.advance(if self.is_real { 1 } else { 1 << (self.readings / 100).min(10) });
        self.now_us()
    }

    /// Records that a program has sent command number `sent` of its submission, counted from 1.
    pub fn note_command(&mut self, sent: usize) {
        self.readings = 0;
        if sent > FREE_COMMANDS && !self.is_real {
            self.advance(COMMAND_US);
        }
    }

    /// Moves the clock forward by `us`, but not beyond `END_US`.
    pub fn advance(&mut self, us: i64) {
        let left = Self::END_US.saturating_sub(self.now_us()).max(0);
        self.moved_us = self.moved_us.saturating_add(us.clamp(0, left));
    }

    /// Sets the clock to a time, which may be in the past, because `:undo` restores the time as well.
    pub fn set(&mut self, us: i64) {
        self.moved_us = us - self.start_us - self.elapsed_us;
    }

    /// Sets how far the clock is moved in addition to the real time that passes. This may set the clock back.
    pub fn set_moved(&mut self, us: i64) {
        self.moved_us = us;
    }

    /// Undoes everything that has moved the clock since `earlier` was copied from it. Does nothing if real time passes,
    /// because the learner may have moved the clock as well.
    pub fn set_back_to(&mut self, earlier: &Clock) {
        if !self.is_real {
            (self.moved_us, self.readings) = (earlier.moved_us, earlier.readings);
        }
    }

    /// Moves the clock forward to a time, but not beyond `END_US`. Does nothing if that time has already passed.
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
    fn the_clock_stops_at_its_end() {
        let mut clock = Clock::new(1_767_268_800_000_000);
        for us in [i64::MAX, i64::MAX - 1, Clock::END_US, 1] {
            clock.advance(us);
            clock.advance_to(us);
            assert_eq!(clock.now_us(), Clock::END_US);
        }
        assert_eq!(clock.read(), Clock::END_US);
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
