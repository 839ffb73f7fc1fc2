//! Splits entered text into inputs, and tells Python, redis-cli lines and tutor commands apart.

use crate::bare_words::BARE_WORDS;
use python_kernel::syntax::{self, Completeness};
use redis_engine::commands;

/// An input, classified by its kind: Python, a redis-cli line, or a tutor command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Python(String),
    Cli(String),
    /// A line such as `PING`, `ping` or `del a`. It is Python if the learner's Python process has defined the name, and
    /// a redis-cli line otherwise.
    CliUnlessBound(String),
    Tutor(String),
}

impl Input {
    /// Returns the source text of the input.
    pub fn text(&self) -> &str {
        match self {
            Input::Python(text) | Input::Cli(text) | Input::CliUnlessBound(text) | Input::Tutor(text) => text,
        }
    }
}

/// The kinds of input that the prompt accepts, besides tutor commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// The prompt accepts Python, and redis-cli lines that cannot be mistaken for Python.
    #[default]
    Both,
    Python,
    Cli,
}

/// Maximum number of bytes of Python that are parsed to find lines of other kinds in the input. Without this limit, a
/// string that is never closed, followed by thousands of redis-cli lines, would be parsed again for each line, and the
/// prompt would not respond for minutes.
const MAX_PARSED_BYTES: usize = 2 << 20;

/// Splits `text`, which may have been pasted, into inputs, each of a single kind.
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
    if let Ok(statements) = syntax::split_statements(text) {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let as_command =
            |line: &str| Some(line_input(line, dialect)).filter(|it| matches!(it, Input::CliUnlessBound(_)));
        // Lines such as `PING` and `DBSIZE` are valid Python too, but Python usually does not define these names, so
        // each such line becomes an input of its own.
        let commands = lines.map(as_command).collect::<Option<Vec<Input>>>();
        let commands = commands.filter(|commands| commands.len() == statements.len());
        return commands.unwrap_or_else(|| vec![Input::Python(text.into())]);
    }
    // A redis-cli line or a tutor command ends the Python source before it.
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

/// Returns whether a line that is not Python may end the source `python`. An incomplete source continues on the next
/// line instead. Subtracts the cost of parsing from `budget`. Once the budget is used up, the rest of the input counts
/// as Python.
fn ends_python(python: &str, budget: &mut usize) -> bool {
    if python.trim().is_empty() {
        return true;
    }
    let Some(left) = budget.checked_sub(python.len()) else { return false };
    *budget = left;
    syntax::completeness(python) != Completeness::Incomplete || syntax::split_statements(python).is_ok()
}

/// Splits a lesson's answer into submissions as a learner would enter them: single lines, or whole blocks.
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

/// Returns whether `text` is incomplete, in which case the prompt should wait for more lines.
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
    line.starts_with(':') || BARE_WORDS.contains(&line) || help_topic(line).is_some()
}

/// Returns the topic of a line that asks for help, as in IPython or a shell: `?`, `r.hset?`, `?r.hset`, `man ping`,
/// `help set`. The topic is empty if the line asks for general help. Returns `None` if the line does not ask for help.
pub fn help_topic(line: &str) -> Option<&str> {
    let line = line.trim();
    let topic = line.trim_matches('?');
    if topic.len() < line.len() {
        let is_attached = !topic.ends_with(char::is_whitespace);
        return (topic.trim().is_empty() || (is_attached && is_help_topic(topic.trim()))).then(|| topic.trim());
    }
    let (word, topic) = line.split_once(char::is_whitespace)?;
    let is_help = matches!(word, "help" | "man") && is_help_topic(topic.trim());
    let is_python = || syntax::completeness(&format!("{line}\n")) != Completeness::Invalid;
    (is_help && !is_python()).then(|| topic.trim())
}

/// Returns whether `text` can be a help topic: a dotted name, or the name of a command or a tutor command.
fn is_help_topic(text: &str) -> bool {
    let name = text.strip_prefix(':').unwrap_or(text);
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    (!name.is_empty() && !name.starts_with(['.', '_']) && name.chars().all(is_part))
        || commands::by_name(text).is_some()
}

/// Programs that install packages.
const INSTALLERS: [&str; 7] = ["pip", "pip3", "uv", "conda", "pipx", "poetry", "apt"];

/// A line that is meant for a shell or for IPython.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellLine {
    /// The line installs a package, such as `pip install redis`.
    Install,
    /// Any other line that begins with `!` or `%`.
    Other,
}

/// Returns the kind of a line that is meant for a shell or for IPython, or `None` for any other line.
pub fn shell_line(line: &str) -> Option<ShellLine> {
    let command = line.trim_start_matches(['!', '%']).trim_start();
    let command =
        ["python3 -m ", "python -m ", "sudo "].iter().find_map(|it| command.strip_prefix(it)).unwrap_or(command);
    let mut words = command.split_whitespace();
    let is_installer = words.next().is_some_and(|word| INSTALLERS.contains(&word));
    let installs = is_installer && words.next().is_some_and(|word| matches!(word, "install" | "add" | "pip"));
    match installs {
        true => Some(ShellLine::Install),
        false => line.starts_with(['!', '%']).then_some(ShellLine::Other),
    }
}

