//! Expiry. An expired key is removed when it is looked up, and an expired hash field when it is looked up by name. At
//! the end of each expire cycle, everything that has expired is removed.

use super::{DATABASES, Keyspace};
use crate::data::SmallBytes;
use crate::data::hash::Fields;
use crate::notify::Class;

impl Keyspace {
    /// Moves the clock to `now_us`, unless the clock is already past that time. If an expire cycle has ended, removes
    /// everything that has expired.
    pub(crate) fn set_clock(&mut self, now_us: i64) {
        self.now_us = self.now_us.max(now_us);
        // Until the cycle ends, an expired key is still in the database, and DBSIZE counts it, as in Redis.
        if self.now_us >= self.cycle_ends_us && self.active_expiry {
            self.expire_due();
            self.begin_cycle();
        }
    }

    /// Sets the number of expire cycles per second (`hz`), which must be from 1 to 500.
    pub fn set_hz(&mut self, hz: i64) {
        self.hz = hz;
        self.begin_cycle();
    }

    /// Begins an expire cycle. The cycle ends at the next multiple of the cycle length.
    fn begin_cycle(&mut self) {
        let cycle_ms = self.cycle_ms();
        self.cycle_ends_us = (self.now_ms() / cycle_ms + 1) * cycle_ms * 1000;
    }

    /// Returns the length of an expire cycle in milliseconds.
    fn cycle_ms(&self) -> i64 {
        1000 / self.hz
    }

    /// Returns the end of the next expire cycle that will remove a key or a field, in milliseconds since 1970. Returns
    /// `None` if nothing expires, or if active expiry is off.
    pub fn next_expiry(&self) -> Option<i64> {
        let soonest = self.databases.iter().filter_map(|db| db.soonest().map(|(at_ms, _)| at_ms)).min();
        let cycle_ms = self.cycle_ms();
        // Keys that have already expired are removed at the end of the current cycle.
        let end_of_cycle = |at_ms: i64| at_ms.max(self.now_ms() + 1).saturating_add(cycle_ms - 1) / cycle_ms * cycle_ms;
        soonest.filter(|_| self.active_expiry).map(end_of_cycle)
    }

    /// Removes all expired keys and fields of all databases.
    fn expire_due(&mut self) {
        let now_ms = self.now_ms();
        let selected = self.selected;
        for database in 0..DATABASES {
            self.selected = database;
            while let Some((at_ms, key)) = self.database().soonest()
                && at_ms <= now_ms
            {
                let key = SmallBytes::from(key);
                if let Some(index) = self.find(&key) {
                    self.expire_fields_at(index, &key, Fields::All);
                }
            }
        }
        self.selected = selected;
    }

    /// Removes any of the given fields of a hash that have expired. Commands that change the hash call this before they
    /// look the fields up.
    pub(crate) fn expire_fields(&mut self, key: &[u8], fields: Fields) {
        let now_ms = self.now_ms();
        if self.database().soonest().is_some_and(|(at_ms, _)| at_ms <= now_ms)
            && let Some(index) = self.find(key)
        {
            self.expire_fields_at(index, key, fields);
        }
    }

    /// Removes a key that has expired.
    pub(super) fn expire(&mut self, key: &[u8]) {
        if let Some(entry) = self.database_mut().remove(key) {
            self.signal_removed(key, &entry.value);
        }
        self.stats.expired_keys += 1;
        self.signal_modified(key);
        self.notify(Class::Expired, "expired", key);
    }

    /// Removes any of the given fields that have expired from the hash at an index. Returns whether the key still
    /// exists.
    pub(super) fn expire_fields_at(&mut self, index: usize, key: &[u8], fields: Fields) -> bool {
        let now_ms = self.now_ms();
        let entry = self.database_mut().entry_mut(index);
        if !entry.has_expired_fields(now_ms) {
            return true;
        }
        let expired = entry.value.expire_fields(fields, now_ms);
        if expired == 0 {
            return true;
        }
        self.stats.expired_subkeys += expired as u64;
        self.notify(Class::Hash, "hexpired", key);
        self.settle(index, key)
    }
}

#[cfg(test)]
mod tests {
    use crate::Engine;

    #[test]
    fn expired_keys_are_removed_by_a_lookup_or_at_the_end_of_a_cycle() {
        let mut engine = Engine::new(1, 1_000_000_000);
        let client = engine.connect();
        let mut run = |line: &str, at_ms: i64| {
            let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            engine.execute(client, &argv, at_ms * 1000);
            let reply = engine.server.clients.get_mut(client).reply.take();
            (String::from_utf8(reply).expect("the replies are ASCII"), engine.keyspace.next_expiry())
        };
        assert_eq!(run("SET a 1 PX 10", 1_000_000).1, Some(1_000_100));
        assert_eq!(run("SET b 1 PXAT 999990", 1_000_005), ("+OK\r\n".into(), Some(1_000_100)));
        assert_eq!(run("DBSIZE", 1_000_099).0, ":2\r\n");
        assert_eq!(run("GET a", 1_000_099).0, "$-1\r\n");
        assert_eq!(run("DBSIZE", 1_000_099).0, ":1\r\n");
        assert_eq!(run("DBSIZE", 1_000_100), (":0\r\n".into(), None));
        run("CONFIG SET hz 500", 1_000_100);
        assert_eq!(run("SET c 1 PX 5", 1_000_100).1, Some(1_000_106));
    }
}
