//! The lessons of simulated sessions. Sessions with real Python processes use the built-in lessons. Sessions with
//! models use lessons whose code the model supports.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

use redis_tutor::driver::{self, Limits};
use redis_tutor::lesson::format::Lesson;
use redis_tutor::lesson::library::{self, Library, Source};
use redis_tutor::lesson::progress::Progress;
use redis_tutor::lesson::rehearsal::Rehearsal;
use redis_tutor::session::dialect::Dialect;
use redis_tutor::session::event::Event;
use redis_tutor::session::{MEMORY_LIMIT, SEED};

use super::plan::{PythonKind, Settings, TimeKind};
use super::world::{Stop, World};

/// The lessons for sessions with models. They contain a step of each kind.
const MODEL_LESSONS: [(&str, &str); 3] = [
    ("kinds.toml", include_str!("lessons/kinds.toml")),
    ("clients.toml", include_str!("lessons/clients.toml")),
    ("times.toml", include_str!("lessons/times.toml")),
];

/// All lessons, with a cache of their rehearsals.
pub struct Lessons {
    model: Arc<Library>,
    built_in: Arc<Library>,
    /// The cached rehearsals.
    rehearsals: Mutex<HashMap<RehearsalKey, Arc<Rehearsal>>>,
}

/// The key of a cached rehearsal: whether Python is real, and the lesson's id, title and number of steps.
type RehearsalKey = (bool, String, String, usize);

impl Lessons {
    pub fn new() -> Self {
        let mut model = Library::default();
        for (name, text) in MODEL_LESSONS {
            let source = Source { name: name.into(), text: text.into() };
            model.add(Arc::new(source.lesson().unwrap_or_else(|error| panic!("{error}"))));
        }
        let built_in = Library::read(&library::built_in()).expect("the built-in lessons are valid");
        Lessons { model: Arc::new(model), built_in: Arc::new(built_in), rehearsals: Mutex::default() }
    }

    pub fn library(&self, python: PythonKind) -> Arc<Library> {
        match python {
            PythonKind::Model => self.model.clone(),
            PythonKind::Real => self.built_in.clone(),
        }
    }

    /// Returns the rehearsal that the driver would pass to a session for this lesson.
    pub fn rehearse(&self, settings: &Settings, lesson: &Arc<Lesson>) -> Arc<Rehearsal> {
        let is_real = settings.python == PythonKind::Real;
        let key = (is_real, lesson.id.get_ref().clone(), lesson.title.clone(), lesson.steps.len());
        if let Some(known) = self.rehearsals.lock().expect("no thread panics with the lock").get(&key) {
            return known.clone();
        }
        let rehearsal = if is_real {
            let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
            let limits = Limits { time: None, memory: MEMORY_LIMIT };
            driver::rehearse(lesson, program, limits).expect("Python can be started").rehearsal
        } else {
            self.rehearse_with_model(lesson)
        };
        let rehearsal = Arc::new(rehearsal);
        self.rehearsals.lock().expect("no thread panics with the lock").insert(key, rehearsal.clone());
        rehearsal
    }

    /// Rehearses a lesson with a model, in the same way as `driver::rehearse` does: skips every step, and records its
    /// submissions.
    fn rehearse_with_model(&self, lesson: &Arc<Lesson>) -> Rehearsal {
        let settings = Settings {
            python: PythonKind::Model,
            time: TimeKind::Still,
            dialect: Dialect::Both,
            seed: SEED,
            lesson: None,
            is_practice: false,
        };
        let library = Arc::new(Library { lessons: vec![lesson.clone()] });
        let mut world = World::without_lesson(&settings, self, library, Progress::default());
        world.set_rehearsal();
        world.session.open(lesson.clone(), 0);
        world.session.rehearsed(Arc::default());
        let mut rehearsal = Rehearsal { steps: vec![Vec::new(); lesson.steps.len()], moved_us: Vec::new() };
        // A step takes two lines: `:skip`, which enters the answer, and an empty line. The additional iterations are
        // for waits.
        for _ in 0..3 * lesson.steps.len() + 3 {
            match world.settle() {
                Ok(Stop::Prompt(_)) => {}
                Ok(Stop::Waiting { deadline_us: Some(_) }) => {
                    world.deliver(Event::SkipWait);
                    continue;
                }
                Ok(Stop::Waiting { deadline_us: None }) => {
                    world.deliver(Event::Entered(String::new()));
                    continue;
                }
                Ok(Stop::Over) | Err(_) => break,
            }
            let step = world.session.place().map_or(0, |(_, number)| number - 1);
            let is_done = world.session.is_step_done();
            let submissions = std::mem::take(&mut world.submissions);
            rehearsal.steps[step].extend(submissions);
            if is_done && step + 1 == lesson.steps.len() {
                break;
            }
            if is_done {
                rehearsal.moved_us.push(world.session.moved_us());
            }
            world.deliver(Event::Entered(if is_done { String::new() } else { ":skip".into() }));
        }
        rehearsal
    }
}

/// Returns a lesson with another title and without its last step, as if its author had edited the file of the open
/// lesson. At least one step remains.
pub fn shortened(lesson: &Lesson) -> Arc<Lesson> {
    let mut shorter = (*renamed(lesson)).clone();
    shorter.steps.truncate(lesson.steps.len().saturating_sub(1).max(1));
    Arc::new(shorter)
}

/// Returns a lesson with another title, as if its author had edited the file of the open lesson.
pub fn renamed(lesson: &Lesson) -> Arc<Lesson> {
    let title = if lesson.title.ends_with(" (edited)") {
        lesson.title.replace(" (edited)", "")
    } else {
        format!("{} (edited)", lesson.title)
    };
    Arc::new(Lesson { title, ..lesson.clone() })
}

/// Returns the finished steps in the progress, as pairs of lesson and step ids. For a finished lesson, there is also a
/// pair with an empty step id.
pub fn finished(progress: &Progress) -> BTreeSet<(String, String)> {
    let of_lesson = progress.lessons.iter().flat_map(|(id, lesson)| {
        let whole = lesson.finished.then(String::new);
        lesson.done.iter().cloned().chain(whole).map(|step| (id.clone(), step))
    });
    of_lesson.collect()
}
