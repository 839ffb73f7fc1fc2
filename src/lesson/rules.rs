//! What a lesson's file must obey before anything of it is run.

use std::collections::HashSet;

use super::evidence::canonical;
use super::format::{Compare, Diagnostic, Expect, FORMAT, Lesson, Step, When};
use super::{names, race_rules, text_rules};
use redis_engine::commands;
use toml::Spanned;

/// The most hints that a step may have.
const MOST_HINTS: usize = 3;

/// The sizes for which programs may be measured: more would keep the learner waiting.
const SIZES: std::ops::RangeInclusive<u32> = 1..=10_000;
/// All faults of a lesson, in the order of the file.
pub fn faults(lesson: &Lesson) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let mut fault = |at: usize, message: String| faults.push(Diagnostic::new(Some(at), message));
    if *lesson.format.get_ref() != FORMAT {
        let seen = lesson.format.get_ref();
        fault(lesson.format.span().start, format!("format {seen} is not known here: write format = {FORMAT}"));
    }
    name(&lesson.id, "the lesson's id", &mut fault);
    if lesson.steps.is_empty() {
        fault(lesson.id.span().start, "a lesson needs a step: add [[step]]".into());
    }
    let mut ids = HashSet::new();
    for step in &lesson.steps {
        name(&step.id, "a step's id", &mut fault);
        if !ids.insert(step.id.get_ref()) {
            let id = step.id.get_ref();
            fault(
                step.id.span().start,
                format!("two steps have the id \"{id}\": progress refers to it, so name them apart"),
            );
        }
        of_step(step, &mut fault);
    }
    text_rules::of_lesson(lesson, &mut fault);
    faults.sort_by_key(|fault| fault.at);
    faults
}

/// What is allowed, and yet better otherwise: tasks without hints, and what is cut off in narrow terminals.
pub fn advice(lesson: &Lesson) -> Vec<Diagnostic> {
    let mut advice = Vec::new();
    for step in &lesson.steps {
        let id = step.id.get_ref();
        let mut advise = |message: String| advice.push(Diagnostic::new(Some(step.id.span().start), message));
        if step.task.is_some() && step.hints.is_empty() {
            advise(format!("step \"{id}\" has no hints: who is stuck has only the answer. Add hints = [\"…\"]"));
        }
        let asks_for_memory =
            |run: &Spanned<String>| run.get_ref().to_ascii_lowercase().replace('_', " ").contains("memory usage");
        if step.compare.as_ref().is_some_and(|c| asks_for_memory(&c.left.run) || asks_for_memory(&c.right.run)) {
            advise(format!(
                "step \"{id}\" asks for MEMORY USAGE, and its table will show the bytes of the question. `compare` counts by itself what a program adds to the memory: let each `run` make its data"
            ));
        }
        text_rules::advise(step, &mut |at, message| advice.push(Diagnostic::new(Some(at), message)));
    }
    advice
}

fn name(id: &Spanned<String>, what: &str, fault: &mut impl FnMut(usize, String)) {
    let text = id.get_ref();
    let fits = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits {
        fault(
            id.span().start,
            format!("{what} is \"{text}\": write small letters, digits and hyphens, a letter first"),
        );
    }
}

