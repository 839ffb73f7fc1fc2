//! Rewordings that show the answer's value in another way: through a variable, in a sentence, decoded, or in a loop.

use super::Rewording;
use super::played_answer::{PlayedAnswer, PlayedInput, Shown, ShownValue};
use crate::lesson::value::Value;
use python_kernel::syntax::structure::{Binding, LiteralValue};

/// The rewordings, each with its name.
pub const REWORDINGS: &[Rewording] = &[
    ("variable", in_variable),
    ("variable-in-one-line", in_variable_on_one_line),
    ("print", printed),
    ("walrus", printed_and_named),
    ("if", in_condition),
    ("try", in_try),
    ("f-string", in_sentence),
    ("label", with_label),
    ("decoded", decoded),
    ("loop", in_loop),
    ("decoded-loop", in_decoding_loop),
    ("comprehension", in_comprehension),
    ("sorted", sorted),
    ("unpacked", unpacked),
    ("helper-function", in_function),
];

/// Names for a variable that holds the shown value.
const VALUE_NAMES: &[&str] = &["value", "result", "reply", "found"];

impl Shown<'_> {
    /// Returns the value if it is a plain Python value, and `None` otherwise.
    fn plain(&self) -> Option<&Value> {
        if let ShownValue::Plain(value) = &self.value { Some(value) } else { None }
    }

    /// Returns the value if it is a plain Python value other than Python's None.
    fn something(&self) -> Option<&Value> {
        self.plain().filter(|value| **value != Value::None)
    }

    fn is_raised(&self) -> bool {
        matches!(self.value, ShownValue::Raised(_))
    }

    /// Returns a line that shows a variable. The line uses `print` if the answer does, or if the value is None, which
    /// the prompt would not show otherwise.
    fn look(&self, variable: &str) -> String {
        if self.is_printed || self.plain() == Some(&Value::None) {
            format!("print({variable})")
        } else {
            variable.to_owned()
        }
    }

    /// Returns the expression, in parentheses if a comma or a colon could not follow it directly.
    fn operand(&self) -> String {
        if self.binding == Binding::Open { format!("({})", self.text) } else { self.text.to_owned() }
    }

    /// Returns the expression, in parentheses if a dot could not follow it directly.
    fn primary(&self) -> String {
        match self.binding {
            Binding::Name | Binding::Primary => self.text.to_owned(),
            Binding::Open | Binding::Operators => format!("({})", self.text),
        }
    }

    /// Returns a line that shows another expression. It uses `print` if the answer does.
    fn line(&self, expression: &str) -> String {
        if self.is_printed { format!("print({expression})") } else { expression.to_owned() }
    }
}

/// Rewords the answer, if possible, to assign the value to a variable, and to show the variable on a separate line.
fn in_variable(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|shown| shown.binding != Binding::Name)?;
    let name = answer.fresh_name(VALUE_NAMES)?;
    let look = shown.look(&name);
    let assigned = format!("{name} = {}", shown.text);
    Some(answer.with_last(if shown.is_raised() { vec![assigned] } else { vec![assigned, look] }))
}

fn in_variable_on_one_line(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|shown| shown.binding != Binding::Name && !shown.is_raised())?;
    let name = answer.fresh_name(VALUE_NAMES)?;
    Some(answer.with_last([format!("{name} = {}; {}", shown.text, shown.look(&name))]))
}

fn printed(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|shown| !shown.is_printed)?;
    Some(answer.with_last([format!("print({})", shown.operand())]))
}

fn printed_and_named(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|shown| shown.binding != Binding::Name)?;
    let name = answer.fresh_name(VALUE_NAMES)?;
    Some(answer.with_last([format!("print({name} := {})", shown.operand())]))
}

/// Rewords the answer, if possible, to test the value with `if`. If the step expects the value, the `if` block prints
/// the value.
fn in_condition(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown()?;
    let value = shown.something()?;
    if !answer.wants_value() {
        return is_true(value).then(|| answer.with_last([format!("if {}:\n    print('done')\n", shown.operand())]));
    }
    let name = answer.fresh_name(VALUE_NAMES)?;
    let test = if is_true(value) { name.clone() } else { format!("{name} is not None") };
    Some(answer.with_last([format!("{name} = {}", shown.text), format!("if {test}:\n    print({name})\n")]))
}

