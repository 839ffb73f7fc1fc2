//! Handles lines such as `PING`, `ping` and `del a`. They run as Python if the client's Python process has defined the
//! name, and as redis-cli lines otherwise.

use super::Runtime;
use super::client::{ClientIndex, Work, WorkKind};
use crate::lesson::evidence::Submission;
use crate::session::event::{Effect, Show};
use python_kernel::frame::{MAIN_THREAD, ToChild};

/// Redis commands that have the same name as a Python builtin. These names are always defined in Python, so lines that
/// begin with them run as Python.
const BUILTINS: [&str; 5] = ["eval", "exec", "object", "set", "type"];

/// Returns whether a name is both a Python builtin and a Redis command.
pub fn is_builtin_and_command(name: &str) -> bool {
    BUILTINS.contains(&name)
}

impl Runtime {
    /// Asks a client's Python process whether it has defined the first word of a line. If not, the line runs as a
    /// redis-cli line.
    pub(super) fn ask_name(&mut self, client: ClientIndex, line: String) {
        if is_builtin_and_command(asked_name(&line)) {
            return self.begin_python(client, &line);
        }
        self.begin_work(client, Submission::default(), WorkKind::AskName { line });
        self.ask_name_again(client);
    }

    /// Sends a client's Python process the pending question: whether it has defined the first word of a line, or what a
    /// help topic refers to. During a replay, does nothing, because this function is called again when the replay ends.
    /// A process that has not run anything has not defined any names, so the line then runs as a redis-cli line.
    pub(super) fn ask_name_again(&mut self, client: ClientIndex) {
        if self.clients[client].python.replay.is_some() {
            return;
        }
        if let Some(name) = self.topic_in_question(client) {
            let child = self.start_python(client);
            self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame: ToChild::Describe { name } });
            return self.give_turn(client);
        }
        let Some(line) = self.line_in_question(client).map(str::to_owned) else { return };
        if self.clients[client].python.runs == 0 {
            self.clients[client].work = None;
            return self.begin_cli(client, &line);
        }
        let child = self.start_python(client);
        let text = asked_name(&line).to_owned();
        self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame: ToChild::GetCompletions { text } });
        self.give_turn(client);
    }

    /// Handles the list of defined names that begin with the first word of a client's line. Then runs the line as
    /// Python or as a redis-cli line, unless the learner has pressed Ctrl-C.
    pub(super) fn take_names(&mut self, client: ClientIndex, names: &[String]) {
        self.turn = None;
        let Some(line) = self.line_in_question(client).map(str::to_owned) else { return };
        let work = self.clients[client].work.take();
        if work.is_some_and(|work| work.interrupts > 0) {
            self.show_from(client, Show::Reply("(interrupted)\n".into()));
        } else if names.iter().any(|name| name == asked_name(&line)) {
            self.begin_python(client, &line);
        } else {
            self.begin_cli(client, &line);
        }
    }

    /// Handles Ctrl-C while a client's Python process is being asked for names or for a description. The first Ctrl-C
    /// cancels the question, and the second one kills the process. Returns false if there is no question.
    pub(super) fn interrupt_question(&mut self, client: ClientIndex) -> bool {
        let client = &mut self.clients[client];
        let Some(work @ Work { kind: WorkKind::AskName { .. } | WorkKind::Describe { .. }, .. }) = &mut client.work
        else {
            return false;
        };
        work.interrupts += 1;
        if work.interrupts > 1 {
            client.work = None;
            self.effects.extend(client.python.child.map(Effect::Kill));
        }
        true
    }

    fn line_in_question(&self, client: ClientIndex) -> Option<&str> {
        match &self.clients[client].work {
            Some(Work { kind: WorkKind::AskName { line }, .. }) => Some(line),
            _ => None,
        }
    }
}

/// Returns the name that decides whether a line is Python: the name after `del`, or else the first word.
fn asked_name(line: &str) -> &str {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    if first == "del" { words.next().unwrap_or_default() } else { first }
}

#[cfg(test)]
mod tests {
    use super::super::Runtime;
    use super::super::client::MAIN;
    use super::super::dialect::{Dialect, Input};
    use crate::session::event::{ChildId, Effect, Show};
    use python_kernel::frame::{FromChild, MAIN_THREAD, RunOutcome, ToChild};

    const CHILD: ChildId = ChildId(1);

    /// Returns the frames (protocol messages) that were sent to the child process, and the replies that were shown.
    fn sent_and_shown(runtime: &mut Runtime) -> (Vec<ToChild>, Vec<String>) {
        let (mut sent, mut shown) = (Vec::new(), Vec::new());
        for effect in std::mem::take(&mut runtime.effects) {
            match effect {
                Effect::Send { frame, .. } => sent.push(frame),
                Effect::Show(Show::Reply(text)) => shown.push(text),
                Effect::Interrupt(_) => panic!("an idle Python is not interrupted"),
                _ => {}
            }
        }
        (sent, shown)
    }

    /// Returns a runtime whose Python process has run some code and is being asked whether PING is defined.
    fn asked() -> Runtime {
        let mut runtime = Runtime::new(1, 1_000_000_000, Dialect::Both);
        runtime.begin(MAIN, Input::Python("PONG = 1".into()));
        runtime.handle_frame(CHILD, MAIN_THREAD, FromChild::RunFinished(RunOutcome::default()));
        runtime.begin(MAIN, Input::CliUnlessBound("PING".into()));
        let (sent, _) = sent_and_shown(&mut runtime);
        assert!(matches!(sent.last(), Some(ToChild::GetCompletions { text }) if text == "PING"), "{sent:?}");
        runtime
    }

    #[test]
    fn ctrl_c_drops_the_line_and_does_not_reach_the_next_source() {
        let mut runtime = asked();
        runtime.interrupt();
        runtime.handle_frame(CHILD, MAIN_THREAD, FromChild::Completions { names: Vec::new() });
        assert_eq!(sent_and_shown(&mut runtime), (Vec::new(), vec!["(interrupted)\n".to_owned()]));
        assert!(runtime.clients[MAIN].is_free());
    }

    #[test]
    fn the_second_ctrl_c_ends_a_python_that_does_not_answer() {
        let mut runtime = asked();
        runtime.interrupt();
        runtime.interrupt();
        assert!(runtime.effects.iter().any(|effect| matches!(effect, Effect::Kill(CHILD))), "{:?}", runtime.effects);
        runtime.handle_child_exit(CHILD);
        let (sent, shown) = sent_and_shown(&mut runtime);
        assert!(matches!(sent.last(), Some(ToChild::Run { source, .. }) if source == "PONG = 1"), "{sent:?}");
        assert_eq!(shown, Vec::<String>::new(), "PING does not run");
    }

    #[test]
    fn a_line_runs_although_the_python_that_was_asked_has_ended() {
        let mut runtime = asked();
        runtime.handle_child_exit(CHILD);
        let second = ChildId(2);
        runtime.handle_frame(second, MAIN_THREAD, FromChild::RunFinished(RunOutcome::default()));
        let (sent, _) = sent_and_shown(&mut runtime);
        assert!(matches!(sent.last(), Some(ToChild::GetCompletions { .. })), "it is asked again: {sent:?}");
        runtime.handle_frame(second, MAIN_THREAD, FromChild::Completions { names: Vec::new() });
        assert_eq!(sent_and_shown(&mut runtime).1, ["PONG\n"]);
    }
}
