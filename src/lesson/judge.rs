//! Judging: whether a step is done, and what to say when it is not.
//!
//! The rules: state, what is unchanged and who waits are looked at in the data; reply, output, commands and error in the
//! submission. The step is done when all that is given holds. What changes nothing and raises nothing is exploring.

use super::evidence::{Shown, Submission, canonical};
use super::format::{EveryOrder, Expect, Probe, Step, When};
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
    /// What came of running the submission by several clients in every order, if that was done.
    pub raced: Option<Raced>,
}

/// What comes of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Done,
    /// Nothing was tried yet.
    Exploring,
    /// The step takes several lines, and this may be one of them.
    OnTheWay,
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
    let differences = differences(expect, submission, findings);
    if differences.is_empty() {
        return Verdict::Done;
    }
    if let Some(index) = step.mistakes.iter().position(|m| fits(m.when.get_ref(), submission, findings)) {
        return Verdict::Mistake(index);
    }
    if !submission.changed && submission.error.is_none() && findings.raced.is_none() {
        return Verdict::Exploring;
    }
    if submission.error.is_some() && submission.commands.is_empty() {
        return Verdict::Miss(vec!["It stopped before anything was sent: Redis has seen nothing of it.".into()]);
    }
    let takes_several =
        findings.raced.is_none() && step.answer.as_ref().is_some_and(|answer| starts_of_lines(answer.get_ref()) > 1);
    if takes_several && submission.error.is_none() { Verdict::OnTheWay } else { Verdict::Miss(differences) }
}

/// How many lines begin at the margin: more than one, and a text is entered in several goes.
fn starts_of_lines(text: &str) -> usize {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '\t', ')', ']', '}'])).count()
}

fn says(probe: &Probe, findings: &Findings) -> Option<Shown> {
    findings.probes.iter().find(|(source, _)| source == probe.run.get_ref()).and_then(|(_, shown)| shown.clone())
}

fn holds(probe: &Probe, findings: &Findings) -> bool {
    is_said(probe, says(probe, findings).as_ref())
}

/// Whether what a probe showed is what it should say.
pub fn is_said(probe: &Probe, shown: Option<&Shown>) -> bool {
    shown.is_some_and(|shown| shown.is(&probe.reply))
}

/// All that is expected and not so, each as a sentence.
pub fn differences(expect: &Expect, submission: &Submission, findings: &Findings) -> Vec<String> {
    let mut differences = Vec::new();
    let names = submission.command_names();
    match (&expect.error, &submission.error) {
        (Some(wanted), Some(error)) if !format!("{}: {}", error.class, error.message).contains(wanted.as_str()) => {
            differences.push(format!("Another error was wanted here, one that says {}.", code(wanted)));
        }
        (Some(wanted), None) => differences.push(format!("An error was wanted here, one that says {}.", code(wanted))),
        _ => {}
    }
    if let Some(reply) = &expect.reply
        && !submission.shows(reply)
    {
        let seen = submission.value.as_ref().map(Shown::repr);
        differences.push(match seen {
            Some(seen) => format!("Wanted: {}. Seen: {}.", code(reply), code(&shortened(&seen))),
            None => format!("Wanted: {}. Nothing was shown.", code(reply)),
        });
    }
    if let Some(output) = &expect.output
        && submission.output.trim_end() != output.trim_end()
    {
        let seen = shortened(submission.output.trim_end());
        differences.push(format!("It should print {}. It printed {}.", code(output.trim_end()), code(&seen)));
    }
    for wanted in &expect.uses {
        if !names.contains(&canonical(wanted.get_ref())) {
            let sent = if names.is_empty() { "no command".to_owned() } else { listed(&names) };
            differences.push(format!("This step is about {}. Sent: {sent}.", code(wanted.get_ref())));
        }
    }
    for avoided in &expect.avoids {
        if names.contains(&canonical(avoided.get_ref())) {
            differences.push(format!("This step does without {}.", code(avoided.get_ref())));
        }
    }
    for probe in &expect.state {
        if !holds(probe, findings) {
            let seen = says(probe, findings).map_or_else(|| "an error".into(), |shown| code(&shortened(&shown.repr())));
            differences.push(format!(
                "{} should say {}. It says {seen}.",
                code(probe.run.get_ref()),
                code(&probe.reply)
            ));
        }
    }
    for key in expect.unchanged.iter().filter(|key| findings.changed_keys.contains(key)) {
        differences.push(format!("{} should stay as it was, and has changed. `:again` puts it back.", code(key)));
    }
    differences.extend(expect.every_order.iter().filter_map(|every| lost_in_some_order(every, findings)));
    for name in expect.waiting.iter().filter(|name| !findings.waiting.contains(name)) {
        differences.push(format!("{} should be waiting for a reply now.", code(name)));
    }
    differences
}

/// What differs when several clients run the submission.
fn lost_in_some_order(every: &EveryOrder, findings: &Findings) -> Option<String> {
    let Some(raced) = &findings.raced else {
        return Some(match &every.run {
            Some(run) => {
                format!("Clients are to run {} at once; it is not defined in this step yet.", code(run.get_ref()))
            }
            None => "Clients are to run it at once, and it sends nothing yet.".into(),
        });
    };
    let clients = raced.names.len();
    if raced.bad > 0 {
        let orders = if raced.cut { format!("the first {}", raced.orders) } else { raced.orders.to_string() };
        return Some(format!("{clients} clients at once: in {} of {orders} orders {}.", raced.bad, every.lost));
    }
    let (name, error) = raced.error.as_ref()?;
    Some(format!(
        "{clients} clients at once: {}'s program ends with {}.",
        name,
        code(&format!("{}: {}", error.class, error.message))
    ))
}

/// Whether a mistake is what happened.
fn fits(when: &When, submission: &Submission, findings: &Findings) -> bool {
    let names = submission.command_names();
    let failed = |text: &String| {
        submission.error.as_ref().is_some_and(|e| format!("{}: {}", e.class, e.message).contains(text.as_str()))
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

fn listed(names: &[String]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if !seen.contains(&name.as_str()) {
            seen.push(name);
        }
    }
    seen.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
}

/// A long value, cut for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}
