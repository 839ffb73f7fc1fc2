//! Differences between the expected and the actual data: which key, field or member is different.

use super::type_of_command;
use super::value::ValueMismatch;
use crate::lesson::comparison::{Bound, Comparison, Relation, Wanted};
use crate::lesson::evidence::{Submission, command_name, keys};
use crate::lesson::findings::Findings;
use crate::lesson::format::Probe;
use crate::lesson::value::{self, Value};
use crate::spelling;
use redis_engine::resp::quoting;

/// A difference between the expected and the actual data.
#[derive(Debug, Clone, PartialEq)]
pub enum StateMismatch {
    /// The key holds a value of a different type, so the probe raised an error.
    OtherType { key: String, key_type: &'static str, wanted: Option<&'static str> },
    /// The probe raised an error, or did not run.
    NotReadable { probe: String, wanted: String },
    /// A condition does not hold although it should, or holds although it should not.
    Condition { probe: String, should_hold: bool },
    /// A key, field, member or value is missing, or exists but should not. A misspelt name may be the reason.
    Presence { mismatch: PresenceMismatch, misspelling: Option<Misspelling> },
    /// A value differs from the wanted one.
    Value { subject: Subject, wanted: String, actual: Value, difference: Option<ValueMismatch> },
    /// A value is out of bounds. `actual` is `None` if the value could not be read.
    Bounds { subject: Subject, bounds: Vec<Bound>, actual: Option<Value> },
}

/// A key, field, member or value that is missing, or that exists but should not.
#[derive(Debug, Clone, PartialEq)]
pub enum PresenceMismatch {
    NoKey { key: String },
    KeyStillThere { key: String },
    NotInSet { member: String, key: String },
    StillInSet { member: String, key: String },
    NoField { field: String, key: String },
    FieldStillThere { field: String, key: String },
    NoMember { member: String, key: String },
    NoExpiry { key: String },
    NothingStored { key: String },
    ValueStillThere { subject: Subject, actual: Value },
}

/// A name that the learner misspelt (`written`), with the correct name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelling {
    pub wanted: String,
    pub written: String,
}

/// The part of the data whose value a probe checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Key(String),
    Field {
        field: String,
        key: String,
    },
    Score {
        member: String,
        key: String,
    },
    Rank {
        member: String,
        key: String,
    },
    Element {
        index: String,
        key: String,
    },
    TimeToLive {
        key: String,
    },
    NumberOfKeys,
    TypeOfKey {
        key: String,
    },
    Length {
        key: String,
    },
    /// The value of any other expression.
    Expression(String),
}

impl StateMismatch {
    /// Compares the value that a probe showed with the expected one, and describes the difference.
    pub fn of_probe(probe: &Probe, submission: &Submission, findings: &Findings) -> StateMismatch {
        let actual = |source: &str, like: &str| findings.probe_value(source).and_then(|shown| shown.value_like(like));
        let written = submission.arguments();
        let key_types = &findings.key_types;
        let (source, reply) = (probe.run.get_ref(), &probe.reply);
        match Comparison::parse(probe) {
            Some(Comparison { expression, wanted: Wanted::Bounds(bounds) }) => {
                outside_bounds(expression, bounds, actual(expression, "0"), key_types)
            }
            Some(Comparison { expression, wanted: Wanted::Value(wanted) }) => {
                other_value(expression, wanted, actual(expression, wanted), &written, key_types)
            }
            None => other_value(source, reply, actual(source, reply), &written, key_types),
        }
    }

    /// Returns the correct name if the difference is a misspelt name, and `None` otherwise.
    pub fn suggested_name(&self) -> Option<&str> {
        match self {
            StateMismatch::Presence { misspelling, .. } => Some(&misspelling.as_ref()?.wanted),
            StateMismatch::Value { difference, .. } => difference.as_ref()?.suggested_name(),
            _ => None,
        }
    }
}

/// Returns whether a probe reads one of a command's keys.
pub fn is_about_key_of(probe: &Probe, command: &[Vec<u8>]) -> bool {
    let source = probe.run.get_ref();
    keys(command).into_iter().any(|key| {
        let key = String::from_utf8_lossy(key);
        source.contains(&format!("'{key}'"))
            || source.contains(&format!("\"{key}\""))
            || source.split_whitespace().any(|word| word == key)
    })
}

