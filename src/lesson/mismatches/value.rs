//! Differences between the wanted value and the value that a submission showed.

use crate::lesson::value::{Value, number, same};
use crate::spelling;

/// The most specific description of the difference between two values.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueMismatch {
    /// The value is text, but should be bytes with the same content.
    TextForBytes {
        wanted: Value,
    },
    /// The value is bytes, but should be text with the same content.
    BytesForText,
    /// The value is text or bytes, and is similar to what is wanted. Its type may also be wrong.
    Text {
        difference: TextMismatch,
        wrong_type: Option<TextType>,
    },
    /// The value is a string of digits, but should be a number.
    DigitsForNumber,
    /// The value is a number, but should be a string with the same digits.
    NumberForDigits,
    OneTooMany,
    OneTooFew,
    OppositeSign,
    /// The value is `None`, but should be another value.
    Nothing,
    /// The value is a list whose only element is the wanted value.
    InList,
    /// The value is of a different kind, such as a list instead of a number.
    Kind {
        wanted: Kind,
        actual: Kind,
    },
    List(ListMismatch),
    /// A member of a set is not wanted, but is similar to a wanted member that is missing.
    Member {
        wanted: Value,
        actual: Value,
        difference: Box<ValueMismatch>,
    },
    /// Members of a set are missing, or there are members that are not wanted.
    Members {
        missing: Vec<Value>,
        surplus: Vec<Value>,
    },
    /// A field of a dict does not have the wanted value.
    Field {
        field: Value,
        wanted: Value,
        actual: Value,
        difference: Option<Box<ValueMismatch>>,
    },
    /// The field names are bytes in one dict and text in the other.
    FieldNameTypes,
    /// A field name is misspelt.
    FieldName {
        wanted: String,
        actual: String,
    },
}

/// A difference between two similar strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMismatch {
    Case,
    OuterWhitespace,
    /// The value is the wanted text inside quotes.
    Quotes,
    Spelling,
    /// The value is the wanted text, followed by more text.
    TooLong,
    /// The value is only a prefix of the wanted text.
    TooShort,
}

/// The two Python types that can contain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextType {
    Bytes,
    Text,
}

/// A difference between two lists.
#[derive(Debug, Clone, PartialEq)]
pub enum ListMismatch {
    Empty,
    ScoresMissing,
    ScoresUnwanted,
    /// The value is a list whose only element is the wanted list.
    Nested,
    Reversed,
    /// The elements are right, but in the wrong order. `wanted` and `actual` are the elements at the first difference.
    Order {
        wanted: Value,
        actual: Value,
    },
    SurplusLast(Value),
    SurplusFirst(Value),
    MissingLast(Value),
    MissingFirst(Value),
    Element {
        index: usize,
        wanted: Value,
        actual: Value,
        difference: Option<Box<ValueMismatch>>,
    },
}

/// A kind of value, in terms that learners know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    None,
    Bool,
    Number,
    Text,
    Bytes,
    List,
    Tuple,
    Set,
    Dict,
}

impl ValueMismatch {
    /// Describes the difference between two values. Returns `None` if they are equal, or if the difference is obvious.
    pub fn between(wanted: &Value, actual: &Value) -> Option<ValueMismatch> {
        match (wanted, actual) {
            (Value::Bytes(a), Value::Text(b)) if a == b.as_bytes() => {
                Some(ValueMismatch::TextForBytes { wanted: wanted.clone() })
            }
            (Value::Text(a), Value::Bytes(b)) if a.as_bytes() == b => Some(ValueMismatch::BytesForText),
            (Value::Bytes(_) | Value::Text(_), Value::Bytes(_) | Value::Text(_)) => {
                let difference = TextMismatch::between(wanted, actual)?;
                let wrong_type = match (wanted, actual) {
                    (Value::Text(_), Value::Bytes(_)) => Some(TextType::Bytes),
                    (Value::Bytes(_), Value::Text(_)) => Some(TextType::Text),
                    _ => None,
                };
                Some(ValueMismatch::Text { difference, wrong_type })
            }
            (Value::Integer(_) | Value::Float(_), Value::Bytes(_) | Value::Text(_))
                if digits(actual) == number(wanted) =>
            {
                Some(ValueMismatch::DigitsForNumber)
            }
            (Value::Bytes(_) | Value::Text(_), Value::Integer(_) | Value::Float(_))
                if digits(wanted) == number(actual) =>
            {
                Some(ValueMismatch::NumberForDigits)
            }
            (Value::Integer(wanted), Value::Integer(actual)) => between_integers(*wanted, *actual),
            // With only two possible values, the difference is obvious.
            (Value::Bool(_), Value::Bool(_)) => None,
            (_, Value::None) => Some(ValueMismatch::Nothing),
            (Value::Sequence(wanted), Value::Sequence(actual)) => between_lists(wanted, actual),
            (Value::Set(wanted), Value::Set(actual)) => between_members(wanted, actual),
            (Value::Map(wanted), Value::Map(actual)) => between_dicts(wanted, actual),
            (_, Value::Sequence(items)) if matches!(items.as_slice(), [item] if same(item, wanted)) => {
                Some(ValueMismatch::InList)
            }
            _ => {
                let (wanted, actual) = (Kind::of_value(wanted), Kind::of_value(actual));
                (wanted != actual).then_some(ValueMismatch::Kind { wanted, actual })
            }
        }
    }

