//! Predictions: whether what a learner expects is what Python prints, to the type.
//!
//! `True` is not `1` here, though the two are equal: the question is what stands on the screen. Who has the value right and
//! its type wrong is told so, and not that the value is wrong.

use super::value::{Value, number, parse_python};

/// What comes of a prediction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    Right,
    /// The value is right, and its type is not: how they differ, in Markdown, as a sentence that goes on.
    Nearly(String),
    Wrong,
}

/// Judges what was predicted against what is printed.
pub fn judge(truth: &str, guess: &str) -> Guess {
    let (truth, guess) = (truth.trim(), guess.trim());
    if truth == guess {
        return Guess::Right;
    }
    let (wanted, seen) = (Printed::of(truth), Printed::of(guess));
    let mut slips = Vec::new();
    if !wanted.is_like(&seen, true, &mut slips) {
        return Guess::Wrong;
    }
    match slips.into_iter().next() {
        Some((slip, is_inner)) => Guess::Nearly(slip.told(is_inner)),
        None if brackets(truth) != brackets(guess) => {
            Guess::Nearly("the brackets are others. A tuple stands in `( )`, a list in `[ ]`.".into())
        }
        None => Guess::Right,
    }
}

/// A value as it is printed; without quotes it may be any text.
#[derive(Debug, Clone)]
enum Printed {
    Value(Value),
    Bare(String),
}

/// A value of the right content and the wrong type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    Bytes,
    Text,
    Bare,
    DigitsInBytes,
    DigitsInText,
    Float,
    /// In place of a bool, of a float, of text.
    NotBool,
    NotFloat,
    NotText,
    Bool,
    Set,
    List,
}

impl Slip {
    /// What is printed instead. `is_inner` is what stands within a list or its like.
    fn told(self, is_inner: bool) -> String {
        let it = if is_inner { "what it holds" } else { "it" };
        match self {
            Slip::Bytes => format!("{it} comes back as bytes, `b'…'`."),
            Slip::Text => format!("{it} is text, in quotes and without a `b`."),
            Slip::Bare => "`print` shows text without quotes.".into(),
            Slip::DigitsInBytes => format!("{it} comes back as digits in bytes, `b'…'`."),
            Slip::DigitsInText => format!("{it} is text, digits in quotes."),
            Slip::Float => format!("{it} is a float, and is printed with a point."),
            Slip::NotBool => format!("{it} is a number, not `True` or `False`."),
            Slip::NotFloat => format!("{it} is a whole number, without a point."),
            Slip::NotText => format!("{it} is a number, without quotes."),
            Slip::Bool => format!("{it} is `True` or `False`, no number."),
            Slip::Set => "it is a set, `{…}`.".into(),
            Slip::List => "it is a list, `[…]`.".into(),
        }
    }
}

/// What was found to differ in type, and whether it stands within something.
type Slips = Vec<(Slip, bool)>;

impl Printed {
    fn of(text: &str) -> Printed {
        parse_python(text).map_or_else(|| Printed::Bare(text.into()), Printed::Value)
    }

    fn is_like(&self, seen: &Printed, is_outer: bool, slips: &mut Slips) -> bool {
        match (self, seen) {
            (Printed::Value(wanted), Printed::Value(seen)) => alike(wanted, seen, is_outer, slips),
            (Printed::Value(wanted), Printed::Bare(seen)) => {
                let slip = if matches!(wanted, Value::Bytes(_)) { Slip::Bytes } else { Slip::Text };
                slips.push((slip, false));
                content(wanted).as_deref() == Some(seen)
            }
            (Printed::Bare(wanted), Printed::Value(seen)) => {
                slips.push((Slip::Bare, false));
                content(seen).as_deref() == Some(wanted)
            }
            (Printed::Bare(wanted), Printed::Bare(seen)) => wanted == seen,
        }
    }
}

