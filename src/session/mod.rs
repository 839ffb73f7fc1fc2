//! One sitting: clients, dialects, lessons. Events come in, effects go out; nothing is read or written here.
//!
//! Only one client's program runs at a time, and its turn passes when it asks for something that is not there yet, or
//! is done. So what happens depends on what was entered, never on how quick a process was: a transcript and a terminal
//! see the same.

mod cli;
mod client;
mod clock;
pub mod cost_comparison;
pub mod dialect;
mod draw;
mod ending;
pub mod event;
mod lead;
pub mod lesson_status;
pub mod options;
mod output;
pub mod output_limit;
pub mod picture;
mod python;
pub mod python_hints;
mod question;
mod race;
mod rehearse;
mod reload;
mod replay_log;
mod review;
mod save;
mod script;
mod serve;
mod sheet;
pub mod status;
mod step_activity;
mod step_starts;
pub mod timeline;
mod turns;
pub mod tutor;
mod undo;
pub mod wire;
mod wire_log;

use std::collections::VecDeque;
use std::sync::Arc;

use client::{Ask, Client, Work, WorkKind};
use clock::Clock;
use dialect::{Dialect, Input};
use event::{ChildId, Effect, Event, Need, Prompt, Show};
use lead::LessonRun;
pub use options::{Options, SEED, START_US};
use script::Script;

use crate::lesson::evidence::Submission;
use crate::lesson::format::Lesson;
use crate::lesson::library::Library;
use crate::lesson::progress::Progress;
use crate::markup::Role;
use python_kernel::frame::{MAIN_THREAD, ToChild};
use python_kernel::syntax;
use redis_engine::Engine;

/// The index of the tutor's own client, which looks at the data unseen.
const TUTOR: usize = 0;

/// The index of the learner's first client.
const MAIN: usize = 1;

/// A `:wait` under way.
#[derive(Debug)]
struct Wait {
    until_us: i64,
    /// The time as it was typed.
    said: String,
}

/// One sitting.
#[derive(Debug)]
pub struct Session {
    engine: Engine,
    clock: Clock,
    seed: u64,
    /// The `__name__` of what Python runs.
    module: &'static str,
    dialect: Dialect,
    clients: Vec<Client>,
    /// Whose prompt the learner types at.
    foreground: usize,
    /// Whose program runs.
    turn: Option<usize>,
    /// Who was shown last.
    speaker: usize,
    effects: Vec<Effect>,
    last_child: u32,
    /// Submissions that have run and are still to be judged.
    finished: VecDeque<(usize, Submission)>,
    /// What was entered and waits for the one before it.
    entered: VecDeque<Input>,
    script: Script,
    /// `:wait` is on its way to this moment, deadline by deadline.
    wait: Option<Wait>,
    lead: Option<LessonRun>,
    review: Option<review::Review>,
    races: race::Races,
    library: Arc<Library>,
    progress: Progress,
    /// What was typed since everything was as on the first day.
    typed: Vec<save::Typed>,
    /// What went over the wire.
    record: wire_log::WireLog,
    /// What can be taken back.
    past: undo::UndoHistory,
    /// Whether all output is shown, however long.
    shows_all: bool,
    /// The port at which real clients come in.
    serving: Option<u16>,
    over: bool,
    baselines: draw::Baselines,
    /// What `:more` shows.
    folded: output_limit::FoldedOutput,
}

impl Session {
    pub fn new(options: Options) -> Self {
        Session {
            engine: Engine::new(options.seed, options.start_us),
            clock: Clock::new(options.start_us),
            seed: options.seed,
            module: "__main__",
            dialect: options.dialect,
            clients: vec![Client::new("tutor", false), Client::new("main", true)],
            foreground: MAIN,
            turn: None,
            speaker: MAIN,
            effects: Vec::new(),
            last_child: 0,
            finished: VecDeque::new(),
            entered: VecDeque::new(),
            script: Script::default(),
            wait: None,
            lead: None,
            review: None,
            races: race::Races::default(),
            library: options.library,
            progress: options.progress,
            typed: Vec::new(),
            record: wire_log::WireLog::default(),
            past: undo::UndoHistory::default(),
            shows_all: false,
            serving: None,
            over: false,
            baselines: draw::Baselines::new(),
            folded: output_limit::FoldedOutput::default(),
        }
    }