    /// Changes the kind of a tuple from `List` to `Tuple`. A tuple is recognised by the parenthesis with which its text
    /// begins, because lists and tuples are both parsed as sequences.
    pub fn with_tuples(self, wanted_text: &str, actual_text: &str) -> ValueMismatch {
        let kind = |kind: Kind, text: &str| {
            if kind == Kind::List && text.trim_start().starts_with('(') { Kind::Tuple } else { kind }
        };
        match self {
            ValueMismatch::Kind { wanted, actual } => {
                ValueMismatch::Kind { wanted: kind(wanted, wanted_text), actual: kind(actual, actual_text) }
            }
            other => other,
        }
    }

    /// Returns the correct name if the difference is a misspelt name, and `None` otherwise.
    pub fn suggested_name(&self) -> Option<&str> {
        match self {
            ValueMismatch::FieldName { wanted, .. } => Some(wanted),
            ValueMismatch::Member { difference, .. }
            | ValueMismatch::Field { difference: Some(difference), .. }
            | ValueMismatch::List(ListMismatch::Element { difference: Some(difference), .. }) => {
                difference.suggested_name()
            }
            _ => None,
        }
    }
}

impl TextMismatch {
    fn between(wanted: &Value, actual: &Value) -> Option<TextMismatch> {
        let (wanted, actual) = (text(wanted)?, text(actual)?);
        if wanted.eq_ignore_ascii_case(&actual) {
            Some(TextMismatch::Case)
        } else if wanted.trim() == actual.trim() {
            Some(TextMismatch::OuterWhitespace)
        } else if actual.trim_matches(['"', '\'']) == wanted {
            Some(TextMismatch::Quotes)
        } else if spelling::are_similar(&wanted, &actual) && without_digits(&wanted) != without_digits(&actual) {
            Some(TextMismatch::Spelling)
        } else if actual.starts_with(&wanted) {
            Some(TextMismatch::TooLong)
        } else if wanted.starts_with(&actual) {
            Some(TextMismatch::TooShort)
        } else {
            None
        }
    }
}

impl Kind {
    fn of_value(value: &Value) -> Kind {
        match value {
            Value::None => Kind::None,
            Value::Bool(_) => Kind::Bool,
            Value::Integer(_) | Value::Float(_) => Kind::Number,
            Value::Text(_) => Kind::Text,
            Value::Bytes(_) => Kind::Bytes,
            Value::Sequence(_) => Kind::List,
            Value::Set(_) => Kind::Set,
            Value::Map(_) => Kind::Dict,
        }
    }
}

fn between_integers(wanted: i128, actual: i128) -> Option<ValueMismatch> {
    match actual.checked_sub(wanted)? {
        1 => Some(ValueMismatch::OneTooMany),
        -1 => Some(ValueMismatch::OneTooFew),
        _ if actual == -wanted && wanted != 0 => Some(ValueMismatch::OppositeSign),
        _ => None,
    }
}

fn between_lists(wanted: &[Value], actual: &[Value]) -> Option<ValueMismatch> {
    let are_same = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    let list = |mismatch: ListMismatch| Some(ValueMismatch::List(mismatch));
    if actual.is_empty() {
        return list(ListMismatch::Empty);
    }
    if are_pairs(wanted) && are_same(&first_elements(wanted), actual) {
        return list(ListMismatch::ScoresMissing);
    }
    if are_pairs(actual) && are_same(wanted, &first_elements(actual)) {
        return list(ListMismatch::ScoresUnwanted);
    }
    if let [Value::Sequence(inner)] = actual
        && are_same(wanted, inner)
    {
        return list(ListMismatch::Nested);
    }
    let reversed: Vec<Value> = actual.iter().rev().cloned().collect();
    if are_same(wanted, &reversed) {
        return list(ListMismatch::Reversed);
    }
    let (missing, surplus) = multiset_difference(wanted, actual);
    let first_difference = || wanted.iter().zip(actual).position(|(a, b)| !same(a, b));
    if missing.is_empty() && surplus.is_empty() {
        let index = first_difference()?;
        return list(ListMismatch::Order { wanted: wanted[index].clone(), actual: actual[index].clone() });
    }
    match (wanted.len(), actual.len()) {
        (n, m) if m == n + 1 && are_same(wanted, &actual[..n]) => list(ListMismatch::SurplusLast(actual[n].clone())),
        (n, m) if m == n + 1 && are_same(wanted, &actual[1..]) => list(ListMismatch::SurplusFirst(actual[0].clone())),
        (n, m) if n == m + 1 && are_same(&wanted[..m], actual) => list(ListMismatch::MissingLast(wanted[m].clone())),
        (n, m) if n == m + 1 && are_same(&wanted[1..], actual) => list(ListMismatch::MissingFirst(wanted[0].clone())),
        (n, m) if n == m && missing.len() == 1 && surplus.len() == 1 => {
            let index = first_difference()?;
            let (wanted, actual) = (wanted[index].clone(), actual[index].clone());
            let difference = between_elements(&wanted, &actual).map(Box::new);
            list(ListMismatch::Element { index, wanted, actual, difference })
        }
        _ => between_members(wanted, actual),
    }
}

