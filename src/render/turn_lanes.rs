//! The turns of a race: a lane (column) for each client, with time running from top to bottom.

use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, line_width, pad_end};
use crate::messages::render as messages;
use crate::session::event::{Turn, TurnOutcome};

/// The width of the turn-number column, in terminal columns.
const NUMBER: usize = 4;

/// The space between two lanes, in columns.
const BETWEEN: usize = 2;

/// The minimum width of a lane, in columns.
const MIN_LANE: usize = 22;

/// Lays out the turns in one lane for each name in `names`. If the lanes would be too narrow, or in plain style, the
/// turns are listed one below the other.
pub fn layout(names: &[String], turns: &[Turn], style: Style) -> Vec<Line> {
    let lane = style.width.saturating_sub(NUMBER) / names.len().max(1);
    let room = lane.saturating_sub(BETWEEN);
    let cells: Vec<_> = turns.iter().map(|turn| layout_cell(turn, room, style)).collect();
    let fits = cells.iter().flatten().all(|line| line_width(line) <= room);
    if style.plain || !fits || room < MIN_LANE {
        return layout_list(names, turns, style);
    }
    let mut header = " ".repeat(NUMBER);
    for name in names {
        header.push_str(&pad_end(name, lane));
    }
    let mut lines = vec![vec![Span::new(Role::Title, header.trim_end())]];
    for (index, (turn, cell)) in turns.iter().zip(cells).enumerate() {
        for (row, spans) in cell.into_iter().enumerate() {
            let number = if row == 0 { format!("{:>2}", index + 1) } else { String::new() };
            let mut line = vec![
                Span::new(Role::Muted, pad_end(&number, NUMBER)),
                Span::new(Role::Plain, " ".repeat(turn.who * lane)),
            ];
            line.extend(spans);
            lines.push(line);
        }
    }
    lines
}

/// Lays out a turn within a lane. If it does not fit on one line, the reply goes below the command. Long lines are
/// broken between words.
fn layout_cell(turn: &Turn, room: usize, style: Style) -> Vec<Line> {
    let sent = turn.sent.as_str();
    let reply = outcome_text(&turn.outcome, style);
    if !sent.is_empty() && sent.width() + 1 + reply.width() <= room {
        return vec![vec![Span::new(Role::Code, sent), Span::new(Role::Plain, " "), Span::new(Role::Reply, reply)]];
    }
    let indent = if sent.is_empty() { "" } else { "  " };
    let sent = break_lines(sent, room).into_iter().map(|part| vec![Span::new(Role::Code, part)]);
    let reply = break_lines(&reply, room.saturating_sub(indent.len())).into_iter();
    sent.chain(reply.map(|part| vec![Span::new(Role::Plain, indent), Span::new(Role::Reply, part)])).collect()
}

/// Breaks text into lines of a given width. A word that is longer than a line is not broken.
fn break_lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Describes the outcome of a turn: the reply after an arrow, a note that the client is waiting, or the error that
/// ended the program.
fn outcome_text(outcome: &TurnOutcome, style: Style) -> String {
    match outcome {
        TurnOutcome::Waits => messages::turn_waits(),
        TurnOutcome::Answered(reply) => format!("{} {reply}", style.choose("→", "->")),
        TurnOutcome::Ended(error) => messages::program_ends(error),
    }
}

/// Lays out one line for each turn, or two lines if the reply does not fit on the first.
fn layout_list(names: &[String], turns: &[Turn], style: Style) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, turn) in turns.iter().enumerate() {
        let name = names.get(turn.who).map_or("", String::as_str);
        let sent = turn.sent.as_str();
        let reply = Span::new(Role::Reply, outcome_text(&turn.outcome, style));
        let mut line =
            vec![Span::new(Role::Muted, format!("{:>3}. ", index + 1)), Span::new(Role::Title, format!("{name}:"))];
        let used = line_width(&line);
        line.push(Span::new(Role::Plain, " "));
        if !sent.is_empty() {
            line.push(Span::new(Role::Code, sent));
            if used + 1 + sent.width() + 1 + reply.text.width() > style.width {
                lines.push(std::mem::replace(&mut line, vec![Span::new(Role::Plain, "    ")]));
            }
            line.push(Span::new(Role::Plain, " "));
        }
        line.push(reply);
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::plain_text;

    const STYLE: Style = Style { width: 50, ascii: false, plain: false, quoted: false };

    fn laid_out(style: Style) -> String {
        let names = ["ann".to_owned(), "bob".to_owned()];
        let answered = |reply: &str| TurnOutcome::Answered(reply.into());
        let turns = [
            (0, "GET k", answered("b'1'")),
            (1, "BLPOP queue:of:many 0", TurnOutcome::Waits),
            (0, "RPUSH queue:of:many x", answered("1")),
            (1, "", answered("[b'queue:of:many', b'x']")),
            (0, "", TurnOutcome::Ended("KeyError: 1".into())),
        ];
        let turns = turns.map(|(who, sent, outcome)| Turn { who, sent: sent.into(), outcome });
        let lines: Vec<_> =
            layout(&names, &turns, style).iter().map(|line| plain_text(line).trim_end().to_owned()).collect();
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
    fn turns_are_listed_where_there_is_no_room_and_in_plain_style() {
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