    /// Starts Python for the learner before it is asked for, so that the first answer comes at once. False if it runs.
    pub fn warm_up(&mut self) -> bool {
        let is_cold = self.clients[MAIN].python.child.is_none();
        self.start_python(MAIN);
        is_cold
    }

    /// Gives what Python runs another `__name__` than `__main__`.
    pub fn name_module(&mut self, module: &'static str) {
        self.module = module;
    }

    /// From here on, all output is shown, however long: for what is read by a program.
    pub fn show_all(&mut self) {
        self.shows_all = true;
    }

    /// Takes an event in.
    pub fn handle(&mut self, event: Event) {
        let Some(event) = self.race_hears(event) else { return self.settle() };
        match event {
            Event::Entered(text) => self.entered(&text),
            Event::Statement(source) => self.entered.push_back(Input::Python(source)),
            Event::CliLine(line) => self.entered.push_back(Input::Cli(line)),
            Event::EndOfInput => self.end_of_input(),
            Event::Interrupt => self.interrupt(),
            Event::Frame { child, thread, frame } => self.heard_from_child(child, thread, frame),
            Event::ChildGone(child) => self.child_gone(child),
            Event::Elapsed { us } => {
                self.end_turn_of_who_waits();
                self.clock.elapsed(us);
                self.engine.advance(self.clock.now_us());
            }
            Event::SkipWait => {
                if self.end_turn_of_who_waits() {
                    // Somebody else may have something to do before the time goes on.
                } else if let Some(deadline_us) = self.next_deadline_us() {
                    self.clock.advance_to(deadline_us);
                    self.engine.advance(self.clock.now_us());
                }
            }
            Event::PortOpened(port) => self.port_opened(port),
            Event::FileWritten { path, refusal } => self.file_written(&path, refusal),
            Event::LessonSaved(saved) => self.lesson_saved(saved),
            Event::Rehearsed(rehearsal) => self.keep_rehearsal(rehearsal),
        }
        self.settle();
    }

    /// What is to be done since the last call, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What the session waits for.
    pub fn need(&self) -> Need {
        if self.over {
            return Need::Nothing;
        }
        if let Some(need) = self.race_need() {
            return need;
        }
        if let Some((who, child)) = self.turn.and_then(|who| Some((who, self.clients[who].python.child?))) {
            let deadline_us = self.next_deadline_us();
            let main_asks = self.clients[who].python.main_asks();
            return Need::Frame { child, deadline_us: deadline_us.or(main_asks.then(|| self.clock.now_us())) };
        }
        if self.awaits_rehearsal() {
            return Need::Rehearsal;
        }
        let client = &self.clients[self.foreground];
        if let Some(prompt) = self.awaited_input() {
            return Need::Line(Prompt::Program { text: prompt });
        }
        if client.is_free() {
            return Need::Line(self.prompt());
        }
        Need::Time { deadline_us: self.next_deadline_us() }
    }

    /// The keyspace and everything beside it, to be looked at: completion, pictures, tests.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The Python of the client at the prompt, if it waits for something to run.
    pub fn idle_python(&self) -> Option<ChildId> {
        let client = &self.clients[self.foreground];
        client.python.child.filter(|_| client.is_free() && client.python.asks.is_empty() && self.turn.is_none())
    }

    /// The database that a line of this dialect looks at, as far as is known before it runs.
    pub fn database(&self, dialect: Dialect) -> usize {
        let client = &self.clients[self.foreground];
        let python = client.python.connections.values().map(|connection| connection.client).max();
        let connection = if dialect == Dialect::Cli { client.cli } else { python };
        connection.map_or(0, |id| self.engine.server.clients.get(id).database)
    }

    /// The dialect that the prompt takes.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether the prompt should wait for more lines of this input.
    pub fn is_incomplete(&self, text: &str) -> bool {
        self.awaited_input().is_none() && !self.is_answering() && dialect::is_incomplete(text, self.dialect)
    }

    fn entered(&mut self, text: &str) {
        if self.awaited_input().is_some() {
            return self.answer_input(Some(text.trim_end_matches('\n').to_owned()));
        }
        if !self.clients[self.foreground].is_free() {
            // Enter at a wait: go on as another client.
            self.open_another_client();
            if text.trim().is_empty() {
                return;
            }
        }
        self.speaker = self.foreground;
        let is_kept = self.keep_moment(text);
        if self.is_answering() && self.answer_question(text) {
            if is_kept && self.is_answering() {
                self.past.was_refused();
            }
            return;
        }
        let inputs = dialect::inputs(text, self.dialect);
        if inputs.is_empty() {
            return self.empty_line();
        }
        self.entered.extend(inputs);
    }

