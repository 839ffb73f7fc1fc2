//! Uses a command's syntax to determine which arguments may follow the words typed so far.

use redis_engine::argument_syntax::{self, Argument, Shape};

/// The arguments that may follow the words typed so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The arguments that have not been typed yet, in the notation of the command's syntax. The next argument comes
    /// first.
    pub arguments: Vec<String>,
    /// The fixed words, such as `MATCH`, that may come next.
    pub tokens: Vec<&'static str>,
}

/// A part of a command's syntax: a single word, or a choice between sequences.
#[derive(Debug, Clone)]
enum Part {
    /// A placeholder for a word that the user chooses, such as `key`.
    Value(&'static str),
    /// A fixed word, such as `MATCH`.
    Token(&'static str),
    Choice(Choice),
}

/// A choice between one or more sequences, such as `[NX | XX]`, `<LEFT | RIGHT>` or `[MATCH pattern]`.
#[derive(Debug, Clone)]
struct Choice {
    notation: String,
    is_optional: bool,
    /// Whether the choice may be repeated.
    is_repeated: bool,
    sequences: Vec<Vec<Part>>,
}

/// Returns the arguments that may follow `words`, the words after the command's name, according to `syntax`.
pub fn expected_after(syntax: &'static str, words: &[&str]) -> Expected {
    let parts: Vec<Part> = argument_syntax::parse(syntax).iter().flat_map(parts_of).collect();
    let mut words = words;
    let mut at = 0;
    while at < parts.len() {
        let options: Vec<&Choice> = parts[at..].iter().map_while(Part::as_optional).collect();
        if !options.is_empty() {
            at += options.len();
            if let Some(expected) = take_options(options, &mut words, &parts[at..]) {
                return expected;
            }
        } else {
            if words.is_empty() {
                return expected_at(&parts[at..]);
            }
            if let Some(mut expected) = take_required(&parts[at], &mut words) {
                expected.arguments.extend(notations(&parts[at + 1..]));
                return expected;
            }
            at += 1;
        }
    }
    Expected::default()
}

/// Consumes the words of a required part. If the words end within the part, returns what may follow them. Otherwise,
/// returns `None`.
fn take_required(part: &Part, words: &mut &[&str]) -> Option<Expected> {
    match part {
        Part::Value(_) | Part::Token(_) => {
            *words = &words[1..];
            None
        }
        Part::Choice(choice) => {
            let fits = |sequence: &&Vec<Part>| starts_with_token(sequence, words[0]) || starts_with_value(sequence);
            let sequence = choice.sequences.iter().find(fits).or(choice.sequences.first())?;
            take_sequence(sequence, words)
        }
    }
}

/// Consumes the words of adjacent options, which may come in any order. `following` are the parts after the options. If
/// the words end within the options, returns what may follow them. Otherwise, returns `None`.
fn take_options(mut options: Vec<&Choice>, words: &mut &[&str], following: &[Part]) -> Option<Expected> {
    loop {
        let remaining = |options: &[&Choice]| -> Vec<String> {
            options.iter().map(|choice| choice.notation.clone()).chain(notations(following)).collect()
        };
        let Some(word) = words.first() else {
            let tokens = options.iter().flat_map(|choice| choice.tokens()).collect();
            return Some(Expected { arguments: remaining(&options), tokens });
        };
        let with_token = |choice: &&Choice| choice.sequences.iter().any(|parts| starts_with_token(parts, word));
        let with_value = |choice: &&Choice| choice.sequences.iter().any(|parts| starts_with_value(parts));
        let index = options.iter().position(with_token).or_else(|| options.iter().position(with_value))?;
        let Choice { is_repeated, sequences, .. } = options[index];
        let sequence = sequences.iter().find(|parts| starts_with_token(parts, word));
        let sequence = sequence.or_else(|| sequences.iter().find(|parts| starts_with_value(parts)))?;
        let expected = take_sequence(sequence, words);
        if !is_repeated {
            options.remove(index);
        }
        if let Some(mut expected) = expected {
            expected.arguments.extend(remaining(&options));
            return Some(expected);
        }
    }
}

/// Consumes the words of a sequence. If the words end within the sequence, returns what may follow them. Otherwise,
/// returns `None`.
fn take_sequence(sequence: &[Part], words: &mut &[&str]) -> Option<Expected> {
    for (index, part) in sequence.iter().enumerate() {
        if words.is_empty() {
            // The sequence is complete if only options remain.
            if index > 0 && sequence[index..].iter().all(|part| part.as_optional().is_some()) {
                return None;
            }
            return Some(expected_at(&sequence[index..]));
        }
        if let Some(choice) = part.as_optional() {
            while let Some(word) = words.first()
                && choice.sequences.iter().any(|parts| starts_with_token(parts, word))
            {
                if let Some(expected) = take_required(part, words) {
                    return Some(expected);
                }
                if !choice.is_repeated {
                    break;
                }
            }
            continue;
        }
        if let Some(expected) = take_required(part, words) {
            return Some(expected);
        }
    }
    None
}

/// Returns `parts` as the expected arguments, and the tokens with which the first part may begin.
fn expected_at(parts: &[Part]) -> Expected {
    Expected { arguments: notations(parts).collect(), tokens: parts.first().map(Part::tokens).unwrap_or_default() }
}

fn notations(parts: &[Part]) -> impl Iterator<Item = String> {
    parts.iter().map(Part::notation)
}

fn starts_with_token(sequence: &[Part], word: &str) -> bool {
    matches!(sequence.first(), Some(Part::Token(token)) if token.eq_ignore_ascii_case(word))
}

fn starts_with_value(sequence: &[Part]) -> bool {
    matches!(sequence.first(), Some(Part::Value(_)))
}

impl Part {
    fn notation(&self) -> String {
        match self {
            Part::Value(text) | Part::Token(text) => (*text).to_owned(),
            Part::Choice(choice) => choice.notation.clone(),
        }
    }

    /// Returns the tokens with which the part may begin.
    fn tokens(&self) -> Vec<&'static str> {
        match self {
            Part::Value(_) => Vec::new(),
            Part::Token(token) => vec![token],
            Part::Choice(choice) => choice.tokens(),
        }
    }

    fn as_optional(&self) -> Option<&Choice> {
        match self {
            Part::Choice(choice) if choice.is_optional => Some(choice),
            _ => None,
        }
    }
}

impl Choice {
    fn tokens(&self) -> Vec<&'static str> {
        self.sequences.iter().filter_map(|sequence| sequence.first()).flat_map(Part::tokens).collect()
    }
}

