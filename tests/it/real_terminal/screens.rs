//! Screens as a learner sees them, at three sizes of terminal: each is a snapshot.

use std::thread;

use super::terminal::{CTRL_C, CTRL_D, TAB, Terminal, UP, shown, start_again};

type Size = (u16, u16);

const SIZES: [Size; 3] = [(40, 20), (80, 24), (120, 40)];

/// Plays a script at each size, all at once, and holds the screens at its end against their snapshots. The script is given
/// a name for its files.
fn at_each_size(name: &str, play: impl Fn(&str, Size) -> Terminal + Sync) {
    let named = |(columns, rows): Size| format!("{name}-{columns}x{rows}");
    let screens: Vec<String> = thread::scope(|scope| {
        let players = SIZES.map(|size| {
            let play = &play;
            let name = named(size);
            scope.spawn(move || play(&name, size).seen())
        });
        players.map(|player| player.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).into()
    });
    for (size, screen) in SIZES.into_iter().zip(screens) {
        shown(&screen, &named(size));
    }
}

#[test]
fn first_start() {
    at_each_size("first-start", |name, size| {
        let mut terminal = Terminal::start(name, size, &[]);
        terminal.until_prompt(">>>");
        terminal
    });
}

#[test]
fn lessons() {
    at_each_size("lessons", |name, size| {
        let mut terminal = start_again(name, size, &[]);
        terminal.until_text("Ctrl-D leaves");
        terminal
    });
}

#[test]
fn mistakes_in_a_lesson() {
    at_each_size("mistakes", |name, size| {
        let mut terminal = Terminal::start(name, size, &["learn", "first-contact/first-key"]);
        terminal.until_prompt(">>>");
        terminal.enter("r.set('user:1000:name', Alice)", "variable", ">>>");
        terminal.enter("r.sett('user:1000:name', 'Alice')", "AttributeError", ">>>");
        terminal.enter("r.set('user:1000', 'Alice')", "separate", ">>>");
        terminal
    });
}

#[test]
fn completion() {
    at_each_size("completion", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.until_prompt(">>>");
        // Python is asked for its names, and is not waited for for long: it is to be there.
        terminal.enter("20 + 22", "\n42\n", ">>>");
        terminal.keys("r.hs");
        terminal.keys(TAB);
        // The list, and then the line again.
        terminal.until("the list of methods", |text| {
            text.contains("hsetnx") && text.lines().last().is_some_and(|line| line.starts_with(">>> r.hs"))
        });
        terminal
    });
}

#[test]
fn a_block_edited_as_a_whole() {
    at_each_size("block", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.until_prompt(">>>");
        terminal.recall_block();
        let (to_the_top, before_the_bracket) = (UP.repeat(2), "\x1b[F\x1b[D\x1b[D");
        terminal.keys(&format!("{to_the_top}{before_the_bracket}\x7f2\r"));
        terminal.until_text("seen 1");
        terminal.until_prompt(">>>");
        terminal.keys("\x1b[200~def half(number):\n    return number / 2\n\nhalf(84)\n\x1b[201~\r");
        terminal.until_text("\n42.0\n");
        terminal.until_prompt(">>>");
        terminal
    });
}

#[test]
fn a_blocked_client() {
    at_each_size("blocked", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.until_prompt(">>>");
        terminal.keys("BLPOP queue:tasks 0\r");
        terminal.until_text("Enter");
        terminal
    });
    at_each_size("woken", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.until_prompt(">>>");
        terminal.keys("BLPOP queue:tasks 0\r");
        terminal.until_text("Enter");
        terminal.keys("\r");
        terminal.until_prompt("client-2 >>>");
        terminal.enter("r.rpush('queue:tasks', 'send mail')", "main:", "client-2 >>>");
        terminal
    });
}

#[test]
fn a_picture() {
    at_each_size("picture", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play"]);
        terminal.until_prompt(">>>");
        terminal.enter("ZADD board 100 Al 150 Bo", "(integer) 2", ">>>");
        terminal.enter("ZINCRBY board 60 Al", "\"160\"", ">>>");
        terminal.enter(":draw board", "OBJECT ENCODING", ">>>");
        terminal
    });
}

#[test]
fn plain() {
    at_each_size("plain", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play", "--plain", "--color", "never"]);
        terminal.until_prompt(">>>");
        terminal.keys("1 + 1\r");
        terminal.until_text("\n2\n");
        terminal.until_prompt(">>>");
        terminal.keys("BLPOP queue:tasks 0\r");
        terminal.until_text("Ctrl-C stops");
        terminal.keys(CTRL_C);
        terminal.until_prompt(">>>");
        terminal.keys(CTRL_D);
        assert_eq!(terminal.status(), 0);
        terminal
    });
}

/// Only a build for tests panics when it is asked to.
#[cfg(debug_assertions)]
#[test]
fn a_panic() {
    at_each_size("panic", |name, size| {
        let mut terminal = Terminal::start(name, size, &["play", "--no-progress"]);
        terminal.until_prompt(">>>");
        terminal.keys(":panic ");
        assert_eq!(terminal.status(), 101);
        terminal
    });
}

#[test]
fn a_resize_in_the_midst_of_an_edit() {
    at_each_size("resize-edit", |name, size| {
        let before = if size.0 < 80 { (80, 24) } else { (40, 20) };
        let mut terminal = Terminal::start(name, before, &["play", "--color", "never"]);
        terminal.until_prompt(">>>");
        terminal.keys("print('a value that is long enough to wrap')");
        let is_typed =
            |text: &str| text.replace('\n', "").ends_with(">>> print('a value that is long enough to wrap')");
        terminal.until("the line", is_typed);
        terminal.resize(size);
        let (left, right) = ("\x1b[D", "\x1b[C");
        terminal.keys(&(left.repeat(2) + "!" + &right.repeat(2) + "\r"));
        terminal.until_text("a value that is long enough to wrap!\n>>>");
        terminal
    });
}
