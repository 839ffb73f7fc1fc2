//! Judging: whether a step is done, and what to say when it is not.
//!
//! The rules: state, what is unchanged and who waits are looked at in the data; reply, output, commands and error in the
//! submission. The step is done when all that is given holds. What changes nothing and raises nothing is exploring.

use super::comparison::Comparison;
use super::differences;
use super::evidence::{DisplayedValue, Failure, Submission};
use super::format::{Expect, Mistake, Probe, Step, When};
use super::raced::RaceResult;
use super::unmet;

/// What the data says to the probes of a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// By the text of the probe: what it showed, or raised.
    pub probes: Vec<(String, Result<DisplayedValue, Failure>)>,
    /// Keys that should be unchanged and are not.
    pub changed_keys: Vec<String>,
    /// The names of clients that wait for a reply.
    pub waiting: Vec<String>,
    /// All commands that were sent in this step, those of the submission included.
    pub sent: Vec<Vec<Vec<u8>>>,
    /// The names of the clients that sent them.
    pub acted: Vec<String>,
    /// The commands that the step's own answer sends.
    pub intended: Vec<Vec<Vec<u8>>>,
    /// What the step asks for, in words.
    pub task: String,
    /// Variables that hold what a command was answered, each with the client in whose Python it is.
    pub holders: Vec<(String, String)>,
    /// The types of the keys that the submission names.
    pub types: Vec<(String, &'static str)>,
    /// Whether what several clients are to run was defined in this step.
    pub defined: bool,
    /// Where what was shown comes from.
    pub origin: Origin,
    /// Whether a mistake made before has spoilt the data for this step.
    pub spoilt: bool,
    /// What came of running the submission by several clients in every order, if that was done.
    pub raced: Option<RaceResult>,
}

/// Where a value comes from that was shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// From Redis: a command was answered so, now or earlier in this step.
    #[default]
    Redis,
    /// From Redis, and from other keys than those that the step is about.
    OtherKeys,
    /// From Python alone: nothing was sent for it.
    Python,
}

/// What comes of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Done,
    /// Nothing was tried yet.
    Exploring,
    /// A look that is almost what the step asks for: how it differs, in Markdown.
    Near(Vec<String>),
    /// The step takes several lines, and this may be one of them.
    OnTheWay,
    /// This would do the step, had not a mistake spoilt the data before.
    Spoilt,
    /// The step takes several lines, and this one sent what its answer sends, too.
    Part,
    /// The mistake at this index.
    Mistake(usize),
    /// What differs, in Markdown.
    Miss(Vec<String>),
}

/// A submission, what the data said to it, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub submission: Submission,
    pub findings: Findings,
    pub verdict: Verdict,
}

