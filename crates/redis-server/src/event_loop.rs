//! The event loop. As in Redis, a single thread accepts clients, reads and runs their requests, and sends the replies.
//!
//! Polling is edge-triggered: sockets report only changes. So a connection that may have more to read, or whose client
//! was unblocked, is put into a queue and handled again before the loop sleeps. The loop sleeps until a socket changes,
//! or until the next deadline of the engine or of the housekeeping (`housekeeping.rs`). Each iteration reads and runs
//! the requests of all ready clients, sends all replies, and then accepts new clients (`accepting.rs`).

mod accepting;
mod housekeeping;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use mio::event::Event;
use mio::{Events, Poll, Token, Waker};

use super::connection::{Connection, ConnectionState};
use super::listener::Listener;
use super::notice::{Notice, Reporter};
use super::scripts::Scripts;
use super::{Options, ServeError, now_us, resolve};
use adaptive_spin::{AdaptiveSpin, MIN_SPIN, SpinPolicy};
use redis_engine::Engine;
use redis_engine::client::ClientId;

const LISTENER: Token = Token(usize::MAX);
const WAKER: Token = Token(usize::MAX - 1);

/// Maximum number of bytes in a single read from a socket.
const READ_CHUNK: usize = 64 * 1024;

/// Maximum time of a single wait while a script runs. It is short, because a script that was killed may have to be ended
/// by force.
const MAX_SCRIPT_WAIT: Duration = Duration::from_millis(20);

/// A listening socket and the connections of its clients. The engine belongs to the caller.
pub struct Server {
    poll: Poll,
    events: Events,
    /// The events of the current iteration, copied from `events`.
    changes: Vec<SocketChange>,
    listener: Listener,
    address: SocketAddr,
    /// Connections by token. The slot of a closed connection is empty and can be reused.
    connections: Vec<Option<Connection>>,
    free_slots: Vec<usize>,
    /// The token of each client's connection, by client ID.
    by_client: HashMap<ClientId, usize, foldhash::fast::FixedState>,
    /// Connections that must be handled again before the loop sleeps.
    queue: VecDeque<usize>,
    /// Connections whose requests were run in this iteration, and whose replies have not been sent yet.
    to_flush: Vec<usize>,
    /// Connections whose unsent output exceeds their soft limit.
    over_soft_limit: BTreeSet<usize>,
    /// Connections whose buffers have memory that may be released if it stays unused for a while.
    with_spare_memory: BTreeSet<usize>,
    /// Whether clients may be waiting to be accepted.
    is_accepting: bool,
    /// Whether accepting has failed and must be retried at the next housekeeping.
    has_accept_failed: bool,
    /// When housekeeping is due, in microseconds since 1970. `None` if there is nothing to do.
    housekeeping_us: Option<i64>,
    /// The slot that housekeeping checked last.
    last_checked: usize,
    reporter: Reporter,
    scripts: Scripts,
    read_buffer: Box<[u8]>,
    spin: AdaptiveSpin,
    stop_handle: StopHandle,
}

/// A handle that makes a server's [`run`](Server::run) return. It can be used from any thread.
#[derive(Clone)]
pub struct StopHandle {
    state: Arc<StopState>,
    waker: Arc<Waker>,
}

#[derive(Default)]
struct StopState {
    /// Whether the server was told to stop. The flag is shared with the engine, so that a long-running command ends
    /// early.
    is_stopped: Arc<AtomicBool>,
    /// Held while a thread sets `is_stopped`, so that a loop that is about to sleep cannot miss the change.
    lock: Mutex<()>,
    stopped: Condvar,
}

impl StopState {
    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    /// Sleeps for `duration`, or until the server is stopped.
    fn sleep(&self, duration: Duration) {
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.stopped.wait_timeout_while(guard, duration, |()| !self.is_stopped()));
    }
}

impl StopHandle {
    /// Makes [`Server::run`] disconnect all clients and return.
    pub fn stop(&self) {
        let guard = self.state.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.state.is_stopped.store(true, Ordering::Release);
        drop(guard);
        self.state.stopped.notify_all();
        // An error is ignored, because a loop that cannot be woken stops at its next event.
        drop(self.waker.wake());
    }
}

