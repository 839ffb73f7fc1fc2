//! Explains why submissions did not have the effect that the learner probably expected: they raised no error and
//! changed no data, but do not complete the step.

use crate::lesson::evidence::{DisplayedValue, Submission, command_name, keys};
use crate::lesson::findings::Findings;
use redis_engine::command::Flag;
use redis_engine::commands;
use redis_engine::resp;

/// The reason why a submission had no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoEffect {
    /// Commands were added to a pipeline, but the pipeline was not executed.
    PipelineNotExecuted,
    /// The value is a method or a function that was named but not called.
    NotCalled { source: String },
    /// A key was used like a variable, on the left of an assignment.
    AssignedKey { key: String },
    /// The value is a generator, which has not produced any values yet.
    Generator,
    /// Python's built-in `type` was called instead of the Redis command TYPE.
    PythonType,
    /// A loop around a command ran zero iterations.
    LoopSentNothing,
    /// The bounds of a range of scores are swapped, so no score can lie between them. `is_downwards` says whether the
    /// command takes the upper bound first.
    EmptyRange { command: String, first: String, second: String, is_downwards: bool },
    /// A list was shown that has as many elements as the wanted list, but not the same ones.
    OtherElements { count: usize },
    /// A command was sent to a key that does not exist.
    NoSuchKey { command: String, key: String },
    /// A command that removes or moves elements found none of them in the key.
    NothingFound { command: String, words: Vec<String>, key: String },
    /// A write command changed nothing. `reason` is given if it is known.
    NothingChanged { command: String, reason: Option<Unchanged> },
    /// A function was defined but not called.
    OnlyDefined { name: String },
    /// A function was called, but returned nothing.
    NothingReturned { call: String },
}

/// The reason why a command changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unchanged {
    KeyExists,
    FieldExists,
    NoKey,
    NothingInRange,
    NoExpiry,
    MembersThere,
}

/// Commands that reply with 0 if the key contains none of the elements that they name.
const NEED_ELEMENTS: [&str; 5] = ["HDEL", "SREM", "ZREM", "SMOVE", "LREM"];

impl NoEffect {
    /// Returns the reason why a submission had no effect, or `None` if no reason is known.
    pub fn new(submission: &Submission, findings: &Findings) -> Option<NoEffect> {
        of_value(submission)
            .or_else(|| of_unsent(submission))
            .or_else(|| of_missing_key(submission, findings))
            .or_else(|| of_missing_elements(submission, findings))
            .or_else(|| of_range(submission))
            .or_else(|| of_write(submission, findings))
    }
}

