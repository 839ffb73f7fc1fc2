//! How what two programs cost grows with the data that they work on.

use super::event::Show;
use crate::lesson::evidence::Traffic;
use crate::lesson::format::Compare;
use crate::lesson::raced::RaceResult;
use crate::markup::parse;

/// What two programs took, for data of several sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostComparison {
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    pub traffic: Traffic,
    /// How many bytes more the keys take in Redis's memory than before it: MEMORY USAGE.
    pub memory: usize,
}

impl Measure {
    /// Bytes over the wire, in both directions.
    pub fn bytes(&self) -> usize {
        self.traffic.sent + self.traffic.received
    }
}

/// What is shown of a comparison. `measured` is what the left and the right program took, for each size; `raced` is what
/// came of each program when several clients ran it at once, if that was asked for.
pub(super) fn shown(compare: &Compare, measured: &[Measure], raced: &[RaceResult]) -> Show {
    if compare.grow.is_none() {
        return Show::Text(table(compare, measured, raced));
    }
    let pairs = measured.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
    Show::CostComparison(CostComparison {
        titles: [compare.left.title.clone(), compare.right.title.clone()],
        of: compare.of.clone().unwrap_or_default(),
        sizes: compare.sizes().into_iter().zip(pairs).map(|(n, took)| Size { n, took }).collect(),
    })
}

/// The table of a comparison.
fn table(compare: &Compare, measured: &[Measure], raced: &[RaceResult]) -> crate::markup::Text {
    let [left, right] = measured else { return crate::markup::Text::default() };
    let mut table = format!("| | {} | {} |\n|--|--|--|\n", compare.left.title, compare.right.title);
    let rows = [
        ("commands", left.traffic.commands, right.traffic.commands),
        ("round trips", left.traffic.round_trips, right.traffic.round_trips),
        ("bytes sent", left.traffic.sent, right.traffic.sent),
        ("bytes received", left.traffic.received, right.traffic.received),
        ("bytes of memory", left.memory, right.memory),
    ];
    // Programs that add the same are not compared by it.
    let told = if left.memory == right.memory { rows.len() - 1 } else { rows.len() };
    for (name, left, right) in rows.into_iter().take(told) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(memory: [usize; 2]) -> String {
        let compare = toml::from_str("left = { title = 'a', run = '' }\nright = { title = 'b', run = '' }").unwrap();
        format!("{:?}", shown(&compare, &memory.map(|memory| Measure { memory, ..Measure::default() }), &[]))
    }

    #[test]
    fn memory_is_told_where_it_differs() {
        assert!(told([4711, 12]).contains("4711"));
        assert!(!told([4711, 4711]).contains("4711"));
    }
}
