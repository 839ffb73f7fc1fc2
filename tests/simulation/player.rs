//! Plays a plan step by step, and checks properties that must hold no matter what happens.
//!
//! After each step of the plan, the prompt must come back, no child process may be left over, and the progress must
//! contain everything that was finished. Nothing may panic. A client whose child process died must get its variables
//! back. After `:fork back`, the state must be the same as before `:fork`. `Check` steps of the plan compare whole
//! states.

mod checks;

use std::sync::Arc;

use redis_tutor::lesson::format::Lesson;
use redis_tutor::lesson::progress::Progress;
use redis_tutor::messages::runtime as messages;
use redis_tutor::session::dialect::{self, Dialect, Input};
use redis_tutor::session::event::{Event, Prompt};

use super::faults::Fault;
use super::lessons::{Lessons, renamed, shortened};
use super::plan::{ClientAction, Plan, SavedLesson, Step};
use super::state::{State, Tolerance, state};
use super::world::{Failure, Stop, World};

/// Maximum number of times that the tutor repeats code whose Python process ended while a step was being prepared.
pub const MOST_REPEATS: usize = 2;

/// Maximum number of events to get from a wait to a prompt, or to end a session.
const MOST_WAITS: usize = 50;

/// Tutor commands that `:undo` can undo.
const UNDOABLE: [&str; 8] = [":client", ":wait", ":cli", ":python", ":go", ":back", ":again", ":skip"];

/// Tutor commands that open a step and remove the effects of all earlier lines.
const OPENING: [&str; 3] = [":go ", ":again", ":back"];

/// Tutor commands that change neither the data nor the variables.
const LOOKING: [&str; 12] = [
    ":hint",
    ":expect",
    ":lessons",
    ":keys",
    ":draw",
    ":doc GET",
    ":wire on",
    ":timeline",
    ":help",
    ":sheet",
    ":more",
    ":nothing",
];

/// A run of a plan.
pub struct Player<'a> {
    plan: &'a Plan,
    lessons: &'a Lessons,
    pub world: World<'a>,
    /// The reason why the session last stopped.
    stop: Stop,
    /// The last line that was typed, if it can be undone and nothing else has happened since.
    last: Option<TypedLine>,
    /// The latest lines that can be undone one after another, each with the state before it.
    history: Vec<(String, State)>,
    /// The state before `:fork`, as long as the session is in a fork.
    fork: Option<State>,
    /// The state at the start of the open step, if that state depends only on the lesson.
    step_start: Option<State>,
    /// Whether only the lesson's own answers have changed the session since a step was opened.
    is_clean: bool,
    /// Number of the learner's Python processes that had been lost when the session last stopped.
    learner_losses: usize,
    /// Number of Python processes that had been lost when the last line was entered.
    losses_before_line: usize,
    /// Whether all Python processes of the session were alive when the last line was entered.
    was_whole: bool,
}

/// A line that was typed at a prompt, with the states before and after it.
struct TypedLine {
    text: String,
    before: State,
    after: State,
    shown: String,
}

impl<'a> Player<'a> {
    pub fn new(plan: &'a Plan, lessons: &'a Lessons) -> Self {
        let world = World::new(&plan.settings, lessons, Progress::default());
        Player {
            plan,
            lessons,
            world,
            stop: Stop::Over,
            last: None,
            history: Vec::new(),
            fork: None,
            step_start: None,
            is_clean: true,
            learner_losses: 0,
            losses_before_line: 0,
            was_whole: true,
        }
    }

    /// Plays all steps of the plan, checks properties after each step, and then ends the session.
    pub fn play(&mut self) -> Result<(), Failure> {
        self.settle()?;
        for index in 0..self.plan.steps.len() {
            if self.stop == Stop::Over {
                break;
            }
            self.perform(index)?;
            self.check_variables(&self.plan.steps[index])?;
            self.check_children()?;
            self.world.check_progress()?;
        }
        self.leave()
    }

