//! What goes on while a line is typed: the editor's questions, waits that end, programs that wake, real clients.
//!
//! The editor keeps the terminal, and keeps its helper from line to line; the session is only lent for one. So a thread
//! that lives as long as the line takes what was lent, moves it on, answers the editor's questions, and has what there
//! is to show printed above the line.

use std::io;
use std::sync::mpsc::{self, Sender, TryRecvError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::driver::{AdvanceOutcome, Host, Interrupts, PythonCompleter};
use crate::session::Session;

type Question = Box<dyn FnOnce(&Session, &mut PythonCompleter<'_>) + Send>;

/// A way to ask, for as long as a line is typed.
#[derive(Debug, Clone)]
pub struct Live {
    asker: Arc<Mutex<Option<Sender<Question>>>>,
    /// Tells the thread of a question, or of the end of the line.
    wake: Interrupts,
}

impl Live {
    /// # Errors
    /// A pipe cannot be made.
    pub fn new() -> io::Result<Self> {
        Ok(Live { asker: Arc::default(), wake: Interrupts::new()? })
    }

    /// What `look` finds; none while no line is typed.
    pub fn ask<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Session, &mut PythonCompleter<'_>) -> T + Send + 'static,
    ) -> Option<T> {
        let (tell, hear) = mpsc::channel();
        let question: Question = Box::new(move |session, completer| {
            let _ = tell.send(look(session, completer));
        });
        self.asker().as_ref()?.send(question).ok()?;
        self.wake.raise();
        hear.recv().ok()
    }

    /// While a line is typed, answers questions and lets `go_on` move what is behind the prompt: it is called again and
    /// again, and returns when somebody knocks, or when something has happened.
    ///
    /// # Errors
    /// A thread cannot be started; those of `go_on`, once the line is typed.
    pub fn while_typing<T>(
        &self,
        host: &mut Host<'_>,
        mut go_on: impl FnMut(&mut Host<'_>, &Interrupts) -> io::Result<AdvanceOutcome> + Send,
        typing: impl FnOnce() -> T,
    ) -> io::Result<T> {
        let (sender, questions) = mpsc::channel::<Question>();
        *self.asker() = Some(sender);
        thread::scope(|scope| {
            let wake = &self.wake;
            let behind = thread::Builder::new().name("behind the prompt".into());
            let behind = behind.spawn_scoped(scope, move || {
                let mut going = Ok(AdvanceOutcome::Advanced);
                loop {
                    match questions.try_recv() {
                        Ok(question) => {
                            let (session, mut completer) = host.session_and_completer();
                            question(session, &mut completer);
                        }
                        Err(TryRecvError::Disconnected) => return going.map(|_| ()),
                        // Questions are answered to the end, whatever has failed.
                        Err(TryRecvError::Empty) if going.is_err() => drop(wake.wait(None, None)),
                        Err(TryRecvError::Empty) => going = go_on(host, wake),
                    }
                }
            })?;
            let typed = {
                // Without a sender the thread ends; a panic while typing must end it, too.
                let _closing = Closing(self);
                typing()
            };
            match behind.join() {
                Ok(went) => went.map(|()| typed),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    fn asker(&self) -> MutexGuard<'_, Option<Sender<Question>>> {
        self.asker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Closing<'a>(&'a Live);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        *self.0.asker() = None;
        self.0.wake.raise();
    }
}
