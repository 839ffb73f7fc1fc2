//! The command `:keys`.

use super::super::Session;
use super::super::event::Show;
use crate::markup::{Role, code, parse};
use crate::messages::commands as messages;

impl Session {
    /// Lists all keys, with their types and times to live.
    pub(super) fn list_keys(&mut self) {
        let keyspace = &self.tutor.runtime.engine.keyspace;
        let now_ms = keyspace.now_ms();
        let mut table = format!("{}\n|--|--|--|\n", messages::keys_header());
        let mut rows: Vec<String> = Vec::new();
        for database in keyspace.databases() {
            for (key, entry) in database.iter() {
                let ttl = entry.expires_ms().map(|at| format!("{} s", (at - now_ms).max(0) / 1000)).unwrap_or_default();
                let key = code(&String::from_utf8_lossy(key)).replace('|', "¦");
                rows.push(format!("| {key} | {} | {ttl} |\n", entry.value.type_name()));
            }
        }
        if rows.is_empty() {
            return self.tutor.say(Role::Plain, &messages::no_keys());
        }
        rows.sort();
        table.extend(rows);
        self.tutor.runtime.show(Show::Text(parse(&table)));
    }
}