    /// Runs the session until its next stop: a prompt, a wait, or the end.
    fn settle(&mut self) -> Result<(), Failure> {
        self.stop = self.world.settle()?;
        if std::mem::take(&mut self.world.has_client_acted) {
            // The TCP client may have read the data of this step, so the data can no longer be restored.
            (self.is_clean, self.step_start) = (false, None);
        }
        // Code shown by the step may have run in a Python process that ended. The tutor reports this, and does not run
        // the code again.
        let learner_losses = self.world.count_losses().0;
        let has_lost = learner_losses > std::mem::replace(&mut self.learner_losses, learner_losses);
        if std::mem::take(&mut self.world.has_step_begun) {
            self.is_clean &= !has_lost;
            self.step_start = match &self.stop {
                Stop::Prompt(prompt) if self.is_clean => Some(state(&self.world, prompt)),
                Stop::Prompt(_) | Stop::Waiting { .. } | Stop::Over => None,
            };
        }
        let session = &self.world.session;
        // A terminal makes these calls at each prompt. They must not panic.
        let _ = session.status();
        let _ = [Dialect::Both, Dialect::Python, Dialect::Cli].map(|dialect| session.database(dialect));
        Ok(())
    }

    fn perform(&mut self, index: usize) -> Result<(), Failure> {
        let step = &self.plan.steps[index];
        let keeps_last = matches!(step, Step::Type(_) | Step::Check(_));
        if !keeps_last {
            self.last = None;
            self.history.clear();
        }
        match step {
            Step::Type(text) if is_opening(text) => {
                // If this line opens a step, the effects of all earlier lines are removed.
                let was_clean = std::mem::replace(&mut self.is_clean, true);
                let (start, before) = (self.step_start.take(), self.disturbances());
                self.type_text(text)?;
                if self.step_start.is_none() {
                    (self.is_clean, self.step_start) = (was_clean, start);
                }
                if text.contains('\n') || !self.was_prepared(before) {
                    (self.is_clean, self.step_start) = (false, None);
                }
            }
            Step::Type(text) => {
                self.is_clean &= LOOKING.contains(&text.as_str());
                let place = |world: &World<'_>| world.session.place().map(|(lesson, step)| (lesson.id.clone(), step));
                let before = place(&self.world);
                self.type_text(text)?;
                if text.contains(":undo") && place(&self.world) != before {
                    // The step to which the session has returned may have begun at another time.
                    self.step_start = None;
                }
            }
            Step::TypeAtOnce(text) => {
                if let Stop::Prompt(prompt) = self.stop.clone() {
                    self.world.perform_effects()?;
                    self.world.note_typed(&prompt, text);
                    self.world.deliver(Event::Entered(text.clone()));
                }
                self.settle()?;
            }
            Step::Statement(text) => self.run_of_script(&Event::Statement(text.clone()))?,
            Step::CliLine(text) => self.run_of_script(&Event::CliLine(text.clone()))?,
            Step::Answer => {
                let (losses, faults) = (self.world.losses.len(), self.world.faults.len());
                self.type_answer()?;
                self.is_clean &= (losses, faults) == (self.world.losses.len(), self.world.faults.len());
                if losses != self.world.losses.len() {
                    // Code shown by the step may have run in the Python process that ended.
                    self.step_start = None;
                }
            }
            Step::Enter => {
                self.world.note("Enter");
                let losses = self.world.losses.len();
                self.world.deliver(Event::Entered(String::new()));
                self.settle()?;
                if losses != self.world.losses.len() {
                    (self.is_clean, self.step_start) = (false, None);
                }
            }
            Step::Interrupt => {
                if matches!(self.stop, Stop::Waiting { .. } | Stop::Prompt(Prompt::Program { .. })) {
                    self.world.note("Ctrl-C");
                    self.world.deliver(Event::Interrupt);
                    self.settle()?;
                }
            }
            Step::EndOfInput => {
                if matches!(self.stop, Stop::Prompt(Prompt::Program { .. })) {
                    self.world.note("Ctrl-D");
                    self.world.deliver(Event::EndOfInput);
                    self.settle()?;
                }
            }
            Step::Elapse(ms) => self.elapse(*ms, self.is_followed_at_once(index))?,
            Step::CutFrame(frames) => self.world.faults.add(*frames, Fault::Cut),
            Step::KillAfterFrame(frames) => self.world.faults.add(*frames, Fault::KillAfter),
            Step::AbortAtFrame(frames) => self.world.faults.add(*frames, Fault::Abort),
            Step::InterruptBeforeFrame(frames) => self.world.faults.add(*frames, Fault::InterruptBefore),
            Step::ClientBeforeFrame(frames, number, line) => {
                self.world.faults.add(*frames, Fault::ClientBefore(*number, line.clone()));
            }
            Step::KillIdle => {
                if let Some(child) = self.world.session.idle_python() {
                    self.world.note("the idle Python is killed");
                    self.world.lose(child);
                }
            }
            Step::Client(number, action) => self.act(*number, action, self.is_followed_at_once(index))?,
            Step::DiskFull(is_full) => self.world.is_disk_full = *is_full,
            Step::RefusePort => self.world.refuses_port = true,
            Step::SaveLesson(saved) => self.save_lesson(*saved)?,
            Step::Restart => self.restart()?,
            Step::Check(check) => self.check(*check)?,
        }
        Ok(())
    }

