//! Tests of the memory used by clients' buffers.

use std::time::Duration;

use crate::support::{Client, ManualServer, encode_request};

const MB: usize = 1 << 20;

/// Maximum memory in bytes that an idle client's buffers may use.
const SMALL: u64 = 8 << 10;

/// Sends ECHO with an argument of the given length, and reads the reply.
fn echo(manual: &mut ManualServer, client: &mut Client, length: usize) {
    let request = encode_request(&["ECHO", &"x".repeat(length)]);
    let header = format!("${length}\r\n").len();
    let reply = manual.exchange(client, &request, |reply| reply.len() == header + length + 2);
    assert!(reply.ends_with(b"xx\r\n"));
}

#[test]
fn buffers_of_an_idle_client_are_released() {
    let mut manual = ManualServer::new();
    let (mut observer, mut client) = (manual.connect(), manual.connect());
    let id = manual.id_of(&mut client);
    echo(&mut manual, &mut client, 4 * MB);
    let allocated = manual.number_of(&mut observer, &id, "tot-mem");
    assert!(allocated >= 4 * MB as u64, "{allocated}");
    manual.pass(Duration::from_secs(4));
    let allocated = manual.number_of(&mut observer, &id, "tot-mem");
    assert!(allocated <= SMALL, "{allocated}");
    manual.pass(Duration::from_secs(4));
    assert_eq!(manual.server.next_deadline_us(), None, "nothing is left to release");
    echo(&mut manual, &mut client, MB);
}

#[test]
fn buffers_of_a_client_that_has_become_modest_are_released() {
    let mut manual = ManualServer::new();
    let (mut observer, mut client) = (manual.connect(), manual.connect());
    let id = manual.id_of(&mut client);
    echo(&mut manual, &mut client, 4 * MB);
    for _ in 0..8 {
        manual.pass(Duration::from_millis(500));
        echo(&mut manual, &mut client, 100_000);
    }
    let allocated = manual.number_of(&mut observer, &id, "tot-mem");
    assert!(allocated < MB as u64, "{allocated}");
}

#[test]
fn buffers_of_a_client_that_needs_them_again_and_again_are_kept() {
    let mut manual = ManualServer::new();
    let (mut observer, mut client) = (manual.connect(), manual.connect());
    let id = manual.id_of(&mut client);
    for _ in 0..40 {
        echo(&mut manual, &mut client, MB);
        manual.pass(Duration::from_millis(100));
        let allocated = manual.number_of(&mut observer, &id, "tot-mem");
        assert!(allocated >= MB as u64, "{allocated}");
    }
}

#[test]
fn buffers_that_are_in_use_are_kept() {
    let mut manual = ManualServer::new();
    let (mut observer, mut client) = (manual.connect(), manual.connect());
    let id = manual.id_of(&mut client);
    let request = encode_request(&["ECHO", &"x".repeat(MB)]);
    // When a client has sent half a request and becomes idle, the server must keep the half request.
    client.send(&request[..100_000]);
    let mut unread = 0;
    while unread < 100_000 {
        unread = manual.number_of(&mut observer, &id, "qbuf");
    }
    manual.pass(Duration::from_secs(10));
    assert_eq!(manual.number_of(&mut observer, &id, "qbuf"), 100_000);
    assert_eq!(manual.server.next_deadline_us(), None, "the half cannot be released, so the server sleeps");
    let reply = manual.exchange(&mut client, &request[100_000..], |reply| reply.len() == MB + 12);
    assert!(reply.starts_with(b"$1048576\r\nxx"));
}

#[test]
fn arguments_of_a_long_request_are_released() {
    let mut manual = ManualServer::new();
    let (mut observer, mut client) = (manual.connect(), manual.connect());
    let id = manual.id_of(&mut client);
    let words: Vec<String> = (0..50_000).map(|n| format!("k{n}")).collect();
    let request = encode_request(&["DEL"].into_iter().chain(words.iter().map(String::as_str)).collect::<Vec<_>>());
    assert_eq!(manual.exchange(&mut client, &request, |reply| reply.len() == 4), b":0\r\n");
    let allocated = manual.number_of(&mut observer, &id, "tot-mem");
    assert!(allocated >= 50_000 * 16, "{allocated}");
    manual.pass(Duration::from_secs(5));
    let allocated = manual.number_of(&mut observer, &id, "tot-mem");
    assert!(allocated <= SMALL, "{allocated}");
}

/// This test measures a process's peak memory, so the server must run in its own process.
#[cfg(target_os = "linux")]
#[test]
fn unread_replies_take_their_own_size_in_memory() {
    use crate::bare_server::{BareServer, memory_kb};

    const REPLIES: usize = 96;
    let server = BareServer::start(&[]);
    let (mut observer, mut client) = (Client::connect(server.address), Client::connect(server.address));
    observer.send(encode_request(&["SET", "long", &"x".repeat(MB)]));
    observer.expect_bytes("+OK\r\n");
    let before_kb = memory_kb(server.id(), "VmHWM");
    client.send("GET long\r\n".repeat(REPLIES));
    let mut commands = 0;
    while commands < REPLIES as u64 {
        let list = observer.bulk_string("CLIENT LIST");
        let counts = list.split_whitespace().filter_map(|word| word.strip_prefix("tot-cmds=")?.parse::<u64>().ok());
        // The first line of CLIENT LIST is the observer, whose own commands do not count.
        commands = counts.skip(1).sum();
    }
    let growth_kb = memory_kb(server.id(), "VmHWM") - before_kb;
    let replies_kb = (REPLIES * MB / 1024) as u64;
    assert!(growth_kb < replies_kb * 5 / 4, "{replies_kb} KB of replies took {growth_kb} KB");
    let reply = format!("$1048576\r\n{}\r\n", "x".repeat(MB));
    (0..REPLIES - 20).for_each(|_| client.expect_bytes(&reply));
    let left_kb = memory_kb(server.id(), "VmRSS").saturating_sub(before_kb);
    assert!(left_kb < replies_kb / 2, "{left_kb} KB are left when the client has read nearly all replies");
    (0..20).for_each(|_| client.expect_bytes(&reply));
    client.expect_reply("PING", "+PONG\r\n");
}
