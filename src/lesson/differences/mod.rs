//! What to say to a miss that no mistake of the lesson foresaw: what differs, in one or two lines.
//!
//! First what came of it: the error, the reply, the data. Then the command, where it is like one that the step's own
//! answer sends.

pub mod command;
mod data;
mod reply;
pub mod unsent;

use super::comparison::{Comparison, Wanted};
use super::evidence::{DisplayedValue, Submission, keys};
use super::format::{EveryOrder, Expect, Probe};
use super::judge::{Findings, Origin, code, says};
use super::unmet::{self, Unmet};
use super::{names, value};
use command::{AnswerContext, Spelling};
use redis_engine::commands;

/// A miss is told in so many lines.
const MOST_LINES: usize = 2;

/// What differs, in at most two sentences of Markdown. `wrong` are those of `of_expectations`.
pub fn told(wrong: Vec<String>, submission: &Submission, findings: &Findings) -> Vec<String> {
    let mut lines = match &submission.error {
        Some(error) => of_error(&error.message, submission, findings).map_or(wrong, |told| vec![told]),
        None => wrong,
    };
    lines.truncate(1);
    if let Some(turned) = turned(submission, findings) {
        lines = vec![turned];
    } else {
        lines.extend(command::sentence(
            &submission.commands,
            &findings.intended,
            &answer_context(submission, findings),
        ));
    }
    let names_it =
        |line: &str| line.split_once("Did you mean ").map(|(_, name)| name.split('?').next().map(str::to_owned));
    if let [first, second] = lines.as_slice()
        && names_it(first).is_some()
        && names_it(first) == names_it(second)
    {
        lines.pop();
    }
    lines.truncate(MOST_LINES);
    if lines.is_empty() && submission.failed {
        lines.push("It ended with an error, so it has not done the step.".into());
    }
    lines
}

/// What to say to a value that is right and does not come from where the step looks for it.
pub fn of_origin(expect: &Expect, submission: &Submission, findings: &Findings) -> Option<String> {
    if expect.reply.is_none() && expect.output.is_none() {
        return None;
    }
    match findings.origin {
        Origin::Redis => None,
        Origin::Python => Some("The value is right, but nothing was asked of Redis for it.".into()),
        Origin::OtherKeys => {
            let wanted = findings.intended.iter().find_map(|words| keys(words).first().map(|key| key.to_vec()));
            let wanted = code(&String::from_utf8_lossy(&wanted?));
            let asked = submission.commands.iter().find_map(|words| keys(words).first().map(|key| key.to_vec()));
            let asked = asked.map(|key| format!("comes from {}", code(&String::from_utf8_lossy(&key))));
            let asked = asked.unwrap_or_else(|| "comes from elsewhere".into());
            Some(format!("The value is right, but {asked}; the step is about {wanted}."))
        }
    }
}

/// What to say where the words of a command stand in another order than the step's own answer has them.
pub fn turned(submission: &Submission, findings: &Findings) -> Option<String> {
    command::turned(&submission.commands, &findings.intended)
}

/// Whether a command met a key of another type because it went to another key than the step's own answer sends it to.
pub fn is_at_wrong_key(submission: &Submission, findings: &Findings) -> bool {
    let is_wrong_type = submission.error.as_ref().is_some_and(|error| error.message.contains("WRONGTYPE"));
    let sent = submission.commands.last().filter(|_| is_wrong_type);
    sent.is_some_and(|sent| command::is_at_wrong_key(sent, &findings.intended))
}

/// What to say to a submission that only looked, where it is almost what the step asks for; nothing to other looks.
pub fn near(expect: &Expect, submission: &Submission, findings: &Findings) -> Vec<String> {
    if let Some(turned) = turned(submission, findings) {
        return vec![turned];
    }
    if expect.reply.is_none() && expect.output.is_none() || !command::is_near(&submission.commands, &findings.intended)
    {
        return Vec::new();
    }
    let by_command = command::sentence(&submission.commands, &findings.intended, &answer_context(submission, findings));
    let by_reply = expect.reply.as_ref().and_then(|wanted| {
        reply::difference(&value::parse_python(wanted)?, &submission.value.as_ref()?.value_like(wanted)?)
    });
    by_reply.into_iter().chain(by_command).take(MOST_LINES).collect()
}

