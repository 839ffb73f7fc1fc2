//! Tests of connections from the `redis` package: the commands that a child process sends, and how it converts replies.

use super::*;

#[test]
fn replies_become_python_objects() {
    let mut python = Python::start();
    python
        .output_of("import _wire\nc, replies = _wire.open('localhost', 6379, [('HELLO', 3), ('CLIENT SETNAME', 'x')])");
    assert_eq!(python.output_of("replies"), "[b'OK', b'OK']\n");
    for (resp, encoding, shown) in [
        ("+OK|", "None", "b'OK'"),
        ("+OK|", "'utf-8'", "'OK'"),
        ("$2|é|", "'utf-8'", "'é'"),
        ("$2|é|", "'latin-1'", "'Ã©'"),
        ("$-1|", "None", "None"),
        ("*-1|", "None", "None"),
        ("_|", "None", "None"),
        (":-5|", "None", "-5"),
        (",1.5|", "None", "1.5"),
        (",-inf|", "None", "-inf"),
        ("#t|", "None", "True"),
        ("(123456789012345678901234567890|", "None", "123456789012345678901234567890"),
        ("*2|$1|a|*1|:1|", "None", "[b'a', [1]]"),
        ("%2|+a|:1|+b|:2|", "'utf-8'", "{'a': 1, 'b': 2}"),
        ("%1|*1|+k|:1|", "None", "[([b'k'], 1)]"),
        ("~2|:1|:2|", "None", "[1, 2]"),
        ("=5|txt:x|", "None", "b'x'"),
        ("-ERR no|", "None", "ErrorReply('ERR no')"),
        ("*1|!6|WRONG!|", "None", "[ErrorReply('WRONG!')]"),
        (">1|:1|", "None", "[1]"),
    ] {
        let source = format!("print(repr(_wire.call(c, ('ECHO', '{resp}'), None, {encoding})))");
        assert_eq!(python.output_of(&source).trim_end(), shown, "{resp}");
    }
    assert_eq!(python.output_of("type(_wire.call(c, ('ECHO', '>1|:1|'), None, None))"), "<class '_wire.Push'>\n");
}

#[test]
fn a_reply_may_arrive_in_pieces() {
    let mut python = Python::start();
    python.output_of("import _wire\nc, _ = _wire.open('localhost', 6379, [])");
    python.start_run("_wire.call(c, ('PING',), 2.5, None), _wire.pending(c), _wire.read(c, 1, None)");
    for (i, piece) in ["*2\r\n$3\r\na", "bc\r", "\n:1\r\n+mo", "re\r\n"].into_iter().enumerate() {
        let (thread, request) = python.receive().unwrap();
        let timeout_us = if i < 3 { 2_500_000 } else { 1_000_000 };
        match request {
            FromChild::Exchange { timeout_us: requested, .. } | FromChild::Receive { timeout_us: requested, .. } => {
                assert_eq!(requested, Some(timeout_us), "piece {i}");
            }
            other => panic!("{other:?}"),
        }
        python.send(thread, &ToChild::Received { data: piece.as_bytes().to_vec() });
    }
    assert_eq!(python.finish_run().unwrap().stdout, "([b'abc', 1], True, b'more')\n");
}

#[test]
fn code_that_runs_while_a_reply_is_converted_can_use_the_same_objects() {
    let mut python = Python::start();
    python.output_of("import _wire, codecs\nc, _ = _wire.open('localhost', 6379, [])");
    python.output_of(
        "def decode(data, errors='strict'):\n    return str(_wire.pending(c)) + str(_wire.call(c, ('ECHO', ':7|'), None, None)), len(data)\n",
    );
    python.output_of("codecs.register(lambda name: codecs.CodecInfo(None, decode) if name == 'nested' else None)");
    assert_eq!(python.output_of("_wire.call(c, ('ECHO', '*2|+a|+b|'), None, 'nested')"), "['False7', 'False7']\n");
    assert_eq!(
        python.output_of("_wire.call(c, ('ECHO', ':1|+a|'), None, None), _wire.read(c, None, 'nested')"),
        "(1, 'False7')\n"
    );
    python.output_of("class Member:\n    def __repr__(self): members.append(1); return 'm'\n");
    assert_eq!(python.output_of("members = [Member()]; len(_wire.shuffled(members)), len(members)"), "(1, 2)\n");
}

