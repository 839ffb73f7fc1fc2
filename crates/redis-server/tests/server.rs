//! Sockets against the server: bytes in, bytes out.
//!
//! Where REDIS_TUTOR_REAL_REDIS names a redis-server, every case that Redis can answer is put to that, too, so that what is
//! expected here stays what Redis says.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, io};

use redis_engine::Engine;
use redis_server::{DebugAccess, Options, ServeError, Server, Stopper, now_us};

use test_support::real_redis::RealRedis;

/// So long nothing takes; a test that waits for more has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Our server in a thread of its own; it ends with this value.
struct Ours {
    address: SocketAddr,
    stopper: Stopper,
    thread: Option<JoinHandle<Result<(), String>>>,
}

impl Ours {
    fn start(password: Option<&str>) -> Self {
        let options = options("127.0.0.1", 0, password);
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut engine = Engine::new(7, now_us());
            let mut server = Server::bind(&options, &mut engine).map_err(|error| error.to_string())?;
            tell.send((server.address(), server.stopper())).map_err(|error| error.to_string())?;
            server.run(&mut engine).map_err(|error| error.to_string())
        });
        let (address, stopper) = told.recv_timeout(PATIENCE).expect("the server binds a free port");
        Ours { address, stopper, thread: Some(thread) }
    }

    /// Stops the server, and says how its loop ended.
    fn stop(&mut self) -> Result<(), String> {
        self.stopper.stop();
        self.thread.take().map_or(Ok(()), |thread| thread.join().expect("the loop does not panic"))
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

fn options(host: &str, port: u16, password: Option<&str>) -> Options {
    Options {
        host: host.to_owned(),
        port,
        password: password.map(str::to_owned),
        seed: 7,
        debug: DebugAccess::default(),
    }
}

/// Puts a case to our server, and to the real one if it is at hand.
fn on_each_server(password: Option<&str>, case: impl Fn(SocketAddr)) {
    let mut ours = Ours::start(password);
    case(ours.address);
    assert_eq!(ours.stop(), Ok(()));
    if let Ok(binary) = env::var("REDIS_TUTOR_REAL_REDIS") {
        let mut settings = vec!["--enable-debug-command", "local"];
        settings.extend(password.iter().flat_map(|password| ["--requirepass", password]));
        let real = RealRedis::start(&binary, &settings).expect("the real server starts");
        case(real.address);
    }
}

/// A command as client libraries send it, which may be long.
fn request(words: &[&str]) -> String {
    let bulks: String = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
    format!("*{}\r\n{bulks}", words.len())
}

struct Client(TcpStream);

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
        Client(stream)
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).expect("the server reads");
    }

    /// Reads as many bytes as are expected, and compares them.
    #[track_caller]
    fn gets(&mut self, expected: impl AsRef<[u8]>) {
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
    fn asks(&mut self, command: &str, expected: &str) {
        self.send(format!("{command}\r\n"));
        self.gets(expected);
    }

    /// Reads to the end of the connection.
    #[track_caller]
    fn is_closed_after(&mut self, expected: &str) {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            // What was sent and never read makes the end a reset.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("not closed ({error}) after {}", bytes.escape_ascii()),
        }
        assert_eq!(bytes.escape_ascii().to_string(), expected.as_bytes().escape_ascii().to_string());
    }

    /// A line of the reply, without its end.
    fn line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("a line comes");
            line.extend(byte);
        }
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }

    /// A bulk string of text.
    fn text(&mut self, command: &str) -> String {
        self.send(format!("{command}\r\n"));
        let length = self.line().trim_start_matches('$').parse::<usize>().expect("a bulk string");
        let mut text = vec![0; length + 2];
        self.0.read_exact(&mut text).expect("it comes whole");
        String::from_utf8(text).expect("it is text")
    }

    /// What a section of INFO says of a field, if it is there.
    fn field(&mut self, section: &str, field: &str) -> Option<String> {
        let text = self.text(&format!("INFO {section}"));
        let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.map(str::to_owned)
    }

    /// One of INFO's numbers.
    fn info(&mut self, field: &str) -> u64 {
        let value = self.field("clients", field).and_then(|number| number.parse().ok());
        value.unwrap_or_else(|| panic!("INFO clients has no number {field}"))
    }

    /// What CLIENT INFO says of these fields.
    fn client_info(&mut self, fields: &[&str]) -> String {
        let text = self.text("CLIENT INFO");
        let is_wanted = |word: &&str| word.split_once('=').is_some_and(|(name, _)| fields.contains(&name));
        text.split_whitespace().filter(is_wanted).collect::<Vec<_>>().join(" ")
    }

    /// Asks until it is so: what another connection did may still be on its way.
    fn asks_until(&mut self, field: &str, number: u64) {
        while self.info(field) != number {
            thread::yield_now();
        }
    }
}

