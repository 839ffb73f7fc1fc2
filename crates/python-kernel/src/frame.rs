//! The protocol between the parent and its Python child process: the frames that each side sends, and their encoding as
//! bytes on the pipe.
//!
//! # Order of the frames
//! The parent sends [`ToChild::Start`] once and waits for [`FromChild::Ready`]. Each [`ToChild::Run`] then starts a
//! run, and the child sends frames until [`FromChild::RunFinished`]. Some of its frames are requests. The Python thread
//! that sends a request waits until the parent has answered:
//!
//! | request | answer |
//! | --- | --- |
//! | `Connect` | `Connected`, `ConnectionRefused` |
//! | `Receive`, `Exchange` | `Received`, `TimedOut`, `ConnectionClosed` |
//! | `ReceiveAny` | `ReceivedAny`, `TimedOut` |
//! | `GetTime` | `Time` |
//! | `Sleep` | `Slept` |
//! | `ReadLine` | `Line` |
//!
//! [`ToChild::Interrupted`] can replace any of these answers. Between two runs, the parent may send
//! [`ToChild::GetCompletions`], which the child answers with [`FromChild::Completions`], [`ToChild::Describe`], which
//! it answers with [`FromChild::Described`], and [`ToChild::SaveVariables`], which it answers with
//! [`FromChild::VariablesSaved`]. After [`ToChild::RestoreVariables`], the child sends
//! [`FromChild::VariablesRestored`]. It may send requests before that frame, because the finalizers of replaced objects
//! may run.
//!
//! # On the pipe
//! A frame consists of its length (u32, without these four bytes), a tag (u8), the number of the Python thread that
//! sent the request or receives the answer (u32), and the fields. Integers are little-endian. Strings and byte strings
//! are preceded by their length (u32). Durations are in microseconds, and points in time are in microseconds since
//! 1970.
//!
//! ```
//! use python_kernel::frame::{self, MAIN_THREAD, ToChild};
//!
//! let frame = ToChild::Run { number: 1, source: "r.get('name')".to_owned(), echo: true };
//! let mut pipe = Vec::new();
//! frame::write(&mut pipe, MAIN_THREAD, &frame)?;
//! assert_eq!(frame::read(&mut pipe.as_slice())?, Some((MAIN_THREAD, frame)));
//! # Ok::<(), std::io::Error>(())
//! ```

pub use child_sandbox::{Wall, Walls};
mod description;
mod fields;

use std::io::{self, Read, Write};

pub use description::Description;
pub use fields::Fields;
use fields::Writer;

/// Number of the main Python thread.
pub const MAIN_THREAD: u32 = 0;

/// Maximum length of a protocol frame in bytes. It is large enough for the largest value that Redis accepts (512 MiB).
pub const MAX_FRAME: u32 = 600 << 20;

/// Number of bytes that encode the length of a frame.
const LENGTH_BYTES: usize = 4;

/// Maximum memory in bytes that is allocated for a frame before its bytes arrive.
const EAGER_CAPACITY: usize = 1 << 20;

