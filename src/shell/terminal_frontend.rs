//! The terminal as the [`Frontend`] of a session: prompts, multi-line input, waits, and programs that run for a long
//! time.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::blocked_wait::{BlockedWait, WaitEvent};
use super::course_progress::CourseProgress;
use super::editor_helper::PromptContext;
use super::external_editor::{self, Edited};
use super::key_bindings::indentation_after;
use super::line_reader::{LineOutcome, LineReader};
use super::running_indicator::RunningIndicator;
use super::session_queries::SessionQueries;
use super::terminal_modes::{KeyInput, TerminalModes};
use super::terminal_output::TerminalOutput;
use super::{DEFAULT_WIDTH, TerminalSession};
use crate::driver::{Frontend, Host, Interrupts, LessonWatcher, WakeReason, write_new_file};
use crate::lesson::format::Lesson;
use crate::lesson::progress::Progress;
use crate::markup::{self, Role, Style, Text, code, visible_lines};
use crate::messages::shell as messages;
use crate::render::theme::Token;
use crate::session::Session;
use crate::session::dialect::Dialect;
use crate::session::event::{Event, Need, Prompt, Show};
use crate::session::status::Status;
use crate::user_files::{ProgressFile, UserFiles};
use python_kernel::syntax;

/// Interval at which a watched lesson file is polled.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// The front end for a terminal with a user.
pub struct TerminalFrontend<'a> {
    started: Instant,
    interrupts: Interrupts,
    /// Number of interrupts whose echo (`^C`) has already been followed by a new line. Only append-only output contains
    /// such an echo.
    echoed_interrupts: usize,
    /// Whether lines cannot be edited although the user has not requested append-only output.
    lacks_editor: bool,
    /// The wait that is on the screen. The field is declared before `modes`, so that `modes` is dropped later and
    /// restores the terminal last.
    wait: Option<BlockedWait>,
    modes: TerminalModes,
    output: TerminalOutput<'a>,
    reader: LineReader,
    queries: SessionQueries,
    files: UserFiles,
    /// The unfinished last line of a program's output, or an empty string. The prompt follows it on the same line.
    unfinished_output: String,
    /// The text that is already on the line when the next prompt appears.
    initial_text: String,
    watcher: Option<LessonWatcher>,
    /// The indicator for the running program. It exists from the moment an input is entered until the next prompt.
    running: Option<RunningIndicator>,
    /// The status that was last shown before a prompt.
    shown_status: Option<Status>,
    /// Whether the user was warned that Python runs without a full sandbox.
    has_warned_without_sandbox: bool,
}

impl<'a> TerminalFrontend<'a> {
    pub fn new(
        terminal: TerminalSession,
        course_progress: CourseProgress,
        progress_file: &'a mut ProgressFile,
    ) -> Self {
        let TerminalSession { options, interrupts, modes, queries, reader, lacks_editor } = terminal;
        let style = Style { width: DEFAULT_WIDTH, ascii: options.ascii, plain: options.plain, quoted: false };
        TerminalFrontend {
            started: Instant::now(),
            echoed_interrupts: 0,
            lacks_editor,
            interrupts,
            wait: None,
            modes,
            output: TerminalOutput::new(style, options.theme, course_progress, progress_file),
            reader,
            queries,
            files: options.files,
            unfinished_output: String::new(),
            initial_text: String::new(),
            watcher: options.watch,
            running: None,
            shown_status: None,
            has_warned_without_sandbox: false,
        }
    }

    /// Returns the exit status if a signal has ended the session, and `None` otherwise.
    pub fn status_after_signal(&self) -> Option<i32> {
        self.modes.exit_status()
    }

    /// Shows the welcome message at the first start or if no lesson is open. Otherwise, says at which step the session
    /// resumes.
    pub fn show_welcome(&mut self, session: &Session) -> io::Result<()> {
        // If there was an interrupt in the lesson menu, the line with its echo has already ended.
        self.echoed_interrupts = self.interrupts.total();
        if self.lacks_editor {
            self.show_message(Role::Hint, &messages::no_line_editor())?;
        }
        if session.is_practice() {
            return Ok(());
        }
        let is_first_start = session.progress().lessons.is_empty();
        match session.place() {
            None => self.show_message(Role::Muted, &messages::play_welcome()),
            Some(_) if is_first_start => {
                let leaving = match self.output.is_progress_saved() {
                    true => messages::leaving_keeps_place(),
                    false => messages::leaving_keeps_nothing(),
                };
                self.show(&Show::Text(markup::parse(&format!("{}\n{leaving}", messages::first_start()))))
            }
            Some((lesson, step)) if step > 1 => {
                self.show_message(Role::Muted, &messages::lesson_resumed(&lesson.title, step))
            }
            Some(_) => Ok(()),
        }
    }

