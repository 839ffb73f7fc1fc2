//! The picture of a HyperLogLog: the estimate, and a bar for each value that registers have.

use super::{bar, text};
use crate::markup::{Line, Role, Span, Style, layout_paragraph, pad_start};
use crate::messages::render as messages;
use crate::session::picture::{Sketch, SketchRow};

/// The maximum width of a bar, in columns.
const MAX_BAR: usize = 30;

pub(super) fn layout(sketch: &Sketch, style: Style) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for sentence in sentences(sketch) {
        lines.extend(layout_paragraph(Role::Reply, sentence, style));
    }
    if sketch.rows.is_empty() {
        return lines;
    }
    let [zeros, registers] = [messages::zeros_column(), messages::registers_column()];
    let columns = [zeros.len(), registers.len()];
    lines.push(vec![Span::new(Role::Muted, format!("   {zeros}  {registers}"))]);
    let most = sketch.rows.iter().map(|row| row.registers).max().unwrap_or(0).max(1);
    for row in &sketch.rows {
        let is_changed = row.registers != row.registers_before;
        let (mark, role) = if is_changed { ('~', Role::Changed) } else { (' ', Role::Reply) };
        let remark = if is_changed { format!(" {}", messages::was(row.registers_before)) } else { String::new() };
        let used = 3 + columns[0] + 2 + columns[1] + 1 + remark.len();
        let room = style.width.saturating_sub(used).min(MAX_BAR);
        lines.push(vec![
            Span::new(role, format!(" {mark} {}  ", pad_start(&zeros_of(row), columns[0]))),
            Span::new(role, format!("{} ", pad_start(&row.registers.to_string(), columns[1]))),
            Span::new(Role::Bar, bar(row.registers as f64 / most as f64, room, style)),
            Span::new(Role::Changed, remark),
        ]);
    }
    lines
}

/// Returns the run of zeros that a register's value stands for.
fn zeros_of(row: &SketchRow) -> String {
    (row.value - 1).to_string()
}

/// Returns the sentences about the estimate and the registers.
pub(super) fn sentences(sketch: &Sketch) -> Vec<String> {
    let estimate = match sketch.estimate_before {
        Some(before) if before != sketch.estimate => messages::estimate_and_old_estimate(sketch.estimate, before),
        _ => messages::estimate(sketch.estimate),
    };
    let registers = if sketch.is_dense {
        messages::dense_registers(sketch.used_registers, sketch.registers)
    } else {
        messages::sparse_registers(sketch.used_registers, sketch.registers)
    };
    vec![estimate, registers]
}

/// Describes how many registers have each value for a screen reader.
pub(super) fn spoken(sketch: &Sketch) -> Vec<String> {
    let rows = sketch.rows.iter().map(|row| {
        let text = messages::spoken_registers(zeros_of(row), row.registers);
        if row.registers == row.registers_before {
            text
        } else {
            text + &messages::spoken_old_value(row.registers_before)
        }
    });
    sentences(sketch).into_iter().chain(rows).chain([text::spoken(&sketch.bytes)]).collect()
}