/// Returns a reason if the value reveals one: a method that was not called, a pipeline or generator that did not run,
/// or the result of Python's own `type`.
fn of_value(submission: &Submission) -> Option<NoEffect> {
    let source = submission.source.trim();
    let printed = submission.output.lines().next_back().unwrap_or_default();
    let shown = match &submission.value {
        Some(DisplayedValue::Python(shown)) => shown.as_str(),
        Some(DisplayedValue::Cli(_)) => return None,
        None => printed,
    };
    let begins_with = |starts: &[&str]| starts.iter().any(|start| shown.starts_with(start));
    if submission.commands.is_empty() && begins_with(&["<redis.client.Pipeline", "<Pipeline", "Pipeline<"]) {
        return (fills_pipeline(source) || is_look_at_variable(source)).then_some(NoEffect::PipelineNotExecuted);
    }
    let named = source.strip_prefix("print(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(source);
    if begins_with(&["<bound method", "<function", "<built-in"]) && !named.ends_with(')') {
        return Some(NoEffect::NotCalled { source: named.into() });
    }
    if begins_with(&["<generator object"]) {
        return Some(NoEffect::Generator);
    }
    (begins_with(&["<class '"]) && source.contains("type(") && submission.commands.is_empty())
        .then_some(NoEffect::PythonType)
}

/// Returns whether `source` only shows a variable, as in `found` or `print(found)`.
fn is_look_at_variable(source: &str) -> bool {
    let name = source.strip_prefix("print(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(source);
    name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Returns a reason if the source contains commands but has sent none, because a pipeline was not executed or a loop
/// ran zero iterations.
fn of_unsent(submission: &Submission) -> Option<NoEffect> {
    if !submission.commands.is_empty() {
        return None;
    }
    let source = submission.source.trim();
    if fills_pipeline(source) {
        return Some(NoEffect::PipelineNotExecuted);
    }
    let is_loop = ["for ", "while "].iter().any(|keyword| source.starts_with(keyword));
    let calls_client = source
        .match_indices("r.")
        .any(|(at, _)| !source[..at].ends_with(|before: char| before.is_alphanumeric() || matches!(before, '_' | '.')));
    let is_silent = submission.output.is_empty() && submission.value.is_none();
    (is_loop && calls_client && is_silent).then_some(NoEffect::LoopSentNothing)
}

/// Returns whether `source` creates a pipeline and adds commands to it, but does not execute it.
fn fills_pipeline(source: &str) -> bool {
    let (_, rest) = source.split_once("pipeline(").unwrap_or_default();
    let (_, after) = rest.split_once(')').unwrap_or_default();
    // A method call chained to `pipeline(…)` queues a command. The end of a `with` block discards the queue.
    let is_filled = after.starts_with('.') || source.starts_with("with ");
    !rest.is_empty() && is_filled && !after.contains("execute")
}

/// Returns a reason if a command was sent to a key that does not exist and that the lesson's own answer does not use.
fn of_missing_key(submission: &Submission, findings: &Findings) -> Option<NoEffect> {
    let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
    let is_intended = |key: &[u8]| {
        // A blocked command of the answer is not in `intended`, so the key is also looked up in the text of the task.
        findings.task.contains(&format!("`{}`", text(key)))
            || findings.intended.iter().any(|intended| keys(intended).contains(&key))
    };
    submission.commands.iter().rev().find_map(|words| {
        let command = command_name(words);
        let [key] = keys(words)[..] else { return None };
        let may_wait = commands::by_name(&command).is_some_and(|row| row.flags.contains(&Flag::Blocking));
        let is_missing = !is_intended(key) && !exists(&text(key), findings);
        let is_explained = is_missing && (!may_wait || has_waited_in_vain(words, findings));
        is_explained.then(|| NoEffect::NoSuchKey { command, key: text(key) })
    })
}

/// Returns whether a command that waits for an element timed out without getting one.
fn has_waited_in_vain(words: &[Vec<u8>], findings: &Findings) -> bool {
    let last = findings.exchanges.iter().rfind(|exchange| exchange.command == words);
    last.is_some_and(|exchange| matches!(exchange.reply, resp::value::Value::Null | resp::value::Value::NullArray))
}

fn exists(key: &str, findings: &Findings) -> bool {
    findings.key_types.iter().any(|(known, _)| known == key)
}

/// Returns a reason if the elements that the last command names do not exist.
fn of_missing_elements(submission: &Submission, findings: &Findings) -> Option<NoEffect> {
    let words = submission.commands.last()?;
    let command = command_name(words);
    let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
    let replied_zero = findings
        .exchanges
        .last()
        .is_some_and(|exchange| exchange.command == *words && matches!(exchange.reply, resp::value::Value::Integer(0)));
    let key = keys(words).first().map(|key| text(key)).filter(|key| exists(key, findings))?;
    if !replied_zero || !NEED_ELEMENTS.contains(&command.as_str()) {
        return None;
    }
    let elements = if command == "LREM" { words.get(3..) } else { words.get(2..) };
    let words = elements?.iter().map(|word| text(word)).collect();
    Some(NoEffect::NothingFound { command, words, key })
}

/// Returns a reason if a range of scores is empty because its bounds are swapped.
fn of_range(submission: &Submission) -> Option<NoEffect> {
    let words = submission.commands.last()?;
    let command = command_name(words);
    let has_option = |name: &str| words.iter().skip(4).any(|word| word.eq_ignore_ascii_case(name.as_bytes()));
    let is_by_score = match command.as_str() {
        "ZCOUNT" | "ZRANGEBYSCORE" | "ZREVRANGEBYSCORE" | "ZREMRANGEBYSCORE" => true,
        "ZRANGE" => has_option("BYSCORE"),
        _ => false,
    };
    let is_downwards = command == "ZREVRANGEBYSCORE" || (command == "ZRANGE" && has_option("REV"));
    let bound = |index: usize| Some(String::from_utf8_lossy(words.get(index)?).into_owned());
    let (first, second) = (bound(2)?, bound(3)?);
    let (lower, upper) =
        if is_downwards { (score(&second)?, score(&first)?) } else { (score(&first)?, score(&second)?) };
    (is_by_score && lower > upper).then_some(NoEffect::EmptyRange { command, first, second, is_downwards })
}

/// Parses the score in a bound of a range. Ignores a parenthesis, which makes the bound exclusive. Returns `None` if
/// the bound is not a number.
fn score(bound: &str) -> Option<f64> {
    bound.strip_prefix('(').unwrap_or(bound).parse().ok()
}

/// Explains why a write command changed nothing.
fn of_write(submission: &Submission, findings: &Findings) -> Option<NoEffect> {
    let is_frame = |words: &&Vec<Vec<u8>>| matches!(command_name(words).as_str(), "MULTI" | "EXEC");
    let words = submission.commands.iter().rfind(|words| !is_frame(words))?;
    let command = command_name(words);
    let waits = commands::by_name(&command).is_some_and(|row| row.flags.contains(&Flag::Blocking));
    if !can_write(words) || waits || submission.changed {
        return None;
    }
    let reason = match command.as_str() {
        "SETNX" | "MSETNX" | "RENAMENX" => Some(Unchanged::KeyExists),
        "SET" if words.iter().skip(3).any(|word| word.eq_ignore_ascii_case(b"NX")) => Some(Unchanged::KeyExists),
        "HSETNX" => Some(Unchanged::FieldExists),
        "RPUSHX" | "LPUSHX" => Some(Unchanged::NoKey),
        "EXPIRE" | "PEXPIRE" | "EXPIREAT" | "PEXPIREAT" if !names_existing_key(words, findings) => {
            Some(Unchanged::NoKey)
        }
        "ZREMRANGEBYRANK" | "ZREMRANGEBYSCORE" | "ZREMRANGEBYLEX" => Some(Unchanged::NothingInRange),
        "PERSIST" => Some(Unchanged::NoExpiry),
        "SADD" => Some(Unchanged::MembersThere),
        _ => None,
    };
    Some(NoEffect::NothingChanged { command, reason })
}

fn names_existing_key(words: &[Vec<u8>], findings: &Findings) -> bool {
    keys(words).iter().any(|key| exists(&String::from_utf8_lossy(key), findings))
}

/// Returns whether a command publishes a message to a channel.
pub fn publishes(words: &[Vec<u8>]) -> bool {
    matches!(command_name(words).as_str(), "PUBLISH" | "SPUBLISH")
}

/// Returns whether a command is a write command, which can change data.
pub fn can_write(words: &[Vec<u8>]) -> bool {
    let row = commands::by_name(&command_name(words));
    row.is_some_and(|row| row.flags.contains(&Flag::Write))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::evidence::Exchange;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    /// Returns the reason why a submission had no effect. The submission showed the value `shown`, or sent `command`
    /// and received the reply 0. The key `tags` exists, and the lesson's own answer sends `SREM tags tech`.
    fn reason(source: &str, shown: &str, command: &str) -> Option<NoEffect> {
        let commands: Vec<_> = Some(command).filter(|command| !command.is_empty()).map(words).into_iter().collect();
        let exchange = |command: &Vec<Vec<u8>>| Exchange {
            client: "main".into(),
            command: command.clone(),
            reply: resp::value::Value::Integer(0),
        };
        let findings = Findings {
            exchanges: commands.iter().map(exchange).collect(),
            intended: vec![words("SREM tags tech")],
            key_types: vec![("tags".into(), "set")],
            ..Findings::default()
        };
        let value = Some(shown).filter(|shown| !shown.is_empty()).map(|shown| DisplayedValue::Python(shown.into()));
        NoEffect::new(&Submission { source: source.into(), value, commands, ..Submission::default() }, &findings)
    }

    fn empty_range(command: &str, first: &str, second: &str) -> NoEffect {
        NoEffect::EmptyRange {
            command: command.into(),
            first: first.into(),
            second: second.into(),
            is_downwards: false,
        }
    }

    #[test]
    fn a_key_that_does_not_exist_is_named_even_if_another_command_follows() {
        let difference = "r.smembers('Tags') - r.smembers('tags')";
        let commands = vec![words("SMEMBERS Tags"), words("SMEMBERS tags")];
        let submission = Submission { source: difference.into(), commands, ..Submission::default() };
        let findings = Findings { key_types: vec![("tags".into(), "set")], ..Findings::default() };
        let expected = NoEffect::NoSuchKey { command: "SMEMBERS".into(), key: "Tags".into() };
        assert_eq!(NoEffect::new(&submission, &findings), Some(expected));
    }

    #[test]
    fn a_command_that_waited_for_a_key_in_vain_is_explained() {
        let command = words("BZPOPMIN jobs:2 1");
        let submission = Submission { commands: vec![command.clone()], ..Submission::default() };
        let reply = resp::value::Value::Null;
        let exchanges = vec![Exchange { client: "main".into(), command, reply }];
        let expected = NoEffect::NoSuchKey { command: "BZPOPMIN".into(), key: "jobs:2".into() };
        let found = NoEffect::new(&submission, &Findings { exchanges, ..Findings::default() });
        assert_eq!(found, Some(expected));
        assert_eq!(NoEffect::new(&submission, &Findings::default()), None);
    }

    #[test]
    fn an_expiry_without_a_key_is_explained_within_a_transaction() {
        let commands = ["MULTI", "EXPIRE tags 60", "EXEC"].map(words).to_vec();
        let submission = Submission { commands, ..Submission::default() };
        let findings = Findings { intended: vec![words("EXPIRE tags 60")], ..Findings::default() };
        let expected = NoEffect::NothingChanged { command: "EXPIRE".into(), reason: Some(Unchanged::NoKey) };
        assert_eq!(NoEffect::new(&submission, &findings), Some(expected));
    }

    #[test]
    fn the_reason_is_found_in_the_value_or_in_the_command() {
        let pipeline = "<redis.client.Pipeline(<redis.connection.ConnectionPool()>)>";
        for (source, shown, command, expected) in [
            ("r.pipeline().incr('a')", pipeline, "", Some(NoEffect::PipelineNotExecuted)),
            ("r.pipeline()", pipeline, "", None),
            ("with r.pipeline() as p:\n    p.incr('a')", pipeline, "", Some(NoEffect::PipelineNotExecuted)),
            ("p.incr('a')", pipeline, "", None),
            ("r.ping", "<bound method Redis.ping>", "", Some(NoEffect::NotCalled { source: "r.ping".into() })),
            ("print(r.ping)", "<bound method Redis.ping>", "", Some(NoEffect::NotCalled { source: "r.ping".into() })),
            ("(r.get(k) for k in names)", "<generator object <genexpr> at 0x1>", "", Some(NoEffect::Generator)),
            ("type('settings')", "<class 'str'>", "", Some(NoEffect::PythonType)),
            ("type(r.get('a'))", "<class 'bytes'>", "GET tags", None),
            (
                "r.delete('Tags')",
                "0",
                "DEL Tags",
                Some(NoEffect::NoSuchKey { command: "DEL".into(), key: "Tags".into() }),
            ),
            (
                "r.srem('tags', 'x', 'y')",
                "0",
                "SREM tags x y",
                Some(NoEffect::NothingFound {
                    command: "SREM".into(),
                    words: vec!["x".into(), "y".into()],
                    key: "tags".into(),
                }),
            ),
            ("r.blpop('queue')", "", "BLPOP queue 0", None),
            ("found", pipeline, "", Some(NoEffect::PipelineNotExecuted)),
            ("print(found)", pipeline, "", Some(NoEffect::PipelineNotExecuted)),
            ("found = r.pipeline().get('a')", "", "", Some(NoEffect::PipelineNotExecuted)),
            ("len(r.pipeline().smembers('a'))", "1", "", Some(NoEffect::PipelineNotExecuted)),
            ("with r.pipeline() as p:\n    p.incr('a')\n", "", "", Some(NoEffect::PipelineNotExecuted)),
            ("p = r.pipeline()", "", "", None),
            ("for n in []:\n    r.incr('a')\n", "", "", Some(NoEffect::LoopSentNothing)),
            ("for n in 1, 2:\n    p.incr('a')\n", "", "", None),
            ("for n in 1, 2:\n    names.append(n)\n", "", "", None),
            (
                "r.expire('Tags', 60)",
                "False",
                "EXPIRE Tags 60",
                Some(NoEffect::NoSuchKey { command: "EXPIRE".into(), key: "Tags".into() }),
            ),
            (
                "r.zcount('tags', 1000, '(150')",
                "0",
                "ZCOUNT tags 1000 (150",
                Some(empty_range("ZCOUNT", "1000", "(150")),
            ),
            (
                "r.zrange('tags', '+inf', 0, byscore=True)",
                "[]",
                "ZRANGE tags +inf 0 BYSCORE",
                Some(empty_range("ZRANGE", "+inf", "0")),
            ),
            ("r.zrange('tags', 3, 0)", "[]", "ZRANGE tags 3 0", None),
            ("r.zrange('tags', 9, 1, desc=True, byscore=True)", "[]", "ZRANGE tags 9 1 REV BYSCORE", None),
            (
                "r.persist('tags')",
                "False",
                "PERSIST tags",
                Some(NoEffect::NothingChanged { command: "PERSIST".into(), reason: Some(Unchanged::NoExpiry) }),
            ),
            ("r.sismember('tags', 'x')", "0", "SISMEMBER tags x", None),
            ("1", "1", "", None),
        ] {
            assert_eq!(reason(source, shown, command), expected, "{source}");
        }
    }
}
