//! Differences between what a step expects and what a submission did, as data.
//!
//! `feedback` converts them to sentences for the learner. They are determined only if the submission contains none of
//! the mistakes that the lesson describes. The result (the error, the reply, the data) is compared first, and then the
//! command, if it is similar to one in the lesson's own answer.

pub mod command;
pub mod no_effect;
pub mod state;
pub mod unsent;
pub mod value;

use super::evidence::{DisplayedValue, Submission, canonical, command_name, keys};
use super::failed_expectations::{ClientMismatch, FailedExpectation, alternatives, client_and_command, senders};
use super::findings::{Findings, Origin};
use super::format::{EveryOrder, Expect, Probe};
use super::sent_command::SentCommand;
use super::shown::is_answered;
use super::value::{self as lesson_value, parse_python};
use crate::spelling;
use command::{AnswerContext, CommandMismatch};
use redis_engine::commands;
use state::{Misspelling, StateMismatch};
use unsent::Unsent;
use value::ValueMismatch;

/// Maximum number of differences that are reported for one submission.
const MOST_AT_ONCE: usize = 2;

/// Commands that take numbers, with the positions of the numbers among the arguments. The command's name is at 0.
const NUMBERS: [(&str, &[usize]); 17] = [
    ("INCRBY", &[2]),
    ("DECRBY", &[2]),
    ("INCRBYFLOAT", &[2]),
    ("HINCRBY", &[3]),
    ("HINCRBYFLOAT", &[3]),
    ("ZINCRBY", &[2]),
    ("EXPIRE", &[2]),
    ("PEXPIRE", &[2]),
    ("SETEX", &[2]),
    ("PSETEX", &[2]),
    ("LRANGE", &[2, 3]),
    ("LTRIM", &[2, 3]),
    ("LINDEX", &[2]),
    ("GETRANGE", &[2, 3]),
    ("SETBIT", &[2]),
    ("ZREVRANGE", &[2, 3]),
    ("ZREMRANGEBYRANK", &[2, 3]),
];

/// A difference between what a step expects and what a submission did.
#[derive(Debug, Clone, PartialEq)]
pub enum Mismatch {
    /// Another client should have sent the commands.
    Client(ActorMismatch),
    /// An error was expected, but none was raised, or a different one.
    Error {
        wanted: String,
        was_another_raised: bool,
    },
    Reply(ReplyMismatch),
    /// The submission only read data, and its reply is almost the wanted one.
    NearReply(ValueMismatch),
    Output {
        wanted: String,
        actual: String,
    },
    CommandNotSent {
        wanted: String,
        sent: Vec<String>,
    },
    /// No command was sent in the step with the wanted arguments. `actual` is the most similar of the sent commands
    /// that have the same name, if there are any.
    NotSent {
        wanted: String,
        actual: Option<String>,
    },
    /// The right command was sent by the client `actual` instead of the client `wanted`.
    SentByOther {
        command: String,
        wanted: String,
        actual: String,
    },
    /// A command was sent in the step fewer times than required, either in total or on the key `key`.
    SentTooSeldom {
        name: String,
        wanted: usize,
        sent: usize,
        key: Option<String>,
    },
    VariableNotSet {
        name: String,
    },
    UnwantedCommand {
        name: String,
    },
    State(StateMismatch),
    KeyChanged {
        key: String,
    },
    Race(RaceMismatch),
    NotWaiting {
        client: String,
    },
    /// Both clients are waiting, but `second` began to wait before `first`.
    WaitingOrder {
        first: String,
        second: String,
    },
    /// The value is right, but was not read from Redis.
    NotFromRedis,
    /// The value is right, but was read from keys that are unrelated to the step. `actual` is the first key that was
    /// read.
    FromOtherKeys {
        wanted: String,
        actual: Option<String>,
    },
    Command(CommandMismatch),
    /// Redis replied with an error.
    RedisError(RedisErrorMismatch),
    /// An error prevented anything from being sent to Redis.
    Unsent(Unsent),
    /// All expectations are met, but the submission ended with an error.
    EndedWithError,
}

