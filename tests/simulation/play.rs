//! Plays plans, and checks properties that must always hold.
//!
//! After each step, the prompt must come back, no child may be left over, the progress must contain all finished steps,
//! and nothing may panic. After a child was lost, its client must get its variables back. Steps of the kind
//! `Step::Check` compare whole states. At the end, the same plan is played again, and must show the same.

use std::panic::{AssertUnwindSafe, catch_unwind};

use redis_tutor::lesson::progress::Progress;
use redis_tutor::markup;
use redis_tutor::messages::commands as messages;
use redis_tutor::messages::runtime as runtime_messages;
use redis_tutor::session::dialect::{self, Dialect, Input};
use redis_tutor::session::event::{Event, Prompt};

use super::lessons::{Lessons, edited};
use super::plan::{Check, ClientAction, Plan, PythonKind, Settings, Step, TimeKind};
use super::state::{State, Tolerance, state};
use super::world::{Failure, Fault, Stop, World};

/// The first child number that races use.
const FIRST_RACE_CHILD: u32 = 1 << 20;

/// Maximum number of characters of a line in a report.
const MOST_CHARACTERS: usize = 1_000;

/// Maximum number of children that may be lost while a step is prepared. The tutor repeats code that ends its Python no
/// more often than this.
const MOST_REPEATS: usize = 2;

/// Maximum number of events that a learner needs to get from a wait to a prompt.
const MOST_WAITS: usize = 50;

/// Tutor commands that can be undone.
const UNDOABLE: [&str; 8] = [":client", ":wait", ":cli", ":python", ":go", ":back", ":again", ":skip"];

/// Tutor commands that open a step, and prepare it from the beginning of its lesson.
const OPENING: [&str; 3] = [":go ", ":again", ":back"];

/// Tutor commands that change nothing.
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

/// Python code that prints the variables of a real Python.
const VARIABLES: &str =
    "{k: v for k, v in globals().items() if not k.startswith('_') and type(v) in (int, float, str, bytes, list, dict)}";

/// A plan that was played to its end.
pub struct Played {
    pub transcript: String,
    record: String,
    /// Number of children of the learner's clients and of the tutor that were lost.
    losses: (usize, usize),
}

/// A plan that broke a property.
#[derive(Debug, Clone)]
pub struct Broken {
    pub failure: Failure,
    /// What the learner saw before the failure.
    pub transcript: String,
}

impl Broken {
    /// Returns the name of the property.
    pub fn property(&self) -> &str {
        self.failure.split(':').next().unwrap_or_default()
    }
}

/// Plays a plan twice. Both times, all properties must hold and the same must be shown.
pub fn check(plan: &Plan, lessons: &Lessons) -> Result<Played, Broken> {
    let first = play(plan, lessons)?;
    if plan.settings.python == PythonKind::Real && depends_on_timing(plan) {
        return Ok(first);
    }
    let second = play(plan, lessons)?;
    compare(&first.record, &second.record, "same transcript: the first time", "the second time", &first.transcript)?;
    if let Some(harmless) = without_harmless_faults(plan, &first) {
        let spared = play(&harmless, lessons)?;
        let (a, b) = ("hidden fault: with it", "without it");
        compare(&first.transcript, &spared.transcript, a, b, &first.transcript)?;
    }
    Ok(first)
}

/// Compares what was shown or done in two runs.
fn compare(a: &str, b: &str, a_name: &str, b_name: &str, transcript: &str) -> Result<(), Broken> {
    let Some(lines) = first_difference(a, b) else { return Ok(()) };
    let [a, b] = [lines.0, lines.1].map(|line| markup::truncate_characters(&line, MOST_CHARACTERS));
    let failure = format!("{a_name}\n  {a}\nand {b_name}\n  {b}");
    Err(Broken { failure, transcript: transcript.to_owned() })
}