#[test]
fn requests_of_all_forms_are_answered() {
    on_each_server(None, |address| {
        let mut client = Client::connect(address);
        for (sent, answered) in [
            ("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\n1\r\n23\r\n", "+OK\r\n"),
            ("*2\r\n$3\r\nget\r\n$1\r\na\r\n", "$5\r\n1\r\n23\r\n"),
            ("GET none\r\n", "$-1\r\n"),
            ("PING\n", "+PONG\r\n"),
            ("ECHO \"a\\x41\\n\" \r\n", "$3\r\naA\n\r\n"),
            ("\r\n*0\r\n*-1\r\nPING 'it is'\r\n", "$5\r\nit is\r\n"),
            ("INCR n\r\nINCR n\r\n*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n", ":1\r\n:2\r\n:3\r\n"),
            (
                "SET\r\nGET a b\r\nNOSUCH\r\n",
                "-ERR wrong number of arguments for 'set' command\r\n-ERR wrong number of arguments for 'get' command\r\n-ERR unknown command 'NOSUCH', with args beginning with: \r\n",
            ),
        ] {
            client.send(sent);
            client.gets(answered);
        }
    });
}

#[test]
fn resp3_is_spoken_to_whoever_asks_for_it() {
    on_each_server(None, |address| {
        let (mut three, mut two) = (Client::connect(address), Client::connect(address));
        three.asks(
            "HELLO 3",
            "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n8.2.3\r\n$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:",
        );
        assert!(three.line().parse::<u64>().is_ok());
        three.gets("$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*1\r\n%4\r\n$4\r\nname\r\n$9\r\nvectorset\r\n$3\r\nver\r\n:1\r\n$4\r\npath\r\n$0\r\n\r\n$4\r\nargs\r\n*0\r\n");
        three.asks("HSET h a 1", ":1\r\n");
        three.asks("HGETALL h", "%1\r\n$1\r\na\r\n$1\r\n1\r\n");
        two.asks("HGETALL h", "*2\r\n$1\r\na\r\n$1\r\n1\r\n");
        three.asks("ZADD z 1.5 m", ":1\r\n");
        three.asks("ZSCORE z m", ",1.5\r\n");
        two.asks("ZSCORE z m", "$3\r\n1.5\r\n");
        three.asks("GET none", "_\r\n");
        two.asks("HELLO 4", "-NOPROTO unsupported protocol version\r\n");
    });
}

#[test]
fn a_request_may_come_in_pieces() {
    on_each_server(None, |address| {
        let (mut slow, mut other) = (Client::connect(address), Client::connect(address));
        let request = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$11\r\nhello\r\nyou!\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n";
        for byte in request.as_bytes() {
            slow.send([*byte]);
            // The other's answer shows that the server has been round since.
            other.asks("PING", "+PONG\r\n");
        }
        slow.gets("+OK\r\n$11\r\nhello\r\nyou!\r\n");
    });
}

#[test]
fn a_long_pipeline_is_answered_whole() {
    on_each_server(None, |address| {
        const TIMES: usize = 20_000;
        let mut client = Client::connect(address);
        let value = "x".repeat(1000);
        client.asks(&format!("SET a {value}"), "+OK\r\n");
        let mut writer = client.0.try_clone().expect("a socket can be shared");
        // The answers fill all buffers before the last request is sent, unless somebody reads.
        let writes = thread::spawn(move || writer.write_all("GET a\r\n".repeat(TIMES).as_bytes()));
        let answer = format!("$1000\r\n{value}\r\n");
        (0..TIMES).for_each(|_| client.gets(&answer));
        writes.join().expect("the writer ends").expect("the server reads");
    });
}

