//! Somebody who types what they were given, and sees what a terminal of a width would show.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;

use redis_tutor::driver::{Backstage, Stage};
use redis_tutor::markup::Style;
use redis_tutor::present::Presenter;
use redis_tutor::present::theme::Theme;
use redis_tutor::session::event::{Event, Prompt, Show};

pub struct Learner {
    inputs: VecDeque<String>,
    presenter: Presenter,
    pub transcript: String,
}

impl Learner {
    pub fn new(inputs: impl IntoIterator<Item = String>, style: Style) -> Self {
        let presenter = Presenter::new(style, Theme::Plain);
        Learner { inputs: inputs.into_iter().collect(), presenter, transcript: String::new() }
    }
}

impl Stage for Learner {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.transcript.push_str(&self.presenter.show(show));
        Ok(())
    }

    fn input(&mut self, _: &mut Backstage<'_>, prompt: &Prompt) -> io::Result<Event> {
        let Some(input) = self.inputs.pop_front() else { return Ok(Event::EndOfInput) };
        let mut lines = input.lines().peekable();
        let first = Show::Typed { prompt: prompt.text(), line: lines.next().unwrap_or_default().to_owned() };
        self.show(&first)?;
        for line in lines {
            self.show(&Show::Typed { prompt: prompt.continuation(), line: line.to_owned() })?;
        }
        Ok(Event::Entered(input))
    }

    fn wait(&mut self, _: &Backstage<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        Ok(if deadline_us.is_some() { Event::SkipWait } else { Event::Entered(String::new()) })
    }

    fn program(&self) -> io::Result<PathBuf> {
        Ok(env!("CARGO_BIN_EXE_redis-tutor").into())
    }
}
