//! Guides the learner through lessons: prepares the steps, judges the learner's inputs, and shows what comes next.

mod cost_comparison;
mod ending;
mod hidden_code;
mod judging;
mod question;
mod race_step;
mod rehearse;
mod reload;
mod review;
mod script;
mod sheet;
mod step_activity;
mod step_starts;
mod steps;

use std::collections::VecDeque;
use std::sync::Arc;

use super::event::{Effect, Heading, Part, Show};
use super::options::Options;
use super::picture::Baselines;
use super::runtime::client::ClientIndex;
use super::runtime::dialect::Input;
use super::runtime::{Clock, Runtime};
use crate::lesson::evidence::Submission;
use crate::lesson::format::{Lesson, Step};
use crate::lesson::library::Library;
use crate::lesson::progress::Progress;
use crate::markup::Role;
use crate::messages::lesson_run as messages;
use hidden_code::HiddenCode;
use race_step::RaceRun;
pub use race_step::{every_order_expected, race_expected};
use redis_engine::Engine;
use rehearse::RequestedRehearsal;
use review::Review;
use script::{Item, Script};
pub use script::{ScriptStep, inputs_of_lesson};
use step_activity::StepActivity;
use step_starts::StepStarts;

/// The tutor, which guides the learner through lessons and runs their code on `runtime`. While no lesson is open, it
/// provides only a prompt.
#[derive(Debug)]
pub struct Tutor {
    pub runtime: Runtime,
    /// Inputs that are waiting to be run, in order.
    pub entered: VecDeque<Input>,
    /// Submissions that have run but have not been judged, with their clients.
    pub finished: VecDeque<(ClientIndex, Submission)>,
    script: Script,
    /// The open lesson, if any.
    pub lesson: Option<LessonRun>,
    /// The practice or fast track in progress, if any.
    review: Option<Review>,
    rehearsal: RequestedRehearsal,
    race: RaceRun,
    hidden_code: HiddenCode,
    pub library: Arc<Library>,
    pub progress: Progress,
    /// Earlier states of the data, with which pictures are compared.
    pub baselines: Baselines,
}

/// The open lesson, and the learner's position in it.
#[derive(Debug, Clone)]
pub struct LessonRun {
    pub lesson: Arc<Lesson>,
    /// The index of the open step.
    pub step: usize,
    pub phase: Phase,
    /// Number of this step's hints that have been shown.
    pub hints: usize,
    /// The output that the learner must predict. `None` until the code has run.
    prediction: Option<String>,
    /// The keys that must not change, with their contents at the start of the step.
    contents_before: Vec<(String, Vec<u8>)>,
    /// A digest of all data at the start of the step, or `None` if there was too much data.
    digest_before: Option<String>,
    /// The data at the start of the step, if a race in this step needs it.
    start: Option<Arc<StepData>>,
    starts: StepStarts,
    /// The commands that the learner has sent in this step.
    sent: Vec<Vec<Vec<u8>>>,
    /// The number of this step's first call in the wire log.
    first_call: u64,
    activity: StepActivity,
    /// The names of the clients that have sent commands in this step, in the order of their first commands.
    acted: Vec<String>,
    /// A remark to be shown at the end of the step.
    closing_remark: Option<String>,
    /// Whether the learner has seen the answer.
    pub is_answer_shown: bool,
}

/// The engine (with its data) and the clock at the start of a step.
#[derive(Debug)]
struct StepData {
    engine: Engine,
    clock: Clock,
    /// Number of statements that each client's Python process had run when the step began.
    sources_run: Vec<usize>,
}

/// The phase of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The tutor is preparing the step.
    Preparing,
    /// The learner is working on the step.
    Doing,
    /// The step is done. An empty line opens the next one.
    Done,
    /// The lesson is over. An empty line opens the next lesson.
    Over,
}

impl LessonRun {
    fn new(lesson: Arc<Lesson>, step: usize, starts: StepStarts) -> Self {
        LessonRun {
            lesson,
            step,
            phase: Phase::Preparing,
            hints: 0,
            prediction: None,
            contents_before: Vec::new(),
            digest_before: None,
            start: None,
            starts,
            sent: Vec::new(),
            first_call: 0,
            activity: StepActivity::default(),
            acted: Vec::new(),
            closing_remark: None,
            is_answer_shown: false,
        }
    }

    /// Discards everything that belongs to the previous step.
    fn begin_preparing(&mut self) {
        self.phase = Phase::Preparing;
        self.hints = 0;
        self.prediction = None;
        self.sent.clear();
        self.activity = StepActivity::default();
        self.acted.clear();
        self.closing_remark = None;
        self.is_answer_shown = false;
    }

    pub fn current(&self) -> &Step {
        &self.lesson.steps[self.step]
    }

    /// Returns the code that completes the step, or `None` if there is none. It is the step's answer, the code whose
    /// output must be predicted, or the code that the tutor shows.
    pub fn answer(&self) -> Option<&str> {
        let step = self.current();
        [&step.answer, &step.predict, &step.show].into_iter().flatten().next().map(|text| text.get_ref().as_str())
    }
}

impl Tutor {
    pub fn new(options: Options) -> Self {
        Tutor {
            runtime: Runtime::new(options.seed, options.start_us, options.dialect),
            entered: VecDeque::new(),
            finished: VecDeque::new(),
            script: Script::default(),
            lesson: None,
            review: None,
            rehearsal: RequestedRehearsal::default(),
            race: RaceRun::default(),
            hidden_code: HiddenCode::default(),
            library: options.library,
            progress: options.progress,
            baselines: Baselines::default(),
        }
    }

