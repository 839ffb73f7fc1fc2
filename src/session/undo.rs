//! `:undo` takes back what was entered last; `:fork` marks a place to come back to.
//!
//! SavedState each input of the learner's a moment is kept: the data, the connections, the clock, the lesson's step, and
//! each client with its journal. Putting it back ends every Python that has run something since, and a fresh one is fed
//! its journal as it was then, with the replies, times and lines of then; a client that waited then waits again. The
//! clock goes back, too: a TTL is what it was.
//!
//! Moments share what did not change: the keyspace while no key changed, and the entries of journals and of the record.
//! Data beyond `LARGEST` is not kept for each input, since copying it would be felt at each Enter; `:fork` copies any.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Session;
use super::client::Client;
use super::dialect::{self, Dialect, Input};
use super::event::Effect;
use super::lead::{LessonRun, Phase};
use super::save::Typed;
use super::wire_log::WireLog;
use crate::lesson::judge::code;
use crate::markup::Role;
use redis_engine::data::Value;
use redis_engine::keyspace::Keyspace;
use redis_engine::server_state::ServerState;
use redis_engine::watch::Watches;

/// The most inputs that can be taken back.
const MOST_STEPS: usize = 100;

/// The largest data that is kept for each input, in elements: a key, a field, a member, 64 bytes of a long value are one
/// each. Copying so many keys took 2 ms in a build without optimisation, and counting them 0.6 ms.
const LARGEST: usize = 20_000;

/// The most elements that all moments keep together.
const MOST_ELEMENTS: usize = 100_000;

/// Commands to the tutor that can be taken back; the others change nothing of what a moment keeps.
const UNDOABLE: [&str; 9] = ["client", "wait", "cli", "python", "go", "back", "again", "skip", "next"];

/// Commands that leave the step, for which there is no place in a fork.
const LEAVING: [&str; 4] = ["go", "back", "again", "skip"];

/// What can be taken back, and where the learner has marked a place.
#[derive(Debug, Default)]
pub(super) struct UndoHistory {
    steps: VecDeque<Step>,
    fork: Option<Fork>,
    /// The keyspace as it was kept last, for the next moment to share if no key has changed since.
    latest: Option<Kept>,
}

/// An input that can be taken back.
#[derive(Debug)]
struct Step {
    said: String,
    before: SavedState,
}

/// What is known of how it was before an input.
#[derive(Debug)]
enum SavedState {
    /// All as it was.
    Kept(Box<Snapshot>),
    /// The data was too large to be kept.
    TooLarge,
    /// It was an answer that was refused, and has changed nothing.
    TheSame,
}

impl SavedState {
    fn moment(&self) -> Option<&Snapshot> {
        if let SavedState::Kept(moment) = self { Some(moment) } else { None }
    }
}

#[derive(Debug)]
struct Fork {
    mark: Snapshot,
    /// How many steps there were.
    depth: usize,
}

/// A keyspace and its size.
#[derive(Debug, Clone)]
struct Kept {
    keyspace: Arc<Keyspace>,
    elements: usize,
}

/// Everything as it was at one time.
#[derive(Debug, Clone)]
struct Snapshot {
    kept: Kept,
    watches: Watches,
    server: ServerState,
    now_us: i64,
    clients: Vec<Client>,
    foreground: usize,
    speaker: usize,
    dialect: Dialect,
    lead: Option<LessonRun>,
    record: WireLog,
    typed: Vec<Typed>,
}

impl UndoHistory {
    /// The data was replaced by other data: nothing of it can be shared.
    pub fn share_nothing(&mut self) {
        self.latest = None;
    }

    /// Nothing can be taken back from here on.
    pub fn forget(&mut self) {
        *self = UndoHistory::default();
    }

    /// What was entered last was an answer, and was refused.
    pub fn was_refused(&mut self) {
        if let Some(step) = self.steps.back_mut() {
            step.before = SavedState::TheSame;
        }
    }

    pub fn in_fork(&self) -> bool {
        self.fork.is_some()
    }

    fn depth(&self) -> usize {
        self.fork.as_ref().map_or(0, |fork| fork.depth)
    }

    fn keep(&mut self, step: Step) {
        self.steps.push_back(step);
        while self.steps.len() > MOST_STEPS || (self.steps.len() > 1 && self.elements() > MOST_ELEMENTS) {
            self.steps.pop_front();
            if let Some(fork) = &mut self.fork {
                fork.depth = fork.depth.saturating_sub(1);
            }
        }
    }

