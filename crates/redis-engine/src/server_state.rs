//! All server state except keys: clients, blocked clients, subscriptions, configuration, statistics, and the random
//! number generator.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::acl::Acl;
use super::blocking::Blocking;
use super::client::{ClientId, Clients};
use super::command::{Command, Flag};
use super::config::Config;
use super::error::Error;
use super::latency::LatencyMonitor;
use super::notify::Event;
use super::rng::Rng;
use super::scripting::Scripting;
use super::secrets;
use super::slow_log::{self, SlowCall, SlowLog};
use super::statistics::Statistics;
use super::subscriptions::{Kind, Subscriber, Subscriptions};

/// All server state except keys.
#[derive(Debug, Clone)]
pub struct ServerState {
    /// All connected clients.
    pub clients: Clients,
    /// The blocked clients.
    pub blocking: Blocking,
    /// Subscriptions to channels and patterns.
    pub subscriptions: Subscriptions,
    /// The configuration.
    pub config: Config,
    /// The random number generator for the random choices that commands make.
    pub(crate) random: Rng,
    /// The counters that INFO reports.
    pub statistics: Statistics,
    /// The latency monitor.
    pub(crate) latency: LatencyMonitor,
    /// The slow log.
    pub(crate) slow_log: SlowLog,
    /// Scripts and functions.
    pub scripting: Scripting,
    /// The users and their permissions.
    pub(crate) acl: Acl,
    /// When the server started, in microseconds since 1970.
    pub(crate) started_us: i64,
    /// When SAVE or BGSAVE ran last, or when the server started if they have not run, in microseconds since 1970.
    /// Nothing is saved.
    pub(crate) saved_us: i64,
    /// The `run_id` that INFO reports: 40 hexadecimal digits.
    pub(crate) run_id: String,
    /// The `process_id` that INFO reports, set by the driver.
    pub process_id: u32,
    /// Function that measures the `used_memory_rss` that INFO reports, in bytes. The driver sets it. Without it, INFO
    /// reports `used_memory`.
    pub resident_memory: Option<fn() -> u64>,
    /// Function that returns the microseconds since a fixed time, by a clock that never goes back. The driver sets it,
    /// and commands are timed with it. Without it, a command takes only the time that it asks the driver to sleep.
    pub monotonic_us: Option<fn() -> u64>,
    /// Function that makes room for the given number of clients if possible, and returns the number of clients for
    /// which there is room. The driver sets it. CONFIG SET rejects a `maxclients` above the returned number.
    pub make_room_for_clients: Option<fn(i64) -> i64>,
    /// How long the driver should wait before it runs the next command, in microseconds. DEBUG SLEEP sets this.
    pub pause_us: i64,
    /// Flag that the driver sets to true when it wants the engine to stop. A command that can take very long then ends
    /// with an error.
    pub stop_requested: Option<Arc<AtomicBool>>,
    /// The names and arguments of the commands that have run since the driver set this field to an empty list. With
    /// `None`, nothing is recorded.
    pub recorded_commands: Option<Vec<Vec<Vec<u8>>>>,
}