#[test]
fn commands_are_packed_as_redis_py_packs_them() {
    let mut python = Python::start();
    python.output_of("import _wire");
    for (command, packed) in [
        ("('CONFIG GET', 'a b')", "*3|$6|CONFIG|$3|GET|$3|a b|"),
        ("('SET', b'\\xff', 1)", "*3|$3|SET|$1|\\xff|$1|1|"),
        ("('SET', 1.5, 10**20)", "*3|$3|SET|$3|1.5|$21|100000000000000000000|"),
        ("('X', bytearray(b'a'), memoryview(b'b'), 'é')", "*4|$1|X|$1|a|$1|b|$2|\\xc3\\xa9|"),
        ("(b'A B', -1)", "*2|$3|A B|$2|-1|"),
    ] {
        let shown = format!("b'{}'\n", packed.replace('|', "\\r\\n"));
        assert_eq!(python.output_of(&format!("_wire.pack({command})")), shown);
    }
    for element in ["None", "True", "[]", "{'a': 1}", "object()"] {
        let result = python.run(&format!("_wire.pack(('SET', {element}))"));
        assert_eq!(result.exception().class, "_wire.Unencodable", "{element}");
    }
    assert_eq!(
        python.output_of("_wire.pack_with(('X', 'é'), 'latin-1', 'strict')"),
        "b'*2\\r\\n$1\\r\\nX\\r\\n$1\\r\\n\\xe9\\r\\n'\n"
    );
}

/// Answers the requests of a program until it waits for several connections. Returns the thread, the connections and the
/// timeout.
fn next_wait_for_several(python: &mut Python) -> (u32, Vec<u32>, Option<u64>) {
    loop {
        let (thread, request) = python.receive().expect("the child runs");
        if let FromChild::ReceiveAny { connections, timeout_us } = request {
            return (thread, connections, timeout_us);
        }
        if let Some(answer) = python.answer(&request) {
            python.send(thread, &answer);
        }
    }
}

#[test]
fn an_event_loop_waits_for_all_connections_and_for_its_next_timer_at_once() {
    let mut python = Python::start();
    let arrival = |index, data: Option<&str>| Arrival { index, data: data.map(|data| data.as_bytes().to_vec()) };
    python.start_run(
        "import asyncio\nfrom redis.asyncio import Redis\n\nasync def main():\n    a = Redis(retry=None)\n    \
         results = await asyncio.gather(a.get('a'), a.blpop('b', 0), asyncio.sleep(2, 'slept'), return_exceptions=True)\n    \
         return results, len(a.connection_pool._available_connections)\n\nasyncio.run(main())",
    );
    let (thread, connections, timeout_us) = next_wait_for_several(&mut python);
    assert_eq!((connections.as_slice(), timeout_us), ([1, 2].as_slice(), Some(2_000_000)));
    // A reply arrives in two pieces.
    for piece in ["$3\r\nf", "oo\r\n"] {
        let arrivals = vec![arrival(0, Some(piece))];
        python.send(thread, &ToChild::ReceivedAny { arrivals });
        let (_, connections, timeout_us) = next_wait_for_several(&mut python);
        assert_eq!((connections.as_slice(), timeout_us), ([1, 2].as_slice(), Some(2_000_000)));
    }
    python.clock_us += 2_000_000;
    python.send(thread, &ToChild::TimedOut);
    let (_, connections, timeout_us) = next_wait_for_several(&mut python);
    // The next timer is the client's socket_timeout of five seconds.
    assert_eq!((connections.as_slice(), timeout_us), ([1, 2].as_slice(), Some(3_000_000)));
    python.send(thread, &ToChild::ReceivedAny { arrivals: vec![arrival(1, None)] });
    let result = python.finish_run().expect("the child runs");
    assert_eq!(result.stdout, "([b'foo', network:ConnectionError, 'slept'], 2)\n", "{result:?}");
}

#[test]
fn an_interrupt_ends_the_wait_of_an_event_loop() {
    let mut python = Python::start();
    python.start_run("import asyncio\nfrom redis.asyncio import Redis\nasyncio.run(Redis().blpop('q'))");
    let (thread, ..) = next_wait_for_several(&mut python);
    python.send(thread, &ToChild::Interrupted);
    let result = python.finish_run().expect("the child runs");
    assert_eq!(result.exception().class, "KeyboardInterrupt");
}

#[test]
fn failures_of_a_connection_raise_exceptions() {
    let mut python = Python::start();
    python.output_of("import _wire\nc, _ = _wire.open('localhost', 6379, [])");
    for (answer, source, class) in [
        (ToChild::TimedOut, "_wire.read(c, 1.0, None)", "_wire.TimedOut"),
        (ToChild::ConnectionClosed, "_wire.call(c, ('PING',), 1, None)", "_wire.Closed"),
        (ToChild::Interrupted, "_wire.call(c, ('BLPOP', 'q', 0), None, None)", "KeyboardInterrupt"),
        (ToChild::Interrupted, "import time; time.sleep(9)", "KeyboardInterrupt"),
        (ToChild::Interrupted, "input()", "KeyboardInterrupt"),
        (
            ToChild::ConnectionRefused { reason: "Connection refused".into() },
            "_wire.open('h', 1, [])",
            "ConnectionRefusedError",
        ),
    ] {
        python.next_answer = Some(answer);
        assert_eq!(python.run(source).exception().class, class, "{source}");
    }
    assert_eq!(python.run("_wire.close(c); _wire.read(c, 1, None)").exception().class, "_wire.Closed");
}
