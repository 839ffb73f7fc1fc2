//! A client's connection: its socket, read buffer and unsent output.

use std::io::{ErrorKind, Read as _};
use std::time::Instant;

use mio::net::TcpStream;

use super::output_queue::{OutputQueue, send};
use super::scripts::Scripts;
use redis_engine::Engine;
use redis_engine::client::{Client, ClientId, OutputBuffer};
use redis_engine::config::OutputLimit;
use redis_engine::error::Error;
use redis_engine::resp::request::{RequestLimits, RequestParser};

/// Minimum value of `client-query-buffer-limit` in bytes. A read buffer that is no larger than this never exceeds the
/// limit.
const MIN_QUERY_BUFFER_LIMIT: usize = 1 << 20;
/// Maximum size of a client's unsent output in bytes, regardless of the configuration.
const MAX_OUTPUT: usize = 1 << 30;
/// Maximum size in bytes of the unsent output of a client that has not authenticated.
const MAX_UNAUTHENTICATED_OUTPUT: u64 = 1024;

/// When the replies to the requests of one read reach this size in bytes, they are moved to the output queue before the
/// remaining requests run. The size is above 32 MB, because glibc always takes larger blocks directly from the system
/// and returns them as soon as they are freed. So no memory stays allocated after large output.
const MAX_REPLIES: usize = 33 << 20;

/// A client's buffers are checked for memory to release only if they have more unused bytes than this, as in Redis.
const MAX_SPARE: usize = 4 << 10;
/// Idle time in microseconds after which all unused memory of a client's buffers is released, as in Redis.
const IDLE_US: i64 = 2_000_000;

/// A client's socket and buffers.
#[derive(Debug)]
pub struct Connection {
    pub stream: TcpStream,
    pub client: ClientId,
    parser: RequestParser,
    /// Bytes that have been read but not executed: an incomplete request, or the requests after one that has blocked
    /// the client.
    read_buffer: Vec<u8>,
    /// Replies that did not fit into the socket's send buffer.
    output: OutputQueue,
    /// Largest size of the read buffer in bytes since `shrink_buffers` was last called. `reply_peak` is the same for
    /// the engine's replies.
    read_peak: usize,
    reply_peak: usize,
    /// Whether `shrink_buffers` may find memory to release.
    pub has_spare_memory: bool,
    /// Whether the client has sent an HTTP request. Such a client is disconnected without a reply.
    pub has_sent_http: bool,
    /// The time since which the unsent output exceeds the soft limit of the client's class. `None` if it does not
    /// exceed it.
    over_soft_limit_since: Option<Instant>,
    /// Whether the connection is in the event loop's queue.
    pub is_queued: bool,
    /// Whether the socket has reported the end of the stream. It reports the end only once, after all data.
    pub has_reported_end: bool,
}

/// State of a connection after its socket has been read from or written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    Open,
    /// There may be more to read from the socket.
    MoreToRead,
    /// The client has disconnected or must be disconnected.
    Closed,
}

impl Connection {
    pub fn new(stream: TcpStream, client: ClientId) -> Self {
        Connection {
            stream,
            client,
            parser: RequestParser::default(),
            read_buffer: Vec::new(),
            output: OutputQueue::default(),
            read_peak: 0,
            reply_peak: 0,
            has_spare_memory: false,
            has_sent_http: false,
            over_soft_limit_since: None,
            is_queued: false,
            has_reported_end: false,
        }
    }

