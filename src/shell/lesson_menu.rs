//! The menu of lessons. The user chooses with the arrow keys, or by typing a number or part of a name. In append-only
//! output, the menu is a numbered list with a prompt.
//!
//! The menu is drawn with escape sequences, without a library. Drawing takes about forty lines of code for a menu with
//! one column, whereas the crates for menus depend on a second terminal library.

use std::io::{self, Write as _};
use std::time::Duration;

use super::line_reader::{LineOutcome, PlainReader};
use super::terminal_modes::{KeyInput, height};
use super::{TerminalSession, text_width};
use crate::driver::Interrupts;
use crate::markup::{Role, Style, visible};
use crate::messages::shell as messages;
use crate::render::lesson_list;
use crate::render::theme::Theme;
use crate::session::display::lesson_status::LessonStatus;

/// Interval at which the size of the terminal is polled.
const RESIZE_POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Number of rows that is assumed if the terminal does not report its size.
const DEFAULT_HEIGHT: usize = 24;

/// The user's choice in the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MenuChoice {
    /// The user chose the lesson with this id.
    Lesson(String),
    Quit,
}

/// A key that the menu handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Up,
    Down,
    First,
    Last,
    Enter,
    Backspace,
    /// Clears the filter, or quits if the filter is empty.
    Escape,
    Quit,
    Character(char),
}

/// The state of the menu.
#[derive(Debug, Clone)]
struct Menu<'a> {
    lessons: &'a [LessonStatus],
    /// The text typed so far. Only lessons that match it are shown.
    filter: String,
    /// Index of the selected lesson among the matching lessons.
    selected: usize,
}

impl<'a> Menu<'a> {
    fn new(lessons: &'a [LessonStatus]) -> Self {
        let selected = lessons.iter().position(|lesson| lesson.next).unwrap_or(0);
        Menu { lessons, filter: String::new(), selected }
    }

    /// Returns the lessons whose number, name, title or description matches the filter.
    fn matching(&self) -> Vec<&'a LessonStatus> {
        let filter = self.filter.to_lowercase();
        let matches = |lesson: &&LessonStatus| {
            let text = format!("{} {} {}", lesson.id, lesson.title, lesson.about).to_lowercase();
            filter.split_whitespace().all(|word| match word.parse::<usize>() {
                Ok(_) => lesson.number.to_string().starts_with(word) || text.contains(word),
                Err(_) => text.contains(word),
            })
        };
        let mut matching: Vec<_> = self.lessons.iter().filter(matches).collect();
        // The lesson with exactly the typed number comes before lessons whose numbers only begin with it.
        matching.sort_by_key(|lesson| lesson.number.to_string() != filter.trim());
        matching
    }

    /// Handles a key. Returns the user's choice if the key makes one.
    fn handle_key(&mut self, key: Key) -> Option<MenuChoice> {
        let count = self.matching().len();
        match key {
            Key::Up => self.selected = self.selected.checked_sub(1).unwrap_or(count.saturating_sub(1)),
            Key::Down => self.selected = if self.selected + 1 < count { self.selected + 1 } else { 0 },
            Key::First => self.selected = 0,
            Key::Last => self.selected = count.saturating_sub(1),
            Key::Enter => {
                return self.matching().get(self.selected).map(|lesson| MenuChoice::Lesson(lesson.id.clone()));
            }
            Key::Quit => return Some(MenuChoice::Quit),
            Key::Escape if self.filter.is_empty() => return Some(MenuChoice::Quit),
            Key::Escape => *self = Menu::new(self.lessons),
            Key::Backspace => {
                self.filter.pop();
                self.selected = if self.filter.is_empty() { Menu::new(self.lessons).selected } else { 0 };
            }
            Key::Character(character) => {
                self.filter.push(character);
                self.selected = 0;
            }
        }
        None
    }

    /// Returns the lines of the menu for a screen with the given number of rows. They always include the selected
    /// lesson.
    fn lines(&self, style: Style, theme: Theme, rows: usize) -> Vec<String> {
        let matching = self.matching();
        let room = rows.saturating_sub(3).max(1);
        let first = (self.selected + 1).saturating_sub(room).min(matching.len().saturating_sub(room));
        let id_width = self.lessons.iter().map(|lesson| lesson.id.len()).max().unwrap_or(0);
        let visible = matching.iter().enumerate().skip(first).take(room);
        let mut lines: Vec<String> = visible
            .map(|(index, lesson)| {
                // The mark normally indicates the lesson to do next. In the menu, it indicates the selected lesson.
                let lesson = LessonStatus { next: index == self.selected, ..(*lesson).clone() };
                let line = lesson_list::layout_row(&lesson, id_width, Style { width: style.width - 1, ..style });
                line.iter().map(|span| theme.paint(span.role, &span.text)).collect()
            })
            .collect();
        if matching.is_empty() {
            lines.push(theme.paint(Role::Miss, &messages::menu_no_match()));
        }
        let dot = if style.ascii { "-" } else { "·" };
        let help = match (self.filter.as_str(), style.width) {
            ("", 60..) => messages::menu_help(dot),
            ("", _) => messages::menu_help_narrow(dot),
            (filter, _) => messages::menu_filter(filter),
        };
        lines.push(theme.paint(Role::Muted, &help));
        lines
    }
}

