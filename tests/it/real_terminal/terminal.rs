//! The program at a terminal, and its screen as a learner sees it.

use std::io::Write;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::pseudo_terminal::{self, PseudoTerminal};

/// Longer than anything takes, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";
pub const CTRL_X_CTRL_E: &str = "\x18\x05";
pub const TAB: &str = "\t";
pub const UP: &str = "\x1b[A";

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a terminal has cells")
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("it is a terminal"))
}

/// The modes of a terminal in which nothing has run.
pub fn fresh_modes() -> String {
    let pair = native_pty_system().openpty(PtySize::default()).expect("a pseudo-terminal can be opened");
    modes(&*pair.master)
}

/// A folder for the program's files, which is there and empty.
fn fresh_home(name: &str) -> PathBuf {
    let home = std::env::temp_dir().join(format!("redis-tutor-terminal-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(&home).expect("a temporary folder can be made");
    home
}

pub struct Terminal {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    pub screen: vt100::Parser,
    /// Where the program keeps its files.
    pub home: PathBuf,
}

impl Terminal {
    /// Starts the program in a fresh home; `name` tells it apart from other tests'.
    pub fn start(name: &str, (columns, rows): (u16, u16), arguments: &[&str]) -> Self {
        Self::start_with(name, (columns, rows), arguments, &[])
    }

    /// The same, with more in its environment.
    pub fn start_with(name: &str, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_in(fresh_home(name), size, arguments, environment)
    }

    pub fn start_at(home: PathBuf, size: (u16, u16), arguments: &[&str]) -> Self {
        Self::start_in(home, size, arguments, &[])
    }

    fn start_in(home: PathBuf, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let started = pseudo_terminal::start(&home, size, arguments, environment);
        Self::at(started, home, size)
    }

    /// Starts a shell, in which the program is but a job.
    pub fn start_shell(name: &str, size: (u16, u16)) -> Self {
        let home = fresh_home(name);
        let mut shell = CommandBuilder::new("/bin/sh");
        shell.arg("-i");
        let started = pseudo_terminal::start_command(shell, &home, size, &[("PS1", "$ ")]);
        Self::at(started, home, size)
    }

    fn at(started: PseudoTerminal, home: PathBuf, (columns, rows): (u16, u16)) -> Self {
        let PseudoTerminal { child, master, keys, output } = started;
        let screen = vt100::Parser::new(cells(rows), cells(columns), 1000);
        Terminal { child, master, keys, output, screen, home }
    }

    pub fn text(&self) -> String {
        let lines = self.screen.screen().contents();
        lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// The rows of the screen as they are seen: a long line is broken where the terminal breaks it. Any time of the day is
    /// noon.
    pub fn seen(&self) -> String {
        let screen = self.screen.screen();
        let rows = screen.rows(0, screen.size().1.get()).map(|row| row.trim_end().to_owned());
        at_noon(rows.collect::<Vec<_>>().join("\n").trim_end())
    }

    /// Makes the terminal as large.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("the terminal is there");
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
    }

    /// Sends the program a signal.
    pub fn signal(&self, name: &str) {
        let pid = self.child.process_id().expect("it runs").to_string();
        let sent = std::process::Command::new("kill").args([name, &pid]).status().expect("kill is there");
        assert!(sent.success());
    }

    /// The terminal's modes, as text to compare.
    pub fn modes(&self) -> String {
        modes(&*self.master)
    }

    /// Waits until the screen is as `is_there` wants it.
    pub fn until(&mut self, what: &str, is_there: impl Fn(&str) -> bool) {
        let began = Instant::now();
        while !is_there(&self.text()) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(_) => panic!("{what} did not come:\n{}", self.text()),
            }
        }
    }

    /// Waits for anything that the program writes.
    pub fn hear(&mut self) {
        let bytes = self.output.recv_timeout(PATIENCE).expect("it writes something");
        self.screen.process(&bytes);
    }

    /// Waits for a line that begins so to be the last.
    pub fn until_prompt(&mut self, prompt: &str) {
        self.until(prompt, |text| text.lines().last().is_some_and(|line| line.trim_end() == prompt.trim_end()));
    }

    pub fn until_text(&mut self, part: &str) {
        self.until(part, |text| text.contains(part));
    }

    /// Types a block of two lines, and recalls it as a whole instead of ending it.
    pub fn recall_block(&mut self) {
        self.keys("for i in range(3):\r");
        self.until_prompt("...");
        self.keys("print('seen', i)\r");
        self.until("the second line's prompt", |text| text.ends_with("print('seen', i)\n..."));
        self.keys(UP);
        self.until("the whole block", |text| text.matches("for i in").count() == 2);
    }

    pub fn keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal is there");
        self.keys.flush().expect("the terminal is there");
    }

    /// Types a line, and waits for what comes of it and for the next prompt.
    pub fn enter(&mut self, line: &str, then: &str, prompt: &str) {
        self.keys(line);
        self.until_text(line.trim());
        self.keys("\r");
        self.until_text(then);
        self.until_prompt(prompt);
    }

    /// Waits for the program's end, and tells its status.
    pub fn status(&mut self) -> u32 {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.screen.process(&bytes);
        }
        self.child.wait().expect("the program was started").exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// A screen's text with any time of the day being noon.
fn at_noon(text: &str) -> String {
    let mut parts = text.split(" UTC").collect::<Vec<_>>();
    let last = parts.pop().unwrap_or_default();
    let times = parts.iter().map(|part| format!("{}12:00:00 UTC", &part[..part.len() - "12:00:00".len()]));
    times.collect::<String>() + last
}

/// Holds a screen against its snapshot.
pub fn shown(screen: &str, name: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("terminal-{name}"), screen));
}

/// Progress as a learner has it who finished one lesson and is in the midst of another.
const PROGRESS: &str = r#"{"version": 1, "current": "hashes", "lessons": {
    "first-contact": {"done": ["first-key"], "finished": true},
    "hashes": {"step": "one-field", "done": ["wrongtype", "make-room", "mapping"]}}}"#;

/// Starts the program for a learner who was here before.
pub fn start_again(name: &str, size: (u16, u16), arguments: &[&str]) -> Terminal {
    let home = fresh_home(name);
    std::fs::create_dir_all(home.join("redis-tutor")).expect("a temporary folder can be made");
    std::fs::write(home.join("redis-tutor/progress.json"), PROGRESS).expect("it can be written");
    Terminal::start_at(home, size, arguments)
}
