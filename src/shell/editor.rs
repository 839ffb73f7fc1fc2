//! The line editor: rustyline, with what it must know of Python, of redis-cli and of the session.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
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
    At, Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event, EventContext,
    EventHandler, ExternalPrinter as _, KeyCode, KeyEvent, Modifiers, Movement, RepeatCount, Word,
};
use unicode_width::UnicodeWidthStr as _;

use super::Options;
use super::colour::coloured;
use super::complete::complete;
use super::hint::{Suggestion, answers_step, from_history, signature};
use super::history::HistoryFile;
use super::live::Live;
use super::width;
use crate::driver::{Interrupts, WakeReason};
use crate::render::theme::{Theme, Token};
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
    /// The line so far: it and the block above it are to be edited as a whole.
    Whole(String),
    /// The line so far: it and the block above it are to be edited in an editor of the learner's.
    Outside(String),
    /// Ctrl-Z, and the line so far.
    Suspend(String),
}

/// Reads lines from the terminal.
pub enum LineReader {
    /// With a line editor.
    Editor(Box<LineEditor>),
    /// With what the terminal itself offers: nothing on the screen is ever moved or drawn again.
    Plain(PlainReader),
}

/// Reads lines as the terminal gives them.
#[derive(Debug, Default)]
pub struct PlainReader {
    /// Whether an Enter is on its way that is not the next line's.
    skips_enter: bool,
}

/// rustyline, and the two histories: of Python's prompt, and of redis-cli's.
pub struct LineEditor {
    editor: Editor<Helper, MemHistory>,
    /// The history that the editor does not hold at present.
    other: MemHistory,
    /// Whether the editor holds the history of redis-cli's prompt.
    is_cli: bool,
    python_file: HistoryFile,
    cli_file: HistoryFile,
    /// What is to be printed above the line.
    above: Sender<String>,
    /// Whether an Enter is on its way that is not the next line's.
    skips_enter: Arc<AtomicBool>,
}

