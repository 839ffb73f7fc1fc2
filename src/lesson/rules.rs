//! Rules for lesson files that can be checked without running any of their code.

use crate::bare_words::BARE_WORDS;
use std::collections::HashSet;

use super::evidence::canonical;
use super::failed_expectations::{alternatives, client_and_command};
use super::format::{Compare, Diagnostic, Expect, FORMAT, Lesson, Step, When, is_name};
use super::{race_rules, text_rules};
use crate::messages::lesson_rules as messages;
use crate::spelling;
use redis_engine::commands;
use toml::Spanned;

/// Maximum number of hints in a step.
const MOST_HINTS: usize = 3;

/// The data sizes at which a step may compare two programs. Larger sizes would keep the learner waiting.
const SIZES: std::ops::RangeInclusive<u32> = 1..=10_000;

/// The keys that determine the kind of a step. Each step has exactly one of them.
const KINDS: &str = "task, explore, predict, choose, show, compare, race";

/// The tutor commands that a lesson's code may contain.
const COMMANDS_IN_LESSONS: [&str; 2] = ["client", "wait"];

/// Returns the first line of a lesson's code that contains a forbidden tutor command, or `None` if there is none. Such
/// a command could write a file, open a port, or restart the lesson endlessly.
pub fn refused_command(code: &str) -> Option<&str> {
    let is_refused = |line: &&str| {
        if BARE_WORDS.contains(&line.trim_end()) {
            return true;
        }
        let name = line.trim().strip_prefix(':').map(|rest| rest.split_whitespace().next().unwrap_or_default());
        name.is_some_and(|name| !COMMANDS_IN_LESSONS.contains(&name))
    };
    code.lines().find(is_refused)
}

/// Iterates over all code in a lesson, with its positions in the file.
fn code(lesson: &Lesson) -> impl Iterator<Item = &Spanned<String>> {
    lesson.setup.iter().chain(lesson.steps.iter().flat_map(step_code))
}

fn step_code(step: &Step) -> Vec<&Spanned<String>> {
    let expected = step.expect.iter().flat_map(|expect| &expect.get_ref().state);
    let of_mistakes = step.mistakes.iter().flat_map(|mistake| &mistake.when.get_ref().state);
    let every_order = step.expect.iter().filter_map(|expect| expect.get_ref().every_order.as_ref());
    let every_order = every_order.flat_map(|every| every.start.iter().chain(&every.run).chain([&every.holds.run]));
    let compare = step.compare.iter().flat_map(|compare| {
        let sides = [&compare.left, &compare.right].into_iter();
        compare
            .setup
            .iter()
            .chain(sides.flat_map(|side| [&side.run].into_iter().chain(side.holds.iter().map(|h| &h.run))))
    });
    let race = step.race.iter().flat_map(|race| {
        race.start.iter().chain([&race.holds.run]).chain(race.clients.iter().filter_map(|client| client.run.as_ref()))
    });
    let typed = [&step.answer, &step.predict, &step.show].into_iter().flatten().chain(&step.also);
    typed
        .chain(step.mistakes.iter().map(|mistake| &mistake.example))
        .chain(expected.chain(of_mistakes).map(|probe| &probe.run))
        .chain(every_order)
        .chain(compare)
        .chain(race)
        .collect()
}

/// Returns all rule violations in a lesson, sorted by their position in the file.
pub fn errors(lesson: &Lesson) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut report = |at: usize, message: String| errors.push(Diagnostic::new(Some(at), message));
    if *lesson.format.get_ref() != FORMAT {
        report(lesson.format.span().start, messages::unknown_format(lesson.format.get_ref(), FORMAT));
    }
    if !is_name(lesson.id.get_ref()) {
        report(lesson.id.span().start, messages::bad_lesson_id(lesson.id.get_ref()));
    }
    if lesson.steps.is_empty() {
        report(lesson.id.span().start, messages::no_steps());
    }
    if let Some(named) = lesson.fast_track.as_ref().filter(|_| lesson.fast_track_step().is_none()) {
        report(named.span().start, messages::no_task_for_fast_track(named.get_ref()));
    }
    let mut ids = HashSet::new();
    for step in &lesson.steps {
        let (id, at) = (step.id.get_ref(), step.id.span().start);
        if !is_name(id) {
            report(at, messages::bad_step_id(id));
        }
        if !ids.insert(id) {
            report(at, messages::same_step_id(id));
        }
        check_step(step, &mut report);
    }
    for code in code(lesson) {
        if let Some(line) = refused_command(code.get_ref()) {
            report(code.span().start, messages::refused_command(line.trim()));
        }
    }
    text_rules::check(lesson, &mut report);
    errors.sort_by_key(|error| error.at);
    errors
}