/// Rewords the answer, if possible, to evaluate the expression in a `try` block that catches redis-py's errors and
/// prints them.
fn in_try(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown()?;
    let class = match &shown.value {
        ShownValue::Raised(error) if !error.class.starts_with("redis.") => "Exception",
        _ => "redis.RedisError",
    };
    let is_asked = answer.wants_value() || shown.is_printed;
    let body = if is_asked { format!("print({})", shown.operand()) } else { shown.text.to_owned() };
    let body = body.replace('\n', "\n    ");
    Some(answer.with_last([format!("try:\n    {body}\nexcept {class} as error:\n    print(error)\n")]))
}

/// Rewords the answer, if possible, to print the value as part of an f-string.
fn in_sentence(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|_| !answer.wants_exact_form())?;
    shown.something().filter(|value| !is_typed(answer, value))?;
    // Before Python 3.12, an expression in an f-string could contain neither a backslash nor the f-string's own quotes.
    // Such an expression is assigned to a variable first.
    let is_usual = !shown.text.contains(['"', '\\', '{', '\n']) && shown.binding != Binding::Open;
    if is_usual {
        return Some(answer.with_last([format!("print(f\"Here it is: {{{}}}\")", shown.text)]));
    }
    let name = answer.fresh_name(VALUE_NAMES)?;
    Some(answer.with_last([format!("{name} = {}", shown.text), format!("print(f'Here it is: {{{name}}}')")]))
}

fn with_label(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|_| !answer.wants_exact_form())?;
    shown.something().filter(|value| !is_typed(answer, value))?;
    Some(answer.with_last([format!("print('Here it is:', {})", shown.operand())]))
}

/// Rewords the answer, if possible, to decode the bytes in the value, including the bytes in a container.
fn decoded(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|_| !answer.wants_exact_form())?;
    let (operand, primary) = (shown.operand(), shown.primary());
    let expression = match shown.something()? {
        Value::Bytes(bytes) if is_text(bytes) => format!("{primary}.decode()"),
        Value::Sequence(items) if all_text(items) => format!("[item.decode() for item in {operand}]"),
        Value::Set(items) if all_text(items) => format!("{{item.decode() for item in {operand}}}"),
        Value::Sequence(items) if all_pairs(items) => {
            format!("[(member.decode(), score) for member, score in {operand}]")
        }
        Value::Map(pairs) if pairs.iter().all(|(key, value)| all_text([key, value])) => {
            format!("{{field.decode(): value.decode() for field, value in {primary}.items()}}")
        }
        _ => return None,
    };
    Some(answer.with_last([shown.line(&expression)]))
}

/// Returns whether the elements of the value may be printed one by one. Returns false for a list that was computed in
/// Python, because the step may require the list itself.
fn is_element_wise(answer: &PlayedAnswer<'_>, shown: &Shown<'_>) -> bool {
    answer.wants_value() && !answer.wants_exact_form() && shown.is_reply
}

/// Rewords the answer, if possible, to print each element of the value on a separate line.
fn in_loop(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|shown| is_element_wise(answer, shown))?;
    let (operand, primary) = (shown.operand(), shown.primary());
    let block = match shown.something()? {
        Value::Sequence(items) if all_pairs(items) => {
            format!("for member, score in {operand}:\n    print(member, score)\n")
        }
        Value::Sequence(items) | Value::Set(items) if !items.is_empty() => {
            format!("for item in {operand}:\n    print(item)\n")
        }
        Value::Map(pairs) if !pairs.is_empty() => {
            format!("for field, value in {primary}.items():\n    print(field, value)\n")
        }
        _ => return None,
    };
    Some(answer.with_last([block]))
}

fn in_decoding_loop(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|shown| is_element_wise(answer, shown))?;
    let (operand, primary) = (shown.operand(), shown.primary());
    let block = match shown.something()? {
        Value::Sequence(items) if all_pairs(items) => {
            format!("for member, score in {operand}:\n    print(member.decode(), score)\n")
        }
        Value::Sequence(items) | Value::Set(items) if all_text(items) => {
            format!("for item in {operand}:\n    print(item.decode())\n")
        }
        Value::Map(pairs) if !pairs.is_empty() && pairs.iter().all(|(key, value)| all_text([key, value])) => {
            format!("for field, value in {primary}.items():\n    print(field.decode(), value.decode())\n")
        }
        _ => return None,
    };
    Some(answer.with_last([block]))
}