impl TerminalSession {
    /// Lets the user choose a lesson.
    ///
    /// # Errors
    /// Returns an error if the terminal cannot be read or written.
    pub fn choose_lesson(&self, lessons: &[LessonStatus]) -> io::Result<MenuChoice> {
        let TerminalSession { options, interrupts, modes, .. } = self;
        let style = Style { width: text_width(), ascii: options.ascii, plain: options.plain, quoted: false };
        modes.set_at_prompt(true);
        let keys = if options.is_append_only() { None } else { KeyInput::with_signal_keys().ok() };
        let choice = match keys {
            Some(keys) => choose_from_menu(lessons, &keys, style, options.theme),
            None => choose_by_number(lessons, style, options.theme, interrupts),
        };
        modes.set_at_prompt(false);
        choice
    }
}

fn choose_from_menu(lessons: &[LessonStatus], keys: &KeyInput, style: Style, theme: Theme) -> io::Result<MenuChoice> {
    let mut menu = Menu::new(lessons);
    let mut drawn = DrawnMenu::default();
    loop {
        // Drawing waits until all keys that were typed ahead have been read.
        if !keys.wait_for_key(Duration::ZERO)? {
            drawn.draw(&menu, style, theme)?;
            while !keys.wait_for_key(RESIZE_POLL_INTERVAL)? {
                if drawn.size != terminal_size() {
                    drawn.draw(&menu, style, theme)?;
                }
            }
        }
        let bytes = keys.read_key()?;
        let choice = if bytes.is_empty() {
            Some(MenuChoice::Quit)
        } else {
            parse_key(&bytes).and_then(|key| menu.handle_key(key))
        };
        if let Some(choice) = choice {
            write("\r\n")?;
            return Ok(choice);
        }
    }
}

/// Returns the size of the menu: the width of text in columns, and the number of rows.
fn terminal_size() -> (usize, usize) {
    (text_width(), height().unwrap_or(DEFAULT_HEIGHT))
}

/// The menu as it was last drawn.
#[derive(Debug, Default)]
struct DrawnMenu {
    /// The number of columns and rows of the terminal when the menu was drawn.
    size: (usize, usize),
    line_count: usize,
}

impl DrawnMenu {
    /// Draws the menu over the previous one. After a resize, draws it below the previous one, whose position on the
    /// screen is then unknown.
    fn draw(&mut self, menu: &Menu<'_>, style: Style, theme: Theme) -> io::Result<()> {
        let (width, rows) = terminal_size();
        let lines = menu.lines(Style { width, ..style }, theme, rows);
        let mut text = match self.line_count {
            0 => "\r".to_owned(),
            _ if self.size != (width, rows) => "\r\n".to_owned(),
            1 => "\r".to_owned(),
            count => format!("\r\x1b[{}A", count - 1),
        };
        for (index, line) in lines.iter().enumerate() {
            text.push_str(if index > 0 { "\r\n\x1b[K" } else { "\x1b[K" });
            text.push_str(line);
        }
        // Erases the rest of the previous menu, if it was longer.
        text.push_str("\x1b[J");
        *self = DrawnMenu { size: (width, rows), line_count: lines.len() };
        write(&text)
    }
}