    /// Says what has been saved, at the end of the session.
    pub fn show_farewell(&mut self, session: &Session) -> io::Result<()> {
        self.wait = None;
        let has_data = session.engine().keyspace.databases().iter().any(|database| !database.is_empty());
        let message = match session.place() {
            // Progress that could not be saved is reported when the program ends, so nothing is said about it here.
            Some(_) if !self.output.is_progress_saved() => return Ok(()),
            Some(_) if session.is_practice() => messages::practice_saved(),
            Some((lesson, step)) => messages::place_kept(&lesson.title, step),
            None if has_data => messages::play_data_gone(),
            None => return Ok(()),
        };
        self.show_message(Role::Muted, &message)
    }

    /// Starts a new line if the terminal has echoed `^C`.
    fn end_echo_of_interrupt(&mut self) -> io::Result<()> {
        let total = self.interrupts.total();
        if std::mem::replace(&mut self.echoed_interrupts, total) != total && self.reader.is_plain() {
            self.unfinished_output.clear();
            self.output.prompt_answered();
            self.write("\n")?;
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    fn show_message(&mut self, role: Role, markdown: &str) -> io::Result<()> {
        self.show(&Show::Text(Text::from_markdown(role, markdown)))
    }

    /// Polls the watched lesson file until a key is pressed. If the file was saved, returns the reloaded lesson, or a
    /// message about an error in it. Otherwise, returns `None`. The line editor cannot be interrupted while it reads,
    /// so it starts only when a key has been pressed. If several lines arrive together, those that the editor has
    /// already buffered are read only after the next key.
    fn poll_watched_file(&mut self, prompt: &str) -> io::Result<Option<Result<Arc<Lesson>, String>>> {
        let Some(watcher) = &mut self.watcher else { return Ok(None) };
        if self.reader.is_plain() {
            return Ok(watcher.reload_if_saved());
        }
        let keys = KeyInput::new()?;
        let mut out = io::stdout().lock();
        write!(out, "{}", self.output.theme_and_style().0.paint_token(Token::Prompt, prompt))?;
        out.flush()?;
        let saved = loop {
            if let Some(saved) = watcher.reload_if_saved() {
                break Some(saved);
            }
            match self.interrupts.wait_with_stdin(WATCH_INTERVAL, None)? {
                WakeReason::Other if self.modes.exit_status().is_none() => {}
                _ => break None,
            }
        };
        drop(keys);
        write!(out, "\r\x1b[K")?;
        out.flush()?;
        Ok(saved)
    }

    /// Reads a line while the session runs on another thread.
    fn read_line(&mut self, host: &mut Host<'_>, context: PromptContext, initial: &str) -> io::Result<LineOutcome> {
        let TerminalFrontend { started, interrupts, output, reader, queries, .. } = self;
        let mut printer = reader.printer_above(&context.prompt);
        let advance = |host: &mut Host<'_>, wake: &Interrupts| {
            let outcome = host.advance(microseconds_since(*started), wake)?;
            let mut text = String::new();
            host.perform_effects(|effect| Ok(output.perform_above_prompt(effect, &mut text)))?;
            if !text.is_empty() {
                text.push_str(output.line_end());
            }
            printer.print(text)?;
            Ok(outcome)
        };
        queries.serve_while_typing(host, advance, || reader.read(context, initial, interrupts))?
    }

    /// If an input is unfinished because of an open bracket, shows the bracket and returns true.
    fn show_open_bracket(&mut self, text: &str) -> io::Result<bool> {
        let Some(at) = syntax::last_open_bracket(text) else { return Ok(false) };
        let line = text[..=at].rsplit('\n').next().unwrap_or_default().trim_start();
        let closing = match text.as_bytes()[at] {
            b'(' => ")",
            b'[' => "]",
            _ => "}",
        };
        let message = messages::bracket_open(code(line), closing);
        let text = self.output.render(&Show::Text(Text::from_markdown(Role::Muted, &message)));
        self.write(&text)?;
        Ok(true)
    }

    /// Shows how long the last input ran, if it ran for a long time.
    fn finish_running(&mut self) -> io::Result<()> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        running.hide()?;
        match running.duration_message() {
            Some(message) => self.show_message(Role::Muted, &message),
            None => Ok(()),
        }
    }

    /// Warns the user, but only once, if Python runs without a full sandbox.
    fn warn_without_sandbox(&mut self, session: &Session) -> io::Result<()> {
        if session.lacks_sandbox() && !std::mem::replace(&mut self.has_warned_without_sandbox, true) {
            self.show_message(Role::Hint, &messages::no_sandbox())?;
        }
        Ok(())
    }

