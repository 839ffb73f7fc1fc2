//! The child's ends of the two pipes to its parent.

use std::fs::File;
use std::io::{self, Write as _};

use crate::frame::{self, FromChild, ToChild};

/// The pipes to the parent: standard input and standard output.
pub struct ParentPipe {
    input: File,
    output: File,
    /// The bytes of the frame that is being sent. Kept to reuse the memory.
    outgoing: Vec<u8>,
}

/// Capacity in bytes of the buffer for outgoing frames that is kept between frames.
const KEPT_CAPACITY: usize = 64 << 10;

impl ParentPipe {
    /// Opens the pipes.
    ///
    /// # Errors
    /// Returns an error if standard input or standard output is closed.
    #[cfg(unix)]
    pub fn open() -> io::Result<Self> {
        use std::os::fd::AsFd as _;
        let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(ParentPipe { input, output, outgoing: Vec::new() })
    }

    /// Opens the pipes.
    ///
    /// # Errors
    /// Returns an error if standard input or standard output is closed.
    #[cfg(windows)]
    pub fn open() -> io::Result<Self> {
        use std::os::windows::io::AsHandle as _;
        let input = File::from(io::stdin().as_handle().try_clone_to_owned()?);
        let output = File::from(io::stdout().as_handle().try_clone_to_owned()?);
        Ok(ParentPipe { input, output, outgoing: Vec::new() })
    }

    /// Waits for the next frame. Returns `None` when the parent has closed the pipe.
    pub fn receive(&mut self) -> Option<ToChild> {
        let frame = frame::read(&mut self.input).ok()??;
        ToChild::decode(&frame)
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// Returns an error if the frame is too long, or if the parent has closed the pipe.
    pub fn send(&mut self, frame: &FromChild) -> io::Result<()> {
        self.outgoing.clear();
        frame.append_to(&mut self.outgoing)?;
        let sent = self.output.write_all(&self.outgoing);
        self.outgoing.shrink_to(KEPT_CAPACITY);
        sent
    }

    /// Returns whether a frame has arrived that `receive` has not returned yet. While a script runs, this can only be
    /// [`ToChild::Kill`].
    pub fn has_arrived(&self) -> bool {
        #[cfg(unix)]
        {
            use rustix::event::{PollFd, PollFlags, Timespec, poll};
            let mut polled = [PollFd::new(&self.input, PollFlags::IN)];
            poll(&mut polled, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0)
        }
        #[cfg(not(unix))]
        false
    }
}