    /// How many elements all moments keep, shared ones counted once.
    fn elements(&self) -> usize {
        let kept: Vec<&Kept> = self.steps.iter().filter_map(|step| step.before.moment()).map(|m| &m.kept).collect();
        kept.chunk_by(|a, b| Arc::ptr_eq(&a.keyspace, &b.keyspace)).filter_map(<[_]>::first).map(|k| k.elements).sum()
    }
}

impl Session {
    /// The learner has entered something: keeps all as it is before that runs. Whether it is something to take back.
    pub(super) fn keep_moment(&mut self, text: &str) -> bool {
        let is_refused = self.past.in_fork() && is_command(text, &LEAVING, self.dialect);
        // In a race, who goes next changes nobody's data, and `again` begins it anew.
        let is_race = self.is_answering() && self.lead.as_ref().is_some_and(|lead| lead.current().race.is_some());
        let is_refused = is_refused || is_race;
        if self.turn.is_some() || !self.script.is_idle() || is_refused || !is_undoable(text, self.dialect) {
            return false;
        }
        let said = text.trim().to_owned();
        let elements = self.elements();
        let before =
            if elements <= LARGEST { SavedState::Kept(Box::new(self.moment(elements))) } else { SavedState::TooLarge };
        self.past.keep(Step { said, before });
        true
    }

    /// The copy of the data that was kept last, if no key has changed since.
    fn latest(&self) -> Option<&Kept> {
        self.past.latest.as_ref().filter(|kept| kept.keyspace.changes == self.engine.keyspace.changes)
    }

    /// The size of the data.
    fn elements(&self) -> usize {
        self.latest().map_or_else(|| elements(&self.engine.keyspace), |kept| kept.elements)
    }

    /// Everything as it is, with data of this size.
    fn moment(&mut self, elements: usize) -> Snapshot {
        let keyspace = &self.engine.keyspace;
        let shared = self.latest().cloned();
        let kept = shared.unwrap_or_else(|| Kept { keyspace: Arc::new(keyspace.clone()), elements });
        self.past.latest = Some(kept.clone());
        Snapshot {
            kept,
            watches: keyspace.watches.clone(),
            server: self.engine.server.clone(),
            now_us: self.clock.now_us(),
            clients: self.clients.clone(),
            foreground: self.foreground,
            speaker: self.speaker,
            dialect: self.dialect,
            lead: self.lead.clone(),
            record: self.record.clone(),
            typed: self.typed.clone(),
        }
    }

    /// Puts everything back as it was, and says by how many microseconds the clock went back.
    fn restore(&mut self, moment: Snapshot) -> i64 {
        let us_back = self.clock.now_us() - moment.now_us;
        let runs_on = |client: &Client, was: &Client| {
            client.python.child.is_some()
                && client.python.child == was.python.child
                && client.python.replay.is_none()
                && client.python.journal.mark() == was.python.journal.mark()
        };
        let mut clients = moment.clients;
        for client in &self.clients {
            if !clients.iter().any(|was| runs_on(client, was)) {
                self.effects.extend(client.python.child.map(Effect::Kill));
            }
        }
        for was in &mut clients {
            if !self.clients.iter().any(|client| runs_on(client, was)) {
                was.python.run_again();
            }
        }
        self.engine.keyspace = (*moment.kept.keyspace).clone();
        self.engine.keyspace.watches = moment.watches;
        self.engine.server = moment.server;
        self.past.latest = Some(moment.kept);
        self.clock.set(moment.now_us);
        self.engine.advance(moment.now_us);
        self.baselines.note(&self.engine.keyspace);
        self.clients = clients;
        // Real clients that were there then have gone: nobody waits or listens in their name.
        for gone in self.real_clients() {
            self.engine.disconnect(gone);
        }
        (self.foreground, self.speaker, self.dialect) = (moment.foreground, moment.speaker, moment.dialect);
        let hints = self.lead.as_ref().map(|lead| (lead.step, lead.hints));
        self.lead = moment.lead;
        if let (Some(lead), Some((step, hints))) = (&mut self.lead, hints)
            && lead.step == step
        {
            // What was told is told.
            lead.hints = lead.hints.max(hints);
        }
        let shown = std::mem::take(&mut self.record.shown);
        self.record = moment.record;
        self.record.shown = shown.up_to(&self.record);
        self.typed = moment.typed;
        self.turn = None;
        self.finished.clear();
        self.wait = None;
        self.script.clear();
        self.end_race();
        let open = self.lead.as_ref().filter(|lead| lead.phase == Phase::Doing).map(|lead| lead.current().race.clone());
        if let Some(race) = open.flatten() {
            self.begin_race_step(&race);
        }
        self.progress_to_here();
        us_back
    }