impl Server {
    /// Listens on the address in the options, and sets the engine's password, port and DEBUG access.
    ///
    /// # Errors
    /// Returns an error if the host is unknown, if the address is reachable from other machines and there is no
    /// password, or if the server cannot listen on the address.
    pub fn bind(options: &Options, engine: &mut Engine) -> Result<Self, ServeError> {
        let address = resolve(options)?;
        Self::configure(options, engine);
        let mut server = Self::listen(address, engine)?;
        engine.server.scripting.has_interpreter = options.lua_program.is_some();
        server.scripts = Scripts::new(options.lua_program.clone());
        let password = options.password.clone().unwrap_or_default();
        engine.server.set_password(Some(password.as_bytes()).filter(|password| !password.is_empty()));
        engine.server.config.set_unchecked("requirepass", password.as_bytes());
        engine.server.config.set_unchecked("enable-debug-command", options.debug.name());
        Ok(server)
    }

    /// Applies the options that correspond to configuration parameters.
    fn configure(options: &Options, engine: &mut Engine) {
        for (name, value) in [
            ("tcp-backlog", options.tcp_backlog),
            ("tcp-keepalive", options.tcp_keepalive),
            ("timeout", options.timeout),
        ] {
            engine.server.config.set_unchecked(name, value.to_string().as_bytes());
        }
    }

