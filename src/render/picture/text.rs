//! The picture of a string: its characters above their bytes, or the bits of a binary string.

use super::{label_text, more_line, truncate_label};
use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, first_hidden, pad_end, pad_start};
use crate::messages::render as messages;
use crate::session::picture::{Bytes, Change};

/// Maximum number of bytes whose bits are shown in the picture of a binary string.
const MAX_BYTES_AS_BITS: usize = 8;

pub(super) fn layout(bytes: &Bytes, style: Style) -> Vec<Line> {
    let mut lines = if bytes.is_binary { layout_bits(bytes, style) } else { layout_characters(bytes, style) };
    if bytes.rest > 0 && !bytes.is_binary {
        lines.push(more_line(&messages::more_bytes(bytes.rest), style));
    }
    if let Change::ChangedFrom(old) = &bytes.change {
        let old = truncate_label(old, style.width.saturating_sub(8), style);
        lines.push(vec![Span::new(Role::Changed, format!(" ~ {}", messages::was(old)))]);
    }
    lines
}

/// A character with its bytes, or bytes that are not a complete character.
struct Glyph {
    text: String,
    /// The bytes. Each has a flag that tells whether it differs from the old value.
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
                c => Some(c.to_string()).filter(|c| first_hidden(c).is_none() && c.width() > 0).unwrap_or_default(),
            };
            glyphs.push(Glyph { text, bytes: bytes[at..at + c.len_utf8()].to_vec() });
            at += c.len_utf8();
        }
        // These bytes are invalid UTF-8, or the start of a character whose remaining bytes are not shown. They are
        // shown without a character above them.
        let cut = chunk.invalid().len();
        if cut > 0 {
            glyphs.push(Glyph { text: String::new(), bytes: bytes[at..at + cut].to_vec() });
            at += cut;
        }
    }
    glyphs
}

/// Lays out rows of characters, each above its bytes in hexadecimal. Changed bytes are marked below.
fn layout_characters(bytes: &Bytes, style: Style) -> Vec<Line> {
    let glyphs = glyphs(&bytes.bytes);
    let offset_column = bytes.bytes.len().to_string().len().max(2);
    let columns = style.width.saturating_sub(offset_column + 3);
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
        characters.push_str(&pad_end(&format!("{before}{}", glyph.text), width));
        for (byte, differs) in &glyph.bytes {
            hex.push_str(&format!(" {byte:02x}"));
            marks.push_str(if *differs { " ~~" } else { "   " });
        }
        at += glyph.bytes.len();
    }
    rows.push((start, characters, hex, marks));
    for (start, characters, hex, marks) in rows.into_iter().filter(|(_, _, hex, _)| !hex.is_empty()) {
        let gutter = " ".repeat(offset_column + 1);
        lines.push(vec![
            Span::new(Role::Plain, gutter.clone()),
            Span::new(Role::Reply, characters.trim_end().to_owned()),
        ]);
        lines.push(vec![
            Span::new(Role::Muted, pad_start(&start.to_string(), offset_column + 1)),
            Span::new(Role::Muted, hex),
        ]);
        if marks.contains('~') {
            lines.push(vec![Span::new(Role::Plain, gutter), Span::new(Role::Changed, marks.trim_end().to_owned())]);
        }
    }
    if bytes.rest > 0 || !bytes.label.text.chars().all(|c| c.is_ascii_graphic()) || bytes.bytes.is_empty() {
        let whole = vec![Span::new(Role::Reply, format!(" {}", truncate_label(&bytes.label, style.width - 2, style)))];
        lines.insert(0, whole);
    }
    lines
}

/// Lays out one line for each byte, with the byte's bits.
fn layout_bits(bytes: &Bytes, style: Style) -> Vec<Line> {
    let mut lines = vec![vec![Span::new(Role::Muted, format!(" {}", messages::bits_header()))]];
    for (index, (byte, differs)) in bytes.bytes.iter().take(MAX_BYTES_AS_BITS).enumerate() {
        let mark = if *differs { '~' } else { ' ' };
        let role = if *differs { Role::Changed } else { Role::Reply };
        lines.push(vec![
            Span::new(role, format!(" {mark} {index:>2}")),
            Span::new(role, format!("   {byte:02x}  {:04b} {:04b}", byte >> 4, byte & 15)),
            Span::new(
                Role::Muted,
                format!("  {}", messages::bit_range(index * 8, style.choose("–", "-"), index * 8 + 7)),
            ),
        ]);
    }
    let rest = bytes.bytes.len().saturating_sub(MAX_BYTES_AS_BITS) + bytes.rest;
    if rest > 0 {
        lines.push(more_line(&messages::more_bytes(rest), style));
    }
    let set = set_bits(bytes);
    if !set.is_empty() {
        let positions = set.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        let fits = messages::set_bits(&positions).width() + 1 < style.width;
        let text = match (fits, rest > 0) {
            (true, false) => messages::set_bits(positions),
            (true, true) => messages::set_bits_and_more(positions),
            (false, false) => messages::set_bits_count(set.len()),
            (false, true) => messages::set_bits_count_and_more(set.len()),
        };
        lines.push(vec![Span::new(Role::Plain, format!(" {text}"))]);
    }
    lines
}

/// Returns the offsets of the set bits in the bytes that are shown, in the numbering of GETBIT.
pub(super) fn set_bits(bytes: &Bytes) -> Vec<usize> {
    let shown = bytes.bytes.iter().take(MAX_BYTES_AS_BITS).enumerate();
    shown
        .flat_map(|(index, (byte, _))| {
            (0..8).filter(move |bit| byte & (0x80 >> bit) != 0).map(move |bit| index * 8 + bit)
        })
        .collect()
}

/// Describes the text and the bytes of a string for a screen reader.
pub(super) fn spoken(bytes: &Bytes) -> String {
    let hex: Vec<String> = bytes.bytes.iter().map(|(byte, _)| format!("{byte:02x}")).collect();
    let (text, hex) = (label_text(&bytes.label), hex.join(" "));
    match bytes.rest {
        _ if hex.is_empty() => messages::spoken_empty_string(),
        0 => messages::spoken_bytes(text, hex),
        rest => messages::spoken_bytes_and_more(text, hex, rest),
    }
}
