//! Colours: the one place that has them. A role's colour never carries its meaning alone.

use nu_ansi_term::{Color, Style};

use crate::markup::Role;

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
        }
    }
}