    /// Returns whether the next step of the plan types a line before this step has ended.
    fn is_followed_at_once(&self, index: usize) -> bool {
        matches!(self.plan.steps.get(index + 1), Some(Step::TypeAtOnce(_))) && matches!(self.stop, Stop::Prompt(_))
    }

    /// Waits for a prompt as a learner does who wants to type. Returns `None` if the session is over.
    fn wait_for_prompt(&mut self) -> Result<Option<Prompt>, Failure> {
        for _ in 0..MOST_WAITS {
            self.settle()?;
            match &self.stop {
                Stop::Prompt(prompt) => return Ok(Some(prompt.clone())),
                Stop::Over => return Ok(None),
                Stop::Waiting { deadline_us: Some(_) } if !self.world.is_time_real() => {
                    self.world.deliver(Event::SkipWait);
                }
                // The empty line switches to another client, which then shows a prompt.
                Stop::Waiting { .. } => self.world.deliver(Event::Entered(String::new())),
            }
        }
        Err(format!("hang: after {MOST_WAITS} times Enter there is no prompt"))
    }

    fn type_text(&mut self, text: &str) -> Result<(), Failure> {
        self.last = None;
        let Some(prompt) = self.wait_for_prompt()? else { return Ok(()) };
        let before = state(&self.world, &prompt);
        let text = if self.world.session.is_incomplete(text) { format!("{text}\n") } else { text.to_owned() };
        let can_be_undone = self.can_be_undone(&prompt, &text);
        let forked = self.fork.take().or_else(|| (text == ":fork").then(|| before.clone()));
        let can_compare_forks = self.is_repeatable();
        self.world.note_typed(&prompt, &text);
        let shown = self.world.transcript.len();
        self.losses_before_line = self.world.losses.len();
        self.was_whole = self.is_whole();
        self.world.deliver(Event::Entered(text.clone()));
        self.settle()?;
        let Stop::Prompt(prompt) = &self.stop else {
            self.history.clear();
            return Ok(());
        };
        if is_in_fork(prompt) {
            self.fork = forked;
        } else if text == ":fork back"
            && let Some(start) = forked.filter(|_| can_compare_forks)
            && let Some(difference) = state(&self.world, prompt).difference(&start, Tolerance::Exact)
        {
            return Err(format!("fork: after `:fork back`,\n{difference}"));
        }
        if can_be_undone && !matches!(prompt, Prompt::Program { .. }) {
            let after = state(&self.world, prompt);
            let shown = self.world.transcript[shown..].to_owned();
            self.history.push((text.clone(), before.clone()));
            self.last = Some(TypedLine { text, before, after, shown });
        } else if !LOOKING.contains(&text.as_str()) {
            self.history.clear();
        }
        Ok(())
    }