/// How the clients that have sent commands differ from those that should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorMismatch {
    /// The client `missing`, which must take part in the step, has not sent anything yet.
    StillMissing {
        missing: String,
        has_changed_data: bool,
    },
    /// A client that has a part in the step has sent nothing yet, although all other expectations are met: another
    /// client has done its part.
    StillMissingInRightData {
        missing: String,
    },
    WrongClient {
        actual: String,
        wanted: String,
        has_changed_data: bool,
    },
}

/// How the last value that was shown differs from the wanted one.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplyMismatch {
    NothingShown {
        wanted: String,
    },
    /// Redis replied with the wanted value, but the submission does not show it. `has_changed_data` says whether the
    /// submission has changed the data, in which case sending the command again would get a different reply.
    NotShown {
        has_changed_data: bool,
    },
    /// The values differ. Both are in Python's notation.
    Value {
        wanted: String,
        actual: String,
        difference: Option<ValueMismatch>,
    },
    /// One of the values is not a plain value, so both are given as strings.
    Text {
        wanted: String,
        actual: String,
    },
}

/// The reason why a race of several clients does not have the expected result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RaceMismatch {
    /// The learner has called the function, but the clients have not run it in a race.
    CalledByHand {
        run: String,
        start: Option<String>,
    },
    NotDefined {
        run: String,
    },
    NothingSent,
    ProgramError {
        clients: usize,
        client: String,
        error: String,
    },
    Lost {
        clients: usize,
        bad: usize,
        orders: usize,
        are_orders_cut: bool,
        consequence: String,
    },
}

/// The meaning of an error that Redis returned to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedisErrorMismatch {
    WrongType { key: String, key_type: &'static str, command: String, works_on: &'static str },
    UnknownCommand { name: String, suggestion: &'static str },
    WrongNumberOfArguments { syntax: String },
    NotANumber { command: String, word: String },
}

impl Mismatch {
    /// Describes how a submission fails to meet an expectation.
    pub fn of_expectation(failed: &FailedExpectation<'_>, submission: &Submission, findings: &Findings) -> Mismatch {
        match failed {
            FailedExpectation::Client(mismatch) => Mismatch::Client(ActorMismatch::new(mismatch, submission)),
            FailedExpectation::Error(wanted) => {
                Mismatch::Error { wanted: (*wanted).to_owned(), was_another_raised: submission.error.is_some() }
            }
            FailedExpectation::Reply(wanted) => Mismatch::Reply(ReplyMismatch::new(wanted, submission, findings)),
            FailedExpectation::Output(wanted) => Mismatch::Output {
                wanted: wanted.trim_end().to_owned(),
                actual: submission.output.trim_end().to_owned(),
            },
            FailedExpectation::Uses(wanted) => {
                let shown = findings.commands_of_shown_value(submission);
                let names = |shown: Vec<&Vec<Vec<u8>>>| shown.into_iter().map(|words| command_name(words)).collect();
                let sent = shown.map_or_else(|| submission.command_names(), names);
                Mismatch::CommandNotSent { wanted: wanted.get_ref().clone(), sent }
            }
            FailedExpectation::UsesOtherKey { wanted, actual: Some(actual), .. } => {
                Mismatch::Command(CommandMismatch::OtherKey { sent: actual.clone(), wanted: wanted.clone() })
            }
            FailedExpectation::UsesOtherKey { wanted, actual: None, .. } => {
                Mismatch::Command(CommandMismatch::MissingKey { key: wanted.clone() })
            }
            FailedExpectation::Sent(wanted) => Mismatch::not_sent(wanted.get_ref(), findings),
            FailedExpectation::AtLeast { name, wanted, sent, key } => {
                Mismatch::SentTooSeldom { name: (*name).to_owned(), wanted: *wanted, sent: *sent, key: key.clone() }
            }
            FailedExpectation::Assigns(name) => Mismatch::VariableNotSet { name: (*name).to_owned() },
            FailedExpectation::Avoids(name) => Mismatch::UnwantedCommand { name: name.get_ref().clone() },
            FailedExpectation::State(probe) => Mismatch::State(StateMismatch::of_probe(probe, submission, findings)),
            FailedExpectation::Unchanged(key) => Mismatch::KeyChanged { key: key.get_ref().clone() },
            FailedExpectation::EveryOrder(every_order) => Mismatch::Race(RaceMismatch::new(every_order, findings)),
            FailedExpectation::Waiting(client) => Mismatch::NotWaiting { client: client.get_ref().clone() },
            FailedExpectation::WaitingOrder { first, second } => {
                Mismatch::WaitingOrder { first: (*first).to_owned(), second: (*second).to_owned() }
            }
        }
    }

