//! Runs the session on a separate thread while the user types a line, and answers the line editor's queries.
//!
//! The line editor blocks the main thread and keeps its helper from one line to the next, but another thread can
//! borrow the session only while one line is typed. So for each line, a thread borrows the session. The thread ends
//! waits that time out, continues programs that are no longer blocked, serves TCP clients, answers the editor's
//! queries, and has new output printed above the line.

use std::io;
use std::sync::mpsc::{self, Sender, TryRecvError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::driver::{AdvanceOutcome, Host, Interrupts, PythonCompleter};
use crate::session::Session;

type Query = Box<dyn FnOnce(&Session, &mut PythonCompleter<'_>) + Send>;

/// A handle for sending queries to the thread that runs the session while a line is typed.
#[derive(Debug, Clone)]
pub struct SessionQueries {
    /// The channel to the thread, or `None` while no line is being typed.
    sender: Arc<Mutex<Option<Sender<Query>>>>,
    /// The interrupt that wakes the thread when a query arrives or the line ends.
    wake: Interrupts,
}

impl SessionQueries {
    /// Creates the query channel, which stays closed until a line is being typed.
    ///
    /// # Errors
    /// Returns an error if no pipe can be created.
    pub fn new() -> io::Result<Self> {
        Ok(SessionQueries { sender: Arc::default(), wake: Interrupts::new()? })
    }

    /// Runs `query` on the thread that borrows the session, and returns its result. Returns `None` while no line is
    /// being typed.
    pub fn ask<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Session, &mut PythonCompleter<'_>) -> T + Send + 'static,
    ) -> Option<T> {
        let (result_sender, result) = mpsc::channel();
        let query: Query = Box::new(move |session, completer| {
            let _ = result_sender.send(query(session, completer));
        });
        self.lock_sender().as_ref()?.send(query).ok()?;
        self.wake.raise();
        result.recv().ok()
    }

    /// Runs `typing` on this thread. Meanwhile, another thread answers queries and calls `advance` in a loop. Each call
    /// waits until the session has advanced or the call is woken.
    ///
    /// # Errors
    /// Returns an error if the thread cannot be started, or the error from `advance` once `typing` has returned.
    pub fn serve_while_typing<T>(
        &self,
        host: &mut Host<'_>,
        mut advance: impl FnMut(&mut Host<'_>, &Interrupts) -> io::Result<AdvanceOutcome> + Send,
        typing: impl FnOnce() -> T,
    ) -> io::Result<T> {
        let (sender, queries) = mpsc::channel::<Query>();
        *self.lock_sender() = Some(sender);
        thread::scope(|scope| {
            let wake = &self.wake;
            let builder = thread::Builder::new().name("behind the prompt".into());
            let background = builder.spawn_scoped(scope, move || {
                let mut result = Ok(AdvanceOutcome::Advanced);
                loop {
                    match queries.try_recv() {
                        Ok(query) => {
                            let (session, mut completer) = host.session_and_completer();
                            query(session, &mut completer);
                        }
                        Err(TryRecvError::Disconnected) => return result.map(|_| ()),
                        // After an error, queries are still answered until the line ends.
                        Err(TryRecvError::Empty) if result.is_err() => drop(wake.wait(None, None)),
                        Err(TryRecvError::Empty) => result = advance(host, wake),
                    }
                }
            })?;
            let typed = {
                // The thread ends when the query channel is closed, which must also happen after a panic in `typing`.
                let _closing = CloseOnDrop(self);
                typing()
            };
            match background.join() {
                Ok(result) => result.map(|()| typed),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    fn lock_sender(&self) -> MutexGuard<'_, Option<Sender<Query>>> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A guard that ends the background thread when it is dropped.
struct CloseOnDrop<'a>(&'a SessionQueries);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        *self.0.lock_sender() = None;
        self.0.wake.raise();
    }
}