/// What is wrong with one of several lines that a step takes: a name that is almost right.
pub fn slip(submission: &Submission, findings: &Findings) -> Option<String> {
    let told = command::sentence(&submission.commands, &findings.intended, &answer_context(submission, findings));
    // Anything else may still become right with the lines to come.
    turned(submission, findings).or(told.filter(|told| told.starts_with("Did you mean")))
}

/// Who should act, if it was somebody else.
pub fn of_actor(expect: &Expect, submission: &Submission, findings: &Findings) -> Option<String> {
    let actor = &submission.client;
    let missing = expect.by.iter().find(|name| !findings.acted.contains(name));
    if expect.by.contains(actor) {
        let missing = missing?;
        let goes = code(&format!(":client {missing}"));
        let undo = if submission.changed { " If this line was its part, `:undo` takes it back." } else { "" };
        return Some(format!("{} has a part in this, too: {goes} goes there.{undo}", code(missing)));
    }
    let meant = missing.or(expect.by.first())?;
    let undo = if submission.changed { "`:undo` takes it back, " } else { "" };
    let goes = code(&format!(":client {meant}"));
    Some(format!("{} did this, and it is for {} to do: {undo}{goes} goes there.", code(actor), code(meant)))
}

/// Whether all that a submission sent is sent by the step's own answer, too, and as often.
pub fn is_part(submission: &Submission, findings: &Findings) -> bool {
    command::are_among(&submission.commands, &findings.sent, &findings.intended)
}

/// Whether a step was done without a command that its own answer sends. `sent` is all that was sent in the step.
pub fn is_another_way(sent: &[command::Words], intended: &[command::Words]) -> bool {
    let sent = command::command_names(sent);
    !sent.is_empty() && command::command_names(intended).iter().any(|name| !sent.contains(name))
}

fn answer_context<'a>(submission: &'a Submission, findings: &'a Findings) -> AnswerContext<'a> {
    let first = submission.source.split_whitespace().next().unwrap_or_default();
    let spelling = if commands::by_name(first).is_some() { Spelling::Cli } else { Spelling::Python };
    AnswerContext { spelling, source: &submission.source, task: &findings.task }
}

/// What to say when the learner runs by answer_context what clients are to run.
fn tried_by_hand(run: &str, every: &EveryOrder) -> String {
    let start = every.start.as_ref().map(|start| format!(", after {}", code(start.get_ref())));
    let start = start.unwrap_or_default();
    let run = code(run);
    format!(
        "By answer_context it meets the data as it is now. The clients run {run} on the data with which the step began{start}."
    )
}

/// What differs when several clients run the submission.
fn lost_in_some_order(every: &EveryOrder, findings: &Findings) -> Option<String> {
    let Some(raced) = &findings.raced else {
        return Some(match &every.run {
            Some(run) if findings.defined => tried_by_hand(run.get_ref(), every),
            Some(run) => {
                format!("Clients are to run {} at once; it is not defined in this step yet.", code(run.get_ref()))
            }
            None => "Clients are to run it at once, and it sends nothing yet.".into(),
        });
    };
    let clients = raced.names.len();
    let lost = (raced.bad > 0).then(|| {
        let orders = if raced.cut { format!("the first {}", raced.orders) } else { raced.orders.to_string() };
        format!("in {} of {orders} orders {}.", raced.bad, every.lost)
    });
    // What another client's commands brought about is told by the order; what is wrong by itself is not.
    let ended = raced.error.as_ref().filter(|ended| lost.is_none() || ended.is_broken()).map(|ended| {
        let error = code(&ended.error.told());
        format!("{}'s program ends with {error}.", ended.who)
    });
    Some(format!("{clients} clients at once: {}", ended.or(lost)?))
}

/// All that is expected and not so, each as a sentence.
pub fn of_expectations(expect: &Expect, submission: &Submission, findings: &Findings) -> Vec<String> {
    let unmet = unmet::of(expect, submission, findings).into_iter();
    unmet.filter_map(|unmet| of_unmet(expect, unmet, submission, findings)).collect()
}

