//! Staying awake for a moment before a sleep, where somebody is about to answer.
//!
//! Who is asleep must be woken, and on a machine with an idle core that costs more than most requests do: in a virtual
//! machine 20 microseconds and more. So the event loop of `serve`, and either end of a child's pipe, look on for a moment first. Where
//! that was in vain (the other is slow, or has no core of its own to run on), it is left out for a while, twice as long
//! each time.

use std::time::{Duration, Instant};

/// How long it looks on at least: a client that reads a hundred elements needs some 20 microseconds to ask again.
pub const SHORTEST_SPIN: Duration = Duration::from_micros(50);

/// How long it looks on at most, however much was done before.
const LONGEST_SPIN: Duration = Duration::from_millis(5);

/// The longest pause before a look.
const LONGEST_PAUSE: Duration = Duration::from_micros(20);

/// How often, and how long, to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpinPolicy {
    /// How long to wait before each look.
    pause: Duration,
    /// How long to look on where so much work allows it.
    longest: Duration,
}

impl SpinPolicy {
    /// One other may answer.
    const ALONE: SpinPolicy = SpinPolicy { pause: Duration::ZERO, longest: SHORTEST_SPIN };

    /// So many clients could send something.
    ///
    /// A look that finds nothing is not free for the others: whoever sends has to get hold of the same queue of the system.
    /// With fifty clients who send sixteen requests at a time, looks without a pause cost an eighth of all requests. And a
    /// turn that takes a few requests as soon as they are there leaves each side with more turns: with a pause before the first
    /// look, too, fifty clients get 4 requests in a hundred more, and 20 microseconds bring those with sixteen requests 1 to 4 more than 10 do. A lone
    /// client, though, who asks again within 20 microseconds, is kept waiting by a pause.
    pub fn among(clients: usize) -> Self {
        SpinPolicy { pause: Duration::from_micros(clients as u64 * 2 / 5).min(LONGEST_PAUSE), longest: LONGEST_SPIN }
    }

    /// The same, no longer than that.
    #[must_use]
    pub fn within(self, longest: Option<Duration>) -> Self {
        SpinPolicy { longest: longest.map_or(self.longest, |longest| self.longest.min(longest)), ..self }
    }
}

/// How many times as long as it has just worked it may look on. Fifty clients that read a hundred elements sixteen times at a time
/// take 3.7 microseconds for an answer, and the server 1.3: where it is still awake when the next asks, they get 3 answers in a
/// hundred more. And where little is done, most of the time is slept.
const SPIN_BUDGET_FACTOR: u32 = 4;

/// The most sleeps before which it is left out.
const LONGEST_REST: u32 = 256;

/// Whether to look on before the next sleep.
#[derive(Debug, Clone)]
pub struct AdaptiveSpin {
    /// Whether somebody could run meanwhile: on a single core, nobody can.
    is_of_use: bool,
    /// How many sleeps are left of the present rest, and how many it had.
    rest: u32,
    last_rest: u32,
    /// When it last found something, and how long it may look on for what was done since.
    found_at: Option<Instant>,
    credit: Duration,
}

