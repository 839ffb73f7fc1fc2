//! Judging: whether a step is done, and what to say when it is not.
//!
//! The rules: state, what is unchanged and who waits are looked at in the data; reply, output, commands and error in the
//! submission. The step is done when all that is given holds. What changes nothing and raises nothing is exploring.

use super::differences;
use super::evidence::{Shown, Submission, canonical};
use super::format::{Expect, Mistake, Probe, Step, When};
use super::raced::Raced;

/// What the data says to the probes of a step.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// By the text of the probe: what it showed.
    pub probes: Vec<(String, Option<Shown>)>,
    /// Keys that should be unchanged and are not.
    pub changed_keys: Vec<String>,
    /// The names of clients that wait for a reply.
    pub waiting: Vec<String>,
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
    pub raced: Option<Raced>,
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
    /// The mistake at this index.
    Mistake(usize),
    /// What differs, in Markdown.
    Miss(Vec<String>),
}

/// The probes that must be asked before a step can be judged.
pub fn probes(step: &Step) -> Vec<String> {
    let expected = step.expect.iter().flat_map(|e| &e.get_ref().state);
    let mistaken = step.mistakes.iter().flat_map(|m| &m.when.get_ref().state);
    let mut sources: Vec<String> = expected.chain(mistaken).map(|probe| probe.run.get_ref().clone()).collect();
    sources.dedup();
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
    let takes_several =
        findings.raced.is_none() && step.answer.as_ref().is_some_and(|answer| starts_of_lines(answer.get_ref()) > 1);
    if !submission.changed && submission.error.is_none() && findings.raced.is_none() {
        // One of several lines is not meant to show what the last one shows.
        let near = if takes_several { Vec::new() } else { differences::near(expect, submission, findings) };
        return if near.is_empty() { Verdict::Exploring } else { Verdict::Near(near) };
    }
    if submission.error.is_some() && submission.commands.is_empty() {
        return Verdict::Miss(vec![differences::unsent::told(submission, findings)]);
    }
    if takes_several && submission.error.is_none() {
        let slip = differences::slip(submission, findings);
        return slip.map_or(Verdict::OnTheWay, |slip| Verdict::Miss(vec![slip]));
    }
    Verdict::Miss(differences::told(differences, submission, findings))
}

/// How many lines begin at the margin: more than one, and a text is entered in several goes.
fn starts_of_lines(text: &str) -> usize {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '\t', ')', ']', '}'])).count()
}

pub(super) fn says(probe: &Probe, findings: &Findings) -> Option<Shown> {
    findings.probes.iter().find(|(source, _)| source == probe.run.get_ref()).and_then(|(_, shown)| shown.clone())
}

pub(super) fn holds(probe: &Probe, findings: &Findings) -> bool {
    is_said(probe, says(probe, findings).as_ref())
}

/// Whether a probe showed what it should say.
pub fn is_said(probe: &Probe, shown: Option<&Shown>) -> bool {
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
    let names = submission.command_names();
    let failed = |text: &String| {
        submission.error.as_ref().is_some_and(|e| {
            // A call without one of its arguments says so itself: no class alone tells more.
            let is_call = e.class == "TypeError" && e.message.contains("required positional argument");
            let told = if is_call { e.message.clone() } else { format!("{}: {}", e.class, e.message) };
            told.contains(text.as_str())
        })
    };
    when.error.as_ref().is_none_or(failed)
        && when.uses.iter().all(|name| names.contains(&canonical(name)))
        && when.lacks.iter().all(|name| !names.contains(&canonical(name)))
        && when.reply.as_ref().is_none_or(|reply| submission.shows(reply))
        && when.output.as_ref().is_none_or(|output| submission.output.trim_end() == output.trim_end())
        && when.state.iter().all(|probe| holds(probe, findings))
}

/// As inline code of Markdown.
pub fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace('\n', " ⏎ "))
}
