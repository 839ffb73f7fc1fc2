//! A session: clients, dialects, lessons. It handles events and returns effects, and does no input or output itself.
//!
//! The modules, from the bottom up: `runtime` runs code and commands, `race` plays interleavings of commands on a
//! separate runtime, `lesson_run` guides the learner through a lesson, and `commands` contains the tutor commands. No
//! module uses a module above it. If a module needs something from a module above it, it returns a request as data, and
//! `Session` performs the request.

mod checkpoint;
mod commands;
pub mod display;
pub mod event;
mod lesson_run;
pub mod options;
pub mod picture;
mod race;
mod runtime;
pub mod status;

use std::collections::VecDeque;
use std::sync::Arc;

use checkpoint::Checkpoint;
use commands::Wait;
use commands::undo::UndoHistory;
use commands::wire::WireDisplay;
use event::{ChildId, Effect, Event, Need, Prompt, PythonEnd, Show};
use lesson_run::{ScriptStep, Tutor, inputs_of_lesson};
pub use options::{Options, SEED, START_US};
use runtime::client::{ClientIndex, TUTOR};
use runtime::wire_log::Cause;
pub use runtime::{MEMORY_LIMIT, dialect, python_hints};

use crate::lesson::evidence::Submission;
use crate::lesson::format::Lesson;
use crate::lesson::library::Library;
use crate::lesson::progress::Progress;
use crate::lesson::rehearsal::Rehearsal;
use crate::messages::runtime as messages;
pub use commands::{COMMANDS, parse_duration_us, refusal};
use dialect::{Dialect, Input};
use python_kernel::frame::Walls;
use redis_engine::Engine;

/// The core of the tutor, which handles events and returns effects.
#[derive(Debug)]
pub struct Session {
    tutor: Tutor,
    undo: UndoHistory,
    wire_display: WireDisplay,
    /// The `:wait` in progress, if any. The clock moves to the end of the wait one deadline at a time.
    wait: Option<Wait>,
    checkpoint: Checkpoint,
    lesson_clock: LessonClock,
}

/// The open lesson, and how far the clock had been moved when the lesson was opened. The prompt shows only how far the
/// clock has been moved since then.
#[derive(Debug, Clone, Default)]
struct LessonClock {
    /// The id of the lesson.
    lesson: Option<String>,
    opened_us: i64,
}

impl Session {
    pub fn new(options: Options) -> Self {
        Session {
            tutor: Tutor::new(options),
            undo: UndoHistory::default(),
            wire_display: WireDisplay::default(),
            wait: None,
            checkpoint: Checkpoint::default(),
            lesson_clock: LessonClock::default(),
        }
    }

    /// Starts the learner's Python process in advance, so that the first line does not have to wait for it. Returns
    /// false if it is already running.
    pub fn warm_up(&mut self) -> bool {
        self.tutor.runtime.warm_up()
    }

    /// Sets the `__name__` of the code that Python runs, which is `__main__` by default.
    pub fn name_module(&mut self, module: &'static str) {
        self.tutor.runtime.module = module;
    }

    /// Turns off the limit on the length of output, because another program will read the output.
    pub fn show_all(&mut self) {
        self.tutor.runtime.shows_all = true;
    }

    /// Opens a lesson at the step with the given index.
    pub fn open(&mut self, lesson: Arc<Lesson>, step: usize) {
        self.tutor.open_lesson(lesson, step);
        self.settle();
    }

    /// Opens a lesson at its end, where all steps are done and only the summary has not been shown yet.
    pub fn open_at_end(&mut self, lesson: Arc<Lesson>) {
        self.tutor.open_lesson_end(lesson);
        self.settle();
    }

    /// Starts a review (practice) of the given steps, which must not be empty. Each step is given as a lesson and the
    /// index of the step in that lesson.
    pub fn review(&mut self, steps: VecDeque<(Arc<Lesson>, usize)>) {
        self.tutor.begin_review(steps);
        self.settle();
    }

    /// Starts the fast track with the given steps, which must not be empty. Each step is given as a lesson and the
    /// index of the step in that lesson.
    pub fn fast_track(&mut self, steps: VecDeque<(Arc<Lesson>, usize)>) {
        self.tutor.begin_fast_track(steps);
        self.settle();
    }

