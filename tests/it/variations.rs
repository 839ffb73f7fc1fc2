//! Tests of the variations of answers that `check` generates.

use std::fs;

use crate::support::program::{folder, redis_tutor, stdout};

/// The beginning of a lesson with one step, whose task is to store 5 under `count`. Each test appends the rest of the
/// step.
const LESSON: &str = "\
format = 1
id = \"count\"
title = \"Count\"
minutes = 1
about = \"A counter.\"
remember = \"- SET stores.\"
[[step]]
id = \"one\"
say = \"A counter.\"
task = \"Store 5 under `count`.\"
answer = \"r.set('count', 5)\"
hints = [\"SET.\"]
";

/// Runs `check` with `options` on a lesson whose step ends with `lines`. Returns whether the lesson passed, and the
/// standard output.
fn check(name: &str, options: &[&str], lines: &str) -> (bool, String) {
    let file = folder(name).join("count.toml");
    fs::write(&file, format!("{LESSON}{lines}\n")).expect("the folder is writable");
    let path = file.display().to_string();
    let output = redis_tutor(&[&["check"], options, &[&path]].concat(), b"");
    (output.status.success(), stdout(&output))
}

#[test]
fn a_rewording_that_is_refused_is_reported_unless_it_is_exempt() {
    let strict = "[step.expect]\navoids = [\"EXEC\"]\nstate = [{ run = \"r.get('count')\", reply = \"b'5'\" }]";
    let (passed, said) = check("refused", &[], strict);
    assert!(!passed, "{said}");
    for part in [
        "count.toml:11:10: reworded by the rule \"pipeline\", this answer does not do the step",
        "reworded by the rule \"pipeline-chain\"",
        "r.pipeline().set('count', 5).execute()",
        "`avoids` names `EXEC`, but it was sent",
    ] {
        assert!(said.contains(part), "{part:?}: {said}");
    }
    let exempt = |rule: &str, more: &str| {
        format!("[[step.exempt]]\nrule = \"{rule}\"\n{more}because = \"The step is about commands of their own.\"\n")
    };
    let chain = "try = \"r.pipeline().set('count', 5).execute()\"\n";
    let all = exempt("pipeline", "") + &exempt("pipeline-chain", chain) + &exempt("pipeline-block", "");
    let (_, said) = check("exempt", &[], &format!("{all}{strict}"));
    assert!(!said.contains("reworded by") && said.contains(" 3 exempt"), "{said}");
}

#[test]
fn a_mistake_that_passes_is_reported_unless_it_makes_no_difference() {
    let lax = "[step.expect]\nstate = [{ run = \"r.exists('count')\", reply = \"1\" }]";
    let (passed, said) = check("passes", &[], lax);
    let reported = "with a mistake by the rule \"off-by-one\", this answer still does the step: \"r.set('count', 6)\"";
    assert!(!passed && said.contains(reported), "{said}");
    // `r.getset('count', 5)` also stores 5, so it does not count as a mistake.
    assert!(!said.contains("r.getset"), "{said}");
    let strict = "[step.expect]\nstate = [{ run = \"r.get('count')\", reply = \"b'5'\" }]";
    let (_, said) = check("strict", &[], strict);
    assert!(!said.contains("still does the step"), "{said}");
}

#[test]
fn exemptions_name_known_rules_and_are_needed() {
    let strict = "[step.expect]\nstate = [{ run = \"r.get('count')\", reply = \"b'5'\" }]";
    let exempt = |rule: &str| format!("[[step.exempt]]\nrule = \"{rule}\"\nbecause = \"It is.\"\n{strict}");
    let (passed, said) = check("unknown", &[], &exempt("pipelines"));
    assert!(!passed && said.contains("count.toml:13:1: there is no rule \"pipelines\" for variations"), "{said}");
    let (_, said) = check("needless", &[], &exempt("walrus"));
    let advice = "count.toml:13:1: no variation by the rule \"walrus\" needs this exemption: remove it (advice)";
    assert!(said.contains(advice), "{said}");
}

#[test]
fn a_quick_check_makes_no_variations() {
    let lax = "[step.expect]\nstate = [{ run = \"r.exists('count')\", reply = \"1\" }]";
    let (passed, said) = check("quick", &["--quick"], lax);
    assert!(passed, "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
