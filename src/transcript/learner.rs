//! Somebody who types what they were given, while somebody else watches.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use crate::driver::{Frontend, Host};
use crate::session::event::{Event, Prompt, Show};

/// Types one input after the other, and leaves when there is none left.
pub struct Learner<W> {
    inputs: VecDeque<String>,
    program: PathBuf,
    watch: W,
}

impl<W: FnMut(&Show)> Learner<W> {
    /// `program` runs Python; `watch` is called with all that is shown, what is typed included.
    pub fn new(inputs: impl IntoIterator<Item = String>, program: &Path, watch: W) -> Self {
        Learner { inputs: inputs.into_iter().collect(), program: program.to_owned(), watch }
    }
}

impl<W: FnMut(&Show)> Frontend for Learner<W> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        (self.watch)(show);
        Ok(())
    }

    fn input(&mut self, _: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        let Some(input) = self.inputs.pop_front() else { return Ok(Event::EndOfInput) };
        let mut lines = input.lines();
        let first = Show::Typed { prompt: prompt.text(), line: lines.next().unwrap_or_default().to_owned() };
        self.show(&first)?;
        for line in lines {
            self.show(&Show::Typed { prompt: prompt.continuation(), line: line.to_owned() })?;
        }
        Ok(Event::Entered(input))
    }

    fn wait(&mut self, _: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        Ok(if deadline_us.is_some() { Event::SkipWait } else { Event::Entered(String::new()) })
    }

    fn program(&self) -> io::Result<PathBuf> {
        Ok(self.program.clone())
    }
}
