//! `:undo` reverts the last input, and `:fork` marks a state to which the learner can return.
//!
//! A snapshot is saved before each of the learner's inputs. It contains the data, the connections, the clock, the
//! lesson's step, and each client with its replay log. When a snapshot is restored, every Python process that has run
//! code since then is killed. A new process replays the snapshot's log, and a client that was waiting when the snapshot
//! was taken waits again. The clock is set back as well, which restores the TTLs.
//!
//! Snapshots share the keyspace as long as no key changes, and they share the entries of the logs. Data larger than
//! [`LARGEST`] is not saved before each input, because copying it would cause a noticeable delay at each Enter. `:fork`
//! copies data of any size.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::lesson_run::{LessonRun, Phase};
use super::super::runtime::dialect::{self, Dialect, Input};
use super::super::runtime::{self, UsedPython};
use super::super::{LessonClock, Session};
use super::join_sentences;
use crate::markup::{Role, code};
use crate::messages::commands as messages;
use redis_engine::data::Value;
use redis_engine::keyspace::Keyspace;

/// Maximum number of inputs that can be undone.
const MOST_INPUTS: usize = 100;

/// Maximum size of the data that is saved before each input, in elements. Each key, each field, each member, and each
/// 64 bytes of a long value counts as one element. Copying this many keys took 2 ms in a build without optimisation,
/// and counting them took 0.6 ms.
const LARGEST: usize = 20_000;

/// Maximum number of elements in all snapshots together.
const MOST_ELEMENTS: usize = 100_000;

/// Tutor commands that can be undone. All other tutor commands change nothing that a snapshot contains.
const UNDOABLE: [&str; 9] = ["client", "wait", "cli", "python", "go", "back", "again", "skip", "next"];

/// Tutor commands that leave the open step. They are rejected in a fork.
const LEAVING: [&str; 4] = ["go", "back", "again", "skip"];

/// The inputs that can be undone, and the saved state to which the learner can return (the fork), if there is one.
#[derive(Debug, Default)]
pub struct UndoHistory {
    inputs: VecDeque<UndoableInput>,
    fork: Option<Fork>,
    /// The last copy of the keyspace. If no key has changed since then, the next snapshot shares this copy.
    latest: Option<KeptData>,
}

/// An input that can be undone.
#[derive(Debug)]
struct UndoableInput {
    text: String,
    before: SavedState,
}

/// The state before an input, or the reason why it was not saved.
#[derive(Debug)]
enum SavedState {
    Saved(Box<Snapshot>),
    /// The data was too large to be saved.
    TooLarge,
    /// The input was a rejected answer to a question, so it changed nothing.
    Unchanged,
}

impl SavedState {
    fn snapshot(&self) -> Option<&Snapshot> {
        if let SavedState::Saved(snapshot) = self { Some(snapshot) } else { None }
    }
}

#[derive(Debug)]
struct Fork {
    start: Snapshot,
    /// Number of undoable inputs that had been entered when the fork was made.
    depth: usize,
}

/// A copy of the keyspace, and the number of elements in it.
#[derive(Debug, Clone)]
struct KeptData {
    keyspace: Arc<Keyspace>,
    elements: usize,
}

/// A saved state of the session.
#[derive(Debug, Clone)]
pub struct Snapshot {
    runtime: runtime::Snapshot,
    elements: usize,
    lesson: Option<LessonRun>,
    lesson_clock: LessonClock,
}

impl UndoHistory {
    /// Discards the last copy of the keyspace. Must be called when the keyspace's count of changes restarts at zero,
    /// because an outdated copy could then seem up to date.
    pub fn forget_latest(&mut self) {
        self.latest = None;
    }

    /// Discards all undoable inputs and the fork (the saved state to which the learner can return).
    pub fn clear(&mut self) {
        *self = UndoHistory::default();
    }

    /// Records that the last input was a rejected answer to a question.
    pub fn mark_refused(&mut self) {
        if let Some(input) = self.inputs.back_mut() {
            input.before = SavedState::Unchanged;
        }
    }

    pub fn in_fork(&self) -> bool {
        self.fork.is_some()
    }

    fn depth(&self) -> usize {
        self.fork.as_ref().map_or(0, |fork| fork.depth)
    }