/// Whether two values are the same but for types; where types differ is noted.
fn alike(wanted: &Value, seen: &Value, is_outer: bool, slips: &mut Slips) -> bool {
    let mut note = |slip: Slip| slips.push((slip, !is_outer));
    let digits = |value: &Value| content(value).and_then(|text| text.parse::<f64>().ok());
    match (wanted, seen) {
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b, false, slips))
        }
        (Value::Set(a), Value::Set(b)) => are_members(a, b, slips),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| {
                    b.iter().any(|(k, v)| {
                        let mut found = Slips::new();
                        let is = alike(key, k, false, &mut found) && alike(value, v, false, &mut found);
                        slips.extend(found.into_iter().filter(|_| is));
                        is
                    })
                })
        }
        (Value::Set(a), Value::Sequence(b)) => {
            note(Slip::Set);
            are_members(a, b, slips)
        }
        (Value::Sequence(a), Value::Set(b)) => {
            note(Slip::List);
            are_members(a, b, slips)
        }
        (Value::Bytes(a), Value::Text(b)) => {
            note(Slip::Bytes);
            a == b.as_bytes()
        }
        (Value::Text(a), Value::Bytes(b)) => {
            note(Slip::Text);
            a.as_bytes() == b
        }
        _ => match (number(wanted), number(seen)) {
            (Some(a), Some(b)) => {
                note_number(wanted, seen, note);
                a == b
            }
            (Some(a), None) => {
                note(Slip::NotText);
                !matches!(wanted, Value::Bool(_)) && digits(seen) == Some(a)
            }
            (None, Some(b)) => {
                note(if matches!(wanted, Value::Bytes(_)) { Slip::DigitsInBytes } else { Slip::DigitsInText });
                !matches!(seen, Value::Bool(_)) && digits(wanted) == Some(b)
            }
            (None, None) => wanted == seen,
        },
    }
}

/// Whether two lists hold the same, in any order.
fn are_members(wanted: &[Value], seen: &[Value], slips: &mut Slips) -> bool {
    wanted.len() == seen.len()
        && wanted.iter().all(|a| {
            seen.iter().any(|b| {
                let mut found = Slips::new();
                let is = alike(a, b, false, &mut found);
                slips.extend(found.into_iter().filter(|_| is));
                is
            })
        })
}

fn note_number(wanted: &Value, seen: &Value, mut note: impl FnMut(Slip)) {
    match (wanted, seen) {
        (Value::Bool(_), Value::Bool(_))
        | (Value::Integer(_), Value::Integer(_))
        | (Value::Float(_), Value::Float(_)) => {}
        (Value::Bool(_), _) => note(Slip::Bool),
        (Value::Float(_), _) => note(Slip::Float),
        (_, Value::Bool(_)) => note(Slip::NotBool),
        _ => note(Slip::NotFloat),
    }
}

fn content(value: &Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The round and the square brackets outside of quotes: how many of each there are.
fn brackets(text: &str) -> (usize, usize) {
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
    fn a_prediction_is_right_to_the_type() {
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
        ] {
            assert_eq!(judge(truth, guess), Guess::Wrong, "{guess} for {truth}");
        }
    }

    #[test]
    fn a_slip_of_the_type_is_told_as_one() {
        for (truth, guess, told) in [
            ("b'Hi'", "'Hi'", "it comes back as bytes, `b'…'`."),
            ("b'Hi'", "Hi", "it comes back as bytes, `b'…'`."),
            ("'Hi'", "b'Hi'", "it is text, in quotes and without a `b`."),
            ("Hi", "'Hi'", "`print` shows text without quotes."),
            ("1", "True", "it is a number, not `True` or `False`."),
            ("0", "False", "it is a number, not `True` or `False`."),
            ("True", "1", "it is `True` or `False`, no number."),
            ("False", "0", "it is `True` or `False`, no number."),
            ("150.0", "150", "it is a float, and is printed with a point."),
            ("150", "150.0", "it is a whole number, without a point."),
            ("b'10'", "10", "it comes back as digits in bytes, `b'…'`."),
            ("10", "'10'", "it is a number, without quotes."),
            ("[b'task1']", "['task1']", "what it holds comes back as bytes, `b'…'`."),
            ("[(b'Bob', 200.0)]", "[(b'Bob', 200)]", "what it holds is a float, and is printed with a point."),
            ("{b'a': b'1'}", "{'a': '1'}", "what it holds comes back as bytes, `b'…'`."),
            ("{b'a', b'b'}", "[b'b', b'a']", "it is a set, `{…}`."),
            ("(b'q', b'x')", "[b'q', b'x']", "the brackets are others. A tuple stands in `( )`, a list in `[ ]`."),
        ] {
            assert_eq!(judge(truth, guess), Guess::Nearly(told.into()), "{guess} for {truth}");
        }
    }
}