/// Describes the difference between a list element and the wanted element. If both are lists themselves, such as pairs
/// of a member and its score, and differ at a single position, describes the difference at that position.
fn between_elements(wanted: &Value, actual: &Value) -> Option<ValueMismatch> {
    match (wanted, actual) {
        (Value::Sequence(a), Value::Sequence(b)) => {
            let mut different = a.iter().zip(b).filter(|(a, b)| !same(a, b));
            different.next().filter(|_| different.next().is_none()).and_then(|(a, b)| ValueMismatch::between(a, b))
        }
        _ => ValueMismatch::between(wanted, actual),
    }
}

fn between_members(wanted: &[Value], actual: &[Value]) -> Option<ValueMismatch> {
    let (missing, surplus) = multiset_difference(wanted, actual);
    if let ([wanted], [actual]) = (missing.as_slice(), surplus.as_slice())
        && let Some(difference) = ValueMismatch::between(wanted, actual)
    {
        let (wanted, actual) = (wanted.clone(), actual.clone());
        return Some(ValueMismatch::Member { wanted, actual, difference: Box::new(difference) });
    }
    members(missing, surplus)
}

fn between_dicts(wanted: &[(Value, Value)], actual: &[(Value, Value)]) -> Option<ValueMismatch> {
    let fields = |pairs: &[(Value, Value)]| pairs.iter().map(|(field, _)| field.clone()).collect::<Vec<_>>();
    let (missing, surplus) = multiset_difference(&fields(wanted), &fields(actual));
    if missing.is_empty() && surplus.is_empty() {
        return wanted.iter().find_map(|(field, wanted)| {
            let (_, actual) = actual.iter().find(|(other, _)| same(field, other))?;
            (!same(wanted, actual)).then(|| ValueMismatch::Field {
                field: field.clone(),
                wanted: wanted.clone(),
                actual: actual.clone(),
                difference: ValueMismatch::between(wanted, actual).map(Box::new),
            })
        });
    }
    if !missing.is_empty()
        && missing.len() == surplus.len()
        && missing.iter().all(|a| surplus.iter().any(|b| text(a) == text(b)))
    {
        return Some(ValueMismatch::FieldNameTypes);
    }
    if let ([wanted], [actual]) = (missing.as_slice(), surplus.as_slice())
        && let (Some(wanted), Some(actual)) = (text(wanted), text(actual))
        && spelling::are_similar(&wanted, &actual)
    {
        return Some(ValueMismatch::FieldName { wanted, actual });
    }
    members(missing, surplus)
}

fn members(missing: Vec<Value>, surplus: Vec<Value>) -> Option<ValueMismatch> {
    (!missing.is_empty() || !surplus.is_empty()).then_some(ValueMismatch::Members { missing, surplus })
}

/// Returns the wanted values that are missing, and the actual values that are not wanted. A value that is wanted twice
/// must also occur twice.
fn multiset_difference(wanted: &[Value], actual: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let mut surplus = actual.to_vec();
    let missing = wanted.iter().filter(|value| match surplus.iter().position(|other| same(value, other)) {
        Some(index) => {
            surplus.remove(index);
            false
        }
        None => true,
    });
    (missing.cloned().collect(), surplus)
}

fn are_pairs(values: &[Value]) -> bool {
    !values.is_empty() && values.iter().all(|value| matches!(value, Value::Sequence(pair) if pair.len() == 2))
}

fn first_elements(pairs: &[Value]) -> Vec<Value> {
    let first = |value: &Value| if let Value::Sequence(pair) = value { pair.first().cloned() } else { None };
    pairs.iter().filter_map(first).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn digits(value: &Value) -> Option<f64> {
    text(value)?.parse().ok()
}

/// Returns `text` without its digits. Strings that differ only in their digits, such as `user:1` and `user:2`, name
/// different things.
fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}