    fn push(&mut self, input: UndoableInput) {
        self.inputs.push_back(input);
        while self.inputs.len() > MOST_INPUTS || (self.inputs.len() > 1 && self.elements() > MOST_ELEMENTS) {
            self.inputs.pop_front();
            if let Some(fork) = &mut self.fork {
                fork.depth = fork.depth.saturating_sub(1);
            }
        }
    }

    /// Returns the number of elements in all snapshots. Data that snapshots share is counted once.
    fn elements(&self) -> usize {
        let kept: Vec<&Snapshot> = self.inputs.iter().filter_map(|input| input.before.snapshot()).collect();
        let shared = kept.chunk_by(|a, b| Arc::ptr_eq(&a.runtime.keyspace, &b.runtime.keyspace));
        shared.filter_map(<[_]>::first).map(|snapshot| snapshot.elements).sum()
    }
}

impl Session {
    /// Saves the state before one of the learner's inputs runs. Returns whether the input was added to the undo
    /// history.
    pub(in super::super) fn save_before(&mut self, text: &str) -> bool {
        let runtime = &self.tutor.runtime;
        let is_refused = self.undo.in_fork() && has_command(text, &LEAVING, runtime.dialect);
        // No snapshot is needed in a race: the turns do not change the learner's data, and `:again` restarts the race.
        let is_race = self.is_answering() && self.tutor.lesson.as_ref().is_some_and(|run| run.current().race.is_some());
        let is_busy = runtime.turn.is_some() || !self.tutor.is_script_idle();
        if is_busy || is_refused || is_race || !is_undoable(text, runtime.dialect) {
            return false;
        }
        let text = text.trim().to_owned();
        let elements = self.elements();
        let before = if elements <= LARGEST {
            SavedState::Saved(Box::new(self.snapshot(elements)))
        } else {
            SavedState::TooLarge
        };
        self.undo.push(UndoableInput { text, before });
        true
    }

    /// Returns the last copy of the keyspace, if no key has changed since then.
    fn latest(&self) -> Option<&KeptData> {
        let changes = self.tutor.runtime.engine.keyspace.changes;
        self.undo.latest.as_ref().filter(|kept| kept.keyspace.changes == changes)
    }

    /// Returns the number of elements in the data.
    pub(in super::super) fn elements(&self) -> usize {
        let keyspace = &self.tutor.runtime.engine.keyspace;
        self.latest().map_or_else(|| count_elements(keyspace), |kept| kept.elements)
    }

    /// Takes a snapshot of the session. `elements` is the number of elements in its data.
    pub(in super::super) fn snapshot(&mut self, elements: usize) -> Snapshot {
        let runtime = &self.tutor.runtime;
        let shared = self.latest().cloned();
        let copy = || KeptData { keyspace: Arc::new(runtime.engine.keyspace.clone()), elements };
        let kept = shared.unwrap_or_else(copy);
        let snapshot = Snapshot {
            runtime: runtime.snapshot(kept.keyspace.clone()),
            elements: kept.elements,
            lesson: self.tutor.lesson.clone(),
            lesson_clock: self.lesson_clock.clone(),
        };
        self.undo.latest = Some(kept);
        snapshot
    }

    /// Restores a snapshot. Returns the number of microseconds by which the clock was set back.
    fn restore(&mut self, snapshot: Snapshot) -> i64 {
        self.restore_with(snapshot, UsedPython::Replaced)
    }

    pub(in super::super) fn restore_with(&mut self, snapshot: Snapshot, used: UsedPython) -> i64 {
        let keyspace = snapshot.runtime.keyspace.clone();
        self.undo.latest = Some(KeptData { keyspace, elements: snapshot.elements });
        let us_back = self.tutor.runtime.restore(snapshot.runtime, used);
        self.tutor.baselines.note(&self.tutor.runtime.engine.keyspace);
        self.wire_display.skip_to_end(&self.tutor.runtime.wire_log);
        self.wait = None;
        self.tutor.restore_lesson(snapshot.lesson);
        self.lesson_clock = snapshot.lesson_clock;
        us_back
    }

    /// Returns whether a TCP client is connected. If so, shows an error, because what that client has read cannot be
    /// undone.
    fn refuse_for_real_clients(&mut self) -> bool {
        let has_real_clients = !self.tutor.runtime.real_clients().is_empty();
        if has_real_clients {
            self.tutor.say(Role::Error, &messages::real_clients_prevent_undo());
        }
        has_real_clients
    }

