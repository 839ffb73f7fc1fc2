//! Everything beside the keys: clients, who waits, who listens, configuration, randomness, statistics.

use super::blocking::Blocking;
use super::client::{ClientId, Clients};
use super::command::Command;
use super::config::Config;
use super::error::Error;
use super::notify::Event;
use super::rng::Rng;
use super::statistics::Statistics;
use super::subscriptions::{Kind, Receiver, Subscriptions};

/// What commands share beside the keyspace.
#[derive(Debug, Clone)]
pub struct ServerState {
    pub clients: Clients,
    pub blocking: Blocking,
    pub subscriptions: Subscriptions,
    pub config: Config,
    pub random: Rng,
    pub statistics: Statistics,
    /// The password that AUTH asks for, if one is set.
    pub password: Option<Vec<u8>>,
    /// When the engine started, in microseconds since 1970.
    pub started_us: i64,
    /// What INFO calls the run: 40 hexadecimal digits.
    pub run_id: String,
    /// What INFO answers as `process_id`: its driver knows.
    pub process_id: u32,
    /// What INFO answers as `used_memory_rss`, in bytes, where a driver measures it; else what Redis would use.
    pub resident_memory: Option<fn() -> u64>,
    /// How long the driver should stand still before it goes on (DEBUG SLEEP), in microseconds.
    pub pause_us: i64,
}

impl ServerState {
    /// Everything as it is at a start. `seed` decides all that is left to chance.
    pub fn new(seed: u64, now_us: i64) -> Self {
        let mut random = Rng::new(seed);
        let run_id = format!("{:016x}{:016x}{:08x}", random.number(), random.number(), random.number() >> 32);
        ServerState {
            clients: Clients::default(),
            blocking: Blocking::default(),
            subscriptions: Subscriptions::default(),
            config: Config::default(),
            // The commands' own luck does not depend on what was drawn for the start.
            random: Rng::new(seed),
            statistics: Statistics::default(),
            password: None,
            started_us: now_us,
            run_id,
            process_id: 0,
            resident_memory: None,
            pause_us: 0,
        }
    }

    /// Sends a message to all who listen to the channel, and says how many times it was sent.
    pub fn publish(&mut self, kind: Kind, channel: &[u8], message: &[u8]) -> usize {
        let ServerState { clients, subscriptions, .. } = self;
        let receivers = subscriptions.receivers(kind, channel);
        for &Receiver { client, pattern } in &receivers {
            clients.write_to(client, |reply| {
                reply.push(if pattern.is_some() { 4 } else { 3 });
                match pattern {
                    Some(pattern) => {
                        reply.bulk(b"pmessage");
                        reply.bulk(pattern);
                    }
                    None => reply.bulk(if kind == Kind::Shard { b"smessage" } else { b"message" }),
                }
                reply.bulk(channel);
                reply.bulk(message);
            });
        }
        receivers.len()
    }

    /// Tells of events on the channels of `notify-keyspace-events`.
    pub fn tell(&mut self, events: &[Event]) {
        let wanted = self.config.events;
        for Event { class, name, database, key } in events {
            if !wanted.include(*class) {
                continue;
            }
            if wanted.by_key {
                let channel = [format!("__keyspace@{database}__:").as_bytes(), key].concat();
                self.publish(Kind::Channel, &channel, name.as_bytes());
            }
            if wanted.by_event {
                self.publish(Kind::Channel, format!("__keyevent@{database}__:{name}").as_bytes(), key);
            }
        }
    }

    /// Counts a command that is done, and the error that it answered. One that waits is counted when its wait is
    /// over, as in Redis.
    pub fn count_call(&mut self, client: ClientId, command: &'static Command, refusal: Option<&Error>) {
        self.statistics.commands_processed += 1;
        let calls = self.statistics.calls_of(command);
        calls.calls += 1;
        calls.failed += u64::from(refusal.is_some());
        if let Some(refusal) = refusal {
            self.statistics.count_error(refusal);
        }
        if let Some(client) = self.clients.find(client) {
            client.commands += 1;
        }
    }

    /// Ends a client's wait with this error, or as if its time were over; says whether it waited.
    pub fn end_wait(&mut self, client: ClientId, refusal: Option<&Error>) -> bool {
        let Some(wait) = self.blocking.leave(client) else { return false };
        self.count_call(client, wait.command, refusal);
        self.clients.write_to(client, |reply| match refusal {
            Some(refusal) => reply.error(refusal),
            None => reply.null_array(),
        });
        true
    }

    /// Forgets a client, its wait and its subscriptions.
    pub fn disconnect(&mut self, client: ClientId) {
        self.blocking.leave(client);
        self.subscriptions.leave(client);
        self.clients.disconnect(client);
    }
}
