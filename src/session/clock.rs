//! The session's one clock, which everything follows: TTLs, TIME, blocking, Python's `time`.
//!
//! Where no real time passes, in transcripts and scripts, a program that only looks at the clock or sends command after
//! command must get on all the same: what it asks moves the clock, by more the longer it asks for nothing else.

/// Microseconds since 1970. Real time goes on as the driver tells it; `:wait`, sleeps and waits in a transcript move it besides.
#[derive(Debug, Clone)]
pub struct Clock {
    start_us: i64,
    elapsed_us: i64,
    moved_us: i64,
    /// Whether real time passes.
    is_real: bool,
    /// How often it was looked at, and nothing else asked.
    looks: u32,
}

impl super::Session {
    /// So much real time has passed since the start, while a program runs.
    pub fn time_passes(&mut self, us: i64) {
        self.clock.elapsed(us);
    }
}

/// So many commands of one submission take no time where none passes by itself, and each one more takes this, in microseconds.
const SWIFT_COMMANDS: usize = 10_000;
const COMMAND_US: i64 = 50;

impl Clock {
    pub fn new(start_us: i64) -> Self {
        Clock { start_us, elapsed_us: 0, moved_us: 0, is_real: false, looks: 0 }
    }

    pub fn now_us(&self) -> i64 {
        self.start_us + self.elapsed_us + self.moved_us
    }

    /// How far it was moved beside the time that really passed.
    pub fn moved_us(&self) -> i64 {
        self.moved_us
    }

    /// The time on the wall: what was moved on is not in it.
    pub fn wall_us(&self) -> i64 {
        self.start_us + self.elapsed_us
    }

    /// So much real time has passed since the start.
    pub fn elapsed(&mut self, us: i64) {
        self.elapsed_us = self.elapsed_us.max(us);
        self.is_real = true;
    }

    /// The time, for a program that asks. Two questions never have the same answer, so that nobody divides by no time at all.
    pub fn look(&mut self) -> i64 {
        self.looks = self.looks.saturating_add(1);
        // 100 looks of one microsecond each, 100 of two, and so on, up to a millisecond.
        self.advance(if self.is_real { 1 } else { 1 << (self.looks / 100).min(10) });
        self.now_us()
    }

    /// A program has sent the `sent`th command of its submission.
    pub fn command(&mut self, sent: usize) {
        self.looks = 0;
        if sent > SWIFT_COMMANDS && !self.is_real {
            self.advance(COMMAND_US);
        }
    }

    /// Moves the clock on.
    pub fn advance(&mut self, us: i64) {
        self.moved_us = self.moved_us.saturating_add(us.max(0));
    }

    /// Sets the clock, back too: what is undone takes its time with it.
    pub fn set(&mut self, us: i64) {
        self.moved_us = us - self.start_us - self.elapsed_us;
    }

    /// Sets how far it was moved, back too.
    pub fn set_moved(&mut self, us: i64) {
        self.moved_us = us;
    }

    /// Moves the clock on to a moment, if that is still to come.
    pub fn advance_to(&mut self, us: i64) {
        self.advance(us.saturating_sub(self.now_us()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_looks_at_the_clock_waits_for_no_more_than_some_thousand_looks() {
        let mut clock = Clock::new(0);
        let looks = (1..).find(|_| clock.look() >= 1_000_000).unwrap();
        assert!((1_000..3_000).contains(&looks), "{looks}");
        clock.command(1);
        let now_us = clock.now_us();
        assert_eq!(clock.look(), now_us + 1);
    }

    #[test]
    fn many_commands_take_time_unless_real_time_passes() {
        let mut clock = Clock::new(0);
        (1..=SWIFT_COMMANDS + 2).for_each(|sent| clock.command(sent));
        assert_eq!(clock.now_us(), 2 * COMMAND_US);
        clock.elapsed(5);
        clock.command(SWIFT_COMMANDS + 3);
        assert_eq!((clock.now_us(), clock.look()), (2 * COMMAND_US + 5, 2 * COMMAND_US + 6));
    }
}