fn in_comprehension(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|_| !answer.wants_exact_form())?;
    let is_list = matches!(shown.something()?, Value::Sequence(items) if !items.is_empty());
    is_list.then(|| answer.with_last([shown.line(&format!("[item for item in {}]", shown.operand()))]))
}

/// Rewords the answer, if possible, to sort the members of a set, which turns the set into a list.
fn sorted(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown().filter(|_| answer.wants_value() && !answer.wants_exact_form())?;
    let is_set = matches!(shown.something()?, Value::Set(items) if !items.is_empty());
    is_set.then(|| answer.with_last([shown.line(&format!("sorted({})", shown.operand()))]))
}

/// Rewords the answer, if possible, to unpack the elements into variables, and to print the variables.
fn unpacked(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    const NAMES: &[&str] = &["first", "second", "third", "fourth"];
    let shown = answer.shown().filter(|_| answer.wants_value() && !answer.wants_exact_form())?;
    let Value::Sequence(items) = shown.something()? else { return None };
    let names = NAMES.get(..items.len()).filter(|names| names.len() > 1)?;
    let are_fresh = names.iter().all(|name| answer.fresh_name(&[name]).is_some());
    let names = names.join(", ");
    are_fresh.then(|| answer.with_last([format!("{names} = {}", shown.text), format!("print({names})")]))
}

/// Rewords the answer, if possible, to move the expression into a function that returns its value, and to call the
/// function.
fn in_function(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let shown = answer.shown()?;
    let name = answer.fresh_name(&["look", "fetch", "answer"])?;
    let body = shown.text.replace('\n', "\n    ");
    let call = shown.line(&format!("{name}()"));
    Some(answer.with_last([format!("def {name}():\n    return {body}\n"), call]))
}

/// Returns whether the last input contains the value as a literal. The learner could then have typed the value in a
/// sentence without reading it from Redis.
fn is_typed(answer: &PlayedAnswer<'_>, value: &Value) -> bool {
    let literals = answer.inputs.last().and_then(PlayedInput::statement).map(|statement| &statement.literals);
    literals.into_iter().flatten().any(|literal| match (&literal.value, value) {
        (LiteralValue::Integer(typed), Value::Integer(shown)) => i128::from(*typed) == *shown,
        (LiteralValue::Text(typed), Value::Text(shown)) => typed == shown,
        (LiteralValue::Text(typed), Value::Bytes(shown)) => typed.as_bytes() == shown,
        (LiteralValue::Bytes(typed), Value::Bytes(shown)) => typed == shown,
        _ => false,
    })
}

/// Returns whether a value is true in a Python condition.
fn is_true(value: &Value) -> bool {
    match value {
        Value::None => false,
        Value::Bool(yes) => *yes,
        Value::Integer(n) => *n != 0,
        Value::Float(v) => *v != 0.0,
        Value::Text(text) => !text.is_empty(),
        Value::Bytes(bytes) => !bytes.is_empty(),
        Value::Sequence(items) | Value::Set(items) => !items.is_empty(),
        Value::Map(pairs) => !pairs.is_empty(),
    }
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// Returns whether `values` is not empty and contains only bytes that are valid UTF-8.
fn all_text<'a>(values: impl IntoIterator<Item = &'a Value>) -> bool {
    let mut values = values.into_iter().peekable();
    values.peek().is_some() && values.all(|value| matches!(value, Value::Bytes(bytes) if is_text(bytes)))
}

/// Returns whether `values` is not empty and contains only member-score pairs.
fn all_pairs(values: &[Value]) -> bool {
    let is_pair = |value: &Value| match value {
        Value::Sequence(pair) => matches!(pair.as_slice(), [Value::Bytes(_), Value::Float(_) | Value::Integer(_)]),
        _ => false,
    };
    !values.is_empty() && values.iter().all(is_pair)
}
