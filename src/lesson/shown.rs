//! Decides whether a submission shows a value, regardless of the notation: decoded, in a loop, in an f-string, with a
//! label, or as a tuple.
//!
//! There are two conditions. First, Redis must have sent the value: a reply to one of the submission's commands has the
//! same meaning. If the submission only shows a variable, an earlier reply in the step counts. Second, the submission
//! must show the value: each part of the value is a whole word in the printed text, in the value's order, and at least
//! one part was not typed by the learner.

use super::evidence::{DisplayedValue, Exchange, Submission, command_name, from_cli};
use super::value::{self, Value};
use redis_engine::{commands, resp};

impl Exchange {
    /// Compares the reply with a Python value. If both have the same meaning, returns the value with its parts in the
    /// order in which a submission must show them. Otherwise, returns `None`.
    fn value_to_show(&self, wanted: &Value) -> Option<Value> {
        let reply = from_cli(&self.reply);
        match (command_name(&self.command).as_str(), &reply, wanted) {
            // The learner may request the fields or keys in any order, so the values may be in any order too.
            ("HMGET" | "MGET", Value::Sequence(items), Value::Sequence(wanted)) => {
                (items.len() == wanted.len() && is_permutation(items, wanted)).then_some(reply)
            }
            _ => self.means(reply, wanted).then(|| wanted.clone()),
        }
    }

    /// Returns whether a reply and the Python value `wanted` mean the same.
    fn means(&self, reply: Value, wanted: &Value) -> bool {
        if value::same_from_cli(&reply, wanted) || is_same_text(&reply, wanted) {
            return true;
        }
        match (command_name(&self.command).as_str(), reply, wanted) {
            // If only one field or key was requested, the value alone means the same as a list of one value.
            ("HMGET" | "MGET", Value::Sequence(mut items), wanted) => {
                items.len() == 1 && is_same_text(&items.remove(0), wanted)
            }
            // The reply contains a cursor and the elements. Only the elements are compared.
            ("SSCAN" | "HSCAN" | "ZSCAN" | "SCAN", Value::Sequence(mut parts), wanted) if parts.len() == 2 => {
                value::same_from_cli(&parts.remove(1), wanted)
            }
            // A reply with members and scores also answers a step that asks only for the members.
            (_, Value::Sequence(items), Value::Sequence(wanted)) if self.has_word(b"WITHSCORES") => {
                // In RESP3, each member forms a pair with its score. In RESP2, members and scores alternate.
                let members: Vec<&Value> = match items.first() {
                    Some(Value::Sequence(_)) => items.iter().filter_map(first_of_pair).collect(),
                    _ => items.iter().step_by(2).collect(),
                };
                members.len() == wanted.len()
                    && members.into_iter().zip(wanted).all(|(member, wanted)| is_same_text(member, wanted))
            }
            _ => false,
        }
    }

    /// Returns whether the Python value `wanted` is the number of elements in the reply.
    fn has_length(&self, wanted: &Value) -> bool {
        let length = match from_cli(&self.reply) {
            Value::Sequence(items) | Value::Set(items) => items.len(),
            Value::Map(pairs) => pairs.len(),
            _ => return false,
        };
        matches!(wanted, Value::Integer(n) if usize::try_from(*n) == Ok(length))
    }

    fn has_word(&self, word: &[u8]) -> bool {
        self.command.iter().any(|argument| argument.eq_ignore_ascii_case(word))
    }

    /// Returns the error message, or `None` if the reply is not an error.
    fn error(&self) -> Option<String> {
        match &self.reply {
            resp::value::Value::Error(message) => Some(String::from_utf8_lossy(message).into_owned()),
            _ => None,
        }
    }

    /// Returns whether the command is an EXEC that did not run the transaction, because a watched key had changed.
    fn is_aborted_transaction(&self) -> bool {
        use resp::value::Value::{Null, NullArray};
        command_name(&self.command) == "EXEC" && matches!(self.reply, Null | NullArray)
    }
}

/// Returns the first element of a list of two elements, or `None` for any other value.
fn first_of_pair(value: &Value) -> Option<&Value> {
    if let Value::Sequence(pair) = value { pair.first().filter(|_| pair.len() == 2) } else { None }
}

