//! `:wire`: the bytes of each command in both directions, with what they mean, and their sums.

use super::event::Show;
use super::wire_log::{Call, Cause, Wait, WireLog};
use super::{Session, TUTOR};
pub use crate::lesson::evidence::Traffic;
use crate::lesson::judge::code;
use crate::markup::Role;
use redis_engine::client::ClientId;
use redis_engine::commands;
use redis_engine::resp::anatomy;
pub use redis_engine::resp::anatomy::{Part, counted};
use redis_engine::resp::value::{self, Value};

/// The most round trips of a submission, and the most commands of a round trip, that are shown: the first ones and the last.
const MOST_SHOWN: usize = 5;

/// What went over the wire since it was last shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    pub items: Vec<Item>,
    /// All of it.
    pub sum: Traffic,
    /// All since the beginning.
    pub so_far: Traffic,
}

/// A part of what went over the wire.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// From a client to Redis: a command, or several at once.
    Out { client: String, commands: usize, bytes: usize, parts: Vec<Part> },
    /// From Redis to a client.
    In { client: String, bytes: usize, parts: Vec<Part>, how: Option<String> },
    /// A client gets no answer any more: why.
    Unanswered { client: String, how: String },
    /// A client got no answer yet.
    Waits { client: String, command: String },
    /// Round trips that are counted only.
    More(Traffic),
}

/// How far the record was shown, and whether it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    is_on: bool,
    /// The first call that was not shown.
    next: u64,
    /// Those that were shown while they waited.
    waiting: Vec<u64>,
}

impl Shown {
    /// All of a record is shown, but for the answers to those who wait.
    pub fn up_to(&self, record: &WireLog) -> Self {
        Shown { is_on: self.is_on, next: record.next(), waiting: record.waiting().to_vec() }
    }

    /// Nothing was shown yet of what is to come.
    pub fn afresh(&self) -> Self {
        Shown { is_on: self.is_on, ..Shown::default() }
    }
}

impl Session {
    /// Runs a client's command, and records it. `bytes` are those on the wire.
    pub(super) fn execute(&mut self, who: Option<usize>, connection: ClientId, argv: &[&[u8]], bytes: &[u8]) {
        let now_us = self.clock.now_us();
        let unfetched = self.engine.server.clients.get(connection).reply.as_bytes().len();
        self.execute_on_record(who, connection, argv, bytes, now_us);
        let reply = self.engine.server.clients.find(connection).map(|client| client.reply.as_bytes());
        if reply.and_then(|reply| reply.get(unfetched..)).is_some_and(|reply| reply.starts_with(b"-"))
            && let Some(work) = who.and_then(|who| self.clients[who].work.as_mut())
        {
            work.submission.refused.extend(work.submission.commands.len().checked_sub(1));
        }
    }

    fn execute_on_record(
        &mut self,
        who: Option<usize>,
        connection: ClientId,
        argv: &[&[u8]],
        bytes: &[u8],
        now_us: i64,
    ) {
        let Some(who) = who.filter(|&who| self.is_recorded(who)) else {
            return self.engine.execute(connection, argv, now_us);
        };
        let reply = self.engine.server.clients.get(connection).reply.as_bytes();
        let expired = self.engine.keyspace.stats.expired_keys;
        self.record.sent(&self.clients[who].name, connection, bytes, reply, (now_us, expired));
        self.engine.execute(connection, argv, now_us);
        let wait = self.engine.server.blocking.get(connection);
        let wait = wait.map(|wait| Wait { deadline_us: wait.deadline.map(|ms| ms.saturating_mul(1000)), end: None });
        self.record.ran(connection, self.engine.server.clients.get(connection).reply.as_bytes(), wait);
        if !self.record.waiting().is_empty() {
            let by = Cause::Client(self.clients[who].name.clone());
            self.record_ends(&by, Some(connection));
        }
    }

    /// Whether a client's commands are on record: nobody can look at those of a program's script.
    fn is_recorded(&self, who: usize) -> bool {
        who != TUTOR && !self.script.is_silent() && !self.shows_all
    }

    /// Notes which waits are over, and what ended them. `running` is the connection whose command has just run, if any.
    pub(super) fn record_ends(&mut self, by: &Cause, running: Option<ClientId>) {
        let (clients, blocking) = (&self.clients, &self.engine.server.blocking);
        let still_waits = |connection: ClientId| {
            let is_open = running == Some(connection) || clients.iter().any(|client| client.has_connection(connection));
            is_open.then(|| blocking.get(connection).is_some())
        };
        self.record.waits_ended(by, self.clock.now_us(), still_waits);
    }

