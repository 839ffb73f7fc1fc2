//! Tests the state in which the program leaves the terminal: at its end, after a signal, after a panic, and while it is
//! suspended.

use std::fs;

use super::terminal::{CTRL_D, Terminal, initial_modes, start_with_progress};

/// Asserts that the terminal has its initial modes.
fn assert_modes_restored(terminal: &Terminal) {
    assert_eq!(terminal.modes(), initial_modes());
    assert!(!terminal.screen.screen().bracketed_paste());
    assert!(!terminal.screen.screen().hide_cursor());
}

#[test]
fn the_terminal_is_restored_at_the_end() {
    let mut terminal = Terminal::start("end", (80, 24), &[]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line(":hint", "Hint 1 of", ">>>");
    terminal.send_keys(CTRL_D);
    assert_eq!(terminal.exit_status(), 0);
    assert!(terminal.text().contains("Your place is kept"), "{}", terminal.text());
    assert_modes_restored(&terminal);
}

#[test]
fn the_terminal_is_restored_after_a_signal() {
    for (signal, status) in [("-TERM", 128 + 15), ("-HUP", 128 + 1), ("-QUIT", 128 + 3)] {
        let mut terminal = Terminal::start("signal-prompt", (80, 24), &["play"]);
        terminal.wait_for_prompt(">>>");
        assert_ne!(terminal.modes(), initial_modes());
        terminal.send_signal(signal);
        assert_eq!(terminal.exit_status(), status, "at the prompt");
        assert_modes_restored(&terminal);

        let mut terminal = start_with_progress("signal-list", (80, 24), &[]);
        terminal.wait_for_text("Ctrl-D leaves");
        assert_ne!(terminal.modes(), initial_modes());
        terminal.send_signal(signal);
        assert_eq!(terminal.exit_status(), status, "in the menu");
        assert_modes_restored(&terminal);

        let mut terminal = start_with_progress("signal-list-plain", (80, 24), &["--plain"]);
        terminal.wait_for_text("Enter opens 5, Ctrl-D leaves:");
        terminal.send_signal(signal);
        assert_eq!(terminal.exit_status(), status, "in the numbered list");
        assert_modes_restored(&terminal);

        let mut terminal = Terminal::start("signal-wait", (80, 24), &["play"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("BLPOP tasks 0\r");
        terminal.wait_for_text("main waits for tasks");
        terminal.send_signal(signal);
        assert_eq!(terminal.exit_status(), status, "while a client waits");
        assert_modes_restored(&terminal);

        let mut terminal = Terminal::start("signal-busy", (80, 24), &["play"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys("\x1b[200~while True: pass\n\x1b[201~\r");
        terminal.wait_for_text("running for");
        terminal.send_signal(signal);
        assert_eq!(terminal.exit_status(), status, "while a program runs");
        assert_modes_restored(&terminal);

        let folder = std::env::temp_dir().join(format!("redis-tutor-signal-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder can be created");
        let file = folder.join("counts.toml");
        let text = include_str!("../../../src/cli/new-lesson.toml").replace("\"ID\"", "\"counts\"");
        fs::write(&file, text).expect("the folder was created");
        let path = file.display().to_string();
        let mut terminal = Terminal::start("signal-watch", (80, 24), &["learn", &path, "--watch"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_signal(signal);
        assert_eq!(terminal.exit_status(), status, "while a lesson file is watched");
        assert_modes_restored(&terminal);
        let _ = fs::remove_dir_all(&folder);
    }
}

/// Between two prompts, Ctrl-\ sends SIGQUIT.
#[test]
fn the_terminal_is_restored_after_ctrl_backslash() {
    let mut terminal = Terminal::start("quit-key", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("\x1b[200~while True: pass\n\x1b[201~\r");
    terminal.wait_for_text("running for");
    terminal.send_keys("\x1c");
    assert_eq!(terminal.exit_status(), 128 + 3);
    assert_modes_restored(&terminal);
}

#[test]
fn a_session_without_progress_does_not_claim_to_keep_it() {
    let mut terminal = Terminal::start("no-progress", (80, 120), &["--no-progress"]);
    terminal.wait_for_prompt(">>>");
    terminal.wait_for_text("Ctrl-D leaves; progress is not saved.");
    terminal.send_keys(":help\r");
    terminal.wait_for_text(":quit");
    terminal.wait_for_prompt(">>>");
    terminal.send_keys(CTRL_D);
    assert_eq!(terminal.exit_status(), 0);
    let text = terminal.text();
    assert!(!text.contains("place is kept"), "{text}");
}

/// A signal can arrive while the line editor is setting up the terminal for the next prompt.
#[test]
fn the_terminal_is_restored_after_a_signal_between_two_prompts() {
    for lines in 0..30 {
        let mut terminal = Terminal::start("signal-early", (80, 24), &["play"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_keys(&"\r".repeat(lines));
        terminal.send_signal("-TERM");
        assert_eq!(terminal.exit_status(), 128 + 15, "after {lines} lines");
        assert_modes_restored(&terminal);
    }
}

/// Runs only in debug builds, in which `:panic` makes the program panic.
#[cfg(debug_assertions)]
#[test]
fn a_panic_restores_the_terminal_and_loses_no_progress() {
    let mut terminal = Terminal::start("panic", (80, 40), &["learn", "first-contact/first-key"]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line("r.set('user:1000:name', 'Alice')", "Enter continues", ">>>");
    terminal.send_keys("\r");
    terminal.wait_for_text("3 of 9");
    terminal.send_keys(":panic ");
    assert_eq!(terminal.exit_status(), 101);
    let text = terminal.text().replace('\n', " ");
    assert!(text.contains("This is a mistake in redis-tutor, not yours. Your progress is safe, in"), "{text}");
    assert!(text.contains("progress.json"), "{text}");
    assert_modes_restored(&terminal);
    let mut second_run = Terminal::start_in(terminal.home.clone(), (80, 40), &["learn"]);
    second_run.wait_for_text("3 of 9");
}

#[test]
fn ctrl_z_restores_the_terminal_for_the_shell() {
    let mut terminal = Terminal::start_shell("suspend", (80, 40));
    terminal.wait_for_prompt("$");
    terminal.send_keys(concat!(env!("CARGO_BIN_EXE_redis-tutor"), " play --color never\r"));
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("20 + 2");
    terminal.wait_for_prompt(">>> 20 + 2");
    terminal.send_keys("\x1a");
    terminal.wait_for_prompt("$");
    terminal.send_keys("stty -a\r");
    terminal.wait_for_text("echoctl");
    let text = terminal.text();
    assert!(text.contains("eof = ^D") && text.contains(" echo "), "{text}");
    terminal.wait_for_prompt("$");
    terminal.send_keys("fg\r");
    terminal.wait_for_prompt(">>> 20 + 2");
    terminal.send_keys("2\r");
    terminal.wait_for_text("\n42\n");
}
