//! Runs the program in a pseudo-terminal, and emulates the screen that its output produces.

use std::io::Write;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::pseudo_terminal::{self, PseudoTerminal};

/// A timeout that no test reaches, even on a busy machine.
pub const TIMEOUT: Duration = Duration::from_secs(60);

pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";
pub const CTRL_X_CTRL_E: &str = "\x18\x05";
pub const TAB: &str = "\t";
pub const UP: &str = "\x1b[A";

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a terminal has rows and columns")
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("the master side is a terminal"))
}

/// Returns the modes of a new pseudo-terminal, as a string that can be compared.
pub fn initial_modes() -> String {
    let pair = native_pty_system().openpty(PtySize::default()).expect("a pseudo-terminal can be opened");
    modes(&*pair.master)
}

/// Creates an empty home folder for the program's files.
fn create_home(name: &str) -> PathBuf {
    let home = std::env::temp_dir().join(format!("redis-tutor-terminal-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(&home).expect("a temporary folder can be created");
    home
}

pub struct Terminal {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    /// Everything that the program has written.
    pub written: Vec<u8>,
    pub screen: vt100::Parser,
    /// The program's home folder, which contains its files.
    pub home: PathBuf,
}

impl Terminal {
    /// Starts the program with an empty home folder. `name` must be different in each test.
    pub fn start(name: &str, (columns, rows): (u16, u16), arguments: &[&str]) -> Self {
        Self::start_with(name, (columns, rows), arguments, &[])
    }

    /// Starts the program with an empty home folder and additional environment variables.
    pub fn start_with(name: &str, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::spawn(create_home(name), size, arguments, environment)
    }

    /// Starts the program with an existing home folder.
    pub fn start_in(home: PathBuf, size: (u16, u16), arguments: &[&str]) -> Self {
        Self::spawn(home, size, arguments, &[])
    }

    fn spawn(home: PathBuf, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let started = pseudo_terminal::start(&home, size, arguments, environment);
        Self::new(started, home, size)
    }

    /// Starts a shell, in which the program can run as a job.
    pub fn start_shell(name: &str, size: (u16, u16)) -> Self {
        let home = create_home(name);
        let mut shell = CommandBuilder::new("/bin/sh");
        shell.arg("-i");
        let started = pseudo_terminal::start_command(shell, &home, size, &[("PS1", "$ ")]);
        Self::new(started, home, size)
    }

    fn new(started: PseudoTerminal, home: PathBuf, (columns, rows): (u16, u16)) -> Self {
        let PseudoTerminal { child, master, keys, output } = started;
        let screen = vt100::Parser::new(cells(rows), cells(columns), 1000);
        Terminal { child, master, keys, output, written: Vec::new(), screen, home }
    }

    /// Returns the text on the screen. Lines that the terminal has wrapped are joined.
    pub fn text(&self) -> String {
        let lines = self.screen.screen().contents();
        lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// Returns the rows of the screen. A wrapped line takes several rows. Every time of day is replaced with noon, so
    /// that the result can be compared with a snapshot.
    pub fn screen_rows(&self) -> String {
        let screen = self.screen.screen();
        let rows = screen.rows(0, screen.size().1.get()).map(|row| row.trim_end().to_owned());
        replace_times(rows.collect::<Vec<_>>().join("\n").trim_end())
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("the terminal is open");
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
    }

    /// Sends a signal to the program. `name` is an option of `kill`, such as `-TERM`.
    pub fn send_signal(&self, name: &str) {
        let pid = self.child.process_id().expect("the program is running").to_string();
        let sent = std::process::Command::new("kill").args([name, &pid]).status().expect("`kill` is installed");
        assert!(sent.success());
    }

    /// Returns the terminal's modes as a string that can be compared.
    pub fn modes(&self) -> String {
        modes(&*self.master)
    }

    /// Waits until the text on the screen satisfies a condition. `what` describes the condition in the failure message.
    pub fn wait_until(&mut self, what: &str, condition: impl Fn(&str) -> bool) {
        let started = Instant::now();
        while !condition(&self.text()) {
            let left = TIMEOUT.saturating_sub(started.elapsed());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.process(&bytes),
                Err(_) => panic!("{what} did not appear:\n{}", self.text()),
            }
        }
    }

    /// Waits for more output from the program, and adds it to the screen.
    pub fn read_output(&mut self) {
        let bytes = self.output.recv_timeout(TIMEOUT).expect("the program writes something");
        self.process(&bytes);
    }

    fn process(&mut self, bytes: &[u8]) {
        self.written.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    /// Waits until the last line on the screen is the given prompt.
    pub fn wait_for_prompt(&mut self, prompt: &str) {
        self.wait_until(prompt, |text| text.lines().last().is_some_and(|line| line.trim_end() == prompt.trim_end()));
    }

    /// Waits until the screen contains the given text.
    pub fn wait_for_text(&mut self, part: &str) {
        self.wait_until(part, |text| text.contains(part));
    }

    /// Types the two lines of a block, and then recalls both lines with the Up key instead of ending the block.
    pub fn recall_block(&mut self) {
        self.send_keys("for i in range(3):\r");
        self.wait_for_prompt("...");
        self.send_keys("print('seen', i)\r");
        self.wait_until("the second line's prompt", |text| text.ends_with("print('seen', i)\n..."));
        self.send_keys(UP);
        self.wait_until("the whole block", |text| text.matches("for i in").count() == 2);
    }

    pub fn send_keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal is open");
        self.keys.flush().expect("the terminal is open");
    }

    /// Enters a line, and waits first for `output` and then for `prompt`.
    pub fn enter_line(&mut self, line: &str, output: &str, prompt: &str) {
        self.send_keys(line);
        self.wait_for_text(line.trim());
        self.send_keys("\r");
        self.wait_for_text(output);
        self.wait_for_prompt(prompt);
    }

    /// Waits until the program ends, and returns its exit status. Continues to read output until then.
    pub fn exit_status(&mut self) -> u32 {
        while let Ok(bytes) = self.output.recv_timeout(TIMEOUT) {
            self.process(&bytes);
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

/// Replaces every time of day in the text with noon.
fn replace_times(text: &str) -> String {
    let mut parts = text.split(" UTC").collect::<Vec<_>>();
    let last = parts.pop().unwrap_or_default();
    let times = parts.iter().map(|part| format!("{}12:00:00 UTC", &part[..part.len() - "12:00:00".len()]));
    times.collect::<String>() + last
}

/// Compares a screen with the snapshot `terminal-NAME`.
pub fn assert_screen(screen: &str, name: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("terminal-{name}"), screen));
}

/// Progress of a learner who has finished one lesson and is in the middle of another.
const PROGRESS: &str = r#"{"version": 1, "current": "hashes", "lessons": {
    "first-contact": {"done": ["first-key", "delete"], "finished": true},
    "hashes": {"step": "one-field", "done": ["wrongtype", "make-room", "mapping"]}}}"#;

/// Starts the program with the saved progress in `PROGRESS`.
pub fn start_with_progress(name: &str, size: (u16, u16), arguments: &[&str]) -> Terminal {
    let home = create_home(name);
    std::fs::create_dir_all(home.join("redis-tutor")).expect("a temporary folder can be created");
    std::fs::write(home.join("redis-tutor/progress.json"), PROGRESS).expect("the folder is writable");
    Terminal::start_in(home, size, arguments)
}
