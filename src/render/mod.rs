//! What a session shows, as text: laid out to a width, in a theme's colours or none.

mod cost_comparison;
mod lanes;
pub mod lessons;
mod picture;
mod status;
pub mod svg;
pub mod theme;
mod timeline;
mod wire;

use unicode_width::UnicodeWidthStr as _;

use crate::markup::{self, Line, Role, Span, Style};
use crate::session::event::Show;
use crate::session::status::Status;
use theme::Theme;

/// Turns what is shown into text for a terminal or a file.
#[derive(Debug, Clone)]
pub struct Renderer {
    pub style: Style,
    pub theme: Theme,
    /// Whether the last line shown is unfinished.
    mid_line: bool,
    /// Whether the last line shown is blank, or nothing was shown.
    blank: bool,
}

impl Renderer {
    pub fn new(style: Style, theme: Theme) -> Self {
        Renderer { style, theme, mid_line: false, blank: true }
    }

    /// The text for what is shown, newlines included.
    pub fn show(&mut self, show: &Show) -> String {
        self.spans(show).iter().map(|span| self.theme.paint(span.role, &span.text)).collect()
    }

    /// The same, before it has its colours. No piece but a newline holds a newline.
    pub fn spans(&mut self, show: &Show) -> Vec<Span> {
        let mut out = Vec::new();
        match show {
            Show::Typed { prompt, line } => {
                // A prompt follows unfinished output on its line, as Python's own does.
                if line.trim_end().is_empty() {
                    out.push(Span::new(Role::Prompt, prompt.trim_end()));
                } else {
                    out.push(Span::new(Role::Prompt, prompt.as_str()));
                    out.push(Span::new(Role::Plain, line.trim_end()));
                }
                out.push(newline());
                self.mid_line = false;
                self.blank = false;
            }
            Show::Output(text) | Show::Reply(text) => self.raw(Role::Reply, text, &mut out),
            Show::Traceback(text) => self.raw(Role::Error, text, &mut out),
            Show::Speaker(name) => {
                let line = vec![Span::new(Role::Title, format!("{name}:"))];
                self.lines(&[line], &mut out);
            }
            Show::Heading(heading) => {
                let whole = format!("{} {} {}", heading.title, self.dot(), heading.part);
                let lines = if whole.width() + 2 > self.style.width && !self.style.plain {
                    let title = markup::Text::of(Role::Title, heading.title.as_str());
                    let mut lines = markup::layout(&title, None, self.style);
                    lines.push(markup::rule(&heading.part.to_string(), self.style));
                    lines
                } else {
                    vec![markup::rule(&whole, self.style)]
                };
                self.lines(&lines, &mut out);
            }
            Show::Text(text) => {
                let style = Style { quoted: self.theme == Theme::Plain, ..self.style };
                let lines = markup::layout(text, self.mark(text), style);
                self.lines(&lines, &mut out);
            }
            Show::Wire(wire) => self.lines(&wire::lines(wire, self.style), &mut out),
            Show::Timeline(timeline) => self.lines(&timeline::lines(timeline, self.style), &mut out),
            Show::CostComparison(cost_comparison) => {
                self.lines(&cost_comparison::lines(cost_comparison, self.style), &mut out)
            }
            Show::Picture(picture) => {
                let lines = picture::lines(picture, self.style);
                self.lines(&lines, &mut out);
            }
            Show::Lessons(lesson_statuses) => {
                let lines = lessons::lines(lesson_statuses, self.style);
                self.lines(&lines, &mut out);
            }
            Show::Lanes { names, order } => {
                let turns: Vec<_> =
                    order.steps.iter().map(|step| (step.who, step.sent.as_str(), step.got.as_str())).collect();
                self.lines(&lanes::layout(names, &turns, self.style), &mut out);
            }
            Show::Gap => {
                self.finish_line(&mut out);
                if !self.blank {
                    out.push(newline());
                    self.blank = true;
                }
            }
        }
        out
    }

    /// The line before a prompt.
    pub fn status(&mut self, status: &Status) -> String {
        let lines = status::lines(status, self.style);
        let mut out = Vec::new();
        self.lines(&lines, &mut out);
        out.iter().map(|span| self.theme.paint(span.role, &span.text)).collect()
    }

    /// A prompt was shown and answered beside this renderer: the cursor stands at the start of a line.
    pub fn prompted(&mut self) {
        self.mid_line = false;
        self.blank = false;
    }

    /// Ends an unfinished line.
    fn finish_line(&mut self, out: &mut Vec<Span>) {
        if self.mid_line {
            out.push(newline());
            self.mid_line = false;
            self.blank = false;
        }
    }

    /// What ends an unfinished line, if there is one: something is to be written beside this renderer.
    pub fn line_end(&mut self) -> &'static str {
        let end = if self.mid_line { "\n" } else { "" };
        self.mid_line = false;
        end
    }

    fn dot(&self) -> &'static str {
        if self.style.ascii { "-" } else { "·" }
    }

    fn raw(&mut self, role: Role, text: &str, out: &mut Vec<Span>) {
        if text.is_empty() {
            return;
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                out.push(newline());
            }
            if !line.is_empty() {
                out.push(Span::new(role, line));
            }
        }
        self.mid_line = !text.ends_with('\n');
        self.blank = false;
    }

    fn lines(&mut self, lines: &[Line], out: &mut Vec<Span>) {
        self.finish_line(out);
        for line in lines {
            // Blanks at the end are nothing to see, and would be underlined in some themes.
            let kept = line.iter().rposition(|span| !span.text.trim_end_matches(' ').is_empty()).map_or(0, |at| at + 1);
            for (index, span) in line[..kept].iter().enumerate() {
                let text = if index + 1 == kept { span.text.trim_end_matches(' ') } else { &span.text };
                out.push(Span::new(span.role, text));
            }
            out.push(newline());
            self.blank = line.is_empty();
        }
    }

    /// A mark at the head of what the tutor says to a try, so that its meaning survives without colour.
    fn mark(&self, text: &markup::Text) -> Option<Span> {
        let Some(markup::Block::Paragraph(spans)) = text.0.first() else { return None };
        let role = spans.iter().map(|span| span.role).find(|role| is_marked(*role))?;
        let mark = match (role, self.style.ascii) {
            (Role::Done, false) => " ✓",
            (Role::Done, true) => " *",
            (Role::Miss, false) => " ·",
            (Role::Miss, true) => " -",
            _ => " ?",
        };
        Some(Span::new(role, mark))
    }
}

fn newline() -> Span {
    Span::new(Role::Plain, "\n")
}

fn is_marked(role: Role) -> bool {
    matches!(role, Role::Done | Role::Miss | Role::Hint)
}

/// A line cut to a width, with a mark where something is left out.
fn cut(text: &str, width: usize, style: Style) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mark = if style.ascii { "..." } else { "…" };
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) + mark.width() > width {
            break;
        }
        out.push(c);
    }
    out + mark
}
