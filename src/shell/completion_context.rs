//! Where the cursor stands in what is typed: at which word of which command, in which argument of which call.

use crate::session::dialect::{self, Dialect, Input};
use redis_engine::command::Command;
use redis_engine::commands;

/// What stands before the cursor.
#[derive(Debug, PartialEq, Eq)]
pub enum CompletionContext<'a> {
    /// The name of a command to the tutor, its colon left out.
    TutorName(&'a str),
    /// What follows it.
    TutorWord {
        name: &'a str,
        word: &'a str,
    },
    /// The first word of a line of redis-cli.
    CliName(&'a str),
    /// A later word: `words` are those before it.
    CliWord {
        words: Vec<&'a str>,
        word: &'a str,
    },
    /// In a string that is an argument of a call; `first` is the text of the first argument, if that is a string.
    PythonString {
        method: &'a str,
        argument: usize,
        first: Option<&'a str>,
        word: &'a str,
    },
    /// A name, or the end of a dotted one.
    PythonName(&'a str),
    Nowhere,
}

/// The place at the end of `text`.
pub fn place(text: &str, dialect: Dialect) -> CompletionContext<'_> {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let trimmed = line.trim_start();
    if let Some(command) = trimmed.strip_prefix(':') {
        return match command.split_once(' ') {
            None => CompletionContext::TutorName(command),
            Some((name, rest)) => CompletionContext::TutorWord { name, word: rest.trim_start() },
        };
    }
    if is_cli(line, dialect) {
        let word = trimmed.rsplit(char::is_whitespace).next().unwrap_or_default();
        let words: Vec<&str> = trimmed[..trimmed.len() - word.len()].split_whitespace().collect();
        return if words.is_empty() {
            CompletionContext::CliName(word)
        } else {
            CompletionContext::CliWord { words, word }
        };
    }
    python_context(line)
}

fn is_cli(line: &str, dialect: Dialect) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    match dialect {
        Dialect::Cli => true,
        Dialect::Python => false,
        Dialect::Both if line.starts_with([' ', '\t']) => false,
        // A command's name so far, in capitals, or a whole one that no Python could follow.
        Dialect::Both if first == line => first.len() > 1 && first.bytes().all(|b| b.is_ascii_uppercase()),
        Dialect::Both => {
            commands::by_name(first).is_some()
                && (first.bytes().all(|b| b.is_ascii_uppercase())
                    || matches!(dialect::inputs(line, dialect).first(), Some(Input::Cli(_))))
        }
    }
}

/// A call in Python whose arguments are being typed.
#[derive(Debug, PartialEq, Eq)]
pub struct Call<'a> {
    /// What is called, as far as it is a dotted name.
    pub callee: &'a str,
    /// The texts of its arguments, the one being typed last.
    pub arguments: Vec<&'a str>,
}

/// The innermost call that is open at the end of `text`.
pub fn call(text: &str, dialect: Dialect) -> Option<Call<'_>> {
    let line = text.rsplit('\n').next().unwrap_or_default();
    if line.trim_start().starts_with(':') || is_cli(line, dialect) {
        return None;
    }
    scan(line).call(line)
}

/// A bracket that is open at the end of the text.
struct Open {
    at: usize,
    commas: Vec<usize>,
}

/// What a line of Python leaves open.
#[derive(Default)]
struct Scan {
    brackets: Vec<Open>,
    /// Where a string begins, and its quote.
    string: Option<(usize, char)>,
    /// Whether the line ends in a comment.
    is_comment: bool,
}

fn scan(line: &str) -> Scan {
    let mut scan = Scan::default();
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match (scan.string, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some((_, quote)), _) if c == quote => scan.string = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => scan.string = Some((at, c)),
            (None, '#') => {
                scan.is_comment = true;
                return scan;
            }
            (None, '(' | '[' | '{') => scan.brackets.push(Open { at, commas: Vec::new() }),
            (None, ')' | ']' | '}') => drop(scan.brackets.pop()),
            (None, ',') => {
                if let Some(open) = scan.brackets.last_mut() {
                    open.commas.push(at);
                }
            }
            _ => {}
        }
    }
    scan
}

