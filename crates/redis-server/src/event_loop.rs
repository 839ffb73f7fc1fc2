//! The event loop: one thread that accepts, reads, runs and answers, as Redis's own.
//!
//! Sockets report changes (edges) only: a connection that may have more to read, or whose wait is over, stands in a queue
//! and is attended to before the loop sleeps again. The loop sleeps until a socket changes, or until the engine's
//! next deadline. A turn reads and runs what all clients have sent, and then sends all answers, as Redis does.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};

use super::connection::{Connection, State};
use super::{Options, ServeError, now_us, resolve};
use adaptive_spin::{AdaptiveSpin, SHORTEST_SPIN, SpinPolicy};
use redis_engine::Engine;
use redis_engine::client::ClientId;

const LISTENER: Token = Token(usize::MAX);
const WAKER: Token = Token(usize::MAX - 1);

/// How much is read from a socket at a time, in bytes.
const READ_AT_ONCE: usize = 64 * 1024;

/// How often those are looked at who have left more unread than their soft limit: as often as by Redis's cron.
const SOFT_LIMIT_LOOK: Duration = Duration::from_millis(100);

/// A listening socket and its clients. The engine stays the caller's.
pub struct Server {
    poll: Poll,
    events: Events,
    /// Where `events` are copied to while they are attended to.
    ready: Vec<Ready>,
    listener: TcpListener,
    address: SocketAddr,
    /// By token; closed ones leave a gap that the next one fills.
    connections: Vec<Option<Connection>>,
    gaps: Vec<usize>,
    by_client: HashMap<ClientId, usize, foldhash::fast::FixedState>,
    /// Connections that are to be attended to again before the loop sleeps.
    queue: VecDeque<usize>,
    /// Connections whose commands were run, and whose answers are to be sent.
    answered: Vec<usize>,
    /// Connections with more unread than their soft limit.
    over_soft: BTreeSet<usize>,
    buffer: Box<[u8]>,
    spin: AdaptiveSpin,
    stopper: Stopper,
}

/// Ends a server's `run`, from any thread.
#[derive(Clone)]
pub struct Stopper {
    asked: Arc<AtomicBool>,
    waker: Arc<Waker>,
}

impl Stopper {
    pub fn stop(&self) {
        self.asked.store(true, Ordering::Release);
        // Should the wake-up fail, the loop ends when it next wakes by itself.
        drop(self.waker.wake());
    }
}

impl Server {
    /// Listens, and tells the engine its password and port.
    ///
    /// # Errors
    /// The address is unknown, unprotected, or in use.
    pub fn bind(options: &Options, engine: &mut Engine) -> Result<Self, ServeError> {
        let server = Self::listen(resolve(options)?, engine)?;
        let password = options.password.clone().unwrap_or_default();
        engine.server.password = (!password.is_empty()).then(|| password.clone().into_bytes());
        engine.server.config.state("requirepass", password.as_bytes());
        engine.server.config.state("enable-debug-command", options.debug.name());
        Ok(server)
    }