/// Returns whether two values are the same text or number, or lists of such values in the same order.
pub fn is_same_text(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same_text(a, b))
        }
        _ => value::same(a, b) || words_of(a).iter().any(|word| words_of(b).contains(word)),
    }
}

/// Returns whether `items` contains the same values as `wanted`, in any order.
pub fn is_permutation(items: &[Value], wanted: &[Value]) -> bool {
    let mut left: Vec<&Value> = items.iter().collect();
    wanted.iter().all(|wanted| {
        let at = left.iter().position(|item| is_same_text(item, wanted));
        at.map(|at| left.swap_remove(at)).is_some()
    })
}

/// Returns the exchanges whose replies a submission can show. They are the submission's own exchanges or, if it sent
/// nothing, all exchanges of its client in this step. The replies inside the reply to EXEC are paired with the queued
/// commands.
fn shown_exchanges(submission: &Submission, exchanges: &[Exchange]) -> Vec<Exchange> {
    let own: Vec<&Exchange> = exchanges.iter().filter(|exchange| exchange.client == submission.client).collect();
    let own = match submission.commands.len() {
        0 => own.as_slice(),
        sent => &own[own.len().saturating_sub(sent)..],
    };
    let mut shown = Vec::new();
    for (index, exchange) in own.iter().enumerate() {
        if let ("EXEC", resp::value::Value::Array(replies)) =
            (command_name(&exchange.command).as_str(), &exchange.reply)
        {
            let queued = &own[index.saturating_sub(replies.len())..index];
            let pairs = queued.iter().zip(replies);
            shown.extend(pairs.map(|(queued, reply)| Exchange { reply: reply.clone(), ..(*queued).clone() }));
        }
        shown.push((*exchange).clone());
    }
    shown
}

/// Returns whether a submission shows a value with the same meaning as the Python value `wanted`. `exchanges` contains
/// the learner's commands in this step, with their replies.
pub fn shows_meaning(submission: &Submission, exchanges: &[Exchange], wanted: &str) -> bool {
    let Some(wanted) = value::parse_python(wanted) else { return false };
    let exchanges = shown_exchanges(submission, exchanges);
    let counts = submission.source.contains("len(");
    let of_exchange = |exchange: &Exchange| {
        exchange.value_to_show(&wanted).or_else(|| (counts && exchange.has_length(&wanted)).then(|| wanted.clone()))
    };
    let typed = without_arguments_of_commands(&submission.source);
    let display = Display { printed: &submission.output, typed: &typed, shows_parts: true };
    // A yes-or-no reply may determine what is printed without being printed itself, so any output counts if the source
    // contains a condition.
    let decides = !submission.output.is_empty()
        && matches!(wanted, Value::Bool(_) | Value::None | Value::Integer(0 | 1))
        && ["if ", "elif ", "while "].iter().any(|keyword| submission.source.contains(keyword));
    exchanges.iter().filter_map(of_exchange).any(|value| decides || display.contains(&value))
}

/// Returns whether a submission prints, in any notation, a value that Python computed from replies. Besides the value,
/// the last line may contain only words from the source text, such as a label.
pub fn shows_alone(submission: &Submission, wanted: &str) -> bool {
    let Some(wanted) = value::parse_python(wanted) else { return false };
    // A loop prints each element of a container on its own line, so for a container, all lines count.
    let is_container = matches!(wanted, Value::Sequence(_) | Value::Set(_) | Value::Map(_));
    let last = submission.output.lines().next_back().unwrap_or_default();
    let last = if is_container { submission.output.trim_end() } else { last };
    let is_dict = |value: &Value| matches!(value, Value::Map(_));
    if value::parse_python(last).is_some_and(|shown| is_dict(&shown) != is_dict(&wanted)) {
        return false;
    }
    let typed = without_arguments_of_commands(&submission.source);
    let display = Display { printed: last, typed: &typed, shows_parts: false };
    let mut used = Vec::new();
    let is_typed = |(start, end): &(usize, usize)| find_word(display.typed, &last[*start..*end], 0).is_some();
    if display.find(&wanted, 0, &mut used).is_none() || used.iter().all(is_typed) {
        return false;
    }
    used.sort_unstable();
    let mut rest = String::new();
    let mut at = 0;
    for (start, end) in used {
        rest.push_str(&last[at..start]);
        rest.push(' ');
        at = end;
    }
    rest.push_str(&last[at..]);
    let mut words = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    // The `b` in front of a bytes literal is part of the value, so it is allowed.
    words.all(|word| word == "b" || find_word(&submission.source, word, 0).is_some())
}

