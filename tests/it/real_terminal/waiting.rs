//! Tests of blocked clients, and of TCP clients that connect to the port opened by `:serve`.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use super::terminal::{CTRL_C, TIMEOUT, Terminal};

#[test]
fn a_blocked_client_is_woken_by_another() {
    let mut terminal = Terminal::start("blocked", (100, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("BLPOP queue:tasks 0\r");
    terminal.wait_for_text("main waits for queue:tasks · Enter goes on as a second client · Ctrl-C stops waiting");
    terminal.send_keys("\r");
    terminal.wait_for_prompt("client-2 >>>");
    terminal.enter_line("r.rpush('queue:tasks', 'send mail')", "main:", "client-2 >>>");
    terminal.enter_line(":client main", "", "main >>>");
    terminal.send_keys("BLPOP queue:tasks 0\r");
    terminal.wait_for_prompt("client-2 >>>");
}

#[test]
fn ctrl_c_ends_a_wait_and_loses_no_key() {
    let mut terminal = Terminal::start("wait", (80, 24), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.send_keys("BLPOP queue:tasks 0\r");
    terminal.wait_for_text("main waits for queue:tasks");
    terminal.send_keys("1 + 1");
    terminal.send_keys(CTRL_C);
    terminal.wait_for_text("(interrupted)");
    terminal.wait_for_prompt(">>> 1 + 1");
    terminal.send_keys("\r");
    terminal.wait_for_text("\n2\n");
}

#[test]
fn a_line_typed_during_a_wait_is_entered_as_another_client() {
    // Enter alone only switches to the second client. If other keys were typed before Enter, they are then entered
    // there as a line.
    for (name, before, during) in [
        ("during-wait", "BLPOP tasks 0\r", "r.rpush('tasks', 'mail')\r"),
        ("before-wait", "BLPOP tasks 0\rr.rpush('tasks', 'mail')", "\r"),
        ("across-wait", "BLPOP tasks 0\rr.rpush('ta", "sks', 'mail')\r"),
        ("after-wait", "BLPOP tasks 0\r", "\rr.rpush('tasks', 'mail')\r"),
    ] {
        for plain in ["--ascii", "--plain"] {
            let mut terminal = Terminal::start(name, (100, 24), &["play", "--color", "never", plain]);
            terminal.wait_for_prompt(">>>");
            terminal.send_keys(before);
            terminal.wait_for_text("main waits for tasks");
            terminal.send_keys(during);
            terminal.wait_for_text("main:\n1) \"tasks\"\n2) \"mail\"");
            terminal.wait_for_prompt("client-2 >>>");
            assert_eq!(terminal.text().matches("client-2 >>>").count(), 2, "{}", terminal.text());
        }
    }
}

/// A TCP client outside the tutor.
struct RealClient(TcpStream);

impl RealClient {
    fn connect(port: u16) -> Self {
        let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the program listens on the port");
        socket.set_read_timeout(Some(TIMEOUT)).expect("a socket accepts a timeout");
        RealClient(socket)
    }

    /// Sends an inline command, waits for the reply, and asserts that it equals `reply`.
    fn request(&mut self, line: &str, reply: &str) {
        self.0.write_all(format!("{line}\r\n").as_bytes()).expect("the connection is open");
        self.expect_reply(reply);
    }

    fn expect_reply(&mut self, reply: &str) {
        let mut bytes = vec![0; reply.len()];
        self.0.read_exact(&mut bytes).unwrap_or_else(|error| panic!("{reply:?} did not arrive: {error}"));
        assert_eq!(String::from_utf8_lossy(&bytes), reply);
    }
}

#[test]
fn real_clients_share_the_learners_redis() {
    // The operating system chooses a free port. The listener keeps the port in use until the listener is dropped below.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let port = listener.local_addr().expect("the listener has an address").port();
    let mut terminal = Terminal::start("serve", (100, 40), &["play"]);
    terminal.wait_for_prompt(">>>");
    terminal.enter_line(&format!(":serve {port}"), "is in use", ">>>");
    drop(listener);
    terminal.enter_line(&format!(":serve {port}"), "is open to this machine", ">>>");
    let mut client = RealClient::connect(port);
    // A command from the TCP client does not disturb the line that is being typed. Both clients see the same data.
    terminal.send_keys("r.get('seen");
    client.request("SET seen yes", "+OK\r\n");
    terminal.send_keys("')\r");
    terminal.wait_for_text("b'yes'");
    terminal.wait_for_prompt(">>>");
    // The TCP client unblocks the learner's client.
    terminal.send_keys("r.blpop('tasks', timeout=0)\r");
    terminal.wait_for_text("main waits for tasks");
    client.request("RPUSH tasks first", ":1\r\n");
    terminal.wait_for_text("(b'tasks', b'first')");
    terminal.wait_for_prompt(">>>");
    // The TCP client changes data while a program runs.
    terminal.send_keys("while r.get('stop') is None: pass\r");
    terminal.wait_for_prompt("...");
    terminal.send_keys("\r");
    client.request("SET stop 1", "+OK\r\n");
    terminal.wait_for_prompt(">>>");
    // While a line is being typed, `main` is blocked, and then a TCP client blocks on the same key.
    terminal.send_keys("BLPOP tasks 0\r");
    terminal.wait_for_text("main waits for tasks \u{b7}");
    terminal.send_keys("\r");
    terminal.wait_for_prompt("client-2 >>>");
    terminal.send_keys("r.rpush('ta");
    let mut waiting = RealClient::connect(port);
    waiting.request("PING", "+PONG\r\n");
    waiting.0.write_all(b"BLPOP tasks 0\r\n").expect("the connection is open");
    client.request("RPUSH tasks second", ":1\r\n");
    terminal.wait_until("main's reply above the line", |text| {
        text.ends_with("main:\n1) \"tasks\"\n2) \"second\"\nclient-2 >>> r.rpush('ta")
    });
    terminal.send_keys("sks', 'third')\r");
    terminal.wait_for_text("third')\n1\n");
    waiting.expect_reply("*2\r\n$5\r\ntasks\r\n$5\r\nthird\r\n");
    // Ctrl-C at the prompt of one client interrupts an endless loop that another client is running.
    terminal.enter_line(":client main", "", "main >>>");
    terminal.send_keys("r.blpop('work', timeout=0) and any(False for _ in iter(int, 1))\r");
    terminal.wait_for_prompt("client-2 >>>");
    client.request("RPUSH work 1", ":1\r\n");
    terminal.send_keys(CTRL_C);
    terminal.wait_for_text("KeyboardInterrupt");
    terminal.wait_for_prompt("client-2 >>>");
    terminal.enter_line(":serve off", "Its 2 clients were disconnected", "client-2 >>>");
    assert_eq!(client.0.read(&mut [0]).expect("the connection was closed without an error"), 0);
}

/// Lets a blocked command time out while a line is being typed. `screen_end` is the text with which the screen must end
/// after the timeout.
fn check_timeout_while_typing(name: &str, arguments: &[&str], screen_end: &str) {
    let mut terminal = Terminal::start(name, (100, 24), arguments);
    terminal.wait_for_prompt(">>>");
    // The timeout is longer than the test takes to send the keys below.
    terminal.send_keys("BLPOP tasks 5\r");
    terminal.wait_for_text("main waits for tasks");
    terminal.send_keys("\r");
    terminal.wait_for_prompt("client-2 >>>");
    terminal.send_keys("x = 1");
    terminal.wait_until(screen_end, |text| text.ends_with(screen_end));
    terminal.send_keys("0 + 1\r");
    terminal.wait_until("the next prompt", |text| text.ends_with("0 + 1\nclient-2 >>>"));
    terminal.enter_line("x", "\n11\n", "client-2 >>>");
}

#[test]
fn the_end_of_a_wait_is_shown_above_the_line_being_typed() {
    check_timeout_while_typing("timeout", &["play"], "main:\n(nil)\nclient-2 >>> x = 1");
}

#[test]
fn in_plain_output_the_end_of_a_wait_is_shown_below_the_line() {
    check_timeout_while_typing("timeout-plain", &["play", "--plain"], "client-2 >>> x = 1\nmain:\n(nil)\nclient-2 >>>");
}
