//! Determines what the word before the cursor is: part of a command, an argument of a Python call, or a name.

use crate::session::dialect::{self, Dialect, Input};
use redis_engine::command::Command;
use redis_engine::commands;

/// The word before the cursor, and the command or expression that it belongs to.
#[derive(Debug, PartialEq, Eq)]
pub enum CompletionContext<'a> {
    /// The name of a tutor command, without the colon.
    TutorName(&'a str),
    /// The argument of a tutor command.
    TutorWord { name: &'a str, word: &'a str },
    /// The first word of a redis-cli line.
    CliName(&'a str),
    /// A later word of a redis-cli line. `words` are the words that precede it.
    CliWord { words: Vec<&'a str>, word: &'a str },
    /// A string literal in the arguments of a call. `argument` is the index of the argument. `first` is the value of
    /// the first argument, if that is a string literal.
    PythonString { method: &'a str, argument: usize, first: Option<&'a str>, word: &'a str },
    /// A Python name, including the dotted names before it.
    PythonName(&'a str),
    /// A position where no completion is offered, such as a comment.
    Nowhere,
}

/// Returns the context of a cursor at the end of `text`.
pub fn completion_context(text: &str, dialect: Dialect) -> CompletionContext<'_> {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let trimmed = line.trim_start();
    if let Some(command) = trimmed.strip_prefix(':') {
        return match command.split_once(' ') {
            None => CompletionContext::TutorName(command),
            Some((name, rest)) => CompletionContext::TutorWord { name, word: rest.trim_start() },
        };
    }
    if is_cli(line, dialect) {
        let (words, word) = cli_words(trimmed);
        return if words.is_empty() {
            CompletionContext::CliName(word)
        } else {
            CompletionContext::CliWord { words, word }
        };
    }
    python_context(line)
}

/// Splits a redis-cli line into the words before the cursor and the word at the cursor, which is empty after a space.
/// Words keep their quotes.
fn cli_words(line: &str) -> (Vec<&str>, &str) {
    let mut words = Vec::new();
    let (mut start, mut quote, mut is_escaped) = (0, None, false);
    for (at, c) in line.char_indices() {
        match quote {
            _ if std::mem::take(&mut is_escaped) => {}
            Some(_) if c == '\\' => is_escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c.is_whitespace() => {
                words.extend(Some(&line[start..at]).filter(|word| !word.is_empty()));
                start = at + c.len_utf8();
            }
            None => {}
        }
    }
    (words, &line[start..])
}

fn is_cli(line: &str, dialect: Dialect) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    match dialect {
        Dialect::Cli => true,
        Dialect::Python => false,
        Dialect::Both if line.starts_with([' ', '\t']) => false,
        // The first word is still being typed. It counts as a command if it is in upper case.
        Dialect::Both if first == line => first.len() > 1 && first.bytes().all(|b| b.is_ascii_uppercase()),
        // The first word is complete. It counts as a command if it is a command's name, and either it is in upper case
        // or the line would run as a redis-cli line.
        Dialect::Both => {
            commands::by_name(first).is_some()
                && (first.bytes().all(|b| b.is_ascii_uppercase())
                    || matches!(dialect::inputs(line, dialect).first(), Some(Input::Cli(_))))
        }
    }
}

/// A Python call whose arguments are being typed.
#[derive(Debug, PartialEq, Eq)]
pub struct OpenCall<'a> {
    /// The dotted name that is called.
    pub callee: &'a str,
    /// The source text of each argument. The last argument is being typed.
    pub arguments: Vec<&'a str>,
}

/// Returns the innermost call that is open at the end of `text`, or `None` if no call is open.
pub fn open_call(text: &str, dialect: Dialect) -> Option<OpenCall<'_>> {
    let line = text.rsplit('\n').next().unwrap_or_default();
    if line.trim_start().starts_with(':') || is_cli(line, dialect) {
        return None;
    }
    OpenElements::of_line(line).call(line)
}

/// A bracket that is open at the end of a line, and the positions of the commas directly inside it.
struct OpenBracket {
    at: usize,
    commas: Vec<usize>,
}

/// The brackets and the string that are open at the end of a line of Python.
#[derive(Default)]
struct OpenElements {
    brackets: Vec<OpenBracket>,
    /// The position of the open string's first quote, and the quote character.
    string: Option<(usize, char)>,
    /// Whether the line ends in a comment.
    is_comment: bool,
}

impl OpenElements {
    fn of_line(line: &str) -> Self {
        let mut open = OpenElements::default();
        let mut chars = line.char_indices();
        while let Some((at, c)) = chars.next() {
            match (open.string, c) {
                (Some(_), '\\') => drop(chars.next()),
                (Some((_, quote)), _) if c == quote => open.string = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => open.string = Some((at, c)),
                (None, '#') => {
                    open.is_comment = true;
                    return open;
                }
                (None, '(' | '[' | '{') => open.brackets.push(OpenBracket { at, commas: Vec::new() }),
                (None, ')' | ']' | '}') => drop(open.brackets.pop()),
                (None, ',') => {
                    if let Some(bracket) = open.brackets.last_mut() {
                        bracket.commas.push(at);
                    }
                }
                _ => {}
            }
        }
        open
    }