    /// Takes the newly finished submissions from the runtime, and remembers the current data for later pictures.
    pub fn take_finished(&mut self) {
        if self.runtime.finished.is_empty() {
            return;
        }
        // If another program reads the output, no pictures are drawn, so the data need not be remembered.
        if !self.runtime.shows_all {
            self.baselines.note(&self.runtime.engine.keyspace);
        }
        self.finished.append(&mut self.runtime.finished);
    }

    /// Opens a lesson at the step with the given index, or at the last step if the index is too large.
    pub fn open_lesson(&mut self, lesson: Arc<Lesson>, step: usize) {
        let step = step.min(lesson.steps.len().saturating_sub(1));
        self.rebuild(lesson, step);
        self.prepare_step();
    }

    /// Opens a lesson, and queues its setup and the answers of the first `steps` steps, which run without being shown.
    fn rebuild(&mut self, lesson: Arc<Lesson>, steps: usize) {
        self.clear_script();
        self.end_race();
        self.entered.clear();
        let step = steps.min(lesson.steps.len().saturating_sub(1));
        let setup = lesson.setup.as_ref().map(|setup| Item::Unseen(setup.get_ref().clone()));
        let before: Vec<Item> = lesson.steps[..steps].iter().flat_map(|step| steps::typed(step, false)).collect();
        let starts = self.known_starts(&lesson);
        let waits = starts.is_again_at(step);
        self.lesson = Some(LessonRun::new(lesson, step, starts));
        self.request_rehearsal();
        self.script.add(waits.then_some(Item::AwaitRehearsal));
        self.script.add([Item::ClockBack, Item::Silence(true), Item::Reset]);
        self.script.add(setup);
        self.script.add(before);
        self.script.add([Item::Silence(false)]);
    }

    /// Removes all keys, clients and variables.
    fn reset(&mut self) {
        self.runtime.reset();
        self.finished.clear();
        self.baselines = Baselines::default();
    }

    /// Restores the lesson that was open when the snapshot was taken. Must be called after the runtime was restored.
    pub fn restore_lesson(&mut self, lesson: Option<LessonRun>) {
        let hints = self.lesson.as_ref().map(|run| (run.step, run.hints));
        self.lesson = lesson;
        self.request_rehearsal();
        if let (Some(run), Some((step, hints))) = (&mut self.lesson, hints)
            && run.step == step
        {
            // After `:undo`, the learner still knows the hints that were shown earlier, so they still count.
            run.hints = run.hints.max(hints);
        }
        self.finished.clear();
        self.clear_script();
        self.end_race();
        let open = self.lesson.as_ref().filter(|run| run.phase == Phase::Doing);
        if let Some(race) = open.and_then(|run| run.current().race.clone()) {
            self.begin_race_step(&race);
        }
        self.record_position();
    }

    /// Records the open step in the learner's progress as the place to continue from.
    fn record_position(&mut self) {
        if self.is_practice() {
            return;
        }
        let Some(run) = &self.lesson else { return };
        let (lesson, step) = (run.lesson.clone(), run.step);
        self.progress.at(lesson.id.get_ref(), lesson.steps[step].id.get_ref());
        self.runtime.effects.push(Effect::Progress(self.progress.clone()));
    }

    /// Opens the next step. After the last step, opens the end of the lesson.
    fn next_step(&mut self) {
        if self.next_in_review() {
            return;
        }
        let Some(run) = &mut self.lesson else { return };
        if run.step + 1 < run.lesson.steps.len() {
            run.step += 1;
            return self.prepare_step();
        }
        self.end_lesson();
    }

    /// Handles an empty line. If the step is done, opens the next step. If the lesson is over, opens the next lesson.
    pub fn empty_line(&mut self) {
        match self.lesson.as_ref().map(|run| run.phase) {
            Some(Phase::Done) => self.next_step(),
            Some(Phase::Over) => {
                let next = self.lesson.as_ref().and_then(|run| self.library.after(run.lesson.id.get_ref())).cloned();
                if let Some(next) = next {
                    self.open_lesson(next, 0);
                }
            }
            Some(Phase::Preparing | Phase::Doing) | None => {}
        }
    }

    /// Returns whether a step is open that the learner has not completed yet.
    pub fn is_step_open(&self) -> bool {
        self.lesson.as_ref().is_some_and(|run| run.phase == Phase::Doing)
    }

    /// Returns whether the open step is done.
    pub fn is_step_done(&self) -> bool {
        self.lesson.as_ref().is_some_and(|run| matches!(run.phase, Phase::Done | Phase::Over))
    }

    /// Shows the heading of a part of a lesson.
    fn show_heading(&mut self, lesson: &Lesson, part: Part) {
        let heading = Heading { lesson: lesson.id.get_ref().clone(), title: lesson.title.clone(), part };
        self.runtime.show(Show::Heading(heading));
    }

    fn show(&mut self, show: Show) {
        self.runtime.show(show);
    }

    pub fn say(&mut self, role: Role, markdown: &str) {
        self.runtime.say(role, markdown);
    }

    pub fn say_no_lesson(&mut self) {
        self.say(Role::Plain, &messages::no_lesson_open());
    }
}
