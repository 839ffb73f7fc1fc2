//! Tests of requests and replies: the protocol, commands that affect several clients, and what INFO and CLIENT report.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::time::Instant;
use std::{io, thread};

use crate::support::{Client, ServerThread, TIMEOUT, encode_request, run_on_each_server};

#[test]
fn requests_of_all_forms_are_answered() {
    run_on_each_server(None, |address| {
        let mut client = Client::connect(address);
        for (sent, replies) in [
            ("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\n1\r\n23\r\n", "+OK\r\n"),
            ("*2\r\n$3\r\nget\r\n$1\r\na\r\n", "$5\r\n1\r\n23\r\n"),
            ("GET none\r\n", "$-1\r\n"),
            ("PING\n", "+PONG\r\n"),
            ("ECHO \"a\\x41\\n\" \r\n", "$3\r\naA\n\r\n"),
            ("\r\n*0\r\n*-1\r\nPING 'it is'\r\n", "$5\r\nit is\r\n"),
            ("INCR n\r\nINCR n\r\n*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n", ":1\r\n:2\r\n:3\r\n"),
            (
                "SET\r\nGET a b\r\nNOSUCH\r\n",
                "-ERR wrong number of arguments for 'set' command\r\n-ERR wrong number of arguments for 'get' command\r\n-ERR unknown command 'NOSUCH', with args beginning with: \r\n",
            ),
        ] {
            client.send(sent);
            client.expect_bytes(replies);
        }
    });
}

#[test]
fn hello_3_switches_a_client_to_resp3() {
    run_on_each_server(None, |address| {
        let (mut three, mut two) = (Client::connect(address), Client::connect(address));
        three.expect_reply(
            "HELLO 3",
            "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n8.2.3\r\n$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:",
        );
        assert!(three.read_line().parse::<u64>().is_ok());
        three.expect_bytes("$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*1\r\n%4\r\n$4\r\nname\r\n$9\r\nvectorset\r\n$3\r\nver\r\n:1\r\n$4\r\npath\r\n$0\r\n\r\n$4\r\nargs\r\n*0\r\n");
        three.expect_reply("HSET h a 1", ":1\r\n");
        three.expect_reply("HGETALL h", "%1\r\n$1\r\na\r\n$1\r\n1\r\n");
        two.expect_reply("HGETALL h", "*2\r\n$1\r\na\r\n$1\r\n1\r\n");
        three.expect_reply("ZADD z 1.5 m", ":1\r\n");
        three.expect_reply("ZSCORE z m", ",1.5\r\n");
        two.expect_reply("ZSCORE z m", "$3\r\n1.5\r\n");
        three.expect_reply("GET none", "_\r\n");
        two.expect_reply("HELLO 4", "-NOPROTO unsupported protocol version\r\n");
    });
}

#[test]
fn a_request_may_arrive_byte_by_byte() {
    run_on_each_server(None, |address| {
        let (mut slow, mut other) = (Client::connect(address), Client::connect(address));
        let request = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$11\r\nhello\r\nyou!\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n";
        for byte in request.as_bytes() {
            slow.send([*byte]);
            // Once the other client gets its reply, the event loop has handled the byte that was just sent.
            other.expect_reply("PING", "+PONG\r\n");
        }
        slow.expect_bytes("+OK\r\n$11\r\nhello\r\nyou!\r\n");
    });
}

#[test]
fn a_long_pipeline_gets_all_its_replies() {
    run_on_each_server(None, |address| {
        const TIMES: usize = 20_000;
        let mut client = Client::connect(address);
        let value = "x".repeat(1000);
        client.expect_reply(&format!("SET a {value}"), "+OK\r\n");
        let mut writer = client.0.try_clone().expect("a socket can be shared");
        // Another thread sends the requests while this one reads the replies. Otherwise the replies would fill all
        // socket buffers, and sending would never finish.
        let writes = thread::spawn(move || writer.write_all("GET a\r\n".repeat(TIMES).as_bytes()));
        let answer = format!("$1000\r\n{value}\r\n");
        (0..TIMES).for_each(|_| client.expect_bytes(&answer));
        writes.join().expect("the writer ends").expect("the server reads");
    });
}

