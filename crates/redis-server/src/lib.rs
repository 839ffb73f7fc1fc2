//! [`redis_engine`] behind TCP sockets, for ordinary Redis clients.
//!
//! [`serve`] runs a server until Ctrl-C. With [`Server`], the caller provides the engine and the thread:
//!
//! ```
//! use std::io::{Read as _, Write as _};
//! use std::net::TcpStream;
//!
//! use redis_engine::Engine;
//! use redis_server::{Options, Server, now_us};
//!
//! let mut engine = Engine::new(1, now_us());
//! let options = Options { port: 0, ..Options::default() };
//! let mut server = Server::bind(&options, &mut engine)?;
//! let (address, stop_handle) = (server.address(), server.stop_handle());
//! let thread = std::thread::spawn(move || server.run(&mut engine));
//!
//! let mut client = TcpStream::connect(address)?;
//! client.write_all(b"PING\r\n")?;
//! let mut reply = [0; 7];
//! client.read_exact(&mut reply)?;
//! assert_eq!(&reply, b"+PONG\r\n");
//!
//! stop_handle.stop();
//! thread.join().unwrap()?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod connection;
mod descriptors;
mod event_loop;
mod listener;
mod notice;
mod output_queue;
mod scripts;

pub use event_loop::{Server, StopHandle};
pub use notice::Notice;

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use redis_engine::Engine;

/// Settings of a server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The host name or IP address to listen on.
    pub host: String,
    /// The port to listen on. With 0, the system chooses a free port.
    pub port: u16,
    /// Password that clients must send with AUTH. Required unless the server listens on a loopback address.
    pub password: Option<String>,
    /// Seed of the engine's random number generator.
    pub seed: u64,
    /// Which clients may send DEBUG commands.
    pub debug: DebugAccess,
    /// Redis's `tcp-backlog`: the maximum number of connections that wait to be accepted. The system refuses further
    /// clients.
    pub tcp_backlog: u32,
    /// Redis's `tcp-keepalive`: the number of seconds after which the system checks whether an idle client still
    /// exists, or 0 to never check.
    pub tcp_keepalive: u32,
    /// Redis's `timeout`: the number of seconds after which an idle client is disconnected, or 0 to never disconnect
    /// it.
    pub timeout: u32,
    /// Maximum memory that the data may take up, in bytes, or 0 for no limit. Redis has no such setting.
    pub memory_limit: u64,
    /// The program that runs Lua scripts when it is started with the subcommand [`lua_kernel::SUBCOMMAND`]. Without it,
    /// EVAL and similar commands return an error.
    pub lua_program: Option<PathBuf>,
}

impl Default for Options {
    /// Returns Redis's defaults, such as 127.0.0.1:6379 without a password. Only `debug` has another default.
    fn default() -> Self {
        Options {
            host: "127.0.0.1".to_owned(),
            port: 6379,
            password: None,
            seed: 0,
            debug: DebugAccess::default(),
            tcp_backlog: 511,
            tcp_keepalive: 300,
            timeout: 0,
            memory_limit: 0,
            lua_program: None,
        }
    }
}

/// Which clients may send DEBUG commands: Redis's `enable-debug-command`. Unlike in Redis, the default is `Local`,
/// because the test suites of client libraries use DEBUG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DebugAccess {
    /// No client may send DEBUG commands.
    No,
    /// Only clients on this machine may send DEBUG commands.
    #[default]
    Local,
    /// All clients may send DEBUG commands.
    Yes,
}

impl DebugAccess {
    fn name(self) -> &'static [u8] {
        match self {
            DebugAccess::No => b"no",
            DebugAccess::Local => b"local",
            DebugAccess::Yes => b"yes",
        }
    }
}

