//! A race: several clients each run a program, and each program is held before every command. The race plays one order
//! (one interleaving of the clients' turns) after another.
//!
//! A race has its own runtime, with the racers as its clients and a copy of the data. Its output is not shown. Each
//! order begins with the same data, the same time and fresh variables. The Python child processes are reused for the
//! next order. A turn in a race is one round trip: a single command, or all commands that a pipeline sends together.
//! The clock stands still, except when all racers are waiting.

pub mod definitions;
mod lost_child;
mod search;
mod turn_text;
mod turns;

use std::collections::VecDeque;

use super::event::{ChildId, Effect, Event, Need};
use super::runtime::client::{Client, ClientIndex, TUTOR};
use super::runtime::dialect::{self, Dialect, Input};
use super::runtime::gate::Gate;
use super::runtime::{Clock, Runtime, probe_answer};
use crate::lesson::evidence::Submission;
use crate::lesson::format::Probe;
use crate::lesson::race_result::{Order, ProgramError, RaceResult};
use python_kernel::frame::ToChild;
use redis_engine::Engine;
use search::Search;
use turns::program_error;

/// Maximum number of orders (interleavings of the clients' turns) that are played in a race.
const MOST_ORDERS: usize = 400;

/// Maximum number of turns in an order (an interleaving). A program that retries forever would otherwise never end.
const MOST_TURNS: usize = 60;

/// Number of child ids that are reserved for each race. The ids of race `n` start at `n` times this value.
const CHILDREN_OF_A_RACE: u32 = 1 << 20;

/// Code that connects the tutor's Python process to Redis.
const CONNECT: &str = "r.ping()";

/// Code that resets the variables of a Python process before the process is reused.
const FRESH: &str = "if True:
    for _name in [name for name in globals() if not name.startswith('__')]:
        del globals()[_name]
    del _name
    import redis
    r = redis.Redis()
";

/// The racing clients, and what must hold after the race.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Code that the tutor runs once before the race, to prepare the data.
    pub start: Option<String>,
    pub racers: Vec<Entrant>,
    pub holds: Probe,
}

/// A client that takes part in a race, and its program.
#[derive(Debug, Clone)]
pub struct Entrant {
    pub name: String,
    /// Code that the client runs before the race. Its variables are kept, but not its changes to the data.
    pub before: Vec<String>,
    pub program: Vec<String>,
}

/// A race in progress.
#[derive(Debug)]
pub struct Race {
    /// The runtime whose clients are the racers.
    runtime: Runtime,
    racers: Vec<Racer>,
    holds: Probe,
    /// The remaining inputs that prepare the data before the first turn.
    start: VecDeque<Input>,
    start_error: Option<ProgramError>,
    /// The engine before the data was prepared, and the inputs that prepare the data.
    beginning: Box<(Engine, VecDeque<Input>)>,
    /// The engine with which each order of turns begins, once the data has been prepared.
    origin: Option<Box<Engine>>,
    /// Number of times that the tutor's Python process has exited.
    losses: u32,
    /// The state of the clock at the beginning of each order of turns.
    clock: Clock,
    phase: RacePhase,
    mode: Mode,
    search: Search,
    /// The indices of the racers whose turns the learner has played, from first to last.
    picks: Vec<usize>,
    /// The racers' turns that are still to be replayed after a turn was undone or the race was restarted, as the
    /// indices of the racers.
    repeated_picks: VecDeque<usize>,
    order: Order,
    tally: RaceResult,
    effects: Vec<Effect>,
    found: Vec<Submission>,
}

#[derive(Debug)]
struct Racer {
    client: ClientIndex,
    entrant: Entrant,
    /// The remaining inputs that the racer runs to prepare for the race.
    before: VecDeque<Input>,
    /// The remaining inputs of the racer's program.
    rest: VecDeque<Input>,
    /// The position of the racer's last turn in the current order of turns, or `None` if the racer has not had a turn.
    last_turn: Option<usize>,
    /// The commands that the racer sent in its last turn.
    sent: Vec<Vec<Vec<u8>>>,
}

