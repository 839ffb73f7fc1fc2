//! Compares the output of `run --json` and `run --cli` for the scripts in tests/truth with that of the real CPython,
//! redis-py, Redis and redis-cli. `scripts/record_truths` records the real output.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use test_support::recorded_scripts::{assert_all_agree, read};
use test_support::transcript_diff;

use crate::support::script_record;

#[test]
fn python_scripts_print_what_cpython_redis_py_and_redis_print() {
    assert_all_agree(&truth_folder("redis_py"), "py", |script| {
        let truth = script_record::parse_records(&read(&script.with_extension("jsonl")))?;
        let ours = script_record::parse_records(&run_script("--json", script)?)?;
        Ok(script_record::differences(&truth, &ours))
    });
}

#[test]
fn redis_cli_lines_print_what_redis_cli_prints() {
    assert_all_agree(&truth_folder("redis_cli"), "txt", |script| {
        let ours = transcript_diff::without_connection_id(&run_script("--cli", script)?);
        Ok(transcript_diff::differences(&read(&script.with_extension("out")), &ours))
    });
}

/// Returns the path of a folder of recorded scripts.
fn truth_folder(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth").join(folder)
}

/// Returns the program's output for a script. Exit status 1 is accepted, because a statement may raise an error. Exit
/// status 2 and termination by a signal are errors.
fn run_script(format: &str, script: &Path) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
        .args(["run", format])
        .arg(script)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("the program did not start: {error}"))?;
    let status = output.status.code();
    if status.is_none() || status == Some(2) {
        return Err(format!("ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("the output is not UTF-8: {error}"))
}
