//! Colours: the one place that has them. A role's colour never carries its meaning alone.

use nu_ansi_term::{Color, Style};

use crate::markup::Role;

/// What a piece of what is being typed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    Keyword,
    String,
    Number,
    Comment,
    /// The name of a command.
    Command,
    /// What can be nothing.
    Wrong,
    /// A bracket whose match is at the cursor, and that match.
    Match,
    Prompt,
    /// How what is typed could go on.
    Hint,
    /// What is being typed now, in a hint.
    Current,
}

/// What roles look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// No colours at all.
    Plain,
    /// The sixteen colours that every terminal lets its owner choose, so that they are readable on light and on dark.
    Colours,
}

impl Theme {
    /// The text in its role's colour.
    pub fn paint(self, role: Role, text: &str) -> String {
        match self.style(role) {
            Some(style) => style.paint(text).to_string(),
            None => text.to_owned(),
        }
    }

    /// A piece of what is being typed, in its colour.
    pub fn paint_piece(self, piece: Piece, text: &str) -> String {
        if self == Theme::Plain || text.is_empty() {
            return text.to_owned();
        }
        let style = Style::new();
        let style = match piece {
            Piece::Keyword => style.fg(Color::Magenta),
            Piece::String => style.fg(Color::Green),
            Piece::Number => style.fg(Color::Cyan),
            Piece::Comment | Piece::Hint => style.dimmed(),
            Piece::Command => style.fg(Color::Cyan).bold(),
            Piece::Wrong => style.fg(Color::Red),
            Piece::Current => style.dimmed().underline(),
            Piece::Match => style.bold().underline(),
            Piece::Prompt => style.fg(Color::Blue).bold(),
        };
        style.paint(text).to_string()
    }

    fn style(self, role: Role) -> Option<Style> {
        if self == Theme::Plain {
            return None;
        }
        let style = Style::new();
        match role {
            Role::Plain | Role::Reply => None,
            Role::Strong | Role::Task => Some(style.bold()),
            Role::Emphasis => Some(style.italic()),
            Role::Code => Some(style.fg(Color::Cyan)),
            Role::Prompt => Some(style.fg(Color::Blue).bold()),
            Role::Error => Some(style.fg(Color::Red)),
            Role::Hint => Some(style.fg(Color::Yellow)),
            Role::Done => Some(style.fg(Color::Green)),
            Role::Miss => Some(style.fg(Color::Magenta)),
            Role::Title => Some(style.bold().underline()),
            Role::Muted => Some(style.dimmed()),
            Role::Added => Some(style.fg(Color::Green).bold()),
            Role::Gone => Some(style.fg(Color::Magenta)),
            Role::Changed => Some(style.fg(Color::Yellow).bold()),
            Role::Bar => Some(style.fg(Color::Blue)),
        }
    }
}