    /// The place in the lessons is where the learner is put back to.
    fn progress_to_here(&mut self) {
        if self.is_practice() {
            return;
        }
        let Some(lead) = &self.lead else { return };
        let (lesson, step) = (lead.lesson.clone(), lead.step);
        self.progress.at(lesson.id.get_ref(), lesson.steps[step].id.get_ref());
        self.effects.push(Effect::Progress(self.progress.clone()));
    }

    /// Lets the next client whose Python is to be brought back run its journal; false if there is none.
    pub(super) fn run_next_again(&mut self) -> bool {
        let is_due = |client: &Client| client.python.child.is_none() && client.python.replay.is_some();
        let Some(who) = self.clients.iter().position(is_due) else { return false };
        self.start_python(who);
        self.next_replayed(who);
        true
    }

    /// Refuses while real clients are connected, since nobody can take back what they know; whether it did.
    fn refuse_for_real_clients(&mut self) -> bool {
        let has = !self.real_clients().is_empty();
        if has {
            self.say(
                Role::Error,
                "Real clients are connected, and what they know can't be taken back: everything stays. \
                 `:serve off` cuts them off; then it works, and takes back what they have done, too.",
            );
        }
        has
    }

    /// `:undo`.
    pub(super) fn undo(&mut self, _: &str) {
        if !self.past.in_fork() && self.take_back_turn() {
            return;
        }
        if self.past.steps.len() <= self.past.depth() {
            let text = match self.past.fork {
                Some(_) => "This is where the fork began: `:fork back` leaves it.",
                None => "There is nothing to take back.",
            };
            return self.say(Role::Plain, text);
        }
        let Some(Step { said, before }) = self.past.steps.pop_back() else { return };
        let moment = match before {
            SavedState::TheSame => {
                let said = code(&brief(&said));
                return self.say(
                    Role::Muted,
                    &format!(
                        "{said} was no answer and has changed nothing. Another `:undo` takes back what came before it."
                    ),
                );
            }
            before if self.refuse_for_real_clients() => return self.past.steps.push_back(Step { said, before }),
            SavedState::TooLarge => {
                self.past.steps.push_back(Step { said, before: SavedState::TooLarge });
                return self.say(
                    Role::Error,
                    "The data is too large to be kept at every line, so this can't be taken back. SavedState you try \
                     something, `:fork` keeps all of it once, and `:fork back` returns to it.",
                );
            }
            SavedState::Kept(moment) => *moment,
        };
        let place = |lead: &Option<LessonRun>| {
            lead.as_ref().map(|lead| (lead.lesson.id.get_ref().clone(), lead.step, lead.phase))
        };
        let (was, now) = (place(&self.lead), place(&moment.lead));
        let us_back = self.restore(moment);
        let mut text = format!("Taken back: {}.", code(&brief(&said)));
        if let Some(lead) = self.lead.as_ref().filter(|_| was != now) {
            let (step, title) = (lead.step + 1, &lead.lesson.title);
            match lead.phase {
                Phase::Done | Phase::Over => text += &format!(" You are at step {step} of **{title}**, which is done."),
                Phase::Preparing | Phase::Doing => text += &format!(" Step {step} of **{title}** is open again."),
            }
        }
        text += &self.what_is_as_it_was(us_back);
        self.say(Role::Muted, &text);
    }

    /// What one may not expect of a state that was put back.
    fn what_is_as_it_was(&self, us_back: i64) -> String {
        let mut text = String::new();
        if us_back >= 1_000_000 && self.engine.keyspace.databases().iter().any(|database| database.expiring() > 0) {
            text += " The clock is back as well, so TTLs are as they were.";
        }
        let waits = self.waits();
        if !waits.is_empty() {
            text += &format!(" {}.", waits.join("; "));
        }
        text
    }

