//! Compares the program's output for a script with the recorded output of CPython, redis-py and Redis.
//! `scripts/truths/compare.py` implements the same rules. Both files must be changed together. The rules are:
//!
//! - Statements are compared by position. Their text (`input`) is not compared.
//! - The members of a set may be in any order. Addresses (`0x7f...`) are masked.
//! - redis-py errors must be equal. Other errors must only have the same type, because Python's messages differ between
//!   versions.
//! - The commands sent to Redis must be equal, except for SCAN, HSCAN, SSCAN and ZSCAN, because an iteration may take
//!   any number of calls. If the recording contains `null`, the commands are not compared, because the script states
//!   that they differ.

use serde_json::Value;

/// A statement with its output, its error, and the commands that it sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub input: String,
    pub output: String,
    pub error: Option<RaisedError>,
    /// The commands sent to Redis, or `None` if they must not be compared.
    pub commands: Option<Vec<Vec<String>>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RaisedError {
    /// The qualified class name, such as `redis.exceptions.ResponseError`.
    pub kind: String,
    pub message: String,
}

/// Parses a recording, which contains one JSON object per statement, each on its own line.
///
/// # Errors
/// Returns an error that quotes the first line that is not a record.
pub fn parse_records(text: &str) -> Result<Vec<Record>, String> {
    text.split('\n').filter(|line| !line.is_empty()).map(parse_record).collect()
}

fn parse_record(line: &str) -> Result<Record, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not JSON ({error}): {line}"))?;
    record_from_json(&value).ok_or_else(|| format!("not a record with input, output, error and commands: {line}"))
}

fn record_from_json(value: &Value) -> Option<Record> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let error = match value.get("error")? {
        Value::Null => None,
        error => Some(RaisedError { kind: text(error.get("type")?)?, message: text(error.get("message")?)? }),
    };
    let words = |command: &Value| command.as_array()?.iter().map(text).collect::<Option<Vec<_>>>();
    let commands = match value.get("commands")? {
        Value::Null => None,
        commands => Some(commands.as_array()?.iter().map(words).collect::<Option<Vec<_>>>()?),
    };
    Some(Record { input: text(value.get("input")?)?, output: text(value.get("output")?)?, error, commands })
}

/// Describes each statement for which the recorded output and ours differ.
pub fn differences(truth: &[Record], ours: &[Record]) -> Vec<String> {
    (0..truth.len().max(ours.len()))
        .filter_map(|position| {
            difference(truth.get(position), ours.get(position))
                .map(|text| format!("statement {}: {text}", position + 1))
        })
        .collect()
}

fn difference(truth: Option<&Record>, ours: Option<&Record>) -> Option<String> {
    let (truth, ours) = match (truth, ours) {
        (Some(truth), Some(ours)) => (truth, ours),
        (Some(truth), None) => return Some(format!("{}\n  is missing from ours", truth.input)),
        (None, Some(ours)) => return Some(format!("{}\n  is only in ours", ours.input)),
        (None, None) => return None,
    };
    if normalized(&truth.output) != normalized(&ours.output)
        || !is_same_error(truth.error.as_ref(), ours.error.as_ref())
    {
        return Some(format!("{}\n  truth {}\n  ours  {}", truth.input, outcome(truth), outcome(ours)));
    }
    let (Some(expected), Some(sent)) = (&truth.commands, &ours.commands) else { return None };
    if without_scans(expected) != without_scans(sent) {
        let shown = |commands| shortened(format!("{commands:?}"));
        return Some(format!("{}\n  truth sent {}\n  ours sent  {}", truth.input, shown(expected), shown(sent)));
    }
    None
}

/// Returns a statement's output and error on one line.
fn outcome(record: &Record) -> String {
    let output = shortened(format!("{:?}", record.output));
    match &record.error {
        Some(error) => format!("{output} {}: {}", error.kind, error.message),
        None => output,
    }
}

