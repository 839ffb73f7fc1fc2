//! The banner at the start and at the end of a lesson. It says what the lesson is about, and how many lessons are done.

use crate::lesson::progress::{LessonProgress, Progress};
use crate::markup::{Block, Role, Span, Style, Text};
use crate::messages::shell as messages;
use crate::session::display::lesson_status::{LessonStatus, is_left_by_skip};
use crate::session::event::{Heading, Part};

/// Width of the bar that shows the finished lessons, in columns.
const BAR_WIDTH: usize = 20;

/// The lessons of the course, and the learner's progress in them.
#[derive(Debug)]
pub struct CourseProgress {
    lessons: Vec<LessonStatus>,
    progress: Progress,
}

impl CourseProgress {
    pub fn new(lessons: Vec<LessonStatus>, progress: Progress) -> Self {
        CourseProgress { lessons, progress }
    }

    /// Replaces the learner's progress.
    pub fn update(&mut self, progress: &Progress) {
        self.progress = progress.clone();
    }

    /// Returns the banner to show before a heading. Returns `None` unless the heading belongs to a lesson's first step
    /// or to its end.
    pub fn banner_before(&self, heading: &Heading, style: Style) -> Option<Text> {
        let lesson = self.lessons.iter().find(|lesson| lesson.id == heading.lesson)?;
        let count = self.lessons.len();
        // The very first step of the course follows the welcome message, so it has no banner.
        let is_begun = |lesson: &LessonProgress| lesson.finished || !lesson.done.is_empty();
        let any_is_begun =
            self.lessons.iter().any(|lesson| self.progress.lessons.get(&lesson.id).is_some_and(is_begun));
        let sentence = match heading.part {
            Part::Remember if self.is_skipped(lesson) => {
                let done = self.progress.lessons.get(&lesson.id).map_or(0, |progress| progress.done.len());
                messages::lesson_skipped(lesson.number, count, done, lesson.steps)
            }
            Part::Remember => messages::lesson_done(lesson.number, count, lesson.steps),
            Part::Step { number: 1, .. } if any_is_begun => {
                messages::lesson_begins(lesson.number, count, &lesson.about, lesson.steps, lesson.minutes)
            }
            Part::Step { .. } | Part::Practice { .. } | Part::FastTrack { .. } | Part::Sheet => return None,
        };
        Some(Text(vec![Block::Paragraph(vec![Span::new(Role::Strong, sentence)]), Block::Paragraph(self.bar(style))]))
    }

    /// Returns whether a lesson was left by skipping its last step.
    fn is_skipped(&self, lesson: &LessonStatus) -> bool {
        self.progress.lessons.get(&lesson.id).is_some_and(|progress| is_left_by_skip(progress, &lesson.last_step))
    }

    /// Returns the number of finished lessons, as a bar followed by words.
    fn bar(&self, style: Style) -> Vec<Span> {
        let count = self.lessons.len();
        let is_done =
            |lesson: &&LessonStatus| self.progress.lessons.get(&lesson.id).is_some_and(|progress| progress.finished);
        let done = self.lessons.iter().filter(is_done).filter(|lesson| !self.is_skipped(lesson)).count();
        let words = Span::new(Role::Muted, messages::lessons_done(done, count));
        if style.plain {
            return vec![words];
        }
        let filled = (done * BAR_WIDTH / count.max(1)).max(usize::from(done > 0));
        let [full, empty] = if style.ascii { ["#", "."] } else { ["█", "░"] };
        let rest = Span::new(Role::Muted, empty.repeat(BAR_WIDTH - filled));
        vec![Span::new(Role::Bar, full.repeat(filled)), rest, Span::new(Role::Plain, " "), words]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::format::Lesson;
    use crate::lesson::library::{self, Library};
    use crate::session::display::lesson_status::lesson_statuses;

    #[test]
    fn only_the_start_and_the_end_of_a_lesson_have_a_banner() {
        let library = Library::read(&library::built_in()).expect("the built-in lessons are valid");
        let [first, second] = [&library.lessons[0], &library.lessons[1]];
        let mut progress = Progress::default();
        let mut course = CourseProgress::new(lesson_statuses(&library, &progress), progress.clone());
        let style = Style { width: 80, ascii: true, plain: false, quoted: false };
        let heading =
            |lesson: &Lesson, part| Heading { lesson: lesson.id.get_ref().clone(), title: lesson.title.clone(), part };
        let step = |number| Part::Step { number, of: 12 };
        assert_eq!(course.banner_before(&heading(first, step(1)), style), None, "the welcome was shown just before");
        progress.done(first.id.get_ref(), "bytes");
        progress.finished(first.id.get_ref());
        course.update(&progress);
        let skipped = course.banner_before(&heading(first, Part::Remember), style).expect("it has a banner");
        let skipped = crate::markup::layout(&skipped, None, style);
        let skipped: Vec<_> = skipped.iter().map(|line| crate::markup::plain_text(line)).collect();
        let skipped = skipped.join(" ");
        assert!(skipped.contains("skipped") && skipped.contains(" 0 of "), "{skipped}");
        let last = first.steps.last().expect("a lesson has steps").id.get_ref();
        progress.done(first.id.get_ref(), last);
        course.update(&progress);
        let banner = |lesson: &Lesson, part| {
            let text = course.banner_before(&heading(lesson, part), style)?;
            let lines = crate::markup::layout(&text, None, style);
            Some(lines.iter().map(|line| crate::markup::plain_text(line)).collect::<Vec<_>>().join("\n"))
        };
        let count = library.lessons.len();
        let end = banner(first, Part::Remember).expect("the end of a lesson has a banner");
        assert!(end.starts_with(&format!(" Lesson 1 of {count} is done")), "{end}");
        assert!(end.contains(&format!("#................... 1 of {count} lessons done")), "{end}");
        let start = banner(second, step(1)).expect("the first step has a banner");
        assert!(start.contains(&second.about[..20]) && start.contains("minutes"), "{start}");
        for part in [step(2), step(11), Part::Practice { number: 1, of: 3 }, Part::Sheet] {
            assert_eq!(banner(second, part), None, "{part:?}");
        }
    }
}
