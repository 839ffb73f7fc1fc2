//! The protocol between the parent and its Lua child process: the frames that each side sends, and their encoding as
//! bytes on the pipe.
//!
//! The parent sends [`ToChild::Start`]. The child then sends any number of [`FromChild::Call`] frames, each of which the
//! parent answers with [`ToChild::Reply`], and ends with [`FromChild::Done`]. The parent may send [`ToChild::Kill`] at
//! any time in between.
//!
//! A frame consists of its length (u32, without these four bytes), a tag (u8), and the fields. Integers are
//! little-endian. Byte strings and lists are preceded by their length (u32).

use std::io::{self, Read};

use redis_engine::scripting::{FunctionFlags, RegisteredFunction, ScriptJob, ScriptResult, ScriptWork};

/// Maximum length of a frame in bytes. It is large enough for the largest value that Redis accepts (512 MiB).
pub const MAX_FRAME: u32 = 600 << 20;

/// Maximum memory in bytes that is allocated for a frame before its bytes arrive.
const EAGER_CAPACITY: usize = 1 << 20;

/// A frame from the parent to its Lua child process.
#[derive(Debug, Clone, PartialEq)]
pub enum ToChild {
    /// Starts a script.
    Start(Box<ScriptJob>),
    /// Answers [`FromChild::Call`].
    Reply {
        /// The reply as RESP.
        bytes: Vec<u8>,
    },
    /// Ends the running script with an error, as SCRIPT KILL does.
    Kill,
}

/// A frame from the Lua child process to its parent.
#[derive(Debug, Clone, PartialEq)]
pub enum FromChild {
    /// Asks the parent to execute a command.
    Call {
        /// The command's name and arguments.
        argv: Vec<Vec<u8>>,
        /// The version of RESP in which the script wants the reply: 2 or 3.
        protocol: u8,
        /// Whether the command is not executed: the reply is 1 if the user is allowed to call it, and 0 otherwise.
        only_checks: bool,
    },
    /// The script has ended.
    Done(ScriptResult),
}

impl ToChild {
    /// Appends the frame to `pipe`.
    ///
    /// # Errors
    /// Returns an error if the frame is too long.
    pub fn append_to(&self, pipe: &mut Vec<u8>) -> io::Result<()> {
        append(pipe, |out| match self {
            ToChild::Start(job) => append_job(out, job),
            ToChild::Reply { bytes } => {
                out.push(1);
                append_bytes(out, bytes);
            }
            ToChild::Kill => out.push(2),
        })
    }

    /// Decodes a frame, without its length. Returns `None` if it is malformed.
    pub fn decode(frame: &[u8]) -> Option<Self> {
        let mut fields = Fields(frame);
        let frame = match fields.u8()? {
            0 => ToChild::Start(Box::new(read_job(&mut fields)?)),
            1 => ToChild::Reply { bytes: fields.bytes()? },
            2 => ToChild::Kill,
            _ => return None,
        };
        fields.0.is_empty().then_some(frame)
    }
}

impl FromChild {
    /// Appends the frame to `pipe`.
    ///
    /// # Errors
    /// Returns an error if the frame is too long.
    pub fn append_to(&self, pipe: &mut Vec<u8>) -> io::Result<()> {
        append(pipe, |out| match self {
            FromChild::Call { argv, protocol, only_checks } => {
                out.extend([0, *protocol, u8::from(*only_checks)]);
                append_words(out, argv);
            }
            FromChild::Done(result) => append_result(out, result),
        })
    }

    /// Decodes a frame, without its length. Returns `None` if it is malformed.
    pub fn decode(frame: &[u8]) -> Option<Self> {
        let mut fields = Fields(frame);
        let frame = match fields.u8()? {
            0 => {
                let (protocol, only_checks) = (fields.u8()?, fields.bool()?);
                FromChild::Call { argv: fields.words()?, protocol, only_checks }
            }
            tag => FromChild::Done(read_result(tag, &mut fields)?),
        };
        fields.0.is_empty().then_some(frame)
    }
}

