//! Predictions: checks whether a learner's guess is what Python prints, including its type.
//!
//! `True` does not match `1` here, although they are equal in Python, because the learner predicts what appears on the
//! screen. There is a separate verdict for a guess that has the right value but the wrong type.

use TypeMismatchKind as Kind;

use super::value::{Value, number, parse_python};

/// The verdict on a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    Right,
    /// The value is right, but not in Python's notation, as in `nil`, `(integer) 1` or `7 bytes`.
    OtherNotation,
    /// The value is right, but its type is wrong.
    Nearly(TypeMismatch),
    Wrong,
}

/// A difference in type between two values that are otherwise the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeMismatch {
    pub kind: TypeMismatchKind,
    /// Whether the type of an element is wrong, rather than the type of the value itself.
    pub is_inside: bool,
}

/// How the type of the printed value differs from that of the guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeMismatchKind {
    IsBytes,
    IsText,
    /// The text is printed without quotes, as by `print`.
    IsPrintedText,
    IsDigitsInBytes,
    IsDigitsInText,
    IsFloat,
    IsNumberNotBool,
    IsInteger,
    IsNumberNotText,
    IsBool,
    IsSet,
    IsList,
    /// The same elements are printed in different brackets.
    OtherBrackets,
}

/// Compares a guess with the line that Python prints. If the guess is not in Python's notation, compares the guess's
/// meaning.
pub fn judge(truth: &str, guess: &str) -> Guess {
    match judge_notation(truth, guess) {
        Guess::Wrong => {}
        verdict => return verdict,
    }
    let guess = guess.trim().trim_end_matches('.');
    for meant in other_notations(guess) {
        match judge_notation(truth, &meant) {
            Guess::Right => return Guess::OtherNotation,
            Guess::Nearly(mismatch) => return Guess::Nearly(mismatch),
            Guess::OtherNotation | Guess::Wrong => {}
        }
    }
    Guess::Wrong
}

/// Returns the possible meanings of a guess, in Python's notation. The guess may be redis-cli output, an everyday word,
/// a number with a unit, or a list without brackets.
fn other_notations(guess: &str) -> Vec<String> {
    let lower = guess.to_lowercase();
    let word = match lower.as_str() {
        "none" | "nil" | "(nil)" | "null" | "nothing" | "nothing at all" | "empty" => Some("None"),
        "true" | "yes" => Some("True"),
        "false" | "no" => Some("False"),
        "(empty array)" | "(empty list or set)" | "an empty list" | "empty list" => Some("[]"),
        "zero" => Some("0"),
        "one" => Some("1"),
        "two" => Some("2"),
        "three" => Some("3"),
        _ => None,
    };
    let integer = lower.strip_prefix("(integer)").map(|number| number.trim().to_owned());
    let with_unit = lower
        .split_once(' ')
        .filter(|(number, unit)| number.parse::<f64>().is_ok() && unit.chars().all(|c| c.is_alphabetic() || c == ' '));
    let is_item = |item: &str| !item.is_empty() && !item.contains(['\'', '"', '[', ']', '(', ')', '{', '}', '=']);
    let items: Vec<&str> = guess.split([',', ' ']).filter(|item| !item.is_empty()).collect();
    let list = (items.len() > 1 && items.iter().all(|item| is_item(item)))
        .then(|| format!("[{}]", items.iter().map(|item| format!("'{item}'")).collect::<Vec<_>>().join(", ")));
    [word.map(str::to_owned), integer, with_unit.map(|(number, _)| number.to_owned()), list]
        .into_iter()
        .flatten()
        .collect()
}

/// Compares a guess in Python's notation with the line that Python prints.
fn judge_notation(truth: &str, guess: &str) -> Guess {
    let (truth, guess) = (truth.trim(), guess.trim());
    if truth == guess {
        return Guess::Right;
    }
    let mut mismatches = Vec::new();
    if !Printed::parse(truth).has_same_content(&Printed::parse(guess), &mut mismatches) {
        return Guess::Wrong;
    }
    match mismatches.into_iter().next() {
        Some(mismatch) => Guess::Nearly(mismatch),
        None if count_brackets(truth) != count_brackets(guess) => {
            Guess::Nearly(TypeMismatch { kind: TypeMismatchKind::OtherBrackets, is_inside: false })
        }
        None => Guess::Right,
    }
}

/// A line that Python prints, or that the learner expects it to print.
#[derive(Debug, Clone)]
enum Printed {
    /// The line is the `repr` of a value.
    Value(Value),
    /// The line is any other text.
    Bare(String),
}

impl Printed {
    fn parse(text: &str) -> Printed {
        parse_python(text).map_or_else(|| Printed::Bare(text.into()), Printed::Value)
    }

    /// Returns whether a guess has the same content as this line. Adds their differences in type to `mismatches`.
    fn has_same_content(&self, guess: &Printed, mismatches: &mut Vec<TypeMismatch>) -> bool {
        let mut note = |kind: Kind| mismatches.push(TypeMismatch { kind, is_inside: false });
        match (self, guess) {
            (Printed::Value(wanted), Printed::Value(actual)) => are_same_content(wanted, actual, true, mismatches),
            (Printed::Value(wanted), Printed::Bare(actual)) => {
                note(if matches!(wanted, Value::Bytes(_)) { Kind::IsBytes } else { Kind::IsText });
                text_content(wanted).as_deref() == Some(actual)
            }
            (Printed::Bare(wanted), Printed::Value(actual)) => {
                note(Kind::IsPrintedText);
                text_content(actual).as_deref() == Some(wanted)
            }
            (Printed::Bare(wanted), Printed::Bare(actual)) => wanted == actual,
        }
    }
}

