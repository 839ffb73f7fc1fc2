//! What a Python child says, and what it is answered.

use super::client::{Ask, Client, Connection, WorkKind};
use super::event::{ChildId, Effect, Show};
use super::save::{Ended, Kind};
use super::{Session, TUTOR, python_hints};
use crate::lesson::evidence::{DisplayedValue, Failure};
use python_kernel::frame::{FromChild, MAIN_THREAD, RunOutcome, Stream, ToChild};
use redis_engine::client::ClientId;
use redis_engine::resp::request::{RequestLimits, RequestParser};

/// The port that the tutor's Redis is at, as far as Python knows.
pub(super) const PORT: u16 = 6379;

/// The most that is kept of what a submission prints, in bytes, where somebody watches.
const MOST_OUTPUT: usize = 1 << 20;

impl Session {
    /// Starts a client's Python, if there is none.
    pub(super) fn start_python(&mut self, who: usize) -> ChildId {
        if let Some(child) = self.clients[who].python.child {
            return child;
        }
        self.last_child += 1;
        let child = ChildId(self.last_child);
        self.clients[who].python.child = Some(child);
        self.effects.push(Effect::Spawn(child));
        let seed = self.seed.wrapping_add(who as u64);
        let frame = ToChild::Start { seed, module: self.module.into() };
        self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame });
        child
    }

    /// Lets a client's Python run a source.
    pub(super) fn run_python(&mut self, who: usize, source: String) {
        let child = self.start_python(who);
        let python = &mut self.clients[who].python;
        python.journal.begin(&source);
        python.runs += 1;
        let frame = ToChild::Run { number: python.runs, source, echo: true };
        if std::mem::take(&mut python.was_interrupted) {
            self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame: ToChild::DiscardInterrupt });
        }
        self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame });
        self.turn = Some(who);
    }

    pub(super) fn heard_from_child(&mut self, child: ChildId, thread: u32, frame: FromChild) {
        let Some(who) = self.clients.iter().position(|client| client.python.child == Some(child)) else { return };
        if self.clients[who].python.replay.is_some() {
            return self.heard_from_replaying_child(who, thread, frame);
        }
        let Some(frame) = self.hold_back(who, thread, frame) else { return };
        match frame {
            FromChild::Ready => {}
            FromChild::Output { stream, text } => self.output(who, stream, &text),
            FromChild::Connect { connection, host, port, setup_commands } => {
                let answer = match self.open_connection(who, connection, &host, port, &setup_commands) {
                    Ok(data) => ToChild::Connected { data },
                    Err(reason) => ToChild::ConnectionRefused { reason },
                };
                self.answer(who, thread, answer);
            }
            FromChild::Send { connection, data } => self.feed(who, connection, &data),
            FromChild::Receive { connection, timeout_us } => self.ask_to_receive(who, thread, connection, timeout_us),
            FromChild::Exchange { connection, data, timeout_us } => {
                self.feed(who, connection, &data);
                self.ask_to_receive(who, thread, connection, timeout_us);
            }
            FromChild::Disconnect { connection } => {
                if let Some(connection) = self.clients[who].python.connections.remove(&connection) {
                    self.hang_up(connection.client);
                }
            }
            FromChild::GetTime => {
                let unix_us = self.clock.look();
                self.answer(who, thread, ToChild::Time { unix_us });
            }
            FromChild::Sleep { duration_us } => {
                let until_us = self.clock.now_us().saturating_add(i64::try_from(duration_us).unwrap_or(i64::MAX));
                self.ask(who, thread, Ask::Sleep { until_us });
            }
            FromChild::ReadLine { prompt } => self.ask(who, thread, Ask::Input { prompt }),
            FromChild::Completions { names } => self.names(who, &names),
            FromChild::ThreadCount { count } => self.clients[who].python.threads = count,
            FromChild::InterruptWait if self.clients[who].python.main_asks() => {
                self.answer(who, MAIN_THREAD, ToChild::Interrupted);
            }
            // It was answered meanwhile, and goes on.
            FromChild::InterruptWait => {}
            FromChild::RunFinished(outcome) => self.statement_done(who, outcome),
        }
    }

    fn output(&mut self, who: usize, stream: Stream, text: &str) {
        if let Some(work) = &mut self.clients[who].work
            && stream == Stream::Stdout
            // A loop that prints for ever must not fill the memory.
            && (self.shows_all || work.submission.output.len() < MOST_OUTPUT)
        {
            work.submission.output.push_str(text);
        }
        self.show_output(who, text, Show::Output);
    }

    /// Opens a connection of a child's, and runs the commands that set it up.
    fn open_connection(
        &mut self,
        who: usize,
        connection: u32,
        host: &str,
        port: u16,
        setup_commands: &[u8],
    ) -> Result<Vec<u8>, String> {
        if !matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0") {
            return Err(format!(
                "redis-tutor has one Redis, inside itself, at localhost:{PORT}, and reaches no other: \
                 leave out host={host:?}, or type host='localhost'."
            ));
        }
        if port != PORT && self.serving != Some(port) {
            return Err(format!("Error 111 connecting to {host}:{port}. Connection refused."));
        }
        let client = self.connect();
        self.engine.server.clients.get_mut(client).is_hidden_from_monitors = who == TUTOR;
        self.execute_all(client, &mut RequestParser::default(), &mut setup_commands.to_vec(), None);
        let data = self.engine.server.clients.get_mut(client).reply.take();
        let opened = Connection { client, input: Vec::new(), parser: RequestParser::default() };
        self.clients[who].python.connections.insert(connection, opened);
        Ok(data)
    }

    /// Connects to the engine, from a port of its own.
    pub(super) fn connect(&mut self) -> ClientId {
        let client = self.engine.connect();
        let state = self.engine.server.clients.get_mut(client);
        // Those that an operating system gives to clients.
        state.address = format!("127.0.0.1:{}", 49152 + client.0 % 16384);
        state.local_address = format!("127.0.0.1:{PORT}");
        client
    }

    /// Hands bytes of a child's connection to the engine, and those that were kept while it waited.
    pub(super) fn feed(&mut self, who: usize, connection: u32, data: &[u8]) {
        let Some(mut open) = self.clients[who].python.connections.remove(&connection) else { return };
        if let Some(work) = &mut self.clients[who].work {
            work.submission.traffic.sent += data.len();
        }
        open.input.extend_from_slice(data);
        if open.input.is_empty() {
            self.clients[who].python.connections.insert(connection, open);
            return;
        }
        self.execute_all(open.client, &mut open.parser, &mut open.input, Some(who));
        self.clients[who].python.connections.insert(connection, open);
    }

    /// Runs all whole commands of `input`, and takes them off it. Those of `who` are recorded in their submission.
    fn execute_all(&mut self, client: ClientId, parser: &mut RequestParser, input: &mut Vec<u8>, who: Option<usize>) {
        let mut used = 0;
        // A client that waits sends on, but nothing of it is looked at; one that was let go is not heard any more.
        while !self.engine.is_blocked(client) {
            if self.engine.server.clients.get(client).closing {
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
                        if let Some(work) = who.and_then(|who| self.clients[who].work.as_mut()) {
                            work.submission.traffic.commands += 1;
                            self.clock.command(work.submission.traffic.commands);
                            work.submission.commands.push(argv.iter().map(|word| word.to_vec()).collect());
                        }
                        self.execute(who, client, &argv, &rest[..length]);
                    }
                    used += length;
                }
                Ok(None) => break,
                Err(error) => {
                    let state = self.engine.server.clients.get_mut(client);
                    state.reply.error(&redis_engine::error::Error::new(error.0.as_bytes()));
                    state.closing = true;
                    used = input.len();
                    break;
                }
            }
        }
        input.drain(..used);
    }

    pub(super) fn ask_to_receive(&mut self, who: usize, thread: u32, connection: u32, timeout_us: Option<u64>) {
        let deadline = |us: u64| self.clock.now_us().saturating_add(i64::try_from(us).unwrap_or(i64::MAX));
        self.ask(who, thread, Ask::Receive { connection, deadline_us: timeout_us.map(deadline) });
    }

    /// A child's question: answered now if it can be, else kept.
    fn ask(&mut self, who: usize, thread: u32, ask: Ask) {
        match self.ready_answer(who, &ask) {
            Some(answer) => self.answer(who, thread, answer),
            None if thread == MAIN_THREAD && self.was_signalled(who) => {
                // The signal crossed the question: a child that waits hears no signals.
                self.answer(who, thread, ToChild::Interrupted);
            }
            None => {
                let Client { python, work, .. } = &mut self.clients[who];
                python.asks.insert(thread, ask);
                let was_interrupted = work.as_ref().is_some_and(|work| work.interrupts > 0);
                // Its turn is over when all of it waits. A thread that waits for another's lock is told by its silence, and
                // so is a program that has dealt with its Ctrl-C.
                if python.main_asks() && !python.others_run() && !was_interrupted && self.turn == Some(who) {
                    self.turn = None;
                }
            }
        }
    }

    /// Whether a client's child was signalled since it last asked something that had to wait; from now on it was not.
    fn was_signalled(&mut self, who: usize) -> bool {
        self.clients[who].work.as_mut().is_some_and(|work| std::mem::take(&mut work.signalled))
    }

    /// The answer to a question, if there is one by now.
    pub(super) fn ready_answer(&mut self, who: usize, ask: &Ask) -> Option<ToChild> {
        let now_us = self.clock.now_us();
        match ask {
            Ask::Receive { connection, deadline_us } => {
                self.feed(who, *connection, &[]);
                let Some(open) = self.clients[who].python.connections.get(connection) else {
                    return Some(ToChild::ConnectionClosed);
                };
                let open_client = open.client;
                let client = self.engine.server.clients.find(open_client)?;
                if !client.reply.is_empty() {
                    let data = client.reply.take();
                    self.record_fetched(who, open_client, &data);
                    if let Some(work) = &mut self.clients[who].work {
                        work.submission.traffic.round_trips += 1;
                        work.submission.traffic.received += data.len();
                    }
                    return Some(ToChild::Received { data });
                }
                if client.closing {
                    return Some(ToChild::ConnectionClosed);
                }
                deadline_us.is_some_and(|at| at <= now_us).then_some(ToChild::TimedOut)
            }
            Ask::Sleep { until_us } => (*until_us <= now_us).then_some(ToChild::Slept),
            Ask::Input { .. } => None,
        }
    }

    /// Answers a child's question: it is its turn again.
    pub(super) fn answer(&mut self, who: usize, thread: u32, answer: ToChild) {
        let python = &mut self.clients[who].python;
        python.asks.remove(&thread);
        python.journal.answered(thread, &answer);
        let Some(child) = python.child else { return };
        self.effects.push(Effect::Send { child, thread, frame: answer });
        self.turn = Some(who);
    }

    fn names(&mut self, who: usize, names: &[String]) {
        self.turn = None;
        let Some(work) = self.clients[who].work.take() else { return };
        if let WorkKind::AskName { line } = work.kind {
            let first = line.split_whitespace().next().unwrap_or_default();
            if names.iter().any(|name| name == first) {
                self.begin_python(who, &line);
            } else {
                self.begin_cli(who, &line);
            }
        }
    }

    fn statement_done(&mut self, who: usize, outcome: RunOutcome) {
        self.turn = None;
        self.clients[who].python.asks.remove(&MAIN_THREAD);
        let mut traceback = None;
        let mut class = String::new();
        let value = outcome.last_echo.clone().unwrap_or_default();
        let mut leave = None;
        let (mut ended, mut running, mut leaves) = (Ended::Quietly, None, false);
        let Client { work, python, .. } = &mut self.clients[who];
        if let Some(work) = work {
            ended = match &outcome {
                _ if work.interrupts > 0 => Ended::Broken,
                RunOutcome { exception: Some(_), .. } => Ended::Raised,
                RunOutcome { last_echo: Some(_), .. } => Ended::Echoed,
                _ => Ended::Quietly,
            };
            running = work.running.take();
            leaves = outcome.exception.as_ref().is_some_and(|exception| exception.exit_status.is_some());
            if work.interrupts > 0 {
                // Nobody can say at which point it was interrupted.
                python.journal.strike_last();
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
                } else {
                    work.statements.clear();
                }
                class.clone_from(&exception.class);
                let failure =
                    Failure { class: exception.class, message: exception.message, exit_status: exception.exit_status };
                submission.error = Some(failure);
            }
        }
        let slip = running.as_deref().and_then(|source| python_hints::suggest(source, &class, &value));
        if let Some(source) = running.filter(|_| !leaves) {
            self.keep_typed(who, Kind::Python, source, ended);
        }
        if let Some(traceback) = traceback {
            self.show_from(who, Show::Traceback(traceback));
        }
        if let Some(slip) = slip {
            self.remark(who, &slip);
        }
        if leave.is_none() {
            self.next_statement(who);
        } else {
            self.work_done(who);
        }
    }

    /// Runs the next statement of a client's submission, or ends it.
    pub(super) fn next_statement(&mut self, who: usize) {
        let next = self.clients[who].work.as_mut().and_then(|work| work.statements.pop_front());
        match next {
            Some(source) => {
                if let Some(work) = &mut self.clients[who].work {
                    work.running = Some(source.clone());
                }
                self.run_python(who, source);
            }
            None => self.work_done(who),
        }
    }

    /// A child has ended: a new one takes its place, and is brought to where the old one was.
    pub(super) fn child_gone(&mut self, child: ChildId) {
        let Some(who) = self.clients.iter().position(|client| client.python.child == Some(child)) else { return };
        if self.turn == Some(who) {
            self.turn = None;
        }
        let was_replaying = self.clients[who].python.replay.is_some();
        let was_running = self.clients[who].work.is_some();
        let asked_for = self.clients[who].work.as_ref().is_some_and(|work| work.interrupts > 1);
        self.forget_child(who);
        if was_running {
            self.clients[who].python.journal.strike_last();
        }
        let whole = self.clients[who].python.journal.is_whole() && !was_replaying;
        let ended = if asked_for { "Python was stopped." } else { "Python has ended." };
        let variables = if whole {
            "A new one takes its place: your variables are restored, but for that line's."
        } else {
            "A new one takes its place. Your variables are gone."
        };
        self.tell(who, &format!("{ended} {variables} The data is untouched."));
        if whole {
            self.begin_replay(who);
        } else {
            self.clients[who].python.journal = super::replay_log::ReplayLog::default();
        }
        if was_running {
            let running = self.clients[who].work.as_mut().and_then(|work| work.running.take());
            if let Some(source) = running {
                self.keep_typed(who, Kind::Python, source, Ended::Broken);
            }
            self.work_done(who);
        }
    }

    /// Drops what belongs to a child that has ended.
    pub(super) fn forget_child(&mut self, who: usize) {
        let python = &mut self.clients[who].python;
        python.child = None;
        python.asks.clear();
        python.replay = None;
        python.runs = 0;
        python.threads = 0;
        python.was_interrupted = false;
        for connection in std::mem::take(&mut python.connections).into_values() {
            self.hang_up(connection.client);
        }
    }

    /// Brings a fresh child to where the journal ends.
    fn begin_replay(&mut self, who: usize) {
        if self.clients[who].python.journal.is_empty() {
            return;
        }
        self.start_python(who);
        self.clients[who].python.replay = Some(self.clients[who].python.journal.replay());
        self.next_replayed(who);
    }

    pub(super) fn next_replayed(&mut self, who: usize) {
        let python = &mut self.clients[who].python;
        let Some(child) = python.child else { return };
        match python.replay.as_mut().and_then(super::replay_log::Replay::next_source) {
            Some(source) => {
                python.runs += 1;
                let frame = ToChild::Run { number: python.runs, source, echo: true };
                self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame });
                self.turn = Some(who);
            }
            None => {
                python.replay = None;
                self.turn = None;
            }
        }
    }

    fn heard_from_replaying_child(&mut self, who: usize, thread: u32, frame: FromChild) {
        let opens = self.clients[who].python.replay.as_ref().is_some_and(super::replay_log::Replay::opens_connections);
        match frame {
            FromChild::Ready
            | FromChild::Output { .. }
            | FromChild::Send { .. }
            | FromChild::InterruptWait
            | FromChild::Completions { .. } => {}
            FromChild::ThreadCount { count } => self.clients[who].python.threads = count,
            FromChild::RunFinished(_) => self.next_replayed(who),
            // Where connections stand already, the one that is closed here is gone, or closes once more later.
            FromChild::Disconnect { .. } if !opens => {}
            FromChild::Disconnect { connection } => {
                if let Some(connection) = self.clients[who].python.connections.remove(&connection) {
                    self.hang_up(connection.client);
                }
            }
            question => {
                if opens && let FromChild::Connect { connection, host, port, setup_commands } = &question {
                    // The connection must stand for what comes after the replay; what it was answered then is on record.
                    let _ = self.open_connection(who, *connection, host, *port, setup_commands);
                }
                self.answer_from_record(who, thread);
            }
        }
    }

    /// Answers a question from the record, or lets the child wait where the record ends.
    fn answer_from_record(&mut self, who: usize, thread: u32) {
        let python = &mut self.clients[who].python;
        let (Some(replay), Some(child)) = (&mut python.replay, python.child) else { return };
        if let Some(frame) = replay.answer(thread) {
            self.effects.push(Effect::Send { child, thread, frame });
        } else if let Some(ask) = replay.take_asked(thread) {
            python.asks.insert(thread, ask);
            if thread == MAIN_THREAD {
                python.replay = None;
                self.turn = None;
            }
        } else {
            // It goes another way than before: give up rather than guess.
            self.effects.push(Effect::Kill(child));
        }
    }
}
