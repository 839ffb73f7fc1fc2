//! A soak test. Several clients send the same random requests over real sockets to two servers, whose replies must be
//! identical byte for byte.
//!
//! The server under test is the program `redis-server-bare`. Its requests arrive as they would over a network: in small
//! pieces or several at a time, from clients that do not read their replies for a while or vanish in the middle of a
//! request. The other server is the reference, which receives each batch of requests in one piece. It is the real Redis
//! whose path is in REDIS_TUTOR_REAL_REDIS, or otherwise a second process of our server.
//!
//! REDIS_TUTOR_SOAK_SECONDS sets the duration of the test, and REDIS_TUTOR_SOAK_SEED the seed. Without a duration, the
//! test takes 200 steps. The same seed results in the same steps, until the duration is over.

#[path = "../support/bare_server.rs"]
mod bare_server;
mod requests;
mod streams;

use std::env;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use redis_engine::resp::request;
use redis_engine::rng::Rng;
use test_support::real_redis::RealRedis;

use bare_server::BareServer;
use streams::{Stream, excerpt};

const FIXED_SEED: u64 = 2026;
const STEPS: usize = 200;

/// Number of clients that stay connected during the whole test.
const CLIENTS: usize = 12;

/// Maximum length in bytes of the values that are read slowly.
const MAX_LONG: usize = 2 << 20;

/// Number of steps after which all data of the two servers is compared.
const COMPARED_EVERY: usize = 50;

/// The reference server: a real Redis, or a second process of our server.
enum Reference {
    Real(RealRedis),
    Ours(BareServer),
}

impl Reference {
    fn start() -> Self {
        match env::var("REDIS_TUTOR_REAL_REDIS") {
            Ok(binary) => {
                let settings = ["--enable-debug-command", "local"];
                Reference::Real(RealRedis::start(&binary, &settings).expect("the real server starts"))
            }
            Err(_) => Reference::Ours(BareServer::start(&[])),
        }
    }

    fn address(&self) -> SocketAddr {
        match self {
            Reference::Real(server) => server.address,
            Reference::Ours(server) => server.address,
        }
    }
}

/// A client's connections to the two servers: to the server under test and to the reference.
struct Client {
    subject: Stream,
    reference: Stream,
}

struct Soak {
    random: Rng,
    subject: SocketAddr,
    reference: SocketAddr,
    control: Client,
    clients: Vec<Client>,
    /// Number of batches created so far. Each batch ends with its own marker.
    batches: usize,
    step: usize,
    seed: u64,
}

/// Asserts that both servers have sent the same bytes.
#[track_caller]
fn assert_same(what: &str, subject: &[u8], reference: &[u8]) {
    if subject != reference {
        let at = subject.iter().zip(reference).take_while(|(a, b)| a == b).count();
        panic!("{what}:\nours      {}\nreference {}", excerpt(subject, at), excerpt(reference, at));
    }
}

impl Soak {
    fn new(seed: u64, subject: SocketAddr, reference: SocketAddr) -> Self {
        let connect = || Client { subject: Stream::connect(subject), reference: Stream::connect(reference) };
        let control = connect();
        let clients = (0..CLIENTS).map(|_| connect()).collect();
        let mut soak = Soak { random: Rng::new(seed), subject, reference, control, clients, batches: 0, step: 0, seed };
        (0..CLIENTS).for_each(|index| soak.choose_protocol(index));
        soak
    }

    fn connect(&self) -> Client {
        Client { subject: Stream::connect(self.subject), reference: Stream::connect(self.reference) }
    }

    /// Replaces the client at an index with a new one.
    fn reconnect(&mut self, index: usize) {
        self.clients[index] = self.connect();
        self.choose_protocol(index);
    }

