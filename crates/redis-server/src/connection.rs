//! A client's connection: its socket, read buffer and write buffer.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::time::Instant;

use mio::net::TcpStream;

use redis_engine::Engine;
use redis_engine::client::{ClientId, OutputBuffer};
use redis_engine::config::OutputLimit;
use redis_engine::error::Error;
use redis_engine::resp::request::{RequestLimits, RequestParser};

/// Smallest value that `client-query-buffer-limit` can have, in bytes. A read buffer up to this size is always
/// accepted.
const MIN_QUERY_BUFFER_LIMIT: usize = 1 << 20;
/// Maximum size of a client's unsent output in bytes, whatever the configuration says.
const MAX_OUTPUT: usize = 1 << 30;
/// Maximum size in bytes of the unsent output of a client that has not authenticated.
const MAX_UNAUTHENTICATED_OUTPUT: u64 = 1024;

/// Number of bytes passed to each `write` call: as much as Redis's client libraries read at once.
///
/// With 50 clients that each pipeline 16 requests for 500 elements (a reply of 232 KB per pipeline), throughput is 5 to
/// 7 % higher than with one `write` call for the whole output. Chunks of 8 KB gain 4 %. Chunks of 4, 32 and 64 KB gain
/// nothing.
const WRITE_CHUNK: usize = 16 << 10;

/// A client's socket and buffers.
#[derive(Debug)]
pub struct Connection {
    pub stream: TcpStream,
    pub client: ClientId,
    parser: RequestParser,
    /// Bytes that were read but have not been run: an incomplete request, or the requests after a blocking command.
    read_buffer: Vec<u8>,
    /// Replies that did not fit into the socket's send buffer. The first `sent` bytes have been sent in the meantime.
    write_buffer: Vec<u8>,
    sent: usize,
    /// When the unsent output began to exceed the soft limit of the client's class.
    over_soft_limit_since: Option<Instant>,
    /// Whether the connection is in the event loop's queue.
    pub is_queued: bool,
}

/// State of a connection after its socket was read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    Open,
    /// The socket may have more to read.
    MoreToRead,
    /// The client has disconnected, or must be disconnected.
    Closed,
}

impl Connection {
    pub fn new(stream: TcpStream, client: ClientId) -> Self {
        Connection {
            stream,
            client,
            parser: RequestParser::default(),
            read_buffer: Vec::new(),
            write_buffer: Vec::new(),
            sent: 0,
            over_soft_limit_since: None,
            is_queued: false,
        }
    }

    /// Reads from the socket once, into `buffer`, and runs the complete requests. The buffer is shared by all
    /// connections.
    pub fn read(&mut self, engine: &mut Engine, buffer: &mut [u8], now_us: i64) -> ConnectionState {
        let read = match self.stream.read(buffer) {
            Ok(0) => return ConnectionState::Closed,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return ConnectionState::Open,
            Err(error) if error.kind() == ErrorKind::Interrupted => return ConnectionState::MoreToRead,
            Err(_) => return ConnectionState::Closed,
        };
        engine.server.statistics.input_bytes += read as u64;
        if let Some(client) = engine.server.clients.find(self.client) {
            client.traffic.received += read as u64;
        }
        if self.read_buffer.is_empty() {
            let used = self.run_requests(engine, &buffer[..read], now_us);
            self.read_buffer.extend_from_slice(&buffer[used..read]);
        } else {
            self.read_buffer.extend_from_slice(&buffer[..read]);
            if self.read_buffer.len() > MIN_QUERY_BUFFER_LIMIT && self.exceeds_query_limit(engine) {
                engine.server.statistics.query_limit_disconnections += 1;
                return ConnectionState::Closed;
            }
            self.run_read_buffer(engine, now_us);
        }
        match read == buffer.len() {
            true => ConnectionState::MoreToRead,
            false => ConnectionState::Open,
        }
    }

    /// Returns whether the read buffer is larger than `client-query-buffer-limit`.
    fn exceeds_query_limit(&self, engine: &Engine) -> bool {
        self.read_buffer.len() as i64 > engine.server.config.integer("client-query-buffer-limit")
    }

    /// Runs the requests that were read while the client was blocked.
    pub fn resume(&mut self, engine: &mut Engine, now_us: i64) -> ConnectionState {
        if !self.read_buffer.is_empty() {
            self.run_read_buffer(engine, now_us);
        }
        ConnectionState::Open
    }

    fn run_read_buffer(&mut self, engine: &mut Engine, now_us: i64) {
        let mut input = std::mem::take(&mut self.read_buffer);
        let used = self.run_requests(engine, &input, now_us);
        input.drain(..used);
        self.read_buffer = input;
    }