    /// Listens on an address, for an engine that already has its password. Sets the engine's port.
    ///
    /// # Errors
    /// Returns an error if the server cannot listen on the address.
    pub fn listen(requested: SocketAddr, engine: &mut Engine) -> Result<Self, ServeError> {
        let backlog = engine.server.config.integer("tcp-backlog");
        let mut listener = Listener::bind(requested, backlog).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => ServeError::PortInUse(requested),
            ErrorKind::AddrNotAvailable => ServeError::AddressNotAvailable(requested),
            ErrorKind::PermissionDenied => ServeError::PortReserved(requested),
            _ => ServeError::System("listening", error),
        })?;
        let system = |error| ServeError::System("setting up the event loop", error);
        let address = listener.address().map_err(system)?;
        let poll = Poll::new().map_err(system)?;
        listener.register(poll.registry(), LISTENER).map_err(system)?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER).map_err(system)?);
        engine.server.config.set_unchecked("port", address.port().to_string().as_bytes());
        engine.server.config.set_unchecked("bind", address.ip().to_string().as_bytes());
        engine.server.process_id = std::process::id();
        engine.server.resident_memory = Some(resident_bytes);
        Ok(Server {
            poll,
            events: Events::with_capacity(1024),
            changes: Vec::new(),
            listener,
            address,
            connections: Vec::new(),
            free_slots: Vec::new(),
            by_client: HashMap::default(),
            queue: VecDeque::new(),
            to_flush: Vec::new(),
            over_soft_limit: BTreeSet::new(),
            with_spare_memory: BTreeSet::new(),
            is_accepting: false,
            has_accept_failed: false,
            housekeeping_us: None,
            last_checked: 0,
            reporter: Reporter::new(|_| {}),
            scripts: Scripts::new(None),
            read_buffer: vec![0; READ_CHUNK].into(),
            spin: AdaptiveSpin::new(),
            stop_handle: StopHandle { state: Arc::default(), waker },
        })
    }

    /// Returns the address on which the server listens. If port 0 was requested, its port is the one that the system
    /// chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets a function that receives notices for the person who runs the server. Each kind of notice is reported at
    /// most once a minute.
    pub fn report_to(&mut self, report: impl FnMut(&Notice) + Send + 'static) {
        self.reporter = Reporter::new(report);
    }

    /// Returns a handle with which any thread can stop the server.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop_handle.clone()
    }

    /// Serves clients until the server is stopped.
    ///
    /// # Errors
    /// Returns an error if waiting for sockets fails.
    pub fn run(&mut self, engine: &mut Engine) -> Result<(), ServeError> {
        engine.server.stop_requested = Some(self.stop_handle.state.is_stopped.clone());
        while !self.stop_handle.state.is_stopped() {
            self.run_once(engine, None).map_err(|error| ServeError::System("waiting for clients", error))?;
        }
        self.close(engine);
        Ok(())
    }

    /// Runs a single iteration of the event loop, for callers that have their own loop. Waits at most `max_wait` for
    /// something to do.
    ///
    /// # Errors
    /// Returns an error if waiting for sockets fails.
    pub fn run_once(&mut self, engine: &mut Engine, max_wait: Option<Duration>) -> io::Result<()> {
        let timeout = if !self.queue.is_empty() || self.is_accepting {
            Some(Duration::ZERO)
        } else {
            self.timeout(engine, max_wait)
        };
        match self.poll(timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        self.handle_changes(engine, now_us());
        Ok(())
    }

    /// Handles everything that is ready, without waiting. The caller passes the current time in microseconds since
    /// 1970. This is for callers that have their own clock, or that have clients of their own on the same engine.
    ///
    /// # Errors
    /// Returns an error if polling the sockets fails.
    pub fn handle_ready(&mut self, engine: &mut Engine, now_us: i64) -> io::Result<()> {
        self.flush_written_clients(engine, now_us);
        match self.poll.poll(&mut self.events, Some(Duration::ZERO)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        self.handle_changes(engine, now_us);
        Ok(())
    }

    /// Returns whether [`handle_ready`](Server::handle_ready) has more to do, even if no socket has changed.
    pub fn is_busy(&self) -> bool {
        !self.queue.is_empty() || self.is_accepting || self.scripts.is_busy()
    }

    /// Returns the time at which [`handle_ready`](Server::handle_ready) has something to do, even if no socket has
    /// changed. The time is in microseconds since 1970 on the caller's clock. Returns `None` if there is no such time.
    pub fn next_deadline_us(&self) -> Option<i64> {
        self.housekeeping_us
    }

    fn handle_changes(&mut self, engine: &mut Engine, now_us: i64) {
        if self.scripts.is_busy() {
            self.scripts.resume(engine);
            self.flush_written_clients(engine, now_us);
        }
        if !self.scripts.is_busy() && engine.next_deadline().is_some_and(|at_ms| at_ms <= now_us / 1000) {
            engine.advance(now_us);
            self.flush_written_clients(engine, now_us);
        }
        for index in std::mem::take(&mut self.over_soft_limit) {
            self.flush(engine, index, now_us);
        }
        let mut changes = std::mem::take(&mut self.changes);
        changes.extend(self.events.iter().map(SocketChange::from));
        for SocketChange { token, writable, hung_up } in changes.drain(..) {
            match token {
                LISTENER => self.is_accepting = true,
                WAKER => {}
                Token(index) => {
                    if hung_up && let Some(Some(connection)) = self.connections.get_mut(index) {
                        connection.has_reported_end = true;
                    }
                    let action = if writable { Action::FlushAndRead } else { Action::Read };
                    self.handle_connection(engine, index, action, now_us);
                }
            }
        }
        self.changes = changes;
        for _ in 0..self.queue.len() {
            let Some(index) = self.queue.pop_front() else { break };
            if let Some(connection) = self.connections[index].as_mut() {
                connection.is_queued = false;
                self.handle_connection(engine, index, Action::ResumeAndRead, now_us);
            }
        }
        self.send_replies(engine, now_us);
        if self.is_accepting {
            self.accept(engine, now_us);
        }
        self.keep_house(engine, now_us);
    }

    /// Disconnects all clients.
    pub fn close(&mut self, engine: &mut Engine) {
        self.scripts.stop(engine);
        for index in 0..self.connections.len() {
            self.close_connection(engine, index);
        }
    }

    /// Waits for events. If the previous wait found events, first polls in a busy loop, unless recent attempts to do so
    /// found none.
    fn poll(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        if self.scripts.is_busy() {
            self.wait_for_script_or_sockets(timeout);
            return self.poll.poll(&mut self.events, Some(Duration::ZERO));
        }
        let had_events = !self.events.is_empty();
        if had_events && timeout.is_none_or(|timeout| timeout > MIN_SPIN) {
            let policy = SpinPolicy::for_clients(self.by_client.len()).limited_to(timeout);
            let Server { poll, events, spin, .. } = self;
            let found = spin.spin_until(policy, || {
                poll.poll(events, Some(Duration::ZERO))?;
                Ok::<_, io::Error>(!events.is_empty())
            })?;
            if found {
                return Ok(());
            }
        }
        self.poll.poll(&mut self.events, timeout)
    }

    /// Waits until a running script needs an answer, or until a socket changes. Errors are ignored, because the next
    /// iteration of the event loop notices what has happened.
    fn wait_for_script_or_sockets(&self, timeout: Option<Duration>) {
        #[cfg(unix)]
        if let Some(script) = self.scripts.descriptor() {
            use rustix::event::{PollFd, PollFlags, Timespec, poll};
            let wait = timeout.unwrap_or(MAX_SCRIPT_WAIT).min(MAX_SCRIPT_WAIT);
            let mut polled = [PollFd::from_borrowed_fd(script, PollFlags::IN), PollFd::new(self, PollFlags::IN)];
            let _ = poll(&mut polled, Timespec::try_from(wait).ok().as_ref());
            return;
        }
        std::thread::sleep(timeout.unwrap_or(MAX_SCRIPT_WAIT).min(Duration::from_millis(1)));
    }

    fn timeout(&self, engine: &Engine, max_wait: Option<Duration>) -> Option<Duration> {
        let time_until = |at_us: i64| Duration::from_micros(at_us.saturating_sub(now_us()).max(0).unsigned_abs());
        let left = engine
            .next_deadline()
            .filter(|_| !self.scripts.is_busy())
            .map(|at_ms| time_until(at_ms.saturating_mul(1000)));
        let housekeeping = self.housekeeping_us.map(time_until);
        [left, max_wait, housekeeping].into_iter().flatten().min()
    }

    fn handle_connection(&mut self, engine: &mut Engine, index: usize, action: Action, now_us: i64) {
        let Some(Some(connection)) = self.connections.get_mut(index) else { return };
        let mut state = match action {
            Action::FlushAndRead if connection.has_unsent() => connection.flush(engine, now_us),
            Action::Read | Action::FlushAndRead => ConnectionState::Open,
            Action::ResumeAndRead => connection.resume(engine, &mut self.scripts, now_us),
        };
        if state == ConnectionState::Open {
            state = connection.read(engine, &mut self.scripts, &mut self.read_buffer, now_us);
        }
        match state {
            ConnectionState::Open => self.to_flush.push(index),
            ConnectionState::MoreToRead => {
                self.to_flush.push(index);
                self.queue_connection(index);
            }
            ConnectionState::Closed => {
                // Replies from earlier in this iteration are still sent if the client accepts them.
                connection.flush(engine, now_us);
                self.close_connection(engine, index);
            }
        }
        if sleep_if_requested(engine, &self.stop_handle.state) {
            self.queue_connection(index);
        }
        self.flush_written_clients(engine, now_us);
    }

    /// Sends the output that commands have produced for other clients. Queues clients that have been unblocked and have
    /// unread requests.
    fn flush_written_clients(&mut self, engine: &mut Engine, now_us: i64) {
        for client in engine.server.clients.take_pending_writes() {
            let Some(&index) = self.by_client.get(&client) else { continue };
            self.flush(engine, index, now_us);
            if self.connections[index].as_ref().is_some_and(Connection::has_unread_requests) {
                self.queue_connection(index);
            }
        }
    }

    /// Sends all replies of an iteration. Called at its end, so that no client can react to a reply while the iteration
    /// is still running.
    fn send_replies(&mut self, engine: &mut Engine, now_us: i64) {
        let mut to_flush = std::mem::take(&mut self.to_flush);
        for index in to_flush.drain(..) {
            self.flush(engine, index, now_us);
        }
        self.to_flush = to_flush;
    }

    /// Sends the pending replies on a connection. If the connection has ended, closes its socket.
    fn flush(&mut self, engine: &mut Engine, index: usize, now_us: i64) {
        let Some(connection) = self.connections[index].as_mut() else { return };
        if connection.flush(engine, now_us) == ConnectionState::Closed {
            if connection.has_sent_http {
                let peer = engine.server.clients.find(connection.client).map(|client| client.address.clone());
                self.reporter.report(&Notice::HttpRequest(peer.unwrap_or_default()), now_us);
            }
            return self.close_connection(engine, index);
        }
        if connection.is_over_soft_limit() {
            self.over_soft_limit.insert(index);
        }
        if connection.has_spare_memory {
            self.with_spare_memory.insert(index);
        }
    }

    fn queue_connection(&mut self, index: usize) {
        if let Some(Some(connection)) = self.connections.get_mut(index)
            && !std::mem::replace(&mut connection.is_queued, true)
        {
            self.queue.push_back(index);
        }
    }

    fn close_connection(&mut self, engine: &mut Engine, index: usize) {
        let Some(mut connection) = self.connections[index].take() else { return };
        self.over_soft_limit.remove(&index);
        self.with_spare_memory.remove(&index);
        engine.disconnect(connection.client);
        self.by_client.remove(&connection.client);
        // Closing the socket removes it from polling even if deregistering fails.
        drop(self.poll.registry().deregister(&mut connection.stream));
        self.free_slots.push(index);
    }
}

/// Borrows the file descriptor that becomes readable when [`handle_ready`](Server::handle_ready) has something to do.
#[cfg(unix)]
impl std::os::fd::AsFd for Server {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.poll.registry().as_fd()
    }
}