    /// Makes a client with an odd index use RESP3. The reply to HELLO contains the client's ID, so it is not compared.
    fn choose_protocol(&mut self, index: usize) {
        let client = &mut self.clients[index];
        let version = if index.is_multiple_of(2) { "2" } else { "3" };
        client.subject.ask(&["HELLO", version]);
        client.reference.ask(&["HELLO", version]);
    }

    /// Returns the seed, the step and `what`, for a failure message.
    fn place(&self, what: &str) -> String {
        format!("seed {}, step {}, {what}", self.seed, self.step)
    }

    /// Appends a marker request, whose reply is known in advance. Returns the extended requests and the marker's reply.
    fn with_marker(&mut self, requests: &[u8]) -> (Vec<u8>, Vec<u8>) {
        self.batches += 1;
        let marker = format!("marker {}", self.batches);
        let requests = [requests, &request::encode(&[b"ECHO".to_vec(), marker.clone().into_bytes()])].concat();
        (requests, format!("${}\r\n{marker}\r\n", marker.len()).into_bytes())
    }

    /// Sends requests to the server under test in pieces. Returns the replies that had to be read while sending.
    fn send_in_pieces(&mut self, client: usize, requests: &[u8]) -> Vec<u8> {
        let mut ends: Vec<usize> = (0..self.random.below(8)).map(|_| self.random.below(requests.len() + 1)).collect();
        ends.push(requests.len());
        ends.sort_unstable();
        let (mut start, mut replies) = (0, Vec::new());
        for end in ends {
            replies.extend(self.clients[client].subject.send(&requests[start..end]));
            start = end;
            if self.random.below(3) == 0 {
                // Once another client gets a reply, the server has handled the piece that was just sent.
                self.control.subject.ask(&["PING"]);
            }
        }
        replies
    }

    /// Sends a batch to both servers, and compares the replies.
    fn exchange(&mut self, client: usize, requests: &[u8], what: &str) {
        let (requests, end) = self.with_marker(requests);
        let subject = self.send_in_pieces(client, &requests);
        let subject = self.clients[client].subject.read_until(subject, &end);
        let reference = self.clients[client].reference.send(&requests);
        let reference = self.clients[client].reference.read_until(reference, &end);
        assert_same(&self.place(what), &subject, &reference);
    }

    fn any_client(&mut self) -> usize {
        self.random.below(CLIENTS)
    }

    fn work(&mut self) {
        let (client, count) = (self.any_client(), 1 + self.random.below(40));
        let requests = requests::batch(&mut self.random, count);
        self.exchange(client, &requests, "a batch");
    }

    /// Makes a client request long values, and read the replies only after other clients have sent requests.
    fn read_slowly(&mut self) {
        let (client, length) = (self.any_client(), self.random.below(MAX_LONG));
        let value = requests::text(&mut self.random, length);
        self.exchange(client, &request::encode(&[b"SET".to_vec(), b"long".to_vec(), value]), "a long value");
        let times = 1 + self.random.below(20);
        let (requests, end) = self.with_marker(&request::encode(&[b"GET".to_vec(), b"long".to_vec()]).repeat(times));
        let mut subject = self.send_in_pieces(client, &requests);
        let reference = self.clients[client].reference.send(&requests);
        // The value must not change before both servers have read all requests, so no other request writes it.
        let others: Vec<usize> = (0..CLIENTS).filter(|&other| other != client).collect();
        for _ in 0..self.random.below(6) {
            let other = others[self.random.below(others.len())];
            let requests = requests::batch(&mut self.random, 10);
            self.exchange(other, &requests, "a batch beside unread replies");
        }
        subject = self.clients[client].subject.read_until(subject, &end);
        let reference = self.clients[client].reference.read_until(reference, &end);
        assert_same(&self.place("long replies"), &subject, &reference);
    }

