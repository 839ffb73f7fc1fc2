//! The frames between the tutor and a Python child: what each side may say, and how it looks on the pipe.
//!
//! A frame is a length (u32, little-endian, of what follows), a tag (u8), the number of the Python thread it
//! belongs to (u32), and the tag's fields: integers little-endian, text and bytes with a u32 length before
//! them. The child speaks only when it is its turn: from `Run`, or from the answer to its last question, to its
//! next question or `Done`. A question is a frame that the child waits for an answer to: `Open`, `Receive`,
//! `Exchange`, `Now`, `Sleep`, `Input`. Times are microseconds; those of the clock since 1970.

use std::io::{self, Read, Write};

/// The thread number of the main Python thread.
pub const MAIN_THREAD: u32 = 0;

/// The longest frame either side takes, in bytes: more than the longest value that Redis takes.
pub const MAX_FRAME: u32 = 600 << 20;

/// What the tutor says to its Python child.
#[derive(Debug, Clone, PartialEq)]
pub enum ToChild {
    /// First of all: the seed of `random`, of `os.urandom` and of the order of sets, and the `__name__` of what is run.
    Start { seed: u64, module: String },
    /// Compile and run one source text as the interactive prompt does (`Single` mode when `echo`, else `exec`).
    /// `number` counts the submissions, so that a traceback finds the lines of each.
    Run { number: u32, source: String, echo: bool },
    /// The connection stands; `data` is what the set-up commands were answered.
    Opened { data: Vec<u8> },
    /// No such connection; the reason, as the operating system words it.
    Refused { reason: String },
    /// Bytes that the connection received.
    Received { data: Vec<u8> },
    /// The connection's time to wait is over.
    TimedOut,
    /// The other end has closed the connection.
    Closed,
    /// The clock.
    Time { unix_us: i64 },
    /// The sleep is over.
    Slept,
    /// A line for `input()`, without its newline; none at the end of the input.
    Line { text: Option<String> },
    /// Instead of an answer: Ctrl-C while the child waited.
    Interrupted,
    /// A signal that was sent while the last source ran, and came after its end, is meant for none that follows.
    ForgetInterrupt,
    /// The names that could complete the attribute or name at the end of `text`; answered by `Names`.
    Complete { text: String },
}

/// What a Python child says to the tutor.
#[derive(Debug, Clone, PartialEq)]
pub enum FromChild {
    /// The interpreter stands and takes `Run`.
    Ready,
    /// Text written to standard output or standard error.
    Output {
        stream: Stream,
        text: String,
    },
    /// Open connection `connection` (the child numbers them from 1), and send `set_up` on it: the commands that a
    /// client sends by itself (HELLO, AUTH, SELECT, CLIENT SETINFO), which count as none of the learner's.
    Open {
        connection: u32,
        host: String,
        port: u16,
        set_up: Vec<u8>,
    },
    /// Bytes to the server.
    Send {
        connection: u32,
        data: Vec<u8>,
    },
    /// Wait for bytes from the server, no longer than the timeout; none waits for ever.
    Receive {
        connection: u32,
        timeout_us: Option<u64>,
    },
    /// `Send` and `Receive` in one, for the one command that waits for its one answer.
    Exchange {
        connection: u32,
        data: Vec<u8>,
        timeout_us: Option<u64>,
    },
    Close {
        connection: u32,
    },
    /// What time is it?
    Now,
    Sleep {
        duration_us: u64,
    },
    /// `input(prompt)` wants a line.
    Input {
        prompt: String,
    },
    /// The source of `Run` has run.
    Done(Outcome),
    /// Answers `Complete`.
    Names {
        names: Vec<String>,
    },
    /// Ctrl-C came while the main thread waits, or began to: its question is to be answered by `Interrupted`.
    StopWaiting,
    /// So many threads run besides the main thread, which asks something next.
    Threads {
        count: u32,
    },
}

/// Where text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// The `repr` of the value echoed last, if any was.
    pub value: Option<String>,
    pub error: Option<Raised>,
}

