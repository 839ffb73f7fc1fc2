//! Tests that whole sessions continue when the disk cannot be written to, and report the failure only once.

use std::fs;

use super::{LESSON, stored_steps};
use crate::support::program::{folder, redis_tutor, stderr, stdout};

/// Makes a file impossible to save by creating a folder in place of its lock file. Unlike missing permissions, this
/// also stops root. Returns the path of that folder.
fn block(folder: &std::path::Path, name: &str) -> std::path::PathBuf {
    let lock = folder.join(format!(".{name}.lock"));
    let _ = fs::remove_file(&lock);
    fs::create_dir_all(&lock).expect("cargo's folder for tests is writable");
    lock
}

#[test]
fn a_session_goes_on_without_a_disk_and_says_so_once_and_at_its_end() {
    let folder = folder("files-session");
    let path = folder.join("progress.json");
    let progress = path.display().to_string();
    let lock = block(&folder, "progress.json");
    let learn = |input: &str| {
        let output = redis_tutor(&["--progress", &progress, "--color", "never", "learn", LESSON], input.as_bytes());
        (stdout(&output).split_whitespace().collect::<Vec<_>>().join(" "), stderr(&output), output.status.code())
    };
    let (shown, said, status) = learn("x = 40\nr.set('kept', x + 2)\nr.get('kept')\n:skip\n\n:skip\n\nx\n");
    assert_eq!(shown.matches("Your progress cannot be saved to").count(), 1, "{shown}");
    assert!(shown.contains("3 of"), "it goes on: {shown}");
    assert!(shown.contains(">>> r.get('kept') b'42'") && shown.contains(">>> x 40"), "{shown}");
    assert!(said.starts_with("redis-tutor: the progress since the last save is lost"), "{said}");
    assert_eq!((status, path.exists()), (Some(1), false));

    fs::remove_dir(lock).expect("it was created above");
    let (shown, said, status) = learn(":skip\n\n");
    assert!(!shown.contains("cannot be saved"), "{shown}");
    assert_eq!((said.as_str(), status, path.exists()), ("", Some(0), true));
}

#[test]
fn two_programs_at_once_keep_the_steps_of_both() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};
    let folder = folder("files-programs");
    let path = folder.join("progress.json");
    fs::write(&path, r#"{"version": 2, "lessons": {"lists": {"done": ["earlier"]}}}"#).expect("it is writable");
    // A process reads the progress file before it opens its lesson, and reads input only after that. Waiting until both
    // lessons are open ensures that neither process reads what the other has saved.
    let start = |place: &str| {
        Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
            .args(["--progress", &path.display().to_string(), "--color", "never", "learn", place])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo has built the program")
    };
    let mut programs = [start("hashes/one-field"), start("hashes/count-visit")];
    let mut inputs = programs.each_mut().map(|program| program.stdin.take().expect("it is piped"));
    let outputs = programs.each_mut().map(|program| BufReader::new(program.stdout.take().expect("it is piped")));
    // The echo of a long line fills the output buffer, so the program writes it immediately. Its arrival proves that
    // the lesson is open.
    for input in &mut inputs {
        writeln!(input, "# {}", "open ".repeat(5000)).expect("it reads");
    }
    let mut lines = outputs.map(BufReader::lines);
    for lines in &mut lines {
        assert!(lines.any(|line| line.is_ok_and(|line| line.contains("open open"))), "the echo appears");
    }
    for (input, answer) in
        inputs.iter_mut().zip(["r.hget('user:1000', 'email')", "r.hincrby('user:1000', 'visits', 1)"])
    {
        writeln!(input, "{answer}").expect("it reads");
    }
    drop(inputs);
    lines.into_iter().for_each(|lines| drop(lines.collect::<Vec<_>>()));
    for mut program in programs {
        assert!(program.wait().expect("it was started").success());
    }
    let mut steps = stored_steps(&path);
    steps.sort();
    assert_eq!(steps, ["count-visit", "one-field"]);
    let text = fs::read_to_string(&path).expect("it exists");
    assert!(text.contains("earlier"), "{text}");
}

#[cfg(unix)]
mod at_a_terminal {
    use super::{block, fs};
    use crate::real_terminal::terminal::{CTRL_D, Terminal, start_with_progress};

    #[test]
    fn a_history_that_cannot_be_written_does_not_end_the_session() {
        let mut terminal = start_with_progress("files-history", (100, 40), &["play", "--color", "never"]);
        terminal.wait_for_prompt(">>>");
        let folder = terminal.home.join("redis-tutor");
        let lock = block(&folder, "history");
        terminal.enter_line("x = 40", "cannot be added to", ">>>");
        terminal.enter_line("x + 2", "42", ">>>");
        assert_eq!(terminal.text().matches("cannot be added").count(), 1, "{}", terminal.text());
        fs::remove_dir(lock).expect("it was created above");
        terminal.enter_line("x + 3", "43", ">>>");
        let stored = fs::read_to_string(folder.join("history")).expect("it is writable again");
        assert_eq!(stored, "x = 40\nx + 2\nx + 3\n");
        terminal.send_keys(CTRL_D);
        assert_eq!(terminal.exit_status(), 0);
    }

    #[test]
    fn progress_that_cannot_be_saved_is_saved_when_the_disk_is_back() {
        let mut terminal = Terminal::start("files-progress", (100, 50), &["learn", "first-contact/first-key"]);
        terminal.wait_for_prompt(">>>");
        let folder = terminal.home.join("redis-tutor");
        let lock = block(&folder, "progress.json");
        terminal.enter_line("r.set('user:1000:name', 'Alice')", "Enter continues", ">>>");
        terminal.wait_for_text("Your progress cannot be saved to");
        terminal.send_keys("\r");
        terminal.wait_for_text("3 of 9");
        fs::remove_dir(lock).expect("it was created above");
        terminal.send_keys(":skip\r");
        terminal.wait_for_text("Your progress is saved again.");
        terminal.send_keys(CTRL_D);
        assert_eq!(terminal.exit_status(), 0);
        let text = terminal.text();
        assert_eq!(text.matches("cannot be saved").count(), 1, "{text}");
        assert!(text.contains("Your place is kept"), "{text}");
        let stored = fs::read_to_string(folder.join("progress.json")).expect("it was saved");
        assert!(stored.contains("\"first-key\""), "{stored}");
    }

    #[test]
    fn what_is_not_saved_at_the_end_is_said_and_no_place_is_kept() {
        let mut terminal = Terminal::start("files-lost", (100, 50), &["learn", "first-contact/first-key"]);
        terminal.wait_for_prompt(">>>");
        block(&terminal.home.join("redis-tutor"), "progress.json");
        terminal.enter_line("r.set('user:1000:name', 'Alice')", "Enter continues", ">>>");
        terminal.send_keys(CTRL_D);
        assert_eq!(terminal.exit_status(), 1);
        let text = terminal.text().replace('\n', " ");
        assert!(text.contains("the progress since the last save is lost"), "{text}");
        assert!(!text.contains("Your place is kept"), "{text}");
    }
}
