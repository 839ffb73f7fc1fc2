//! Performs replays: sends a new child process the statements in its log, and the answers to its requests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Runtime;
use super::client::{Client, ClientIndex, Connection};
use super::replay::{Connections, NOT_KEPT, Replay, ReplayStep};
use crate::session::event::Effect;
use python_kernel::frame::{FromChild, MAIN_THREAD, ToChild};
use redis_engine::resp::request::RequestParser;

impl Runtime {
    /// Makes a new child process replay the log. `waiting` contains the threads of the previous child that were waiting
    /// for an answer. Does nothing if the log is empty.
    pub(super) fn begin_replay(&mut self, client: ClientIndex, waiting: BTreeSet<u32>) {
        if self.clients[client].python.replay_log.is_empty() {
            return;
        }
        self.start_python(client);
        self.clients[client].python.replay = Some(self.clients[client].python.replay_log.replay(waiting));
        self.continue_replay(client);
    }

    /// Starts the next pending replay. Returns false if there is none.
    pub fn start_next_replay(&mut self) -> bool {
        let is_due = |client: &Client| client.python.child.is_none() && client.python.replay.is_some();
        let Some(client) = self.clients.position(is_due) else { return false };
        self.start_python(client);
        self.continue_replay(client);
        true
    }

    /// Performs the steps of a replay until the child process must send a frame (a protocol message).
    fn continue_replay(&mut self, client: ClientIndex) {
        loop {
            let python = &mut self.clients[client].python;
            let (Some(child), Some(replay)) = (python.child, &mut python.replay) else { return };
            match replay.next_step() {
                ReplayStep::Wait => break,
                ReplayStep::Run(source) => {
                    python.runs += 1;
                    let frame = ToChild::Run { number: python.runs, source, echo: true };
                    self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame });
                    self.turn = Some(client);
                }
                ReplayStep::Answer(thread, frame) => self.effects.push(Effect::Send { child, thread, frame }),
                ReplayStep::Connect(thread, request, logged) => {
                    if let Some(frame) = self.replay_connect(client, &request, logged) {
                        self.effects.push(Effect::Send { child, thread, frame });
                    }
                }
                ReplayStep::Ask(thread, ask) => drop(python.asks.insert(thread, ask)),
                ReplayStep::GiveUp => return self.give_up_replay(client),
            }
        }
        if self.clients[client].python.replay.as_ref().is_some_and(Replay::is_over) {
            self.finish_replay(client);
        }
    }

    /// Handles a frame (a protocol message) from a child process whose requests are answered from the log.
    pub(super) fn handle_replay_frame(&mut self, client: ClientIndex, thread: u32, frame: FromChild) {
        let Some(replay) = &mut self.clients[client].python.replay else { return };
        match replay.take_request(thread, frame) {
            Some(FromChild::ThreadCount { count }) => {
                replay.count_threads(count);
                self.clients[client].python.threads = count;
            }
            Some(FromChild::RunFinished(_)) => replay.end_source(),
            Some(FromChild::Disconnect { connection }) => self.replay_disconnect(client, connection),
            Some(_) | None => {}
        }
        self.continue_replay(client);
    }

    fn replay_disconnect(&mut self, client: ClientIndex, connection: u32) {
        match self.clients[client].python.replay.as_mut().map(|replay| &mut replay.connections) {
            // Kept connections are already in their final state, so the replay must not close them.
            Some(Connections::Kept { by_number, .. }) => drop(by_number.remove(&connection)),
            _ => self.drop_connection(client, connection),
        }
    }

    /// Returns the answer to a child's request to connect. Opens a connection, unless the connections were kept.
    /// Returns `None` if `request` is not such a request, or if no replay is in progress.
    fn replay_connect(&mut self, client: ClientIndex, request: &FromChild, logged: Option<ToChild>) -> Option<ToChild> {
        let FromChild::Connect { connection, host, port, setup_commands } = request else { return None };
        let replay = self.clients[client].python.replay.as_mut()?;
        Some(match (&mut replay.connections, logged) {
            (Connections::Kept { .. }, Some(logged)) => logged,
            (Connections::Kept { by_number, unlogged }, None) => {
                let kept = unlogged.pop_front().unwrap_or(NOT_KEPT);
                by_number.insert(*connection, kept);
                self.setup_replies(client, kept, setup_commands)
            }
            (Connections::Opened { .. }, Some(refused @ ToChild::ConnectionRefused { .. })) => refused,
            (Connections::Opened { .. }, logged) => {
                let opened = self.open_connection(client, *connection, host, *port, setup_commands);
                let opened = opened.map(|data| ToChild::Connected { data });
                logged.unwrap_or_else(|| opened.unwrap_or_else(|reason| ToChild::ConnectionRefused { reason }))
            }
        })
    }

    /// Returns the answer to a request to open a connection that was kept under the number `kept`. It contains the
    /// replies to the setup commands.
    fn setup_replies(&mut self, client: ClientIndex, kept: u32, setup_commands: &[u8]) -> ToChild {
        let id = self.connect_for(client);
        // A password may have been set since the connection was opened.
        let kept = self.clients[client].python.connections.get(&kept).map(|connection| connection.client);
        let kept = kept.and_then(|id| self.engine.server.clients.find_for_reading(id));
        let was_authenticated = kept.is_some_and(|state| state.authenticated);
        self.engine.server.clients.get_mut(id).authenticated |= was_authenticated;
        self.execute_all(id, &mut RequestParser::default(), &mut setup_commands.to_vec(), None);
        let data = self.engine.server.clients.get_mut(id).reply.take();
        self.disconnect(id);
        ToChild::Connected { data }
    }

    /// Handles the silence of a child process during a replay. Ends the replay, or skips answers that the child does
    /// not request.
    pub(super) fn end_silent_replay(&mut self, client: ClientIndex) {
        let Some(replay) = &mut self.clients[client].python.replay else { return };
        if replay.is_given_up() {
            // The child process was killed, and its exit is reported next, so there is nothing to do.
        } else if replay.is_main_done() {
            self.finish_replay(client);
        } else if replay.skip_silence() {
            self.continue_replay(client);
        } else {
            self.give_up_replay(client);
        }
    }

    /// Kills the child process in which a replay runs, because its requests differ from the log or because the learner
    /// pressed Ctrl-C.
    pub(super) fn give_up_replay(&mut self, client: ClientIndex) {
        let python = &mut self.clients[client].python;
        self.effects.extend(python.child.map(Effect::Kill));
        if let Some(replay) = &mut python.replay {
            replay.give_up();
        }
    }

    /// Ends a replay. Renumbers the kept connections to match the child's numbers, closes those that the child has not
    /// opened, and opens those that are missing.
    ///
    /// Requests that threads have sent beyond the log are handled at the client's next turn. If the previous process
    /// had ended, requests from threads that were waiting for an answer are handled immediately.
    fn finish_replay(&mut self, client: ClientIndex) {
        self.turn = None;
        let Some(replay) = self.clients[client].python.replay.take() else { return };
        let repeats = match replay.connections {
            Connections::Kept { by_number, .. } => {
                self.keep_connections(client, by_number);
                BTreeSet::new()
            }
            Connections::Opened { waiting } => waiting,
        };
        let (repeated, unread): (VecDeque<_>, VecDeque<_>) =
            replay.deferred.into_iter().partition(|(thread, _)| repeats.contains(thread));
        self.clients[client].python.unread = unread;
        for (thread, frame) in repeated {
            self.handle_live_frame(client, thread, frame);
        }
        self.ask_name_again(client);
    }

    /// Renumbers the kept connections to match the numbers that the child uses for them.
    fn keep_connections(&mut self, client: ClientIndex, by_number: BTreeMap<u32, u32>) {
        let mut kept = std::mem::take(&mut self.clients[client].python.connections);
        for (number, kept_number) in by_number {
            let connection = kept.remove(&kept_number).unwrap_or_else(|| Connection::new(self.connect()));
            self.clients[client].python.connections.insert(number, connection);
        }
        for connection in kept.into_values() {
            self.disconnect(connection.client);
        }
    }
}
