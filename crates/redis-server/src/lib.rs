//! The engine for real clients: `redis-tutor serve`.

mod connection;
mod event_loop;

pub use event_loop::{Server, Stopper};

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::{SystemTime, UNIX_EPOCH};

use redis_engine::Engine;

/// What `serve` is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    pub host: String,
    /// 0 takes any port that is free.
    pub port: u16,
    pub password: Option<String>,
    pub seed: u64,
    /// Who may send DEBUG.
    pub debug: DebugAccess,
}

/// Who may send DEBUG: Redis's `enable-debug-command`. Tests of clients need it, so that it is open to this machine here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DebugAccess {
    No,
    #[default]
    Local,
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

/// Why the server cannot run.
#[derive(Debug)]
pub enum ServeError {
    /// The host's name leads nowhere.
    UnknownHost(String, io::Error),
    /// Others could reach the address, and no password protects it.
    Unprotected(SocketAddr),
    PortInUse(SocketAddr),
    /// The address is none of this machine's.
    Elsewhere(SocketAddr),
    /// The system keeps the port for itself.
    Reserved(SocketAddr),
    /// The system refused something else: what was being done.
    System(&'static str, io::Error),
    /// Ctrl-C could not be caught.
    Signals(ctrlc::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServeError::UnknownHost(host, error) => write!(f, "no address is known for the host '{host}': {error}"),
            ServeError::Unprotected(address) => write!(
                f,
                "{address} can be reached from other machines: give --password, or listen on 127.0.0.1 (the default)"
            ),
            ServeError::PortInUse(address) => write!(
                f,
                "port {} of {} is in use, perhaps by a Redis: choose another with --port",
                address.port(),
                address.ip()
            ),
            ServeError::Elsewhere(address) => {
                write!(f, "{} is no address of this machine: listen on 127.0.0.1 (the default)", address.ip())
            }
            ServeError::Reserved(address) => {
                write!(f, "the system keeps port {} for itself: choose one above 1023 with --port", address.port())
            }
            ServeError::System(doing, error) => write!(f, "{doing}: {error}"),
            ServeError::Signals(error) => write!(f, "catching Ctrl-C: {error}"),
        }
    }
}

impl std::error::Error for ServeError {}

/// Serves an empty engine until Ctrl-C or SIGTERM. `ready` is told the address once clients can connect.
///
/// # Errors
/// The address cannot be used, or the system refuses.
pub fn serve(options: &Options, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let mut engine = Engine::new(options.seed, now_us());
    let mut server = Server::bind(options, &mut engine)?;
    let stopper = server.stopper();
    ctrlc::set_handler(move || stopper.stop()).map_err(ServeError::Signals)?;
    ready(server.address());
    server.run(&mut engine)
}

/// The wall clock, in microseconds since 1970.
pub fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// The address to listen on.
fn resolve(options: &Options) -> Result<SocketAddr, ServeError> {
    let unknown = |error| ServeError::UnknownHost(options.host.clone(), error);
    let mut addresses = (options.host.as_str(), options.port).to_socket_addrs().map_err(unknown)?;
    let address = addresses.next().ok_or_else(|| unknown(io::ErrorKind::NotFound.into()))?;
    match options.password.as_deref() {
        None | Some("") if !address.ip().is_loopback() => Err(ServeError::Unprotected(address)),
        _ => Ok(address),
    }
}