    /// Provides the rehearsal of the open lesson. If this function is called right after the lesson was opened, the
    /// request for a rehearsal is withdrawn.
    pub fn rehearsed(&mut self, rehearsal: Arc<Rehearsal>) {
        self.tutor.runtime.effects.retain(|effect| !matches!(effect, Effect::Rehearse(_)));
        self.handle(Event::Rehearsed(rehearsal));
    }

    /// Handles an event, and does all the work that the event makes possible.
    pub fn handle(&mut self, event: Event) {
        let Some(event) = self.tutor.handle_race_event(event) else { return self.settle() };
        if matches!(event, Event::Interrupt) && self.tutor.interrupt_hidden_code() {
            return self.settle();
        }
        let runtime = &mut self.tutor.runtime;
        match event {
            Event::Entered(text) => self.enter(&text),
            Event::Statement(source) => self.tutor.entered.push_back(Input::Python(source)),
            Event::CliLine(line) => self.tutor.entered.push_back(Input::Cli(line)),
            Event::EndOfInput if runtime.awaited_input().is_some() => runtime.answer_input(None),
            Event::EndOfInput => runtime.leave(0),
            Event::Interrupt => {
                self.tutor.entered.clear();
                self.tutor.runtime.interrupt();
            }
            Event::Frame { child, thread, frame } => runtime.handle_frame(child, thread, frame),
            Event::ChildGone(child) => self.tutor.handle_child_exit(child),
            Event::Elapsed { us } => {
                runtime.end_waiting_turn();
                runtime.clock.set_elapsed(us);
                runtime.engine.advance(runtime.clock.now_us());
            }
            Event::SkipWait => {
                // If `end_waiting_turn` has ended a client's turn, another client may be able to run, so the clock does
                // not move yet.
                if !runtime.end_waiting_turn()
                    && let Some(deadline_us) = runtime.next_deadline_us()
                {
                    runtime.advance_to(deadline_us);
                }
            }
            Event::PortOpened(port) => self.report_port(port),
            Event::FileWritten { path, refusal } => self.report_file(&path, refusal),
            Event::LessonSaved(saved) => {
                if self.tutor.replace_lesson(saved) {
                    // `:undo` must not return to the old version of the lesson.
                    self.undo.clear();
                }
            }
            Event::Rehearsed(rehearsal) => self.tutor.keep_rehearsal(rehearsal),
            Event::SetCheckpoint => self.set_checkpoint(),
            Event::ReturnToCheckpoint => self.return_to_checkpoint(),
        }
        self.settle();
    }

    /// Handles an event that happened after `us` microseconds of real time since the start of the session.
    pub fn handle_at(&mut self, us: i64, event: Event) {
        match (self.need(), &event) {
            // The silence of a program is an event of its own. Before any other event, only the clock is set, because
            // `Event::Elapsed` would end the program's turn.
            (Need::Frame { .. }, _) => self.tutor.runtime.clock.set_elapsed(us),
            (_, Event::Elapsed { .. }) => {}
            _ => self.handle(Event::Elapsed { us }),
        }
        self.handle(event);
    }

