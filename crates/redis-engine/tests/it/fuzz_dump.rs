//! Passes damaged payloads to RESTORE. Nothing may panic, and a value that is accepted must survive DUMP and RESTORE.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use redis_engine::Engine;
use redis_engine::client::ClientId;
use redis_engine::resp::value::{self, Value};
use test_support::fuzz::check;

const NOW_US: i64 = 1_700_000_000_000_000;

/// An engine with a client, whose commands are sent as words.
struct SingleClient(Engine, ClientId);

impl SingleClient {
    fn new() -> Self {
        let mut engine = Engine::new(1, NOW_US);
        engine.server.config.set_unchecked("enable-debug-command", b"yes");
        let client = engine.connect();
        SingleClient(engine, client)
    }

    fn send(&mut self, argv: &[&[u8]]) -> Value {
        self.0.execute(self.1, argv, NOW_US);
        let bytes = self.0.server.clients.get_mut(self.1).reply.take();
        value::parse(&bytes).expect("the engine writes replies").expect("a command has a reply").0
    }

    fn dump(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        match self.send(&[b"DUMP", key]) {
            Value::Bulk(payload) => Some(payload),
            _ => None,
        }
    }

    /// Sends commands that use all parts of a stream, which a damaged payload must not bring to panic.
    fn use_stream(&mut self, key: &[u8]) {
        let lines = [
            "XINFO STREAM {key} FULL",
            "XINFO CONSUMERS {key} g",
            "XPENDING {key} g - + 9",
            "XRANGE {key} - +",
            "XREVRANGE {key} + -",
            "MEMORY USAGE {key}",
            "XREADGROUP GROUP g ann STREAMS {key} 0",
            "XREADGROUP GROUP g ann STREAMS {key} >",
            "XAUTOCLAIM {key} g bob 0 0",
            "XCLAIM {key} g carl 1 1-0",
            "XADD {key} * a b",
            "XADD {key} * a b",
            "XDEL {key} 5-1 1-0",
            "XTRIM {key} MAXLEN 1",
            "XACKDEL {key} g IDS 1 2-0",
            "XGROUP DELCONSUMER {key} g ann",
            "XTRIM {key} MAXLEN 0",
        ];
        for line in lines {
            let words = line.split(' ').map(|word| if word == "{key}" { key } else { word.as_bytes() });
            self.send(&words.collect::<Vec<_>>());
        }
    }

    fn digest(&mut self, key: &[u8]) -> Value {
        self.send(&[b"DEBUG", b"DIGEST-VALUE", key])
    }
}

/// Commands that create the key `k`, with a value of each type and encoding. `{element}` stands for a random element.
const VALUES: [&[&str]; 13] = [
    &["SET k {element}"],
    &["RPUSH k {element} {element} 1 -5000 70000 {element}"],
    &["CONFIG SET list-max-listpack-size 2", "RPUSH k {element} {element} {element} {element} b c"],
    &["SADD k 1 2 -70000 5000000000"],
    &["SADD k {element} {element} a 1"],
    &["ZADD k 1 {element} 2.5 {element} inf c"],
    &["CONFIG SET zset-max-listpack-entries 1", "ZADD k 1 {element} 2.5 {element} -inf c"],
    &["HSET k a {element} {element} 1"],
    &["HSET k a {element} b 1 c 2", "HPEXPIREAT k 1800000000000 FIELDS 2 a c"],
    &["CONFIG SET hash-max-listpack-entries 1", "HSET k a {element} b 1", "HPEXPIREAT k 1800000000000 FIELDS 1 b"],
    &["XADD k 5-1 a {element} b 1", "XADD k 5-2 a 3 b {element}", "XADD k 70000-0 c {element}", "XDEL k 5-2"],
    &[
        "CONFIG SET stream-node-max-entries 1",
        "XADD k 1-0 {element} {element}",
        "XADD k 2-0 a b",
        "XGROUP CREATE k g 0 ENTRIESREAD 0",
        "XGROUP CREATE k h 5",
        "XREADGROUP GROUP g ann COUNT 1 STREAMS k >",
        "XREADGROUP GROUP g bob STREAMS k >",
        "XGROUP CREATECONSUMER k h carl",
    ],
    &["XADD k 1 a b", "XGROUP CREATE k g 0", "XREADGROUP GROUP g {element} STREAMS k >"],
];

