//! `math.random` and `math.randomseed` as Redis replaces them. They give the same numbers on every system, and in every
//! new child process.

use std::cell::Cell;
use std::rc::Rc;

use mlua::{Lua, MultiValue, Table, Value};

use crate::throw;

/// The state of `drand48`'s generator: 48 bits.
#[derive(Debug)]
pub struct Random(Cell<u64>);

impl Default for Random {
    /// Returns the generator before the first call of `srand48`.
    fn default() -> Self {
        Random(Cell::new(0x1234_ABCD_330E))
    }
}

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const INCREMENT: u64 = 0xB;
const MASK: u64 = (1 << 48) - 1;

impl Random {
    /// Seeds the generator, as `srand48` does.
    pub fn seed(&self, seed: i32) {
        self.0.set((u64::from(seed as u32) << 16) | 0x330E);
    }

    /// Returns the next number of 31 bits, as `lrand48` does.
    fn next(&self) -> i32 {
        let state = self.0.get().wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT) & MASK;
        self.0.set(state);
        (state >> 17) as i32
    }

    /// Returns the next number from 0 up to, but not including, 1.
    fn next_fraction(&self) -> f64 {
        f64::from(self.next() % i32::MAX) / f64::from(i32::MAX)
    }
}

/// Replaces `random` and `randomseed` in the table `math`.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn install(lua: &Lua, math: &Table, random: &Rc<Random>) -> mlua::Result<()> {
    let generator = random.clone();
    let function = lua.create_function(move |lua, args: MultiValue| {
        let fraction = generator.next_fraction();
        match args.len() {
            0 => Ok(fraction),
            1 => {
                let upper = check_integer(lua, &args, 1)?;
                if upper < 1 {
                    return Err(throw::bad_argument(lua, 1, "interval is empty"));
                }
                Ok((fraction * f64::from(upper)).floor() + 1.0)
            }
            2 => {
                let (lower, upper) = (check_integer(lua, &args, 1)?, check_integer(lua, &args, 2)?);
                if lower > upper {
                    return Err(throw::bad_argument(lua, 2, "interval is empty"));
                }
                let width = upper.wrapping_sub(lower).wrapping_add(1);
                Ok((fraction * f64::from(width)).floor() + f64::from(lower))
            }
            _ => Err(throw::error(lua, "wrong number of arguments")),
        }
    })?;
    math.raw_set("random", function)?;
    let generator = random.clone();
    let function = lua.create_function(move |lua, args: MultiValue| {
        generator.seed(check_integer(lua, &args, 1)?);
        Ok(Value::Nil)
    })?;
    math.raw_set("randomseed", function)
}

/// Returns an argument as a C `int`, as `luaL_checkint` does.
///
/// # Errors
/// Returns the error for an argument of the wrong type.
pub fn check_integer(lua: &Lua, args: &MultiValue, number: usize) -> mlua::Result<i32> {
    Ok(to_i64(throw::check_number(lua, args, number)?) as i32)
}

/// Converts a number as a C compiler for x86-64 converts a double to a 64-bit integer: numbers that do not fit, and NaN,
/// become the smallest integer.
pub fn to_i64(number: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&number) { number as i64 } else { i64::MIN }
}
