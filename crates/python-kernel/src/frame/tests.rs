//! Tests of encoding and decoding protocol frames.

use super::*;

fn assert_round_trips<F: Frame + PartialEq + std::fmt::Debug>(frame: F) {
    let mut pipe = Vec::new();
    write(&mut pipe, 7, &frame).unwrap();
    let whole = pipe.len();
    assert_eq!(read::<F>(&mut pipe.as_slice()).unwrap(), Some((7, frame)));
    for cut in 1..whole {
        assert!(
            read::<F>(&mut &pipe[..cut]).is_err() || cut < 4,
            "a frame cut at byte {cut} of {whole} must be refused"
        );
    }
}

#[test]
fn every_frame_is_decoded_as_it_was_encoded() {
    assert_round_trips(ToChild::Start { seed: u64::MAX, module: "__main__".into() });
    assert_round_trips(ToChild::Run { number: 3, source: "r.get('é')".into(), echo: true });
    assert_round_trips(ToChild::Time { unix_us: -1 });
    assert_round_trips(ToChild::Line { text: Some(String::new()) });
    assert_round_trips(ToChild::Line { text: None });
    assert_round_trips(ToChild::DiscardInterrupt);
    assert_round_trips(ToChild::SaveVariables);
    assert_round_trips(ToChild::RestoreVariables);
    assert_round_trips(FromChild::Connect {
        connection: 1,
        host: "localhost".into(),
        port: 6379,
        setup_commands: b"\r\n\0\xff".to_vec(),
    });
    assert_round_trips(FromChild::Exchange { connection: 1, data: vec![0; 3], timeout_us: Some(5_000_000) });
    assert_round_trips(FromChild::Receive { connection: 1, timeout_us: None });
    assert_round_trips(FromChild::ReceiveAny { connections: vec![3, 1], timeout_us: Some(5) });
    let arrivals = vec![Arrival { index: 1, data: Some(vec![7]) }, Arrival { index: 0, data: None }];
    assert_round_trips(ToChild::ReceivedAny { arrivals });
    assert_round_trips(FromChild::Output { stream: Stream::Stderr, text: "w".into() });
    assert_round_trips(FromChild::Completions { names: vec!["a".into(), String::new()] });
    assert_round_trips(ToChild::Describe { name: "r.hset".into() });
    assert_round_trips(FromChild::Described { description: None });
    assert_round_trips(FromChild::Described {
        description: Some(Description {
            method: Some("HashCommands.hset".into()),
            class: "function".into(),
            value: Some("5".into()),
            parameters: Some(vec!["name".into(), "key=None".into()]),
            doc: Some(String::new()),
        }),
    });
    assert_round_trips(FromChild::ShowHelp { method: "HashCommands.hset".into() });
    assert_round_trips(FromChild::ThreadCount { count: 2 });
    assert_round_trips(FromChild::InterruptWait);
    assert_round_trips(FromChild::VariablesSaved { are_restorable: true });
    assert_round_trips(FromChild::VariablesRestored);
    assert_round_trips(FromChild::RunFinished(RunOutcome {
        last_echo: Some("b'x'".into()),
        exception: Some(UncaughtException {
            exit_status: Some(-3),
            class: "SystemExit".into(),
            ..UncaughtException::default()
        }),
    }));
}

#[test]
fn bytes_that_are_not_a_frame_are_refused() {
    for bytes in [&b"\0\0\0\0"[..], b"\xff\xff\xff\xff", b"\x05\0\0\0\x63\0\0\0\0", b"\x06\0\0\0\x05\0\0\0\0\0"] {
        assert!(read::<ToChild>(&mut &*bytes).is_err(), "{bytes:?}");
    }
    assert!(read::<ToChild>(&mut &b""[..]).unwrap().is_none());
    let unknown_stream = b"\x0a\0\0\0\x01\0\0\0\0\x02\0\0\0\0";
    assert!(read::<FromChild>(&mut &unknown_stream[..]).is_err());
}

#[test]
fn long_frames_are_read_whole_and_their_length_alone_allocates_little() {
    for length in [EAGER_CAPACITY - 9, EAGER_CAPACITY, 3 * EAGER_CAPACITY + 1] {
        let frame = ToChild::Received { data: vec![7; length] };
        let mut pipe = Vec::new();
        append(&mut pipe, 7, &frame).unwrap();
        assert_eq!(read(&mut pipe.as_slice()).unwrap(), Some((7, frame)));
        assert!(read::<ToChild>(&mut &pipe[..pipe.len() - 1]).is_err());
    }
    let mut largest = Largest { length: MAX_FRAME.to_le_bytes().to_vec(), most: 0 };
    assert!(read::<ToChild>(&mut largest).is_err());
    assert!(largest.most <= EAGER_CAPACITY, "{} bytes are allocated for nothing", largest.most);
}

/// A pipe that ends after a frame's length prefix. It records the size of the largest read.
struct Largest {
    length: Vec<u8>,
    most: usize,
}

impl Read for Largest {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.most = self.most.max(buffer.len());
        let given = self.length.len().min(buffer.len());
        buffer[..given].copy_from_slice(&self.length[..given]);
        self.length.drain(..given);
        Ok(given)
    }
}
