//! The line editor: rustyline, with what it must know of Python, of redis-cli and of the session.

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{
    Cmd, ColorMode, CompletionType, Config, EditMode, Editor, Event, EventHandler, KeyCode, KeyEvent, Modifiers,
};

use super::history::HistoryFile;
use crate::driver::{Interrupts, Woken};
use crate::present::theme::Theme;

/// What was typed at a prompt.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// A line, or several that were pasted or recalled at once.
    Line(String),
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D, or a terminal that has gone away.
    End,
}

/// Reads lines from the terminal.
#[derive(Debug)]
pub enum LineReader {
    /// With a line editor.
    Editor { editor: Box<Editor<Helper, MemHistory>>, history: HistoryFile },
    /// With what the terminal itself offers: nothing on the screen is ever moved or drawn again.
    Plain,
}

impl LineReader {
    /// A line editor.
    ///
    /// # Errors
    /// A terminal that cannot be edited on.
    pub fn editor(theme: Theme, edit_mode: EditMode, history: Option<PathBuf>) -> io::Result<Self> {
        let config = Config::builder()
            .edit_mode(edit_mode)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .color_mode(if theme == Theme::Plain { ColorMode::Disabled } else { ColorMode::Forced })
            .bracketed_paste(true)
            .build();
        let (file, entries) = HistoryFile::open(history);
        let mut editor = Editor::with_history(config, entries).map_err(to_io)?;
        editor.set_helper(Some(Helper { theme }));
        // A line break within what is edited, without entering it.
        editor.bind_sequence(Event::from(KeyEvent(KeyCode::Enter, Modifiers::ALT)), EventHandler::from(Cmd::Newline));
        Ok(LineReader::Editor { editor: Box::new(editor), history: file })
    }

    /// Reads a line. `ahead` is on it already.
    ///
    /// # Errors
    /// Those of reading.
    pub fn read(&mut self, prompt: &str, ahead: &str, interrupts: &Interrupts) -> io::Result<Typed> {
        match self {
            LineReader::Editor { editor, .. } => match editor.readline_with_initial(prompt, (ahead, "")) {
                Ok(line) => Ok(Typed::Line(line)),
                Err(ReadlineError::Interrupted) => Ok(Typed::Interrupt),
                Err(ReadlineError::Eof) => Ok(Typed::End),
                // Bytes that are no UTF-8: the line is dropped, as with Ctrl-C.
                Err(ReadlineError::Io(e)) if e.kind() == io::ErrorKind::InvalidData => Ok(Typed::Interrupt),
                Err(e) => Err(to_io(e)),
            },
            LineReader::Plain => read_plainly(prompt, interrupts),
        }
    }

    /// Keeps what was typed.
    ///
    /// # Errors
    /// Those of writing.
    pub fn remember(&mut self, entry: &str) -> io::Result<()> {
        match self {
            LineReader::Editor { editor, history } => history.add(editor.history_mut(), entry),
            LineReader::Plain => Ok(()),
        }
    }
}

fn read_plainly(prompt: &str, interrupts: &Interrupts) -> io::Result<Typed> {
    let mut out = io::stdout().lock();
    out.write_all(prompt.as_bytes())?;
    out.flush()?;
    loop {
        match interrupts.wait_with_stdin(60_000)? {
            Woken::Nothing => {}
            Woken::Interrupt => {
                out.write_all(b"\n")?;
                return Ok(Typed::Interrupt);
            }
            Woken::Input => {
                let mut bytes = Vec::new();
                if io::stdin().lock().read_until(b'\n', &mut bytes)? == 0 {
                    out.write_all(b"\n")?;
                    return Ok(Typed::End);
                }
                let line = String::from_utf8_lossy(&bytes);
                return Ok(Typed::Line(line.trim_end_matches(['\r', '\n']).to_owned()));
            }
        }
    }
}

fn to_io(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(e) => e,
        other => io::Error::other(other),
    }
}

/// What rustyline asks while a line is typed.
#[derive(Debug)]
pub struct Helper {
    theme: Theme,
}

impl Completer for Helper {
    type Candidate = String;
}

impl Hinter for Helper {
    type Hint = String;
}

impl Highlighter for Helper {}

impl Validator for Helper {}

impl rustyline::Helper for Helper {}

/// The blanks that the line after an unfinished block begins with.
pub fn indent_after(text: &str) -> String {
    let last = text.rsplit('\n').next().unwrap_or_default();
    let blanks = last.len() - last.trim_start_matches(' ').len();
    let code = last.trim();
    let leaves = ["return", "pass", "break", "continue", "raise"];
    let first = code.split([' ', '(']).next().unwrap_or_default();
    if code.ends_with(':') {
        " ".repeat(blanks + 4)
    } else if leaves.contains(&first) {
        " ".repeat(blanks.saturating_sub(4))
    } else {
        " ".repeat(blanks)
    }
}