    /// Makes clients block on a list. One of them may disconnect. The others must be served in the order in which they
    /// blocked.
    fn block(&mut self) {
        const WAITS: &[&[&str]] = &[
            &["BLPOP", "queue", "0"],
            &["BRPOP", "other", "queue", "0"],
            &["BLMOVE", "queue", "served", "LEFT", "RIGHT", "0"],
            &["BLMPOP", "0", "2", "other", "queue", "RIGHT"],
        ];
        let (pusher, count) = (self.any_client(), 1 + self.random.below(4));
        let mut waiting: Vec<usize> = (0..CLIENTS).filter(|&index| index != pusher).collect();
        (0..CLIENTS - 1 - count).for_each(|_| {
            waiting.swap_remove(self.random.below(waiting.len()));
        });
        self.exchange(pusher, b"DEL queue other served\r\n", "an empty queue");
        let mut ends = Vec::new();
        for (number, &client) in waiting.iter().enumerate() {
            let wait: Vec<Vec<u8>> =
                WAITS[self.random.below(WAITS.len())].iter().map(|word| word.as_bytes().to_vec()).collect();
            let behind = requests::batch(&mut self.random, 3);
            // The requests after the blocking command run when the client is unblocked. Their replies must not depend
            // on which client is unblocked first.
            let behind = if count == 1 { behind } else { b"ECHO behind\r\n".to_vec() };
            let (requests, end) = self.with_marker(&[request::encode(&wait), behind].concat());
            let subject = self.send_in_pieces(client, &requests);
            let reference = self.clients[client].reference.send(&requests);
            assert!(subject.is_empty() && reference.is_empty(), "a blocked client has no replies");
            ends.push(end);
            self.control.subject.wait_for_number("blocked_clients", number + 1);
            self.control.reference.wait_for_number("blocked_clients", number + 1);
        }
        if self.random.below(3) == 0 {
            let gone = self.random.below(waiting.len());
            let client = waiting.remove(gone);
            ends.remove(gone);
            if self.random.below(2) == 0 {
                self.clients[client].subject.shut_down();
                self.clients[client].reference.shut_down();
                let client = &mut self.clients[client];
                let (subject, reference) = (client.subject.read_to_end(), client.reference.read_to_end());
                assert_same(&self.place("the end of a blocked client"), &subject, &reference);
            }
            self.reconnect(client);
            self.control.subject.wait_for_number("blocked_clients", waiting.len());
            self.control.reference.wait_for_number("blocked_clients", waiting.len());
        }
        let mut push = vec![b"RPUSH".to_vec(), b"queue".to_vec()];
        (0..waiting.len() + self.random.below(2)).for_each(|n| push.push(format!("task {n}").into_bytes()));
        if push.len() > 2 {
            self.exchange(pusher, &request::encode(&push), "a push");
        }
        for (client, end) in waiting.into_iter().zip(ends) {
            let client = &mut self.clients[client];
            let subject = client.subject.read_until(Vec::new(), &end);
            let reference = client.reference.read_until(Vec::new(), &end);
            assert_same(&self.place("what a blocked client gets"), &subject, &reference);
        }
        self.exchange(pusher, b"LRANGE queue 0 -1\r\nLRANGE served 0 -1\r\n", "what is left in the queue");
    }

    /// Makes a client publish messages in one batch, some of them long. All subscribers must receive them.
    fn publish(&mut self) {
        let publisher = self.any_client();
        let subscribe: &[u8] = b"SUBSCRIBE news sport\r\nPSUBSCRIBE n*\r\nSUBSCRIBE ready\r\n";
        let is_ready = b"ready\r\n:4\r\n";
        let mut subscribers: Vec<Client> = (0..1 + self.random.below(3)).map(|_| self.connect()).collect();
        for subscriber in &mut subscribers {
            let subject = subscriber.subject.send(subscribe);
            let subject = subscriber.subject.read_until(subject, is_ready);
            let reference = subscriber.reference.send(subscribe);
            let reference = subscriber.reference.read_until(reference, is_ready);
            assert_same(&self.place("subscriptions"), &subject, &reference);
        }
        let mut requests = Vec::new();
        for _ in 0..1 + self.random.below(30) {
            let channel: &[u8] = [b"news".as_slice(), b"sport", b"none"][self.random.below(3)];
            let message = requests::text(&mut self.random, 100_000);
            requests.extend(request::encode(&[b"PUBLISH".to_vec(), channel.to_vec(), message]));
        }
        requests.extend_from_slice(b"PUBLISH ready last-message\r\n");
        self.exchange(publisher, &requests, "publishing");
        for mut subscriber in subscribers {
            let end = b"last-message\r\n";
            let subject = subscriber.subject.read_until(Vec::new(), end);
            let reference = subscriber.reference.read_until(Vec::new(), end);
            assert_same(&self.place("messages"), &subject, &reference);
        }
        self.wait_for_clients();
    }