impl Scan {
    fn call<'a>(&self, line: &'a str) -> Option<Call<'a>> {
        let open = self.brackets.last().filter(|open| line[open.at..].starts_with('(') && !self.is_comment)?;
        let callee = dotted_end(&line[..open.at]);
        let starts = std::iter::once(open.at).chain(open.commas.iter().copied());
        let ends = open.commas.iter().copied().chain([line.len()]);
        let arguments = starts.zip(ends).map(|(start, end)| &line[start + 1..end]).collect();
        (!callee.is_empty()).then_some(Call { callee, arguments })
    }
}

fn python_context(line: &str) -> CompletionContext<'_> {
    let scan = scan(line);
    if scan.is_comment {
        return CompletionContext::Nowhere;
    }
    if let Some((at, _)) = scan.string {
        let Some(call) = scan.call(line) else { return CompletionContext::Nowhere };
        let method = call.callee.rsplit('.').next().unwrap_or_default();
        let first = call.arguments.first().and_then(|argument| string(argument));
        let argument = call.arguments.len() - 1;
        return CompletionContext::PythonString { method, argument, first, word: &line[at + 1..] };
    }
    match dotted_end(line) {
        "" => CompletionContext::Nowhere,
        name => CompletionContext::PythonName(name),
    }
}

/// The text of a string that an argument begins with.
fn string(argument: &str) -> Option<&str> {
    let quoted = argument.trim_start().trim_start_matches(['b', 'r']);
    let quote = quoted.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    quoted[1..].split_once(quote).map(|(text, _)| text)
}

/// The dotted name at the end of the text.
fn dotted_end(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let start = text.char_indices().rev().take_while(|(_, c)| is_part(*c)).last().map_or(text.len(), |(at, _)| at);
    let name = &text[start..];
    if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name }
}

/// The command that words of redis-cli call, a subcommand before its container.
pub fn command_of(words: &[&str]) -> Option<&'static Command> {
    let first = words.first()?;
    let sub = words.get(1).and_then(|second| commands::by_name(&format!("{first} {second}")));
    sub.or_else(|| commands::by_name(first))
}

/// The command that a method of redis-py's sends, where its name says it.
pub fn command_of_method(method: &str) -> Option<&'static Command> {
    commands::by_name(if method == "delete" { "DEL" } else { method })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_placed() {
        let both = |text| place(text, Dialect::Both);
        assert_eq!(both(":hi"), CompletionContext::TutorName("hi"));
        assert_eq!(both(":go has"), CompletionContext::TutorWord { name: "go", word: "has" });
        assert_eq!(both("HGE"), CompletionContext::CliName("HGE"));
        assert_eq!(both("HGET user:1 na"), CompletionContext::CliWord { words: vec!["HGET", "user:1"], word: "na" });
        assert_eq!(both("r.h"), CompletionContext::PythonName("r.h"));
        assert_eq!(
            both("x = r.get('us"),
            CompletionContext::PythonString { method: "get", argument: 0, first: None, word: "us" }
        );
        let first = Some("user:1");
        let in_string = CompletionContext::PythonString { method: "hget", argument: 1, first, word: "na" };
        assert_eq!(both("r.hget('user:1', \"na"), in_string);
        assert_eq!(both("r.set('a', "), CompletionContext::Nowhere);
        assert_eq!(both("r.set('a', e"), CompletionContext::PythonName("e"));
        assert_eq!(both("'it\\'s' # r.get('"), CompletionContext::Nowhere);
        assert_eq!(both("    pri"), CompletionContext::PythonName("pri"));
        assert_eq!(place("get ke", Dialect::Cli), CompletionContext::CliWord { words: vec!["get"], word: "ke" });
    }

    #[test]
    fn a_call_is_known_by_its_arguments() {
        let open = |text| call(text, Dialect::Both).map(|call| (call.callee, call.arguments));
        assert_eq!(open("r.set('a, b', x"), Some(("r.set", vec!["'a, b'", " x"])));
        assert_eq!(open("r.set('a', json.dumps("), Some(("json.dumps", vec![""])));
        assert_eq!(open("r.hset('h', mapping={'a': 1, "), None);
        assert_eq!(open("r.set('a', 1)"), None);
        assert_eq!(open("r.get(x) # f("), None);
        assert_eq!(open("SET a f("), None);
    }
}
