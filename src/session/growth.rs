//! How what two programs cost grows with the data that they work on.

use super::event::Show;
use crate::lesson::evidence::Traffic;
use crate::lesson::format::Compare;
use crate::lesson::raced::Raced;
use crate::markup::parse;

/// What two programs took, for data of several sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    pub titles: [String; 2],
    /// What is counted: `fields`.
    pub of: String,
    pub sizes: Vec<Size>,
}

/// What the two programs took for one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    pub n: u32,
    pub took: [Measure; 2],
}

/// What is told of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    pub commands: usize,
    pub round_trips: usize,
    /// In both directions.
    pub bytes: usize,
}

/// What is shown of a comparison. `measured` are the left and the right program's traffic, for each size; `raced` is what
/// came of each program when several clients ran it at once, if that was asked for.
pub(super) fn shown(compare: &Compare, measured: &[Traffic], raced: &[Raced]) -> Show {
    if compare.grow.is_none() {
        return Show::Text(table(compare, measured, raced));
    }
    let measure = |traffic: &Traffic| Measure {
        commands: traffic.commands,
        round_trips: traffic.round_trips,
        bytes: traffic.sent + traffic.received,
    };
    let pairs = measured.chunks_exact(2).map(|pair| [measure(&pair[0]), measure(&pair[1])]);
    Show::Growth(Growth {
        titles: [compare.left.title.clone(), compare.right.title.clone()],
        of: compare.of.clone().unwrap_or_default(),
        sizes: compare.sizes().into_iter().zip(pairs).map(|(n, took)| Size { n, took }).collect(),
    })
}

/// The table of a comparison.
fn table(compare: &Compare, measured: &[Traffic], raced: &[Raced]) -> crate::markup::Text {
    let [left, right] = measured else { return crate::markup::Text::default() };
    let mut table = format!("| | {} | {} |\n|--|--|--|\n", compare.left.title, compare.right.title);
    let rows = [
        ("commands", left.commands, right.commands),
        ("round trips", left.round_trips, right.round_trips),
        ("bytes sent", left.sent, right.sent),
        ("bytes received", left.received, right.received),
    ];
    for (name, left, right) in rows {
        table.push_str(&format!("| {name} | {left} | {right} |\n"));
    }
    if let [left, right] = raced {
        table.push_str(&format!("| lost updates | {} | {} |\n", left.score(), right.score()));
        let clients = compare.clients();
        table.push_str(&format!(
            "\nLost updates: {clients} clients run it at once; in so many orders of their commands a change is lost.\n"
        ));
    }
    parse(&table)
}
