//! The rule by which a recording of the real three and our own run of a script are held against each other.
//! `scripts/truths/compare.py` is the same rule; change both together.
//!
//! - Statements pair up by position; `input` is not compared.
//! - The members of a set may come in any order; an address (`0x7f...`) is masked.
//! - An error of redis agrees to the letter; any other by the name of its type, since wordings change between Pythons.
//! - Commands agree as lists; SCAN and its kin are left out, because an iteration may take any number of calls. Where
//!   the recording holds `null`, its script says that they differ, and they are not compared.

use serde_json::Value;

/// What one statement said and did.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub input: String,
    pub output: String,
    pub error: Option<Failure>,
    /// None where they are not to be compared.
    pub commands: Option<Vec<Vec<String>>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The qualified class, `redis.exceptions.ResponseError`.
    pub kind: String,
    pub message: String,
}

/// The records of a text with one JSON object a line; a line that is no record is an error that names it.
pub fn records(text: &str) -> Result<Vec<Record>, String> {
    text.split('\n').filter(|line| !line.is_empty()).map(record).collect()
}

fn record(line: &str) -> Result<Record, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not JSON ({error}): {line}"))?;
    read_record(&value).ok_or_else(|| format!("not a record with input, output, error and commands: {line}"))
}

fn read_record(value: &Value) -> Option<Record> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let error = match value.get("error")? {
        Value::Null => None,
        error => Some(Failure { kind: text(error.get("type")?)?, message: text(error.get("message")?)? }),
    };
    let words = |command: &Value| command.as_array()?.iter().map(text).collect::<Option<Vec<_>>>();
    let commands = match value.get("commands")? {
        Value::Null => None,
        commands => Some(commands.as_array()?.iter().map(words).collect::<Option<Vec<_>>>()?),
    };
    Some(Record { input: text(value.get("input")?)?, output: text(value.get("output")?)?, error, commands })
}

/// One readable text for each statement on which the two part.
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
        (None, Some(ours)) => return Some(format!("{}\n  is one too many in ours", ours.input)),
        (None, None) => return None,
    };
    if normal(&truth.output) != normal(&ours.output) || !same_error(truth.error.as_ref(), ours.error.as_ref()) {
        return Some(format!("{}\n  truth {}\n  ours  {}", truth.input, said(truth), said(ours)));
    }
    let (Some(expected), Some(sent)) = (&truth.commands, &ours.commands) else { return None };
    if without_scans(expected) != without_scans(sent) {
        let shown = |commands| shortened(format!("{commands:?}"));
        return Some(format!("{}\n  truth sent {}\n  ours sent  {}", truth.input, shown(expected), shown(sent)));
    }
    None
}

fn said(record: &Record) -> String {
    let output = shortened(format!("{:?}", record.output));
    match &record.error {
        Some(error) => format!("{output} {}: {}", error.kind, error.message),
        None => output,
    }
}

/// The text, cut where it would bury the other differences.
fn shortened(text: String) -> String {
    const MOST: usize = 1000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

fn same_error(truth: Option<&Failure>, ours: Option<&Failure>) -> bool {
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

fn normal(output: &str) -> Vec<String> {
    output.lines().map(normal_line).collect()
}

fn normal_line(line: &str) -> String {
    let line = without_addresses(line.trim_end());
    if !line.contains('{') {
        return line;
    }
    Literal::normal(&line).unwrap_or(line)
}

/// The line with every `0x` that six or more hexadecimal digits follow shown as `0x…`.
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

/// A reader of Python literals, as `ast.literal_eval` takes them, that puts the members of sets in order.
struct Literal<'a> {
    rest: &'a str,
}

impl<'a> Literal<'a> {
    /// The literal's text with its sets sorted; none when the line is anything else.
    fn normal(line: &'a str) -> Option<String> {
        let mut literal = Literal { rest: line };
        let text = literal.value()?;
        literal.skip_blanks();
        literal.rest.is_empty().then_some(text)
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let stripped = self.rest.strip_prefix(token);
        self.rest = stripped.unwrap_or(self.rest);
        stripped.is_some()
    }

    fn value(&mut self) -> Option<String> {
        self.skip_blanks();
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
                // `(1)` is 1, `(1,)` a tuple.
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

    /// A string or bytes literal as it stands, quotes and all; `prefix` letters come before the quote.
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

    fn said(output: &str) -> Record {
        Record { input: "x".to_owned(), output: output.to_owned(), error: None, commands: Some(Vec::new()) }
    }

    fn raised(kind: &str, message: &str) -> Record {
        Record { error: Some(Failure { kind: kind.to_owned(), message: message.to_owned() }), ..said("") }
    }

    fn sending(commands: &[&[&str]]) -> Record {
        let words = |command: &&[&str]| command.iter().map(|&word| word.to_owned()).collect();
        Record { commands: Some(commands.iter().map(words).collect()), ..said("") }
    }

    fn agree(one: Record, other: Record) -> bool {
        differences(&[one], &[other]).is_empty()
    }

    #[test]
    fn outputs_agree_line_by_line_but_for_the_order_of_sets_and_addresses() {
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
            assert!(agree(said(one), said(other)), "{one} and {other} agree");
        }
        let parting = [
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
        for (one, other) in parting {
            assert!(!agree(said(one), said(other)), "{one} and {other} part");
        }
    }

    #[test]
    fn errors_of_redis_agree_to_the_letter_and_others_by_type() {
        assert!(agree(raised("KeyError", "'a'"), raised("KeyError", "'b'")));
        assert!(agree(raised("__console__.Mine", "x"), raised("__main__.Mine", "y")));
        assert!(!agree(raised("KeyError", "'a'"), raised("IndexError", "'a'")));
        assert!(!agree(raised("KeyError", "'a'"), said("")));
        let kind = "redis.exceptions.ResponseError";
        assert!(agree(raised(kind, "syntax error"), raised(kind, "syntax error ")));
        assert!(!agree(raised(kind, "syntax error"), raised(kind, "Syntax error")));
    }

    #[test]
    fn commands_agree_as_lists_without_the_scans() {
        assert!(agree(sending(&[&["GET", "a"]]), sending(&[&["GET", "a"]])));
        assert!(agree(sending(&[&["SCAN", "0"], &["GET", "a"]]), sending(&[&["GET", "a"], &["hscan", "h", "0"]])));
        assert!(!agree(sending(&[&["GET", "a"]]), sending(&[&["GET", "b"]])));
        assert!(!agree(sending(&[&["GET", "a"]]), sending(&[])));
        assert!(agree(Record { commands: None, ..said("") }, sending(&[&["GET", "a"]])));
    }

    #[test]
    fn a_missing_or_surplus_statement_is_a_difference() {
        assert_eq!(differences(&[said("1")], &[]).len(), 1);
        assert_eq!(differences(&[], &[said("1")]).len(), 1);
    }

    #[test]
    fn records_are_read_whole_or_refused() {
        let line = r#"{"input": "f()", "output": "", "error": {"type": "NameError", "message": "m"}, "commands": [["GET", "a"]]}"#;
        let read = records(&format!("{line}\n")).expect("the line is a record");
        assert_eq!(read[0].error.as_ref().map(|error| error.kind.as_str()), Some("NameError"));
        assert_eq!(read[0].commands, Some(vec![vec!["GET".to_owned(), "a".to_owned()]]));
        assert!(records("{\"input\": \"f()\"}").is_err());
        assert!(records("Traceback").is_err());
    }
}
