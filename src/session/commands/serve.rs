//! `:serve`: lets TCP clients (programs in other windows) connect to the learner's own Redis.
//!
//! The session opens no port and reads no socket. It requests a port, and lends its engine to the driver, which
//! transfers the bytes. The commands of TCP clients run between those of the session's own clients, and the session's
//! clock applies to them too. Blocked clients of both kinds wait in the same queue.

use super::super::Session;
use super::super::event::{Effect, Show};
use super::super::runtime::PORT;
use crate::markup::{Role, code, parse, visible};
use crate::messages::commands as messages;

impl Session {
    /// Runs `:serve PORT`, `:serve` or `:serve off`.
    pub(super) fn serve(&mut self, argument: &str) {
        match (argument, self.tutor.runtime.port) {
            ("", None) => self.tutor.say(Role::Plain, &messages::no_port_open()),
            ("", Some(port)) => self.list_real_clients(port),
            ("off", None) => self.tutor.say(Role::Plain, &messages::no_port_to_close()),
            ("off", Some(port)) => {
                let count = self.tutor.runtime.real_clients().len();
                self.tutor.runtime.port = None;
                self.tutor.runtime.effects.push(Effect::ClosePort);
                let text = match count {
                    0 => messages::port_closed(port),
                    1 => messages::port_closed_on_one(port),
                    _ => messages::port_closed_on_several(port, count),
                };
                self.tutor.say(Role::Plain, &text);
            }
            (_, Some(port)) => {
                self.tutor.say(Role::Error, &messages::port_already_open(port));
            }
            (port, None) => match port.parse() {
                Ok(port @ 1..) => self.tutor.runtime.effects.push(Effect::OpenPort(port)),
                _ => self.tutor.say(Role::Error, &messages::not_a_port(code(port))),
            },
        }
    }

    /// Shows a message that the port is open, or the reason why it is not.
    pub(in super::super) fn report_port(&mut self, opened: Result<u16, String>) {
        match opened {
            Ok(port) => {
                self.tutor.runtime.port = Some(port);
                let usual = port == PORT;
                let (cli, python) = if usual {
                    ("redis-cli".to_owned(), "redis.Redis()".to_owned())
                } else {
                    (format!("redis-cli -p {port}"), format!("redis.Redis(port={port})"))
                };
                self.tutor.say(Role::Plain, &messages::port_opened(port, code(&cli), code(&python)));
            }
            Err(reason) => self.tutor.say(Role::Error, &reason),
        }
    }