/// Splits an argument of a command into the parts of its syntax: its token, its values and, if the argument may be
/// repeated, an option for the repetitions.
fn parts_of(argument: &Argument) -> Vec<Part> {
    let once = Argument { optional: false, multiple: false, multiple_token: false, ..argument.clone() };
    let repeated = Argument { token: argument.token.filter(|_| argument.multiple_token), ..once.clone() };
    match (argument.optional, argument.multiple) {
        (false, false) => parts_of_one(&once),
        (false, true) => {
            let mut parts = parts_of_one(&once);
            let notation = format!("[{repeated} ...]");
            parts.push(Part::Choice(Choice {
                notation,
                is_optional: true,
                is_repeated: true,
                sequences: sequences_of(&repeated),
            }));
            parts
        }
        // An option such as `[WEIGHTS weight [weight ...]]` may occur only once. Its inner option repeats the value.
        (true, is_repeated) if is_repeated && repeated.token != argument.token => {
            let required = Argument { optional: false, ..argument.clone() };
            let notation = argument.to_string();
            let sequences = vec![parts_of(&required)];
            vec![Part::Choice(Choice { notation, is_optional: true, is_repeated: false, sequences })]
        }
        (true, is_repeated) => {
            let notation = argument.to_string();
            vec![Part::Choice(Choice { notation, is_optional: true, is_repeated, sequences: sequences_of(&once) })]
        }
    }
}