fn of_step(step: &Step, fault: &mut impl FnMut(usize, String)) {
    let at = step.id.span().start;
    let id = step.id.get_ref();
    let kinds: Vec<&str> = [
        ("task", step.task.is_some()),
        ("explore", step.explore.is_some()),
        ("predict", step.predict.is_some()),
        ("choose", step.choose.is_some()),
        ("show", step.show.is_some()),
        ("compare", step.compare.is_some()),
        ("race", step.race.is_some()),
    ]
    .into_iter()
    .filter_map(|(kind, given)| given.then_some(kind))
    .collect();
    if kinds.len() != 1 {
        let seen = if kinds.is_empty() { "none".to_owned() } else { kinds.join(" and ") };
        let all = "task, explore, predict, choose, show, compare, race";
        // What else it needs depends on its kind.
        return fault(at, format!("step \"{id}\" has {seen}: give it exactly one of {all}"));
    }
    let is_done_by_typing = step.task.is_some() || step.explore.is_some();
    if is_done_by_typing {
        if step.answer.is_none() {
            fault(at, format!("step \"{id}\" has no answer: add answer = \"…\", what a learner types to do it"));
        }
        if step.expect.as_ref().is_none_or(|expect| is_nothing(expect.get_ref())) {
            fault(
                at,
                format!(
                    "step \"{id}\" expects nothing, so anything would pass: add [step.expect] with state, reply or output"
                ),
            );
        }
    } else {
        let extra = [
            ("answer", step.answer.as_ref().map(|s| s.span().start)),
            ("also", step.also.first().map(|s| s.span().start)),
            ("expect", step.expect.as_ref().filter(|expect| !says_error_alone(step, expect)).map(|s| s.span().start)),
            ("mistake", step.mistakes.first().map(|m| m.example.span().start)),
        ];
        for (key, at) in extra.into_iter().filter_map(|(key, at)| Some((key, at?))) {
            fault(at, format!("step \"{id}\" has {key}, which only task and explore use: take it out"));
        }
    }
    if let Some(predicted) = &step.predict
        && predicted.get_ref().lines().any(|line| line.starts_with(':'))
    {
        let message = "`predict` runs unseen before the learner answers, so commands to the tutor have no place in it";
        fault(predicted.span().start, message.into());
    }
    if let Some(choose) = &step.choose {
        let correct = choose.options.iter().filter(|option| option.correct).count();
        if choose.options.len() < 2 || correct != 1 {
            let n = choose.options.len();
            fault(
                at,
                format!(
                    "step \"{id}\" has {n} options, {correct} of them correct: give at least two, and one with correct = true"
                ),
            );
        }
    }
    if let Some(compare) = &step.compare {
        growth(compare, at, fault);
        race_rules::of_compare(compare, at, fault);
    }
    if let Some(race) = &step.race {
        race_rules::of_race(race, at, fault);
    }
    if let Some(every) = step.expect.as_ref().and_then(|expect| expect.get_ref().every_order.as_ref()) {
        race_rules::of_every_order(every, fault);
    }
    hints(step, fault);
    if let Some(expect) = &step.expect {
        for name in expect.get_ref().uses.iter().chain(&expect.get_ref().avoids) {
            known_command(name.get_ref(), name.span().start, fault);
        }
    }
    for mistake in &step.mistakes {
        let when = mistake.when.get_ref();
        if is_never(when) {
            let at = mistake.when.span().start;
            fault(
                at,
                "this mistake fits everything: say when it is made, by error, uses, lacks, reply, output or state"
                    .into(),
            );
        }
        for name in when.uses.iter().chain(&when.lacks) {
            known_command(name, mistake.when.span().start, fault);
        }
    }
}

fn growth(compare: &Compare, at: usize, fault: &mut impl FnMut(usize, String)) {
    match (&compare.grow, &compare.of) {
        (None, None) => {}
        (None, Some(of)) => {
            fault(at, format!("`of` says what `n` counts, \"{of}\", but nothing grows: add grow = [10, 100, 1000]"));
        }
        (Some(grow), of) => {
            let at = grow.span().start;
            let sizes = grow.get_ref();
            if sizes.len() < 2 || !sizes.is_sorted_by(|a, b| a < b) || sizes.iter().any(|n| !SIZES.contains(n)) {
                let (least, most) = (SIZES.start(), SIZES.end());
                fault(at, format!("grow is {sizes:?}: give two sizes or more, smallest first, of {least} to {most}"));
            }
            if of.is_none() {
                fault(at, "the learner can't know what grows: add of = \"fields\", what `n` counts".into());
            }
            let uses_n = [&compare.left.run, &compare.right.run].into_iter().chain(&compare.setup);
            let uses_n = uses_n
                .map(Spanned::get_ref)
                .any(|code| code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "n"));
            if !uses_n {
                fault(at, "neither `setup` nor a `run` uses `n`, so nothing grows: use it, or take `grow` out".into());
            }
        }
    }
}

