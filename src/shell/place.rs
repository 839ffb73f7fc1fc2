//! Where the cursor stands in what is typed: at which word of which command, in which argument of which call.

use crate::engine::command::Command;
use crate::engine::commands;
use crate::session::dialect::{self, Dialect, Input};

/// What stands before the cursor.
#[derive(Debug, PartialEq, Eq)]
pub enum Place<'a> {
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
    /// Where an argument of a call begins, in Python.
    PythonArgument {
        callee: &'a str,
        argument: usize,
    },
    Nowhere,
}

/// The place at the end of `text`.
pub fn place(text: &str, dialect: Dialect) -> Place<'_> {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let trimmed = line.trim_start();
    if let Some(command) = trimmed.strip_prefix(':') {
        return match command.split_once(' ') {
            None => Place::TutorName(command),
            Some((name, rest)) => Place::TutorWord { name, word: rest.trim_start() },
        };
    }
    if is_cli(line, dialect) {
        let word = trimmed.rsplit(char::is_whitespace).next().unwrap_or_default();
        let words: Vec<&str> = trimmed[..trimmed.len() - word.len()].split_whitespace().collect();
        return if words.is_empty() { Place::CliName(word) } else { Place::CliWord { words, word } };
    }
    python_place(line)
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

/// A bracket that is open at the end of the text.
struct Open {
    at: usize,
    commas: usize,
}

fn python_place(line: &str) -> Place<'_> {
    let mut brackets: Vec<Open> = Vec::new();
    let mut string: Option<(usize, char)> = None;
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match (string, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some((_, quote)), _) if c == quote => string = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => string = Some((at, c)),
            (None, '#') => return Place::Nowhere,
            (None, '(' | '[' | '{') => brackets.push(Open { at, commas: 0 }),
            (None, ')' | ']' | '}') => drop(brackets.pop()),
            (None, ',') => {
                if let Some(open) = brackets.last_mut() {
                    open.commas += 1;
                }
            }
            _ => {}
        }
    }
    let call = brackets.last().filter(|open| line[open.at..].starts_with('('));
    let inside = call.map_or("", |open| &line[open.at + 1..]);
    let call = call.map(|open| (dotted_end(&line[..open.at]), open.commas)).filter(|(callee, _)| !callee.is_empty());
    if let Some((at, _)) = string {
        let Some((callee, argument)) = call else { return Place::Nowhere };
        let method = callee.rsplit('.').next().unwrap_or_default();
        return Place::PythonString { method, argument, first: first_string(inside), word: &line[at + 1..] };
    }
    let name = dotted_end(line);
    if !name.is_empty() {
        return Place::PythonName(name);
    }
    match (call, line.trim_end().chars().last()) {
        (Some((callee, argument)), Some('(' | ',')) => Place::PythonArgument { callee, argument },
        _ => Place::Nowhere,
    }
}

/// The text of the string that the arguments begin with.
fn first_string(arguments: &str) -> Option<&str> {
    let quoted = arguments.trim_start().trim_start_matches(['b', 'r']);
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
        assert_eq!(both(":hi"), Place::TutorName("hi"));
        assert_eq!(both(":go has"), Place::TutorWord { name: "go", word: "has" });
        assert_eq!(both("HGE"), Place::CliName("HGE"));
        assert_eq!(both("HGET user:1 na"), Place::CliWord { words: vec!["HGET", "user:1"], word: "na" });
        assert_eq!(both("r.h"), Place::PythonName("r.h"));
        assert_eq!(both("x = r.get('us"), Place::PythonString { method: "get", argument: 0, first: None, word: "us" });
        let first = Some("user:1");
        let in_string = Place::PythonString { method: "hget", argument: 1, first, word: "na" };
        assert_eq!(both("r.hget('user:1', \"na"), in_string);
        assert_eq!(both("r.set('a', "), Place::PythonArgument { callee: "r.set", argument: 1 });
        assert_eq!(both("r.set('a', json.dumps("), Place::PythonArgument { callee: "json.dumps", argument: 0 });
        assert_eq!(both("'it\\'s' # r.get('"), Place::Nowhere);
        assert_eq!(both("    pri"), Place::PythonName("pri"));
        assert_eq!(place("get ke", Dialect::Cli), Place::CliWord { words: vec!["get"], word: "ke" });
    }
}
