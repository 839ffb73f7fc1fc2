//! Pictures as lines: within boxes and beside bars, or in plain style as sentences.
//!
//! What has changed is marked by a character before it (`+` came, `-` went, `~` has another value); colours only repeat that.

mod elements;
mod fields;
mod overlap;
mod ranking;
mod spoken;
mod text;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::markup::{self, Line, Role, Span, Style, Text};
use crate::session::picture::{Body, Change, KeyPicture, Label, Member, Past, Picture, Piece, Since, Ttl};

/// Pictures are drawn at least this wide, however narrow the terminal is.
const NARROWEST: usize = 30;

/// The columns of a lifetime's bar, if there is room.
const LIFETIME: usize = 20;

/// The lines of a picture.
pub fn lines(picture: &Picture, style: Style) -> Vec<Line> {
    let canvas = Canvas { width: style.width.max(NARROWEST), ascii: style.ascii };
    match picture {
        _ if style.plain => spoken::lines(picture, style),
        Picture::Key(picture) => {
            let mut lines = wrapped(&heading(picture), Role::Strong, style);
            lines.extend(match &picture.body {
                Body::Text(bytes) => text::lines(bytes, canvas),
                Body::Fields(fields) => fields::lines(fields, canvas),
                Body::Elements(elements) => elements::lines(elements, canvas),
                Body::Members(members) => self::members(members, canvas),
                Body::Ranking(ranking) => ranking::lines(ranking, canvas),
            });
            if let Some(ttl) = picture.ttl {
                lines.push(lifetime(ttl, canvas));
            }
            lines.extend(told(picture, style));
            lines.extend(wrapped(&kept(picture), Role::Muted, style));
            lines
        }
        Picture::Overlap(overlap) => {
            let mut lines = overlap::lines(overlap, canvas);
            let members = overlap.regions.iter().flatten();
            let marks: Vec<char> = members.filter_map(|piece| part(piece)).map(|member| mark(&member.change)).collect();
            lines.extend(legend(&marks, overlap.since, style));
            lines
        }
    }
}

/// Where is drawn.
#[derive(Debug, Clone, Copy)]
struct Canvas {
    width: usize,
    ascii: bool,
}

impl Canvas {
    fn style(self) -> Style {
        Style { width: self.width, ascii: self.ascii, plain: false, quoted: false }
    }

    /// The first in Unicode, the second in ASCII.
    fn either(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { unicode }
    }

    /// A label within so many columns, cut if it is longer.
    fn fit(self, label: &Label, columns: usize) -> String {
        if label.rest == 0 && label.text.width() <= columns {
            return label.text.clone();
        }
        let end = self.either("…", "..");
        let mut text = String::new();
        let mut used = end.width();
        for c in label.text.chars() {
            used += c.width().unwrap_or(0);
            if used > columns {
                break;
            }
            text.push(c);
        }
        text + end
    }

    /// A bar of so much of `columns`; never more than that, and never nothing of something.
    fn bar(self, share: f64, columns: usize) -> String {
        let full = (share.clamp(0.0, 1.0) * columns as f64).round() as usize;
        let least = usize::from(share > 0.0);
        self.either("█", "#").repeat(full.max(least).min(columns))
    }
}

/// A text with blanks to a width.
fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// The same, at the right.
fn to_the_right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(text.width())))
}

fn wrapped(text: &str, role: Role, style: Style) -> Vec<Line> {
    markup::layout(&Text::of(role, text), None, style)
}

/// A label as it is said, however long.
fn said(label: &Label) -> String {
    match label.rest {
        0 => label.text.clone(),
        rest => format!("{} and {rest} more bytes", label.text),
    }
}

fn part<T>(piece: &Piece<T>) -> Option<&T> {
    match piece {
        Piece::Part(part) => Some(part),
        Piece::More(_) => None,
    }
}

fn more(count: usize, canvas: Canvas) -> Line {
    vec![Span::new(Role::Muted, format!("   {} {count} more", canvas.either("⋮", ":")))]
}

/// The mark before a part.
fn mark(change: &Change) -> char {
    match change {
        Change::Same => ' ',
        Change::Added => '+',
        Change::Gone => '-',
        Change::Was(_) => '~',
    }
}

fn role(change: &Change) -> Role {
    match change {
        Change::Same => Role::Reply,
        Change::Added => Role::Added,
        Change::Gone => Role::Gone,
        Change::Was(_) => Role::Changed,
    }
}

/// `user:1000: hash of 3 fields`.
fn heading(picture: &KeyPicture) -> String {
    let n = picture.parts;
    let (part, parts) = match picture.body {
        Body::Text(_) => ("byte", "bytes"),
        Body::Fields(_) => ("field", "fields"),
        Body::Elements(_) => ("element", "elements"),
        Body::Members(_) | Body::Ranking(_) => ("member", "members"),
    };
    let parts = if n == 1 { part } else { parts };
    format!("{}: {} of {n} {parts}", said(&picture.key), picture.kind)
}