/// Returns advice on what is allowed but could be improved: tasks without hints, and text that is too wide for narrow
/// terminals.
pub fn advice(lesson: &Lesson) -> Vec<Diagnostic> {
    let mut advice = Vec::new();
    for step in &lesson.steps {
        let id = step.id.get_ref();
        let mut advise = |message: String| advice.push(Diagnostic::new(Some(step.id.span().start), message));
        if step.task.is_some() && step.hints.is_empty() {
            advise(messages::no_hints(id));
        }
        let asks_for_memory =
            |run: &Spanned<String>| run.get_ref().to_ascii_lowercase().replace('_', " ").contains("memory usage");
        if step.compare.as_ref().is_some_and(|c| asks_for_memory(&c.left.run) || asks_for_memory(&c.right.run)) {
            advise(messages::asks_for_memory(id));
        }
        text_rules::advise(step, &mut |at, message| advice.push(Diagnostic::new(Some(at), message)));
    }
    advice
}

fn check_step(step: &Step, report: &mut impl FnMut(usize, String)) {
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
    // The rules below apply only to a step of exactly one kind.
    match kinds.as_slice() {
        [_] => {}
        [] => return report(at, messages::no_kind(id, KINDS)),
        several => return report(at, messages::several_kinds(id, several.join(" and "), KINDS)),
    }
    let is_done_by_typing = step.task.is_some() || step.explore.is_some();
    check_roles(step, report);
    if is_done_by_typing {
        if step.answer.is_none() {
            report(at, messages::no_answer(id));
        }
        if step.expect.as_ref().is_none_or(|expect| is_empty_expectation(expect.get_ref())) {
            report(at, messages::no_expectation(id));
        }
    } else {
        let extra = [
            ("answer", step.answer.as_ref().map(|s| s.span().start)),
            ("also", step.also.first().map(|s| s.span().start)),
            (
                "expect",
                step.expect.as_ref().filter(|expect| !expects_error_alone(step, expect)).map(|s| s.span().start),
            ),
            ("mistake", step.mistakes.first().map(|m| m.example.span().start)),
        ];
        for (key, at) in extra.into_iter().filter_map(|(key, at)| Some((key, at?))) {
            report(at, messages::key_of_tasks(id, key));
        }
    }
    if let Some(predicted) = &step.predict
        && predicted.get_ref().lines().any(|line| line.starts_with(':'))
    {
        report(predicted.span().start, messages::tutor_command_in_predict());
    }
    if let Some(choose) = &step.choose {
        let correct = choose.options.iter().filter(|option| option.correct).count();
        if choose.options.len() < 2 || correct != 1 {
            report(at, messages::bad_options(id, choose.options.len(), correct));
        }
    }
    if let Some(compare) = &step.compare {
        check_sizes(compare, at, report);
        race_rules::check_comparison(compare, at, report);
    }
    if let Some(race) = &step.race {
        race_rules::check_race(race, at, report);
    }
    if let Some(every) = step.expect.as_ref().and_then(|expect| expect.get_ref().every_order.as_ref()) {
        race_rules::check_every_order(every, report);
    }
    check_hints(step, report);
    if let Some(expect) = &step.expect {
        for names in expect.get_ref().uses.iter().chain(&expect.get_ref().avoids) {
            alternatives(names.get_ref()).for_each(|name| check_command(name, names.span().start, report));
        }
        for line in &expect.get_ref().sent {
            let (_, command) = client_and_command(line.get_ref());
            let names = command.split_whitespace().next().unwrap_or_default();
            alternatives(names).for_each(|name| check_command(name, line.span().start, report));
        }
    }
    for mistake in &step.mistakes {
        let when = mistake.when.get_ref();
        if is_empty_condition(when) {
            report(mistake.when.span().start, messages::mistake_always_fits());
        }
        let used = when.uses.iter().flat_map(|names| alternatives(names));
        for name in used.chain(when.order.iter().map(String::as_str)) {
            check_command(name, mistake.when.span().start, report);
        }
    }
}

