//! The command `:wire`, which shows the bytes of each command in both directions, with their meaning and totals.

use super::super::Session;
use super::super::display::wire::{Item, Part, Traffic, Wire};
use super::super::event::{Effect, Show};
use super::super::runtime::wire_log::{Call, Cause, WireLog};
use super::join_sentences;
use crate::markup::{Role, code};
use crate::messages::commands as messages;
use crate::messages::counts::{self, counted};
use redis_engine::commands;
use redis_engine::resp::anatomy;
use redis_engine::resp::value::{self, Value};

/// Maximum number of round trips that are shown for a submission, and of commands that are shown for a round trip. If
/// there are more, only the first few and the last one are shown.
const MOST_SHOWN: usize = 5;

/// The state of `:wire`: whether it is on, and which calls in the wire log have been shown.
#[derive(Debug, Clone, Default)]
pub struct WireDisplay {
    is_on: bool,
    /// The number of the first call that has not been shown.
    next: u64,
    /// The numbers of calls that were shown before their replies arrived.
    waiting: Vec<u64>,
}

impl WireDisplay {
    /// Marks all calls in the log as shown, except for replies that have not arrived yet.
    pub fn skip_to_end(&mut self, log: &WireLog) {
        self.next = log.next();
        self.waiting = log.waiting().to_vec();
    }

    /// Starts again at the first call in the log. Must be called after the log was emptied.
    pub fn reset(&mut self) {
        self.next = 0;
        self.waiting.clear();
    }
}

impl Session {
    /// Runs `:wire`, `:wire on` or `:wire off`.
    pub(super) fn set_wire(&mut self, argument: &str) {
        match argument {
            "on" => {
                self.wire_display.is_on = true;
                self.wire_display.skip_to_end(&self.tutor.runtime.wire_log);
                self.tutor.say(Role::Muted, &messages::wire_turned_on());
            }
            "off" => {
                self.wire_display.is_on = false;
                self.tutor.say(Role::Muted, &messages::wire_turned_off());
            }
            "" => {
                let state = if self.wire_display.is_on { messages::wire_is_on() } else { messages::wire_is_off() };
                let sums = self.tutor.runtime.wire_log.sums;
                let sums = messages::wire_so_far(
                    counted(sums.commands, counts::one_command, counts::commands),
                    counted(sums.round_trips, counts::one_round_trip, counts::round_trips),
                    counted(sums.sent, counts::one_byte, counts::bytes),
                    counted(sums.received, counts::one_byte, counts::bytes),
                );
                self.tutor.say(Role::Plain, &join_sentences([Some(state), Some(sums)]));
            }
            other => self.tutor.say(Role::Error, &messages::neither_on_nor_off(code(other))),
        }
    }

    /// If `:wire` is on, shows the bytes that were sent and received since the last call. Returns whether anything was
    /// shown.
    pub(in super::super) fn show_wire(&mut self) -> bool {
        let runtime = &mut self.tutor.runtime;
        if !self.wire_display.is_on || runtime.is_silent {
            return false;
        }
        let log = &runtime.wire_log;
        let (ended, still_waiting): (Vec<u64>, Vec<u64>) =
            self.wire_display.waiting.iter().copied().partition(|&number| is_over(log.get(number)));
        let first = self.wire_display.next;
        if ended.is_empty() && log.next() <= first {
            return false;
        }
        let mut wire = WireBuilder::default();
        for call in ended.iter().filter_map(|&number| log.get(number)) {
            wire.push_replies(&[call]);
        }
        let calls: Vec<(u64, &Call)> = log.from(first).collect();
        let trips: Vec<&[(u64, &Call)]> = calls.chunk_by(|a, b| a.1.trip == b.1.trip).collect();
        let hidden = hidden(trips.len());
        for (index, trip) in trips.iter().enumerate() {
            let calls: Vec<&Call> = trip.iter().map(|(_, call)| *call).collect();
            if hidden.contains(&index) {
                let sum = sum(&calls);
                wire.count(sum);
                match wire.items.last_mut() {
                    Some(Item::More(more)) => *more = add(*more, sum),
                    _ => wire.items.push(Item::More(sum)),
                }
            } else {
                wire.push_commands(&calls);
                wire.push_replies(&calls);
            }
        }
        let waiting = calls.iter().filter(|(_, call)| !is_over(Some(call))).map(|(number, _)| *number);
        self.wire_display.waiting = waiting.chain(still_waiting).collect();
        self.wire_display.next = log.next();
        let wire = Wire { items: wire.items, sum: wire.sum, so_far: log.sums };
        runtime.effects.push(Effect::Show(Show::Wire(wire)));
        true
    }
}

/// Returns whether a call is not waiting, because its wait has ended or because it never waited. A call that is no
/// longer in the log counts as over.
fn is_over(call: Option<&Call>) -> bool {
    call.and_then(|call| call.wait.as_ref()).is_none_or(|wait| wait.end.is_some())
}

