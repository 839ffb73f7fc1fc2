//! Renders a session's output as text of a given width, in the colours of a theme.

mod cost_comparison;
pub mod lesson_list;
mod picture;
pub mod recording;
mod status;
pub mod svg;
pub mod theme;
mod timeline;
mod turn_lanes;
mod wire;

use crate::markup::{self, DisplayWidth as _, Line, Role, Span, Style, visible};
use crate::messages::render as messages;
use crate::session::event::{Part, Show};
use crate::session::status::Status;
use theme::Theme;

/// A renderer that turns a session's output into text for a terminal or a file.
///
/// The renderer keeps track of how its output ends, so that blocks begin on a new line and blank lines are not doubled:
///
/// ```
/// use redis_tutor::markup::{Role, Style, Text};
/// use redis_tutor::render::{Renderer, theme::Theme};
/// use redis_tutor::session::event::Show;
///
/// let style = Style { width: 80, ascii: false, plain: false, quoted: false };
/// let mut renderer = Renderer::new(style, Theme::Plain);
/// assert_eq!(renderer.render(&Show::Output("unfinished".into())), "unfinished");
/// let done = Show::Text(Text::from_markdown(Role::Done, "`user:1000` has two fields."));
/// assert_eq!(renderer.render(&done), "\n ✓ `user:1000` has two fields.\n");
/// ```
#[derive(Debug, Clone)]
pub struct Renderer {
    pub style: Style,
    pub theme: Theme,
    /// Whether the output ends in the middle of a line.
    is_mid_line: bool,
    /// Whether the output ends with a blank line, or is empty.
    ends_blank: bool,
}

impl Renderer {
    /// Creates a renderer that has not rendered anything yet.
    pub fn new(style: Style, theme: Theme) -> Self {
        Renderer { style, theme, is_mid_line: false, ends_blank: true }
    }

    /// Renders an item of output as text in the theme's colours, including newlines.
    pub fn render(&mut self, show: &Show) -> String {
        let spans = self.render_spans(show);
        self.paint(&spans)
    }

    /// Renders an item of output as spans without colours. Characters that control the layout (newlines, tabs, and
    /// carriage returns in a program's output) are in separate spans. All other spans contain only visible characters.
    pub fn render_spans(&mut self, show: &Show) -> Vec<Span> {
        let mut out = Vec::new();
        match show {
            Show::Typed { prompt, line } => {
                // After unfinished output, the prompt continues the line, as Python's prompt does.
                let line = line.trim_end();
                push_text(
                    Role::Prompt,
                    if line.is_empty() { prompt.trim_end() } else { prompt },
                    Returns::Shown,
                    &mut out,
                );
                push_text(Role::Plain, line, Returns::Shown, &mut out);
                out.push(newline());
                self.is_mid_line = false;
                self.ends_blank = false;
            }
            Show::Output(text) => self.push_raw(Role::Reply, text, Returns::Kept, &mut out),
            Show::Reply(text) => self.push_raw(Role::Reply, text, Returns::Shown, &mut out),
            Show::Traceback(text) => self.push_raw(Role::Error, text, Returns::Shown, &mut out),
            Show::Speaker(name) => {
                let line = vec![Span::new(Role::Title, format!("{name}:"))];
                self.push_lines(&[line], &mut out);
            }
            Show::Heading(heading) => {
                let part = part_title(heading.part);
                let whole = format!("{} {} {part}", heading.title, self.style.choose("·", "-"));
                let lines = if whole.width() + 2 > self.style.width && !self.style.plain {
                    let mut lines = markup::layout_paragraph(Role::Title, heading.title.as_str(), self.style);
                    lines.push(markup::rule(&part, self.style));
                    lines
                } else {
                    vec![markup::rule(&whole, self.style)]
                };
                self.push_lines(&lines, &mut out);
            }
            Show::Text(text) => {
                let style = Style { quoted: self.theme == Theme::Plain, ..self.style };
                let lines = markup::layout(text, self.feedback_mark(text), style);
                self.push_lines(&lines, &mut out);
            }
            Show::Wire(wire) => self.push_lines(&wire::layout(wire, self.style), &mut out),
            Show::Timeline(timeline) => self.push_lines(&timeline::layout(timeline, self.style), &mut out),
            Show::CostComparison(comparison) => {
                self.push_lines(&cost_comparison::layout(comparison, self.style), &mut out)
            }
            Show::Picture(picture) => self.push_lines(&picture::layout(picture, self.style), &mut out),
            Show::Lessons(lessons) => self.push_lines(&lesson_list::layout(lessons, self.style), &mut out),
            Show::Lanes { names, order } => {
                self.push_lines(&turn_lanes::layout(names, &order.steps, self.style), &mut out);
            }
            Show::Gap => {
                self.finish_line(&mut out);
                if !self.ends_blank {
                    out.push(newline());
                    self.ends_blank = true;
                }
            }
        }
        out
    }

