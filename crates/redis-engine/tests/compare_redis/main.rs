//! Sends random commands from several clients to the engine and to a real Redis server. All replies and messages must
//! agree.
//!
//! This test needs the binary of a Redis server, and is skipped without one:
//!
//!     REDIS_TUTOR_REAL_REDIS=/path/to/redis-server cargo test -p redis-engine --test compare_redis
//!
//! Half of the scripts are generated from a fixed seed, the others from a new one. REDIS_TUTOR_COMPARE_SEED sets a
//! single seed instead, and REDIS_TUTOR_COMPARE_SCRIPTS sets the number of scripts per seed. A script that fails is
//! reduced to the steps that reproduce the failure, and printed in the format of
//! crates/redis-engine/tests/truth/engine, so that it can be added there.

// clippy.toml bans clocks, sockets and output in the engine itself. This test uses the engine from outside, where they
// are allowed.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, thread};

use redis_engine::rng::Rng;

mod agreement;
#[path = "../support/engine_server.rs"]
mod engine_server;
mod random_script;
mod real_server;

use agreement::{Tolerance, UnspecifiedOrders};
use engine_server::{ClientState, Connection, EngineServer};
use random_script::{CLIENTS, Step, WAIT_MS};
use real_server::{RealServer, Stream};

const FIXED_SEED: u64 = 823;
const SCRIPTS: usize = 1000;
const STEPS: usize = 60;
/// Number of failures after which the comparison stops.
const MAX_FAILURES: usize = 3;
/// Time after which a key with a short expiry time may already have expired. A script that takes longer is run again.
const MAX_ELAPSED: Duration = Duration::from_millis(55);
/// Interval of the expire cycle on both sides, in milliseconds. It corresponds to an `hz` of 500.
const CYCLE_MS: i64 = 2;
/// Maximum time that the real server needs to run its expire cycle.
const EXPIRY_CYCLE_DELAY: Duration = Duration::from_millis(10);
/// Maximum number of times that a script is run because it is too slow for its short expiry times.
const MAX_RUNS: usize = 5;

/// Returns the current time in microseconds since 1970.
fn now_us() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is later than 1970");
    i64::try_from(since_1970.as_micros()).expect("the year is before 292278")
}