#[test]
fn protocol_errors_are_told_and_end_the_connection() {
    on_each_server(None, |address| {
        for (sent, told) in [
            ("*x\r\n", "invalid multibulk length"),
            ("*2147483648\r\n", "invalid multibulk length"),
            ("*1\r\n:1\r\n", "expected '$', got ':'"),
            ("*1\r\n$x\r\n", "invalid bulk length"),
            ("*1\r\n$-1\r\n", "invalid bulk length"),
            ("*1\r\n$536870913\r\n", "invalid bulk length"),
            ("SET a \"b\r\n", "unbalanced quotes in request"),
            ("SET a 'b'c\r\n", "unbalanced quotes in request"),
        ] {
            let mut client = Client::connect(address);
            client.send(format!("PING\r\n{sent}"));
            client.is_closed_after(&format!("+PONG\r\n-ERR Protocol error: {told}\r\n"));
        }
        let mut client = Client::connect(address);
        client.send("a".repeat(70_000));
        client.is_closed_after("-ERR Protocol error: too big inline request\r\n");
    });
}

#[test]
fn a_browser_is_sent_away() {
    on_each_server(None, |address| {
        let mut browser = Client::connect(address);
        browser.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nFLUSHALL\r\n");
        browser.is_closed_after("");
    });
}

#[test]
fn clients_who_send_little_or_much_too_much_hinder_nobody() {
    on_each_server(None, |address| {
        let idle: Vec<_> = (0..20).map(|_| Client::connect(address)).collect();
        let mut half = Client::connect(address);
        half.send("*2\r\n$4\r\nECHO\r\n$2");
        let mut giants: Vec<_> = (0..20).map(|_| Client::connect(address)).collect();
        // 512 MB are announced, twenty times, and never come.
        giants.iter_mut().for_each(|giant| giant.send("*2\r\n$4\r\nECHO\r\n$536870912\r\nxyz"));
        let mut client = Client::connect(address);
        client.asks("SET a 1", "+OK\r\n");
        client.asks_until("connected_clients", 42);
        drop((idle, giants));
        half.send("\r\nok\r\n");
        half.gets("$2\r\nok\r\n");
        client.asks_until("connected_clients", 2);
        client.asks("GET a", "$1\r\n1\r\n");
    });
}

#[test]
fn a_waiting_client_is_woken_and_then_goes_on() {
    on_each_server(None, |address| {
        let (mut waiting, mut pusher) = (Client::connect(address), Client::connect(address));
        waiting.send("BLPOP q 0\r\nPING\r\nBLPOP q 0.01\r\n");
        pusher.asks_until("blocked_clients", 1);
        pusher.asks("RPUSH q task", ":1\r\n");
        waiting.gets("*2\r\n$1\r\nq\r\n$4\r\ntask\r\n+PONG\r\n*-1\r\n");
    });
}

#[test]
fn a_waiting_client_who_vanishes_takes_nothing_along() {
    on_each_server(None, |address| {
        let mut pusher = Client::connect(address);
        for how in [Shutdown::Both, Shutdown::Write] {
            let mut waiting = Client::connect(address);
            waiting.send("BLPOP q 0\r\n");
            pusher.asks_until("blocked_clients", 1);
            waiting.0.shutdown(how).expect("it is connected");
            pusher.asks_until("blocked_clients", 0);
        }
        pusher.asks("RPUSH q task", ":1\r\n");
        pusher.asks("LPOP q", "$4\r\ntask\r\n");
    });
}

#[test]
fn a_client_who_leaves_in_a_transaction_leaves_nothing_behind() {
    on_each_server(None, |address| {
        let mut other = Client::connect(address);
        let mut leaving = Client::connect(address);
        leaving.asks("MULTI", "+OK\r\n");
        leaving.asks("SET a 1", "+QUEUED\r\n");
        other.asks_until("connected_clients", 2);
        drop(leaving);
        other.asks_until("connected_clients", 1);
        other.asks("EXISTS a", ":0\r\n");
    });
}