    /// Describes a command that the step requires but that was not sent, or was sent by the wrong client.
    fn not_sent(wanted: &str, findings: &Findings) -> Mismatch {
        let (client, wanted) = client_and_command(wanted);
        if let Some(client) = client
            && let Some(actual) = senders(wanted, findings).find(|sender| *sender != client)
        {
            let (command, wanted) = (wanted.to_owned(), client.to_owned());
            return Mismatch::SentByOther { command, wanted, actual: actual.to_owned() };
        }
        let is_named = |words: &&Vec<Vec<u8>>| {
            let names = wanted.split_whitespace().next().unwrap_or_default();
            alternatives(names).any(|name| canonical(name) == command_name(words))
        };
        let in_common = |words: &&Vec<Vec<u8>>| {
            words.iter().filter(|word| wanted.split_whitespace().any(|known| known.as_bytes() == *word)).count()
        };
        let closest = findings.sent.iter().filter(is_named).max_by_key(in_common);
        let line =
            |words: &Vec<Vec<u8>>| words.iter().map(|word| String::from_utf8_lossy(word)).collect::<Vec<_>>().join(" ");
        Mismatch::NotSent { wanted: wanted.to_owned(), actual: closest.map(line) }
    }

    /// Returns the correct name if the difference is a misspelt name, and `None` otherwise.
    pub fn suggested_name(&self) -> Option<&str> {
        match self {
            Mismatch::Reply(ReplyMismatch::Value { difference, .. }) => difference.as_ref()?.suggested_name(),
            Mismatch::NearReply(difference) => difference.suggested_name(),
            Mismatch::State(mismatch) => mismatch.suggested_name(),
            Mismatch::Command(mismatch) => mismatch.suggested_name(),
            Mismatch::RedisError(RedisErrorMismatch::UnknownCommand { suggestion, .. }) => Some(suggestion),
            Mismatch::Unsent(unsent) => unsent.suggested_name(),
            _ => None,
        }
    }
}

impl ActorMismatch {
    pub fn new(mismatch: &ClientMismatch<'_>, submission: &Submission) -> Self {
        let has_changed_data = submission.changed;
        match *mismatch {
            ClientMismatch::StillMissing { missing } => {
                ActorMismatch::StillMissing { missing: missing.into(), has_changed_data }
            }
            ClientMismatch::WrongClient { wanted } => ActorMismatch::WrongClient {
                actual: submission.client.clone(),
                wanted: wanted.into(),
                has_changed_data,
            },
        }
    }
}

impl ReplyMismatch {
    fn new(wanted: &str, submission: &Submission, findings: &Findings) -> Self {
        if is_answered(submission, &findings.exchanges, wanted) {
            return ReplyMismatch::NotShown { has_changed_data: submission.changed };
        }
        let Some(shown) = &submission.value else {
            return match submission.output.trim_end().lines().last() {
                Some(printed) => ReplyMismatch::Text { wanted: wanted.into(), actual: printed.into() },
                None => ReplyMismatch::NothingShown { wanted: wanted.into() },
            };
        };
        match (parse_python(wanted), shown.value_like(wanted)) {
            (Some(wanted_value), Some(actual_value)) => {
                let actual = match shown {
                    DisplayedValue::Python(repr) => repr.clone(),
                    DisplayedValue::Cli(_) => lesson_value::repr(&actual_value),
                };
                let difference = ValueMismatch::between(&wanted_value, &actual_value);
                let difference = difference.map(|difference| difference.with_tuples(wanted, &actual));
                ReplyMismatch::Value { wanted: wanted.into(), actual, difference }
            }
            _ => ReplyMismatch::Text { wanted: wanted.into(), actual: shown.repr() },
        }
    }
}

