//! Scripts on a running server: while one takes long, other clients are refused, and can end it.

use crate::bare_server::BareServer;
use crate::support::Client;

const BUSY: &str = "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n";

/// Reads a reply of a single line.
fn line(client: &mut Client, command: &str) -> String {
    client.send(format!("{command}\r\n"));
    client.read_line()
}

#[test]
fn pipelined_scripts_and_commands_are_answered_in_order() {
    let server = BareServer::start(&[]);
    let mut client = Client::connect(server.address);
    client.send("SET n 1\r\nEVAL \"return redis.call('INCR', KEYS[1])\" 1 n\r\nINCR n\r\nMULTI\r\nINCR n\r\n");
    client.send("EVAL \"return redis.call('INCR', KEYS[1])\" 1 n\r\nINCR n\r\nEXEC\r\nPING\r\n");
    let queued = "+QUEUED\r\n".repeat(3);
    client.expect_bytes(format!("+OK\r\n:2\r\n:3\r\n+OK\r\n{queued}*3\r\n:4\r\n:5\r\n:6\r\n+PONG\r\n"));
}

#[test]
fn a_script_that_takes_too_long_can_be_killed_by_another_client() {
    let server = BareServer::start(&[]);
    let [mut client, mut other] = [(); 2].map(|()| Client::connect(server.address));
    other.expect_reply("CONFIG SET busy-reply-threshold 50", "+OK\r\n");
    client.send("EVAL \"while true do end\" 0\r\nPING\r\n");
    // The server reads this request only when the script has run for 50 ms, or before the script has started.
    while line(&mut other, "GET k") == "$-1" {}
    other.expect_reply("PING", BUSY);
    other.expect_reply("FUNCTION KILL", BUSY);
    other.expect_reply("SCRIPT KILL", "+OK\r\n");
    assert!(client.read_line().starts_with("-ERR Script killed by user with SCRIPT KILL... script: "));
    client.expect_bytes("+PONG\r\n");
    other.expect_reply("PING", "+PONG\r\n");
    other.expect_reply("SCRIPT KILL", "-NOTBUSY No scripts in execution right now.\r\n");
}

#[test]
fn a_blocked_client_is_served_after_the_script() {
    let server = BareServer::start(&[]);
    let [mut client, mut waiting] = [(); 2].map(|()| Client::connect(server.address));
    waiting.send("BLPOP queue 0\r\n");
    client.wait_for_info("blocked_clients", 1);
    client.expect_reply("EVAL \"return redis.call('RPUSH', 'queue', 'a')\" 0", ":1\r\n");
    waiting.expect_bytes("*2\r\n$5\r\nqueue\r\n$1\r\na\r\n");
}
