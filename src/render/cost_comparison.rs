//! CostComparison, drawn: a bar for each program and size, all to one scale.

use unicode_width::UnicodeWidthStr as _;

use crate::markup::{Line, Role, Span, Style, Text, layout};
use crate::session::cost_comparison::{CostComparison, Measure, Size};

/// Where the terminal is narrower than this, a size has a line of its own.
const NARROW: usize = 60;

/// All of it, line by line.
pub fn lines(cost_comparison: &CostComparison, style: Style) -> Vec<Line> {
    let mut lines = chart("Bytes over the wire, out and in", cost_comparison, Measure::bytes, style);
    if varies(cost_comparison, |took| took.traffic.round_trips) {
        lines.push(Vec::new());
        lines.extend(chart("Round trips", cost_comparison, |took| took.traffic.round_trips, style));
    }
    if cost_comparison.sizes.iter().any(|size| size.took[0].memory != size.took[1].memory) {
        lines.push(Vec::new());
        lines.extend(chart("Bytes of memory", cost_comparison, |took| took.memory, style));
    }
    if let Some(last) = cost_comparison.sizes.last() {
        let each = cost_comparison.titles.iter().zip(last.took).map(|(title, took)| {
            let trips = if took.traffic.round_trips == 1 { "round trip" } else { "round trips" };
            let commands = if took.traffic.commands == 1 { "command" } else { "commands" };
            format!(
                "{title} {} {commands} in {} {trips}",
                number(took.traffic.commands),
                number(took.traffic.round_trips)
            )
        });
        let is_same = !varies(cost_comparison, |took| took.traffic.round_trips)
            && !varies(cost_comparison, |took| took.traffic.commands);
        let when = if is_same { "Each time".to_owned() } else { format!("With {}", size(cost_comparison, last)) };
        let text = format!("{when}: {}.", each.collect::<Vec<_>>().join("; "));
        lines.push(Vec::new());
        lines.extend(layout(&Text::of(Role::Muted, text), None, style));
    }
    lines
}

/// Whether a program's measure is not the same for all sizes.
fn varies(cost_comparison: &CostComparison, measure: impl Fn(&Measure) -> usize) -> bool {
    cost_comparison
        .sizes
        .windows(2)
        .any(|two| (0..2).any(|side| measure(&two[0].took[side]) != measure(&two[1].took[side])))
}

fn size(cost_comparison: &CostComparison, size: &Size) -> String {
    format!("{} {}", number(size.n as usize), cost_comparison.of)
}

fn chart(
    title: &str,
    cost_comparison: &CostComparison,
    measure: impl Fn(&Measure) -> usize,
    style: Style,
) -> Vec<Line> {
    let values = || cost_comparison.sizes.iter().flat_map(|size| size.took.iter()).map(&measure);
    let largest = values().max().unwrap_or(0).max(1);
    let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| text.width()).max().unwrap_or(0);
    let sizes = widest(&mut cost_comparison.sizes.iter().map(|of| size(cost_comparison, of)));
    let titles = widest(&mut cost_comparison.titles.iter().cloned());
    let numbers = widest(&mut values().map(number));
    let is_narrow = style.width < NARROW;
    let before = if is_narrow { 3 } else { 3 + sizes + 2 };
    let room = style.width.saturating_sub(before + titles + 2 + numbers + 2).max(4);
    let mut lines = vec![vec![Span::new(Role::Strong, format!(" {title}"))]];
    for of in &cost_comparison.sizes {
        let label = size(cost_comparison, of);
        if style.plain {
            let each = cost_comparison
                .titles
                .iter()
                .zip(&of.took)
                .map(|(title, took)| format!("{title} {}", number(measure(took))));
            let text = format!("{label}: {}", each.collect::<Vec<_>>().join(", "));
            lines.extend(layout(&Text::of(Role::Plain, text), None, style));
            continue;
        }
        if is_narrow {
            lines.push(vec![Span::new(Role::Plain, format!(" {label}"))]);
        }
        for (index, (title, took)) in cost_comparison.titles.iter().zip(&of.took).enumerate() {
            let value = measure(took);
            let label = if index == 0 && !is_narrow { label.as_str() } else { "" };
            let head = if is_narrow { " ".repeat(3) } else { format!("   {label:>sizes$}  ") };
            let gap = " ".repeat(titles.saturating_sub(title.width()) + 2);
            lines.push(vec![
                Span::new(Role::Plain, format!("{head}{title}{gap}")),
                Span::new(Role::Code, bar(value, largest, room, style)),
                Span::new(Role::Plain, format!(" {}", number(value))),
            ]);
        }
    }
    lines
}

/// A bar of a value, where the largest one fills the room. The least bar is still to be seen.
fn bar(value: usize, largest: usize, room: usize, style: Style) -> String {
    if style.ascii {
        return "#".repeat((value * room).div_ceil(largest));
    }
    let eighths = (value * room * 8).div_ceil(largest);
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    format!("{}{part}", "█".repeat(eighths / 8))
}

/// A number with its thousands apart.
fn number(number: usize) -> String {
    crate::session::output_limit::with_commas(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(memory: [usize; 2]) -> String {
        let took = memory.map(|memory| Measure { memory, ..Measure::default() });
        let titles = ["set".to_owned(), "bitmap".to_owned()];
        let cost_comparison = CostComparison { titles, of: "people".into(), sizes: vec![Size { n: 10, took }] };
        let style = Style { width: 60, ascii: true, plain: false, quoted: false };
        lines(&cost_comparison, style).into_iter().flatten().map(|span| span.text + "\n").collect()
    }

    #[test]
    fn memory_has_bars_where_it_differs() {
        assert!(told([451_160, 2_080]).contains("451,160"));
        assert!(!told([64, 64]).contains("memory"));
    }
}
