//! `:serve`: real clients, in other windows, at the learner's own Redis.
//!
//! The session opens no port and reads no socket. It asks for a port, and lends its engine to whoever carries the bytes:
//! what real clients send is run at the session's time, between the commands of its own clients, and first come is first
//! served among all of them.

use super::Session;
use super::event::{Effect, Show};
use super::wire_log::Cause;
use crate::lesson::judge::code;
use crate::markup::{Role, parse};
use redis_engine::Engine;
use redis_engine::client::ClientId;

impl Session {
    /// `:serve PORT`, `:serve`, `:serve off`.
    pub(super) fn serve(&mut self, what: &str) {
        match (what, self.serving) {
            ("", None) => self.say(
                Role::Plain,
                "No port is open. `:serve 6379` lets redis-cli and redis-py in other windows of this machine in.",
            ),
            ("", Some(port)) => self.list_real_clients(port),
            ("off", None) => self.say(Role::Plain, "No port is open. `:serve 6379` opens one."),
            ("off", Some(port)) => {
                let count = self.real_clients().len();
                self.serving = None;
                self.effects.push(Effect::ClosePort);
                let gone = match count {
                    0 => String::new(),
                    1 => " The client that was connected is cut off.".into(),
                    _ => format!(" The {count} clients that were connected are cut off."),
                };
                self.say(Role::Plain, &format!("Port {port} is closed.{gone} The data stays."));
            }
            (_, Some(port)) => {
                self.say(Role::Error, &format!("Port {port} is open already. `:serve off` closes it."));
            }
            (port, None) => match port.parse() {
                Ok(port @ 1..) => self.effects.push(Effect::OpenPort(port)),
                _ => self.say(
                    Role::Error,
                    &format!("{} is no port: type a number from 1 to 65535, such as `:serve 6379`.", code(port)),
                ),
            },
        }
    }

    /// The port is open, or is not for this reason.
    pub(super) fn port_opened(&mut self, opened: Result<u16, String>) {
        match opened {
            Ok(port) => {
                self.serving = Some(port);
                let usual = port == super::python::PORT;
                let (cli, python) = if usual {
                    ("redis-cli".to_owned(), "redis.Redis()".to_owned())
                } else {
                    (format!("redis-cli -p {port}"), format!("redis.Redis(port={port})"))
                };
                self.say(
                    Role::Plain,
                    &format!(
                        "This Redis is open to this machine, at 127.0.0.1:{port}. In another window, {} or a Python \
                         with redis-py ({}) sees this data and changes it. `:serve` tells who is there, `:serve off` \
                         closes the port.",
                        code(&cli),
                        code(&python)
                    ),
                );
            }
            Err(reason) => self.say(Role::Error, &reason),
        }
    }

    /// Lends the engine to real clients at this time, `elapsed_us` since the session began, and moves on with what
    /// comes of it. Nobody is let in while something is tried that will be put back.
    pub fn let_in<T>(&mut self, elapsed_us: i64, turn: impl FnOnce(&mut Engine, i64) -> T) -> Option<T> {
        if !self.lets_in() {
            return None;
        }
        self.clock.elapsed(elapsed_us);
        let turned = turn(&mut self.engine, self.clock.now_us());
        self.record_ends(&Cause::Client("a real client".into()), None);
        self.settle();
        Some(turned)
    }

