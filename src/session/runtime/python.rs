//! Python child processes: their requests, and the answers to them.

use super::super::display::memory_size;
use super::super::event::{ChildId, Effect, PythonEnd, Show};
use super::client::{Ask, Client, ClientIndex, Connection, SavedVariables, TUTOR};
use super::input_log::{InputKind, InputOutcome};
use super::output_limit::most_output;
use super::replay_log::ReplayLog;
use super::{PORT, Runtime, python_hints};
use crate::lesson::evidence::{DisplayedValue, Failure};
use crate::messages::runtime as messages;
use python_kernel::frame::{Arrival, FromChild, MAIN_THREAD, RunOutcome, Stream, ToChild};
use redis_engine::client::ClientId;
use redis_engine::resp::request::{RequestLimits, RequestParser};

/// Maximum number of requests that other threads may send after the main thread has finished a statement, before the
/// statement ends. Without this limit, a thread that never waits would keep the prompt from coming back.
const MOST_REQUESTS_SINCE: u32 = 10_000;

/// The weight of a frame (a protocol message) with output, in requests. Such a frame can contain a few thousand
/// characters.
const OUTPUT_WEIGHT: u32 = 100;

/// Maximum unused capacity that a connection's input buffer keeps, in bytes.
const MOST_SPARE_INPUT: usize = 64 << 10;

