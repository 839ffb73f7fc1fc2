//! Compares a submission with what a step expects and with the conditions of its mistakes.

use toml::Spanned;

use super::evidence::{Failure, Submission, canonical, command_name};
use super::findings::{Findings, Origin};
use super::format::{EveryOrder, Expect, Probe, When};
use super::race_result::RaceResult;
use super::shown::{shows_error, shows_meaning};

/// An expectation of a step that a submission does not meet.
#[derive(Debug, Clone, Copy)]
pub enum FailedExpectation<'a> {
    /// Another client has to act.
    Client(ClientMismatch<'a>),
    Error(&'a str),
    Reply(&'a str),
    Output(&'a str),
    Uses(&'a Spanned<String>),
    Avoids(&'a Spanned<String>),
    State(&'a Probe),
    Unchanged(&'a Spanned<String>),
    EveryOrder(&'a EveryOrder),
    Waiting(&'a Spanned<String>),
}

/// How the clients that acted differ from those that should act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientMismatch<'a> {
    /// One of the clients that should act has acted, but the client `missing` has not sent anything yet.
    StillMissing { missing: &'a str },
    /// The client that acted should not act in this step. The client `wanted` should.
    WrongClient { wanted: &'a str },
}

/// Returns all expectations that a submission does not meet.
pub fn failed_expectations<'a>(
    expect: &'a Expect,
    submission: &Submission,
    findings: &Findings,
) -> Vec<FailedExpectation<'a>> {
    // A command that failed was not used, unless the step expects an error.
    let performed =
        if expect.error.is_some() { submission.command_names() } else { submission.performed_command_names() };
    let names = submission.command_names();
    // A submission that only shows a variable stands for the commands that filled it.
    let is_only_shown = submission.commands.is_empty() && findings.origin == Origin::Redis;
    let earlier: Vec<String> = findings.exchanges.iter().map(|exchange| command_name(&exchange.command)).collect();
    let performed = if is_only_shown { earlier } else { performed };
    let is_used = |name: &Spanned<String>| performed.contains(&canonical(name.get_ref()));
    let is_sent = |name: &Spanned<String>| names.contains(&canonical(name.get_ref()));
    let is_raised = |wanted: &str| {
        submission.error.as_ref().is_some_and(|error| error.class_and_message().contains(wanted))
            || shows_error(submission, &findings.exchanges, wanted)
    };
    let is_shown = |wanted: &str| {
        submission.shows(wanted) || (!expect.exactly && shows_meaning(submission, &findings.exchanges, wanted))
    };
    let is_lost = |result: &RaceResult| result.bad > 0 || result.error.is_some();
    let client = client_mismatch(expect, submission, findings).map(FailedExpectation::Client);
    let error = expect.error.as_deref().filter(|wanted| !is_raised(wanted)).map(FailedExpectation::Error);
    let reply = expect.reply.as_deref().filter(|wanted| !is_shown(wanted)).map(FailedExpectation::Reply);
    let output = expect.output.as_deref().filter(|wanted| !submission.prints(wanted)).map(FailedExpectation::Output);
    let uses = expect.uses.iter().filter(|name| !is_used(name)).map(FailedExpectation::Uses);
    let avoids = expect.avoids.iter().filter(|name| is_sent(name)).map(FailedExpectation::Avoids);
    let state = expect.state.iter().filter(|probe| !findings.is_satisfied(probe)).map(FailedExpectation::State);
    let unchanged = expect.unchanged.iter().filter(|key| findings.changed_keys.contains(key.get_ref()));
    let every_order = expect.every_order.iter().filter(|_| findings.race_result.as_ref().is_none_or(is_lost));
    let waiting = expect.waiting.iter().filter(|name| !findings.waiting_clients.contains(name.get_ref()));
    client
        .into_iter()
        .chain(error)
        .chain(reply)
        .chain(output)
        .chain(uses)
        .chain(avoids)
        .chain(state)
        .chain(unchanged.map(FailedExpectation::Unchanged))
        .chain(every_order.map(FailedExpectation::EveryOrder))
        .chain(waiting.map(FailedExpectation::Waiting))
        .collect()
}

/// Compares the clients that acted with those that the step names. Returns `None` if they agree.
pub fn client_mismatch<'a>(
    expect: &'a Expect,
    submission: &Submission,
    findings: &Findings,
) -> Option<ClientMismatch<'a>> {
    let missing = expect.by.iter().find(|name| !findings.acting_clients.contains(name));
    if expect.by.contains(&submission.client) {
        return missing.map(|missing| ClientMismatch::StillMissing { missing });
    }
    missing.or(expect.by.first()).map(|wanted| ClientMismatch::WrongClient { wanted })
}

/// A condition of a mistake that a submission does not meet.
#[derive(Debug, Clone)]
pub enum FailedCondition<'a> {
    Error { wanted: &'a str, raised: Option<String> },
    Uses { wanted: &'a str, sent: Vec<String> },
    Lacks { unwanted: &'a str },
    Reply { wanted: &'a str },
    Output { wanted: &'a str },
    State(&'a Probe),
}

/// Returns all conditions of a mistake that a submission does not meet. The mistake was made if there are none.
pub fn failed_conditions<'a>(when: &'a When, submission: &Submission, findings: &Findings) -> Vec<FailedCondition<'a>> {
    let raised = submission.error.as_ref().map(matchable_text);
    let names = submission.command_names();
    let is_raised = |wanted: &str| raised.as_ref().is_some_and(|raised| raised.contains(wanted));
    let error = when.error.as_deref().filter(|wanted| !is_raised(wanted));
    let uses = when.uses.iter().filter(|name| !names.contains(&canonical(name)));
    let lacks = when.lacks.iter().filter(|name| names.contains(&canonical(name)));
    let reply = when.reply.as_deref().filter(|wanted| !submission.shows(wanted));
    let output = when.output.as_deref().filter(|wanted| !submission.prints(wanted));
    let state = when.state.iter().filter(|probe| !findings.is_satisfied(probe));
    error
        .map(|wanted| FailedCondition::Error { wanted, raised: raised.clone() })
        .into_iter()
        .chain(uses.map(|wanted| FailedCondition::Uses { wanted, sent: names.clone() }))
        .chain(lacks.map(|unwanted| FailedCondition::Lacks { unwanted }))
        .chain(reply.map(|wanted| FailedCondition::Reply { wanted }))
        .chain(output.map(|wanted| FailedCondition::Output { wanted }))
        .chain(state.map(FailedCondition::State))
        .collect()
}

/// Returns the text of an error in which the `error` of a mistake is searched for.
fn matchable_text(error: &Failure) -> String {
    // The message of a call without one of its arguments is specific. The class alone would match far too much.
    let is_incomplete_call = error.class == "TypeError" && error.message.contains("required positional argument");
    if is_incomplete_call { error.message.clone() } else { error.class_and_message() }
}