    fn answer_input(&mut self, text: Option<String>) {
        let who = self.foreground;
        let asks = &self.clients[who].python.asks;
        if let Some(&thread) = asks.iter().find(|(_, ask)| matches!(ask, Ask::Input { .. })).map(|(thread, _)| thread) {
            self.answer(who, thread, ToChild::Line { text });
        }
    }

    fn end_of_input(&mut self) {
        if self.awaited_input().is_some() {
            self.answer_input(None);
        } else {
            self.leave(0);
        }
    }

    /// Ends the session.
    fn leave(&mut self, status: i32) {
        if !self.over {
            self.over = true;
            for client in &self.clients {
                self.effects.extend(client.python.child.map(Effect::Kill));
            }
            self.effects.push(Effect::Leave(status));
        }
    }

    /// Ctrl-C: the program in the foreground stops waiting, is interrupted, or at the second time is ended.
    fn interrupt(&mut self) {
        self.entered.clear();
        let who = self.turn.unwrap_or(self.foreground);
        if self.clients[who].python.replay.is_some() {
            self.effects.extend(self.clients[who].python.child.map(Effect::Kill));
            return;
        }
        let Some(work) = &mut self.clients[who].work else { return };
        work.statements.clear();
        if matches!(work.kind, WorkKind::Cli { .. }) {
            work.interrupts += 1;
            if let Some(client) = self.clients[who].cli.take() {
                self.hang_up(client);
            }
            self.show_from(who, Show::Reply("(interrupted)\n".into()));
            return self.work_done(who);
        }
        if self.turn == Some(who) && !self.clients[who].python.main_asks() {
            let Some(work) = &mut self.clients[who].work else { return };
            work.interrupts += 1;
            work.signalled = true;
            let child = self.clients[who].python.child;
            let again = self.clients[who].work.as_ref().is_some_and(|work| work.interrupts > 1);
            self.effects.extend(child.map(if again { Effect::Kill } else { Effect::Interrupt }));
        } else if self.clients[who].python.asks.contains_key(&MAIN_THREAD) {
            self.answer(who, MAIN_THREAD, ToChild::Interrupted);
        }
    }

    /// Moves on until something is needed from outside.
    fn settle(&mut self) {
        loop {
            self.answer_what_is_ready();
            if self.turn.is_some() || self.over || self.race_is_busy() {
                return;
            }
            if let Some((who, submission)) = self.finished.pop_front() {
                self.conclude(who, submission);
            } else if self.wait.is_some() {
                self.go_on_waiting();
            } else if !self.move_on() {
                return;
            }
        }
    }

    /// Does the next thing that waits for nobody; false if there is none.
    fn move_on(&mut self) -> bool {
        self.run_next_again()
            || self.step_script()
            || self.take_entered()
            || self.show_wire()
            || self.pass_the_prompt()
            || self.judge_waiting()
    }

    /// Answers programs whose questions can be answered by now: of the one whose turn it is, else the first that can go on.
    fn answer_what_is_ready(&mut self) {
        for who in 0..self.clients.len() {
            if self.script.rehearses() && who != TUTOR {
                continue;
            }
            if self.turn.is_none() {
                self.answered_by_cli(who);
            }
            if self.turn.is_some_and(|turn| turn != who) || self.clients[who].python.asks.is_empty() {
                continue;
            }
            let asks: Vec<_> = self.clients[who].python.asks.iter().map(|(t, ask)| (*t, ask.clone())).collect();
            for (thread, ask) in asks {
                if let Some(answer) = self.ready_answer(who, &ask) {
                    self.answer(who, thread, answer);
                }
            }
        }
    }

    /// Takes the next of what was entered, if the foreground is free for it.
    fn take_entered(&mut self) -> bool {
        if !self.clients[self.foreground].is_free() {
            return false;
        }
        let Some(input) = self.entered.pop_front() else { return false };
        self.begin(self.foreground, input);
        true
    }

    /// Lets a client run an input.
    fn begin(&mut self, who: usize, input: Input) {
        match input {
            Input::Python(source) => self.begin_python(who, &source),
            Input::Cli(line) => self.begin_cli(who, &line),
            Input::CliUnlessBound(line) => self.ask_name(who, line),
            Input::Tutor(line) => self.tutor_command(&line),
        }
    }