impl RaceMismatch {
    /// Explains why `every_order` was not met: no race was run, the data was wrong after some order of the commands, or
    /// a program ended with an error.
    fn new(every_order: &EveryOrder, findings: &Findings) -> Self {
        let Some(result) = &findings.race_result else {
            let start = every_order.start.as_ref().map(|start| start.get_ref().clone());
            return match &every_order.run {
                Some(run) if findings.is_run_defined => {
                    RaceMismatch::CalledByHand { run: run.get_ref().clone(), start }
                }
                Some(run) => RaceMismatch::NotDefined { run: run.get_ref().clone() },
                None => RaceMismatch::NothingSent,
            };
        };
        let clients = result.names.len();
        // If another client's commands caused the error, an order of commands that fails explains the problem better
        // than the error does. If the program itself is wrong, the error must be reported.
        match result.error.as_ref().filter(|ended| result.bad == 0 || ended.is_broken()) {
            Some(ended) => RaceMismatch::ProgramError {
                clients,
                client: ended.who.clone(),
                error: ended.error.class_and_message(),
            },
            None => RaceMismatch::Lost {
                clients,
                bad: result.bad,
                orders: result.orders,
                are_orders_cut: result.cut,
                consequence: every_order.lost.clone(),
            },
        }
    }
}

impl RedisErrorMismatch {
    /// Explains an error that Redis returned. Returns `None` if the error's own message is clear enough.
    fn new(message: &str, submission: &Submission, findings: &Findings) -> Option<Self> {
        let words = |command: &Vec<Vec<u8>>| -> Vec<String> {
            command.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
        };
        let sent = submission.commands.last().map(words).unwrap_or_default();
        let name = sent.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
        if message.contains("WRONGTYPE") {
            let (key, key_type) =
                findings.key_types.iter().find(|(key, _)| sent.iter().skip(1).any(|word| word == key))?;
            let works_on = type_of_command(&name)?;
            return Some(RedisErrorMismatch::WrongType { key: key.clone(), key_type, command: name, works_on });
        }
        if message.contains("unknown command") {
            let suggestion = spelling::nearest(&name, commands::all().map(|command| command.name))?;
            return Some(RedisErrorMismatch::UnknownCommand { name, suggestion });
        }
        if message.contains("value is not an integer") || message.contains("value is not a valid float") {
            let (_, indices) = NUMBERS.iter().find(|(command, _)| *command == name)?;
            let mut words = indices.iter().filter_map(|&index| sent.get(index));
            let word = words.find(|word| word.parse::<f64>().is_err())?.clone();
            return Some(RedisErrorMismatch::NotANumber { command: name, word });
        }
        if message.contains("wrong number of arguments") {
            let row = commands::by_name(&name)?;
            return Some(RedisErrorMismatch::WrongNumberOfArguments { syntax: format!("{} {}", row.name, row.syntax) });
        }
        None
    }
}

/// Returns the type of key on which a command works, as named by TYPE. Returns `None` for commands that work on any
/// type.
fn type_of_command(name: &str) -> Option<&'static str> {
    match commands::by_name(name)?.group.name() {
        "string" | "bitmap" => Some("string"),
        "hash" => Some("hash"),
        "list" => Some("list"),
        "set" => Some("set"),
        "sorted-set" => Some("zset"),
        "stream" => Some("stream"),
        _ => None,
    }
}

