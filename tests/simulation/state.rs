//! The state of a session, as far as it can be observed from outside and compared.

use std::collections::BTreeMap;

use redis_tutor::session::event::Prompt;

use super::world::{Variables, World};

/// The part of a session's state that `:undo` restores.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Each key as its database, its name, the digest of its value, and its expiry time in milliseconds.
    pub keys: Vec<(usize, String, String, Option<i64>)>,
    pub now_us: i64,
    pub waits: Vec<String>,
    pub prompt: Prompt,
    /// The client at the prompt, or `None` if there is only one client.
    pub client: Option<String>,
    /// The id of the open lesson, the number of the step (counted from 1), and whether the step is done.
    pub place: Option<(String, usize, bool)>,
    /// The variables of each client whose Python is a model, by the client's index.
    pub variables: BTreeMap<u64, Variables>,
}

/// How closely the times in two states must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    Exact,
    /// Times may differ by up to a second, because rebuilding a step takes a little more or less time.
    OfRebuilding,
    /// Like `OfRebuilding`, but the two steps began at different times. Expiry times are compared relative to the
    /// current times of the sessions.
    AnotherTime,
}

/// Returns the state of a session at a prompt.
pub fn state(world: &World<'_>, prompt: &Prompt) -> State {
    let session = &world.session;
    let mut engine = session.engine().clone();
    let now_us = engine.keyspace.now_us();
    engine.server.config.set_unchecked("enable-debug-command", b"yes");
    engine.server.config.set_unchecked("maxmemory", b"0");
    let client = engine.connect();
    engine.server.clients.get_mut(client).authenticated = true;
    let mut keys = Vec::new();
    for database in 0..engine.keyspace.databases().len() {
        let listed: Vec<(Vec<u8>, Option<i64>)> = engine.keyspace.databases()[database]
            .iter()
            .map(|(key, entry)| (key.to_vec(), entry.expires_ms()))
            .filter(|(_, expires_ms)| expires_ms.is_none_or(|at| at * 1000 > now_us))
            .collect();
        if listed.is_empty() {
            continue;
        }
        engine.execute(client, &[b"SELECT", database.to_string().as_bytes()], now_us);
        engine.server.clients.get_mut(client).reply.take();
        for (key, expires_ms) in listed {
            engine.execute(client, &[b"DEBUG", b"DIGEST-VALUE", &key], now_us);
            let digest = engine.server.clients.get_mut(client).reply.take();
            let digest = String::from_utf8_lossy(&digest).trim_end().rsplit('\n').next().unwrap_or_default().to_owned();
            keys.push((database, key.escape_ascii().to_string(), digest, expires_ms));
        }
    }
    keys.sort();
    State {
        keys,
        now_us: session.now_us(),
        waits: session.waits(),
        prompt: prompt.clone(),
        client: session.status().client,
        place: session.place().map(|(lesson, step)| (lesson.id.get_ref().clone(), step, session.is_step_done())),
        variables: world.variables(),
    }
}

impl State {
    /// Removes the values of keys and variables, so that only their names are compared.
    pub fn forget_values(&mut self) {
        self.keys.iter_mut().for_each(|(_, _, digest, _)| digest.clear());
        self.variables.values_mut().flat_map(BTreeMap::values_mut).for_each(String::clear);
    }

    /// Describes how this state differs from another one. Returns `None` if the states agree.
    pub fn difference(&self, other: &State, tolerance: Tolerance) -> Option<String> {
        let tolerance_us = if tolerance == Tolerance::Exact { 0 } else { 1_000_000 };
        let is_near = |a: i64, b: i64| a.abs_diff(b) <= tolerance_us;
        let later_us = if tolerance == Tolerance::AnotherTime { self.now_us - other.now_us } else { 0 };
        let same_keys = self.keys.len() == other.keys.len()
            && self.keys.iter().zip(&other.keys).all(|(a, b)| {
                let same_expiry = match (a.3, b.3) {
                    (Some(a), Some(b)) => is_near(a * 1000 - later_us, b * 1000),
                    (a, b) => a == b,
                };
                (a.0, &a.1, &a.2) == (b.0, &b.1, &b.2) && same_expiry
            });
        let mut found = Vec::new();
        let mut note = |what: &str, a: String, b: String| found.push(format!("  {what}: {a}\n  not {b}"));
        if !same_keys {
            note("keys", format!("{:?}", self.keys), format!("{:?}", other.keys));
        }
        if !is_near(self.now_us - later_us, other.now_us) {
            note("time", self.now_us.to_string(), other.now_us.to_string());
        }
        for (what, a, b) in [
            ("waits", format!("{:?}", self.waits), format!("{:?}", other.waits)),
            ("client", format!("{:?}", self.client), format!("{:?}", other.client)),
            ("place", format!("{:?}", self.place), format!("{:?}", other.place)),
            ("variables", format!("{:?}", self.variables), format!("{:?}", other.variables)),
        ] {
            if a != b {
                note(what, a, b);
            }
        }
        if tolerance == Tolerance::Exact && self.prompt != other.prompt {
            note("prompt", self.prompt.text(), other.prompt.text());
        }
        (!found.is_empty()).then(|| found.join("\n"))
    }
}