    fn begin_work(&mut self, who: usize, submission: Submission, kind: WorkKind) {
        let work = Work {
            submission,
            statements: VecDeque::new(),
            output_limit: output_limit::OutputLimit::default(),
            running: None,
            kind,
            changes_before: self.engine.keyspace.changes,
            interrupts: 0,
            signalled: false,
            judged: false,
        };
        self.clients[who].work = Some(work);
    }

    fn begin_python(&mut self, who: usize, source: &str) {
        let submission =
            Submission { client: self.clients[who].name.clone(), source: source.to_owned(), ..Submission::default() };
        self.begin_work(who, submission, WorkKind::Python);
        // What is no Python goes as a whole, for Python to say what is wrong with it.
        let statements = match syntax::split_statements(source) {
            Ok(statements) => statements.into_iter().map(|statement| statement.source).collect(),
            Err(_) => VecDeque::from([source.to_owned()]),
        };
        if let Some(work) = &mut self.clients[who].work {
            work.statements = statements;
        }
        self.next_statement(who);
    }

    /// Asks a client's Python whether it knows the first word of a line that may be redis-cli's.
    fn ask_name(&mut self, who: usize, line: String) {
        if self.clients[who].python.runs == 0 {
            return self.begin_cli(who, &line);
        }
        let child = self.start_python(who);
        let text = line.split_whitespace().next().unwrap_or_default().to_owned();
        self.begin_work(who, Submission::default(), WorkKind::AskName { line });
        self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame: ToChild::GetCompletions { text } });
        self.turn = Some(who);
    }

    /// A client's submission has run.
    fn work_done(&mut self, who: usize) {
        self.tell_of_flood(who);
        if let Some(mut work) = self.clients[who].work.take() {
            work.submission.changed = self.engine.keyspace.changes != work.changes_before;
            if matches!(work.kind, WorkKind::Cli { .. }) {
                self.keep_typed_line(who, &work);
            }
            self.note_baseline();
            self.finished.push_back((who, work.submission));
        }
    }

    /// Everything has settled after a submission: it is handed out, and judged.
    fn conclude(&mut self, who: usize, submission: Submission) {
        if who == TUTOR {
            return self.found(submission);
        }
        let exit_status = submission.error.as_ref().and_then(|error| error.exit_status);
        self.effects.push(Effect::Finished(Box::new(submission.clone())));
        self.show_wire();
        match exit_status {
            Some(status) => self.leave(status),
            None => self.judge(submission),
        }
    }

    /// Moves `:wait` to the next deadline on its way, so that whoever waits for that can act, or to its end.
    fn go_on_waiting(&mut self) {
        let Some(wait) = &self.wait else { return };
        match self.next_deadline_us().filter(|&at| at > self.clock.now_us() && at <= wait.until_us) {
            Some(deadline_us) => self.clock.advance_to(deadline_us),
            None => {
                self.clock.advance_to(wait.until_us);
                let text = format!("{} later.", wait.said);
                self.wait = None;
                self.say(Role::Muted, &text);
            }
        }
        self.engine.advance(self.clock.now_us());
    }

    /// A submission that waits has not ended, and yet it may be all that a step asks for.
    fn judge_waiting(&mut self) -> bool {
        let waiting = self.clients.iter_mut().skip(MAIN).filter_map(|client| client.work.as_mut());
        let Some(work) = waiting.into_iter().find(|work| !work.judged) else { return false };
        work.judged = true;
        let submission = work.submission.clone();
        self.judge(submission);
        true
    }

    /// The next moment at which a waiting program or the engine has something to do.
    pub fn next_deadline_us(&self) -> Option<i64> {
        let asks = self.clients.iter().flat_map(|client| client.python.asks.values()).filter_map(Ask::deadline_us);
        let blocked = self.engine.server.blocking.next_deadline().map(|ms| ms.saturating_mul(1000));
        asks.chain(blocked).min()
    }

    /// A lesson's id and the step's number from 1, if one is open.
    pub fn place(&self) -> Option<(&Lesson, usize)> {
        self.lead.as_ref().map(|lead| (&*lead.lesson, lead.step + 1))
    }

    /// The children that the session believes to run.
    pub fn children(&self) -> impl Iterator<Item = ChildId> {
        self.clients.iter().filter_map(|client| client.python.child)
    }
}
