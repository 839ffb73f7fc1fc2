//! Tests of connections: clients that wait, are refused, are disconnected or are probed, and the notices about them.

use std::io::Read as _;
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::time::Duration;

use redis_engine::Engine;
use redis_server::{Notice, Options, ServeError, Server, now_us};

use crate::support::{Client, ManualServer, ServerThread, encode_request, options, run_on_each_server};

#[test]
fn an_http_request_closes_the_connection_without_a_reply() {
    run_on_each_server(None, |address| {
        for sent in [
            "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET evil 1\r\n",
            "post / a b c d e f g h i\r\nSET evil 1\r\n",
            "Host: localhost\r\nSET evil 1\r\n",
            "PING\r\nhost: localhost\r\nSET evil 1\r\n",
            "*2\r\n$4\r\nPOST\r\n$1\r\n/\r\nSET evil 1\r\n",
            "*1\r\n$5\r\nPOST\0\r\nSET evil 1\r\n",
            "*1\r\n$5\r\nHOST:\r\nSET evil 1\r\n",
            "MULTI\r\nSET evil 1\r\nPOST /\r\nEXEC\r\nSET evil 1\r\n",
        ] {
            let mut browser = Client::connect(address);
            browser.send(sent);
            browser.expect_close_after("");
        }
        let mut client = Client::connect(address);
        client.expect_reply("EXISTS evil", ":0\r\n");
        for word in ["POSTS", "HOST", "host:x"] {
            client.expect_reply(word, &format!("-ERR unknown command '{word}', with args beginning with: \r\n"));
        }
    });
}

#[test]
fn an_http_request_is_reported_once_a_minute_with_the_address_of_its_client() {
    let mut manual = ManualServer::new();
    let (sender, notices) = channel();
    manual.server.report_to(move |notice| drop(sender.send(notice.clone())));
    let mut witness = manual.connect();
    let mut peers = Vec::new();
    for seconds in [0, 30, 60] {
        manual.pass(Duration::from_secs(seconds));
        let mut browser = manual.connect();
        peers.push(browser.0.local_addr().expect("it is connected").to_string());
        browser.send("POST / HTTP/1.1\r\n");
        let mut is_open = true;
        while is_open {
            let info = manual.exchange(&mut witness, b"INFO clients\r\n", |reply| reply.ends_with(b"nokey:0\r\n\r\n"));
            is_open = !String::from_utf8_lossy(&info).contains("connected_clients:1\r\n");
        }
    }
    let [first, third] = [0, 2].map(|index| Notice::HttpRequest(peers[index].clone()));
    assert_eq!(notices.try_iter().collect::<Vec<_>>(), [first, third]);
}

#[test]
fn wrong_passwords_are_counted_for_ever() {
    run_on_each_server(Some("open sesame"), |address| {
        let mut client = Client::connect(address);
        client.expect_reply("AUTH \"open sesame\"", "+OK\r\n");
        let count = |client: &mut Client| client.info_field("stats", "acl_access_denied_auth");
        assert_eq!(count(&mut client).as_deref(), Some("0"));
        let mut stranger = Client::connect(address);
        const WRONG: &str = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
        stranger.expect_reply("AUTH guess", WRONG);
        stranger.expect_reply("AUTH nobody \"open sesame\"", WRONG);
        stranger.expect_reply("HELLO 3 AUTH default guess", WRONG);
        stranger.expect_reply("GET a", "-NOAUTH Authentication required.\r\n");
        assert_eq!(count(&mut client).as_deref(), Some("3"));
        client.expect_reply("CONFIG RESETSTAT", "+OK\r\n");
        assert_eq!(count(&mut client).as_deref(), Some("3"));
    });
}

#[test]
fn clients_wait_until_they_are_accepted() {
    // The server listens, but its event loop does not run, so connections stay in the backlog.
    let connect_all = |tcp_backlog, clients| {
        let mut engine = Engine::new(7, now_us());
        let options = Options { tcp_backlog, ..options("127.0.0.1", 0, None) };
        let server = Server::bind(&options, &mut engine).expect("a port is free");
        assert_eq!(engine.server.config.get("tcp-backlog"), tcp_backlog.to_string().as_bytes());
        // If the system refuses a connection, `connect` tries again only after a second, which is longer than this
        // timeout.
        let connect = |_| TcpStream::connect_timeout(&server.address(), Duration::from_millis(800)).ok();
        (0..clients).filter_map(connect).collect::<Vec<_>>().len()
    };
    assert_eq!(connect_all(Options::default().tcp_backlog, 300), 300);
    // Linux allows one waiting connection more than the backlog says.
    assert!((4..=5).contains(&connect_all(4, 6)));
}