impl Runtime {
    /// Starts a client's Python process, unless it is already running. Returns the id of the child process.
    pub fn start_python(&mut self, client: ClientIndex) -> ChildId {
        if let Some(child) = self.clients[client].python.child {
            return child;
        }
        self.last_child += 1;
        let child = ChildId(self.last_child);
        self.clients[client].python.child = Some(child);
        self.effects.push(Effect::Spawn(child));
        let seed = client.seed(self.seed);
        let frame = ToChild::Start { seed, module: self.module.into() };
        self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame });
        child
    }

    /// Makes a client's Python process run a statement.
    fn run_python(&mut self, client: ClientIndex, source: String) {
        let child = self.start_python(client);
        let python = &mut self.clients[client].python;
        python.replay_log.begin_source(&source);
        python.runs += 1;
        let frame = ToChild::Run { number: python.runs, source, echo: true };
        if std::mem::take(&mut python.was_interrupted) {
            self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame: ToChild::DiscardInterrupt });
        }
        self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame });
        self.give_turn(client);
    }

    pub fn handle_frame(&mut self, child: ChildId, thread: u32, frame: FromChild) {
        let Some(client) = self.clients.with_child(child) else { return };
        if self.clients[client].python.replay.is_some() {
            self.handle_replay_frame(client, thread, frame);
        } else if self.clients[client].python.saved_variables == SavedVariables::Restoring {
            self.handle_restoring_frame(client, &frame);
        } else {
            self.handle_live_frame(client, thread, frame);
        }
    }

    /// Handles a frame (a protocol message) from a client's child process outside of a replay.
    pub(super) fn handle_live_frame(&mut self, client: ClientIndex, thread: u32, frame: FromChild) {
        self.clients[client].python.requests += u64::from(frame.is_request());
        let Some(frame) = self.hold_back(client, thread, frame) else { return };
        let weight = if matches!(frame, FromChild::Output { .. }) { OUTPUT_WEIGHT } else { 1 };
        self.handle_frame_of(client, thread, frame);
        self.count_thread_request(client, weight);
    }

    pub(super) fn handle_frame_of(&mut self, client: ClientIndex, thread: u32, frame: FromChild) {
        match frame {
            FromChild::Ready { walls } => self.python_walls = Some(walls),
            FromChild::Output { stream, text } => self.take_output(client, stream, &text),
            FromChild::Connect { connection, host, port, setup_commands } => {
                let answer = match self.open_connection(client, connection, &host, port, &setup_commands) {
                    Ok(data) => ToChild::Connected { data },
                    Err(reason) => ToChild::ConnectionRefused { reason },
                };
                self.send_answer(client, thread, answer, Some(connection));
            }
            FromChild::Send { connection, data } => self.feed(client, connection, &data),
            FromChild::Receive { connection, timeout_us } => {
                self.ask_to_receive(client, thread, connection, timeout_us)
            }
            FromChild::Exchange { connection, data, timeout_us } => {
                self.feed(client, connection, &data);
                self.ask_to_receive(client, thread, connection, timeout_us);
            }
            FromChild::ReceiveAny { connections, timeout_us } => {
                let deadline_us = timeout_us.map(|us| self.deadline(us));
                self.ask(client, thread, Ask::ReceiveAny { connections, deadline_us });
            }
            FromChild::Disconnect { connection } => self.drop_connection(client, connection),
            FromChild::GetTime => {
                let unix_us = self.clock.read();
                self.answer(client, thread, ToChild::Time { unix_us });
            }
            FromChild::Sleep { duration_us } => {
                let until_us = self.deadline(duration_us);
                self.ask(client, thread, Ask::Sleep { until_us });
            }
            FromChild::ReadLine { prompt } => self.ask(client, thread, Ask::Input { prompt }),
            FromChild::Completions { names } => self.take_names(client, &names),
            FromChild::Described { description } => self.take_description(client, description.as_ref()),
            FromChild::ShowHelp { method } => self.show_method_help(client, &method),
            FromChild::ThreadCount { count } => self.clients[client].python.threads = count,
            FromChild::VariablesSaved { are_restorable } => self.note_saved_variables(client, are_restorable),
            // The session no longer waits for this answer, so it is ignored.
            FromChild::VariablesRestored => {}
            FromChild::InterruptWait if self.clients[client].python.is_main_waiting() => {
                self.answer(client, MAIN_THREAD, ToChild::Interrupted);
            }
            // The wait that was to be interrupted has already ended, so the program continues.
            FromChild::InterruptWait => {}
            FromChild::RunFinished(outcome) => self.run_finished(client, outcome),
        }
    }

    /// Ends the statement that a client has run, unless other threads of the Python process are still running. Their
    /// output and their commands belong to this statement, regardless of the speed of the threads.
    fn run_finished(&mut self, client: ClientIndex, outcome: RunOutcome) {
        let Client { python, work, .. } = &mut self.clients[client];
        python.asks.remove(&MAIN_THREAD);
        match work {
            Some(work) if python.has_running_threads() => {
                (work.outcome, work.requests_since) = (Some(outcome), 0);
            }
            _ => self.statement_done(client, outcome),
        }
    }

    /// Ends a client's statement if its main thread has finished it and only other threads are still running. Returns
    /// false if there is no such statement.
    pub(super) fn end_statement(&mut self, client: ClientIndex) -> bool {
        let outcome = self.clients[client].work.as_mut().and_then(|work| work.outcome.take());
        let is_awaited = outcome.is_some();
        outcome.into_iter().for_each(|outcome| self.statement_done(client, outcome));
        is_awaited
    }

    /// Counts a request that another thread sent after the main thread finished the statement. Ends the statement when
    /// all threads wait, or when the maximum is exceeded.
    fn count_thread_request(&mut self, client: ClientIndex, weight: u32) {
        let Client { python, work, .. } = &mut self.clients[client];
        let Some(work) = work.as_mut().filter(|work| work.outcome.is_some()) else { return };
        work.requests_since += weight;
        if !python.has_running_threads() || work.requests_since > MOST_REQUESTS_SINCE {
            self.end_statement(client);
        }
    }

    fn take_output(&mut self, client: ClientIndex, stream: Stream, text: &str) {
        if let Some(work) = &mut self.clients[client].work
            && stream == Stream::Stdout
        {
            work.submission.keep_output(text, most_output(self.shows_all));
        }
        self.show_output(client, text, Show::Output);
    }

    /// Removes a connection that a child process has closed.
    pub(super) fn drop_connection(&mut self, client: ClientIndex, connection: u32) {
        if let Some(connection) = self.clients[client].python.connections.remove(&connection) {
            self.disconnect(connection.client);
        }
    }

    /// Opens a connection for a child process, and runs the connection's setup commands. Returns the replies to them,
    /// or the reason why the connection was refused.
    pub(super) fn open_connection(
        &mut self,
        client: ClientIndex,
        connection: u32,
        host: &str,
        port: u16,
        setup_commands: &[u8],
    ) -> Result<Vec<u8>, String> {
        if !matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0") {
            return Err(messages::one_redis_only(PORT, format!("{host:?}")));
        }
        if port != PORT && self.port != Some(port) {
            return Err(format!("Error 111 connecting to {host}:{port}. Connection refused."));
        }
        let most = self.engine.server.config.integer("maxclients").unsigned_abs();
        if client != TUTOR && self.engine.server.clients.len() as u64 >= most {
            // If a server sends this error, redis-py raises the same ConnectionError.
            return Err("max number of clients reached".into());
        }
        let id = self.connect_for(client);
        self.execute_all(id, &mut RequestParser::default(), &mut setup_commands.to_vec(), None);
        let data = self.engine.server.clients.get_mut(id).reply.take();
        self.clients[client].python.connections.insert(connection, Connection::new(id));
        Ok(data)
    }

    /// Passes bytes from a child process to the engine, after those that were kept while the connection was blocked.
    pub fn feed(&mut self, client: ClientIndex, connection: u32, data: &[u8]) {
        let Client { python, work, .. } = &mut self.clients[client];
        let Some(open) = python.connections.get_mut(&connection) else { return };
        if let Some(work) = work {
            work.submission.traffic.sent += data.len();
        }
        open.input.extend_from_slice(data);
        if open.input.is_empty() {
            return;
        }
        let id = open.client;
        let (mut parser, mut input) = (std::mem::take(&mut open.parser), std::mem::take(&mut open.input));
        self.execute_all(id, &mut parser, &mut input, Some(client));
        input.shrink_to(input.len().max(MOST_SPARE_INPUT));
        if let Some(open) = self.clients[client].python.connections.get_mut(&connection) {
            (open.parser, open.input) = (parser, input);
        }
        self.connection_memory.add(data.len());
        self.limit_query_buffer(id, client, connection);
        self.limit_connections();
    }

    /// Closes a connection if its unread requests and the commands queued by MULTI exceed Redis's limit
    /// (`client-query-buffer-limit`).
    fn limit_query_buffer(&mut self, id: ClientId, client: ClientIndex, connection: u32) {
        let unread = self.clients[client].python.connections.get(&connection).map_or(0, |open| open.input.len());
        let Some(state) = self.engine.server.clients.find(id).filter(|state| !state.closing) else { return };
        let length = unread + state.transaction.as_ref().map_or(0, |transaction| transaction.bytes);
        if length as u64 > self.engine.server.config.integer("client-query-buffer-limit").unsigned_abs() {
            self.engine.server.statistics.query_limit_disconnections += 1;
            self.close_and_release(id);
        }
    }

    /// Runs all complete commands in `input`, and removes them from it. Adds the commands to the submission of
    /// `client`, if there is one.
    pub(super) fn execute_all(
        &mut self,
        id: ClientId,
        parser: &mut RequestParser,
        input: &mut Vec<u8>,
        client: Option<ClientIndex>,
    ) {
        let mut used = 0;
        // While a connection is blocked, its input stays unread. If a connection is closing, its input is discarded.
        while !self.engine.is_blocked(id) {
            if self.engine.server.clients.get(id).closing {
                used = input.len();
                break;
            }
            let allowance =
                RequestLimits { authenticated: true, max_bulk_len: self.engine.keyspace.limits.proto_max_bulk_len };
            let rest = &input[used..];
            match parser.parse(rest, allowance) {
                Ok(Some(length)) => {
                    let argv: Vec<&[u8]> = parser.words(rest).collect();
                    if !argv.is_empty() {
                        if let Some(work) = client.and_then(|client| self.clients[client].work.as_mut()) {
                            work.submission.traffic.commands += 1;
                            self.clock.note_command(work.submission.traffic.commands);
                            work.submission.keep_command(argv.iter().map(|word| word.to_vec()).collect());
                        }
                        self.execute(client, id, &argv, &rest[..length]);
                    }
                    used += length;
                }
                Ok(None) => break,
                Err(error) => {
                    let state = self.engine.server.clients.get_mut(id);
                    state.reply.error(&redis_engine::error::Error::new(error.0.as_bytes()));
                    state.closing = true;
                    used = input.len();
                    break;
                }
            }
        }
        input.drain(..used);
    }

    fn ask_to_receive(&mut self, client: ClientIndex, thread: u32, connection: u32, timeout_us: Option<u64>) {
        let deadline_us = timeout_us.map(|us| self.deadline(us));
        self.ask(client, thread, Ask::Receive { connection, deadline_us });
    }

    /// Returns the time that is `us` microseconds from now, in microseconds since 1970.
    fn deadline(&self, us: u64) -> i64 {
        self.clock.now_us().saturating_add(i64::try_from(us).unwrap_or(i64::MAX))
    }

    /// Handles a child's request: answers it immediately if possible, and otherwise keeps it.
    fn ask(&mut self, client: ClientIndex, thread: u32, ask: Ask) {
        match self.ready_answer(client, &ask) {
            Some(answer) => self.answer(client, thread, answer),
            None if thread == MAIN_THREAD && self.take_signalled(client) => {
                // The child sent this request before it received the signal. While a child waits for an answer, it does
                // not notice signals, so the answer reports the interruption.
                self.answer(client, thread, ToChild::Interrupted);
            }
            None => {
                let Client { python, work, .. } = &mut self.clients[client];
                python.asks.insert(thread, ask);
                let was_interrupted = work.as_ref().is_some_and(|work| work.interrupts > 0);
                // The turn ends when all threads are waiting. A thread that waits for another thread's lock sends no
                // request, and neither does a program that handles Ctrl-C. In both cases, the session notices that no
                // frames (protocol messages) arrive.
                if python.is_main_waiting()
                    && !python.has_running_threads()
                    && !was_interrupted
                    && self.turn == Some(client)
                {
                    self.turn = None;
                }
            }
        }
    }

    /// Returns whether a signal (Ctrl-C) has been sent to a client's child process since its last blocking request, and
    /// resets `was_signalled`.
    fn take_signalled(&mut self, client: ClientIndex) -> bool {
        self.clients[client].work.as_mut().is_some_and(|work| std::mem::take(&mut work.was_signalled))
    }

    /// Returns the answer to a request if it is available now.
    pub fn ready_answer(&mut self, client: ClientIndex, ask: &Ask) -> Option<ToChild> {
        let now_us = self.clock.now_us();
        match ask {
            Ask::Receive { connection, deadline_us } => match self.fetch(client, *connection) {
                Some(Some(data)) => Some(ToChild::Received { data }),
                Some(None) => Some(ToChild::ConnectionClosed),
                None => deadline_us.is_some_and(|at| at <= now_us).then_some(ToChild::TimedOut),
            },
            Ask::ReceiveAny { connections, deadline_us } => {
                let fetched = (0..).zip(connections).filter_map(|(index, connection)| {
                    self.fetch(client, *connection).map(|data| Arrival { index, data })
                });
                let arrivals: Vec<Arrival> = fetched.collect();
                if !arrivals.is_empty() {
                    return Some(ToChild::ReceivedAny { arrivals });
                }
                deadline_us.is_some_and(|at| at <= now_us).then_some(ToChild::TimedOut)
            }
            Ask::Sleep { until_us } => (*until_us <= now_us).then_some(ToChild::Slept),
            Ask::Input { .. } => None,
        }
    }

    /// Returns the bytes that have arrived on a child's connection: `Some(None)` if it is closed, and `None` if nothing
    /// has arrived.
    fn fetch(&mut self, client: ClientIndex, connection: u32) -> Option<Option<Vec<u8>>> {
        self.feed(client, connection, &[]);
        let Some(open) = self.clients[client].python.connections.get(&connection) else { return Some(None) };
        let id = open.client;
        let state = self.engine.server.clients.find(id)?;
        if state.reply.is_empty() {
            return state.closing.then_some(None);
        }
        let data = state.reply.take();
        self.log_fetched(client, id, &data);
        if let Some(work) = &mut self.clients[client].work {
            work.submission.traffic.round_trips += 1;
            work.submission.traffic.received += data.len();
        }
        Some(Some(data))
    }

    /// Returns a copy of the bytes that have arrived on a child's connection and were not fetched.
    pub fn arrived(&self, client: ClientIndex, connection: u32) -> Vec<u8> {
        let open = self.clients[client].python.connections.get(&connection);
        let state = open.and_then(|open| self.engine.server.clients.find_for_reading(open.client));
        state.map(|state| state.reply.as_bytes().to_vec()).unwrap_or_default()
    }

    /// Answers a child's request, and gives that child the turn.
    pub fn answer(&mut self, client: ClientIndex, thread: u32, answer: ToChild) {
        self.send_answer(client, thread, answer, None);
    }

    /// Answers a child's request, and gives the turn to that client. `connection` is the child's number for the
    /// connection that the request opened, if any.
    fn send_answer(&mut self, client: ClientIndex, thread: u32, answer: ToChild, connection: Option<u32>) {
        let python = &mut self.clients[client].python;
        python.asks.remove(&thread);
        python.replay_log.add_answer(thread, &answer, connection);
        let Some(child) = python.child else { return };
        self.effects.push(Effect::Send { child, thread, frame: answer });
        self.give_turn(client);
    }

    fn statement_done(&mut self, client: ClientIndex, outcome: RunOutcome) {
        self.turn = None;
        let mut traceback = None;
        let (mut class, mut said) = (String::new(), String::new());
        let value = outcome.last_echo.clone().unwrap_or_default();
        let mut leave = None;
        let (mut ended, mut running, mut leaves) = (InputOutcome::Quiet, None, false);
        let Client { work, python, .. } = &mut self.clients[client];
        if let Some(work) = work {
            ended = match &outcome {
                _ if work.interrupts > 0 => InputOutcome::Broken,
                // Ctrl-C ended a wait, so the statement counts as interrupted.
                RunOutcome { exception: Some(raised), .. } if raised.class == "KeyboardInterrupt" => {
                    InputOutcome::Broken
                }
                RunOutcome { exception: Some(_), .. } => InputOutcome::Raised,
                RunOutcome { last_echo: Some(_), .. } => InputOutcome::Echoed,
                _ => InputOutcome::Quiet,
            };
            running = work.running.take();
            leaves = outcome.exception.as_ref().is_some_and(|exception| exception.exit_status.is_some());
            if work.interrupts > 0 {
                // A replay could not repeat the interruption, because it is not known where the statement was
                // interrupted.
                python.replay_log.drop_last();
                python.was_interrupted = true;
            }
            let submission = &mut work.submission;
            submission.failed = outcome.exception.is_some();
            if let Some(repr) = outcome.last_echo {
                submission.value = Some(DisplayedValue::Python(repr));
            }
            if let Some(exception) = outcome.exception {
                leave = exception.exit_status;
                if exception.exit_status.is_none() {
                    traceback = Some(exception.traceback);
                    // The rest of the line is skipped, but the following lines run, as at Python's prompt.
                    while work.statements.pop_front_if(|next| next.continues_line).is_some() {}
                } else {
                    work.statements.clear();
                }
                class.clone_from(&exception.class);
                let mut message = exception.message;
                message.truncate(message.floor_char_boundary(most_output(self.shows_all)));
                said.clone_from(&message);
                let failure = Failure { class: exception.class, message, exit_status: exception.exit_status };
                submission.error = Some(failure);
            }
        }
        let hint = running.as_deref().and_then(|source| {
            let error = (class.as_str(), said.as_str());
            python_hints::suggest(source, error, &value).or_else(|| self.name_hint(client, source, &class))
        });
        if let Some(source) = running.filter(|_| !leaves) {
            self.log_input(client, InputKind::Python, source, ended);
        }
        if let Some(traceback) = traceback {
            self.show_traceback(client, &traceback);
        }
        if let Some(hint) = hint {
            self.hint_about(client, &hint);
        }
        if leave.is_none() {
            self.next_statement(client);
        } else {
            self.finish_work(client);
        }
    }

    /// Runs the next statement of a client's submission. After the last one, ends the submission.
    pub fn next_statement(&mut self, client: ClientIndex) {
        let next = self.clients[client].work.as_mut().and_then(|work| work.statements.pop_front());
        let next = next.map(|statement| statement.source);
        match next {
            Some(source) => {
                if let Some(work) = &mut self.clients[client].work {
                    work.running = Some(source.clone());
                }
                self.run_python(client, source);
            }
            None => self.finish_work(client),
        }
    }

    /// Records why a child process has ended. The exit itself must be reported separately afterwards.
    pub fn note_python_end(&mut self, child: ChildId, end: PythonEnd) {
        if let Some(client) = self.clients.with_child(child) {
            self.clients[client].python.end = Some(end);
        }
    }

    /// Handles the exit of a child process. If the replay log is complete, a new child replays it to restore the
    /// variables. Otherwise, the variables are lost.
    pub fn handle_child_exit(&mut self, child: ChildId) {
        let Some(client) = self.clients.with_child(child) else { return };
        if self.turn == Some(client) {
            self.turn = None;
        }
        let was_replaying = self.clients[client].python.replay.is_some();
        // A redis-cli line does not run in the child process, so the child's exit ends only a running Python statement.
        let was_running = self.clients[client].work.as_ref().is_some_and(|work| work.running.is_some());
        let asked_for = self.clients[client].work.as_ref().is_some_and(|work| work.interrupts > 1);
        let end = self.clients[client].python.end;
        let waiting =
            self.clients[client].python.asks.keys().copied().filter(|&thread| thread != MAIN_THREAD).collect();
        self.forget_child(client);
        if was_running {
            self.clients[client].python.replay_log.drop_last();
        }
        let is_whole = self.clients[client].python.replay_log.is_whole() && !was_replaying;
        let variables = if is_whole { messages::variables_restored() } else { messages::variables_gone() };
        let (class, ended) = match end {
            _ if asked_for => ("KeyboardInterrupt", messages::python_stopped(variables)),
            Some(PythonEnd::OutOfMemory { limit }) => {
                ("MemoryError", messages::python_out_of_memory(memory_size(limit), variables))
            }
            Some(PythonEnd::StackOverflow) => ("RecursionError", messages::python_stack_overflow(variables)),
            Some(PythonEnd::Exited) => ("SystemExit", messages::python_exited(variables)),
            Some(PythonEnd::Panicked) => ("SystemError", messages::python_panicked(variables)),
            None => ("SystemError", messages::python_ended(variables)),
        };
        self.say_about(client, &ended);
        if is_whole {
            self.begin_replay(client, waiting);
        } else {
            self.clients[client].python.replay_log = ReplayLog::default();
        }
        if was_running {
            let work = self.clients[client].work.as_mut();
            let running = work.and_then(|work| {
                work.submission.failed = true;
                let message = ended.clone();
                work.submission.error = Some(Failure { class: class.to_owned(), message, exit_status: None });
                work.running.take()
            });
            if let Some(source) = running {
                self.log_input(client, InputKind::Python, source, InputOutcome::Broken);
            }
            self.finish_work(client);
        }
        self.ask_name_again(client);
    }

    /// Kills a client's Python process. The next statement runs in a new process without any variables.
    pub fn replace_python(&mut self, client: ClientIndex) {
        self.effects.extend(self.clients[client].python.child.map(Effect::Kill));
        self.forget_child(client);
        self.clients[client].python.replay_log = ReplayLog::default();
    }

    /// Discards the state of a child process that has ended, and closes its connections.
    pub fn forget_child(&mut self, client: ClientIndex) {
        let python = &mut self.clients[client].python;
        python.child = None;
        python.asks.clear();
        python.unread.clear();
        python.replay = None;
        python.runs = 0;
        python.threads = 0;
        python.was_interrupted = false;
        python.end = None;
        python.saved_variables = SavedVariables::Never;
        for connection in std::mem::take(&mut python.connections).into_values() {
            self.disconnect(connection.client);
        }
    }
}