/// An exception that nobody caught.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Raised {
    /// The qualified class: `KeyError`, `redis.exceptions.ResponseError`.
    pub class: String,
    /// `str()` of the exception.
    pub message: String,
    /// The traceback as Python prints it, its last newline included.
    pub traceback: String,
    /// `sys.exit()`'s status, if that is what was raised.
    pub exit_status: Option<i32>,
}

/// A frame that can be written to the pipe and read from it.
pub trait Frame: Sized {
    /// Appends tag and fields to `out`; the tag is written by this, the length is not.
    fn encode(&self, thread: u32, out: &mut Vec<u8>);
    /// Reads what `encode` wrote.
    fn decode(tag: u8, fields: &mut Fields) -> Option<Self>;
}

/// Writes one frame, whole; the writer is not flushed.
///
/// # Errors
/// Those of the writer.
pub fn write<F: Frame>(writer: &mut impl Write, thread: u32, frame: &F) -> io::Result<()> {
    let mut bytes = Vec::new();
    append(&mut bytes, thread, frame)?;
    writer.write_all(&bytes)
}

/// Appends one frame, whole.
///
/// # Errors
/// A frame that is too long for its length to be written.
pub fn append<F: Frame>(bytes: &mut Vec<u8>, thread: u32, frame: &F) -> io::Result<()> {
    let start = bytes.len();
    bytes.extend([0; 4]);
    frame.encode(thread, bytes);
    let length = u32::try_from(bytes.len() - start - 4).map_err(|_| io::Error::other("a frame of over 4 GiB"))?;
    bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// Reads one frame and the number of its thread. None at the end of the pipe, where a frame would begin.
///
/// # Errors
/// Those of the reader; `InvalidData` for bytes that are no frame.
pub fn read<F: Frame>(reader: &mut impl Read) -> io::Result<Option<(u32, F)>> {
    let mut length = [0; 4];
    match reader.read_exact(&mut length) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let length = u32::from_le_bytes(length);
    let no_frame = || io::Error::new(io::ErrorKind::InvalidData, "bytes that are no frame");
    if !(5..=MAX_FRAME).contains(&length) {
        return Err(no_frame());
    }
    let mut bytes = vec![0; length as usize];
    reader.read_exact(&mut bytes)?;
    let mut fields = Fields { rest: &bytes };
    let tag = fields.u8().ok_or_else(no_frame)?;
    let thread = fields.u32().ok_or_else(no_frame)?;
    match F::decode(tag, &mut fields) {
        Some(frame) if fields.rest.is_empty() => Ok(Some((thread, frame))),
        _ => Err(no_frame()),
    }
}

/// The fields of a frame that are still to be read.
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[b]| b)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn bool(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let n = self.u32()? as usize;
        self.take(n).map(<[u8]>::to_vec)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?).ok()
    }

    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.bool()? { read(self).map(Some) } else { Some(None) }
    }
}

/// Appends fields to a frame.
struct Writer<'a>(&'a mut Vec<u8>);

impl Writer<'_> {
    /// What every frame begins with.
    fn tag(&mut self, tag: u8, thread: u32) -> &mut Self {
        self.u8(tag).u32(thread)
    }

    fn bool(&mut self, v: bool) -> &mut Self {
        self.0.push(u8::from(v));
        self
    }

    fn u8(&mut self, v: u8) -> &mut Self {
        self.0.push(v);
        self
    }

    fn u16(&mut self, v: u16) -> &mut Self {
        self.0.extend(v.to_le_bytes());
        self
    }

    fn u32(&mut self, v: u32) -> &mut Self {
        self.0.extend(v.to_le_bytes());
        self
    }

    fn u64(&mut self, v: u64) -> &mut Self {
        self.0.extend(v.to_le_bytes());
        self
    }

    fn bytes(&mut self, v: &[u8]) -> &mut Self {
        let n = u32::try_from(v.len()).expect("a field of a frame is below 4 GiB: MAX_FRAME is far less");
        self.u32(n);
        self.0.extend_from_slice(v);
        self
    }

    fn text(&mut self, v: &str) -> &mut Self {
        self.bytes(v.as_bytes())
    }

    fn optional<T>(&mut self, v: Option<T>, write: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        self.bool(v.is_some());
        match v {
            Some(v) => write(self, v),
            None => self,
        }
    }

    fn raised(&mut self, error: &Raised) -> &mut Self {
        self.text(&error.class).text(&error.message).text(&error.traceback);
        self.optional(error.exit_status.map(i32::cast_unsigned), Self::u32)
    }

    fn names(&mut self, names: &[String]) -> &mut Self {
        self.u32(u32::try_from(names.len()).expect("fewer names than bytes in a frame"));
        for name in names {
            self.text(name);
        }
        self
    }
}

