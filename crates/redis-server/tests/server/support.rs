//! Helpers for the tests: our server on a thread of its own or driven by the test, the real server, and a client.

use std::env;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use redis_engine::Engine;
use redis_engine::resp::request;
use redis_server::{Options, Server, StopHandle, now_us};

use test_support::real_redis::RealRedis;

/// Time limit for a single wait in a test. Reaching it means that the test has failed.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// Our server on its own thread. Dropping the value stops the server.
pub struct ServerThread {
    pub address: SocketAddr,
    stop_handle: StopHandle,
    thread: Option<JoinHandle<Result<(), String>>>,
}

impl ServerThread {
    pub fn start(password: Option<&str>) -> Self {
        let options = options("127.0.0.1", 0, password);
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut engine = Engine::new(7, now_us());
            let mut server = Server::bind(&options, &mut engine).map_err(|error| error.to_string())?;
            sender.send((server.address(), server.stop_handle())).map_err(|error| error.to_string())?;
            server.run(&mut engine).map_err(|error| error.to_string())
        });
        let (address, stop_handle) = receiver.recv_timeout(TIMEOUT).expect("the server binds a free port");
        ServerThread { address, stop_handle, thread: Some(thread) }
    }

    /// Stops the server, and returns the result of its event loop.
    pub fn stop(&mut self) -> Result<(), String> {
        self.stop_handle.stop();
        self.thread.take().map_or(Ok(()), |thread| thread.join().expect("the loop does not panic"))
    }
}

impl Drop for ServerThread {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

pub fn options(host: &str, port: u16, password: Option<&str>) -> Options {
    Options { host: host.to_owned(), port, password: password.map(str::to_owned), seed: 7, ..Options::default() }
}

/// Runs a test case against our server, and against the real server if there is one.
pub fn run_on_each_server(password: Option<&str>, case: impl Fn(SocketAddr)) {
    let mut server = ServerThread::start(password);
    case(server.address);
    assert_eq!(server.stop(), Ok(()));
    if let Ok(binary) = env::var("REDIS_TUTOR_REAL_REDIS") {
        let mut settings = vec!["--enable-debug-command", "local"];
        settings.extend(password.iter().flat_map(|password| ["--requirepass", password]));
        let real = RealRedis::start(&binary, &settings).expect("the real server starts");
        case(real.address);
    }
}

/// Encodes a command as an array of bulk strings. Unlike an inline command, it can have any length.
pub fn encode_request(words: &[&str]) -> Vec<u8> {
    request::encode(&words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>())
}

pub struct Client(pub TcpStream);

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(TIMEOUT)).expect("the socket accepts a timeout");
        // Without TCP_NODELAY, the system would hold back a piece of a request until the previous piece is
        // acknowledged.
        stream.set_nodelay(true).expect("it is a socket");
        Client(stream)
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).expect("the server reads");
    }

    /// Reads as many bytes as `expected` contains, and asserts that they are equal to `expected`.
    #[track_caller]
    pub fn expect_bytes(&mut self, expected: impl AsRef<[u8]>) {
        let expected = expected.as_ref();
        let mut bytes = vec![0; expected.len()];
        let mut read = 0;
        while read < bytes.len() {
            match self.0.read(&mut bytes[read..]) {
                Ok(0) => panic!("closed after {}", bytes[..read].escape_ascii()),
                Ok(more) => read += more,
                Err(error) => panic!("{error} after {}", bytes[..read].escape_ascii()),
            }
        }
        assert_eq!(bytes.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    #[track_caller]
    pub fn expect_reply(&mut self, command: &str, expected: &str) {
        self.send(format!("{command}\r\n"));
        self.expect_bytes(expected);
    }

    /// Asserts that the server sends the given bytes and then closes the connection.
    #[track_caller]
    pub fn expect_close_after(&mut self, expected: &str) {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            // A reset is accepted as well. The connection ends with one if the server has not read all bytes that were
            // sent.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("not closed ({error}) after {}", bytes.escape_ascii()),
        }
        assert_eq!(bytes.escape_ascii().to_string(), expected.as_bytes().escape_ascii().to_string());
    }

    /// Reads one line of a reply, without its CRLF.
    pub fn read_line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("the server sends a line");
            line.extend(byte);
        }
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }

    /// Sends a command and returns its reply, which must be a bulk string.
    pub fn bulk_string(&mut self, command: &str) -> String {
        self.send(format!("{command}\r\n"));
        let length = self.read_line().trim_start_matches('$').parse::<usize>().expect("a bulk string");
        let mut text = vec![0; length + 2];
        self.0.read_exact(&mut text).expect("the reply is complete");
        String::from_utf8(text).expect("the reply is UTF-8")
    }

    /// Returns the value of a field in a section of INFO, or `None` if there is no such field.
    pub fn info_field(&mut self, section: &str, field: &str) -> Option<String> {
        let text = self.bulk_string(&format!("INFO {section}"));
        let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.map(str::to_owned)
    }

    /// Returns a numeric field from the `clients` section of INFO.
    pub fn info_number(&mut self, field: &str) -> u64 {
        let value = self.info_field("clients", field).and_then(|number| number.parse().ok());
        value.unwrap_or_else(|| panic!("INFO clients has no number {field}"))
    }

    /// Returns the given fields of CLIENT INFO.
    pub fn client_info(&mut self, fields: &[&str]) -> String {
        let text = self.bulk_string("CLIENT INFO");
        let is_wanted = |word: &&str| word.split_once('=').is_some_and(|(name, _)| fields.contains(&name));
        text.split_whitespace().filter(is_wanted).collect::<Vec<_>>().join(" ")
    }

    /// Repeats INFO until a field has the given value, because another connection's command may not have reached the
    /// server yet.
    pub fn wait_for_info(&mut self, field: &str, number: u64) {
        let started = Instant::now();
        while self.info_number(field) != number {
            assert!(started.elapsed() < TIMEOUT, "{field} is {}, not {number}", self.info_number(field));
            thread::yield_now();
        }
    }
}

