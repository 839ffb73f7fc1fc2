//! Feedback sentences about values: how the value that a submission showed differs from the expected one.

use crate::lesson::mismatches::value::{Kind, ListMismatch, TextMismatch, TextType, ValueMismatch};
use crate::lesson::value::{Value, repr};
use crate::markup::{code, truncate_characters};
use crate::messages::feedback as messages;

/// Maximum total length of the wanted and the actual value, in bytes. If they are longer and their difference is known,
/// the sentence describes only the difference.
const LONGEST_PAIR: usize = 110;

/// Maximum number of values that are listed in a sentence.
const MOST_LISTED: usize = 3;

/// Returns a sentence with the wanted and the actual value, followed by a description of their difference. If the
/// values are too long and the difference is known, returns only the description.
pub fn wanted_and_actual(wanted: &str, actual: &str, difference: Option<&ValueMismatch>) -> String {
    let is_short = wanted.len() + actual.len() <= LONGEST_PAIR;
    let both = messages::wanted_and_shown(code(wanted), code(actual));
    match difference.map(sentence) {
        Some(difference) if is_short => format!("{both} {difference}"),
        Some(difference) => difference,
        None => both,
    }
}

/// Returns one or two sentences about the difference between two values.
pub fn sentence(mismatch: &ValueMismatch) -> String {
    match mismatch {
        ValueMismatch::TextForBytes { wanted } => messages::text_for_bytes(quoted(wanted)),
        ValueMismatch::BytesForText => messages::bytes_for_text(),
        ValueMismatch::Text { difference, wrong_type } => {
            let difference = text_sentence(*difference);
            match wrong_type {
                Some(TextType::Bytes) => format!("{difference} {}", messages::also_bytes_for_text()),
                Some(TextType::Text) => format!("{difference} {}", messages::also_text_for_bytes()),
                None => difference,
            }
        }
        ValueMismatch::DigitsForNumber => messages::digits_for_number(),
        ValueMismatch::NumberForDigits => messages::number_for_digits(),
        ValueMismatch::OneTooMany => messages::one_too_many(),
        ValueMismatch::OneTooFew => messages::one_too_few(),
        ValueMismatch::OppositeSign => messages::opposite_sign(),
        ValueMismatch::Nothing => messages::none_for_value(),
        ValueMismatch::InList => messages::value_in_list(),
        ValueMismatch::Kind { wanted, actual } => messages::kind_unwanted(kind_name(*actual), kind_name(*wanted)),
        ValueMismatch::List(mismatch) => list_sentence(mismatch),
        ValueMismatch::Member { wanted, actual, difference } => {
            format!("{} {}", messages::member_wrong(quoted(actual), quoted(wanted)), sentence(difference))
        }
        ValueMismatch::Members { missing, surplus } => {
            let missing = (!missing.is_empty()).then(|| messages::members_missing(listed(missing)));
            let surplus = (!surplus.is_empty()).then(|| messages::members_surplus(listed(surplus)));
            missing.into_iter().chain(surplus).collect::<Vec<_>>().join(" ")
        }
        ValueMismatch::Field { field, wanted, actual, difference } => {
            with_difference(messages::field_wrong(quoted(field), quoted(actual), quoted(wanted)), difference.as_deref())
        }
        ValueMismatch::FieldNameTypes => messages::field_name_types(),
        ValueMismatch::FieldName { wanted, actual } => messages::field_misspelt(code(actual), code(wanted)),
    }
}

fn text_sentence(mismatch: TextMismatch) -> String {
    match mismatch {
        TextMismatch::Case => messages::text_case(),
        TextMismatch::OuterWhitespace => messages::text_outer_whitespace(),
        TextMismatch::Quotes => messages::text_quotes(),
        TextMismatch::Spelling => messages::text_spelling(),
        TextMismatch::TooLong => messages::text_too_long(),
        TextMismatch::TooShort => messages::text_too_short(),
    }
}

fn list_sentence(mismatch: &ListMismatch) -> String {
    match mismatch {
        ListMismatch::Empty => messages::list_empty(),
        ListMismatch::ScoresMissing => messages::scores_missing(),
        ListMismatch::ScoresUnwanted => messages::scores_unwanted(),
        ListMismatch::Nested => messages::list_in_list(),
        ListMismatch::Reversed => messages::order_reversed(),
        ListMismatch::Order { wanted, actual } => messages::order_wrong(quoted(actual), quoted(wanted)),
        ListMismatch::SurplusLast(value) => messages::surplus_at_end(quoted(value)),
        ListMismatch::SurplusFirst(value) => messages::surplus_at_start(quoted(value)),
        ListMismatch::MissingLast(value) => messages::last_missing(quoted(value)),
        ListMismatch::MissingFirst(value) => messages::first_missing(quoted(value)),
        ListMismatch::Element { index, wanted, actual, difference } => {
            with_difference(messages::element_wrong(index, quoted(actual), quoted(wanted)), difference.as_deref())
        }
    }
}

fn with_difference(text: String, difference: Option<&ValueMismatch>) -> String {
    match difference {
        Some(difference) => format!("{text} {}", sentence(difference)),
        None => text,
    }
}

fn quoted(value: &Value) -> String {
    code(&repr(value))
}

/// Truncates a long value so that it fits in a message.
pub fn shortened(text: &str) -> String {
    const MOST_CHARACTERS: usize = 200;
    truncate_characters(text, MOST_CHARACTERS)
}

/// Joins up to `MOST_LISTED` values with commas, followed by the number of the remaining ones.
fn listed(values: &[Value]) -> String {
    let mut texts: Vec<String> = values.iter().take(MOST_LISTED).map(quoted).collect();
    if values.len() > MOST_LISTED {
        texts.push(messages::more_values(values.len() - MOST_LISTED));
    }
    texts.join(", ")
}

