//! The record of the sitting: each command of each client, when it was sent, in which bytes, what came back, and whether
//! it had to wait. `:wire` and `:timeline` read it. The tutor's own client is not in it.
//!
//! Bounded: of long bytes the beginning is kept and the length, and of many commands the last ones. A copy shares its
//! calls with the original, so that `:undo` can keep one for every line.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::lesson::evidence::Traffic;
use redis_engine::client::ClientId;

/// The most commands that are kept.
const MOST_CALLS: usize = 2_000;

/// The most bytes of a command or of an answer that are kept.
const MOST_BYTES: usize = 2 << 10;

/// Bytes that went over the wire: their beginning, and how many they were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kept {
    pub bytes: Vec<u8>,
    pub length: usize,
}

impl Kept {
    fn add(&mut self, bytes: &[u8]) {
        let room = if self.bytes.len() == self.length { MOST_BYTES.saturating_sub(self.length) } else { 0 };
        self.bytes.extend_from_slice(&bytes[..room.min(bytes.len())]);
        self.length += bytes.len();
    }
}

/// A command, and what came of it. A message that answers no command has nothing sent.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub client: String,
    connection: ClientId,
    /// When it was sent, by the session's clock.
    pub at_us: i64,
    /// Commands that were sent before the first answer was fetched share a round trip.
    pub trip: u64,
    pub sent: Kept,
    pub received: Kept,
    pub wait: Option<Wait>,
    /// How many keys had expired since the command before it.
    pub expired: u64,
}

/// A command that could not be answered at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Wait {
    /// When its time is over, if it ever is.
    pub deadline_us: Option<i64>,
    pub end: Option<End>,
}

/// How a wait ended.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub at_us: i64,
    pub by: Cause,
    /// The number of the call that was the last one by then.
    pub after: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    /// A command of this client's.
    Client(String),
    /// Its time was over.
    Time,
    /// The client stopped waiting, or its connection is gone.
    GivenUp,
}

/// All that is on record.
#[derive(Debug, Clone, Default)]
pub(super) struct WireLog {
    calls: VecDeque<Arc<Call>>,
    /// The number of the first call that is kept: they are counted from 0.
    first: u64,
    /// The calls that wait.
    waiting: Vec<u64>,
    /// How many bytes of each connection's unfetched answer are on record.
    seen: HashMap<ClientId, usize>,
    /// The round trip under way on each connection.
    trips: HashMap<ClientId, u64>,
    last_trip: u64,
    expired: u64,
    /// Everything, forgotten calls included.
    pub sums: Traffic,
    /// How far `:wire` has shown it.
    pub shown: super::wire::Shown,
}

impl WireLog {
    /// The number that the next call will have.
    pub fn next(&self) -> u64 {
        self.first + self.calls.len() as u64
    }

    /// The calls from a number on that are kept, with their numbers.
    pub fn from(&self, number: u64) -> impl Iterator<Item = (u64, &Call)> {
        let skipped = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        (self.first.max(number)..).zip(self.calls.iter().skip(skipped).map(|call| &**call))
    }