/// Truncates a long string, so that it does not hide the other differences.
fn shortened(text: String) -> String {
    const MAX_CHARACTERS: usize = 1000;
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

fn is_same_error(truth: Option<&RaisedError>, ours: Option<&RaisedError>) -> bool {
    match (truth, ours) {
        (None, None) => true,
        (Some(truth), Some(ours)) => {
            let class = |kind: &str| kind.rsplit('.').next().map(str::to_owned);
            class(&truth.kind) == class(&ours.kind)
                && (!truth.kind.starts_with("redis.") || truth.message.trim() == ours.message.trim())
        }
        _ => false,
    }
}

fn without_scans(commands: &[Vec<String>]) -> Vec<&Vec<String>> {
    let iterates = |command: &Vec<String>| command.first().is_some_and(|name| name.to_uppercase().contains("SCAN"));
    commands.iter().filter(|command| !iterates(command)).collect()
}

fn normalized(output: &str) -> Vec<String> {
    output.lines().map(normalized_line).collect()
}

fn normalized_line(line: &str) -> String {
    let line = without_addresses(line.trim_end());
    if !line.contains('{') {
        return line;
    }
    LiteralReader::normalized(&line).unwrap_or(line)
}

/// Masks addresses by replacing six or more hexadecimal digits after `0x` with `…`.
fn without_addresses(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("0x") {
        let digits = &rest[at + 2..];
        let end = digits.find(|c: char| !matches!(c, '0'..='9' | 'a'..='f')).unwrap_or(digits.len());
        masked.push_str(&rest[..at + 2]);
        masked.push_str(if end >= 6 { "…" } else { &digits[..end] });
        rest = &digits[end..];
    }
    masked + rest
}

/// A reader for the Python literals that `ast.literal_eval` accepts. It sorts the members of sets.
struct LiteralReader<'a> {
    rest: &'a str,
}

impl<'a> LiteralReader<'a> {
    /// Parses a line as a literal, and returns the literal with its sets sorted. Returns `None` if the line is not a
    /// literal.
    fn normalized(line: &'a str) -> Option<String> {
        let mut literal = LiteralReader { rest: line };
        let text = literal.value()?;
        literal.skip_spaces();
        literal.rest.is_empty().then_some(text)
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_spaces();
        let stripped = self.rest.strip_prefix(token);
        self.rest = stripped.unwrap_or(self.rest);
        stripped.is_some()
    }

    fn value(&mut self) -> Option<String> {
        self.skip_spaces();
        match self.rest.chars().next()? {
            '(' => self.sequence("(", ")"),
            '[' => self.sequence("[", "]"),
            '{' => self.set_or_dict(),
            '\'' | '"' => self.string(0),
            'b' if self.rest[1..].starts_with(['\'', '"']) => self.string(1),
            '0'..='9' | '-' | '+' | '.' => self.number(),
            _ => ["True", "False", "None", "set()"].into_iter().find(|word| self.take(word)).map(str::to_owned),
        }
    }