#[test]
fn a_client_who_has_sent_all_is_answered_and_let_go() {
    on_each_server(None, |address| {
        // The end may come with what was sent, or after it: each is to be met.
        for _ in 0..50 {
            let mut client = Client::connect(address);
            client.send("PING\r\n");
            client.0.shutdown(std::net::Shutdown::Write).unwrap();
            client.is_closed_after("+PONG\r\n");
        }
    });
}

#[test]
fn quit_answers_and_closes() {
    on_each_server(None, |address| {
        let mut client = Client::connect(address);
        client.send("QUIT\r\nPING\r\n");
        client.is_closed_after("+OK\r\n");
    });
}

#[test]
fn a_password_is_asked_for() {
    on_each_server(Some("open sesame"), |address| {
        let mut client = Client::connect(address);
        client.asks("GET a", "-NOAUTH Authentication required.\r\n");
        client.asks("AUTH wrong", "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
        client.asks("AUTH default \"open sesame\"", "+OK\r\n");
        client.asks("GET a", "$-1\r\n");
        let mut stranger = Client::connect(address);
        stranger.send("*2\r\n$4\r\nAUTH\r\n$16385\r\n");
        stranger.is_closed_after("-ERR Protocol error: unauthenticated bulk length\r\n");
        let mut stranger = Client::connect(address);
        stranger.send("*11\r\n");
        stranger.is_closed_after("-ERR Protocol error: unauthenticated multibulk length\r\n");
    });
}

#[test]
fn messages_reach_those_who_listen() {
    on_each_server(None, |address| {
        let (mut two, mut three, mut publisher) =
            (Client::connect(address), Client::connect(address), Client::connect(address));
        two.asks("SUBSCRIBE news", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
        three.asks("HELLO 3", "%7\r\n");
        // Whatever HELLO says, the answer to PING ends it.
        three.send("PING\r\n");
        while three.line() != "+PONG" {}
        three.asks("PSUBSCRIBE n*", ">3\r\n$10\r\npsubscribe\r\n$2\r\nn*\r\n:1\r\n");
        publisher.asks("PUBLISH news hello", ":2\r\n");
        two.gets("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
        three.gets(">4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
        two.asks("GET a", "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n");
        three.asks("GET a", "_\r\n");
        drop(two);
        publisher.asks_until("connected_clients", 2);
        publisher.asks("PUBLISH news again", ":1\r\n");
    });
}

#[test]
fn monitor_shows_what_others_do() {
    on_each_server(None, |address| {
        let (mut monitor, mut client) = (Client::connect(address), Client::connect(address));
        monitor.asks("MONITOR", "+OK\r\n");
        client.asks("SELECT 3", "+OK\r\n");
        client.asks("SET a \"two words\"", "+OK\r\n");
        let peer = client.0.local_addr().expect("it is connected");
        for (database, words) in [(3, "\"SELECT\" \"3\""), (3, "\"SET\" \"a\" \"two words\"")] {
            let line = monitor.line();
            let (time, rest) =
                line.strip_prefix('+').and_then(|line| line.split_once(' ')).expect("a time and the rest");
            assert!(time.parse::<f64>().is_ok_and(|seconds| seconds > 1.7e9), "{line}");
            assert_eq!(rest, format!("[{database} {peer}] {words}"));
        }
    });
}

#[test]
fn keys_expire_while_nobody_looks() {
    on_each_server(None, |address| {
        let (mut listener, mut client) = (Client::connect(address), Client::connect(address));
        client.asks("CONFIG SET notify-keyspace-events Ex", "+OK\r\n");
        listener.asks(
            "SUBSCRIBE __keyevent@0__:expired",
            "*3\r\n$9\r\nsubscribe\r\n$22\r\n__keyevent@0__:expired\r\n:1\r\n",
        );
        client.asks("SET a 1 PX 5", "+OK\r\n");
        listener.gets("*3\r\n$7\r\nmessage\r\n$22\r\n__keyevent@0__:expired\r\n$1\r\na\r\n");
        client.asks("DBSIZE", ":0\r\n");
    });
}

#[test]
fn a_client_hears_what_its_buffers_hold() {
    const FIELDS: &[&str] =
        &["qbuf", "qbuf-free", "argv-mem", "multi-mem", "obl", "oll", "omem", "tot-net-in", "tot-net-out", "tot-cmds"];
    on_each_server(None, |address| {
        let mut client = Client::connect(address);
        let at_first = client.client_info(FIELDS);
        let none = "multi-mem=0 obl=0 oll=0 omem=0";
        assert_eq!(
            at_first,
            format!("qbuf=13 qbuf-free=20461 argv-mem=10 {none} tot-net-in=13 tot-net-out=0 tot-cmds=0")
        );
        client.asks("PING", "+PONG\r\n");
        let then = client.client_info(&["tot-net-in", "tot-cmds"]);
        assert_eq!(then, "tot-net-in=32 tot-cmds=2");
        // What another one has queued, word by word with a pointer for each.
        let mut queueing = Client::connect(address);
        queueing.asks("MULTI", "+OK\r\n");
        queueing.asks("SET a bcd", "+QUEUED\r\n");
        let list = client.text("CLIENT LIST");
        assert!(list.contains(" multi-mem=31 "), "{list}");
        queueing.asks("EXEC", "*1\r\n+OK\r\n");
    });
}

#[test]
fn calls_are_counted_when_they_are_done() {
    on_each_server(None, |address| {
        let (mut waiting, mut client) = (Client::connect(address), Client::connect(address));
        let calls = |client: &mut Client| {
            let line = client.field("commandstats", "cmdstat_blpop")?;
            let is_count = |part: &&str| !part.starts_with("usec");
            Some(line.split(',').filter(is_count).collect::<Vec<_>>().join(","))
        };
        waiting.send("CLIENT ID\r\n");
        let number = waiting.line().trim_start_matches(':').to_owned();
        waiting.send("BLPOP q 0\r\n");
        client.asks_until("blocked_clients", 1);
        assert_eq!(calls(&mut client), None);
        client.asks("RPUSH q task", ":1\r\n");
        waiting.gets("*2\r\n$1\r\nq\r\n$4\r\ntask\r\n");
        assert_eq!(calls(&mut client).as_deref(), Some("calls=1,rejected_calls=0,failed_calls=0"));
        waiting.asks("BLPOP q 0.01", "*-1\r\n");
        assert_eq!(calls(&mut client).as_deref(), Some("calls=2,rejected_calls=0,failed_calls=0"));
        waiting.send("BLPOP q 0\r\n");
        client.asks_until("blocked_clients", 1);
        client.asks(&format!("CLIENT UNBLOCK {number} ERROR"), ":1\r\n");
        waiting.gets("-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
        assert_eq!(calls(&mut client).as_deref(), Some("calls=3,rejected_calls=0,failed_calls=1"));
    });
}

#[test]
fn who_sends_or_leaves_unread_more_than_is_allowed_is_let_go() {
    on_each_server(None, |address| {
        let mut client = Client::connect(address);
        let value = "x".repeat(200_000);
        client.send(request(&["SET", "long", &value]));
        client.gets("+OK\r\n");
        client.asks("CONFIG SET client-output-buffer-limit \"normal 100000 0 0\"", "+OK\r\n");
        let counted = |client: &mut Client, which: &str| {
            client.field("stats", &format!("client_{which}_buffer_limit_disconnections"))
        };
        // Nothing of an answer that is too long, nor of what stands behind it.
        let mut greedy = Client::connect(address);
        greedy.asks("PING", "+PONG\r\n");
        greedy.send("GET long\r\nSET behind 1\r\n");
        greedy.is_closed_after("");
        client.asks("EXISTS behind", ":0\r\n");
        assert_eq!(counted(&mut client, "output").as_deref(), Some("1"));
        // A transaction is carried out to its end.
        let mut greedy = Client::connect(address);
        greedy.asks("MULTI", "+OK\r\n");
        greedy.asks("GET long", "+QUEUED\r\n");
        greedy.asks("SET within 1", "+QUEUED\r\n");
        greedy.send("EXEC\r\n");
        greedy.is_closed_after("");
        client.asks("EXISTS within", ":1\r\n");
        client.asks("CONFIG SET client-query-buffer-limit 1048576", "+OK\r\n");
        let mut talker = Client::connect(address);
        // It may be let go before it has sent all.
        drop(talker.0.write_all(request(&["SET", "long", &"y".repeat(1 << 20)]).as_bytes()));
        talker.is_closed_after("");
        client.asks("STRLEN long", ":200000\r\n");
        assert_eq!(counted(&mut client, "query").as_deref(), Some("1"));
    });
}

#[test]
fn a_subscriber_who_reads_nothing_is_let_go_in_time() {
    on_each_server(None, |address| {
        let (mut client, mut subscriber) = (Client::connect(address), Client::connect(address));
        client.asks("CONFIG SET client-output-buffer-limit \"pubsub 0 100000 1\"", "+OK\r\n");
        subscriber.asks("SUBSCRIBE news", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
        // As much as sockets hold, and more than the soft limit besides; then nobody sends anything.
        let message = "x".repeat(1_000_000);
        let mut unsent = 0;
        while unsent < 100_000 {
            client.send(request(&["PUBLISH", "news", &message]));
            client.gets(":1\r\n");
            let list = client.text("CLIENT LIST TYPE pubsub");
            let words = list.split_whitespace().find_map(|word| word.strip_prefix("omem="));
            unsent = words.and_then(|number| number.parse().ok()).expect("it is a number");
        }
        client.asks_until("pubsub_clients", 0);
    });
}

#[test]
fn changes_are_counted_by_the_elements_that_they_change() {
    on_each_server(None, |address| {
        let mut client = Client::connect(address);
        let mut seen = 0;
        for (command, reply, changes) in [
            ("MSET a 1 b 2", "+OK\r\n", 2),
            ("GET a", "$1\r\n1\r\n", 0),
            ("RPUSH l a b c d e", ":5\r\n", 5),
            ("LPOP l 2", "*2\r\n$1\r\na\r\n$1\r\nb\r\n", 2),
            ("LMOVE l m LEFT RIGHT", "$1\r\nc\r\n", 1),
            ("LMOVE l l LEFT RIGHT", "$1\r\nd\r\n", 1),
            ("LTRIM l 1 1", "+OK\r\n", 1),
            ("LMPOP 2 none l LEFT COUNT 9", "*2\r\n$1\r\nl\r\n*1\r\n$1\r\nd\r\n", 1),
            ("RPUSH l a b a", ":3\r\n", 3),
            ("LREM l 0 a", ":2\r\n", 2),
            ("SADD s 3 1 2 3", ":3\r\n", 3),
            ("SORT s STORE t", ":3\r\n", 3),
            ("SREM s 1 2 9", ":2\r\n", 2),
            ("SPOP s 5", "*1\r\n$1\r\n3\r\n", 1),
            ("ZADD z 1 a 2 b 3 c", ":3\r\n", 3),
            ("ZADD z 1 a 5 b 6 d", ":1\r\n", 2),
            ("ZREM z a x", ":1\r\n", 1),
            ("ZREMRANGEBYRANK z 0 1", ":2\r\n", 2),
            ("ZPOPMAX z 5", "*2\r\n$1\r\nd\r\n$1\r\n6\r\n", 1),
            ("HSET h a 1 b 2 c 3", ":3\r\n", 3),
            ("HSET h a 1", ":0\r\n", 1),
            ("HEXPIRE h 100 FIELDS 3 a b x", "*3\r\n:1\r\n:1\r\n:-2\r\n", 2),
            ("HGETEX h PERSIST FIELDS 2 a c", "*2\r\n$1\r\n1\r\n$1\r\n3\r\n", 1),
            ("HSETEX h EX 50 FIELDS 2 a 7 d 8", ":1\r\n", 2),
            ("HGETDEL h FIELDS 2 a b", "*2\r\n$1\r\n7\r\n$1\r\n2\r\n", 2),
            ("HDEL h c d x", ":2\r\n", 2),
            ("BITFIELD bits SET u8 0 1 GET u8 0 SET u8 8 1", "*3\r\n:0\r\n:1\r\n:0\r\n", 2),
            ("RENAME a b", "+OK\r\n", 1),
            ("MOVE b 1", ":1\r\n", 1),
            ("SET a 1 PX 1", "+OK\r\n", 1),
        ] {
            client.asks(command, reply);
            let now = client.field("persistence", "rdb_changes_since_last_save").and_then(|n| n.parse().ok());
            assert_eq!(now, Some(seen + changes), "{command}");
            seen += changes;
        }
        // What expires is no change.
        while client.field("stats", "expired_keys").as_deref() != Some("1") {}
        let now = client.field("persistence", "rdb_changes_since_last_save").and_then(|n| n.parse().ok());
        assert_eq!(now, Some(seen));
    });
}

#[test]
fn what_another_thread_would_free_is_counted() {
    on_each_server(None, |address| {
        let mut client = Client::connect(address);
        // The other thread may still be at it.
        let counts = |client: &mut Client, number: &str| {
            let started = Instant::now();
            while client.field("memory", "lazyfreed_objects").as_deref() != Some(number) {
                assert!(started.elapsed() < PATIENCE, "never counts {number}");
            }
        };
        let members: Vec<String> = (0..65).map(|n| n.to_string()).collect();
        client.asks("CONFIG SET set-max-intset-entries 0 set-max-listpack-entries 0", "+OK\r\n");
        for (count, command) in [(64, "UNLINK s"), (65, "DEL s"), (65, "UNLINK s")] {
            client.asks(&format!("SADD s {}", members[..count].join(" ")), &format!(":{count}\r\n"));
            client.asks(command, ":1\r\n");
        }
        counts(&mut client, "1");
        client.asks("MSET a 1 b 2", "+OK\r\n");
        client.asks("FLUSHALL SYNC", "+OK\r\n");
        counts(&mut client, "3");
        for (mode, then) in [("SYNC", "3"), ("ASYNC", "4")] {
            client.asks("SET a 1", "+OK\r\n");
            client.asks("MULTI", "+OK\r\n");
            client.asks(&format!("FLUSHDB {mode}"), "+QUEUED\r\n");
            client.asks("EXEC", "*1\r\n+OK\r\n");
            counts(&mut client, then);
        }
    });
}

#[test]
fn debug_replies_with_all_types_of_the_protocol() {
    let types: [(&str, &str, &str); 13] = [
        ("string", "$11\r\nHello World\r\n", "$11\r\nHello World\r\n"),
        ("integer", ":12345\r\n", ":12345\r\n"),
        ("double", "$5\r\n3.141\r\n", ",3.141\r\n"),
        ("null", "$-1\r\n", "_\r\n"),
        ("array", "*3\r\n:0\r\n:1\r\n:2\r\n", "*3\r\n:0\r\n:1\r\n:2\r\n"),
        ("set", "*3\r\n:0\r\n:1\r\n:2\r\n", "~3\r\n:0\r\n:1\r\n:2\r\n"),
        ("map", "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n", "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n"),
        (
            "attrib",
            "$39\r\nSome real reply following the attribute\r\n",
            "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n\
             $39\r\nSome real reply following the attribute\r\n",
        ),
        (
            "push",
            "-ERR RESP2 is not supported by this command\r\n",
            "$40\r\nSome real reply following the push reply\r\n>2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n",
        ),
        ("verbatim", "$25\r\nThis is a verbatim\nstring\r\n", "=29\r\ntxt:This is a verbatim\nstring\r\n"),
        ("true", ":1\r\n", "#t\r\n"),
        ("false", ":0\r\n", "#f\r\n"),
        ("bignum", "$37\r\n1234567999999999999999999999999999999\r\n", "(1234567999999999999999999999999999999\r\n"),
    ];
    on_each_server(None, |address| {
        let (mut old, mut new) = (Client::connect(address), Client::connect(address));
        new.send("HELLO 3\r\nECHO .\r\n");
        while new.line() != "." {}
        for (name, resp2, resp3) in types {
            old.asks(&format!("DEBUG PROTOCOL {name}"), resp2);
            new.asks(&format!("debug protocol {name}"), resp3);
        }
        old.asks(
            "DEBUG PROTOCOL nosuch",
            "-ERR Wrong protocol type name. Please use one of the following: \
             string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false\r\n",
        );
    });
}

#[test]
fn debug_fills_a_server_fingerprints_and_reloads_it() {
    on_each_server(None, |address| {
        let mut client = Client::connect(address);
        client.asks("DEBUG DIGEST", "+0000000000000000000000000000000000000000\r\n");
        client.asks("SET key:1 mine", "+OK\r\n");
        client.asks("DEBUG POPULATE 3", "+OK\r\n");
        client.asks("MGET key:0 key:1 key:2", "*3\r\n$7\r\nvalue:0\r\n$4\r\nmine\r\n$7\r\nvalue:2\r\n");
        client.asks("DEBUG POPULATE 1 long 9", "+OK\r\n");
        client.asks("DEBUG POPULATE 1 short 3", "+OK\r\n");
        client.asks("MGET long:0 short:0", "*2\r\n$9\r\nvalue:0\0\0\r\n$3\r\nval\r\n");
        client.asks("DEBUG POPULATE -1", "-ERR value is out of range, must be positive\r\n");
        client.asks("DEBUG POPULATE 1 a b", "-ERR value is out of range, must be positive\r\n");
        client.asks("DEBUG DIGEST", "+ec0459ec702fb7efe5a72f9c793a734d8c746d3f\r\n");
        // Encodings that a table, once there, does not give up by itself.
        for (fill, shrink, encoding, then) in [
            ("SADD k 1 2 x", "SREM k x", "listpack", "listpack"),
            ("HSET k a 1 b 2 c 3", "HDEL k c", "hashtable", "listpack"),
            ("ZADD k 1 a 2 b 3 c", "ZREM k c", "skiplist", "listpack"),
            ("RPUSH k a b c d", "LPOP k", "quicklist", "quicklist"),
        ] {
            client.asks("DEL k", if encoding == "listpack" { ":0\r\n" } else { ":1\r\n" });
            for name in ["hash-max-listpack-entries", "zset-max-listpack-entries", "list-max-listpack-size"] {
                client.asks(&format!("CONFIG SET {name} 2"), "+OK\r\n");
            }
            let added = fill.split(' ').count() - 2;
            let added = if fill.starts_with('H') || fill.starts_with('Z') { added / 2 } else { added };
            client.asks(fill, &format!(":{added}\r\n"));
            client.asks(shrink, if fill.starts_with('R') { "$1\r\na\r\n" } else { ":1\r\n" });
            client.asks("OBJECT ENCODING k", &format!("${}\r\n{encoding}\r\n", encoding.len()));
            client.asks("DEBUG RELOAD", "+OK\r\n");
            client.asks("OBJECT ENCODING k", &format!("${}\r\n{then}\r\n", then.len()));
        }
        client.asks("CONFIG SET list-max-listpack-size 10", "+OK\r\n");
        client
            .asks("DEBUG RELOAD NOSUCH", "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n");
    });
}

#[test]
fn a_stopped_server_closes_all_connections() {
    let mut ours = Ours::start(None);
    let (mut waiting, mut client) = (Client::connect(ours.address), Client::connect(ours.address));
    waiting.send("BLPOP q 0\r\n");
    client.asks_until("blocked_clients", 1);
    assert_eq!(ours.stop(), Ok(()));
    waiting.is_closed_after("");
    client.is_closed_after("");
    let refused = TcpStream::connect(ours.address).map_err(|error| error.kind());
    assert_eq!(refused.err(), Some(io::ErrorKind::ConnectionRefused));
}

#[test]
fn addresses_that_cannot_be_served_are_told_plainly() {
    let refusal = |host: &str, port, password| {
        let mut engine = Engine::new(7, now_us());
        Server::bind(&options(host, port, password), &mut engine).err().expect("it is refused")
    };
    let ours = Ours::start(None);
    let port = ours.address.port();
    let in_use = refusal("127.0.0.1", port, None);
    assert!(matches!(in_use, ServeError::PortInUse(_)), "{in_use:?}");
    assert_eq!(
        in_use.to_string(),
        format!("port {port} of 127.0.0.1 is in use, perhaps by a Redis: choose another with --port")
    );
    for password in [None, Some("")] {
        let unprotected = refusal("0.0.0.0", 0, password);
        assert!(matches!(unprotected, ServeError::Unprotected(_)), "{unprotected:?}");
    }
    // An address kept for documentation, which no machine has.
    let elsewhere = refusal("192.0.2.1", 0, Some("secret"));
    assert!(matches!(elsewhere, ServeError::Elsewhere(_)), "{elsewhere:?}");
    let unknown = refusal("no.such.host.invalid", 0, None);
    assert!(matches!(unknown, ServeError::UnknownHost(..)), "{unknown:?}");
}
