//! `:timeline`: who sent what when, who waited for how long, and who woke them.

use super::event::{Effect, Show};
use super::wire_log::{Call, Cause};
use super::{Session, wire};
use crate::lesson::judge::code;
use crate::markup::Role;
use redis_engine::resp::anatomy::{self, counted};
use redis_engine::resp::value::{self, Value};

/// How many commands are shown where nobody says.
const USUAL: usize = 20;

/// The most characters of one word or of one reply.
const MOST_CHARACTERS: usize = 60;

/// Who sent what when, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The clients, in the order in which they come up.
    pub clients: Vec<String>,
    pub moments: Vec<Moment>,
    /// How many commands came before the first one that is told.
    pub before: u64,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Microseconds since the first command on record.
    pub at_us: i64,
    /// Whom it concerns, as an index of the clients; none if it is nobody.
    pub client: Option<usize>,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A command was sent and answered.
    Answered { command: String, reply: String },
    /// A command was sent, and has to wait.
    Waits { command: String },
    /// A wait ended: after how long, by whom or by what, and with which answer.
    Ended { command: String, after: String, by: String, reply: Option<String> },
    /// A message came that answers no command.
    Message(String),
    /// So many keys had expired by then.
    Expired(u64),
}

impl Session {
    /// `:timeline`, `:timeline N`.
    pub(super) fn timeline(&mut self, most: &str) {
        let most = if most.is_empty() { Ok(USUAL) } else { most.parse() };
        let Ok(most @ 1..) = most else {
            return self.say(Role::Error, "How many commands? Type `:timeline` for the last 20, or `:timeline 50`.");
        };
        if !self.record.waiting().is_empty() {
            // Whoever was let go by its time, and has not fetched the answer, waits no more.
            self.record_ends(&Cause::Time, None);
        }
        let next = self.record.next();
        if next == 0 {
            return self.say(Role::Plain, "Nothing was sent yet: type a command first.");
        }
        let first = next.saturating_sub(most as u64);
        let timeline = self.timeline_from(first);
        self.effects.push(Effect::Show(Show::Timeline(timeline)));
        let more = timeline_hint(next.min(most as u64), next);
        if let Some(more) = more {
            self.say(Role::Muted, &more);
        }
    }

    fn timeline_from(&self, first: u64) -> Timeline {
        let begin_us = self.record.from(0).next().map_or(0, |(_, call)| call.at_us);
        let mut clients: Vec<String> = Vec::new();
        let mut moments: Vec<(u64, Moment)> = Vec::new();
        for (number, call) in self.record.from(0) {
            let end = call.wait.as_ref().and_then(|wait| wait.end.as_ref());
            let ends_later = end.is_some_and(|end| end.after >= first);
            if number < first && !ends_later {
                continue;
            }
            let known = clients.iter().position(|name| *name == call.client);
            let client = known.unwrap_or_else(|| {
                clients.push(call.client.clone());
                clients.len() - 1
            });
            let moment = |at_us: i64, client, what| Moment { at_us: at_us - begin_us, client, what };
            if number >= first {
                if call.expired > 0 {
                    moments.push((number, moment(call.at_us, None, What::Expired(call.expired))));
                }
                moments.push((number, moment(call.at_us, Some(client), sent(call))));
            }
            if let Some(end) = end.filter(|_| ends_later) {
                let after = wire::seconds(end.at_us - call.at_us);
                let (by, reply) = match &end.by {
                    Cause::Client(name) => (format!("woken by {name}"), Some(brief(call))),
                    Cause::Time => ("its time was over".into(), Some(brief(call))),
                    Cause::GivenUp => ("gave up".into(), None),
                };
                let what = What::Ended { command: name(call), after, by, reply };
                moments.push((end.after, moment(end.at_us, Some(client), what)));
            }
        }
        // What a command caused comes after it.
        moments.sort_by_key(|(number, moment)| (*number, matches!(moment.what, What::Ended { .. })));
        Timeline { clients, moments: moments.into_iter().map(|(_, moment)| moment).collect(), before: first }
    }
}

fn timeline_hint(shown: u64, all: u64) -> Option<String> {
    let before = usize::try_from(all - shown).ok()?;
    let more = code(&format!(":timeline {}", shown * 2));
    (before > 0).then(|| format!("{} came before; {more} goes further back.", counted(before, "command")))
}

/// The moment at which a call was sent.
fn sent(call: &Call) -> What {
    if call.sent.length == 0 {
        return What::Message(brief(call));
    }
    let shown: Vec<String> = wire::words(call).iter().map(|word| short(&String::from_utf8_lossy(word))).collect();
    let command = short(&shown.join(" "));
    match call.wait {
        Some(_) => What::Waits { command },
        None => What::Answered { command, reply: brief(call) },
    }
}

/// The first word of a command.
fn name(call: &Call) -> String {
    wire::words(call).first().map(|word| String::from_utf8_lossy(word).into_owned()).unwrap_or_default()
}

/// An answer in a few characters.
fn brief(call: &Call) -> String {
    match value::parse(&call.received.bytes) {
        Ok(Some((reply, _))) => short(&as_text(&reply)),
        _ if call.received.length == 0 => "no answer".into(),
        _ => counted(call.received.length, "byte"),
    }
}

fn as_text(reply: &Value) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = |items: &[Value]| items.iter().map(as_text).collect::<Vec<_>>().join(", ");
    match reply {
        Value::Simple(bytes) | Value::Error(bytes) | Value::Double(bytes) | Value::BigNumber(bytes) => text(bytes),
        Value::Integer(n) => n.to_string(),
        Value::Bulk(bytes) | Value::Verbatim { text: bytes, .. } => format!("\"{}\"", anatomy::printable(bytes)),
        Value::Null | Value::NullArray => "nil".into(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => format!("[{}]", all(items)),
        Value::Map(pairs) => {
            let pair = |(key, value): &(Value, Value)| format!("{}: {}", as_text(key), as_text(value));
            format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Value::Attributed(_, reply) => as_text(reply),
    }
}

/// A text in one line, cut where it is long.
fn short(text: &str) -> String {
    let mut short: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_CHARACTERS).collect();
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        short.push('…');
    }
    short
}
