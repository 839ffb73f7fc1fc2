//! redis-cli lines that are entered at the prompt.

use super::super::event::Show;
use super::Runtime;
use super::client::{ClientIndex, Work, WorkKind};
use super::output_limit::{most_formatted, most_output};
use crate::lesson::evidence::{DisplayedValue, Failure, Submission};
use crate::messages::runtime as messages;
use crate::redis_cli::{self, format::FormattedReply};
use redis_engine::client::ClientId;
use redis_engine::resp::{quoting, request, value};

/// Maximum number of times that a line is sent. Ctrl-C cannot stop the repetitions.
const MOST_TIMES: u32 = 100_000;

/// redis-cli's error for a line with an unclosed quote.
const INVALID_ARGUMENTS: &str = "Invalid argument(s)";

/// redis-cli's error for a repeat count (the number before a command) that is out of range.
const INVALID_REPEAT: &str = "Invalid redis-cli repeat command option value.";

/// Splits a line such as `3 INCR visits` into the command with its arguments, and the number of times to send it. If
/// the line is invalid, returns redis-cli's error message.
fn parse_line(line: &str) -> Result<(Vec<Vec<u8>>, u32), String> {
    let mut argv = quoting::split(line.as_bytes()).map_err(|_| INVALID_ARGUMENTS)?;
    let number = argv.first().filter(|_| argv.len() > 1).and_then(|word| std::str::from_utf8(word).ok());
    // Like C's `strtol`, which redis-cli uses, accepts a sign before the digits, and parses an empty word as 0.
    let Some(number) = number.filter(|word| {
        let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
        word.is_empty() || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    }) else {
        return Ok((argv, 1));
    };
    match number.parse::<i64>() {
        Ok(1..) => {
            let times = number.parse().ok().filter(|&times| times <= MOST_TIMES);
            argv.remove(0);
            times.map(|times| (argv, times)).ok_or_else(|| messages::too_many_repeats(MOST_TIMES))
        }
        _ => Err(INVALID_REPEAT.into()),
    }
}

/// Returns whether a word makes redis-cli exit instead of being sent as a command.
fn is_quit(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"quit") || word.eq_ignore_ascii_case(b"exit")
}

impl Runtime {
    /// Returns the connection for a client's redis-cli lines. Opens the connection if necessary.
    pub fn cli_connection(&mut self, client: ClientIndex) -> ClientId {
        match self.clients[client].cli {
            Some(connection) if self.engine.server.clients.find(connection).is_some() => connection,
            _ => {
                let connection = self.connect_for(client);
                // Like redis-cli, reconnects to the database that was selected when the server closed the connection.
                let database = self.clients[client].closed_database.take().unwrap_or_default();
                self.engine.server.clients.get_mut(connection).database = database;
                self.clients[client].cli = Some(connection);
                connection
            }
        }
    }

    /// Runs a redis-cli line for a client.
    pub fn begin_cli(&mut self, client: ClientIndex, line: &str) {
        let submission =
            Submission { client: self.clients[client].name.clone(), source: line.to_owned(), ..Submission::default() };
        let (argv, times) = match parse_line(line) {
            Ok(parsed) => parsed,
            Err(refusal) => {
                self.begin_work(client, submission, WorkKind::Cli { argv: Vec::new(), repeats: 0 });
                self.show_from(client, Show::Reply(format!("{refusal}\n")));
                self.fail(client, Failure { message: refusal, ..Failure::default() });
                return self.finish_work(client);
            }
        };
        let quits = matches!(argv.as_slice(), [word, ..] if is_quit(word));
        self.begin_work(client, submission, WorkKind::Cli { argv, repeats: times - 1 });
        if quits {
            self.finish_work(client);
            return self.leave(0);
        }
        self.send_cli(client);
        self.take_cli_replies(client);
    }

    /// Sends the command of a client's redis-cli line. If the line is empty, ends the submission.
    fn send_cli(&mut self, client: ClientIndex) {
        let connection = self.cli_connection(client);
        let Some(Work { kind: WorkKind::Cli { argv, .. }, submission, .. }) = &mut self.clients[client].work else {
            return;
        };
        if argv.is_empty() {
            return self.finish_work(client);
        }
        if self.engine.server.clients.get(connection).closing {
            return;
        }
        let argv = argv.clone();
        let bytes = request::encode(&argv);
        submission.traffic.sent += bytes.len();
        submission.traffic.commands += 1;
        submission.traffic.round_trips += 1;
        submission.keep_command(argv.clone());
        let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        self.execute(Some(client), connection, &argv, &bytes);
    }