    pub fn get(&self, number: u64) -> Option<&Call> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.calls.get(index).map(|call| &**call)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Call> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.calls.get_mut(index).map(Arc::make_mut)
    }

    /// A client sends a command. `reply` is what its connection has not fetched yet, `expired` how many keys ever have.
    pub fn sent(&mut self, client: &str, connection: ClientId, bytes: &[u8], reply: &[u8], now: (i64, u64)) {
        let (at_us, expired) = now;
        self.messages(client, connection, reply, at_us);
        let mut sent = Kept::default();
        sent.add(bytes);
        self.sums.commands += 1;
        self.sums.sent += bytes.len();
        let trip = self.trip(connection);
        let expired = expired - std::mem::replace(&mut self.expired, expired).min(expired);
        self.add(Call {
            client: client.to_owned(),
            connection,
            at_us,
            trip,
            sent,
            received: Kept::default(),
            wait: None,
            expired,
        });
    }

    /// The command that was sent last has run. `reply` is what its connection has not fetched yet.
    pub fn ran(&mut self, connection: ClientId, reply: &[u8], wait: Option<Wait>) {
        let seen = self.seen.insert(connection, reply.len()).unwrap_or_default();
        let number = self.next().saturating_sub(1);
        if let Some(call) = self.get_mut(number) {
            call.received.add(reply.get(seen..).unwrap_or_default());
            call.wait = wait;
            if call.wait.is_some() {
                self.waiting.push(number);
            }
        }
    }

    /// Forgets everything but whether it is shown.
    pub fn forget(&mut self) {
        *self = WireLog { shown: self.shown.afresh(), ..WireLog::default() };
    }

    /// Looks which waits are over: `still_waits` tells of a connection, or nothing if it is gone.
    pub fn waits_ended(&mut self, by: &Cause, at_us: i64, still_waits: impl Fn(ClientId) -> Option<bool>) {
        let after = self.next().saturating_sub(1);
        for number in std::mem::take(&mut self.waiting) {
            let Some(connection) = self.get(number).map(|call| call.connection) else { continue };
            let by = match still_waits(connection) {
                Some(true) => {
                    self.waiting.push(number);
                    continue;
                }
                Some(false) => by.clone(),
                None => Cause::GivenUp,
            };
            // Nobody may have looked at the moment when its time was over.
            let deadline_us = self.get(number).and_then(|call| call.wait.as_ref()?.deadline_us);
            let over_us = deadline_us.filter(|_| by == Cause::Time).unwrap_or(at_us).min(at_us);
            let after = after.min(self.last_by(over_us)).max(number);
            if let Some(wait) = self.get_mut(number).and_then(|call| call.wait.as_mut()) {
                wait.end = Some(End { at_us: over_us, by, after });
            }
        }
    }

    /// The number of the last call that was sent by a moment.
    fn last_by(&self, at_us: i64) -> u64 {
        let later = self.calls.iter().rev().take_while(|call| call.at_us > at_us).count();
        self.next().saturating_sub(1 + later as u64)
    }

    /// The numbers of the calls that wait.
    pub fn waiting(&self) -> &[u64] {
        &self.waiting
    }

    /// A client has fetched all that its connection was answered.
    pub fn fetched(&mut self, client: &str, connection: ClientId, reply: &[u8], at_us: i64) {
        self.messages(client, connection, reply, at_us);
        self.seen.remove(&connection);
        self.sums.received += reply.len();
        self.sums.round_trips += usize::from(self.trips.remove(&connection).is_some());
    }

    /// What a connection was answered that no running command has written: it belongs to the one that waited, or to none.
    fn messages(&mut self, client: &str, connection: ClientId, reply: &[u8], at_us: i64) {
        let seen = self.seen.insert(connection, reply.len()).unwrap_or_default();
        let Some(bytes) = reply.get(seen..).filter(|bytes| !bytes.is_empty()) else { return };
        let waited = self.calls.iter().rposition(|call| {
            call.connection == connection && call.received.length == 0 && call.wait.is_some() && call.sent.length > 0
        });
        match waited.and_then(|index| self.calls.get_mut(index)) {
            Some(call) => Arc::make_mut(call).received.add(bytes),
            None => {
                let mut received = Kept::default();
                received.add(bytes);
                let client = client.to_owned();
                let (sent, trip) = (Kept::default(), u64::MAX);
                self.add(Call { client, connection, at_us, trip, sent, received, wait: None, expired: 0 });
            }
        }
    }

    fn trip(&mut self, connection: ClientId) -> u64 {
        let last = &mut self.last_trip;
        *self.trips.entry(connection).or_insert_with(|| {
            *last += 1;
            *last
        })
    }

    fn add(&mut self, call: Call) {
        self.calls.push_back(Arc::new(call));
        if self.calls.len() > MOST_CALLS {
            self.calls.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_commands_are_kept_and_the_beginning_of_long_bytes() {
        let mut record = WireLog::default();
        let connection = ClientId(1);
        let long = vec![b'x'; MOST_BYTES + 100];
        for at_us in 0..MOST_CALLS as i64 + 500 {
            record.sent("main", connection, &long, b"", (at_us, 0));
            record.ran(connection, b"+OK\r\n", None);
            record.fetched("main", connection, b"+OK\r\n", at_us);
        }
        let kept: Vec<_> = record.from(0).collect();
        assert_eq!(kept.len(), MOST_CALLS);
        let (number, call) = kept[0];
        assert_eq!((number, call.at_us), (500, 500), "the first ones are forgotten");
        assert_eq!((call.sent.bytes.len(), call.sent.length), (MOST_BYTES, long.len()));
        assert_eq!(call.received.bytes, b"+OK\r\n");
        assert_eq!(record.sums.commands, MOST_CALLS + 500, "sums forget nothing");
        assert_eq!(record.sums.sent, (MOST_CALLS + 500) * long.len());
    }

    #[test]
    fn what_nobody_asked_for_is_a_message_and_a_late_answer_belongs_to_who_waited() {
        let mut record = WireLog::default();
        let connection = ClientId(1);
        record.sent("main", connection, b"*1", b"", (0, 0));
        record.ran(connection, b"", Some(Wait::default()));
        record.waits_ended(&Cause::Client("phone".into()), 7, |_| Some(false));
        record.fetched("main", connection, b":1\r\n", 9);
        record.fetched("main", connection, b">1\r\n", 11);
        let calls: Vec<_> = record.from(0).map(|(_, call)| call.clone()).collect();
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].received.bytes, b":1\r\n");
        let end = calls[0].wait.as_ref().and_then(|wait| wait.end.clone()).expect("it is over");
        assert_eq!((end.at_us, end.by), (7, Cause::Client("phone".into())));
        assert_eq!((calls[1].sent.length, calls[1].received.bytes.as_slice()), (0, &b">1\r\n"[..]));
    }

    #[test]
    fn a_wait_that_ended_unseen_stands_before_what_came_after_its_time() {
        let mut record = WireLog::default();
        record.sent("main", ClientId(1), b"*1", b"", (0, 0));
        record.ran(ClientId(1), b"", Some(Wait { deadline_us: Some(5), end: None }));
        for at_us in [3, 5, 7] {
            record.sent("phone", ClientId(2), b"*1", b"", (at_us, 0));
            record.ran(ClientId(2), b"+OK\r\n", None);
        }
        record.waits_ended(&Cause::Time, 9, |_| Some(false));
        let end = record.get(0).and_then(|call| call.wait.as_ref()?.end.as_ref()).expect("it is over");
        assert_eq!((end.at_us, end.after), (5, 2));
    }

    #[test]
    fn a_wait_ends_when_its_time_is_over_however_late_that_is_seen() {
        for (by, ends_us) in [(Cause::Time, 5), (Cause::Client("phone".into()), 9), (Cause::GivenUp, 9)] {
            let mut record = WireLog::default();
            record.sent("main", ClientId(1), b"*1", b"", (0, 0));
            record.ran(ClientId(1), b"", Some(Wait { deadline_us: Some(5), end: None }));
            record.waits_ended(&by, 9, |_| (by != Cause::GivenUp).then_some(false));
            let end = record.get(0).and_then(|call| call.wait.as_ref()?.end.as_ref()).map(|end| end.at_us);
            assert_eq!(end, Some(ends_us), "{by:?}");
        }
    }
}
