//! A real Redis, spoken to over several connections, one command at a time.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use redis_engine::resp::value;

use test_support::real_redis::RealRedis;

/// How long a reply may take before it counts as none.
const PATIENCE: Duration = Duration::from_secs(3);

/// A clock that looks for what expires every two milliseconds, and DEBUG for the fingerprints of values.
const SETTINGS: &[&str] = &["--hz", "500", "--dynamic-hz", "no", "--enable-debug-command", "yes"];

/// The server, with a connection of our own.
pub struct RealServer {
    process: RealRedis,
    control: Stream,
}

impl RealServer {
    /// Starts the binary, and waits until it answers.
    pub fn start(binary: &str) -> Result<Self, String> {
        let process = RealRedis::start(binary, SETTINGS)?;
        let control = Stream::connect(process.address);
        Ok(RealServer { process, control })
    }

    pub fn connect(&self) -> Stream {
        Stream::connect(self.process.address)
    }

    /// Sends a command that answers at once, and says what it answered.
    pub fn ask(&mut self, words: &[&str]) -> Vec<u8> {
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        self.control.send(&words);
        self.control.read_reply();
        self.control.take()
    }

    /// Returns when all that was sent before is carried out, and all answers are written: those of a turn of the server's
    /// loop are out when it answers in the next.
    pub fn settle(&mut self) {
        self.ask(&["PING"]);
        self.ask(&["PING"]);
    }
}

/// A connection and what came over it.
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
        let mut request = format!("*{}\r\n", argv.len()).into_bytes();
        for word in argv {
            request.extend(format!("${}\r\n", word.len()).bytes());
            request.extend(word);
            request.extend(b"\r\n");
        }
        // A closed connection shows when it is read.
        drop(self.stream.write_all(&request));
    }

    /// Goes away.
    pub fn close(&mut self) {
        // It may have been closed from the other side.
        drop(self.stream.shutdown(Shutdown::Both));
        self.is_open = false;
    }

    /// Waits for one whole reply, but not for ever.
    pub fn read_reply(&mut self) {
        let started = Instant::now();
        while self.is_open && started.elapsed() < PATIENCE && !matches!(value::parse(&self.received), Ok(Some(_))) {
            self.read(Some(PATIENCE));
        }
    }

    /// Takes what has come by now.
    pub fn drain(&mut self) -> Vec<u8> {
        while self.is_open && self.read(None) {}
        self.take()
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.received)
    }

    /// Reads once, and says whether there was anything.
    fn read(&mut self, longest: Option<Duration>) -> bool {
        let set_up = self.stream.set_nonblocking(longest.is_none()).and(self.stream.set_read_timeout(longest));
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