    /// Delivers the next statement or line of a script, if the session is at a prompt that accepts it.
    fn run_of_script(&mut self, event: &Event) -> Result<(), Failure> {
        let prompt = match &self.stop {
            Stop::Prompt(prompt @ (Prompt::Python { .. } | Prompt::Cli { .. })) => prompt.clone(),
            _ => return Ok(()),
        };
        self.is_clean = false;
        if let Event::Statement(text) | Event::CliLine(text) = event {
            self.world.note_typed(&prompt, text);
        }
        self.world.deliver(event.clone());
        self.settle()
    }

    fn can_be_undone(&self, prompt: &Prompt, text: &str) -> bool {
        let inputs = dialect::inputs(text, self.world.session.dialect());
        let is_undoable = |input: &Input| match input {
            Input::Tutor(line) => UNDOABLE.iter().any(|command| line.split_whitespace().next() == Some(command)),
            _ => true,
        };
        let leaves_step =
            |input: &Input| matches!(input, Input::Tutor(line) if is_opening(line) || line.contains("skip"));
        if self.was_interrupted() || is_in_fork(prompt) && inputs.iter().any(leaves_step) {
            return false;
        }
        matches!(prompt, Prompt::Python { .. } | Prompt::Cli { .. })
            && !inputs.is_empty()
            && inputs.iter().all(is_undoable)
            && self.is_repeatable()
            && self.is_whole()
    }

    /// Returns whether the session can return to exactly the same state: no real time passes (so no TCP client acts),
    /// no fault is pending, and no program was interrupted.
    fn is_repeatable(&self) -> bool {
        !self.world.is_time_real() && self.world.faults.is_empty() && !self.was_interrupted()
    }

    /// Returns whether Ctrl-C has interrupted a program. A replay omits the source text of an interrupted program.
    fn was_interrupted(&self) -> bool {
        self.world.interrupts > 0
    }

    /// Returns the number of lost Python processes and the number of interrupts. Both disturb the tutor's work.
    fn disturbances(&self) -> (usize, usize) {
        (self.world.losses.len(), self.world.interrupts)
    }

    /// Returns whether the tutor could prepare a step despite the disturbances since an earlier call to `disturbances`,
    /// whose result is the argument. The tutor repeats lost work up to `MOST_REPEATS` times, and continues after one
    /// Ctrl-C.
    fn was_prepared(&self, (losses, interrupts): (usize, usize)) -> bool {
        self.world.losses.len() <= losses + MOST_REPEATS && self.world.interrupts <= interrupts + 1
    }

    /// Returns whether all Python processes of the session are alive.
    fn is_whole(&self) -> bool {
        self.world.session.children().all(|child| self.world.children.contains_key(&child))
    }

    /// Types the answer to the open step, or an empty line if the step is done.
    fn type_answer(&mut self) -> Result<(), Failure> {
        let lines = {
            let Some((lesson, number)) = self.world.session.place() else { return Ok(()) };
            let step = &lesson.steps[number - 1];
            match (&step.choose, &step.answer) {
                _ if self.world.session.is_step_done() => vec![String::new()],
                (Some(choose), _) => {
                    let right = choose.options.iter().position(|option| option.correct);
                    right.map(|index| (index + 1).to_string()).into_iter().collect()
                }
                (None, Some(answer)) => dialect::submissions(answer.get_ref()),
                (None, None) if step.predict.is_some() => vec![self.predicted(lesson, number - 1)],
                (None, None) if step.race.is_some() => vec!["all".into()],
                (None, None) => vec![":skip".into()],
            }
        };
        for line in lines {
            self.type_text(&line)?;
        }
        self.last = None;
        Ok(())
    }