fn choose_by_number(
    lessons: &[LessonStatus],
    style: Style,
    theme: Theme,
    interrupts: &Interrupts,
) -> io::Result<MenuChoice> {
    let mut text = String::new();
    for line in lesson_list::layout(lessons, style) {
        line.iter().for_each(|span| text.push_str(&theme.paint(span.role, &span.text)));
        text.push('\n');
    }
    write(&text)?;
    let menu = Menu::new(lessons);
    let next = lessons.get(menu.selected).map_or(1, |lesson| lesson.number);
    let mut reader = PlainReader::default();
    loop {
        let line = match reader.read(&messages::menu_prompt(next), interrupts)? {
            LineOutcome::Line(line) => line,
            LineOutcome::EndOfInput => return Ok(MenuChoice::Quit),
            // The input was interrupted by Ctrl-C, or by a signal that will end the program.
            _ => continue,
        };
        let mut menu = menu.clone();
        line.trim().chars().for_each(|character| drop(menu.handle_key(Key::Character(character))));
        match menu.handle_key(Key::Enter) {
            Some(choice) => return Ok(choice),
            None => write(&(visible(&messages::menu_no_match_for(line.trim())).into_owned() + "\n"))?,
        }
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Parses the bytes that the terminal sends for a key. Returns `None` if the menu does not handle the key.
fn parse_key(bytes: &[u8]) -> Option<Key> {
    let text = String::from_utf8_lossy(bytes);
    let mut characters = text.chars();
    Some(match characters.next()? {
        '\x1b' => match characters.as_str() {
            "[A" | "OA" => Key::Up,
            "[B" | "OB" => Key::Down,
            "[H" | "OH" | "[1~" | "[5~" => Key::First,
            "[F" | "OF" | "[4~" | "[6~" => Key::Last,
            "" => Key::Escape,
            _ => return None,
        },
        '\r' | '\n' => Key::Enter,
        '\x03' | '\x04' => Key::Quit,
        '\x7f' | '\x08' => Key::Backspace,
        '\x10' => Key::Up,
        '\x0e' | '\t' => Key::Down,
        character if character.is_control() => return None,
        character => Key::Character(character),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lessons() -> Vec<LessonStatus> {
        let names =
            ["first", "strings", "lists", "sets", "queues", "hashes", "blobs", "boards", "seen", "races", "locks"];
        let status = |(index, id): (usize, &&str)| LessonStatus {
            number: index + 1,
            id: (*id).to_owned(),
            title: format!("About {id}"),
            about: String::new(),
            minutes: 5,
            steps: 4,
            done: index % 5,
            finished: index == 4,
            known: false,
            skipped: false,
            last_step: String::new(),
            next: index == 2,
        };
        names.iter().enumerate().map(status).collect()
    }

    /// Returns the choice after the given keys, each of which is a character or an arrow key's escape sequence.
    fn choice_after(keys: &str) -> Option<MenuChoice> {
        let lessons = lessons();
        let mut menu = Menu::new(&lessons);
        let is_arrow = |key: &str| key.starts_with("\x1b[") || key.starts_with("\x1bO");
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let (key, after) = rest.split_at(if is_arrow(rest) { 3 } else { first.len_utf8() });
            rest = after;
            if let Some(choice) = parse_key(key.as_bytes()).and_then(|key| menu.handle_key(key)) {
                return Some(choice);
            }
        }
        None
    }

    #[test]
    fn arrows_and_typing_choose_a_lesson() {
        for (keys, id) in [
            ("\r", Some("lists")),
            ("\x1b[A\r", Some("strings")),
            ("\x1b[B\x1b[B\r", Some("queues")),
            ("\x1bOA\x10\x1b[A\r", Some("locks")),
            ("set\r", Some("sets")),
            ("1\r", Some("first")),
            ("11\r", Some("locks")),
            ("10\x7f\r", Some("first")),
            ("about QUEUES\r", Some("queues")),
            ("zzz\r", None),
            ("zzz\x1b", None),
        ] {
            assert_eq!(choice_after(keys), id.map(|id| MenuChoice::Lesson(id.into())), "{keys:?}");
        }
        for keys in ["\x03", "\x04", "\x1b", "x\x1b\x1b"] {
            assert_eq!(choice_after(keys), Some(MenuChoice::Quit), "{keys:?}");
        }
    }

    #[test]
    fn the_selected_lesson_is_visible_in_a_low_terminal() {
        let lessons = lessons();
        let mut menu = Menu::new(&lessons);
        let style = Style { width: 40, ascii: true, plain: false, quoted: false };
        for _ in 0..lessons.len() {
            let lines = menu.lines(style, Theme::Plain, 7);
            assert_eq!(lines.len(), 5, "{lines:?}");
            assert_eq!(lines.iter().filter(|line| line.starts_with(" >")).count(), 1, "{lines:?}");
            assert!(lines.iter().all(|line| line.len() < 40), "{lines:?}");
            assert_eq!(menu.handle_key(Key::Down), None);
        }
    }
}