    /// Ends a connection of a client's, which is none of its own any more: if it waited, it has given up.
    pub(super) fn hang_up(&mut self, connection: ClientId) {
        self.engine.disconnect(connection);
        if !self.record.waiting().is_empty() {
            self.record_ends(&Cause::Time, None);
        }
    }

    /// A client fetches all that its connection was answered.
    pub(super) fn record_fetched(&mut self, who: usize, connection: ClientId, reply: &[u8]) {
        if self.is_recorded(who) {
            if !self.record.waiting().is_empty() {
                self.record_ends(&Cause::Time, None);
            }
            self.record.fetched(&self.clients[who].name, connection, reply, self.clock.now_us());
        }
    }

    /// `:wire`, `:wire on`, `:wire off`.
    pub(super) fn wire(&mut self, how: &str) {
        match how {
            "on" => {
                self.record.shown = Shown { is_on: true, ..Shown::default() }.up_to(&self.record);
                self.say(
                    Role::Muted,
                    "From here on, each command's bytes are shown, out and in. Each line of the protocol ends with two \
                     more bytes, `\\r\\n`, which are counted and not shown. `:wire off` ends it.",
                );
            }
            "off" => {
                self.record.shown.is_on = false;
                self.say(Role::Muted, "The bytes are not shown any more.");
            }
            "" => {
                let state =
                    if self.record.shown.is_on { "on: `:wire off` ends it" } else { "off: `:wire on` shows the bytes" };
                let sums = self.record.sums;
                self.say(
                    Role::Plain,
                    &format!(
                        "The wire is {state}. So far: {}, {}, {} out, {} in.",
                        counted(sums.commands, "command"),
                        counted(sums.round_trips, "round trip"),
                        counted(sums.sent, "byte"),
                        counted(sums.received, "byte")
                    ),
                );
            }
            other => self.say(
                Role::Error,
                &format!("{} is neither on nor off. Type `:wire on`, `:wire off`, or `:wire` alone.", code(other)),
            ),
        }
    }

    /// Shows what went over the wire since the last time, if that is wanted. False if there was nothing.
    pub(super) fn show_wire(&mut self) -> bool {
        if !self.record.shown.is_on || self.script.is_silent() {
            return false;
        }
        let ended: Vec<u64> =
            self.record.shown.waiting.iter().copied().filter(|&n| is_over(self.record.get(n))).collect();
        let still_waiting = self.record.shown.waiting.iter().copied().filter(|number| !ended.contains(number));
        let still_waiting: Vec<u64> = still_waiting.collect();
        let first = self.record.shown.next;
        if ended.is_empty() && self.record.next() <= first {
            return false;
        }
        let mut wire = Wire { items: Vec::new(), sum: Traffic::default(), so_far: self.record.sums };
        for call in ended.iter().filter_map(|&number| self.record.get(number)) {
            wire.answer(&[call]);
        }
        let calls: Vec<(u64, &Call)> = self.record.from(first).collect();
        let trips: Vec<&[(u64, &Call)]> = calls.chunk_by(|a, b| a.1.trip == b.1.trip).collect();
        let hidden = hidden(trips.len());
        for (index, trip) in trips.iter().enumerate() {
            let calls: Vec<&Call> = trip.iter().map(|(_, call)| *call).collect();
            if hidden.contains(&index) {
                let sum = sum(&calls);
                wire.add(sum);
                match wire.items.last_mut() {
                    Some(Item::More(more)) => *more = together(*more, sum),
                    _ => wire.items.push(Item::More(sum)),
                }
            } else {
                wire.ask(&calls);
                wire.answer(&calls);
            }
        }
        let waiting = calls.iter().filter(|(_, call)| !is_over(Some(call))).map(|(number, _)| *number);
        self.record.shown.waiting = waiting.chain(still_waiting).collect();
        self.record.shown.next = self.record.next();
        self.effects.push(super::event::Effect::Show(Show::Wire(wire)));
        true
    }
}

/// Whether a call does not wait any more.
fn is_over(call: Option<&Call>) -> bool {
    call.and_then(|call| call.wait.as_ref()).is_none_or(|wait| wait.end.is_some())
}

/// Those in the middle of so many, if there are too many.
fn hidden(number: usize) -> std::ops::Range<usize> {
    if number > MOST_SHOWN { MOST_SHOWN - 2..number - 1 } else { 0..0 }
}

fn together(a: Traffic, b: Traffic) -> Traffic {
    Traffic {
        commands: a.commands + b.commands,
        round_trips: a.round_trips + b.round_trips,
        sent: a.sent + b.sent,
        received: a.received + b.received,
    }
}