/// Returns whether a submission has written data that a probe reads and that further lines cannot complete. Data that
/// is merely incomplete, such as a list without its last elements, can still be completed.
pub fn is_out_of_reach(probe: &Probe, submission: &Submission, findings: &Findings) -> bool {
    let source = probe.run.get_ref();
    let touched = submission.commands.iter().filter(|words| is_about_key_of(probe, words));
    if touched.clone().next().is_none() {
        return false;
    }
    let removed: Vec<Vec<u8>> = touched.filter(|words| removes(words)).flat_map(|words| words[2..].to_vec()).collect();
    let comparison = Comparison::parse(probe);
    let (source, wanted) = match &comparison {
        Some(Comparison { expression, wanted: Wanted::Value(wanted) }) => (*expression, *wanted),
        // If a number is out of bounds, the submission has set it, unless it is negative. A negative TTL means that the
        // key does not exist or has no expiry time.
        Some(Comparison { expression, wanted: Wanted::Bounds(bounds) }) => {
            let is_lifetime = matches!(Subject::of_probe(expression), Subject::TimeToLive { .. });
            let has_upper = bounds.iter().any(|bound| matches!(bound.relation, Relation::LessThan | Relation::AtMost));
            if is_lifetime && has_upper && findings.does_answer_wait {
                // A time to live that is too long becomes shorter as time passes, so it can still come within its
                // bounds.
                return false;
            }
            let actual = findings.probe_value(expression).and_then(|shown| shown.value_like("0"));
            return matches!(actual, Some(Value::Float(_))) || matches!(actual, Some(Value::Integer(n)) if n >= 0);
        }
        None => (source.as_str(), probe.reply.as_str()),
    };
    let Some(shown) = findings.probe_value(source) else { return true };
    match (value::parse_python(wanted), shown.value_like(wanted)) {
        (Some(wanted), Some(actual)) => !can_become(&actual, &wanted, &removed),
        _ => false,
    }
}

/// Returns whether a command removes the elements that are its arguments.
fn removes(words: &[Vec<u8>]) -> bool {
    words.len() > 2 && matches!(command_name(words).as_str(), "HDEL" | "SREM" | "ZREM" | "LREM")
}

/// Returns whether further lines can turn the actual value into the wanted one without undoing the learner's line.
/// `removed` contains the elements that the line has removed.
fn can_become(actual: &Value, wanted: &Value, removed: &[Vec<u8>]) -> bool {
    let is_removed = |value: &Value| removed.iter().any(|word| plain_text(value).as_bytes() == word);
    let is_in = |value: &Value, items: &[Value]| items.iter().any(|item| value::same(value, item));
    match (actual, wanted) {
        (Value::None, _) | (Value::Integer(_) | Value::Bool(_), Value::Integer(_) | Value::Bool(_)) => true,
        (Value::Sequence(a), Value::Sequence(b)) => {
            let is_kept = b.iter().all(|value| is_in(value, a) || !is_removed(value));
            is_kept && (is_subsequence(a, b) || is_subsequence(b, a))
        }
        (Value::Set(a), Value::Set(b)) => {
            let is_kept = b.iter().all(|value| is_in(value, a) || !is_removed(value));
            is_kept && (a.iter().all(|value| is_in(value, b)) || b.iter().all(|value| is_in(value, a)))
        }
        (Value::Map(a), Value::Map(b)) => {
            b.iter().all(|(field, wanted)| match a.iter().find(|(other, _)| value::same(field, other)) {
                // A counter in a field cannot be completed if it already exceeds the wanted number.
                Some((_, actual)) => match (number_of(actual), number_of(wanted)) {
                    (Some(actual), Some(wanted)) => actual <= wanted,
                    _ => can_become(actual, wanted, &[]),
                },
                None => !is_removed(field),
            })
        }
        _ => value::same(actual, wanted) || (number_of(actual).is_some() && number_of(wanted).is_some()),
    }
}

/// Returns the value of a number, or of a string that contains a number. Returns `None` for any other value.
fn number_of(value: &Value) -> Option<f64> {
    plain_text(value).parse().ok()
}

/// Returns whether all elements of `part` occur in `whole` in the same order.
fn is_subsequence(part: &[Value], whole: &[Value]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|value| rest.any(|other| value::same(value, other)))
}

