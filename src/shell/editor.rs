//! The line editor: rustyline, with what it must know of Python, of redis-cli and of the session.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use rustyline::completion::{Completer, Pair};
use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event, EventContext,
    EventHandler, ExternalPrinter as _, KeyCode, KeyEvent, Modifiers, Movement, RepeatCount,
};
use unicode_width::UnicodeWidthStr as _;

use super::Options;
use super::colour::coloured;
use super::complete::{complete, hint};
use super::history::HistoryFile;
use super::live::Live;
use super::width;
use crate::driver::{Interrupts, Woken};
use crate::present::theme::{Piece, Theme};
use crate::session::dialect::Dialect;

/// How far a block is indented.
const INDENT: u8 = 4;

/// More candidates than this are listed only when they are asked for once more.
const MOST_AT_ONCE: usize = 100;

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
    Editor { editor: Box<Editor<Helper, MemHistory>>, history: HistoryFile, above: Sender<String> },
    /// With what the terminal itself offers: nothing on the screen is ever moved or drawn again.
    Plain,
}

impl LineReader {
    /// A line editor.
    ///
    /// # Errors
    /// A terminal that cannot be edited on.
    pub fn editor(options: &Options, live: Live) -> io::Result<Self> {
        let theme = options.theme;
        let config = Config::builder()
            .edit_mode(options.edit_mode)
            .bell_style(BellStyle::None)
            .indent_size(INDENT)
            .completion_prompt_limit(MOST_AT_ONCE)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .color_mode(if theme == Theme::Plain { ColorMode::Disabled } else { ColorMode::Forced })
            .bracketed_paste(true)
            .build();
        let (file, entries) = HistoryFile::open(options.history.clone());
        let mut editor = Editor::with_history(config, entries).map_err(to_io)?;
        let above = print_above(&mut editor)?;
        let (in_block, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let scene = Scene { prompt: String::new(), before: String::new(), dialect: Dialect::Both, is_code: true };
        editor.set_helper(Some(Helper {
            theme,
            ascii: options.ascii,
            live,
            scene,
            in_block: in_block.clone(),
            ended: ended.clone(),
            hinted: Cell::new(None),
        }));
        let key = |code| Event::from(KeyEvent(code, Modifiers::NONE));
        editor.bind_sequence(key(KeyCode::Tab), EventHandler::Conditional(Box::new(Indent(in_block.clone()))));
        editor.bind_sequence(KeyEvent::ctrl('D'), EventHandler::Conditional(Box::new(EndBlock { in_block, ended })));
        editor.bind_sequence(key(KeyCode::Backspace), EventHandler::Conditional(Box::new(Dedent)));
        // A line break within what is edited, without entering it.
        editor.bind_sequence(Event::from(KeyEvent(KeyCode::Enter, Modifiers::ALT)), EventHandler::from(Cmd::Newline));
        Ok(LineReader::Editor { editor: Box::new(editor), history: file, above })
    }

    /// A way to print above the line that will be read at this prompt.
    pub fn above(&self, prompt: &str) -> Above {
        match self {
            LineReader::Editor { above, .. } => Above::Editor(above.clone()),
            LineReader::Plain => Above::Plain { prompt: prompt.to_owned() },
        }
    }

    /// Reads a line. `ahead` is on it already.
    ///
    /// # Errors
    /// Those of reading.
    pub fn read(&mut self, scene: Scene, ahead: &str, interrupts: &Interrupts) -> io::Result<Typed> {
        let LineReader::Editor { editor, .. } = self else { return read_plainly(&scene.prompt, interrupts) };
        let prompt = scene.prompt.clone();
        if let Some(helper) = editor.helper_mut() {
            helper.in_block.store(!scene.before.is_empty(), Ordering::Relaxed);
            helper.scene = scene;
        }
        match editor.readline_with_initial(&prompt, (ahead, "")) {
            Ok(_) if editor.helper().is_some_and(|helper| helper.ended.swap(false, Ordering::Relaxed)) => {
                Ok(Typed::End)
            }
            Ok(line) => Ok(Typed::Line(line)),
            Err(ReadlineError::Interrupted) => {
                // rustyline leaves its hint there, as if it had been typed.
                if let Some(column) = editor.helper().and_then(|helper| helper.hinted.take()) {
                    let mut out = io::stdout().lock();
                    write!(out, "\x1b[A\r\x1b[{column}C\x1b[K\n")?;
                    out.flush()?;
                }
                Ok(Typed::Interrupt)
            }
            Err(ReadlineError::Eof) => Ok(Typed::End),
            // Bytes that are no UTF-8: the line is dropped, as with Ctrl-C.
            Err(ReadlineError::Io(e)) if e.kind() == io::ErrorKind::InvalidData => Ok(Typed::Interrupt),
            Err(e) => Err(to_io(e)),
        }
    }

    /// Keeps what was typed.
    ///
    /// # Errors
    /// Those of writing.
    pub fn remember(&mut self, entry: &str) -> io::Result<()> {
        match self {
            LineReader::Editor { editor, history, .. } => history.add(editor.history_mut(), entry),
            LineReader::Plain => Ok(()),
        }
    }
}

/// Prints while a line is typed.
#[derive(Debug)]
pub enum Above {
    /// The editor prints it, and draws the prompt and the line below again.
    Editor(Sender<String>),
    /// It stands below what is typed, and the prompt below it: the terminal keeps what was typed, and does not show it again.
    Plain { prompt: String },
}

impl Above {
    /// Prints whole lines; nothing for an empty text.
    ///
    /// # Errors
    /// Those of writing.
    pub fn print(&mut self, text: String) -> io::Result<()> {
        match self {
            _ if text.is_empty() => Ok(()),
            Above::Editor(above) => above.send(text).map_err(io::Error::other),
            Above::Plain { prompt } => {
                let mut out = io::stdout().lock();
                write!(out, "\n{text}{prompt}")?;
                out.flush()
            }
        }
    }
}

/// Has texts printed above the line that is edited. The editor takes one at a time, and one that it takes no more, as its
/// line was entered just then, at its next line; so a thread of its own waits for it.
fn print_above(editor: &mut Editor<Helper, MemHistory>) -> io::Result<Sender<String>> {
    let mut printer = editor.create_external_printer().map_err(to_io)?;
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

fn read_plainly(prompt: &str, interrupts: &Interrupts) -> io::Result<Typed> {
    // Whoever prints above the line must not wait for the end of it.
    let write = |text: &str| {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    };
    write(prompt)?;
    loop {
        match interrupts.wait_with_stdin(Duration::from_secs(60), None)? {
            Woken::Nothing => {}
            Woken::Interrupt => {
                write("\n")?;
                return Ok(Typed::Interrupt);
            }
            Woken::Input => {
                let mut bytes = Vec::new();
                if io::stdin().lock().read_until(b'\n', &mut bytes)? == 0 {
                    write("\n")?;
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
    ascii: bool,
    live: Live,
    scene: Scene,
    in_block: Arc<AtomicBool>,
    /// Whether Ctrl-D was typed to end a block.
    ended: Arc<AtomicBool>,
    /// The column where what was typed ends and a hint is shown.
    hinted: Cell<Option<usize>>,
}

/// At which prompt a line is typed.
#[derive(Debug, Clone)]
pub struct Scene {
    pub prompt: String,
    /// The lines of an open block.
    pub before: String,
    pub dialect: Dialect,
    /// Whether it is code, and not an answer to a question.
    pub is_code: bool,
}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let text = &line[..pos];
        if !self.scene.is_code && !text.starts_with(':') {
            return Ok((pos, Vec::new()));
        }
        let found = complete(text, self.scene.dialect, width(), &self.live);
        Ok((pos - found.word, found.candidates))
    }
}

/// A hint is looked at; it cannot be taken over, as it has placeholders.
pub struct Signature(String);

impl Hint for Signature {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Hinter for Helper {
    type Hint = Signature;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Signature> {
        self.hinted.set(None);
        // Without colours nobody could tell it from what was typed.
        if pos < line.len() || line.trim().is_empty() || self.theme == Theme::Plain {
            return None;
        }
        if !self.scene.is_code && !line.starts_with(':') {
            return None;
        }
        let hint = hint(line, self.scene.dialect, &self.live)?;
        let last = line.rsplit('\n').next().unwrap_or_default();
        let prompt = self.scene.prompt.rsplit('\n').next().unwrap_or_default();
        let used = if last.len() == line.len() { prompt.width() } else { 0 } + last.width();
        let column = used % width().max(1);
        let shown = shortened(&hint, width().saturating_sub(column + 1), self.ascii)?;
        self.hinted.set(Some(column));
        Some(Signature(shown))
    }
}

/// The hint, as far as it fits on the line.
fn shortened(hint: &str, room: usize, ascii: bool) -> Option<String> {
    if hint.width() <= room {
        return Some(hint.to_owned());
    }
    let more = if ascii { "..." } else { "…" };
    let kept = room.checked_sub(more.width()).filter(|kept| *kept > 6)?;
    Some(hint.chars().take(kept).collect::<String>() + more)
}

impl Highlighter for Helper {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if !self.scene.is_code && !line.starts_with(':') {
            return Cow::Borrowed(line);
        }
        coloured(&self.scene.before, line, pos, self.scene.dialect, self.theme).map_or(Cow::Borrowed(line), Cow::Owned)
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(self.theme.paint_piece(Piece::Prompt, prompt))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.theme.paint_piece(Piece::Hint, hint))
    }

    fn highlight_char(&self, line: &str, _: usize, kind: CmdKind) -> bool {
        kind != CmdKind::MoveCursor || line.contains(['(', '[', '{'])
    }
}

impl Validator for Helper {}

impl rustyline::Helper for Helper {}

/// Tab among the blanks at the head of a block's line indents; elsewhere it completes.
struct Indent(Arc<AtomicBool>);

impl ConditionalEventHandler for Indent {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let line = context.line()[..context.pos()].rsplit('\n').next().unwrap_or_default();
        let is_block = self.0.load(Ordering::Relaxed) || !line.is_empty() || context.line().contains('\n');
        (is_block && line.chars().all(|c| c == ' ')).then(|| Cmd::Insert(1, " ".repeat(4 - line.len() % 4)))
    }
}

/// Ctrl-D where a block's next line has nothing but its indentation ends the block.
struct EndBlock {
    in_block: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl ConditionalEventHandler for EndBlock {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let is_blank = !context.line().is_empty() && context.line().trim().is_empty();
        let ends = self.in_block.load(Ordering::Relaxed) && is_blank;
        self.ended.store(ends, Ordering::Relaxed);
        ends.then_some(Cmd::AcceptLine)
    }
}

/// Backspace among the blanks at the head of a line goes back to the indentation before.
struct Dedent;

impl ConditionalEventHandler for Dedent {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let line = context.line()[..context.pos()].rsplit('\n').next().unwrap_or_default();
        (line.len() > 1 && line.chars().all(|c| c == ' ')).then_some(Cmd::Dedent(Movement::WholeLine))
    }
}

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
