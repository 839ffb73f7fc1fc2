//! Formats the result of comparing two programs in a step.

use crate::lesson::format::Compare;
use crate::lesson::race_result::RaceResult;
use crate::markup::{Text, parse};
use crate::messages::lesson_run as messages;
use crate::session::display::cost_comparison::{CostComparison, Measure, Size};
use crate::session::event::Show;

/// Returns the comparison to show. `measured` contains the costs of the left and the right program for each size.
/// `raced` contains the race results of both programs if the step asks for races, and is otherwise empty.
pub(super) fn comparison(compare: &Compare, measured: &[Measure], raced: &[RaceResult]) -> Show {
    if compare.grow.is_none() {
        return Show::Text(table(compare, measured, raced));
    }
    let pairs = measured.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
    Show::CostComparison(CostComparison {
        titles: [compare.left.title.clone(), compare.right.title.clone()],
        unit: compare.of.clone().unwrap_or_default(),
        sizes: compare.sizes().into_iter().zip(pairs).map(|(n, costs)| Size { n, costs }).collect(),
    })
}

/// Returns a table that compares the two programs for a single size.
fn table(compare: &Compare, measured: &[Measure], raced: &[RaceResult]) -> Text {
    let [left, right] = measured else { return Text::default() };
    let mut table = format!("| | {} | {} |\n|--|--|--|\n", compare.left.title, compare.right.title);
    let rows = [
        (messages::commands_row(), left.traffic.commands, right.traffic.commands),
        (messages::round_trips_row(), left.traffic.round_trips, right.traffic.round_trips),
        (messages::bytes_sent_row(), left.traffic.sent, right.traffic.sent),
        (messages::bytes_received_row(), left.traffic.received, right.traffic.received),
        (messages::memory_row(), left.memory, right.memory),
    ];
    // The row for memory comes last. It is omitted if both programs add the same amount.
    let count = if left.memory == right.memory { rows.len() - 1 } else { rows.len() };
    for (name, left, right) in rows.into_iter().take(count) {
        table.push_str(&format!("| {name} | {left} | {right} |\n"));
    }
    if let [left, right] = raced {
        let name = messages::lost_updates_row();
        table.push_str(&format!("| {name} | {} | {} |\n", left.score(), right.score()));
        table.push_str(&format!("\n{}\n", messages::lost_updates_note(compare.clients())));
    }
    parse(&table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table_for(memory: [usize; 2]) -> String {
        let compare = toml::from_str("left = { title = 'a', run = '' }\nright = { title = 'b', run = '' }").unwrap();
        format!("{:?}", comparison(&compare, &memory.map(|memory| Measure { memory, ..Measure::default() }), &[]))
    }

    #[test]
    fn memory_is_in_the_table_where_it_differs() {
        assert!(table_for([4711, 12]).contains("4711"));
        assert!(!table_for([4711, 4711]).contains("4711"));
    }
}