    /// `:fork`, `:fork back`, `:fork keep`.
    pub(super) fn fork(&mut self, how: &str) {
        match (how, self.past.in_fork()) {
            ("", false) => {
                let mark = self.moment(self.elements());
                self.past.fork = Some(Fork { mark, depth: self.past.steps.len() });
                let judged = if self.lead.is_some() { " Until then no step is judged." } else { "" };
                self.say(
                    Role::Muted,
                    &format!("A fork: try what you like. `:fork back` returns to this place, `:fork keep` goes on from where you are then.{judged}"),
                );
            }
            ("", true) => self.say(
                Role::Error,
                "You are in a fork already. `:fork back` returns to its beginning, `:fork keep` stays here.",
            ),
            ("back" | "keep", false) => {
                self.say(Role::Error, "There is no fork to leave: `:fork` begins one.");
            }
            ("keep", true) => {
                self.past.fork = None;
                let judged = if self.lead.is_some() { " From here on, steps are judged again." } else { "" };
                self.say(Role::Muted, &format!("Everything stays as it is now.{judged}"));
            }
            ("back", true) => self.fork_back(),
            (other, _) => self.say(
                Role::Error,
                &format!("{} is no way to fork: type `:fork`, `:fork back` or `:fork keep`.", code(other)),
            ),
        }
    }

    fn fork_back(&mut self) {
        if self.refuse_for_real_clients() {
            return;
        }
        let Some(Fork { mark, depth }) = self.past.fork.take() else { return };
        self.past.steps.truncate(depth);
        let us_back = self.restore(mark);
        let text = format!("Back where the fork began: all is as it was then.{}", self.what_is_as_it_was(us_back));
        self.say(Role::Muted, &text);
    }

    /// Refuses what would leave the step while in a fork; whether it did.
    pub(super) fn stays_in_fork(&mut self, command: &str) -> bool {
        let leaves = self.past.in_fork() && LEAVING.contains(&command);
        if leaves {
            self.say(Role::Error, "You are in a fork: first `:fork back`, or `:fork keep`, and then on in the lesson.");
        }
        leaves
    }
}

/// Whether an input may change anything that a moment keeps.
fn is_undoable(text: &str, dialect: Dialect) -> bool {
    let inputs = dialect::inputs(text, dialect);
    !inputs.is_empty()
        && (inputs.iter().any(|input| tutor_name(input).is_none()) || is_command(text, &UNDOABLE, dialect))
}

/// Whether one of these commands to the tutor is among what was entered.
fn is_command(text: &str, names: &[&str], dialect: Dialect) -> bool {
    dialect::inputs(text, dialect).iter().any(|input| tutor_name(input).is_some_and(|name| names.contains(&name)))
}

/// The name of a command to the tutor.
fn tutor_name(input: &Input) -> Option<&str> {
    let Input::Tutor(line) = input else { return None };
    Some(line.trim_start_matches(':').split_whitespace().next().unwrap_or_default())
}

/// An input in one short line.
fn brief(said: &str) -> String {
    const MOST: usize = 50;
    let mut lines = said.lines();
    let first = lines.next().unwrap_or_default();
    let is_cut = first.chars().nth(MOST).is_some() || lines.next().is_some();
    let cut: String = first.chars().take(MOST).collect();
    if is_cut { format!("{cut} …") } else { cut }
}

/// The size of the data, as `LARGEST` counts it; looked at no further than that.
fn elements(keyspace: &Keyspace) -> usize {
    let mut sum = 0;
    for database in keyspace.databases() {
        for (key, entry) in database.iter() {
            sum += 1 + key.len() / 64 + of_value(&entry.value);
            if sum > LARGEST {
                return sum;
            }
        }
    }
    sum
}