    /// Runs `:undo`.
    pub(super) fn undo(&mut self) {
        if !self.undo.in_fork() && self.tutor.undo_race_turn() {
            return;
        }
        if self.undo.inputs.len() <= self.undo.depth() {
            let text = match self.undo.fork {
                Some(_) => messages::fork_starts_here(),
                None => messages::nothing_to_undo(),
            };
            return self.tutor.say(Role::Plain, &text);
        }
        let Some(UndoableInput { text, before }) = self.undo.inputs.pop_back() else { return };
        let snapshot = match before {
            SavedState::Unchanged => {
                return self.tutor.say(Role::Muted, &messages::undone_refused_answer(code(&shortened(&text))));
            }
            before if self.refuse_for_real_clients() => {
                return self.undo.inputs.push_back(UndoableInput { text, before });
            }
            SavedState::TooLarge => {
                self.undo.inputs.push_back(UndoableInput { text, before: SavedState::TooLarge });
                return self.tutor.say(Role::Error, &messages::too_large_to_undo());
            }
            SavedState::Saved(snapshot) => *snapshot,
        };
        let place =
            |run: &Option<LessonRun>| run.as_ref().map(|run| (run.lesson.id.get_ref().clone(), run.step, run.phase));
        let (old, new) = (place(&self.tutor.lesson), place(&snapshot.lesson));
        let us_back = self.restore(snapshot);
        let new_place = self.tutor.lesson.as_ref().filter(|_| old != new).map(|run| {
            let (step, title) = (run.step + 1, &run.lesson.title);
            match run.phase {
                Phase::Done | Phase::Over => messages::back_at_done_step(step, title),
                Phase::Preparing | Phase::Doing => messages::back_at_open_step(step, title),
            }
        });
        let [clock, waits] = self.restored_details(us_back);
        let undone = messages::undone(code(&shortened(&text)));
        self.tutor.say(Role::Muted, &join_sentences([Some(undone), new_place, clock, waits]));
    }

    /// Returns sentences about two things that may surprise the learner after `:undo`: restored TTLs and blocked
    /// commands. `us_back` is the number of microseconds by which the clock was set back.
    fn restored_details(&self, us_back: i64) -> [Option<String>; 2] {
        let runtime = &self.tutor.runtime;
        let has_ttl = || runtime.engine.keyspace.databases().iter().any(|database| database.expiring() > 0);
        let clock = (us_back >= 1_000_000 && has_ttl()).then(messages::clock_is_back);
        let waits = runtime.waits();
        [clock, (!waits.is_empty()).then(|| format!("{}.", waits.join("; ")))]
    }

    /// Runs `:fork`, `:fork back` or `:fork keep`.
    pub(super) fn fork(&mut self, argument: &str) {
        match (argument, self.undo.in_fork()) {
            ("", false) => {
                let start = self.snapshot(self.elements());
                self.undo.fork = Some(Fork { start, depth: self.undo.inputs.len() });
                let judged = self.tutor.lesson.is_some().then(messages::fork_is_not_judged);
                self.tutor.say(Role::Muted, &join_sentences([Some(messages::fork_begun()), judged]));
            }
            ("", true) => self.tutor.say(Role::Error, &messages::already_in_fork()),
            ("back" | "keep", false) => self.tutor.say(Role::Error, &messages::no_fork()),
            ("keep", true) => {
                self.undo.fork = None;
                let judged = self.tutor.lesson.is_some().then(messages::steps_are_judged_again);
                self.tutor.say(Role::Muted, &join_sentences([Some(messages::fork_kept()), judged]));
            }
            ("back", true) => self.fork_back(),
            (other, _) => self.tutor.say(Role::Error, &messages::neither_back_nor_keep(code(other))),
        }
    }

    fn fork_back(&mut self) {
        if self.refuse_for_real_clients() {
            return;
        }
        let Some(Fork { start, depth }) = self.undo.fork.take() else { return };
        self.undo.inputs.truncate(depth);
        let us_back = self.restore(start);
        let [clock, waits] = self.restored_details(us_back);
        self.tutor.say(Role::Muted, &join_sentences([Some(messages::fork_left()), clock, waits]));
    }

    /// In a fork, rejects a command that would leave the step. Returns whether the command was rejected.
    pub(in super::super) fn refuse_in_fork(&mut self, command: &str) -> bool {
        let is_refused = self.undo.in_fork() && LEAVING.contains(&command);
        if is_refused {
            self.tutor.say(Role::Error, &messages::leave_fork_first());
        }
        is_refused
    }
}