/// Returns whether the reply to one of a submission's own commands has the same meaning as the Python value `wanted`.
pub fn is_answered(submission: &Submission, exchanges: &[Exchange], wanted: &str) -> bool {
    let Some(wanted) = value::parse_python(wanted) else { return false };
    !submission.commands.is_empty()
        && shown_exchanges(submission, exchanges).iter().any(|exchange| exchange.value_to_show(&wanted).is_some())
}

/// Returns whether a submission has caught an error whose message contains `wanted`, and has printed that message. A
/// WatchError may also be shown in other ways.
pub fn shows_error(submission: &Submission, exchanges: &[Exchange], wanted: &str) -> bool {
    if submission.failed {
        return false;
    }
    let wanted = wanted.rsplit(": ").next().unwrap_or(wanted);
    let exchanges = shown_exchanges(submission, exchanges);
    let is_printed = |message: &str| {
        // redis-py removes the error code `ERR` from the message, so the code need not be printed.
        submission.output.contains(message.strip_prefix("ERR ").unwrap_or(message))
    };
    let mut errors = exchanges.iter().filter_map(|exchange| exchange.error());
    errors.any(|message| (message.contains(wanted) || wanted.ends_with("Error")) && is_printed(&message))
        || (wanted.contains("WatchError")
            && exchanges.iter().any(|exchange| exchange.is_aborted_transaction())
            && (matches!(submission.value, Some(DisplayedValue::Cli(_)))
                || (submission.source.contains("WatchError") && !submission.output.trim().is_empty())
                || submission.output.contains("Watched variable changed")))
}

/// Returns the possible notations of a value that is not a container, without quotes.
fn words_of(value: &Value) -> Vec<String> {
    let text = |text: String, repr: String| {
        let escaped = repr.trim_start_matches('b').trim_matches(['\'', '"']).to_owned();
        if escaped == text { vec![text] } else { vec![text, escaped] }
    };
    match value {
        Value::None => vec!["None".into()],
        Value::Bool(yes) => vec![if *yes { "True" } else { "False" }.into()],
        Value::Integer(n) => vec![n.to_string()],
        Value::Float(v) if v.fract() == 0.0 => vec![format!("{v:?}"), format!("{v}")],
        Value::Float(v) => vec![format!("{v:?}")],
        Value::Text(t) => text(t.clone(), value::repr(value)),
        Value::Bytes(bytes) => text(String::from_utf8_lossy(bytes).into_owned(), value::repr(value)),
        Value::Sequence(_) | Value::Set(_) | Value::Map(_) => Vec::new(),
    }
}

/// A submission's output, with the part of its source text that it could print without Redis.
struct Display<'a> {
    printed: &'a str,
    typed: &'a str,
    /// Whether a string with colons also counts as shown if only one of its parts is, such as `21.5` of
    /// `1700000060:21.5`.
    shows_parts: bool,
}

/// Removes the arguments of all calls to methods that send a command. For example, `print(r.get('n'))` becomes
/// `print(r.get())`. An argument that is sent to Redis is not printed by the source itself.
fn without_arguments_of_commands(source: &str) -> String {
    let mut kept = String::new();
    let mut rest = source;
    while let Some(open) = rest.find('(') {
        let (call, arguments) = rest.split_at(open + 1);
        kept.push_str(call);
        let method = call[..open].rsplit_once('.').map(|(_, method)| method.trim_end_matches('_'));
        let sends = method.is_some_and(|method| method == "execute_command" || commands::by_name(method).is_some());
        rest = if sends { &arguments[closing_parenthesis(arguments)..] } else { arguments };
    }
    kept + rest
}

