//! The key bindings of the line editor: indentation, and keys that end the editing of a line without entering the line.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustyline::{
    At, Cmd, ConditionalEventHandler, Editor, Event, EventContext, EventHandler, KeyCode, KeyEvent, Modifiers,
    Movement, RepeatCount, Word,
};

use super::candidate_list::CandidateList;
use super::editor_helper::EditorHelper;
use super::line_history::{LineHistory, SearchHold};

/// Number of columns by which a block is indented.
pub const INDENT: u8 = 4;

/// The action of a key that ends the editing of a line.
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
    /// The action of the key that ended the line, as the number of a `LineAction` variant.
    action: Arc<AtomicU8>,
    ignores_enter: Arc<AtomicBool>,
    /// The list of completions that the editor is showing, if the editor is waiting for keys.
    list: Arc<Mutex<Option<CandidateList>>>,
    indentation: Arc<Indentation>,
    /// The state of a search through the history, as the number of a `Search` variant.
    search: Arc<AtomicU8>,
    search_hold: SearchHold,
}

/// The indentation that the editor has put at the start of a line.
#[derive(Debug, Default)]
struct Indentation {
    /// The width of the indentation in spaces until a key is pressed, and then 0.
    fresh: AtomicUsize,
    /// Whether the previous line opens a block.
    opens_block: AtomicBool,
    /// Whether the user types or pastes lines that already contain their indentation.
    is_typed: AtomicBool,
    /// Number of spaces that the user has typed and that will be inserted together with the next key.
    pending: AtomicUsize,
}

/// The state of a search through the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Search {
    None,
    Typed,
    /// Text is being pasted into the search.
    Pasted,
}

impl KeyBindings {
    fn set_in_block(&self, in_block: bool) {
        self.in_block.store(in_block, Ordering::Relaxed);
    }

    /// Resets the state for a new line. `initial` is the text at the start of the line, and `preceding` contains the
    /// earlier lines of the block.
    pub fn start_line(&self, initial: &str, preceding: &str) {
        self.set_in_block(!preceding.is_empty());
        let is_indentation = !preceding.is_empty() && initial.bytes().all(|byte| byte == b' ');
        self.indentation.fresh.store(if is_indentation { initial.len() } else { 0 }, Ordering::Relaxed);
        self.indentation.pending.store(0, Ordering::Relaxed);
        self.indentation.opens_block.store(preceding.trim_end().ends_with(':'), Ordering::Relaxed);
        if preceding.is_empty() {
            self.indentation.is_typed.store(false, Ordering::Relaxed);
        }
        self.set_search(Search::None);
        self.set_list(None);
    }

    /// Returns whether the user types or pastes lines that already contain their indentation, so that the editor must
    /// not add any.
    pub fn has_typed_indentation(&self) -> bool {
        self.indentation.is_typed.load(Ordering::Relaxed)
    }

    /// Sets the list of completions that the editor is about to show. `None` means that the editor shows the list
    /// without waiting for keys.
    pub fn set_list(&self, list: Option<CandidateList>) {
        *self.list.lock().unwrap_or_else(PoisonError::into_inner) = list;
    }

    /// Returns the state that keeps a search at its current match. The histories share this state.
    pub fn search_hold(&self) -> SearchHold {
        self.search_hold.clone()
    }

    fn search(&self) -> Search {
        let number = self.search.load(Ordering::Relaxed);
        [Search::Typed, Search::Pasted].into_iter().find(|search| *search as u8 == number).unwrap_or(Search::None)
    }

    fn set_search(&self, search: Search) {
        self.search.store(search as u8, Ordering::Relaxed);
    }

    /// Handles a key in a list of completions, in a search, or at the start of an indented line. Must be called for
    /// each key. If the key must not have its usual effect, returns the command to run instead.
    fn follow(&self, event: &Event, context: &EventContext) -> Option<Cmd> {
        let key = *event.get(0)?;
        let list = *self.list.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = list {
            let (rest, command) = list.press(key);
            self.set_list(rest);
            return command;
        }
        self.follow_search(key).or_else(|| self.follow_indentation(key, context))
    }

    /// Handles a key in a search. Pasted text is added to the search term, as in readline. If the key must not have its
    /// usual effect, returns the command to run instead.
    fn follow_search(&self, key: KeyEvent) -> Option<Cmd> {
        let hold = || Some(self.search_hold.hold());
        let is_search = matches!(key, KeyEvent(KeyCode::Char('R' | 'S'), Modifiers::CTRL));
        match (self.search(), key) {
            (Search::Typed, KeyEvent(KeyCode::BracketedPasteStart, _)) => {
                self.set_search(Search::Pasted);
                hold()
            }
            (Search::Pasted, KeyEvent(KeyCode::BracketedPasteEnd, _)) => {
                self.set_search(Search::Typed);
                hold()
            }
            // If an entire line was copied, the copy ends with a line break, but the history entry does not. So a line
            // break in a paste does not end the search.
            (
                Search::Pasted,
                KeyEvent(KeyCode::Enter | KeyCode::Tab, _) | KeyEvent(KeyCode::Char('J' | 'M'), Modifiers::CTRL),
            ) => hold(),
            (Search::Pasted, _) => None,
            (_, _) if is_search => {
                self.search_hold.begin();
                self.set_search(Search::Typed);
                None
            }
            (Search::Typed, KeyEvent(KeyCode::Char(_), Modifiers::NONE | Modifiers::SHIFT))
            | (Search::Typed, KeyEvent(KeyCode::Backspace, _) | KeyEvent(KeyCode::Char('H'), Modifiers::CTRL)) => None,
            _ => {
                self.set_search(Search::None);
                None
            }
        }
    }

