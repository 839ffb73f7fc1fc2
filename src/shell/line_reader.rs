//! Reads lines from the terminal: with the line editor or, in append-only output, without one.

use std::io::{self, BufRead as _, Write as _};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::{ColorMode, CompletionType, Config, Editor, ExternalPrinter as _};

use super::Options;
use super::editor_helper::{EditorHelper, PromptContext};
use super::history::SavedHistory;
use super::key_bindings::{INDENT, KeyBindings, LineAction};
use super::line_history::LineHistory;
use super::session_queries::SessionQueries;
use crate::driver::{Interrupts, WakeReason};
use crate::markup::without_hidden;
use crate::session::dialect::Dialect;

/// Number of candidates above which a second Tab is needed to list them.
pub(super) const MAX_LISTED_AT_ONCE: usize = 100;

/// An escape byte counts as the Escape key if no other byte follows within this number of milliseconds. Without this
/// timeout, Esc could not close a list of completions.
const ESCAPE_TIMEOUT_MS: u16 = 500;

/// The user's action at a prompt.
#[derive(Debug, PartialEq, Eq)]
pub enum LineOutcome {
    /// The user entered a line, or several lines that were pasted or recalled from the history.
    Line(String),
    /// The user pressed Ctrl-C.
    Interrupt,
    /// The user pressed Ctrl-D, or closed the terminal.
    EndOfInput,
    /// The user asked to edit the whole block. The text is the current line.
    EditBlock(String),
    /// The user asked to edit the whole block in an external editor. The text is the current line.
    EditExternally(String),
    /// The user pressed Ctrl-Z. The text is the current line.
    Suspend(String),
}

/// A reader of lines from the terminal.
pub enum LineReader {
    Editor(Box<LineEditor>),
    /// The reader for append-only output.
    Plain(PlainReader),
}

/// A reader that does without the line editor, so that only the terminal itself edits lines.
#[derive(Debug, Default)]
pub struct PlainReader {
    /// Whether to ignore the next line if it is empty, because the Enter that ended it has already been handled.
    ignores_enter: bool,
}

/// The line editor rustyline, with one history for Python and one for the redis-cli prompt.
pub struct LineEditor {
    editor: Editor<EditorHelper, LineHistory>,
    /// The history that is not in use at the current prompt.
    other_history: LineHistory,
    /// Whether the current prompt is the redis-cli prompt.
    is_cli: bool,
    saved_python_history: SavedHistory,
    saved_cli_history: SavedHistory,
    bindings: KeyBindings,
    /// The channel to the thread that prints text above the line.
    above: Sender<String>,
}

impl LineReader {
    /// Returns whether the output is append-only.
    pub fn is_plain(&self) -> bool {
        matches!(self, LineReader::Plain(_))
    }

    /// Creates a reader with the line editor.
    ///
    /// # Errors
    /// Returns an error if the terminal does not support line editing.
    pub fn with_editor(options: &Options, queries: &SessionQueries) -> io::Result<Self> {
        let config = Config::builder()
            .edit_mode(options.edit_mode)
            .bell_style(BellStyle::None)
            .indent_size(INDENT)
            .completion_prompt_limit(MAX_LISTED_AT_ONCE)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            // The highlighter must always run, because it also removes hidden characters, even in a theme without
            // colours.
            .color_mode(ColorMode::Forced)
            .bracketed_paste(true)
            .keyseq_timeout(Some(ESCAPE_TIMEOUT_MS))
            .build();
        let bindings = KeyBindings::default();
        let open = |path| {
            let (saved, history) = SavedHistory::open(options.files.clone(), path);
            (saved, LineHistory::new(history, bindings.search_hold()))
        };
        let (saved_python_history, python_history) = open(options.history.clone());
        let (saved_cli_history, cli_history) = open(options.history.as_ref().map(|path| path.with_extension("cli")));
        let mut editor = Editor::with_history(config, python_history).map_err(to_io_error)?;
        let above = spawn_printer(&mut editor)?;
        let helper = EditorHelper::new(options.theme, options.ascii, queries.clone(), bindings.clone());
        editor.set_helper(Some(helper));
        bindings.bind(&mut editor);
        Ok(LineReader::Editor(Box::new(LineEditor {
            editor,
            other_history: cli_history,
            is_cli: false,
            saved_python_history,
            saved_cli_history,
            bindings,
            above,
        })))
    }

    /// Returns a printer for text that arrives while a line is being typed at the given prompt.
    pub fn printer_above(&self, prompt: &str) -> PrinterAbove {
        match self {
            LineReader::Editor(line_editor) => PrinterAbove::Editor(line_editor.above.clone()),
            LineReader::Plain(_) => PrinterAbove::Plain { prompt: prompt.to_owned() },
        }
    }

    /// Reads a line. In the line editor, the line initially contains `initial`. Hidden characters, which a paste may
    /// contain, are neither shown nor returned.
    ///
    /// # Errors
    /// Returns an error if the terminal cannot be read or written.
    pub fn read(&mut self, context: PromptContext, initial: &str, interrupts: &Interrupts) -> io::Result<LineOutcome> {
        match self {
            LineReader::Editor(line_editor) => line_editor.read(context, initial),
            LineReader::Plain(plain) => plain.read(&context.prompt, interrupts),
        }
    }