/// Returns the indices of the items in the middle that are hidden. The range is empty if all items can be shown.
fn hidden(number: usize) -> std::ops::Range<usize> {
    if number > MOST_SHOWN { MOST_SHOWN - 2..number - 1 } else { 0..0 }
}

/// Returns the sum of two amounts of traffic.
fn add(a: Traffic, b: Traffic) -> Traffic {
    Traffic {
        commands: a.commands + b.commands,
        round_trips: a.round_trips + b.round_trips,
        sent: a.sent + b.sent,
        received: a.received + b.received,
    }
}

/// Returns the total traffic of a round trip's calls.
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

/// A builder that collects the items to show, and adds up their traffic.
#[derive(Default)]
struct WireBuilder {
    items: Vec<Item>,
    sum: Traffic,
}

impl WireBuilder {
    fn count(&mut self, traffic: Traffic) {
        self.sum = add(self.sum, traffic);
    }

    /// Adds the commands that were sent in a round trip.
    fn push_commands(&mut self, calls: &[&Call]) {
        let sum = sum(calls);
        if sum.commands > 0 {
            self.count(Traffic { received: 0, round_trips: 0, ..sum });
            let parts = folded(calls, messages::more_commands, sent_parts);
            let client = calls[0].client.clone();
            self.items.push(Item::Out { client, commands: sum.commands, bytes: sum.sent, parts });
        }
    }

    /// Adds the replies that were received in a round trip. If there are none, adds an item that says why.
    fn push_replies(&mut self, calls: &[&Call]) {
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
        self.count(Traffic { commands: 0, sent: 0, ..sum });
        let parts =
            folded(calls, messages::more_replies, |call| anatomy::parts(&call.received.bytes, call.received.length));
        let how = calls.iter().find_map(|call| how_it_ended(call));
        let how = how.or_else(|| (sum.commands == 0).then(messages::no_reply_but_message));
        self.items.push(Item::In { client, bytes: sum.received, parts, how });
    }
}

/// Returns the parts of all calls. If there are many calls, returns only the parts of the first few and the last one,
/// with a message in place of the others. `more` creates the message from the number of hidden calls, which is at least
/// two.
fn folded(calls: &[&Call], more: impl Fn(usize) -> String, parts: impl Fn(&Call) -> Vec<Part>) -> Vec<Part> {
    let hidden = hidden(calls.len());
    let mut all = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        if !hidden.contains(&index) {
            all.extend(parts(call));
        } else if index == hidden.start {
            all.push(Part { depth: 0, raw: "…".into(), meaning: more(hidden.len()) });
        }
    }
    all
}

/// Returns a message that says how a call's wait ended and how long it was. Returns `None` if the call did not wait, or
/// is still waiting.
fn how_it_ended(call: &Call) -> Option<String> {
    let end = call.wait.as_ref()?.end.as_ref()?;
    let after = seconds(end.at_us - call.at_us);
    Some(match &end.by {
        Cause::Client(name) => messages::woken_after(after, name),
        Cause::Time => messages::timed_out_after(after),
        Cause::GivenUp => messages::gave_up_after(after),
    })
}

/// Formats a duration with its unit, such as `0.25 s` or `12 s`.
pub(super) fn seconds(us: i64) -> String {
    format!("{} s", decimal_seconds(us))
}

/// Formats a duration as a number of seconds without a unit, such as `0.25` or `12`.
pub(super) fn decimal_seconds(us: i64) -> String {
    let ms = us.max(0) / 1000;
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns the words of a command: its name and its arguments. If the command was too long to be recorded in full,
/// returns only the words that were recorded.
pub(super) fn words(call: &Call) -> Vec<Vec<u8>> {
    if let Ok(Some((Value::Array(words), _))) = value::parse(&call.sent.bytes) {
        let word = |word| if let Value::Bulk(bytes) = word { bytes } else { Vec::new() };
        return words.into_iter().map(word).collect();
    }
    // Only the first bytes of a long command are recorded, so they are split into lines. In RESP, every second line
    // after the array header is an argument.
    let lines = call.sent.bytes.split(|&byte| byte == b'\n').skip(2).step_by(2);
    lines.map(|line| line.trim_ascii_end().to_vec()).filter(|line| !line.is_empty()).collect()
}

/// Returns the parts of a command, in which the command's name and the keys are marked.
fn sent_parts(call: &Call) -> Vec<Part> {
    let mut parts = anatomy::parts(&call.sent.bytes, call.sent.length);
    let words = words(call);
    let named: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let Ok(command) = commands::find(&named) else { return parts };
    let keys = command.keys.positions(words.len(), |at| words.get(at).map(Vec::as_slice));
    let name_words = command.name.split(' ').count();
    // The first part is the array header, and each of the following parts is an element. Only the first elements of a
    // long command are recorded.
    for (index, part) in parts.iter_mut().skip(1).take_while(|part| part.raw.starts_with('$')).enumerate() {
        if index < name_words {
            part.meaning = messages::part_is_command(&part.meaning);
        } else if keys.contains(&index) {
            part.meaning = messages::part_is_key(&part.meaning);
        }
    }
    parts
}
