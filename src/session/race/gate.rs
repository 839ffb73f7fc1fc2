//! The gate before the server: what a racing client sends is held until it is that client's turn.

use super::super::Session;
use python_kernel::frame::FromChild;
use redis_engine::resp::request::{RequestLimits, RequestParser};

/// Whether what a client sends goes out at once.
#[derive(Debug, Clone, Default)]
pub enum Gate {
    #[default]
    Open,
    /// It waits for its turn: nothing was sent yet, or something without asking for the answer.
    Shut { unasked: Vec<u8> },
    /// It has sent something and asks for the answer.
    Holds(Held),
}

/// What waits at the gate: one round trip.
#[derive(Debug, Clone)]
pub struct Held {
    pub thread: u32,
    pub connection: u32,
    pub data: Vec<u8>,
    pub timeout_us: Option<u64>,
}

impl Held {
    /// The commands that it would send.
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

impl Session {
    /// Holds a frame back that has to wait for its client's turn, and hands on any other.
    pub(in super::super) fn hold_back(&mut self, who: usize, thread: u32, frame: FromChild) -> Option<FromChild> {
        let python = &mut self.clients[who].python;
        let Gate::Shut { unasked } = &mut python.gate else { return Some(frame) };
        let (connection, data, timeout_us) = match frame {
            FromChild::Send { data, .. } => {
                unasked.extend(data);
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

    /// Lets through what a client holds at its gate.
    pub(super) fn let_through(&mut self, who: usize) {
        let gate = std::mem::replace(&mut self.clients[who].python.gate, Gate::Shut { unasked: Vec::new() });
        if let Gate::Holds(Held { thread, connection, data, timeout_us }) = gate {
            self.feed(who, connection, &data);
            self.ask_to_receive(who, thread, connection, timeout_us);
        }
    }
}