    /// Shows the status line if anything in it but the lesson and the time has changed since the last prompt.
    fn show_status(&mut self, session: &Session, prompt: &Prompt) -> io::Result<()> {
        if matches!(prompt, Prompt::Program { .. } | Prompt::Answer) {
            return Ok(());
        }
        let status = session.status();
        let previous = self.shown_status.replace(status.clone()).unwrap_or_default();
        if status.is_like(&previous) {
            return Ok(());
        }
        self.unfinished_output.clear();
        let text = self.output.render_status(&status);
        self.write(&text)
    }

    /// Lets the user edit the input in an external editor. The edited text is on the line at the next prompt.
    fn edit_externally(&mut self, text: String, dialect: Dialect) -> io::Result<()> {
        let extension = if dialect == Dialect::Cli { "redis" } else { "py" };
        let edit = || external_editor::edit(&self.files, &text, &external_editor::editor_command(), extension);
        self.initial_text = match self.modes.with_initial_modes(edit)? {
            Edited::Text(text) => text,
            Edited::Failed(reason) => {
                self.show_message(Role::Error, &reason)?;
                text
            }
        };
        Ok(())
    }

    /// Handles a line that continues the block in `text`. If the line completes the block, adds the block to the
    /// history, and returns the event that enters it. Otherwise, returns `None`.
    fn enter_line(
        &mut self,
        text: &mut String,
        line: &str,
        is_code: bool,
        session: &Session,
    ) -> io::Result<Option<Event>> {
        *text = append_line(std::mem::take(text), line);
        // A block that was pasted or recalled needs no blank line at its end.
        if line.contains('\n') && session.is_incomplete(text) {
            let ended = text.clone() + "\n";
            if !session.is_incomplete(&ended) {
                *text = ended;
            }
        }
        if session.is_incomplete(text) {
            return Ok(None);
        }
        if is_code && let Some(sentence) = self.reader.add_to_history(text) {
            self.show_message(Role::Error, &sentence)?;
        }
        self.running = Some(RunningIndicator::new(self.reader.is_plain()));
        Ok(Some(Event::Entered(std::mem::take(text))))
    }
}