    fn call<'a>(&self, line: &'a str) -> Option<OpenCall<'a>> {
        let bracket = self.brackets.last().filter(|open| line[open.at..].starts_with('(') && !self.is_comment)?;
        let callee = trailing_dotted_name(&line[..bracket.at]);
        let starts = std::iter::once(bracket.at).chain(bracket.commas.iter().copied());
        let ends = bracket.commas.iter().copied().chain([line.len()]);
        let arguments = starts.zip(ends).map(|(start, end)| &line[start + 1..end]).collect();
        (!callee.is_empty()).then_some(OpenCall { callee, arguments })
    }
}

fn python_context(line: &str) -> CompletionContext<'_> {
    let open = OpenElements::of_line(line);
    if open.is_comment {
        return CompletionContext::Nowhere;
    }
    if let Some((at, _)) = open.string {
        let Some(call) = open.call(line) else { return CompletionContext::Nowhere };
        let method = call.callee.rsplit('.').next().unwrap_or_default();
        let first = call.arguments.first().and_then(|argument| string_value(argument));
        let argument = call.arguments.len() - 1;
        return CompletionContext::PythonString { method, argument, first, word: &line[at + 1..] };
    }
    match trailing_dotted_name(line) {
        "" => CompletionContext::Nowhere,
        name => CompletionContext::PythonName(name),
    }
}

/// Returns the contents of the string literal with which an argument begins, or `None` if it begins with anything else
/// or the literal is not closed.
fn string_value(argument: &str) -> Option<&str> {
    let quoted = argument.trim_start().trim_start_matches(['b', 'r']);
    let quote = quoted.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    quoted[1..].split_once(quote).map(|(text, _)| text)
}

/// Returns the dotted name at the end of the text, or an empty string.
fn trailing_dotted_name(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let start = text.char_indices().rev().take_while(|(_, c)| is_part(*c)).last().map_or(text.len(), |(at, _)| at);
    let name = &text[start..];
    if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name }
}

/// Returns the command of a redis-cli line. If the second word is the name of a subcommand, returns the subcommand.
/// Returns `None` if the first word is not a command.
pub fn command_of_words(words: &[&str]) -> Option<&'static Command> {
    let first = words.first()?;
    let subcommand = words.get(1).and_then(|second| commands::by_name(&format!("{first} {second}")));
    subcommand.or_else(|| commands::by_name(first))
}

/// Returns the command that a redis-py method sends, or `None` if the method is not named after a command.
pub fn command_of_method(method: &str) -> Option<&'static Command> {
    commands::by_name(if method == "delete" { "DEL" } else { method })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_follows_from_the_text_before_the_cursor() {
        let context = |text| completion_context(text, Dialect::Both);
        assert_eq!(context(":hi"), CompletionContext::TutorName("hi"));
        assert_eq!(context(":go has"), CompletionContext::TutorWord { name: "go", word: "has" });
        assert_eq!(context("HGE"), CompletionContext::CliName("HGE"));
        assert_eq!(context("HGET user:1 na"), CompletionContext::CliWord { words: vec!["HGET", "user:1"], word: "na" });
        assert_eq!(context("r.h"), CompletionContext::PythonName("r.h"));
        assert_eq!(
            context("x = r.get('us"),
            CompletionContext::PythonString { method: "get", argument: 0, first: None, word: "us" }
        );
        let first = Some("user:1");
        let in_string = CompletionContext::PythonString { method: "hget", argument: 1, first, word: "na" };
        assert_eq!(context("r.hget('user:1', \"na"), in_string);
        assert_eq!(context("r.set('a', "), CompletionContext::Nowhere);
        assert_eq!(context("r.set('a', e"), CompletionContext::PythonName("e"));
        assert_eq!(context("'it\\'s' # r.get('"), CompletionContext::Nowhere);
        assert_eq!(context("    pri"), CompletionContext::PythonName("pri"));
        let quoted = CompletionContext::CliWord { words: vec!["GET"], word: "\"a k" };
        assert_eq!(completion_context("GET \"a k", Dialect::Both), quoted);
        let after_quotes = CompletionContext::CliWord { words: vec!["HGET", "\"a key\""], word: "f" };
        assert_eq!(completion_context("HGET \"a key\" f", Dialect::Both), after_quotes);
        let at_cli_prompt = CompletionContext::CliWord { words: vec!["get"], word: "ke" };
        assert_eq!(completion_context("get ke", Dialect::Cli), at_cli_prompt);
    }

    #[test]
    fn an_open_call_has_a_callee_and_arguments() {
        let call = |text| open_call(text, Dialect::Both).map(|call| (call.callee, call.arguments));
        assert_eq!(call("r.set('a, b', x"), Some(("r.set", vec!["'a, b'", " x"])));
        assert_eq!(call("r.set('a', json.dumps("), Some(("json.dumps", vec![""])));
        assert_eq!(call("r.hset('h', mapping={'a': 1, "), None);
        assert_eq!(call("r.set('a', 1)"), None);
        assert_eq!(call("r.get(x) # f("), None);
        assert_eq!(call("SET a f("), None);
    }
}
