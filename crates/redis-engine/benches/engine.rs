//! What a command costs inside the process, among 1,000 elements and among 1,000,000, and how it grows between the two.
//!
//! `cargo bench --bench engine`, or with words after `--` to run only the rows that hold one of them. Each figure is the
//! median of many batches. A row that adds or removes takes its change back after each batch, untimed, so that the
//! size stays what it says.

use std::time::Instant;

use redis_engine::Engine;
use redis_engine::client::ClientId;

const SIZES: [usize; 2] = [1_000, 1_000_000];
const BATCHES: usize = 31;
const CALLS_PER_BATCH: usize = 500;

/// An engine whose keys all hold so many elements, and so many strings beside.
struct Filled {
    engine: Engine,
    client: ClientId,
    size: usize,
    random: u64,
}

/// A command, as a line of words: `%` stands for a random element's number, `+` for the number of one that is not there.
struct Row {
    command: &'static str,
    /// What takes it back.
    undo: Option<&'static str>,
    /// What the cost may depend on beside the size.
    note: &'static str,
}

const fn row(command: &'static str, note: &'static str) -> Row {
    Row { command, undo: None, note }
}

const fn undone(command: &'static str, undo: &'static str, note: &'static str) -> Row {
    Row { command, undo: Some(undo), note }
}

const ROWS: [Row; 18] = [
    row("SET key:% value", "random keys"),
    row("GET key:%", "random keys"),
    row("INCR counter:%", "random keys"),
    row("HSET hash field:% value", "fields that are there"),
    row("HGET hash field:%", "random fields"),
    row("HINCRBY numbers field:% 1", "random fields"),
    undone("LPUSH list element", "LPOP list", ""),
    undone("LPOP list", "LPUSH list element", ""),
    row("LRANGE list @ 100", "100 elements from the middle"),
    undone("SADD set member:+", "SREM set member:+", "new members"),
    row("SISMEMBER set member:%", "random members"),
    row("SINTER small set", "100 members, half of which are in the other set"),
    undone("ZADD zset % member:+", "ZREM zset member:+", "new members"),
    row("ZINCRBY zset 1 member:%", "random members"),
    row("ZSCORE zset member:%", "random members"),
    row("ZREVRANK zset member:%", "random members"),
    row("ZREVRANGE zset @ 100", "100 members from the middle"),
    row("ZRANGEBYSCORE zset % inf LIMIT 0 100", "up to 100 members from a random score"),
];

impl Filled {
    fn new(size: usize) -> Self {
        let mut engine = Engine::new(1, 1);
        let client = engine.connect();
        let mut filled = Filled { engine, client, size, random: 1 };
        for n in 0..size {
            // The scores do not follow the order in which members come.
            let score = n.wrapping_mul(7919) % size;
            for line in [
                format!("SET key:{n} value:{n}"),
                format!("SET counter:{n} {n}"),
                format!("HSET hash field:{n} value:{n}"),
                format!("HSET numbers field:{n} {n}"),
                format!("RPUSH list element:{n}"),
                format!("SADD set member:{n}"),
                format!("ZADD zset {score} member:{n}"),
            ] {
                filled.call(&line);
            }
        }
        for n in 0..100 {
            filled.call(&format!("SADD small member:{}", n * size / 50));
        }
        filled
    }

    fn call(&mut self, line: &str) {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        self.engine.execute(self.client, &words, 1);
        let reply = &mut self.engine.server.clients.get_mut(self.client).reply;
        assert!(!reply.as_bytes().starts_with(b"-"), "{line}: {}", String::from_utf8_lossy(reply.as_bytes()));
        reply.clear();
    }

    /// The lines of a batch.
    fn lines(&mut self, template: &str) -> Vec<String> {
        let middle = format!("{} {}", self.size / 2, self.size / 2 + 99);
        let template = template.replace("@ 100", &middle);
        let line = |n: usize| {
            // Knuth's multiplier: every place is met, in no order that a cache could foresee.
            self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let drawn = (self.random >> 33) as usize % self.size;
            template.replace('%', &drawn.to_string()).replace('+', &(self.size + n).to_string())
        };
        (0..CALLS_PER_BATCH).map(line).collect()
    }

    /// Runs the lines, and says how many nanoseconds each took on average.
    fn run(&mut self, lines: &[String]) -> f64 {
        let batch: Vec<Vec<&[u8]>> = lines.iter().map(|line| line.split(' ').map(str::as_bytes).collect()).collect();
        let start = Instant::now();
        for words in &batch {
            self.engine.execute(self.client, words, 1);
            // As a driver does that has sent them: the room stays.
            self.engine.server.clients.get_mut(self.client).reply.clear();
        }
        start.elapsed().as_nanos() as f64 / batch.len() as f64
    }

    /// The median over all batches, in nanoseconds a call.
    fn measure(&mut self, row: &Row) -> f64 {
        let mut figures: Vec<f64> = (0..BATCHES)
            .map(|_| {
                let lines = self.lines(row.command);
                let figure = self.run(&lines);
                if let Some(undo) = row.undo {
                    let lines = self.lines(undo);
                    self.run(&lines);
                }
                figure
            })
            .collect();
        figures.sort_by(f64::total_cmp);
        figures[BATCHES / 2]
    }
}

fn main() {
    // Cargo adds `--bench`.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let rows: Vec<&Row> = ROWS
        .iter()
        .filter(|row| wanted.is_empty() || wanted.iter().any(|w| row.command.contains(w.as_str())))
        .collect();
    let [small, large] = SIZES.map(|size| {
        let mut filled = Filled::new(size);
        rows.iter().map(|row| filled.measure(row)).collect::<Vec<_>>()
    });
    println!("| command | ns among 1,000 | ns among 1,000,000 | growth | |");
    println!("| --- | ---: | ---: | ---: | --- |");
    for ((row, small), large) in rows.iter().zip(small).zip(large) {
        let name = row.command.split(' ').next().unwrap_or_default();
        println!("| {name} | {small:.0} | {large:.0} | {:.1} | {} |", large / small, row.note);
    }
}
