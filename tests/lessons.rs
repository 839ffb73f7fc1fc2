//! Lessons as a learner sees them: each is gone through with its mistakes, its hints and its answers, and the transcript
//! is a snapshot.

#[path = "support/learner.rs"]
mod learner;

use std::sync::Arc;

use learner::Learner;
use redis_tutor::driver::drive;
use redis_tutor::lesson::format::{Lesson, Step};
use redis_tutor::lesson::library::{self, Library};
use redis_tutor::lesson::progress::Progress;
use redis_tutor::markup::Style;
use redis_tutor::session::dialect::{self, Dialect};
use redis_tutor::session::{Options, Session};
use redis_tutor::transcript::prove::{SEED, START_US};

/// What is typed in a step: every mistake, each from the step's start; all hints; the answer; and on.
fn inputs(step: &Step) -> Vec<String> {
    let mut inputs = Vec::new();
    for mistake in &step.mistakes {
        inputs.extend(dialect::submissions(mistake.example.get_ref()));
        inputs.push(":again".into());
    }
    inputs.extend(step.hints.iter().map(|_| ":hint".to_owned()));
    if let Some(choose) = &step.choose {
        // Every wrong answer, then the right one.
        let place =
            |option: &_| choose.options.iter().position(|o| std::ptr::eq(o, option)).map(|i| (i + 1).to_string());
        let (right, wrong): (Vec<_>, Vec<_>) = choose.options.iter().partition(|option| option.correct);
        inputs.extend(wrong.into_iter().chain(right).filter_map(place));
    } else if step.predict.is_some() {
        inputs.extend(["0".to_owned(), ":skip".to_owned()]);
    } else if let Some(answer) = &step.answer {
        inputs.extend(dialect::submissions(answer.get_ref()));
    }
    inputs.push(String::new());
    inputs
}

fn transcript(lesson: &Arc<Lesson>, library: &Arc<Library>, style: Style) -> String {
    let mut session = Session::new(Options {
        seed: SEED,
        start_us: START_US,
        dialect: Dialect::Both,
        library: library.clone(),
        progress: Progress::default(),
    });
    session.open(lesson.clone(), 0);
    let mut learner = Learner::new(lesson.steps.iter().flat_map(inputs), style);
    drive(&mut session, &mut learner).expect("a session without a terminal meets no broken pipe");
    let progress = session.progress().lessons.get(lesson.id.get_ref());
    assert!(progress.is_some_and(|p| p.finished), "{} is not finished:\n{}", lesson.id.get_ref(), learner.transcript);
    learner.transcript
}

#[test]
fn every_lesson_reads_as_its_snapshot() {
    let library = Arc::new(Library::read(&library::built_in()).expect("the lessons built in are lessons"));
    assert!(!library.lessons.is_empty());
    let style = Style { width: 80, ascii: false, plain: false, quoted: false };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for lesson in &library.lessons {
            insta::assert_snapshot!(format!("lesson-{}", lesson.id.get_ref()), transcript(lesson, &library, style));
        }
    });
}

#[test]
fn a_lesson_reads_well_in_forty_columns_of_plain_ascii() {
    let library = Arc::new(Library::read(&library::built_in()).expect("the lessons built in are lessons"));
    let style = Style { width: 40, ascii: true, plain: true, quoted: false };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        let lesson = &library.lessons[0];
        let transcript = transcript(lesson, &library, style);
        insta::assert_snapshot!(format!("lesson-{}-plain-40", lesson.id.get_ref()), transcript);
    });
}