    fn list_real_clients(&mut self, port: u16) {
        let clients = self.tutor.runtime.real_clients();
        if clients.is_empty() {
            return self.tutor.say(Role::Plain, &messages::no_real_clients(port));
        }
        let mut table = format!("{}\n|--|--|--|\n", messages::real_clients_header());
        for id in clients {
            let client = self.tutor.runtime.engine.server.clients.get(id);
            let waits = self.tutor.runtime.engine.server.blocking.get(id).map(|wait| {
                let keys: Vec<_> = wait.keys.iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect();
                messages::real_client_waits(keys.join(", "))
            });
            let named = [&client.name, &client.library].into_iter().find(|name| !name.is_empty());
            let name = named.map(|name| String::from_utf8_lossy(name).into_owned());
            let name = name.unwrap_or_else(|| messages::real_client_unnamed(id.0));
            let does = match (waits, client.last_command) {
                (Some(waits), _) => waits,
                (None, _) if client.is_monitor => messages::real_client_monitors(),
                (None, _) if self.tutor.runtime.engine.server.subscriptions.is_subscribed(id) => {
                    messages::real_client_is_subscribed()
                }
                (None, Some(command)) => messages::real_client_sent(command),
                (None, None) => messages::real_client_is_new(),
            };
            // A line break or a vertical bar in a client's name or key must not start a new row or cell.
            let row = [&name, &client.address, &does].map(|cell| visible(cell).replace('|', "¦"));
            table.push_str(&format!("| {} | {} | {} |\n", row[0], row[1], row[2]));
        }
        self.tutor.say(Role::Plain, &messages::port_is_open(port));
        self.tutor.runtime.show(Show::Text(parse(&table)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lesson::format;
    use crate::lesson::progress::Progress;
    use crate::markup::Line;
    use crate::session::Options;
    use crate::session::dialect::Dialect;
    use crate::session::event::{Event, Need};
    use redis_engine::client::ClientId;

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

    /// Enters `text` at the prompt, and returns what the session shows, as plain text.
    fn enter(session: &mut Session, text: &str) -> String {
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

    /// Connects a TCP client, and returns its id.
    fn connect(session: &mut Session) -> ClientId {
        session.with_engine(0, |engine, _| engine.connect()).expect("nothing is tried")
    }

    /// Sends a TCP client's command, `seconds` after the start of the session, and returns the reply.
    fn send(session: &mut Session, client: ClientId, seconds: i64, line: &str) -> String {
        let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        session.with_engine(seconds * SECOND_US, |engine, now_us| engine.execute(client, &argv, now_us));
        take_reply(session, client)
    }

    fn take_reply(session: &mut Session, client: ClientId) -> String {
        let bytes = session.engine_mut().server.clients.get_mut(client).reply.take();
        String::from_utf8_lossy(&bytes).replace("\r\n", " ").trim_end().to_owned()
    }

    #[test]
    fn serve_opens_and_closes_a_port() {
        let mut session = session();
        session.handle(Event::Entered(":serve off".into()));
        assert!(session.take_effects().iter().any(|effect| matches!(effect, Effect::ClosePort)));
        for (line, says) in [
            (":serve", "No port is open"),
            (":serve off", "No port is open"),
            (":serve 0", "0 is not a port"),
            (":serve 65536", "65536 is not a port"),
            (":serve redis", "redis is not a port"),
        ] {
            let said = enter(&mut session, line);
            assert!(said.contains(says), "{line}: {said}");
        }
        session.handle(Event::Entered(":serve 7001".into()));
        assert!(matches!(session.take_effects()[..], [Effect::OpenPort(7001)]));
        session.handle(Event::PortOpened(Err("Port 7001 is in use.".into())));
        assert_eq!(shown(&mut session).trim(), "Port 7001 is in use.");
        assert!(enter(&mut session, ":serve").contains("No port is open"), "it was refused");
        session.handle(Event::PortOpened(Ok(7002)));
        assert!(shown(&mut session).contains("redis-cli -p 7002"));
        assert!(enter(&mut session, ":serve 7003").contains("7002 is open already"));
        assert!(enter(&mut session, ":serve").contains("nobody is connected"));
        let client = connect(&mut session);
        send(&mut session, client, 0, "BLPOP tasks 0");
        let said = enter(&mut session, ":serve");
        assert!(said.contains("waits for tasks"), "{said}");
    }

    #[test]
    fn the_client_that_waits_first_is_served_first() {
        for learner_first in [true, false] {
            let mut session = session();
            let outside = connect(&mut session);
            if learner_first {
                enter(&mut session, "BLPOP tasks 0");
                send(&mut session, outside, 0, "BLPOP tasks 0");
            } else {
                send(&mut session, outside, 0, "BLPOP tasks 0");
                enter(&mut session, "BLPOP tasks 0");
            }
            enter(&mut session, "");
            let said = enter(&mut session, "RPUSH tasks a");
            let heard = take_reply(&mut session, outside);
            assert_eq!(said.contains("main:\n1) \"tasks\"\n2) \"a\""), learner_first, "{said}");
            assert_eq!(heard == "*2 $5 tasks $1 a", !learner_first, "{heard}");
        }
    }

    #[test]
    fn a_real_client_wakes_a_waiting_one_at_once() {
        let mut session = session();
        let outside = connect(&mut session);
        enter(&mut session, "BLPOP tasks 0");
        enter(&mut session, "");
        assert!(matches!(session.need(), Need::Line(_)));
        assert_eq!(send(&mut session, outside, 1, "RPUSH tasks mail"), ":1");
        assert_eq!(shown(&mut session), "main:\n1) \"tasks\"\n2) \"mail\"\n");
    }

    #[test]
    fn a_real_client_can_close_the_learners_redis_cli_connection() {
        let mut session = session();
        let outside = connect(&mut session);
        enter(&mut session, "SELECT 3");
        for line in ["BLPOP tasks 0", "GET seen"] {
            if line.starts_with("BLPOP") {
                session.handle(Event::Entered(line.into()));
                assert_eq!(send(&mut session, outside, 0, "CLIENT KILL TYPE normal SKIPME yes"), ":1");
            } else {
                assert_eq!(send(&mut session, outside, 0, "CLIENT KILL TYPE normal SKIPME yes"), ":1");
                session.handle(Event::Entered(line.into()));
            }
            assert_eq!(shown(&mut session), "Error: Server closed the connection\n", "{line}");
            assert!(matches!(session.need(), Need::Line(prompt) if prompt.text() == "not connected> "), "{line}");
            enter(&mut session, "PING");
            assert!(matches!(session.need(), Need::Line(prompt) if prompt.text() == "127.0.0.1:6379[3]> "), "{line}");
        }
    }

    #[test]
    fn real_clients_see_the_sessions_clock() {
        let mut session = session();
        let outside = connect(&mut session);
        assert_eq!(send(&mut session, outside, 5, "TIME"), "*2 $4 1005 $1 0");
        assert_eq!(send(&mut session, outside, 5, "BLPOP tasks 30"), "");
        enter(&mut session, ":wait 1m");
        assert_eq!(take_reply(&mut session, outside), "*-1");
        assert_eq!(send(&mut session, outside, 6, "TIME"), "*2 $4 1066 $1 0");
    }

    #[test]
    fn a_disconnected_client_does_not_return_with_undo() {
        let mut session = session();
        let outside = connect(&mut session);
        send(&mut session, outside, 0, "BLPOP tasks 0");
        enter(&mut session, "SET seen 1");
        assert!(enter(&mut session, ":undo").contains("Real clients are connected"));
        session.with_engine(0, |engine, _| engine.disconnect(outside));
        assert!(enter(&mut session, ":undo").contains("Undone"));
        enter(&mut session, "RPUSH tasks a");
        assert_eq!(enter(&mut session, "LLEN tasks"), "(integer) 1\n");
    }

    #[test]
    fn probes_of_the_tutor_are_not_monitored() {
        let mut session = session();
        open(
            &mut session,
            "task = \"x\"\nanswer = \"SET seen 1\"\nhints = [\"x\"]\n[step.expect]\nstate = [{ run = \"GET seen\", reply = '\"1\"' }]\n",
        );
        let monitors = connect(&mut session);
        assert_eq!(send(&mut session, monitors, 0, "MONITOR"), "+OK");
        assert!(enter(&mut session, "SET seen 1").contains("Enter continues"));
        let heard = take_reply(&mut session, monitors);
        assert!(heard.contains("SET") && !heard.contains("GET"), "{heard}");
    }

    /// Opens a lesson with a single step that does not need Python. `step` contains the step's remaining TOML keys.
    fn open(session: &mut Session, step: &str) {
        let text = format!(
            "format = 1\nid = \"queue\"\ntitle = \"Queue\"\nabout = \"x\"\nminutes = 1\nremember = \"x\"\n[[step]]\nid = \"a\"\nsay = \"x\"\n{step}"
        );
        let lesson = format::parse(&text).expect("the lesson is sound");
        session.open(Arc::new(lesson), 0);
        // These tests have no driver that could rehearse the lesson, so the rehearsal is empty.
        session.rehearsed(Arc::default());
        session.take_effects();
    }

    #[test]
    fn real_clients_stay_connected_when_a_step_starts_again() {
        let mut session = session();
        let [waits, other] = [(); 2].map(|()| connect(&mut session));
        enter(&mut session, "SET seen 1");
        send(&mut session, waits, 0, "BLPOP tasks 0");
        open(&mut session, "task = \"x\"\nanswer = \"PING\"\nhints = [\"x\"]\nexpect = { reply = \"PONG\" }\n");
        assert_eq!(send(&mut session, other, 1, "GET seen"), "$-1");
        enter(&mut session, "RPUSH tasks a");
        assert_eq!(take_reply(&mut session, waits), "*2 $5 tasks $1 a");
    }

    #[test]
    fn a_step_that_a_real_client_does_is_done() {
        let mut session = session();
        open(
            &mut session,
            "task = \"x\"\nanswer = \"INCR seen\"\nhints = [\"x\"]\n[step.expect]\nuses = [\"INCR\"]\nstate = [{ run = \"GET seen\", reply = '\"1\"' }]\n",
        );
        let outside = connect(&mut session);
        for (line, is_done) in [("SET other 1", false), ("SET seen 1", false), ("DEL seen", false), ("INCR seen", true)]
        {
            send(&mut session, outside, 0, line);
            let shown = shown(&mut session);
            assert_eq!(
                shown.contains("A real client did") && shown.contains("Enter continues"),
                is_done,
                "{line}: {shown}"
            );
            assert_eq!(!shown.is_empty(), is_done, "{line}: {shown}");
        }
    }

    #[test]
    fn trials_of_the_tutor_reach_no_real_client() {
        let mut session = session();
        let waits = connect(&mut session);
        send(&mut session, waits, 0, "BLPOP tasks 0");
        open(&mut session, "predict = \"RPUSH tasks a\"\n");
        assert_eq!(take_reply(&mut session, waits), "");
        enter(&mut session, "(integer) 1");
        assert_eq!(take_reply(&mut session, waits), "*2 $5 tasks $1 a");
    }
}