/// Returns whether an input may change anything that a snapshot contains.
fn is_undoable(text: &str, dialect: Dialect) -> bool {
    let inputs = dialect::inputs(text, dialect);
    !inputs.is_empty()
        && (inputs.iter().any(|input| command_name(input).is_none()) || has_command(text, &UNDOABLE, dialect))
}

/// Returns whether `text` contains any of the given tutor commands.
fn has_command(text: &str, names: &[&str], dialect: Dialect) -> bool {
    dialect::inputs(text, dialect).iter().any(|input| command_name(input).is_some_and(|name| names.contains(&name)))
}

/// Returns the name of a tutor command, or `None` for any other input.
fn command_name(input: &Input) -> Option<&str> {
    let Input::Tutor(line) = input else { return None };
    Some(line.trim_start_matches(':').split_whitespace().next().unwrap_or_default())
}

/// Shortens an input to one line of limited length.
fn shortened(text: &str) -> String {
    const MOST_CHARACTERS: usize = 50;
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let is_cut = first.chars().nth(MOST_CHARACTERS).is_some() || lines.next().is_some();
    let cut: String = first.chars().take(MOST_CHARACTERS).collect();
    if is_cut { format!("{cut} …") } else { cut }
}

/// Counts the elements of the data, as defined at [`LARGEST`]. Stops counting when the count exceeds [`LARGEST`].
fn count_elements(keyspace: &Keyspace) -> usize {
    let mut sum = 0;
    for database in keyspace.databases() {
        for (key, entry) in database.iter() {
            sum += 1 + key.len() / 64 + elements_of(&entry.value);
            if sum > LARGEST {
                return sum;
            }
        }
    }
    sum
}