impl LineReader {
    /// Whether it only ever appends to the screen.
    pub fn is_plain(&self) -> bool {
        matches!(self, LineReader::Plain(_))
    }

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
        let (python_file, entries) = HistoryFile::open(options.history.clone());
        let (cli_file, other) = HistoryFile::open(options.history.as_ref().map(|path| path.with_extension("cli")));
        let mut editor = Editor::with_history(config, entries).map_err(to_io)?;
        let above = print_above(&mut editor)?;
        let in_block = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(AtomicU8::new(Asked::Line as u8));
        let scene = Scene { prompt: String::new(), before: String::new(), dialect: Dialect::Both, is_code: true };
        editor.set_helper(Some(Helper {
            theme,
            ascii: options.ascii,
            live,
            scene,
            in_block: in_block.clone(),
            asked: asked.clone(),
            current: Cell::new((0, 0)),
            known: Known::default(),
        }));
        let key = |code| Event::from(KeyEvent(code, Modifiers::NONE));
        editor.bind_sequence(key(KeyCode::Tab), EventHandler::Conditional(Box::new(Indent(in_block.clone()))));
        // All that ends a line accepts it: whenever rustyline fails instead, it forgets what was typed behind it.
        for (keys, how) in [
            (Event::from(KeyEvent::ctrl('C')), Asked::Interrupt),
            (Event::from(KeyEvent::ctrl('D')), Asked::End),
            (Event::from(KeyEvent::ctrl('Z')), Asked::Suspend),
            (key(KeyCode::Up), Asked::Whole),
            (Event::KeySeq(vec![KeyEvent::ctrl('X'), KeyEvent::ctrl('E')]), Asked::Outside),
        ] {
            let ask = Ask { how, in_block: in_block.clone(), asked: asked.clone() };
            editor.bind_sequence(keys, EventHandler::Conditional(Box::new(ask)));
        }
        let skips_enter = Arc::new(AtomicBool::new(false));
        for enter in [key(KeyCode::Enter), Event::from(KeyEvent::ctrl('J'))] {
            let enter_key = Enter { skips: skips_enter.clone(), asked: asked.clone() };
            editor.bind_sequence(enter, EventHandler::Conditional(Box::new(enter_key)));
        }
        editor.bind_sequence(key(KeyCode::Backspace), EventHandler::Conditional(Box::new(Dedent)));
        // Of words, in either way of editing.
        for (code, movement) in [
            (KeyCode::Left, Movement::BackwardWord(1, Word::Emacs)),
            (KeyCode::Right, Movement::ForwardWord(1, At::AfterEnd, Word::Emacs)),
        ] {
            let ctrl = Event::from(KeyEvent(code, Modifiers::CTRL));
            editor.bind_sequence(ctrl, EventHandler::from(Cmd::Move(movement)));
        }
        let alt_enter = Event::from(KeyEvent(KeyCode::Enter, Modifiers::ALT));
        editor.bind_sequence(alt_enter, EventHandler::Conditional(Box::new(BreakLine)));
        let is_cli = false;
        let editor = LineEditor { editor, other, is_cli, python_file, cli_file, above, skips_enter };
        Ok(LineReader::Editor(Box::new(editor)))
    }

    /// A way to print above the line that will be read at this prompt.
    pub fn above(&self, prompt: &str) -> Above {
        match self {
            LineReader::Editor(line_editor) => Above::Editor(line_editor.above.clone()),
            LineReader::Plain(_) => Above::Plain { prompt: prompt.to_owned() },
        }
    }

    /// Reads a line. `ahead` is on it already.
    ///
    /// # Errors
    /// Those of reading.
    pub fn read(&mut self, scene: Scene, ahead: &str, interrupts: &Interrupts) -> io::Result<Typed> {
        let line_editor = match self {
            LineReader::Editor(line_editor) => line_editor,
            LineReader::Plain(plain) => return plain.read(&scene.prompt, interrupts),
        };
        let LineEditor { editor, other, is_cli, .. } = &mut **line_editor;
        if *is_cli != (scene.dialect == Dialect::Cli) {
            *is_cli = !*is_cli;
            std::mem::swap(editor.history_mut(), other);
        }
        let prompt = scene.prompt.clone();
        if let Some(helper) = editor.helper_mut() {
            helper.in_block.store(!scene.before.is_empty(), Ordering::Relaxed);
            helper.scene = scene;
            helper.known = Known::default();
        }
        match editor.readline_with_initial(&prompt, (ahead, "")) {
            Ok(line) => {
                let asked = editor
                    .helper()
                    .map_or(Asked::Line as u8, |helper| helper.asked.swap(Asked::Line as u8, Ordering::Relaxed));
                Ok(match asked {
                    asked if asked == Asked::End as u8 => Typed::End,
                    asked if asked == Asked::Whole as u8 => Typed::Whole(line),
                    asked if asked == Asked::Outside as u8 => Typed::Outside(line),
                    asked if asked == Asked::Interrupt as u8 => Typed::Interrupt,
                    asked if asked == Asked::Suspend as u8 => Typed::Suspend(line),
                    _ => Typed::Line(line),
                })
            }
            Err(ReadlineError::Interrupted) => Ok(Typed::Interrupt),
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
            LineReader::Editor(line_editor) => {
                let LineEditor { editor, is_cli, python_file, cli_file, .. } = &mut **line_editor;
                let file = if *is_cli { cli_file } else { python_file };
                file.add(editor.history_mut(), entry)
            }
            LineReader::Plain(_) => Ok(()),
        }
    }

    /// An Enter is on its way that is not the next line's: it meant something else. Behind a text it is that text's.
    pub fn skip_enter(&mut self) {
        match self {
            LineReader::Editor(line_editor) => line_editor.skips_enter.store(true, Ordering::Relaxed),
            LineReader::Plain(plain) => plain.skips_enter = true,
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

impl PlainReader {
    /// Reads a line. Whoever prints above it does not wait for its end.
    ///
    /// # Errors
    /// Those of reading.
    pub fn read(&mut self, prompt: &str, interrupts: &Interrupts) -> io::Result<Typed> {
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
                    return Ok(Typed::Interrupt);
                }
                WakeReason::Input => {
                    let mut bytes = Vec::new();
                    if io::stdin().lock().read_until(b'\n', &mut bytes)? == 0 {
                        write("\n")?;
                        return Ok(Typed::End);
                    }
                    let line = String::from_utf8_lossy(&bytes);
                    let line = line.trim_end_matches(['\r', '\n']);
                    if !(std::mem::take(&mut self.skips_enter) && line.is_empty()) {
                        return Ok(Typed::Line(line.to_owned()));
                    }
                }
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
    /// What the key that ended the line asks for, as an `Asked`.
    asked: Arc<AtomicU8>,
    /// From where to where the hint says what is being typed now.
    current: Cell<(usize, usize)>,
    known: Known,
}

/// The attributes of names, asked for once while a line is typed.
#[derive(Debug, Default)]
struct Known(RefCell<HashMap<String, Vec<String>>>);

impl Known {
    /// Whether `owner` is bound and has no such attribute.
    fn lacks(&self, owner: &str, attribute: &str, live: &Live) -> bool {
        let mut known = self.0.borrow_mut();
        let attributes = known.entry(owner.to_owned()).or_insert_with(|| {
            let asked = format!("{owner}.");
            live.ask(move |_, completer| completer.complete(&asked)).unwrap_or_default()
        });
        !attribute.starts_with('_') && !attributes.is_empty() && !attributes.iter().any(|known| known == attribute)
    }
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
        let found = complete(text, self.scene.dialect, (width(), self.ascii), &self.live);
        Ok((pos - found.word, found.candidates))
    }
}

impl Hint for Suggestion {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        (self.takes > 0).then(|| &self.text[..self.takes])
    }
}