/// A frame (message) from the parent to its Python child process.
#[derive(Debug, Clone, PartialEq)]
pub enum ToChild {
    /// Starts the interpreter. This is the first frame.
    Start {
        /// Seed for `random`, `os.urandom`, hash values and the iteration order of sets.
        seed: u64,
        /// The `__name__` of the module in which statements run.
        module: String,
    },
    /// Compiles and runs source text.
    Run {
        /// Number of this run. Tracebacks use it to find the source text of a line.
        number: u32,
        /// The Python source text.
        source: String,
        /// Whether values of expression statements are echoed, as at the interactive prompt.
        echo: bool,
    },
    /// Answers [`FromChild::Connect`]: the connection is open.
    Connected {
        /// The server's replies to `setup_commands`.
        data: Vec<u8>,
    },
    /// Answers [`FromChild::Connect`]: the connection could not be opened.
    ConnectionRefused {
        /// The operating system's error message.
        reason: String,
    },
    /// Answers [`FromChild::Receive`] or [`FromChild::Exchange`] with bytes that arrived on the connection.
    Received {
        /// The bytes that arrived: a fragment of a reply, or one or more replies.
        data: Vec<u8>,
    },
    /// Answers [`FromChild::Receive`] or [`FromChild::Exchange`]: nothing arrived within the requested timeout.
    TimedOut,
    /// Answers [`FromChild::Receive`] or [`FromChild::Exchange`]: the server has closed the connection.
    ConnectionClosed,
    /// Answers [`FromChild::ReceiveAny`]: at least one of the connections has received bytes or was closed by the
    /// server.
    ReceivedAny {
        /// What happened on which connection, in the order of the requested connections.
        arrivals: Vec<Arrival>,
    },
    /// Answers [`FromChild::GetTime`].
    Time {
        /// The current time, in microseconds since 1970.
        unix_us: i64,
    },
    /// Answers [`FromChild::Sleep`] when the requested time has passed.
    Slept,
    /// Answers [`FromChild::ReadLine`].
    Line {
        /// The line without its newline, or `None` at the end of input.
        text: Option<String>,
    },
    /// Answers any request from the main thread. Ctrl-C was pressed, so the request raises KeyboardInterrupt.
    Interrupted,
    /// Clears a pending Ctrl-C. Sent before a run if the previous run was interrupted, because a signal that arrived
    /// after the previous run had ended must not interrupt the next one.
    DiscardInterrupt,
    /// Requests completions for the name or attribute at the end of a piece of source text.
    GetCompletions {
        /// The source text up to the cursor.
        text: String,
    },
    /// Requests a description of the object that a dotted name refers to. Creating the description runs none of the
    /// learner's code.
    Describe {
        /// The dotted name, such as `r.hset` or `tasks`.
        name: String,
    },
    /// Saves the values of all variables, so that [`RestoreVariables`](Self::RestoreVariables) can restore them.
    SaveVariables,
    /// Restores the variables from the last [`SaveVariables`](Self::SaveVariables). Does nothing if they could not be
    /// saved.
    RestoreVariables,
}

/// A frame (message) from a Python child process to its parent.
#[derive(Debug, Clone, PartialEq)]
pub enum FromChild {
    /// Reports that the interpreter has started and accepts [`ToChild::Run`].
    Ready {
        /// The walls (sandbox restrictions) that are in place.
        walls: Walls,
    },
    /// Reports that the program has printed text.
    Output {
        /// The stream that the program wrote to.
        stream: Stream,
        /// The printed text: a fragment of a line, or one or more lines.
        text: String,
    },
    /// Requests a new connection.
    Connect {
        /// The number that the child has assigned to the new connection, counted from 1.
        connection: u32,
        /// The host name, as the program wrote it.
        host: String,
        /// The TCP port.
        port: u16,
        /// The commands that a client sends on its own when it connects, as RESP: HELLO, AUTH, SELECT, CLIENT SETINFO.
        /// They do not count as the learner's commands.
        setup_commands: Vec<u8>,
    },
    /// Sends bytes to the server. The child does not wait for an answer.
    Send {
        /// Number of the connection.
        connection: u32,
        /// The bytes to send: one or more commands.
        data: Vec<u8>,
    },
    /// Requests the next bytes that arrive from the server.
    Receive {
        /// Number of the connection.
        connection: u32,
        /// Maximum time to wait in microseconds, or `None` to wait without a limit.
        timeout_us: Option<u64>,
    },
    /// Requests the bytes that arrive next on any of several connections. A thread that runs an event loop waits for
    /// all of its connections and for its next timer at once.
    ReceiveAny {
        /// Numbers of the connections.
        connections: Vec<u32>,
        /// Maximum time to wait in microseconds, or `None` to wait without a limit.
        timeout_us: Option<u64>,
    },
    /// Sends bytes and requests the reply. This is [`Send`](Self::Send) and [`Receive`](Self::Receive) in one frame,
    /// for an ordinary command with one reply.
    Exchange {
        /// Number of the connection.
        connection: u32,
        /// The bytes of the command.
        data: Vec<u8>,
        /// Maximum time to wait in microseconds, or `None` to wait without a limit.
        timeout_us: Option<u64>,
    },
    /// Closes a connection.
    Disconnect {
        /// Number of the connection.
        connection: u32,
    },
    /// Requests the current time.
    GetTime,
    /// Requests an answer after a given time.
    Sleep {
        /// Time to wait, in microseconds.
        duration_us: u64,
    },
    /// Requests a line of input, for Python's `input(prompt)`.
    ReadLine {
        /// The prompt that `input` shows.
        prompt: String,
    },
    /// Reports that the source text of [`ToChild::Run`] has finished running.
    RunFinished(RunOutcome),
    /// Answers [`ToChild::GetCompletions`].
    Completions {
        /// The matching names in sorted order.
        names: Vec<String>,
    },
    /// Answers [`ToChild::Describe`].
    Described {
        /// The description, or `None` if the name does not refer to an object.
        description: Option<Description>,
    },
    /// Shows the tutor's help for a method of the `redis` package, because the program called `help(r.hset)` or
    /// similar. The child does not wait for an answer.
    ShowHelp {
        /// The qualified name of the method, such as `HashCommands.hset`.
        method: String,
    },
    /// Reports that Ctrl-C reached the child while its main thread was waiting for an answer. The parent answers the
    /// pending request with [`ToChild::Interrupted`].
    InterruptWait,
    /// Reports that the number of Python threads has changed. Sent just before the main thread's next request, or just
    /// before [`RunFinished`](Self::RunFinished).
    ThreadCount {
        /// Number of threads besides the main thread.
        count: u32,
    },
    /// Answers [`ToChild::SaveVariables`].
    VariablesSaved {
        /// Whether all variables can be restored. Variables whose objects have internal state, such as generators,
        /// cannot.
        are_restorable: bool,
    },
    /// Answers [`ToChild::RestoreVariables`].
    VariablesRestored,
}