/// Returns the position of the parenthesis that closes a call. `arguments` is the source text after the opening
/// parenthesis. If the call is not closed, returns the length of `arguments`.
fn closing_parenthesis(arguments: &str) -> usize {
    let mut depth = 0;
    let mut quote = None;
    let mut is_escaped = false;
    for (at, c) in arguments.char_indices() {
        match (quote, c) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return at,
            (None, ')') => depth -= 1,
            _ => {}
        }
    }
    arguments.len()
}

impl Display<'_> {
    /// Returns whether the value was printed. Each part of it must occur once, as a whole word, and the learner must
    /// not have typed all of them.
    fn contains(&self, value: &Value) -> bool {
        let mut used = Vec::new();
        let is_typed = |(start, end): &(usize, usize)| find_word(self.typed, &self.printed[*start..*end], 0).is_some();
        self.find(value, 0, &mut used).is_some() && !used.iter().all(is_typed)
    }

    /// Finds a value at or after the position `from`, outside the ranges in `used`. Returns the position of the value's
    /// end, or `None` if the value is not found.
    fn find(&self, value: &Value, from: usize, used: &mut Vec<(usize, usize)>) -> Option<usize> {
        match value {
            Value::Sequence(items) => items.iter().try_fold(from, |from, item| self.find(item, from, used)),
            Value::Set(items) => {
                items.iter().try_for_each(|item| self.find(item, from, used).map(drop))?;
                Some(from)
            }
            Value::Map(pairs) => {
                for (key, value) in pairs {
                    let end = self.find(key, from, used)?;
                    self.find(value, end, used)?;
                }
                Some(from)
            }
            word => {
                let mut words = words_of(word);
                if self.shows_parts {
                    let parts: Vec<String> = words
                        .iter()
                        .filter(|word| word.contains(':'))
                        .flat_map(|word| word.split(':'))
                        .map(str::to_owned)
                        .collect();
                    words.extend(parts.into_iter().filter(|part| !part.is_empty()));
                }
                if words.iter().any(String::is_empty) {
                    return None;
                }
                words.iter().find_map(|word| {
                    let mut at = from;
                    loop {
                        let start = find_word(self.printed, word, at)?;
                        let end = start + word.len();
                        if !used.iter().any(|(used_from, used_to)| start < *used_to && *used_from < end) {
                            used.push((start, end));
                            return Some(end);
                        }
                        at = end;
                    }
                })
            }
        }
    }
}

