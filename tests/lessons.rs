//! Lessons as a learner sees them: each is gone through with its mistakes, its hints and its answers, and the transcript
//! is a snapshot.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use redis_tutor::driver::{Names, Stage, drive};
use redis_tutor::lesson::format::{Lesson, Step};
use redis_tutor::lesson::library::{self, Library};
use redis_tutor::lesson::progress::Progress;
use redis_tutor::markup::Style;
use redis_tutor::present::Presenter;
use redis_tutor::present::theme::Theme;
use redis_tutor::session::dialect::{self, Dialect};
use redis_tutor::session::event::{Event, Prompt, Show};
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
    } else if step.race.is_some() {
        // Nobody's turn, two turns by hand, then every order.
        inputs.extend(["0", "1", "2", "all"].map(str::to_owned));
    } else if step.predict.is_some() {
        inputs.extend(["0".to_owned(), ":skip".to_owned()]);
    } else if let Some(answer) = &step.answer {
        inputs.extend(dialect::submissions(answer.get_ref()));
    }
    inputs.push(String::new());
    inputs
}

struct Learner {
    inputs: VecDeque<String>,
    presenter: Presenter,
    transcript: String,
}

impl Stage for Learner {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.transcript.push_str(&self.presenter.show(show));
        Ok(())
    }

    fn input(&mut self, _: &Session, prompt: &Prompt, _: &mut Names<'_>) -> io::Result<Event> {
        let Some(input) = self.inputs.pop_front() else { return Ok(Event::EndOfInput) };
        let mut lines = input.lines().peekable();
        let first = Show::Typed { prompt: prompt.text(), line: lines.next().unwrap_or_default().to_owned() };
        self.show(&first)?;
        for line in lines {
            self.show(&Show::Typed { prompt: prompt.continuation(), line: line.to_owned() })?;
        }
        Ok(Event::Entered(input))
    }

    fn wait(&mut self, _: &Session, deadline_us: Option<i64>) -> io::Result<Event> {
        Ok(if deadline_us.is_some() { Event::SkipWait } else { Event::Entered(String::new()) })
    }

    fn program(&self) -> io::Result<PathBuf> {
        Ok(env!("CARGO_BIN_EXE_redis-tutor").into())
    }
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
    let mut learner = Learner {
        inputs: lesson.steps.iter().flat_map(inputs).collect(),
        presenter: Presenter::new(style, Theme::Plain),
        transcript: String::new(),
    };
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