fn check_sizes(compare: &Compare, at: usize, report: &mut impl FnMut(usize, String)) {
    match (&compare.grow, &compare.of) {
        (None, None) => {}
        (None, Some(of)) => {
            report(at, messages::nothing_grows(of));
        }
        (Some(grow), of) => {
            let at = grow.span().start;
            let sizes = grow.get_ref();
            if sizes.len() < 2 || !sizes.is_sorted_by(|a, b| a < b) || sizes.iter().any(|n| !SIZES.contains(n)) {
                report(at, messages::bad_sizes(format_args!("{sizes:?}"), SIZES.start(), SIZES.end()));
            }
            if of.is_none() {
                report(at, messages::no_of());
            }
            let uses_n = [&compare.left.run, &compare.right.run].into_iter().chain(&compare.setup);
            let uses_n = uses_n
                .map(Spanned::get_ref)
                .any(|code| code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "n"));
            if !uses_n {
                report(at, messages::n_not_used());
            }
        }
    }
}

/// Checks that each role of a step has a valid name, and that the role is used in a probe but not in the answer.
fn check_roles(step: &Step, report: &mut impl FnMut(usize, String)) {
    let at = step.id.span().start;
    let answer = step.answer.as_ref().map(|answer| answer.get_ref().as_str()).unwrap_or_default();
    let expected = step.expect.iter().flat_map(|expect| &expect.get_ref().state);
    let of_mistakes = step.mistakes.iter().flat_map(|mistake| &mistake.when.get_ref().state);
    let probes: Vec<&str> = expected.chain(of_mistakes).map(|probe| probe.run.get_ref().as_str()).collect();
    for role in step.roles.keys() {
        let placeholder = format!("{{{role}}}");
        if !is_name(role) {
            report(at, messages::bad_role(role));
        } else if answer.contains(&placeholder) {
            report(at, messages::role_in_answer(&placeholder));
        } else if !probes.iter().any(|run| run.contains(&placeholder)) {
            report(at, messages::unused_role(role, &placeholder));
        }
    }
}

fn check_hints(step: &Step, report: &mut impl FnMut(usize, String)) {
    if let Some(hint) = step.hints.get(MOST_HINTS) {
        report(hint.span().start, messages::too_many_hints(MOST_HINTS));
    }
    let Some(answer) = &step.answer else { return };
    let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace('"', "'");
    let answer = squeezed(answer.get_ref());
    for hint in step.hints.iter().rev().skip(1) {
        if squeezed(hint.get_ref()).contains(&answer) {
            report(hint.span().start, messages::hint_gives_answer_away());
        }
    }
}

fn check_command(name: &str, at: usize, report: &mut impl FnMut(usize, String)) {
    if commands::by_name(name).is_none() && commands::by_name(&canonical(name)).is_none() {
        let known = commands::all().map(|command| command.name);
        let message = match spelling::nearest(&name.to_ascii_uppercase(), known) {
            Some(suggestion) => messages::misspelt_command(name, suggestion),
            None => messages::unknown_command(name),
        };
        report(at, message);
    }
}

/// Returns whether a step has the kind `show` and expects nothing but an error.
fn expects_error_alone(step: &Step, expect: &Spanned<Expect>) -> bool {
    let expect = expect.get_ref();
    let rest = Expect { error: None, ..expect.clone() };
    step.show.is_some() && expect.error.is_some() && is_empty_expectation(&rest)
}

fn is_empty_expectation(expect: &Expect) -> bool {
    expect.state.is_empty()
        && expect.reply.is_none()
        && expect.output.is_none()
        && expect.uses.is_empty()
        && expect.sent.is_empty()
        && expect.waiting.is_empty()
        && expect.error.is_none()
        && expect.every_order.is_none()
}

