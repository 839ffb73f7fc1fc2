//! Text with roles. A role gives the meaning of a piece of text, and the theme decides how the role looks.
//!
//! Lessons and messages are written in a subset of Markdown. [`parse`] converts Markdown to a [`Text`], and [`layout`]
//! breaks the [`Text`] into lines of a given width:
//!
//! ```
//! use redis_tutor::markup::{Style, layout, parse, plain_text};
//!
//! let text = parse("`INCR` adds **one** to a number, and creates the key if it does not exist.");
//! let style = Style { width: 40, ascii: true, plain: false, quoted: true };
//! let lines: Vec<String> = layout(&text, None, style).iter().map(|line| plain_text(line)).collect();
//! assert_eq!(lines, [" `INCR` adds one to a number, and", " creates the key if it does not exist."]);
//! ```

mod columns;
mod inline_code;
mod layout;
mod parse;
mod visible;

pub use columns::{DisplayWidth, line_width, pad_end, pad_start, truncate, truncate_characters, truncate_marked};
pub use inline_code::code;
pub use layout::{Style, layout, layout_paragraph, rule};
pub use parse::{parse, unclosed_mark};
pub use visible::{escape_in_json, first_hidden, visible, visible_lines, without_hidden};

/// The meaning of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Plain,
    Strong,
    Emphasis,
    /// Code to type, or a Redis or Python name.
    Code,
    /// A prompt.
    Prompt,
    /// A reply from Redis, or output from Python.
    Reply,
    /// An error from Redis or Python.
    Error,
    /// A hint that the learner requested.
    Hint,
    /// The feedback that a step is done.
    Done,
    /// The feedback that a step is not done yet.
    Miss,
    /// The title of a lesson, or the name of a client.
    Title,
    /// The task of a step.
    Task,
    /// Secondary text, which a reader may skip.
    Muted,
    /// A part of a picture that was added.
    Added,
    /// A part of a picture that was removed.
    Removed,
    /// A part of a picture that has a new value or a new rank.
    Changed,
    /// A bar of a chart.
    Bar,
}

/// A piece of text with one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub role: Role,
}

impl Span {
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Span { text: text.into(), role }
    }
}

/// A line of a layout.
pub type Line = Vec<Span>;

/// A block of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Paragraph(Vec<Span>),
    /// Lines of code, which are never broken.
    Code(Vec<String>),
    /// List items, numbered from 1 or with bullets.
    List {
        numbered: bool,
        items: Vec<Vec<Span>>,
    },
    /// Rows of cells. The first row is the header.
    Table(Vec<Vec<Vec<Span>>>),
}

/// Blocks of text. The layout puts a blank line between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Block>);

impl Text {
    /// Creates a [`Text`] from one paragraph with one role.
    pub fn paragraph(role: Role, text: impl Into<String>) -> Self {
        Text(vec![Block::Paragraph(vec![Span::new(role, text)])])
    }

    /// Parses Markdown and gives `role` to its plain text. Code, strong text and emphasis keep their roles.
    pub fn from_markdown(role: Role, markdown: &str) -> Self {
        let mut text = parse(markdown);
        for block in &mut text.0 {
            for spans in block.spans_mut() {
                for span in spans.iter_mut().filter(|span| span.role == Role::Plain) {
                    span.role = role;
                }
            }
        }
        text
    }
}

impl Block {
    fn spans_mut(&mut self) -> Vec<&mut Vec<Span>> {
        match self {
            Block::Paragraph(spans) => vec![spans],
            Block::Code(_) => Vec::new(),
            Block::List { items, .. } => items.iter_mut().collect(),
            Block::Table(rows) => rows.iter_mut().flatten().collect(),
        }
    }
}

/// Returns the text of a line without its roles.
pub fn plain_text(line: &[Span]) -> String {
    line.iter().map(|span| span.text.as_str()).collect()
}
