//! Checks of the properties that must hold within a single run of a plan.

use redis_tutor::lesson::progress::Progress;
use redis_tutor::messages::commands as messages;
use redis_tutor::session::event::{Event, Prompt};

use super::super::plan::{Check, PythonKind, Settings, Step};
use super::super::play::without_addresses;
use super::super::state::{State, Tolerance, state};
use super::super::world::{FIRST_RACE_CHILD, Failure, Stop, World};
use super::{MOST_WAITS, Player};

/// Python code that prints the variables of a real Python process.
const VARIABLES: &str =
    "{k: v for k, v in globals().items() if not k.startswith('_') and type(v) in (int, float, str, bytes, list, dict)}";

impl Player<'_> {
    pub(super) fn check(&mut self, check: Check) -> Result<(), Failure> {
        match check {
            Check::Undo => self.check_undo(),
            Check::UndoAll => self.check_undo_all(),
            Check::Again => self.check_again(),
            Check::Rebuild => self.check_rebuild(),
            Check::Replay => self.check_replay(),
        }
    }

    /// Undoes the last line, types it again, and checks that it has the same effect as before.
    fn check_undo(&mut self) -> Result<(), Failure> {
        let Some(line) = self.last.take() else { return Ok(()) };
        let mut history = std::mem::take(&mut self.history);
        history.pop();
        if !self.undo(&line.text, &line.before)? {
            return Ok(());
        }
        self.type_text(&line.text)?;
        self.history.splice(0..0, history);
        let Some(again) = self.last.take() else {
            if self.was_interrupted() {
                return Ok(());
            }
            return Err(format!("redo: {:?} was typed again, and could not be taken back", line.text));
        };
        if let Some(difference) = again.after.difference(&line.after, Tolerance::Exact) {
            return Err(format!("redo: after {:?} was typed again,\n{difference}", line.text));
        }
        let has_same_output = without_addresses(&again.shown) == without_addresses(&line.shown);
        if self.world.session.place().is_none() && !has_same_output {
            return Err(format!("redo: {:?} showed\n{}and the second time\n{}", line.text, line.shown, again.shown));
        }
        Ok(())
    }

    /// Undoes all lines in the history, from the last to the first. Checks the state after each `:undo`.
    fn check_undo_all(&mut self) -> Result<(), Failure> {
        for (text, before) in std::mem::take(&mut self.history).into_iter().rev() {
            if !self.undo(&text, &before)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Undoes a line, and checks that the state before the line is restored. Returns false if the line cannot be
    /// undone.
    fn undo(&mut self, text: &str, before: &State) -> Result<bool, Failure> {
        let from = self.world.transcript.len();
        self.type_text(":undo")?;
        let marker = messages::undone("`");
        let marker = marker.split('`').next().unwrap_or_default();
        if !self.world.transcript[from..].contains(marker) {
            return Ok(false);
        }
        let Stop::Prompt(prompt) = self.stop.clone() else {
            return Err(format!("undo: after {text:?} was taken back, there is no prompt"));
        };
        match state(&self.world, &prompt).difference(before, Tolerance::Exact) {
            Some(difference) => Err(format!("undo: after {text:?} was taken back,\n{difference}")),
            None => Ok(true),
        }
    }

    /// Restarts the step, and compares the state with the state when the step first began.
    fn check_again(&mut self) -> Result<(), Failure> {
        let has_real_clients = self.world.real_clients.is_some();
        let is_read = matches!(self.stop, Stop::Prompt(Prompt::Program { .. }));
        let Some(start) = self.step_start.clone().filter(|_| !has_real_clients && !is_read) else { return Ok(()) };
        let before = self.disturbances();
        self.type_text(":again")?;
        self.last = None;
        if !self.was_prepared(before) {
            (self.is_clean, self.step_start) = (false, None);
            return Ok(());
        }
        let Stop::Prompt(prompt) = self.stop.clone() else { return Ok(()) };
        let (mut now, mut start) = (state(&self.world, &prompt), start);
        if now.place != start.place || super::is_in_fork(&prompt) {
            // A step cannot be restarted in a fork.
            return Ok(());
        }
        self.check_connections()?;
        // If real time passes, the restarted step begins later.
        let tolerance = if self.world.is_time_real() { Tolerance::AnotherTime } else { Tolerance::OfRebuilding };
        if self.world.is_time_real() && self.stores_times() {
            now.forget_values();
            start.forget_values();
        }
        self.compare_with_start("again", &now, &start, tolerance)
    }

    /// Returns whether any answer in the open lesson uses the current time.
    fn stores_times(&self) -> bool {
        let Some((lesson, _)) = self.world.session.place() else { return false };
        lesson.steps.iter().filter_map(|step| step.answer.as_ref()).any(|answer| answer.get_ref().contains("time.time"))
    }

    /// Checks that only the step's own clients have connections after the step was restarted.
    fn check_connections(&self) -> Result<(), Failure> {
        /// Maximum number of connections that run redis-cli lines, for the tutor and all clients of a lesson.
        const MOST_CLI_CONNECTIONS: usize = 5;
        let open: usize = self.world.children.values().filter_map(|child| Some(child.model()?.connections())).sum();
        let connected = self.world.session.engine().server.clients.len();
        let is_model = self.plan.settings.python == PythonKind::Model;
        match is_model && connected > open + MOST_CLI_CONNECTIONS {
            true => Err(format!("connections: {connected} are open, and the Pythons know of {open}")),
            false => Ok(()),
        }
    }

    /// Opens the same step in a new session, and compares the state with the state when the step first began.
    fn check_rebuild(&mut self) -> Result<(), Failure> {
        let Some(start) = self.step_start.clone() else { return Ok(()) };
        let Some((lesson, step, _)) = &start.place else { return Ok(()) };
        let lesson = Some(format!("{lesson}/{step}"));
        let settings = Settings { lesson, is_practice: false, ..self.plan.settings.clone() };
        let mut fresh = World::new(&settings, self.lessons, Progress::default());
        let mut stop = fresh.settle()?;
        while let Stop::Waiting { deadline_us: Some(_) } = stop {
            fresh.deliver(Event::SkipWait);
            stop = fresh.settle()?;
        }
        let Stop::Prompt(prompt) = stop else { return Err(format!("rebuild: {stop:?} instead of a prompt")) };
        let (mut fresh, mut start) = (state(&fresh, &prompt), start);
        if fresh.now_us != start.now_us && self.stores_times() {
            fresh.forget_values();
            start.forget_values();
        }
        self.compare_with_start("rebuild", &fresh, &start, Tolerance::AnotherTime)
    }

    fn compare_with_start(&self, name: &str, now: &State, start: &State, tolerance: Tolerance) -> Result<(), Failure> {
        match now.difference(start, tolerance) {
            Some(difference) => Err(format!("{name}: the step {:?} begins with\n{difference}", start.place)),
            None => Ok(()),
        }
    }

    /// Kills the idle Python process of the client at the prompt, and checks that its replacement has the same
    /// variables.
    fn check_replay(&mut self) -> Result<(), Failure> {
        let is_at_prompt = matches!(self.stop, Stop::Prompt(Prompt::Python { .. })) && self.world.faults.is_empty();
        // When the Python process ends, the variables set by an interrupted program are lost, because a replay omits
        // that program.
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
        // When this line is entered, the session notices that the Python process is gone, and drops the line.
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

    /// If a Python process died while it ran a single statement, checks that its client still has the variables that
    /// were set before.
    pub(super) fn check_variables(&mut self, step: &Step) -> Result<(), Failure> {
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

    /// Checks that no Python process is left that the session does not know about. Processes of races are ignored.
    pub(super) fn check_children(&self) -> Result<(), Failure> {
        let known: Vec<_> = self.world.session.children().collect();
        let is_left = |id: &&_| !known.contains(*id);
        match self.world.children.keys().filter(|id| id.0 < FIRST_RACE_CHILD).find(is_left) {
            Some(id) => Err(format!("children: {id:?} is left over, and the session knows only {known:?}")),
            None => Ok(()),
        }
    }

    /// Ends the session, no matter what it is doing, and checks that no Python process is left.
    pub(super) fn leave(&mut self) -> Result<(), Failure> {
        self.world.faults.clear();
        for _ in 0..MOST_WAITS {
            self.settle()?;
            match &self.stop {
                Stop::Over => break,
                Stop::Prompt(Prompt::Program { .. }) => self.world.deliver(Event::EndOfInput),
                Stop::Prompt(_) => self.world.deliver(Event::Entered(":quit".into())),
                Stop::Waiting { .. } => {
                    self.world.deliver(Event::Interrupt);
                    // Ctrl-C does not end a sleep of the tutor's own program.
                    if !self.world.is_time_real() {
                        self.world.deliver(Event::SkipWait);
                    }
                }
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