/// The probes that must be asked before a step can be judged.
pub fn probes(step: &Step) -> Vec<String> {
    let expected = step.expect.iter().flat_map(|e| &e.get_ref().state);
    let compared = expected.clone().filter_map(Comparison::of).map(|compared| compared.asked.to_owned());
    let mistaken = step.mistakes.iter().flat_map(|m| &m.when.get_ref().state);
    let asked = expected.chain(mistaken).map(|probe| probe.run.get_ref().clone());
    let mut sources: Vec<String> = Vec::new();
    for source in asked.chain(compared) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

/// Judges a submission.
pub fn judge(step: &Step, submission: &Submission, findings: &Findings) -> Verdict {
    let nothing = Expect::default();
    let expect = step.expect.as_ref().map_or(&nothing, |e| e.get_ref());
    let differences = differences::of_expectations(expect, submission, findings);
    // What raises does nothing that was asked for, whatever the lines before it did. What clients have run, did it.
    let has_failed = submission.failed && expect.error.is_none() && findings.raced.is_none();
    if differences.is_empty() && !has_failed {
        return match differences::of_origin(expect, submission, findings) {
            Some(told) => Verdict::Near(vec![told]),
            None if findings.spoilt => Verdict::Spoilt,
            None => Verdict::Done,
        };
    }
    if submission.is_queued() {
        return Verdict::Exploring;
    }
    let by_hand = findings.raced.is_none() && expect.every_order.as_ref().is_some_and(|every| every.run.is_some());
    if by_hand && findings.defined && submission.error.is_none() && differences.len() == 1 {
        return Verdict::Exploring;
    }
    let is_made = |mistake: &Mistake| {
        let when = mistake.when.get_ref();
        // An error that comes of another key is no mistake of the command's.
        let is_elsewhere =
            when.uses.is_empty() && when.state.is_empty() && differences::is_at_wrong_key(submission, findings);
        (!by_hand || when.error.is_some())
            && !is_elsewhere
            && concerns(when, submission, findings)
            && fits(when, submission, findings)
    };
    if let Some(index) = step.mistakes.iter().position(is_made) {
        return Verdict::Mistake(index);
    }
    let by_another = differences::of_actor(expect, submission, findings);
    if by_another.is_some() && differences.len() == 1 {
        return Verdict::Miss(differences);
    }
    let takes_several =
        findings.raced.is_none() && step.answer.as_ref().is_some_and(|answer| starts_of_lines(answer.get_ref()) > 1);
    if !submission.changed && submission.error.is_none() && findings.raced.is_none() {
        // One of several lines is not meant to show what the last one shows.
        let near = if takes_several { Vec::new() } else { differences::near(expect, submission, findings) };
        return if near.is_empty() { Verdict::Exploring } else { Verdict::Near(near) };
    }
    if submission.error.is_some() && submission.commands.is_empty() && findings.raced.is_none() {
        return Verdict::Miss(vec![differences::unsent::told(submission, findings)]);
    }
    if takes_several && submission.error.is_none() {
        let slip = differences::slip(submission, findings);
        let is_part = differences::is_part(submission, findings);
        let on = if is_part { Verdict::Part } else { Verdict::OnTheWay };
        // Whatever is done by the wrong client has to be done again.
        let by_another = by_another.filter(|_| is_part && !expect.by.contains(&submission.client));
        return by_another.or(slip).map_or(on, |told| Verdict::Miss(vec![told]));
    }
    Verdict::Miss(differences::told(differences, submission, findings))
}

/// How many lines begin at the margin: more than one, and a text is entered in several goes.
fn starts_of_lines(text: &str) -> usize {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '\t', ')', ']', '}'])).count()
}

/// What a question showed or raised.
pub(super) fn asked<'a>(source: &str, findings: &'a Findings) -> Option<&'a Result<DisplayedValue, Failure>> {
    findings.probes.iter().find(|(known, _)| known == source).map(|(_, shown)| shown)
}

pub(super) fn says<'a>(source: &str, findings: &'a Findings) -> Option<&'a DisplayedValue> {
    asked(source, findings)?.as_ref().ok()
}

pub(super) fn holds(probe: &Probe, findings: &Findings) -> bool {
    is_said(probe, says(probe.run.get_ref(), findings))
}

/// Whether a probe showed what it should say.
pub fn is_said(probe: &Probe, shown: Option<&DisplayedValue>) -> bool {
    shown.is_some_and(|shown| shown.is(&probe.reply))
}

/// Whether a submission can be what a mistake is about, rather than a line that came after it. Data that is wrong stays so.
fn concerns(when: &When, submission: &Submission, findings: &Findings) -> bool {
    let did_something = !submission.commands.is_empty() || submission.changed || findings.raced.is_some();
    let is_shown = when.reply.is_some() || when.output.is_some();
    did_something || is_shown || when.error.is_some()
}

/// Whether a mistake is told by the data alone, so that any line after it would seem to be it.
pub fn is_of_data(mistake: &Mistake) -> bool {
    let when = mistake.when.get_ref();
    when.error.is_none() && when.uses.is_empty() && when.reply.is_none() && when.output.is_none()
}

/// Whether a mistake that a submission made has spoilt the data: the step is to be begun afresh.
pub fn spoils(mistake: &Mistake, submission: &Submission) -> bool {
    let sends_to_again = mistake.say.contains("`:again`");
    submission.changed && mistake.spoils.unwrap_or(sends_to_again)
}

/// Whether a mistake is what happened.
fn fits(when: &When, submission: &Submission, findings: &Findings) -> bool {
    unmet::of_mistake(when, submission, findings).is_empty()
}

/// As inline code of Markdown.
pub fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace('\n', " ⏎ "))
}