/// Returns the differences to report for a submission that does not complete the step, the most important first.
pub fn of_miss(failed: &[FailedExpectation<'_>], submission: &Submission, findings: &Findings) -> Vec<Mismatch> {
    if let Some(swapped) = command::swapped_arguments(&submission.commands, &findings.intended) {
        return vec![Mismatch::Command(swapped)];
    }
    let of_error = submission
        .error
        .as_ref()
        .and_then(|error| RedisErrorMismatch::new(&error.message, submission, findings).map(Mismatch::RedisError));
    // If a command was sent and Redis rejected it, the error is more helpful than a message that the command is
    // required.
    let names = submission.command_names();
    let is_sent = |wanted: &str| alternatives(wanted).any(|name| names.contains(&canonical(name)));
    let is_refused = |failed: &FailedExpectation<'_>| match failed {
        FailedExpectation::Uses(wanted) => is_sent(wanted.get_ref()),
        // After an error, there is no value to compare, so a wrong reply is not reported.
        FailedExpectation::Reply(_) => submission.error.is_some(),
        _ => false,
    };
    let first = failed.iter().find(|failed| !is_refused(failed));
    let result = of_error.or_else(|| first.map(|failed| Mismatch::of_expectation(failed, submission, findings)));
    // If Redis replied with the wanted value, the command is right, even if it differs from the answer's. No difference
    // between the commands is reported then.
    let is_right = matches!(result, Some(Mismatch::Reply(ReplyMismatch::NotShown { .. })));
    let command = of_commands(submission, findings).filter(|_| !is_right).map(Mismatch::Command);
    // A misspelt name appears both in the command and in the data. It is reported only once.
    let is_same_suggestion = |command: &Mismatch| {
        command.suggested_name().is_some()
            && command.suggested_name() == result.as_ref().and_then(Mismatch::suggested_name)
    };
    let command = command.filter(|command| !is_same_suggestion(command));
    let mut mismatches: Vec<Mismatch> = result.into_iter().chain(command).collect();
    if mismatches.is_empty() && submission.failed {
        mismatches.push(Mismatch::EndedWithError);
    }
    mismatches
}

/// Returns the difference if the last submitted command only reads, but the last intended one has the same arguments
/// and changes data. An example is LRANGE instead of LTRIM.
pub fn reads_instead_of_changing(submission: &Submission, findings: &Findings) -> Option<Mismatch> {
    let (sent, wanted) = (submission.commands.last()?, findings.intended.last()?);
    if no_effect::can_write(sent) || !no_effect::can_write(wanted) || sent.len() < 2 || sent[1..] != wanted[1..] {
        return None;
    }
    command::between_names(&SentCommand::parse(sent), &SentCommand::parse(wanted)).map(Mismatch::Command)
}

/// Returns the differences to report for a submission that only read data and almost met the step's expectations.
/// Returns an empty list for any other submission.
pub fn of_near_miss(expect: &Expect, submission: &Submission, findings: &Findings) -> Vec<Mismatch> {
    if let Some(swapped) = command::swapped_arguments(&submission.commands, &findings.intended) {
        return vec![Mismatch::Command(swapped)];
    }
    let is_about_a_value = expect.reply.is_some() || expect.output.is_some();
    // A command that can write or publish but changed nothing was probably sent to the wrong key, element or channel,
    // so it is compared with the answer's commands.
    let can_act = |words: &Vec<Vec<u8>>| no_effect::can_write(words) || no_effect::publishes(words);
    let is_about_a_change = submission.commands.last().is_some_and(can_act);
    if !is_about_a_value && !is_about_a_change || !command::is_near(&submission.commands, &findings.intended) {
        return Vec::new();
    }
    let of_reply = expect.reply.as_ref().and_then(|wanted| {
        let (wanted, actual) = (parse_python(wanted)?, submission.value.as_ref()?.value_like(wanted)?);
        let difference = ValueMismatch::between(&wanted, &actual)?;
        Some(Mismatch::NearReply(difference))
    });
    // If Redis replied with the wanted value, the command is right, even if it differs from the answer's. No difference
    // between the commands is reported then.
    let is_answered =
        expect.reply.as_deref().is_some_and(|wanted| is_answered(submission, &findings.exchanges, wanted));
    let of_command = of_commands(submission, findings).filter(|_| !is_answered).map(Mismatch::Command);
    of_reply.into_iter().chain(of_command).take(MOST_AT_ONCE).collect()
}

