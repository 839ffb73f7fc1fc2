//! Feedback on predictions that have the right value but the wrong type.

use crate::lesson::prediction::{TypeMismatch, TypeMismatchKind};
use crate::messages::feedback as messages;

/// Returns a clause that says which type is printed instead of the predicted one.
pub fn type_mismatch_sentence(mismatch: TypeMismatch) -> String {
    use TypeMismatchKind as Kind;
    let outside_or_inside = |outside: fn() -> String, inside: fn() -> String| {
        if mismatch.is_inside { inside() } else { outside() }
    };
    match mismatch.kind {
        Kind::IsBytes => outside_or_inside(messages::predicted_bytes, messages::predicted_bytes_inside),
        Kind::IsText => outside_or_inside(messages::predicted_text, messages::predicted_text_inside),
        Kind::IsPrintedText => messages::predicted_bare(),
        Kind::IsDigitsInBytes => {
            outside_or_inside(messages::predicted_digits_in_bytes, messages::predicted_digits_in_bytes_inside)
        }
        Kind::IsDigitsInText => {
            outside_or_inside(messages::predicted_digits_in_text, messages::predicted_digits_in_text_inside)
        }
        Kind::IsFloat => outside_or_inside(messages::predicted_float, messages::predicted_float_inside),
        Kind::IsNumberNotBool => outside_or_inside(messages::predicted_not_bool, messages::predicted_not_bool_inside),
        Kind::IsInteger => outside_or_inside(messages::predicted_not_float, messages::predicted_not_float_inside),
        Kind::IsNumberNotText => outside_or_inside(messages::predicted_not_text, messages::predicted_not_text_inside),
        Kind::IsBool => outside_or_inside(messages::predicted_bool, messages::predicted_bool_inside),
        Kind::IsSet => messages::predicted_set(),
        Kind::IsList => messages::predicted_list(),
        Kind::OtherBrackets => messages::predicted_brackets(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::prediction::{Guess, judge};

    #[test]
    fn each_wrong_type_has_its_sentence() {
        for (truth, guess, expected) in [
            ("b'Hi'", "'Hi'", "it is returned as bytes, `b'…'`."),
            ("b'Hi'", "Hi", "it is returned as bytes, `b'…'`."),
            ("'Hi'", "b'Hi'", "it is text, in quotes and without a `b`."),
            ("Hi", "'Hi'", "`print` shows text without quotes."),
            ("1", "True", "it is a number, not `True` or `False`."),
            ("0", "False", "it is a number, not `True` or `False`."),
            ("True", "1", "it is `True` or `False`, not a number."),
            ("False", "0", "it is `True` or `False`, not a number."),
            ("150.0", "150", "it is a float, and is printed with a decimal point."),
            ("150", "150.0", "it is a whole number, without a decimal point."),
            ("b'10'", "10", "it is returned as digits in bytes, `b'…'`."),
            ("10", "'10'", "it is a number, without quotes."),
            ("[b'task1']", "['task1']", "its contents are returned as bytes, `b'…'`."),
            (
                "[(b'Bob', 200.0)]",
                "[(b'Bob', 200)]",
                "its contents include a float, which is printed with a decimal point.",
            ),
            ("{b'a': b'1'}", "{'a': '1'}", "its contents are returned as bytes, `b'…'`."),
            ("1", "yes", "it is a number, not `True` or `False`."),
            ("[b'Bob', b'Eve']", "Bob, Eve", "its contents are returned as bytes, `b'…'`."),
            ("{b'a', b'b'}", "[b'b', b'a']", "it is a set, `{…}`."),
            ("(b'q', b'x')", "[b'q', b'x']", "the brackets are different. A tuple has `( )`, a list has `[ ]`."),
        ] {
            let Guess::Nearly(mismatch) = judge(truth, guess) else { panic!("{guess} for {truth}") };
            assert_eq!(type_mismatch_sentence(mismatch), expected, "{guess} for {truth}");
        }
    }
}