/// How it is kept, and what that takes.
fn kept(picture: &KeyPicture) -> String {
    let (memory, data) = (picture.memory_bytes, picture.data_bytes);
    let bytes = if data == 1 { "byte" } else { "bytes" };
    format!("OBJECT ENCODING: {}. {data} {bytes} of data, MEMORY USAGE: {memory}.", picture.encoding)
}

/// The marks that stand in a picture.
fn marks(picture: &KeyPicture) -> Vec<char> {
    fn of<T>(pieces: &[Piece<T>], change: impl Fn(&T) -> &Change) -> Vec<char> {
        pieces.iter().filter_map(part).map(|part| mark(change(part))).collect()
    }
    match (picture.past, &picture.body) {
        (Past::New | Past::Other(_) | Past::Unknown, _) => Vec::new(),
        (Past::Same, Body::Text(bytes)) => vec![mark(&bytes.change)],
        (Past::Same, Body::Fields(fields)) => of(fields, |field| &field.change),
        (Past::Same, Body::Elements(elements)) => of(elements, |element| &element.change),
        (Past::Same, Body::Members(members)) => of(members, |member| &member.change),
        (Past::Same, Body::Ranking(ranking)) => {
            let mut marks = of(&ranking.members, |member| &member.change);
            let moves = ranking.members.iter().filter_map(part).filter(|member| member.rose != 0);
            marks.extend(moves.map(|member| if member.rose > 0 { '↑' } else { '↓' }));
            marks
        }
    }
}

/// What became of the key as a whole, or what its marks mean.
fn told(picture: &KeyPicture, style: Style) -> Vec<Line> {
    let when = when(picture.since);
    match picture.past {
        Past::New => wrapped(&format!("new {when}"), Role::Muted, style),
        Past::Other(kind) => wrapped(&format!("new {when}: it held a {kind} before"), Role::Muted, style),
        Past::Same | Past::Unknown => legend(&marks(picture), picture.since, style),
    }
}

fn when(since: Since) -> &'static str {
    match since {
        Since::LastChange => "with the last change",
        Since::Step => "in this step",
    }
}

/// What the marks of a picture mean; nothing if it has none.
fn legend(marks: &[char], since: Since, style: Style) -> Vec<Line> {
    let when = when(since);
    let moved = if style.ascii { ("^ rose", "v fell") } else { ("↑ rose", "↓ fell") };
    let all = [('+', "+ came"), ('-', "- went"), ('~', "~ changed"), ('↑', moved.0), ('↓', moved.1)];
    let there: Vec<&str> = all.into_iter().filter(|(mark, _)| marks.contains(mark)).map(|(_, said)| said).collect();
    if there.is_empty() {
        return Vec::new();
    }
    wrapped(&format!("{} {when}", there.join(", ")), Role::Muted, style)
}

/// How long something lives still, as text: `42 s`, as TTL says it, but `20 min 5 s`, `2 h 5 min`, `3 days`.
fn time(ms: i64) -> String {
    let s = (ms + 999) / 1000;
    match s {
        ..1_000 => format!("{s} s"),
        1_000..7_200 => format!("{} min {} s", s / 60, s % 60),
        7_200..172_800 => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
        _ => format!("{} days", s / 86_400),
    }
}

/// `expires in 42 s of 60 s ████░░`.
fn lifetime(ttl: Ttl, canvas: Canvas) -> Line {
    let said = format!(" expires in {} of {} ", time(ttl.left_ms), time(ttl.whole_ms));
    let columns = LIFETIME.min(canvas.width.saturating_sub(said.width() + 1));
    let mut line = vec![Span::new(Role::Plain, said)];
    line.extend(lifetime_bar(ttl, columns, canvas));
    line
}

fn lifetime_bar(ttl: Ttl, columns: usize, canvas: Canvas) -> [Span; 2] {
    let bar = canvas.bar(ttl.left_ms as f64 / ttl.whole_ms.max(1) as f64, columns);
    let gone = canvas.either("░", ".").repeat(columns - bar.width());
    [Span::new(Role::Bar, bar), Span::new(Role::Muted, gone)]
}

/// The members of a set, as many on a line as fit.
fn members(pieces: &[Piece<Member>], canvas: Canvas) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let widest = pieces.iter().filter_map(part).map(|member| member.label.text.width() + 3).max().unwrap_or(0);
    let column = widest.clamp(8, canvas.width - 3);
    let in_a_line = ((canvas.width - 2) / (column + 1)).max(1);
    let mut here = 0;
    for piece in pieces {
        let member = match piece {
            Piece::Part(member) => member,
            Piece::More(count) => {
                lines.push(more(*count, canvas));
                here = 0;
                continue;
            }
        };
        if here % in_a_line == 0 {
            lines.push(Vec::new());
        }
        here += 1;
        let text = canvas.fit(&member.label, column - 2);
        let blanks = " ".repeat(column - 1 - text.width());
        if let Some(line) = lines.last_mut() {
            line.push(Span::new(role(&member.change), format!(" {} {text}", mark(&member.change))));
            line.push(Span::new(Role::Plain, blanks));
        }
    }
    lines
}