    fn sequence(&mut self, open: &str, close: &str) -> Option<String> {
        self.take(open);
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.value()?);
            if !self.take(",") {
                self.take(close).then_some(())?;
                // The trailing comma must be kept, because `(1)` is the number 1, and `(1,)` is a tuple.
                return Some(format!("{open}{}{close}", items.join(", ")));
            }
        }
        Some(format!("{open}{},{close}", items.join(", ")))
    }

    fn set_or_dict(&mut self) -> Option<String> {
        self.take("{");
        let (mut items, mut is_set) = (Vec::new(), false);
        while !self.take("}") {
            let item = self.value()?;
            if self.take(":") {
                items.push(format!("{item}: {}", self.value()?));
            } else {
                is_set = true;
                items.push(item);
            }
            if !self.take(",") {
                self.take("}").then_some(())?;
                break;
            }
        }
        if is_set {
            items.sort();
        }
        Some(format!("{{{}}}", items.join(", ")))
    }

    /// Consumes a string or bytes literal, and returns it with its quotes. `prefix` is the number of letters before the
    /// opening quote.
    fn string(&mut self, prefix: usize) -> Option<String> {
        let quote = self.rest[prefix..].chars().next()?;
        let mut escaped = false;
        for (at, c) in self.rest.char_indices().skip(prefix + 1) {
            if !escaped && c == quote {
                let (text, rest) = self.rest.split_at(at + 1);
                self.rest = rest;
                return Some(text.to_owned());
            }
            escaped = !escaped && c == '\\';
        }
        None
    }

    fn number(&mut self) -> Option<String> {
        let mut previous = ' ';
        let belongs = |c: char, previous: char| {
            c.is_ascii_alphanumeric() || c == '.' || (matches!(c, '+' | '-') && matches!(previous, ' ' | 'e'))
        };
        let mut end = 0;
        for c in self.rest.chars() {
            if !belongs(c, previous) {
                break;
            }
            (previous, end) = (c, end + 1);
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.contains(|c: char| c.is_ascii_digit()).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record_with_output(output: &str) -> Record {
        Record { input: "x".to_owned(), output: output.to_owned(), error: None, commands: Some(Vec::new()) }
    }

    fn record_with_error(kind: &str, message: &str) -> Record {
        Record {
            error: Some(RaisedError { kind: kind.to_owned(), message: message.to_owned() }),
            ..record_with_output("")
        }
    }

    fn record_with_commands(commands: &[&[&str]]) -> Record {
        let words = |command: &&[&str]| command.iter().map(|&word| word.to_owned()).collect();
        Record { commands: Some(commands.iter().map(words).collect()), ..record_with_output("") }
    }

    fn do_agree(one: Record, other: Record) -> bool {
        differences(&[one], &[other]).is_empty()
    }

    #[test]
    fn outputs_are_compared_by_line_ignoring_addresses_and_the_order_of_sets() {
        let agreeing = [
            ("1\n", "1\n"),
            ("1  \n", "1\n"),
            ("{b'a', b'b'}", "{b'b', b'a'}"),
            ("[{1, 2}, {'k': {3, 4}}]", "[{2, 1}, {'k': {4, 3}}]"),
            (r"{'a\'}', 'b'}", r"{'b', 'a\'}'}"),
            ("({1.5, -2e-10},)", "({-2e-10, 1.5},)"),
            ("<A at 0x7f00aabbcc>", "<A at 0x55ddee112233>"),
        ];
        for (one, other) in agreeing {
            assert!(do_agree(record_with_output(one), record_with_output(other)), "{one} and {other} agree");
        }
        let differing = [
            ("1", "2"),
            ("1\n2", "1"),
            ("{b'a', b'b'}", "{b'a', b'c'}"),
            ("{b'a', b'b'}", "[b'a', b'b']"),
            ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
            ("tags {1, 2}", "tags {2, 1}"),
            ("{f(1), 2}", "{2, f(1)}"),
            ("((1,), {2})", "((1), {2})"),
            ("0x1f", "0x2f"),
        ];
        for (one, other) in differing {
            assert!(!do_agree(record_with_output(one), record_with_output(other)), "{one} and {other} differ");
        }
    }

    #[test]
    fn redis_errors_are_compared_exactly_and_others_by_type() {
        assert!(do_agree(record_with_error("KeyError", "'a'"), record_with_error("KeyError", "'b'")));
        assert!(do_agree(record_with_error("__console__.Mine", "x"), record_with_error("__main__.Mine", "y")));
        assert!(!do_agree(record_with_error("KeyError", "'a'"), record_with_error("IndexError", "'a'")));
        assert!(!do_agree(record_with_error("KeyError", "'a'"), record_with_output("")));
        let kind = "redis.exceptions.ResponseError";
        assert!(do_agree(record_with_error(kind, "syntax error"), record_with_error(kind, "syntax error ")));
        assert!(!do_agree(record_with_error(kind, "syntax error"), record_with_error(kind, "Syntax error")));
    }

    #[test]
    fn commands_are_compared_without_scans() {
        assert!(do_agree(record_with_commands(&[&["GET", "a"]]), record_with_commands(&[&["GET", "a"]])));
        assert!(do_agree(
            record_with_commands(&[&["SCAN", "0"], &["GET", "a"]]),
            record_with_commands(&[&["GET", "a"], &["hscan", "h", "0"]])
        ));
        assert!(!do_agree(record_with_commands(&[&["GET", "a"]]), record_with_commands(&[&["GET", "b"]])));
        assert!(!do_agree(record_with_commands(&[&["GET", "a"]]), record_with_commands(&[])));
        assert!(do_agree(Record { commands: None, ..record_with_output("") }, record_with_commands(&[&["GET", "a"]])));
    }

    #[test]
    fn a_missing_or_surplus_statement_is_a_difference() {
        assert_eq!(differences(&[record_with_output("1")], &[]).len(), 1);
        assert_eq!(differences(&[], &[record_with_output("1")]).len(), 1);
    }

    #[test]
    fn incomplete_records_are_errors() {
        let line = r#"{"input": "f()", "output": "", "error": {"type": "NameError", "message": "m"}, "commands": [["GET", "a"]]}"#;
        let parsed = parse_records(&format!("{line}\n")).expect("the line is a record");
        assert_eq!(parsed[0].error.as_ref().map(|error| error.kind.as_str()), Some("NameError"));
        assert_eq!(parsed[0].commands, Some(vec![vec!["GET".to_owned(), "a".to_owned()]]));
        assert!(parse_records("{\"input\": \"f()\"}").is_err());
        assert!(parse_records("Traceback").is_err());
    }
}
