//! Compares a submission with the expectations of a step, and with the conditions of the step's mistakes.

use toml::Spanned;

use super::evidence::{DisplayedValue, Failure, Submission, canonical, command_name, keys};
use super::findings::{Findings, Origin};
use super::format::{EveryOrder, Expect, Probe, When};
use super::mismatches::no_effect::can_write;
use super::race_result::RaceResult;
use super::sent_command::Words;
use super::shown::{shows_alone, shows_error, shows_meaning};
use redis_engine::resp::quoting;

/// An expectation of a step that was not met.
#[derive(Debug, Clone)]
pub enum FailedExpectation<'a> {
    /// A client that should have sent commands has not sent any, or the wrong client has sent them.
    Client(ClientMismatch<'a>),
    Error(&'a str),
    Reply(&'a str),
    Output(&'a str),
    Uses(&'a Spanned<String>),
    /// A command was sent, but not on any key on which the answer sends it.
    UsesOtherKey {
        names: &'a Spanned<String>,
        wanted: String,
        actual: Option<String>,
    },
    /// A command that the step requires was not sent.
    Sent(&'a Spanned<String>),
    /// A command was sent fewer times than required, counting only the keys on which the answer sends it. If it was
    /// also sent on other keys, `key` is the first of the answer's keys.
    AtLeast {
        name: &'a str,
        wanted: usize,
        sent: usize,
        key: Option<String>,
    },
    /// A variable that the step requires was not assigned.
    Assigns(&'a str),
    Avoids(&'a Spanned<String>),
    State(&'a Probe),
    Unchanged(&'a Spanned<String>),
    EveryOrder(&'a EveryOrder),
    Waiting(&'a Spanned<String>),
    /// Two clients are waiting, but `second` began to wait before `first`.
    WaitingOrder {
        first: &'a str,
        second: &'a str,
    },
}

/// How the clients that have sent commands differ from those that should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientMismatch<'a> {
    /// Several clients must send commands. The client `missing` has not sent any yet.
    StillMissing { missing: &'a str },
    /// The commands were sent by a client that should not send them. The client `wanted` should.
    WrongClient { wanted: &'a str },
}

/// Returns all expectations that were not met.
pub fn failed_expectations<'a>(
    expect: &'a Expect,
    submission: &Submission,
    findings: &Findings,
) -> Vec<FailedExpectation<'a>> {
    let shown = findings.commands_of_shown_value(submission);
    let performed = performed_commands(expect, submission, shown.as_deref(), findings);
    let names = shown.map_or_else(
        || submission.command_names(),
        |shown| shown.into_iter().map(|words| command_name(words)).collect(),
    );
    let is_sent = |name: &Spanned<String>| names.contains(&canonical(name.get_ref()));
    let is_raised = |wanted: &str| {
        submission.error.as_ref().is_some_and(|error| error.class_and_message().contains(wanted))
            || shows_error(submission, &findings.exchanges, wanted)
    };
    let is_shown = |wanted: &str| {
        let is_shown_otherwise = || {
            shows_meaning(submission, &findings.exchanges, wanted)
                || (findings.origin == Origin::Redis && shows_alone(submission, wanted))
        };
        submission.shows(wanted) || (!expect.exactly && is_shown_otherwise())
    };
    let at_least = expect.at_least.iter().filter_map(|(name, &wanted)| {
        let of_name: Vec<&Words> = findings.sent.iter().filter(|words| has_name(words, name)).collect();
        let keys = intended_keys(name, findings);
        let sent = of_name.iter().filter(|words| is_on_key(words, &keys)).count();
        let key = keys.first().filter(|_| sent < of_name.len()).map(|key| to_text(key));
        (sent < wanted).then_some(FailedExpectation::AtLeast { name, wanted, sent, key })
    });
    let sent = expect.sent.iter().filter(|wanted| !was_sent(wanted.get_ref(), findings));
    // redis-cli has no variables, so redis-cli lines need not assign any.
    let is_cli = matches!(submission.value, Some(DisplayedValue::Cli(_)));
    let assigns = expect.assigns.iter().filter(|name| !is_cli && !findings.assigned_variables.contains(name));
    let is_lost = |result: &RaceResult| result.bad > 0 || result.error.is_some();
    let client = client_mismatch(expect, submission, findings).map(FailedExpectation::Client);
    let error = expect.error.as_deref().filter(|wanted| !is_raised(wanted)).map(FailedExpectation::Error);
    let reply = expect.reply.as_deref().filter(|wanted| !is_shown(wanted)).map(FailedExpectation::Reply);
    let output = expect.output.as_deref().filter(|wanted| !submission.prints(wanted)).map(FailedExpectation::Output);
    let uses = expect.uses.iter().filter_map(|names| failed_use(names, &performed, findings));
    let avoids = expect.avoids.iter().filter(|name| is_sent(name)).map(FailedExpectation::Avoids);
    let state = expect.state.iter().filter(|probe| !findings.is_satisfied(probe)).map(FailedExpectation::State);
    let unchanged = expect.unchanged.iter().filter(|key| findings.changed_keys.contains(key.get_ref()));
    let every_order = expect.every_order.iter().filter(|_| findings.race_result.as_ref().is_none_or(is_lost));
    let waiting = expect.waiting.iter().filter(|name| !findings.waiting_clients.contains(name.get_ref()));
    let waits_since =
        |name: &Spanned<String>| findings.waiting_clients.iter().position(|known| known == name.get_ref());
    let waiting_order = expect.waiting.windows(2).filter_map(|pair| {
        let is_reversed = waits_since(&pair[0])? > waits_since(&pair[1])?;
        let (first, second) = (pair[0].get_ref(), pair[1].get_ref());
        is_reversed.then_some(FailedExpectation::WaitingOrder { first, second })
    });
    client
        .into_iter()
        .chain(error)
        .chain(reply)
        .chain(output)
        .chain(uses)
        .chain(at_least)
        .chain(assigns.map(|name| FailedExpectation::Assigns(name)))
        .chain(sent.map(FailedExpectation::Sent))
        .chain(avoids)
        .chain(state)
        .chain(unchanged.map(FailedExpectation::Unchanged))
        .chain(every_order.map(FailedExpectation::EveryOrder))
        .chain(waiting.map(FailedExpectation::Waiting))
        .chain(waiting_order)
        .collect()
}

/// Returns the commands that count as used by a submission. A command that failed counts only if the step expects an
/// error. If the submission sent no commands itself, `shown` contains the earlier commands whose replies it shows.
fn performed_commands<'a>(
    expect: &Expect,
    submission: &'a Submission,
    shown: Option<&[&'a Words]>,
    findings: &'a Findings,
) -> Vec<&'a Words> {
    if let Some(shown) = shown {
        // An earlier command in the step, such as SINTERSTORE, may have stored the data that was read, so earlier write
        // commands count too.
        return shown.iter().copied().chain(findings.sent.iter().filter(|words| can_write(words))).collect();
    }
    let own = submission.commands.iter().enumerate();
    let own = own.filter(|(index, _)| expect.error.is_some() || !submission.refused.contains(index));
    let own: Vec<&Words> = own.map(|(_, words)| words).collect();
    // A command that stored its result in a key counts as used if the submission reads that key.
    let is_read = |key: &[u8]| own.iter().any(|words| keys(words).contains(&key));
    let has_stored = |words: &&Words| {
        command_name(words).ends_with("STORE") && keys(words).first().is_some_and(|destination| is_read(destination))
    };
    let stored: Vec<&Words> = findings.exchanges.iter().map(|exchange| &exchange.command).filter(has_stored).collect();
    own.into_iter().chain(stored).collect()
}

/// Returns the failed expectation if no alternative in `names` (such as `LMOVE|BLMOVE`) counts as used on one of the
/// answer's keys.
fn failed_use<'a>(
    names: &'a Spanned<String>,
    performed: &[&Words],
    findings: &Findings,
) -> Option<FailedExpectation<'a>> {
    let is_named = |words: &&&Words| alternatives(names.get_ref()).any(|name| has_name(words, name));
    let named: Vec<&&Words> = performed.iter().filter(is_named).collect();
    let wanted: Vec<&[u8]> = alternatives(names.get_ref()).flat_map(|name| intended_keys(name, findings)).collect();
    let Some(last) = named.last() else { return Some(FailedExpectation::Uses(names)) };
    if named.iter().any(|words| is_on_key(words, &wanted)) {
        return None;
    }
    let actual = keys(last).first().map(|key| to_text(key));
    Some(FailedExpectation::UsesOtherKey { names, wanted: to_text(wanted[0]), actual })
}

fn has_name(words: &Words, name: &str) -> bool {
    command_name(words) == canonical(name)
}

/// Returns the keys on which the lesson's own answer sends the command `name`.
fn intended_keys<'a>(name: &str, findings: &'a Findings) -> Vec<&'a [u8]> {
    findings.intended.iter().filter(|words| has_name(words, name)).flat_map(|words| keys(words)).collect()
}

/// Returns whether a command has one of the keys in `wanted`. Returns true if `wanted` is empty.
fn is_on_key(words: &Words, wanted: &[&[u8]]) -> bool {
    wanted.is_empty() || keys(words).iter().any(|key| wanted.contains(key))
}

fn to_text(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}

/// Splits alternative command names, such as `LMOVE|BLMOVE`, into the individual names.
pub fn alternatives(names: &str) -> impl Iterator<Item = &str> {
    names.split('|').map(str::trim)
}

/// Compares the clients that have sent commands with those that the step names. Returns `None` if they agree.
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
    Has { wanted: &'a str },
    Sent { wanted: &'a str },
    Order { wanted: &'a [String] },
    Typed { wanted: &'a str },
    Reply { wanted: &'a str },
    Value { wanted: &'a str },
    Output { wanted: &'a str },
    State(&'a Probe),
}

/// Returns all conditions of a mistake that a submission does not meet. If there are none, the submission contains the
/// mistake.
pub fn failed_conditions<'a>(when: &'a When, submission: &Submission, findings: &Findings) -> Vec<FailedCondition<'a>> {
    let raised = submission.error.as_ref().map(matchable_text);
    let commands = if submission.commands.is_empty() { &findings.commands_behind } else { &submission.commands };
    let names: Vec<String> = commands.iter().map(|words| command_name(words)).collect();
    let is_raised = |wanted: &str| raised.as_ref().is_some_and(|raised| raised.contains(wanted));
    let error = when.error.as_deref().filter(|wanted| !is_raised(wanted));
    let is_used = |wanted: &str| alternatives(wanted).any(|name| names.contains(&canonical(name)));
    let uses = when.uses.iter().filter(|wanted| !is_used(wanted));
    let has_word =
        |word: &str| commands.iter().flat_map(|words| words.iter().skip(1)).any(|known| is_word(known, word));
    let is_command = |name: &str| redis_engine::commands::by_name(name).is_some();
    let lacks =
        when.lacks.iter().filter(|name| names.contains(&canonical(name)) || !is_command(name) && has_word(name));
    let has = when.has.iter().filter(|word| !has_word(word));
    let sent = when.sent.iter().filter(|wanted| !commands.iter().any(|words| is_like(words, wanted)));
    let order = Some(when.order.as_slice()).filter(|wanted| !is_sent_in_order(&findings.sent, wanted));
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let source = squeezed(&submission.source);
    let typed = when.typed.iter().filter(|wanted| !source.contains(&squeezed(wanted)));
    let is_shown = |wanted: &str| submission.shows(wanted) || shows_meaning(submission, &findings.exchanges, wanted);
    let value = when.value.as_deref().filter(|wanted| !is_shown(wanted));
    let reply = when.reply.as_deref().filter(|wanted| !submission.shows(wanted));
    let output = when.output.as_deref().filter(|wanted| !submission.prints(wanted));
    let state = when.state.iter().filter(|probe| !findings.is_satisfied(probe));
    error
        .map(|wanted| FailedCondition::Error { wanted, raised: raised.clone() })
        .into_iter()
        .chain(uses.map(|wanted| FailedCondition::Uses { wanted, sent: names.clone() }))
        .chain(lacks.map(|unwanted| FailedCondition::Lacks { unwanted }))
        .chain(has.map(|wanted| FailedCondition::Has { wanted }))
        .chain(sent.map(|wanted| FailedCondition::Sent { wanted }))
        .chain(order.map(|wanted| FailedCondition::Order { wanted }))
        .chain(typed.map(|wanted| FailedCondition::Typed { wanted }))
        .chain(reply.map(|wanted| FailedCondition::Reply { wanted }))
        .chain(value.map(|wanted| FailedCondition::Value { wanted }))
        .chain(output.map(|wanted| FailedCondition::Output { wanted }))
        .chain(state.map(FailedCondition::State))
        .collect()
}

fn is_word(sent: &[u8], word: &str) -> bool {
    sent.eq_ignore_ascii_case(word.as_bytes())
}

/// Splits a pattern such as `phone: SET k v` into the client and the command. A pattern without a client applies to all
/// clients.
pub fn client_and_command(pattern: &str) -> (Option<&str>, &str) {
    match pattern.split_once(": ") {
        Some((client, command)) if !client.contains(' ') => (Some(client), command),
        _ => (None, pattern),
    }
}

/// Returns whether a command that matches a pattern was sent in the step. If the pattern names a client, that client
/// must have sent it.
fn was_sent(pattern: &str, findings: &Findings) -> bool {
    match client_and_command(pattern) {
        (None, command) => findings.sent.iter().any(|words| is_like(words, command)),
        (Some(client), command) => senders(command, findings).any(|sender| sender == client),
    }
}

/// Returns the names of the clients that have sent a command that matches the pattern `command` in the step, and have
/// received a reply to it.
pub fn senders<'a>(command: &'a str, findings: &'a Findings) -> impl Iterator<Item = &'a str> {
    let like = findings.exchanges.iter().filter(move |exchange| is_like(&exchange.command, command));
    like.map(|exchange| exchange.client.as_str())
}

/// Returns whether a command begins with the name and the arguments in a pattern. In the pattern, `*` stands for any
/// argument, and `**` for any number of arguments. The name can be a list of alternatives, such as `BLPOP|BRPOP`.
pub fn is_like(command: &[Vec<u8>], pattern: &str) -> bool {
    let pattern = quoting::split(pattern.as_bytes()).unwrap_or_default();
    let (Some((names, wanted)), Some((name, words))) = (pattern.split_first(), command.split_first()) else {
        return false;
    };
    let (names, name) = (String::from_utf8_lossy(names), canonical(&String::from_utf8_lossy(name)));
    alternatives(&names).any(|wanted| canonical(wanted) == name) && begins_with(words, wanted)
}

/// Returns whether a list of arguments begins with the arguments in a pattern. See [`is_like`].
fn begins_with(words: &[Vec<u8>], pattern: &[Vec<u8>]) -> bool {
    match (pattern.split_first(), words.split_first()) {
        (None, _) => true,
        (Some((wanted, rest)), _) if wanted == b"**" => {
            (0..=words.len()).any(|skipped| begins_with(&words[skipped..], rest))
        }
        (Some((wanted, rest)), Some((word, more))) => (wanted == b"*" || wanted == word) && begins_with(more, rest),
        (Some(_), None) => false,
    }
}

/// Returns whether commands with the names in `wanted` were sent in that order, possibly with other commands in
/// between.
fn is_sent_in_order(sent: &[Vec<Vec<u8>>], wanted: &[String]) -> bool {
    let mut names = sent.iter().map(|words| command_name(words));
    wanted.iter().all(|wanted| names.any(|name| name == canonical(wanted)))
}

/// Returns the text of an error with which a mistake's `error` is compared.
fn matchable_text(error: &Failure) -> String {
    // For a call that lacks an argument, only the message is compared. Otherwise, `error = "TypeError"` would match far
    // too many submissions.
    let is_incomplete_call = error.class == "TypeError" && error.message.contains("required positional argument");
    if is_incomplete_call { error.message.clone() } else { error.class_and_message() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    #[test]
    fn a_mistake_can_claim_what_was_sent_and_typed() {
        let lines = ["SET lock phone EX 30", "INCR visits"];
        let submission = Submission {
            source: "r.set('lock', 'phone', ex = 30); r.incr('visits')".into(),
            commands: lines.iter().map(|line| words(line)).collect(),
            ..Submission::default()
        };
        let findings = Findings { sent: ["GET lock", lines[0], lines[1]].map(words).to_vec(), ..Findings::default() };
        for (when, is_met) in [
            ("lacks = ['NX']", true),
            ("lacks = ['ex']", false),
            ("lacks = ['INCRBY']", false),
            ("has = ['EX', '30']", true),
            ("has = ['NX']", false),
            ("sent = ['SET lock']", true),
            ("sent = ['SET * phone', 'INCRBY visits']", true),
            ("sent = ['SET lock main']", false),
            ("sent = ['SET lock phone EX 30 NX']", false),
            ("sent = ['SET ** 30']", true),
            ("sent = ['SET lock ** phone EX']", true),
            ("sent = ['SET ** phone 30']", false),
            ("order = ['GET', 'SET']", true),
            ("order = ['SET', 'GET']", false),
            ("typed = ['ex=30']", true),
            ("typed = ['ex=300']", false),
        ] {
            let parsed: When = toml::from_str(when).expect("the conditions are valid");
            assert_eq!(failed_conditions(&parsed, &submission, &findings).is_empty(), is_met, "{when}");
        }
    }
}
