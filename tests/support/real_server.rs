//! A private real Redis on a free loopback port, spoken to over several connections, one command at a time.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis_tutor::resp::value;

/// How long a reply may take before it counts as none.
const PATIENCE: Duration = Duration::from_secs(3);

/// Nothing on disk, and a clock that looks for what expires every two milliseconds.
const SETTINGS: [&str; 12] = [
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--hz",
    "500",
    "--dynamic-hz",
    "no",
    "--enable-debug-command",
    "yes",
];

/// The process; it ends with this value.
pub struct RealServer {
    process: Child,
    address: SocketAddr,
    control: Stream,
}

impl RealServer {
    /// Starts the binary, and waits until it answers.
    pub fn start(binary: &str) -> Result<Self, String> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.map_err(|error| format!("no free port: {error}"))?;
        let mut process = Command::new(binary)
            .args(["--port", &address.port().to_string()])
            .args(SETTINGS)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{binary} does not start: {error}"))?;
        let started = Instant::now();
        let control = loop {
            match TcpStream::connect(address) {
                Ok(stream) => break Stream::new(stream),
                Err(error) if started.elapsed() > Duration::from_secs(10) => {
                    drop(process.kill());
                    return Err(format!("{binary} does not answer on {address}: {error}"));
                }
                Err(_) => std::thread::yield_now(),
            }
        };
        let mut server = RealServer { process, address, control };
        let id = format!("process_id:{}\r\n", server.process.id());
        if !String::from_utf8_lossy(&server.ask(&["INFO", "server"])).contains(&id) {
            return Err(format!("a stranger answers on {address}"));
        }
        Ok(server)
    }

    pub fn connect(&self) -> Stream {
        Stream::new(TcpStream::connect(self.address).expect("the server is up"))
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

impl Drop for RealServer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A connection and what came over it.
pub struct Stream {
    stream: TcpStream,
    received: Vec<u8>,
    pub is_open: bool,
}

impl Stream {
    fn new(stream: TcpStream) -> Self {
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