/// Returns a mistake in a line that later lines of the step cannot correct: a misspelt name, arguments in the wrong
/// order, several values in one string, or data that no further line completes. Returns `None` if there is none.
pub fn of_one_line(failed: &[FailedExpectation<'_>], submission: &Submission, findings: &Findings) -> Option<Mismatch> {
    let is_final = |mismatch: &CommandMismatch| {
        use CommandMismatch::{Misspelling, OtherKey, SwappedPairs, SwappedWords, ValuesInOneText};
        matches!(mismatch, Misspelling { .. } | SwappedPairs(_) | SwappedWords { .. } | ValuesInOneText { .. })
            // Reading the wrong key does no harm, but changing it does, so only a change is reported.
            || matches!(mismatch, OtherKey { .. }) && submission.changed
    };
    let swapped = command::swapped_arguments(&submission.commands, &findings.intended);
    // The following lines may correct any other difference, so other differences are not reported yet.
    let of_command = || of_commands(submission, findings).filter(is_final);
    if let Some(mismatch) = swapped.or_else(of_command) {
        return Some(Mismatch::Command(mismatch));
    }
    let unreachable = failed.iter().find(|failed| match failed {
        FailedExpectation::State(probe) => submission.changed && state::is_out_of_reach(probe, submission, findings),
        _ => false,
    })?;
    Some(Mismatch::of_expectation(unreachable, submission, findings))
}

/// Returns a mismatch if a correct value was not read from Redis, or was read from keys that are unrelated to the step.
pub fn of_origin(expect: &Expect, submission: &Submission, findings: &Findings) -> Option<Mismatch> {
    if expect.reply.is_none() && expect.output.is_none() {
        return None;
    }
    let first_key = |commands: &[Vec<Vec<u8>>]| {
        let key = commands.iter().find_map(|words| keys(words).first().map(|key| key.to_vec()));
        key.map(|key| String::from_utf8_lossy(&key).into_owned())
    };
    match findings.origin {
        Origin::Redis => None,
        Origin::Python => Some(Mismatch::NotFromRedis),
        Origin::OtherKeys => {
            let wanted = first_key(&findings.intended)?;
            Some(Mismatch::FromOtherKeys { wanted, actual: first_key(&submission.commands) })
        }
    }
}

/// Returns whether a submission failed with WRONGTYPE because its last command was sent to the wrong key.
pub fn is_at_wrong_key(submission: &Submission, findings: &Findings) -> bool {
    let is_wrong_type = submission.error.as_ref().is_some_and(|error| error.message.contains("WRONGTYPE"));
    let sent = submission.commands.last().filter(|_| is_wrong_type);
    sent.is_some_and(|sent| command::is_at_wrong_key(sent, &findings.intended))
}

/// Returns whether a submission shows a value or output, and its last command is similar to the last command of the
/// lesson's own answer.
pub fn is_like_last_command(submission: &Submission, findings: &Findings) -> bool {
    let shows_something = submission.value.is_some() || !submission.output.is_empty();
    let (Some(sent), Some(last)) = (submission.commands.last(), findings.intended.last()) else { return false };
    shows_something && command::is_near(std::slice::from_ref(sent), std::slice::from_ref(last))
}

/// Returns whether the lesson's own answer sends all commands of a submission, and sends each of them at least as often
/// as the learner has sent it in the step.
pub fn is_part_of_answer(submission: &Submission, findings: &Findings) -> bool {
    command::are_all_intended(&submission.commands, &findings.sent, &findings.intended)
}

/// Returns the name in a probe that the learner has misspelt, with its misspelling. Returns `None` if there is none.
pub fn misspelling_in_probe(probe: &Probe, shown: &DisplayedValue, submission: &Submission) -> Option<Misspelling> {
    let actual = shown.value_like(&probe.reply)?;
    state::misspelling(probe.run.get_ref(), &probe.reply, &actual, &submission.arguments())
}

fn of_commands(submission: &Submission, findings: &Findings) -> Option<CommandMismatch> {
    let context = AnswerContext::new(submission, findings);
    CommandMismatch::between(&submission.commands, &findings.intended, &context)
}
