//! A sorted set: ranks, scores, and bars for the scores.

use unicode_width::UnicodeWidthStr as _;

use super::{Canvas, mark, more, padded, part, role, to_the_right};
use crate::markup::{Line, Role, Span};
use crate::session::picture::{Change, Piece, Ranked, Ranking};

/// The widest column of members.
const WIDEST_MEMBER: usize = 24;

const LONGEST_BAR: usize = 40;

/// Shorter bars say nothing.
const SHORTEST_BAR: usize = 4;

pub(super) fn lines(ranking: &Ranking, canvas: Canvas) -> Vec<Line> {
    let members = || ranking.members.iter().filter_map(part);
    let widest = |text: fn(&Ranked) -> usize| members().map(text).max().unwrap_or(0);
    let member_column = widest(|member| member.label.text.width()).clamp(6, WIDEST_MEMBER.min(canvas.width / 3));
    let score_column = widest(|member| member.shown_score.len()).max(5);
    let rank_column = widest(|member| member.ranks.map_or(0, |(top, below)| top.max(below)).to_string().len()).max(4);
    let remarks = members().map(|member| remark(member, canvas).width()).max().unwrap_or(0);
    let used = 3 + 2 * (rank_column + 1) + 1 + member_column + 2 + score_column + 1;
    // Where there is no room for both behind the score, the remarks get lines of their own.
    let beside = canvas.width.saturating_sub(used + 1);
    let is_beside = remarks == 0 || beside > remarks + SHORTEST_BAR;
    let bar_column = if is_beside { beside.saturating_sub(remarks + 1) } else { beside }.min(LONGEST_BAR);
    let bar_column = if bar_column < SHORTEST_BAR { 0 } else { bar_column };
    let head = format!(
        "   {} {}  {}  {}",
        to_the_right("rev", rank_column),
        to_the_right("rank", rank_column),
        padded("member", member_column),
        to_the_right("score", score_column)
    );
    let mut lines = vec![vec![Span::new(Role::Muted, head)]];
    for piece in &ranking.members {
        let member = match piece {
            Piece::Part(member) => member,
            Piece::More(count) => {
                lines.push(more(*count, canvas));
                continue;
            }
        };
        let (top, below) =
            member.ranks.map_or_else(Default::default, |(top, below)| (top.to_string(), below.to_string()));
        let role = role(&member.change);
        let name_role = if member.change == Change::Same { Role::Code } else { role };
        let mut line = vec![
            Span::new(role, format!(" {} ", mark(&member.change))),
            Span::new(
                Role::Muted,
                format!("{} {}  ", to_the_right(&top, rank_column), to_the_right(&below, rank_column)),
            ),
            Span::new(name_role, padded(&canvas.fit(&member.label, member_column), member_column)),
            Span::new(role, format!("  {} ", to_the_right(&member.shown_score, score_column))),
        ];
        if bar_column > 0 && member.ranks.is_some() {
            line.push(Span::new(Role::Bar, canvas.bar(share(member.score, ranking.scale), bar_column)));
        }
        let remark = remark(member, canvas);
        let role = if member.rose == 0 && role == Role::Reply { Role::Muted } else { Role::Changed };
        if is_beside && !remark.is_empty() {
            line.push(Span::new(role, format!(" {remark}")));
        }
        lines.push(line);
        if !is_beside && !remark.is_empty() {
            lines.push(vec![Span::new(role, format!("{}{remark}", " ".repeat(2 * rank_column + 6)))]);
        }
    }
    let (low, _) = ranking.scale;
    if low > 0.0 && bar_column > 0 {
        let [from, to] = &ranking.shown_scale;
        let dash = canvas.either("–", "-");
        let said = format!("bars: {from} {dash} {to}, not from zero");
        lines.extend(super::wrapped(&said, Role::Muted, canvas.style()));
    }
    lines
}

/// How much of a bar a score fills.
fn share(score: f64, (low, high): (f64, f64)) -> f64 {
    if score.is_infinite() {
        return if score > 0.0 { 1.0 } else { 0.0 };
    }
    if high > low { (score - low) / (high - low) } else { 0.0 }
}

/// What is to be said behind a bar: what the score was, where the member moved, whether it ties.
fn remark(member: &Ranked, canvas: Canvas) -> String {
    let mut remarks = Vec::new();
    if let Change::Was(was) = &member.change {
        remarks.push(format!("was {}", was.text));
    }
    match member.rose {
        0 => {}
        n @ 1.. => remarks.push(format!("{}{n}", canvas.either("↑", "^"))),
        n => remarks.push(format!("{}{}", canvas.either("↓", "v"), -n)),
    }
    if member.ties {
        remarks.push("tie".to_owned());
    }
    remarks.join(" ")
}
