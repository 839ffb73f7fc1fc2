//! Where the learner stands at a prompt: the lesson, the client, its transaction, the clock.

use super::{MAIN, Session};

/// What may be told before a prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// The lesson's title, the step from 1, and how many there are.
    pub place: Option<(String, usize, usize)>,
    /// The client at the prompt, where there are several.
    pub client: Option<String>,
    /// How many commands its redis-cli lines have queued since MULTI.
    pub queued: Option<usize>,
    /// The database of its redis-cli lines.
    pub database: usize,
    /// How far the clock was moved by `:wait` and the like, in seconds.
    pub moved_s: i64,
    /// The clock, in seconds since 1970.
    pub now_s: i64,
}

impl Status {
    /// Whether two say the same of what no heading tells: the client, its transaction and database, the clock's moves.
    pub fn is_like(&self, other: &Status) -> bool {
        (&self.client, self.queued, self.database, self.moved_s)
            == (&other.client, other.queued, other.database, other.moved_s)
    }
}

impl Session {
    /// How far the clock was moved beside the time that really passed, in microseconds.
    pub fn moved_us(&self) -> i64 {
        self.clock.moved_us()
    }

    /// Where the learner stands.
    pub fn status(&self) -> Status {
        let client = &self.clients[self.foreground];
        // Another client may have ended its connection.
        let clients = &self.engine.server.clients;
        let state = client.cli.filter(|id| clients.ids().contains(id)).map(|id| clients.get(id));
        Status {
            place: self.place().map(|(lesson, step)| (lesson.title.clone(), step, lesson.steps.len())),
            client: (self.clients.len() > MAIN + 1).then(|| client.name.clone()),
            queued: state.and_then(|state| state.transaction.as_ref()).map(|transaction| transaction.queue.len()),
            database: state.map_or(0, |state| state.database),
            moved_s: self.clock.moved_us() / 1_000_000,
            now_s: self.clock.now_us() / 1_000_000,
        }
    }
}
