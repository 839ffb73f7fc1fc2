//! Clients that wait, and real ones that come in.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use super::terminal::{CTRL_C, PATIENCE, Terminal};

#[test]
fn a_blocked_client_is_woken_by_another() {
    let mut terminal = Terminal::start("blocked", (100, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.keys("BLPOP queue:tasks 0\r");
    terminal.until_text("main waits for queue:tasks · Enter goes on as a second client · Ctrl-C stops waiting");
    terminal.keys("\r");
    terminal.until_prompt("client-2 >>>");
    terminal.enter("r.rpush('queue:tasks', 'send mail')", "main:", "client-2 >>>");
    terminal.enter(":client main", "", "main >>>");
    terminal.keys("BLPOP queue:tasks 0\r");
    terminal.until_prompt("client-2 >>>");
}

#[test]
fn a_wait_is_left_by_ctrl_c_and_loses_no_key() {
    let mut terminal = Terminal::start("wait", (80, 24), &["play"]);
    terminal.until_prompt(">>>");
    terminal.keys("BLPOP queue:tasks 0\r");
    terminal.until_text("main waits for queue:tasks");
    terminal.keys("1 + 1");
    terminal.keys(CTRL_C);
    terminal.until_text("(interrupted)");
    terminal.until_prompt(">>> 1 + 1");
    terminal.keys("\r");
    terminal.until_text("\n2\n");
}

#[test]
fn a_line_that_is_typed_during_a_wait_is_entered_as_another_client() {
    // Behind what the editor has taken in already, an Enter belongs to that; alone, it goes on and enters nothing.
    for (name, first, then) in [
        ("during-wait", "BLPOP tasks 0\r", "r.rpush('tasks', 'mail')\r"),
        ("before-wait", "BLPOP tasks 0\rr.rpush('tasks', 'mail')", "\r"),
        ("across-wait", "BLPOP tasks 0\rr.rpush('ta", "sks', 'mail')\r"),
        ("after-wait", "BLPOP tasks 0\r", "\rr.rpush('tasks', 'mail')\r"),
    ] {
        for plain in ["--ascii", "--plain"] {
            let mut terminal = Terminal::start(name, (100, 24), &["play", "--color", "never", plain]);
            terminal.until_prompt(">>>");
            terminal.keys(first);
            terminal.until_text("main waits for tasks");
            terminal.keys(then);
            terminal.until_text("main:\n1) \"tasks\"\n2) \"mail\"");
            terminal.until_prompt("client-2 >>>");
            assert_eq!(terminal.text().matches("client-2 >>>").count(), 2, "{}", terminal.text());
        }
    }
}

/// A real client: bytes over a socket.
struct RealClient(TcpStream);

impl RealClient {
    fn connect(port: u16) -> Self {
        let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the tutor's port is open");
        socket.set_read_timeout(Some(PATIENCE)).expect("it takes a timeout");
        RealClient(socket)
    }

    /// Sends a line, and waits for the answer.
    fn ask(&mut self, line: &str, answer: &str) {
        self.0.write_all(format!("{line}\r\n").as_bytes()).expect("the tutor listens");
        self.hear(answer);
    }

    fn hear(&mut self, answer: &str) {
        let mut bytes = vec![0; answer.len()];
        self.0.read_exact(&mut bytes).unwrap_or_else(|error| panic!("{answer:?} did not come: {error}"));
        assert_eq!(String::from_utf8_lossy(&bytes), answer);
    }
}

#[test]
fn real_clients_share_the_learners_redis() {
    // A port that is free: the system names one, and it is let go of again.
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let port = taken.local_addr().expect("it has an address").port();
    let mut terminal = Terminal::start("serve", (100, 40), &["play"]);
    terminal.until_prompt(">>>");
    terminal.enter(&format!(":serve {port}"), "is in use", ">>>");
    drop(taken);
    terminal.enter(&format!(":serve {port}"), "is open to this machine", ">>>");
    let mut client = RealClient::connect(port);
    // The line that is typed stays as it is, and both see one Redis.
    terminal.keys("r.get('seen");
    client.ask("SET seen yes", "+OK\r\n");
    terminal.keys("')\r");
    terminal.until_text("b'yes'");
    terminal.until_prompt(">>>");
    // A wait that is looked on.
    terminal.keys("r.blpop('tasks', timeout=0)\r");
    terminal.until_text("main waits for tasks");
    client.ask("RPUSH tasks first", ":1\r\n");
    terminal.until_text("(b'tasks', b'first')");
    terminal.until_prompt(">>>");
    // A program that computes.
    terminal.keys("while r.get('stop') is None: pass\r");
    terminal.until_prompt("...");
    terminal.keys("\r");
    client.ask("SET stop 1", "+OK\r\n");
    terminal.until_prompt(">>>");
    // Another client that waits while a line is typed, and a real one that waits behind it.
    terminal.keys("BLPOP tasks 0\r");
    terminal.until_text("main waits for tasks \u{b7}");
    terminal.keys("\r");
    terminal.until_prompt("client-2 >>>");
    terminal.keys("r.rpush('ta");
    let mut waiting = RealClient::connect(port);
    waiting.ask("PING", "+PONG\r\n");
    waiting.0.write_all(b"BLPOP tasks 0\r\n").expect("the tutor listens");
    client.ask("RPUSH tasks second", ":1\r\n");
    terminal.until("main's task above the line", |text| {
        text.ends_with("main:\n1) \"tasks\"\n2) \"second\"\nclient-2 >>> r.rpush('ta")
    });
    terminal.keys("sks', 'third')\r");
    terminal.until_text("third')\n1\n");
    waiting.hear("*2\r\n$5\r\ntasks\r\n$5\r\nthird\r\n");
    // A client that wakes and computes for ever is interrupted from another's prompt.
    terminal.enter(":client main", "", "main >>>");
    terminal.keys("r.blpop('work', timeout=0) and any(False for _ in iter(int, 1))\r");
    terminal.until_prompt("client-2 >>>");
    client.ask("RPUSH work 1", ":1\r\n");
    terminal.keys(CTRL_C);
    terminal.until_text("KeyboardInterrupt");
    terminal.until_prompt("client-2 >>>");
    terminal.enter(":serve off", "The 2 clients that were connected are cut off", "client-2 >>>");
    assert_eq!(client.0.read(&mut [0]).expect("it is closed, not broken"), 0);
}

/// A wait ends by itself while a line is typed, and what is typed is kept.
fn wait_out(name: &str, arguments: &[&str], shown: &str) {
    let mut terminal = Terminal::start(name, (100, 24), arguments);
    terminal.until_prompt(">>>");
    // Long enough for what is typed until then.
    terminal.keys("BLPOP tasks 5\r");
    terminal.until_text("main waits for tasks");
    terminal.keys("\r");
    terminal.until_prompt("client-2 >>>");
    terminal.keys("x = 1");
    terminal.until(shown, |text| text.ends_with(shown));
    terminal.keys("0 + 1\r");
    terminal.until("the next prompt", |text| text.ends_with("0 + 1\nclient-2 >>>"));
    terminal.enter("x", "\n11\n", "client-2 >>>");
}

#[test]
fn a_wait_that_ends_shows_above_the_line_that_is_typed() {
    wait_out("timeout", &["play"], "main:\n(nil)\nclient-2 >>> x = 1");
}

#[test]
fn in_plain_a_wait_that_ends_shows_below_the_line_that_is_typed() {
    wait_out("timeout-plain", &["play", "--plain"], "client-2 >>> x = 1\nmain:\n(nil)\nclient-2 >>>");
}
