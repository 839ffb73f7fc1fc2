//! Pictures of keys, drawn with boxes and bars, or, in plain style, written as sentences.
//!
//! A mark before each field, element or member shows how it has changed: `+` if it was added, `-` if it was removed,
//! `~` if it has a new value. Colours carry no further information.

mod elements;
mod fields;
mod map;
mod overlap;
mod ranking;
mod sketch;
mod spoken;
mod stream;
mod text;
mod ttl;

use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, layout_paragraph, truncate_marked};
use crate::messages::counts::{self, counted};
use crate::messages::render as messages;
use crate::session::picture::{Body, Change, KeyPicture, Label, Member, Picture, Piece, Previous, Since};

/// Minimum width of a picture, in columns. It is used even if the terminal is narrower.
const MIN_WIDTH: usize = 30;

/// Lays out a picture.
pub fn layout(picture: &Picture, style: Style) -> Vec<Line> {
    let drawing_style = Style { width: style.width.max(MIN_WIDTH), ..style };
    match picture {
        _ if style.plain => spoken::layout(picture, style),
        Picture::Key(picture) => {
            let mut lines = layout_paragraph(Role::Strong, heading(picture), style);
            lines.extend(match &picture.body {
                Body::Text(bytes) => text::layout(bytes, drawing_style),
                Body::Fields(fields) => fields::layout(fields, drawing_style),
                Body::Elements(elements) => elements::layout(elements, drawing_style),
                Body::Members(members) => layout_members(members, drawing_style),
                Body::Ranking(ranking) => ranking::layout(ranking, drawing_style),
                Body::Stream(stream) => stream::layout(stream, drawing_style),
                Body::Sketch(sketch) => sketch::layout(sketch, drawing_style),
                Body::Map(map) => map::layout(map, drawing_style),
            });
            if let Some(ttl) = picture.ttl {
                lines.push(ttl::ttl_line(ttl, drawing_style));
            }
            lines.extend(change_note(picture, style));
            lines.extend(layout_paragraph(Role::Muted, footer(picture), style));
            lines
        }
        Picture::Overlap(overlap) => {
            let mut lines = overlap::layout(overlap, drawing_style);
            let members = overlap.regions.iter().flatten().filter_map(shown_part);
            let marks: Vec<char> = members.map(|member| change_mark(&member.change)).collect();
            lines.extend(legend(&marks, overlap.since, style));
            lines
        }
    }
}

/// Truncates a label to the given number of columns. If the label had already been shortened, it always ends in an
/// ellipsis.
fn truncate_label(label: &Label, columns: usize, style: Style) -> String {
    if label.rest == 0 && label.text.width() <= columns {
        return label.text.clone();
    }
    truncate_marked(&label.text, columns, style.choose("…", ".."))
}

/// Draws a bar that fills a share of `columns`, from 0 to 1. A share above zero always has a visible bar.
fn bar(share: f64, columns: usize, style: Style) -> String {
    let filled = (share.clamp(0.0, 1.0) * columns as f64).round() as usize;
    let min = usize::from(share > 0.0);
    style.choose("█", "#").repeat(filled.max(min).min(columns))
}

/// Returns the text of a label, followed by the number of bytes that were cut off, if any.
fn label_text(label: &Label) -> String {
    match label.rest {
        0 => label.text.clone(),
        rest => messages::cut_text(&label.text, rest),
    }
}

/// Returns the field, element or member that a piece shows, or `None` if the piece only gives the number of parts that
/// are left out.
fn shown_part<T>(piece: &Piece<T>) -> Option<&T> {
    match piece {
        Piece::Part(part) => Some(part),
        Piece::More(_) => None,
    }
}

/// Returns the line that says how many fields, elements or members are left out.
fn more_line(text: &str, style: Style) -> Line {
    vec![Span::new(Role::Muted, format!("   {} {text}", style.choose("⋮", ":")))]
}

/// Returns the character that marks how a field, element or member has changed.
fn change_mark(change: &Change) -> char {
    match change {
        Change::Same => ' ',
        Change::Added => '+',
        Change::Gone => '-',
        Change::ChangedFrom(_) => '~',
    }
}

/// Returns the role of a field, element or member that has changed in the given way.
fn change_role(change: &Change) -> Role {
    match change {
        Change::Same => Role::Reply,
        Change::Added => Role::Added,
        Change::Gone => Role::Removed,
        Change::ChangedFrom(_) => Role::Changed,
    }
}

/// Returns the heading of a picture, such as `user:1000: hash of 3 fields`.
fn heading(picture: &KeyPicture) -> String {
    let count = picture.parts;
    let parts = match picture.body {
        Body::Text(_) | Body::Sketch(_) => counted(count, counts::one_byte, counts::bytes),
        Body::Fields(_) => counted(count, counts::one_field, counts::fields),
        Body::Elements(_) => counted(count, counts::one_element, counts::elements),
        Body::Members(_) | Body::Ranking(_) | Body::Map(_) => counted(count, counts::one_member, counts::members),
        Body::Stream(_) => counted(count, counts::one_entry, counts::entries),
    };
    messages::key_heading(label_text(&picture.key), picture.kind, parts)
}