impl FromChild {
    /// Returns whether the frame asks the parent to do anything other than print.
    pub fn is_request(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Send { .. }
            | Self::Receive { .. }
            | Self::ReceiveAny { .. }
            | Self::Exchange { .. }
            | Self::Disconnect { .. }
            | Self::GetTime
            | Self::Sleep { .. }
            | Self::ReadLine { .. } => true,
            Self::Ready { .. }
            | Self::Output { .. }
            | Self::RunFinished(_)
            | Self::Completions { .. }
            | Self::Described { .. }
            | Self::ShowHelp { .. }
            | Self::InterruptWait
            | Self::ThreadCount { .. }
            | Self::VariablesSaved { .. }
            | Self::VariablesRestored => false,
        }
    }
}

/// What has happened on one of several connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Index of the connection in the request's list.
    pub index: u32,
    /// The bytes that arrived, or `None` if the server has closed the connection.
    pub data: Option<Vec<u8>>,
}

/// An output stream of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// `sys.stdout`.
    Stdout,
    /// `sys.stderr`.
    Stderr,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunOutcome {
    /// The `repr` of the last value that was echoed, if any.
    pub last_echo: Option<String>,
    /// The exception that ended the run, if any.
    pub exception: Option<UncaughtException>,
}

/// An exception that the program did not catch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UncaughtException {
    /// The qualified name of the exception's class, such as `KeyError` or `redis.exceptions.ResponseError`.
    pub class: String,
    /// The exception's `str()`.
    pub message: String,
    /// The traceback as Python prints it, including the final newline.
    pub traceback: String,
    /// The status passed to `sys.exit()`, if the exception is a SystemExit.
    pub exit_status: Option<i32>,
}

/// A type of frame: [`ToChild`] or [`FromChild`].
pub trait Frame: Sized {
    /// Appends the tag, the thread number and the fields to `out`, without a length prefix.
    fn encode(&self, thread: u32, out: &mut Vec<u8>);
    /// Decodes the fields of a frame with the given tag. Returns `None` if they are malformed.
    fn decode(tag: u8, fields: &mut Fields) -> Option<Self>;
}

/// Writes one frame, without flushing the writer.
///
/// # Errors
/// Returns an error if writing fails.
pub fn write<F: Frame>(writer: &mut impl Write, thread: u32, frame: &F) -> io::Result<()> {
    let mut bytes = Vec::new();
    append(&mut bytes, thread, frame)?;
    writer.write_all(&bytes)
}