/// What a round trip's calls took.
fn sum(calls: &[&Call]) -> Traffic {
    let received = calls.iter().map(|call| call.received.length).sum();
    let commands = calls.iter().filter(|call| call.sent.length > 0).count();
    Traffic {
        commands,
        round_trips: usize::from(commands > 0 && received > 0),
        sent: calls.iter().map(|call| call.sent.length).sum(),
        received,
    }
}

impl Wire {
    fn add(&mut self, traffic: Traffic) {
        self.sum = together(self.sum, traffic);
    }

    /// What one round trip sent.
    fn ask(&mut self, calls: &[&Call]) {
        let sum = sum(calls);
        if sum.commands > 0 {
            self.add(Traffic { received: 0, round_trips: 0, ..sum });
            let parts = folded(calls, "command", sent_parts);
            let client = calls[0].client.clone();
            self.items.push(Item::Out { client, commands: sum.commands, bytes: sum.sent, parts });
        }
    }

    /// What one round trip was answered.
    fn answer(&mut self, calls: &[&Call]) {
        let Some(first) = calls.first() else { return };
        let client = first.client.clone();
        if let Some(call) = calls.iter().find(|call| !is_over(Some(call))) {
            let command = words(call).first().map(|word| String::from_utf8_lossy(word).to_uppercase());
            return self.items.push(Item::Waits { client, command: command.unwrap_or_default() });
        }
        let gave_up = |call: &&&Call| {
            call.wait.as_ref().and_then(|wait| wait.end.as_ref()).is_some_and(|end| end.by == Cause::GivenUp)
        };
        if let Some(how) = calls.iter().find(gave_up).and_then(|call| how_it_ended(call)) {
            return self.items.push(Item::Unanswered { client, how });
        }
        let sum = sum(calls);
        self.add(Traffic { commands: 0, sent: 0, ..sum });
        let parts = folded(calls, "answer", |call| anatomy::parts(&call.received.bytes, call.received.length));
        let how = calls.iter().find_map(|call| how_it_ended(call));
        let how = how.or_else(|| (sum.commands == 0).then(|| "a message, which answers no command".into()));
        self.items.push(Item::In { client, bytes: sum.received, parts, how });
    }
}

/// The parts of all calls, or of the first ones and the last.
fn folded(calls: &[&Call], noun: &str, parts: impl Fn(&Call) -> Vec<Part>) -> Vec<Part> {
    let hidden = hidden(calls.len());
    let mut all = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        if !hidden.contains(&index) {
            all.extend(parts(call));
        } else if index == hidden.start {
            all.push(Part { depth: 0, raw: "…".into(), meaning: counted(hidden.len(), &format!("more {noun}")) });
        }
    }
    all
}

/// How a call that had to wait was answered, and after how long.
fn how_it_ended(call: &Call) -> Option<String> {
    let end = call.wait.as_ref()?.end.as_ref()?;
    let after = seconds(end.at_us - call.at_us);
    Some(match &end.by {
        Cause::Client(name) => format!("after {after}, woken by {name}"),
        Cause::Time => format!("after {after}, its time was over"),
        Cause::GivenUp => format!("the client gave up after {after}"),
    })
}

/// A span of time, for people: `0.25 s`, `12 s`.
pub(super) fn seconds(us: i64) -> String {
    let ms = us.max(0) / 1000;
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The words of a command, as far as they are kept.
pub(super) fn words(call: &Call) -> Vec<Vec<u8>> {
    if let Ok(Some((Value::Array(words), _))) = value::parse(&call.sent.bytes) {
        let word = |word| if let Value::Bulk(bytes) = word { bytes } else { Vec::new() };
        return words.into_iter().map(word).collect();
    }
    // A long command is kept by its beginning: every other line is a word.
    let lines = call.sent.bytes.split(|&byte| byte == b'\n').skip(2).step_by(2);
    lines.map(|line| line.trim_ascii_end().to_vec()).filter(|line| !line.is_empty()).collect()
}

/// The parts of a command: which word is what.
fn sent_parts(call: &Call) -> Vec<Part> {
    let mut parts = anatomy::parts(&call.sent.bytes, call.sent.length);
    let words = words(call);
    let named: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let Ok(command) = commands::find(&named) else { return parts };
    let count = |at: usize| words.get(at).and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
    let keys = command.keys.positions(words.len(), count);
    let name_words = command.name.split(' ').count();
    // The first part announces the array; its elements follow, one part each, as far as they are told.
    for (index, part) in parts.iter_mut().skip(1).take_while(|part| part.raw.starts_with('$')).enumerate() {
        let what = if index < name_words {
            "the command"
        } else if keys.contains(&index) {
            "a key"
        } else {
            continue;
        };
        part.meaning = format!("{}, {what}", part.meaning);
    }
    parts
}
