//! Splits what was entered into inputs, and distinguishes Python, redis-cli lines and tutor commands.

use python_kernel::syntax::{self, Completeness};
use redis_engine::commands;

/// An input of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Python(String),
    Cli(String),
    /// A line that is Python if its first word is a name in the learner's Python, and otherwise redis-cli.
    CliUnlessBound(String),
    Tutor(String),
}

impl Input {
    /// Returns the text as it was typed.
    pub fn text(&self) -> &str {
        match self {
            Input::Python(text) | Input::Cli(text) | Input::CliUnlessBound(text) | Input::Tutor(text) => text,
        }
    }
}

/// The kinds of input that the prompt accepts besides tutor commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// The prompt accepts Python, and redis-cli lines that cannot be mistaken for Python.
    #[default]
    Both,
    Python,
    Cli,
}

/// Words that are tutor commands even without a colon, if they are the only word on the line.
const BARE_WORDS: [&str; 5] = ["help", "hint", "skip", "quit", "exit"];

/// Maximum number of bytes of Python that are parsed to find the lines of other kinds in the input. Otherwise, a string
/// that is never closed, with thousands of redis-cli lines after it, would be parsed again for each line, and the
/// prompt would not respond for minutes.
const MAX_PARSED_BYTES: usize = 2 << 20;

/// Splits `text`, which may have been pasted, into inputs of one kind each.
pub fn inputs(text: &str, dialect: Dialect) -> Vec<Input> {
    let text = unprompted(text);
    let text = text.as_str();
    if dialect == Dialect::Cli {
        return text.lines().filter(|line| !line.trim().is_empty()).map(cli_or_tutor).collect();
    }
    if !text.contains('\n') {
        let line = text.trim_end();
        return if line.trim().is_empty() { Vec::new() } else { vec![line_input(line, dialect)] };
    }
    if syntax::split_statements(text).is_ok() {
        return vec![Input::Python(text.into())];
    }
    // A line of another kind ends the Python source that precedes it.
    let mut parts = Vec::new();
    let mut python = String::new();
    let mut parse_budget = MAX_PARSED_BYTES;
    for line in text.lines() {
        let other = match line_input(line, dialect) {
            other @ (Input::Cli(_) | Input::Tutor(_) | Input::CliUnlessBound(_)) if !line.starts_with([' ', '\t']) => {
                Some(other)
            }
            _ => None,
        };
        match other {
            Some(other) if ends_python(&python, &mut parse_budget) => {
                if !python.trim().is_empty() {
                    parts.push(Input::Python(std::mem::take(&mut python)));
                }
                python.clear();
                parts.push(other);
            }
            _ => {
                python.push_str(line);
                python.push('\n');
            }
        }
    }
    if !python.trim().is_empty() {
        parts.push(Input::Python(python));
    }
    parts
}

/// Returns whether a line of another kind may end this Python source. An incomplete source continues on the next line.
/// Subtracts the cost of parsing from `budget`. When the budget is used up, the rest of the input counts as Python.
fn ends_python(python: &str, budget: &mut usize) -> bool {
    if python.trim().is_empty() {
        return true;
    }
    let Some(left) = budget.checked_sub(python.len()) else { return false };
    *budget = left;
    syntax::completeness(python) != Completeness::Incomplete || syntax::split_statements(python).is_ok()
}

/// Splits an answer into submissions as a learner would enter them: single lines, or whole blocks.
pub fn submissions(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for input in inputs(text, Dialect::Both) {
        match input {
            Input::Python(source) => match syntax::split_statements(&source) {
                Ok(statements) => all.extend(statements.into_iter().map(|statement| statement.source)),
                Err(_) => all.push(source),
            },
            Input::Cli(line) | Input::CliUnlessBound(line) | Input::Tutor(line) => all.push(line),
        }
    }
    all
}

/// Returns whether the prompt should wait for more lines.
pub fn is_incomplete(text: &str, dialect: Dialect) -> bool {
    if dialect == Dialect::Cli {
        return false;
    }
    let text = unprompted(text);
    if !text.contains('\n') && !matches!(line_input(&text, dialect), Input::Python(_)) {
        return false;
    }
    syntax::completeness(&text) == Completeness::Incomplete
}

fn cli_or_tutor(line: &str) -> Input {
    let line = line.trim();
    if is_tutor(line) { Input::Tutor(line.into()) } else { Input::Cli(line.into()) }
}

fn is_tutor(line: &str) -> bool {
    line.starts_with(':') || BARE_WORDS.contains(&line)
}

/// Classifies a single line.
fn line_input(line: &str, dialect: Dialect) -> Input {
    let trimmed = line.trim();
    if is_tutor(trimmed) {
        return Input::Tutor(trimmed.into());
    }
    let python = || Input::Python(line.to_owned());
    if dialect == Dialect::Python || line.starts_with([' ', '\t']) {
        return python();
    }
    let first = trimmed.split_whitespace().next().unwrap_or_default();
    if commands::by_name(first).is_none() {
        return python();
    }
    let is_python = !matches!(syntax::completeness(&format!("{trimmed}\n")), Completeness::Invalid);
    if !is_python {
        return Input::Cli(trimmed.into());
    }
    let in_capitals = first.chars().all(|c| c.is_ascii_uppercase());
    if in_capitals { Input::CliUnlessBound(trimmed.into()) } else { python() }
}