fn is_empty_condition(when: &When) -> bool {
    when.error.is_none()
        && when.uses.is_empty()
        && when.lacks.is_empty()
        && when.has.is_empty()
        && when.sent.is_empty()
        && when.order.is_empty()
        && when.typed.is_empty()
        && when.value.is_none()
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
        errors(&format::parse(text).unwrap()).into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn a_good_lesson_breaks_no_rule() {
        assert_eq!(messages(GOOD), Vec::<String>::new());
    }

    #[test]
    fn the_fast_track_names_a_task() {
        let named = |id: &str| messages(&GOOD.replace("remember =", &format!("fast_track = \"{id}\"\nremember =")));
        assert_eq!(named("one"), Vec::<String>::new());
        assert_eq!(named("two"), ["fast_track is \"two\": write the id of a step that has a task"]);
    }

    #[test]
    fn each_rule_can_be_broken() {
        for (from, to, expected) in [
            ("format = 1", "format = 9", "write format = 1"),
            ("id = \"hashes\"", "id = \"My Hashes\"", "lower-case letters"),
            ("id = \"one\"", "id = \"One\"", "lower-case letters"),
            ("task = \"Count.\"", "", "has no kind: give it exactly one of"),
            ("\"A hash.\"", "\" \"", "empty `say`"),
            ("\"A hash.\"", "\"A **hash.\"", "\"**\" is opened but not closed: \"A **hash.\""),
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
            ("uses = [\"HINCRBY\"]", "uses = [\"HINCR\"]", "not a Redis command"),
            ("when = { uses = [\"INCR\"] }", "when = { }", "matches everything"),
            (
                "answer = \"r.hincrby('h', 'n', 1)\"",
                "answer = \":save /tmp/x\"",
                "\":save /tmp/x\" cannot be part of a lesson",
            ),
            ("minutes = 5", "minutes = 5\nsetup = \":again\"", "\":again\" cannot be part of a lesson"),
            (
                "reply = \"1\"\nuses",
                "state = [{ run = \":serve 6391\", reply = \"1\" }]\nuses",
                "\":serve 6391\" cannot be part of a lesson",
            ),
            ("task = \"Count.\"", "predict = \":wait 5s\\n1\"", "cannot contain tutor commands"),
            (
                TASK,
                "compare = { grow = [9, 2], of = \"x\", left = { title = \"\", run = \"n\" }, right = { title = \"\", run = \"\" } }",
                "smallest first",
            ),
            (
                TASK,
                "compare = { grow = [1, 99999], of = \"x\", left = { title = \"\", run = \"n\" }, right = { title = \"\", run = \"\" } }",
                "from 1 to 10000",
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
                "two or three clients can race",
            ),
            (
                TASK,
                "compare = { clients = 2, left = { title = \"\", run = \"1\" }, right = { title = \"\", run = \"1\" } }",
                "no side says what the data should hold",
            ),
            (
                TASK,
                "compare = { left = { title = \"\", run = \"1\", holds = { run = \"1\", reply = \"1\" } }, right = { title = \"\", run = \"1\" } }",
                "needs both",
            ),
            ("task = \"Count.\"", "task = \"Count.\"\nroles = { Hash = \"h\" }", "lower-case letters"),
            ("task = \"Count.\"", "task = \"Count.\"\nroles = { hash = \"h\" }", "is not used: write {hash}"),
            ("'h', 'n', 1)\"\nhints", "'{hash}', 'n', 1)\"\nroles = { hash = \"h\" }\nhints", "its own key"),
            ("task = \"Count.\"", "choose = { question = \"?\", options = [] }", "only task and explore"),
        ] {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD, "{from:?} is in the lesson");
            let messages = messages(&text);
            assert!(
                messages.iter().any(|message| message.contains(expected)),
                "{to:?} should be reported as {expected:?}: {messages:?}"
            );
        }
        let twice = format!("{GOOD}{}", &GOOD[GOOD.find("[[step]]").unwrap()..]);
        assert!(messages(&twice).iter().any(|message| message.contains("two steps")));
    }

    #[test]
    fn advice_is_given_for_what_could_be_better() {
        let messages =
            |text: &str| advice(&format::parse(text).unwrap()).into_iter().map(|a| a.message).collect::<Vec<_>>();
        assert_eq!(messages(GOOD), Vec::<String>::new());
        let hintless = GOOD.replace("hints = [\"Hashes count.\", \"`r.hincrby('h', 'n', 1)`\"]", "");
        assert!(messages(&hintless)[0].contains("no hints"), "{:?}", messages(&hintless));
        let wide = GOOD.replace("\"A hash.\"", "'''\n```\n0123456789012345678901234567890123456\n```\n'''");
        assert!(messages(&wide)[0].contains("37 columns"), "{:?}", messages(&wide));
        let side = "{ title = \"\", run = \"r.memory_usage('k')\" }";
        let weighed = GOOD.replace(TASK, &format!("compare = {{ left = {side}, right = {side} }}"));
        assert!(messages(&weighed)[0].contains("by itself"), "{:?}", messages(&weighed));
    }

    #[test]
    fn an_unknown_key_is_reported_at_its_place() {
        let broken = GOOD.replace("minutes = 5", "minuets = 5");
        let error = format::parse(&broken).unwrap_err();
        assert!(error.message.ends_with("Did you mean `minutes`?"), "{error:?}");
        assert_eq!(error.at.map(|at| &broken[at..at + 7]), Some("minuets"));
    }
}
