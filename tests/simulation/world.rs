//! The environment of a simulated session, in place of the driver and the front end. It performs the session's effects,
//! and delivers the events of a plan.
//!
//! The plan decides everything that happens in this environment: for example, which protocol frame is cut off, when
//! time passes, and when a file cannot be written.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, LazyLock};
use std::{env, fmt};

use python_kernel::frame::{FromChild, ToChild};
use python_kernel::syntax;
use redis_tutor::lesson::evidence::Submission;
use redis_tutor::lesson::format::{Lesson, Step};
use redis_tutor::lesson::library::Library;
use redis_tutor::lesson::practice::MOST_AT_ONCE;
use redis_tutor::lesson::progress::Progress;
use redis_tutor::markup::Style;
use redis_tutor::render::Renderer;
use redis_tutor::render::theme::Theme;
use redis_tutor::session::event::{ChildId, Effect, Event, Need, Part, Prompt, PythonEnd, Show};
use redis_tutor::session::{MEMORY_LIMIT, Options, START_US, Session};

use super::children::{Child, PythonProcess, Read};
use super::faults::{Fault, Faults};
use super::lessons::{Lessons, finished};
use super::model_python::ModelPython;
use super::plan::{ClientAction, PythonKind, Settings, TimeKind};
use super::real_clients::RealClients;

/// Maximum number of events before the prompt must come back. A race alone plays up to 400 orders of its clients'
/// commands, with 60 turns each.
const MOST_EVENTS: usize = 300_000;

/// Maximum number of times that Ctrl-C is pressed before the prompt must come back.
const MOST_INTERRUPTS: usize = 8;

/// The time that each event takes, in microseconds, if real time passes.
const EVENT_US: i64 = 50;

/// The time that passes while a child is silent, in microseconds, if real time passes.
const SILENCE_US: i64 = 50_000;

/// The lowest `ChildId` of a Python process that belongs to a race.
pub const FIRST_RACE_CHILD: u32 = 1 << 20;

/// The index of the tutor's own client.
const TUTOR: u64 = 0;

/// Whether to print the events and effects.
static PRINTS_EVENTS: LazyLock<bool> = LazyLock::new(|| env::var_os("REDIS_TUTOR_SIMULATION_EVENTS").is_some());

/// The description of a property that does not hold. The text before the first colon is the name of the property.
pub type Failure = String;

/// The variables of a Python process: the `repr` of each value, by name.
pub type Variables = BTreeMap<String, String>;

/// The reason why the session has stopped.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    Prompt(Prompt),
    /// All clients are blocked, until `deadline_us` or without a limit.
    Waiting {
        deadline_us: Option<i64>,
    },
    Over,
}

pub struct World<'a> {
    pub session: Session,
    pub settings: Settings,
    lessons: &'a Lessons,
    pub children: BTreeMap<ChildId, Child>,
    started: BTreeSet<ChildId>,
    /// The index of the client to which each child belongs. It is derived from the seed that is sent to the child.
    clients: BTreeMap<ChildId, u64>,
    /// For each child that is a model, the variables that it had before it began to run its current source text.
    before_run: BTreeMap<ChildId, Variables>,
    /// Children whose main thread has finished its source text, although other threads are still running.
    finished_main_threads: Vec<ChildId>,
    /// The variables of clients whose child has ended and has not been replaced yet.
    lost_variables: BTreeMap<u64, Variables>,
    /// The client of each lost child, with its variables, in the order in which the children were lost.
    pub losses: Vec<(u64, Variables)>,
    /// The real time since the session began, in microseconds.
    elapsed_us: i64,
    /// The session's time after the last event, as a Unix time in microseconds.
    last_us: i64,
    clock_failure: Option<Failure>,
    pub faults: Faults,
    pub is_disk_full: bool,
    /// The progress that was last saved.
    pub saved: Progress,
    /// The finished steps, as pairs of lesson and step ids. For a finished lesson, there is also a pair with an empty
    /// step id.
    finished: BTreeSet<(String, String)>,
    pub refuses_port: bool,
    pub real_clients: Option<RealClients>,
    /// The lesson that the session has asked to rehearse.
    rehearsal: Option<Arc<Lesson>>,
    pub submissions: Vec<Submission>,
    /// What the learner sees.
    pub transcript: String,
    /// All effects and inputs as text, so that runs can be compared.
    pub record: String,
    renderer: Renderer,
    plain_renderer: Renderer,
    /// Whether a TCP client has acted since this flag was last cleared.
    pub has_client_acted: bool,
    /// Number of times that Ctrl-C was pressed while a program ran.
    pub interrupts: usize,
    /// Whether a step has begun since this flag was last cleared.
    pub has_step_begun: bool,
    /// Whether this world is used for a rehearsal, and so must not start another one.
    is_rehearsal: bool,
}