    /// Shows the replies that have arrived for a client's redis-cli line. Sends the line again if it must be repeated.
    pub(super) fn take_cli_replies(&mut self, client: ClientIndex) {
        while self.take_cli_reply(client) {
            match self.clients[client].work.as_mut().map(|work| &mut work.kind) {
                Some(WorkKind::Cli { repeats, .. }) if *repeats > 0 => *repeats -= 1,
                _ => return self.finish_work(client),
            }
            self.send_cli(client);
        }
    }

    /// Shows one reply to a client's redis-cli line. Returns false if no reply has arrived.
    fn take_cli_reply(&mut self, client: ClientIndex) -> bool {
        let Some(connection) = self.clients[client].cli else { return false };
        if !self.clients[client].work.as_ref().is_some_and(|work: &Work| matches!(work.kind, WorkKind::Cli { .. })) {
            return false;
        }
        let state = self.engine.server.clients.get_mut(connection);
        if state.reply.is_empty() {
            if state.closing {
                self.end_closed_cli(client, connection);
                return true;
            }
            return false;
        }
        let bytes = state.reply.take();
        let closing = state.closing;
        self.log_fetched(client, connection, &bytes);
        if let Some(work) = &mut self.clients[client].work {
            work.submission.traffic.received += bytes.len();
        }
        let most = most_output(self.shows_all);
        let is_raw = matches!(&self.clients[client].work, Some(Work { kind: WorkKind::Cli { argv, .. }, .. })
            if redis_cli::format::prints_raw(argv));
        let format = if is_raw { redis_cli::format::raw_reply } else { redis_cli::format::reply };
        let mut rest = bytes.as_slice();
        while let Ok(Some((reply, used))) = value::parse(rest) {
            rest = &rest[used..];
            let FormattedReply { text, left_out } = format(&reply, most_formatted(self.shows_all));
            if let Some(work) = &mut self.clients[client].work {
                work.submission.keep_output(&text, most);
                work.submission.dropped_output += left_out.bytes;
            }
            if let value::Value::Error(message) = &reply {
                let message = String::from_utf8_lossy(message).into_owned();
                self.fail(client, Failure { message, ..Failure::default() });
            } else if let Some(work) = &mut self.clients[client].work {
                work.submission.value = Some(DisplayedValue::Cli(reply));
            }
            // In a human-readable reply, such as that to INFO, each line ends with a carriage return. Unlike
            // `Show::Reply`, `Show::Output` does not make carriage returns visible.
            self.show_output(client, &text, if is_raw { Show::Output } else { Show::Reply });
            if let Some(work) = &mut self.clients[client].work {
                work.output_limit.leave_out(left_out);
            }
        }
        if closing {
            self.engine.disconnect(connection);
            self.clients[client].cli = None;
        }
        true
    }

    /// Ends a client's redis-cli line after the server has closed the connection.
    fn end_closed_cli(&mut self, client: ClientIndex, connection: ClientId) {
        const MESSAGE: &str = "Error: Server closed the connection";
        self.clients[client].closed_database = Some(self.engine.server.clients.get(connection).database);
        self.engine.disconnect(connection);
        self.clients[client].cli = None;
        if let Some(Work { kind: WorkKind::Cli { repeats, .. }, .. }) = &mut self.clients[client].work {
            *repeats = 0;
        }
        self.fail(client, Failure { message: MESSAGE.into(), ..Failure::default() });
        self.show_output(client, &format!("{MESSAGE}\n"), Show::Reply);
    }

    fn fail(&mut self, client: ClientIndex, failure: Failure) {
        if let Some(work) = &mut self.clients[client].work {
            work.submission.error = Some(failure);
            work.submission.failed = true;
        }
    }

    /// Returns redis-cli's prompt for a client.
    pub fn cli_prompt(&self, client: ClientIndex) -> String {
        if self.clients[client].closed_database.is_some() {
            return redis_cli::NOT_CONNECTED.into();
        }
        let state = self.clients[client].cli.map(|connection| self.engine.server.clients.get(connection));
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
        let parsed = |line| parse_line(line).map(|(argv, times)| (argv.len(), times));
        assert_eq!(parsed("3 INCR x"), Ok((2, 3)));
        assert_eq!(parsed("+2 PING"), Ok((1, 2)));
        assert_eq!(parsed("2"), Ok((1, 1)), "a number alone is a command");
        assert_eq!(parsed("2x PING"), Ok((2, 1)));
        assert_eq!(parsed(""), Ok((0, 1)));
        assert_eq!(parsed("\"\""), Ok((1, 1)), "an empty word alone is a command");
        for line in ["\"\" a", "0 PING", "-1 PING", "99999999999999999999 PING"] {
            assert_eq!(parsed(line), Err(INVALID_REPEAT.to_owned()), "{line}");
        }
        assert!(parsed("100001 PING").is_err());
        assert_eq!(parsed("GET 'a"), Err(INVALID_ARGUMENTS.to_owned()));
    }
}
