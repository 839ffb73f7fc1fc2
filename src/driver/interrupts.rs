//! Ctrl-C as an event, and the waits that it ends.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis_server::Server;

/// Ctrl-C, as a frontend hears of it: counted, and told through a pipe to whoever waits. With `unheard`, a wake of any kind.
#[derive(Debug, Clone)]
pub struct Interrupts {
    count: Arc<AtomicUsize>,
    reader: Arc<io::PipeReader>,
    writer: Arc<io::PipeWriter>,
}

impl Interrupts {
    /// Takes over Ctrl-C. Once in a process.
    ///
    /// # Errors
    /// The handler cannot be set.
    pub fn listen() -> io::Result<Self> {
        let interrupts = Self::unheard()?;
        let heard = interrupts.clone();
        ctrlc::set_handler(move || heard.raise()).map_err(io::Error::other)?;
        Ok(interrupts)
    }

    /// Interrupts of which nobody hears but by `raise`.
    ///
    /// # Errors
    /// A pipe cannot be made.
    pub fn unheard() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Interrupts { count: Arc::default(), reader: Arc::new(reader), writer: Arc::new(writer) })
    }

    /// As if Ctrl-C had been typed.
    pub fn raise(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        let _ = (&*self.writer).write_all(b"!");
    }

    /// Takes one Ctrl-C, if there was any.
    pub fn take(&self) -> bool {
        let heard = self.count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if heard {
            // Its mark in the pipe goes with it.
            let _ = io::Read::read(&mut &*self.reader, &mut [0]);
        }
        heard
    }

    /// What becomes readable with each.
    #[cfg(unix)]
    pub(super) fn reader(&self) -> &io::PipeReader {
        &self.reader
    }

    /// Waits for Ctrl-C, for input on standard input, or for a real client, no longer than `limit`.
    ///
    /// # Errors
    /// Those of waiting.
    pub fn wait_with_stdin(&self, limit: Duration, port: Option<&Server>) -> io::Result<Woken> {
        self.wait_for(Some(&io::stdin()), port, Some(limit))
    }

    /// Waits for a wake or for a real client, no longer than `limit`.
    ///
    /// # Errors
    /// Those of waiting.
    pub fn wait(&self, limit: Option<Duration>, port: Option<&Server>) -> io::Result<Woken> {
        self.wait_for(None, port, limit)
    }

    #[cfg(unix)]
    fn wait_for(&self, stdin: Option<&io::Stdin>, port: Option<&Server>, limit: Option<Duration>) -> io::Result<Woken> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        if self.take() {
            return Ok(Woken::Interrupt);
        }
        let mut fds = vec![PollFd::new(&*self.reader, PollFlags::IN)];
        fds.extend(port.map(|port| PollFd::new(port, PollFlags::IN)));
        fds.extend(stdin.map(|stdin| PollFd::new(stdin, PollFlags::IN)));
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) if self.take() => Ok(Woken::Interrupt),
            Ok(_) if stdin.is_some() && fds.last().is_some_and(|fd| !fd.revents().is_empty()) => Ok(Woken::Input),
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(Woken::Nothing),
            Err(e) => Err(e.into()),
        }
    }

    /// Where these cannot be waited for together, they are looked at again and again.
    #[cfg(not(unix))]
    fn wait_for(&self, _: Option<&io::Stdin>, _: Option<&Server>, limit: Option<Duration>) -> io::Result<Woken> {
        const LOOK: Duration = Duration::from_millis(20);
        if !self.take() {
            std::thread::sleep(limit.map_or(LOOK, |limit| limit.min(LOOK)));
            return Ok(if self.take() { Woken::Interrupt } else { Woken::Nothing });
        }
        Ok(Woken::Interrupt)
    }
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    Interrupt,
    Input,
    /// The time is over, or a real client wants something.
    Nothing,
}
