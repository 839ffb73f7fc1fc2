//! The picture of a sorted set: its members with ranks, scores and a bar for each score.

use super::{bar, change_mark, change_role, more_line, shown_part, truncate_label};
use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, layout_paragraph, pad_end, pad_start};
use crate::messages::render as messages;
use crate::session::picture::{Change, Piece, Ranked, Ranking};

/// The maximum width of the member column, in terminal columns.
const MAX_MEMBER: usize = 24;

/// The maximum width of a bar, in columns.
const MAX_BAR: usize = 40;

/// The minimum width of a bar, in columns. Bars with less room are left out.
const MIN_BAR: usize = 4;

pub(super) fn layout(ranking: &Ranking, style: Style) -> Vec<Line> {
    let members = || ranking.members.iter().filter_map(shown_part);
    let max_width = |text: fn(&Ranked) -> usize| members().map(text).max().unwrap_or(0);
    let member_column = max_width(|member| member.label.text.width()).clamp(6, MAX_MEMBER.min(style.width / 3));
    let score_column = max_width(|member| member.shown_score.len()).max(5);
    let rank_column =
        max_width(|member| member.ranks.map_or(0, |(top, below)| top.max(below)).to_string().len()).max(4);
    let remarks = members().map(|member| remark(member, style).width()).max().unwrap_or(0);
    let used = 3 + 2 * (rank_column + 1) + 1 + member_column + 2 + score_column + 1;
    // If there is no room for both a bar and a remark after the score, each remark is on a separate line.
    let room = style.width.saturating_sub(used + 1);
    let is_beside = remarks == 0 || room > remarks + MIN_BAR;
    let bar_column = if is_beside { room.saturating_sub(remarks + 1) } else { room }.min(MAX_BAR);
    let bar_column = if bar_column < MIN_BAR { 0 } else { bar_column };
    let header = format!(
        "   {} {}  {}  {}",
        pad_start(&messages::reverse_rank_column(), rank_column),
        pad_start(&messages::rank_column(), rank_column),
        pad_end(&messages::member_column(), member_column),
        pad_start(&messages::score_column(), score_column)
    );
    let mut lines = vec![vec![Span::new(Role::Muted, header)]];
    for piece in &ranking.members {
        let member = match piece {
            Piece::Part(member) => member,
            Piece::More(count) => {
                lines.push(more_line(&messages::more_parts(count), style));
                continue;
            }
        };
        let (top, below) =
            member.ranks.map_or_else(Default::default, |(top, below)| (top.to_string(), below.to_string()));
        let role = change_role(&member.change);
        let name_role = if member.change == Change::Same { Role::Code } else { role };
        let mut line = vec![
            Span::new(role, format!(" {} ", change_mark(&member.change))),
            Span::new(Role::Muted, format!("{} {}  ", pad_start(&top, rank_column), pad_start(&below, rank_column))),
            Span::new(name_role, pad_end(&truncate_label(&member.label, member_column, style), member_column)),
            Span::new(role, format!("  {} ", pad_start(&member.shown_score, score_column))),
        ];
        if bar_column > 0 && member.ranks.is_some() {
            line.push(Span::new(Role::Bar, bar(bar_share(member.score, ranking.scale), bar_column, style)));
        }
        let remark = remark(member, style);
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
        let dash = style.choose("–", "-");
        lines.extend(layout_paragraph(Role::Muted, messages::bars_scale(from, dash, to), style));
    }
    lines
}

/// Returns the share of the bar column that the bar for a score fills, from 0 to 1. `low` and `high` are the scores of
/// an empty bar and a full bar.
fn bar_share(score: f64, (low, high): (f64, f64)) -> f64 {
    if score.is_infinite() {
        return if score > 0.0 { 1.0 } else { 0.0 };
    }
    if high > low { (score - low) / (high - low) } else { 0.0 }
}

/// Returns the remark after a bar: the old score, how many ranks the member moved, and whether its score ties with
/// another.
fn remark(member: &Ranked, style: Style) -> String {
    let mut remarks = Vec::new();
    if let Change::ChangedFrom(old) = &member.change {
        remarks.push(messages::was(&old.text));
    }
    match member.rose {
        0 => {}
        n @ 1.. => remarks.push(format!("{}{n}", style.choose("↑", "^"))),
        n => remarks.push(format!("{}{}", style.choose("↓", "v"), -n)),
    }
    if member.ties {
        remarks.push(messages::tie());
    }
    remarks.join(" ")
}
