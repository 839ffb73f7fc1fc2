//! A front end that types prepared inputs, and passes everything that is shown to a callback.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::driver::{Frontend, Host};
use crate::session::event::{Event, Prompt, Show};

/// A learner who types prepared inputs, one at each prompt, and leaves after the last one.
pub struct ScriptedLearner<F> {
    inputs: VecDeque<String>,
    python_executable: PathBuf,
    time_limit: Option<Duration>,
    on_show: F,
}

impl<F: FnMut(&Show)> ScriptedLearner<F> {
    /// Creates a learner who types `inputs`. `on_show` is called with everything that is shown, including the inputs.
    pub fn new(inputs: impl IntoIterator<Item = String>, python_executable: &Path, on_show: F) -> Self {
        let inputs = inputs.into_iter().collect();
        ScriptedLearner { inputs, python_executable: python_executable.to_owned(), time_limit: None, on_show }
    }

    /// Limits the running time of the session.
    pub fn with_time_limit(self, time_limit: Option<Duration>) -> Self {
        ScriptedLearner { time_limit, ..self }
    }
}

impl<F: FnMut(&Show)> Frontend for ScriptedLearner<F> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        (self.on_show)(show);
        Ok(())
    }

    fn read_input(&mut self, _: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
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

    fn python_executable(&self) -> io::Result<PathBuf> {
        Ok(self.python_executable.clone())
    }

    fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }
}