fn elements_of(value: &Value) -> usize {
    /// Number of elements in each container that are measured to estimate how long its elements are.
    const SAMPLE: usize = 4;
    let of_elements = |number: usize, sample: Vec<usize>| {
        let longest = sample.into_iter().max().unwrap_or(0);
        number * (1 + longest / 64)
    };
    match value {
        Value::Str(value) => value.len() / 64,
        Value::List(list) => of_elements(list.len(), list.iter().take(SAMPLE).map(<[u8]>::len).collect()),
        Value::Set(set) => of_elements(set.len(), set.iter().take(SAMPLE).map(<[u8]>::len).collect()),
        Value::Hash(hash) => {
            of_elements(hash.len(), hash.iter().take(SAMPLE).map(|(field, value)| field.len() + value.len()).collect())
        }
        Value::SortedSet(set) => {
            let sample = (0..SAMPLE).filter_map(|index| set.at(index)).map(|(member, _)| member.len());
            of_elements(set.len(), sample.collect())
        }
        Value::Stream(stream) => {
            // Clones share the entries, but not what is pending.
            let pending: usize = stream.groups().values().map(|group| group.pending().len()).sum();
            let sample = stream.iter().take(SAMPLE).map(|entry| entry.data_bytes());
            pending + of_elements(stream.len(), sample.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::progress::Progress;
    use crate::session::Options;
    use crate::session::event::{Effect, Event, Show};

    fn session() -> Session {
        let dialect = Dialect::Cli;
        let (library, progress) = (Arc::default(), Progress::default());
        Session::new(Options { seed: 1, start_us: 1_000_000_000, dialect, library, progress })
    }

    /// Enters `text` at the prompt, and returns the replies and messages that the session shows.
    fn enter(session: &mut Session, text: &str) -> String {
        session.handle(Event::Entered(text.into()));
        let said = session.take_effects().into_iter().filter_map(|effect| match effect {
            Effect::Show(Show::Reply(text)) => Some(text),
            Effect::Show(Show::Text(text)) => Some(format!("{text:?}")),
            _ => None,
        });
        said.collect()
    }

    /// Appends elements to a list directly in the engine, so that no input is logged.
    fn fill(session: &mut Session, elements: usize) {
        let client = session.tutor.runtime.connect();
        for _ in 0..elements {
            session.tutor.runtime.engine.execute(client, &[b"RPUSH", b"list", b"x"], 1_000_000_000);
        }
        session.tutor.runtime.engine.disconnect(client);
    }

    #[test]
    fn only_a_fork_saves_large_data() {
        let mut session = session();
        fill(&mut session, LARGEST + 1);
        assert_eq!(enter(&mut session, "DEL list"), "(integer) 1\n");
        assert!(enter(&mut session, ":undo").contains("too large"));
        assert_eq!(enter(&mut session, "EXISTS list"), "(integer) 0\n", "nothing was taken back");
        fill(&mut session, LARGEST + 1);
        enter(&mut session, ":fork");
        assert_eq!(enter(&mut session, "FLUSHALL"), "OK\n");
        enter(&mut session, ":fork back");
        assert_eq!(enter(&mut session, "LLEN list"), format!("(integer) {}\n", LARGEST + 1));
    }

    #[test]
    fn the_history_is_bounded_in_number_and_in_size() {
        let mut session = session();
        for _ in 0..MOST_INPUTS + 50 {
            enter(&mut session, "INCR n");
        }
        assert_eq!(session.undo.inputs.len(), MOST_INPUTS);
        for _ in 0..MOST_INPUTS {
            assert!(enter(&mut session, ":undo").contains("Undone"));
        }
        assert!(enter(&mut session, ":undo").contains("nothing to undo"));
        assert_eq!(enter(&mut session, "GET n"), "\"50\"\n");
        fill(&mut session, LARGEST - 100);
        for _ in 0..20 {
            enter(&mut session, "INCR n");
        }
        assert!(session.undo.elements() <= MOST_ELEMENTS, "{} elements", session.undo.elements());
        assert!(session.undo.inputs.len() >= 4, "{} steps", session.undo.inputs.len());
    }

    #[test]
    fn snapshots_share_the_data_while_nothing_writes() {
        let mut session = session();
        fill(&mut session, 1_000);
        for line in ["LLEN list", "LRANGE list 0 1", "LPUSH list y", "LLEN list"] {
            enter(&mut session, line);
        }
        let kept: Vec<_> = session.undo.inputs.iter().filter_map(|input| input.before.snapshot()).collect();
        let shares = |a: usize, b: usize| Arc::ptr_eq(&kept[a].runtime.keyspace, &kept[b].runtime.keyspace);
        assert!(shares(0, 1) && shares(1, 2) && !shares(2, 3));
    }

    #[test]
    fn undo_is_refused_while_real_clients_are_connected() {
        let mut session = session();
        enter(&mut session, "SET a 1");
        let client = session.tutor.runtime.engine.connect();
        assert!(enter(&mut session, ":undo").contains("Real clients are connected"));
        assert_eq!(enter(&mut session, "GET a"), "\"1\"\n");
        session.tutor.runtime.engine.disconnect(client);
        enter(&mut session, ":undo");
        assert!(enter(&mut session, ":undo").contains("SET a 1"));
    }

    #[test]
    fn wire_shows_nothing_twice_after_undo() {
        let mut session = session();
        let wires = |session: &mut Session, text: &str| {
            session.handle(Event::Entered(text.into()));
            let effects = session.take_effects().into_iter();
            effects.filter(|effect| matches!(effect, Effect::Show(Show::Wire(_)))).count()
        };
        wires(&mut session, "SET a 1");
        wires(&mut session, "BLPOP q 30");
        wires(&mut session, ":fork");
        wires(&mut session, ":wire on");
        assert_eq!(wires(&mut session, "GET a"), 1);
        assert_eq!(wires(&mut session, ":undo"), 0);
        assert_eq!(wires(&mut session, ":fork back"), 0);
        assert_eq!(wires(&mut session, ":wait 30s"), 1, "the blocked command is answered");
    }

    #[test]
    fn a_blocked_command_waits_again_after_undo() {
        let mut session = session();
        enter(&mut session, "SET a 1 EX 100");
        enter(&mut session, "BLPOP q 30");
        enter(&mut session, ":wait 10s");
        assert_eq!(session.waits(), ["main waits for q"]);
        enter(&mut session, "RPUSH q x");
        assert_eq!(session.waits(), Vec::<String>::new());
        let said = enter(&mut session, ":undo");
        assert!(said.contains("main waits for q") && !said.contains("clock"), "{said}");
        let said = enter(&mut session, ":undo");
        assert!(said.contains("clock was set back"), "{said}");
        assert_eq!(enter(&mut session, "TTL a"), "(integer) 100\n");
        assert!(enter(&mut session, ":wait 30s").contains("(nil)"), "it waits for its whole timeout again");
    }
}
