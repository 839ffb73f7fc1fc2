//! The syntax of a command's arguments as a tree. The tree is parsed from the `syntax` field of the command's table
//! row, and used for COMMAND DOCS, hints and completion.
//!
//! Words in capitals are tokens, and the others are values. `[…]` is optional, `<a | b>` is a choice, and `key [key
//! ...]` is one or more keys.

use std::fmt;

/// An argument, or a group of arguments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Argument {
    /// The token that precedes the value (`EX`), or that is the whole argument (`NX`).
    pub token: Option<&'static str>,
    /// What follows the token, or the whole argument if it has no token.
    pub shape: Shape,
    /// Whether the argument may be omitted.
    pub optional: bool,
    /// Whether the argument may be repeated.
    pub multiple: bool,
    /// Whether each repetition starts with the token (`GET pattern [GET pattern ...]`).
    pub multiple_token: bool,
}

/// What an argument consists of, besides its token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Shape {
    /// The argument consists only of its token.
    #[default]
    Token,
    /// A value. The string is its name in the syntax, such as `seconds`.
    Value(&'static str),
    /// A choice: exactly one of these arguments.
    OneOf(Vec<Argument>),
    /// A sequence: all of these arguments, in this order.
    Block(Vec<Argument>),
}

/// The type of a value in COMMAND DOCS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// A key.
    Key,
    /// An integer.
    Integer,
    /// A floating-point number.
    Double,
    /// A glob pattern.
    Pattern,
    /// A Unix timestamp, in seconds or milliseconds.
    UnixTime,
    /// A string that fits none of the other types.
    Text,
}

impl ValueType {
    /// Returns the type of the value that a command's syntax calls `name`. A name stands for the same type in all
    /// commands.
    pub fn from_argument_name(name: &str) -> Self {
        match name {
            "key" | "source" | "destination" | "newkey" | "sourcekey" | "destkey" | "key1" | "key2" | "src" | "dst"
            | "storekey" | "storedistkey" => ValueType::Key,
            "pattern" | "by-pattern" | "get-pattern" | "library-name-pattern" => ValueType::Pattern,
            "unix-time-seconds" | "unix-time-milliseconds" => ValueType::UnixTime,
            "timeout" | "score" | "weight" | "longitude" | "latitude" | "radius" | "width" | "height" => {
                ValueType::Double
            }
            "count" | "numkeys" | "numfields" | "seconds" | "milliseconds" | "increment" | "decrement" | "index"
            | "offset" | "start" | "stop" | "end" | "limit" | "db" | "destination-db" | "rank" | "len" | "bit"
            | "index1" | "index2" | "numreplicas" | "protover" | "client-id" | "maxage" | "min-match-len"
            | "num-matches" | "cursor" | "numids" | "entries-read" | "entries-added" | "ms" => ValueType::Integer,
            _ => ValueType::Text,
        }
    }

    /// Returns the type's name in COMMAND DOCS.
    pub const fn name(self) -> &'static str {
        match self {
            ValueType::Key => "key",
            ValueType::Integer => "integer",
            ValueType::Double => "double",
            ValueType::Pattern => "pattern",
            ValueType::UnixTime => "unix-time",
            ValueType::Text => "string",
        }
    }
}

impl Argument {
    fn new(token: Option<&'static str>, shape: Shape) -> Self {
        Argument { token, shape, ..Argument::default() }
    }

    /// Returns a name for the argument. A value has its own name, a token its lower-case form, and a group the name of
    /// its first argument with a suffix.
    pub fn name(&self) -> String {
        match (&self.shape, self.token) {
            (Shape::Value(name), _) => (*name).into(),
            (_, Some(token)) => token.to_lowercase(),
            (Shape::OneOf(choices), None) => choices.first().map_or("choice".into(), Argument::name) + "-or-other",
            (Shape::Block(parts), None) => parts.first().map_or("block".into(), Argument::name) + "-block",
            (Shape::Token, None) => "nothing".into(),
        }
    }

    /// Returns this argument and all arguments nested in it.
    pub fn all(&self) -> Vec<&Argument> {
        let within = match &self.shape {
            Shape::OneOf(parts) | Shape::Block(parts) => parts.as_slice(),
            Shape::Token | Shape::Value(_) => &[],
        };
        std::iter::once(self).chain(within.iter().flat_map(Argument::all)).collect()
    }
}

/// Returns the name of a value as it is displayed to users. COMMAND DOCS distinguishes some keys by names that users do
/// not see.
pub fn displayed_name(name: &'static str) -> &'static str {
    match name {
        "storekey" | "storedistkey" => "key",
        _ => name,
    }
}

/// Writes an argument in the notation that [`parse`] reads, such as `[EX seconds | KEEPTTL]` or `key [key ...]`.
impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let once = self.written_once(true);
        match (self.optional, self.multiple) {
            (false, false) => f.write_str(&once),
            (false, true) => write!(f, "{once} [{} ...]", self.written_once(self.multiple_token)),
            (true, false) => write!(f, "[{once}]"),
            (true, true) if self.token.is_none() => write!(f, "[{once} ...]"),
            (true, true) => write!(f, "[{once} [{} ...]]", self.written_once(self.multiple_token)),
        }
    }
}