#[cfg(test)]
mod tests {
    use super::super::format;
    use super::*;

    const STEP: &str = r#"
format = 1
id = "queue"
title = "Queue"
minutes = 1
about = "A queue."
remember = "- It waits."
[[step]]
id = "one"
say = "A queue."
task = "As `phone`, push two."
answer = ":client phone\nr.rpush('q', 'a')\nr.rpush('q', 'b')"
[step.expect]
state = [{ run = "r.llen('q')", reply = "2" }]
by = ["phone"]
"#;

    fn step() -> Step {
        format::parse(STEP).expect("the step has no fault").steps.remove(0)
    }

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    /// What comes of the last of these lines, each with the client who typed it, when the list is so long.
    fn judged(lines: &[(&str, &str)], length: &str) -> Verdict {
        let (client, line) = lines[lines.len() - 1];
        let submission = Submission {
            client: client.into(),
            source: line.into(),
            commands: vec![words(line)],
            changed: !line.starts_with("LLEN"),
            ..Submission::default()
        };
        let findings = Findings {
            probes: vec![("r.llen('q')".into(), Ok(DisplayedValue::Python(length.into())))],
            sent: lines.iter().map(|(_, line)| words(line)).collect(),
            acted: lines.iter().map(|(client, _)| (*client).into()).collect(),
            intended: vec![words("RPUSH q a"), words("RPUSH q b")],
            ..Findings::default()
        };
        judge(&step(), &submission, &findings)
    }

    #[test]
    fn who_acts_is_looked_at_and_a_part_is_told_as_one() {
        let other = |told: &str| Verdict::Miss(vec![told.into()]);
        let undo = "`main` did this, and it is for `phone` to do: `:undo` takes it back, `:client phone` goes there.";
        let look = "`main` did this, and it is for `phone` to do: `:client phone` goes there.";
        let a = ("phone", "RPUSH q a");
        for (lines, length, verdict) in [
            (&[a, ("phone", "RPUSH q b")][..], "2", Verdict::Done),
            (&[a], "1", Verdict::Part),
            (&[a, a], "2", Verdict::Done),
            (&[a, a, a], "3", Verdict::OnTheWay),
            (&[("phone", "RPUSH q c")], "1", Verdict::OnTheWay),
            (&[("phone", "LLEN q")], "0", Verdict::Exploring),
            (&[("main", "RPUSH q a")], "1", other(undo)),
            (&[a, ("main", "RPUSH q b")], "2", other(undo)),
            (&[a, ("main", "LLEN q")], "2", other(look)),
            (&[("main", "LLEN q")], "0", Verdict::Exploring),
        ] {
            assert_eq!(judged(lines, length), verdict, "{lines:?}");
        }
    }

    #[test]
    fn a_question_that_shows_nothing_was_answered_none() {
        let silent = |line: &str, changed| Submission { commands: vec![words(line)], changed, ..Submission::default() };
        assert!(silent("GET a", false).shows("None"));
        assert!(!silent("SET a 1", true).shows("None"));
        assert!(!Submission::default().shows("None"), "nothing was asked");
    }

    #[test]
    fn an_author_is_told_what_does_not_fit() {
        let submission = Submission { commands: vec![words("GET a")], ..Submission::default() };
        let state = [("r.get('a')".to_owned(), Ok(DisplayedValue::Python("b'1'".into())))];
        let findings = Findings { probes: state.into(), ..Findings::default() };
        for (when, told) in [
            ("uses = [\"SET\", \"GET\"]", "`uses` names `SET`, and `GET` was sent."),
            ("lacks = [\"GET\"]", "`lacks` names `GET`, and it was sent."),
            ("error = \"WRONGTYPE\"", "`error` is `WRONGTYPE`, and no error came up."),
            ("reply = \"1\"", "`reply` is `1`, and nothing was shown."),
            (
                "state = [{ run = \"r.get('a')\", reply = \"b'2'\" }]",
                "`state` asks `r.get('a')` for `b'2'`, and it says `b'1'`.",
            ),
        ] {
            let when: When = toml::from_str(when).expect("it is a condition");
            assert_eq!(unmet::of_mistake(&when, &submission, &findings), [told]);
        }
    }
}