#[test]
fn a_protocol_error_is_reported_and_closes_the_connection() {
    run_on_each_server(None, |address| {
        for (sent, error) in [
            ("*x\r\n", "invalid multibulk length"),
            ("*2147483648\r\n", "invalid multibulk length"),
            ("*1\r\n:1\r\n", "expected '$', got ':'"),
            ("*1\r\n$x\r\n", "invalid bulk length"),
            ("*1\r\n$-1\r\n", "invalid bulk length"),
            ("*1\r\n$536870913\r\n", "invalid bulk length"),
            ("SET a \"b\r\n", "unbalanced quotes in request"),
            ("SET a 'b'c\r\n", "unbalanced quotes in request"),
        ] {
            let mut client = Client::connect(address);
            client.send(format!("PING\r\n{sent}"));
            client.expect_close_after(&format!("+PONG\r\n-ERR Protocol error: {error}\r\n"));
        }
        let mut client = Client::connect(address);
        client.send("a".repeat(70_000));
        client.expect_close_after("-ERR Protocol error: too big inline request\r\n");
    });
}

#[test]
fn idle_and_incomplete_requests_do_not_delay_other_clients() {
    run_on_each_server(None, |address| {
        let idle: Vec<_> = (0..20).map(|_| Client::connect(address)).collect();
        let mut half = Client::connect(address);
        half.send("*2\r\n$4\r\nECHO\r\n$2");
        let mut giants: Vec<_> = (0..20).map(|_| Client::connect(address)).collect();
        // Each of the 20 clients announces an argument of 512 MB, but never sends most of it.
        giants.iter_mut().for_each(|giant| giant.send("*2\r\n$4\r\nECHO\r\n$536870912\r\nxyz"));
        let mut client = Client::connect(address);
        client.expect_reply("SET a 1", "+OK\r\n");
        client.wait_for_info("connected_clients", 42);
        drop((idle, giants));
        half.send("\r\nok\r\n");
        half.expect_bytes("$2\r\nok\r\n");
        client.wait_for_info("connected_clients", 2);
        client.expect_reply("GET a", "$1\r\n1\r\n");
    });
}

#[test]
fn a_blocked_client_is_served_and_its_next_requests_run() {
    run_on_each_server(None, |address| {
        let (mut blocked, mut pusher) = (Client::connect(address), Client::connect(address));
        blocked.send("BLPOP q 0\r\nPING\r\nBLPOP q 0.01\r\n");
        pusher.wait_for_info("blocked_clients", 1);
        pusher.expect_reply("RPUSH q task", ":1\r\n");
        blocked.expect_bytes("*2\r\n$1\r\nq\r\n$4\r\ntask\r\n+PONG\r\n*-1\r\n");
    });
}

#[test]
fn an_element_is_not_lost_to_a_blocked_client_that_disconnects() {
    run_on_each_server(None, |address| {
        let mut pusher = Client::connect(address);
        for how in [Shutdown::Both, Shutdown::Write] {
            let mut blocked = Client::connect(address);
            blocked.send("BLPOP q 0\r\n");
            pusher.wait_for_info("blocked_clients", 1);
            blocked.0.shutdown(how).expect("the client is connected");
            pusher.wait_for_info("blocked_clients", 0);
        }
        pusher.expect_reply("RPUSH q task", ":1\r\n");
        pusher.expect_reply("LPOP q", "$4\r\ntask\r\n");
    });
}

#[test]
fn disconnecting_discards_the_transaction() {
    run_on_each_server(None, |address| {
        let mut other = Client::connect(address);
        let mut leaving = Client::connect(address);
        leaving.expect_reply("MULTI", "+OK\r\n");
        leaving.expect_reply("SET a 1", "+QUEUED\r\n");
        other.wait_for_info("connected_clients", 2);
        drop(leaving);
        other.wait_for_info("connected_clients", 1);
        other.expect_reply("EXISTS a", ":0\r\n");
    });
}

#[test]
fn a_client_that_closes_its_sending_side_still_gets_replies() {
    run_on_each_server(None, |address| {
        // The server may see the end of the stream together with the request or after it. 50 attempts cover both cases.
        for _ in 0..50 {
            let mut client = Client::connect(address);
            client.send("PING\r\n");
            client.0.shutdown(std::net::Shutdown::Write).unwrap();
            client.expect_close_after("+PONG\r\n");
        }
    });
}

