//! The terminal front end, with prompts, a line editor, real time and Ctrl-C.

mod blocked_wait;
mod candidate_list;
mod command_signature;
mod completion;
mod completion_context;
mod course_progress;
mod editor_helper;
mod external_editor;
mod highlight;
mod hint;
mod history;
mod key_bindings;
mod lesson_menu;
mod line_history;
mod line_reader;
mod name_matches;
mod panic_report;
mod running_indicator;
mod session_queries;
mod terminal_frontend;
mod terminal_modes;
mod terminal_output;

use std::io;
use std::path::PathBuf;

use rustyline::EditMode;

use crate::driver::{Interrupts, LessonWatcher, drive};
use crate::markup::visible_lines;
use crate::messages;
use crate::render::theme::Theme;
use crate::session::Session;
use crate::session::display::lesson_status::lesson_statuses;
use crate::user_files::{ProgressFile, SaveStatus, UserFiles};
use course_progress::CourseProgress;
pub use lesson_menu::MenuChoice;
use line_reader::{LineReader, PlainReader};
use session_queries::SessionQueries;
use terminal_frontend::TerminalFrontend;
use terminal_modes::{LineDiscipline, TerminalEvents, TerminalModes};

/// Maximum width of text in columns, however wide the terminal is.
const MAX_TEXT_WIDTH: usize = 100;

/// Number of columns that is assumed if the terminal does not report its size.
const DEFAULT_WIDTH: usize = 80;

/// The options of the terminal front end.
#[derive(Debug, Clone)]
pub struct Options {
    pub theme: Theme,
    pub plain: bool,
    pub ascii: bool,
    pub edit_mode: EditMode,
    /// The path of the file that contains the input history, or `None` if the history is not saved.
    pub history: Option<PathBuf>,
    /// The status that tells whether the learner's progress is saved. The message after a panic reports it.
    pub save_status: SaveStatus,
    pub files: UserFiles,
    /// A lesson file to reload when it changes while nothing is being typed.
    pub watch: Option<LessonWatcher>,
}

impl Options {
    /// Returns whether text on the screen must not be redrawn, because the user asked for append-only output, or
    /// because the terminal cannot redraw text.
    fn is_append_only(&self) -> bool {
        self.plain || std::env::var("TERM").map_or(true, |term| cannot_redraw(&term))
    }
}

/// Names of terminals that cannot redraw text, or that the line editor does not support.
const UNSUPPORTED_TERMINALS: [&str; 3] = ["dumb", "cons25", "emacs"];

/// Returns whether the terminal with the given name, from the variable `TERM`, cannot redraw text.
pub fn cannot_redraw(term: &str) -> bool {
    UNSUPPORTED_TERMINALS.iter().any(|name| name.eq_ignore_ascii_case(term))
}

/// The program's control of the terminal. However the program ends, the terminal's modes are restored.
pub struct TerminalSession {
    options: Options,
    interrupts: Interrupts,
    modes: TerminalModes,
    queries: SessionQueries,
    reader: LineReader,
    /// Whether lines cannot be edited although the user has not requested append-only output.
    lacks_editor: bool,
}

impl TerminalSession {
    /// Takes control of the terminal. Must be called only once in a process, because it installs handlers for signals
    /// and panics.
    ///
    /// # Errors
    /// Returns an error if standard input is not a terminal, or if a signal handler cannot be installed.
    pub fn new(mut options: Options) -> io::Result<Self> {
        #[cfg(unix)]
        let interrupts = Interrupts::new()?;
        #[cfg(not(unix))]
        let interrupts = Interrupts::from_ctrl_c()?;
        let queries = SessionQueries::new()?;
        let mut lacks_editor = std::env::var("TERM").is_ok_and(|term| term != "dumb" && cannot_redraw(&term));
        lacks_editor &= !options.plain;
        let editor = if options.is_append_only() { None } else { Some(LineReader::with_editor(&options, &queries)) };
        let (reader, discipline) = match editor {
            Some(Ok(reader)) => (reader, LineDiscipline::Editor),
            Some(Err(_)) => {
                lacks_editor = true;
                options.plain = true;
                (LineReader::Plain(PlainReader::default()), LineDiscipline::Terminal)
            }
            None => (LineReader::Plain(PlainReader::default()), LineDiscipline::Terminal),
        };
        let waker = interrupts.clone();
        let (at_exit, at_panic) = (options.save_status.clone(), options.save_status.clone());
        let modes = TerminalModes::new(
            discipline,
            TerminalEvents {
                interrupt: Box::new(move || waker.raise()),
                exit: Box::new(move || {
                    let sentence = at_exit.save_again()?;
                    Some(visible_lines(&messages::cli::error(sentence)).into_owned())
                }),
                report: Box::new(move |panic| {
                    // The report says whether progress is saved, so a last attempt to save it is made first.
                    at_panic.save_again();
                    panic_report::report(panic, &at_panic)
                }),
            },
        )?;
        Ok(TerminalSession { options, interrupts, modes, queries, reader, lacks_editor })
    }

    /// Runs a session to its end, and returns the exit status. The caller must then call `finish` on the progress
    /// file.
    ///
    /// # Errors
    /// Returns an error if the terminal cannot be read or written, or if no Python process can be started.
    pub fn run(self, session: &mut Session, progress_file: &mut ProgressFile) -> io::Result<i32> {
        let lessons = lesson_statuses(session.library(), session.progress());
        let course_progress = CourseProgress::new(lessons, session.progress().clone());
        let mut frontend = TerminalFrontend::new(self, course_progress, progress_file);
        frontend.show_welcome(session)?;
        let result = drive(session, &mut frontend);
        if let Some(status) = frontend.status_after_signal() {
            return Ok(status);
        }
        let status = result?;
        frontend.show_farewell(session)?;
        Ok(status)
    }
}

/// Returns the number of columns of the terminal.
fn terminal_width() -> usize {
    terminal_modes::width().unwrap_or(DEFAULT_WIDTH)
}

/// Returns the number of columns and rows of the terminal, or `None` if it does not report them.
pub fn terminal_size() -> Option<(usize, usize)> {
    terminal_modes::width().zip(terminal_modes::height())
}

/// Returns the width to which text is laid out, in columns.
pub fn text_width() -> usize {
    terminal_width().min(MAX_TEXT_WIDTH)
}
