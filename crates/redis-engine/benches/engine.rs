//! Measures how long commands take inside this process, with 1,000 and with 1,000,000 elements, and the ratio of the
//! two times.
//!
//! Run it with `cargo bench --bench engine`. Arguments after `--` are filters: only commands that contain one of them
//! are measured. Each figure is the median of many batches. A command that adds or removes elements is undone after
//! each batch, outside of the measured time, so that the number of elements stays the same.

// clippy.toml bans clocks, sockets and output in the engine itself. This benchmark uses the engine from outside, where
// they are allowed.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

use std::time::Instant;

use redis_engine::Engine;
use redis_engine::client::ClientId;

const SIZES: [usize; 2] = [1_000, 1_000_000];
const BATCHES: usize = 31;
const CALLS_PER_BATCH: usize = 500;

/// An engine with `size` strings, and with containers of `size` elements each.
struct BenchEngine {
    engine: Engine,
    client: ClientId,
    size: usize,
    random: u64,
}

/// A command to measure, written as words separated by spaces. `%` is replaced by the number of a random element, `+`
/// by a number that no element has, and `@ 100` by the first and last index of 100 elements in the middle.
struct Row {
    command: &'static str,
    /// The command that undoes the row's changes, if it makes any.
    undo: Option<&'static str>,
    /// A note on which elements the command uses, shown in the last column of the output.
    note: &'static str,
}

const fn row(command: &'static str, note: &'static str) -> Row {
    Row { command, undo: None, note }
}

const fn row_with_undo(command: &'static str, undo: &'static str, note: &'static str) -> Row {
    Row { command, undo: Some(undo), note }
}

const ROWS: [Row; 23] = [
    row("SET key:% value", "random keys"),
    row("GET key:%", "random keys"),
    row("INCR counter:%", "random keys"),
    row("HSET hash field:% value", "fields that are there"),
    row("HGET hash field:%", "random fields"),
    row("HINCRBY numbers field:% 1", "random fields"),
    row_with_undo("LPUSH list element", "LPOP list", ""),
    row_with_undo("LPOP list", "LPUSH list element", ""),
    row("LRANGE list @ 100", "100 elements from the middle"),
    row_with_undo("SADD set member:+", "SREM set member:+", "new members"),
    row("SISMEMBER set member:%", "random members"),
    row("SINTER small set", "100 members, half of which are in the other set"),
    row_with_undo("ZADD zset % member:+", "ZREM zset member:+", "new members"),
    row("ZINCRBY zset 1 member:%", "random members"),
    row("ZSCORE zset member:%", "random members"),
    row("ZREVRANK zset member:%", "random members"),
    row("ZREVRANGE zset @ 100", "100 members from the middle"),
    row("ZRANGEBYSCORE zset % inf LIMIT 0 100", "up to 100 members from a random score"),
    row("XADD stream * field value", "new entries"),
    row("XRANGE stream 0-% + COUNT 10", "10 entries from a random ID"),
    row_with_undo(
        "XREADGROUP GROUP group consumer COUNT 1 STREAMS stream >",
        "XGROUP SETID stream group 0",
        "one entry",
    ),
    row("PFADD sketch element:%", "random elements"),
    row("GEOSEARCH places FROMMEMBER member:% BYRADIUS 20 km COUNT 100 ANY", "up to 100 members near a random one"),
];

impl BenchEngine {
    fn new(size: usize) -> Self {
        let mut engine = Engine::new(1, 1);
        let client = engine.connect();
        let mut engine = BenchEngine { engine, client, size, random: 1 };
        for n in 0..size {
            // Scatters the scores, so that members are not inserted in the order of their scores.
            let score = n.wrapping_mul(7919) % size;
            for line in [
                format!("SET key:{n} value:{n}"),
                format!("SET counter:{n} {n}"),
                format!("HSET hash field:{n} value:{n}"),
                format!("HSET numbers field:{n} {n}"),
                format!("RPUSH list element:{n}"),
                format!("SADD set member:{n}"),
                format!("ZADD zset {score} member:{n}"),
                format!("XADD stream 0-{} field value:{n}", n + 1),
                format!("PFADD sketch element:{n}"),
                // The places are on an area of 10 by 10 degrees.
                format!(
                    "GEOADD places {} {} member:{n}",
                    10.0 * score as f64 / size as f64,
                    40.0 + 10.0 * n as f64 / size as f64
                ),
            ] {
                engine.call(&line);
            }
        }
        engine.call("XGROUP CREATE stream group 0");
        for n in 0..100 {
            engine.call(&format!("SADD small member:{}", n * size / 50));
        }
        engine
    }

    fn call(&mut self, line: &str) {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        self.engine.execute(self.client, &words, 1);
        let reply = &mut self.engine.server.clients.get_mut(self.client).reply;
        assert!(!reply.as_bytes().starts_with(b"-"), "{line}: {}", String::from_utf8_lossy(reply.as_bytes()));
        reply.clear();
    }

    /// Generates the command lines of one batch by replacing the placeholders in `template`.
    fn batch_lines(&mut self, template: &str) -> Vec<String> {
        let middle = format!("{} {}", self.size / 2, self.size / 2 + 99);
        let template = template.replace("@ 100", &middle);
        let line = |n: usize| {
            // Knuth's linear congruential generator selects elements in an order that the CPU cannot predict.
            self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let element = (self.random >> 33) as usize % self.size;
            template.replace('%', &element.to_string()).replace('+', &(self.size + n).to_string())
        };
        (0..CALLS_PER_BATCH).map(line).collect()
    }

    /// Runs the lines as commands. Returns the average time per command in nanoseconds.
    fn run(&mut self, lines: &[String]) -> f64 {
        let batch: Vec<Vec<&[u8]>> = lines.iter().map(|line| line.split(' ').map(str::as_bytes).collect()).collect();
        let start = Instant::now();
        for words in &batch {
            self.engine.execute(self.client, words, 1);
            // Clears the reply but keeps its allocation, as a driver does.
            self.engine.server.clients.get_mut(self.client).reply.clear();
        }
        start.elapsed().as_nanos() as f64 / batch.len() as f64
    }

    /// Measures a row's command in several batches. Returns the median of their averages, in nanoseconds per call.
    fn measure(&mut self, row: &Row) -> f64 {
        let mut figures: Vec<f64> = (0..BATCHES)
            .map(|_| {
                let lines = self.batch_lines(row.command);
                let figure = self.run(&lines);
                if let Some(undo) = row.undo {
                    let lines = self.batch_lines(undo);
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
    // `cargo bench` passes `--bench` as an argument, which is not a filter.
    let filters: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let rows: Vec<&Row> = ROWS
        .iter()
        .filter(|row| filters.is_empty() || filters.iter().any(|w| row.command.contains(w.as_str())))
        .collect();
    let [small, large] = SIZES.map(|size| {
        let mut engine = BenchEngine::new(size);
        rows.iter().map(|row| engine.measure(row)).collect::<Vec<_>>()
    });
    println!("| command | ns among 1,000 | ns among 1,000,000 | growth | |");
    println!("| --- | ---: | ---: | ---: | --- |");
    for ((row, small), large) in rows.iter().zip(small).zip(large) {
        let name = row.command.split(' ').next().unwrap_or_default();
        println!("| {name} | {small:.0} | {large:.0} | {:.1} | {} |", large / small, row.note);
    }
}
