//! Rng commands of several clients, to the engine and to a real Redis: every reply and every message must agree.
//!
//! It needs a server's binary, and is skipped without:
//!
//!     REDIS_TUTOR_REAL_REDIS=/path/to/redis-server cargo test -p redis-engine --test compare_redis
//!
//! Half of the scripts come from a seed that stays, half from a fresh one. REDIS_TUTOR_COMPARE_SEED names one seed instead,
//! REDIS_TUTOR_COMPARE_SCRIPTS the number of scripts for each. A script that fails is cut down to what it takes to fail, and
//! printed in the form of crates/redis-engine/tests/truth/engine, so that it can be kept there.

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, thread};

use redis_engine::rng::Rng;

mod agreement;
#[path = "../support/engine_server.rs"]
mod engine_server;
mod random_script;
mod real_server;

use agreement::{Arbitrary, Freedom};
use engine_server::{Connection, EngineServer, State};
use random_script::{CLIENTS, Step, WAIT_MS};
use real_server::{RealServer, Stream};

const FIXED_SEED: u64 = 823;
const SCRIPTS: usize = 1000;
const STEPS: usize = 60;
/// After so many, enough is known.
const MOST_FAILURES: usize = 3;
/// How long a short life may have been on its way before it counts as over by chance.
const SHORTEST: Duration = Duration::from_millis(55);
/// How often both look for what has expired: `hz` is 500.
const CYCLE_MS: i64 = 2;
/// How long the real server takes at most until it has done so.
const LOOK_FOR_EXPIRED: Duration = Duration::from_millis(10);
/// How often a script is tried again that was too slow for its short lives.
const TRIES: usize = 5;

/// The wall clock, in microseconds since 1970.
fn now_us() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is later than 1970");
    i64::try_from(since_1970.as_micros()).expect("the year is before 292278")
}

