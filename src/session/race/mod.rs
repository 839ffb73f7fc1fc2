//! A race: programs of several clients, each stopped before every command, and played in one order after the other.
//!
//! It is a sitting of its own, with the racers as its clients, a copy of the data, and nobody watching. Each order begins
//! with the same data, the same time and fresh variables; the Python children are kept from one order to the next. A step of a
//! race is one round trip: a command, or a pipeline with all that it sends at once. Time stands still, but when everybody waits.

mod definitions;
pub mod gate;
mod lead;
mod search;
mod wording;

pub use lead::{Races, every_order_expected, plans_of_compare, race_expected};

use std::collections::VecDeque;

use super::client::Client;
use super::clock::Clock;
use super::dialect::{self, Dialect, Input};
use super::event::{Effect, Event, Need};
use super::{Options, Session, TUTOR, lead::answer_of};
use crate::lesson::evidence::{DisplayedValue, Submission};
use crate::lesson::format::Probe;
use crate::lesson::judge::{code, is_said};
use crate::lesson::raced::{Order, ProgramError, RaceResult, Turn};
use gate::Gate;
use python_kernel::frame::ToChild;
use redis_engine::Engine;
use search::Search;

/// The most orders that are played.
const MOST_ORDERS: usize = 400;

/// The most turns of an order: whoever retries for ever would never come to its end.
const MOST_TURNS: usize = 60;

/// Each race's children have numbers of their own, from a multiple of this on.
const CHILDREN_OF_A_RACE: u32 = 1 << 20;

/// Gives a Python that has run something fresh variables.
const FRESH: &str = "if True:
    for _name in [name for name in globals() if not name.startswith('__')]:
        del globals()[_name]
    del _name
    import redis
    r = redis.Redis()
";

/// Who races, and for what.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the tutor runs once, before all orders.
    pub start: Option<String>,
    pub racers: Vec<Entrant>,
    pub holds: Probe,
}

/// A client, and what it runs.
#[derive(Debug, Clone)]
pub struct Entrant {
    pub name: String,
    /// What it runs before the race, of which nothing stays but its variables.
    pub before: Vec<String>,
    pub program: Vec<String>,
}

/// A race under way.
#[derive(Debug)]
pub struct Race {
    /// Where the racers sit.
    session: Session,
    racers: Vec<Racer>,
    holds: Probe,
    /// What is still to be run before all orders.
    start: VecDeque<Input>,
    start_error: Option<ProgramError>,
    /// The data with which each order begins, and the time.
    origin: Option<Box<Engine>>,
    clock: Clock,
    phase: RacePhase,
    mode: Mode,
    search: Search,
    /// By hand: whose turns were taken in this order.
    picks: Vec<usize>,
    /// Of those, the ones that are to be taken again.
    again: VecDeque<usize>,
    order: Order,
    tally: RaceResult,
    effects: Vec<Effect>,
    found: Vec<Submission>,
}

#[derive(Debug)]
struct Racer {
    who: usize,
    entrant: Entrant,
    /// What it has still to run before the race, and in it.
    before: VecDeque<Input>,
    rest: VecDeque<Input>,
    /// Where its last turn stands in the order.
    last: Option<usize>,
    /// What it sent then.
    sent: Vec<Vec<Vec<u8>>>,
}

/// What a race is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RacePhase {
    /// The data is being prepared.
    Starting,
    /// The racers are.
    Preparing,
    Racing,
    /// The data is asked what came of it.
    Asking,
    /// An order, or all of them, came to its end.
    Over,
}

/// Who says whose turn is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    ByHand,
    EveryOrder,
}

/// How a racer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RacerState {
    /// It would send this.
    Ready(String),
    /// It waits for this, in Markdown.
    Waits(String),
    Done,
}