fn kind_name(kind: Kind) -> String {
    match kind {
        Kind::None => messages::kind_none(),
        Kind::Bool => messages::kind_bool(),
        Kind::Number => messages::kind_number(),
        Kind::Text => messages::kind_text(),
        Kind::Bytes => messages::kind_bytes(),
        Kind::List => messages::kind_list(),
        Kind::Tuple => messages::kind_tuple(),
        Kind::Set => messages::kind_set(),
        Kind::Dict => messages::kind_dict(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::value::parse_python;

    #[test]
    fn each_difference_between_values_has_its_sentence() {
        for (wanted, actual, expected) in [
            ("b'Alice'", "'Alice'", "Redis returns bytes, `b'Alice'`, and this is text."),
            ("'Alice'", "b'Alice'", "These are bytes, but text is expected: `.decode()` converts them."),
            ("b'Alice'", "b'alice'", "Upper and lower case differ."),
            ("'Alice'", "b'ALICE'", "Upper and lower case differ. Besides, these are bytes, but text is expected."),
            ("b'Alice'", "b'Alice '", "The blanks at the beginning or the end differ."),
            ("b'Alice'", "b'\"Alice\"'", "Here the quotes are part of the value."),
            ("b'Alice'", "b'Alcie'", "A few letters differ."),
            ("b'Al'", "b'Alice'", "There is something extra at the end."),
            ("b'Alice'", "b'A'", "The end is missing."),
            ("b'Alice'", "b'Bob'", ""),
            ("10", "b'10'", "These are digits, not a number: `int()` converts them."),
            ("b'10'", "10", "This is a number, but the digits that Redis stores are expected."),
            ("2", "3", "That's one too many."),
            ("2", "1", "That's one too few."),
            ("5", "-5", "The sign is wrong."),
            ("5", "50", ""),
            ("True", "False", ""),
            ("b'Alice'", "None", "`None` means that there is no such value."),
            ("[b'a', b'b']", "[b'b', b'a']", "The members are right, but in reverse order."),
            (
                "[b'a', b'b', b'c']",
                "[b'b', b'a', b'c']",
                "The members are right, but not their order: `b'b'` is in the place of `b'a'`.",
            ),
            ("[(b'a', 1.0)]", "[b'a']", "The scores are missing."),
            ("[b'a']", "[(b'a', 1.0)]", "The scores are not expected here."),
            ("[b'a']", "[]", "The list is empty."),
            (
                "[(b'Al', 1.0), (b'Bob', 2.0)]",
                "[(b'Al', 1.0), (b'bob', 2.0)]",
                "At index 1 there is `(b'bob', 2.0)` instead of `(b'Bob', 2.0)`. Upper and lower case differ.",
            ),
            ("[b'a']", "[[b'a']]", "The list is inside another list."),
            ("[b'a', b'b']", "[b'a', b'b', b'c']", "There is one too many at the end: `b'c'`."),
            ("[b'a', b'b']", "[b'c', b'a', b'b']", "There is one too many at the start: `b'c'`."),
            ("[b'a', b'b']", "[b'a']", "The last one is missing: `b'b'`."),
            ("[b'a', b'b']", "[b'b']", "The first one is missing: `b'a'`."),
            (
                "[b'a', b'b']",
                "[b'a', 'b']",
                "At index 1 there is `'b'` instead of `b'b'`. Redis returns bytes, `b'b'`, and this is text.",
            ),
            ("{b'a', b'b'}", "{b'a'}", "Missing: `b'b'`."),
            ("{b'a'}", "{b'a', b'b', b'c', b'd', b'e'}", "Not expected: `b'b'`, `b'c'`, `b'd'`, 1 more."),
            (
                "{b'a', b'python'}",
                "{b'a', b'Python'}",
                "There is `b'Python'` instead of `b'python'`. Upper and lower case differ.",
            ),
            ("{b'a': b'1'}", "{b'a': b'2'}", "`b'a'` is `b'2'`, but should be `b'1'`."),
            ("{b'a': b'1', b'b': b'2'}", "{b'a': b'1'}", "Missing: `b'b'`."),
            ("{b'visits': b'1'}", "{b'visit': b'1'}", "There is a field `visit`. Did you mean `visits`?"),
            ("{b'a': b'1'}", "{'a': b'1'}", "The field names differ: one side has bytes, the other has text."),
            ("b'a'", "[b'a']", "The value is right, but it is in a list: `[0]` takes it out."),
            ("{b'a'}", "1", "This is a number, but a set is expected."),
        ] {
            let (wanted, actual) = (parse_python(wanted).unwrap(), parse_python(actual).unwrap());
            let mismatch = ValueMismatch::between(&wanted, &actual);
            assert_eq!(mismatch.as_ref().map(sentence).unwrap_or_default(), expected, "{wanted:?} and {actual:?}");
        }
    }

    #[test]
    fn long_values_are_not_shown_in_addition_to_their_difference() {
        let feedback = |wanted: &Value, actual: &Value| {
            wanted_and_actual(&repr(wanted), &repr(actual), ValueMismatch::between(wanted, actual).as_ref())
        };
        let long = |last: &str| parse_python(&format!("[{}b'{last}']", "b'0123456789', ".repeat(10))).unwrap();
        assert_eq!(feedback(&long("x"), &long("y")), "At index 10 there is `b'y'` instead of `b'x'`.");
        let (a, b) = (parse_python("1").unwrap(), parse_python("2").unwrap());
        assert_eq!(feedback(&a, &b), "Expected: `1`. Shown: `2`. That's one too many.");
    }
}
