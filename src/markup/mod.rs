//! Text with meaning: what a piece of text is, never what colour it has.
//!
//! Lessons and messages are written in light Markdown (`parse`), and laid out in lines of a width (`layout`). What the
//! roles look like is the theme's matter alone.

mod layout;
mod parse;

pub use layout::{Style, layout, rule};
pub use parse::{open_mark, parse};

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Plain,
    Strong,
    Emphasis,
    /// Something to type, or a word of Redis or Python.
    Code,
    /// What a prompt says.
    Prompt,
    /// What Redis or Python answered.
    Reply,
    /// An error, as it was raised.
    Error,
    /// Help that was asked for.
    Hint,
    /// A step is done.
    Done,
    /// A step is not done yet.
    Miss,
    /// The name of a lesson or of a client.
    Title,
    /// What is to be done.
    Task,
    /// What may be passed over.
    Muted,
    /// What came, in a picture.
    Added,
    /// What went.
    Gone,
    /// What has another value, or another place.
    Changed,
    /// What is drawn for its length.
    Bar,
}

/// A piece of text with one meaning.
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

/// A line, laid out.
pub type Line = Vec<Span>;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Paragraph(Vec<Span>),
    /// Lines that are not to be broken.
    Code(Vec<String>),
    /// Items, numbered from 1 or not.
    List {
        numbered: bool,
        items: Vec<Vec<Span>>,
    },
    /// Rows of cells; the first row is the head.
    Table(Vec<Vec<Vec<Span>>>),
}

/// A text: parts with a blank line between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Block>);

impl Text {
    /// One paragraph of one meaning.
    pub fn of(role: Role, text: impl Into<String>) -> Self {
        Text(vec![Block::Paragraph(vec![Span::new(role, text)])])
    }

    /// Markdown whose plain text gets another role.
    pub fn marked(role: Role, markdown: &str) -> Self {
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

/// The text of a line, without its meanings.
pub fn plain(line: &[Span]) -> String {
    line.iter().map(|span| span.text.as_str()).collect()
}