    /// Handles the first key of a line that begins with indentation. A space means that the user types the indentation,
    /// or that it is part of a paste that the terminal has not marked as one. The typed indentation then replaces the
    /// indentation that the editor has inserted. If the key must not have its usual effect, returns the command to run
    /// instead.
    fn follow_indentation(&self, key: KeyEvent, context: &EventContext) -> Option<Cmd> {
        let Indentation { fresh, opens_block, is_typed, pending } = &*self.indentation;
        let indent = usize::from(INDENT);
        let pending_blanks = pending.swap(0, Ordering::Relaxed);
        if pending_blanks > 0 {
            return match key {
                KeyEvent(KeyCode::Char(c), Modifiers::NONE) => {
                    Some(Cmd::Insert(1, " ".repeat(pending_blanks) + c.encode_utf8(&mut [0; 4])))
                }
                KeyEvent(KeyCode::Tab, _) => Some(Cmd::Insert(1, " ".repeat(pending_blanks + indent))),
                _ => None,
            };
        }
        let fresh = fresh.swap(0, Ordering::Relaxed);
        if fresh == 0 || context.line().len() != fresh {
            return None;
        }
        let typed_blanks = match key {
            KeyEvent(KeyCode::Char(' '), Modifiers::NONE) => 1,
            KeyEvent(KeyCode::Tab, _) if opens_block.load(Ordering::Relaxed) => indent,
            _ => return None,
        };
        is_typed.store(true, Ordering::Relaxed);
        if typed_blanks == fresh {
            return Some(Cmd::Noop);
        }
        // No editor command both replaces a line and moves the cursor, so the spaces are inserted with the next key.
        pending.store(typed_blanks, Ordering::Relaxed);
        Some(Cmd::Kill(Movement::WholeLine))
    }

    /// Ignores the next key if it is Enter on an empty line.
    pub fn ignore_next_enter(&self) {
        self.ignores_enter.store(true, Ordering::Relaxed);
    }

    /// Returns the action of the key that ended the line, and resets it.
    pub fn take_action(&self) -> LineAction {
        let action = self.action.swap(LineAction::Accept as u8, Ordering::Relaxed);
        LineAction::ALL.into_iter().find(|known| *known as u8 == action).unwrap_or(LineAction::Accept)
    }

    /// Binds the keys to their handlers.
    pub fn bind(&self, editor: &mut Editor<EditorHelper, LineHistory>) {
        let key = |code| Event::from(KeyEvent(code, Modifiers::NONE));
        let handler = |handler: Box<dyn ConditionalEventHandler>| EventHandler::Conditional(handler);
        // All of these keys accept the line. If rustyline ended the line with an error instead, it would discard the
        // input that was typed after the key.
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
        editor.bind_sequence(key(KeyCode::Backspace), handler(Box::new(Dedent { bindings: self.clone() })));
        editor.bind_sequence(Event::Any, handler(Box::new(AnyKey { bindings: self.clone() })));
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

/// The handler of the keys that end the line. It records the action of the key.
struct EndLine {
    action: LineAction,
    bindings: KeyBindings,
}

impl ConditionalEventHandler for EndLine {
    fn handle(&self, event: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        if let Some(command) = self.bindings.follow(event, context) {
            return Some(command);
        }
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

/// The handler of Enter. It accepts the line, unless this press of Enter must be ignored.
struct Enter {
    bindings: KeyBindings,
}

impl ConditionalEventHandler for Enter {
    fn handle(&self, event: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        if let Some(command) = self.bindings.follow(event, context) {
            return Some(command);
        }
        self.bindings.action.store(LineAction::Accept as u8, Ordering::Relaxed);
        let is_ignored = self.bindings.ignores_enter.swap(false, Ordering::Relaxed) && context.line().is_empty();
        is_ignored.then_some(Cmd::Noop)
    }
}

/// The handler of Tab. In the indentation of a line in a block, it indents by one more level. Elsewhere, it completes.
struct Indent {
    bindings: KeyBindings,
}

impl ConditionalEventHandler for Indent {
    fn handle(&self, event: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        if let Some(command) = self.bindings.follow(event, context) {
            return Some(command);
        }
        let line = line_before_cursor(context);
        let is_block =
            self.bindings.in_block.load(Ordering::Relaxed) || !line.is_empty() || context.line().contains('\n');
        let indent = usize::from(INDENT);
        let is_indentation = line.chars().all(|c| c == ' ');
        (is_block && is_indentation).then(|| Cmd::Insert(1, " ".repeat(indent - line.len() % indent)))
    }
}

/// The handler of Backspace. In the indentation of a line, it removes one level.
struct Dedent {
    bindings: KeyBindings,
}

impl ConditionalEventHandler for Dedent {
    fn handle(&self, event: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        if let Some(command) = self.bindings.follow(event, context) {
            return Some(command);
        }
        let line = line_before_cursor(context);
        (line.len() > 1 && line.chars().all(|c| c == ' ')).then_some(Cmd::Dedent(Movement::WholeLine))
    }
}

/// The handler of all keys without a handler of their own.
struct AnyKey {
    bindings: KeyBindings,
}

impl ConditionalEventHandler for AnyKey {
    fn handle(&self, event: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        self.bindings.follow(event, context)
    }
}

/// The handler of Alt-Enter. It inserts a line break and the indentation of the next line.
struct BreakLine;

impl ConditionalEventHandler for BreakLine {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        Some(Cmd::Insert(1, format!("\n{}", indentation_after(&context.line()[..context.pos()]))))
    }
}

fn line_before_cursor<'a>(context: &'a EventContext) -> &'a str {
    context.line()[..context.pos()].rsplit('\n').next().unwrap_or_default()
}

/// Returns the indentation for the next line of an unfinished block.
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
