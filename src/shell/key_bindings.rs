//! The key bindings of the line editor: indentation, and the keys that end a line without entering it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use rustyline::history::MemHistory;
use rustyline::{
    At, Cmd, ConditionalEventHandler, Editor, Event, EventContext, EventHandler, KeyCode, KeyEvent, Modifiers,
    Movement, RepeatCount, Word,
};

use super::editor_helper::EditorHelper;

/// Number of columns by which a block is indented.
pub const INDENT: u8 = 4;

/// The action of a key that ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum LineAction {
    /// Enter accepts the line.
    Accept,
    /// Ctrl-D on an empty line quits. Within a block, on a line that contains only indentation, it ends the block.
    EndOfInput,
    /// Ctrl-C discards the line.
    Interrupt,
    /// Ctrl-Z suspends the program.
    Suspend,
    /// Up in a block makes the whole block editable.
    EditBlock,
    /// Ctrl-X Ctrl-E opens the input in an external editor.
    EditExternally,
}

impl LineAction {
    const ALL: [LineAction; 6] = [
        LineAction::Accept,
        LineAction::EndOfInput,
        LineAction::Interrupt,
        LineAction::Suspend,
        LineAction::EditBlock,
        LineAction::EditExternally,
    ];
}

/// State that the key handlers share with the line reader.
#[derive(Debug, Clone, Default)]
pub struct KeyBindings {
    /// Whether the line continues a block.
    in_block: Arc<AtomicBool>,
    /// The action of the last key, as the number of a `LineAction`.
    action: Arc<AtomicU8>,
    ignores_enter: Arc<AtomicBool>,
}

impl KeyBindings {
    pub fn set_in_block(&self, in_block: bool) {
        self.in_block.store(in_block, Ordering::Relaxed);
    }

    /// Ignores the next Enter, if it is pressed on an empty line.
    pub fn ignore_next_enter(&self) {
        self.ignores_enter.store(true, Ordering::Relaxed);
    }

    /// Returns the action of the key that ended the line.
    pub fn take_action(&self) -> LineAction {
        let action = self.action.swap(LineAction::Accept as u8, Ordering::Relaxed);
        LineAction::ALL.into_iter().find(|known| *known as u8 == action).unwrap_or(LineAction::Accept)
    }

    /// Binds the keys to their handlers.
    pub fn bind(&self, editor: &mut Editor<EditorHelper, MemHistory>) {
        let key = |code| Event::from(KeyEvent(code, Modifiers::NONE));
        let handler = |handler: Box<dyn ConditionalEventHandler>| EventHandler::Conditional(handler);
        // These keys accept the line. If rustyline ended the line with an error instead, it would discard input that
        // was typed after the key.
        for (keys, action) in [
            (Event::from(KeyEvent::ctrl('C')), LineAction::Interrupt),
            (Event::from(KeyEvent::ctrl('D')), LineAction::EndOfInput),
            (Event::from(KeyEvent::ctrl('Z')), LineAction::Suspend),
            (key(KeyCode::Up), LineAction::EditBlock),
            (Event::KeySeq(vec![KeyEvent::ctrl('X'), KeyEvent::ctrl('E')]), LineAction::EditExternally),
        ] {
            editor.bind_sequence(keys, handler(Box::new(EndLine { action, bindings: self.clone() })));
        }
        for enter in [key(KeyCode::Enter), Event::from(KeyEvent::ctrl('J'))] {
            editor.bind_sequence(enter, handler(Box::new(Enter { bindings: self.clone() })));
        }
        editor.bind_sequence(key(KeyCode::Tab), handler(Box::new(Indent { bindings: self.clone() })));
        editor.bind_sequence(key(KeyCode::Backspace), handler(Box::new(Dedent)));
        let alt_enter = Event::from(KeyEvent(KeyCode::Enter, Modifiers::ALT));
        editor.bind_sequence(alt_enter, handler(Box::new(BreakLine)));
        // Ctrl with an arrow key moves by words in Vi mode as well.
        for (code, movement) in [
            (KeyCode::Left, Movement::BackwardWord(1, Word::Emacs)),
            (KeyCode::Right, Movement::ForwardWord(1, At::AfterEnd, Word::Emacs)),
        ] {
            let ctrl = Event::from(KeyEvent(code, Modifiers::CTRL));
            editor.bind_sequence(ctrl, EventHandler::from(Cmd::Move(movement)));
        }
    }
}

/// Ends the line, and records the action of the key.
struct EndLine {
    action: LineAction,
    bindings: KeyBindings,
}

impl ConditionalEventHandler for EndLine {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let in_block = self.bindings.in_block.load(Ordering::Relaxed);
        let applies = match self.action {
            LineAction::Accept => false,
            LineAction::EndOfInput => context.line().is_empty() || (in_block && context.line().trim().is_empty()),
            LineAction::EditBlock => in_block && !context.line().contains('\n'),
            LineAction::Interrupt | LineAction::Suspend | LineAction::EditExternally => true,
        };
        let action = if applies { self.action } else { LineAction::Accept };
        self.bindings.action.store(action as u8, Ordering::Relaxed);
        applies.then_some(Cmd::AcceptLine)
    }
}

/// Accepts the line, unless this press of Enter should be ignored.
struct Enter {
    bindings: KeyBindings,
}

impl ConditionalEventHandler for Enter {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        self.bindings.action.store(LineAction::Accept as u8, Ordering::Relaxed);
        let is_ignored = self.bindings.ignores_enter.swap(false, Ordering::Relaxed) && context.line().is_empty();
        is_ignored.then_some(Cmd::Noop)
    }
}

/// Handles Tab: indents one more level if the cursor is in the indentation of a block's line, and completes elsewhere.
struct Indent {
    bindings: KeyBindings,
}

impl ConditionalEventHandler for Indent {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let line = line_before_cursor(context);
        let is_block =
            self.bindings.in_block.load(Ordering::Relaxed) || !line.is_empty() || context.line().contains('\n');
        let indent = usize::from(INDENT);
        let is_indentation = line.chars().all(|c| c == ' ');
        (is_block && is_indentation).then(|| Cmd::Insert(1, " ".repeat(indent - line.len() % indent)))
    }
}

/// Handles Backspace in the indentation of a line: removes one level.
struct Dedent;

impl ConditionalEventHandler for Dedent {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let line = line_before_cursor(context);
        (line.len() > 1 && line.chars().all(|c| c == ' ')).then_some(Cmd::Dedent(Movement::WholeLine))
    }
}

/// Handles Alt-Enter: inserts a line break and the indentation of the next line.
struct BreakLine;

impl ConditionalEventHandler for BreakLine {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        Some(Cmd::Insert(1, format!("\n{}", indentation_after(&context.line()[..context.pos()]))))
    }
}

fn line_before_cursor<'a>(context: &'a EventContext) -> &'a str {
    context.line()[..context.pos()].rsplit('\n').next().unwrap_or_default()
}

/// Returns the indentation of the line after an unfinished block.
pub fn indentation_after(text: &str) -> String {
    const BLOCK_ENDS: [&str; 5] = ["return", "pass", "break", "continue", "raise"];
    let indent = usize::from(INDENT);
    let last = text.rsplit('\n').next().unwrap_or_default();
    let current = last.len() - last.trim_start_matches(' ').len();
    let code = last.trim();
    let first_word = code.split([' ', '(']).next().unwrap_or_default();
    if code.ends_with(':') {
        " ".repeat(current + indent)
    } else if BLOCK_ENDS.contains(&first_word) {
        " ".repeat(current.saturating_sub(indent))
    } else {
        " ".repeat(current)
    }
}
