//! What expires, and when it goes: a key when somebody looks for it, a part of a value when it is looked for by name, and
//! all that is over at the end of a cycle.

use super::{DATABASES, Keyspace};
use crate::data::SmallBytes;
use crate::data::hash::Fields;
use crate::notify::Class;

impl Keyspace {
    /// Sets the clock, which never goes back. At the end of each cycle, what has expired by then is dropped.
    pub fn set_clock(&mut self, now_us: i64) {
        self.now_us = self.now_us.max(now_us);
        // Until then a key whose time is over is found by `find`, and counted by DBSIZE, as in Redis.
        if self.now_us >= self.cycle_ends_us && self.active_expiry {
            self.expire_due();
            self.begin_cycle();
        }
    }

    /// Sets how often in a second what has expired is looked for: `hz`, 1 to 500.
    pub fn set_hz(&mut self, hz: i64) {
        self.hz = hz;
        self.begin_cycle();
    }

    /// A cycle ends at a multiple of its length.
    fn begin_cycle(&mut self) {
        let cycle_ms = self.cycle_ms();
        self.cycle_ends_us = (self.now_ms() / cycle_ms + 1) * cycle_ms * 1000;
    }

    /// How long a cycle takes.
    fn cycle_ms(&self) -> i64 {
        1000 / self.hz
    }

    /// The next moment at which something that has expired is dropped by itself, in milliseconds since 1970: the end of a
    /// cycle.
    pub fn next_expiry(&self) -> Option<i64> {
        let soonest = self.databases.iter().filter_map(|db| db.soonest().map(|(at_ms, _)| at_ms)).min();
        let cycle_ms = self.cycle_ms();
        // What is due already waits for the end of this cycle.
        let end_of_cycle = |at_ms: i64| at_ms.max(self.now_ms() + 1).saturating_add(cycle_ms - 1) / cycle_ms * cycle_ms;
        soonest.filter(|_| self.active_expiry).map(end_of_cycle)
    }

    /// Drops all keys and parts that have expired, in all databases.
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
                    self.expire_parts(index, &key, Fields::All);
                }
            }
        }
        self.selected = selected;
    }

    /// Drops those of these fields of a hash whose time is over, before a command that changes it looks for them.
    pub fn expire_fields(&mut self, key: &[u8], fields: Fields) {
        let now_ms = self.now_ms();
        if self.database().soonest().is_some_and(|(at_ms, _)| at_ms <= now_ms)
            && let Some(index) = self.find(key)
        {
            self.expire_parts(index, key, fields);
        }
    }

    pub(super) fn expire(&mut self, key: &[u8]) {
        self.database_mut().remove(key);
        self.counts.expired_keys += 1;
        self.touched(key);
        self.note(Class::Expired, "expired", key);
    }

    /// Drops those parts of a value that are asked for and whose time is over. Says whether something is left of it.
    pub(super) fn expire_parts(&mut self, index: usize, key: &[u8], asked: Fields) -> bool {
        let now_ms = self.now_ms();
        let entry = self.database_mut().entry_mut(index);
        if !entry.has_expired_parts(now_ms) {
            return true;
        }
        let expired = entry.value.expire_parts(asked, now_ms);
        if expired == 0 {
            return true;
        }
        self.counts.expired_parts += expired as u64;
        self.note(Class::Hash, "hexpired", key);
        self.settle(index, key)
    }
}

#[cfg(test)]
mod tests {
    use crate::Engine;

    #[test]
    fn what_has_expired_goes_when_it_is_asked_for_or_at_the_end_of_a_cycle() {
        let mut engine = Engine::new(1, 1_000_000_000);
        let client = engine.connect();
        let mut told = |line: &str, at_ms: i64| {
            let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            engine.execute(client, &argv, at_ms * 1000);
            let reply = engine.server.clients.get_mut(client).reply.take();
            (String::from_utf8(reply).expect("it was ASCII"), engine.keyspace.next_expiry())
        };
        assert_eq!(told("SET a 1 PX 10", 1_000_000).1, Some(1_000_100));
        assert_eq!(told("SET b 1 PXAT 999990", 1_000_005), ("+OK\r\n".into(), Some(1_000_100)));
        assert_eq!(told("DBSIZE", 1_000_099).0, ":2\r\n");
        assert_eq!(told("GET a", 1_000_099).0, "$-1\r\n");
        assert_eq!(told("DBSIZE", 1_000_099).0, ":1\r\n");
        assert_eq!(told("DBSIZE", 1_000_100), (":0\r\n".into(), None));
        told("CONFIG SET hz 500", 1_000_100);
        assert_eq!(told("SET c 1 PX 5", 1_000_100).1, Some(1_000_106));
    }
}