/// Returns the position of a whole word at or after `from`, or `None` if there is none. A whole word is not adjacent to
/// a letter, a digit, or another part of a number.
fn find_word(text: &str, word: &str, from: usize) -> Option<usize> {
    let is_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let continues = |c: char| c.is_alphanumeric() || c == '_' || c == '@';
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find(word)?;
        let end = start + word.len();
        let before = text[..start].chars().next_back();
        let mut after = text[end..].chars();
        let (next, next_but_one) = (after.next(), after.next());
        let begins = before.is_none_or(|c| !(continues(c) || is_number && matches!(c, '-' | '.')));
        let goes_on = next == Some('.') && next_but_one.is_some_and(|c| c.is_alphanumeric());
        if begins && !next.is_some_and(continues) && !goes_on {
            return Some(start);
        }
        at = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    /// Returns whether a submission with this source text, command, reply and output shows the value `wanted`.
    fn shows(source: &str, command: &str, reply: &str, printed: &str, wanted: &str) -> bool {
        let (reply, _) = resp::value::parse(reply.as_bytes()).unwrap().unwrap();
        let commands = vec![words(command)];
        let exchange = Exchange { client: "main".into(), command: words(command), reply };
        let submission = Submission {
            client: "main".into(),
            source: source.into(),
            output: printed.into(),
            commands,
            ..Submission::default()
        };
        shows_meaning(&submission, &[exchange], wanted)
    }

    #[test]
    fn a_value_is_shown_however_it_is_written() {
        let alice = "$5\r\nAlice\r\n";
        let list = "*2\r\n$2\r\nt1\r\n$2\r\nt2\r\n";
        let hash = "*4\r\n$4\r\nname\r\n$5\r\nAlice\r\n$3\r\nage\r\n$2\r\n10\r\n";
        let pairs = "*2\r\n$6\r\n1:21.5\r\n$6\r\n2:21.7\r\n";
        let ranks = "*4\r\n$3\r\nBob\r\n$3\r\n200\r\n$3\r\nEva\r\n$3\r\n150\r\n";
        for (source, command, reply, printed, wanted) in [
            ("r.get('n').decode()", "GET n", alice, "'Alice'\n", "b'Alice'"),
            ("print('name:', r.get('n'))", "GET n", alice, "name: b'Alice'\n", "b'Alice'"),
            ("print(f\"name={n.decode()}\")", "GET n", alice, "name=Alice\n", "b'Alice'"),
            ("for t in r.lrange('q', 0, -1): print(t)", "LRANGE q 0 -1", list, "b't1'\nb't2'\n", "[b't1', b't2']"),
            ("print(a, b)", "LRANGE q 0 -1", list, "t1 t2\n", "[b't1', b't2']"),
            ("sorted(r.smembers('s'))", "SMEMBERS s", list, "[b't2', b't1']\n", "{b't1', b't2'}"),
            ("loop", "HGETALL u", hash, "age 10\nname Alice\n", "{b'name': b'Alice', b'age': b'10'}"),
            (
                "d.hgetall('u')",
                "HGETALL u",
                hash,
                "{'name': 'Alice', 'age': '10'}\n",
                "{b'name': b'Alice', b'age': b'10'}",
            ),
            ("int(r.get('v'))", "GET v", "$2\r\n10\r\n", "10\n", "b'10'"),
            ("r.hmget('u', 'b', 'a')", "HMGET u b a", "*2\r\n$1\r\ny\r\n$1\r\nx\r\n", "[b'y', b'x']\n", "[b'x', b'y']"),
            ("loop", "ZREVRANGE z 0 1 WITHSCORES", ranks, "Bob 200\nEva 150\n", "[(b'Bob', 200.0), (b'Eva', 150.0)]"),
            ("loop", "ZREVRANGE z 0 1 WITHSCORES", ranks, "Bob\nEva\n", "[b'Bob', b'Eva']"),
            ("loop", "ZREVRANGE z 0 0 WITHSCORES", "*1\r\n*2\r\n$3\r\nBob\r\n,2\r\n", "(b'Bob', 2.0)", "[b'Bob']"),
            ("r.hmget('u', 'mail')", "HMGET u mail", "*1\r\n$3\r\na@b\r\n", "[b'a@b']\n", "b'a@b'"),
            ("print(r.get('x'))", "GET x", "$-1\r\n", "None\n", "None"),
            ("print(r.blpop('q'))", "BLPOP q 0", "*2\r\n$1\r\nq\r\n$2\r\nt1\r\n", "(b'q', b't1')\n", "(b'q', b't1')"),
            ("if r.setnx('a', 1): print('taken')", "SETNX a 1", ":1\r\n", "taken\n", "1"),
            ("print(len(r.sunion('a', 'b')), 'tags')", "SUNION a b", list, "2 tags\n", "2"),
            (
                "[m.split(b':')[1] for m in r.lrange('q', 0, -1)]",
                "LRANGE q 0 -1",
                pairs,
                "[b'21.5', b'21.7']",
                "[b'1:21.5', b'2:21.7']",
            ),
            ("print('both:', r.sintercard(2, ['a', 'b']))", "SINTERCARD 2 a b", ":2\r\n", "both: 2\n", "2"),
            ("print('n:', r.incrby('(v', f(5)), 'x')", "INCRBY (v 5", ":5\r\n", "n: 5 x\n", "5"),
        ] {
            assert!(shows(source, command, reply, printed, wanted), "{source} printed {printed}");
        }
    }

    #[test]
    fn what_was_typed_is_no_evidence_and_neither_is_a_part_or_another_reply() {
        let (alice, ten) = ("$5\r\nAlice\r\n", "$2\r\n10\r\n");
        let list = "*2\r\n$2\r\nt1\r\n$2\r\nt2\r\n";
        for (source, command, reply, printed, wanted) in [
            ("r.get('n'); print('Alice')", "GET n", alice, "Alice\n", "b'Alice'"),
            ("print(r.get('n'))", "GET n", "$3\r\nBob\r\n", "b'Bob' Alice\n", "b'Alice'"),
            ("r.get('n'); print('Alice'.strip())", "GET n", alice, "Alice\n", "b'Alice'"),
            ("print(100)", "GET v", ten, "100\n", "b'10'"),
            ("print('both:', r.sintercard(2, ['a']), 2)", "SINTERCARD 2 a", ":3\r\n", "both: 3 2\n", "2"),
            ("print(x)", "GET v", ten, "-10 10.5 v10\n", "b'10'"),
            ("loop", "LRANGE q 0 -1", list, "t2 t1\n", "[b't1', b't2']"),
            ("loop", "LRANGE q 0 -1", list, "t1\n", "[b't1', b't2']"),
            ("loop", "LRANGE q 0 -1", "*2\r\n$1\r\na\r\n$1\r\na\r\n", "a\n", "[b'a', b'a']"),
            ("x = r.get('n')", "GET n", alice, "", "b'Alice'"),
            ("print(x)", "LRANGE q 0 -1", list, "2\n", "2"),
            ("print(len(r.lrange('q', 0, -1)) + 1)", "LRANGE q 0 -1", list, "3\n", "3"),
            ("r.lrange('q', 0, 5)", "LRANGE q 0 5", "*0\r\n", "[]\n", "[]"),
        ] {
            assert!(!shows(source, command, reply, printed, wanted), "{source} printed {printed}");
        }
    }

    #[test]
    fn a_computed_value_is_shown_if_it_stands_alone_beside_typed_words() {
        for (source, printed, wanted, expected) in [
            ("print(f\"Views: {int(r.get('v')) + 1}\")", "Views: 11\n", "11", true),
            ("print('places', places)", "places [3, 1, 2]\n", "[3, 1, 2]", true),
            ("sorted(a - b)", "[b'databases', b'tech']\n", "{b'tech', b'databases'}", true),
            ("print(page())", "<h1>Hi</h1>\n", "b'<h1>Hi</h1>'", true),
            ("p.execute()", "[{b'python'}]\n", "{b'python'}", true),
            ("for place in places: print(place)", "3\n1\n2\n", "[3, 1, 2]", true),
            ("for item in allowed: print(item)", "True\nTrue\nFalse\n", "[True, True, False]", true),
            ("{n: place(n) for n in ('Alice', 'Bob')}", "{'Alice': 3, 'Bob': 1}\n", "[3, 1]", false),
            ("p.execute()", "[2, {b'python'}]\n", "{b'python'}", false),
            ("print(r.lrange('q', 0, -1))", "[b'3', b'11', b'1']\n", "11", false),
            ("print(11)", "11\n", "11", false),
            ("print(places)", "[3, 2, 1]\n", "[3, 1, 2]", false),
            ("", "", "11", false),
        ] {
            let submission = Submission { source: source.into(), output: printed.into(), ..Submission::default() };
            assert_eq!(shows_alone(&submission, wanted), expected, "{source} printed {printed}");
        }
    }

    #[test]
    fn a_caught_error_counts_if_its_message_is_printed() {
        let message = "WRONGTYPE Operation against a key holding the wrong kind of value";
        let reply = resp::value::Value::Error(message.into());
        let exchanges = [Exchange { client: "main".into(), command: words("HSET a b c"), reply }];
        let caught = |output: &str| Submission {
            client: "main".into(),
            source: "try: ...".into(),
            output: output.into(),
            commands: vec![words("HSET a b c")],
            ..Submission::default()
        };
        assert!(shows_error(&caught(&format!("{message}\n")), &exchanges, "WRONGTYPE"));
        assert!(!shows_error(&caught("it went wrong\n"), &exchanges, "WRONGTYPE"));
        assert!(!shows_error(&caught(&format!("{message}\n")), &exchanges, "NOSCRIPT"));
    }
}