/// Returns a plan without its faults, if the faults have hit only a few children of the tutor's own client, so that the
/// tutor could repeat what was lost. The learner must then see the same with and without the faults.
fn without_harmless_faults(plan: &Plan, played: &Played) -> Option<Plan> {
    let mut plan = plan.clone();
    let is_fault = |step: &Step| matches!(step, Step::CutFrame(_) | Step::KillAfterFrame(_));
    let other = |step: &Step| matches!(step, Step::InterruptBeforeFrame(_) | Step::KillIdle | Step::Restart);
    let is_harmless = played.losses == (0, played.losses.1) && (1..=MOST_REPEATS).contains(&played.losses.1);
    if !is_harmless || plan.settings.time == TimeKind::Real || plan.steps.iter().any(other) {
        return None;
    }
    plan.steps.retain(|step| !is_fault(step));
    Some(plan)
}

/// Returns whether a line opens a step.
fn is_opening(line: &str) -> bool {
    OPENING.iter().any(|command| line.starts_with(command))
}

/// Returns whether the behaviour of a real Python in a plan also depends on timing: on where a signal hits it, or on
/// the order in which its threads send their requests.
fn depends_on_timing(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| match step {
        Step::InterruptBeforeFrame(_) | Step::KillAfterFrame(_) | Step::CutFrame(_) => true,
        Step::Type(text) | Step::TypeAtOnce(text) => text.contains("threading"),
        _ => false,
    })
}

/// Returns the first lines that differ. Addresses of Python's objects may differ, because the system chooses them.
fn first_difference(a: &str, b: &str) -> Option<(String, String)> {
    let ends = std::iter::repeat("(the end)");
    let lines = a.lines().chain(ends.clone()).zip(b.lines().chain(ends)).take(a.lines().count() + 1);
    lines.map(|(a, b)| (without_addresses(a), without_addresses(b))).find(|(a, b)| a != b)
}

fn without_addresses(line: &str) -> String {
    let mut parts = line.split("0x");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("0x");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    text
}

/// Plays a plan once.
pub fn play(plan: &Plan, lessons: &Lessons) -> Result<Played, Broken> {
    let mut transcript = String::new();
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut player = Player::new(plan, lessons);
        let result = player.play();
        transcript.clone_from(&player.world.transcript);
        result.map(|()| (std::mem::take(&mut player.world.record), player.world.count_losses()))
    }));
    match played {
        Ok(Ok((record, losses))) => Ok(Played { transcript, record, losses }),
        Ok(Err(failure)) => Err(Broken { failure, transcript }),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
            Err(Broken { failure: format!("panic: {text} {}", super::take_panic_place()), transcript })
        }
    }
}

