//! Chooses what the program contains of Python's library, and rebuilds the crate when the Python files frozen into it
//! change, which Cargo does not notice by itself.
//!
//! `rustpython-pylib` has the whole library. Modules that cannot be imported in the sandbox are left out, and the others
//! keep only the numbers of their lines, not the columns: no traceback shows the source of a module. Both together make
//! the library a quarter smaller.
//!
//! The modules are stored without compression. Packages are compressed as a whole, and LZ4, the only compression that
//! the interpreter reads, would leave them 0.8 MB larger. The program itself is 6 MB larger without it.

use std::{env, fs, path::Path};

use rustpython_compiler_core::{
    bytecode::{BasicBag, CodeObject, ConstantData, build_no_location_mask},
    frozen::{FrozenCodeObject, FrozenLib, FrozenModule},
    marshal::serialize_code,
};

/// The names of the modules that are left out. Each name also stands for its submodules.
const LEFT_OUT: &str = include_str!("left_out_modules.txt");

/// The largest number of instructions that one entry of a line table describes.
const MAX_RUN: usize = 8;

fn main() {
    for path in ["build.rs", "left_out_modules.txt", "src/redis_package", "src/host_stubs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let modules: Vec<_> = rustpython_pylib::FROZEN_STDLIB
        .decode()
        .filter(|(name, _)| !is_left_out(name))
        .map(|(name, module)| {
            let code = without_columns(module.code.decode(BasicBag));
            (name, FrozenModule { code: uncompressed(&code), package: module.package })
        })
        .collect();
    let library = FrozenLib::encode(modules.iter().map(|(name, module)| {
        let code = FrozenCodeObject { bytes: module.code.bytes.as_slice() };
        (*name, FrozenModule { code, package: module.package })
    }));
    let folder = env::var("OUT_DIR").expect("Cargo sets OUT_DIR");
    fs::write(Path::new(&folder).join("python_library.bin"), library.bytes).expect("OUT_DIR can be written to");
}

/// Encodes a code object as the interpreter reads it, an LZ4 block after its decoded size. This block consists of a
/// single run of literal bytes.
fn uncompressed(code: &CodeObject<ConstantData>) -> FrozenCodeObject<Vec<u8>> {
    /// The largest length that the first byte of a block can hold. It is followed by bytes to be added to it, the last
    /// of which is not 255.
    const MAX_LENGTH: usize = 15;
    let mut marshalled = Vec::new();
    serialize_code(&mut marshalled, code);
    let size = u32::try_from(marshalled.len()).expect("a module is smaller than 4 GB");
    let mut bytes = size.to_le_bytes().to_vec();
    bytes.push((marshalled.len().min(MAX_LENGTH) as u8) << 4);
    if let Some(rest) = marshalled.len().checked_sub(MAX_LENGTH) {
        bytes.extend(std::iter::repeat_n(255, rest / 255));
        bytes.push((rest % 255) as u8);
    }
    bytes.extend(marshalled);
    FrozenCodeObject { bytes }
}

fn is_left_out(name: &str) -> bool {
    LEFT_OUT
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .any(|left_out| name.strip_prefix(left_out).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// Returns a code object whose instructions, and those of the functions in it, have line numbers only.
fn without_columns(mut code: CodeObject<ConstantData>) -> CodeObject<ConstantData> {
    code.linetable = line_table(&code).into_boxed_slice();
    code.constants = code
        .constants
        .iter()
        .map(|constant| match constant.clone() {
            ConstantData::Code { code } => ConstantData::Code { code: Box::new(without_columns(*code)) },
            other => other,
        })
        .collect();
    code
}

/// Returns the line table of a code object in CPython's format, with entries of two kinds: instructions of a line
/// (13, and the difference from the line before), and instructions that belong to no line (15).
fn line_table(code: &CodeObject<ConstantData>) -> Vec<u8> {
    let has_no_line = build_no_location_mask(&code.linetable, code.instructions.len());
    let lines: Vec<_> = (code.locations.iter().zip(has_no_line))
        .map(|((start, _), has_no_line)| (!has_no_line).then(|| start.line.get() as i64))
        .collect();
    let mut table = Vec::new();
    let mut last = code.first_line_number.map_or(0, |line| line.get() as i64);
    for run in lines.chunk_by(|one, next| one == next).flat_map(|run| run.chunks(MAX_RUN)) {
        let length = run.len() as u8 - 1;
        match run[0] {
            None => table.push(0x80 | 15 << 3 | length),
            Some(line) => {
                table.push(0x80 | 13 << 3 | length);
                write_signed(line - last, &mut table);
                last = line;
            }
        }
    }
    table
}

/// Writes a number in groups of six bits, the lowest first. All but the last have 64 added. Bit 0 is the sign.
fn write_signed(number: i64, table: &mut Vec<u8>) {
    let mut rest = number.unsigned_abs() << 1 | u64::from(number < 0);
    while rest >= 64 {
        table.push((rest & 63) as u8 | 64);
        rest >>= 6;
    }
    table.push(rest as u8);
}
