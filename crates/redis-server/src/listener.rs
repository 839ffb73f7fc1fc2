//! The listening socket: how many connections may wait in it, and how to refuse a client for which there is no room.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use mio::Interest;
use mio::net::{TcpListener, TcpStream};
use mio::{Registry, Token};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

/// A listening socket, to which clients connect.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    /// A spare file descriptor, which is closed when no other descriptor is left. A client can then be accepted briefly
    /// and sent an error. Otherwise the client would wait forever.
    spare: Option<Socket>,
}

/// The reason why no client was accepted.
#[derive(Debug)]
pub enum AcceptError {
    /// No client is waiting.
    NoneWaiting,
    /// The client has disconnected, or the call was interrupted. Other clients may be waiting.
    TryNext,
    /// The process or the system has no file descriptor or memory left for another client.
    OutOfDescriptors,
    /// Any other error.
    Other(io::Error),
}

impl Listener {
    /// Listens on an address. Up to `backlog` connections wait in the socket until they are accepted. The system
    /// refuses further connections, and their clients try again after a second or more.
    ///
    /// # Errors
    /// Returns an error if the process cannot listen on the address.
    pub fn bind(requested: SocketAddr, backlog: i64) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(requested), Type::STREAM, Some(Protocol::TCP))?;
        // `SO_REUSEADDR` allows a server to be restarted immediately. On Windows, it would let two servers share the
        // port, so it is not set there.
        #[cfg(not(windows))]
        socket.set_reuse_address(true)?;
        socket.bind(&requested.into())?;
        socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
        socket.set_nonblocking(true)?;
        Ok(Listener { socket: TcpListener::from_std(socket.into()), spare: open_spare() })
    }

    /// Returns the socket's address. If port 0 was requested, its port is the one that the system chose.
    ///
    /// # Errors
    /// Returns an error if the system does not report the address.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Registers the socket for events. An event with `token` means that clients are waiting.
    ///
    /// # Errors
    /// Returns an error if the socket cannot be registered.
    pub fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        registry.register(&mut self.socket, token, Interest::READABLE)
    }

    /// Accepts a waiting client. Returns its socket and its address.
    ///
    /// # Errors
    /// Returns the reason why no client was accepted.
    pub fn accept(&self) -> Result<(TcpStream, SocketAddr), AcceptError> {
        self.socket.accept().map_err(AcceptError::from)
    }

    /// Refuses the next client when no file descriptor is left. Closes the spare descriptor, accepts the client, sends
    /// it an error, and disconnects it. Returns whether a client was refused.
    pub fn refuse_next(&mut self) -> bool {
        let was_refused = match self.spare.take() {
            Some(spare) => {
                drop(spare);
                self.socket.accept().map(|(stream, _)| refuse(stream)).is_ok()
            }
            None => false,
        };
        self.spare = open_spare();
        was_refused
    }
}

impl From<io::Error> for AcceptError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::WouldBlock => AcceptError::NoneWaiting,
            ErrorKind::Interrupted | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset => AcceptError::TryNext,
            _ if is_out_of_descriptors(&error) => AcceptError::OutOfDescriptors,
            _ => AcceptError::Other(error),
        }
    }
}

#[cfg(unix)]
fn is_out_of_descriptors(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM))
}

#[cfg(not(unix))]
fn is_out_of_descriptors(error: &io::Error) -> bool {
    const WSAEMFILE: i32 = 10024;
    const WSAENOBUFS: i32 = 10055;
    matches!(error.raw_os_error(), Some(WSAEMFILE | WSAENOBUFS))
}

/// Opens an unconnected socket, which only reserves a file descriptor.
fn open_spare() -> Option<Socket> {
    Socket::new(Domain::IPV4, Type::DGRAM, None).ok()
}

/// Sends a client the error for reaching the maximum number of clients, and disconnects the client.
pub fn refuse(mut stream: TcpStream) {
    // A write error is ignored, because the client sees the end of the connection in any case.
    drop(stream.write_all(b"-ERR max number of clients reached\r\n"));
    // If the client's first request were left unread, the connection would be reset, and the error might be lost.
    drop(stream.read(&mut [0; 4096]));
}

/// Makes the system probe a connection that has been idle for the given number of seconds, and close it if three probes
/// are not answered. This is Redis's `tcp-keepalive`. With 0 seconds, the connection is never probed.
pub fn keep_alive(stream: &TcpStream, seconds: i64) {
    if let Ok(seconds @ 1..) = u64::try_from(seconds) {
        let between_probes = Duration::from_secs((seconds / 3).max(1));
        let probes = TcpKeepalive::new().with_time(Duration::from_secs(seconds));
        let probes = probes.with_interval(between_probes).with_retries(3);
        // As in Redis, a number of seconds that is too large for the system has no effect.
        drop(SockRef::from(stream).set_tcp_keepalive(&probes));
    }
}

/// Returns the system's maximum for a socket's backlog, or `None` if the system does not report it.
pub fn max_backlog() -> Option<i64> {
    std::fs::read_to_string("/proc/sys/net/core/somaxconn").ok()?.trim().parse().ok()
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn errors_of_accept_are_told_apart() {
        let reason = |errno: Errno| match AcceptError::from(io::Error::from(errno)) {
            AcceptError::NoneWaiting => "none waiting",
            AcceptError::TryNext => "try next",
            AcceptError::OutOfDescriptors => "out of descriptors",
            AcceptError::Other(_) => "other",
        };
        for (errno, expected) in [
            (Errno::AGAIN, "none waiting"),
            (Errno::INTR, "try next"),
            (Errno::CONNABORTED, "try next"),
            (Errno::MFILE, "out of descriptors"),
            (Errno::NFILE, "out of descriptors"),
            (Errno::NOBUFS, "out of descriptors"),
            (Errno::NOMEM, "out of descriptors"),
            (Errno::INVAL, "other"),
            (Errno::PERM, "other"),
        ] {
            assert_eq!(reason(errno), expected, "{errno:?}");
        }
    }
}
