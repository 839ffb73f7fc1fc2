//! A string: its characters over their bytes, or its bytes over their bits.

use unicode_width::UnicodeWidthStr as _;

use super::{Canvas, said};
use crate::markup::{Line, Role, Span};
use crate::session::picture::{Bytes, Change};

/// Of binary strings, the bits of so many bytes are shown.
const MOST_IN_BITS: usize = 8;

pub(super) fn lines(bytes: &Bytes, canvas: Canvas) -> Vec<Line> {
    let mut lines = if bytes.is_binary { bits(bytes, canvas) } else { characters(bytes, canvas) };
    if bytes.rest > 0 && !bytes.is_binary {
        let text = format!("   {} {} more bytes", canvas.either("⋮", ":"), bytes.rest);
        lines.push(vec![Span::new(Role::Muted, text)]);
    }
    if let Change::Was(was) = &bytes.change {
        let was = canvas.fit(was, canvas.width.saturating_sub(8));
        lines.push(vec![Span::new(Role::Changed, format!(" ~ was {was}"))]);
    }
    lines
}

/// Bytes that belong together: one character, or one byte that is none.
struct Glyph {
    text: String,
    bytes: Vec<(u8, bool)>,
}

fn glyphs(bytes: &[(u8, bool)]) -> Vec<Glyph> {
    let raw: Vec<u8> = bytes.iter().map(|(byte, _)| *byte).collect();
    let mut glyphs = Vec::new();
    let mut at = 0;
    for chunk in raw.utf8_chunks() {
        for c in chunk.valid().chars() {
            let text = match c {
                ' ' => "' '".into(),
                '\n' => "\\n".into(),
                '\r' => "\\r".into(),
                '\t' => "\\t".into(),
                c if c.to_string().width() == 0 => String::new(),
                c => c.to_string(),
            };
            glyphs.push(Glyph { text, bytes: bytes[at..at + c.len_utf8()].to_vec() });
            at += c.len_utf8();
        }
        // The start of a character whose rest is beyond what is shown.
        let cut = chunk.invalid().len();
        if cut > 0 {
            glyphs.push(Glyph { text: String::new(), bytes: bytes[at..at + cut].to_vec() });
            at += cut;
        }
    }
    glyphs
}

fn characters(bytes: &Bytes, canvas: Canvas) -> Vec<Line> {
    let glyphs = glyphs(&bytes.bytes);
    let label = bytes.bytes.len().to_string().len().max(2);
    let columns = canvas.width.saturating_sub(label + 3);
    let mut lines = Vec::new();
    let (mut characters, mut hex, mut marks) = (String::new(), String::new(), String::new());
    let (mut start, mut at) = (0, 0);
    let mut rows = Vec::new();
    for glyph in &glyphs {
        let width = glyph.bytes.len() * 3;
        if hex.len() + width > columns {
            rows.push((start, std::mem::take(&mut characters), std::mem::take(&mut hex), std::mem::take(&mut marks)));
            start = at;
        }
        let before = if glyph.text.width() < 3 { " " } else { "" };
        characters.push_str(&super::padded(&format!("{before}{}", glyph.text), width));
        for (byte, differs) in &glyph.bytes {
            hex.push_str(&format!(" {byte:02x}"));
            marks.push_str(if *differs { " ~~" } else { "   " });
        }
        at += glyph.bytes.len();
    }
    rows.push((start, characters, hex, marks));
    for (start, characters, hex, marks) in rows.into_iter().filter(|(_, _, hex, _)| !hex.is_empty()) {
        let gutter = " ".repeat(label + 1);
        lines.push(vec![
            Span::new(Role::Plain, gutter.clone()),
            Span::new(Role::Reply, characters.trim_end().to_owned()),
        ]);
        lines.push(vec![
            Span::new(Role::Muted, super::to_the_right(&start.to_string(), label + 1)),
            Span::new(Role::Muted, hex),
        ]);
        if marks.contains('~') {
            lines.push(vec![Span::new(Role::Plain, gutter), Span::new(Role::Changed, marks.trim_end().to_owned())]);
        }
    }
    if bytes.rest > 0 || !bytes.label.text.chars().all(|c| c.is_ascii_graphic()) || bytes.bytes.is_empty() {
        let whole = vec![Span::new(Role::Reply, format!(" {}", canvas.fit(&bytes.label, canvas.width - 2)))];
        lines.insert(0, whole);
    }
    lines
}

fn bits(bytes: &Bytes, canvas: Canvas) -> Vec<Line> {
    let mut lines = vec![vec![Span::new(Role::Muted, " byte  hex  bits, the first at the left")]];
    for (index, (byte, differs)) in bytes.bytes.iter().take(MOST_IN_BITS).enumerate() {
        let mark = if *differs { '~' } else { ' ' };
        let role = if *differs { Role::Changed } else { Role::Reply };
        lines.push(vec![
            Span::new(role, format!(" {mark} {index:>2}")),
            Span::new(role, format!("   {byte:02x}  {:04b} {:04b}", byte >> 4, byte & 15)),
            Span::new(Role::Muted, format!("  bits {}{}{}", index * 8, canvas.either("–", "-"), index * 8 + 7)),
        ]);
    }
    let rest = bytes.bytes.len().saturating_sub(MOST_IN_BITS) + bytes.rest;
    if rest > 0 {
        lines.push(vec![Span::new(Role::Muted, format!("   {} {rest} more bytes", canvas.either("⋮", ":")))]);
    }
    let set = set_bits(bytes);
    if !set.is_empty() {
        let said = format!(" set: {}", set.iter().map(usize::to_string).collect::<Vec<_>>().join(", "));
        let more = if rest > 0 { ", and more" } else { "" };
        lines.push(vec![Span::new(
            Role::Plain,
            if said.width() < canvas.width { said + more } else { format!(" {} bits are set{more}", set.len()) },
        )]);
    }
    lines
}

/// The bits that are set in the bytes that are shown, as GETBIT counts them.
pub(super) fn set_bits(bytes: &Bytes) -> Vec<usize> {
    let shown = bytes.bytes.iter().take(MOST_IN_BITS).enumerate();
    shown
        .flat_map(|(index, (byte, _))| {
            (0..8).filter(move |bit| byte & (0x80 >> bit) != 0).map(move |bit| index * 8 + bit)
        })
        .collect()
}

/// As it is said.
pub(super) fn spoken(bytes: &Bytes) -> String {
    let hex: Vec<String> = bytes.bytes.iter().map(|(byte, _)| format!("{byte:02x}")).collect();
    let rest = if bytes.rest > 0 { format!(" and {} more", bytes.rest) } else { String::new() };
    if hex.is_empty() {
        return "It is empty.".into();
    }
    format!("{}. Its bytes: {}{rest}.", said(&bytes.label), hex.join(" "))
}