    /// Listens with an engine that is in use already, and tells it the port.
    ///
    /// # Errors
    /// The address is in use.
    pub fn listen(wanted: SocketAddr, engine: &mut Engine) -> Result<Self, ServeError> {
        let mut listener = TcpListener::bind(wanted).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => ServeError::PortInUse(wanted),
            ErrorKind::AddrNotAvailable => ServeError::Elsewhere(wanted),
            ErrorKind::PermissionDenied => ServeError::Reserved(wanted),
            _ => ServeError::System("listening", error),
        })?;
        let system = |error| ServeError::System("setting up the event loop", error);
        let address = listener.local_addr().map_err(system)?;
        let poll = Poll::new().map_err(system)?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE).map_err(system)?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER).map_err(system)?);
        engine.server.config.state("port", address.port().to_string().as_bytes());
        engine.server.config.state("bind", address.ip().to_string().as_bytes());
        engine.server.process_id = std::process::id();
        engine.server.resident_memory = Some(resident_bytes);
        Ok(Server {
            poll,
            events: Events::with_capacity(1024),
            ready: Vec::new(),
            listener,
            address,
            connections: Vec::new(),
            gaps: Vec::new(),
            by_client: HashMap::default(),
            queue: VecDeque::new(),
            answered: Vec::new(),
            over_soft: BTreeSet::new(),
            buffer: vec![0; READ_AT_ONCE].into(),
            spin: AdaptiveSpin::new(),
            stopper: Stopper { asked: Arc::default(), waker },
        })
    }

    /// Where clients can connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Serves until it is stopped.
    ///
    /// # Errors
    /// The system refuses to wait for sockets.
    pub fn run(&mut self, engine: &mut Engine) -> Result<(), ServeError> {
        while !self.stopper.asked.load(Ordering::Acquire) {
            self.turn(engine, None).map_err(|error| ServeError::System("waiting for clients", error))?;
        }
        self.close(engine);
        Ok(())
    }

    /// Sleeps until there is something to do, at most so long, and does it: for those who have a loop of their own.
    ///
    /// # Errors
    /// The system refuses to wait for sockets.
    pub fn turn(&mut self, engine: &mut Engine, longest: Option<Duration>) -> io::Result<()> {
        let timeout = if self.queue.is_empty() { self.timeout(engine, longest) } else { Some(Duration::ZERO) };
        match self.poll(timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        self.attend_all(engine, now_us());
        Ok(())
    }

    /// Does what there is to do, without a wait, at a time of the caller's: for those whose clock is not the wall's, and
    /// whose clients run commands as well.
    ///
    /// # Errors
    /// The system refuses to look at sockets.
    pub fn look(&mut self, engine: &mut Engine, now_us: i64) -> io::Result<()> {
        self.attend_written(engine);
        match self.poll.poll(&mut self.events, Some(Duration::ZERO)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        self.attend_all(engine, now_us);
        Ok(())
    }

    /// Whether `look` has more to do, although no socket changes.
    pub fn is_busy(&self) -> bool {
        !self.queue.is_empty()
    }

    fn attend_all(&mut self, engine: &mut Engine, now_us: i64) {
        if engine.next_deadline().is_some_and(|at_ms| at_ms <= now_us / 1000) {
            engine.advance(now_us);
            self.attend_written(engine);
        }
        for index in std::mem::take(&mut self.over_soft) {
            self.flush(engine, index);
        }
        let mut ready = std::mem::take(&mut self.ready);
        ready.extend(self.events.iter().map(Ready::from));
        for Ready { token, writable, hung_up } in ready.drain(..) {
            match token {
                LISTENER => self.accept(engine),
                WAKER => {}
                Token(index) => {
                    self.attend(engine, index, if writable { Task::SendAndRead } else { Task::Read }, now_us);
                    if hung_up {
                        // Its end stands behind what was read, and will not be reported again.
                        self.enqueue(index);
                    }
                }
            }
        }
        self.ready = ready;
        for _ in 0..self.queue.len() {
            let Some(index) = self.queue.pop_front() else { break };
            if let Some(connection) = self.connections[index].as_mut() {
                connection.is_queued = false;
                self.attend(engine, index, Task::ResumeAndRead, now_us);
            }
        }
        self.send_answers(engine);
    }

    /// Closes all connections.
    pub fn close(&mut self, engine: &mut Engine) {
        for index in 0..self.connections.len() {
            self.forget(engine, index);
        }
    }

    /// Waits for events; at first awake, if that has been worth it.
    fn poll(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        let had_work = !self.events.is_empty();
        if had_work && timeout.is_none_or(|timeout| timeout > SHORTEST_SPIN) {
            let manner = SpinPolicy::among(self.by_client.len()).within(timeout);
            let Server { poll, events, spin, .. } = self;
            let found = spin.spin_until(manner, || {
                poll.poll(events, Some(Duration::ZERO))?;
                Ok::<_, io::Error>(!events.is_empty())
            })?;
            if found {
                return Ok(());
            }
        }
        self.poll.poll(&mut self.events, timeout)
    }

    fn timeout(&self, engine: &Engine, longest: Option<Duration>) -> Option<Duration> {
        let left = engine.next_deadline().map(|at_ms| {
            let left_us = at_ms.saturating_mul(1000).saturating_sub(now_us());
            Duration::from_micros(left_us.max(0).unsigned_abs())
        });
        let look = (!self.over_soft.is_empty()).then_some(SOFT_LIMIT_LOOK);
        [left, longest, look].into_iter().flatten().min()
    }

    fn accept(&mut self, engine: &mut Engine) {
        loop {
            match self.listener.accept() {
                Ok((stream, peer)) => drop(self.admit(engine, stream, peer)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // `WouldBlock`: all are in. Anything else concerns one client who has gone, or a want of descriptors
                // that the next one will meet again.
                Err(_) => return,
            }
        }
    }

    fn admit(&mut self, engine: &mut Engine, mut stream: TcpStream, peer: SocketAddr) -> io::Result<()> {
        if self.by_client.len() as i64 >= engine.server.config.integer("maxclients") {
            use std::io::Write as _;
            return stream.write_all(b"-ERR max number of clients reached\r\n");
        }
        stream.set_nodelay(true)?;
        let index = self.gaps.pop().unwrap_or(self.connections.len());
        let both = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = self.poll.registry().register(&mut stream, Token(index), both) {
            if index < self.connections.len() {
                self.gaps.push(index);
            }
            return Err(error);
        }
        let id = engine.connect();
        let client = engine.server.clients.get_mut(id);
        client.address = peer.to_string();
        client.local_address = self.address.to_string();
        #[cfg(unix)]
        {
            client.socket = Some(std::os::fd::AsRawFd::as_raw_fd(&stream));
        }
        let connection = Some(Connection::new(stream, id));
        match self.connections.get_mut(index) {
            Some(gap) => *gap = connection,
            None => self.connections.push(connection),
        }
        self.by_client.insert(id, index);
        Ok(())
    }

    fn attend(&mut self, engine: &mut Engine, index: usize, task: Task, now_us: i64) {
        let Some(Some(connection)) = self.connections.get_mut(index) else { return };
        let mut state = match task {
            Task::SendAndRead if connection.has_output() => connection.flush(engine),
            Task::Read | Task::SendAndRead => State::Open,
            Task::ResumeAndRead => connection.resume(engine, now_us),
        };
        if state == State::Open {
            state = connection.read(engine, &mut self.buffer, now_us);
        }
        match state {
            State::Open => self.answered.push(index),
            State::Unfinished => {
                self.answered.push(index);
                self.enqueue(index);
            }
            State::Over => {
                // What it was answered earlier in this turn is still its own; whether it takes it is its own affair.
                connection.flush(engine);
                self.forget(engine, index);
            }
        }
        if pause(engine) {
            self.enqueue(index);
        }
        self.attend_written(engine);
    }

    /// Sends to those who were written to by others' commands, and lets them go on if they had waited.
    fn attend_written(&mut self, engine: &mut Engine) {
        for client in engine.server.clients.take_written() {
            let Some(&index) = self.by_client.get(&client) else { continue };
            self.flush(engine, index);
            if self.connections[index].as_ref().is_some_and(Connection::has_input) {
                self.enqueue(index);
            }
        }
    }

    /// Sends what was answered in this turn. All at once: a client that is woken by its answer does not get in between.
    fn send_answers(&mut self, engine: &mut Engine) {
        let mut answered = std::mem::take(&mut self.answered);
        for index in answered.drain(..) {
            self.flush(engine, index);
        }
        self.answered = answered;
    }

    /// Sends what a connection was answered, and forgets it if it is over.
    fn flush(&mut self, engine: &mut Engine, index: usize) {
        let Some(connection) = self.connections[index].as_mut() else { return };
        if connection.flush(engine) == State::Over {
            self.forget(engine, index);
        } else if connection.is_over_soft_limit() {
            self.over_soft.insert(index);
        }
    }

    fn enqueue(&mut self, index: usize) {
        if let Some(Some(connection)) = self.connections.get_mut(index)
            && !std::mem::replace(&mut connection.is_queued, true)
        {
            self.queue.push_back(index);
        }
    }

    fn forget(&mut self, engine: &mut Engine, index: usize) {
        let Some(mut connection) = self.connections[index].take() else { return };
        self.over_soft.remove(&index);
        engine.disconnect(connection.client);
        self.by_client.remove(&connection.client);
        // A socket that is closed leaves the poll in any case.
        drop(self.poll.registry().deregister(&mut connection.stream));
        self.gaps.push(index);
    }
}

/// What becomes readable when `look` has something to do.
#[cfg(unix)]
impl std::os::fd::AsFd for Server {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.poll.registry().as_fd()
    }
}

/// What a socket has reported.
struct Ready {
    token: Token,
    writable: bool,
    hung_up: bool,
}

impl From<&Event> for Ready {
    fn from(event: &Event) -> Self {
        Ready { token: event.token(), writable: event.is_writable(), hung_up: event.is_read_closed() }
    }
}

/// What a connection is attended to for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    Read,
    SendAndRead,
    ResumeAndRead,
}

/// Stands still if DEBUG SLEEP has asked for it, and says whether it did: the caller's next commands wait.
fn pause(engine: &mut Engine) -> bool {
    let pause_us = std::mem::take(&mut engine.server.pause_us);
    if pause_us > 0 {
        std::thread::sleep(Duration::from_micros(pause_us.unsigned_abs()));
    }
    pause_us > 0
}

/// The process's resident memory, in bytes, where the system tells it in Linux's way; else 0.
fn resident_bytes() -> u64 {
    const PAGE: u64 = 4096;
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|text| text.split(' ').nth(1)?.parse().ok()).map_or(0, |pages: u64| pages * PAGE)
}
