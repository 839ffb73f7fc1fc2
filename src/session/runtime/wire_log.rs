//! The wire log, which `:wire` and `:timeline` show: each client's commands, with their time, their bytes, their
//! replies, and whether they had to wait. The commands of the tutor's own client are not recorded.
//!
//! The log is bounded. It keeps only the latest commands, and of each command only the first bytes and the length. A
//! copy of the log shares its calls with the original, so `:undo` can keep a copy for each line.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::lesson::evidence::{Exchange, Traffic};
use redis_engine::client::ClientId;
use redis_engine::resp;

/// Maximum number of calls (commands and messages) that the log keeps.
const MOST_CALLS: usize = 2_000;

/// Maximum number of bytes that the log keeps of each command and of each reply.
const MOST_BYTES: usize = 2 << 10;

/// Logged bytes, of which only the first ones are kept, and their total length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoggedBytes {
    pub bytes: Vec<u8>,
    pub length: usize,
}

impl LoggedBytes {
    fn add(&mut self, bytes: &[u8]) {
        let room = if self.bytes.len() == self.length { MOST_BYTES.saturating_sub(self.length) } else { 0 };
        self.bytes.extend_from_slice(&bytes[..room.min(bytes.len())]);
        self.length += bytes.len();
    }
}

/// A command with its reply, or a message that Redis sent on its own. For a message, `sent` is empty.
#[derive(Debug, Clone)]
pub struct Call {
    pub client: String,
    connection: ClientId,
    /// The time on the session's clock when the command was sent, in microseconds since 1970.
    pub at_us: i64,
    /// The number of the command's round trip. It is the same for commands that were sent before the first reply was
    /// fetched.
    pub trip: u64,
    pub sent: LoggedBytes,
    pub received: LoggedBytes,
    pub wait: Option<Wait>,
    /// Number of keys that expired between the previous command and this one.
    pub expired: u64,
}

/// The wait of a command that was not answered immediately.
#[derive(Debug, Clone, Default)]
pub struct Wait {
    /// The time at which the command times out, in microseconds since 1970, or `None` if it has no timeout.
    pub deadline_us: Option<i64>,
    pub end: Option<WaitEnd>,
}

/// When and why a wait ended.
#[derive(Debug, Clone)]
pub struct WaitEnd {
    pub at_us: i64,
    pub by: Cause,
    /// The number of the last call that had been sent when the wait ended.
    pub after: u64,
}

/// The reason why a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A command from another client, which has this name, ended the wait.
    Client(String),
    /// The command timed out.
    Time,
    /// The waiting client gave up, or its connection was closed.
    GivenUp,
}

/// A log of calls, which keeps only the latest of them.
#[derive(Debug, Clone, Default)]
pub struct WireLog {
    calls: VecDeque<Arc<Call>>,
    /// The number of the oldest call that is kept. Calls are numbered from 0.
    first: u64,
    /// The numbers of the calls whose clients are still waiting for a reply.
    waiting: Vec<u64>,
    /// For each connection, how many of the unfetched reply bytes have been logged.
    logged: HashMap<ClientId, usize>,
    /// The number of each connection's current round trip.
    trips: HashMap<ClientId, u64>,
    last_trip: u64,
    expired: u64,
    /// The traffic of all calls, including those that are no longer kept.
    pub sums: Traffic,
}

impl WireLog {
    /// Returns the number that the next call will get.
    pub fn next(&self) -> u64 {
        self.first + self.calls.len() as u64
    }

    /// Iterates over the calls that are still kept, from the given number on. Yields each call with its number.
    pub fn from(&self, number: u64) -> impl Iterator<Item = (u64, &Call)> {
        let skipped = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        (self.first.max(number)..).zip(self.calls.iter().skip(skipped).map(|call| &**call))
    }