impl<'a> World<'a> {
    /// Creates a world whose session has opened the lesson in `settings`, or has begun practice.
    pub fn new(settings: &Settings, lessons: &'a Lessons, progress: Progress) -> Self {
        let library = lessons.library(settings.python);
        let place = settings.lesson.as_deref().map(|name| {
            let (id, step) = name.split_once('/').unwrap_or((name, "1"));
            let lesson = library.find(id).unwrap_or_else(|| panic!("there is no lesson {id}")).clone();
            (lesson, step.parse().map_or(0, |step: usize| step.saturating_sub(1)))
        });
        let mut world = World::without_lesson(settings, lessons, library, progress);
        if let Some((lesson, step)) = place {
            world.session.open(lesson, step);
        } else if settings.is_practice {
            world.begin_practice();
        }
        world
    }

    /// Begins to practise up to `MOST_AT_ONCE` tasks from all lessons. The session's seed determines the first one.
    pub fn begin_practice(&mut self) {
        let is_task = |step: &Step| step.task.is_some() || step.predict.is_some();
        let lessons = self.lessons.library(self.settings.python);
        let all =
            lessons.lessons.iter().flat_map(|lesson| lesson.steps.iter().enumerate().map(move |step| (lesson, step)));
        let tasks = all.filter(|(_, (_, step))| is_task(step)).map(|(lesson, (index, _))| (lesson.clone(), index));
        let mut tasks: VecDeque<_> = tasks.collect();
        let first = usize::try_from(self.settings.seed).unwrap_or_default() % tasks.len().max(1);
        tasks.rotate_left(first);
        tasks.truncate(MOST_AT_ONCE);
        self.session.review(tasks);
    }

    pub fn without_lesson(
        settings: &Settings,
        lessons: &'a Lessons,
        library: Arc<Library>,
        progress: Progress,
    ) -> Self {
        let (seed, dialect) = (settings.seed, settings.dialect);
        let finished = finished(&progress);
        let options = Options { seed, start_us: START_US, dialect, library, progress: progress.clone() };
        let style = |width, plain| Style { width, ascii: plain, plain, quoted: false };
        World {
            session: Session::new(options),
            settings: settings.clone(),
            lessons,
            children: BTreeMap::new(),
            started: BTreeSet::new(),
            clients: BTreeMap::new(),
            before_run: BTreeMap::new(),
            finished_main_threads: Vec::new(),
            lost_variables: BTreeMap::new(),
            losses: Vec::new(),
            elapsed_us: 0,
            last_us: START_US,
            clock_failure: None,
            faults: Faults::default(),
            is_disk_full: false,
            saved: progress,
            finished,
            refuses_port: false,
            real_clients: None,
            rehearsal: None,
            submissions: Vec::new(),
            transcript: String::new(),
            record: String::new(),
            renderer: Renderer::new(style(80, false), Theme::Plain),
            plain_renderer: Renderer::new(style(40, true), Theme::Plain),
            has_client_acted: false,
            interrupts: 0,
            has_step_begun: false,
            is_rehearsal: false,
        }
    }

