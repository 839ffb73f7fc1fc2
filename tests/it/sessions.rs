//! Tests of practice, and of a lesson whose file is saved while the lesson is open.

use crate::support::{program, snapshots};
use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redis_tutor::driver::{Frontend, Host, LessonWatcher, drive};
use redis_tutor::lesson::library::{self, Library, Source};
use redis_tutor::markup::Style;
use redis_tutor::render::Renderer;
use redis_tutor::render::theme::Theme;
use redis_tutor::session::event::{Event, Prompt, Show};
use redis_tutor::session::{Options, Session};
use redis_tutor::transcript::scripted_learner::ScriptedLearner;
use redis_tutor::user_files::UserFiles;

/// The lesson and step ids of the steps to practise. The first is solved without help, the second with a hint, and the
/// third is skipped.
const PRACTISED: [(&str, &str); 3] = [("strings", "one-view"), ("hashes", "count-visit"), ("lists", "trim")];
const TYPED: [&str; 8] =
    ["r.incr('page:views:home')", "", "r.incr('user:1000')", ":hint", "HINCRBY user:1000 visits 1", "", ":skip", ""];

fn practice_transcript(style: Style) -> String {
    let library = Arc::new(Library::read(&library::built_in()).expect("the built-in lessons are valid"));
    let steps: VecDeque<_> = PRACTISED
        .iter()
        .map(|(id, step)| {
            let lesson = library.find(id).expect("the lesson exists").clone();
            let index = lesson.steps.iter().position(|known| known.id.get_ref() == step).expect("the step exists");
            (lesson, index)
        })
        .collect();
    let mut session = Session::new(Options::repeatable(library));
    session.review(steps);
    let mut renderer = Renderer::new(style, Theme::Plain);
    let mut transcript = String::new();
    let on_show = |show: &_| transcript.push_str(&renderer.render(show));
    let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
    let mut learner = ScriptedLearner::new(TYPED.map(str::to_owned), program, on_show);
    drive(&mut session, &mut learner).expect("Python can be started");
    transcript
}

#[test]
fn practice_matches_its_snapshots() {
    for (kind, style) in snapshots::STYLES {
        snapshots::settings().bind(|| insta::assert_snapshot!(format!("practice-{kind}"), practice_transcript(style)));
    }
}

#[test]
fn the_clock_is_ahead_only_in_the_lesson_that_moved_it() {
    let library = Arc::new(Library::read(&library::built_in()).expect("the built-in lessons are valid"));
    let moved_s = |inputs: &[&str]| {
        let mut session = Session::new(Options::repeatable(library.clone()));
        session.open(library.find("strings").expect("the lesson exists").clone(), 0);
        let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
        let mut learner = ScriptedLearner::new(inputs.iter().map(|&input| input.to_owned()), program, |_| ());
        drive(&mut session, &mut learner).expect("Python can be started");
        session.status().moved_s
    };
    assert_eq!(moved_s(&[":wait 5m"]), 300);
    assert_eq!(moved_s(&[":wait 5m", ":go hashes"]), 0);
    assert_eq!(moved_s(&[":wait 5m", ":go hashes", ":wait 30s"]), 30);
    assert_eq!(moved_s(&[":wait 5m", ":go hashes", ":undo"]), 300);
}

/// An action that a lesson's author performs while the lesson is open.
enum AuthorAction {
    Type(&'static str),
    /// Replaces the first string with the second in the lesson file.
    Edit(&'static str, &'static str),
}

const AUTHOR_ACTIONS: [AuthorAction; 6] = [
    AuthorAction::Type("r.get('page:visits')"),
    AuthorAction::Edit("Count one visit under", "Count the first visit under"),
    AuthorAction::Type("r.incr('page:visits')"),
    AuthorAction::Edit("hints = [\"One command", "hnits = [\"One command"),
    AuthorAction::Type(""),
    AuthorAction::Type(":quit"),
];

/// A front end that edits a lesson's file and types at the lesson's prompt.
struct AuthorFrontend {
    actions: std::slice::Iter<'static, AuthorAction>,
    file: PathBuf,
    watcher: LessonWatcher,
    renderer: Renderer,
    shown: String,
}

impl Frontend for AuthorFrontend {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.shown.push_str(&self.renderer.render(show));
        Ok(())
    }

    fn read_input(&mut self, _: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        while let Some(action) = self.actions.next() {
            match action {
                AuthorAction::Type(line) => {
                    self.show(&Show::Typed { prompt: prompt.text(), line: (*line).to_owned() })?;
                    return Ok(Event::Entered((*line).to_owned()));
                }
                AuthorAction::Edit(from, to) => {
                    let text = fs::read_to_string(&self.file)?;
                    assert!(text.contains(from), "{from:?} is in the lesson");
                    fs::write(&self.file, text.replacen(from, to, 1))?;
                    if let Some(lesson) = self.watcher.reload_if_saved() {
                        return Ok(Event::LessonSaved(lesson));
                    }
                }
            }
        }
        Ok(Event::EndOfInput)
    }

    fn wait(&mut self, _: &Host<'_>, _: Option<i64>) -> io::Result<Event> {
        Ok(Event::SkipWait)
    }

    fn python_executable(&self) -> io::Result<PathBuf> {
        Ok(PathBuf::from(env!("CARGO_BIN_EXE_redis-tutor")))
    }
}

fn watched_transcript(name: &str, style: Style) -> String {
    let file = program::folder(&format!("watched-{name}")).join("counts.toml");
    // Messages refer to the file by the relative path that the author has given.
    std::env::set_current_dir(file.parent().expect("the file is in a folder")).expect("the folder exists");
    let made = program::redis_tutor(&["new", &file.display().to_string()], b"");
    assert!(made.status.success(), "{}{}", program::stdout(&made), program::stderr(&made));
    let text = fs::read_to_string(&file).expect("the file was written");
    let lesson = Arc::new(Source { name: "counts.toml".into(), text }.lesson().expect("a new lesson is valid"));
    let mut session = Session::new(Options::repeatable(Arc::new(Library { lessons: vec![lesson.clone()] })));
    session.open(lesson, 0);
    let watcher = LessonWatcher::new(UserFiles::default(), Path::new("counts.toml"));
    let renderer = Renderer::new(style, Theme::Plain);
    let mut frontend = AuthorFrontend { actions: AUTHOR_ACTIONS.iter(), file, watcher, renderer, shown: String::new() };
    drive(&mut session, &mut frontend).expect("Python can be started");
    frontend.shown
}

#[test]
fn a_lesson_that_is_saved_while_it_is_open_matches_its_snapshots() {
    for (kind, style) in snapshots::STYLES {
        snapshots::settings()
            .bind(|| insta::assert_snapshot!(format!("watched-{kind}"), watched_transcript(kind, style)));
    }
}
