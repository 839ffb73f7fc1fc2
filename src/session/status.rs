//! The state that a prompt may show: the lesson, the client and its transaction, and the clock.

use super::Session;

/// The state that a prompt may show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// The lesson's title, the number of the step (counted from 1), and the number of steps. `None` if no lesson is
    /// open.
    pub place: Option<(String, usize, usize)>,
    /// The client at the prompt, if the learner has several clients.
    pub client: Option<String>,
    /// Number of commands that the client's redis-cli connection has queued since MULTI, or `None` outside a
    /// transaction.
    pub queued: Option<usize>,
    /// The database that the client's redis-cli lines use.
    pub database: usize,
    /// The number of seconds by which `:wait` and similar commands have moved the clock in the open lesson.
    pub moved_s: i64,
    /// The time of the session's clock, in seconds since 1970.
    pub now_s: i64,
}

impl Status {
    /// Returns whether two states have the same client, transaction and database, and whether the clock was moved by
    /// the same amount. The lesson and the time may differ.
    pub fn is_like(&self, other: &Status) -> bool {
        (&self.client, self.queued, self.database, self.moved_s)
            == (&other.client, other.queued, other.database, other.moved_s)
    }
}

impl Session {
    /// Returns the state that a prompt may show.
    pub fn status(&self) -> Status {
        let runtime = &self.tutor.runtime;
        let client = &runtime.clients[runtime.foreground];
        // Another client may have closed the connection, so it may no longer exist.
        let clients = &runtime.engine.server.clients;
        let state = client.cli.filter(|id| clients.ids().contains(id)).map(|id| clients.get(id));
        Status {
            place: self.place().map(|(lesson, step)| (lesson.title.clone(), step, lesson.steps.len())),
            client: runtime.clients.are_several().then(|| client.name.clone()),
            queued: state.and_then(|state| state.transaction.as_ref()).map(|transaction| transaction.queue.len()),
            database: state.map_or(0, |state| state.database),
            moved_s: (runtime.clock.moved_us() - self.lesson_clock.opened_us).max(0) / 1_000_000,
            now_s: runtime.clock.now_us() / 1_000_000,
        }
    }
}