/// Reads the bytes of one frame, without its length. Returns `None` at the end of the pipe.
///
/// # Errors
/// Returns an error if reading fails, if the pipe ends inside a frame, or if the frame is too long.
pub fn read(pipe: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    let mut filled = 0;
    while filled < length.len() {
        match pipe.read(&mut length[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_FRAME {
        return Err(io::Error::other("the frame is too long"));
    }
    let mut frame = Vec::with_capacity((length as usize).min(EAGER_CAPACITY));
    pipe.take(u64::from(length)).read_to_end(&mut frame)?;
    if frame.len() < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(frame))
}

/// Splits the first frame off the bytes that have arrived so far. Returns the frame without its length, and the number
/// of bytes that it takes up, or `None` if the frame is not complete.
///
/// # Errors
/// Returns an error if the frame is too long.
pub fn split_first(arrived: &[u8]) -> io::Result<Option<(&[u8], usize)>> {
    let Some((length, rest)) = arrived.split_first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_le_bytes(*length);
    if length > MAX_FRAME {
        return Err(io::Error::other("the frame is too long"));
    }
    Ok(rest.get(..length as usize).map(|frame| (frame, frame.len() + 4)))
}

fn append(pipe: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
    let start = pipe.len();
    pipe.extend([0; 4]);
    write(pipe);
    let length = u32::try_from(pipe.len() - start - 4).ok().filter(|&length| length <= MAX_FRAME);
    let Some(length) = length else {
        pipe.truncate(start);
        return Err(io::Error::other("the frame is too long"));
    };
    pipe[start..start + 4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

fn append_length(out: &mut Vec<u8>, length: usize) {
    // A length above u32::MAX makes the frame too long, so it is never sent.
    out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
}

fn append_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    append_length(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn append_words(out: &mut Vec<u8>, words: &[Vec<u8>]) {
    append_length(out, words.len());
    for word in words {
        append_bytes(out, word);
    }
}

fn append_job(out: &mut Vec<u8>, job: &ScriptJob) {
    out.extend([0, job.protocol]);
    append_words(out, &job.keys);
    append_words(out, &job.args);
    match &job.work {
        ScriptWork::Compile { sha, source } => {
            out.push(0);
            append_bytes(out, sha.as_bytes());
            append_bytes(out, source);
        }
        ScriptWork::Script { sha, source } => {
            out.push(1);
            append_bytes(out, sha.as_bytes());
            append_bytes(out, source);
        }
        ScriptWork::LoadLibrary { id, source } => {
            out.push(2);
            out.extend(id.to_le_bytes());
            append_bytes(out, source);
        }
        ScriptWork::Function { library, source, name } => {
            out.push(3);
            out.extend(library.to_le_bytes());
            append_bytes(out, source);
            append_bytes(out, name);
        }
    }
}

fn read_job(fields: &mut Fields) -> Option<ScriptJob> {
    let protocol = fields.u8()?;
    let (keys, args) = (fields.words()?, fields.words()?);
    let work = match fields.u8()? {
        0 => ScriptWork::Compile { sha: fields.text()?, source: fields.bytes()?.into() },
        1 => ScriptWork::Script { sha: fields.text()?, source: fields.bytes()?.into() },
        2 => ScriptWork::LoadLibrary { id: fields.u64()?, source: fields.bytes()?.into() },
        3 => {
            let (library, source) = (fields.u64()?, fields.bytes()?.into());
            ScriptWork::Function { library, source, name: fields.bytes()? }
        }
        _ => return None,
    };
    Some(ScriptJob { protocol, keys, args, work })
}

fn append_result(out: &mut Vec<u8>, result: &ScriptResult) {
    match result {
        ScriptResult::Replied { resp } => {
            out.push(1);
            append_bytes(out, resp);
        }
        ScriptResult::Failed { error, is_counted } => {
            out.extend([2, u8::from(*is_counted)]);
            append_bytes(out, error);
        }
        ScriptResult::NotCompiled { error } => {
            out.push(3);
            append_bytes(out, error);
        }
        ScriptResult::Compiled => out.push(4),
        ScriptResult::Registered { functions } => {
            out.push(5);
            append_length(out, functions.len());
            for function in functions {
                append_bytes(out, &function.name);
                out.push(u8::from(function.description.is_some()));
                append_bytes(out, function.description.as_deref().unwrap_or_default());
                out.push(function.flags.bits());
            }
        }
    }
}

fn read_result(tag: u8, fields: &mut Fields) -> Option<ScriptResult> {
    Some(match tag {
        1 => ScriptResult::Replied { resp: fields.bytes()? },
        2 => {
            let is_counted = fields.bool()?;
            ScriptResult::Failed { error: fields.bytes()?, is_counted }
        }
        3 => ScriptResult::NotCompiled { error: fields.bytes()? },
        4 => ScriptResult::Compiled,
        5 => {
            let mut functions = Vec::new();
            for _ in 0..fields.u32()? {
                let name = fields.bytes()?;
                let has_description = fields.bool()?;
                let description = Some(fields.bytes()?).filter(|_| has_description);
                let flags = FunctionFlags::from_bits(fields.u8()?);
                functions.push(RegisteredFunction { name, description, flags });
            }
            ScriptResult::Registered { functions }
        }
        _ => return None,
    })
}

/// The bytes of a frame that have not been decoded yet.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn bool(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = self.u32()? as usize;
        self.take(length).map(<[u8]>::to_vec)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?).ok()
    }

    fn words(&mut self) -> Option<Vec<Vec<u8>>> {
        let count = self.u32()?;
        (0..count).map(|_| self.bytes()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs() -> Vec<ScriptJob> {
        let source = || b"return 1".to_vec().into();
        let works = [
            ScriptWork::Compile { sha: "e0e1".to_owned(), source: source() },
            ScriptWork::Script { sha: "e0e1".to_owned(), source: source() },
            ScriptWork::LoadLibrary { id: 7, source: source() },
            ScriptWork::Function { library: 7, source: source(), name: b"f".to_vec() },
        ];
        works.map(|work| ScriptJob { work, keys: vec![b"k".to_vec()], args: vec![vec![0, 255]], protocol: 3 }).into()
    }

    #[test]
    fn every_frame_survives_the_pipe_and_no_fragment_is_accepted() {
        let mut to_child: Vec<_> = jobs().into_iter().map(|job| ToChild::Start(Box::new(job))).collect();
        to_child.extend([ToChild::Reply { bytes: b"+OK\r\n".to_vec() }, ToChild::Kill]);
        for frame in to_child {
            let mut pipe = Vec::new();
            frame.append_to(&mut pipe).unwrap();
            let bytes = read(&mut pipe.as_slice()).unwrap().unwrap();
            assert_eq!(ToChild::decode(&bytes), Some(frame));
            assert!((0..bytes.len()).all(|length| ToChild::decode(&bytes[..length]).is_none()));
            assert_eq!(split_first(&pipe).unwrap(), Some((&*bytes, pipe.len())));
            assert_eq!(split_first(&pipe[..pipe.len() - 1]).unwrap(), None);
        }
        let function = |description| RegisteredFunction {
            name: b"f".to_vec(),
            description,
            flags: FunctionFlags::from_bits(FunctionFlags::NO_WRITES),
        };
        let from_child = [
            FromChild::Call { argv: vec![b"GET".to_vec(), b"a".to_vec()], protocol: 2, only_checks: false },
            FromChild::Done(ScriptResult::Replied { resp: b":1\r\n".to_vec() }),
            FromChild::Done(ScriptResult::Failed { error: b"ERR x".to_vec(), is_counted: true }),
            FromChild::Done(ScriptResult::NotCompiled { error: b"ERR x".to_vec() }),
            FromChild::Done(ScriptResult::Compiled),
            FromChild::Done(ScriptResult::Registered {
                functions: vec![function(None), function(Some(b"d".to_vec()))],
            }),
        ];
        for frame in from_child {
            let mut pipe = Vec::new();
            frame.append_to(&mut pipe).unwrap();
            let bytes = read(&mut pipe.as_slice()).unwrap().unwrap();
            assert_eq!(FromChild::decode(&bytes), Some(frame));
            assert!((0..bytes.len()).all(|length| FromChild::decode(&bytes[..length]).is_none()));
        }
    }

    #[test]
    fn a_frame_that_is_too_long_is_refused() {
        let length = (MAX_FRAME + 1).to_le_bytes();
        assert!(read(&mut length.as_slice()).is_err());
        assert!(split_first(&length).is_err());
    }
}