impl Frame for ToChild {
    fn encode(&self, thread: u32, out: &mut Vec<u8>) {
        let w = &mut Writer(out);
        match self {
            Self::Start { seed, module } => w.tag(0, thread).u64(*seed).text(module),
            Self::Run { number, source, echo } => w.tag(1, thread).u32(*number).text(source).bool(*echo),
            Self::Opened { data } => w.tag(2, thread).bytes(data),
            Self::Refused { reason } => w.tag(3, thread).text(reason),
            Self::Received { data } => w.tag(4, thread).bytes(data),
            Self::TimedOut => w.tag(5, thread),
            Self::Closed => w.tag(6, thread),
            Self::Time { unix_us } => w.tag(7, thread).u64(unix_us.cast_unsigned()),
            Self::Slept => w.tag(8, thread),
            Self::Line { text } => w.tag(9, thread).optional(text.as_deref(), Writer::text),
            Self::Interrupted => w.tag(10, thread),
            Self::Complete { text } => w.tag(11, thread).text(text),
            Self::ForgetInterrupt => w.tag(12, thread),
        };
    }

    fn decode(tag: u8, f: &mut Fields) -> Option<Self> {
        Some(match tag {
            0 => Self::Start { seed: f.u64()?, module: f.text()? },
            1 => Self::Run { number: f.u32()?, source: f.text()?, echo: f.bool()? },
            2 => Self::Opened { data: f.bytes()? },
            3 => Self::Refused { reason: f.text()? },
            4 => Self::Received { data: f.bytes()? },
            5 => Self::TimedOut,
            6 => Self::Closed,
            7 => Self::Time { unix_us: f.u64()?.cast_signed() },
            8 => Self::Slept,
            9 => Self::Line { text: f.optional(Fields::text)? },
            10 => Self::Interrupted,
            11 => Self::Complete { text: f.text()? },
            12 => Self::ForgetInterrupt,
            _ => return None,
        })
    }
}

impl Frame for FromChild {
    fn encode(&self, thread: u32, out: &mut Vec<u8>) {
        let w = &mut Writer(out);
        match self {
            Self::Ready => w.tag(0, thread),
            Self::Output { stream, text } => w.tag(1, thread).u8(*stream as u8).text(text),
            Self::Open { connection, host, port, set_up } => {
                w.tag(2, thread).u32(*connection).text(host).u16(*port).bytes(set_up)
            }
            Self::Send { connection, data } => w.tag(3, thread).u32(*connection).bytes(data),
            Self::Receive { connection, timeout_us } => {
                w.tag(4, thread).u32(*connection).optional(*timeout_us, Writer::u64)
            }
            Self::Exchange { connection, data, timeout_us } => {
                w.tag(5, thread).u32(*connection).bytes(data).optional(*timeout_us, Writer::u64)
            }
            Self::Close { connection } => w.tag(6, thread).u32(*connection),
            Self::Now => w.tag(7, thread),
            Self::Sleep { duration_us } => w.tag(8, thread).u64(*duration_us),
            Self::Input { prompt } => w.tag(9, thread).text(prompt),
            Self::Done(outcome) => w
                .tag(10, thread)
                .optional(outcome.value.as_deref(), Writer::text)
                .optional(outcome.error.as_ref(), Writer::raised),
            Self::Names { names } => w.tag(11, thread).names(names),
            Self::Threads { count } => w.tag(12, thread).u32(*count),
            Self::StopWaiting => w.tag(13, thread),
        };
    }

