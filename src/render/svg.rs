//! A session as an SVG file: its lines as text, in dark or light colours according to the viewer's preference.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::theme;
use crate::markup::{Line, Role, Span, line_width, visible};

/// The width of a column, in pixels.
const COLUMN: f64 = 8.4;
/// The height of a line, in pixels.
const ROW: usize = 20;
const MARGIN: usize = 16;
const FONT_SIZE: usize = 14;

/// The minimum width of a picture, in columns.
const MIN_COLUMNS: usize = 40;

/// The distance between two tab stops, in columns.
const TAB: usize = 8;

/// The lines of an SVG file.
#[derive(Debug, Clone)]
pub struct Svg {
    /// The width at which long lines are wrapped, as on a terminal.
    columns: usize,
    lines: Vec<Line>,
    /// Whether the last character was a carriage return, so that the next text replaces the line.
    returned: bool,
}

impl Svg {
    /// Creates an empty picture. Lines longer than `columns` are wrapped.
    pub fn new(columns: usize) -> Self {
        Svg { columns: columns.max(MIN_COLUMNS), lines: vec![Vec::new()], returned: false }
    }

    /// Appends spans that `Renderer::render_spans` has returned. Newlines, tabs and carriage returns act as on a
    /// terminal, except that text after a carriage return replaces the whole line.
    pub fn add(&mut self, spans: &[Span]) {
        for span in spans {
            match span.text.as_str() {
                "\n" => {
                    self.lines.push(Vec::new());
                    self.returned = false;
                }
                "\r" => self.returned = true,
                "\t" => {
                    let used = self.lines.last().map_or(0, |line| line_width(line));
                    self.add_to_line(span.role, &" ".repeat(TAB - used % TAB));
                }
                text => self.add_to_line(span.role, &visible(text)),
            }
        }
    }

    fn add_to_line(&mut self, role: Role, text: &str) {
        if std::mem::take(&mut self.returned)
            && let Some(line) = self.lines.last_mut()
        {
            line.clear();
        }
        let mut used = self.lines.last().map_or(0, |line| line_width(line));
        let mut part = String::new();
        for c in text.chars() {
            let columns = c.width().unwrap_or(0);
            if used + columns > self.columns {
                self.push(role, std::mem::take(&mut part));
                self.lines.push(Vec::new());
                used = 0;
            }
            used += columns;
            part.push(c);
        }
        self.push(role, part);
    }

    fn push(&mut self, role: Role, text: String) {
        if let Some(line) = self.lines.last_mut().filter(|_| !text.is_empty()) {
            line.push(Span { text, role });
        }
    }

    /// Returns the index of the line to which the next text is added.
    pub(super) fn current_line(&self) -> usize {
        self.lines.len() - 1
    }

    /// Returns the width of a line's first span and the total width of its other spans, in columns.
    pub(super) fn columns_of(&self, line: usize) -> (usize, usize) {
        let spans = &self.lines[line];
        let first = spans.first().map_or(0, |span| span.text.width());
        (first, line_width(spans) - first)
    }

    /// Returns the SVG file. Screen readers read `title` aloud.
    pub fn write(self, title: &str) -> String {
        self.write_with(title, "", |_, text| text)
    }

    /// Returns the SVG file with the additional CSS rules `style`. `decorate` receives the index and the SVG element of
    /// each line that is not empty, and returns the elements to write instead.
    pub(super) fn write_with(
        mut self,
        title: &str,
        style: &str,
        mut decorate: impl FnMut(usize, String) -> String,
    ) -> String {
        while self.lines.last().is_some_and(Vec::is_empty) {
            self.lines.pop();
        }
        let columns = self.lines.iter().map(|line| line_width(line)).max().unwrap_or(0).max(MIN_COLUMNS);
        let width = (columns as f64 * COLUMN).ceil() as usize + 2 * MARGIN;
        let height = self.lines.len() * ROW + 2 * MARGIN;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n<style>{}text{{font-family:ui-monospace,\
             SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:{FONT_SIZE}px;white-space:pre}}{style}</style>\n\
             <rect class=\"paper\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n",
            escape_xml(title),
            theme::style_sheet()
        );
        for (index, line) in self.lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            out.push_str(&decorate(index, draw_line(index, line)));
        }
        out.push_str("</svg>\n");
        out
    }
}

/// Returns the SVG element for a line, followed by a newline.
fn draw_line(index: usize, line: &Line) -> String {
    let mut out = format!("<text y=\"{}\" xml:space=\"preserve\">", MARGIN + index * ROW + FONT_SIZE);
    let mut column = 0;
    for span in line {
        // Each span is written with its position, so that columns are aligned whatever the font.
        let class = theme::class(span.role);
        let class = if class.is_empty() { class } else { format!(" class=\"{class}\"") };
        out.push_str(&format!("<tspan x=\"{:.1}\"{class}>{}</tspan>", x_of(column), escape_xml(&span.text)));
        column += span.text.width();
    }
    out.push_str("</text>\n");
    out
}

/// Returns the horizontal position of a column, in pixels.
fn x_of(column: usize) -> f64 {
    MARGIN as f64 + column as f64 * COLUMN
}

/// Returns the SVG element for a rectangle in the background colour that covers `columns` columns of a line.
pub(super) fn cover(line: usize, column: usize, columns: usize, attributes: &str) -> String {
    let (x, y, width) = (x_of(column), MARGIN + line * ROW, columns as f64 * COLUMN);
    format!("<rect class=\"paper cover\" x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{ROW}\"{attributes}/>\n")
}

/// Escapes text for XML. Hidden characters are replaced by visible escapes, because XML forbids most of them.
fn escape_xml(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_for_xml_and_long_lines_are_broken() {
        let mut svg = Svg::new(40);
        svg.add(&[Span::new(Role::Prompt, ">>> "), Span::new(Role::Plain, "a < b & \"c\"\x1b[2J\u{ffff}")]);
        svg.add(&[Span::new(Role::Plain, '\n'), Span::new(Role::Error, "x".repeat(50))]);
        let written = svg.write("a <title>\u{fffe}");
        assert!(written.contains("<title>a &lt;title&gt;\\ufffe</title>"), "{written}");
        assert!(written.contains("<tspan x=\"16.0\" class=\"blue bold\">&gt;&gt;&gt; </tspan>"), "{written}");
        assert!(written.contains("a &lt; b &amp; &quot;c&quot;\\x1b[2J\\uffff<"), "{written}");
        assert_eq!(written.matches("<text ").count(), 3, "{written}");
        assert!(!written.contains(&"x".repeat(41)), "{written}");
    }

    #[test]
    fn tabs_and_carriage_returns_have_their_effect() {
        let written = |parts: &[&str]| {
            let mut svg = Svg::new(40);
            parts.iter().for_each(|part| svg.add(&[Span::new(Role::Reply, *part)]));
            svg.write("")
        };
        assert!(written(&["ab", "\t", "c"]).contains(">ab</tspan>"));
        assert!(written(&["ab", "\t", "c"]).contains("<tspan x=\"83.2\">c<"), "column 8");
        let bar = written(&["10%", "\r", "100%", "\r", "\n", "end"]);
        assert!(bar.contains(">100%<") && bar.contains(">end<") && !bar.contains(">10%<"), "{bar}");
    }
}