/// Our server, driven by a test. The test sets the clock, and the server runs only during the calls of this type's
/// methods.
pub struct ManualServer {
    pub engine: Engine,
    pub server: Server,
    pub now_us: i64,
}

impl ManualServer {
    pub fn new() -> Self {
        let now_us = 1_767_268_800_000_000;
        let mut engine = Engine::new(7, now_us);
        let server = Server::bind(&options("127.0.0.1", 0, None), &mut engine).expect("a port is free");
        ManualServer { engine, server, now_us }
    }

    /// Connects a client, and waits until the server has accepted it.
    pub fn connect(&mut self) -> Client {
        let mut client = Client::connect(self.server.address());
        client.0.set_nonblocking(true).expect("it is a socket");
        assert_eq!(self.exchange(&mut client, b"PING\r\n", |reply| reply.len() == 7), b"+PONG\r\n");
        client
    }

    /// Sends requests and returns the replies, once `is_complete` returns true for them.
    pub fn exchange(&mut self, client: &mut Client, requests: &[u8], is_complete: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let (mut rest, mut replies, mut buffer) = (requests, Vec::new(), vec![0; 1 << 20]);
        let started = Instant::now();
        while !is_complete(&replies) {
            assert!(started.elapsed() < TIMEOUT, "no complete reply, only {} bytes", replies.len());
            if let Ok(written) = client.0.write(rest) {
                rest = &rest[written..];
            }
            self.work();
            match client.0.read(&mut buffer) {
                Ok(0) => panic!("the connection was closed after {} bytes", replies.len()),
                Ok(read) => replies.extend_from_slice(&buffer[..read]),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
        replies
    }

    /// Makes the server handle everything that is ready.
    pub fn work(&mut self) {
        self.server.handle_ready(&mut self.engine, self.now_us).expect("the sockets can be polled");
    }

    /// Advances the clock by `time`, running the server at each deadline along the way.
    pub fn pass(&mut self, time: Duration) {
        let until_us = self.now_us + i64::try_from(time.as_micros()).expect("a test waits no longer than some days");
        while let Some(at_us) = self.server.next_deadline_us().filter(|&at_us| at_us <= until_us) {
            self.now_us = at_us.max(self.now_us);
            self.work();
        }
        self.now_us = until_us;
        self.work();
    }

    /// Returns a numeric field of a client, from the CLIENT LIST that `observer` requests.
    pub fn number_of(&mut self, observer: &mut Client, client_id: &str, field: &str) -> u64 {
        let list = self.exchange(observer, format!("CLIENT LIST ID {client_id}\r\n").as_bytes(), |reply| {
            reply.ends_with(b"\n\r\n")
        });
        let list = String::from_utf8(list).expect("the reply is UTF-8");
        let value = list.split_whitespace().find_map(|word| word.strip_prefix(field)?.strip_prefix('='));
        value.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no number {field} in {list}"))
    }

    /// Returns the ID of a client.
    pub fn id_of(&mut self, client: &mut Client) -> String {
        let reply = self.exchange(client, b"CLIENT ID\r\n", |reply| reply.ends_with(b"\r\n"));
        String::from_utf8(reply).expect("the reply is UTF-8").trim_matches([':', '\r', '\n']).to_owned()
    }
}
