//! The session that opens README.md is what the program prints, to the byte. When a change of words makes it fail, put
//! what the failure shows as printed into README.md.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::{fs, path::Path};

/// The step that the session shows.
const STEP: &str = "hashes/count-visit";

#[test]
fn the_session_in_the_readme_is_real() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let session = readme.split("```\n").nth(1).expect("README.md opens with a session");
    let typed: String = session
        .lines()
        .filter_map(|line| line.strip_prefix(">>> ").or_else(|| line.strip_prefix("... ")))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(!typed.is_empty(), "the session holds no prompt");
    let printed = played(&typed);
    assert!(printed == session, "README.md's session is not what the program prints:\n{printed}");
}

/// What the step prints when these lines are piped in.
fn played(lines: &str) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
        .args(["learn", STEP, "--no-progress", "--seed", "1", "--color", "never"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A few lines fit into the pipe; dropping it ends the input.
    program.stdin.take().expect("it is piped").write_all(lines.as_bytes()).expect("the program reads");
    let done = program.wait_with_output().expect("the program ends");
    String::from_utf8(done.stdout).expect("the transcript is text")
}