    /// Runs the complete requests at the start of `input`. Returns the number of bytes that they take.
    fn run_requests(&mut self, engine: &mut Engine, input: &[u8], now_us: i64) -> usize {
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
            let limits = RequestLimits { authenticated, max_bulk_len: engine.keyspace.limits.proto_max_bulk_len };
            match self.parser.parse(&input[used..], limits) {
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
                    // Protocol error texts hold one byte per `char`.
                    let text: Vec<u8> = format!("ERR {error}").chars().map(|c| c as u8).collect();
                    engine.server.clients.get_mut(self.client).reply.error(&Error::new(text));
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
        /// Largest number of arguments for which a request needs no allocation.
        const MAX_ON_STACK: usize = 8;
        let words = self.parser.words(input);
        let count = words.len();
        if count == 0 {
            return;
        }
        if count <= MAX_ON_STACK {
            let mut argv: [&[u8]; MAX_ON_STACK] = [b""; MAX_ON_STACK];
            argv.iter_mut().zip(words).for_each(|(slot, word)| *slot = word);
            // Redis's defence against cross-protocol scripting: the body of an HTTP request could hold commands.
            if self.parser.is_inline() && [b"POST".as_slice(), b"host:"].iter().any(|w| w.eq_ignore_ascii_case(argv[0]))
            {
                return engine.server.clients.close(self.client);
            }
            engine.execute(self.client, &argv[..count], now_us);
        } else {
            engine.execute(self.client, &words.collect::<Vec<_>>(), now_us);
        }
    }

    /// Returns the output buffer limits of the client's class, or `None` if the client has disconnected.
    fn output_limit(&self, engine: &mut Engine) -> Option<OutputLimit> {
        let limits = &engine.server.config.output_limits;
        let listens = engine.server.subscriptions.is_subscribed(self.client);
        let limit = if listens { limits.pubsub } else { limits.normal };
        let authenticated = engine.server.clients.find(self.client)?.authenticated;
        Some(OutputLimit {
            hard_bytes: if authenticated { limit.hard_bytes } else { MAX_UNAUTHENTICATED_OUTPUT },
            ..limit
        })
    }

    /// Returns whether the unsent output exceeds the hard limit. As in Redis, this is checked before sending.
    fn exceeds_hard_limit(&self, engine: &mut Engine) -> bool {
        let Some(client) = engine.server.clients.find(self.client) else { return false };
        let unsent = self.unsent_bytes() + client.reply.len();
        if unsent <= OutputBuffer::BUFFER {
            return false;
        }
        let hard_bytes = self.output_limit(engine).map_or(0, |limit| limit.hard_bytes);
        unsent > MAX_OUTPUT || (hard_bytes > 0 && OutputBuffer::with_length(unsent).memory() > hard_bytes)
    }

    /// Disconnects a client that has exceeded an output buffer limit, and discards its unsent replies.
    fn drop_connection(&mut self, engine: &mut Engine) {
        engine.server.statistics.output_limit_disconnections += 1;
        if let Some(client) = engine.server.clients.find(self.client) {
            client.reply.clear();
        }
        (self.write_buffer, self.sent) = (Vec::new(), 0);
        engine.server.clients.close(self.client);
    }

    /// Sends the pending replies, until the socket's send buffer is full.
    pub fn flush(&mut self, engine: &mut Engine) -> ConnectionState {
        if self.exceeds_hard_limit(engine) {
            self.drop_connection(engine);
        }
        let Some(client) = engine.server.clients.find(self.client) else { return ConnectionState::Closed };
        let closing = client.closing;
        if self.has_unsent() && self.send_write_buffer().is_err() {
            return ConnectionState::Closed;
        }
        let replies = client.reply.as_bytes();
        if !replies.is_empty() {
            let sent = if self.has_unsent() { Ok(0) } else { send(&mut self.stream, replies) };
            let Ok(sent) = sent else { return ConnectionState::Closed };
            self.write_buffer.extend_from_slice(&replies[sent..]);
            client.traffic.answered += replies.len() as u64;
            engine.server.statistics.output_bytes += replies.len() as u64;
            client.reply.clear();
        }
        let unsent = self.unsent_bytes();
        if let Some(client) = engine.server.clients.find(self.client) {
            client.traffic.unsent = unsent;
        }
        if unsent == 0 {
            self.over_soft_limit_since = None;
            return if closing { ConnectionState::Closed } else { ConnectionState::Open };
        }
        let limit = self.output_limit(engine).unwrap_or_default();
        if limit.soft_bytes == 0 || OutputBuffer::with_length(unsent).memory() <= limit.soft_bytes {
            self.over_soft_limit_since = None;
        } else if self.over_soft_limit_since.get_or_insert_with(Instant::now).elapsed().as_secs() > limit.soft_seconds {
            self.drop_connection(engine);
            return ConnectionState::Closed;
        }
        ConnectionState::Open
    }

    /// Returns whether the unsent output exceeds the soft limit, which is allowed for a limited time only.
    pub fn is_over_soft_limit(&self) -> bool {
        self.over_soft_limit_since.is_some()
    }

    /// Returns the number of bytes in the write buffer that are still to be sent.
    fn unsent_bytes(&self) -> usize {
        self.write_buffer.len() - self.sent
    }

    fn send_write_buffer(&mut self) -> io::Result<()> {
        self.sent += send(&mut self.stream, &self.write_buffer[self.sent..])?;
        if self.sent == self.write_buffer.len() {
            self.write_buffer = Vec::new();
            self.sent = 0;
        } else if self.sent > self.write_buffer.len() / 2 {
            self.write_buffer.drain(..self.sent);
            self.sent = 0;
        }
        Ok(())
    }

    /// Returns whether the write buffer holds bytes that are still to be sent.
    pub fn has_unsent(&self) -> bool {
        !self.write_buffer.is_empty()
    }

    /// Returns whether the read buffer holds bytes that no command has consumed.
    pub fn has_unread_requests(&self) -> bool {
        !self.read_buffer.is_empty()
    }
}

/// Writes until the socket's send buffer is full. Returns the number of bytes written.
fn send(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match stream.write(&rest[..rest.len().min(WRITE_CHUNK)]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes.len() - rest.len())
}