#[test]
fn quit_replies_and_closes_the_connection() {
    run_on_each_server(None, |address| {
        let mut client = Client::connect(address);
        client.send("QUIT\r\nPING\r\n");
        client.expect_close_after("+OK\r\n");
    });
}

#[test]
fn a_client_must_authenticate() {
    run_on_each_server(Some("open sesame"), |address| {
        let mut client = Client::connect(address);
        client.expect_reply("GET a", "-NOAUTH Authentication required.\r\n");
        client.expect_reply("AUTH wrong", "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
        client.expect_reply("AUTH default \"open sesame\"", "+OK\r\n");
        client.expect_reply("GET a", "$-1\r\n");
        let mut stranger = Client::connect(address);
        stranger.send("*2\r\n$4\r\nAUTH\r\n$16385\r\n");
        stranger.expect_close_after("-ERR Protocol error: unauthenticated bulk length\r\n");
        let mut stranger = Client::connect(address);
        stranger.send("*11\r\n");
        stranger.expect_close_after("-ERR Protocol error: unauthenticated multibulk length\r\n");
    });
}

#[test]
fn published_messages_reach_subscribers() {
    run_on_each_server(None, |address| {
        let (mut two, mut three, mut publisher) =
            (Client::connect(address), Client::connect(address), Client::connect(address));
        two.expect_reply("SUBSCRIBE news", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
        three.expect_reply("HELLO 3", "%7\r\n");
        // Skips all lines of the reply to HELLO.
        three.send("PING\r\n");
        while three.read_line() != "+PONG" {}
        three.expect_reply("PSUBSCRIBE n*", ">3\r\n$10\r\npsubscribe\r\n$2\r\nn*\r\n:1\r\n");
        publisher.expect_reply("PUBLISH news hello", ":2\r\n");
        two.expect_bytes("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
        three.expect_bytes(">4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
        two.expect_reply("GET a", "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n");
        three.expect_reply("GET a", "_\r\n");
        drop(two);
        publisher.wait_for_info("connected_clients", 2);
        publisher.expect_reply("PUBLISH news again", ":1\r\n");
    });
}

#[test]
fn monitor_shows_the_commands_of_other_clients() {
    run_on_each_server(None, |address| {
        let (mut monitor, mut client) = (Client::connect(address), Client::connect(address));
        monitor.expect_reply("MONITOR", "+OK\r\n");
        client.expect_reply("SELECT 3", "+OK\r\n");
        client.expect_reply("SET a \"two words\"", "+OK\r\n");
        let peer = client.0.local_addr().expect("the client is connected");
        for (database, words) in [(3, "\"SELECT\" \"3\""), (3, "\"SET\" \"a\" \"two words\"")] {
            let line = monitor.read_line();
            let (time, rest) =
                line.strip_prefix('+').and_then(|line| line.split_once(' ')).expect("a time and the rest");
            assert!(time.parse::<f64>().is_ok_and(|seconds| seconds > 1.7e9), "{line}");
            assert_eq!(rest, format!("[{database} {peer}] {words}"));
        }
    });
}

#[test]
fn keys_expire_without_being_accessed() {
    run_on_each_server(None, |address| {
        let (mut listener, mut client) = (Client::connect(address), Client::connect(address));
        client.expect_reply("CONFIG SET notify-keyspace-events Ex", "+OK\r\n");
        listener.expect_reply(
            "SUBSCRIBE __keyevent@0__:expired",
            "*3\r\n$9\r\nsubscribe\r\n$22\r\n__keyevent@0__:expired\r\n:1\r\n",
        );
        client.expect_reply("SET a 1 PX 5", "+OK\r\n");
        listener.expect_bytes("*3\r\n$7\r\nmessage\r\n$22\r\n__keyevent@0__:expired\r\n$1\r\na\r\n");
        client.expect_reply("DBSIZE", ":0\r\n");
    });
}

#[test]
fn client_info_reports_the_sizes_of_buffers() {
    const FIELDS: &[&str] =
        &["qbuf", "qbuf-free", "argv-mem", "multi-mem", "obl", "oll", "omem", "tot-net-in", "tot-net-out", "tot-cmds"];
    run_on_each_server(None, |address| {
        let mut client = Client::connect(address);
        let at_first = client.client_info(FIELDS);
        let none = "multi-mem=0 obl=0 oll=0 omem=0";
        assert_eq!(
            at_first,
            format!("qbuf=13 qbuf-free=20461 argv-mem=10 {none} tot-net-in=13 tot-net-out=0 tot-cmds=0")
        );
        client.expect_reply("PING", "+PONG\r\n");
        let then = client.client_info(&["tot-net-in", "tot-cmds"]);
        assert_eq!(then, "tot-net-in=32 tot-cmds=2");
        // `multi-mem` counts the bytes of each queued argument, and the size of a pointer per argument.
        let mut queueing = Client::connect(address);
        queueing.expect_reply("MULTI", "+OK\r\n");
        queueing.expect_reply("SET a bcd", "+QUEUED\r\n");
        let list = client.bulk_string("CLIENT LIST");
        assert!(list.contains(" multi-mem=31 "), "{list}");
        queueing.expect_reply("EXEC", "*1\r\n+OK\r\n");
    });
}

#[test]
fn a_blocking_call_is_counted_when_it_ends() {
    run_on_each_server(None, |address| {
        let (mut blocked, mut client) = (Client::connect(address), Client::connect(address));
        let calls = |client: &mut Client| {
            let line = client.info_field("commandstats", "cmdstat_blpop")?;
            let is_count = |part: &&str| !part.starts_with("usec");
            Some(line.split(',').filter(is_count).collect::<Vec<_>>().join(","))
        };
        blocked.send("CLIENT ID\r\n");
        let number = blocked.read_line().trim_start_matches(':').to_owned();
        blocked.send("BLPOP q 0\r\n");
        client.wait_for_info("blocked_clients", 1);
        assert_eq!(calls(&mut client), None);
        client.expect_reply("RPUSH q task", ":1\r\n");
        blocked.expect_bytes("*2\r\n$1\r\nq\r\n$4\r\ntask\r\n");
        assert_eq!(calls(&mut client).as_deref(), Some("calls=1,rejected_calls=0,failed_calls=0"));
        blocked.expect_reply("BLPOP q 0.01", "*-1\r\n");
        assert_eq!(calls(&mut client).as_deref(), Some("calls=2,rejected_calls=0,failed_calls=0"));
        blocked.send("BLPOP q 0\r\n");
        client.wait_for_info("blocked_clients", 1);
        client.expect_reply(&format!("CLIENT UNBLOCK {number} ERROR"), ":1\r\n");
        blocked.expect_bytes("-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
        assert_eq!(calls(&mut client).as_deref(), Some("calls=3,rejected_calls=0,failed_calls=1"));
    });
}

#[test]
fn a_client_above_a_buffer_limit_is_disconnected() {
    run_on_each_server(None, |address| {
        let mut client = Client::connect(address);
        let value = "x".repeat(200_000);
        client.send(encode_request(&["SET", "long", &value]));
        client.expect_bytes("+OK\r\n");
        client.expect_reply("CONFIG SET client-output-buffer-limit \"normal 100000 0 0\"", "+OK\r\n");
        let counted = |client: &mut Client, which: &str| {
            client.info_field("stats", &format!("client_{which}_buffer_limit_disconnections"))
        };
        // A client whose reply exceeds the limit receives nothing of it, and its later requests are not run.
        let mut greedy = Client::connect(address);
        greedy.expect_reply("PING", "+PONG\r\n");
        greedy.send("GET long\r\nSET behind 1\r\n");
        greedy.expect_close_after("");
        client.expect_reply("EXISTS behind", ":0\r\n");
        assert_eq!(counted(&mut client, "output").as_deref(), Some("1"));
        // EXEC runs the whole transaction before the limit is checked.
        let mut greedy = Client::connect(address);
        greedy.expect_reply("MULTI", "+OK\r\n");
        greedy.expect_reply("GET long", "+QUEUED\r\n");
        greedy.expect_reply("SET within 1", "+QUEUED\r\n");
        greedy.send("EXEC\r\n");
        greedy.expect_close_after("");
        client.expect_reply("EXISTS within", ":1\r\n");
        client.expect_reply("CONFIG SET client-query-buffer-limit 1048576", "+OK\r\n");
        let mut talker = Client::connect(address);
        // The server may close the connection before everything is written, so a failed write is not an error.
        drop(talker.0.write_all(&encode_request(&["SET", "long", &"y".repeat(1 << 20)])));
        talker.expect_close_after("");
        client.expect_reply("STRLEN long", ":200000\r\n");
        assert_eq!(counted(&mut client, "query").as_deref(), Some("1"));
        // The commands that MULTI has queued also count towards the limit. Redis notices only at the next request that
        // the limit is exceeded.
        let mut queuer = Client::connect(address);
        queuer.expect_reply("MULTI", "+OK\r\n");
        for _ in 0..5 {
            queuer.send(encode_request(&["SET", "long", &value]));
            queuer.expect_bytes("+QUEUED\r\n");
        }
        drop(queuer.0.write_all(&encode_request(&["SET", "long", &value])));
        queuer.expect_close_after("");
        assert_eq!(counted(&mut client, "query").as_deref(), Some("2"));
    });
}

#[test]
fn a_subscriber_above_its_soft_limit_is_disconnected_in_time() {
    run_on_each_server(None, |address| {
        let (mut client, mut subscriber) = (Client::connect(address), Client::connect(address));
        client.expect_reply("CONFIG SET client-output-buffer-limit \"pubsub 0 100000 1\"", "+OK\r\n");
        subscriber.expect_reply("SUBSCRIBE news", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
        // Fills the socket buffers and exceeds the soft limit. After that, no client sends anything.
        let message = "x".repeat(1_000_000);
        let mut unsent = 0;
        while unsent < 100_000 {
            client.send(encode_request(&["PUBLISH", "news", &message]));
            client.expect_bytes(":1\r\n");
            let list = client.bulk_string("CLIENT LIST TYPE pubsub");
            let words = list.split_whitespace().find_map(|word| word.strip_prefix("omem="));
            unsent = words.and_then(|number| number.parse().ok()).expect("it is a number");
        }
        client.wait_for_info("pubsub_clients", 0);
    });
}

#[test]
fn changes_since_the_last_save_count_changed_elements() {
    run_on_each_server(None, |address| {
        let mut client = Client::connect(address);
        let mut seen = 0;
        for (command, reply, changes) in [
            ("MSET a 1 b 2", "+OK\r\n", 2),
            ("GET a", "$1\r\n1\r\n", 0),
            ("RPUSH l a b c d e", ":5\r\n", 5),
            ("LPOP l 2", "*2\r\n$1\r\na\r\n$1\r\nb\r\n", 2),
            ("LMOVE l m LEFT RIGHT", "$1\r\nc\r\n", 1),
            ("LMOVE l l LEFT RIGHT", "$1\r\nd\r\n", 1),
            ("LTRIM l 1 1", "+OK\r\n", 1),
            ("LMPOP 2 none l LEFT COUNT 9", "*2\r\n$1\r\nl\r\n*1\r\n$1\r\nd\r\n", 1),
            ("RPUSH l a b a", ":3\r\n", 3),
            ("LREM l 0 a", ":2\r\n", 2),
            ("SADD s 3 1 2 3", ":3\r\n", 3),
            ("SORT s STORE t", ":3\r\n", 3),
            ("SREM s 1 2 9", ":2\r\n", 2),
            ("SPOP s 5", "*1\r\n$1\r\n3\r\n", 1),
            ("ZADD z 1 a 2 b 3 c", ":3\r\n", 3),
            ("ZADD z 1 a 5 b 6 d", ":1\r\n", 2),
            ("ZREM z a x", ":1\r\n", 1),
            ("ZREMRANGEBYRANK z 0 1", ":2\r\n", 2),
            ("ZPOPMAX z 5", "*2\r\n$1\r\nd\r\n$1\r\n6\r\n", 1),
            ("HSET h a 1 b 2 c 3", ":3\r\n", 3),
            ("HSET h a 1", ":0\r\n", 1),
            ("HEXPIRE h 100 FIELDS 3 a b x", "*3\r\n:1\r\n:1\r\n:-2\r\n", 2),
            ("HGETEX h PERSIST FIELDS 2 a c", "*2\r\n$1\r\n1\r\n$1\r\n3\r\n", 1),
            ("HSETEX h EX 50 FIELDS 2 a 7 d 8", ":1\r\n", 2),
            ("HGETDEL h FIELDS 2 a b", "*2\r\n$1\r\n7\r\n$1\r\n2\r\n", 2),
            ("HDEL h c d x", ":2\r\n", 2),
            ("BITFIELD bits SET u8 0 1 GET u8 0 SET u8 8 1", "*3\r\n:0\r\n:1\r\n:0\r\n", 2),
            ("RENAME a b", "+OK\r\n", 1),
            ("MOVE b 1", ":1\r\n", 1),
            ("SET a 1 PX 1", "+OK\r\n", 1),
        ] {
            client.expect_reply(command, reply);
            let now = client.info_field("persistence", "rdb_changes_since_last_save").and_then(|n| n.parse().ok());
            assert_eq!(now, Some(seen + changes), "{command}");
            seen += changes;
        }
        // The expiry of a key does not count as a change.
        while client.info_field("stats", "expired_keys").as_deref() != Some("1") {}
        let now = client.info_field("persistence", "rdb_changes_since_last_save").and_then(|n| n.parse().ok());
        assert_eq!(now, Some(seen));
    });
}

#[test]
fn lazily_freed_objects_are_counted() {
    run_on_each_server(None, |address| {
        let mut client = Client::connect(address);
        // Redis may still be freeing objects in its background thread, so the counts are polled.
        let counts = |client: &mut Client, number: &str| {
            let started = Instant::now();
            while client.info_field("memory", "lazyfreed_objects").as_deref() != Some(number) {
                assert!(started.elapsed() < TIMEOUT, "never counts {number}");
            }
        };
        let members: Vec<String> = (0..65).map(|n| n.to_string()).collect();
        client.expect_reply("CONFIG SET set-max-intset-entries 0 set-max-listpack-entries 0", "+OK\r\n");
        for (count, command) in [(64, "UNLINK s"), (65, "DEL s"), (65, "UNLINK s")] {
            client.expect_reply(&format!("SADD s {}", members[..count].join(" ")), &format!(":{count}\r\n"));
            client.expect_reply(command, ":1\r\n");
        }
        counts(&mut client, "1");
        client.expect_reply("MSET a 1 b 2", "+OK\r\n");
        client.expect_reply("FLUSHALL SYNC", "+OK\r\n");
        counts(&mut client, "3");
        for (mode, then) in [("SYNC", "3"), ("ASYNC", "4")] {
            client.expect_reply("SET a 1", "+OK\r\n");
            client.expect_reply("MULTI", "+OK\r\n");
            client.expect_reply(&format!("FLUSHDB {mode}"), "+QUEUED\r\n");
            client.expect_reply("EXEC", "*1\r\n+OK\r\n");
            counts(&mut client, then);
        }
    });
}

#[test]
fn debug_protocol_replies_with_every_type() {
    let types: [(&str, &str, &str); 13] = [
        ("string", "$11\r\nHello World\r\n", "$11\r\nHello World\r\n"),
        ("integer", ":12345\r\n", ":12345\r\n"),
        ("double", "$5\r\n3.141\r\n", ",3.141\r\n"),
        ("null", "$-1\r\n", "_\r\n"),
        ("array", "*3\r\n:0\r\n:1\r\n:2\r\n", "*3\r\n:0\r\n:1\r\n:2\r\n"),
        ("set", "*3\r\n:0\r\n:1\r\n:2\r\n", "~3\r\n:0\r\n:1\r\n:2\r\n"),
        ("map", "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n", "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n"),
        (
            "attrib",
            "$39\r\nSome real reply following the attribute\r\n",
            "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n\
             $39\r\nSome real reply following the attribute\r\n",
        ),
        (
            "push",
            "-ERR RESP2 is not supported by this command\r\n",
            "$40\r\nSome real reply following the push reply\r\n>2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n",
        ),
        ("verbatim", "$25\r\nThis is a verbatim\nstring\r\n", "=29\r\ntxt:This is a verbatim\nstring\r\n"),
        ("true", ":1\r\n", "#t\r\n"),
        ("false", ":0\r\n", "#f\r\n"),
        ("bignum", "$37\r\n1234567999999999999999999999999999999\r\n", "(1234567999999999999999999999999999999\r\n"),
    ];
    run_on_each_server(None, |address| {
        let (mut old, mut new) = (Client::connect(address), Client::connect(address));
        new.send("HELLO 3\r\nECHO .\r\n");
        while new.read_line() != "." {}
        for (name, resp2, resp3) in types {
            old.expect_reply(&format!("DEBUG PROTOCOL {name}"), resp2);
            new.expect_reply(&format!("debug protocol {name}"), resp3);
        }
        old.expect_reply(
            "DEBUG PROTOCOL nosuch",
            "-ERR Wrong protocol type name. Please use one of the following: \
             string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false\r\n",
        );
    });
}

#[test]
fn debug_populates_digests_and_reloads() {
    run_on_each_server(None, |address| {
        let mut client = Client::connect(address);
        client.expect_reply("DEBUG DIGEST", "+0000000000000000000000000000000000000000\r\n");
        client.expect_reply("SET key:1 mine", "+OK\r\n");
        client.expect_reply("DEBUG POPULATE 3", "+OK\r\n");
        client.expect_reply("MGET key:0 key:1 key:2", "*3\r\n$7\r\nvalue:0\r\n$4\r\nmine\r\n$7\r\nvalue:2\r\n");
        client.expect_reply("DEBUG POPULATE 1 long 9", "+OK\r\n");
        client.expect_reply("DEBUG POPULATE 1 short 3", "+OK\r\n");
        client.expect_reply("MGET long:0 short:0", "*2\r\n$9\r\nvalue:0\0\0\r\n$3\r\nval\r\n");
        client.expect_reply("DEBUG POPULATE -1", "-ERR value is out of range, must be positive\r\n");
        client.expect_reply("DEBUG POPULATE 1 a b", "-ERR value is out of range, must be positive\r\n");
        client.expect_reply("DEBUG DIGEST", "+ec0459ec702fb7efe5a72f9c793a734d8c746d3f\r\n");
        // A hash or sorted set that has been converted to a table stays a table until it is reloaded.
        for (fill, shrink, encoding, then) in [
            ("SADD k 1 2 x", "SREM k x", "listpack", "listpack"),
            ("HSET k a 1 b 2 c 3", "HDEL k c", "hashtable", "listpack"),
            ("ZADD k 1 a 2 b 3 c", "ZREM k c", "skiplist", "listpack"),
            ("RPUSH k a b c d", "LPOP k", "quicklist", "quicklist"),
        ] {
            client.expect_reply("DEL k", if encoding == "listpack" { ":0\r\n" } else { ":1\r\n" });
            for name in ["hash-max-listpack-entries", "zset-max-listpack-entries", "list-max-listpack-size"] {
                client.expect_reply(&format!("CONFIG SET {name} 2"), "+OK\r\n");
            }
            let added = fill.split(' ').count() - 2;
            let added = if fill.starts_with('H') || fill.starts_with('Z') { added / 2 } else { added };
            client.expect_reply(fill, &format!(":{added}\r\n"));
            client.expect_reply(shrink, if fill.starts_with('R') { "$1\r\na\r\n" } else { ":1\r\n" });
            client.expect_reply("OBJECT ENCODING k", &format!("${}\r\n{encoding}\r\n", encoding.len()));
            client.expect_reply("DEBUG RELOAD", "+OK\r\n");
            client.expect_reply("OBJECT ENCODING k", &format!("${}\r\n{then}\r\n", then.len()));
        }
        client.expect_reply("CONFIG SET list-max-listpack-size 10", "+OK\r\n");
        client.expect_reply(
            "DEBUG RELOAD NOSUCH",
            "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n",
        );
    });
}

#[test]
fn a_stopped_server_closes_all_connections() {
    let mut server = ServerThread::start(None);
    let (mut blocked, mut client) = (Client::connect(server.address), Client::connect(server.address));
    blocked.send("BLPOP q 0\r\n");
    client.wait_for_info("blocked_clients", 1);
    assert_eq!(server.stop(), Ok(()));
    blocked.expect_close_after("");
    client.expect_close_after("");
    let refused = TcpStream::connect(server.address).map_err(|error| error.kind());
    assert_eq!(refused.err(), Some(io::ErrorKind::ConnectionRefused));
}
