//! Tests that the program restores the terminal when it ends, after a signal, after a panic, and while it is suspended.

use std::fs;
#[cfg(target_os = "linux")]
use std::time::Instant;

#[cfg(target_os = "linux")]
use super::terminal::TIMEOUT;
use super::terminal::{CTRL_D, Terminal, initial_modes, start_with_progress};

/// Asserts that the terminal has its initial modes, without bracketed paste and with a visible cursor.
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

/// These signals are rare, but their default action also ends the process.
#[cfg(target_os = "linux")]
#[test]
fn the_terminal_is_restored_after_a_rare_signal() {
    for (signal, number) in [("-USR1", 10), ("-USR2", 12), ("-ALRM", 14), ("-VTALRM", 26), ("-PROF", 27), ("-XCPU", 24)]
    {
        let mut terminal = Terminal::start("signal-rare", (80, 24), &["play"]);
        terminal.wait_for_prompt(">>>");
        terminal.send_signal(signal);
        assert_eq!(terminal.exit_status(), 128 + number, "{signal}");
        assert_modes_restored(&terminal);
    }
}

/// Returns the value of a field in `/proc/PID/status`, or `None` if the process or the field does not exist.
#[cfg(target_os = "linux")]
fn process_status(process: u32, field: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| Some(line.strip_prefix(field)?.strip_prefix(':')?.trim().to_owned()))
}

/// A signal that arrives just after its first handler was installed must end the program. It must not be taken for
/// Ctrl-C.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_during_the_start_ends_the_program() {
    for attempt in 0..30 {
        let (name, number) = [("-TERM", 15), ("-HUP", 1), ("-QUIT", 3)][attempt % 3];
        let mut terminal = Terminal::start("signal-start", (80, 24), &["play"]);
        let process = terminal.child.process_id().expect("the program is running");
        let has_handler = || {
            let caught = process_status(process, "SigCgt").expect("the program is running");
            u64::from_str_radix(&caught, 16).expect("the mask is hexadecimal") & (1 << (number - 1)) != 0
        };
        while !has_handler() {}
        terminal.send_signal(name);
        assert_eq!(terminal.exit_status(), 128 + number, "{name}, attempt {attempt}");
        assert_modes_restored(&terminal);
    }
}

/// Opens a step of the first lesson, and completes it while progress cannot be saved. Returns the terminal, and the
/// path of the folder that blocks the lock file.
#[cfg(unix)]
fn start_with_unsaved_step(name: &str) -> (Terminal, std::path::PathBuf) {
    let mut terminal = Terminal::start(name, (80, 40), &["learn", "first-contact/first-key"]);
    terminal.wait_for_prompt(">>>");
    let lock = terminal.home.join("redis-tutor/.progress.json.lock");
    fs::remove_file(&lock).expect("the first place was saved");
    fs::create_dir(&lock).expect("the folder is writable");
    terminal.enter_line("r.set('user:1000:name', 'Alice')", "cannot be saved", ">>>");
    (terminal, lock)
}

#[cfg(unix)]
#[test]
fn the_last_attempt_to_save_belongs_to_every_ending() {
    let panic = if cfg!(debug_assertions) { Some(("", 101)) } else { None };
    for (signal, status) in [("-TERM", 128 + 15), ("-HUP", 128 + 1), ("-QUIT", 128 + 3)].into_iter().chain(panic) {
        for is_repaired in [true, false] {
            let (mut terminal, lock) = start_with_unsaved_step("last-save");
            if is_repaired {
                fs::remove_dir(&lock).expect("the folder is empty");
            }
            match signal {
                "" => terminal.send_keys(":panic "),
                signal => terminal.send_signal(signal),
            }
            assert_eq!(terminal.exit_status(), status, "{signal}");
            assert_modes_restored(&terminal);
            let saved = fs::read_to_string(lock.with_file_name("progress.json")).expect("the first place was saved");
            let is_saved = saved.contains("\"first-key\"\n");
            assert_eq!(is_saved, is_repaired, "{signal}: {saved}");
            let text = terminal.text().replace('\n', " ");
            let says_lost =
                text.contains("since the last save is lost") || text.contains("latest progress could not be");
            assert_eq!(says_lost, !is_repaired, "{signal}: {text}");
        }
    }
}

/// While a program runs, the terminal turns Ctrl-\ into SIGQUIT.
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
    terminal.wait_for_text("Ctrl-D leaves, progress is not saved;");
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

/// Exists only in debug builds, where `:panic` makes the program panic.
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

/// Returns the ids of the child processes of `parent`.
#[cfg(target_os = "linux")]
fn children_of(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("Linux has /proc").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parent = parent.to_string();
    numbers.filter(|&number| process_status(number, "PPid").is_some_and(|known| known == parent)).collect()
}

/// Starts the program in a shell, and suspends it with Ctrl-Z at its prompt, or while `line` runs if `line` is not
/// empty.
#[cfg(target_os = "linux")]
fn suspend_in_shell(name: &str, line: &str) -> Terminal {
    let mut terminal = Terminal::start_shell(name, (80, 40));
    terminal.wait_for_prompt("$");
    terminal.send_keys(concat!(env!("CARGO_BIN_EXE_redis-tutor"), " play --color never\r"));
    terminal.wait_for_prompt(">>>");
    if !line.is_empty() {
        terminal.send_keys(line);
        terminal.wait_for_text("running for");
    }
    terminal.send_keys("\x1a");
    terminal.wait_for_prompt("$");
    terminal
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_z_suspends_the_running_python_as_well() {
    let mut terminal = suspend_in_shell("suspend-python", "exec('while True: pass')\r");
    let shell = terminal.child.process_id().expect("the shell is running");
    let programs = children_of(shell);
    let pythons: Vec<u32> = programs.iter().flat_map(|&program| children_of(program)).collect();
    assert!(!pythons.is_empty());
    for &process in programs.iter().chain(&pythons) {
        let state = process_status(process, "State").expect("the process exists");
        assert!(state.starts_with('T'), "process {process}: {state}");
    }
    terminal.send_keys("fg\r");
    // Waits until the shell has given the terminal to the job and continued it. Before that, Ctrl-C would go to the
    // shell.
    let started = Instant::now();
    while process_status(programs[0], "State").is_some_and(|state| state.starts_with('T')) {
        assert!(started.elapsed() < TIMEOUT, "the shell has not continued the job");
    }
    terminal.send_keys("\x03");
    terminal.wait_for_text("KeyboardInterrupt");
    terminal.wait_for_prompt(">>>");
}

#[cfg(target_os = "linux")]
#[test]
fn a_suspended_session_can_be_killed() {
    for (name, line) in [("suspend-kill", ""), ("suspend-kill-busy", "exec('while True: pass')\r")] {
        let mut terminal = suspend_in_shell(name, line);
        let programs = children_of(terminal.child.process_id().expect("the shell is running"));
        assert_eq!(programs.len(), 1);
        // Shells send both signals when `kill %1` is used on a stopped job.
        terminal.send_keys("kill -TERM %1; kill -CONT %1\r");
        let started = Instant::now();
        while process_status(programs[0], "State").is_some_and(|state| !state.starts_with('Z')) {
            assert!(started.elapsed() < TIMEOUT, "{name}: {:?}", process_status(programs[0], "State"));
        }
        terminal.send_keys("stty -a\r");
        terminal.wait_for_text("echoctl");
        let text = terminal.text();
        assert!(text.contains("eof = ^D") && text.contains(" echo "), "{text}");
    }
}