fn hints(step: &Step, fault: &mut impl FnMut(usize, String)) {
    if let Some(hint) = step.hints.get(MOST_HINTS) {
        fault(hint.span().start, format!("a step has at most {MOST_HINTS} hints: take the weakest out"));
    }
    let Some(answer) = &step.answer else { return };
    let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace('"', "'");
    let answer = squeezed(answer.get_ref());
    for hint in step.hints.iter().rev().skip(1) {
        if squeezed(hint.get_ref()).contains(&answer) {
            fault(hint.span().start, "this hint gives the answer away: only the last one may".into());
        }
    }
}

fn known_command(name: &str, at: usize, fault: &mut impl FnMut(usize, String)) {
    if commands::by_name(name).is_none() && commands::by_name(&canonical(name)).is_none() {
        let meant = names::nearest(&name.to_ascii_uppercase(), commands::all().map(|command| command.name));
        let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
        fault(at, format!("\"{name}\" is no Redis command: write its name, as in HINCRBY or OBJECT ENCODING.{meant}"));
    }
}

/// Whether it is about what the tutor shows, and says which error comes up there.
fn says_error_alone(step: &Step, expect: &Spanned<Expect>) -> bool {
    let expect = expect.get_ref();
    let rest = Expect { error: None, ..expect.clone() };
    step.show.is_some() && expect.error.is_some() && is_nothing(&rest)
}

fn is_nothing(expect: &Expect) -> bool {
    expect.state.is_empty()
        && expect.reply.is_none()
        && expect.output.is_none()
        && expect.uses.is_empty()
        && expect.waiting.is_empty()
        && expect.error.is_none()
        && expect.every_order.is_none()
}