/// Returns the sentences about a key's encoding and memory usage.
fn footer(picture: &KeyPicture) -> String {
    let data = counted(picture.data_bytes, counts::one_byte, counts::bytes);
    messages::key_footer(picture.encoding, data, picture.memory_bytes)
}

/// Returns the marks that occur in a picture, including the arrows in the picture of a sorted set.
fn marks(picture: &KeyPicture) -> Vec<char> {
    fn part_marks<T>(pieces: &[Piece<T>], change: impl Fn(&T) -> &Change) -> Vec<char> {
        pieces.iter().filter_map(shown_part).map(|part| change_mark(change(part))).collect()
    }
    match (picture.previous, &picture.body) {
        (Previous::Missing | Previous::OtherType(_) | Previous::Unknown, _) => Vec::new(),
        (Previous::SameType, Body::Text(bytes)) => vec![change_mark(&bytes.change)],
        (Previous::SameType, Body::Fields(fields)) => part_marks(fields, |field| &field.change),
        (Previous::SameType, Body::Elements(elements)) => part_marks(elements, |element| &element.change),
        (Previous::SameType, Body::Members(members)) => part_marks(members, |member| &member.change),
        (Previous::SameType, Body::Ranking(ranking)) => {
            let mut marks = part_marks(&ranking.members, |member| &member.change);
            let moved = ranking.members.iter().filter_map(shown_part).filter(|member| member.rose != 0);
            marks.extend(moved.map(|member| if member.rose > 0 { '↑' } else { '↓' }));
            marks
        }
        (Previous::SameType, Body::Stream(stream)) => {
            let mut marks = part_marks(&stream.entries, |entry| &entry.change);
            marks.extend(stream.groups.iter().map(|group| change_mark(&group.change)));
            marks
        }
        (Previous::SameType, Body::Sketch(sketch)) => {
            let is_changed = sketch.rows.iter().any(|row| row.registers != row.registers_before);
            if is_changed { vec!['~'] } else { Vec::new() }
        }
        (Previous::SameType, Body::Map(map)) => part_marks(&map.places, |place| &place.change),
    }
}

/// Lays out the note that the whole key is new, or the legend of the marks.
fn change_note(picture: &KeyPicture, style: Style) -> Vec<Line> {
    let when = since_text(picture.since);
    match picture.previous {
        Previous::Missing => layout_paragraph(Role::Muted, messages::new_key(when), style),
        Previous::OtherType(kind) => layout_paragraph(Role::Muted, messages::new_type(when, kind), style),
        Previous::SameType | Previous::Unknown => legend(&marks(picture), picture.since, style),
    }
}

fn since_text(since: Since) -> String {
    match since {
        Since::LastChange => messages::with_the_last_change(),
        Since::Step => messages::in_this_step(),
    }
}

/// Lays out the legend for the marks that occur in a picture. Returns no lines if there are no marks.
fn legend(marks: &[char], since: Since, style: Style) -> Vec<Line> {
    let meanings = [
        ('+', messages::added_legend()),
        ('-', messages::removed_legend()),
        ('~', messages::changed_legend()),
        ('↑', messages::rose_legend(style.choose("↑", "^"))),
        ('↓', messages::fell_legend(style.choose("↓", "v"))),
    ];
    let used = meanings.into_iter().filter(|(mark, _)| marks.contains(mark));
    let used: Vec<String> = used.map(|(_, meaning)| meaning).collect();
    if used.is_empty() {
        return Vec::new();
    }
    layout_paragraph(Role::Muted, messages::legend(used.join(", "), since_text(since)), style)
}

/// Lays out the members of a set in columns of equal width.
fn layout_members(pieces: &[Piece<Member>], style: Style) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let members = pieces.iter().filter_map(shown_part);
    let column = members.map(|member| member.label.text.width() + 3).max().unwrap_or(0).clamp(8, style.width - 3);
    let per_line = ((style.width - 2) / (column + 1)).max(1);
    let mut in_line = 0;
    for piece in pieces {
        let member = match piece {
            Piece::Part(member) => member,
            Piece::More(count) => {
                lines.push(more_line(&messages::more_parts(count), style));
                in_line = 0;
                continue;
            }
        };
        if in_line % per_line == 0 {
            lines.push(Vec::new());
        }
        in_line += 1;
        let text = truncate_label(&member.label, column - 2, style);
        let padding = " ".repeat(column - 1 - text.width());
        if let Some(line) = lines.last_mut() {
            line.push(Span::new(change_role(&member.change), format!(" {} {text}", change_mark(&member.change))));
            line.push(Span::new(Role::Plain, padding));
        }
    }
    lines
}
