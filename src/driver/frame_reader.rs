//! Reads protocol frames from a Python child. An incomplete frame does not block the driver, because Ctrl-C must work
//! even if a child stops in the middle of a frame.

use std::io::{self, Read};

use python_kernel::frame::{self, FromChild};

/// The minimum and maximum number of bytes per read. The longer the unfinished frame is, the more bytes are read, up
/// to the capacity of a pipe.
const CHUNKS: std::ops::RangeInclusive<usize> = 8 << 10..=64 << 10;

/// The capacity, in bytes, that the buffer keeps between frames.
const KEPT_CAPACITY: usize = 64 << 10;

/// A pipe from a child, and the bytes that were read from it.
#[derive(Debug)]
pub(super) struct FrameReader<R> {
    pipe: R,
    bytes: Vec<u8>,
    /// Number of bytes at the start of `bytes` that belong to frames that `take_frame` has returned.
    taken: usize,
}

impl<R: Read> FrameReader<R> {
    pub fn new(pipe: R) -> Self {
        FrameReader { pipe, bytes: Vec::new(), taken: 0 }
    }

    pub fn pipe(&self) -> &R {
        &self.pipe
    }

    /// Returns the next frame and its thread's number, or `None` if the frame has not been read completely.
    ///
    /// # Errors
    /// Returns an error if the bytes are not a frame.
    pub fn take_frame(&mut self) -> io::Result<Option<(u32, FromChild)>> {
        let Some((thread, frame, length)) = frame::parse(&self.bytes[self.taken..])? else { return Ok(None) };
        self.taken += length;
        if self.taken == self.bytes.len() {
            self.bytes.clear();
            self.bytes.shrink_to(KEPT_CAPACITY);
            self.taken = 0;
        }
        Ok(Some((thread, frame)))
    }

    /// Returns whether part of a frame has been read.
    pub fn has_part(&self) -> bool {
        self.taken < self.bytes.len()
    }

    /// Reads more bytes, blocking until some are available. Returns false at the end of the stream.
    ///
    /// # Errors
    /// Returns an error if reading fails.
    pub fn read_more(&mut self) -> io::Result<bool> {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        let start = self.bytes.len();
        self.bytes.resize(start + start.clamp(*CHUNKS.start(), *CHUNKS.end()), 0);
        let read = loop {
            match self.pipe.read(&mut self.bytes[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.bytes.truncate(start + read.as_ref().map_or(0, |length| *length));
        Ok(read? > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe that delivers its bytes in pieces of at most the given size.
    struct InPieces<'a>(&'a [u8], usize);

    impl Read for InPieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len());
            self.0.read(&mut buffer[..length])
        }
    }

    #[test]
    fn frames_are_taken_once_they_are_whole_however_they_arrive() {
        let frames: Vec<FromChild> = [0, 5, 100_000, 3_000_000, 1]
            .map(|length| FromChild::Send { connection: 1, data: vec![7; length] })
            .into_iter()
            .chain([FromChild::GetTime, FromChild::GetTime])
            .collect();
        let mut bytes = Vec::new();
        for (thread, frame) in frames.iter().enumerate() {
            frame::append(&mut bytes, thread as u32, frame).expect("the frame fits");
        }
        for piece in [1_000, 4_097, 65_536, usize::MAX] {
            let mut reader = FrameReader::new(InPieces(&bytes, piece));
            let mut taken = Vec::new();
            loop {
                while let Some((thread, frame)) = reader.take_frame().expect("the frames are valid") {
                    assert_eq!(thread, taken.len() as u32);
                    taken.push(frame);
                }
                if !reader.read_more().expect("the bytes can be read") {
                    break;
                }
                assert!(reader.has_part());
            }
            assert!(taken == frames && !reader.has_part(), "in pieces of {piece}");
        }
    }

    #[test]
    fn bytes_that_are_not_a_frame_are_an_error() {
        let mut reader = FrameReader::new(&b"\x05\0\0\0\x63\0\0\0\0"[..]);
        assert!(reader.read_more().expect("there are bytes"));
        assert!(reader.take_frame().is_err());
    }
}
