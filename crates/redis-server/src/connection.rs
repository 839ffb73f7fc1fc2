//! One client's socket: what was read and not yet run, what was answered and not yet sent.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::time::Instant;

use mio::net::TcpStream;

use redis_engine::Engine;
use redis_engine::client::{ClientId, OutputBuffer};
use redis_engine::config::OutputLimit;
use redis_engine::error::Error;
use redis_engine::resp::request::{Allowance, RequestParser};

/// The least that `client-query-buffer-limit` can be, in bytes: unfinished requests up to this are always let in.
const LEAST_INPUT_LIMIT: usize = 1 << 20;
/// The most that a client may leave unread, in bytes, whatever the configuration says.
const MOST_OUTPUT: usize = 1 << 30;
/// The same for one that has not shown the password.
const MOST_UNAUTHENTICATED: u64 = 1024;

/// How much is written at once, in bytes: as much as Redis's clients read at once. Fifty that ask for 500
/// elements sixteen times at a time get 5 to 7 in a hundred more of them than from answers that are written whole, of 232
/// kilobytes (8192: 4; 4096, 32768 and 65536: no more than from whole ones).
const PIECE: usize = 16 << 10;

/// A client's socket and buffers.
#[derive(Debug)]
pub struct Connection {
    pub stream: TcpStream,
    pub client: ClientId,
    parser: RequestParser,
    /// Read and not yet run: an unfinished request, or what stands behind a command that waits.
    input: Vec<u8>,
    /// Answered, and refused by a full socket, from `sent` on.
    output: Vec<u8>,
    sent: usize,
    /// Since when more is unread than the soft limit of its class allows.
    over_soft_since: Option<Instant>,
    /// Whether it stands in the queue of those to be attended to again.
    pub is_queued: bool,
}

/// What a look at a connection came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    /// There may be more to read.
    Unfinished,
    /// The client is gone, or has to go.
    Over,
}

impl Connection {
    pub fn new(stream: TcpStream, client: ClientId) -> Self {
        Connection {
            stream,
            client,
            parser: RequestParser::default(),
            input: Vec::new(),
            output: Vec::new(),
            sent: 0,
            over_soft_since: None,
            is_queued: false,
        }
    }

    /// Reads once, and runs what is whole. `buffer` is only borrowed for the time.
    pub fn read(&mut self, engine: &mut Engine, buffer: &mut [u8], now_us: i64) -> State {
        let read = match self.stream.read(buffer) {
            Ok(0) => return State::Over,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return State::Open,
            Err(error) if error.kind() == ErrorKind::Interrupted => return State::Unfinished,
            Err(_) => return State::Over,
        };
        engine.server.statistics.input_bytes += read as u64;
        if let Some(client) = engine.server.clients.find(self.client) {
            client.traffic.received += read as u64;
        }
        if self.input.is_empty() {
            let used = self.run(engine, &buffer[..read], now_us);
            self.input.extend_from_slice(&buffer[used..read]);
        } else {
            self.input.extend_from_slice(&buffer[..read]);
            if self.input.len() > LEAST_INPUT_LIMIT && self.exceeds_query_limit(engine) {
                engine.server.statistics.query_limit_disconnections += 1;
                return State::Over;
            }
            self.run_input(engine, now_us);
        }
        match read == buffer.len() {
            true => State::Unfinished,
            false => State::Open,
        }
    }

    /// Whether more was read than `client-query-buffer-limit` allows.
    fn exceeds_query_limit(&self, engine: &Engine) -> bool {
        self.input.len() as i64 > engine.server.config.integer("client-query-buffer-limit")
    }

    /// Goes on with what was read before: after a wait.
    pub fn resume(&mut self, engine: &mut Engine, now_us: i64) -> State {
        if !self.input.is_empty() {
            self.run_input(engine, now_us);
        }
        State::Open
    }

    fn run_input(&mut self, engine: &mut Engine, now_us: i64) {
        let mut input = std::mem::take(&mut self.input);
        let used = self.run(engine, &input, now_us);
        input.drain(..used);
        self.input = input;
    }

    /// Runs the whole requests at the start of the input, and says how many bytes that took.
    fn run(&mut self, engine: &mut Engine, input: &[u8], now_us: i64) -> usize {
        let mut used = 0;
        while used < input.len() {
            let Some(client) = engine.server.clients.find(self.client) else { break };
            if client.closing {
                return input.len();
            }
            let authenticated = client.authenticated;
            client.traffic.unread = input.len();
            if engine.is_blocked(self.client) || engine.server.pause_us > 0 {
                break;
            }
            let allowance = Allowance { authenticated, longest_bulk: engine.keyspace.limits.proto_max_bulk_len };
            match self.parser.parse(&input[used..], allowance) {
                Ok(None) => break,
                Ok(Some(taken)) => {
                    self.execute(engine, &input[used..], now_us);
                    used += taken;
                    if self.exceeds_hard_limit(engine) {
                        self.drop_connection(engine);
                        return input.len();
                    }
                }
                Err(error) => {
                    // Texts of the protocol are bytes: a character stands for each.
                    let text: Vec<u8> = format!("ERR {error}").chars().map(|c| c as u8).collect();
                    engine.server.clients.get_mut(self.client).reply.error(&Error::said(text));
                    engine.server.clients.close(self.client);
                    return input.len();
                }
            }
        }
        if let Some(client) = engine.server.clients.find(self.client) {
            client.traffic.unread = input.len() - used;
        }
        used
    }