    /// Runs a transaction, which fails if another client has changed a watched key.
    fn watch(&mut self) {
        let watcher = self.any_client();
        let other = (watcher + 1 + self.random.below(CLIENTS - 1)) % CLIENTS;
        self.exchange(watcher, b"WATCH string:0 list:0\r\nGET string:0\r\n", "watching");
        let requests = requests::batch(&mut self.random, 5);
        self.exchange(other, &requests, "a batch beside a watch");
        self.exchange(watcher, b"MULTI\r\nINCR counter:0\r\nLLEN list:0\r\nEXEC\r\n", "a watched transaction");
    }

    /// Makes clients disconnect in the middle of a request.
    fn vanish(&mut self) {
        for _ in 0..1 + self.random.below(10) {
            let mut client = self.connect();
            let value = requests::text(&mut self.random, 300_000);
            let request = request::encode(&[b"SET".to_vec(), b"half".to_vec(), value]);
            let part = self.random.below(request.len());
            client.subject.send(&request[..part]);
            client.reference.send(&request[..part]);
            if self.random.below(2) == 0 {
                client.subject.shut_down();
                client.reference.shut_down();
            }
        }
        self.wait_for_clients();
        let client = self.any_client();
        self.exchange(client, b"EXISTS half\r\n", "what half a request has done");
    }

    /// Makes a client send bytes that are not a valid request.
    fn break_protocol(&mut self) {
        const BROKEN: &[&[u8]] = &[
            b"*x\r\n",
            b"*1\r\n:1\r\n",
            b"*1\r\n$-5\r\n",
            b"*2\r\n$3\r\nGET\r\n$9999999999\r\n",
            b"SET a \"b\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\n\r\n",
        ];
        let broken = BROKEN[self.random.below(BROKEN.len())];
        // The requests are short enough for a server to receive them in a single read. This matters for HTTP, because a
        // server then closes the connection without replying to any of them.
        let requests = [b"PING\r\nINCR counter:4\r\n", broken, b"SET broken 1\r\n"].concat();
        let mut client = self.connect();
        client.subject.send(&requests);
        client.reference.send(&requests);
        let (subject, reference) = (client.subject.read_to_end(), client.reference.read_to_end());
        assert_same(&self.place("after a broken request"), &subject, &reference);
        let witness = self.any_client();
        self.exchange(witness, b"EXISTS broken\r\n", "what a broken request has done");
    }

    /// Connects and disconnects many clients. Then the control client disconnects one of the clients that stay
    /// connected during the test, with CLIENT KILL.
    fn crowd(&mut self) {
        let mut crowd: Vec<Client> = (0..1 + self.random.below(150)).map(|_| self.connect()).collect();
        for client in &mut crowd {
            let (subject, reference) = (client.subject.ask(&["DBSIZE"]), client.reference.ask(&["DBSIZE"]));
            assert_same(&self.place("the size for a new client"), subject.as_bytes(), reference.as_bytes());
        }
        drop(crowd);
        let killed = self.any_client();
        let Client { subject, reference } = &self.clients[killed];
        let (subject, reference) = (subject.address(), reference.address());
        let subject = self.control.subject.ask(&["CLIENT", "KILL", &subject]);
        let reference = self.control.reference.ask(&["CLIENT", "KILL", &reference]);
        assert_eq!((subject.as_str(), reference.as_str()), ("+OK\r\n", "+OK\r\n"));
        let client = &mut self.clients[killed];
        let (subject, reference) = (client.subject.read_to_end(), client.reference.read_to_end());
        assert_same(&self.place("a killed client"), &subject, &reference);
        self.reconnect(killed);
        self.wait_for_clients();
    }