fn of_value(value: &Value) -> usize {
    /// How many elements of a container tell how long the others are.
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
    }
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::super::event::{Event, Show};
    use super::*;
    use crate::lesson::progress::Progress;

    fn session() -> Session {
        let dialect = Dialect::Cli;
        let (library, progress) = (Arc::default(), Progress::default());
        Session::new(Options { seed: 1, start_us: 1_000_000_000, dialect, library, progress })
    }

    /// What the session says to an input.
    fn entered(session: &mut Session, text: &str) -> String {
        session.handle(Event::Entered(text.into()));
        let said = session.take_effects().into_iter().filter_map(|effect| match effect {
            Effect::Show(Show::Reply(text)) => Some(text),
            Effect::Show(Show::Text(text)) => Some(format!("{text:?}")),
            _ => None,
        });
        said.collect()
    }

    /// Fills a list with so many elements, by nobody's input.
    fn fill(session: &mut Session, elements: usize) {
        let client = session.connect();
        for _ in 0..elements {
            session.engine.execute(client, &[b"RPUSH", b"list", b"x"], 1_000_000_000);
        }
        session.engine.disconnect(client);
    }

    #[test]
    fn large_data_is_kept_by_a_fork_alone() {
        let mut session = session();
        fill(&mut session, LARGEST + 1);
        assert_eq!(entered(&mut session, "DEL list"), "(integer) 1\n");
        assert!(entered(&mut session, ":undo").contains("too large"));
        assert_eq!(entered(&mut session, "EXISTS list"), "(integer) 0\n", "nothing was taken back");
        fill(&mut session, LARGEST + 1);
        entered(&mut session, ":fork");
        assert_eq!(entered(&mut session, "FLUSHALL"), "OK\n");
        entered(&mut session, ":fork back");
        assert_eq!(entered(&mut session, "LLEN list"), format!("(integer) {}\n", LARGEST + 1));
    }

    #[test]
    fn what_is_kept_is_bounded_in_number_and_in_size() {
        let mut session = session();
        for _ in 0..MOST_STEPS + 50 {
            entered(&mut session, "INCR n");
        }
        assert_eq!(session.past.steps.len(), MOST_STEPS);
        for _ in 0..MOST_STEPS {
            assert!(entered(&mut session, ":undo").contains("Taken back"));
        }
        assert!(entered(&mut session, ":undo").contains("nothing to take back"));
        assert_eq!(entered(&mut session, "GET n"), "\"50\"\n");
        fill(&mut session, LARGEST - 100);
        for _ in 0..20 {
            entered(&mut session, "INCR n");
        }
        assert!(session.past.elements() <= MOST_ELEMENTS, "{} elements", session.past.elements());
        assert!(session.past.steps.len() >= 4, "{} steps", session.past.steps.len());
    }

    #[test]
    fn what_only_reads_shares_the_data() {
        let mut session = session();
        fill(&mut session, 1_000);
        for line in ["LLEN list", "LRANGE list 0 1", "LPUSH list y", "LLEN list"] {
            entered(&mut session, line);
        }
        let kept: Vec<_> = session.past.steps.iter().filter_map(|step| step.before.moment()).collect();
        let shares = |a: usize, b: usize| Arc::ptr_eq(&kept[a].kept.keyspace, &kept[b].kept.keyspace);
        assert!(shares(0, 1) && shares(1, 2) && !shares(2, 3));
    }

    #[test]
    fn nothing_is_taken_back_from_real_clients() {
        let mut session = session();
        entered(&mut session, "SET a 1");
        let client = session.engine.connect();
        assert!(entered(&mut session, ":undo").contains("Real clients are connected"));
        assert_eq!(entered(&mut session, "GET a"), "\"1\"\n");
        session.engine.disconnect(client);
        entered(&mut session, ":undo");
        assert!(entered(&mut session, ":undo").contains("SET a 1"));
    }

    #[test]
    fn the_wire_shows_nothing_twice_when_all_is_put_back() {
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
        assert_eq!(wires(&mut session, ":wait 30s"), 1, "who waited is answered");
    }

    #[test]
    fn a_wait_is_waited_again_and_its_time_is_back() {
        let mut session = session();
        entered(&mut session, "SET a 1 EX 100");
        entered(&mut session, "BLPOP q 30");
        entered(&mut session, ":wait 10s");
        assert_eq!(session.waits(), ["main waits for q"]);
        entered(&mut session, "RPUSH q x");
        assert_eq!(session.waits(), Vec::<String>::new());
        let said = entered(&mut session, ":undo");
        assert!(said.contains("main waits for q") && !said.contains("clock"), "{said}");
        let said = entered(&mut session, ":undo");
        assert!(said.contains("clock is back"), "{said}");
        assert_eq!(entered(&mut session, "TTL a"), "(integer) 100\n");
        assert!(entered(&mut session, ":wait 30s").contains("(nil)"), "it has its whole time again");
    }
}
