//! The commands `:keys` and `:doc`.

use super::super::Session;
use super::super::event::Show;
use super::join_sentences;
use crate::markup::{Role, code, parse};
use crate::messages::commands as messages;
use crate::spelling;
use redis_engine::commands;

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

    /// Shows the documentation of a Redis command.
    pub(super) fn show_doc(&mut self, name: &str) {
        if name.is_empty() {
            return self.tutor.say(Role::Plain, &messages::doc_of_what());
        }
        let Some(command) = commands::by_name(name) else {
            let nearest = spelling::nearest_of_few(&name.to_uppercase(), commands::all().map(|command| command.name));
            let suggestion = nearest.map(|name| messages::did_you_mean(code(name)));
            let text = join_sentences([Some(messages::unknown_redis_command(code(name))), suggestion]);
            return self.tutor.say(Role::Error, &text);
        };
        self.tutor.say(Role::Plain, &format!("**{} {}**", command.name, command.syntax));
        let complexity = command.complexity.trim_end_matches('.');
        self.tutor.say(Role::Plain, &messages::redis_command(command.summary, complexity, command.since));
        self.tutor.runtime.show(Show::Text(parse(&format!("```\n{}\n```", command.example))));
    }
}