impl Race {
    /// A race on a copy of the data. `number` tells it from all other races of the session.
    pub fn new(plan: Plan, engine: Engine, clock: Clock, seed: u64, number: u32) -> Self {
        let mut session = Session::new(Options {
            seed,
            start_us: clock.now_us(),
            dialect: Dialect::Both,
            library: Default::default(),
            progress: Default::default(),
        });
        session.last_child = number.saturating_mul(CHILDREN_OF_A_RACE);
        session.engine = engine;
        session.clock = clock.clone();
        session.clients.truncate(TUTOR + 1);
        let mut racers = Vec::new();
        for entrant in plan.racers {
            session.clients.push(Client::new(&entrant.name, true));
            racers.push(Racer {
                who: session.clients.len() - 1,
                entrant,
                before: VecDeque::new(),
                rest: VecDeque::new(),
                last: None,
                sent: Vec::new(),
            });
        }
        // The tutor's connection must stand before the data is copied, or it would be gone with each order.
        let start = std::iter::once("r.ping()".to_owned()).chain(plan.start);
        let names = racers.iter().map(|racer| racer.entrant.name.clone()).collect();
        Race {
            session,
            racers,
            holds: plan.holds,
            start: start.flat_map(|text| dialect::inputs(&text, Dialect::Both)).collect(),
            start_error: None,
            origin: None,
            clock,
            phase: RacePhase::Starting,
            mode: Mode::ByHand,
            search: Search::default(),
            picks: Vec::new(),
            again: VecDeque::new(),
            order: Order::default(),
            tally: RaceResult { names, ..RaceResult::default() },
            effects: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Begins: an order that is taken by hand, or every order.
    pub fn begin(&mut self, mode: Mode) {
        self.mode = mode;
        self.search = Search::default();
        let names = std::mem::take(&mut self.tally.names);
        self.tally = RaceResult { names, start_error: self.start_error.clone(), ..RaceResult::default() };
        if self.phase != RacePhase::Starting {
            self.begin_order();
        }
        self.go_on();
    }

    /// Whether a child of this number is a race's.
    pub fn owns(child: super::event::ChildId) -> bool {
        child.0 >= CHILDREN_OF_A_RACE
    }

    pub fn hears(&mut self, event: Event) {
        if let Event::ChildGone(child) = &event
            && let Some(who) = self.session.clients.iter().position(|client| client.python.child == Some(*child))
        {
            // What it ran is not run again: its program ends here.
            self.session.clients[who].python.journal = Default::default();
            self.racers.iter_mut().filter(|racer| racer.who == who).for_each(|racer| racer.rest.clear());
        }
        match event {
            Event::Frame { child, thread, frame } => self.session.heard_from_child(child, thread, frame),
            Event::ChildGone(child) => self.session.child_gone(child),
            // A thread that waits for another's lock is told by its silence.
            _ => {
                self.session.end_turn_of_who_waits();
            }
        }
        self.session.settle();
        self.go_on();
    }

    /// What it waits for, while a program runs.
    pub fn need(&self) -> Option<Need> {
        let child = self.session.turn.and_then(|who| self.session.clients[who].python.child)?;
        let Need::Frame { deadline_us, .. } = self.session.need() else { return None };
        Some(Need::Frame { child, deadline_us })
    }

    pub fn is_busy(&self) -> bool {
        self.session.turn.is_some()
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

    /// The order that is played, so far.
    pub fn order(&self) -> &Order {
        &self.order
    }

    pub fn tally(&self) -> &RaceResult {
        &self.tally
    }

    /// How each racer stands, with its name.
    pub fn stands(&self) -> Vec<(&str, RacerState)> {
        self.racers.iter().map(|racer| (racer.entrant.name.as_str(), self.stand(racer))).collect()
    }

    /// Gives a racer its turn, if it has something to send.
    pub fn take(&mut self, index: usize) {
        if let Some(RacerState::Ready(_)) = self.racers.get(index).map(|racer| self.stand(racer)) {
            if self.order.steps.is_empty() {
                self.picks.clear();
            }
            self.picks.push(index);
            self.turn_of(index);
            self.go_on();
        }
    }

    /// Takes the last turn back that was taken by hand: plays this order anew, up to it. False if there is none.
    pub fn take_back(&mut self) -> bool {
        let was_taken = self.picks.pop().is_some();
        if was_taken {
            self.again = self.picks.iter().copied().collect();
            self.begin(Mode::ByHand);
        }
        was_taken
    }

    /// Nobody's turn can be taken back any more.
    pub fn forget_turns(&mut self) {
        self.picks.clear();
    }

    /// Ends all children.
    pub fn end(&mut self) {
        let children: Vec<_> = self.session.children().map(Effect::Kill).collect();
        self.effects.extend(children);
        self.session.turn = None;
        self.phase = RacePhase::Over;
    }

    /// Moves on until a child has to speak, or somebody has to say whose turn it is.
    fn go_on(&mut self) {
        loop {
            self.collect();
            if self.session.turn.is_some() {
                return;
            }
            let moved = match self.phase {
                RacePhase::Starting => self.prepare_data(),
                RacePhase::Preparing => self.prepare_racers(),
                RacePhase::Racing => self.race_on(),
                RacePhase::Asking => self.conclude_order(),
                RacePhase::Over => false,
            };
            if !moved {
                return;
            }
        }
    }

    /// Hands on what concerns the children, and keeps what racers got.
    fn collect(&mut self) {
        for effect in self.session.take_effects() {
            match effect {
                Effect::Send { child, thread, frame } => {
                    if let (RacePhase::Racing, ToChild::Received { data }) = (self.phase, &frame)
                        && let Some(index) = self.racer_of(|client| client.python.child == Some(child))
                    {
                        self.got(index, wording::replies(&self.racers[index].sent, data));
                    }
                    self.effects.push(Effect::Send { child, thread, frame });
                }
                Effect::Spawn(_) | Effect::Kill(_) | Effect::Interrupt(_) => self.effects.push(effect),
                Effect::Finished(submission) => self.finished(&submission),
                Effect::Unseen(submission) => self.found.push(*submission),
                _ => {}
            }
        }
    }

    fn racer_of(&self, is_it: impl Fn(&Client) -> bool) -> Option<usize> {
        self.racers.iter().position(|racer| is_it(&self.session.clients[racer.who]))
    }

    fn prepare_data(&mut self) -> bool {
        if let Some(submission) = self.found.pop() {
            self.start_error = self.start_error.take().or_else(|| ended(&submission));
            self.tally.start_error.clone_from(&self.start_error);
        }
        match self.start.pop_front() {
            Some(input) => self.session.begin(TUTOR, input),
            None => {
                self.origin = Some(Box::new(self.session.engine.clone()));
                self.begin_order();
            }
        }
        self.session.settle();
        true
    }

    /// Everything as it was before the first order.
    fn begin_order(&mut self) {
        let Some(origin) = &self.origin else { return };
        for racer in &mut self.racers {
            let client = &mut self.session.clients[racer.who];
            let is_at_rest = client.is_free() && matches!(client.python.gate, Gate::Open | Gate::Shut { .. });
            if !is_at_rest {
                self.effects.extend(client.python.child.map(Effect::Kill));
                client.work = None;
                self.session.forget_child(racer.who);
            }
            let client = &mut self.session.clients[racer.who];
            client.cli = None;
            client.python.connections.clear();
            client.python.asks.clear();
            client.python.gate = Gate::Open;
            client.python.journal = Default::default();
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
            racer.last = None;
        }
        self.session.turn = None;
        self.session.finished.clear();
        self.session.engine = (**origin).clone();
        self.session.clock = self.clock.clone();
        self.found.clear();
        self.search.begin();
        self.order = Order::default();
        self.phase = RacePhase::Preparing;
    }

    fn prepare_racers(&mut self) -> bool {
        let mut waiting = self.racers.iter_mut().filter(|racer| !racer.before.is_empty());
        if let Some(racer) = waiting.next() {
            let who = racer.who;
            if self.session.clients[who].is_free() {
                let next = racer.before.pop_front();
                next.into_iter().for_each(|input| self.session.begin(who, input));
            } else {
                // Nothing that waits has a place before a race.
                racer.before.clear();
            }
            self.session.settle();
            return true;
        }
        if let Some(origin) = &self.origin {
            self.session.engine.keyspace = origin.keyspace.clone();
        }
        for racer in &self.racers {
            self.session.clients[racer.who].python.gate = Gate::Shut { unasked: Vec::new() };
        }
        self.phase = RacePhase::Racing;
        true
    }

    /// Lets programs run to their next command, then gives a turn, if it is not the learner's to give.
    fn race_on(&mut self) -> bool {
        for racer in &mut self.racers {
            if self.session.clients[racer.who].is_free() && matches!(racer.rest.front(), Some(Input::Python(_))) {
                let next = racer.rest.pop_front();
                next.into_iter().for_each(|input| self.session.begin(racer.who, input));
                self.session.settle();
                return true;
            }
        }
        let stands: Vec<RacerState> = self.racers.iter().map(|racer| self.stand(racer)).collect();
        let able: Vec<usize> = (0..stands.len()).filter(|&i| matches!(stands[i], RacerState::Ready(_))).collect();
        if able.is_empty() {
            return self.pass_time() || self.ask();
        }
        if self.order.steps.len() >= MOST_TURNS {
            return self.ask();
        }
        if self.mode == Mode::ByHand {
            let next = self.again.pop_front().filter(|next| able.contains(next));
            next.into_iter().for_each(|next| self.turn_of(next));
            return next.is_some();
        }
        let next = self.search.choose(able.len());
        self.turn_of(able[next]);
        true
    }

    /// Nobody can go on: the time does, to the next moment that somebody waits for.
    fn pass_time(&mut self) -> bool {
        let Some(deadline_us) = self.session.next_deadline_us() else { return false };
        self.session.clock.advance_to(deadline_us);
        let now_us = self.session.clock.now_us();
        self.session.engine.advance(now_us);
        self.session.settle();
        true
    }

    fn ask(&mut self) -> bool {
        self.phase = RacePhase::Asking;
        self.found.clear();
        let question = dialect::inputs(self.holds.run.get_ref(), Dialect::Both).into_iter().next();
        question.into_iter().for_each(|input| self.session.begin(TUTOR, input));
        self.session.settle();
        true
    }

    fn conclude_order(&mut self) -> bool {
        let Some(answer) = self.found.pop() else { return false };
        let answer = answer_of(answer);
        self.tally.holds_error = self.tally.holds_error.take().or_else(|| answer.clone().err());
        let shown = answer.ok();
        self.order.holds = is_said(&self.holds, shown.as_ref());
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

    /// Keeps the longest order, where there are shorter ones.
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

    fn stand(&self, racer: &Racer) -> RacerState {
        let client = &self.session.clients[racer.who];
        if let Gate::Holds(held) = &client.python.gate {
            return RacerState::Ready(wording::commands(&held.commands()));
        }
        if !client.is_free() {
            let connections = client.python.connections.values().map(|c| c.client).chain(client.cli);
            let mut waits = connections.filter_map(|id| self.session.engine.server.blocking.get(id));
            let keys = waits.next().map(|wait| code(&wording::words(&wait.keys)));
            return RacerState::Waits(keys.unwrap_or_else(|| "time to pass".into()));
        }
        match racer.rest.front() {
            Some(input) => RacerState::Ready(input.text().to_owned()),
            None => RacerState::Done,
        }
    }

    fn turn_of(&mut self, index: usize) {
        let racer = &mut self.racers[index];
        let who = racer.who;
        racer.last = Some(self.order.steps.len());
        if let Gate::Holds(held) = &self.session.clients[who].python.gate {
            let commands = held.commands();
            self.order.steps.push(Turn { who: index, sent: wording::commands(&commands), got: String::new() });
            if index == 0 && self.tally.orders == 0 {
                self.tally.commands.extend(commands.iter().cloned());
            }
            self.racers[index].sent = commands;
            self.session.let_through(who);
        } else if let Some(input) = racer.rest.pop_front() {
            self.order.steps.push(Turn { who: index, sent: input.text().to_owned(), got: String::new() });
            self.session.begin_cli(who, input.text());
        }
        self.session.settle();
    }

    /// A racer was answered: to its last turn, or by another's, if that came after.
    fn got(&mut self, index: usize, text: String) {
        let last = self.racers[index].last.unwrap_or(self.order.steps.len());
        // Those whom its command woke may have been heard before it.
        let nobody_sent_since = self.order.steps.iter().skip(last + 1).all(|step| step.sent.is_empty());
        match self.order.steps.get_mut(last) {
            Some(step) if step.got.is_empty() && nobody_sent_since => step.got = text,
            _ => self.order.steps.push(Turn { who: index, sent: String::new(), got: text }),
        }
    }

    /// Something of a racer's has run.
    fn finished(&mut self, submission: &Submission) {
        let Some(index) = self.racer_of(|client| client.name == submission.client) else { return };
        // What is run before the race was run by the learner already, without an error that would count here.
        if self.phase != RacePhase::Racing {
            return;
        }
        self.tally.error = self.tally.error.take().or_else(|| ended(submission));
        let is_cli = !submission.commands.is_empty() && submission.error.as_ref().is_none_or(|e| e.class.is_empty());
        match (&submission.error, &submission.value) {
            (Some(error), _) if error.class.is_empty() => self.got(index, error.message.clone()),
            (Some(error), _) => {
                // A program ends with its first error.
                self.racers[index].rest.clear();
                let class = error.class.rsplit('.').next().unwrap_or_default();
                let text = format!("ends: {class}: {}", error.message);
                self.order.steps.push(Turn { who: index, sent: String::new(), got: text });
            }
            (None, Some(DisplayedValue::Cli(reply))) if is_cli => {
                if index == 0 && self.tally.orders == 0 {
                    self.tally.commands.extend(submission.commands.iter().cloned());
                }
                self.got(index, wording::reply(submission.commands.last(), reply));
            }
            _ => {}
        }
    }
}

/// How a submission ended, if it was with an error.
fn ended(submission: &Submission) -> Option<ProgramError> {
    let error = submission.error.clone()?;
    Some(ProgramError { who: submission.client.clone(), line: submission.source.clone(), error })
}