/// Returns whether a line consists of a single word of ASCII letters.
pub fn is_lone_name(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Returns the name that a line such as `del a` deletes, or `None` if the line is not of this form.
pub fn deleted_name(line: &str) -> Option<&str> {
    let name = line.strip_prefix("del ")?.trim();
    let is_name =
        name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    (is_name && !name.is_empty()).then_some(name)
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
    if shell_line(trimmed).is_some() {
        return Input::Tutor(trimmed.into());
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
    if in_capitals || is_lone_name(trimmed) || deleted_name(trimmed).is_some() {
        Input::CliUnlessBound(trimmed.into())
    } else {
        python()
    }
}

/// Python's prompts, as they occur in a pasted session.
const PROMPTS: [&str; 2] = [">>> ", "... "];

/// Removes prompts and output from a pasted session: `>>> r.get('a')`, followed by the line `b'1'`, becomes
/// `r.get('a')`. Any other text is returned unchanged.
fn unprompted(text: &str) -> String {
    let first = text.trim_start();
    let first_line = first.lines().next().unwrap_or_default();
    if after_ipython_prompt(first_line).is_some() {
        return ipython_inputs(text);
    }
    if !(first.starts_with(">>>") || is_cli_prompt(first_line)) {
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
    // A single line is returned without its line break.
    if kept.lines().count() <= 1 { kept.trim_end_matches('\n').to_owned() } else { kept }
}

/// Returns the text after IPython's prompt (`In [1]: `), or `None` if the line does not begin with one.
fn after_ipython_prompt(line: &str) -> Option<&str> {
    let (number, code) = line.trim_start().strip_prefix("In [")?.split_once("]:")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ');
    is_number.then(|| code.strip_prefix(' ').unwrap_or(code))
}

/// Returns the inputs in a session that was copied from IPython. All other lines are output, and are removed.
fn ipython_inputs(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for line in text.lines() {
        let after_dots = line.trim_start().strip_prefix("...:").map(|code| code.strip_prefix(' ').unwrap_or(code));
        kept.extend(after_ipython_prompt(line).or(after_dots));
    }
    // A copied session may end with an empty prompt, which is removed.
    while kept.len() > 1 && kept.last().is_some_and(|line| line.trim().is_empty()) {
        kept.pop();
    }
    let is_block = kept.len() > 1;
    kept.join("\n") + if is_block { "\n" } else { "" }
}

fn is_cli_prompt(line: &str) -> bool {
    after_cli_prompt(line).is_some()
}

/// Returns the text after redis-cli's prompt, or `None` if the line does not begin with one. The prompt looks like
/// `127.0.0.1:6379> `, `127.0.0.1:6379[2]> ` or `localhost:6379(TX)> `.
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
            ("type", "cli? \"type\""),
            ("ping", "cli? \"ping\""),
            ("info", "cli? \"info\""),
            ("del a", "cli? \"del a\""),
            ("del a, b", "python \"del a, b\""),
            ("del a[0]", "python \"del a[0]\""),
            ("del a b", "cli \"del a b\""),
            ("get", "cli? \"get\""),
            ("x", "python \"x\""),
            ("ping; x", "python \"ping; x\""),
            ("set = 1", "python \"set = 1\""),
            ("get k", "cli \"get k\""),
            ("?", "tutor \"?\""),
            ("x?", "tutor \"x?\""),
            ("r.hset??", "tutor \"r.hset??\""),
            ("?r.hset", "tutor \"?r.hset\""),
            ("config get?", "tutor \"config get?\""),
            ("KEYS user:?", "cli \"KEYS user:?\""),
            ("KEYS h?", "cli \"KEYS h?\""),
            ("ECHO ?", "cli \"ECHO ?\""),
            ("man ping", "tutor \"man ping\""),
            ("help r.hset", "tutor \"help r.hset\""),
            ("help(r.hset)", "python \"help(r.hset)\""),
            ("man in x", "python \"man in x\""),
            ("pip install redis", "tutor \"pip install redis\""),
            ("!pip3 install redis", "tutor \"!pip3 install redis\""),
            ("python -m pip install redis", "tutor \"python -m pip install redis\""),
            ("%timeit x", "tutor \"%timeit x\""),
            ("pip", "python \"pip\""),
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
    fn pasted_lines_that_are_all_commands_are_taken_one_by_one() {
        assert_eq!(kinds("PING\nDBSIZE\n"), ["cli? \"PING\"", "cli? \"DBSIZE\""]);
        assert_eq!(kinds("ping\nx = 1\n"), ["python \"ping\\nx = 1\\n\""]);
    }

    #[test]
    fn pasted_sessions_lose_prompts_and_output() {
        assert_eq!(kinds(">>> r.get('a')\nb'1'\n"), ["python \"r.get('a')\""]);
        assert_eq!(
            kinds("127.0.0.1:6379[2]> GET a\n\"1\"\n127.0.0.1:6379[2]> GET b"),
            ["cli \"GET a\"", "cli \"GET b\""]
        );
        assert_eq!(kinds("In [1]: r.get('a')\nOut[1]: b'1'\n\nIn [2]: "), ["python \"r.get('a')\""]);
        assert_eq!(kinds("In [12]: GET a"), ["cli \"GET a\""]);
        assert_eq!(
            kinds("In [1]: for i in range(2):\n   ...:     i\n   ...: \n0\n1\n"),
            ["python \"for i in range(2):\\n    i\\n\""]
        );
        assert_eq!(kinds("In[0] = 1"), ["python \"In[0] = 1\""]);
        assert_eq!(
            kinds(">>> for i in range(2):\n...     i\n...\n0\n1"),
            ["python \"for i in range(2):\\n    i\\n\\n\""]
        );
    }

    /// Parsing all preceding text again for each line would take minutes for these inputs.
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