impl Argument {
    /// Formats the argument as if it were neither optional nor repeated. Includes the token only if `with_token` is
    /// true.
    fn written_once(&self, with_token: bool) -> String {
        let joined = |parts: &[Argument], separator: &str| {
            parts.iter().map(Argument::to_string).collect::<Vec<_>>().join(separator)
        };
        let token = self.token.filter(|_| with_token);
        let value = match &self.shape {
            Shape::Token => String::new(),
            Shape::Value(name) => (*name).to_owned(),
            Shape::Block(parts) => joined(parts, " "),
            // The brackets of an optional argument already enclose the choices, so no angle brackets are needed.
            Shape::OneOf(choices) if token.is_none() && self.optional => joined(choices, " | "),
            Shape::OneOf(choices) => format!("<{}>", joined(choices, " | ")),
        };
        match token {
            Some(token) if value.is_empty() => token.to_owned(),
            Some(token) => format!("{token} {value}"),
            None => value,
        }
    }
}

/// Parses the `syntax` field of a command's table row.
pub fn parse(syntax: &'static str) -> Vec<Argument> {
    let mut parser = Parser { words: words(syntax).into_iter().peekable() };
    parser.alternatives(None).0.into_iter().next().unwrap_or_default()
}

/// Splits a syntax string into words. Each bracket and each bar is a separate word.
fn words(syntax: &'static str) -> Vec<&'static str> {
    let mut words = Vec::new();
    for mut word in syntax.split_ascii_whitespace() {
        while word.len() > 1 && (word.starts_with('[') || (word.starts_with('<') && word != "<=")) {
            words.push(&word[..1]);
            word = &word[1..];
        }
        let core = word.trim_end_matches([']', '>']);
        let core = if core.is_empty() { word } else { core };
        words.push(core);
        words.extend(word[core.len()..].char_indices().map(|(at, _)| &word[core.len() + at..=core.len() + at]));
    }
    words
}

struct Parser<I: Iterator<Item = &'static str>> {
    words: std::iter::Peekable<I>,
}

impl<I: Iterator<Item = &'static str>> Parser<I> {
    /// Parses the syntax up to the closing bracket `close`, or to the end if `close` is `None`. Returns the
    /// alternatives, which are separated by bars, and whether `...` marks them as repeated.
    fn alternatives(&mut self, close: Option<&str>) -> (Vec<Vec<Argument>>, bool) {
        let (mut all, mut sequence, mut repeats) = (Vec::new(), Vec::new(), false);
        while let Some(word) = self.words.next() {
            match word {
                _ if Some(word) == close => break,
                "|" => all.push(std::mem::take(&mut sequence)),
                "..." => repeats = true,
                "[" => repeats |= self.bracket(&all, &mut sequence),
                "<" => sequence.push(group(self.alternatives(Some(">")).0)),
                _ if is_token(word) => {
                    let argument = self.after_token(word);
                    sequence.push(argument);
                }
                _ => sequence.push(Argument::new(None, Shape::Value(word))),
            }
        }
        all.push(sequence);
        (all, repeats)
    }

    /// Parses an argument that starts with `token`, including any values or choice that follow the token.
    fn after_token(&mut self, token: &'static str) -> Argument {
        match self.words.peek() {
            Some(&"<") => {
                self.words.next();
                Argument { token: Some(token), ..group(self.alternatives(Some(">")).0) }
            }
            Some(&word) if !is_token(word) && !is_mark(word) => {
                self.words.next();
                let mut values = vec![Argument::new(None, Shape::Value(word))];
                while let Some(&word) = self.words.peek()
                    && !is_token(word)
                    && !is_mark(word)
                {
                    self.words.next();
                    values.push(Argument::new(None, Shape::Value(word)));
                }
                match values.as_slice() {
                    [Argument { shape, .. }] => Argument::new(Some(token), shape.clone()),
                    _ => Argument::new(Some(token), Shape::Block(values)),
                }
            }
            _ => Argument::new(Some(token), Shape::Token),
        }
    }

    /// Parses the contents of `[…]`, which are an optional argument or a repetition of the preceding arguments. Returns
    /// whether the brackets repeat a whole choice, as in `a | b [a | b ...]`. `before` contains all alternatives of
    /// that choice except the last, which is in `sequence`.
    fn bracket(&mut self, before: &[Vec<Argument>], sequence: &mut Vec<Argument>) -> bool {
        let (alternatives, repeats) = self.alternatives(Some("]"));
        if let Some((last, others)) = alternatives.split_last()
            && repeats
            && !others.is_empty()
            && others == before
            && last == sequence
        {
            return true;
        }
        let again = alternatives.first().map_or(0, Vec::len);
        let tail = sequence.len().saturating_sub(again);
        if repeats && alternatives.len() == 1 && sequence[tail..] == alternatives[0] && again > 0 {
            let repeated = sequence.split_off(tail);
            let has_token = repeated.iter().all(|argument| argument.token.is_some());
            sequence.push(Argument { multiple: true, multiple_token: has_token, ..group(vec![repeated]) });
            return false;
        }
        if repeats
            && let Some(last) = sequence.last_mut()
            && alternatives.len() == 1
            && last.token.is_some()
            && matches!((&last.shape, alternatives[0].as_slice()), (a, [Argument { shape: b, token: None, .. }]) if a == b)
        {
            // In `FIELDS field [field ...]`, only the value is repeated, not the token.
            last.multiple = true;
            return false;
        }
        let argument = group(alternatives);
        sequence.push(Argument { optional: true, multiple: repeats || argument.multiple, ..argument });
        false
    }
}