/// Returns whether two values have the same content, regardless of their types. Adds their differences in type to
/// `mismatches`.
fn are_same_content(wanted: &Value, actual: &Value, is_outer: bool, mismatches: &mut Vec<TypeMismatch>) -> bool {
    let mut note = |kind: Kind| mismatches.push(TypeMismatch { kind, is_inside: !is_outer });
    let digits = |value: &Value| text_content(value).and_then(|text| text.parse::<f64>().ok());
    match (wanted, actual) {
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| are_same_content(a, b, false, mismatches))
        }
        (Value::Set(a), Value::Set(b)) => are_same_members(a, b, mismatches),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| {
                    b.iter().any(|(other_key, other_value)| {
                        keep_if_same(mismatches, |found| {
                            are_same_content(key, other_key, false, found)
                                && are_same_content(value, other_value, false, found)
                        })
                    })
                })
        }
        (Value::Set(a), Value::Sequence(b)) => {
            note(Kind::IsSet);
            are_same_members(a, b, mismatches)
        }
        (Value::Sequence(a), Value::Set(b)) => {
            note(Kind::IsList);
            are_same_members(a, b, mismatches)
        }
        (Value::Bytes(a), Value::Text(b)) => {
            note(Kind::IsBytes);
            a == b.as_bytes()
        }
        (Value::Text(a), Value::Bytes(b)) => {
            note(Kind::IsText);
            a.as_bytes() == b
        }
        _ => match (number(wanted), number(actual)) {
            (Some(a), Some(b)) => {
                if let Some(kind) = number_mismatch(wanted, actual) {
                    note(kind);
                }
                a == b
            }
            (Some(a), None) => {
                note(Kind::IsNumberNotText);
                !matches!(wanted, Value::Bool(_)) && digits(actual) == Some(a)
            }
            (None, Some(b)) => {
                note(if matches!(wanted, Value::Bytes(_)) { Kind::IsDigitsInBytes } else { Kind::IsDigitsInText });
                !matches!(actual, Value::Bool(_)) && digits(wanted) == Some(b)
            }
            (None, None) => wanted == actual,
        },
    }
}

/// Returns whether two lists have the same elements, in any order. Adds their differences in type to `mismatches`.
fn are_same_members(wanted: &[Value], actual: &[Value], mismatches: &mut Vec<TypeMismatch>) -> bool {
    wanted.len() == actual.len()
        && wanted
            .iter()
            .all(|a| actual.iter().any(|b| keep_if_same(mismatches, |found| are_same_content(a, b, false, found))))
}

/// Runs a comparison. Adds the differences in type that it finds to `mismatches` only if the contents are the same.
fn keep_if_same(mismatches: &mut Vec<TypeMismatch>, compare: impl FnOnce(&mut Vec<TypeMismatch>) -> bool) -> bool {
    let mut found = Vec::new();
    let is_same = compare(&mut found);
    if is_same {
        mismatches.extend(found);
    }
    is_same
}

fn number_mismatch(wanted: &Value, actual: &Value) -> Option<Kind> {
    match (wanted, actual) {
        (Value::Bool(_), Value::Bool(_))
        | (Value::Integer(_), Value::Integer(_))
        | (Value::Float(_), Value::Float(_)) => None,
        (Value::Bool(_), _) => Some(Kind::IsBool),
        (Value::Float(_), _) => Some(Kind::IsFloat),
        (_, Value::Bool(_)) => Some(Kind::IsNumberNotBool),
        _ => Some(Kind::IsInteger),
    }
}

fn text_content(value: &Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// Returns the number of opening parentheses and the number of opening square brackets outside quotes.
fn count_brackets(text: &str) -> (usize, usize) {
    let (mut round, mut square) = (0, 0);
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => round += 1,
            (None, '[') => square += 1,
            (None, _) => {}
        }
    }
    (round, square)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prediction_has_to_have_the_right_type() {
        for (truth, guess) in [
            ("b'Hi'", "b\"Hi\""),
            ("1", " 1 "),
            ("150.0", "150.00"),
            ("{b'a', b'b'}", "{b'b', b'a'}"),
            ("{b'k': b'v', b'l': b'w'}", "{b'l': b'w', b'k': b'v'}"),
            ("[(b'Bob', 200.0)]", "[(b'Bob',200.0)]"),
            ("Alice", "Alice"),
            ("<object at 0x7f>", "<object at 0x7f>"),
        ] {
            assert_eq!(judge(truth, guess), Guess::Right, "{guess} for {truth}");
        }
        for (truth, guess) in [
            ("b'Hi'", "'hi'"),
            ("1", "2"),
            ("None", "0"),
            ("[b'a']", "[]"),
            ("[b'a', b'b']", "['b', 'a']"),
            ("{b'a', b'b'}", "{'a', 'c'}"),
            ("True", "'1'"),
            ("b'1'", "True"),
            ("None", "'None'"),
            ("2", "r.get('a')"),
            ("0", "nil"),
            ("8", "7 bytes"),
            ("2", "(integer) 1"),
            ("[b'Bob', b'Eve']", "Eve Bob"),
        ] {
            assert_eq!(judge(truth, guess), Guess::Wrong, "{guess} for {truth}");
        }
        for (truth, guess) in [
            ("None", "none"),
            ("None", "(nil)"),
            ("None", "nil."),
            ("7", "7 bytes"),
            ("1", "(integer) 1"),
            ("True", "yes"),
            ("[]", "(empty array)"),
        ] {
            assert_eq!(judge(truth, guess), Guess::OtherNotation, "{guess} for {truth}");
        }
    }
}
