//! Lines of redis-cli at the prompt.

use super::Session;
use super::client::{Work, WorkKind};
use super::event::Show;
use crate::engine::client::ClientId;
use crate::lesson::evidence::{Failure, Shown, Submission};
use crate::redis_cli;
use crate::resp::{quoting, value};

impl Session {
    /// The connection of a client's redis-cli lines.
    pub(super) fn cli_connection(&mut self, who: usize) -> ClientId {
        match self.clients[who].cli {
            Some(client) if self.engine.hub.clients.find(client).is_some() => client,
            _ => {
                let client = self.engine.connect();
                self.clients[who].cli = Some(client);
                client
            }
        }
    }

    /// Runs a line of redis-cli for a client.
    pub(super) fn begin_cli(&mut self, who: usize, line: &str) {
        let submission =
            Submission { client: self.clients[who].name.clone(), source: line.to_owned(), ..Submission::default() };
        self.begin_work(who, submission, WorkKind::Cli);
        let Ok(words) = quoting::split(line.as_bytes()) else {
            self.show_from(who, Show::Reply("Invalid argument(s)\n".into()));
            let failure = Failure { message: "Invalid argument(s)".into(), ..Failure::default() };
            self.fail(who, failure);
            return self.work_done(who);
        };
        if words.is_empty() {
            return self.work_done(who);
        }
        let client = self.cli_connection(who);
        let argv: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let sent: usize = argv.iter().map(|word| word.len() + word.len().to_string().len() + 5).sum();
        if let Some(work) = &mut self.clients[who].work {
            work.submission.traffic.sent += sent + argv.len().to_string().len() + 3;
            work.submission.traffic.commands += 1;
            work.submission.traffic.round_trips += 1;
            work.submission.commands.push(words.clone());
        }
        self.engine.execute(client, &argv, self.clock.now_us());
        self.answered_by_cli(who);
    }

    /// Shows what a line of redis-cli was answered, if the answer is there.
    pub(super) fn answered_by_cli(&mut self, who: usize) {
        let Some(client) = self.clients[who].cli else { return };
        if self.clients[who].work.as_ref().is_none_or(|work: &Work| work.kind != WorkKind::Cli) {
            return;
        }
        let state = self.engine.hub.clients.get_mut(client);
        if state.reply.is_empty() {
            return;
        }
        let bytes = state.reply.take();
        let closing = state.closing;
        if let Some(work) = &mut self.clients[who].work {
            work.submission.traffic.received += bytes.len();
        }
        let mut rest = bytes.as_slice();
        while let Ok(Some((reply, used))) = value::parse(rest) {
            rest = &rest[used..];
            let text = redis_cli::format::reply(&reply);
            if let Some(work) = &mut self.clients[who].work {
                work.submission.output.push_str(&text);
            }
            if let value::Value::Error(message) = &reply {
                let message = String::from_utf8_lossy(message).into_owned();
                self.fail(who, Failure { message, ..Failure::default() });
            } else if let Some(work) = &mut self.clients[who].work {
                work.submission.value = Some(Shown::Cli(reply));
            }
            self.show_from(who, Show::Reply(text));
        }
        if closing {
            self.engine.disconnect(client);
            self.clients[who].cli = None;
        }
        self.work_done(who);
    }

    fn fail(&mut self, who: usize, failure: Failure) {
        if let Some(work) = &mut self.clients[who].work {
            work.submission.error = Some(failure);
        }
    }

    /// redis-cli's prompt for a client.
    pub(super) fn cli_prompt(&self, who: usize) -> String {
        let state = self.clients[who].cli.map(|client| self.engine.hub.clients.get(client));
        let database = state.map_or(0, |state| state.database);
        let transaction = state.is_some_and(|state| state.transaction.is_some());
        redis_cli::prompt(database, transaction)
    }
}