    /// Lends the engine while nobody's commands run: to open and to close the port.
    pub fn lend(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Whether real clients may be let in now.
    pub fn lets_in(&self) -> bool {
        !self.script.rehearses()
    }

    /// The session's time, in microseconds since 1970.
    pub fn now_us(&self) -> i64 {
        self.clock.now_us()
    }

    /// Whether something is to be done that was not taken yet.
    pub fn has_effects(&self) -> bool {
        !self.effects.is_empty()
    }

    /// The connections of the session's own clients.
    pub(super) fn own_connections(&self) -> Vec<ClientId> {
        self.clients.iter().flat_map(|client| client.connections()).collect()
    }

    /// Those who came by the port, oldest first.
    pub(super) fn real_clients(&self) -> Vec<ClientId> {
        let own = self.own_connections();
        self.engine.server.clients.ids().into_iter().filter(|id| !own.contains(id)).collect()
    }

    fn list_real_clients(&mut self, port: u16) {
        let clients = self.real_clients();
        if clients.is_empty() {
            let text =
                format!("The port is open at 127.0.0.1:{port}, and nobody is connected. `:serve off` closes it.");
            return self.say(Role::Plain, &text);
        }
        let mut table = String::from("| client | from | does |\n|--|--|--|\n");
        for id in clients {
            let client = self.engine.server.clients.get(id);
            let waits = self.engine.server.blocking.get(id).map(|wait| {
                let keys: Vec<_> = wait.keys.iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect();
                format!("waits for {}", keys.join(", "))
            });
            let named = [&client.name, &client.library].into_iter().find(|name| !name.is_empty());
            let name = named.map_or(format!("number {}", id.0), |name| String::from_utf8_lossy(name).into_owned());
            let does = match (waits, client.last_command) {
                (Some(waits), _) => waits,
                (None, _) if client.is_monitor => "monitors".into(),
                (None, _) if self.engine.server.subscriptions.is_subscribed(id) => "listens".into(),
                (None, Some(command)) => format!("sent {command} last"),
                (None, None) => "has sent nothing yet".into(),
            };
            let row = [&name, &client.address, &does].map(|cell| cell.replace('|', "¦"));
            table.push_str(&format!("| {} | {} | {} |\n", row[0], row[1], row[2]));
        }
        self.say(Role::Plain, &format!("The port is open at 127.0.0.1:{port}. `:serve off` closes it."));
        self.show(Show::Text(parse(&table)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Options;
    use super::super::dialect::Dialect;
    use super::super::event::{Event, Need};
    use super::*;
    use crate::lesson::format;
    use crate::lesson::progress::Progress;
    use crate::markup::Line;

    const SECOND_US: i64 = 1_000_000;

    fn session() -> Session {
        let options = Options {
            seed: 1,
            start_us: 1_000 * SECOND_US,
            dialect: Dialect::Cli,
            library: Arc::default(),
            progress: Progress::default(),
        };
        let mut session = Session::new(options);
        session.handle(Event::PortOpened(Ok(7000)));
        session.take_effects();
        session
    }

    /// What the session shows after an input, as plain text.
    fn entered(session: &mut Session, text: &str) -> String {
        session.handle(Event::Entered(text.into()));
        if session.need() == Need::Rehearsal {
            session.handle(Event::Rehearsed(Arc::default()));
        }
        shown(session)
    }

    fn shown(session: &mut Session) -> String {
        let style = crate::markup::Style { width: 200, ascii: true, plain: true, quoted: false };
        let text_of = |lines: Vec<Line>| {
            lines.iter().map(|line| line.iter().map(|span| span.text.as_str()).collect::<String>() + "\n").collect()
        };
        let shows = session.take_effects().into_iter().filter_map(|effect| match effect {
            Effect::Show(Show::Reply(text)) => Some(text),
            Effect::Show(Show::Speaker(name)) => Some(format!("{name}:\n")),
            Effect::Show(Show::Text(text)) => Some(text_of(crate::markup::layout(&text, None, style))),
            _ => None,
        });
        shows.collect()
    }

    /// A real client comes.
    fn connect(session: &mut Session) -> ClientId {
        session.let_in(0, |engine, _| engine.connect()).expect("nothing is tried")
    }

    /// What a real client is answered, `seconds` after the start.
    fn sends(session: &mut Session, client: ClientId, seconds: i64, line: &str) -> String {
        let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        session.let_in(seconds * SECOND_US, |engine, now_us| engine.execute(client, &argv, now_us));
        hears(session, client)
    }

    fn hears(session: &mut Session, client: ClientId) -> String {
        let bytes = session.lend().server.clients.get_mut(client).reply.take();
        String::from_utf8_lossy(&bytes).replace("\r\n", " ").trim_end().to_owned()
    }

    #[test]
    fn what_is_asked_of_the_port_is_answered() {
        let mut session = session();
        session.handle(Event::Entered(":serve off".into()));
        assert!(session.take_effects().iter().any(|effect| matches!(effect, Effect::ClosePort)));
        for (line, says) in [
            (":serve", "No port is open"),
            (":serve off", "No port is open"),
            (":serve 0", "0 is no port"),
            (":serve 65536", "65536 is no port"),
            (":serve redis", "redis is no port"),
        ] {
            let said = entered(&mut session, line);
            assert!(said.contains(says), "{line}: {said}");
        }
        session.handle(Event::Entered(":serve 7001".into()));
        assert!(matches!(session.take_effects()[..], [Effect::OpenPort(7001)]));
        session.handle(Event::PortOpened(Err("Port 7001 is in use.".into())));
        assert_eq!(shown(&mut session).trim(), "Port 7001 is in use.");
        assert!(entered(&mut session, ":serve").contains("No port is open"), "it was refused");
        session.handle(Event::PortOpened(Ok(7002)));
        assert!(shown(&mut session).contains("redis-cli -p 7002"));
        assert!(entered(&mut session, ":serve 7003").contains("7002 is open already"));
        assert!(entered(&mut session, ":serve").contains("nobody is connected"));
        let client = connect(&mut session);
        sends(&mut session, client, 0, "BLPOP tasks 0");
        let said = entered(&mut session, ":serve");
        assert!(said.contains("waits for tasks"), "{said}");
    }

    #[test]
    fn who_waits_first_is_served_first_whoever_it_is() {
        for learner_first in [true, false] {
            let mut session = session();
            let outside = connect(&mut session);
            if learner_first {
                entered(&mut session, "BLPOP tasks 0");
                sends(&mut session, outside, 0, "BLPOP tasks 0");
            } else {
                sends(&mut session, outside, 0, "BLPOP tasks 0");
                entered(&mut session, "BLPOP tasks 0");
            }
            entered(&mut session, "");
            let said = entered(&mut session, "RPUSH tasks a");
            let heard = hears(&mut session, outside);
            assert_eq!(said.contains("main:\n1) \"tasks\"\n2) \"a\""), learner_first, "{said}");
            assert_eq!(heard == "*2 $5 tasks $1 a", !learner_first, "{heard}");
        }
    }

    #[test]
    fn a_real_client_wakes_a_waiting_one_at_once() {
        let mut session = session();
        let outside = connect(&mut session);
        entered(&mut session, "BLPOP tasks 0");
        entered(&mut session, "");
        assert!(matches!(session.need(), Need::Line(_)));
        assert_eq!(sends(&mut session, outside, 1, "RPUSH tasks mail"), ":1");
        assert_eq!(shown(&mut session), "main:\n1) \"tasks\"\n2) \"mail\"\n");
    }

    #[test]
    fn a_real_client_may_cut_the_learners_lines_off() {
        let mut session = session();
        let outside = connect(&mut session);
        entered(&mut session, "SELECT 3");
        for line in ["BLPOP tasks 0", "GET seen"] {
            if line.starts_with("BLPOP") {
                session.handle(Event::Entered(line.into()));
                assert_eq!(sends(&mut session, outside, 0, "CLIENT KILL TYPE normal SKIPME yes"), ":1");
            } else {
                assert_eq!(sends(&mut session, outside, 0, "CLIENT KILL TYPE normal SKIPME yes"), ":1");
                session.handle(Event::Entered(line.into()));
            }
            assert_eq!(shown(&mut session), "Error: Server closed the connection\n", "{line}");
            assert!(matches!(session.need(), Need::Line(prompt) if prompt.text() == "not connected> "), "{line}");
            entered(&mut session, "PING");
            assert!(matches!(session.need(), Need::Line(prompt) if prompt.text() == "127.0.0.1:6379[3]> "), "{line}");
        }
    }

    #[test]
    fn real_clients_live_by_the_sessions_clock() {
        let mut session = session();
        let outside = connect(&mut session);
        assert_eq!(sends(&mut session, outside, 5, "TIME"), "*2 $4 1005 $1 0");
        assert_eq!(sends(&mut session, outside, 5, "BLPOP tasks 30"), "");
        entered(&mut session, ":wait 1m");
        assert_eq!(hears(&mut session, outside), "*-1");
        assert_eq!(sends(&mut session, outside, 6, "TIME"), "*2 $4 1066 $1 0");
    }

    #[test]
    fn who_has_gone_does_not_come_back_when_something_is_taken_back() {
        let mut session = session();
        let outside = connect(&mut session);
        sends(&mut session, outside, 0, "BLPOP tasks 0");
        entered(&mut session, "SET seen 1");
        assert!(entered(&mut session, ":undo").contains("Real clients are connected"));
        session.let_in(0, |engine, _| engine.disconnect(outside));
        assert!(entered(&mut session, ":undo").contains("Taken back"));
        entered(&mut session, "RPUSH tasks a");
        assert_eq!(entered(&mut session, "LLEN tasks"), "(integer) 1\n");
    }

    #[test]
    fn what_the_tutor_looks_at_is_not_monitored() {
        let mut session = session();
        open(
            &mut session,
            "task = \"x\"\nanswer = \"SET seen 1\"\nhints = [\"x\"]\n[step.expect]\nstate = [{ run = \"GET seen\", reply = '\"1\"' }]\n",
        );
        let monitors = connect(&mut session);
        assert_eq!(sends(&mut session, monitors, 0, "MONITOR"), "+OK");
        assert!(entered(&mut session, "SET seen 1").contains("Enter goes on"));
        let heard = hears(&mut session, monitors);
        assert!(heard.contains("SET") && !heard.contains("GET"), "{heard}");
    }

    /// A lesson that needs no Python.
    fn open(session: &mut Session, step: &str) {
        let text = format!(
            "format = 1\nid = \"queue\"\ntitle = \"Queue\"\nabout = \"x\"\nminutes = 1\nremember = \"x\"\n[[step]]\nid = \"a\"\nsay = \"x\"\n{step}"
        );
        let lesson = format::parse(&text).expect("the lesson is sound");
        session.open(Arc::new(lesson), 0);
        // No driver goes through its answers here.
        session.rehearsed(Arc::default());
        session.take_effects();
    }

    #[test]
    fn real_clients_stay_when_a_step_starts_afresh() {
        let mut session = session();
        let [waits, other] = [(); 2].map(|()| connect(&mut session));
        entered(&mut session, "SET seen 1");
        sends(&mut session, waits, 0, "BLPOP tasks 0");
        open(&mut session, "task = \"x\"\nanswer = \"PING\"\nhints = [\"x\"]\nexpect = { reply = \"PONG\" }\n");
        assert_eq!(sends(&mut session, other, 1, "GET seen"), "$-1");
        entered(&mut session, "RPUSH tasks a");
        assert_eq!(hears(&mut session, waits), "*2 $5 tasks $1 a");
    }

    #[test]
    fn what_the_tutor_tries_reaches_no_real_client() {
        let mut session = session();
        let waits = connect(&mut session);
        sends(&mut session, waits, 0, "BLPOP tasks 0");
        open(&mut session, "predict = \"RPUSH tasks a\"\n");
        assert_eq!(hears(&mut session, waits), "");
        entered(&mut session, "(integer) 1");
        assert_eq!(hears(&mut session, waits), "*2 $5 tasks $1 a");
    }
}