impl Hinter for Helper {
    type Hint = Suggestion;

    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<Suggestion> {
        #[cfg(debug_assertions)]
        super::panic_report::on_request(line, &self.live);
        self.current.set((0, 0));
        // Without colours nobody could tell it from what was typed.
        if pos < line.len() || line.trim().is_empty() || self.theme == Theme::Plain {
            return None;
        }
        if !self.scene.is_code && !line.starts_with(':') {
            return None;
        }
        let last = line.rsplit('\n').next().unwrap_or_default();
        let prompt = self.scene.prompt.rsplit('\n').next().unwrap_or_default();
        let used = if last.len() == line.len() { prompt.width() } else { 0 } + last.width();
        let column = used % width().max(1);
        let room = width().saturating_sub(column + 1);
        let suggestion = self.suggestion(line, room, context)?;
        self.current.set((suggestion.current.start, suggestion.current.end));
        Some(suggestion)
    }
}

impl Helper {
    /// What the history has, if it fits; behind it, or alone, the signature.
    fn suggestion(&self, line: &str, room: usize, context: &Context<'_>) -> Option<Suggestion> {
        let live = &self.live;
        let known = from_history(line, context.history(), |entry| answers_step(entry, live));
        let known = known.filter(|known| known.width() <= room).unwrap_or_default();
        let alone = |known: String| {
            (!known.is_empty()).then_some(Suggestion { takes: known.len(), text: known, current: 0..0 })
        };
        let Some(signature) = signature(line, self.scene.dialect, live) else {
            return alone(known);
        };
        let between = if known.is_empty() { "" } else { "   " };
        let left = room.saturating_sub(known.width() + between.len());
        let Some(shown) = shortened(&signature.text, left, self.ascii) else {
            return alone(known);
        };
        let lead = known.len() + between.len();
        let end = signature.current.end.min(shown.len());
        let current = if signature.current.end <= shown.len() { signature.current.start..end } else { 0..0 };
        let current = current.start + lead..current.end + lead;
        Some(Suggestion { takes: known.len(), text: format!("{known}{between}{shown}"), current })
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
        let lacks = |owner: &str, attribute: &str| self.known.lacks(owner, attribute, &self.live);
        let coloured = coloured((&self.scene.before, line), pos, self.scene.dialect, self.theme, &lacks);
        coloured.map_or(Cow::Borrowed(line), Cow::Owned)
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(self.theme.paint_token(Token::Prompt, prompt))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let (start, end) = self.current.get();
        let (Some(before), Some(current), Some(after)) = (hint.get(..start), hint.get(start..end), hint.get(end..))
        else {
            return Cow::Owned(self.theme.paint_token(Token::Hint, hint));
        };
        let paint = |piece, text| self.theme.paint_token(piece, text);
        Cow::Owned(paint(Token::Hint, before) + &paint(Token::Current, current) + &paint(Token::Hint, after))
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

/// What a key that ends a line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Asked {
    /// To take the line.
    Line,
    /// Ctrl-D on an empty line, or where a block's next line has nothing but its indentation: to leave, or to end the block.
    End,
    /// Ctrl-C: to drop the line.
    Interrupt,
    /// Ctrl-Z: to suspend the program.
    Suspend,
    /// The arrow upwards in a block: to edit all of it.
    Whole,
    /// Ctrl-X Ctrl-E: to edit it outside.
    Outside,
}

/// Keys that end a line and ask for something.
struct Ask {
    how: Asked,
    in_block: Arc<AtomicBool>,
    asked: Arc<AtomicU8>,
}

impl ConditionalEventHandler for Ask {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let in_block = self.in_block.load(Ordering::Relaxed);
        let asks = match self.how {
            Asked::Line => false,
            Asked::End => context.line().is_empty() || (in_block && context.line().trim().is_empty()),
            Asked::Whole => in_block && !context.line().contains('\n'),
            Asked::Interrupt | Asked::Suspend | Asked::Outside => true,
        };
        self.asked.store(if asks { self.how } else { Asked::Line } as u8, Ordering::Relaxed);
        asks.then_some(Cmd::AcceptLine)
    }
}

/// Takes the line, unless it is an Enter that was pressed for something else.
struct Enter {
    skips: Arc<AtomicBool>,
    asked: Arc<AtomicU8>,
}

impl ConditionalEventHandler for Enter {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        self.asked.store(Asked::Line as u8, Ordering::Relaxed);
        (self.skips.swap(false, Ordering::Relaxed) && context.line().is_empty()).then_some(Cmd::Noop)
    }
}

/// A line break within what is edited, without entering it, and the blanks of the line that follows.
struct BreakLine;

impl ConditionalEventHandler for BreakLine {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        Some(Cmd::Insert(1, format!("\n{}", indent_after(&context.line()[..context.pos()]))))
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