/// Appends one frame to `bytes`.
///
/// # Errors
/// Returns an error if the frame is longer than 4 GiB.
pub fn append<F: Frame>(bytes: &mut Vec<u8>, thread: u32, frame: &F) -> io::Result<()> {
    let start = bytes.len();
    bytes.extend([0; 4]);
    frame.encode(thread, bytes);
    let length =
        u32::try_from(bytes.len() - start - 4).map_err(|_| io::Error::other("a frame is longer than 4 GiB"))?;
    bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// Reads one frame. Returns the number of the Python thread and the frame, or `None` if the pipe ended before another
/// frame began.
///
/// # Errors
/// Returns an error if reading fails, or an error of kind `InvalidData` if the bytes are not a valid frame.
pub fn read<F: Frame>(reader: &mut impl Read) -> io::Result<Option<(u32, F)>> {
    let mut length = [0; LENGTH_BYTES];
    match reader.read_exact(&mut length) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let length = length_of_frame(length)?;
    let mut bytes = vec![0; length.min(EAGER_CAPACITY)];
    reader.read_exact(&mut bytes)?;
    // The length of a damaged frame is arbitrary, so memory for a long frame is allocated only as its bytes arrive.
    while bytes.len() < length {
        let start = bytes.len();
        bytes.resize(length.min(2 * start), 0);
        reader.read_exact(&mut bytes[start..])?;
    }
    decode(&bytes).map(Some)
}

/// Parses the frame at the start of `bytes`. Returns the thread number, the frame, and the frame's length in bytes, or
/// `None` if the frame is incomplete.
///
/// # Errors
/// Returns an error of kind `InvalidData` if the bytes are not the start of a valid frame.
pub fn parse<F: Frame>(bytes: &[u8]) -> io::Result<Option<(u32, F, usize)>> {
    let Some((length, rest)) = bytes.split_first_chunk() else { return Ok(None) };
    let length = length_of_frame(*length)?;
    let Some(body) = rest.get(..length) else { return Ok(None) };
    decode(body).map(|(thread, frame)| Some((thread, frame, LENGTH_BYTES + length)))
}

/// Decodes a frame's length prefix. The length does not include the prefix itself.
fn length_of_frame(bytes: [u8; LENGTH_BYTES]) -> io::Result<usize> {
    let length = u32::from_le_bytes(bytes);
    if (5..=MAX_FRAME).contains(&length) { Ok(length as usize) } else { Err(malformed()) }
}

/// Decodes a frame without its length prefix. Returns the thread number and the frame.
fn decode<F: Frame>(bytes: &[u8]) -> io::Result<(u32, F)> {
    let mut fields = Fields { rest: bytes };
    let tag = fields.u8().ok_or_else(malformed)?;
    let thread = fields.u32().ok_or_else(malformed)?;
    match F::decode(tag, &mut fields) {
        Some(frame) if fields.rest.is_empty() => Ok((thread, frame)),
        _ => Err(malformed()),
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the bytes on the pipe are not a frame")
}

impl Frame for ToChild {
    fn encode(&self, thread: u32, out: &mut Vec<u8>) {
        let w = &mut Writer(out);
        match self {
            Self::Start { seed, module } => w.tag(0, thread).u64(*seed).text(module),
            Self::Run { number, source, echo } => w.tag(1, thread).u32(*number).text(source).bool(*echo),
            Self::Connected { data } => w.tag(2, thread).bytes(data),
            Self::ConnectionRefused { reason } => w.tag(3, thread).text(reason),
            Self::Received { data } => w.tag(4, thread).bytes(data),
            Self::TimedOut => w.tag(5, thread),
            Self::ConnectionClosed => w.tag(6, thread),
            Self::Time { unix_us } => w.tag(7, thread).u64(unix_us.cast_unsigned()),
            Self::Slept => w.tag(8, thread),
            Self::Line { text } => w.tag(9, thread).optional(text.as_deref(), Writer::text),
            Self::Interrupted => w.tag(10, thread),
            Self::GetCompletions { text } => w.tag(11, thread).text(text),
            Self::DiscardInterrupt => w.tag(12, thread),
            Self::SaveVariables => w.tag(13, thread),
            Self::RestoreVariables => w.tag(14, thread),
            Self::Describe { name } => w.tag(15, thread).text(name),
            Self::ReceivedAny { arrivals } => w.tag(16, thread).list(arrivals, |w, arrival| {
                w.u32(arrival.index).optional(arrival.data.as_deref(), Writer::bytes);
            }),
        };
    }

    fn decode(tag: u8, f: &mut Fields) -> Option<Self> {
        Some(match tag {
            0 => Self::Start { seed: f.u64()?, module: f.text()? },
            1 => Self::Run { number: f.u32()?, source: f.text()?, echo: f.bool()? },
            2 => Self::Connected { data: f.bytes()? },
            3 => Self::ConnectionRefused { reason: f.text()? },
            4 => Self::Received { data: f.bytes()? },
            5 => Self::TimedOut,
            6 => Self::ConnectionClosed,
            7 => Self::Time { unix_us: f.u64()?.cast_signed() },
            8 => Self::Slept,
            9 => Self::Line { text: f.optional(Fields::text)? },
            10 => Self::Interrupted,
            11 => Self::GetCompletions { text: f.text()? },
            12 => Self::DiscardInterrupt,
            13 => Self::SaveVariables,
            14 => Self::RestoreVariables,
            15 => Self::Describe { name: f.text()? },
            16 => {
                let arrival = |f: &mut Fields| Some(Arrival { index: f.u32()?, data: f.optional(Fields::bytes)? });
                Self::ReceivedAny { arrivals: f.list(arrival)? }
            }
            _ => return None,
        })
    }
}

impl Frame for FromChild {
    fn encode(&self, thread: u32, out: &mut Vec<u8>) {
        let w = &mut Writer(out);
        match self {
            Self::Ready { walls } => w.tag(0, thread).u8(walls.bits()),
            Self::Output { stream, text } => w.tag(1, thread).u8(*stream as u8).text(text),
            Self::Connect { connection, host, port, setup_commands } => {
                w.tag(2, thread).u32(*connection).text(host).u16(*port).bytes(setup_commands)
            }
            Self::Send { connection, data } => w.tag(3, thread).u32(*connection).bytes(data),
            Self::Receive { connection, timeout_us } => {
                w.tag(4, thread).u32(*connection).optional(*timeout_us, Writer::u64)
            }
            Self::Exchange { connection, data, timeout_us } => {
                w.tag(5, thread).u32(*connection).bytes(data).optional(*timeout_us, Writer::u64)
            }
            Self::Disconnect { connection } => w.tag(6, thread).u32(*connection),
            Self::GetTime => w.tag(7, thread),
            Self::Sleep { duration_us } => w.tag(8, thread).u64(*duration_us),
            Self::ReadLine { prompt } => w.tag(9, thread).text(prompt),
            Self::RunFinished(outcome) => w
                .tag(10, thread)
                .optional(outcome.last_echo.as_deref(), Writer::text)
                .optional(outcome.exception.as_ref(), Writer::exception),
            Self::Completions { names } => w.tag(11, thread).names(names),
            Self::ThreadCount { count } => w.tag(12, thread).u32(*count),
            Self::InterruptWait => w.tag(13, thread),
            Self::VariablesSaved { are_restorable } => w.tag(14, thread).bool(*are_restorable),
            Self::VariablesRestored => w.tag(15, thread),
            Self::Described { description } => w.tag(16, thread).optional(description.as_ref(), description::encode),
            Self::ShowHelp { method } => w.tag(17, thread).text(method),
            Self::ReceiveAny { connections, timeout_us } => {
                w.tag(18, thread).list(connections, |w, connection| {
                    w.u32(*connection);
                });
                w.optional(*timeout_us, Writer::u64)
            }
        };
    }

    fn decode(tag: u8, f: &mut Fields) -> Option<Self> {
        Some(match tag {
            0 => {
                let bits = f.u8()?;
                Self::Ready { walls: Some(Walls::from_bits(bits)).filter(|walls| walls.bits() == bits)? }
            }
            1 => {
                let number = f.u8()?;
                let stream = [Stream::Stdout, Stream::Stderr].into_iter().find(|stream| *stream as u8 == number)?;
                Self::Output { stream, text: f.text()? }
            }
            2 => Self::Connect { connection: f.u32()?, host: f.text()?, port: f.u16()?, setup_commands: f.bytes()? },
            3 => Self::Send { connection: f.u32()?, data: f.bytes()? },
            4 => Self::Receive { connection: f.u32()?, timeout_us: f.optional(Fields::u64)? },
            5 => Self::Exchange { connection: f.u32()?, data: f.bytes()?, timeout_us: f.optional(Fields::u64)? },
            6 => Self::Disconnect { connection: f.u32()? },
            7 => Self::GetTime,
            8 => Self::Sleep { duration_us: f.u64()? },
            9 => Self::ReadLine { prompt: f.text()? },
            10 => Self::RunFinished(RunOutcome {
                last_echo: f.optional(Fields::text)?,
                exception: f.optional(|f| {
                    Some(UncaughtException {
                        class: f.text()?,
                        message: f.text()?,
                        traceback: f.text()?,
                        exit_status: f.optional(Fields::u32)?.map(u32::cast_signed),
                    })
                })?,
            }),
            11 => Self::Completions { names: f.names()? },
            12 => Self::ThreadCount { count: f.u32()? },
            13 => Self::InterruptWait,
            14 => Self::VariablesSaved { are_restorable: f.bool()? },
            15 => Self::VariablesRestored,
            16 => Self::Described { description: f.optional(description::decode)? },
            17 => Self::ShowHelp { method: f.text()? },
            18 => Self::ReceiveAny { connections: f.list(Fields::u32)?, timeout_us: f.optional(Fields::u64)? },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