impl Frontend for TerminalFrontend<'_> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.wait = None;
        self.running.as_mut().map_or(Ok(()), RunningIndicator::hide)?;
        self.end_echo_of_interrupt()?;
        match show {
            Show::Output(text) | Show::Reply(text) | Show::Traceback(text) => {
                if let Some((_, last)) = text.rsplit_once('\n') {
                    self.unfinished_output.clear();
                    self.unfinished_output.push_str(last);
                } else {
                    self.unfinished_output.push_str(text);
                }
            }
            _ => self.unfinished_output.clear(),
        }
        let text = self.output.render(show);
        self.write(&text)
    }

    fn read_input(&mut self, host: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        self.wait = None;
        self.end_echo_of_interrupt()?;
        self.finish_running()?;
        self.warn_without_sandbox(host.session())?;
        self.show_status(host.session(), prompt)?;
        let is_code = matches!(prompt, Prompt::Python { .. } | Prompt::Cli { .. });
        let mut text = String::new();
        let mut has_shown_bracket = false;
        loop {
            let shown_prompt = if text.is_empty() {
                // The line editor redraws the whole line, so output that is already on the line becomes part of the
                // prompt. The editor counts the columns of the prompt, so the prompt must not change from then on.
                let unfinished = std::mem::take(&mut self.unfinished_output);
                let redrawn = if self.reader.is_plain() { "" } else { after_return(&unfinished) };
                visible_lines(&(redrawn.to_owned() + &prompt.text())).into_owned()
            } else {
                visible_lines(&prompt.continuation()).into_owned()
            };
            let initial = match text.is_empty() {
                true => std::mem::take(&mut self.initial_text),
                false if self.reader.has_typed_indentation() => String::new(),
                false => indentation_after(&text),
            };
            if text.is_empty()
                && initial.is_empty()
                && let Some(saved) = self.poll_watched_file(&shown_prompt)?
            {
                return Ok(Event::LessonSaved(saved));
            }
            let dialect = host.session().dialect();
            let context = PromptContext { prompt: shown_prompt, preceding_lines: text.clone(), dialect, is_code };
            self.modes.set_at_prompt(true);
            // While the program was suspended, the shell may have left the terminal in other modes.
            self.modes.set_between_prompts()?;
            let outcome = self.read_line(host, context, &initial);
            self.modes.set_at_prompt(false);
            // Interrupts that are still pending were meant for the prompt that has just been answered, so they are
            // discarded.
            while self.interrupts.take() {}
            self.echoed_interrupts = self.interrupts.total();
            self.output.prompt_answered();
            let session = host.session();
            match outcome? {
                LineOutcome::Line(line) => {
                    if let Some(event) = self.enter_line(&mut text, &line, is_code, session)? {
                        return Ok(event);
                    }
                    if line.trim().is_empty() && !has_shown_bracket {
                        has_shown_bracket = self.show_open_bracket(&text)?;
                    }
                }
                // If the last line is blank, it is not part of the block.
                LineOutcome::EditBlock(line) if line.trim().is_empty() => {
                    self.initial_text = std::mem::take(&mut text);
                }
                LineOutcome::EditBlock(line) => self.initial_text = append_line(std::mem::take(&mut text), &line),
                LineOutcome::EditExternally(line) => {
                    self.edit_externally(append_line(std::mem::take(&mut text), &line), session.dialect())?
                }
                LineOutcome::Suspend(line) => {
                    self.initial_text = append_line(std::mem::take(&mut text), &line);
                    self.modes.suspend()?;
                }
                LineOutcome::Interrupt if matches!(prompt, Prompt::Program { .. }) => return Ok(Event::Interrupt),
                // At this prompt, Ctrl-C interrupts the program of another client that is no longer blocked and now
                // runs.
                LineOutcome::Interrupt if matches!(session.need(), Need::Frame { .. }) => return Ok(Event::Interrupt),
                LineOutcome::Interrupt => {
                    text.clear();
                    has_shown_bracket = false;
                }
                LineOutcome::EndOfInput if text.is_empty() => return Ok(Event::EndOfInput),
                // In a block, Ctrl-D ends the block, as at Python's own prompt.
                LineOutcome::EndOfInput => return Ok(Event::Entered(text + "\n")),
            }
        }
    }

    fn wait(&mut self, host: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        // A program that waits does not count as one that runs for a long time, so it has no indicator.
        if let Some(mut running) = self.running.take() {
            running.hide()?;
        }
        let session = host.session();
        let theme_and_style = self.output.theme_and_style();
        let wait = match &mut self.wait {
            Some(wait) => wait,
            none @ None => {
                self.unfinished_output.clear();
                io::stdout().lock().write_all(self.output.line_end().as_bytes())?;
                none.insert(BlockedWait::new(self.reader.is_plain())?)
            }
        };
        let left_us = deadline_us.map(|at| at - session.engine().keyspace.now_us());
        let event = match wait.poll(&session.waits(), left_us, theme_and_style, &self.interrupts, host.server())? {
            WaitEvent::TimePassed => return Ok(Event::Elapsed { us: microseconds_since(self.started) }),
            WaitEvent::Interrupt => Event::Interrupt,
            WaitEvent::Enter => {
                self.reader.ignore_next_enter();
                Event::Entered(String::new())
            }
            WaitEvent::EndOfInput => Event::EndOfInput,
        };
        // While a client waits, the terminal does not echo Ctrl-C, so there is no echo to end.
        self.echoed_interrupts = self.interrupts.total();
        self.wait = None;
        Ok(event)
    }

    fn real_elapsed_us(&self) -> Option<i64> {
        Some(microseconds_since(self.started))
    }

    fn wants_ticks(&self) -> bool {
        self.running.is_some()
    }

    fn tick(&mut self) -> io::Result<()> {
        let (theme, style) = self.output.theme_and_style();
        // The indicator must not overwrite a line that the program has begun.
        match &mut self.running {
            Some(running) if self.unfinished_output.is_empty() => running.update(theme, style),
            Some(_) | None => Ok(()),
        }
    }

    fn interrupts(&self) -> Option<&Interrupts> {
        Some(&self.interrupts)
    }

    fn is_terminated(&self) -> bool {
        self.modes.exit_status().is_some()
    }

    fn write_file(&mut self, path: &str, text: &str) -> Option<String> {
        write_new_file(&self.files, path, text)
    }

    fn progress_changed(&mut self, progress: &Progress) -> io::Result<()> {
        match self.output.save_progress(progress) {
            Some(sentence) => self.show_message(Role::Error, &sentence),
            None => Ok(()),
        }
    }
}

/// Returns the part of an unfinished line that remains visible: the part after the last carriage return.
fn after_return(line: &str) -> &str {
    line.rsplit('\r').next().unwrap_or_default()
}

/// Appends a line to a block.
fn append_line(mut block: String, line: &str) -> String {
    if !block.is_empty() {
        block.push('\n');
    }
    block.push_str(line);
    block
}

fn microseconds_since(started: Instant) -> i64 {
    i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX)
}