impl ServerState {
    /// Returns whether the driver wants the engine to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop_requested.as_ref().is_some_and(|requested| requested.load(Ordering::Acquire))
    }

    /// Creates the state of a server that starts at a time in microseconds since 1970. `seed` determines every random
    /// choice.
    pub(crate) fn new(seed: u64, now_us: i64) -> Self {
        let mut random = Rng::new(seed);
        let run_id = format!("{:016x}{:016x}{:08x}", random.next_u64(), random.next_u64(), random.next_u64() >> 32);
        ServerState {
            clients: Clients::default(),
            blocking: Blocking::default(),
            subscriptions: Subscriptions::default(),
            config: Config::default(),
            // Commands use a separate generator, so that their random choices do not depend on how the run id is
            // generated.
            random: Rng::new(seed),
            statistics: Statistics::default(),
            latency: LatencyMonitor::default(),
            slow_log: SlowLog::default(),
            scripting: Scripting::default(),
            acl: Acl::new(),
            started_us: now_us,
            saved_us: now_us,
            run_id,
            process_id: 0,
            resident_memory: None,
            monotonic_us: None,
            make_room_for_clients: None,
            pause_us: 0,
            stop_requested: None,
            recorded_commands: None,
        }
    }

    /// Sets or removes the password of the default user (`requirepass`).
    pub fn set_password(&mut self, password: Option<&[u8]>) {
        self.acl.set_default_password(password);
    }

    /// Publishes a message on a channel. Returns how many subscriptions received it.
    pub(crate) fn publish(&mut self, kind: Kind, channel: &[u8], message: &[u8]) -> usize {
        let ServerState { clients, subscriptions, .. } = self;
        let subscribers = subscriptions.subscribers(kind, channel);
        for &Subscriber { client, pattern } in &subscribers {
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
        subscribers.len()
    }

    /// Publishes the given keyspace events, except those that `notify-keyspace-events` does not enable.
    pub(crate) fn publish_events(&mut self, events: &[Event]) {
        let enabled = self.config.events;
        for Event { class, name, database, key } in events {
            if !enabled.includes(*class) {
                continue;
            }
            if enabled.by_key {
                let channel = [format!("__keyspace@{database}__:").as_bytes(), key].concat();
                self.publish(Kind::Channel, &channel, name.as_bytes());
            }
            if enabled.by_event {
                self.publish(Kind::Channel, format!("__keyevent@{database}__:{name}").as_bytes(), key);
            }
        }
    }

    /// Returns how long commands have run, in microseconds since a fixed time. The difference of two results is the
    /// time in between, including the time for which commands have asked the driver to sleep.
    pub(crate) fn running_time_us(&self) -> u64 {
        self.monotonic_us.map_or(0, |read| read()).saturating_add(self.pause_us.unsigned_abs())
    }

    /// Counts a command that has run for the given time, and the error that it returned, if any. The command of a
    /// blocked client is counted when the client is unblocked, as in Redis.
    pub(crate) fn count_call(
        &mut self,
        client: ClientId,
        command: &'static Command,
        duration_us: u64,
        error: Option<&Error>,
    ) {
        self.statistics.commands_processed += 1;
        let calls = self.statistics.calls_of(command);
        calls.calls += 1;
        calls.failed += u64::from(error.is_some());
        calls.total_us += duration_us;
        if self.config.tracks_latency {
            calls.histogram.add(duration_us);
        }
        if let Some(error) = error {
            self.statistics.count_error(error);
        }
        if let Some(client) = self.clients.find(client) {
            client.commands += 1;
        }
    }

    /// Adds a call that took `duration_us` to the slow log and to the latency history, if it was slow enough for them.
    pub(crate) fn log_if_slow(
        &mut self,
        client: ClientId,
        command: &'static Command,
        argv: &[&[u8]],
        duration_us: u64,
        now_us: i64,
    ) {
        let spike_ms = self.config.spike_ms;
        if spike_ms > 0 && duration_us / 1000 >= spike_ms {
            let event = if command.has(Flag::Fast) { "fast-command" } else { "command" };
            self.latency.add(event, now_us.div_euclid(1_000_000), duration_us / 1000);
        }
        if !self.config.logs_call_of(duration_us) || command.has(Flag::SkipSlowlog) {
            return;
        }
        let secret = secrets::secret_words(command.name, argv);
        let argv = slow_log::shorten(argv, |index| secret[index]);
        let state = self.clients.find_for_reading(client);
        let (address, name) = state.map(|client| (client.address.clone(), client.name.clone())).unwrap_or_default();
        let call = SlowCall { id: 0, ended_us: now_us, duration_us, argv, address, name };
        self.slow_log.push(call, self.config.slow_log_max_len());
    }

    /// Counts the command of a script that has ended, and the error that it returned, if any. The second value of
    /// `error` is whether the error itself was already counted.
    pub(crate) fn count_finished_script(
        &mut self,
        client: ClientId,
        command: &'static Command,
        duration_us: u64,
        error: Option<&(Error, bool)>,
    ) {
        match error {
            Some((_, true)) => {
                self.count_call(client, command, duration_us, None);
                self.statistics.calls_of(command).failed += 1;
            }
            error => self.count_call(client, command, duration_us, error.map(|(error, _)| error)),
        }
    }

    /// Unblocks a client. Replies with `error` if there is one, and otherwise with null, as after a timeout. Returns
    /// whether the client was blocked.
    pub(crate) fn unblock(&mut self, client: ClientId, error: Option<&Error>) -> bool {
        let Some(blocked) = self.blocking.unblock(client) else { return false };
        self.count_call(client, blocked.command, 0, error);
        let is_answered = self.clients.get_mut(client).reply_mode.finish_command();
        // Even without a reply, the driver must learn that the client is unblocked, so that it runs the next request.
        self.clients.write_to(client, |reply| match error {
            _ if !is_answered => {}
            Some(error) => reply.error(error),
            None => reply.null_array(),
        });
        true
    }

    /// Removes a client, together with its blocked command and its subscriptions.
    pub(crate) fn disconnect(&mut self, client: ClientId) {
        self.blocking.unblock(client);
        self.subscriptions.unsubscribe_all(client);
        self.clients.disconnect(client);
    }
}
