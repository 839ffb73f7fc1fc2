//! Translates a Python answer to redis-cli lines.
//!
//! Only answers that consist of plain commands can be translated. A computation between two commands cannot be typed
//! in redis-cli.

use crate::lesson::evidence::Submission;
use crate::redis_cli;
use crate::session::dialect::{self, Dialect, Input};

/// Returns the commands of an answer as redis-cli lines. Returns `None` if the answer contains anything other than
/// commands, or contains no Python. `rehearsed` contains the submissions that resulted from the answer in the
/// rehearsal.
pub fn in_redis_cli(answer: &str, rehearsed: &[Submission]) -> Option<String> {
    let mut rehearsed: Vec<&Submission> = rehearsed.iter().collect();
    let mut names = Vec::new();
    let mut lines = Vec::new();
    let mut is_python = false;
    let inputs = dialect::submissions(answer);
    for input in inputs.iter().flat_map(|text| dialect::inputs(text, Dialect::Both)) {
        let Input::Python(source) = input else {
            lines.push(input.text().to_owned());
            continue;
        };
        match Statement::parse(source.trim(), &names)? {
            Statement::Shows => {}
            Statement::Calls { name } => {
                names.extend(name);
                let sent = rehearsed.iter().position(|submission| submission.source.trim() == source.trim())?;
                lines.extend(rehearsed.remove(sent).commands.iter().map(|words| redis_cli::join(words)));
                is_python = true;
            }
        }
    }
    is_python.then(|| lines.join("\n"))
}

/// A Python statement that can be translated to redis-cli.
#[derive(Debug, PartialEq, Eq)]
enum Statement {
    /// A statement that calls a command, and may assign its reply to the variable `name`.
    Calls { name: Option<String> },
    /// A statement that shows a variable holding a reply.
    Shows,
}

impl Statement {
    /// Parses a statement. `names` are the variables that hold replies. Returns `None` if the statement cannot be
    /// translated.
    fn parse(source: &str, names: &[String]) -> Option<Statement> {
        let is_name = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let (name, value) = match source.split_once(" = ") {
            Some((name, value)) if is_name(name) => (Some(name.to_owned()), value),
            _ => (None, source),
        };
        let printed = value.strip_prefix("print(").and_then(|rest| rest.strip_suffix(')'));
        let value = printed.unwrap_or(value);
        if name.is_none() && names.iter().any(|known| known == value) {
            return Some(Statement::Shows);
        }
        is_command(value).then_some(Statement::Calls { name })
    }
}

/// Returns whether an expression is a single call to a method of `r`, or a single chain of calls on a pipeline.
fn is_command(value: &str) -> bool {
    let Some(calls) = value.strip_prefix("r.") else { return false };
    let mut depth = 0_usize;
    let mut quote = None;
    let mut outside = String::new();
    let mut characters = calls.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') if depth == 0 => return false,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, '\n') => return false,
            (None, _) => {}
        }
        if depth == 0 {
            outside.push(c);
        }
    }
    // Outside the arguments, a chain of calls contains only names, dots, and a closing parenthesis for each call.
    let is_chain = outside.ends_with(')') && outside.chars().all(|c| c.is_ascii_alphanumeric() || "_.)".contains(c));
    let is_one = outside.matches(')').count() == 1 || calls.starts_with("pipeline(");
    is_chain && is_one && depth == 0 && !calls.contains("(r.") && !calls.contains(" r.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(source: &str, commands: &[&[&str]]) -> Submission {
        let words = |command: &&[&str]| command.iter().map(|word| word.as_bytes().to_vec()).collect();
        Submission { source: source.into(), commands: commands.iter().map(words).collect(), ..Submission::default() }
    }

    #[test]
    fn plain_commands_can_be_translated_to_redis_cli() {
        for (answer, rehearsed, lines) in [
            ("r.get('a')", vec![sent("r.get('a')", &[&["GET", "a"]])], Some("GET a")),
            (
                ":client worker-1\ntask = r.blpop('q', timeout=9)\nprint(task)\n",
                vec![sent("task = r.blpop('q', timeout=9)", &[&["BLPOP", "q", "9"]]), sent("print(task)", &[])],
                Some(":client worker-1\nBLPOP q 9"),
            ),
            (
                "r.set('a b', 'it\\'s')\nDEL a",
                vec![sent("r.set('a b', 'it\\'s')", &[&["SET", "a b", "it's"]])],
                Some("SET \"a b\" \"it's\"\nDEL a"),
            ),
            (
                "r.pipeline().incr('a').expire('a', 9).execute()",
                vec![sent(
                    "r.pipeline().incr('a').expire('a', 9).execute()",
                    &[&["MULTI"], &["INCRBY", "a", "1"], &["EXPIRE", "a", "9"], &["EXEC"]],
                )],
                Some("MULTI\nINCRBY a 1\nEXPIRE a 9\nEXEC"),
            ),
            ("GET a", vec![], None),
            ("r.get('a').decode()", vec![sent("r.get('a').decode()", &[&["GET", "a"]])], None),
            ("len(r.smembers('a'))", vec![sent("len(r.smembers('a'))", &[&["SMEMBERS", "a"]])], None),
            ("import json\nr.get('a')", vec![sent("r.get('a')", &[&["GET", "a"]])], None),
            ("r.set('a', r.get('b'))", vec![sent("r.set('a', r.get('b'))", &[])], None),
            ("r.get('a')[0]", vec![], None),
            ("r.get('a') or r.get('b')", vec![], None),
        ] {
            assert_eq!(in_redis_cli(answer, &rehearsed).as_deref(), lines, "{answer}");
        }
    }
}
