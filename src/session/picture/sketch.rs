//! The picture of a HyperLogLog, as data: its estimate, and how many registers have each value.

use super::{Bytes, Sketch, SketchRow};
use redis_engine::data::Str;
use redis_engine::data::hyperloglog::{self, Encoding, REGISTERS};

/// Returns the picture of a string if it is a valid HyperLogLog. `was` is the previous value, and `bytes` is the
/// picture of the string itself.
pub(super) fn sketch(value: &Str, was: Option<&Str>, bytes: Bytes) -> Option<Sketch> {
    let (counts, estimate, is_dense) = measure(value)?;
    let before = was.and_then(measure);
    let rows = counts.iter().enumerate().skip(1).filter_map(|(value, &registers)| {
        let registers_before = before.as_ref().map(|(counts, ..)| counts[value]);
        let is_shown = registers > 0 || registers_before.is_some_and(|before| before > 0);
        is_shown.then_some(SketchRow { value, registers, registers_before: registers_before.unwrap_or(registers) })
    });
    Some(Sketch {
        estimate,
        estimate_before: before.as_ref().map(|(_, estimate, _)| *estimate),
        is_dense,
        used_registers: REGISTERS - counts[0],
        registers: REGISTERS,
        rows: rows.collect(),
        bytes,
    })
}

/// Returns how many registers have each value, the estimate, and whether the encoding is dense.
fn measure(value: &Str) -> Option<([usize; 64], i64, bool)> {
    let bytes = value.bytes();
    let encoding = hyperloglog::encoding(&bytes)?;
    let registers = hyperloglog::registers(&bytes).ok()?;
    let mut counts = [0; 64];
    registers.iter().for_each(|&register| counts[usize::from(register)] += 1);
    Some((counts, hyperloglog::estimate_from_registers(&registers), encoding == Encoding::Dense))
}