    /// Waits until both servers have noticed that all other clients have disconnected.
    fn wait_for_clients(&mut self) {
        self.control.subject.wait_for_number("connected_clients", CLIENTS + 1);
        self.control.reference.wait_for_number("connected_clients", CLIENTS + 1);
    }

    fn compare_data(&mut self) {
        for words in [["DEBUG", "DIGEST"].as_slice(), &["DBSIZE"]] {
            let (subject, reference) = (self.control.subject.ask(words), self.control.reference.ask(words));
            assert_same(&self.place(&words.join(" ")), subject.as_bytes(), reference.as_bytes());
        }
    }

    fn take_step(&mut self) {
        self.step += 1;
        match self.random.below(100) {
            0..60 => self.work(),
            60..67 => self.read_slowly(),
            67..80 => self.block(),
            80..87 => self.publish(),
            87..92 => self.watch(),
            92..95 => self.vanish(),
            95..97 => self.break_protocol(),
            97..99 => self.crowd(),
            _ => {
                let client = self.any_client();
                self.exchange(client, b"FLUSHALL\r\n", "FLUSHALL");
            }
        }
        if self.step.is_multiple_of(COMPARED_EVERY) {
            self.compare_data();
        }
    }
}

#[test]
fn our_server_and_the_reference_stay_the_same() {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("it is a number"));
    let seed = number("REDIS_TUTOR_SOAK_SEED").unwrap_or(FIXED_SEED);
    let duration = number("REDIS_TUTOR_SOAK_SECONDS").map(Duration::from_secs);
    let subject = BareServer::start(&[]);
    let reference = Reference::start();
    let mut soak = Soak::new(seed, subject.address, reference.address());
    let started = Instant::now();
    while duration.map_or(soak.step < STEPS, |duration| started.elapsed() < duration) {
        soak.take_step();
    }
    soak.compare_data();
    let (steps, batches) = (soak.step, soak.batches);
    println!("soak: seed {seed}: {steps} steps, {batches} batches in {:.0?}", started.elapsed());
    assert_memory_is_released(soak, &subject);
    let errors = subject.stop();
    // The only output allowed on standard error is the warning about HTTP requests, at most once a minute.
    assert!(errors.lines().all(|line| line.contains("possible attack")), "{errors}");
}

/// Asserts that the server uses little memory after all data has been deleted and the clients have disconnected. glibc
/// keeps up to 64 MB for later use once the program has released a block of 32 MB.
#[cfg(target_os = "linux")]
fn assert_memory_is_released(mut soak: Soak, subject: &BareServer) {
    const MAX_KB: u64 = 128 << 10;
    soak.control.subject.ask(&["FLUSHALL"]);
    soak.clients.clear();
    soak.control.subject.wait_for_number("connected_clients", 1);
    let started = Instant::now();
    loop {
        let left_kb = bare_server::memory_kb(subject.id(), "VmRSS");
        if left_kb < MAX_KB {
            println!("soak: {left_kb} KB are left in memory");
            return;
        }
        assert!(started.elapsed() < streams::TIMEOUT, "{left_kb} KB are left in memory");
        soak.control.subject.ask(&["PING"]);
    }
}

#[cfg(not(target_os = "linux"))]
fn assert_memory_is_released(_: Soak, _: &BareServer) {}
