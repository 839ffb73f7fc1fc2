//! What the line editor may ask while a line is typed: the session as it stands, and the names that Python knows.
//!
//! The editor keeps its helper from line to line, and the session is only lent for one. So the helper sends its
//! questions to a thread that lives as long as the line, and holds what was lent.

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::driver::Names;
use crate::session::Session;

type Question = Box<dyn FnOnce(&Session, &mut Names<'_>) + Send>;

/// A way to ask, for as long as a line is typed.
#[derive(Debug, Clone, Default)]
pub struct Live(Arc<Mutex<Option<Sender<Question>>>>);

impl Live {
    /// What `look` finds; none while no line is typed.
    pub fn ask<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Session, &mut Names<'_>) -> T + Send + 'static,
    ) -> Option<T> {
        let (tell, hear) = mpsc::channel();
        let question: Question = Box::new(move |session, names| {
            let _ = tell.send(look(session, names));
        });
        self.asker().as_ref()?.send(question).ok()?;
        hear.recv().ok()
    }

    /// Answers questions while a line is typed.
    pub fn while_typing<T>(&self, session: &Session, names: &mut Names<'_>, typing: impl FnOnce() -> T) -> T {
        let (sender, questions) = mpsc::channel::<Question>();
        *self.asker() = Some(sender);
        thread::scope(|scope| {
            scope.spawn(move || {
                for question in questions {
                    question(session, names);
                }
            });
            // Without a sender the thread ends; a panic while typing must end it, too.
            let _closing = Closing(self);
            typing()
        })
    }

    fn asker(&self) -> MutexGuard<'_, Option<Sender<Question>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Closing<'a>(&'a Live);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        *self.0.asker() = None;
    }
}
