//! Pictures as sentences and lists, for a screen reader.

use super::ttl::format_ttl;
use super::{change_note, footer, heading, label_text, shown_part, since_text, sketch, stream, text};
use crate::markup::{self, Block, Line, Role, Span, Style, Text, layout_paragraph};
use crate::messages::render as messages;
use crate::session::picture::{
    Body, Change, Element, Entry, Field, KeyPicture, MapPlace, Member, Overlap, Picture, Piece, Previous, Ranked,
};

pub(super) fn layout(picture: &Picture, style: Style) -> Vec<Line> {
    match picture {
        Picture::Key(picture) => layout_key(picture, style),
        Picture::Overlap(overlap) => layout_overlap(overlap, style),
    }
}

fn layout_key(picture: &KeyPicture, style: Style) -> Vec<Line> {
    let heading = heading(picture);
    let (heading, items) = match &picture.body {
        Body::Text(bytes) => {
            let mut items = vec![text::spoken(bytes)];
            if bytes.is_binary {
                let positions: Vec<String> = text::set_bits(bytes).iter().map(usize::to_string).collect();
                items.push(messages::spoken_set_bits(positions.join(", ")));
            }
            if let Change::ChangedFrom(old) = &bytes.change {
                items.push(messages::spoken_old_string(label_text(old)));
            }
            (format!("{heading}."), items)
        }
        Body::Fields(fields) => (format!("{heading}."), describe_pieces(fields, describe_field)),
        Body::Elements(elements) => {
            (messages::spoken_list_heading(heading), describe_pieces(elements, describe_element))
        }
        Body::Members(members) => (messages::spoken_set_heading(heading), describe_pieces(members, describe_member)),
        Body::Ranking(ranking) => {
            (messages::spoken_ranking_heading(heading), describe_pieces(&ranking.members, describe_ranked_member))
        }
        Body::Stream(stream) => {
            let mut items = describe_pieces(&stream.entries, describe_entry);
            for group in &stream.groups {
                items.push(format!("{}{}", stream::group_text(group), describe_change(&group.change)));
                items.extend(group.consumers.iter().map(stream::consumer_text));
            }
            (messages::spoken_stream_heading(heading), items)
        }
        Body::Sketch(sketch) => (format!("{heading}."), sketch::spoken(sketch)),
        Body::Map(map) => (messages::spoken_map_heading(heading), describe_pieces(&map.places, describe_place)),
    };
    let mut lines = layout_paragraph(Role::Strong, heading, style);
    lines.extend(layout_list(items, style));
    if let Some(ttl) = picture.ttl {
        let text = messages::spoken_expires_in(format_ttl(ttl.left_ms), format_ttl(ttl.whole_ms));
        lines.extend(layout_paragraph(Role::Plain, text, style));
    }
    if matches!(picture.previous, Previous::Missing | Previous::OtherType(_)) {
        lines.extend(change_note(picture, style));
    }
    lines.extend(layout_paragraph(Role::Muted, footer(picture), style));
    lines
}

fn layout_overlap(overlap: &Overlap, style: Style) -> Vec<Line> {
    let [left, right] = overlap.names.each_ref().map(label_text);
    let headings = [
        messages::spoken_only_in(&left, overlap.counts[0]),
        messages::spoken_in_both(&left, &right, overlap.counts[1]),
        messages::spoken_only_in(&right, overlap.counts[2]),
    ];
    let mut lines = Vec::new();
    for (heading, region) in headings.into_iter().zip(&overlap.regions) {
        lines.extend(layout_paragraph(Role::Strong, heading, style));
        lines.extend(layout_list(describe_pieces(region, describe_member), style));
    }
    let mut members = overlap.regions.iter().flatten().filter_map(shown_part);
    if members.any(|member| member.change != Change::Same) {
        lines.extend(layout_paragraph(Role::Muted, messages::spoken_changes(since_text(overlap.since)), style));
    }
    lines
}

fn layout_list(items: Vec<String>, style: Style) -> Vec<Line> {
    if items.is_empty() {
        return Vec::new();
    }
    let items = items.into_iter().map(|item| vec![Span::new(Role::Reply, item)]).collect();
    markup::layout(&Text(vec![Block::List { numbered: false, items }]), None, style)
}

fn describe_pieces<T>(pieces: &[Piece<T>], describe: fn(&T) -> String) -> Vec<String> {
    let text = |piece: &Piece<T>| match piece {
        Piece::Part(part) => describe(part),
        Piece::More(count) => messages::more_parts(count),
    };
    pieces.iter().map(text).collect()
}

/// Returns the clause about a change, which follows the description of what has changed.
fn describe_change(change: &Change) -> String {
    match change {
        Change::Same => String::new(),
        Change::Added => messages::spoken_added(),
        Change::Gone => messages::spoken_removed(),
        Change::ChangedFrom(old) => messages::spoken_old_value(label_text(old)),
    }
}

fn describe_field(field: &Field) -> String {
    let ttl = field.ttl.map(|ttl| messages::expires_in(format_ttl(ttl.left_ms), format_ttl(ttl.whole_ms)));
    let ttl = ttl.map(|ttl| format!(", {ttl}")).unwrap_or_default();
    format!("{}: {}{}{ttl}", label_text(&field.name), label_text(&field.value), describe_change(&field.change))
}

fn describe_element(element: &Element) -> String {
    let indices = element.place.map(|(head, tail)| messages::spoken_indices(head, tail)).unwrap_or_default();
    format!("{indices}{}{}", label_text(&element.label), describe_change(&element.change))
}

fn describe_entry(entry: &Entry) -> String {
    format!("{}: {}{}", entry.id, stream::entry_text(entry), describe_change(&entry.change))
}

fn describe_member(member: &Member) -> String {
    format!("{}{}", label_text(&member.label), describe_change(&member.change))
}

fn describe_place(place: &MapPlace) -> String {
    format!("{}: {}{}", label_text(&place.label), place.shown_position, describe_change(&place.change))
}

fn describe_ranked_member(member: &Ranked) -> String {
    let ranks = member.ranks.map(|(top, bottom)| messages::spoken_ranks(top, bottom)).unwrap_or_default();
    let moved = match member.rose {
        0 => String::new(),
        n @ 1.. => messages::spoken_rose(n),
        n => messages::spoken_fell(-n),
    };
    let tie = if member.ties { messages::spoken_tie() } else { String::new() };
    let (name, change) = (label_text(&member.label), describe_change(&member.change));
    format!("{name}: {}{change}{ranks}{moved}{tie}", member.shown_score)
}
