//! Connections on which a marker shows where the replies to a batch of requests end.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use redis_engine::resp::request;

/// Time limit for a single wait in a test. Reaching it means that the test has failed.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// A connection to one of the two servers.
pub struct Stream(TcpStream);

impl Stream {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("it is a socket");
        stream.set_read_timeout(Some(Duration::from_millis(1))).expect("it is a socket");
        Stream(stream)
    }

    /// Returns the address of this end of the connection, in the format that CLIENT KILL accepts.
    pub fn address(&self) -> String {
        self.0.local_addr().expect("it is connected").to_string()
    }

    /// Writes as much as the socket accepts without blocking, and returns the number of bytes written.
    fn write_some(&mut self, bytes: &[u8]) -> usize {
        self.0.set_nonblocking(true).expect("it is a socket");
        let written = self.0.write(bytes);
        self.0.set_nonblocking(false).expect("it is a socket");
        // An error is ignored, because the next read detects that the connection has ended.
        written.unwrap_or(0)
    }

    /// Sends all bytes. Reads replies only while the server does not accept more bytes. Returns the replies that were
    /// read.
    pub fn send(&mut self, bytes: &[u8]) -> Vec<u8> {
        let (mut rest, mut replies) = (bytes, Vec::new());
        let started = Instant::now();
        while !rest.is_empty() {
            assert!(started.elapsed() < TIMEOUT, "{} bytes are not accepted", rest.len());
            let written = self.write_some(rest);
            rest = &rest[written..];
            if written == 0 && !self.read_some(&mut replies) {
                break;
            }
        }
        replies
    }

    /// Reads once, waiting at most a millisecond. Returns whether the connection is still open.
    fn read_some(&mut self, replies: &mut Vec<u8>) -> bool {
        let mut buffer = [0; 1 << 16];
        match self.0.read(&mut buffer) {
            Ok(0) => false,
            Ok(read) => {
                replies.extend_from_slice(&buffer[..read]);
                true
            }
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted),
        }
    }

    /// Reads until the replies end with the given bytes, or until the connection ends. Returns all replies.
    pub fn read_until(&mut self, mut replies: Vec<u8>, end: &[u8]) -> Vec<u8> {
        let started = Instant::now();
        while !replies.ends_with(end) {
            assert!(started.elapsed() < TIMEOUT, "no end of {}", excerpt(&replies, replies.len()));
            if !self.read_some(&mut replies) {
                break;
            }
        }
        replies
    }

    /// Reads until the connection ends. Returns all replies.
    pub fn read_to_end(&mut self) -> Vec<u8> {
        let (mut replies, started) = (Vec::new(), Instant::now());
        while self.read_some(&mut replies) {
            assert!(started.elapsed() < TIMEOUT, "the connection stays open after {}", excerpt(&replies, 0));
        }
        replies
    }

    /// Sends a command and returns its reply. An ECHO after the command marks the end of the reply.
    pub fn ask(&mut self, words: &[&str]) -> String {
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        let requests = [request::encode(&words), request::encode(&[b"ECHO".to_vec(), b"asked".to_vec()])].concat();
        let sent = self.send(&requests);
        let reply = self.read_until(sent, b"$5\r\nasked\r\n");
        String::from_utf8_lossy(&reply).trim_end_matches("$5\r\nasked\r\n").to_owned()
    }

    /// Returns a numeric field of the `clients` section of INFO.
    pub fn info_number(&mut self, field: &str) -> usize {
        let info = self.ask(&["INFO", "clients"]);
        let number = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')?.trim().parse().ok());
        number.unwrap_or_else(|| panic!("no {field} in {info}"))
    }

    /// Waits until a numeric field in the `clients` section of INFO has the given value.
    pub fn wait_for_number(&mut self, field: &str, value: usize) {
        let started = Instant::now();
        while self.info_number(field) != value {
            assert!(started.elapsed() < TIMEOUT, "{field} is {}, not {value}", self.info_number(field));
        }
    }

    /// Shuts down the sending side of the connection, so that the server sees the end of the requests.
    pub fn shut_down(&self) {
        drop(self.0.shutdown(Shutdown::Write));
    }
}

/// Returns the bytes around an offset as a string, for a failure message.
pub fn excerpt(bytes: &[u8], at: usize) -> String {
    let (from, to) = (at.saturating_sub(80), (at + 80).min(bytes.len()));
    format!("...{}... ({} bytes)", bytes[from.min(to)..to].escape_ascii(), bytes.len())
}