/// The reason why the server cannot run.
#[derive(Debug)]
pub enum ServeError {
    /// The host name cannot be resolved to an address.
    UnknownHost(String, io::Error),
    /// The address is reachable from other machines, and there is no password.
    Unprotected(SocketAddr),
    /// Another process already listens on the port.
    PortInUse(SocketAddr),
    /// None of this machine's network interfaces has the address.
    AddressNotAvailable(SocketAddr),
    /// The port is reserved for privileged users.
    PortReserved(SocketAddr),
    /// Another system call failed. The string describes what the server was doing.
    System(&'static str, io::Error),
    /// No handler for Ctrl-C could be installed.
    CtrlC(ctrlc::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServeError::UnknownHost(host, error) => write!(f, "no address is known for the host '{host}': {error}"),
            ServeError::Unprotected(address) => write!(
                f,
                "{address} can be reached from other machines, so it needs a password: give one, or listen on 127.0.0.1 \
                 (the default)"
            ),
            ServeError::PortInUse(address) => write!(
                f,
                "port {} of {} is in use, perhaps by a Redis: choose another with --port",
                address.port(),
                address.ip()
            ),
            ServeError::AddressNotAvailable(address) => {
                write!(f, "{} is not an address of this machine: listen on 127.0.0.1 (the default)", address.ip())
            }
            ServeError::PortReserved(address) => {
                write!(f, "port {} is reserved by the system: choose one above 1023 with --port", address.port())
            }
            ServeError::System(doing, error) => write!(f, "{doing}: {error}"),
            ServeError::CtrlC(error) => write!(f, "setting up Ctrl-C: {error}"),
        }
    }
}

impl std::error::Error for ServeError {}

/// Serves an empty engine until Ctrl-C or SIGTERM. Reports the address with [`Notice::Listening`] once clients can
/// connect.
///
/// Raises the process's limit on open file descriptors if `maxclients` requires it.
///
/// # Errors
/// Returns an error if the server cannot listen on the address, or if a system call fails.
pub fn serve(options: &Options, mut report: impl FnMut(&Notice) + Send + 'static) -> Result<(), ServeError> {
    let mut engine = Engine::new(options.seed, now_us());
    engine.keyspace.memory_cap.limit = options.memory_limit;
    engine.server.monotonic_us = Some(monotonic_us);
    let mut server = Server::bind(options, &mut engine)?;
    let stop_handle = server.stop_handle();
    ctrlc::set_handler(move || stop_handle.stop()).map_err(ServeError::CtrlC)?;
    report_backlog(options, &mut report);
    fit_max_clients(&mut engine, &mut report);
    report(&Notice::Listening(server.address()));
    server.report_to(report);
    server.run(&mut engine)
}

/// Reports a notice if the system limits the backlog to less than `tcp-backlog`.
fn report_backlog(options: &Options, report: &mut impl FnMut(&Notice)) {
    let wanted = i64::from(options.tcp_backlog);
    if let Some(allowed) = listener::max_backlog().filter(|&allowed| allowed < wanted) {
        report(&Notice::BacklogReduced { wanted, allowed });
    }
}

/// Makes room for `maxclients` clients. If there is not enough, reduces `maxclients` to the number of clients for which
/// there is room, as Redis does.
fn fit_max_clients(engine: &mut Engine, report: &mut impl FnMut(&Notice)) {
    let wanted = engine.server.config.integer("maxclients");
    let allowed = descriptors::make_room_for_clients(wanted);
    if allowed < wanted {
        engine.server.config.set_unchecked("maxclients", allowed.to_string().as_bytes());
        report(&Notice::MaxClientsReduced { wanted, allowed });
    }
    engine.server.make_room_for_clients = Some(descriptors::make_room_for_clients);
}

/// Returns the wall-clock time in microseconds since 1970.
pub fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Returns the time since the first call in microseconds, by a clock that never goes back.
fn monotonic_us() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Returns the socket address to listen on, after resolving the host name.
fn resolve(options: &Options) -> Result<SocketAddr, ServeError> {
    let unknown = |error| ServeError::UnknownHost(options.host.clone(), error);
    let mut addresses = (options.host.as_str(), options.port).to_socket_addrs().map_err(unknown)?;
    let address = addresses.next().ok_or_else(|| unknown(io::ErrorKind::NotFound.into()))?;
    match options.password.as_deref() {
        None | Some("") if !address.ip().is_loopback() => Err(ServeError::Unprotected(address)),
        _ => Ok(address),
    }
}
