//! Checks that the session at the start of README.md is exactly what the program prints. If a change of wording makes
//! the test fail, copy the output from the failure message into README.md.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::{fs, path::Path};

/// The ids of the lesson and the step that the session opens.
const STEP: &str = "hashes/count-visit";

#[test]
fn the_session_in_the_readme_is_what_the_program_prints() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let session = readme.split("```\n").nth(1).expect("README.md starts with a session");
    let typed: String = session
        .lines()
        .filter_map(|line| line.strip_prefix(">>> ").or_else(|| line.strip_prefix("... ")))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(!typed.is_empty(), "the session has no prompt");
    let printed = output_for(&typed);
    assert!(printed == session, "README.md's session is not what the program prints:\n{printed}");
}

/// Returns the program's output when the given lines are entered in `STEP`.
fn output_for(lines: &str) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
        .args(["learn", STEP, "--no-progress", "--seed", "1", "--color", "never"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The lines fit into the pipe's buffer, so writing them does not block. Dropping the pipe ends the input.
    program.stdin.take().expect("standard input is a pipe").write_all(lines.as_bytes()).expect("the program reads");
    let output = program.wait_with_output().expect("the program ends");
    String::from_utf8(output.stdout).expect("the transcript is UTF-8")
}