struct Player<'a> {
    plan: &'a Plan,
    lessons: &'a Lessons,
    world: World<'a>,
    /// Where the session stopped last.
    stop: Stop,
    /// The last line, if nothing has happened since.
    last: Option<TypedLine>,
    /// The state in which the open step began, if it depends only on the lesson.
    step_start: Option<State>,
    /// Whether only answers of the lesson have changed the session since a step was opened.
    is_clean: bool,
    /// Number of children that were lost before the last line was entered.
    losses_before_line: usize,
    /// Whether all children were alive when the last line was entered.
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
    fn new(plan: &'a Plan, lessons: &'a Lessons) -> Self {
        let world = World::new(&plan.settings, lessons, Progress::default());
        Player {
            plan,
            lessons,
            world,
            stop: Stop::Over,
            last: None,
            step_start: None,
            is_clean: true,
            losses_before_line: 0,
            was_whole: true,
        }
    }

    fn play(&mut self) -> Result<(), Failure> {
        self.settle()?;
        for index in 0..self.plan.steps.len() {
            if self.stop == Stop::Over {
                break;
            }
            self.perform(index)?;
            self.check_variables(&self.plan.steps[index])?;
            self.check_children()?;
        }
        self.leave()
    }

    /// Runs the session until it stops again.
    fn settle(&mut self) -> Result<(), Failure> {
        self.stop = self.world.settle()?;
        if std::mem::take(&mut self.world.has_step_begun) {
            self.step_start = match &self.stop {
                Stop::Prompt(prompt) if self.is_clean => Some(state(&self.world, prompt)),
                Stop::Prompt(_) | Stop::Waiting { .. } | Stop::Over => None,
            };
        }
        let session = &self.world.session;
        // A terminal calls these functions at each prompt. Only checks that they do not panic.
        let _ = session.status();
        let _ = [Dialect::Both, Dialect::Python, Dialect::Cli].map(|dialect| session.database(dialect));
        Ok(())
    }

    fn perform(&mut self, index: usize) -> Result<(), Failure> {
        let step = &self.plan.steps[index];
        let keeps_last = matches!(step, Step::Type(_) | Step::Check(_));
        if !keeps_last {
            self.last = None;
        }
        match step {
            Step::Type(text) if is_opening(text) => {
                // If the line opens a step, nothing that was typed before has an effect any more.
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
                self.type_text(text)?;
            }
            Step::TypeAtOnce(text) => {
                if let Stop::Prompt(prompt) = self.stop.clone() {
                    self.world.perform_effects()?;
                    self.world.note_typed(&prompt, text);
                    self.world.deliver(Event::Entered(text.clone()));
                }
                self.settle()?;
            }
            Step::Answer => {
                let (losses, faults) = (self.world.losses.len(), self.world.faults.len());
                self.type_answer()?;
                self.is_clean &= (losses, faults) == (self.world.losses.len(), self.world.faults.len());
            }
            Step::Enter => {
                self.world.note("Enter");
                self.world.deliver(Event::Entered(String::new()));
                self.settle()?;
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
            Step::CutFrame(frames) => self.world.faults.push((*frames, Fault::Cut)),
            Step::KillAfterFrame(frames) => self.world.faults.push((*frames, Fault::KillAfter)),
            Step::InterruptBeforeFrame(frames) => self.world.faults.push((*frames, Fault::InterruptBefore)),
            Step::KillIdle => {
                if let Some(child) = self.world.session.idle_python() {
                    self.world.note("the idle Python is killed");
                    self.world.lose(child);
                }
            }
            Step::Client(number, action) => self.act(*number, action, self.is_followed_at_once(index))?,
            Step::DiskFull(is_full) => self.world.is_disk_full = *is_full,
            Step::RefusePort => self.world.refuses_port = true,
            Step::SaveLesson { is_valid } => self.save_lesson(*is_valid)?,
            Step::Restart => self.restart()?,
            Step::Check(check) => self.check(*check)?,
        }
        Ok(())
    }

    /// Returns whether the next step of the plan types a text before the current step has ended.
    fn is_followed_at_once(&self, index: usize) -> bool {
        matches!(self.plan.steps.get(index + 1), Some(Step::TypeAtOnce(_))) && matches!(self.stop, Stop::Prompt(_))
    }

    /// Waits for a prompt, like a learner who wants to type.
    fn wait_for_prompt(&mut self) -> Result<Option<Prompt>, Failure> {
        for _ in 0..MOST_WAITS {
            self.settle()?;
            match &self.stop {
                Stop::Prompt(prompt) => return Ok(Some(prompt.clone())),
                Stop::Over => return Ok(None),
                Stop::Waiting { deadline_us: Some(_) } if !self.world.is_time_real() => {
                    self.world.deliver(Event::SkipWait);
                }
                // Another client gets the prompt.
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
        self.world.note_typed(&prompt, &text);
        let shown = self.world.transcript.len();
        self.losses_before_line = self.world.losses.len();
        self.was_whole = self.is_whole();
        self.world.deliver(Event::Entered(text.clone()));
        self.settle()?;
        if let Stop::Prompt(prompt) = &self.stop
            && can_be_undone
            && !matches!(prompt, Prompt::Program { .. })
        {
            let after = state(&self.world, prompt);
            let shown = self.world.transcript[shown..].to_owned();
            self.last = Some(TypedLine { text, before, after, shown });
        }
        Ok(())
    }

    fn can_be_undone(&self, prompt: &Prompt, text: &str) -> bool {
        let inputs = dialect::inputs(text, self.world.session.dialect());
        let is_undoable = |input: &Input| match input {
            Input::Tutor(line) => UNDOABLE.iter().any(|command| line.split_whitespace().next() == Some(command)),
            _ => true,
        };
        let is_in_fork = prompt.text().starts_with(&runtime_messages::fork_prompt());
        let leaves_step =
            |input: &Input| matches!(input, Input::Tutor(line) if is_opening(line) || line.contains("skip"));
        if self.was_interrupted() || is_in_fork && inputs.iter().any(leaves_step) {
            return false;
        }
        let clients = self.world.real_clients.as_ref().map_or(0, |clients| clients.count());
        matches!(prompt, Prompt::Python { .. } | Prompt::Cli { .. })
            && !inputs.is_empty()
            && inputs.iter().all(is_undoable)
            && clients == 0
            && !self.world.is_time_real()
            && self.world.faults.is_empty()
            && self.is_whole()
    }

    /// Returns whether Ctrl-C has interrupted a program. A replay omits the source of that program.
    fn was_interrupted(&self) -> bool {
        self.world.interrupts > 0
    }

    /// Returns how often the tutor's work was disturbed so far.
    fn disturbances(&self) -> (usize, usize) {
        (self.world.losses.len(), self.world.interrupts)
    }

    /// Returns whether the tutor could prepare a step in spite of the disturbances since this earlier count. The tutor
    /// repeats lost work twice, and goes on after one Ctrl-C.
    fn was_prepared(&self, (losses, interrupts): (usize, usize)) -> bool {
        self.world.losses.len() <= losses + MOST_REPEATS && self.world.interrupts <= interrupts + 1
    }

    /// Returns whether all children of the session are alive.
    fn is_whole(&self) -> bool {
        self.world.session.children().all(|child| self.world.children.contains_key(&child))
    }

    /// Types the answer of the open step, or an empty line if the step is done.
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

    fn elapse(&mut self, ms: u64, is_followed_at_once: bool) -> Result<(), Failure> {
        self.world.note(&format!("{ms} ms pass"));
        // Keys of the lesson may expire.
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
        // The real client may have used the data of this step, so the step's start cannot be restored.
        (self.is_clean, self.step_start) = (false, None);
        let elapsed_us = self.world.elapsed_us();
        if let Some(mut clients) = self.world.real_clients.take() {
            let received = clients.act(&mut self.world.session, elapsed_us, number, action);
            self.world.real_clients = Some(clients);
            if let Some(received) = received {
                self.world.note(&format!("client {number} {action:?}: {received}"));
            }
        }
        if is_followed_at_once { self.world.perform_effects() } else { self.settle() }
    }

    fn save_lesson(&mut self, is_valid: bool) -> Result<(), Failure> {
        let Some((lesson, _)) = self.world.session.place() else { return Ok(()) };
        let saved = if is_valid { Ok(edited(lesson)) } else { Err("lesson.toml:1:1: not a lesson".to_owned()) };
        if matches!(self.stop, Stop::Prompt(_)) {
            self.world.note("the lesson is saved");
            (self.is_clean, self.step_start) = (is_valid, None);
            self.world.deliver(Event::LessonSaved(saved));
            self.settle()?;
        }
        Ok(())
    }

    /// Kills the program, and starts it again with the progress that was saved. It continues where `learn` would.
    fn restart(&mut self) -> Result<(), Failure> {
        let progress = self.world.saved.clone();
        let library = self.lessons.library(self.plan.settings.python);
        let (transcript, record) = (std::mem::take(&mut self.world.transcript), std::mem::take(&mut self.world.record));
        let is_disk_full = self.world.is_disk_full;
        self.world = World::without_lesson(&self.plan.settings, self.lessons, library.clone(), progress.clone());
        (self.world.transcript, self.world.record, self.world.is_disk_full) = (transcript, record, is_disk_full);
        self.world.note("restarted");
        (self.is_clean, self.step_start) = (true, None);
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

    fn check(&mut self, check: Check) -> Result<(), Failure> {
        match check {
            Check::Undo => self.check_undo(),
            Check::Again => self.check_again(),
            Check::Rebuild => self.check_rebuild(),
            Check::Replay => self.check_replay(),
        }
    }

    /// Undoes the last line, types it again, and compares the states.
    fn check_undo(&mut self) -> Result<(), Failure> {
        let Some(line) = self.last.take() else { return Ok(()) };
        let from = self.world.transcript.len();
        self.type_text(":undo")?;
        let marker = messages::undone("`");
        let marker = marker.split('`').next().unwrap_or_default();
        if !self.world.transcript[from..].contains(marker) {
            return Ok(());
        }
        let Stop::Prompt(prompt) = self.stop.clone() else {
            return Err(format!("undo: after {:?} was taken back, there is no prompt", line.text));
        };
        if let Some(difference) = state(&self.world, &prompt).difference(&line.before, Tolerance::Exact) {
            return Err(format!("undo: after {:?} was taken back,\n{difference}", line.text));
        }
        self.type_text(&line.text)?;
        let Some(again) = self.last.take() else {
            if self.was_interrupted() {
                return Ok(());
            }
            return Err(format!("redo: {:?} was typed again, and could not be taken back", line.text));
        };
        if let Some(difference) = again.after.difference(&line.after, Tolerance::Exact) {
            return Err(format!("redo: after {:?} was typed again,\n{difference}", line.text));
        }
        if self.world.session.place().is_none() && again.shown != line.shown {
            return Err(format!("redo: {:?} showed\n{}and the second time\n{}", line.text, line.shown, again.shown));
        }
        Ok(())
    }

    /// Starts the step again, and compares its state with the state at its start.
    fn check_again(&mut self) -> Result<(), Failure> {
        let has_real_clients = self.world.real_clients.is_some();
        let is_read = matches!(self.stop, Stop::Prompt(Prompt::Program { .. }));
        let Some(start) = self.step_start.clone().filter(|_| !has_real_clients && !is_read) else { return Ok(()) };
        let before = self.disturbances();
        self.type_text(":again")?;
        self.last = None;
        if !self.was_prepared(before) {
            self.is_clean = false;
            return Ok(());
        }
        let Stop::Prompt(prompt) = self.stop.clone() else { return Ok(()) };
        let now = state(&self.world, &prompt);
        if now.place != start.place || prompt.text().starts_with(&runtime_messages::fork_prompt()) {
            // In a fork, a step cannot be started again.
            return Ok(());
        }
        self.check_connections()?;
        // While time passes by itself, the step begins later.
        let tolerance = if self.world.is_time_real() { Tolerance::AnotherTime } else { Tolerance::OfRebuilding };
        self.compare_with_start("again", &now, &start, tolerance)
    }

    /// Checks that only the clients of a step have connections after the step was started again.
    fn check_connections(&self) -> Result<(), Failure> {
        /// Maximum number of connections for redis-cli lines: those of the tutor and of the clients of a lesson.
        const MOST_CLI_CONNECTIONS: usize = 5;
        let open: usize = self.world.children.values().filter_map(|child| Some(child.model()?.connections())).sum();
        let connected = self.world.session.engine().server.clients.len();
        let is_model = self.plan.settings.python == PythonKind::Model;
        match is_model && connected > open + MOST_CLI_CONNECTIONS {
            true => Err(format!("connections: {connected} are open, and the Pythons know of {open}")),
            false => Ok(()),
        }
    }

    /// Opens the same step in a fresh session, and compares the states.
    fn check_rebuild(&mut self) -> Result<(), Failure> {
        let Some(start) = self.step_start.clone() else { return Ok(()) };
        let Some((lesson, step, _)) = &start.place else { return Ok(()) };
        let settings = Settings { lesson: Some(format!("{lesson}/{step}")), ..self.plan.settings.clone() };
        let mut fresh = World::new(&settings, self.lessons, Progress::default());
        let stop = fresh.settle()?;
        let Stop::Prompt(prompt) = stop else { return Err(format!("rebuild: {stop:?} instead of a prompt")) };
        self.compare_with_start("rebuild", &state(&fresh, &prompt), &start, Tolerance::AnotherTime)
    }

    fn compare_with_start(&self, name: &str, now: &State, start: &State, tolerance: Tolerance) -> Result<(), Failure> {
        match now.difference(start, tolerance) {
            Some(difference) => Err(format!("{name}: the step {:?} begins with\n{difference}", start.place)),
            None => Ok(()),
        }
    }

    /// Kills the idle Python at the prompt, and checks that the next Python has the same variables.
    fn check_replay(&mut self) -> Result<(), Failure> {
        let is_at_prompt = matches!(self.stop, Stop::Prompt(Prompt::Python { .. })) && self.world.faults.is_empty();
        // What an interrupted source has set is lost with its Python, because a replay leaves the source out.
        let is_whole = !self.was_interrupted();
        let child = self.world.session.idle_python();
        if !is_whole || !is_at_prompt || !child.is_some_and(|child| self.world.children.contains_key(&child)) {
            return Ok(());
        }
        let is_real = self.plan.settings.python == PythonKind::Real;
        let asked_before = if is_real { self.ask_variables()? } else { String::new() };
        let before = self.world.variables();
        let Some(child) = self.world.session.idle_python() else { return Ok(()) };
        self.world.note("the idle Python is killed");
        self.world.lose(child);
        // When this line is entered, the session notices that the child is gone, and drops the line.
        self.type_text("pass")?;
        let asked_after = if is_real { self.ask_variables()? } else { String::new() };
        self.last = None;
        let after = self.world.variables();
        if after != before || asked_after != asked_before {
            return Err(format!(
                "replay: the variables were\n  {before:?} {asked_before}\nand after a replay\n  {after:?} {asked_after}"
            ));
        }
        Ok(())
    }

    fn ask_variables(&mut self) -> Result<String, Failure> {
        self.world.submissions.clear();
        self.type_text(VARIABLES)?;
        Ok(self.world.submissions.last().map(|submission| submission.output.clone()).unwrap_or_default())
    }

    /// Checks that if a child was lost during a single statement, its client has the variables from before the
    /// statement.
    fn check_variables(&mut self, step: &Step) -> Result<(), Failure> {
        let lost = self.world.losses.get(self.losses_before_line..).unwrap_or_default().to_vec();
        let Step::Type(text) = step else { return Ok(()) };
        let is_single = !text.contains(['\n', ';']) && !text.starts_with(':') && self.world.session.place().is_none();
        if self.was_interrupted() || !self.was_whole {
            return Ok(());
        }
        if let ([(client, before)], true, true) = (lost.as_slice(), is_single, matches!(self.stop, Stop::Prompt(_))) {
            let after = self.world.variables().remove(client).unwrap_or_default();
            if after != *before {
                return Err(format!("replay: the variables were\n  {before:?}\nand after a replay\n  {after:?}"));
            }
        }
        Ok(())
    }

    /// Checks that every child belongs to the session.
    fn check_children(&self) -> Result<(), Failure> {
        let known: Vec<_> = self.world.session.children().collect();
        let is_left = |id: &&_| !known.contains(*id);
        match self.world.children.keys().filter(|id| id.0 < FIRST_RACE_CHILD).find(is_left) {
            Some(id) => Err(format!("children: {id:?} is left over, and the session knows only {known:?}")),
            None => Ok(()),
        }
    }

    /// Ends the session from any state.
    fn leave(&mut self) -> Result<(), Failure> {
        self.world.faults.clear();
        for _ in 0..MOST_WAITS {
            self.settle()?;
            match &self.stop {
                Stop::Over => break,
                Stop::Prompt(Prompt::Program { .. }) => self.world.deliver(Event::EndOfInput),
                Stop::Prompt(_) => self.world.deliver(Event::Entered(":quit".into())),
                Stop::Waiting { .. } => self.world.deliver(Event::Interrupt),
            }
        }
        if self.stop != Stop::Over {
            return Err(format!("hang: `:quit` does not end the session, which stops at {:?}", self.stop));
        }
        match self.world.children.keys().next() {
            Some(id) => Err(format!("children: {id:?} is left over at the end")),
            None => Ok(()),
        }
    }
}
