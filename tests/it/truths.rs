//! Compares `run --json` and `run --cli` with what the real CPython, redis-py, Redis and redis-cli printed for the
//! scripts in tests/truth. `scripts/record_truths` records them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use test_support::recorded_scripts::{assert_all_agree, read};
use test_support::transcript_diff;

use crate::support::compare;

#[test]
fn python_scripts_say_what_the_real_three_say() {
    assert_all_agree(&truth("redis_py"), "py", |script| {
        let truth = compare::records(&read(&script.with_extension("jsonl")))?;
        let ours = compare::records(&run("--json", script)?)?;
        Ok(compare::differences(&truth, &ours))
    });
}

#[test]
fn redis_cli_lines_print_what_redis_cli_prints() {
    assert_all_agree(&truth("redis_cli"), "txt", |script| {
        let ours = transcript_diff::without_connection_id(&run("--cli", script)?);
        Ok(transcript_diff::differences(&read(&script.with_extension("out")), &ours))
    });
}

/// A folder of recorded scripts.
fn truth(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth").join(folder)
}

/// What the program prints for a script. Its exit status only tells that a statement raised; dying by a signal is a failure.
fn run(format: &str, script: &Path) -> Result<String, String> {
    let done = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
        .args(["run", format])
        .arg(script)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("the program did not start: {error}"))?;
    let status = done.status.code();
    if status.is_none() || status == Some(2) {
        return Err(format!("ended with {}: {}", done.status, String::from_utf8_lossy(&done.stderr)));
    }
    String::from_utf8(done.stdout).map_err(|error| format!("printed what is not UTF-8: {error}"))
}
