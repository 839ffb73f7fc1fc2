//! `learn` and `play` from a pipe: lines in, a transcript out.

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};

use crate::driver::{Frontend, Host, Watch, drive, write_new_file};
use crate::lesson::progress::Progress;
use crate::render::Renderer;
use crate::session::Session;
use crate::session::event::{Event, Prompt, Show};

/// Reads lines to their end, and shows the session as a terminal would have.
///
/// # Errors
/// Those of reading and writing; a Python that cannot be started.
pub fn follow(
    session: &mut Session,
    lines: &mut Lines<impl BufRead>,
    renderer: Renderer,
    out: &mut impl Write,
    save: impl FnMut(&Progress) -> io::Result<()>,
) -> io::Result<i32> {
    let mut frontend = Piped { lines, renderer, out, save, ahead: VecDeque::new() };
    let status = drive(session, &mut frontend)?;
    frontend.out.flush()?;
    Ok(status)
}

/// Where lines come from, and a lesson's file that is looked at before each.
#[derive(Debug)]
pub struct Lines<R> {
    pub input: R,
    pub watch: Option<Watch>,
}

struct Piped<'a, R, W, S> {
    lines: &'a mut Lines<R>,
    renderer: Renderer,
    out: &'a mut W,
    save: S,
    /// Lines that were read and not yet entered.
    ahead: VecDeque<String>,
}

/// A line from the pipe.
enum Read {
    Line(String),
    /// A line that is no UTF-8, told and passed over.
    Unreadable,
    End,
}

impl<R: BufRead, W: Write, S: FnMut(&Progress) -> io::Result<()>> Piped<'_, R, W, S> {
    fn line(&mut self) -> io::Result<Read> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Read::Line(line));
        }
        let mut bytes = Vec::new();
        if self.lines.input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(Read::End);
        }
        while bytes.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            bytes.pop();
        }
        match String::from_utf8(bytes) {
            Ok(line) => Ok(Read::Line(line)),
            Err(e) => {
                let at = e.utf8_error().valid_up_to();
                let byte = e.as_bytes()[at];
                let text = format!("This line is not UTF-8: its byte {} is {byte:#04x}. It was left out.\n", at + 1);
                self.write(&Show::Traceback(text))?;
                Ok(Read::Unreadable)
            }
        }
    }

    fn write(&mut self, show: &Show) -> io::Result<()> {
        self.out.write_all(self.renderer.show(show).as_bytes())
    }
}

impl<R: BufRead, W: Write, S: FnMut(&Progress) -> io::Result<()>> Frontend for Piped<'_, R, W, S> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.write(show)
    }

    fn input(&mut self, host: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        if let Some(saved) = self.lines.watch.as_mut().and_then(Watch::saved) {
            return Ok(Event::LessonSaved(saved));
        }
        let mut text = String::new();
        loop {
            match self.line()? {
                Read::End if text.is_empty() => return Ok(Event::EndOfInput),
                Read::End => return Ok(Event::Entered(text)),
                Read::Unreadable => {}
                Read::Line(line) => {
                    let shown = if text.is_empty() { prompt.text() } else { prompt.continuation() };
                    self.write(&Show::Typed { prompt: shown, line: line.clone() })?;
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text.push_str(&line);
                    if !host.session().is_incomplete(&text) {
                        return Ok(Event::Entered(text));
                    }
                }
            }
        }
    }

    fn wait(&mut self, _: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        if deadline_us.is_some() {
            return Ok(Event::SkipWait);
        }
        // For ever: what is typed next is another client's.
        match self.line()? {
            Read::Line(line) => {
                self.ahead.push_front(line);
                Ok(Event::Entered(String::new()))
            }
            Read::Unreadable => Ok(Event::Entered(String::new())),
            Read::End => Ok(Event::Interrupt),
        }
    }

    fn write_file(&mut self, path: &str, text: &str) -> Option<String> {
        write_new_file(path, text)
    }

    fn progress(&mut self, progress: &Progress) -> io::Result<()> {
        (self.save)(progress)
    }
}
