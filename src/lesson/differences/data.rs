//! What the data says, and should say: the key, the field or the member that differs, by its name.

use super::{code, reply};
use crate::lesson::names;
use crate::lesson::value::{self, Value};
use redis_engine::resp::quoting;

/// What a probe says, as a sentence. `written` are the words of what the learner sent, where a name may be misspelt.
/// `types` are those of the keys that they named.
pub fn sentence(
    probe: &str,
    wanted: &str,
    seen: Option<&Value>,
    written: &[String],
    types: &[(String, &'static str)],
) -> String {
    let wanted_value = value::parse_python(wanted);
    let question = Question::of(probe);
    let Some(seen) = seen else {
        let other = question.as_ref().and_then(|question| question.of_another_type(types));
        return other.unwrap_or_else(|| format!("{} should say {}, and cannot be asked.", code(probe), code(wanted)));
    };
    if let (None, Some(Value::Bool(wanted)), Value::Bool(_)) = (&question, &wanted_value, seen) {
        let not = if *wanted { "is not so" } else { "should not be so" };
        return format!("This {not}: {}.", code(probe));
    }
    if let (Some(question), Some(wanted)) = (&question, &wanted_value)
        && let Some(told) = question.told(wanted, seen)
    {
        return told + &question.meant(wanted, seen, written).unwrap_or_default();
    }
    let what = what(probe);
    let seen_text = value::repr(seen);
    let difference = wanted_value.as_ref().and_then(|wanted| reply::difference(wanted, seen));
    let both = format!("{what} should be {}, and is {}.", code(wanted), code(&super::shortened(&seen_text)));
    match difference {
        Some(difference) if wanted.len() + seen_text.len() > 75 => format!("{what} differs. {difference}"),
        Some(difference) => format!("{both} {difference}"),
        None => both,
    }
}

/// The name that was written in place of one that a probe asks for, as a sentence behind another.
pub fn meant(probe: &str, wanted: &str, seen: &Value, written: &[String]) -> Option<String> {
    Question::of(probe)?.meant(&value::parse_python(wanted)?, seen, written)
}

/// What a question asks for that should be within bounds, and is not, as a sentence. `bounds` are in words.
pub fn beyond(asked: &str, bounds: &str, seen: Option<&Value>, types: &[(String, &'static str)]) -> String {
    let question = Question::of(asked);
    let told = match (&question, seen) {
        (Some(question), Some(seen)) => question.told(&Value::Bool(true), seen),
        (Some(question), None) => question.of_another_type(types),
        (None, _) => None,
    };
    told.unwrap_or_else(|| {
        let is = seen.map_or("cannot be told yet".into(), |seen| format!("is {}", code(&value::repr(seen))));
        format!("{} should be {bounds}, and {is}.", what(asked))
    })
}

/// What a question asks for, in words where there are any, at the head of a sentence.
pub fn what(asked: &str) -> String {
    Question::of(asked).as_ref().and_then(Question::what).unwrap_or_else(|| code(asked))
}

/// A type of keys, with its article.
pub fn in_words(kind: &str) -> String {
    if kind == "zset" { "a sorted set".into() } else { format!("a {kind}") }
}

/// A question to the data: one command, and what it is asked about.
struct Question {
    command: String,
    arguments: Vec<String>,
}

impl Question {
    /// Reads `r.hget('k', 'f')`, or a line of redis-cli. None for anything else.
    fn of(probe: &str) -> Option<Question> {
        let probe = probe.trim();
        if let Some(call) = probe.strip_prefix("r.") {
            let (name, rest) = call.split_once('(')?;
            let inside = rest.strip_suffix(')')?;
            let Some(Value::Sequence(values)) = value::parse_python(&format!("[{}]", positional(inside))) else {
                return None;
            };
            let arguments = values.iter().map(plain).collect();
            return Some(Question { command: name.to_ascii_uppercase(), arguments });
        }
        let words = quoting::split(probe.as_bytes()).ok()?;
        let mut words = words.into_iter().map(|word| String::from_utf8_lossy(&word).into_owned());
        let command = words.next().filter(|word| word.chars().all(|c| c.is_ascii_uppercase()))?;
        Some(Question { command, arguments: words.collect() })
    }

    /// That its key holds something else, if it does.
    fn of_another_type(&self, types: &[(String, &'static str)]) -> Option<String> {
        let (key, kind) = types.iter().find(|(known, _)| Some(known) == self.arguments.first())?;
        Some(format!("{} holds {} now, another type than this step is about.", code(key), in_words(kind)))
    }

    fn argument(&self, index: usize) -> String {
        code(self.arguments.get(index).map_or("", String::as_str))
    }

    /// What it asks for, in words, at the head of a sentence.
    fn what(&self) -> Option<String> {
        let key = self.argument(0);
        Some(match (self.command.as_str(), self.arguments.len()) {
            ("GET" | "HGETALL" | "SMEMBERS", 1) | ("LRANGE" | "ZRANGE", 3) => key,
            ("HGET", 2) => format!("Field {} of {key}", self.argument(1)),
            ("ZSCORE", 2) => format!("The score of {} in {key}", self.argument(1)),
            ("ZRANK" | "ZREVRANK", 2) => format!("The rank of {} in {key}", self.argument(1)),
            ("LINDEX", 2) => format!("Element {} of {key}", self.argument(1)),
            ("TTL" | "PTTL", 1) => format!("The time that {key} has left"),
            ("DBSIZE", 0) => "The number of keys".into(),
            ("TYPE", 1) => format!("The type of {key}"),
            ("LLEN" | "SCARD" | "ZCARD" | "HLEN" | "STRLEN", 1) => format!("The length of {key}"),
            _ => return None,
        })
    }

    /// What is plain without the values: something that is not there, or should not be.
    fn told(&self, wanted: &Value, seen: &Value) -> Option<String> {
        let key = self.argument(0);
        let is_zero = |value: &Value| matches!(value, Value::Integer(0) | Value::Bool(false));
        let is_empty = match seen {
            Value::Sequence(items) | Value::Set(items) => items.is_empty(),
            Value::Map(pairs) => pairs.is_empty(),
            Value::None => true,
            _ => false,
        };
        Some(match self.command.as_str() {
            "EXISTS" if is_zero(seen) => format!("There is no key {key}."),
            "EXISTS" if is_zero(wanted) => format!("The key {key} is still there."),
            "SISMEMBER" if is_zero(seen) => format!("{} is not in {key}.", self.argument(1)),
            "SISMEMBER" if is_zero(wanted) => format!("{} is in {key}, and should not be.", self.argument(1)),
            "HEXISTS" if is_zero(seen) => format!("{key} has no field {}.", self.argument(1)),
            "HEXISTS" if is_zero(wanted) => format!("{key} still has the field {}.", self.argument(1)),
            "HGET" if is_empty => format!("{key} has no field {}.", self.argument(1)),
            "ZSCORE" | "ZRANK" | "ZREVRANK" if is_empty => format!("{key} has no member {}.", self.argument(1)),
            "TTL" | "PTTL" if matches!(seen, Value::Integer(-1)) => format!("The key {key} never expires."),
            "TTL" | "PTTL" if matches!(seen, Value::Integer(-2)) => format!("There is no key {key}."),
            "GET" | "HGETALL" | "SMEMBERS" | "LRANGE" | "ZRANGE" if is_empty => {
                format!("There is nothing under {key}.")
            }
            "GET" | "HGET" | "ZSCORE" if matches!(wanted, Value::None) => {
                format!("{} is still there: {}.", self.what()?, code(&value::repr(seen)))
            }
            _ => return None,
        })
    }

    /// The name that was written in place of one that is not there.
    fn meant(&self, wanted: &Value, seen: &Value, written: &[String]) -> Option<String> {
        if matches!(wanted, Value::None | Value::Integer(0)) || matches!(seen, Value::Integer(-1)) {
            return None;
        }
        self.arguments.iter().find_map(|name| {
            // A name that was written as it is was no slip.
            let others = written.iter().map(String::as_str).filter(|_| !written.contains(name));
            let other = names::nearest(name, others)?;
            Some(format!(" Did you mean {}? {} was written.", code(name), code(other)))
        })
    }
}

/// The arguments before the first that is named.
fn positional(inside: &str) -> &str {
    let is_name = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !text.is_empty();
    let mut at = 0;
    for part in inside.split(',') {
        let named = part.split_once('=').is_some_and(|(name, _)| is_name(name.trim()));
        if named {
            return inside[..at].trim_end_matches(',');
        }
        at += part.len() + 1;
    }
    inside
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => value::repr(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_data_has_its_sentence() {
        for (probe, wanted, seen, written, says) in [
            ("r.get('a')", "b'1'", "b'2'", "", "`a` should be `b'1'`, and is `b'2'`."),
            ("r.get('user:1000')", "b'1'", "None", "SET queue 1", "There is nothing under `user:1000`."),
            (
                "r.get('user:1000')",
                "b'1'",
                "None",
                "SET user:100 1",
                "There is nothing under `user:1000`. Did you mean `user:1000`? `user:100` was written.",
            ),
            ("r.get('a')", "None", "b'1'", "", "`a` is still there: `b'1'`."),
            ("GET user:1", "b'1'", "b'2'", "", "`user:1` should be `b'1'`, and is `b'2'`."),
            (
                "r.hget('h', 'visits')",
                "b'11'",
                "None",
                "HSET h visit 11",
                "`h` has no field `visits`. Did you mean `visits`? `visit` was written.",
            ),
            (
                "r.hget('h', 'visits')",
                "b'11'",
                "b'10'",
                "HSET h visits 10",
                "Field `visits` of `h` should be `b'11'`, and is `b'10'`.",
            ),
            (
                "r.zscore('z', 'Alice')",
                "50.0",
                "40.0",
                "",
                "The score of `Alice` in `z` should be `50.0`, and is `40.0`.",
            ),
            (
                "r.zscore('z', 'Alice')",
                "50.0",
                "None",
                "ZADD z 50 alice",
                "`z` has no member `Alice`. Did you mean `Alice`? `alice` was written.",
            ),
            (
                "r.zrange('z', 0, -1, withscores=True)",
                "[(b'a', 1.0)]",
                "[(b'a', 1.0), (b'b', 2.0)]",
                "",
                "`z` should be `[(b'a', 1.0)]`, and is `[(b'a', 1.0), (b'b', 2.0)]`. One too many at the end: `(b'b', 2.0)`.",
            ),
            (
                "r.smembers('s')",
                "{b'redis'}",
                "{b'reids'}",
                "SADD s reids",
                "`s` should be `{b'redis'}`, and is `{b'reids'}`. `b'reids'` stands where `b'redis'` is wanted. A few letters differ.",
            ),
            ("r.sismember('s', 'python')", "1", "0", "", "`python` is not in `s`."),
            ("r.exists('a')", "0", "1", "", "The key `a` is still there."),
            ("r.exists('a')", "1", "0", "", "There is no key `a`."),
            ("r.ttl('a')", "300", "-1", "", "The key `a` never expires."),
            ("r.ttl('a')", "300", "30", "", "The time that `a` has left should be `300`, and is `30`."),
            ("0 < r.ttl('a') <= 300", "True", "False", "", "This is not so: `0 < r.ttl('a') <= 300`."),
            ("r.get('a').isdigit()", "False", "True", "", "This should not be so: `r.get('a').isdigit()`."),
            (
                "r.hgetall('h')",
                "{b'name': b'Alice', b'email': b'alice@example.com'}",
                "{b'name': b'Alice', b'email': b'alice@example.org'}",
                "",
                "`h` differs. `b'email'` is `b'alice@example.org'`, and should be `b'alice@example.com'`. A few letters differ.",
            ),
            ("r.llen('l')", "3", "4", "", "The length of `l` should be `3`, and is `4`. One more than wanted."),
            ("r.exists('a')", "1", "", "", "`r.exists('a')` should say `1`, and cannot be asked."),
        ] {
            let written: Vec<String> = written.split(' ').skip(1).map(str::to_owned).collect();
            let seen = value::parse_python(seen);
            assert_eq!(sentence(probe, wanted, seen.as_ref(), &written, &[]), says, "{probe}");
        }
    }

    #[test]
    fn what_is_beyond_its_bounds_is_told_by_its_value() {
        for (asked, seen, says) in [
            ("r.ttl('a')", "300", "The time that `a` has left should be at most `60`, and is `300`."),
            ("r.ttl('a')", "-1", "The key `a` never expires."),
            ("r.ttl('a')", "-2", "There is no key `a`."),
            ("r.dbsize()", "0", "The number of keys should be at most `60`, and is `0`."),
            ("r.zscore('z', 'a')", "None", "`z` has no member `a`."),
            ("r.ttl('a') - 1", "70", "`r.ttl('a') - 1` should be at most `60`, and is `70`."),
            ("r.zscore('z', 'a') - 1", "", "`r.zscore('z', 'a') - 1` should be at most `60`, and cannot be told yet."),
            ("r.llen('z')", "", "`z` holds a sorted set now, another type than this step is about."),
        ] {
            let seen = value::parse_python(seen);
            assert_eq!(beyond(asked, "at most `60`", seen.as_ref(), &[("z".into(), "zset")]), says, "{asked}");
        }
    }
}