    fn decode(tag: u8, f: &mut Fields) -> Option<Self> {
        Some(match tag {
            0 => Self::Ready,
            1 => {
                let stream = if f.u8()? == Stream::Stdout as u8 { Stream::Stdout } else { Stream::Stderr };
                Self::Output { stream, text: f.text()? }
            }
            2 => Self::Open { connection: f.u32()?, host: f.text()?, port: f.u16()?, set_up: f.bytes()? },
            3 => Self::Send { connection: f.u32()?, data: f.bytes()? },
            4 => Self::Receive { connection: f.u32()?, timeout_us: f.optional(Fields::u64)? },
            5 => Self::Exchange { connection: f.u32()?, data: f.bytes()?, timeout_us: f.optional(Fields::u64)? },
            6 => Self::Close { connection: f.u32()? },
            7 => Self::Now,
            8 => Self::Sleep { duration_us: f.u64()? },
            9 => Self::Input { prompt: f.text()? },
            10 => Self::Done(Outcome {
                value: f.optional(Fields::text)?,
                error: f.optional(|f| {
                    Some(Raised {
                        class: f.text()?,
                        message: f.text()?,
                        traceback: f.text()?,
                        exit_status: f.optional(Fields::u32)?.map(u32::cast_signed),
                    })
                })?,
            }),
            11 => {
                let n = f.u32()?;
                Self::Names { names: (0..n).map(|_| f.text()).collect::<Option<_>>()? }
            }
            12 => Self::Threads { count: f.u32()? },
            13 => Self::StopWaiting,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survives<F: Frame + PartialEq + std::fmt::Debug>(frame: F) {
        let mut pipe = Vec::new();
        write(&mut pipe, 7, &frame).unwrap();
        let whole = pipe.len();
        assert_eq!(read::<F>(&mut pipe.as_slice()).unwrap(), Some((7, frame)));
        for cut in 1..whole {
            assert!(read::<F>(&mut &pipe[..cut]).is_err() || cut < 4, "a frame cut at {cut} of {whole} is refused");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        survives(ToChild::Start { seed: u64::MAX, module: "__main__".into() });
        survives(ToChild::Run { number: 3, source: "r.get('é')".into(), echo: true });
        survives(ToChild::Time { unix_us: -1 });
        survives(ToChild::Line { text: Some(String::new()) });
        survives(ToChild::Line { text: None });
        survives(ToChild::ForgetInterrupt);
        survives(FromChild::Open {
            connection: 1,
            host: "localhost".into(),
            port: 6379,
            set_up: b"\r\n\0\xff".to_vec(),
        });
        survives(FromChild::Exchange { connection: 1, data: vec![0; 3], timeout_us: Some(5_000_000) });
        survives(FromChild::Receive { connection: 1, timeout_us: None });
        survives(FromChild::Output { stream: Stream::Stderr, text: "w".into() });
        survives(FromChild::Names { names: vec!["a".into(), String::new()] });
        survives(FromChild::Threads { count: 2 });
        survives(FromChild::StopWaiting);
        survives(FromChild::Done(Outcome {
            value: Some("b'x'".into()),
            error: Some(Raised { exit_status: Some(-3), class: "SystemExit".into(), ..Raised::default() }),
        }));
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        for bytes in [&b"\0\0\0\0"[..], b"\xff\xff\xff\xff", b"\x05\0\0\0\x63\0\0\0\0", b"\x06\0\0\0\x05\0\0\0\0\0"] {
            assert!(read::<ToChild>(&mut &*bytes).is_err(), "{bytes:?}");
        }
        assert!(read::<ToChild>(&mut &b""[..]).unwrap().is_none());
    }
}
