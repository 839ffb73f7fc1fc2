//! The gate in front of the server, which holds a racing client's commands until its turn comes.

use std::collections::VecDeque;

use super::Runtime;
use super::client_index::ClientIndex;
use python_kernel::frame::FromChild;
use redis_engine::resp::request::{RequestLimits, RequestParser};

/// A gate that decides whether a client's commands reach the server immediately.
#[derive(Debug, Clone, Default)]
pub enum Gate {
    #[default]
    Open,
    /// Commands are held back. `unasked` contains the commands sent so far whose replies have not been requested.
    Shut { unasked: Vec<Sent> },
    /// The client has sent commands and requested their replies. The commands wait for the client's turn.
    Holds(Held),
}

/// Bytes that were sent on a connection.
#[derive(Debug, Clone)]
pub struct Sent {
    pub connection: u32,
    pub data: Vec<u8>,
}

/// A round trip that is held back.
#[derive(Debug, Clone)]
pub struct Held {
    pub thread: u32,
    pub sent: Vec<Sent>,
    /// The frame (a protocol message) that requests the replies.
    pub request: FromChild,
}

impl Held {
    /// Parses and returns the commands that `Runtime::release_held` sends next.
    pub fn commands(&self) -> Vec<Vec<Vec<u8>>> {
        let mut commands = Vec::new();
        let is_event_loop = matches!(self.request, FromChild::ReceiveAny { .. });
        for sent in self.sent.iter().take(if is_event_loop { 1 } else { usize::MAX }) {
            let mut parser = RequestParser::default();
            let allowance = RequestLimits { authenticated: true, max_bulk_len: sent.data.len() };
            let mut rest = sent.data.as_slice();
            while let Ok(Some(length)) = parser.parse(rest, allowance) {
                commands.push(parser.words(rest).map(<[u8]>::to_vec).collect());
                rest = &rest[length..];
            }
        }
        commands
    }
}

impl Runtime {
    /// If the gate is shut, holds a frame (a protocol message) that sends commands or requests their replies, and
    /// returns `None`. Returns any other frame.
    pub(super) fn hold_back(&mut self, client: ClientIndex, thread: u32, frame: FromChild) -> Option<FromChild> {
        let limit = self.engine.keyspace.memory_cap.limit;
        let python = &mut self.clients[client].python;
        let Gate::Shut { unasked } = &mut python.gate else { return Some(frame) };
        let request = match frame {
            FromChild::Send { connection, data } => {
                add(unasked, connection, data);
                let length: usize = unasked.iter().map(|sent| sent.data.len()).sum();
                if limit > 0 && length as u64 > limit {
                    unasked.clear();
                    let id = python.connections.get(&connection).map(|open| open.client);
                    id.into_iter().for_each(|id| self.evict(id));
                }
                return None;
            }
            FromChild::Exchange { connection, data, timeout_us } => {
                add(unasked, connection, data);
                FromChild::Receive { connection, timeout_us }
            }
            request @ (FromChild::Receive { .. } | FromChild::ReceiveAny { .. }) if !unasked.is_empty() => request,
            other => return Some(other),
        };
        python.gate = Gate::Holds(Held { thread, sent: std::mem::take(unasked), request });
        self.turn = None;
        None
    }

    /// Sends what is held at a client's gate, if anything is. If an event loop has sent commands on several connections,
    /// sends only those on the first one, because other clients' commands can arrive in between. Returns the reply to
    /// an event loop's commands, which is empty if they have to wait.
    pub fn release_held(&mut self, client: ClientIndex) -> Vec<u8> {
        let gate = std::mem::replace(&mut self.clients[client].python.gate, Gate::Shut { unasked: Vec::new() });
        let Gate::Holds(Held { thread, sent, request }) = gate else { return Vec::new() };
        let is_event_loop = matches!(request, FromChild::ReceiveAny { .. });
        let mut sent = VecDeque::from(sent);
        let mut reply = Vec::new();
        while let Some(Sent { connection, data }) = sent.pop_front() {
            self.feed(client, connection, &data);
            if is_event_loop {
                reply.extend(self.arrived(client, connection));
                break;
            }
        }
        if sent.is_empty() {
            self.handle_frame_of(client, thread, request);
        } else {
            self.clients[client].python.gate = Gate::Holds(Held { thread, sent: sent.into(), request });
        }
        reply
    }
}

/// Adds bytes to those that were sent. Bytes that follow each other on one connection form one piece, because a command
/// may be split between them.
fn add(sent: &mut Vec<Sent>, connection: u32, data: Vec<u8>) {
    match sent.last_mut() {
        Some(last) if last.connection == connection => last.data.extend(data),
        _ => sent.push(Sent { connection, data }),
    }
}
