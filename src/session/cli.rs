//! Lines of redis-cli at the prompt.

use super::client::{Work, WorkKind};
use super::event::Show;
use super::{Session, TUTOR};
use crate::lesson::evidence::{DisplayedValue, Failure, Submission};
use crate::redis_cli;
use redis_engine::client::ClientId;
use redis_engine::resp::{quoting, request, value};

/// A line is sent no more often than this, since nothing could end it meanwhile.
const MOST_TIMES: u32 = 100_000;

/// What a line says, and how many times it is to be sent: `3 INCR visits`.
fn words(line: &str) -> Result<(Vec<Vec<u8>>, u32), &'static str> {
    let mut argv = quoting::split(line.as_bytes()).map_err(|_| "Invalid argument(s)")?;
    let number = argv.first().filter(|_| argv.len() > 1).and_then(|word| std::str::from_utf8(word).ok());
    // As C's `strtol`: a sign may stand before the digits.
    let Some(number) = number.filter(|word| {
        let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    }) else {
        return Ok((argv, 1));
    };
    match number.parse::<i64>() {
        Ok(1..) => {
            let times = number.parse().ok().filter(|&times| times <= MOST_TIMES);
            argv.remove(0);
            times.map(|times| (argv, times)).ok_or("redis-tutor sends a line 100000 times at most.")
        }
        _ => Err("Invalid redis-cli repeat command option value."),
    }
}

/// What ends redis-cli itself, and never reaches a server.
fn is_leave_taking(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"quit") || word.eq_ignore_ascii_case(b"exit")
}

impl Session {
    /// The connection of a client's redis-cli lines.
    pub(super) fn cli_connection(&mut self, who: usize) -> ClientId {
        match self.clients[who].cli {
            Some(client) if self.engine.server.clients.find(client).is_some() => client,
            _ => {
                let client = self.connect();
                // redis-cli goes back to the database that it was in.
                let database = self.clients[who].cut_off.take().unwrap_or_default();
                let state = self.engine.server.clients.get_mut(client);
                (state.database, state.is_hidden_from_monitors) = (database, who == TUTOR);
                self.clients[who].cli = Some(client);
                client
            }
        }
    }

    /// Runs a line of redis-cli for a client.
    pub(super) fn begin_cli(&mut self, who: usize, line: &str) {
        let submission =
            Submission { client: self.clients[who].name.clone(), source: line.to_owned(), ..Submission::default() };
        let (argv, times) = match words(line) {
            Ok(found) => found,
            Err(refusal) => {
                self.begin_work(who, submission, WorkKind::Cli { argv: Vec::new(), more: 0 });
                self.show_from(who, Show::Reply(format!("{refusal}\n")));
                self.fail(who, Failure { message: refusal.into(), ..Failure::default() });
                return self.work_done(who);
            }
        };
        let leaves = matches!(argv.as_slice(), [word, ..] if is_leave_taking(word));
        self.begin_work(who, submission, WorkKind::Cli { argv, more: times - 1 });
        if leaves {
            self.work_done(who);
            return self.leave(0);
        }
        self.send_cli(who);
        self.answered_by_cli(who);
    }

    /// Sends a client's line, or ends its work where the line is empty.
    fn send_cli(&mut self, who: usize) {
        let client = self.cli_connection(who);
        let Some(Work { kind: WorkKind::Cli { argv, .. }, submission, .. }) = &mut self.clients[who].work else {
            return;
        };
        if argv.is_empty() {
            return self.work_done(who);
        }
        if self.engine.server.clients.get(client).closing {
            return;
        }
        let argv = argv.clone();
        let bytes = request::encode(&argv);
        submission.traffic.sent += bytes.len();
        submission.traffic.commands += 1;
        submission.traffic.round_trips += 1;
        submission.commands.push(argv.clone());
        let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        self.execute(Some(who), client, &argv, &bytes);
    }

    /// Shows what a line of redis-cli was answered, if the answer is there, and sends it again if it says so.
    pub(super) fn answered_by_cli(&mut self, who: usize) {
        while self.one_answer_by_cli(who) {
            match self.clients[who].work.as_mut().map(|work| &mut work.kind) {
                Some(WorkKind::Cli { more, .. }) if *more > 0 => *more -= 1,
                _ => return self.work_done(who),
            }
            self.send_cli(who);
        }
    }

    fn one_answer_by_cli(&mut self, who: usize) -> bool {
        let Some(client) = self.clients[who].cli else { return false };
        if !self.clients[who].work.as_ref().is_some_and(|work: &Work| matches!(work.kind, WorkKind::Cli { .. })) {
            return false;
        }
        let state = self.engine.server.clients.get_mut(client);
        if state.reply.is_empty() {
            if state.closing {
                self.cut_off(who, client);
                return true;
            }
            return false;
        }
        let bytes = state.reply.take();
        let closing = state.closing;
        self.record_fetched(who, client, &bytes);
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
                work.submission.value = Some(DisplayedValue::Cli(reply));
            }
            self.show_output(who, &text, Show::Reply);
        }
        if closing {
            self.engine.disconnect(client);
            self.clients[who].cli = None;
        }
        true
    }

    /// The server has closed the connection of a client's lines.
    fn cut_off(&mut self, who: usize, client: ClientId) {
        const SAID: &str = "Error: Server closed the connection";
        self.clients[who].cut_off = Some(self.engine.server.clients.get(client).database);
        self.engine.disconnect(client);
        self.clients[who].cli = None;
        if let Some(Work { kind: WorkKind::Cli { more, .. }, .. }) = &mut self.clients[who].work {
            *more = 0;
        }
        self.fail(who, Failure { message: SAID.into(), ..Failure::default() });
        self.show_output(who, &format!("{SAID}\n"), Show::Reply);
    }

    fn fail(&mut self, who: usize, failure: Failure) {
        if let Some(work) = &mut self.clients[who].work {
            work.submission.error = Some(failure);
            work.submission.failed = true;
        }
    }

    /// redis-cli's prompt for a client.
    pub(super) fn cli_prompt(&self, who: usize) -> String {
        if self.clients[who].cut_off.is_some() {
            return redis_cli::NOT_CONNECTED.into();
        }
        let state = self.clients[who].cli.map(|client| self.engine.server.clients.get(client));
        let database = state.map_or(0, |state| state.database);
        let transaction = state.is_some_and(|state| state.transaction.is_some());
        redis_cli::prompt(database, transaction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_before_a_command_repeats_it_as_in_redis_cli() {
        let told = |line| words(line).map(|(argv, times)| (argv.len(), times));
        assert_eq!(told("3 INCR x"), Ok((2, 3)));
        assert_eq!(told("+2 PING"), Ok((1, 2)));
        assert_eq!(told("2"), Ok((1, 1)), "a number alone is a command");
        assert_eq!(told("2x PING"), Ok((2, 1)));
        assert_eq!(told(""), Ok((0, 1)));
        for line in ["0 PING", "-1 PING", "99999999999999999999 PING"] {
            assert_eq!(told(line), Err("Invalid redis-cli repeat command option value."), "{line}");
        }
        assert!(told("100001 PING").is_err());
        assert_eq!(told("GET 'a"), Err("Invalid argument(s)"));
    }
}