/// A change that a socket has reported.
struct SocketChange {
    token: Token,
    writable: bool,
    hung_up: bool,
}

impl From<&Event> for SocketChange {
    fn from(event: &Event) -> Self {
        SocketChange { token: event.token(), writable: event.is_writable(), hung_up: event.is_read_closed() }
    }
}

/// The action to take on a connection. Replies to requests are sent separately, at the end of the iteration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Read,
    FlushAndRead,
    ResumeAndRead,
}

/// Sleeps for the time requested by DEBUG SLEEP, if any, or until the server is stopped. Returns whether the server has
/// slept, which means that the client's next requests must wait.
fn sleep_if_requested(engine: &mut Engine, stop_state: &StopState) -> bool {
    let pause_us = std::mem::take(&mut engine.server.pause_us);
    if pause_us > 0 {
        stop_state.sleep(Duration::from_micros(pause_us.unsigned_abs()));
    }
    pause_us > 0
}

/// Returns the resident memory of this process in bytes, or 0 on systems without `/proc`.
fn resident_bytes() -> u64 {
    const PAGE: u64 = 4096;
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|text| text.split(' ').nth(1)?.parse().ok()).map_or(0, |pages: u64| pages * PAGE)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// Time limit for a single wait in the test. Reaching it means that the test has failed.
    const TIMEOUT: Duration = Duration::from_secs(20);

    #[test]
    fn debug_populate_ends_when_the_server_is_stopped() {
        let mut engine = Engine::new(7, now_us());
        let options = Options { port: 0, debug: super::super::DebugAccess::Yes, ..Options::default() };
        let mut server = Server::bind(&options, &mut engine).unwrap();
        server.stop_handle().stop();
        server.run(&mut engine).unwrap();
        let client = engine.connect();
        engine.execute(client, &[b"DEBUG", b"POPULATE", b"9223372036854775807"], now_us());
        assert_eq!(engine.server.clients.get_mut(client).reply.take(), b"-ERR the server is stopping\r\n");
    }

    #[test]
    fn a_server_that_sleeps_can_be_stopped() {
        let mut engine = Engine::new(7, now_us());
        let server = Server::bind(&Options { port: 0, ..Options::default() }, &mut engine).unwrap();
        let stop_handle = server.stop_handle();
        let (sender, receiver) = mpsc::channel();
        let sleeper = thread::spawn(move || {
            engine.server.pause_us = i64::MAX;
            sender.send(sleep_if_requested(&mut engine, &server.stop_handle.state))
        });
        stop_handle.stop();
        assert_eq!(receiver.recv_timeout(TIMEOUT), Ok(true), "the server was stopped");
        sleeper.join().unwrap().unwrap();
    }
}