    /// Marks this world as a rehearsal, so that it does not rehearse the lesson that it opens.
    pub fn set_rehearsal(&mut self) {
        self.is_rehearsal = true;
    }

    pub fn is_time_real(&self) -> bool {
        self.settings.time == TimeKind::Real
    }

    /// Advances the real time, without telling the session.
    pub fn pass_time(&mut self, us: i64) {
        self.elapsed_us += us;
    }

    /// Delivers an event to the session as the driver does.
    pub fn deliver(&mut self, event: Event) {
        self.print(&format_args!("{event:?}"));
        let is_read = self.has_real_clients();
        if self.is_time_real() {
            self.elapsed_us += EVENT_US;
            self.session.handle_at(self.elapsed_us, event);
        } else {
            self.session.handle(event);
        }
        self.serve();
        self.note_time(is_read);
    }

    /// Tells the session only how much time has passed.
    pub fn deliver_time(&mut self) {
        self.print(&format_args!("Elapsed {} us", self.elapsed_us));
        let is_read = self.has_real_clients();
        self.session.handle(Event::Elapsed { us: self.elapsed_us });
        self.serve();
        self.note_time(is_read);
    }

    /// Prints an event or an effect, if REDIS_TUTOR_SIMULATION_EVENTS is set.
    fn print(&self, line: &fmt::Arguments<'_>) {
        if *PRINTS_EVENTS && !self.is_rehearsal {
            println!("{line}");
        }
    }

    fn has_real_clients(&self) -> bool {
        self.real_clients.as_ref().is_some_and(|clients| clients.are_connected(self.session.engine()))
    }

    /// Records the session's time after an event. `is_read` says whether TCP clients were connected before the event.
    /// They may have read the time, so the clock must not have gone back.
    fn note_time(&mut self, is_read: bool) {
        let now_us = self.session.now_us();
        if is_read && now_us < self.last_us {
            self.clock_failure = Some(format!("clock: with real clients it went from {} to {now_us}", self.last_us));
        }
        self.last_us = now_us;
    }

    fn serve(&mut self) {
        if let Some(clients) = &mut self.real_clients {
            clients.serve_ready(&mut self.session, self.elapsed_us);
        }
    }

    /// Runs the session until it needs a line, until all clients are blocked, or until the session is over.
    pub fn settle(&mut self) -> Result<Stop, Failure> {
        let mut interrupts = 0;
        for _ in 0..MOST_EVENTS {
            self.perform_effects()?;
            if let Some(failure) = self.clock_failure.take() {
                return Err(failure);
            }
            let need = self.session.need();
            if !matches!(need, Need::Frame { .. }) {
                self.children.values_mut().for_each(Child::run_ahead);
            }
            match need {
                Need::Nothing => return Ok(Stop::Over),
                // At a terminal, Python is started before it is needed.
                Need::Line(_) if self.is_time_real() && self.session.warm_up() => {}
                Need::Line(prompt) => {
                    for id in std::mem::take(&mut self.finished_main_threads) {
                        self.before_run.remove(&id);
                    }
                    return Ok(Stop::Prompt(prompt));
                }
                Need::Time { deadline_us } => return Ok(Stop::Waiting { deadline_us }),
                Need::Rehearsal => {
                    let Some(lesson) = self.rehearsal.take() else {
                        return Err("rehearsal: it is awaited, but was not requested or was used before".into());
                    };
                    let open = self.session.place().map(|(open, _)| open);
                    if !open.is_some_and(|open| std::ptr::eq(open, &*lesson)) {
                        let open = open.map(|open| open.id.get_ref());
                        return Err(format!("rehearsal: that of {} is used in {open:?}", lesson.id.get_ref()));
                    }
                    self.deliver(Event::Rehearsed(self.lessons.rehearse(&self.settings, &lesson)));
                }
                Need::Frame { child, deadline_us, is_main_idle } => {
                    interrupts += usize::from(self.read_frame(child, deadline_us, is_main_idle)?);
                    if interrupts > MOST_INTERRUPTS {
                        return Err(format!("hang: {interrupts} times Ctrl-C do not bring back the prompt"));
                    }
                }
            }
        }
        Err(format!("hang: after {MOST_EVENTS} events the prompt is not back"))
    }