fn is_never(when: &When) -> bool {
    when.error.is_none()
        && when.uses.is_empty()
        && when.lacks.is_empty()
        && when.reply.is_none()
        && when.output.is_none()
        && when.state.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::format;
    use super::*;

    const GOOD: &str = r#"
format = 1
id = "hashes"
title = "Hashes"
minutes = 5
about = "Fields."
remember = "- A hash has fields."
[[step]]
id = "one"
say = "A hash."
task = "Count."
answer = "r.hincrby('h', 'n', 1)"
hints = ["Hashes count.", "`r.hincrby('h', 'n', 1)`"]
[step.expect]
reply = "1"
uses = ["HINCRBY"]
[[step.mistake]]
try = "r.incr('h')"
when = { uses = ["INCR"] }
say = "That is for strings."
"#;

    const TASK: &str = "task = \"Count.\"";

    fn messages(text: &str) -> Vec<String> {
        faults(&format::parse(text).unwrap()).into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn a_good_lesson_has_no_faults() {
        assert_eq!(messages(GOOD), Vec::<String>::new());
    }

    #[test]
    fn each_rule_can_fail() {
        for (from, to, says) in [
            ("format = 1", "format = 9", "write format = 1"),
            ("id = \"hashes\"", "id = \"My Hashes\"", "small letters"),
            ("id = \"one\"", "id = \"One\"", "small letters"),
            ("task = \"Count.\"", "", "has none: give it exactly one of"),
            ("\"A hash.\"", "\" \"", "says nothing"),
            ("\"A hash.\"", "\"A **hash.\"", "\"**\" is opened and not closed: \"A **hash.\""),
            ("\"A hash.\"", "\"A `hash.\"", "\"`\" is opened"),
            ("\"A hash.\"", "\"\"\"\n```\nr.get('a')\n\"\"\"", "\"```\" is opened"),
            ("\"That is for strings.\"", "\"`That is for strings.\"", "\"`\" is opened"),
            ("\"Hashes count.\"", "\"`Hashes count.\"", "\"`\" is opened"),
            ("\"- A hash has fields.\"", "\"- A **hash has fields.\"", "\"**\" is opened"),
            ("task = \"Count.\"", "task = \"Count.\"\nshow = \"1\"", "exactly one of"),
            ("answer = \"r.hincrby('h', 'n', 1)\"", "", "no answer"),
            ("reply = \"1\"\nuses = [\"HINCRBY\"]", "", "expects nothing"),
            ("\"Hashes count.\"", "\"Type r.hincrby('h','n', 1)\"", "gives the answer away"),
            ("hints = [", "hints = [\"a\", \"b\", ", "at most 3 hints"),
            ("uses = [\"HINCRBY\"]", "uses = [\"HINCR\"]", "no Redis command"),
            ("when = { uses = [\"INCR\"] }", "when = { }", "fits everything"),
            ("task = \"Count.\"", "predict = \":wait 5s\\n1\"", "no place in it"),
            (
                TASK,
                "compare = { grow = [9, 2], of = \"x\", left = { title = \"\", run = \"n\" }, right = { title = \"\", run = \"\" } }",
                "smallest first",
            ),
            (
                TASK,
                "compare = { grow = [1, 99999], of = \"x\", left = { title = \"\", run = \"n\" }, right = { title = \"\", run = \"\" } }",
                "of 1 to 10000",
            ),
            (
                TASK,
                "compare = { grow = [1, 2], left = { title = \"\", run = \"n\" }, right = { title = \"\", run = \"\" } }",
                "what `n` counts",
            ),
            (
                TASK,
                "compare = { grow = [1, 2], of = \"x\", left = { title = \"\", run = \"name\" }, right = { title = \"\", run = \"\" } }",
                "nothing grows: use it",
            ),
            (
                TASK,
                "compare = { of = \"x\", left = { title = \"\", run = \"n\" }, right = { title = \"\", run = \"\" } }",
                "but nothing grows",
            ),
            (
                "[step.expect]",
                "[step.expect.every_order]\nclients = 9\nlost = \"x\"\nholds = { run = \"1\", reply = \"1\" }\n[step.expect]",
                "two or three can race",
            ),
            (
                TASK,
                "compare = { clients = 2, left = { title = \"\", run = \"1\" }, right = { title = \"\", run = \"1\" } }",
                "no side says what the data then holds",
            ),
            (
                TASK,
                "compare = { left = { title = \"\", run = \"1\", holds = { run = \"1\", reply = \"1\" } }, right = { title = \"\", run = \"1\" } }",
                "needs both",
            ),
            ("task = \"Count.\"", "choose = { question = \"?\", options = [] }", "only task and explore"),
        ] {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD, "{from:?} is in the lesson");
            let messages = messages(&text);
            assert!(
                messages.iter().any(|message| message.contains(says)),
                "{to:?} should be told {says:?}: {messages:?}"
            );
        }
        let twice = format!("{GOOD}{}", &GOOD[GOOD.find("[[step]]").unwrap()..]);
        assert!(messages(&twice).iter().any(|message| message.contains("two steps")));
    }

    #[test]
    fn advice_is_given_for_what_could_be_better() {
        let advised =
            |text: &str| advice(&format::parse(text).unwrap()).into_iter().map(|a| a.message).collect::<Vec<_>>();
        assert_eq!(advised(GOOD), Vec::<String>::new());
        let hintless = GOOD.replace("hints = [\"Hashes count.\", \"`r.hincrby('h', 'n', 1)`\"]", "");
        assert!(advised(&hintless)[0].contains("no hints"), "{:?}", advised(&hintless));
        let wide = GOOD.replace("\"A hash.\"", "'''\n```\n0123456789012345678901234567890123456\n```\n'''");
        assert!(advised(&wide)[0].contains("37 columns"), "{:?}", advised(&wide));
        let side = "{ title = \"\", run = \"r.memory_usage('k')\" }";
        let weighed = GOOD.replace(TASK, &format!("compare = {{ left = {side}, right = {side} }}"));
        assert!(advised(&weighed)[0].contains("by itself"), "{:?}", advised(&weighed));
    }

    #[test]
    fn faults_of_the_file_name_their_place() {
        let broken = GOOD.replace("minutes = 5", "minuets = 5");
        let fault = format::parse(&broken).unwrap_err();
        assert!(fault.message.ends_with("Did you mean `minutes`?"), "{fault:?}");
        assert_eq!(fault.at.map(|at| &broken[at..at + 7]), Some("minuets"));
    }
}
