//! `learn` and `play` with standard input from a pipe: reads lines and writes a transcript.

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};
use std::time::Duration;

use crate::driver::{Frontend, Host, LessonWatcher, drive, write_new_file};
use crate::lesson::progress::Progress;
use crate::markup::{Role, Text};
use crate::messages::transcript as messages;
use crate::render::Renderer;
use crate::session::Session;
use crate::session::event::{Event, Prompt, Show};
use crate::user_files::ProgressFile;

/// Reads lines to the end of the input, and writes the session as a terminal would show it. The session's running time
/// is limited to `time_limit`. Returns the exit status. The caller must then call `finish` on the progress file.
///
/// # Errors
/// Returns an error if reading or writing fails, if Python cannot be started, or if the time limit was reached.
pub fn run_pipe(
    session: &mut Session,
    input: &mut PipeInput<impl BufRead>,
    renderer: Renderer,
    time_limit: Option<Duration>,
    out: &mut impl Write,
    progress_file: &mut ProgressFile,
) -> io::Result<i32> {
    let mut frontend = PipeFrontend { input, renderer, time_limit, out, progress_file, unread_lines: VecDeque::new() };
    let result = drive(session, &mut frontend);
    // If the time limit was reached, the output so far shows what ran.
    frontend.out.flush()?;
    result
}

/// The source of the input lines. If a lesson file is watched, it is polled before each line.
#[derive(Debug)]
pub struct PipeInput<R> {
    pub reader: R,
    pub watcher: Option<LessonWatcher>,
}

struct PipeFrontend<'a, R, W> {
    input: &'a mut PipeInput<R>,
    renderer: Renderer,
    time_limit: Option<Duration>,
    out: &'a mut W,
    progress_file: &'a mut ProgressFile,
    /// Lines that were read while all clients were blocked, and that have not been entered yet.
    unread_lines: VecDeque<String>,
}

/// A line from the pipe.
enum PipeLine {
    Text(String),
    /// A line that is not UTF-8. It has been reported and is skipped.
    Unreadable,
    End,
}

impl<R: BufRead, W: Write> PipeFrontend<'_, R, W> {
    fn read_line(&mut self) -> io::Result<PipeLine> {
        if let Some(line) = self.unread_lines.pop_front() {
            return Ok(PipeLine::Text(line));
        }
        let mut bytes = Vec::new();
        if self.input.reader.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(PipeLine::End);
        }
        while bytes.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            bytes.pop();
        }
        match String::from_utf8(bytes) {
            Ok(line) => Ok(PipeLine::Text(line)),
            Err(e) => {
                let at = e.utf8_error().valid_up_to();
                let byte = format!("{:#04x}", e.as_bytes()[at]);
                self.write(&Show::Traceback(messages::line_not_utf8(at + 1, byte)))?;
                Ok(PipeLine::Unreadable)
            }
        }
    }

    fn write(&mut self, show: &Show) -> io::Result<()> {
        self.out.write_all(self.renderer.render(show).as_bytes())
    }
}

impl<R: BufRead, W: Write> Frontend for PipeFrontend<'_, R, W> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.write(show)
    }

    fn read_input(&mut self, host: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        if let Some(lesson) = self.input.watcher.as_mut().and_then(LessonWatcher::reload_if_saved) {
            return Ok(Event::LessonSaved(lesson));
        }
        let mut text = String::new();
        loop {
            match self.read_line()? {
                PipeLine::End if text.is_empty() => return Ok(Event::EndOfInput),
                PipeLine::End => return Ok(Event::Entered(text)),
                PipeLine::Unreadable => {}
                PipeLine::Text(line) => {
                    let prompt = if text.is_empty() { prompt.text() } else { prompt.continuation() };
                    self.write(&Show::Typed { prompt, line: line.clone() })?;
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
        // Only another client can end a wait without a timeout, so another client gets the next line.
        match self.read_line()? {
            PipeLine::Text(line) => {
                self.unread_lines.push_front(line);
                Ok(Event::Entered(String::new()))
            }
            PipeLine::Unreadable => Ok(Event::Entered(String::new())),
            PipeLine::End => Ok(Event::Interrupt),
        }
    }

    fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }

    fn write_file(&mut self, path: &str, text: &str) -> Option<String> {
        write_new_file(self.progress_file.files(), path, text)
    }

    fn progress_changed(&mut self, progress: &Progress) -> io::Result<()> {
        match self.progress_file.save(progress) {
            Some(sentence) => self.write(&Show::Text(Text::from_markdown(Role::Error, &sentence))),
            None => Ok(()),
        }
    }
}
