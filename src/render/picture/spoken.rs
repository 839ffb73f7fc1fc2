//! Pictures as sentences and lists: for who listens to the screen.

use super::{part, said, text, time, when, wrapped};
use crate::markup::{self, Block, Line, Role, Span, Style, Text};
use crate::session::picture::{
    Body, Change, Element, Field, KeyPicture, Member, Overlap, Past, Picture, Piece, Ranked, Ttl,
};

pub(super) fn lines(picture: &Picture, style: Style) -> Vec<Line> {
    match picture {
        Picture::Key(picture) => key(picture, style),
        Picture::Overlap(overlap) => self::overlap(overlap, style),
    }
}

fn key(picture: &KeyPicture, style: Style) -> Vec<Line> {
    let (order, items) = match &picture.body {
        Body::Text(bytes) => {
            let mut items = vec![text::spoken(bytes)];
            if bytes.is_binary {
                let set: Vec<String> = text::set_bits(bytes).iter().map(usize::to_string).collect();
                items.push(format!("Of the first bytes, these bits are set: {}.", set.join(", ")));
            }
            if let Change::Was(was) = &bytes.change {
                items.push(format!("It was {}.", said(was)));
            }
            ("", items)
        }
        Body::Fields(fields) => ("", items(fields, field)),
        Body::Elements(elements) => (", from head to tail", items(elements, element)),
        Body::Members(members) => (", in no order", items(members, member)),
        Body::Ranking(ranking) => (", highest score first", items(&ranking.members, ranked)),
    };
    let mut lines = wrapped(&format!("{}{order}.", super::heading(picture)), Role::Strong, style);
    lines.extend(list(items, style));
    if let Some(ttl) = picture.ttl {
        lines.extend(wrapped(&format!("It {}.", expires(ttl)), Role::Plain, style));
    }
    if matches!(picture.past, Past::New | Past::Other(_)) {
        lines.extend(super::told(picture, style));
    }
    lines.extend(wrapped(&super::kept(picture), Role::Muted, style));
    lines
}

fn overlap(overlap: &Overlap, style: Style) -> Vec<Line> {
    let [left, right] = overlap.names.each_ref().map(said);
    let heads = [
        format!("Only in {left}: {}.", overlap.counts[0]),
        format!("In both {left} and {right}: {}.", overlap.counts[1]),
        format!("Only in {right}: {}.", overlap.counts[2]),
    ];
    let mut lines = Vec::new();
    for (head, region) in heads.iter().zip(&overlap.regions) {
        lines.extend(wrapped(head, Role::Strong, style));
        lines.extend(list(items(region, member), style));
    }
    if overlap.regions.iter().flatten().filter_map(part).any(|member| member.change != Change::Same) {
        lines.extend(wrapped(&format!("Came and went: {}.", when(overlap.since)), Role::Muted, style));
    }
    lines
}

fn list(items: Vec<String>, style: Style) -> Vec<Line> {
    if items.is_empty() {
        return Vec::new();
    }
    let items = items.into_iter().map(|item| vec![Span::new(Role::Reply, item)]).collect();
    markup::layout(&Text(vec![Block::List { numbered: false, items }]), None, style)
}

fn items<T>(pieces: &[Piece<T>], item: fn(&T) -> String) -> Vec<String> {
    let said = |piece: &Piece<T>| match piece {
        Piece::Part(part) => item(part),
        Piece::More(count) => format!("{count} more"),
    };
    pieces.iter().map(said).collect()
}

fn expires(ttl: Ttl) -> String {
    format!("expires in {} of {}", time(ttl.left_ms), time(ttl.whole_ms))
}

/// What became of a part, behind it.
fn became(change: &Change) -> String {
    match change {
        Change::Same => String::new(),
        Change::Added => ", came".into(),
        Change::Gone => ", went".into(),
        Change::Was(was) => format!(", was {}", said(was)),
    }
}

fn field(field: &Field) -> String {
    let ttl = field.ttl.map(|ttl| format!(", {}", expires(ttl))).unwrap_or_default();
    format!("{}: {}{}{ttl}", said(&field.name), said(&field.value), became(&field.change))
}

fn element(element: &Element) -> String {
    let place = element.place.map(|(head, tail)| format!("{head} or {tail}: ")).unwrap_or_default();
    format!("{place}{}{}", said(&element.label), became(&element.change))
}

fn member(member: &Member) -> String {
    format!("{}{}", said(&member.label), became(&member.change))
}

fn ranked(member: &Ranked) -> String {
    let ranks = member.ranks.map(|(top, below)| format!(", rank {top} from the top, {below} from below"));
    let rose = match member.rose {
        0 => String::new(),
        n @ 1.. => format!(", rose by {n}"),
        n => format!(", fell by {}", -n),
    };
    let tie = if member.ties { ", a tie" } else { "" };
    let ranks = ranks.unwrap_or_default();
    format!("{}: {}{}{ranks}{rose}{tie}", said(&member.label), member.shown_score, became(&member.change))
}
