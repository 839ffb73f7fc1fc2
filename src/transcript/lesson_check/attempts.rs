//! Many attempts at the same step. The step is prepared once, and after each attempt the session returns to its state
//! at the start of the step.
//!
//! This is much faster than a new session for each attempt. But the Python interpreters restore only their variables,
//! whereas a program can also change other state, such as an attribute of a module. So a failure in such an attempt
//! must be confirmed by an attempt in a new session.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use super::attempt::{Attempt, Conditions, LessonUnderTest};
use crate::driver::{Frontend, Host, TimeLimitReached, drive};
use crate::lesson::evidence::Submission;
use crate::lesson::format::Step;
use crate::lesson::judge::Judged;
use crate::lesson::race_result::RaceResult;
use crate::session::Session;
use crate::session::event::{Event, Prompt, Show};

impl LessonUnderTest<'_> {
    /// Makes one attempt from the start of a step for each list of submissions. Returns the results in the same order.
    pub fn attempts(&self, index: usize, tries: Vec<Vec<String>>) -> io::Result<Vec<Attempt>> {
        let step = &self.lesson.steps[index];
        let mut rest: VecDeque<Vec<String>> = tries.into();
        let mut ended = Vec::new();
        while let Some(first) = rest.pop_front() {
            (self.on_try)();
            let mut session = self.open(index, Conditions::Usual);
            let current = Attempt::new(first, self.limits.time);
            let mut attempts = Attempts { tries: self, step, rest, current, ended, has_checkpoint: false };
            let driven = drive(&mut session, &mut attempts);
            let Attempts { rest: left, mut current, ended: mut all, .. } = attempts;
            match driven {
                Err(error) if TimeLimitReached::is_cause_of(&error) => current.stopped_after = self.limits.time,
                driven => drop(driven?),
            }
            // The session may have ended early, because the time limit stopped the last program, or because the program
            // called `sys.exit()`. The remaining attempts then get a new session.
            current.end(&session, step);
            all.push(current);
            (rest, ended) = (left, all);
        }
        Ok(ended)
    }
}

/// A front end that makes one attempt after another.
struct Attempts<'a> {
    tries: &'a LessonUnderTest<'a>,
    step: &'a Step,
    rest: VecDeque<Vec<String>>,
    current: Attempt,
    ended: Vec<Attempt>,
    has_checkpoint: bool,
}

impl Attempts<'_> {
    /// Returns `event`, except at the end of the current attempt. Then it begins the next attempt, if there is one, and
    /// returns the event that restores the start of the step.
    fn next(&mut self, event: Event, session: &Session) -> Event {
        if !matches!(event, Event::EndOfInput) {
            return event;
        }
        let Some(inputs) = self.rest.pop_front() else { return Event::EndOfInput };
        (self.tries.on_try)();
        let next = Attempt::new(inputs, self.tries.limits.time);
        let mut current = std::mem::replace(&mut self.current, next);
        current.end(session, self.step);
        self.ended.push(current);
        Event::ReturnToCheckpoint
    }
}

impl Frontend for Attempts<'_> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.current.show(show)
    }

    fn read_input(&mut self, host: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        if !std::mem::replace(&mut self.has_checkpoint, true) {
            return Ok(Event::SetCheckpoint);
        }
        let event = self.current.read_input(host, prompt)?;
        Ok(self.next(event, host.session()))
    }

    fn wait(&mut self, host: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        let event = self.current.wait(host, deadline_us)?;
        Ok(self.next(event, host.session()))
    }

    fn time_limit(&self) -> Option<Duration> {
        self.current.time_limit()
    }

    fn submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        self.current.submission_finished(submission)
    }

    fn hidden_submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        self.current.hidden_submission_finished(submission)
    }

    fn race_finished(&mut self, result: &RaceResult) -> io::Result<()> {
        self.current.race_finished(result)
    }

    fn submission_judged(&mut self, judged: &Judged) -> io::Result<()> {
        self.current.submission_judged(judged)
    }
}
