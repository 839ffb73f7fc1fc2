//! The list of lessons to choose from: by arrows, by typing a number or a part of a name, or as a numbered list with a
//! prompt.
//!
//! It is drawn with the terminal's own means: a menu of one column is some forty lines, and the crates that have one
//! bring a second terminal library along beside the line editor's.

use std::io::{self, Write as _};
use std::time::Duration;

use super::editor::{PlainReader, Typed};
use super::screen::{Keys, height};
use super::{TerminalSession, text_width};
use crate::driver::Interrupts;
use crate::markup::{Role, Style};
use crate::render::lesson_list;
use crate::render::theme::Theme;
use crate::session::lesson_status::LessonStatus;

/// The size of the screen is looked at so often.
const LOOKS_EVERY: Duration = Duration::from_millis(200);

/// The rows where the terminal doesn't tell its own.
const USUAL_HEIGHT: usize = 24;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// The lesson with this id.
    Lesson(String),
    /// Nothing: the learner leaves.
    Nothing,
}

/// A key that the list knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Up,
    Down,
    First,
    Last,
    Enter,
    Rubout,
    /// Forgets what was typed; leaves if nothing was.
    Escape,
    Leave,
    Letter(char),
}

/// What is typed so far, and where the mark stands among the lessons that fit it.
#[derive(Debug, Clone)]
struct List<'a> {
    lesson_statuses: &'a [LessonStatus],
    typed: String,
    at: usize,
}

impl<'a> List<'a> {
    fn new(lesson_statuses: &'a [LessonStatus]) -> Self {
        let at = lesson_statuses.iter().position(|status| status.next).unwrap_or(0);
        List { lesson_statuses, typed: String::new(), at }
    }

    /// The lessons that fit what was typed: a number, or a part of the name, title or description.
    fn fitting(&self) -> Vec<&'a LessonStatus> {
        let typed = self.typed.to_lowercase();
        let fits = |status: &&LessonStatus| {
            let text = format!("{} {} {}", status.id, status.title, status.about).to_lowercase();
            typed.split_whitespace().all(|word| match word.parse::<usize>() {
                Ok(_) => status.number.to_string().starts_with(word) || text.contains(word),
                Err(_) => text.contains(word),
            })
        };
        let mut fitting: Vec<_> = self.lesson_statuses.iter().filter(fits).collect();
        // The number itself stands before those that only begin with it.
        fitting.sort_by_key(|status| status.number.to_string() != typed.trim());
        fitting
    }

    /// Takes a key; the choice, if there is one now.
    fn take(&mut self, key: Key) -> Option<Chosen> {
        let count = self.fitting().len();
        match key {
            Key::Up => self.at = self.at.checked_sub(1).unwrap_or(count.saturating_sub(1)),
            Key::Down => self.at = if self.at + 1 < count { self.at + 1 } else { 0 },
            Key::First => self.at = 0,
            Key::Last => self.at = count.saturating_sub(1),
            Key::Enter => return self.fitting().get(self.at).map(|status| Chosen::Lesson(status.id.clone())),
            Key::Leave => return Some(Chosen::Nothing),
            Key::Escape if self.typed.is_empty() => return Some(Chosen::Nothing),
            Key::Escape => *self = List::new(self.lesson_statuses),
            Key::Rubout => {
                self.typed.pop();
                self.at = if self.typed.is_empty() { List::new(self.lesson_statuses).at } else { 0 };
            }
            Key::Letter(letter) => {
                self.typed.push(letter);
                self.at = 0;
            }
        }
        None
    }

    /// The lines on a screen of so many rows, the marked lesson among them.
    fn lines(&self, style: Style, theme: Theme, rows: usize) -> Vec<String> {
        let fitting = self.fitting();
        let room = rows.saturating_sub(3).max(1);
        let first = (self.at + 1).saturating_sub(room).min(fitting.len().saturating_sub(room));
        let ids = self.lesson_statuses.iter().map(|status| status.id.len()).max().unwrap_or(0);
        let shown = fitting.iter().enumerate().skip(first).take(room);
        let mut lines: Vec<String> = shown
            .map(|(index, status)| {
                // The mark follows the arrows.
                let status = LessonStatus { next: index == self.at, ..(*status).clone() };
                let line = lesson_list::layout_row(&status, ids, Style { width: style.width - 1, ..style });
                line.iter().map(|span| theme.paint(span.role, &span.text)).collect()
            })
            .collect();
        if fitting.is_empty() {
            lines.push(theme.paint(Role::Miss, " No lesson has that. Backspace takes it back."));
        }
        let dot = if style.ascii { "-" } else { "·" };
        let help = match (self.typed.as_str(), style.width) {
            ("", 60..) => format!(" Arrows or typing choose {dot} Enter opens {dot} Ctrl-D leaves"),
            ("", _) => format!(" Arrows, typing {dot} Enter {dot} Ctrl-D leaves"),
            (typed, _) => format!(" Looking for: {typed}"),
        };
        lines.push(theme.paint(Role::Muted, &help));
        lines
    }
}

