//! Tests, with random inputs, the functions with which the parent decodes frames from a child process and analyses
//! Python source text. The parent must survive arbitrary bytes and source text, because it holds the session and its
//! data.

use std::fmt::Debug;
use std::io::Read;
use std::path::Path;
use std::{fs, thread};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use python_kernel::frame::{
    self, Arrival, Description, Frame, FromChild, RunOutcome, Stream, ToChild, UncaughtException, Walls,
};
use python_kernel::syntax::{self, Completeness};
use test_support::fuzz::{Checked, check};

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,12}|[a-z\n\0é日]{0,6}"
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..24)
}

fn to_child() -> impl Strategy<Value = ToChild> {
    prop_oneof![
        (any::<u64>(), text()).prop_map(|(seed, module)| ToChild::Start { seed, module }),
        (any::<u32>(), text(), any::<bool>()).prop_map(|(number, source, echo)| ToChild::Run { number, source, echo }),
        bytes().prop_map(|data| ToChild::Connected { data }),
        text().prop_map(|reason| ToChild::ConnectionRefused { reason }),
        bytes().prop_map(|data| ToChild::Received { data }),
        vec((any::<u32>(), proptest::option::of(bytes())), 0..4).prop_map(|arrivals| {
            let arrival = |(index, data)| Arrival { index, data };
            ToChild::ReceivedAny { arrivals: arrivals.into_iter().map(arrival).collect() }
        }),
        Just(ToChild::TimedOut),
        Just(ToChild::ConnectionClosed),
        any::<i64>().prop_map(|unix_us| ToChild::Time { unix_us }),
        Just(ToChild::Slept),
        proptest::option::of(text()).prop_map(|text| ToChild::Line { text }),
        Just(ToChild::Interrupted),
        Just(ToChild::DiscardInterrupt),
        Just(ToChild::SaveVariables),
        Just(ToChild::RestoreVariables),
        text().prop_map(|text| ToChild::GetCompletions { text }),
        text().prop_map(|name| ToChild::Describe { name }),
    ]
}

fn outcome() -> impl Strategy<Value = RunOutcome> {
    let exception = (text(), text(), text(), proptest::option::of(any::<i32>())).prop_map(
        |(class, message, traceback, exit_status)| UncaughtException { class, message, traceback, exit_status },
    );
    (proptest::option::of(text()), proptest::option::of(exception))
        .prop_map(|(last_echo, exception)| RunOutcome { last_echo, exception })
}

fn description() -> impl Strategy<Value = Description> {
    let optional = || proptest::option::of(text());
    (optional(), text(), optional(), proptest::option::of(vec(text(), 0..4)), optional())
        .prop_map(|(method, class, value, parameters, doc)| Description { method, class, value, parameters, doc })
}

fn from_child() -> impl Strategy<Value = FromChild> {
    let stream = select(vec![Stream::Stdout, Stream::Stderr]);
    let timeout = || proptest::option::of(any::<u64>());
    prop_oneof![
        any::<u8>().prop_map(|bits| FromChild::Ready { walls: Walls::from_bits(bits) }),
        (stream, text()).prop_map(|(stream, text)| FromChild::Output { stream, text }),
        (any::<u32>(), text(), any::<u16>(), bytes()).prop_map(|(connection, host, port, setup_commands)| {
            FromChild::Connect { connection, host, port, setup_commands }
        }),
        (any::<u32>(), bytes()).prop_map(|(connection, data)| FromChild::Send { connection, data }),
        (any::<u32>(), timeout()).prop_map(|(connection, timeout_us)| FromChild::Receive { connection, timeout_us }),
        (vec(any::<u32>(), 0..4), timeout())
            .prop_map(|(connections, timeout_us)| FromChild::ReceiveAny { connections, timeout_us }),
        (any::<u32>(), bytes(), timeout()).prop_map(|(connection, data, timeout_us)| FromChild::Exchange {
            connection,
            data,
            timeout_us
        }),
        any::<u32>().prop_map(|connection| FromChild::Disconnect { connection }),
        Just(FromChild::GetTime),
        any::<u64>().prop_map(|duration_us| FromChild::Sleep { duration_us }),
        text().prop_map(|prompt| FromChild::ReadLine { prompt }),
        outcome().prop_map(FromChild::RunFinished),
        vec(text(), 0..4).prop_map(|names| FromChild::Completions { names }),
        proptest::option::of(description()).prop_map(|description| FromChild::Described { description }),
        text().prop_map(|method| FromChild::ShowHelp { method }),
        any::<bool>().prop_map(|are_restorable| FromChild::VariablesSaved { are_restorable }),
        Just(FromChild::VariablesRestored),
        Just(FromChild::InterruptWait),
        any::<u32>().prop_map(|count| FromChild::ThreadCount { count }),
    ]
}

