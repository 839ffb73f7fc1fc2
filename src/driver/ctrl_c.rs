//! Turns Ctrl-C into an event, and provides waits that Ctrl-C ends.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis_server::Server;

/// A counter of interrupts, and a pipe that becomes readable at each interrupt, so that `poll` returns. An interrupt is
/// Ctrl-C, or a wake-up by another thread.
#[derive(Debug, Clone)]
pub struct Interrupts {
    /// Number of pending interrupts.
    count: Arc<AtomicUsize>,
    /// Number of interrupts so far, including those that were consumed.
    total: Arc<AtomicUsize>,
    reader: Arc<io::PipeReader>,
    writer: Arc<io::PipeWriter>,
}

impl Interrupts {
    /// Creates interrupts that are raised by Ctrl-C. Can be called only once per process. On Unix, the `shell` module
    /// handles SIGINT instead, together with the other signals.
    ///
    /// # Errors
    /// Returns an error if the handler cannot be set.
    #[cfg(not(unix))]
    pub fn from_ctrl_c() -> io::Result<Self> {
        let interrupts = Self::new()?;
        let raised_by_handler = interrupts.clone();
        ctrlc::set_handler(move || raised_by_handler.raise()).map_err(io::Error::other)?;
        Ok(interrupts)
    }

    /// Creates interrupts that are raised only by `raise`.
    ///
    /// # Errors
    /// Returns an error if a pipe cannot be created.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Interrupts {
            count: Arc::default(),
            total: Arc::default(),
            reader: Arc::new(reader),
            writer: Arc::new(writer),
        })
    }

    /// Raises an interrupt, as Ctrl-C does.
    pub fn raise(&self) {
        self.total.fetch_add(1, Ordering::SeqCst);
        self.count.fetch_add(1, Ordering::SeqCst);
        let _ = (&*self.writer).write_all(b"!");
    }

    /// Returns the number of interrupts so far, including those that were consumed.
    pub fn total(&self) -> usize {
        self.total.load(Ordering::SeqCst)
    }

    /// Consumes one pending interrupt, and returns whether there was one.
    pub fn take(&self) -> bool {
        let was_raised = self.count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if was_raised {
            // Removes the interrupt's byte from the pipe.
            let _ = io::Read::read(&mut &*self.reader, &mut [0]);
        }
        was_raised
    }

    /// Returns the end of the pipe that is readable while an interrupt is pending.
    #[cfg(unix)]
    pub(super) fn reader(&self) -> &io::PipeReader {
        &self.reader
    }

    /// Waits for an interrupt, for standard input to become readable, or for a TCP client to send data, but no longer
    /// than `limit`.
    ///
    /// # Errors
    /// Returns an error if `poll` fails.
    pub fn wait_with_stdin(&self, limit: Duration, server: Option<&Server>) -> io::Result<WakeReason> {
        self.poll(Some(&io::stdin()), server, Some(limit))
    }

    /// Waits for an interrupt, or for a TCP client to send data, but no longer than `limit`.
    ///
    /// # Errors
    /// Returns an error if `poll` fails.
    pub fn wait(&self, limit: Option<Duration>, server: Option<&Server>) -> io::Result<WakeReason> {
        self.poll(None, server, limit)
    }

    #[cfg(unix)]
    fn poll(
        &self,
        stdin: Option<&io::Stdin>,
        server: Option<&Server>,
        limit: Option<Duration>,
    ) -> io::Result<WakeReason> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        if self.take() {
            return Ok(WakeReason::Interrupt);
        }
        let mut fds = vec![PollFd::new(&*self.reader, PollFlags::IN)];
        fds.extend(server.map(|server| PollFd::new(server, PollFlags::IN)));
        fds.extend(stdin.map(|stdin| PollFd::new(stdin, PollFlags::IN)));
        // If the server still has unfinished work, this call must not wait, because no file descriptor becomes readable
        // for that work.
        let limit = if server.is_some_and(Server::is_busy) { Some(Duration::ZERO) } else { limit };
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) if self.take() => Ok(WakeReason::Interrupt),
            Ok(_) if stdin.is_some() && fds.last().is_some_and(|fd| !fd.revents().is_empty()) => Ok(WakeReason::Input),
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(WakeReason::Other),
            Err(e) => Err(e.into()),
        }
    }

    /// Sleeps for a short interval and checks the counter, because only Unix can poll all sources of events together.
    #[cfg(not(unix))]
    fn poll(&self, _: Option<&io::Stdin>, _: Option<&Server>, limit: Option<Duration>) -> io::Result<WakeReason> {
        const INTERVAL: Duration = Duration::from_millis(20);
        if !self.take() {
            std::thread::sleep(limit.map_or(INTERVAL, |limit| limit.min(INTERVAL)));
            return Ok(if self.take() { WakeReason::Interrupt } else { WakeReason::Other });
        }
        Ok(WakeReason::Interrupt)
    }
}

/// The event that ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WakeReason {
    Interrupt,
    /// Standard input is readable.
    Input,
    /// The time limit was reached, or a TCP client has sent data.
    Other,
}