/// Splits an argument that is neither optional nor repeated into parts.
fn parts_of_one(argument: &Argument) -> Vec<Part> {
    let mut parts: Vec<Part> = argument.token.map(Part::Token).into_iter().collect();
    match &argument.shape {
        Shape::Token => {}
        Shape::Value(name) => parts.push(Part::Value(name)),
        Shape::Block(arguments) => parts.extend(arguments.iter().flat_map(parts_of)),
        Shape::OneOf(_) => {
            let choice = Argument { token: None, ..argument.clone() };
            let (notation, sequences) = (choice.to_string(), sequences_of(&choice));
            parts.push(Part::Choice(Choice { notation, is_optional: false, is_repeated: false, sequences }));
        }
    }
    parts
}

/// Returns the sequences of a choice. Any other argument counts as a choice with a single sequence.
fn sequences_of(argument: &Argument) -> Vec<Vec<Part>> {
    match (&argument.shape, argument.token) {
        (Shape::OneOf(choices), None) => choices.iter().map(parts_of).collect(),
        _ => vec![parts_of_one(argument)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redis_engine::commands;

    /// Returns the expected arguments and tokens after a redis-cli line.
    fn expected(line: &str) -> (String, String) {
        let words: Vec<&str> = line.split(' ').collect();
        let command = commands::by_name(words[0]).expect("the line begins with a command");
        let expected = expected_after(command.syntax, &words[1..]);
        (expected.arguments.join(" "), expected.tokens.join(" "))
    }

    #[test]
    fn the_syntax_of_a_command_tells_what_may_follow() {
        let cases = [
            ("HGET", "key field", ""),
            ("HGET h", "field", ""),
            ("HGET h f", "", ""),
            ("SCAN 0", "[MATCH pattern] [COUNT count] [TYPE type]", "MATCH COUNT TYPE"),
            ("SCAN 0 COUNT", "count [MATCH pattern] [TYPE type]", ""),
            ("SCAN 0 count 10", "[MATCH pattern] [TYPE type]", "MATCH TYPE"),
            ("SADD s", "member [member ...]", ""),
            ("SADD s a", "[member ...]", ""),
            ("SADD s a b c", "[member ...]", ""),
            ("LMOVE a b", "<LEFT | RIGHT> <LEFT | RIGHT>", "LEFT RIGHT"),
            ("LMOVE a b LEFT", "<LEFT | RIGHT>", "LEFT RIGHT"),
            ("MSET a 1 b", "value [key value ...]", ""),
            (
                "SORT k GET",
                "get-pattern [BY by-pattern] [LIMIT offset count] [GET get-pattern [GET get-pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]",
                "",
            ),
            ("ZUNION 1 a WEIGHTS", "weight [weight ...] [key ...] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]", ""),
            ("HTTL h FIELDS 2 a", "[field ...]", ""),
        ];
        for (line, arguments, tokens) in cases {
            assert_eq!(expected(line), (arguments.to_owned(), tokens.to_owned()), "{line}");
        }
        let (_, tokens) = expected("SET a 1 NX");
        assert!(tokens.starts_with("GET EX PX") && !tokens.contains("XX"), "{tokens}");
        let (arguments, tokens) = expected("SET a 1 EX");
        assert!(arguments.starts_with("seconds [NX | XX] [GET]") && tokens.is_empty(), "{arguments} / {tokens}");
        let (_, tokens) = expected("ZADD z");
        assert!(tokens.contains("NX") && tokens.contains("GT") && tokens.contains("INCR"), "{tokens}");
    }

    #[test]
    fn no_number_of_words_is_too_large_for_a_syntax() {
        for command in commands::all() {
            for count in 0..12 {
                expected_after(command.syntax, &vec!["x"; count]);
            }
        }
    }
}