#[test]
fn clients_above_maxclients_are_told_so() {
    run_on_each_server(None, |address| {
        let (mut first, second) = (Client::connect(address), Client::connect(address));
        first.wait_for_info("connected_clients", 2);
        first.expect_reply("CONFIG SET maxclients 2", "+OK\r\n");
        for _ in 0..3 {
            Client::connect(address).expect_close_after("-ERR max number of clients reached\r\n");
        }
        assert_eq!(first.info_field("stats", "rejected_connections").as_deref(), Some("3"));
        drop(second);
        first.wait_for_info("connected_clients", 1);
        Client::connect(address).expect_reply("PING", "+PONG\r\n");
    });
}

#[test]
fn a_client_that_sends_a_lot_and_leaves_is_disconnected() {
    run_on_each_server(None, |address| {
        let mut control = Client::connect(address);
        let request = encode_request(&["SET", "long", &"x".repeat(300_000)]);
        // The server may see the end of the stream while there are more bytes to read than a single call returns.
        for part in (60_000..300_000).step_by(5_000) {
            let mut leaving = Client::connect(address);
            leaving.send(&request[..part]);
            // More bytes of the request arrive while the server sleeps.
            control.expect_reply("DEBUG SLEEP 0.002", "+OK\r\n");
        }
        control.wait_for_info("connected_clients", 1);
        control.expect_reply("EXISTS long", ":0\r\n");
    });
}

#[test]
fn a_killed_client_gets_no_more_of_its_replies() {
    run_on_each_server(None, |address| {
        const REPLIES: usize = 64;
        let (mut control, mut slow) = (Client::connect(address), Client::connect(address));
        control.send(encode_request(&["SET", "long", &"x".repeat(1 << 20)]));
        control.expect_bytes("+OK\r\n");
        slow.send("GET long\r\n".repeat(REPLIES));
        let calls = format!("calls={REPLIES},");
        while !control.info_field("commandstats", "cmdstat_get").is_some_and(|line| line.starts_with(&calls)) {}
        let name = slow.0.local_addr().expect("it is connected");
        control.expect_reply(&format!("CLIENT KILL {name}"), "+OK\r\n");
        let mut received = Vec::new();
        // An error is ignored, because the connection may end with a reset. In any case, some of the replies are
        // missing.
        drop(slow.0.read_to_end(&mut received));
        assert!(received.len() < REPLIES << 20, "{} bytes", received.len());
        control.wait_for_info("connected_clients", 1);
    });
}