impl TerminalSession {
    /// Lets the learner choose a lesson.
    ///
    /// # Errors
    /// Those of the terminal.
    pub fn choose(&self, lesson_statuses: &[LessonStatus]) -> io::Result<Chosen> {
        let TerminalSession { options, interrupts, modes } = self;
        let style = Style { width: text_width(), ascii: options.ascii, plain: options.plain, quoted: false };
        modes.at_prompt(true);
        let keys = if options.appends_only() { None } else { Keys::watch_all().ok() };
        let chosen = match keys {
            Some(keys) => by_arrows(lesson_statuses, &keys, style, options.theme),
            None => by_number(lesson_statuses, style, options.theme, interrupts),
        };
        modes.at_prompt(false);
        chosen
    }
}

fn by_arrows(lesson_statuses: &[LessonStatus], keys: &Keys, style: Style, theme: Theme) -> io::Result<Chosen> {
    let mut list = List::new(lesson_statuses);
    let mut drawn = Drawn::default();
    loop {
        // What is typed ahead is not drawn key by key.
        if !keys.comes_within(Duration::ZERO)? {
            drawn.draw(&list, style, theme)?;
            while !keys.comes_within(LOOKS_EVERY)? {
                if drawn.size != size() {
                    drawn.draw(&list, style, theme)?;
                }
            }
        }
        let key = keys.next()?;
        let chosen = if key.is_empty() { Some(Chosen::Nothing) } else { parsed(&key).and_then(|key| list.take(key)) };
        if let Some(chosen) = chosen {
            write("\r\n")?;
            return Ok(chosen);
        }
    }
}

/// The columns and rows that the list has.
fn size() -> (usize, usize) {
    (text_width(), height().unwrap_or(USUAL_HEIGHT))
}

/// What stands on the screen.
#[derive(Debug, Default)]
struct Drawn {
    /// The columns and rows of the screen then.
    size: (usize, usize),
    lines: usize,
}

impl Drawn {
    /// Draws the list over what was drawn before; on a screen of another size below it, as nobody knows where the terminal
    /// has put it.
    fn draw(&mut self, list: &List<'_>, style: Style, theme: Theme) -> io::Result<()> {
        let (width, rows) = size();
        let lines = list.lines(Style { width, ..style }, theme, rows);
        let mut text = match self.lines {
            0 => "\r".to_owned(),
            _ if self.size != (width, rows) => "\r\n".to_owned(),
            1 => "\r".to_owned(),
            before => format!("\r\x1b[{}A", before - 1),
        };
        for (index, line) in lines.iter().enumerate() {
            text.push_str(if index > 0 { "\r\n\x1b[K" } else { "\x1b[K" });
            text.push_str(line);
        }
        // Lines of a longer list that was drawn before.
        text.push_str("\x1b[J");
        *self = Drawn { size: (width, rows), lines: lines.len() };
        write(&text)
    }
}

