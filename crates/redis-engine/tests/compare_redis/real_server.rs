//! A real Redis server with several connections, to which commands are sent one at a time.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use redis_engine::resp::{request, value};

use test_support::real_redis::RealRedis;

/// Maximum time to wait for a reply.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Settings of the real server: an expire cycle every two milliseconds, and DEBUG, which replies with the digests of
/// values.
const SETTINGS: &[&str] = &["--hz", "500", "--dynamic-hz", "no", "--enable-debug-command", "yes"];

/// The real server, and a control connection to it.
pub struct RealServer {
    process: RealRedis,
    control: Stream,
}

impl RealServer {
    /// Starts the server binary, and waits until the server replies.
    pub fn start(binary: &str) -> Result<Self, String> {
        let process = RealRedis::start(binary, SETTINGS)?;
        let control = Stream::connect(process.address);
        Ok(RealServer { process, control })
    }

    pub fn connect(&self) -> Stream {
        Stream::connect(self.process.address)
    }

    /// Sends a command that must not block, and returns its reply.
    pub fn ask(&mut self, words: &[&str]) -> Vec<u8> {
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        self.control.send(&words);
        self.control.read_reply();
        self.control.take()
    }

    /// Waits until all earlier commands have run and their replies are written. The reply to the second PING proves
    /// that the event loop has finished the iteration in which it ran the first PING.
    pub fn wait_until_idle(&mut self) {
        self.ask(&["PING"]);
        self.ask(&["PING"]);
    }
}

/// A connection, and the bytes received through it.
pub struct Stream {
    stream: TcpStream,
    received: Vec<u8>,
    pub is_open: bool,
}

impl Stream {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server is up");
        stream.set_nodelay(true).expect("it is a socket");
        Stream { stream, received: Vec::new(), is_open: true }
    }

    pub fn send(&mut self, argv: &[Vec<u8>]) {
        // An error is ignored, because the next read detects that the connection is closed.
        drop(self.stream.write_all(&request::encode(argv)));
    }

    /// Closes the connection.
    pub fn close(&mut self) {
        // An error is ignored, because the server may have closed the connection already.
        drop(self.stream.shutdown(Shutdown::Both));
        self.is_open = false;
    }

    /// Waits for a complete reply, but no longer than `TIMEOUT`.
    pub fn read_reply(&mut self) {
        let started = Instant::now();
        while self.is_open && started.elapsed() < TIMEOUT && !matches!(value::parse(&self.received), Ok(Some(_))) {
            self.read(Some(TIMEOUT));
        }
    }

    /// Reads the bytes that have arrived, without waiting. Returns all bytes that have been received since the last
    /// call.
    pub fn drain(&mut self) -> Vec<u8> {
        while self.is_open && self.read(None) {}
        self.take()
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.received)
    }

    /// Reads once, waiting up to `max_wait`, or not at all if it is `None`. Returns whether any bytes were read.
    fn read(&mut self, max_wait: Option<Duration>) -> bool {
        let set_up = self.stream.set_nonblocking(max_wait.is_none()).and(self.stream.set_read_timeout(max_wait));
        set_up.expect("it is a socket");
        let mut buffer = [0; 1 << 16];
        let read = self.stream.read(&mut buffer);
        self.stream.set_nonblocking(false).expect("it is a socket");
        match read {
            Ok(0) => self.is_open = false,
            Ok(count) => {
                self.received.extend_from_slice(&buffer[..count]);
                return true;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => self.is_open = false,
        }
        false
    }
}
