//! What is shown when a lesson begins, and when one ends: what it is about, and how far the learner is in all of them.

use crate::lesson::progress::Progress;
use crate::markup::{Block, Role, Span, Style, Text};
use crate::session::event::{Heading, Part};
use crate::session::lesson_status::LessonStatus;

/// The columns of the bar of lessons.
const BAR: usize = 20;

/// The lessons, and what was last heard of the learner's progress.
#[derive(Debug)]
pub struct Milestones {
    lessons: Vec<LessonStatus>,
    progress: Progress,
}

impl Milestones {
    pub fn new(lessons: Vec<LessonStatus>, progress: Progress) -> Self {
        Milestones { lessons, progress }
    }

    /// The learner has got somewhere.
    pub fn heard(&mut self, progress: &Progress) {
        self.progress = progress.clone();
    }

    /// What belongs before a heading: at a lesson's first step, and at its end.
    pub fn before(&self, heading: &Heading, style: Style) -> Option<Text> {
        let lesson = self.lessons.iter().find(|lesson| lesson.id == heading.lesson)?;
        let (number, of) = (lesson.number, self.lessons.len());
        // The very first step has the welcome before it.
        let is_begun = self.lessons.iter().any(|lesson| self.progress.lessons.get(&lesson.id).is_some_and(is_begun));
        let said = match heading.part {
            Part::Remember => format!("Lesson {number} of {of} is done: {} steps.", lesson.steps),
            Part::Step { number: 1, .. } if is_begun => format!(
                "Lesson {number} of {of}: {} {} steps, about {} minutes.",
                lesson.about, lesson.steps, lesson.minutes
            ),
            Part::Step { .. } | Part::Practice { .. } | Part::Sheet => return None,
        };
        Some(Text(vec![Block::Paragraph(vec![Span::new(Role::Strong, said)]), Block::Paragraph(self.bar(style))]))
    }

    /// How many lessons are done, as a bar and in words.
    fn bar(&self, style: Style) -> Vec<Span> {
        let of = self.lessons.len();
        let is_done =
            |lesson: &&LessonStatus| self.progress.lessons.get(&lesson.id).is_some_and(|known| known.finished);
        let done = self.lessons.iter().filter(is_done).count();
        let said = Span::new(Role::Muted, format!("{done} of {of} lessons done"));
        if style.plain {
            return vec![said];
        }
        let filled = (done * BAR / of.max(1)).max(usize::from(done > 0));
        let [full, empty] = if style.ascii { ["#", "."] } else { ["█", "░"] };
        let rest = Span::new(Role::Muted, empty.repeat(BAR - filled));
        vec![Span::new(Role::Bar, full.repeat(filled)), rest, Span::new(Role::Plain, " "), said]
    }
}

fn is_begun(lesson: &crate::lesson::progress::LessonProgress) -> bool {
    lesson.finished || !lesson.done.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::format::Lesson;
    use crate::lesson::library::{self, Library};
    use crate::session::lesson_status::lesson_statuses;

    #[test]
    fn a_lesson_has_a_beginning_and_an_end_and_no_step_between_has() {
        let library = Library::read(&library::built_in()).expect("the lessons built in are lessons");
        let [first, second] = [&library.lessons[0], &library.lessons[1]];
        let mut progress = Progress::default();
        let mut milestones = Milestones::new(lesson_statuses(&library, &progress), progress.clone());
        let style = Style { width: 80, ascii: true, plain: false, quoted: false };
        let heading =
            |lesson: &Lesson, part| Heading { lesson: lesson.id.get_ref().clone(), title: lesson.title.clone(), part };
        let step = |number| Part::Step { number, of: 12 };
        assert_eq!(milestones.before(&heading(first, step(1)), style), None, "the welcome is there");
        progress.done(first.id.get_ref(), "bytes");
        progress.finished(first.id.get_ref());
        milestones.heard(&progress);
        let said = |lesson: &Lesson, part| {
            let text = milestones.before(&heading(lesson, part), style)?;
            let lines = crate::markup::layout(&text, None, style);
            Some(lines.iter().map(|line| crate::markup::plain_text(line)).collect::<Vec<_>>().join("\n"))
        };
        let of = library.lessons.len();
        let end = said(first, Part::Remember).expect("it ends");
        assert!(end.starts_with(&format!(" Lesson 1 of {of} is done")), "{end}");
        assert!(end.contains(&format!("#................... 1 of {of} lessons done")), "{end}");
        let begin = said(second, step(1)).expect("it begins");
        assert!(begin.contains(&second.about[..20]) && begin.contains("minutes"), "{begin}");
        for part in [step(2), step(11), Part::Practice { number: 1, of: 3 }, Part::Sheet] {
            assert_eq!(said(second, part), None, "{part}");
        }
    }
}