/// Returns the payload of a value. Each `{element}` is replaced by the next of `elements`.
fn payload(value: usize, elements: &[Vec<u8>]) -> Vec<u8> {
    let mut server = SingleClient::new();
    let mut elements = elements.iter().cycle();
    for line in VALUES[value] {
        let words: Vec<Vec<u8>> = line
            .split(' ')
            .map(|word| match word {
                "{element}" => elements.next().cloned().unwrap_or_default(),
                word => word.as_bytes().to_vec(),
            })
            .collect();
        server.send(&words.iter().map(Vec::as_slice).collect::<Vec<_>>());
    }
    server.dump(b"k").expect("the key exists")
}

/// Returns the CRC-64 of a payload.
fn checksum(bytes: &[u8]) -> [u8; 8] {
    let sum = bytes.iter().fold(0_u64, |sum, &byte| {
        (0..8).fold(sum ^ u64::from(byte), |sum, _| (sum >> 1) ^ (0x95ac_9329_ac4b_c9b5 * (sum & 1)))
    });
    sum.to_le_bytes()
}

fn elements() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let text = prop_oneof![
        vec(any::<u8>(), 0..80),
        (any::<u8>(), 0_usize..9000).prop_map(|(byte, length)| vec![byte; length]),
        any::<i64>().prop_map(|n| n.to_string().into_bytes()),
    ];
    vec(text, 3..5)
}

#[test]
fn a_value_is_restored_as_it_was_dumped() {
    check(&(0..VALUES.len(), elements()), |(value, elements)| {
        let payload = payload(value, &elements);
        let mut server = SingleClient::new();
        prop_assert_eq!(server.send(&[b"RESTORE", b"a", b"0", &payload]), Value::Simple(b"OK".to_vec()));
        let again = server.dump(b"a").expect("it was restored");
        prop_assert_eq!(server.send(&[b"RESTORE", b"b", b"0", &again]), Value::Simple(b"OK".to_vec()));
        prop_assert_eq!(server.digest(b"a"), server.digest(b"b"));
        Ok(())
    });
}

#[test]
fn a_damaged_payload_is_refused_or_is_a_value() {
    let damage = vec((any::<Index>(), any::<u8>()), 1..4);
    let cut = proptest::option::of(any::<Index>());
    check(&(0..VALUES.len(), elements(), damage, cut, any::<bool>()), |(value, elements, damage, cut, is_sealed)| {
        let mut payload = payload(value, &elements);
        if is_sealed {
            payload.truncate(payload.len() - 10);
            for (at, byte) in damage {
                let at = at.index(payload.len().min(40));
                payload[at] = byte;
            }
            payload.truncate(cut.map_or(payload.len(), |cut| cut.index(payload.len())));
            payload.extend(12_u16.to_le_bytes());
            let sum = checksum(&payload);
            payload.extend(sum);
        } else {
            let (at, byte) = damage[0];
            let at = at.index(payload.len());
            prop_assume!(payload[at] != byte);
            payload[at] = byte;
        }
        let mut server = SingleClient::new();
        match server.send(&[b"RESTORE", b"a", b"0", &payload]) {
            Value::Simple(_) => {
                prop_assert!(is_sealed, "a wrong checksum was accepted");
                let again = server.dump(b"a").expect("it was restored");
                prop_assert_eq!(server.send(&[b"RESTORE", b"b", b"0", &again]), Value::Simple(b"OK".to_vec()));
                prop_assert_eq!(server.digest(b"a"), server.digest(b"b"));
                server.use_stream(b"b");
            }
            Value::Error(text) => {
                let expected: &[u8] =
                    if is_sealed { b"ERR Bad data format" } else { b"ERR DUMP payload version or checksum are wrong" };
                prop_assert_eq!(text, expected);
            }
            other => prop_assert!(false, "the reply is {:?}", other),
        }
        Ok(())
    });
}