/// Compares the value that a probe showed with the wanted one, and describes the difference.
///
/// `written` contains the arguments that the learner sent, any of which may be a misspelt name. `key_types` contains
/// the types of those arguments that are existing keys.
fn other_value(
    probe: &str,
    wanted: &str,
    actual: Option<Value>,
    written: &[String],
    key_types: &[(String, &'static str)],
) -> StateMismatch {
    let wanted_value = value::parse_python(wanted);
    let question = Question::parse(probe);
    let Some(actual) = actual else {
        let other_type = question.as_ref().and_then(|question| question.other_type(key_types));
        return other_type.unwrap_or_else(|| StateMismatch::NotReadable { probe: probe.into(), wanted: wanted.into() });
    };
    if let (None, Some(Value::Bool(should_hold)), Value::Bool(_)) = (&question, &wanted_value, &actual) {
        return StateMismatch::Condition { probe: probe.into(), should_hold: *should_hold };
    }
    if let (Some(question), Some(wanted)) = (&question, &wanted_value)
        && let Some(mismatch) = question.presence(wanted, &actual)
    {
        let misspelling = question.misspelling(wanted, &actual, written);
        return StateMismatch::Presence { mismatch, misspelling };
    }
    let difference = wanted_value.as_ref().and_then(|wanted| ValueMismatch::between(wanted, &actual));
    StateMismatch::Value { subject: Subject::of_probe(probe), wanted: wanted.into(), actual, difference }
}

/// Describes why a value is not within its bounds.
fn outside_bounds(
    expression: &str,
    bounds: Vec<Bound>,
    actual: Option<Value>,
    key_types: &[(String, &'static str)],
) -> StateMismatch {
    let question = Question::parse(expression);
    let specific = match (&question, &actual) {
        (Some(question), Some(actual)) => question
            .presence(&Value::Bool(true), actual)
            .map(|mismatch| StateMismatch::Presence { mismatch, misspelling: None }),
        (Some(question), None) => question.other_type(key_types),
        (None, _) => None,
    };
    specific.unwrap_or_else(|| StateMismatch::Bounds { subject: Subject::of_probe(expression), bounds, actual })
}

/// Returns the name in a probe that the learner has misspelt, with its misspelling. Returns `None` if there is none.
pub fn misspelling(probe: &str, wanted: &str, actual: &Value, written: &[String]) -> Option<Misspelling> {
    Question::parse(probe)?.misspelling(&value::parse_python(wanted)?, actual, written)
}

impl Subject {
    /// Returns the part of the data whose value a probe checks.
    pub fn of_probe(probe: &str) -> Subject {
        let question = Question::parse(probe);
        question.and_then(|question| question.subject()).unwrap_or_else(|| Subject::Expression(probe.into()))
    }
}

/// A probe that consists of a single command.
struct Question {
    command: String,
    arguments: Vec<String>,
}

impl Question {
    /// Parses a probe such as `r.hget('k', 'f')` or a redis-cli line. Returns `None` for any other probe.
    fn parse(probe: &str) -> Option<Question> {
        let probe = probe.trim();
        if let Some(call) = probe.strip_prefix("r.") {
            let (name, rest) = call.split_once('(')?;
            let inside = rest.strip_suffix(')')?;
            let Some(Value::Sequence(values)) = value::parse_python(&format!("[{}]", positional_arguments(inside)))
            else {
                return None;
            };
            let arguments = values.iter().map(plain_text).collect();
            return Some(Question { command: name.to_ascii_uppercase(), arguments });
        }
        let words = quoting::split(probe.as_bytes()).ok()?;
        let mut words = words.into_iter().map(|word| String::from_utf8_lossy(&word).into_owned());
        let command = words.next().filter(|word| word.chars().all(|c| c.is_ascii_uppercase()))?;
        Some(Question { command, arguments: words.collect() })
    }

    /// Returns a mismatch with the key's type, for a probe that raised an error. Returns `None` if the type is not
    /// known, because none of the learner's commands named the key.
    fn other_type(&self, key_types: &[(String, &'static str)]) -> Option<StateMismatch> {
        let (key, key_type) = key_types.iter().find(|(known, _)| Some(known) == self.arguments.first())?;
        let wanted = type_of_command(&self.command).filter(|wanted| wanted != key_type);
        Some(StateMismatch::OtherType { key: key.clone(), key_type, wanted })
    }

    fn argument(&self, index: usize) -> String {
        self.arguments.get(index).cloned().unwrap_or_default()
    }

    fn subject(&self) -> Option<Subject> {
        let key = self.argument(0);
        Some(match (self.command.as_str(), self.arguments.len()) {
            ("GET" | "HGETALL" | "SMEMBERS", 1) | ("LRANGE" | "ZRANGE", 3) => Subject::Key(key),
            ("HGET", 2) => Subject::Field { field: self.argument(1), key },
            ("ZSCORE", 2) => Subject::Score { member: self.argument(1), key },
            ("ZRANK" | "ZREVRANK", 2) => Subject::Rank { member: self.argument(1), key },
            ("LINDEX", 2) => Subject::Element { index: self.argument(1), key },
            ("TTL" | "PTTL", 1) => Subject::TimeToLive { key },
            ("DBSIZE", 0) => Subject::NumberOfKeys,
            ("TYPE", 1) => Subject::TypeOfKey { key },
            ("LLEN" | "SCARD" | "ZCARD" | "HLEN" | "STRLEN", 1) => Subject::Length { key },
            _ => return None,
        })
    }

    /// Returns what is missing, or what exists but should not, or `None` if the values differ in some other way.
    fn presence(&self, wanted: &Value, actual: &Value) -> Option<PresenceMismatch> {
        let (key, second) = (self.argument(0), self.argument(1));
        let is_zero = |value: &Value| matches!(value, Value::Integer(0) | Value::Bool(false));
        let is_empty = match actual {
            Value::Sequence(items) | Value::Set(items) => items.is_empty(),
            Value::Map(pairs) => pairs.is_empty(),
            Value::None => true,
            _ => false,
        };
        Some(match self.command.as_str() {
            "EXISTS" if is_zero(actual) => PresenceMismatch::NoKey { key },
            "EXISTS" if is_zero(wanted) => PresenceMismatch::KeyStillThere { key },
            "SISMEMBER" if is_zero(actual) => PresenceMismatch::NotInSet { member: second, key },
            "SISMEMBER" if is_zero(wanted) => PresenceMismatch::StillInSet { member: second, key },
            "HEXISTS" if is_zero(actual) => PresenceMismatch::NoField { field: second, key },
            "HEXISTS" if is_zero(wanted) => PresenceMismatch::FieldStillThere { field: second, key },
            "HGET" if is_empty => PresenceMismatch::NoField { field: second, key },
            "ZSCORE" | "ZRANK" | "ZREVRANK" if is_empty => PresenceMismatch::NoMember { member: second, key },
            "TTL" | "PTTL" if matches!(actual, Value::Integer(-1)) => PresenceMismatch::NoExpiry { key },
            "TTL" | "PTTL" if matches!(actual, Value::Integer(-2)) => PresenceMismatch::NoKey { key },
            "GET" | "HGETALL" | "SMEMBERS" | "LRANGE" | "ZRANGE" if is_empty => PresenceMismatch::NothingStored { key },
            "GET" | "HGET" | "ZSCORE" if matches!(wanted, Value::None) => {
                PresenceMismatch::ValueStillThere { subject: self.subject()?, actual: actual.clone() }
            }
            _ => return None,
        })
    }

    /// Returns the name in the probe that the learner has misspelt, with its misspelling. Returns `None` if there is
    /// none.
    fn misspelling(&self, wanted: &Value, actual: &Value, written: &[String]) -> Option<Misspelling> {
        if matches!(wanted, Value::None | Value::Integer(0)) || matches!(actual, Value::Integer(-1)) {
            return None;
        }
        self.arguments.iter().find_map(|name| {
            // A name that the learner has also sent correctly does not count as misspelt.
            let others = written.iter().map(String::as_str).filter(|_| !written.contains(name));
            let written = spelling::nearest(name, others)?;
            Some(Misspelling { wanted: name.clone(), written: written.into() })
        })
    }
}

/// Returns the part of a call's arguments that precedes the first keyword argument.
fn positional_arguments(arguments: &str) -> &str {
    let is_name = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !text.is_empty();
    let mut at = 0;
    for part in arguments.split(',') {
        let is_keyword = part.split_once('=').is_some_and(|(name, _)| is_name(name.trim()));
        if is_keyword {
            return arguments[..at].trim_end_matches(',');
        }
        at += part.len() + 1;
    }
    arguments
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => value::repr(other),
    }
}
