//! `licenses`: prints the licence of the program, and those of everything by other people in it.

use std::io::{self, Write as _};

use super::Error;

/// The program's own licence.
const OWN: &str = include_str!("../../LICENSE");

/// The licences of the crates, of CPython's library and of Rust's. `scripts/third_party_notices` writes this file.
const THIRD_PARTIES: &str = include_str!("../../licenses/THIRD-PARTY.txt");

/// Prints all licences.
pub fn print_licenses() -> Result<i32, Error> {
    let mut out = io::stdout().lock();
    out.write_all(OWN.as_bytes())?;
    out.write_all(b"\n")?;
    out.write_all(THIRD_PARTIES.as_bytes())?;
    Ok(0)
}