fn encoded<F: Frame>(thread: u32, frame: &F) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::append(&mut bytes, thread, frame).expect("the frame is short");
    bytes
}

/// A pipe that delivers its bytes in pieces of the given maximum size.
struct InPieces<'a>(&'a [u8], usize);

impl Read for InPieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.1.min(buffer.len());
        self.0.read(&mut buffer[..length])
    }
}

/// Checks that a frame that is written twice is read twice, and that a truncated frame is not read.
fn check_round_trip<F: Frame + Debug + PartialEq + Clone>(thread: u32, frame: &F) -> Checked {
    let bytes = encoded(thread, frame);
    let twice = [bytes.as_slice(), &bytes].concat();
    for piece in [1, 3, usize::MAX] {
        let mut pipe = InPieces(&twice, piece);
        for _ in 0..2 {
            prop_assert_eq!(frame::read(&mut pipe).ok().flatten(), Some((thread, frame.clone())));
        }
        prop_assert_eq!(frame::read::<F>(&mut pipe).ok(), Some(None));
    }
    prop_assert_eq!(frame::parse(&twice).ok().flatten(), Some((thread, frame.clone(), bytes.len())));
    for end in 0..bytes.len() {
        let cut = frame::read::<F>(&mut &bytes[..end]);
        prop_assert!(!matches!(cut, Ok(Some(_))), "{end} of {} bytes are not a frame: {cut:?}", bytes.len());
        prop_assert_eq!(frame::parse::<F>(&bytes[..end]).ok(), Some(None), "{} of {} bytes", end, bytes.len());
    }
    Ok(())
}

#[test]
fn frames_to_a_child_are_read_as_they_were_written() {
    check(&(any::<u32>(), to_child()), |(thread, frame)| check_round_trip(thread, &frame));
}

#[test]
fn frames_from_a_child_are_read_as_they_were_written() {
    check(&(any::<u32>(), from_child()), |(thread, frame)| check_round_trip(thread, &frame));
}

/// Checks that if arbitrary bytes begin with a valid frame, encoding that frame gives exactly the same bytes.
fn check_canonical<F: Frame + Debug>(bytes: &[u8]) -> Checked {
    let mut rest = bytes;
    let read = frame::read::<F>(&mut rest);
    let parsed = frame::parse::<F>(bytes);
    match (read, parsed) {
        (Ok(Some((thread, frame))), Ok(Some((parsed_thread, parsed_frame, length)))) => {
            prop_assert_eq!(encoded(thread, &frame), &bytes[..bytes.len() - rest.len()], "{:?}", frame);
            prop_assert_eq!(encoded(parsed_thread, &parsed_frame), &bytes[..length], "{:?}", parsed_frame);
        }
        // If the bytes end within a frame, `read` returns an error, but `parse` returns `None`, because more bytes
        // could follow.
        (Ok(None) | Err(_), Ok(None)) | (Err(_), Err(_)) => {}
        (read, parsed) => {
            return Err(TestCaseError::fail(format!("it is read as {read:?}, and parsed as {parsed:?}")));
        }
    }
    Ok(())
}

#[test]
fn damaged_frames_are_refused_or_are_other_frames() {
    let frame = prop_oneof![
        (any::<u32>(), to_child()).prop_map(|(thread, frame)| encoded(thread, &frame)),
        (any::<u32>(), from_child()).prop_map(|(thread, frame)| encoded(thread, &frame)),
        vec(any::<u8>(), 0..40),
        // A valid length prefix, followed by arbitrary bytes.
        vec(any::<u8>(), 5..40).prop_map(|bytes| [&(bytes.len() as u32).to_le_bytes(), bytes.as_slice()].concat()),
    ];
    check(&(frame, vec((any::<Index>(), any::<u8>()), 0..3)), |(mut bytes, changes)| {
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        check_canonical::<ToChild>(&bytes)?;
        check_canonical::<FromChild>(&bytes)
    });
}