/// Combines the alternatives into a choice, and the arguments of each alternative into a block. A single alternative or
/// argument is returned unchanged.
fn group(mut alternatives: Vec<Vec<Argument>>) -> Argument {
    let single = |mut sequence: Vec<Argument>| match sequence.len() {
        1 => sequence.swap_remove(0),
        _ => Argument::new(None, Shape::Block(sequence)),
    };
    match alternatives.len() {
        1 => single(alternatives.swap_remove(0)),
        _ => Argument::new(None, Shape::OneOf(alternatives.into_iter().map(single).collect())),
    }
}

fn is_mark(word: &str) -> bool {
    matches!(word, "[" | "]" | "<" | ">" | "|" | "...")
}

/// Returns whether a word of the syntax is a token, which means that it contains no lower-case letters.
fn is_token(word: &str) -> bool {
    !is_mark(word) && !word.bytes().any(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &'static str) -> Argument {
        Argument::new(None, Shape::Value(name))
    }

    fn token(token: &'static str) -> Argument {
        Argument::new(Some(token), Shape::Token)
    }

    #[test]
    fn rows_are_parsed_as_trees() {
        let set = parse("key value [NX | XX] [GET] [EX seconds | KEEPTTL]");
        let ex = Argument::new(Some("EX"), Shape::Value("seconds"));
        let one_of = |choices| Argument { optional: true, ..Argument::new(None, Shape::OneOf(choices)) };
        let get = Argument { optional: true, ..token("GET") };
        let choice = one_of(vec![token("NX"), token("XX")]);
        assert_eq!(set, [value("key"), value("value"), choice, get, one_of(vec![ex, token("KEEPTTL")])]);

        assert_eq!(parse("key [key ...]"), [Argument { multiple: true, ..value("key") }]);
        let pair = Argument::new(None, Shape::Block(vec![value("key"), value("value")]));
        assert_eq!(parse("key value [key value ...]"), [Argument { multiple: true, ..pair }]);
        let limit = Argument::new(Some("LIMIT"), Shape::Block(vec![value("offset"), value("count")]));
        assert_eq!(parse("[LIMIT offset count]"), [Argument { optional: true, ..limit }]);
        let get = Argument::new(Some("GET"), Shape::Value("pattern"));
        let many = Argument { optional: true, multiple: true, multiple_token: true, ..get };
        assert_eq!(parse("[GET pattern [GET pattern ...]]"), [many]);
        let weights = Argument::new(Some("WEIGHTS"), Shape::Value("weight"));
        assert_eq!(parse("[WEIGHTS weight [weight ...]]"), [Argument { optional: true, multiple: true, ..weights }]);
        let sides = Argument::new(None, Shape::OneOf(vec![token("LEFT"), token("RIGHT")]));
        assert_eq!(parse("<LEFT | RIGHT>"), [sides]);
        assert_eq!(parse("[arg ...]"), [Argument { optional: true, multiple: true, ..value("arg") }]);
        assert_eq!(parse(""), []);
    }

    #[test]
    fn every_word_of_every_row_is_in_the_tree() {
        for command in crate::commands::all() {
            let arguments = parse(command.syntax);
            let parsed: Vec<&Argument> = arguments.iter().flat_map(Argument::all).collect();
            for word in words(command.syntax).into_iter().filter(|word| !is_mark(word)) {
                let found = parsed.iter().any(|a| a.token == Some(word) || a.shape == Shape::Value(word));
                assert!(found, "{}: {word} is missing", command.name);
            }
            assert!(parsed.iter().all(|argument| argument.name() != "nothing"), "{}", command.name);
        }
    }

    #[test]
    fn every_parsed_row_is_formatted_as_it_was() {
        for command in crate::commands::all() {
            let arguments = parse(command.syntax);
            let written = arguments.iter().map(Argument::to_string).collect::<Vec<_>>().join(" ");
            assert_eq!(
                parse(written.clone().leak()),
                arguments,
                "{}: {} became {written}",
                command.name,
                command.syntax
            );
        }
        let set = "key value [NX | XX] [GET] [EX seconds | KEEPTTL]";
        assert_eq!(parse(set).iter().map(Argument::to_string).collect::<Vec<_>>().join(" "), set);
    }
}