    pub fn get(&self, number: u64) -> Option<&Call> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.calls.get(index).map(|call| &**call)
    }

    /// Returns the answered commands from the given number on, with their replies. Omits commands and replies that were
    /// too long to be logged in full.
    pub fn exchanges(&self, number: u64) -> Vec<Exchange> {
        let exchange = |call: &Call| {
            let command = match resp::value::parse(&call.sent.bytes).ok()?? {
                (resp::value::Value::Array(words), _) => words,
                _ => return None,
            };
            let word = |word| if let resp::value::Value::Bulk(bytes) = word { Some(bytes) } else { None };
            let command = command.into_iter().map(word).collect::<Option<Vec<_>>>()?;
            let (reply, _) = resp::value::parse(&call.received.bytes).ok()??;
            Some(Exchange { client: call.client.clone(), command, reply })
        };
        self.from(number).filter_map(|(_, call)| exchange(call)).collect()
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Call> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.calls.get_mut(index).map(Arc::make_mut)
    }

    /// Records a command that is about to run. `reply` contains the unfetched reply bytes on the connection. `now`
    /// contains the time in microseconds, and the total number of keys that have expired.
    pub fn command_sent(&mut self, client: &str, connection: ClientId, bytes: &[u8], reply: &[u8], now: (i64, u64)) {
        let (at_us, expired) = now;
        self.log_late_bytes(client, connection, reply, at_us);
        let mut sent = LoggedBytes::default();
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
            received: LoggedBytes::default(),
            wait: None,
            expired,
        });
    }

    /// Records that the latest command has run. `reply` contains the unfetched reply bytes on the connection.
    pub fn command_ran(&mut self, connection: ClientId, reply: &[u8], wait: Option<Wait>) {
        let logged = self.logged.insert(connection, reply.len()).unwrap_or_default();
        let number = self.next().saturating_sub(1);
        if let Some(call) = self.get_mut(number) {
            call.received.add(reply.get(logged..).unwrap_or_default());
            call.wait = wait;
            if call.wait.is_some() {
                self.waiting.push(number);
            }
        }
    }

    /// Records which waits have ended, and why. `still_waits` returns whether a connection is still waiting, or `None`
    /// if it was closed.
    pub fn end_waits(&mut self, by: &Cause, at_us: i64, still_waits: impl Fn(ClientId) -> Option<bool>) {
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
            // A timeout may be noticed late, so the wait is logged as having ended at its deadline.
            let deadline_us = self.get(number).and_then(|call| call.wait.as_ref()?.deadline_us);
            let over_us = deadline_us.filter(|_| by == Cause::Time).unwrap_or(at_us).min(at_us);
            let after = after.min(self.last_sent_by(over_us)).max(number);
            if let Some(wait) = self.get_mut(number).and_then(|call| call.wait.as_mut()) {
                wait.end = Some(WaitEnd { at_us: over_us, by, after });
            }
        }
    }

    /// Returns the number of the last call that was sent no later than a given time.
    fn last_sent_by(&self, at_us: i64) -> u64 {
        let later = self.calls.iter().rev().take_while(|call| call.at_us > at_us).count();
        self.next().saturating_sub(1 + later as u64)
    }

    /// Returns the numbers of the calls whose clients are still waiting for a reply.
    pub fn waiting(&self) -> &[u64] {
        &self.waiting
    }

    /// Records that a client has fetched `reply`, which contains all unread replies on its connection.
    pub fn replies_fetched(&mut self, client: &str, connection: ClientId, reply: &[u8], at_us: i64) {
        self.log_late_bytes(client, connection, reply, at_us);
        self.logged.remove(&connection);
        self.sums.received += reply.len();
        self.sums.round_trips += usize::from(self.trips.remove(&connection).is_some());
    }

    /// Records the reply bytes that no running command has written. They are either a message, or the late reply to a
    /// command that had to wait.
    fn log_late_bytes(&mut self, client: &str, connection: ClientId, reply: &[u8], at_us: i64) {
        let logged = self.logged.insert(connection, reply.len()).unwrap_or_default();
        let Some(bytes) = reply.get(logged..).filter(|bytes| !bytes.is_empty()) else { return };
        let waited = self.calls.iter().rposition(|call| {
            call.connection == connection && call.received.length == 0 && call.wait.is_some() && call.sent.length > 0
        });
        match waited.and_then(|index| self.calls.get_mut(index)) {
            Some(call) => Arc::make_mut(call).received.add(bytes),
            None => {
                let mut received = LoggedBytes::default();
                received.add(bytes);
                let client = client.to_owned();
                let (sent, trip) = (LoggedBytes::default(), u64::MAX);
                self.add(Call { client, connection, at_us, trip, sent, received, wait: None, expired: 0 });
            }
        }
    }

    /// Returns the number of the connection's current round trip. Begins a new one if none is in progress.
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
    fn the_last_commands_are_kept_with_their_first_bytes() {
        let mut log = WireLog::default();
        let connection = ClientId(1);
        let long = vec![b'x'; MOST_BYTES + 100];
        for at_us in 0..MOST_CALLS as i64 + 500 {
            log.command_sent("main", connection, &long, b"", (at_us, 0));
            log.command_ran(connection, b"+OK\r\n", None);
            log.replies_fetched("main", connection, b"+OK\r\n", at_us);
        }
        let kept: Vec<_> = log.from(0).collect();
        assert_eq!(kept.len(), MOST_CALLS);
        let (number, call) = kept[0];
        assert_eq!((number, call.at_us), (500, 500), "the first ones are forgotten");
        assert_eq!((call.sent.bytes.len(), call.sent.length), (MOST_BYTES, long.len()));
        assert_eq!(call.received.bytes, b"+OK\r\n");
        assert_eq!(log.sums.commands, MOST_CALLS + 500, "sums forget nothing");
        assert_eq!(log.sums.sent, (MOST_CALLS + 500) * long.len());
    }

    #[test]
    fn a_late_reply_belongs_to_the_command_that_waited_and_any_other_is_a_message() {
        let mut log = WireLog::default();
        let connection = ClientId(1);
        log.command_sent("main", connection, b"*1", b"", (0, 0));
        log.command_ran(connection, b"", Some(Wait::default()));
        log.end_waits(&Cause::Client("phone".into()), 7, |_| Some(false));
        log.replies_fetched("main", connection, b":1\r\n", 9);
        log.replies_fetched("main", connection, b">1\r\n", 11);
        let calls: Vec<_> = log.from(0).map(|(_, call)| call.clone()).collect();
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].received.bytes, b":1\r\n");
        let end = calls[0].wait.as_ref().and_then(|wait| wait.end.clone()).expect("it is over");
        assert_eq!((end.at_us, end.by), (7, Cause::Client("phone".into())));
        assert_eq!((calls[1].sent.length, calls[1].received.bytes.as_slice()), (0, &b">1\r\n"[..]));
    }

    #[test]
    fn a_timeout_is_placed_before_the_commands_sent_after_it() {
        let mut log = WireLog::default();
        log.command_sent("main", ClientId(1), b"*1", b"", (0, 0));
        log.command_ran(ClientId(1), b"", Some(Wait { deadline_us: Some(5), end: None }));
        for at_us in [3, 5, 7] {
            log.command_sent("phone", ClientId(2), b"*1", b"", (at_us, 0));
            log.command_ran(ClientId(2), b"+OK\r\n", None);
        }
        log.end_waits(&Cause::Time, 9, |_| Some(false));
        let end = log.get(0).and_then(|call| call.wait.as_ref()?.end.as_ref()).expect("it is over");
        assert_eq!((end.at_us, end.after), (5, 2));
    }

    #[test]
    fn a_timeout_is_dated_by_its_deadline_however_late_it_is_noticed() {
        for (by, ends_us) in [(Cause::Time, 5), (Cause::Client("phone".into()), 9), (Cause::GivenUp, 9)] {
            let mut log = WireLog::default();
            log.command_sent("main", ClientId(1), b"*1", b"", (0, 0));
            log.command_ran(ClientId(1), b"", Some(Wait { deadline_us: Some(5), end: None }));
            log.end_waits(&by, 9, |_| (by != Cause::GivenUp).then_some(false));
            let end = log.get(0).and_then(|call| call.wait.as_ref()?.end.as_ref()).map(|end| end.at_us);
            assert_eq!(end, Some(ends_us), "{by:?}");
        }
    }
}
