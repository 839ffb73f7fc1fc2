//! Submissions without the effect that the learner probably expected: they raised no error and changed no data, but do
//! not complete the step.

use crate::lesson::evidence::{DisplayedValue, Submission, command_name, keys};
use crate::lesson::findings::Findings;
use redis_engine::command::Flag;
use redis_engine::commands;
use redis_engine::resp;

/// The reason why a submission had no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoEffect {
    /// Commands were put in a pipeline, but the pipeline was not executed.
    PipelineNotExecuted,
    /// The value is a method or a function that was not called.
    NotCalled { source: String },
    /// The value is a generator, which has not computed anything yet.
    Generator,
    /// Python's own `type` was called, instead of the Redis command TYPE.
    PythonType,
    /// A command named a key that does not exist.
    NoSuchKey { command: String, key: String },
    /// A command that removes or changes elements found none of them at the key.
    NothingFound { command: String, words: Vec<String>, key: String },
    /// A command that can change data changed nothing. The reason is given if it is known.
    NothingChanged { command: String, reason: Option<Unchanged> },
    /// A function was defined, but nothing called it.
    OnlyDefined { name: String },
    /// A function was called that returned nothing.
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

/// Commands that reply with 0 if the elements after the key are not there.
const NEED_ELEMENTS: [&str; 5] = ["HDEL", "SREM", "ZREM", "SMOVE", "LREM"];

impl NoEffect {
    /// Returns the reason why a submission had no effect, if one is known.
    pub fn new(submission: &Submission, findings: &Findings) -> Option<NoEffect> {
        of_value(submission).or_else(|| of_command(submission, findings)).or_else(|| of_write(submission))
    }
}

/// Recognises values that show that something was not called or not executed.
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
        let is_filled = source.contains("pipeline(") && (source.contains(").") || source.starts_with("with "));
        return is_filled.then_some(NoEffect::PipelineNotExecuted);
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

/// Explains the last command, if the key or the elements that it names do not exist.
fn of_command(submission: &Submission, findings: &Findings) -> Option<NoEffect> {
    let words = submission.commands.last()?;
    let command = command_name(words);
    let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
    let is_intended = |key: &[u8]| findings.intended.iter().any(|intended| keys(intended).contains(&key));
    let exists = |key: &str| findings.key_types.iter().any(|(known, _)| known == key);
    let named = keys(words);
    let waits = commands::by_name(&command).is_some_and(|row| row.flags.contains(&Flag::Blocking));
    if let [key] = named.as_slice()
        && !waits
        && !is_intended(key)
        && !exists(&text(key))
    {
        return Some(NoEffect::NoSuchKey { command, key: text(key) });
    }
    let replied_zero = findings
        .exchanges
        .last()
        .is_some_and(|exchange| exchange.command == *words && matches!(exchange.reply, resp::value::Value::Integer(0)));
    let key = named.first().map(|key| text(key)).filter(|key| exists(key))?;
    if !replied_zero || !NEED_ELEMENTS.contains(&command.as_str()) {
        return None;
    }
    let elements = if command == "LREM" { words.get(3..) } else { words.get(2..) };
    let words = elements?.iter().map(|word| text(word)).collect();
    Some(NoEffect::NothingFound { command, words, key })
}

/// Explains a command that can change data and changed nothing.
fn of_write(submission: &Submission) -> Option<NoEffect> {
    let words = submission.commands.last()?;
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
        "ZREMRANGEBYRANK" | "ZREMRANGEBYSCORE" | "ZREMRANGEBYLEX" => Some(Unchanged::NothingInRange),
        "PERSIST" => Some(Unchanged::NoExpiry),
        "SADD" => Some(Unchanged::MembersThere),
        _ => None,
    };
    Some(NoEffect::NothingChanged { command, reason })
}

/// Returns whether a command can change data.
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

    /// Returns the reason for a submission of `source` that showed this value, or sent this command and received the
    /// reply 0. The key `tags` exists, and the answer sends `SREM tags tech`.
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
            (
                "r.persist('tags')",
                "False",
                "PERSIST tags",
                Some(NoEffect::NothingChanged { command: "PERSIST".into(), reason: Some(Unchanged::NoExpiry) }),
            ),
            ("print(r.pipeline().get('a'))", "", "", None),
            ("r.sismember('tags', 'x')", "0", "SISMEMBER tags x", None),
            ("1", "1", "", None),
        ] {
            assert_eq!(reason(source, shown, command), expected, "{source}");
        }
    }
}