    /// Runs the request that the parser has read from the start of `input`.
    fn execute(&self, engine: &mut Engine, input: &[u8], now_us: i64) {
        /// Requests of up to so many words need no allocation.
        const FEW: usize = 8;
        let words = self.parser.words(input);
        let count = words.len();
        if count == 0 {
            return;
        }
        if count <= FEW {
            let mut argv: [&[u8]; FEW] = [b""; FEW];
            argv.iter_mut().zip(words).for_each(|(slot, word)| *slot = word);
            // A browser that was led here speaks HTTP: its body could hold commands.
            if self.parser.was_typed() && [b"POST".as_slice(), b"host:"].iter().any(|w| w.eq_ignore_ascii_case(argv[0]))
            {
                return engine.server.clients.close(self.client);
            }
            engine.execute(self.client, &argv[..count], now_us);
        } else {
            engine.execute(self.client, &words.collect::<Vec<_>>(), now_us);
        }
    }

    /// The limits of what the client may leave unread, by its class. None: it has left.
    fn output_limit(&self, engine: &mut Engine) -> Option<OutputLimit> {
        let limits = &engine.server.config.output_limits;
        let listens = engine.server.subscriptions.listens(self.client);
        let limit = if listens { limits.pubsub } else { limits.normal };
        let authenticated = engine.server.clients.find(self.client)?.authenticated;
        Some(OutputLimit { hard_bytes: if authenticated { limit.hard_bytes } else { MOST_UNAUTHENTICATED }, ..limit })
    }

    /// Whether more is answered, sent or not, than the client may leave unread at all. Redis looks before it sends.
    fn exceeds_hard_limit(&self, engine: &mut Engine) -> bool {
        let Some(client) = engine.server.clients.find(self.client) else { return false };
        let unsent = self.unsent() + client.reply.len();
        if unsent <= OutputBuffer::BUFFER {
            return false;
        }
        let hard_bytes = self.output_limit(engine).map_or(0, |limit| limit.hard_bytes);
        unsent > MOST_OUTPUT || (hard_bytes > 0 && OutputBuffer::of(unsent).memory() > hard_bytes)
    }

    /// Lets the client go that has left too much unread: it gets nothing more, not even what was answered just now.
    fn drop_connection(&mut self, engine: &mut Engine) {
        engine.server.statistics.output_limit_disconnections += 1;
        if let Some(client) = engine.server.clients.find(self.client) {
            client.reply.clear();
        }
        (self.output, self.sent) = (Vec::new(), 0);
        engine.server.clients.close(self.client);
    }

    /// Sends what is answered, as far as the socket takes it.
    pub fn flush(&mut self, engine: &mut Engine) -> State {
        if self.exceeds_hard_limit(engine) {
            self.drop_connection(engine);
        }
        let Some(client) = engine.server.clients.find(self.client) else { return State::Over };
        let closing = client.closing;
        if self.has_output() && self.send_output().is_err() {
            return State::Over;
        }
        let answered = client.reply.as_bytes();
        if !answered.is_empty() {
            let sent = if self.has_output() { Ok(0) } else { send(&mut self.stream, answered) };
            let Ok(sent) = sent else { return State::Over };
            self.output.extend_from_slice(&answered[sent..]);
            client.traffic.answered += answered.len() as u64;
            engine.server.statistics.output_bytes += answered.len() as u64;
            client.reply.clear();
        }
        let unsent = self.unsent();
        if let Some(client) = engine.server.clients.find(self.client) {
            client.traffic.unsent = unsent;
        }
        if unsent == 0 {
            self.over_soft_since = None;
            return if closing { State::Over } else { State::Open };
        }
        let limit = self.output_limit(engine).unwrap_or_default();
        if limit.soft_bytes == 0 || OutputBuffer::of(unsent).memory() <= limit.soft_bytes {
            self.over_soft_since = None;
        } else if self.over_soft_since.get_or_insert_with(Instant::now).elapsed().as_secs() > limit.soft_seconds {
            self.drop_connection(engine);
            return State::Over;
        }
        State::Open
    }

    /// Whether more is unread than the soft limit of its class allows: it may stay so only for a while.
    pub fn is_over_soft_limit(&self) -> bool {
        self.over_soft_since.is_some()
    }

    /// How much was answered that the socket has not taken.
    fn unsent(&self) -> usize {
        self.output.len() - self.sent
    }

    fn send_output(&mut self) -> io::Result<()> {
        self.sent += send(&mut self.stream, &self.output[self.sent..])?;
        if self.sent == self.output.len() {
            self.output = Vec::new();
            self.sent = 0;
        } else if self.sent > self.output.len() / 2 {
            self.output.drain(..self.sent);
            self.sent = 0;
        }
        Ok(())
    }

    /// Whether the socket has refused something that is still to be sent.
    pub fn has_output(&self) -> bool {
        !self.output.is_empty()
    }

    /// Whether something was read that no command has taken yet.
    pub fn has_input(&self) -> bool {
        !self.input.is_empty()
    }
}

/// Writes until the socket is full, and says how many bytes it took.
fn send(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match stream.write(&rest[..rest.len().min(PIECE)]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes.len() - rest.len())
}