fn main() -> ExitCode {
    let Ok(binary) = env::var("REDIS_TUTOR_REAL_REDIS") else {
        println!("compare_redis: skipped, because REDIS_TUTOR_REAL_REDIS does not name a redis-server");
        return ExitCode::SUCCESS;
    };
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("it is a number"));
    let scripts = number("REDIS_TUTOR_COMPARE_SCRIPTS").map_or(SCRIPTS, |n| n as usize);
    let seeds = match number("REDIS_TUTOR_COMPARE_SEED") {
        Some(seed) => vec![seed],
        None => vec![FIXED_SEED, now_us().unsigned_abs()],
    };
    let compared: Vec<Summary> = thread::scope(|scope| {
        let threads: Vec<_> = seeds
            .iter()
            .map(|&seed| {
                scope.spawn({
                    let binary = &binary;
                    move || compare(binary, seed, scripts)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a comparison ends")).collect()
    });
    for summary in &compared {
        summary.failures.iter().for_each(|failure| println!("{failure}"));
        let Summary { seed, scripts, calls, too_slow, failures } = summary;
        let failed = failures.len();
        println!(
            "compare_redis: seed {seed}: {calls} calls in {scripts} scripts, {failed} disagree, {too_slow} too slow"
        );
    }
    if compared.iter().all(|summary| summary.failures.is_empty()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Summary {
    seed: u64,
    scripts: usize,
    calls: usize,
    /// Number of scripts that were too slow in every run.
    too_slow: usize,
    failures: Vec<String>,
}

fn compare(binary: &str, seed: u64, scripts: usize) -> Summary {
    let mut server = RealServer::start(binary).unwrap_or_else(|error| panic!("{error}"));
    let mut random = Rng::new(seed);
    let mut summary = Summary { seed, scripts: 0, calls: 0, too_slow: 0, failures: Vec::new() };
    while summary.scripts < scripts && summary.failures.len() < MAX_FAILURES {
        let steps = random_script::generate(&mut random, STEPS);
        summary.scripts += 1;
        match play_in_time(&mut server, &steps) {
            Outcome::Agreed { calls } => summary.calls += calls,
            Outcome::TooSlow => summary.too_slow += 1,
            Outcome::Differs(difference) => {
                let (steps, difference) = shrink(&mut server, steps, difference);
                let script = random_script::format(&steps);
                summary.failures.push(format!("seed {seed}, script {}\n{script}{}", summary.scripts, difference.text));
            }
        }
    }
    summary
}

enum Outcome {
    Agreed { calls: usize },
    Differs(Difference),
    TooSlow,
}

struct Difference {
    /// Index of the step after which the two sides differed.
    at: usize,
    text: String,
}

fn play_in_time(server: &mut RealServer, steps: &[Step]) -> Outcome {
    for _ in 0..MAX_RUNS {
        match play(server, steps) {
            Outcome::TooSlow => {}
            outcome => return outcome,
        }
    }
    Outcome::TooSlow
}

/// Removes steps that are not needed to make a script fail: first large pieces, then single steps.
fn shrink(server: &mut RealServer, mut steps: Vec<Step>, mut difference: Difference) -> (Vec<Step>, Difference) {
    steps.truncate(difference.at + 1);
    let mut piece = steps.len() / 2;
    while piece > 0 {
        let mut from = 0;
        let length = steps.len();
        while from < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(from..(from + piece).min(steps.len()));
            match play_in_time(server, &fewer) {
                Outcome::Differs(found) => {
                    fewer.truncate(found.at + 1);
                    (steps, difference) = (fewer, found);
                }
                Outcome::Agreed { .. } | Outcome::TooSlow => from += piece,
            }
        }
        // A step may become removable after another one was removed, so single steps are tried until none can be
        // removed.
        if piece > 1 || steps.len() == length {
            piece /= 2;
        }
    }
    (steps, difference)
}

/// A script that is running on both the engine and the real server.
struct Play<'a> {
    server: &'a mut RealServer,
    ours: EngineServer,
    clients: Vec<Client>,
    unspecified_orders: UnspecifiedOrders,
    calls: usize,
}

struct Client {
    ours: Connection,
    theirs: Stream,
    /// The client's ID on the real server.
    their_id: String,
    /// Tolerances of the commands that EXEC will run.
    queue: Vec<Tolerance>,
}

fn play(server: &mut RealServer, steps: &[Step]) -> Outcome {
    for setting in [
        "FLUSHALL",
        "CONFIG SET notify-keyspace-events \0 hash-max-listpack-entries 512 set-max-intset-entries 512 \
         set-max-listpack-entries 128 zset-max-listpack-entries 128 list-max-listpack-size -2 \
         hll-sparse-max-bytes 3000 \
         stream-node-max-entries 100 stream-node-max-bytes 4096",
    ] {
        let words: Vec<&str> = setting.split_whitespace().map(|word| word.trim_matches('\0')).collect();
        let answer = server.ask(&words);
        assert_eq!(answer, b"+OK\r\n", "{setting}: {}", String::from_utf8_lossy(&answer));
    }
    let mut ours = EngineServer::new(now_us());
    ours.engine.server.config.set_unchecked("enable-debug-command", b"yes");
    // The configuration needs the new `hz` as well, because every CONFIG SET reads it again from there.
    let hz = 1000 / CYCLE_MS;
    ours.engine.server.config.set_unchecked("hz", hz.to_string().as_bytes());
    ours.engine.keyspace.set_hz(hz);
    let clients = (0..CLIENTS).map(|_| Client::connect(server, &mut ours)).collect();
    let mut play = Play { server, ours, clients, unspecified_orders: UnspecifiedOrders::default(), calls: 0 };
    let mut short_expiry_since: Option<Instant> = None;
    for (at, step) in steps.iter().enumerate() {
        if step.has_short_expiry() {
            short_expiry_since.get_or_insert_with(Instant::now);
        }
        let differs = match step {
            Step::Send { client, argv } => play.send(*client, argv),
            Step::Disconnect { client } => {
                play.disconnect(*client);
                play.difference(None)
            }
            Step::Wait => {
                play.wait();
                play.difference(None)
            }
        };
        if short_expiry_since.is_some_and(|since| step != &Step::Wait && since.elapsed() > MAX_ELAPSED) {
            return Outcome::TooSlow;
        }
        if step == &Step::Wait {
            short_expiry_since = None;
        }
        if let Some(text) = differs {
            return Outcome::Differs(Difference { at, text });
        }
    }
    let calls = play.calls;
    drop(play);
    // Waits until the real server has disconnected all clients, including those that were blocked.
    server.wait_until_idle();
    Outcome::Agreed { calls }
}

impl Client {
    fn connect(server: &RealServer, ours: &mut EngineServer) -> Self {
        let mut theirs = server.connect();
        theirs.send(&[b"CLIENT".to_vec(), b"ID".to_vec()]);
        theirs.read_reply();
        let their_id = String::from_utf8(theirs.drain()).expect("a number");
        let their_id = their_id.trim_matches([':', '\r', '\n']).to_owned();
        Client { ours: ours.connect(), theirs, their_id, queue: Vec::new() }
    }
}

impl Play<'_> {
    /// Sends a command to both sides. Returns a description of the difference between the replies, if there is one.
    /// Does nothing if the client is blocked or disconnected.
    fn send(&mut self, client: usize, argv: &[Vec<u8>]) -> Option<String> {
        let sender = self.clients[client].ours;
        if self.ours.state(sender) != ClientState::Ready {
            return None;
        }
        self.calls += 1;
        let name = String::from_utf8_lossy(&argv[0]).to_ascii_uppercase();
        self.unspecified_orders.record(argv, &self.ours.engine);
        let order_was_unspecified = self.unspecified_orders.contains_any(argv, &self.ours.engine);
        let (ours, theirs) = argv.iter().map(|word| self.resolve_id(word)).unzip::<_, _, Vec<_>, Vec<_>>();
        self.ours.send(sender, ours);
        let stream = &mut self.clients[client].theirs;
        stream.send(&theirs);
        if self.ours.state(sender) != ClientState::Blocked {
            stream.read_reply();
        }
        self.server.wait_until_idle();
        let keyspace = &self.ours.engine.keyspace;
        if keyspace.next_expiry().is_some_and(|at_ms| at_ms <= keyspace.now_ms() + CYCLE_MS) {
            // After SET with an expiry time in the past, both sides delete the key in their next expire cycle.
            thread::sleep(EXPIRY_CYCLE_DELAY);
            self.ours.advance(Duration::from_millis(CYCLE_MS.unsigned_abs()));
            self.server.wait_until_idle();
        }
        let tolerance = match Tolerance::for_command(&name) {
            Tolerance::OrderOfContainer | Tolerance::Payload
                if !order_was_unspecified
                    && !self.unspecified_orders.contains_any(argv, &self.ours.engine)
                    && !agreement::payload_depends_on_clock(argv, &self.ours.engine) =>
            {
                Tolerance::None
            }
            Tolerance::Memory if !agreement::memory_depends_on_chance(argv, &self.ours.engine) => Tolerance::None,
            tolerance => tolerance,
        };
        self.difference(Some((client, &name, tolerance)))
    }

    /// Returns the words to send to the engine and to the real server. `{id:N}` is replaced by the ID of client N on
    /// the respective server.
    fn resolve_id(&self, word: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let number = word.strip_prefix(b"{id:").and_then(|rest| rest.strip_suffix(b"}"));
        let client = number.and_then(|digits| str::from_utf8(digits).ok()?.parse::<usize>().ok());
        match client.and_then(|client| self.clients.get(client)) {
            Some(client) => (self.ours.id(client.ours).to_string().into(), client.their_id.clone().into()),
            None => (word.to_vec(), word.to_vec()),
        }
    }

    fn disconnect(&mut self, client: usize) {
        let client = &mut self.clients[client];
        self.ours.disconnect(client.ours);
        client.theirs.close();
        self.server.wait_until_idle();
    }

    fn wait(&mut self) {
        let time = Duration::from_millis(WAIT_MS);
        thread::sleep(time);
        self.ours.advance(time);
        self.server.wait_until_idle();
    }

    /// Takes the output that all clients have received on both sides, and returns a description of the first
    /// difference. If a command was sent, `sent` holds the index of the sender, the command's name and the tolerance
    /// for its reply.
    fn difference(&mut self, sent: Option<(usize, &str, Tolerance)>) -> Option<String> {
        let mut found = None;
        for (index, client) in self.clients.iter_mut().enumerate() {
            let ours = self.ours.take_received(client.ours);
            let theirs = client.theirs.drain();
            let agrees = match sent {
                None => agreement::messages_agree(&ours, &theirs),
                Some((sender, name, tolerance)) if sender == index => {
                    let queue = if name == "EXEC" { client.queue.as_slice() } else { &[] };
                    let agrees = agreement::replies_agree(&ours, &theirs, tolerance, queue);
                    match name {
                        "EXEC" | "DISCARD" | "RESET" => client.queue.clear(),
                        _ if theirs.ends_with(b"+QUEUED\r\n") => client.queue.push(Tolerance::for_command(name)),
                        _ => {}
                    }
                    agrees
                }
                // Events are sent in the order in which the command visits its elements, so their order may differ as
                // well.
                Some((_, _, Tolerance::Order)) => agreement::messages_agree(&ours, &theirs),
                Some(_) => ours == theirs,
            };
            let is_open = self.ours.state(client.ours) != ClientState::Closed;
            if found.is_none() && (!agrees || is_open != client.theirs.is_open) {
                let end = |open: bool| if open { "" } else { " (closed)" };
                found = Some(format!(
                    "client c{index}: ours  \"{}\"{}\nclient c{index}: Redis \"{}\"{}\n",
                    ours.escape_ascii(),
                    end(is_open),
                    theirs.escape_ascii(),
                    end(client.theirs.is_open),
                ));
            }
        }
        found
    }
}
