//! Housekeeping, which runs every 100 milliseconds while there is something to do. It disconnects clients that have
//! been idle for too long, and releases unused memory of clients' buffers. The counterpart in Redis is `clientsCron`.

use super::Server;
use redis_engine::Engine;
use redis_engine::client::ClientId;

/// Interval between housekeeping runs in microseconds, as in Redis with its default `hz` of 10.
const INTERVAL_US: i64 = 100_000;

/// Number of intervals during which every connection is checked once.
const INTERVALS_PER_ROUND: usize = 10;

/// Minimum number of connections to check per interval.
const MIN_CHECKED: usize = 5;

impl Server {
    /// Does the housekeeping if it is due, and schedules the next one.
    pub(super) fn keep_house(&mut self, engine: &mut Engine, now_us: i64) {
        // A due time that is too far in the future means that the clock has been set back, so housekeeping is due.
        let is_due = |at_us: i64| at_us <= now_us || at_us > now_us.saturating_add(INTERVAL_US);
        if self.housekeeping_us.is_some_and(is_due) {
            self.housekeeping_us = None;
            self.is_accepting |= std::mem::take(&mut self.has_accept_failed);
            self.check_connections(engine, now_us);
        }
        if self.needs_housekeeping(engine) {
            self.housekeeping_us.get_or_insert(now_us.saturating_add(INTERVAL_US));
        } else {
            self.housekeeping_us = None;
        }
    }

    fn needs_housekeeping(&self, engine: &Engine) -> bool {
        let may_time_out = engine.server.config.idle_timeout_seconds > 0 && !self.by_client.is_empty();
        // Clients above their soft limit are checked in each iteration of the loop, so the loop must wake up for them.
        may_time_out || !self.with_spare_memory.is_empty() || !self.over_soft_limit.is_empty() || self.has_accept_failed
    }

    /// Checks the next few connections, so that each connection is checked about once a second.
    fn check_connections(&mut self, engine: &mut Engine, now_us: i64) {
        let slots = self.connections.len();
        for _ in 0..slots.div_ceil(INTERVALS_PER_ROUND).max(MIN_CHECKED).min(slots) {
            self.last_checked = (self.last_checked + 1) % slots;
            self.check_connection(engine, self.last_checked, now_us);
        }
    }

    fn check_connection(&mut self, engine: &mut Engine, index: usize, now_us: i64) {
        let Some(connection) = &mut self.connections[index] else { return };
        if has_timed_out(engine, connection.client, now_us) {
            return self.close_connection(engine, index);
        }
        if connection.has_spare_memory {
            connection.shrink_buffers(engine, now_us);
            if !connection.has_spare_memory {
                self.with_spare_memory.remove(&index);
            }
        }
    }
}

/// Returns whether a client has been idle for longer than `timeout` allows. Returns false for blocked clients,
/// subscribers and monitors, because they wait without sending commands.
fn has_timed_out(engine: &mut Engine, id: ClientId, now_us: i64) -> bool {
    let timeout_seconds = engine.server.config.idle_timeout_seconds;
    if timeout_seconds == 0 || engine.is_blocked(id) || engine.server.subscriptions.is_subscribed(id) {
        return false;
    }
    let seconds = |us: i64| us.div_euclid(1_000_000);
    let client = engine.server.clients.find(id);
    client.is_some_and(|client| !client.is_monitor && seconds(now_us) - seconds(client.active_us) > timeout_seconds)
}
