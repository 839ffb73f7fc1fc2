//! How the terminal is left: by signals, by a panic, for a while.

use std::fs;

use super::terminal::{CTRL_D, Terminal, fresh_modes, start_again};

/// Holds that nothing of the program's is left in the terminal.
fn is_as_before(terminal: &Terminal) {
    assert_eq!(terminal.modes(), fresh_modes());
    assert!(!terminal.screen.screen().bracketed_paste());
    assert!(!terminal.screen.screen().hide_cursor());
}

#[test]
fn the_end_leaves_the_terminal_as_it_was() {
    let mut terminal = Terminal::start("end", (80, 24), &[]);
    terminal.until_prompt(">>>");
    terminal.enter(":hint", "Hint 1 of", ">>>");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.status(), 0);
    assert!(terminal.text().contains("Your place is kept"), "{}", terminal.text());
    is_as_before(&terminal);
}

#[test]
fn signals_leave_the_terminal_as_it_was() {
    for (signal, status) in [("-TERM", 128 + 15), ("-HUP", 128 + 1)] {
        let mut terminal = Terminal::start("signal-prompt", (80, 24), &["play"]);
        terminal.until_prompt(">>>");
        assert_ne!(terminal.modes(), fresh_modes());
        terminal.signal(signal);
        assert_eq!(terminal.status(), status, "at the prompt");
        is_as_before(&terminal);

        let mut terminal = start_again("signal-list", (80, 24), &[]);
        terminal.until_text("Ctrl-D leaves");
        assert_ne!(terminal.modes(), fresh_modes());
        terminal.signal(signal);
        assert_eq!(terminal.status(), status, "in the list");
        is_as_before(&terminal);

        let mut terminal = start_again("signal-list-plain", (80, 24), &["--plain"]);
        terminal.until_text("Enter opens 5, Ctrl-D leaves:");
        terminal.signal(signal);
        assert_eq!(terminal.status(), status, "in the numbered list");
        is_as_before(&terminal);

        let mut terminal = Terminal::start("signal-wait", (80, 24), &["play"]);
        terminal.until_prompt(">>>");
        terminal.keys("BLPOP tasks 0\r");
        terminal.until_text("main waits for tasks");
        terminal.signal(signal);
        assert_eq!(terminal.status(), status, "in a wait");
        is_as_before(&terminal);

        let mut terminal = Terminal::start("signal-busy", (80, 24), &["play"]);
        terminal.until_prompt(">>>");
        terminal.keys("\x1b[200~while True: pass\n\x1b[201~\r");
        terminal.until_text("running for");
        terminal.signal(signal);
        assert_eq!(terminal.status(), status, "while a program computes");
        is_as_before(&terminal);

        let folder = std::env::temp_dir().join(format!("redis-tutor-signal-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let file = folder.join("counts.toml");
        let text = include_str!("../../../src/cli/new-lesson.toml").replace("\"ID\"", "\"counts\"");
        fs::write(&file, text).expect("the folder is there");
        let path = file.display().to_string();
        let mut terminal = Terminal::start("signal-watch", (80, 24), &["learn", &path, "--watch"]);
        terminal.until_prompt(">>>");
        terminal.signal(signal);
        assert_eq!(terminal.status(), status, "while a file is watched");
        is_as_before(&terminal);
        let _ = fs::remove_dir_all(&folder);
    }
}

/// Only a build for tests panics when it is asked to.
#[cfg(debug_assertions)]
#[test]
fn a_panic_leaves_the_terminal_as_it_was_and_the_progress_safe() {
    let mut terminal = Terminal::start("panic", (80, 40), &["learn", "first-contact/first-key"]);
    terminal.until_prompt(">>>");
    terminal.enter("r.set('user:1000:name', 'Alice')", "Enter goes on", ">>>");
    terminal.keys("\r");
    terminal.until_text("3 of 9");
    terminal.keys(":panic ");
    assert_eq!(terminal.status(), 101);
    let text = terminal.text().replace('\n', " ");
    assert!(text.contains("This is a mistake in redis-tutor, not yours. Your progress is safe, in"), "{text}");
    assert!(text.contains("progress.json"), "{text}");
    is_as_before(&terminal);
    let mut again = Terminal::start_at(terminal.home.clone(), (80, 40), &["learn"]);
    again.until_text("3 of 9");
}

#[test]
fn ctrl_z_lends_the_terminal_to_the_shell_as_it_was() {
    let mut terminal = Terminal::start_shell("suspend", (80, 40));
    terminal.until_prompt("$");
    terminal.keys(concat!(env!("CARGO_BIN_EXE_redis-tutor"), " play --color never\r"));
    terminal.until_prompt(">>>");
    terminal.keys("20 + 2");
    terminal.until_prompt(">>> 20 + 2");
    terminal.keys("\x1a");
    terminal.until_prompt("$");
    terminal.keys("stty -a\r");
    terminal.until_text("echoctl");
    let text = terminal.text();
    assert!(text.contains("eof = ^D") && text.contains(" echo "), "{text}");
    terminal.until_prompt("$");
    terminal.keys("fg\r");
    terminal.until_prompt(">>> 20 + 2");
    terminal.keys("2\r");
    terminal.until_text("\n42\n");
}