    /// Reads a protocol frame from a child, and delivers the frame or the event that replaces it. Returns whether
    /// Ctrl-C had to be pressed because the child was running code without sending anything.
    fn read_frame(&mut self, id: ChildId, deadline_us: Option<i64>, is_main_idle: bool) -> Result<bool, Failure> {
        let read =
            self.children.get_mut(&id).map_or(Read::Ended, |child| child.read(deadline_us.is_some(), is_main_idle));
        match read {
            Read::Frame(thread, frame) => {
                let faults = self.faults.take_next();
                for fault in &faults {
                    match fault {
                        Fault::InterruptBefore => self.press_ctrl_c(),
                        Fault::ClientBefore(number, line) => self.act(*number, &ClientAction::Send(line.clone())),
                        Fault::Cut | Fault::Abort | Fault::KillAfter => continue,
                    }
                    self.perform_effects()?;
                }
                if faults.contains(&Fault::Abort) {
                    self.session.note_python_end(id, PythonEnd::OutOfMemory { limit: MEMORY_LIMIT });
                }
                if faults.contains(&Fault::Cut) || faults.contains(&Fault::Abort) {
                    self.lose(id);
                    self.deliver_end(id)?;
                    return Ok(false);
                }
                if matches!(frame, FromChild::RunFinished(_)) {
                    // If the source text has started other threads, it ends only when the session no longer waits for
                    // these threads.
                    match self.children.get(&id).and_then(Child::model).is_some_and(ModelPython::has_threads) {
                        true => self.finished_main_threads.push(id),
                        false => drop(self.before_run.remove(&id)),
                    }
                }
                self.deliver(Event::Frame { child: id, thread, frame });
                if faults.contains(&Fault::KillAfter) {
                    self.lose(id);
                }
            }
            Read::Ended => {
                self.lose(id);
                self.deliver_end(id)?;
            }
            Read::Silence if deadline_us.is_some() && self.is_time_real() => {
                self.elapsed_us += SILENCE_US;
                self.deliver(Event::Elapsed { us: self.elapsed_us });
            }
            Read::Silence if deadline_us.is_some() => self.deliver(Event::SkipWait),
            Read::Silence => {
                return Err("hang: the session waits for a child whose threads all wait for the session".into());
            }
            Read::Computes => {
                self.press_ctrl_c();
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reports to the session that a child is gone. If the session starts no replacement, the client's variables are
    /// gone as well.
    fn deliver_end(&mut self, id: ChildId) -> Result<(), Failure> {
        self.deliver(Event::ChildGone(id));
        self.perform_effects()?;
        if !self.session.children().any(|child| self.clients.get(&child) == self.clients.get(&id)) {
            self.forget_lost_variables(id);
        }
        Ok(())
    }

    fn press_ctrl_c(&mut self) {
        self.transcript.push_str("^C\n");
        self.interrupts += 1;
        self.deliver(Event::Interrupt);
    }

    /// Makes a TCP client perform an action, if the server is running.
    pub fn act(&mut self, number: usize, action: &ClientAction) {
        let Some(mut clients) = self.real_clients.take() else { return };
        let received = clients.act(&mut self.session, self.elapsed_us, number, action);
        self.real_clients = Some(clients);
        if let Some(received) = received {
            self.has_client_acted = true;
            self.note(&format!("client {number} {action:?}: {received}"));
        }
    }

    /// Removes a child, as if its process had been killed, without telling the session.
    pub fn lose(&mut self, id: ChildId) {
        let variables = self.child_variables(id);
        let client = self.clients.get(&id).copied();
        if let (Some(_), Some(client)) = (self.children.remove(&id), client) {
            if id.0 < FIRST_RACE_CHILD {
                self.lost_variables.extend(variables.clone().map(|variables| (client, variables)));
            }
            // The variables of a real Python process are not known.
            self.losses.push((client, variables.unwrap_or_default()));
        }
    }

    /// Forgets the variables that the client of a child has lost. The clients of races have no variables to keep.
    fn forget_lost_variables(&mut self, id: ChildId) {
        if let Some(client) = self.clients.get(&id).filter(|_| id.0 < FIRST_RACE_CHILD) {
            self.lost_variables.remove(client);
        }
    }

    /// Returns the number of lost children of the learner's clients, and of the tutor.
    pub fn count_losses(&self) -> (usize, usize) {
        let of_tutor = self.losses.iter().filter(|(client, _)| *client == TUTOR).count();
        (self.losses.len() - of_tutor, of_tutor)
    }

    /// Returns the variables that a child's model must have after a replay. If it is running code, these are the
    /// variables from before that code. Returns `None` for a real child.
    fn child_variables(&self, id: ChildId) -> Option<Variables> {
        let variables = self.children.get(&id)?.model()?.variables();
        Some(self.before_run.get(&id).cloned().unwrap_or(variables))
    }

    /// Returns the variables of all clients whose Python is a model. Clients without variables are omitted.
    pub fn variables(&self) -> BTreeMap<u64, Variables> {
        let mut all = self.lost_variables.clone();
        for id in self.session.children() {
            if let (Some(client), Some(variables)) = (self.clients.get(&id), self.child_variables(id)) {
                all.insert(*client, variables);
            }
        }
        all.retain(|_, variables| !variables.is_empty());
        all
    }

    pub fn perform_effects(&mut self) -> Result<(), Failure> {
        loop {
            let effects = self.session.take_effects();
            if effects.is_empty() {
                return Ok(());
            }
            let mut events = Vec::new();
            for effect in effects {
                self.perform(effect, &mut events)?;
            }
            events.into_iter().for_each(|event| self.session.handle(event));
        }
    }

    fn perform(&mut self, effect: Effect, events: &mut Vec<Event>) -> Result<(), Failure> {
        match &effect {
            // This effect is not recorded, because it contains a whole lesson, which is always the same.
            Effect::Rehearse(_) => {}
            effect => {
                self.print(&format_args!("    {effect:?}"));
                self.record(effect);
            }
        }
        match effect {
            Effect::Spawn(id) => {
                if !self.started.insert(id) {
                    return Err(format!("children: {id:?} is started twice"));
                }
                let child = match self.settings.python {
                    PythonKind::Model => Child::Model(Box::new(ModelPython::new(self.settings.seed % 2 == 1))),
                    PythonKind::Real => Child::Process(PythonProcess::start()),
                };
                self.children.insert(id, child);
            }
            Effect::Send { child, thread, frame } => self.send(child, thread, frame)?,
            Effect::Interrupt(id) => {
                if let Some(child) = self.children.get_mut(&id) {
                    child.interrupt();
                }
            }
            Effect::Kill(id) => {
                self.children.remove(&id);
                // The variables of a child that the session itself kills are no longer needed.
                self.forget_lost_variables(id);
            }
            Effect::WriteFile { path, text } => events.push(self.write_file(path, &text)?),
            Effect::OpenPort(port) => events.push(Event::PortOpened(self.open_port(port))),
            Effect::ClosePort => {
                if let Some(clients) = self.real_clients.take() {
                    clients.close(self.session.engine_mut());
                }
            }
            Effect::Show(show) => self.show(&show),
            Effect::Finished(submission) => self.submissions.push(*submission),
            Effect::Rehearse(lesson) if !self.is_rehearsal => self.rehearsal = Some(lesson),
            Effect::Progress(progress) => self.save_progress(progress)?,
            Effect::Rehearse(_) | Effect::Unseen(_) | Effect::Judged(_) | Effect::RaceResult(_) | Effect::Leave(_) => {}
        }
        Ok(())
    }

    /// Adds an effect to the record. Consecutive pieces of output are joined, because their boundaries depend on
    /// timing.
    fn record(&mut self, effect: &Effect) {
        const END: &str = " (output)\n";
        match effect {
            Effect::Show(Show::Output(text)) => {
                if let Some(joined) = self.record.strip_suffix(END) {
                    self.record.truncate(joined.len());
                }
                self.record.push_str(&text.escape_debug().to_string());
                self.record.push_str(END);
            }
            effect => self.record.push_str(&format!("{effect:?}\n")),
        }
    }

    fn send(&mut self, id: ChildId, thread: u32, frame: ToChild) -> Result<(), Failure> {
        if !self.started.contains(&id) {
            return Err(format!("children: {frame:?} is sent to {id:?}, which was never started"));
        }
        if let (ToChild::Start { seed, .. }, true) = (&frame, self.children.contains_key(&id)) {
            self.clients.insert(id, seed.wrapping_sub(self.settings.seed));
            // The new child begins without variables, or a replay restores them.
            self.forget_lost_variables(id);
        }
        let Some(child) = self.children.get_mut(&id) else { return Ok(()) };
        if let (ToChild::Run { .. }, Some(model)) = (&frame, child.model()) {
            self.before_run.insert(id, model.variables());
        }
        child.send(thread, frame);
        Ok(())
    }

    fn write_file(&mut self, path: String, text: &str) -> Result<Event, Failure> {
        if let Err(error) = syntax::split_statements(text) {
            return Err(format!("saved script: {error} in\n{text}"));
        }
        let refusal = self.is_disk_full.then(|| format!("{path} was not written: no space left on device."));
        Ok(Event::FileWritten { path, refusal })
    }

    fn open_port(&mut self, port: u16) -> Result<u16, String> {
        if !self.is_time_real() || std::mem::take(&mut self.refuses_port) {
            return Err(format!("Port {port} cannot be opened."));
        }
        self.real_clients = Some(RealClients::serve(self.session.engine_mut(), port));
        Ok(port)
    }

    fn show(&mut self, show: &Show) {
        self.transcript.push_str(&self.renderer.render(show));
        // Rendering in plain style must not panic.
        let _ = self.plain_renderer.render(show);
        if let Show::Heading(heading) = show {
            self.has_step_begun |= matches!(heading.part, Part::Step { .. } | Part::Practice { .. });
        }
    }

    /// Saves the progress, unless the disk is full. Returns a failure if the progress lacks a step or lesson that was
    /// finished before.
    fn save_progress(&mut self, progress: Progress) -> Result<(), Failure> {
        let now = finished(&progress);
        if let Some((lesson, step)) = self.finished.difference(&now).next() {
            return Err(format!("progress: {lesson}/{step} was done, and is not any more"));
        }
        self.finished = now;
        if !self.is_disk_full {
            self.saved = progress;
        }
        Ok(())
    }

    /// Checks that the session has reported all steps and lessons that it considers finished.
    pub fn check_progress(&self) -> Result<(), Failure> {
        let done = finished(self.session.progress());
        match done.difference(&self.finished).next() {
            Some((lesson, step)) => Err(format!("progress: {lesson}/{step} is done, and was not saved")),
            None => Ok(()),
        }
    }

    /// Adds the text that the learner types to the transcript and to the record.
    pub fn note_typed(&mut self, prompt: &Prompt, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            let prompt = if index == 0 { prompt.text() } else { prompt.continuation() };
            self.show(&Show::Typed { prompt, line: line.to_owned() });
        }
        self.record.push_str(&format!("typed {text:?}\n"));
    }

    /// Adds a note about another event to the transcript and to the record.
    pub fn note(&mut self, text: &str) {
        let line = self.renderer.end_line();
        self.transcript.push_str(&format!("{line}--- {text}\n"));
        self.record.push_str(&format!("--- {text}\n"));
    }
}
