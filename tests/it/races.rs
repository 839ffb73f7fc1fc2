//! Tests of races between clients, whose commands run in the order that the learner chooses or in every possible order.
//! `tests/races` contains the lessons, and the lines that are typed in them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the program with `input` on its standard input. Returns its standard output.
fn redis_tutor(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cargo has built the program");
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads all that it is given");
    let output = child.wait_with_output().expect("the program ends");
    String::from_utf8(output.stdout).expect("transcripts are UTF-8")
}

fn races() -> (String, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/races");
    let lesson = fs::read_to_string(folder.join("races.toml")).expect("the lesson stands beside the test");
    (folder.display().to_string(), lesson)
}

#[test]
fn races_match_their_snapshots() {
    goes_as_its_snapshot("races", include_str!("../races/typed.txt"));
}

#[test]
fn racing_programs_see_the_learners_earlier_definitions() {
    goes_as_its_snapshot("orders", include_str!("../races/typed-orders.txt"));
}

#[test]
fn programs_with_event_loops_race_command_by_command() {
    goes_as_its_snapshot("asyncio", include_str!("../races/typed-asyncio.txt"));
}

/// Types the given lines in the lesson `id` from `tests/races`, and compares the transcript with its snapshot.
fn goes_as_its_snapshot(id: &str, typed: &str) {
    let (folder, _) = races();
    let transcript = redis_tutor(&["--no-progress", "--color", "never", "--lessons", &folder, "learn", id], typed);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(id, transcript));
}

#[test]
fn the_check_plays_every_order_and_says_what_is_wrong() {
    let (folder, lesson) = races();
    let said = redis_tutor(&["check", "--quick", &folder], "");
    assert!(said.contains(" 0 faults"), "{said}");
    let mut parts = lesson.split("[[step]]");
    let head = parts.next().unwrap_or_default();
    let steps: Vec<&str> = parts.collect();
    let broken = Path::new(env!("CARGO_TARGET_TMPDIR")).join("race-broken.toml");
    for (from, to, says) in [
        ("84 of 90", "83 of 90", "write loses = \"84 of 90\""),
        ("84 of 90", "many", "write the bad orders and all orders as in \"4 of 6\""),
        ("name = \"eve\"", "name = \"all\"", "not all, again or tutor"),
        (
            "n = int(r.get('n'))",
            "n = json.loads(r.get('n'))",
            "raises an error at \"n = json.loads(r.get('n'))\": NameError",
        ),
        (
            "start = \"r.set('n', 0)\"\nholds",
            "start = \"r.sett('n', 0)\"\nholds",
            "`start` raises an error at \"r.sett('n', 0)\": AttributeError",
        ),
        ("\"b'3'\" }\nlost = \"an", "\"b'2'\" }\nlost = \"an", "an addition is lost"),
        ("LLEN jobs", ":wait 5s", "cannot be part of a race"),
    ] {
        // Checks a lesson that consists only of the step in which the text is replaced.
        let step = steps.iter().find(|step| step.contains(from)).unwrap_or_else(|| panic!("no step has {from:?}"));
        let text = format!("{head}[[step]]{}", step.replacen(from, to, 1));
        fs::write(&broken, text).expect("cargo's folder for tests can be written");
        let said = redis_tutor(&["check", "--quick", &broken.display().to_string()], "");
        assert!(said.contains(says), "{to:?} should be told {says:?}: {said}");
    }
}