/// Python's prompts, which a pasted session contains.
const PROMPTS: [&str; 2] = [">>> ", "... "];

/// Removes the prompts and the output from a pasted session: `>>> r.get('a')` and the line `b'1'` after it
/// become `r.get('a')`. Other text is returned unchanged.
fn unprompted(text: &str) -> String {
    let first = text.trim_start();
    if !(first.starts_with(">>>") || is_cli_prompt(first.lines().next().unwrap_or_default())) {
        return text.to_owned();
    }
    let mut kept = String::new();
    for line in text.lines() {
        let line = line.trim_start_matches(' ');
        let python = PROMPTS.iter().find_map(|prompt| line.strip_prefix(prompt));
        let bare = (line.trim_end() == ">>>" || line.trim_end() == "...").then_some("");
        if let Some(code) = python.or(bare).or_else(|| after_cli_prompt(line)) {
            kept.push_str(code);
            kept.push('\n');
        }
    }
    // A single line has no line break at its end.
    if kept.lines().count() <= 1 { kept.trim_end_matches('\n').to_owned() } else { kept }
}

fn is_cli_prompt(line: &str) -> bool {
    after_cli_prompt(line).is_some()
}

/// Returns the text after redis-cli's prompt: `127.0.0.1:6379> `, `127.0.0.1:6379[2]> `, `localhost:6379(TX)> `.
fn after_cli_prompt(line: &str) -> Option<&str> {
    let (prompt, rest) = line.split_once("> ")?;
    let (host, port) = prompt.rsplit_once(':')?;
    let port = port.trim_end_matches("(TX)");
    let port = port.split_once('[').map_or(port, |(port, _)| port);
    let is_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    (is_host && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<String> {
        inputs(text, Dialect::Both)
            .into_iter()
            .map(|input| match input {
                Input::Python(s) => format!("python {s:?}"),
                Input::Cli(s) => format!("cli {s:?}"),
                Input::CliUnlessBound(s) => format!("cli? {s:?}"),
                Input::Tutor(s) => format!("tutor {s:?}"),
            })
            .collect()
    }

    #[test]
    fn kinds_of_lines_are_distinguished() {
        for (text, kind) in [
            ("r.get('a')", "python \"r.get('a')\""),
            ("HGETALL user:1000", "cli \"HGETALL user:1000\""),
            ("set a 1", "cli \"set a 1\""),
            ("PING", "cli? \"PING\""),
            ("type", "python \"type\""),
            ("set(a)", "python \"set(a)\""),
            ("print(1)", "python \"print(1)\""),
            (":hint", "tutor \":hint\""),
            ("exit", "tutor \"exit\""),
            ("exit()", "python \"exit()\""),
            ("foo bar", "python \"foo bar\""),
        ] {
            assert_eq!(kinds(text), [kind], "{text}");
        }
        assert!(kinds("  ").is_empty());
    }

    #[test]
    fn pasted_sessions_lose_prompts_and_output() {
        assert_eq!(kinds(">>> r.get('a')\nb'1'\n"), ["python \"r.get('a')\""]);
        assert_eq!(
            kinds("127.0.0.1:6379[2]> GET a\n\"1\"\n127.0.0.1:6379[2]> GET b"),
            ["cli \"GET a\"", "cli \"GET b\""]
        );
        assert_eq!(
            kinds(">>> for i in range(2):\n...     i\n...\n0\n1"),
            ["python \"for i in range(2):\\n    i\\n\\n\""]
        );
    }

    /// Parsing everything before each line would take minutes for the inputs below.
    #[test]
    fn long_texts_with_a_syntax_error_are_split_quickly() {
        let lines = |line: &str| format!("{line}\n").repeat(20_000);
        let invalid = lines("x7 = 7") + "x = = 1\n";
        assert_eq!(inputs(&invalid, Dialect::Both), [Input::Python(invalid.clone())]);
        let commands = inputs(&(invalid + "GET a\nGET b\n"), Dialect::Both);
        assert_eq!(commands[1..], [Input::Cli("GET a".into()), Input::Cli("GET b".into())]);
        let unclosed = "x = '''\n".to_owned() + &lines("GET a");
        assert_eq!(inputs(&unclosed, Dialect::Both), [Input::Python(unclosed.clone())]);
    }

    #[test]
    fn an_answer_is_split_into_submissions() {
        let answer = "x = 1\nfor i in range(2):\n    r.incr('a')\n:client worker-1\nLPOP q\nr.get('a')\n";
        let entered = ["x = 1", "for i in range(2):\n    r.incr('a')", ":client worker-1", "LPOP q", "r.get('a')"];
        assert_eq!(submissions(answer), entered);
    }

    #[test]
    fn open_blocks_and_brackets_are_incomplete() {
        for text in ["for i in range(3):", "for i in range(3):\n    i", "r.set(", "x = '''", "@d"] {
            assert!(is_incomplete(text, Dialect::Both), "{text}");
        }
        for text in ["r.set('a', 1)", "SET a \"x", ":hint", "x = 'a", "for i in range(3):\n    i\n"] {
            assert!(!is_incomplete(text, Dialect::Both), "{text}");
        }
    }
}
