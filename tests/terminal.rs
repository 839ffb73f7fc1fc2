//! The program in a pseudo-terminal, its screens as a learner sees them.
#![cfg(unix)]

#[path = "support/pseudo_terminal.rs"]
mod pseudo_terminal;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use portable_pty::{Child, MasterPty, PtySize};
use pseudo_terminal::PseudoTerminal;

/// Longer than anything takes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_X_CTRL_E: &str = "\x18\x05";
const TAB: &str = "\t";
const UP: &str = "\x1b[A";

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a terminal has cells")
}

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Where the program keeps its files.
    home: PathBuf,
}

impl Terminal {
    /// Starts the program in a fresh home; `name` tells it apart from other tests'.
    fn start(name: &str, (columns, rows): (u16, u16), arguments: &[&str]) -> Self {
        Self::start_with(name, (columns, rows), arguments, &[])
    }

    /// The same, with more in its environment.
    fn start_with(name: &str, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let home = std::env::temp_dir().join(format!("redis-tutor-terminal-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(&home).expect("a temporary folder can be made");
        Self::start_in(home, size, arguments, environment)
    }

    fn start_at(home: PathBuf, size: (u16, u16), arguments: &[&str]) -> Self {
        Self::start_in(home, size, arguments, &[])
    }

    fn start_in(home: PathBuf, (columns, rows): (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let started = pseudo_terminal::start(&home, (columns, rows), arguments, environment);
        let PseudoTerminal { child, master, keys, output } = started;
        let screen = vt100::Parser::new(cells(rows), cells(columns), 1000);
        Terminal { child, master, keys, output, screen, home }
    }

    fn text(&self) -> String {
        let lines = self.screen.screen().contents();
        lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// Waits until the screen is as `is_there` wants it.
    fn until(&mut self, what: &str, is_there: impl Fn(&str) -> bool) {
        let began = Instant::now();
        while !is_there(&self.text()) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(_) => panic!("{what} did not come:\n{}", self.text()),
            }
        }
    }

    /// Waits for a line that begins so to be the last.
    fn until_prompt(&mut self, prompt: &str) {
        self.until(prompt, |text| text.lines().last().is_some_and(|line| line.trim_end() == prompt.trim_end()));
    }

    fn until_text(&mut self, part: &str) {
        self.until(part, |text| text.contains(part));
    }

    fn keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal is there");
        self.keys.flush().expect("the terminal is there");
    }

    /// Types a line, and waits for what comes of it and for the next prompt.
    fn enter(&mut self, line: &str, then: &str, prompt: &str) {
        self.keys(line);
        self.until_text(line.trim());
        self.keys("\r");
        self.until_text(then);
        self.until_prompt(prompt);
    }

    /// Waits for the program's end, and tells its status.
    fn status(&mut self) -> u32 {
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

/// Holds the screen against its snapshot.
fn shown(terminal: &Terminal, name: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("terminal-{name}"), at_noon(&terminal.text())));
}

#[test]
fn the_first_start_says_what_one_must_know() {
    let mut terminal = Terminal::start("first", (80, 24), &[]);
    terminal.until_prompt(">>>");
    shown(&terminal, "first-start");
    terminal.enter(":hint", "Hint 1 of", ">>>");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
    assert!(terminal.text().contains("Your place is kept"), "{}", terminal.text());
}

#[test]
fn a_narrow_terminal_without_colours_is_readable() {
    let mut terminal = Terminal::start("narrow", (40, 20), &["--color", "never", "--ascii"]);
    terminal.until_prompt(">>>");
    shown(&terminal, "first-start-narrow");
}

#[test]
fn mistakes_get_an_answer_and_the_prompt_back() {
    let mut terminal = Terminal::start("mistakes", (80, 40), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter("x = = 1", "SyntaxError", ">>>");
    terminal.enter("nme", "NameError", ">>>");
    terminal.keys("r.get('a");
    terminal.until_text("r.get('a");
    terminal.keys(CTRL_C);
    terminal.until_prompt(">>>");
    terminal.enter("GETT a", "", ">>>");
    shown(&terminal, "mistakes");
    // Where the loop is when Ctrl-C comes is chance, so its traceback is no snapshot.
    // It says that it runs once it does: earlier, Ctrl-C might find nothing to interrupt.
    terminal.keys("\x1b[200~while True: pass\n\x1b[201~\r");
    terminal.until_text("running for");
    terminal.keys(CTRL_C);
    terminal.until_text("KeyboardInterrupt");
    terminal.until_prompt(">>>");
}

#[test]
fn a_block_is_typed_recalled_and_pasted() {
    let mut terminal = Terminal::start("block", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.keys("for i in range(2):\r");
    terminal.until_prompt("...");
    terminal.keys("print('seen', i)\r");
    terminal.until("the second line's prompt", |text| text.ends_with("print('seen', i)\n..."));
    terminal.keys("\r");
    terminal.until_text("seen 1");
    terminal.until_prompt(">>>");
    terminal.keys(UP);
    terminal.until("the block", |text| text.matches("print('seen', i)").count() == 2);
    terminal.keys("\r");
    terminal.until("its output", |text| text.matches("seen 1").count() == 2);
    terminal.until_prompt(">>>");
    terminal.keys("\x1b[200~def f(x):\n    y = 1\n\n    return x + y\n\nf(41)\n\x1b[201~");
    terminal.until_text("f(41)");
    terminal.keys("\r");
    terminal.until_text("\n42\n");
    terminal.until_prompt(">>>");
    shown(&terminal, "block");
}

#[test]
fn a_block_is_edited_as_a_whole_and_outside() {
    let editor = [("EDITOR", "sed -i s/range.3/range(2/")];
    let mut terminal = Terminal::start_with("whole", (80, 24), &["play"], &editor);
    terminal.until_prompt(">>>");
    terminal.keys("for i in range(3):\r");
    terminal.until_prompt("...");
    terminal.keys("print('seen', i)\r");
    terminal.until("the second line's prompt", |text| text.ends_with("print('seen', i)\n..."));
    terminal.keys(UP);
    terminal.until("the whole block", |text| text.matches("for i in").count() == 2);
    terminal.keys(CTRL_X_CTRL_E);
    terminal.until_text("range(2)");
    shown(&terminal, "whole-block");
    terminal.keys("\r");
    terminal.until_text("seen 1");
    terminal.until_prompt(">>>");
    assert!(!terminal.text().contains("seen 2"), "{}", terminal.text());
}

#[test]
fn a_line_survives_a_resize_in_its_midst() {
    let mut terminal = Terminal::start("resize-edit", (80, 24), &["play", "--color", "never"]);
    terminal.until_prompt(">>>");
    terminal.keys("print('a value that is long enough to wrap')");
    terminal.until_prompt(">>> print('a value that is long enough to wrap')");
    terminal.master.resize(PtySize { rows: 20, cols: 40, pixel_width: 0, pixel_height: 0 }).expect("it is there");
    terminal.screen.screen_mut().set_size(cells(20), cells(40));
    let (left, right) = ("\x1b[D", "\x1b[C");
    terminal.keys(&(left.repeat(2) + "!" + &right.repeat(2) + "\r"));
    terminal.until_text("a value that is long enough to wrap!\n>>>");
    shown(&terminal, "resize-edit");
}

#[test]
fn words_are_moved_over_in_either_way_of_editing() {
    for (name, mode) in [("words-emacs", "emacs"), ("words-vi", "vi")] {
        let mut terminal = Terminal::start(name, (80, 24), &["play", "--edit-mode", mode]);
        terminal.until_prompt(">>>");
        terminal.keys("'one two three'");
        terminal.until_text("'one two three'");
        let ctrl_left = "\x1b[1;5D";
        terminal.keys(&(ctrl_left.repeat(2) + "ten\r"));
        terminal.until_text("'one tentwo three'\n'one tentwo three'\n");
    }
    let mut terminal = Terminal::start("vi", (80, 24), &["play", "--edit-mode", "vi"]);
    terminal.until_prompt(">>>");
    terminal.keys("'wrong' 'right'");
    terminal.until_text("'wrong' 'right'");
    terminal.keys("\x1b");
    terminal.until("the cursor steps back", |_| true);
    terminal.keys("0dW");
    terminal.until_prompt(">>> 'right'");
    terminal.keys("A + '!'\r");
    terminal.until_text("\n'right!'\n");
}

#[test]
fn the_history_suggests_and_the_right_arrow_takes_over() {
    let mut terminal = Terminal::start("suggestion", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter("r.rpush('queue:tasks', 'mail')", "\n1\n", ">>>");
    terminal.keys("r.rp");
    terminal.until_prompt(">>> r.rpush('queue:tasks', 'mail')");
    let right = "\x1b[C";
    terminal.keys(&(right.to_owned() + "\r"));
    terminal.until_text("\n2\n");
    terminal.until_prompt(">>>");
    // At the other prompt, what was typed there.
    terminal.enter(":cli", "", "127.0.0.1:6379>");
    terminal.enter("LLEN queue:tasks", "(integer) 2", "127.0.0.1:6379>");
    terminal.enter(":python", "", ">>>");
    terminal.keys(UP);
    terminal.keys(UP);
    terminal.until_prompt(">>> r.rpush('queue:tasks', 'mail')");
    terminal.keys(CTRL_C);
    // An answer stays the learner's to find, though they have found it before.
    let mut lesson = Terminal::start("no-spoiler", (80, 24), &["learn", "first-contact/first-key"]);
    lesson.until_prompt(">>>");
    lesson.enter("x = 1", "", ">>>");
    let history = lesson.home.join("redis-tutor/history");
    lesson.enter("r.set('user:1000:name', 'Alice')", "True", ">>>");
    assert!(std::fs::read_to_string(history).expect("history is kept").contains("'Alice'"));
    lesson.enter(":again", "", ">>>");
    lesson.keys("r.set('us");
    lesson.until("the signature alone", |text| {
        text.lines().last().is_some_and(|line| line.contains("r.set('us  name, value"))
    });
}

#[test]
fn names_keys_and_fields_are_completed() {
    let mut terminal = Terminal::start("completion", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter("r.hset('user:1000', mapping={'name': 'Alice', 'visits': 10})", "\n2\n", ">>>");
    terminal.keys("r.hgeta");
    terminal.keys(TAB);
    terminal.until_text("r.hgetall");
    terminal.keys("('us");
    terminal.keys(TAB);
    terminal.until_text("r.hgetall('user:1000");
    terminal.keys("')\r");
    terminal.until_text("b'visits': b'10'");
    terminal.until_prompt(">>>");
    terminal.keys("HGET user:1000 ");
    terminal.until_text("HGET user:1000 field");
    terminal.keys("n");
    terminal.keys(TAB);
    terminal.keys("\r");
    terminal.until_text("\"Alice\"");
    terminal.until_prompt(">>>");
    terminal.keys(":c");
    terminal.keys(TAB);
    // The list, and then the line again.
    let is_again = |text: &str| text.lines().last().is_some_and(|line| line.starts_with(">>> :cli"));
    terminal.until("the list of names", |text| text.contains("client  become") && is_again(text));
    shown(&terminal, "completion");
}

#[test]
fn a_blocked_client_is_woken_by_another() {
    let mut terminal = Terminal::start("blocked", (100, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.keys("BLPOP queue:tasks 0\r");
    terminal.until_text("main waits for queue:tasks · Enter goes on as a second client · Ctrl-C stops waiting");
    terminal.keys("\r");
    terminal.until_prompt("client-2 >>>");
    terminal.enter("r.rpush('queue:tasks', 'send mail')", "main:", "client-2 >>>");
    shown(&terminal, "blocked");
    terminal.enter(":client main", "", "main >>>");
    terminal.keys("BLPOP queue:tasks 0\r");
    terminal.until_prompt("client-2 >>>");
}

#[test]
fn a_wait_is_left_by_ctrl_c_and_loses_no_key() {
    let mut terminal = Terminal::start("wait", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.keys("BLPOP queue:tasks 0\r");
    terminal.until_text("main waits for queue:tasks");
    terminal.keys("1 + 1");
    terminal.keys(CTRL_C);
    terminal.until_text("(interrupted)");
    terminal.until_prompt(">>> 1 + 1");
    terminal.keys("\r");
    terminal.until_text("\n2\n");
}

#[test]
fn input_asks_at_the_prompt() {
    let mut terminal = Terminal::start("input", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.keys("name = input('who? ')\r");
    terminal.until_prompt("who?");
    terminal.keys("Alice\r");
    terminal.until_prompt(">>>");
    terminal.enter("name", "'Alice'", ">>>");
    terminal.keys("input('again? ')\r");
    terminal.until_prompt("again?");
    terminal.keys(CTRL_C);
    terminal.until_text("KeyboardInterrupt");
    terminal.until_prompt(">>>");
}

#[test]
fn plain_never_moves_the_cursor() {
    let mut terminal = Terminal::start("plain", (80, 24), &["play", "--plain", "--color", "never"]);
    terminal.until_prompt(">>>");
    terminal.keys("1 + 1\r");
    terminal.until_text("\n2\n");
    terminal.until_prompt(">>>");
    terminal.keys("BLPOP queue:tasks 0\r");
    terminal.until_text("Ctrl-C stops waiting");
    terminal.keys(CTRL_C);
    terminal.until_prompt(">>>");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
    shown(&terminal, "plain");
}

#[test]
fn what_was_typed_is_there_the_next_time_without_passwords() {
    let mut terminal = Terminal::start("history", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter("40 + 2", "\n42\n", ">>>");
    terminal.enter("AUTH hunter2", "ERR", ">>>");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
    let home = terminal.home.clone();
    let kept = std::fs::read_to_string(home.join("redis-tutor/history")).expect("history is kept");
    assert_eq!(kept, "40 + 2\n");
    let mut again = Terminal::start_at(home, (80, 24), &["play"]);
    again.until_prompt(">>>");
    again.keys(UP);
    again.until_prompt(">>> 40 + 2");
}

#[test]
fn text_follows_the_width_of_the_terminal() {
    let mut terminal = Terminal::start("resize", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.master.resize(PtySize { rows: 24, cols: 40, pixel_width: 0, pixel_height: 0 }).expect("it is there");
    terminal.screen.screen_mut().set_size(cells(24), cells(40));
    terminal.enter(":doc GET", "GET key", ">>>");
    let text = terminal.text();
    assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    assert!(text.lines().skip_while(|line| !line.contains(":doc")).all(|line| !line.ends_with('-')), "{text}");
}

#[test]
fn sigterm_leaves_the_terminal_as_it_was() {
    let mut terminal = Terminal::start("sigterm", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    let typing = terminal.master.get_termios().expect("it is a terminal").local_flags;
    let pid = terminal.child.process_id().expect("it runs").to_string();
    let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there");
    assert!(sent.success());
    assert_eq!(terminal.status(), 128 + 15);
    let after = terminal.master.get_termios().expect("it is a terminal").local_flags;
    assert_ne!(typing, after);
}

/// Progress as a learner has it who finished one lesson and is in the midst of another.
const PROGRESS: &str = r#"{"version": 1, "current": "hashes", "lessons": {
    "first-contact": {"done": ["first-key"], "finished": true},
    "hashes": {"step": "one-field", "done": ["wrongtype", "make-room", "mapping"]}}}"#;

/// Starts the program for a learner who was here before.
fn start_again(name: &str, size: (u16, u16), arguments: &[&str]) -> Terminal {
    let home = std::env::temp_dir().join(format!("redis-tutor-terminal-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(home.join("redis-tutor")).expect("a temporary folder can be made");
    std::fs::write(home.join("redis-tutor/progress.json"), PROGRESS).expect("it can be written");
    Terminal::start_at(home, size, arguments)
}

#[test]
fn the_list_of_lessons_is_chosen_from_by_arrows_and_by_typing() {
    let mut terminal = start_again("list", (80, 24), &[]);
    terminal.until_text("Ctrl-D leaves");
    shown(&terminal, "lessons");
    terminal.keys("\x1b[B");
    terminal.until_text("→  6. blob-or-hash");
    terminal.keys("queue");
    terminal.until_text("Looking for: queue");
    terminal.until("the list of one", |text| !text.contains("blob-or-hash"));
    terminal.keys("\x1b");
    terminal.until_text("→  5. hashes");
    terminal.keys("\r");
    terminal.until_text("Hashes: a dictionary under one key · 4 of 9");
    terminal.until_prompt(">>>");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
}

#[test]
fn the_list_of_lessons_fits_a_low_and_narrow_terminal() {
    let mut terminal = start_again("list-narrow", (40, 10), &["--ascii", "--color", "never"]);
    terminal.until_text("Ctrl-D leaves");
    shown(&terminal, "lessons-narrow");
    let typing = terminal.master.get_termios().expect("it is a terminal").local_flags;
    terminal.keys(CTRL_C);
    assert_eq!(terminal.status(), 0);
    let after = terminal.master.get_termios().expect("it is a terminal").local_flags;
    assert_ne!(typing, after, "the terminal's modes are as they were");
}

#[test]
fn the_list_of_lessons_is_numbered_where_it_is_read_aloud() {
    let mut terminal = start_again("list-plain", (80, 24), &["--plain", "--color", "never"]);
    terminal.until_text("Enter opens 5:");
    shown(&terminal, "lessons-plain");
    terminal.keys("zzz\r");
    terminal.until_text("No lesson has \"zzz\" in it.");
    terminal.keys("3\r");
    terminal.until_text("Keys that expire: caching · 1 of");
}

#[test]
fn what_no_heading_tells_is_told_before_the_prompt() {
    let mut terminal = Terminal::start("status", (80, 24), &["play", "--color", "never"]);
    terminal.until_prompt(">>>");
    terminal.enter("MULTI", " MULTI, 0 queued · ", ">>>");
    terminal.enter("GET a", " MULTI, 1 queued · ", ">>>");
    terminal.enter(":client bob", " as bob · ", "bob >>>");
    terminal.enter(":wait 5m", " UTC, 5 min ahead", "bob >>>");
    terminal.enter("1 + 1", "\n2\n", "bob >>>");
    assert_eq!(terminal.text().matches("UTC").count(), 4, "{}", terminal.text());
}

#[test]
fn a_program_that_computes_for_long_says_so() {
    let mut terminal = Terminal::start("busy", (80, 24), &["play", "--color", "never"]);
    terminal.until_prompt(">>>");
    terminal.keys("\x1b[200~while True: pass\n\x1b[201~\r");
    terminal.until_text(" running for 3 s · Ctrl-C stops it");
    terminal.keys(CTRL_C);
    terminal.until_text("KeyboardInterrupt");
    terminal.until_text("That took ");
    terminal.until_prompt(">>>");
    assert!(!terminal.text().contains("running for"), "{}", terminal.text());
}

#[test]
fn a_key_is_drawn_on_a_narrow_terminal() {
    let mut terminal = Terminal::start("draw", (40, 20), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter("ZADD board 100 Al 150 Bo", "(integer) 2", ">>>");
    terminal.enter("ZINCRBY board 60 Al", "\"160\"", ">>>");
    terminal.enter(":draw board", "OBJECT ENCODING", ">>>");
    shown(&terminal, "draw-narrow");
}

#[test]
fn a_lesson_has_a_beginning_and_an_end() {
    let mut terminal = start_again("milestone", (80, 40), &["learn", "hashes/empty", "--color", "never"]);
    terminal.until_prompt("?");
    terminal.enter(":skip", "Enter goes on.", ">>>");
    terminal.keys("\r");
    terminal.until_text("Lesson 5 of ");
    terminal.until_text("Enter opens the next lesson");
    terminal.until_prompt(">>>");
    terminal.keys("\r");
    terminal.until_text("Lesson 6 of ");
    terminal.until_text(" · 1 of ");
}

/// A real client: bytes over a socket.
struct RealClient(TcpStream);

impl RealClient {
    fn connect(port: u16) -> Self {
        let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the tutor's port is open");
        socket.set_read_timeout(Some(PATIENCE)).expect("it takes a timeout");
        RealClient(socket)
    }

    /// Sends a line, and waits for the answer.
    fn ask(&mut self, line: &str, answer: &str) {
        self.0.write_all(format!("{line}\r\n").as_bytes()).expect("the tutor listens");
        self.hear(answer);
    }

    fn hear(&mut self, answer: &str) {
        let mut bytes = vec![0; answer.len()];
        self.0.read_exact(&mut bytes).unwrap_or_else(|error| panic!("{answer:?} did not come: {error}"));
        assert_eq!(String::from_utf8_lossy(&bytes), answer);
    }
}

#[test]
fn real_clients_share_the_learners_redis() {
    // A port that is free: the system names one, and it is let go of again.
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let port = taken.local_addr().expect("it has an address").port();
    let mut terminal = Terminal::start("serve", (100, 40), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter(&format!(":serve {port}"), "is in use", ">>>");
    drop(taken);
    terminal.enter(&format!(":serve {port}"), "is open to this machine", ">>>");
    let mut client = RealClient::connect(port);
    // The line that is typed stays as it is, and both see one Redis.
    terminal.keys("r.get('seen");
    client.ask("SET seen yes", "+OK\r\n");
    terminal.keys("')\r");
    terminal.until_text("b'yes'");
    terminal.until_prompt(">>>");
    // A wait that is looked on.
    terminal.keys("r.blpop('tasks', timeout=0)\r");
    terminal.until_text("main waits for tasks");
    client.ask("RPUSH tasks first", ":1\r\n");
    terminal.until_text("(b'tasks', b'first')");
    terminal.until_prompt(">>>");
    // A program that computes.
    terminal.keys("while r.get('stop') is None: pass\r");
    terminal.until_prompt("...");
    terminal.keys("\r");
    client.ask("SET stop 1", "+OK\r\n");
    terminal.until_prompt(">>>");
    // Another client that waits while a line is typed, and a real one that waits behind it.
    terminal.keys("BLPOP tasks 0\r");
    terminal.until_text("main waits for tasks \u{b7}");
    terminal.keys("\r");
    terminal.until_prompt("client-2 >>>");
    terminal.keys("r.rpush('ta");
    let mut waiting = RealClient::connect(port);
    waiting.ask("PING", "+PONG\r\n");
    waiting.0.write_all(b"BLPOP tasks 0\r\n").expect("the tutor listens");
    client.ask("RPUSH tasks second", ":1\r\n");
    terminal.until("main's task above the line", |text| {
        text.ends_with("main:\n1) \"tasks\"\n2) \"second\"\nclient-2 >>> r.rpush('ta")
    });
    terminal.keys("sks', 'third')\r");
    terminal.until_text("third')\n1\n");
    waiting.hear("*2\r\n$5\r\ntasks\r\n$5\r\nthird\r\n");
    // A client that wakes and computes for ever is interrupted from another's prompt.
    terminal.enter(":client main", "", "main >>>");
    terminal.keys("r.blpop('work', timeout=0) and any(False for _ in iter(int, 1))\r");
    terminal.until_prompt("client-2 >>>");
    client.ask("RPUSH work 1", ":1\r\n");
    terminal.keys(CTRL_C);
    terminal.until_text("KeyboardInterrupt");
    terminal.until_prompt("client-2 >>>");
    terminal.enter(":serve off", "The 2 clients that were connected are cut off", "client-2 >>>");
    assert_eq!(client.0.read(&mut [0]).expect("it is closed, not broken"), 0);
}

/// A wait ends by itself while a line is typed, and what is typed is kept.
fn wait_out(name: &str, arguments: &[&str], shown: &str) {
    let mut terminal = Terminal::start(name, (100, 24), arguments);
    terminal.until_prompt(">>>");
    // Long enough for what is typed until then.
    terminal.keys("BLPOP tasks 5\r");
    terminal.until_text("main waits for tasks");
    terminal.keys("\r");
    terminal.until_prompt("client-2 >>>");
    terminal.keys("x = 1");
    terminal.until(shown, |text| text.ends_with(shown));
    terminal.keys("0 + 1\r");
    terminal.until("the next prompt", |text| text.ends_with("0 + 1\nclient-2 >>>"));
    terminal.enter("x", "\n11\n", "client-2 >>>");
}

#[test]
fn a_wait_that_ends_shows_above_the_line_that_is_typed() {
    wait_out("timeout", &["play"], "main:\n(nil)\nclient-2 >>> x = 1");
}

#[test]
fn in_plain_a_wait_that_ends_shows_below_the_line_that_is_typed() {
    wait_out("timeout-plain", &["play", "--plain"], "client-2 >>> x = 1\nmain:\n(nil)\nclient-2 >>>");
}

#[test]
fn a_lesson_that_is_written_opens_anew_at_each_save() {
    let folder = std::env::temp_dir().join(format!("redis-tutor-watched-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let file = folder.join("counts.toml");
    let text = include_str!("../src/cli/new-lesson.toml").replace("\"ID\"", "\"counts\"");
    std::fs::write(&file, &text).expect("the folder is there");
    let path = file.display().to_string();
    let mut terminal = Terminal::start("watch", (80, 40), &["learn", &path, "--watch"]);
    terminal.until_prompt(">>>");
    terminal.enter("r.incr('page:visits')", "Enter goes on", ">>>");
    terminal.keys("\r");
    terminal.until_text("2 of 3");
    // The step stays, and what is typed is typed at the new text.
    std::fs::write(&file, text.replace("The next step finds", "This second step finds"))
        .expect("it was written before");
    terminal.until_text("This second step finds");
    std::fs::write(&file, text.replace("minutes = 5", "minuets = 5")).expect("it was written before");
    terminal.until_text("minuets");
    terminal.until_text("stays as it was");
    terminal.enter("6", "6: INCRBY adds", ">>>");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
    let _ = std::fs::remove_dir_all(&folder);
}
