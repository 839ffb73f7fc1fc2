//! Tests that the prompt keeps working and the data survives, no matter what hostile or faulty programs do.

use crate::support::program::{redis_tutor, stdout};
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use redis_tutor::driver::{Frontend, Host, Interrupts, drive};
use redis_tutor::lesson::progress::Progress;
use redis_tutor::session::dialect::Dialect;
use redis_tutor::session::event::{Event, Prompt, Show};
use redis_tutor::session::{Options, Session};

/// Runs `play` with the given lines on standard input. Returns the exit status and the standard output.
fn play(lines: &[&str]) -> (Option<i32>, String) {
    let input = format!("{}\n", lines.join("\n"));
    let output = redis_tutor(&["--no-progress", "--color", "never", "play"], input.as_bytes());
    (output.status.code(), stdout(&output))
}

/// Checks that `line` prints `expected`, and that a variable and a key that were set before it still exist afterwards.
fn assert_survives(line: &str, expected: &str) {
    let (status, output) = play(&["x = 42", "r.set('kept', 1)", line, "x", "r.get('kept')"]);
    assert_eq!(status, Some(0), "{output}");
    assert!(output.contains(expected), "{line}: {output}");
    assert!(output.contains(">>> x\n42\n>>> r.get('kept')\nb'1'\n"), "{line}: {output}");
}

#[test]
fn running_out_of_memory_ends_only_python() {
    assert_survives("y = 'a' * 10**11", "MemoryError");
    assert_survives("y = 'a'.zfill(10**11)", "MemoryError");
    assert_survives(
        "y = [bytes(400 * 10**6) for _ in range(4)]",
        "Python has ended: it needed more memory than it may use, 1 GB. A new one was",
    );
}

#[test]
fn endless_nesting_is_a_syntax_error() {
    assert_survives("eval('(' * 200000)", "SyntaxError: too many nested parentheses");
}

#[test]
fn an_immediate_exit_ends_only_python() {
    assert_survives("import os; os._exit(3)", "Python has ended: the program ended it. A new one was started: your");
}

#[test]
fn a_replaced_stdout_is_restored_at_the_next_line() {
    assert_survives("import sys; sys.stdout = None; print('nobody hears')", "");
}

#[test]
fn endless_recursion_is_a_recursion_error() {
    assert_survives("f = lambda: f(); f()", "RecursionError: maximum recursion depth exceeded");
}

/// A front end that enters the inputs one after another, and presses Ctrl-C whenever a program prints `go` or waits.
struct InterruptingFrontend {
    inputs: VecDeque<&'static str>,
    interrupts: Interrupts,
    /// How often Ctrl-C is pressed after each `go` line. A wait also consumes an entry, but is interrupted only once.
    presses: VecDeque<u32>,
    shown: String,
    /// Number of `go` lines that have been handled. Output arrives in chunks of any size, so a chunk may contain part
    /// of a line or several lines.
    handled_go_lines: usize,
}

impl InterruptingFrontend {
    fn press_ctrl_c(&mut self) {
        let go_lines = self.shown.split_inclusive('\n').filter(|line| *line == "go\n").count();
        while self.handled_go_lines < go_lines {
            self.handled_go_lines += 1;
            let presses = self.presses.pop_front().unwrap_or_default();
            (0..presses).for_each(|_| self.interrupts.raise());
        }
    }
}

impl Frontend for InterruptingFrontend {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        match show {
            Show::Output(text) | Show::Traceback(text) | Show::Reply(text) => self.shown.push_str(text),
            Show::Text(text) => self.shown.push_str(&format!("{text:?}\n")),
            _ => {}
        }
        self.press_ctrl_c();
        Ok(())
    }

    fn read_input(&mut self, _: &mut Host<'_>, _: &Prompt) -> io::Result<Event> {
        Ok(self.inputs.pop_front().map_or(Event::EndOfInput, |text| Event::Entered(text.to_owned())))
    }

    fn wait(&mut self, _: &Host<'_>, _: Option<i64>) -> io::Result<Event> {
        Ok(self.presses.pop_front().map_or(Event::SkipWait, |_| Event::Interrupt))
    }

    fn python_executable(&self) -> io::Result<PathBuf> {
        Ok(env!("CARGO_BIN_EXE_redis-tutor").into())
    }

    fn interrupts(&self) -> Option<&Interrupts> {
        Some(&self.interrupts)
    }
}

/// Interrupts a program, and returns everything that is shown. Checks that a variable and a key that were set before
/// the program still exist afterwards.
fn run_interrupted(program: &'static str, presses: &[u32]) -> String {
    let interrupts = Interrupts::new().expect("a pipe can be created");
    let inputs = VecDeque::from(["x = 42", "r.set('kept', 1)", program, "x", "r.get('kept')"]);
    let presses = presses.to_vec().into();
    let mut frontend = InterruptingFrontend { inputs, interrupts, presses, shown: String::new(), handled_go_lines: 0 };
    let mut session = Session::new(Options {
        seed: 1,
        start_us: 1_700_000_000_000_000,
        dialect: Dialect::Both,
        library: Arc::default(),
        progress: Progress::default(),
    });
    let status = drive(&mut session, &mut frontend).expect("the session runs");
    assert_eq!(status, 0);
    assert!(frontend.shown.ends_with("42\nb'1'\n"), "{program}: {}", frontend.shown);
    frontend.shown
}

#[test]
fn the_first_ctrl_c_interrupts_a_loop() {
    let shown = run_interrupted("if print('go', flush=True) is None:\n    while True: pass\n", &[1]);
    assert!(shown.contains("KeyboardInterrupt"), "{shown}");
    assert!(!shown.contains("Python was stopped"), "{shown}");
}

#[test]
fn the_second_ctrl_c_stops_a_program_that_ignores_the_first() {
    // The last two programs print `go` again after they have ignored the first Ctrl-C.
    let programs: [(&str, &[u32]); 3] = [
        ("print('go', flush=True) or sum(range(10**11))", &[2]),
        (
            "while True:\n    try:\n        print('go', flush=True)\n        while True: pass\n    except: pass\n",
            &[1, 1],
        ),
        (
            "while True:\n    try:\n        print('go', flush=True)\n        while True: n = r.incr('n')\n    except: pass\n",
            &[1, 1],
        ),
    ];
    for (program, presses) in programs {
        let shown = run_interrupted(program, presses);
        assert!(shown.contains("Python was stopped. A new one was started: your variables are restored"), "{shown}");
    }
}

#[test]
fn ctrl_c_ends_a_wait_for_redis() {
    let shown = run_interrupted("redis.Redis(socket_timeout=None).blpop('nothing', 0)", &[1]);
    assert!(shown.contains("KeyboardInterrupt"), "{shown}");
}
