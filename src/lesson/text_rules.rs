//! What a lesson's texts must obey: marks that end, lines that fit, no more than is read.

use toml::Spanned;

use super::format::{Lesson, Step};
use crate::markup::unclosed_mark;

/// What stands in code blocks and tables is read in 40 columns, too.
const WIDEST_LINE: usize = 36;

/// What is to be predicted stands behind two blanks.
const WIDEST_PREDICTION: usize = 38;

/// The most lines of a `say`: more are not read.
const MOST_LINES: usize = 10;

/// Diagnostics of all texts of a lesson.
pub fn of_lesson(lesson: &Lesson, fault: &mut impl FnMut(usize, String)) {
    closed(lesson.remember.get_ref(), lesson.remember.span().start, fault);
    for step in &lesson.steps {
        if step.say.get_ref().trim().is_empty() {
            let id = step.id.get_ref();
            fault(step.say.span().start, format!("step \"{id}\" says nothing: tell what there is to know before"));
        }
        for text in texts(step).chain(&step.hints) {
            closed(text.get_ref(), text.span().start, fault);
        }
        for mistake in &step.mistakes {
            closed(&mistake.say, mistake.when.span().start, fault);
        }
        let options = step.choose.iter().flat_map(|choose| &choose.options);
        for text in options.flat_map(|option| [&option.text, &option.because]) {
            closed(text, step.id.span().start, fault);
        }
    }
}

/// What could be easier to read in a step.
pub fn advise(step: &Step, advise: &mut impl FnMut(usize, String)) {
    let id = step.id.get_ref();
    let lines = step.say.get_ref().lines().filter(|line| !line.trim().is_empty()).count();
    if lines > MOST_LINES {
        let at = step.say.span().start;
        advise(at, format!("`say` of step \"{id}\" has {lines} lines: tell less at once, {MOST_LINES} at most"));
    }
    let code =
        step.predict.iter().flat_map(|code| code.get_ref().lines().map(move |line| (line, code, WIDEST_PREDICTION)));
    let text_rules =
        texts(step).flat_map(|text| unbreakable_lines(text.get_ref()).map(move |line| (line, text, WIDEST_LINE)));
    if let Some((line, text, most)) = text_rules.chain(code).find(|(line, _, most)| line.chars().count() > *most) {
        let width = line.chars().count();
        let told = "columns that cannot be broken";
        advise(
            text.span().start,
            format!("step \"{id}\" has a line of {width} {told}: {line:?}. Make it {most} at most"),
        );
    }
}

/// The texts of a step that have a place of their own.
fn texts(step: &Step) -> impl Iterator<Item = &Spanned<String>> {
    [Some(&step.say), step.task.as_ref(), step.explore.as_ref(), step.after.as_ref()].into_iter().flatten()
}

fn closed(text: &str, at: usize, fault: &mut impl FnMut(usize, String)) {
    if let Some((mark, line)) = unclosed_mark(text) {
        fault(at, format!("{mark:?} is opened and not closed: {line:?}"));
    }
}

/// The lines of code blocks and tables: they stay as they are, however narrow the terminal.
fn unbreakable_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_fence && (is_code || line.starts_with('|'))
    })
}