#[test]
fn idle_clients_are_disconnected_after_the_timeout_unless_they_wait_for_something() {
    run_on_each_server(None, |address| {
        let [mut control, mut idle, mut blocked, mut subscriber, mut monitor] =
            std::array::from_fn(|_| Client::connect(address));
        blocked.send("BLPOP q 0\r\n");
        control.wait_for_info("blocked_clients", 1);
        subscriber.expect_reply("SUBSCRIBE news", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
        monitor.expect_reply("MONITOR", "+OK\r\n");
        control.expect_reply("CONFIG SET timeout 1", "+OK\r\n");
        control.expect_reply("CONFIG GET timeout", "*2\r\n$7\r\ntimeout\r\n$1\r\n1\r\n");
        // The control client does not become idle, because it repeatedly requests the number of clients.
        control.wait_for_info("connected_clients", 4);
        idle.expect_close_after("");
        control.expect_reply("RPUSH q task", ":1\r\n");
        blocked.expect_bytes("*2\r\n$1\r\nq\r\n$4\r\ntask\r\n");
        control.expect_reply("PUBLISH news hello", ":1\r\n");
        subscriber.expect_bytes("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
        while !monitor.read_line().contains("\"PUBLISH\"") {}
    });
}

#[test]
fn a_client_is_idle_from_the_last_byte_that_it_has_sent() {
    let mut manual = ManualServer::new();
    let (mut control, mut client) = (manual.connect(), manual.connect());
    let is_open = |manual: &mut ManualServer, control: &mut Client| {
        let info = manual.exchange(control, b"INFO clients\r\n", |reply| reply.ends_with(b"nokey:0\r\n\r\n"));
        String::from_utf8_lossy(&info).contains("connected_clients:2\r\n")
    };
    manual.pass(Duration::from_secs(3600));
    assert_eq!(manual.server.next_deadline_us(), None, "without a timeout, the server sleeps");
    let set = manual.exchange(&mut control, b"CONFIG SET timeout 60\r\n", |reply| reply.len() == 5);
    assert_eq!(set, b"+OK\r\n");
    // The client sends an incomplete request.
    client.send("PI");
    manual.pass(Duration::from_millis(500));
    for seconds in [50, 9] {
        manual.pass(Duration::from_secs(seconds));
        assert!(is_open(&mut manual, &mut control), "after {seconds} s");
    }
    client.send("NG");
    manual.pass(Duration::from_secs(59));
    assert!(is_open(&mut manual, &mut control));
    manual.pass(Duration::from_secs(3));
    assert!(!is_open(&mut manual, &mut control));
    // A client that connects after the server has received no commands for a long time must not count as idle from the
    // start.
    manual.pass(Duration::from_secs(58));
    let _silent = Client::connect(manual.server.address());
    manual.work();
    manual.exchange(&mut control, b"PING\r\n", |reply| reply.len() == 7);
    manual.pass(Duration::from_secs(5));
    assert!(is_open(&mut manual, &mut control));
}

#[test]
fn a_client_that_waits_for_something_is_never_idle() {
    let mut manual = ManualServer::new();
    let mut control = manual.connect();
    let [mut blocked, mut subscriber, mut monitor] = std::array::from_fn(|_| manual.connect());
    blocked.send("BLPOP q 0\r\n");
    manual.exchange(&mut subscriber, b"SUBSCRIBE news\r\n", |reply| reply.ends_with(b":1\r\n"));
    manual.exchange(&mut control, b"CONFIG SET timeout 60\r\n", |reply| reply.len() == 5);
    manual.exchange(&mut monitor, b"MONITOR\r\n", |reply| reply.len() == 5);
    manual.pass(Duration::from_secs(3600));
    assert_eq!(manual.engine.server.clients.len(), 3, "only the control client was idle");
}

/// Asserts that the server's side of a connection sends keep-alive probes after `seconds`, or never if it is `None`.
#[cfg(target_os = "linux")]
fn assert_probed_after(server: std::net::SocketAddr, client: &Client, seconds: Option<u64>) {
    let port = |address: std::net::SocketAddr| format!("{:04X}", address.port());
    let (local, remote) = (port(server), port(client.0.local_addr().expect("it is connected")));
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux has this table");
    let has_ports = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.len() > 5 && words[1].ends_with(&format!(":{local}")) && words[2].ends_with(&format!(":{remote}"))
    };
    let line = table.lines().find(has_ports).expect("the connection is in the table");
    let (timer, left) = line.split_whitespace().nth(5).and_then(|word| word.split_once(':')).expect("a timer");
    let left = u64::from_str_radix(left, 16).expect("a time in hundredths of a second");
    match seconds {
        // Timer 2 is the keep-alive timer. It was set a moment ago.
        Some(seconds) => {
            assert!(timer == "02" && left <= seconds * 100 && left + 1000 > seconds * 100, "{seconds} s: {line}");
        }
        None => assert_eq!(timer, "00", "{line}"),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_system_probes_idle_clients_as_tcp_keepalive_says() {
    run_on_each_server(None, |address| {
        let mut control = Client::connect(address);
        let first = Client::connect(address);
        control.wait_for_info("connected_clients", 2);
        assert_probed_after(address, &first, Some(300));
        control.expect_reply("CONFIG SET tcp-keepalive 60", "+OK\r\n");
        let second = Client::connect(address);
        control.wait_for_info("connected_clients", 3);
        assert_probed_after(address, &second, Some(60));
        control.expect_reply("CONFIG SET tcp-keepalive 0", "+OK\r\n");
        let third = Client::connect(address);
        control.wait_for_info("connected_clients", 4);
        assert_probed_after(address, &third, None);
        assert_probed_after(address, &first, Some(300));
    });
}

#[test]
fn an_address_that_cannot_be_served_has_an_error_of_its_own() {
    let bind_error = |host: &str, port, password| {
        let mut engine = Engine::new(7, now_us());
        Server::bind(&options(host, port, password), &mut engine).err().expect("the address cannot be served")
    };
    let server = ServerThread::start(None);
    let port = server.address.port();
    let in_use = bind_error("127.0.0.1", port, None);
    assert!(matches!(in_use, ServeError::PortInUse(_)), "{in_use:?}");
    assert_eq!(
        in_use.to_string(),
        format!("port {port} of 127.0.0.1 is in use, perhaps by a Redis: choose another with --port")
    );
    for password in [None, Some("")] {
        let unprotected = bind_error("0.0.0.0", 0, password);
        assert!(matches!(unprotected, ServeError::Unprotected(_)), "{unprotected:?}");
    }
    // An address reserved for documentation (RFC 5737), which no machine has.
    let not_available = bind_error("192.0.2.1", 0, Some("secret"));
    assert!(matches!(not_available, ServeError::AddressNotAvailable(_)), "{not_available:?}");
    let unknown = bind_error("no.such.host.invalid", 0, None);
    assert!(matches!(unknown, ServeError::UnknownHost(..)), "{unknown:?}");
}
