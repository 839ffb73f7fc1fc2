//! Programs that mean no good, or not what they do: whatever they try, a working prompt is left, and the data with it.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use redis_tutor::driver::{Frontend, Host, Interrupts, drive};
use redis_tutor::lesson::progress::Progress;
use redis_tutor::session::dialect::Dialect;
use redis_tutor::session::event::{Event, Prompt, Show};
use redis_tutor::session::{Options, Session};

/// How `play` ends, and what it prints, for these lines from a pipe.
fn play(lines: &[&str]) -> (Option<i32>, String) {
    let mut tutor = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
        .args(["--no-progress", "--color", "never", "play"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let mut input = tutor.stdin.take().expect("it is piped");
    // It may leave before it has read to the end.
    let _ = input.write_all(format!("{}\n", lines.join("\n")).as_bytes());
    drop(input);
    let done = tutor.wait_with_output().expect("the tutor ends");
    (done.status.code(), String::from_utf8(done.stdout).expect("it prints text"))
}

/// Enters a line between one that sets a variable and a key and two that ask for them.
fn survives(line: &str, says: &str) {
    let (status, said) = play(&["x = 42", "r.set('kept', 1)", line, "x", "r.get('kept')"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains(says), "{line}: {said}");
    assert!(said.contains(">>> x\n42\n>>> r.get('kept')\nb'1'\n"), "{line}: {said}");
}

#[test]
fn too_much_memory_ends_python_alone() {
    survives("y = 'a' * 10**11", "MemoryError");
    survives("y = 'a'.zfill(10**11)", "Python has ended. A new one takes its place: your variables are restored");
}

#[test]
fn a_bottomless_nesting_is_refused() {
    survives("eval('(' * 200000)", "SyntaxError: too many nested parentheses");
}

#[test]
fn leaving_python_at_once_ends_python_alone() {
    survives("import os; os._exit(3)", "Python has ended. A new one takes its place: your variables are restored");
}

#[test]
fn output_that_is_thrown_away_is_back_at_the_next_line() {
    survives("import sys; sys.stdout = None; print('nobody hears')", "");
}

#[test]
fn a_recursion_without_end_is_a_recursion_error() {
    survives("f = lambda: f(); f()", "RecursionError: maximum recursion depth exceeded");
}

/// A terminal of a kind: types inputs one after the other, and presses Ctrl-C whenever a program says `go`, or waits.
struct Terminal {
    inputs: VecDeque<&'static str>,
    interrupts: Interrupts,
    /// How often Ctrl-C is pressed at each `go` or wait; when none are left, no more.
    presses: VecDeque<u32>,
    shown: String,
    /// How many lines `go` were shown. Output comes in pieces of any size: cut within a line, or several lines at once.
    gone: usize,
}

impl Terminal {
    fn press(&mut self) {
        let gone = self.shown.split_inclusive('\n').filter(|line| *line == "go\n").count();
        while self.gone < gone {
            self.gone += 1;
            let presses = self.presses.pop_front().unwrap_or_default();
            (0..presses).for_each(|_| self.interrupts.raise());
        }
    }
}

impl Frontend for Terminal {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        match show {
            Show::Output(text) | Show::Traceback(text) | Show::Reply(text) => self.shown.push_str(text),
            Show::Text(text) => self.shown.push_str(&format!("{text:?}\n")),
            _ => {}
        }
        self.press();
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

/// What is shown when a program is interrupted; before it, a variable and a key were set, which are asked for after it.
fn interrupted(program: &'static str, presses: &[u32]) -> String {
    let interrupts = Interrupts::new().expect("a pipe can be made");
    let inputs = VecDeque::from(["x = 42", "r.set('kept', 1)", program, "x", "r.get('kept')"]);
    let mut terminal = Terminal { inputs, interrupts, presses: presses.to_vec().into(), shown: String::new(), gone: 0 };
    let mut session = Session::new(Options {
        seed: 1,
        start_us: 1_700_000_000_000_000,
        dialect: Dialect::Both,
        library: Arc::default(),
        progress: Progress::default(),
    });
    let status = drive(&mut session, &mut terminal).expect("the session runs");
    assert_eq!(status, 0);
    assert!(terminal.shown.ends_with("42\nb'1'\n"), "{program}: {}", terminal.shown);
    terminal.shown
}

#[test]
fn the_first_ctrl_c_interrupts_a_loop() {
    let shown = interrupted("if print('go', flush=True) is None:\n    while True: pass\n", &[1]);
    assert!(shown.contains("KeyboardInterrupt"), "{shown}");
    assert!(!shown.contains("Python was stopped"), "{shown}");
}

#[test]
fn the_second_ctrl_c_ends_what_shrugs_off_the_first() {
    // The last two say `go` again once they have shrugged it off.
    let deaf: [(&str, &[u32]); 3] = [
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
    for (program, presses) in deaf {
        let shown = interrupted(program, presses);
        assert!(
            shown.contains("Python was stopped. A new one takes its place: your variables are restored"),
            "{shown}"
        );
    }
}

#[test]
fn ctrl_c_ends_a_wait_for_redis() {
    let shown = interrupted("redis.Redis(socket_timeout=None).blpop('nothing', 0)", &[1]);
    assert!(shown.contains("KeyboardInterrupt"), "{shown}");
}
