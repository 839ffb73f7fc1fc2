//! Who sent what when: a lane for each client, and time from top to bottom.

use unicode_width::UnicodeWidthStr as _;

use crate::markup::{Line, Role, Span, Style};

/// The columns for the number of a turn, and between two lanes.
const NUMBER: usize = 4;
const BETWEEN: usize = 2;

/// The narrowest lane that reads well, in columns.
const NARROWEST: usize = 22;

/// Lays turns out: who (an index of `names`), what was sent, what was got. Where lanes are too narrow, or are not to be drawn,
/// the turns stand below one another.
pub fn layout(names: &[String], turns: &[(usize, &str, &str)], style: Style) -> Vec<Line> {
    let lane = style.width.saturating_sub(NUMBER) / names.len().max(1);
    let room = lane.saturating_sub(BETWEEN);
    let cells: Vec<_> = turns.iter().map(|turn| cell(turn, room, style)).collect();
    let fits = cells.iter().flatten().all(|line| width(line) <= room);
    if style.plain || !fits || room < NARROWEST {
        return listed(names, turns, style);
    }
    let mut head = String::from("    ");
    for name in names {
        head.push_str(&format!("{name:<lane$}"));
    }
    let mut lines = vec![vec![Span::new(Role::Title, head.trim_end())]];
    for (index, ((who, ..), cell)) in turns.iter().zip(cells).enumerate() {
        for (row, spans) in cell.into_iter().enumerate() {
            let number = if row == 0 { format!("{:>2}", index + 1) } else { String::new() };
            let mut line = vec![
                Span::new(Role::Muted, format!("{number:<NUMBER$}")),
                Span::new(Role::Plain, " ".repeat(who * lane)),
            ];
            line.extend(spans);
            lines.push(line);
        }
    }
    lines
}

/// A turn within a lane: on one line if there is room, else the reply below, and long ones broken between words.
fn cell((_, sent, got): &(usize, &str, &str), room: usize, style: Style) -> Vec<Line> {
    let got = answer(sent, got, style);
    if !sent.is_empty() && sent.width() + 1 + got.width() <= room {
        return vec![vec![Span::new(Role::Code, *sent), Span::new(Role::Plain, " "), Span::new(Role::Reply, got)]];
    }
    let indent = if sent.is_empty() { "" } else { "  " };
    let mut lines: Vec<Line> = broken(sent, room).into_iter().map(|part| vec![Span::new(Role::Code, part)]).collect();
    let got = broken(&got, room.saturating_sub(indent.len())).into_iter();
    lines.extend(got.map(|part| vec![Span::new(Role::Plain, indent), Span::new(Role::Reply, part)]));
    lines
}

/// A text in lines of so many columns; a word that is longer stays whole.
fn broken(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn answer(sent: &str, got: &str, style: Style) -> String {
    let arrow = if style.ascii { "->" } else { "→" };
    match got {
        "" => "waits".into(),
        ended if sent.is_empty() && ended.starts_with("ends: ") => ended.into(),
        got => format!("{arrow} {got}"),
    }
}

fn listed(names: &[String], turns: &[(usize, &str, &str)], style: Style) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, turn) in turns.iter().enumerate() {
        let (who, sent, got) = *turn;
        let name = names.get(who).map_or("", String::as_str);
        let got = Span::new(Role::Reply, answer(sent, got, style));
        let mut line =
            vec![Span::new(Role::Muted, format!("{:>3}. ", index + 1)), Span::new(Role::Title, format!("{name}:"))];
        let used: usize = width(&line);
        line.push(Span::new(Role::Plain, " "));
        if !sent.is_empty() {
            line.push(Span::new(Role::Code, sent));
            if used + 1 + sent.width() + 1 + got.text.width() > style.width {
                lines.push(std::mem::replace(&mut line, vec![Span::new(Role::Plain, "    ")]));
            }
            line.push(Span::new(Role::Plain, " "));
        }
        line.push(got);
        lines.push(line);
    }
    lines
}

fn width(line: &[Span]) -> usize {
    line.iter().map(|span| span.text.width()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::plain;

    const STYLE: Style = Style { width: 50, ascii: false, plain: false, quoted: false };

    fn laid_out(style: Style) -> String {
        let names = ["ann".to_owned(), "bob".to_owned()];
        let turns = [
            (0, "GET k", "b'1'"),
            (1, "BLPOP queue:of:many 0", ""),
            (0, "RPUSH queue:of:many x", "1"),
            (1, "", "[b'queue:of:many', b'x']"),
            (0, "", "ends: KeyError: 1"),
        ];
        let lines: Vec<_> =
            layout(&names, &turns, style).iter().map(|line| plain(line).trim_end().to_owned()).collect();
        lines.join("\n")
    }

    #[test]
    fn each_client_has_a_lane_if_there_is_room() {
        let lanes = "    ann                         bob
 1  GET k → b'1'
 2                              BLPOP queue:of:many 0
                                  waits
 3  RPUSH queue:of:many x → 1
 4                              → [b'queue:of:many', b'x']
 5  ends: KeyError: 1";
        assert_eq!(laid_out(Style { width: 60, ..STYLE }), lanes);
    }

    #[test]
    fn without_room_or_lines_the_turns_are_listed() {
        let narrow = "  1. ann: GET k → b'1'
  2. bob: BLPOP queue:of:many 0
     waits
  3. ann: RPUSH queue:of:many x → 1
  4. bob: → [b'queue:of:many', b'x']
  5. ann: ends: KeyError: 1";
        assert_eq!(laid_out(Style { width: 36, ..STYLE }), narrow);
        let plain = "  1. ann: GET k -> b'1'
  2. bob: BLPOP queue:of:many 0 waits
  3. ann: RPUSH queue:of:many x -> 1
  4. bob: -> [b'queue:of:many', b'x']
  5. ann: ends: KeyError: 1";
        assert_eq!(laid_out(Style { width: 60, plain: true, ascii: true, ..STYLE }), plain);
    }
}
