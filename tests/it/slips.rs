//! Tests of what `check` reports about mistakes in lesson files. Each mistake is a single change to a step of
//! `tests/slips/steps.toml`.

use std::fs;

use crate::support::program::{folder, redis_tutor, stderr, stdout};

/// Mistakes by a lesson's author: the id of a step, the text to replace in it, and the replacement.
const SLIPS: &[(&str, &str, &str)] = &[
    ("task", "[[step]]", "[step]"),
    ("task", "[[step.mistake]]", "[step.mistake]"),
    ("task", "minutes = 1", "minutes = \"1\""),
    ("task", "hints = [\"ZADD takes a dict.\"]", "hints = \"ZADD takes a dict.\""),
    ("task", "state = [{", "status = [{"),
    ("task", "say = \"A schedule.\"", "say = \"\""),
    ("task", "say = \"A schedule.\"", "say = \"A **schedule.\""),
    ("task", "say = \"A schedule.\"", "say = \"\"\"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n\"\"\""),
    ("task", "task = \"Put `mail` into", "task = \"Put `mail into"),
    ("task", "task =", "show = \"1\"\ntask ="),
    ("task", "state = [{", "unchanged = [\"nokey\"]\nstate = [{"),
    ("task", "id = \"later\"", "id = \"hashes\""),
    ("task", "reply = \"True\"", "reply = \"Ture\""),
    ("task", "time.time() + 60})\n\"", "time.time() + 600})\n\""),
    ("task", "- time.time() <=", "- due <="),
    ("task", "50 < r.zscore(", "50 < r.zscore(("),
    ("task", "state = [{", "unchanged = [\"later\"]\nstate = [{"),
    ("task", "state = [{", "waiting = [\"worker-9\"]\nstate = [{"),
    ("task", "state = [{", "uses = [\"ZINCRBY\"]\navoids = [\"ZADD\"]\nstate = [{"),
    ("task", "r.zadd('later', {'mail': time.time() + 60})\n", "ZAD later 60 mail\n"),
    (
        "task",
        "try = \"r.zadd('later', {'mail': 60})\"",
        "try = \"\"\"\nimport time\nr.zadd('later', {'mail': time.time() + 59})\nr.ping()\n\"\"\"",
    ),
    (
        "task",
        "hints = ",
        "draw = \"latr\"\nalso = [\"import time\\nr.zadd('later', {'mail': time.time() + 59})\"]\nhints = ",
    ),
    ("task", "import time\"\nremember", "import tmie\"\nremember"),
    ("explore", ":wait 1m", ":wait 1x"),
    ("explore", ":wait 1m", ":wiat 1m"),
    ("explore", ":wait 1m", ":client worker 1"),
    ("explore", "r.zrange('later', 0, -1)\n", ":wait 1m\n"),
    ("explore", "reply = \"[b'mail']\"", "reply = \"['mail']\"\nexactly = true"),
    ("explore", "reply = \"[b'mail']\"", "output = \"None\""),
    ("explore", "r.zcard('later')\"", "r.zcard('latr')\""),
    ("explore", "r.zcard('later')\"", "json.dumps(r.zcard('later'))\""),
    ("predict", "r.zrange('later', 0, -1)", "time.time()"),
    ("predict", "r.zrange('later', 0, -1)", "import random\nrandom.random()"),
    ("predict", "r.zrange('later', 0, -1)", "r.blpop('nope')"),
    ("predict", "r.zrange('later'", "r.zrnage('later'"),
    ("predict", "0, -1)", "0, 9, byscore=True, num=10, offset=0)"),
    ("show", "r.zcard('later')", "r.zcard(latre)"),
    ("show", "\nshow", "\nexpect = { error = \"WRONGTYPE\" }\nshow"),
    ("show", "show = \"r.zcard('later')\"", "expect = { error = \"NameError\" }\nshow = \"r.zcard(latre)\""),
    ("race", "r.zadd('later', {'mail': 5})", "r.zaad('later', {'mail': 5})"),
    ("race", "r.llen('sent')", "(due, r.llen('sent'))"),
    ("race", "due = r.zrange(", "due = r.zrnage("),
    ("race", "if due:", "if due"),
    ("race", "reply = \"1\"", "reply = \"3\""),
    ("orders", "r.zadd('later', {'mail': 5})", "r.zaad('later', {'mail': 5})"),
    ("orders", "r.lrange('sent', 0, -1)", "sent"),
    ("orders", "byscore=True", "byscor=True"),
    ("orders", "r.zrem(", "r.zremm("),
    ("orders", "run = \"work(9)\"", "run = \"wrok(9)\""),
    ("orders", "run = \"work(9)\"", "run = \"work()\""),
    ("orders", "if r.zrem('later', job):", "if [r.zrem('later', job)]:"),
];

#[test]
fn each_mistake_is_reported_with_its_position_and_cause() {
    let steps = include_str!("../slips/steps.toml");
    let mut parts = steps.split("[[step]]\n");
    let head = parts.next().expect("the lesson has a head");
    let parts: Vec<&str> = parts.collect();
    let folder = folder("slips");
    let mut told = String::new();
    for (id, from, to) in std::iter::once(&("task", "", "")).chain(SLIPS) {
        let step = parts.iter().find(|step| step.starts_with(&format!("id = \"{id}\""))).expect("the step is there");
        let good = format!("{head}[[step]]\n{step}");
        let text = good.replacen(from, to, 1);
        assert!(text != good || from.is_empty(), "{from:?} is in step {id}");
        let file = folder.join("slip.toml");
        fs::write(&file, text).expect("the folder is there");
        let output = redis_tutor(&["check", "--quick", &file.display().to_string()], b"");
        assert_eq!(stderr(&output), "", "{from:?} → {to:?}");
        let said = stdout(&output).replace(&format!("{}/", folder.display()), "");
        told.push_str(&format!("## {id}: {from:?} → {to:?}\n{said}\n"));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("slips", told));
}

#[test]
fn unchanged_steps_have_no_faults() {
    let file = folder("no-slip").join("steps.toml");
    fs::write(&file, include_str!("../slips/steps.toml")).expect("the folder is there");
    let said = stdout(&redis_tutor(&["check", "--quick", &file.display().to_string()], b""));
    assert!(said.ends_with(" 0 faults\n"), "{said}");
}