    /// Adds an entry to the history of the current prompt. The first time that an entry cannot be saved, returns a
    /// message. Otherwise, returns `None`.
    pub fn add_to_history(&mut self, entry: &str) -> Option<String> {
        match self {
            LineReader::Editor(line_editor) => {
                let LineEditor { editor, is_cli, saved_python_history, saved_cli_history, .. } = &mut **line_editor;
                let saved = if *is_cli { saved_cli_history } else { saved_python_history };
                saved.add(&mut editor.history_mut().entries, entry)
            }
            LineReader::Plain(_) => None,
        }
    }

    /// Returns whether the user types or pastes lines of the open block that already contain their indentation.
    pub fn has_typed_indentation(&self) -> bool {
        matches!(self, LineReader::Editor(line_editor) if line_editor.bindings.has_typed_indentation())
    }

    /// Ignores the next key if it is Enter, because that Enter has already been handled. An Enter after other keys is
    /// not ignored.
    pub fn ignore_next_enter(&mut self) {
        match self {
            LineReader::Editor(line_editor) => line_editor.bindings.ignore_next_enter(),
            LineReader::Plain(plain) => plain.ignores_enter = true,
        }
    }
}

impl LineEditor {
    fn read(&mut self, context: PromptContext, initial: &str) -> io::Result<LineOutcome> {
        if self.is_cli != (context.dialect == Dialect::Cli) {
            self.is_cli = !self.is_cli;
            std::mem::swap(self.editor.history_mut(), &mut self.other_history);
        }
        let prompt = context.prompt.clone();
        self.bindings.start_line(initial, &context.preceding_lines);
        if let Some(helper) = self.editor.helper_mut() {
            helper.start_line(context);
        }
        match self.editor.readline_with_initial(&prompt, (&without_hidden(initial), "")) {
            Ok(line) => {
                let line = without_hidden(&line).into_owned();
                Ok(match self.bindings.take_action() {
                    LineAction::Accept => LineOutcome::Line(line),
                    LineAction::EndOfInput => LineOutcome::EndOfInput,
                    LineAction::Interrupt => LineOutcome::Interrupt,
                    LineAction::Suspend => LineOutcome::Suspend(line),
                    LineAction::EditBlock => LineOutcome::EditBlock(line),
                    LineAction::EditExternally => LineOutcome::EditExternally(line),
                })
            }
            Err(ReadlineError::Interrupted) => Ok(LineOutcome::Interrupt),
            Err(ReadlineError::Eof) => Ok(LineOutcome::EndOfInput),
            // If the line contains bytes that are not UTF-8, it is discarded, as after Ctrl-C.
            Err(ReadlineError::Io(e)) if e.kind() == io::ErrorKind::InvalidData => Ok(LineOutcome::Interrupt),
            Err(e) => Err(to_io_error(e)),
        }
    }
}

/// A printer for text that arrives while a line is being typed.
#[derive(Debug)]
pub enum PrinterAbove {
    /// The editor prints the text above the line, and redraws the prompt and the line.
    Editor(Sender<String>),
    /// The text is printed below the line, followed by a new prompt. What was typed so far stays in the terminal's
    /// buffer, but is not shown again.
    Plain { prompt: String },
}

impl PrinterAbove {
    /// Prints text that consists of whole lines. Does nothing if the text is empty.
    ///
    /// # Errors
    /// Returns an error if standard output cannot be written.
    pub fn print(&mut self, text: String) -> io::Result<()> {
        match self {
            _ if text.is_empty() => Ok(()),
            PrinterAbove::Editor(above) => above.send(text).map_err(io::Error::other),
            PrinterAbove::Plain { prompt } => {
                let mut out = io::stdout().lock();
                write!(out, "\n{text}{prompt}")?;
                out.flush()
            }
        }
    }
}

/// Starts a thread that prints text above the line that is being edited. A separate thread is needed because the editor
/// accepts only one message at a time. If a message arrives just after Enter, the editor accepts it only when it reads
/// the next line.
fn spawn_printer(editor: &mut Editor<EditorHelper, LineHistory>) -> io::Result<Sender<String>> {
    let mut printer = editor.create_external_printer().map_err(to_io_error)?;
    let (above, texts) = mpsc::channel::<String>();
    thread::Builder::new().name("above the prompt".into()).spawn(move || {
        for text in texts {
            if printer.print(text).is_err() {
                return;
            }
        }
    })?;
    Ok(above)
}

impl PlainReader {
    /// Reads a line. Meanwhile, standard output is not locked, so that other threads can print.
    ///
    /// # Errors
    /// Returns an error if the terminal cannot be read or written.
    pub fn read(&mut self, prompt: &str, interrupts: &Interrupts) -> io::Result<LineOutcome> {
        let write = |text: &str| {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        };
        write(prompt)?;
        loop {
            match interrupts.wait_with_stdin(Duration::from_secs(60), None)? {
                WakeReason::Other => {}
                WakeReason::Interrupt => {
                    write("\n")?;
                    return Ok(LineOutcome::Interrupt);
                }
                WakeReason::Input => {
                    let mut bytes = Vec::new();
                    if io::stdin().lock().read_until(b'\n', &mut bytes)? == 0 {
                        write("\n")?;
                        return Ok(LineOutcome::EndOfInput);
                    }
                    let line = String::from_utf8_lossy(&bytes);
                    let line = line.trim_end_matches(['\r', '\n']);
                    if !(std::mem::take(&mut self.ignores_enter) && line.is_empty()) {
                        return Ok(LineOutcome::Line(without_hidden(line).into_owned()));
                    }
                }
            }
        }
    }
}

fn to_io_error(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(e) => e,
        other => io::Error::other(other),
    }
}
