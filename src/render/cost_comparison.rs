//! A comparison of the costs of two programs. It has a bar for each program and size of the data, all on the same
//! scale.

use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, layout_paragraph, pad_end, pad_start};
use crate::messages::counts::{self, counted};
use crate::messages::render as messages;
use crate::session::display::cost_comparison::{CostComparison, Measure, Size};
use crate::session::display::with_commas;

/// The width, in columns, below which the label for the size of the data is on a separate line.
const NARROW: usize = 60;

/// Lays out the charts, and the sentence about the programs' traffic below them.
pub fn layout(comparison: &CostComparison, style: Style) -> Vec<Line> {
    let mut lines = chart(&messages::wire_bytes_chart(), comparison, Measure::bytes, style);
    if varies_with_size(comparison, |took| took.traffic.round_trips) {
        lines.push(Vec::new());
        lines.extend(chart(&messages::round_trips_chart(), comparison, |took| took.traffic.round_trips, style));
    }
    if comparison.sizes.iter().any(|size| size.costs[0].memory != size.costs[1].memory) {
        lines.push(Vec::new());
        lines.extend(chart(&messages::memory_bytes_chart(), comparison, |took| took.memory, style));
    }
    if let Some(largest) = comparison.sizes.last() {
        lines.push(Vec::new());
        lines.extend(layout_paragraph(Role::Muted, traffic_sentence(comparison, largest), style));
    }
    lines
}

/// Describes how many commands and round trips each program needs.
fn traffic_sentence(comparison: &CostComparison, largest: &Size) -> String {
    let programs = comparison.titles.iter().zip(largest.costs).map(|(title, took)| {
        let commands = counted(took.traffic.commands, counts::one_command, |n| counts::commands(with_commas(n)));
        let round_trips =
            counted(took.traffic.round_trips, counts::one_round_trip, |n| counts::round_trips(with_commas(n)));
        messages::program_traffic(title, commands, round_trips)
    });
    let programs = programs.collect::<Vec<_>>().join("; ");
    let is_constant = !varies_with_size(comparison, |took| took.traffic.round_trips)
        && !varies_with_size(comparison, |took| took.traffic.commands);
    if is_constant {
        messages::traffic_each_time(programs)
    } else {
        messages::traffic_at_size(size_label(comparison, largest), programs)
    }
}

/// Returns whether `measure` varies with the size of the data for at least one of the two programs.
fn varies_with_size(comparison: &CostComparison, measure: impl Fn(&Measure) -> usize) -> bool {
    let mut pairs = comparison.sizes.windows(2);
    pairs.any(|pair| (0..2).any(|program| measure(&pair[0].costs[program]) != measure(&pair[1].costs[program])))
}

/// Returns the label for a size, with its unit, such as `1,000 fields`.
fn size_label(comparison: &CostComparison, size: &Size) -> String {
    format!("{} {}", with_commas(size.n as usize), comparison.unit)
}

fn chart(title: &str, comparison: &CostComparison, measure: impl Fn(&Measure) -> usize, style: Style) -> Vec<Line> {
    let values = || comparison.sizes.iter().flat_map(|size| size.costs.iter()).map(&measure);
    let largest = values().max().unwrap_or(0).max(1);
    let max_width = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| text.width()).max().unwrap_or(0);
    let label_column = max_width(&mut comparison.sizes.iter().map(|size| size_label(comparison, size)));
    let title_column = max_width(&mut comparison.titles.iter().cloned());
    let number_column = max_width(&mut values().map(with_commas));
    let is_narrow = style.width < NARROW;
    let indent = if is_narrow { 3 } else { 3 + label_column + 2 };
    let bar_column = style.width.saturating_sub(indent + title_column + 2 + number_column + 2).max(4);
    let mut lines = vec![vec![Span::new(Role::Strong, format!(" {title}"))]];
    for size in &comparison.sizes {
        let label = size_label(comparison, size);
        let programs = comparison.titles.iter().zip(&size.costs);
        if style.plain {
            let values = programs.map(|(title, took)| format!("{title} {}", with_commas(measure(took))));
            let text = format!("{label}: {}", values.collect::<Vec<_>>().join(", "));
            lines.extend(layout_paragraph(Role::Plain, text, style));
            continue;
        }
        if is_narrow {
            lines.push(vec![Span::new(Role::Plain, format!(" {label}"))]);
        }
        for (index, (title, took)) in programs.enumerate() {
            let value = measure(took);
            let label = if index == 0 { label.as_str() } else { "" };
            let before = if is_narrow { " ".repeat(3) } else { format!("   {}  ", pad_start(label, label_column)) };
            lines.push(vec![
                Span::new(Role::Plain, format!("{before}{}", pad_end(title, title_column + 2))),
                Span::new(Role::Code, bar(value, largest, bar_column, style)),
                Span::new(Role::Plain, format!(" {}", with_commas(value))),
            ]);
        }
    }
    lines
}

/// Draws the bar for a value. The bar for `largest` fills all columns, and a value above zero always has a visible bar.
fn bar(value: usize, largest: usize, columns: usize, style: Style) -> String {
    if style.ascii {
        return "#".repeat((value * columns).div_ceil(largest));
    }
    let eighths = (value * columns * 8).div_ceil(largest);
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    format!("{}{part}", "█".repeat(eighths / 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout_with_memory(memory: [usize; 2]) -> String {
        let costs = memory.map(|memory| Measure { memory, ..Measure::default() });
        let titles = ["set".to_owned(), "bitmap".to_owned()];
        let comparison = CostComparison { titles, unit: "people".into(), sizes: vec![Size { n: 10, costs }] };
        let style = Style { width: 60, ascii: true, plain: false, quoted: false };
        layout(&comparison, style).into_iter().flatten().map(|span| span.text + "\n").collect()
    }

    #[test]
    fn memory_has_a_chart_only_if_it_differs() {
        assert!(layout_with_memory([451_160, 2_080]).contains("451,160"));
        assert!(!layout_with_memory([64, 64]).contains("memory"));
    }
}
