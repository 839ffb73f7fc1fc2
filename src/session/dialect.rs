//! What an input is: Python, a line of redis-cli, a command to the tutor; and where one input ends and the next begins.

use python_kernel::syntax::{self, Completeness};
use redis_engine::commands;

/// What a piece of input is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Python(String),
    Cli(String),
    /// A line of redis-cli if its first word is no name of the learner's, else Python.
    CliUnlessBound(String),
    Tutor(String),
}

impl Input {
    /// What was typed.
    pub fn text(&self) -> &str {
        match self {
            Input::Python(text) | Input::Cli(text) | Input::CliUnlessBound(text) | Input::Tutor(text) => text,
        }
    }
}

/// Which dialect the learner asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Python, and lines of redis-cli where they can be told apart.
    #[default]
    Both,
    Python,
    Cli,
}

/// Words that are commands to the tutor when they stand alone, without a colon.
const BARE_WORDS: [&str; 5] = ["help", "hint", "skip", "quit", "exit"];

/// Takes an input apart. In what was pasted, each part is one of Python, redis-cli or the tutor's.
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
    // Lines of other kinds stand among Python's: they end the Python before them.
    let mut parts = Vec::new();
    let mut python = String::new();
    for line in text.lines() {
        let is_inside = syntax::completeness(&python) == Completeness::Incomplete && !python.trim().is_empty();
        let other = match line_input(line, dialect) {
            other @ (Input::Cli(_) | Input::Tutor(_) | Input::CliUnlessBound(_)) if !line.starts_with([' ', '\t']) => {
                other
            }
            _ => Input::Python(String::new()),
        };
        let ends_block =
            !matches!(other, Input::Python(_)) && (!is_inside || syntax::split_statements(&python).is_ok());
        if ends_block {
            if !python.trim().is_empty() {
                parts.push(Input::Python(std::mem::take(&mut python)));
            }
            python.clear();
            parts.push(other);
        } else {
            python.push_str(line);
            python.push('\n');
        }
    }
    if !python.trim().is_empty() {
        parts.push(Input::Python(python));
    }
    parts
}

/// The submissions of an answer, a line or a block each, as a learner would enter them one after the other.
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

/// Whether the prompt should wait for more lines.
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

/// Whether an input would write a file, or open a port.
pub fn reaches_out(input: &Input) -> bool {
    let Input::Tutor(line) = input else { return false };
    let name = line.trim_start_matches(':').trim_start();
    ["save", "serve"].iter().any(|reaching| name.starts_with(reaching))
}

/// What a single line is.
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

/// The prompts that a pasted session carries.
const PROMPTS: [&str; 2] = [">>> ", "... "];

/// A pasted session without its prompts and without what was printed: `>>> r.get('a')` and the line `b'1'` after it
/// become `r.get('a')`. Other text stays as it is.
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
    // One line stays one line.
    if kept.lines().count() <= 1 { kept.trim_end_matches('\n').to_owned() } else { kept }
}

fn is_cli_prompt(line: &str) -> bool {
    after_cli_prompt(line).is_some()
}

/// What follows `127.0.0.1:6379> `, `127.0.0.1:6379[2]> `, `localhost:6379(TX)> `.
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
    fn lines_are_told_apart() {
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

    #[test]
    fn answers_are_entered_one_by_one() {
        let answer = "x = 1\nfor i in range(2):\n    r.incr('a')\n:client worker-1\nLPOP q\nr.get('a')\n";
        let entered = ["x = 1", "for i in range(2):\n    r.incr('a')", ":client worker-1", "LPOP q", "r.get('a')"];
        assert_eq!(submissions(answer), entered);
    }

    #[test]
    fn blocks_and_brackets_want_more() {
        for text in ["for i in range(3):", "for i in range(3):\n    i", "r.set(", "x = '''", "@d"] {
            assert!(is_incomplete(text, Dialect::Both), "{text}");
        }
        for text in ["r.set('a', 1)", "SET a \"x", ":hint", "x = 'a", "for i in range(3):\n    i\n"] {
            assert!(!is_incomplete(text, Dialect::Both), "{text}");
        }
    }
}