    /// Returns the right prediction: the last line that the step's code printed in the rehearsal, or `:skip` if it
    /// printed nothing.
    fn predicted(&self, lesson: &Lesson, step: usize) -> String {
        let rehearsal = self.lessons.rehearse(&self.plan.settings, &Arc::new(lesson.clone()));
        let printed = rehearsal.steps.get(step).and_then(|submissions| submissions.last());
        let lines =
            printed.map(|submission| submission.output.trim_end().lines().last().unwrap_or_default().to_owned());
        lines.filter(|line| !line.is_empty()).unwrap_or_else(|| ":skip".into())
    }

    fn elapse(&mut self, ms: u64, is_followed_at_once: bool) -> Result<(), Failure> {
        self.world.note(&format!("{ms} ms pass"));
        // Keys of the lesson may expire in the meantime.
        self.is_clean = false;
        if self.world.is_time_real() {
            self.world.pass_time(i64::try_from(ms).unwrap_or(i64::MAX).saturating_mul(1000));
            self.world.deliver_time();
        } else if matches!(self.stop, Stop::Waiting { deadline_us: Some(_) }) {
            self.world.deliver(Event::SkipWait);
        }
        if is_followed_at_once { self.world.perform_effects() } else { self.settle() }
    }

    fn act(&mut self, number: usize, action: &ClientAction, is_followed_at_once: bool) -> Result<(), Failure> {
        self.world.act(number, action);
        if is_followed_at_once { self.world.perform_effects() } else { self.settle() }
    }

    fn save_lesson(&mut self, saved: SavedLesson) -> Result<(), Failure> {
        let Some((lesson, _)) = self.world.session.place() else { return Ok(()) };
        let new = match saved {
            SavedLesson::Renamed => Ok(renamed(lesson)),
            SavedLesson::Shorter => Ok(shortened(lesson)),
            SavedLesson::Invalid => Err("lesson.toml:1:1: not a lesson".to_owned()),
        };
        if matches!(self.stop, Stop::Prompt(_)) {
            self.world.note("the lesson is saved");
            (self.is_clean, self.step_start) = (new.is_ok(), None);
            let before = self.disturbances();
            self.world.deliver(Event::LessonSaved(new));
            self.settle()?;
            if !self.was_prepared(before) {
                (self.is_clean, self.step_start) = (false, None);
            }
        }
        Ok(())
    }

    /// Kills the program, and restarts it with the saved progress, at the place where `learn` would continue.
    fn restart(&mut self) -> Result<(), Failure> {
        let progress = self.world.saved.clone();
        let library = self.lessons.library(self.plan.settings.python);
        let (transcript, record) = (std::mem::take(&mut self.world.transcript), std::mem::take(&mut self.world.record));
        let is_disk_full = self.world.is_disk_full;
        self.world = World::without_lesson(&self.plan.settings, self.lessons, library.clone(), progress.clone());
        (self.world.transcript, self.world.record, self.world.is_disk_full) = (transcript, record, is_disk_full);
        self.world.note("restarted");
        (self.is_clean, self.step_start, self.fork, self.learner_losses) = (true, None, None, 0);
        if self.plan.settings.is_practice {
            self.world.begin_practice();
        }
        let current = progress.current.as_deref().and_then(|id| library.find(id));
        if let (Some(lesson), true) = (current, self.plan.settings.lesson.is_some()) {
            let known = progress.lessons.get(lesson.id.get_ref());
            let step = known.and_then(|known| known.step.as_deref());
            let index = step.and_then(|id| lesson.steps.iter().position(|step| step.id.get_ref() == id)).unwrap_or(0);
            match known.is_some_and(|known| known.end_is_due) {
                true => self.world.session.open_at_end(lesson.clone()),
                false => self.world.session.open(lesson.clone(), index),
            }
        }
        self.settle()
    }
}

/// Returns whether a prompt is shown in a fork.
fn is_in_fork(prompt: &Prompt) -> bool {
    prompt.text().starts_with(&messages::fork_prompt())
}

/// Returns whether a line is a tutor command that opens a step.
fn is_opening(line: &str) -> bool {
    OPENING.iter().any(|command| line.starts_with(command))
}