/// Fragments of Python source text. Each of them is valid in some context.
const PIECES: [&str; 92] = [
    "x",
    "r",
    "1",
    "1.5",
    "'a'",
    "\"",
    "'",
    "'''",
    "\"\"\"",
    "f'{x}'",
    "f'{",
    "}'",
    "f\"\"\"",
    "b'",
    "rb'",
    "t'{x}'",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    ".",
    "=",
    "==",
    ":=",
    "+",
    "-",
    "*",
    "**",
    "~",
    "@",
    "->",
    "...",
    "|",
    "!",
    "!r",
    "$",
    "?",
    "`",
    "\\",
    "#",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "    ",
    " ",
    "\0",
    "\u{c}",
    "é",
    "日本",
    "\u{feff}",
    "not ",
    "and ",
    "in ",
    "is ",
    "if ",
    "else ",
    "elif ",
    "for ",
    "while ",
    "with ",
    "as ",
    "try:",
    "except ",
    "finally:",
    "def f",
    "class C",
    "lambda ",
    "lambda a, b: ",
    "return ",
    "yield ",
    "yield from ",
    "await ",
    "async ",
    "import ",
    "from ",
    "match ",
    "case ",
    "type ",
    "global ",
    "del ",
    "raise ",
    "print",
    "_",
    "0x",
    "1_",
];

/// Generates source text from fragments. Repeats some of them, up to `most` times.
fn source(most: usize) -> impl Strategy<Value = String> {
    let times = prop_oneof![8 => Just(1_usize), 1 => 2..20_usize, 1 => 20..most];
    let part = (vec(select(PIECES.to_vec()), 1..4), times);
    vec(part, 0..10).prop_map(move |parts| {
        let mut source = String::new();
        for (pieces, times) in parts {
            let piece = pieces.concat();
            source.push_str(&piece.repeat(times.min(1 + most / piece.len())));
        }
        source
    })
}

/// Generates a string that may or may not be valid Python source text.
fn any_source() -> impl Strategy<Value = String> {
    prop_oneof![4 => source(200), 1 => "\\PC{0,40}", 1 => "[a-z(){}'\":\n ]{0,60}"]
}

/// Calls every function of `syntax` with source text. Checks that the ranges and lines in the results lie within the
/// source text.
fn check_answers(source: &str) -> Checked {
    let mut end = 0;
    for (range, class) in syntax::tokens(source) {
        prop_assert!(range.start >= end && source.get(range.clone()).is_some(), "{range:?} is {class:?}");
        end = range.end;
    }
    for echoed in syntax::echoed_expressions(source) {
        prop_assert!(source.get(echoed.range.clone()).is_some(), "{echoed:?}");
    }
    if let Some(at) = syntax::last_open_bracket(source) {
        prop_assert!(source.get(at..).is_some_and(|rest| rest.starts_with(['(', '[', '{'])), "{at}");
    }
    let _ = syntax::variables(source);
    let completeness = syntax::completeness(source);
    match syntax::split_statements(source) {
        Ok(statements) => {
            prop_assert_ne!(completeness, Completeness::Invalid);
            let lines = source.matches('\n').count() + 1;
            let mut rest = source;
            for statement in &statements {
                prop_assert!((1..=lines).contains(&statement.first_line), "{statement:?}");
                let at = rest.find(&statement.source);
                prop_assert!(at.is_some(), "{statement:?} is not in the rest, {rest:?}");
                rest = &rest[at.unwrap_or_default() + statement.source.len()..];
            }
        }
        Err(error) => prop_assert!(error.line >= 1 && !error.message.is_empty(), "{error:?}"),
    }
    Ok(())
}

#[test]
fn any_source_is_answered() {
    check(&any_source(), |source| check_answers(&source));
}

#[test]
fn a_statement_that_was_split_off_is_one_statement() {
    check(&any_source(), |source| -> Checked {
        for statement in syntax::split_statements(&source).unwrap_or_default() {
            let again = syntax::split_statements(&statement.source).map(|again| again.len());
            prop_assert_eq!(again, Ok(1), "{:?}", statement);
        }
        Ok(())
    });
}

#[test]
fn a_source_without_an_error_is_complete_after_a_blank_line() {
    check(&any_source(), |source| -> Checked {
        if syntax::split_statements(&source).is_ok() && !source.trim_end_matches([' ', '\t', '\u{c}']).ends_with('\\') {
            prop_assert_eq!(syntax::completeness(&format!("{source}\n")), Completeness::Complete);
        }
        Ok(())
    });
}

/// Source text that is nested by repetition must not overflow the stack or take a long time. The test's stack is as
/// small as that of a driver's thread, which has the smallest stack of all threads that analyse source text.
#[test]
fn long_sources_overflow_no_stack() {
    // An overflow ends the process without a message about the input, so the input is saved to a file beforehand.
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("last-long-source.py");
    let small_stack = thread::Builder::new().stack_size(2 << 20);
    let asking = small_stack.spawn(move || {
        check(&source(40_000), |source| {
            fs::write(&kept, &source).expect("the target folder is writable");
            check_answers(&source)
        });
    });
    asking.expect("the thread starts").join().expect("every source is answered");
}