    /// Reads from the socket once, into `buffer`, and runs the requests that are complete. All connections share the
    /// buffer.
    pub fn read(
        &mut self,
        engine: &mut Engine,
        scripts: &mut Scripts,
        buffer: &mut [u8],
        now_us: i64,
    ) -> ConnectionState {
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
            client.active_us = now_us;
        }
        if self.exceeds_query_limit(engine, read) {
            engine.server.statistics.query_limit_disconnections += 1;
            return ConnectionState::Closed;
        }
        if self.read_buffer.is_empty() {
            let used = self.run_requests(engine, scripts, &buffer[..read], now_us);
            self.read_buffer.extend_from_slice(&buffer[used..read]);
        } else {
            self.read_buffer.extend_from_slice(&buffer[..read]);
            self.read_peak = self.read_peak.max(self.read_buffer.len());
            self.run_read_buffer(engine, scripts, now_us);
        }
        match read == buffer.len() || self.has_reported_end {
            true => ConnectionState::MoreToRead,
            false => ConnectionState::Open,
        }
    }

    /// Returns whether the read buffer would exceed `client-query-buffer-limit` with `read` more bytes. As in Redis,
    /// commands queued by MULTI count as part of the buffer.
    fn exceeds_query_limit(&self, engine: &mut Engine, read: usize) -> bool {
        let client = engine.server.clients.find(self.client);
        let queued = client.and_then(|client| client.transaction.as_ref()).map_or(0, |transaction| transaction.bytes);
        let length = self.read_buffer.len() + read + queued;
        length > MIN_QUERY_BUFFER_LIMIT && length as i64 > engine.server.config.integer("client-query-buffer-limit")
    }

    /// Runs the requests that were read while the client was blocked.
    pub fn resume(&mut self, engine: &mut Engine, scripts: &mut Scripts, now_us: i64) -> ConnectionState {
        if !self.read_buffer.is_empty() {
            self.run_read_buffer(engine, scripts, now_us);
        }
        ConnectionState::Open
    }

    fn run_read_buffer(&mut self, engine: &mut Engine, scripts: &mut Scripts, now_us: i64) {
        let mut input = std::mem::take(&mut self.read_buffer);
        let used = self.run_requests(engine, scripts, &input, now_us);
        input.drain(..used);
        self.read_buffer = input;
    }

    /// Runs the complete requests at the start of `input`. Returns the number of bytes that these requests occupy.
    fn run_requests(&mut self, engine: &mut Engine, scripts: &mut Scripts, input: &[u8], now_us: i64) -> usize {
        let mut used = 0;
        while used < input.len() {
            let Some(client) = engine.server.clients.find(self.client) else { break };
            if client.closing {
                return input.len();
            }
            let authenticated = client.authenticated;
            client.traffic.unread = input.len();
            if engine.is_blocked(self.client) || engine.runs_script(self.client) || engine.server.pause_us > 0 {
                break;
            }
            let limits = RequestLimits { authenticated, max_bulk_len: engine.keyspace.limits.proto_max_bulk_len };
            match self.parser.parse(&input[used..], limits) {
                Ok(None) => break,
                Ok(Some(taken)) => {
                    self.execute(engine, &input[used..], now_us);
                    scripts.run_pending(engine);
                    used += taken;
                    if !self.keep_output_within_limits(engine) {
                        return input.len();
                    }
                }
                Err(error) => {
                    // A protocol error's message has one `char` per byte, so each `char` is converted back into a byte.
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

    /// Runs the request that the parser has parsed at the start of `input`.
    fn execute(&mut self, engine: &mut Engine, input: &[u8], now_us: i64) {
        /// Maximum number of arguments with which a request is run without an allocation.
        const MAX_ON_STACK: usize = 8;
        let words = self.parser.words(input);
        let count = words.len();
        if count == 0 {
            return;
        }
        if count <= MAX_ON_STACK {
            let mut argv: [&[u8]; MAX_ON_STACK] = [b""; MAX_ON_STACK];
            argv.iter_mut().zip(words).for_each(|(slot, word)| *slot = word);
            if begins_http_request(argv[0]) {
                return self.reject_http(engine);
            }
            engine.execute(self.client, &argv[..count], now_us);
        } else {
            let argv: Vec<&[u8]> = words.collect();
            if begins_http_request(argv[0]) {
                return self.reject_http(engine);
            }
            engine.execute(self.client, &argv, now_us);
        }
    }

    /// Disconnects a client that has sent an HTTP request. As in Redis, the client gets no replies, not even to earlier
    /// requests.
    fn reject_http(&mut self, engine: &mut Engine) {
        self.has_sent_http = true;
        self.discard_output(engine);
        engine.server.clients.close(self.client);
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

    /// Moves long replies out of the engine, and disconnects the client if its unsent output exceeds the hard limit.
    /// Returns whether the client is still connected.
    fn keep_output_within_limits(&mut self, engine: &mut Engine) -> bool {
        let Some(client) = engine.server.clients.find(self.client) else { return true };
        if self.output.len() + client.reply.len() <= OutputBuffer::BUFFER {
            return true;
        }
        if client.reply.len() >= MAX_REPLIES {
            engine.server.statistics.output_bytes += client.reply.len() as u64;
            queue_replies(&mut self.output, client, 0);
        }
        let exceeds_limit = self.exceeds_hard_limit(engine);
        if exceeds_limit {
            self.drop_connection(engine);
        }
        !exceeds_limit
    }

    /// Returns whether the unsent output exceeds the hard limit. As in Redis, the limit is checked before sending.
    fn exceeds_hard_limit(&self, engine: &mut Engine) -> bool {
        let Some(client) = engine.server.clients.find(self.client) else { return false };
        let unsent = self.output.len() + client.reply.len();
        if unsent <= OutputBuffer::BUFFER {
            return false;
        }
        let hard_bytes = self.output_limit(engine).map_or(0, |limit| limit.hard_bytes);
        unsent > MAX_OUTPUT || (hard_bytes > 0 && OutputBuffer::with_length(unsent).memory() > hard_bytes)
    }

    /// Disconnects a client that has exceeded an output buffer limit, and discards its unsent replies.
    fn drop_connection(&mut self, engine: &mut Engine) {
        engine.server.statistics.output_limit_disconnections += 1;
        self.discard_output(engine);
        engine.server.clients.close(self.client);
    }

    /// Discards all unsent replies.
    fn discard_output(&mut self, engine: &mut Engine) {
        if let Some(client) = engine.server.clients.find(self.client) {
            client.reply.clear();
        }
        self.output.clear();
    }

    /// Sends the pending replies, until the socket's send buffer is full.
    pub fn flush(&mut self, engine: &mut Engine, now_us: i64) -> ConnectionState {
        if self.exceeds_hard_limit(engine) {
            self.drop_connection(engine);
        }
        let Some(client) = engine.server.clients.find(self.client) else { return ConnectionState::Closed };
        if client.is_killed {
            return ConnectionState::Closed;
        }
        let closing = client.closing;
        if !self.output.is_empty() {
            match self.output.send(&mut self.stream) {
                Ok(0) => {}
                Ok(_) => client.active_us = now_us,
                Err(_) => return ConnectionState::Closed,
            }
        }
        let replies = client.reply.as_bytes();
        if !replies.is_empty() {
            let sent = if self.output.is_empty() { send(&mut self.stream, replies) } else { Ok(0) };
            let Ok(sent) = sent else { return ConnectionState::Closed };
            if sent > 0 {
                client.active_us = now_us;
            }
            self.reply_peak = self.reply_peak.max(replies.len());
            engine.server.statistics.output_bytes += replies.len() as u64;
            queue_replies(&mut self.output, client, sent);
        }
        let unsent = self.output.len();
        client.traffic.unsent = unsent;
        self.measure_memory(client);
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

    /// Returns whether the unsent output exceeds the soft limit, which it may do only for a limited time.
    pub fn is_over_soft_limit(&self) -> bool {
        self.over_soft_limit_since.is_some()
    }

    /// Releases memory that the client's buffers have not used recently. If the client is idle, releases all unused
    /// memory. Otherwise shrinks a buffer to the largest size used since the last call, if the buffer is more than
    /// twice as large. The counterpart in Redis is `clientsCronResizeQueryBuffer`.
    pub fn shrink_buffers(&mut self, engine: &mut Engine, now_us: i64) {
        let Some(client) = engine.server.clients.find(self.client) else { return };
        let is_idle = now_us.saturating_sub(client.active_us) > IDLE_US;
        let (read_peak, reply_peak) = if is_idle { (0, 0) } else { (self.read_peak, self.reply_peak) };
        if is_idle || self.read_buffer.capacity() / 2 > read_peak {
            self.read_buffer.shrink_to(read_peak);
        }
        if is_idle || client.reply.allocated_bytes() / 2 > reply_peak {
            client.reply.shrink_to(reply_peak);
        }
        if is_idle {
            self.parser.release_memory();
        }
        self.read_peak = self.read_buffer.len();
        self.reply_peak = client.reply.len();
        self.has_spare_memory = false;
        self.measure_memory(client);
    }

    /// Reports the memory used by the buffers to the engine, and records whether some of it may be released later.
    fn measure_memory(&mut self, client: &mut Client) {
        let requests = self.read_buffer.capacity() + self.parser.releasable_bytes();
        let replies = client.reply.allocated_bytes();
        client.traffic.allocated = requests + replies + self.output.allocated_bytes();
        let spare = requests - self.read_buffer.len() + replies - client.reply.len();
        self.has_spare_memory |= spare > MAX_SPARE;
    }

    /// Returns whether there is output that the socket has not accepted yet.
    pub fn has_unsent(&self) -> bool {
        !self.output.is_empty()
    }

    /// Returns whether the read buffer contains bytes of requests that have not been run.
    pub fn has_unread_requests(&self) -> bool {
        !self.read_buffer.is_empty()
    }
}

/// Moves a client's replies to its output queue. The socket has already accepted their first `sent` bytes.
fn queue_replies(output: &mut OutputQueue, client: &mut Client, sent: usize) {
    client.traffic.answered += client.reply.len() as u64;
    output.take(&mut client.reply, sent);
}

/// Returns whether `first_word` is how an HTTP request begins. Redis rejects such requests to prevent cross-protocol
/// scripting, in which a web page makes a browser send a request with commands in its body.
fn begins_http_request(first_word: &[u8]) -> bool {
    // Redis compares C strings, so a NUL ends the word.
    let starts_with = |name: &[u8]| {
        let end = first_word.get(name.len());
        matches!(end, None | Some(0))
            && first_word.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name))
    };
    starts_with(b"POST") || starts_with(b"Host:")
}
