//! The gate in front of the server, which holds a racing client's commands until its turn comes.

use super::Runtime;
use super::client_index::ClientIndex;
use python_kernel::frame::FromChild;
use redis_engine::resp::request::{RequestLimits, RequestParser};

/// A gate that decides whether a client's commands reach the server immediately.
#[derive(Debug, Clone, Default)]
pub enum Gate {
    #[default]
    Open,
    /// Commands are held. `unasked` contains the commands sent so far whose replies have not been requested yet.
    Shut { unasked: Vec<u8> },
    /// The client has sent commands and requested their replies. The commands are held until the client's turn.
    Holds(Held),
}

/// A round trip that is held at the gate.
#[derive(Debug, Clone)]
pub struct Held {
    pub thread: u32,
    pub connection: u32,
    pub data: Vec<u8>,
    pub timeout_us: Option<u64>,
}

impl Held {
    /// Parses and returns the commands that are held.
    pub fn commands(&self) -> Vec<Vec<Vec<u8>>> {
        let mut parser = RequestParser::default();
        let allowance = RequestLimits { authenticated: true, max_bulk_len: self.data.len() };
        let mut commands = Vec::new();
        let mut rest = self.data.as_slice();
        while let Ok(Some(length)) = parser.parse(rest, allowance) {
            commands.push(parser.words(rest).map(<[u8]>::to_vec).collect());
            rest = &rest[length..];
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
        let (connection, data, timeout_us) = match frame {
            FromChild::Send { connection, data } => {
                unasked.extend(data);
                if limit > 0 && unasked.len() as u64 > limit {
                    *unasked = Vec::new();
                    let id = python.connections.get(&connection).map(|open| open.client);
                    id.into_iter().for_each(|id| self.evict(id));
                }
                return None;
            }
            FromChild::Exchange { connection, data, timeout_us } => {
                (connection, [std::mem::take(unasked), data].concat(), timeout_us)
            }
            FromChild::Receive { connection, timeout_us } if !unasked.is_empty() => {
                (connection, std::mem::take(unasked), timeout_us)
            }
            other => return Some(other),
        };
        python.gate = Gate::Holds(Held { thread, connection, data, timeout_us });
        self.turn = None;
        None
    }

    /// Sends the round trip that is held at a client's gate, if there is one.
    pub fn release_held(&mut self, client: ClientIndex) {
        let gate = std::mem::replace(&mut self.clients[client].python.gate, Gate::Shut { unasked: Vec::new() });
        if let Gate::Holds(Held { thread, connection, data, timeout_us }) = gate {
            self.feed(client, connection, &data);
            self.ask_to_receive(client, thread, connection, timeout_us);
        }
    }
}
