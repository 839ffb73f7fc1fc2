//! `:timeline`: shows which command each client sent and when, how long each command waited, and what ended the wait.

use super::super::Session;
use super::super::display::timeline::{Timeline, TimelineEvent, TimelineEventKind};
use super::super::event::{Effect, Show};
use super::super::runtime::wire_log::{Call, Cause};
use super::wire;
use crate::markup::{Role, code, truncate_characters};
use crate::messages::commands as messages;
use crate::messages::counts::{self, counted};
use redis_engine::resp::anatomy;
use redis_engine::resp::value::{self, Value};

/// Number of commands that `:timeline` shows by default.
const USUAL: usize = 20;

/// Maximum length of a command or a reply in the timeline, in characters.
const MOST_CHARACTERS: usize = 60;

impl Session {
    /// Runs `:timeline` or `:timeline N`.
    pub(super) fn show_timeline(&mut self, count: &str) {
        let count = if count.is_empty() { Ok(USUAL) } else { count.parse() };
        let Ok(count @ 1..) = count else {
            return self.tutor.say(Role::Error, &messages::timeline_how_many(USUAL));
        };
        if !self.tutor.runtime.wire_log.waiting().is_empty() {
            // A command that timed out is no longer waiting, even if its client has not fetched the reply yet. So the
            // end of its wait is logged first.
            self.tutor.runtime.log_ended_waits(&Cause::Time, None);
        }
        let next = self.tutor.runtime.wire_log.next();
        if next == 0 {
            return self.tutor.say(Role::Plain, &messages::nothing_was_sent());
        }
        let first = next.saturating_sub(count as u64);
        let timeline = self.timeline_from(first);
        self.tutor.runtime.effects.push(Effect::Show(Show::Timeline(timeline)));
        let more = timeline_hint(next.min(count as u64), next);
        if let Some(more) = more {
            self.tutor.say(Role::Muted, &more);
        }
    }

    /// Returns the timeline from the call numbered `first` on. An earlier call is included only if its wait ended after
    /// that call, and then only with the end of the wait.
    fn timeline_from(&self, first: u64) -> Timeline {
        let begin_us = self.tutor.runtime.wire_log.from(0).next().map_or(0, |(_, call)| call.at_us);
        let mut clients: Vec<String> = Vec::new();
        let mut events: Vec<(u64, TimelineEvent)> = Vec::new();
        for (number, call) in self.tutor.runtime.wire_log.from(0) {
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
            let event = |at_us: i64, client, kind| TimelineEvent { at_us: at_us - begin_us, client, kind };
            if number >= first {
                if call.expired > 0 {
                    events.push((number, event(call.at_us, None, TimelineEventKind::Expired(call.expired))));
                }
                events.push((number, event(call.at_us, Some(client), sending(call))));
            }
            if let Some(end) = end.filter(|_| ends_later) {
                let after = wire::seconds(end.at_us - call.at_us);
                let (by, reply) = match &end.by {
                    Cause::Client(name) => (messages::woken_by(name), Some(reply_text(call))),
                    Cause::Time => (messages::timed_out(), Some(reply_text(call))),
                    Cause::GivenUp => (messages::gave_up(), None),
                };
                let kind = TimelineEventKind::Ended { command: command_name(call), after, by, reply };
                events.push((end.after, event(end.at_us, Some(client), kind)));
            }
        }
        // The end of a wait has the number of the last command that was sent before it, and must be sorted after that
        // command.
        events.sort_by_key(|(number, event)| (*number, matches!(event.kind, TimelineEventKind::Ended { .. })));
        Timeline { clients, events: events.into_iter().map(|(_, event)| event).collect(), before: first }
    }
}

/// Returns a hint on how to see earlier commands, or `None` if all commands are shown.
fn timeline_hint(shown: u64, all: u64) -> Option<String> {
    let before = usize::try_from(all - shown).ok()?;
    let more = code(&format!(":timeline {}", shown * 2));
    (before > 0).then(|| messages::earlier_commands(counted(before, counts::one_command, counts::commands), more))
}

/// Returns the timeline event for a call: a command with its reply, a blocked command, or a message that Redis sent on
/// its own.
fn sending(call: &Call) -> TimelineEventKind {
    if call.sent.length == 0 {
        return TimelineEventKind::Message(reply_text(call));
    }
    let shown: Vec<String> = wire::words(call).iter().map(|word| shortened(&String::from_utf8_lossy(word))).collect();
    let command = shortened(&shown.join(" "));
    match call.wait {
        Some(_) => TimelineEventKind::Waits { command },
        None => TimelineEventKind::Answered { command, reply: reply_text(call) },
    }
}

/// Returns the name of a call's command.
fn command_name(call: &Call) -> String {
    wire::words(call).first().map(|word| String::from_utf8_lossy(word).into_owned()).unwrap_or_default()
}

/// Returns the reply to a call, shortened to one line.
fn reply_text(call: &Call) -> String {
    match value::parse(&call.received.bytes) {
        Ok(Some((reply, _))) => shortened(&as_text(&reply)),
        _ if call.received.length == 0 => messages::no_reply_arrived(),
        _ => counted(call.received.length, counts::one_byte, counts::bytes),
    }
}

/// Formats a reply as text.
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

/// Shortens `text` to one line of limited length.
fn shortened(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    truncate_characters(&line, MOST_CHARACTERS)
}