    /// Returns the effects that have accumulated since the last call, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.tutor.runtime.effects)
    }

    /// Returns whether there are effects that have not been taken.
    pub fn has_effects(&self) -> bool {
        !self.tutor.runtime.effects.is_empty()
    }

    /// Returns what the session is waiting for.
    pub fn need(&self) -> Need {
        let runtime = &self.tutor.runtime;
        if runtime.is_over {
            return Need::Nothing;
        }
        if let Some(need) = self.tutor.race_need() {
            return need;
        }
        if let Some(need) = runtime.awaited_frame() {
            return need;
        }
        if self.tutor.awaits_rehearsal() {
            return Need::Rehearsal;
        }
        if let Some(prompt) = runtime.awaited_input() {
            return Need::Line(Prompt::Program { text: prompt });
        }
        if runtime.clients[runtime.foreground].is_free() && !runtime.waits_for_tutor() {
            return Need::Line(self.prompt());
        }
        Need::Time { deadline_us: runtime.next_deadline_us() }
    }

    /// Returns whether the most recent Python process was started without some of its sandbox restrictions.
    pub fn lacks_sandbox(&self) -> bool {
        self.tutor.runtime.python_walls.is_some_and(|walls| walls != Walls::ALL)
    }

    /// Returns the engine, which completion, pictures and tests read.
    pub fn engine(&self) -> &Engine {
        &self.tutor.runtime.engine
    }

    /// Returns the engine, so that the port for TCP clients can be opened or closed. Must not be called while a command
    /// runs.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.tutor.runtime.engine
    }

    /// Calls `turn` with the engine and the session's time, so that the commands of TCP clients can run. `elapsed_us`
    /// is the real time since the start of the session. Afterwards, runs the session's own clients as far as they can
    /// continue. During a trial, returns `None` without calling `turn`, because the data is normally restored when the
    /// trial ends.
    pub fn with_engine<T>(&mut self, elapsed_us: i64, turn: impl FnOnce(&mut Engine, i64) -> T) -> Option<T> {
        if !self.can_lend_engine() {
            return None;
        }
        let is_judged = self.tutor.is_step_open();
        let runtime = &mut self.tutor.runtime;
        runtime.clock.set_elapsed(elapsed_us);
        runtime.engine.server.recorded_commands = is_judged.then(Vec::new);
        let changes_before = runtime.engine.keyspace.changes;
        let result = turn(&mut runtime.engine, runtime.clock.now_us());
        let commands = runtime.engine.server.recorded_commands.take();
        if runtime.engine.keyspace.changes != changes_before {
            runtime.real_client_commands.extend(commands.into_iter().flatten());
        }
        runtime.log_ended_waits(&Cause::Client(messages::real_client()), None);
        runtime.report_memory_limit(None);
        self.settle();
        Some(result)
    }

    /// Returns whether the commands of TCP clients may run now.
    pub fn can_lend_engine(&self) -> bool {
        !self.tutor.runtime.is_trial()
    }

    pub fn progress(&self) -> &Progress {
        &self.tutor.progress
    }

    pub fn library(&self) -> &Library {
        &self.tutor.library
    }

    /// Returns the Python child process of the client at the prompt, if that process is idle.
    pub fn idle_python(&self) -> Option<ChildId> {
        self.tutor.runtime.idle_python()
    }

    /// Returns the database that a line of the given dialect would use. This is the best guess that is possible before
    /// the line runs.
    pub fn database(&self, dialect: Dialect) -> usize {
        self.tutor.runtime.database(dialect)
    }

    /// Returns the dialect that the prompt accepts.
    pub fn dialect(&self) -> Dialect {
        self.tutor.runtime.dialect
    }

    /// Returns whether `text` is incomplete, in which case the prompt should wait for more lines.
    pub fn is_incomplete(&self, text: &str) -> bool {
        self.tutor.runtime.awaited_input().is_none()
            && !self.is_answering()
            && dialect::is_incomplete(text, self.dialect())
    }

    /// Returns the open lesson, if any, and the number of the open step, counted from 1.
    pub fn place(&self) -> Option<(&Lesson, usize)> {
        self.tutor.lesson.as_ref().map(|run| (&*run.lesson, run.step + 1))
    }

    /// Returns whether the open step is done.
    pub fn is_step_done(&self) -> bool {
        self.tutor.is_step_done()
    }

    /// Returns whether this session is a series of single tasks: practice or the fast track.
    pub fn is_practice(&self) -> bool {
        self.tutor.is_practice()
    }

    /// Returns the ids of the child processes that should be running.
    pub fn children(&self) -> impl Iterator<Item = ChildId> {
        self.tutor.runtime.children()
    }

    /// Returns one sentence for each waiting client, such as `main waits for queue:tasks`.
    pub fn waits(&self) -> Vec<String> {
        self.tutor.runtime.waits()
    }

    /// Returns the earliest time at which a waiting program or the engine has to act, in microseconds since 1970.
    /// Returns `None` if there is no such time.
    pub fn next_deadline_us(&self) -> Option<i64> {
        self.tutor.runtime.next_deadline_us()
    }

    /// Returns the session's current time, in microseconds since 1970.
    pub fn now_us(&self) -> i64 {
        self.tutor.runtime.now_us()
    }

    /// Returns how far the clock was moved in addition to the real time that passed, in microseconds.
    pub fn moved_us(&self) -> i64 {
        self.tutor.runtime.clock.moved_us()
    }

    /// Reports how a child process ended. [`Event::ChildGone`] must follow.
    pub fn note_python_end(&mut self, child: ChildId, end: PythonEnd) {
        self.tutor.runtime.note_python_end(child, end);
    }

    /// Limits the memory that the data may occupy, in bytes.
    pub fn limit_memory(&mut self, bytes: u64) {
        self.tutor.runtime.engine.keyspace.memory_cap.limit = bytes;
    }

    /// Returns whether a key exists.
    pub fn has_key(&self, key: &str) -> bool {
        self.engine().keyspace.database().get(key.as_bytes()).is_some()
    }

    /// Returns whether the next line answers a question from the tutor.
    fn is_answering(&self) -> bool {
        !self.undo.in_fork() && self.tutor.asks_question()
    }

    fn prompt(&self) -> Prompt {
        if self.is_answering() {
            return Prompt::Answer;
        }
        let runtime = &self.tutor.runtime;
        if runtime.dialect == Dialect::Cli {
            let text = runtime.cli_prompt(runtime.foreground);
            return Prompt::Cli {
                text: if self.undo.in_fork() { format!("{} {text}", messages::fork_prompt()) } else { text },
            };
        }
        let name = runtime.clients.are_several().then(|| runtime.clients[runtime.foreground].name.clone());
        let fork = self.undo.in_fork().then(messages::fork_prompt);
        let words: Vec<String> = fork.into_iter().chain(name).collect();
        Prompt::Python { client: (!words.is_empty()).then(|| words.join(" ")) }
    }

    /// Handles text that the learner has entered.
    fn enter(&mut self, text: &str) {
        self.leave_checkpoint();
        let runtime = &mut self.tutor.runtime;
        if runtime.awaited_input().is_some() {
            return runtime.answer_input(Some(text.trim_end_matches('\n').to_owned()));
        }
        if !runtime.clients[runtime.foreground].is_free() {
            // The learner pressed Enter while the client was waiting, so another client gets the prompt.
            if !runtime.open_another_client() || text.trim().is_empty() {
                return;
            }
        }
        runtime.speaker = runtime.foreground;
        let is_saved = self.save_before(text);
        if self.is_answering() && self.tutor.answer_question(text) {
            if is_saved && self.is_answering() {
                self.undo.mark_refused();
            }
            return;
        }
        let inputs = dialect::inputs(text, self.dialect());
        if !inputs.is_empty() {
            self.tutor.entered.extend(inputs);
        } else if !(self.is_step_done() && self.refuse_in_fork("go")) {
            self.tutor.empty_line();
        }
    }

    /// Performs all pending work, until the session needs another event.
    fn settle(&mut self) {
        loop {
            self.note_open_lesson();
            self.answer_clients();
            if self.tutor.runtime.is_over {
                return self.tutor.end_race();
            }
            if self.tutor.runtime.turn.is_some() || self.tutor.is_race_busy() {
                return;
            }
            if let Some((client, submission)) = self.tutor.finished.pop_front() {
                self.conclude(client, submission);
            } else if !self.continue_wait() && !self.begin_next() {
                return;
            }
        }
    }

    /// If a different lesson has been opened, records how far the clock has been moved so far.
    fn note_open_lesson(&mut self) {
        let open = self.tutor.lesson.as_ref().map(|run| run.lesson.id.get_ref());
        if open != self.lesson_clock.lesson.as_ref() {
            let opened_us = if open.is_some() { self.tutor.runtime.clock.moved_us() } else { 0 };
            self.lesson_clock = LessonClock { lesson: open.cloned(), opened_us };
        }
    }

    /// Starts the next item of pending work that can run, such as a replay or an input. Returns false if there is none.
    fn begin_next(&mut self) -> bool {
        self.tutor.runtime.start_next_replay()
            || self.tutor.runtime.restore_next_variables()
            || self.take_description()
            || self.step_script()
            || self.take_entered()
            || self.show_wire()
            || self.tutor.runtime.pass_prompt()
            || self.judge_waiting()
            || self.judge_real_clients()
    }

    /// Answers the requests that can be answered now. If a client has the turn, only that client's requests are
    /// answered. Otherwise the first client that can continue gets the turn.
    fn answer_clients(&mut self) {
        self.tutor.take_finished();
        for client in self.tutor.runtime.clients.indices() {
            if self.tutor.runtime.is_trial() && client != TUTOR {
                continue;
            }
            self.tutor.runtime.answer_if_ready(client);
            self.tutor.take_finished();
        }
    }

    /// Performs the next of the tutor's pending actions, which form its script. Returns false if none can be performed
    /// now.
    fn step_script(&mut self) -> bool {
        match self.tutor.step_script() {
            ScriptStep::Waiting => return false,
            ScriptStep::Done => {}
            ScriptStep::Reset => {
                self.wire_display.reset();
                self.undo.forget_latest();
                if self.is_practice() {
                    // Each practice task is done only once, so `:undo` must not return to the previous task.
                    self.undo.clear();
                }
            }
            ScriptStep::RunUnseen(text) => {
                for input in inputs_of_lesson(&text) {
                    self.begin(TUTOR, input);
                }
            }
            ScriptStep::Type { text, is_shown } => self.type_for_learner(&text, is_shown),
        }
        true
    }

    /// Enters a lesson's code at the learner's prompt. If `is_shown`, shows it there first, as if it had been typed.
    fn type_for_learner(&mut self, text: &str, is_shown: bool) {
        if is_shown {
            let prompt = self.prompt();
            for (index, line) in text.lines().enumerate() {
                let prompt = if index == 0 { prompt.text() } else { prompt.continuation() };
                self.tutor.runtime.show(Show::Typed { prompt, line: line.to_owned() });
            }
        }
        self.tutor.entered.extend(inputs_of_lesson(text));
    }

    /// Runs the next input that was entered, if the client in the foreground is free. Returns whether an input was run.
    fn take_entered(&mut self) -> bool {
        let runtime = &self.tutor.runtime;
        let foreground = runtime.foreground;
        if !runtime.clients[foreground].is_free() {
            return false;
        }
        let Some(input) = self.tutor.entered.pop_front() else { return false };
        self.begin(foreground, input);
        true
    }

    /// Starts an input: either runs it in the given client, or performs it as a tutor command.
    fn begin(&mut self, client: ClientIndex, input: Input) {
        if let Some(line) = self.tutor.runtime.begin(client, input) {
            self.run_command(&line);
        }
        self.tutor.take_finished();
    }

    /// Handles a finished submission. If it ran in the tutor's own client, it is a setup or a probe of the data, and is
    /// stored for the tutor's later use. A submission of the learner is reported as an effect, and is then judged,
    /// unless it has ended the session.
    fn conclude(&mut self, client: ClientIndex, submission: Submission) {
        if client == TUTOR {
            return self.tutor.keep_found(submission);
        }
        let exit_status = submission.error.as_ref().and_then(|error| error.exit_status);
        self.tutor.runtime.effects.push(Effect::Finished(Box::new(submission.clone())));
        self.show_wire();
        match exit_status {
            Some(status) => self.tutor.runtime.leave(status),
            None => self.judge(submission),
        }
    }

    /// Starts judging a submission, unless the learner is in a fork.
    fn judge(&mut self, submission: Submission) {
        self.tutor.note_activity(&submission);
        if !self.undo.in_fork() {
            self.tutor.judge(submission);
        }
    }

    /// Starts judging the commands that TCP clients have sent since the last call. Returns false if the commands have
    /// not changed any data.
    fn judge_real_clients(&mut self) -> bool {
        let commands = std::mem::take(&mut self.tutor.runtime.real_client_commands);
        if commands.is_empty() {
            return false;
        }
        self.judge(Submission {
            client: messages::real_client(),
            commands,
            changed: true,
            is_from_real_client: true,
            ..Submission::default()
        });
        true
    }

    /// Starts judging a submission whose client is blocked, because a step may expect a blocked client. Returns false
    /// if there is no such submission.
    fn judge_waiting(&mut self) -> bool {
        let clients = &mut self.tutor.runtime.clients;
        let Some(work) = clients.learners_mut().filter_map(|client| client.work.as_mut()).find(|work| !work.is_judged)
        else {
            return false;
        };
        work.is_judged = true;
        let submission = work.submission.clone();
        self.judge(submission);
        true
    }
}
