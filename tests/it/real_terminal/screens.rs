//! Snapshots of screens at three terminal sizes.

use std::thread;

use super::terminal::{CTRL_C, CTRL_D, TAB, Terminal, UP, assert_screen, start_with_progress};

type Size = (u16, u16);

const SIZES: [Size; 3] = [(40, 20), (80, 24), (120, 40)];

/// Calls `run` for each terminal size, in parallel, and compares the final screens with their snapshots. `run` receives
/// a unique name for its files, and the size.
fn at_each_size(name: &str, run: impl Fn(&str, Size) -> Terminal + Sync) {
    let name_for = |(columns, rows): Size| format!("{name}-{columns}x{rows}");
    let screens: Vec<String> = thread::scope(|scope| {
        let runs = SIZES.map(|size| {
            let run = &run;
            let name = name_for(size);
            scope.spawn(move || run(&name, size).screen_rows())
        });
        runs.map(|run| run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).into()
    });
    for (size, screen) in SIZES.into_iter().zip(screens) {
        assert_screen(&screen, &name_for(size));
    }
}

#[test]
fn first_start() {
    at_each_size("first-start", |name, size| {
        let mut terminal = Terminal::start(name, size, &[]);
        terminal.wait_for_prompt(">>>");
        terminal
    });
}

#[test]
fn lessons() {
    at_each_size("lessons", |name, size| {
        let mut terminal = start_with_progress(name, size, &[]);
        terminal.wait_for_text("Ctrl-D leaves");
        terminal
    });
}

#[test]
fn mistakes_in_a_lesson() {
    at_each_size("mistakes", |name, size| {
        let mut terminal = Terminal::start(name, size, &["learn", "first-contact/first-key"]);
        terminal.wait_for_prompt(">>>");
        terminal.enter_line("r.set('user:1000:name', Alice)", "variable", ">>>");
        terminal.enter_line("r.sett('user:1000:name', 'Alice')", "AttributeError", ">>>");
        terminal.enter_line("r.set('user:1000', 'Alice')", "separate", ">>>");
        terminal
    });
}

#[test]
fn completion() {
    at_each_size("completion", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.wait_for_prompt(">>>");
        // Completion waits only briefly for Python, so Python must already be running.
        terminal.enter_line("20 + 22", "\n42\n", ">>>");
        terminal.send_keys("r.hs");
        terminal.send_keys(TAB);
        // The editor shows the typed line again below the list.
        terminal.wait_until("the list of methods", |text| {
            text.contains("hsetnx") && text.lines().last().is_some_and(|line| line.starts_with(">>> r.hs"))
        });
        terminal
    });
}

#[test]
fn a_block_edited_as_a_whole() {
    at_each_size("block", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.wait_for_prompt(">>>");
        terminal.recall_block();
        let (to_the_top, before_the_bracket) = (UP.repeat(2), "\x1b[F\x1b[D\x1b[D");
        terminal.send_keys(&format!("{to_the_top}{before_the_bracket}\x7f2\r"));
        terminal.wait_for_text("seen 1");
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("\x1b[200~def half(number):\n    return number / 2\n\nhalf(84)\n\x1b[201~\r");
        terminal.wait_for_text("\n42.0\n");
        terminal.wait_for_prompt(">>>");
        terminal
    });
}

#[test]
fn a_blocked_client() {
    at_each_size("blocked", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("BLPOP queue:tasks 0\r");
        terminal.wait_for_text("Enter");
        terminal
    });
    at_each_size("woken", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("BLPOP queue:tasks 0\r");
        terminal.wait_for_text("Enter");
        terminal.send_keys("\r");
        terminal.wait_for_prompt("client-2 >>>");
        terminal.enter_line("r.rpush('queue:tasks', 'send mail')", "main:", "client-2 >>>");
        terminal
    });
}

#[test]
fn a_picture() {
    at_each_size("picture", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.wait_for_prompt(">>>");
        terminal.enter_line("ZADD board 100 Al 150 Bo", "(integer) 2", ">>>");
        terminal.enter_line("ZINCRBY board 60 Al", "\"160\"", ">>>");
        terminal.enter_line(":draw board", "OBJECT ENCODING", ">>>");
        terminal
    });
}

#[test]
fn plain() {
    at_each_size("plain", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play", "--plain", "--color", "never"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("1 + 1\r");
        terminal.wait_for_text("\n2\n");
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("BLPOP queue:tasks 0\r");
        terminal.wait_for_text("Ctrl-C stops");
        terminal.send_keys(CTRL_C);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys(CTRL_D);
        assert_eq!(terminal.exit_status(), 0);
        terminal
    });
}

/// Exists only in debug builds, where `:panic` makes the program panic.
#[cfg(debug_assertions)]
#[test]
fn a_panic() {
    at_each_size("panic", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play", "--no-progress"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys(":panic ");
        assert_eq!(terminal.exit_status(), 101);
        terminal
    });
}

#[test]
fn a_resize_during_an_edit() {
    at_each_size("resize-edit", |name, size| {
        let before = if size.0 < 80 { (80, 24) } else { (40, 20) };
        let mut terminal = Terminal::start(name, before, &["play", "--color", "never"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("print('a value that is long enough to wrap')");
        let is_typed =
            |text: &str| text.replace('\n', "").ends_with(">>> print('a value that is long enough to wrap')");
        terminal.wait_until("the line", is_typed);
        terminal.resize(size);
        let (left, right) = ("\x1b[D", "\x1b[C");
        terminal.send_keys(&(left.repeat(2) + "!" + &right.repeat(2) + "\r"));
        terminal.wait_for_text("a value that is long enough to wrap!\n>>>");
        terminal
    });
}