impl AdaptiveSpin {
    pub fn new() -> Self {
        AdaptiveSpin::on(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// As on a machine with so many cores.
    fn on(cores: usize) -> Self {
        AdaptiveSpin { is_of_use: cores > 1, rest: 0, last_rest: 0, found_at: None, credit: Duration::ZERO }
    }

    /// Before a sleep: asks again and again, after a pause each time, the first included, whether what is waited for is
    /// there, if that has been worth it. False if it is time to sleep.
    ///
    /// # Errors
    /// Those of asking.
    pub fn spin_until<E>(
        &mut self,
        manner: SpinPolicy,
        mut is_there: impl FnMut() -> Result<bool, E>,
    ) -> Result<bool, E> {
        if !self.begins() {
            return Ok(false);
        }
        let start = Instant::now();
        let patience = self.patience(start, manner);
        let mut looked = Duration::ZERO;
        loop {
            // Without a pause the clock need not be asked again.
            while !manner.pause.is_zero() && start.elapsed() < looked + manner.pause {
                std::hint::spin_loop();
            }
            let found = is_there()?;
            let looked_before = std::mem::replace(&mut looked, start.elapsed());
            // Who was made to wait for the core itself has not seen it come.
            let was_awake = looked - looked_before < SHORTEST_SPIN;
            if found || !was_awake || looked >= patience {
                self.credit = self.credit.saturating_sub(looked);
                self.found_at = found.then(|| start + looked);
                self.ended(found && was_awake);
                return Ok(found);
            }
            std::hint::spin_loop();
        }
    }

    /// Looks on for input from the one other who may write. False, too, where the system does not say.
    #[cfg(unix)]
    pub fn sees_input(&mut self, from: impl std::os::fd::AsFd) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let mut fds = [PollFd::new(&from, PollFlags::IN)];
        self.spin_until(SpinPolicy::ALONE, || poll(&mut fds, Some(&Timespec::default())).map(|ready| ready > 0))
            .unwrap_or(false)
    }

    /// Elsewhere nobody looks.
    #[cfg(not(unix))]
    pub fn sees_input<T>(&mut self, _: T) -> bool {
        false
    }

    /// How long it may look on now, after what was done since it last found something.
    fn patience(&mut self, now: Instant, manner: SpinPolicy) -> Duration {
        if let Some(found_at) = self.found_at.take() {
            self.credit = (self.credit + (now - found_at) * SPIN_BUDGET_FACTOR).min(LONGEST_SPIN);
        }
        self.credit.min(manner.longest).max(SHORTEST_SPIN)
    }

    fn begins(&mut self) -> bool {
        let resting = self.rest > 0;
        self.rest = self.rest.saturating_sub(1);
        if resting {
            // What comes now is a sleep, and no work.
            self.found_at = None;
        }
        self.is_of_use && !resting
    }

    fn ended(&mut self, rewarded: bool) {
        self.last_rest = if rewarded { 0 } else { (self.last_rest * 2).clamp(1, LONGEST_REST) };
        self.rest = self.last_rest;
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

    /// How many of so many sleeps are looked on before.
    fn looks(spin: &mut AdaptiveSpin, sleeps: usize) -> usize {
        (0..sleeps).filter(|_| spin.begins()).count()
    }

    /// The same, each being in vain.
    fn looks_in_vain(spin: &mut AdaptiveSpin, sleeps: usize) -> usize {
        (0..sleeps).filter(|_| spin.begins().then(|| spin.ended(false)).is_some()).count()
    }

    #[test]
    fn what_is_in_vain_is_done_ever_less_until_it_is_rewarded() {
        let mut spin = AdaptiveSpin::on(2);
        assert_eq!(looks_in_vain(&mut spin, 3), 2, "at once, and after a sleep of rest");
        assert_eq!(looks_in_vain(&mut spin, 10_000), 44, "7 on the way to the longest rest, then one in 257 sleeps");
        while !spin.begins() {}
        spin.ended(true);
        assert_eq!(looks(&mut spin, 10), 10);
        assert_eq!(looks(&mut AdaptiveSpin::on(1), 100), 0, "on a single core nobody could come");
    }

    #[test]
    fn it_finds_what_comes_and_gives_up_what_does_not() {
        let mut asked = 0;
        let found = AdaptiveSpin::on(2).spin_until(SpinPolicy::ALONE, || {
            asked += 1;
            Ok::<_, ()>(asked == 2)
        });
        assert_eq!((found, asked), (Ok(true), 2));
        assert_eq!(AdaptiveSpin::on(2).spin_until(SpinPolicy::ALONE, || Ok::<_, ()>(false)), Ok(false));
        assert_eq!(AdaptiveSpin::on(2).spin_until(SpinPolicy::ALONE, || Err("gone")), Err("gone"));
        assert_eq!(AdaptiveSpin::on(1).spin_until(SpinPolicy::ALONE, || Err("asked")), Ok(false));
    }

    #[test]
    fn the_more_could_come_the_longer_is_the_pause_before_each_look() {
        let micros = [0, 1, 2, 5, 25, 50, 10_000].map(|clients| SpinPolicy::among(clients).pause.as_micros());
        assert_eq!(micros, [0, 0, 0, 2, 10, 20, 20]);
        let mut looks = vec![Instant::now()];
        let looked = AdaptiveSpin::on(2).spin_until(SpinPolicy::among(50), || {
            looks.push(Instant::now());
            Ok::<_, ()>(looks.len() == 4)
        });
        assert!(looked.is_ok());
        assert!(looks.windows(2).all(|pair| pair[1] - pair[0] >= LONGEST_PAUSE), "{looks:?}");
    }

    #[test]
    fn the_more_was_done_the_longer_it_looks_on() {
        let (start, ms) = (Instant::now(), Duration::from_millis);
        let after = |done, manner| {
            let mut spin = AdaptiveSpin { found_at: Some(start), ..AdaptiveSpin::on(2) };
            (spin.patience(start + done, manner), spin.patience(start + ms(1000), manner))
        };
        let many = SpinPolicy::among(50);
        assert_eq!(after(ms(1), many), (ms(4), ms(4)), "what was credited stays, and is credited once");
        assert_eq!(after(ms(20), many).0, LONGEST_SPIN);
        assert_eq!(after(Duration::from_micros(1), many).0, SHORTEST_SPIN);
        assert_eq!(after(ms(20), many.within(Some(ms(2)))).0, ms(2), "no longer than until the next deadline");
        assert_eq!(after(ms(20), SpinPolicy::ALONE).0, SHORTEST_SPIN);
        let mut rested = AdaptiveSpin { found_at: Some(start), rest: 1, ..AdaptiveSpin::on(2) };
        assert!(!rested.begins());
        assert_eq!(rested.patience(start + ms(20), many), SHORTEST_SPIN, "a sleep is no work");
    }

    #[test]
    fn looking_on_spends_what_was_credited() {
        let mut spin = AdaptiveSpin { credit: LONGEST_SPIN, ..AdaptiveSpin::on(2) };
        let found = spin.spin_until(SpinPolicy::among(50), || Ok::<_, ()>(true));
        assert_eq!((found, spin.found_at.is_some()), (Ok(true), true));
        assert!(spin.credit < LONGEST_SPIN);
        while spin.credit > Duration::ZERO {
            let found = spin.spin_until(SpinPolicy::among(50), || Ok::<_, ()>(false));
            assert_eq!((found, spin.found_at), (Ok(false), None));
        }
    }
}
