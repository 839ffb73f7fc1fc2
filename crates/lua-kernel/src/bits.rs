//! The library `bit`: operations on integers of 32 bits.

use mlua::{Lua, MultiValue, Table};

use crate::throw;

/// Adding this number to a double moves the integer's lowest 32 bits to the lowest bits of the double.
const SHIFT_TO_INTEGER: f64 = 6_755_399_441_055_744.0;

/// An operation on one argument, with its name in Lua.
type Unary = (&'static str, fn(u32) -> u32);

/// An operation on two arguments, with its name in Lua.
type Binary = (&'static str, fn(u32, u32) -> u32);

/// Creates the library.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn create(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    let unary: [Unary; 3] = [("tobit", |bits| bits), ("bnot", |bits| !bits), ("bswap", u32::swap_bytes)];
    for (name, operation) in unary {
        let function = lua.create_function(move |lua, args: MultiValue| {
            Ok(f64::from(operation(check_bits(lua, &args, 1)?) as i32))
        })?;
        library.raw_set(name, function)?;
    }
    let folding: [Binary; 3] = [("band", |a, b| a & b), ("bor", |a, b| a | b), ("bxor", |a, b| a ^ b)];
    for (name, operation) in folding {
        let function = lua.create_function(move |lua, args: MultiValue| {
            let mut bits = check_bits(lua, &args, 1)?;
            for number in 2..=args.len() {
                bits = operation(bits, check_bits(lua, &args, number)?);
            }
            Ok(f64::from(bits as i32))
        })?;
        library.raw_set(name, function)?;
    }
    let shifts: [Binary; 5] = [
        ("lshift", |bits, by| bits << by),
        ("rshift", |bits, by| bits >> by),
        ("arshift", |bits, by| ((bits as i32) >> by) as u32),
        ("rol", u32::rotate_left),
        ("ror", u32::rotate_right),
    ];
    for (name, operation) in shifts {
        let function = lua.create_function(move |lua, args: MultiValue| {
            let (bits, by) = (check_bits(lua, &args, 1)?, check_bits(lua, &args, 2)?);
            Ok(f64::from(operation(bits, by & 31) as i32))
        })?;
        library.raw_set(name, function)?;
    }
    let function = lua.create_function(|lua, args: MultiValue| {
        let bits = check_bits(lua, &args, 1)?;
        let digits = if args.len() < 2 { 8 } else { check_bits(lua, &args, 2)? as i32 };
        let count = (digits.unsigned_abs() as usize).min(8);
        let text = if digits < 0 { format!("{bits:08X}") } else { format!("{bits:08x}") };
        lua.create_string(&text[8 - count..])
    })?;
    library.raw_set("tohex", function)?;
    Ok(library)
}

/// Returns an argument as 32 bits. Numbers are rounded, and only their lowest 32 bits count.
fn check_bits(lua: &Lua, args: &MultiValue, number: usize) -> mlua::Result<u32> {
    let value = throw::check_number(lua, args, number)?;
    Ok((value + SHIFT_TO_INTEGER).to_bits() as u32)
}