/// The phase of a race.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RacePhase {
    /// The tutor is preparing the data.
    Starting,
    /// The racers are running the code that prepares them for the race.
    Preparing,
    Racing,
    /// The tutor is probing the data after an order of turns was played.
    Probing,
    /// The current order of turns has ended. If a search plays every order, all of them have been played.
    Over,
}

/// How the next turn is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The learner chooses which racer's turn is next.
    ByHand,
    /// A search plays every order of the racers' turns.
    EveryOrder,
}

/// The state of a racer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RacerState {
    /// The racer is ready for its next turn. The string shows the commands that it will send, or the input that it will
    /// run.
    Ready(String),
    /// The racer is waiting. The Markdown string describes what it is waiting for.
    Waits(String),
    Done,
}

impl Race {
    /// Creates a race on `engine`, which must be a copy of the session's engine. `number` must be unique among the
    /// session's races.
    pub fn new(plan: Plan, engine: Engine, clock: Clock, seed: u64, number: u32) -> Self {
        let first_child = number.saturating_mul(CHILDREN_OF_A_RACE);
        let data = engine.clone();
        let mut runtime = Runtime::for_race(engine, clock.clone(), seed, first_child);
        let mut racers = Vec::new();
        for entrant in plan.racers {
            racers.push(Racer {
                client: runtime.clients.add(&entrant.name),
                entrant,
                before: VecDeque::new(),
                rest: VecDeque::new(),
                last_turn: None,
                sent: Vec::new(),
            });
        }
        // The tutor must be connected before the data is copied. Otherwise, its connection would be lost whenever the
        // copy is restored.
        let start = std::iter::once(CONNECT.to_owned()).chain(plan.start);
        let start: VecDeque<Input> = start.flat_map(|text| dialect::inputs(&text, Dialect::Both)).collect();
        let names = racers.iter().map(|racer| racer.entrant.name.clone()).collect();
        Race {
            runtime,
            racers,
            holds: plan.holds,
            beginning: Box::new((data, start.clone())),
            start,
            start_error: None,
            origin: None,
            losses: 0,
            clock,
            phase: RacePhase::Starting,
            mode: Mode::ByHand,
            search: Search::default(),
            picks: Vec::new(),
            repeated_picks: VecDeque::new(),
            order: Order::default(),
            tally: RaceResult { names, ..RaceResult::default() },
            effects: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Starts the race. Depending on the mode, the learner chooses the turns, or a search plays every order of turns.
    pub fn begin(&mut self, mode: Mode) {
        self.mode = mode;
        self.search = Search::default();
        let names = std::mem::take(&mut self.tally.names);
        self.tally = RaceResult { names, start_error: self.start_error.clone(), ..RaceResult::default() };
        if self.phase != RacePhase::Starting {
            self.begin_order();
        }
        self.advance();
    }

    /// Returns whether a child process belongs to any race.
    pub fn owns(child: ChildId) -> bool {
        child.0 >= CHILDREN_OF_A_RACE
    }

    /// Handles an event from one of the race's child processes, or the passing of time.
    pub fn handle(&mut self, event: Event) {
        match event {
            Event::Frame { child, thread, frame } => self.runtime.handle_frame(child, thread, frame),
            Event::ChildGone(child) => self.handle_child_exit(child),
            // No frame (protocol message) has arrived, so all threads of the program are waiting, possibly for a lock
            // that another of its threads holds.
            _ => {
                self.runtime.end_waiting_turn();
            }
        }
        self.settle();
        self.advance();
    }

    /// Returns what the race is waiting for, or `None` if no program is running.
    pub fn need(&self) -> Option<Need> {
        self.runtime.awaited_frame().filter(|_| !self.runtime.is_over)
    }

    pub fn is_busy(&self) -> bool {
        self.runtime.turn.is_some()
    }

    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub fn phase(&self) -> RacePhase {
        self.phase
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the turns that have been played in the current order of turns.
    pub fn order(&self) -> &Order {
        &self.order
    }

    pub fn tally(&self) -> &RaceResult {
        &self.tally
    }

    /// Returns each racer's name and state.
    pub fn racer_states(&self) -> Vec<(&str, RacerState)> {
        self.racers.iter().map(|racer| (racer.entrant.name.as_str(), self.racer_state(racer))).collect()
    }

    /// Plays the turn of the racer with the given index, if that racer is ready to send a command.
    pub fn play_turn(&mut self, index: usize) {
        if let Some(RacerState::Ready(_)) = self.racers.get(index).map(|racer| self.racer_state(racer)) {
            if self.order.steps.is_empty() {
                self.picks.clear();
            }
            self.picks.push(index);
            self.send_turn(index);
            self.advance();
        }
    }

    /// Undoes the last turn that the learner played, by replaying the turns before it. Returns false if no turn was
    /// played.
    pub fn undo_turn(&mut self) -> bool {
        let was_played = self.picks.pop().is_some();
        if was_played {
            self.repeated_picks = self.picks.iter().copied().collect();
            self.begin(Mode::ByHand);
        }
        was_played
    }

    /// Forgets the turns that the learner has played, so that they can no longer be undone.
    pub fn forget_turns(&mut self) {
        self.picks.clear();
    }

    /// Ends the race, and kills all of its Python child processes.
    pub fn end(&mut self) {
        let children: Vec<_> = self.runtime.children().map(Effect::Kill).collect();
        self.effects.extend(children);
        self.runtime.turn = None;
        self.phase = RacePhase::Over;
    }

    /// Runs the race until a child process has to answer, or until the learner has to choose whose turn is next.
    fn advance(&mut self) {
        loop {
            self.collect();
            if self.runtime.turn.is_some() {
                return;
            }
            let moved = match self.phase {
                RacePhase::Starting => self.prepare_data(),
                RacePhase::Preparing => self.prepare_racers(),
                RacePhase::Racing => self.race(),
                RacePhase::Probing => self.conclude_order(),
                RacePhase::Over => false,
            };
            if !moved {
                return;
            }
        }
    }

    /// Answers all requests that can be answered now. Turns each finished submission into an effect, which `collect`
    /// handles.
    fn settle(&mut self) {
        loop {
            for client in self.runtime.clients.indices() {
                self.runtime.answer_if_ready(client);
            }
            if self.runtime.turn.is_some() || self.runtime.is_over {
                return;
            }
            let Some((client, submission)) = self.runtime.finished.pop_front() else { return };
            if client == TUTOR {
                self.runtime.effects.push(Effect::Unseen(Box::new(submission)));
                continue;
            }
            let exit_status = submission.error.as_ref().and_then(|error| error.exit_status);
            self.runtime.effects.push(Effect::Finished(Box::new(submission)));
            if let Some(status) = exit_status {
                self.runtime.leave(status);
            }
        }
    }

    /// Starts one of a client's inputs. Tutor commands are ignored in a race.
    fn begin_input(&mut self, client: ClientIndex, input: Input) {
        let _ = self.runtime.begin(client, input);
    }

    /// Passes on the effects that concern child processes, and records the replies to racers.
    fn collect(&mut self) {
        for effect in std::mem::take(&mut self.runtime.effects) {
            match effect {
                Effect::Send { child, thread, frame } => {
                    let racer = self.racer_with(|client| client.python.child == Some(child));
                    if let Some(index) = racer.filter(|_| self.phase == RacePhase::Racing) {
                        match &frame {
                            ToChild::Received { data } => {
                                self.take_reply(index, turn_text::replies(&self.racers[index].sent, data));
                            }
                            ToChild::ReceivedAny { arrivals } => self.take_arrivals(index, arrivals),
                            _ => {}
                        }
                    }
                    self.effects.push(Effect::Send { child, thread, frame });
                }
                Effect::Spawn(_) | Effect::Kill(_) | Effect::Interrupt(_) => self.effects.push(effect),
                Effect::Finished(submission) => self.conclude_program(&submission),
                Effect::Unseen(submission) => self.found.push(*submission),
                _ => {}
            }
        }
    }

    fn racer_with(&self, predicate: impl Fn(&Client) -> bool) -> Option<usize> {
        self.racers.iter().position(|racer| predicate(&self.runtime.clients[racer.client]))
    }

    /// Runs the next input that prepares the data. After the last one, begins the first order of turns. Always returns
    /// true, because the race can advance.
    fn prepare_data(&mut self) -> bool {
        if let Some(submission) = self.found.pop() {
            self.start_error = self.start_error.take().or_else(|| program_error(&submission));
            self.tally.start_error.clone_from(&self.start_error);
        }
        match self.start.pop_front() {
            Some(input) => self.begin_input(TUTOR, input),
            None => {
                self.origin = Some(Box::new(self.runtime.engine.clone()));
                self.begin_order();
            }
        }
        self.settle();
        true
    }

    /// Begins an order of the racers' turns: restores the data, the clock and the racers to their initial states.
    fn begin_order(&mut self) {
        let Some(origin) = self.origin.as_deref().cloned() else { return };
        for racer in &mut self.racers {
            let client = &mut self.runtime.clients[racer.client];
            // A thread might send commands in the next order that belong to this one.
            let has_threads = client.python.threads > 0;
            let is_held = matches!(client.python.gate, Gate::Holds(_));
            let is_idle = client.is_free() && !has_threads && !is_held;
            if !is_idle {
                self.effects.extend(client.python.child.map(Effect::Kill));
                client.work = None;
                self.runtime.forget_child(racer.client);
            }
            let client = &mut self.runtime.clients[racer.client];
            client.python.asks.clear();
            client.python.gate = Gate::Open;
            client.python.replay_log = Default::default();
            let fresh = client.python.child.map(|_| Input::Python(FRESH.into()));
            let inputs = |texts: &[String]| -> VecDeque<Input> {
                texts
                    .iter()
                    .flat_map(|text| dialect::submissions(text))
                    .flat_map(|text| dialect::inputs(&text, Dialect::Both))
                    .collect()
            };
            racer.before = fresh.into_iter().chain(inputs(&racer.entrant.before)).collect();
            racer.rest = inputs(&racer.entrant.program);
            racer.last_turn = None;
        }
        self.runtime.turn = None;
        self.runtime.finished.clear();
        self.restore_engine(origin);
        self.found.clear();
        self.search.begin();
        self.order = Order::default();
        self.phase = RacePhase::Preparing;
    }

    /// Replaces the engine with an earlier copy of it, and sets the clock back. The racers are not connected to the
    /// copy. The connections that the tutor has opened since the copy was made are opened again, because the tutor's
    /// Python process still uses them.
    fn restore_engine(&mut self, engine: Engine) {
        let replaced = std::mem::replace(&mut self.runtime.engine, engine);
        self.runtime.clock = self.clock.clone();
        for racer in &self.racers {
            let client = &mut self.runtime.clients[racer.client];
            client.cli = None;
            client.python.connections.clear();
        }
        let restored = &mut self.runtime.engine;
        let is_connected = |engine: &Engine, id| engine.server.clients.find_for_reading(id).is_some();
        let tutor = &mut self.runtime.clients[TUTOR];
        tutor.cli = tutor.cli.filter(|&id| is_connected(restored, id));
        tutor.python.connections.retain(|_, connection| {
            if let Some(state) = replaced.server.clients.find_for_reading(connection.client)
                && !is_connected(restored, connection.client)
            {
                connection.client = restored.connect_like(state);
            }
            is_connected(restored, connection.client)
        });
    }

    /// Runs the code that prepares each racer. Once all of it has run, shuts the racers' gates, so that their commands
    /// are held. Always returns true, because the race can advance.
    fn prepare_racers(&mut self) -> bool {
        let mut waiting = self.racers.iter_mut().filter(|racer| !racer.before.is_empty());
        if let Some(racer) = waiting.next() {
            let client = racer.client;
            if !self.runtime.clients[client].is_free() {
                // Code that waits here is stuck, because no other client can wake it before the race. The rest of the
                // code is discarded.
                racer.before.clear();
            } else if let Some(input) = racer.before.pop_front() {
                self.begin_input(client, input);
            }
            self.settle();
            return true;
        }
        if let Some(origin) = &self.origin {
            self.runtime.engine.keyspace = origin.keyspace.clone();
        }
        for racer in &self.racers {
            self.runtime.clients[racer.client].python.gate = Gate::Shut { unasked: Vec::new() };
        }
        self.phase = RacePhase::Racing;
        true
    }

    /// Runs one program up to its next command, or plays a turn. If no racer is ready, or after `MOST_TURNS` turns,
    /// moves the clock or probes the data instead. Returns false if the learner has to choose whose turn is next.
    fn race(&mut self) -> bool {
        for racer in &mut self.racers {
            let client = racer.client;
            if self.runtime.clients[client].is_free()
                && let Some(input) = racer.rest.pop_front_if(|input| matches!(input, Input::Python(_)))
            {
                self.begin_input(client, input);
                self.settle();
                return true;
            }
        }
        let states: Vec<RacerState> = self.racers.iter().map(|racer| self.racer_state(racer)).collect();
        let ready: Vec<usize> = (0..states.len()).filter(|&i| matches!(states[i], RacerState::Ready(_))).collect();
        if ready.is_empty() {
            return self.pass_time() || self.probe();
        }
        if self.order.steps.len() >= MOST_TURNS {
            return self.probe();
        }
        if self.mode == Mode::ByHand {
            let next = self.repeated_picks.pop_front().filter(|next| ready.contains(next));
            next.into_iter().for_each(|next| self.send_turn(next));
            return next.is_some();
        }
        let next = self.search.choose(ready.len());
        self.send_turn(ready[next]);
        true
    }

    /// Moves the clock to the next deadline. Returns false if there is none.
    fn pass_time(&mut self) -> bool {
        let Some(deadline_us) = self.runtime.next_deadline_us() else { return false };
        self.runtime.advance_to(deadline_us);
        self.settle();
        true
    }

    /// Runs the probe of the data after the last turn. Always returns true, because the race can advance.
    fn probe(&mut self) -> bool {
        self.phase = RacePhase::Probing;
        self.found.clear();
        let question = dialect::inputs(self.holds.run.get_ref(), Dialect::Both).into_iter().next();
        if let Some(input) = question {
            self.begin_input(TUTOR, input);
        }
        self.settle();
        true
    }

    /// Records the result of an order of turns, and begins the next order. Returns false if there is no next order.
    fn conclude_order(&mut self) -> bool {
        let Some(answer) = self.found.pop() else { return false };
        let answer = probe_answer(answer);
        self.tally.holds_error = self.tally.holds_error.take().or_else(|| answer.clone().err());
        let shown = answer.ok();
        self.order.holds = shown.as_ref().is_some_and(|shown| shown.is(&self.holds.reply));
        self.order.seen = shown.map(|shown| shown.repr());
        self.phase = RacePhase::Over;
        self.note_length();
        self.tally.orders += 1;
        if !self.order.holds {
            self.tally.bad += 1;
            self.tally.example.get_or_insert_with(|| self.order.clone());
        }
        if self.mode == Mode::EveryOrder && self.search.next() {
            self.tally.cut = self.tally.orders >= MOST_ORDERS;
            if !self.tally.cut {
                self.begin_order();
                return true;
            }
        }
        false
    }

    /// Compares the number of turns in the current order with the shortest and the longest order so far. Keeps the
    /// longest order if their lengths differ.
    fn note_length(&mut self) {
        let turns = self.order.steps.len();
        let longest = self.tally.longest.as_ref().map_or(self.tally.shortest, |order| order.steps.len());
        if self.tally.orders == 0 {
            self.tally.shortest = turns;
        } else if turns > longest {
            self.tally.longest = Some(self.order.clone());
        } else {
            self.tally.shortest = turns.min(self.tally.shortest);
        }
    }
}