/// The name that was written in place of one that a probe asks for.
pub(super) fn meant(probe: &Probe, shown: &DisplayedValue, submission: &Submission) -> Option<String> {
    let seen = shown.value_like(&probe.reply)?;
    data::meant(probe.run.get_ref(), &probe.reply, &seen, &written(submission)).map(|meant| format!(".{meant}"))
}

/// One thing that is expected and not so, as a sentence.
fn of_unmet(expect: &Expect, unmet: Unmet<'_>, submission: &Submission, findings: &Findings) -> Option<String> {
    Some(match unmet {
        Unmet::By => return of_actor(expect, submission, findings),
        Unmet::Error(wanted) if submission.error.is_some() => {
            format!("Another error was wanted here, one that says {}.", code(wanted))
        }
        Unmet::Error(wanted) => format!("An error was wanted here, one that says {}.", code(wanted)),
        Unmet::Reply(wanted) => of_reply(wanted, submission),
        Unmet::Output(output) => {
            let seen = shortened(submission.output.trim_end());
            let wanted = code(output.trim_end());
            match seen.as_str() {
                "" => format!("It should print {wanted}. It printed nothing."),
                seen => format!("It should print {wanted}. It printed {}.", code(seen)),
            }
        }
        Unmet::Uses(wanted) => {
            let sent = listed(&submission.command_names());
            format!("This step is about {}. Sent: {sent}.", code(wanted.get_ref()))
        }
        Unmet::Avoids(avoided) => format!("This step does without {}.", code(avoided.get_ref())),
        Unmet::State(probe) => of_state(probe, submission, findings),
        Unmet::Unchanged(key) => {
            format!("{} should stay as it was, and has changed. `:again` puts it back.", code(key.get_ref()))
        }
        Unmet::EveryOrder(every) => return lost_in_some_order(every, findings),
        Unmet::Waiting(name) => format!("{} should be waiting for a reply now.", code(name.get_ref())),
    })
}

fn of_state(probe: &Probe, submission: &Submission, findings: &Findings) -> String {
    let seen = |source: &str, like: &str| says(source, findings).and_then(|shown| shown.value_like(like));
    let (asked, reply) = (probe.run.get_ref(), &probe.reply);
    match Comparison::of(probe) {
        Some(Comparison { asked, wanted: Wanted::Bounds(wanted) }) => {
            data::beyond(asked, &wanted, seen(asked, "0").as_ref(), &findings.types)
        }
        Some(Comparison { asked, wanted: Wanted::Value(wanted) }) => {
            data::sentence(asked, wanted, seen(asked, wanted).as_ref(), &written(submission), &findings.types)
        }
        None => data::sentence(asked, reply, seen(asked, reply).as_ref(), &written(submission), &findings.types),
    }
}

/// What a probe asks for, as a sentence for a learner.
pub fn expected(probe: &Probe) -> String {
    match Comparison::of(probe) {
        Some(Comparison { asked, wanted: Wanted::Bounds(wanted) }) => format!("{} is {wanted}.", data::what(asked)),
        Some(Comparison { asked, wanted: Wanted::Value(wanted) }) => format!("{} says {}.", code(asked), code(wanted)),
        None => format!("{} says {}.", code(probe.run.get_ref()), code(&probe.reply)),
    }
}

fn of_reply(wanted: &str, submission: &Submission) -> String {
    let Some(shown) = &submission.value else { return format!("Wanted: {}. Nothing was shown.", code(wanted)) };
    match (value::parse_python(wanted), shown.value_like(wanted)) {
        (Some(wanted), Some(seen)) => reply::sentence(&wanted, &seen),
        _ => format!("Wanted: {}. Seen: {}.", code(wanted), code(&shortened(&shown.repr()))),
    }
}