fn main() -> ExitCode {
    let Ok(binary) = env::var("REDIS_TUTOR_REAL_REDIS") else {
        println!("compare_redis: skipped, for REDIS_TUTOR_REAL_REDIS names no redis-server to compare the engine with");
        return ExitCode::SUCCESS;
    };
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("it is a number"));
    let scripts = number("REDIS_TUTOR_COMPARE_SCRIPTS").map_or(SCRIPTS, |n| n as usize);
    let seeds = match number("REDIS_TUTOR_COMPARE_SEED") {
        Some(seed) => vec![seed],
        None => vec![FIXED_SEED, now_us().unsigned_abs()],
    };
    let compared: Vec<Summary> = thread::scope(|scope| {
        let works: Vec<_> = seeds
            .iter()
            .map(|&seed| {
                scope.spawn({
                    let binary = &binary;
                    move || compare(binary, seed, scripts)
                })
            })
            .collect();
        works.into_iter().map(|work| work.join().expect("a comparison ends")).collect()
    });
    for summary in &compared {
        summary.failures.iter().for_each(|failure| println!("{failure}"));
        let Summary { seed, scripts, calls, too_slow, failures } = summary;
        let failed = failures.len();
        println!(
            "compare_engine: seed {seed}: {calls} calls in {scripts} scripts, {failed} disagree, {too_slow} too slow"
        );
    }
    if compared.iter().all(|summary| summary.failures.is_empty()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Summary {
    seed: u64,
    scripts: usize,
    calls: usize,
    /// Scripts that the machine did not carry out in time, again and again.
    too_slow: usize,
    failures: Vec<String>,
}

fn compare(binary: &str, seed: u64, scripts: usize) -> Summary {
    let mut server = RealServer::start(binary).unwrap_or_else(|error| panic!("{error}"));
    let mut random = Rng::new(seed);
    let mut summary = Summary { seed, scripts: 0, calls: 0, too_slow: 0, failures: Vec::new() };
    while summary.scripts < scripts && summary.failures.len() < MOST_FAILURES {
        let steps = random_script::script(&mut random, STEPS);
        summary.scripts += 1;
        match play_in_time(&mut server, &steps) {
            Outcome::Agreed { calls } => summary.calls += calls,
            Outcome::TooSlow => summary.too_slow += 1,
            Outcome::Differs(difference) => {
                let (steps, difference) = shrink(&mut server, steps, difference);
                let script = random_script::written(&steps);
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
    /// The step at which it showed.
    at: usize,
    text: String,
}

fn play_in_time(server: &mut RealServer, steps: &[Step]) -> Outcome {
    for _ in 0..TRIES {
        match play(server, steps) {
            Outcome::TooSlow => {}
            outcome => return outcome,
        }
    }
    Outcome::TooSlow
}

/// Leaves out what a failing script does not need: large pieces first, single steps at last.
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
        // Single steps may need each other in pairs: go on until none can be left out.
        if piece > 1 || steps.len() == length {
            piece /= 2;
        }
    }
    (steps, difference)
}

/// Both sides of a script on its way.
struct Play<'a> {
    server: &'a mut RealServer,
    ours: EngineServer,
    clients: Vec<Client>,
    arbitrary: Arbitrary,
    calls: usize,
}

struct Client {
    ours: Connection,
    theirs: Stream,
    /// The number that the real server gave it.
    their_id: String,
    /// What EXEC will carry out.
    queue: Vec<Freedom>,
}

fn play(server: &mut RealServer, steps: &[Step]) -> Outcome {
    for setting in [
        "FLUSHALL",
        "CONFIG SET notify-keyspace-events \0 hash-max-listpack-entries 512 set-max-intset-entries 512 \
         set-max-listpack-entries 128 zset-max-listpack-entries 128 list-max-listpack-size -2",
    ] {
        let words: Vec<&str> = setting.split_whitespace().map(|word| word.trim_matches('\0')).collect();
        let answer = server.ask(&words);
        assert_eq!(answer, b"+OK\r\n", "{setting}: {}", String::from_utf8_lossy(&answer));
    }
    let mut ours = EngineServer::at(now_us());
    ours.engine.server.config.state("enable-debug-command", b"yes");
    // As it was configured: CONFIG SET takes it from there again.
    let hz = 1000 / CYCLE_MS;
    ours.engine.server.config.state("hz", hz.to_string().as_bytes());
    ours.engine.keyspace.set_hz(hz);
    let clients = (0..CLIENTS).map(|_| Client::connect(server, &mut ours)).collect();
    let mut play = Play { server, ours, clients, arbitrary: Arbitrary::default(), calls: 0 };
    let mut short_since: Option<Instant> = None;
    for (at, step) in steps.iter().enumerate() {
        if step.is_short() {
            short_since.get_or_insert_with(Instant::now);
        }
        let differs = match step {
            Step::Send { client, argv } => play.send(*client, argv),
            Step::Leave { client } => {
                play.leave(*client);
                play.difference(None)
            }
            Step::Wait => {
                play.wait();
                play.difference(None)
            }
        };
        if short_since.is_some_and(|since| step != &Step::Wait && since.elapsed() > SHORTEST) {
            return Outcome::TooSlow;
        }
        if step == &Step::Wait {
            short_since = None;
        }
        if let Some(text) = differs {
            return Outcome::Differs(Difference { at, text });
        }
    }
    let calls = play.calls;
    drop(play);
    // Who still waited is gone before the next script begins.
    server.settle();
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
    /// Sends a command on both sides, and says how the answers differ. A client that waits or is gone sends nothing.
    fn send(&mut self, client: usize, argv: &[Vec<u8>]) -> Option<String> {
        let sender = self.clients[client].ours;
        if self.ours.state(sender) != State::Ready {
            return None;
        }
        self.calls += 1;
        let name = String::from_utf8_lossy(&argv[0]).to_ascii_uppercase();
        self.arbitrary.learn(argv, &self.ours.engine);
        let had_no_order = self.arbitrary.has(argv, &self.ours.engine);
        let (ours, theirs) = argv.iter().map(|word| self.named(word)).unzip::<_, _, Vec<_>, Vec<_>>();
        self.ours.send(sender, ours);
        let stream = &mut self.clients[client].theirs;
        stream.send(&theirs);
        if self.ours.state(sender) != State::Waiting {
            stream.read_reply();
        }
        self.server.settle();
        let keyspace = &self.ours.engine.keyspace;
        if keyspace.next_expiry().is_some_and(|at_ms| at_ms <= keyspace.now_ms() + CYCLE_MS) {
            // SET with a time long ago: both remove the key when they next look for what has expired.
            thread::sleep(LOOK_FOR_EXPIRED);
            self.ours.advance(Duration::from_millis(CYCLE_MS.unsigned_abs()));
            self.server.settle();
        }
        let freedom = match Freedom::of(&name) {
            Freedom::OrderOfContainer if !had_no_order && !self.arbitrary.has(argv, &self.ours.engine) => Freedom::None,
            Freedom::Chance if !agreement::has_chance(argv, &self.ours.engine) => Freedom::None,
            freedom => freedom,
        };
        self.difference(Some((client, &name, freedom)))
    }

    /// A word for the engine and for the real server: `{id:N}` is the number of client N.
    fn named(&self, word: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let number = word.strip_prefix(b"{id:").and_then(|rest| rest.strip_suffix(b"}"));
        let client = number.and_then(|digits| str::from_utf8(digits).ok()?.parse::<usize>().ok());
        match client.and_then(|client| self.clients.get(client)) {
            Some(client) => (self.ours.id(client.ours).to_string().into(), client.their_id.clone().into()),
            None => (word.to_vec(), word.to_vec()),
        }
    }

    fn leave(&mut self, client: usize) {
        let client = &mut self.clients[client];
        self.ours.close(client.ours);
        client.theirs.close();
        self.server.settle();
    }

    fn wait(&mut self) {
        let time = Duration::from_millis(WAIT_MS);
        thread::sleep(time);
        self.ours.advance(time);
        self.server.settle();
    }

    /// Takes what all clients got, and says what differs. `sent`: who sent what; nobody while time passed.
    fn difference(&mut self, sent: Option<(usize, &str, Freedom)>) -> Option<String> {
        let mut found = None;
        for (index, client) in self.clients.iter_mut().enumerate() {
            let ours = self.ours.received(client.ours);
            let theirs = client.theirs.drain();
            let agrees = match sent {
                None => agreement::messages_agree(&ours, &theirs),
                Some((sender, name, freedom)) if sender == index => {
                    let queue = if name == "EXEC" { client.queue.as_slice() } else { &[] };
                    let agrees = agreement::replies_agree(&ours, &theirs, freedom, queue);
                    match name {
                        "EXEC" | "DISCARD" | "RESET" => client.queue.clear(),
                        _ if theirs.ends_with(b"+QUEUED\r\n") => client.queue.push(Freedom::of(name)),
                        _ => {}
                    }
                    agrees
                }
                // Events come in the order in which the command goes through its elements.
                Some((_, _, Freedom::Order)) => agreement::messages_agree(&ours, &theirs),
                Some(_) => ours == theirs,
            };
            let is_open = self.ours.state(client.ours) != State::Closed;
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
