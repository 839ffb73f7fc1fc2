//! The session's one clock, which everything follows: TTLs, TIME, blocking, Python's `time`.

/// Microseconds since 1970. Real time goes on as the driver tells it; `:wait`, sleeps and waits in a transcript move it besides.
#[derive(Debug, Clone)]
pub struct Clock {
    start_us: i64,
    elapsed_us: i64,
    moved_us: i64,
}

impl Clock {
    pub fn new(start_us: i64) -> Self {
        Clock { start_us, elapsed_us: 0, moved_us: 0 }
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