/// What an error of Redis's means here; none if its own words say all.
fn of_error(message: &str, submission: &Submission, findings: &Findings) -> Option<String> {
    let words = |command: &[Vec<u8>]| -> Vec<String> {
        command.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    };
    let sent = submission.commands.last().map(|command| words(command)).unwrap_or_default();
    let name = sent.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
    if message.contains("WRONGTYPE") {
        let (key, kind) = findings.types.iter().find(|(key, _)| sent.iter().skip(1).any(|word| word == key))?;
        let works_on = match commands::by_name(&name)?.group.name() {
            "string" | "bitmap" => "a string",
            "hash" => "a hash",
            "list" => "a list",
            "set" => "a set",
            "sorted-set" => "a sorted set",
            _ => return None,
        };
        let held = data::in_words(kind);
        return Some(format!("{} holds {held}, and {} works on {works_on}.", code(key), code(&name)));
    }
    if message.contains("unknown command") {
        let meant = names::nearest(&name, commands::all().map(|command| command.name))?;
        return Some(format!("There is no command {}. Did you mean {}?", code(&name), code(meant)));
    }
    if message.contains("wrong number of arguments") {
        let row = commands::by_name(&name)?;
        return Some(format!("It takes: {}.", code(&format!("{} {}", row.name, row.syntax))));
    }
    None
}

/// The words of all that was sent, the commands' names left out.
fn written(submission: &Submission) -> Vec<String> {
    let words = submission.commands.iter().flat_map(|command| command.iter().skip(1));
    words.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

/// Names of commands in a row, each once.
pub(super) fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "no command".into();
    }
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

impl DisplayedValue {
    /// Its value, in the types that Python has for what is wanted: a flat list of redis-cli's becomes a dict, a set, pairs.
    fn value_like(&self, wanted: &str) -> Option<value::Value> {
        let found = self.value()?;
        match self {
            DisplayedValue::Python(_) => Some(found),
            DisplayedValue::Cli(_) => {
                Some(value::parse_python(wanted).map_or(found.clone(), |wanted| value::from_cli_like(found, &wanted)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::evidence::Failure;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    /// What is told of a line of redis-cli that ended in this error, where `user:1000` holds a hash.
    fn told_of(line: &str, error: &str, intended: &str) -> Vec<String> {
        let error = Failure { message: error.into(), ..Failure::default() };
        let submission = Submission {
            source: line.into(),
            error: Some(error),
            commands: vec![words(line)],
            ..Submission::default()
        };
        let findings = Findings {
            intended: vec![words(intended)],
            types: vec![("user:1000".into(), "hash")],
            ..Findings::default()
        };
        told(vec!["Wanted: `1`. Nothing was shown.".into()], &submission, &findings)
    }

    #[test]
    fn errors_say_what_they_mean_here() {
        for (line, error, intended, says) in [
            (
                "GET user:1000",
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                "HGETALL user:1000",
                &["`user:1000` holds a hash, and `GET` works on a string."][..],
            ),
            (
                "HGETAL user:1000",
                "ERR unknown command 'HGETAL', with args beginning with: 'user:1000' ",
                "HGETALL user:1000",
                &["There is no command `HGETAL`. Did you mean `HGETALL`?"],
            ),
            (
                "HGET user:1000",
                "ERR wrong number of arguments for 'hget' command",
                "HGET user:1000 name",
                &["It takes: `HGET key field`.", "`name` is missing."],
            ),
            ("INCR a", "ERR value is not an integer or out of range", "SET b 1", &["Wanted: `1`. Nothing was shown."]),
        ] {
            assert_eq!(told_of(line, error, intended), says, "{line}");
        }
    }

    #[test]
    fn a_name_is_asked_about_once() {
        let submission = Submission {
            source: "HGET h visit".into(),
            commands: vec![words("HGET h visit")],
            ..Submission::default()
        };
        let findings = Findings { intended: vec![words("HGET h visits")], ..Findings::default() };
        let wrong = "`h` has no field `visits`. Did you mean `visits`? `visit` was written.".to_owned();
        assert_eq!(told(vec![wrong.clone()], &submission, &findings), [wrong]);
    }

    #[test]
    fn another_way_is_one_without_the_commands_of_the_answer() {
        assert!(is_another_way(&[words("ZRANGE b 0 1")], &[words("ZREVRANGE b 0 1")]));
        assert!(!is_another_way(&[words("GET a"), words("INCRBY a 5")], &[words("INCR a")]));
        assert!(!is_another_way(&[], &[words("INCR a")]), "what sends nothing is no other way to send it");
    }
}
