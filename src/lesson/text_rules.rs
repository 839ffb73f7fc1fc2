//! Rules for the prose in a lesson: closed Markdown marks, narrow lines, short paragraphs, and no hidden characters.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::format::{Diagnostic, Lesson, Step};
use crate::markup::{first_hidden, unclosed_mark, visible};
use crate::messages::lesson_rules as messages;

/// Maximum width of a line in a code block or a table, in characters, so that it fits in a terminal with 40 columns.
const WIDEST_LINE: usize = 36;

/// Maximum width of a line in a prediction, in characters. The terminal indents the line by two spaces.
const WIDEST_PREDICTION: usize = 38;

/// Maximum number of lines in a `say`, because learners do not read more.
const MOST_LINES: usize = 10;

/// Checks all prose in a lesson. Passes the position and the message of each error to `report`.
pub fn check(lesson: &Lesson, report: &mut impl FnMut(usize, String)) {
    check_marks(lesson.remember.get_ref(), lesson.remember.span().start, report);
    for step in &lesson.steps {
        if step.say.get_ref().trim().is_empty() {
            report(step.say.span().start, messages::empty_say(step.id.get_ref()));
        }
        for text in texts(step).chain(&step.hints) {
            check_marks(text.get_ref(), text.span().start, report);
        }
        for mistake in &step.mistakes {
            check_marks(&mistake.say, mistake.when.span().start, report);
        }
        let options = step.choose.iter().flat_map(|choose| &choose.options);
        for text in options.flat_map(|option| [&option.text, &option.because]) {
            check_marks(text, step.id.span().start, report);
        }
    }
}

/// Returns an error for the first hidden character in a lesson file. If there is none, returns an error for each string
/// that contains a TOML escape for a hidden character. Learners would see an escape such as `\x1b` instead of the
/// character.
pub fn hidden_characters(file: &str) -> Vec<Diagnostic> {
    let without_mark = file.strip_prefix('\u{feff}').unwrap_or(file);
    if let Some((at, c)) = first_hidden(without_mark) {
        let at = at + file.len() - without_mark.len();
        return vec![Diagnostic::new(Some(at), messages::hidden_character(visible(&c.to_string())))];
    }
    let mut errors = Vec::new();
    if let Ok(table) = DeTable::parse(file) {
        table.get_ref().values().for_each(|value| check_escapes(value, &mut errors));
    }
    errors.sort_by_key(|error| error.at);
    errors
}

/// Adds an error for each string in a TOML value that contains a hidden character.
fn check_escapes(value: &Spanned<DeValue<'_>>, errors: &mut Vec<Diagnostic>) {
    match value.get_ref() {
        DeValue::String(text) => {
            let hidden = first_hidden(text).map(|(_, c)| messages::hidden_character_in_text(visible(&c.to_string())));
            errors.extend(hidden.map(|message| Diagnostic::new(Some(value.span().start), message)));
        }
        DeValue::Array(values) => values.iter().for_each(|value| check_escapes(value, errors)),
        DeValue::Table(table) => table.values().for_each(|value| check_escapes(value, errors)),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

/// Gives advice on text in a step that could be easier to read.
pub fn advise(step: &Step, advise: &mut impl FnMut(usize, String)) {
    let id = step.id.get_ref();
    let lines = step.say.get_ref().lines().filter(|line| !line.trim().is_empty()).count();
    if lines > MOST_LINES {
        advise(step.say.span().start, messages::say_too_long(id, lines, MOST_LINES));
    }
    let code =
        step.predict.iter().flat_map(|code| code.get_ref().lines().map(move |line| (line, code, WIDEST_PREDICTION)));
    let blocks =
        texts(step).flat_map(|text| unbreakable_lines(text.get_ref()).map(move |line| (line, text, WIDEST_LINE)));
    if let Some((line, text, most)) = blocks.chain(code).find(|(line, _, most)| line.chars().count() > *most) {
        let width = line.chars().count();
        advise(text.span().start, messages::line_too_wide(id, width, format_args!("{line:?}"), most));
    }
}

/// Iterates over the texts of a step whose positions in the file are known.
fn texts(step: &Step) -> impl Iterator<Item = &Spanned<String>> {
    [Some(&step.say), step.task.as_ref(), step.explore.as_ref(), step.after.as_ref()].into_iter().flatten()
}

fn check_marks(text: &str, at: usize, report: &mut impl FnMut(usize, String)) {
    if let Some((mark, line)) = unclosed_mark(text) {
        report(at, messages::mark_not_closed(format_args!("{mark:?}"), format_args!("{line:?}")));
    }
}

/// Iterates over the lines in code blocks and tables, which narrow terminals do not wrap.
fn unbreakable_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_fence && (is_code || line.starts_with('|'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_found_in_the_file_and_behind_escapes() {
        let found = |file: &str| {
            hidden_characters(file).into_iter().map(|error| (error.at.unwrap_or(0), error.message)).collect::<Vec<_>>()
        };
        for sound in ["\u{feff}a = \"x\"\r\n\tb = '\\x1b'", "a = \"\\t \\n \\\\x1b\"", "a = \"👩‍🚀 مرحبا\"", "a = "]
        {
            assert!(found(sound).is_empty(), "{sound:?}: {:?}", found(sound));
        }
        for (file, at, character) in [
            ("a = 1 # \u{202e}", 8, r"\u202e"),
            ("\u{feff}a = \"\u{200b}\"", 8, r"\u200b"),
            ("a = \"x\\u001b[2J\"", 4, r"\x1b"),
            ("[[step]]\nb = [{ c = \"\\u009b\" }]", 20, r"\x9b"),
        ] {
            let [(place, message)] = &found(file)[..] else { panic!("{file:?}: {:?}", found(file)) };
            assert_eq!(*place, at, "{file:?}");
            assert!(message.contains(character), "{message}");
        }
    }
}
