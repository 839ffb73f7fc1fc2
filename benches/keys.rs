//! Measures how long the program takes to react to a key press in a pseudo-terminal, with 100,000 Redis keys in the
//! database.
//!
//! Run it with `cargo bench --bench keys`. Each figure is the time from the key press to the first byte of output.

#[cfg(unix)]
#[path = "../tests/it/support/pseudo_terminal.rs"]
mod pseudo_terminal;

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(not(unix))]
fn main() {
    eprintln!("This bench needs a pseudo-terminal.");
}

#[cfg(unix)]
mod unix {
    use std::time::{Duration, Instant};

    use super::pseudo_terminal::{self, PseudoTerminal};

    /// Number of Redis keys in the database.
    const KEYS: usize = 100_000;

    /// Maximum time that the program may take to react to a key press.
    const BUDGET: Duration = Duration::from_millis(10);

    const ROUNDS: usize = 30;

    impl PseudoTerminal {
        fn press(&mut self, keys: &str) {
            self.keys.write_all(keys.as_bytes()).expect("the terminal is there");
            self.keys.flush().expect("the terminal is there");
        }

        /// Reads until the output contains `text`.
        fn read_until(&mut self, text: &str) {
            let mut seen = String::new();
            while !seen.contains(text) {
                let bytes = self.output.recv_timeout(Duration::from_secs(120)).expect("the program replies");
                seen.push_str(&String::from_utf8_lossy(&bytes));
            }
        }

        /// Reads and discards output until none has arrived for 100 milliseconds.
        fn drain(&mut self) {
            while self.output.recv_timeout(Duration::from_millis(100)).is_ok() {}
        }

        fn time(&mut self, key: &str) -> Duration {
            let start = Instant::now();
            self.press(key);
            self.output.recv_timeout(Duration::from_secs(10)).expect("a key has an effect");
            start.elapsed()
        }
    }

    pub fn main() {
        let home = std::env::temp_dir().join(format!("redis-tutor-keys-{}", std::process::id()));
        std::fs::create_dir_all(&home).expect("a temporary folder can be created");
        let mut terminal = pseudo_terminal::start(&home, (80, 24), &["play"], &[]);
        terminal.read_until(">>>");
        terminal.press(&format!("r.mset({{f'user:{{i}}': i for i in range({KEYS})}})\r"));
        terminal.read_until("True");
        terminal.drain();
        println!("{:<44} {:>8} {:>8}", "key press", "median", "longest");
        let mut worst = Duration::ZERO;
        for (what, line, key) in [
            ("a letter of a name", "r.ge", "t"),
            ("a letter of a key", "r.get('us", "e"),
            ("a comma in a call", "r.set('a'", ","),
            ("a letter of a redis-cli word", "GET us", "e"),
            ("Tab: a method", "r.hge", "\t"),
            ("Tab: a key with 100,000 candidates", "r.get('us", "\t"),
            ("Tab: a key with few candidates", "r.get('user:9999", "\t"),
            ("Tab: a key with no candidates", "r.get('usr9999", "\t"),
        ] {
            let mut times: Vec<Duration> = (0..ROUNDS)
                .map(|_| {
                    terminal.press(line);
                    terminal.drain();
                    let time = terminal.time(key);
                    terminal.drain();
                    terminal.press("\x15");
                    terminal.drain();
                    time
                })
                .collect();
            times.sort();
            worst = worst.max(times[ROUNDS - 1]);
            println!("{what:<44} {:>8.2?} {:>8.2?}", times[ROUNDS / 2], times[ROUNDS - 1]);
        }
        let verdict = if worst <= BUDGET { "all are within the budget" } else { "not all are within the budget" };
        println!("Budget: {BUDGET:?} for a key press; the longest took {worst:.2?}: {verdict}.");
        let _ = terminal.child.kill();
        let _ = terminal.child.wait();
        // The terminal is closed last, because closing it ends the program.
        drop(terminal.master);
        let _ = std::fs::remove_dir_all(home);
    }
}