    /// Renders the status line before a prompt.
    pub fn render_status(&mut self, status: &Status) -> String {
        let mut out = Vec::new();
        self.push_lines(&status::layout(status, self.style), &mut out);
        self.paint(&out)
    }

    fn paint(&self, spans: &[Span]) -> String {
        let paint = |span: &Span| {
            if is_layout_span(span) { span.text.clone() } else { self.theme.paint(span.role, &span.text) }
        };
        spans.iter().map(paint).collect()
    }

    /// Records that other code has written a line, such as a prompt and the input, and that the cursor is at the start
    /// of the next line.
    pub fn set_at_line_start(&mut self) {
        self.is_mid_line = false;
        self.ends_blank = false;
    }

    /// Ends an unfinished line.
    fn finish_line(&mut self, out: &mut Vec<Span>) {
        if self.is_mid_line {
            out.push(newline());
            self.is_mid_line = false;
            self.ends_blank = false;
        }
    }

    /// Returns the newline that ends an unfinished line, or an empty string if the output is at the start of a line.
    /// The caller writes it before output that this renderer does not render.
    pub fn end_line(&mut self) -> &'static str {
        let end = if self.is_mid_line { "\n" } else { "" };
        self.is_mid_line = false;
        end
    }

    fn push_raw(&mut self, role: Role, text: &str, returns: Returns, out: &mut Vec<Span>) {
        if text.is_empty() {
            return;
        }
        push_text(role, text, returns, out);
        self.is_mid_line = !text.ends_with('\n');
        self.ends_blank = false;
    }

    fn push_lines(&mut self, lines: &[Line], out: &mut Vec<Span>) {
        self.finish_line(out);
        for line in lines {
            // Trailing spaces are left out, because they would be visible if the theme underlines the role.
            let kept = line.iter().rposition(|span| !span.text.trim_end_matches(' ').is_empty()).map_or(0, |at| at + 1);
            for (index, span) in line[..kept].iter().enumerate() {
                let text = if index + 1 == kept { span.text.trim_end_matches(' ') } else { &span.text };
                out.push(Span::new(span.role, visible(text)));
            }
            out.push(newline());
            self.ends_blank = line.is_empty();
        }
    }

    /// Returns the mark that precedes feedback or a hint, so that its meaning does not depend on colour. Returns `None`
    /// for other text.
    fn feedback_mark(&self, text: &markup::Text) -> Option<Span> {
        let Some(markup::Block::Paragraph(spans)) = text.0.first() else { return None };
        let role =
            spans.iter().map(|span| span.role).find(|role| matches!(role, Role::Done | Role::Miss | Role::Hint))?;
        let mark = match role {
            Role::Done => self.style.choose(" ✓", " *"),
            Role::Miss => self.style.choose(" ·", " -"),
            _ => " ?",
        };
        Some(Span::new(role, mark))
    }
}

/// Returns the name of a part of a lesson, for the part's heading.
fn part_title(part: Part) -> String {
    match part {
        Part::Step { number, of } => messages::heading_step(number, of),
        Part::Practice { number, of } => messages::heading_practice(number, of),
        Part::FastTrack { number, of } => messages::heading_fast_track(number, of),
        Part::Remember => messages::heading_remember(),
        Part::Sheet => messages::heading_sheet(),
    }
}

/// The treatment of a carriage return that is not part of a line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Returns {
    /// The carriage return is kept, because programs use it to redraw a line, such as a progress bar. It cannot move
    /// the cursor to another line.
    Kept,
    /// The carriage return is replaced by an escape.
    Shown,
}

/// Appends text that may have several lines and is not laid out.
fn push_text(role: Role, text: &str, returns: Returns, out: &mut Vec<Span>) {
    let is_layout = |at: usize, c: char| match c {
        '\n' | '\t' => true,
        '\r' => returns == Returns::Kept || text[at..].starts_with("\r\n"),
        _ => false,
    };
    let mut start = 0;
    for (at, c) in text.char_indices().filter(|&(at, c)| is_layout(at, c)) {
        if at > start {
            out.push(Span::new(role, visible(&text[start..at])));
        }
        out.push(Span::new(Role::Plain, c));
        start = at + c.len_utf8();
    }
    if start < text.len() {
        out.push(Span::new(role, visible(&text[start..])));
    }
}

/// Returns whether a span is a newline, a tab or a carriage return. All other spans consist of visible characters.
fn is_layout_span(span: &Span) -> bool {
    matches!(span.text.as_str(), "\n" | "\t" | "\r")
}

fn newline() -> Span {
    Span::new(Role::Plain, '\n')
}
