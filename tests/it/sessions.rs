//! Sittings that are no lesson from its beginning to its end: practice, and a lesson that is saved while it is open.

use crate::support::{program, styles};
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

/// The steps that are practised, and what is typed: known at once, with a hint, given up.
const PRACTISED: [(&str, &str); 3] = [("strings", "one-view"), ("hashes", "count-visit"), ("lists", "trim")];
const TYPED: [&str; 8] =
    ["r.incr('page:views:home')", "", "r.incr('user:1000')", ":hint", "HINCRBY user:1000 visits 1", "", ":skip", ""];

fn practice(style: Style) -> String {
    let library = Arc::new(Library::read(&library::built_in()).expect("the lessons built in are lessons"));
    let steps: VecDeque<_> = PRACTISED
        .iter()
        .map(|(id, step)| {
            let lesson = library.find(id).expect("the lesson is there").clone();
            let index = lesson.steps.iter().position(|known| known.id.get_ref() == step).expect("the step is there");
            (lesson, index)
        })
        .collect();
    let mut session = Session::new(Options::repeatable(library));
    session.review(steps);
    let mut renderer = Renderer::new(style, Theme::Plain);
    let mut transcript = String::new();
    let watch = |show: &_| transcript.push_str(&renderer.render(show));
    let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
    let mut learner = ScriptedLearner::new(TYPED.map(str::to_owned), program, watch);
    drive(&mut session, &mut learner).expect("Python can be started");
    transcript
}

#[test]
fn practice_reads_as_recorded() {
    for (kind, style) in styles::STYLES {
        styles::settings().bind(|| insta::assert_snapshot!(format!("practice-{kind}"), practice(style)));
    }
}

/// What an author does while the lesson is open.
enum Deed {
    Types(&'static str),
    /// Changes a piece of the file, and saves it.
    Saves(&'static str, &'static str),
}

const DEEDS: [Deed; 6] = [
    Deed::Types("r.get('page:visits')"),
    Deed::Saves("Count one visit under", "Count the first visit under"),
    Deed::Types("r.incr('page:visits')"),
    Deed::Saves("hints = [\"One command", "hnits = [\"One command"),
    Deed::Types(""),
    Deed::Types(":quit"),
];

/// An author at a lesson's file, and at the prompt of the lesson.
struct Author {
    deeds: std::slice::Iter<'static, Deed>,
    file: PathBuf,
    watch: LessonWatcher,
    renderer: Renderer,
    shown: String,
}

impl Frontend for Author {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.shown.push_str(&self.renderer.render(show));
        Ok(())
    }

    fn read_input(&mut self, _: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        while let Some(deed) = self.deeds.next() {
            match deed {
                Deed::Types(line) => {
                    self.show(&Show::Typed { prompt: prompt.text(), line: (*line).to_owned() })?;
                    return Ok(Event::Entered((*line).to_owned()));
                }
                Deed::Saves(from, to) => {
                    let text = fs::read_to_string(&self.file)?;
                    assert!(text.contains(from), "{from:?} is in the lesson");
                    fs::write(&self.file, text.replacen(from, to, 1))?;
                    if let Some(saved) = self.watch.reload_if_saved() {
                        return Ok(Event::LessonSaved(saved));
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

fn watched(name: &str, style: Style) -> String {
    let file = program::folder(&format!("watched-{name}")).join("counts.toml");
    // What is said names the file as the author does.
    std::env::set_current_dir(file.parent().expect("it lies in a folder")).expect("the folder is there");
    let made = program::redis_tutor(&["new", &file.display().to_string()], b"");
    assert!(made.status.success(), "{}{}", program::stdout(&made), program::stderr(&made));
    let text = fs::read_to_string(&file).expect("it was written");
    let lesson = Arc::new(Source { name: "counts.toml".into(), text }.lesson().expect("a new lesson has no fault"));
    let mut session = Session::new(Options::repeatable(Arc::new(Library { lessons: vec![lesson.clone()] })));
    session.open(lesson, 0);
    let (watch, renderer) = (LessonWatcher::new(Path::new("counts.toml")), Renderer::new(style, Theme::Plain));
    let mut author = Author { deeds: DEEDS.iter(), file, watch, renderer, shown: String::new() };
    drive(&mut session, &mut author).expect("Python can be started");
    author.shown
}

#[test]
fn a_lesson_that_is_saved_while_it_is_open_reads_as_recorded() {
    for (kind, style) in styles::STYLES {
        styles::settings().bind(|| insta::assert_snapshot!(format!("watched-{kind}"), watched(kind, style)));
    }
}