fn by_number(
    lesson_statuses: &[LessonStatus],
    style: Style,
    theme: Theme,
    interrupts: &Interrupts,
) -> io::Result<Chosen> {
    let mut text = String::new();
    for line in lesson_list::layout(lesson_statuses, style) {
        line.iter().for_each(|span| text.push_str(&theme.paint(span.role, &span.text)));
        text.push('\n');
    }
    write(&text)?;
    let list = List::new(lesson_statuses);
    let next = lesson_statuses.get(list.at).map_or(1, |status| status.number);
    let mut reader = PlainReader::default();
    loop {
        let prompt = format!("Number or name of a lesson; Enter opens {next}, Ctrl-D leaves: ");
        let line = match reader.read(&prompt, interrupts)? {
            Typed::Line(line) => line,
            Typed::End => return Ok(Chosen::Nothing),
            // A signal that ends the program counts as one, too, until it does.
            _ => continue,
        };
        let mut list = list.clone();
        line.trim().chars().for_each(|letter| drop(list.take(Key::Letter(letter))));
        match list.take(Key::Enter) {
            Some(chosen) => return Ok(chosen),
            None => write(&format!("No lesson has \"{}\" in it.\n", line.trim()))?,
        }
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// The key that a terminal's bytes stand for, if the list knows it.
fn parsed(bytes: &[u8]) -> Option<Key> {
    let text = String::from_utf8_lossy(bytes);
    let mut letters = text.chars();
    Some(match letters.next()? {
        '\x1b' => match letters.as_str() {
            "[A" | "OA" => Key::Up,
            "[B" | "OB" => Key::Down,
            "[H" | "OH" | "[1~" | "[5~" => Key::First,
            "[F" | "OF" | "[4~" | "[6~" => Key::Last,
            "" => Key::Escape,
            _ => return None,
        },
        '\r' | '\n' => Key::Enter,
        '\x03' | '\x04' => Key::Leave,
        '\x7f' | '\x08' => Key::Rubout,
        '\x10' => Key::Up,
        '\x0e' | '\t' => Key::Down,
        letter if letter.is_control() => return None,
        letter => Key::Letter(letter),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson_statuses() -> Vec<LessonStatus> {
        let names =
            ["first", "strings", "lists", "sets", "queues", "hashes", "blobs", "boards", "seen", "races", "locks"];
        let row = |(index, id): (usize, &&str)| LessonStatus {
            number: index + 1,
            id: (*id).to_owned(),
            title: format!("About {id}"),
            about: String::new(),
            minutes: 5,
            steps: 4,
            done: index % 5,
            finished: index == 4,
            next: index == 2,
        };
        names.iter().enumerate().map(row).collect()
    }

    /// What comes of these keys, each of which is a letter or what an arrow sends.
    fn taken(keys: &str) -> Option<Chosen> {
        let lesson_statuses = lesson_statuses();
        let mut list = List::new(&lesson_statuses);
        let arrow = |key: &str| key.starts_with("\x1b[") || key.starts_with("\x1bO");
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let (key, behind) = rest.split_at(if arrow(rest) { 3 } else { first.len_utf8() });
            rest = behind;
            if let Some(chosen) = parsed(key.as_bytes()).and_then(|key| list.take(key)) {
                return Some(chosen);
            }
        }
        None
    }

    #[test]
    fn keys_choose() {
        for (keys, chosen) in [
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
            assert_eq!(taken(keys), chosen.map(|id| Chosen::Lesson(id.into())), "{keys:?}");
        }
        for keys in ["\x03", "\x04", "\x1b", "x\x1b\x1b"] {
            assert_eq!(taken(keys), Some(Chosen::Nothing), "{keys:?}");
        }
    }

    #[test]
    fn a_low_terminal_shows_the_marked_lesson() {
        let lesson_statuses = lesson_statuses();
        let mut list = List::new(&lesson_statuses);
        let style = Style { width: 40, ascii: true, plain: false, quoted: false };
        for _ in 0..lesson_statuses.len() {
            let lines = list.lines(style, Theme::Plain, 7);
            assert_eq!(lines.len(), 5, "{lines:?}");
            assert_eq!(lines.iter().filter(|line| line.starts_with(" >")).count(), 1, "{lines:?}");
            assert!(lines.iter().all(|line| line.len() < 40), "{lines:?}");
            assert_eq!(list.take(Key::Down), None);
        }
    }
}
