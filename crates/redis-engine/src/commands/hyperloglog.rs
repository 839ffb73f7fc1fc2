//! HyperLogLog commands, which estimate the number of different elements.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::hyperloglog::{self, Corrupted, Encoding, HyperLogLog, REGISTERS};
use crate::data::{DataType, Str};
use crate::error::{self, Error};
use crate::keyspace::{Edit, Keyspace};

pub const COMMANDS: &[&Command] = &[&PFADD, &PFCOUNT, &PFMERGE, &PFDEBUG, &PFSELFTEST];

const NOT_A_HYPERLOGLOG: Error = Error::from_static("WRONGTYPE Key is not a valid HyperLogLog string value.");

impl From<Corrupted> for Error {
    fn from(_: Corrupted) -> Self {
        Error::from_static("INVALIDOBJ Corrupted HLL object detected")
    }
}

/// Checks that a string has the header and the length of a HyperLogLog.
fn check(value: &Str) -> Result<Encoding, Error> {
    let encoding = match value {
        Str::Integer(_) => None,
        Str::Embedded(bytes) => hyperloglog::encoding(bytes),
        Str::Raw(bytes) => hyperloglog::encoding(bytes),
    };
    encoding.ok_or(NOT_A_HYPERLOGLOG)
}

/// Starts an edit of a HyperLogLog, which is created if the key does not exist.
fn edit_or_create<'a>(keyspace: &'a mut Keyspace, key: &'a [u8]) -> Result<Edit<'a, Str>, Error> {
    let mut value = keyspace.edit_or_create::<Str>(key)?;
    if value.is_new() {
        *value = Str::raw(HyperLogLog::empty());
    } else {
        check(&value)?;
    }
    Ok(value)
}

const PFADD: Command = Command {
    name: "PFADD",
    syntax: "key [element [element ...]]",
    arity: -2,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hyperloglog,
    since: "2.8.9",
    complexity: "O(1) to add every element.",
    summary: "Adds elements to a HyperLogLog; returns 1 if its estimate may have changed.",
    example: "PFADD visitors alice bob carol",
    run: pfadd,
};

fn pfadd(call: &mut Call) -> Outcome {
    let max_sparse_bytes = call.keyspace.limits.hll_sparse_max_bytes;
    let mut value = edit_or_create(call.keyspace, call.argv[1])?;
    let mut changes = usize::from(value.is_new());
    let mut sketch = HyperLogLog::new(&mut value, max_sparse_bytes);
    for element in &call.argv[2..] {
        match sketch.add(element) {
            Ok(changed) => changes += usize::from(changed),
            Err(corrupted) => {
                // As in Redis, the elements before the one that fails have been added.
                value.keep();
                return Err(corrupted.into());
            }
        }
    }
    if changes > 0 {
        sketch.invalidate_estimate();
        value.commit_changes("pfadd", changes);
    } else {
        value.keep();
    }
    call.reply.flag(changes > 0);
    Ok(())
}

const PFCOUNT: Command = Command {
    name: "PFCOUNT",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::ALL,
    group: Group::Hyperloglog,
    since: "2.8.9",
    complexity: "O(1) with a very small average constant time when called with a single key. O(N) with N being the \
                 number of keys, and much bigger constant times, when called with multiple keys.",
    summary: "Estimates how many different elements were added to a HyperLogLog, or to several together.",
    example: "PFADD visitors alice bob carol alice\nPFCOUNT visitors",
    run: pfcount,
};

fn pfcount(call: &mut Call) -> Outcome {
    let &[_, key] = call.argv else {
        let (registers, _) = merged_registers(call, &call.argv[1..])?;
        call.reply.integer(hyperloglog::estimate_from_registers(&registers));
        return Ok(());
    };
    let Some(value) = call.keyspace.read::<Str>(key)? else {
        call.reply.integer(0);
        return Ok(());
    };
    check(value)?;
    let cached = hyperloglog::cached_estimate(&value.bytes());
    if let (Some(estimate), Str::Raw(_)) = (cached, value) {
        call.reply.integer(estimate);
        return Ok(());
    }
    let max_sparse_bytes = call.keyspace.limits.hll_sparse_max_bytes;
    let Some(mut value) = call.keyspace.edit::<Str>(key)? else { return Ok(()) };
    let mut sketch = HyperLogLog::new(&mut value, max_sparse_bytes);
    match cached.map_or_else(|| hyperloglog::estimate(sketch.bytes()), Ok) {
        Ok(estimate) if cached.is_some() => {
            value.keep();
            call.reply.integer(estimate);
        }
        Ok(estimate) => {
            // The estimate is part of the value, so storing it counts as a change even though the command only reads.
            sketch.cache_estimate(estimate);
            value.commit_without_event();
            call.reply.integer(estimate);
        }
        Err(corrupted) => {
            value.keep();
            return Err(corrupted.into());
        }
    }
    Ok(())
}

/// Returns the maximum of each register over several keys, and whether one of the keys has the dense encoding. A
/// missing key counts as an empty HyperLogLog.
fn merged_registers(call: &mut Call, keys: &[&[u8]]) -> Result<(Vec<u8>, bool), Error> {
    let mut maxima = vec![0; REGISTERS];
    let mut has_dense = false;
    for key in keys {
        let Some(value) = call.keyspace.read::<Str>(key)? else { continue };
        has_dense |= check(value)? == Encoding::Dense;
        hyperloglog::merge(&mut maxima, &value.bytes())?;
    }
    Ok((maxima, has_dense))
}

const PFMERGE: Command = Command {
    name: "PFMERGE",
    syntax: "destkey [sourcekey [sourcekey ...]]",
    arity: -2,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::ALL,
    group: Group::Hyperloglog,
    since: "2.8.9",
    complexity: "O(N) to merge N HyperLogLogs, but with high constant times.",
    summary: "Adds everything that was added to other HyperLogLogs to the first one.",
    example: "PFADD monday alice bob\nPFADD tuesday bob carol\nPFMERGE week monday tuesday",
    run: pfmerge,
};

fn pfmerge(call: &mut Call) -> Outcome {
    let (maxima, has_dense) = merged_registers(call, &call.argv[1..])?;
    let max_sparse_bytes = call.keyspace.limits.hll_sparse_max_bytes;
    let mut value = edit_or_create(call.keyspace, call.argv[1])?;
    let mut sketch = HyperLogLog::new(&mut value, max_sparse_bytes);
    if has_dense {
        sketch.make_dense()?;
    }
    for (index, &max) in maxima.iter().enumerate().filter(|(_, max)| **max > 0) {
        sketch.raise(index, max)?;
    }
    sketch.invalidate_estimate();
    value.commit("pfadd");
    call.reply.ok();
    Ok(())
}

const PFDEBUG: Command = Command {
    name: "PFDEBUG",
    syntax: "subcommand key",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Admin],
    keys: Keys::range(2, 2, 1),
    group: Group::Hyperloglog,
    since: "2.8.9",
    complexity: "N/A",
    summary: "Shows the representation of a HyperLogLog (ENCODING, DECODE, GETREG), or makes it dense (TODENSE).",
    example: "PFADD visitors alice bob\nPFDEBUG DECODE visitors",
    run: pfdebug,
};

fn pfdebug(call: &mut Call) -> Outcome {
    if call.is_option(1, "SIMD") {
        // Redis turns its vector instructions on or off. The registers are the same with and without them.
        if !call.is_option(2, "ON") && !call.is_option(2, "OFF") {
            return Err(Error::from_static("ERR Argument must be ON or OFF"));
        }
        call.reply.status(if call.is_option(2, "ON") { "enabled" } else { "disabled" });
        return Ok(());
    }
    let max_sparse_bytes = call.keyspace.limits.hll_sparse_max_bytes;
    let Some(mut value) = call.keyspace.edit::<Str>(call.argv[2])? else {
        return Err(Error::from_static("ERR The specified key does not exist"));
    };
    let encoding = check(&value)?;
    let mut sketch = HyperLogLog::new(&mut value, max_sparse_bytes);
    let subcommand = call.argv[1].to_ascii_uppercase();
    if matches!(subcommand.as_slice(), b"GETREG" | b"TODENSE") {
        let converted = match sketch.make_dense() {
            Ok(converted) => converted,
            Err(corrupted) => {
                value.keep();
                return Err(corrupted.into());
            }
        };
        if subcommand == b"TODENSE" {
            call.reply.flag(converted);
        } else {
            call.reply.array(REGISTERS);
            let registers = hyperloglog::registers(sketch.bytes())?;
            registers.iter().for_each(|&register| call.reply.integer(register.into()));
        }
        if converted {
            // As in Redis, only GETREG counts the conversion as a change.
            value.keep_converted(usize::from(subcommand == b"GETREG"));
        } else {
            value.keep();
        }
        return Ok(());
    }
    value.keep();
    match (subcommand.as_slice(), encoding) {
        (b"ENCODING", Encoding::Dense) => call.reply.status("dense"),
        (b"ENCODING", Encoding::Sparse) => call.reply.status("sparse"),
        (b"DECODE", Encoding::Dense) => return Err(Error::from_static("ERR HLL encoding is not sparse")),
        (b"DECODE", Encoding::Sparse) => {
            let text = decode(call.keyspace, call.argv[2]);
            call.reply.bulk(text.as_bytes());
        }
        _ => {
            let quoted = error::until_nul(call.argv[1]);
            return Err(Error::new([b"ERR Unknown PFDEBUG subcommand '", quoted, b"'"].concat()));
        }
    }
    Ok(())
}

/// Writes the runs of a sparse HyperLogLog as PFDEBUG DECODE does: `z:LENGTH` and `Z:LENGTH` are short and long runs of
/// zeros, `v:VALUE,LENGTH` is a run of another value.
fn decode(keyspace: &Keyspace, key: &[u8]) -> String {
    let value = keyspace.database().get(key).and_then(|entry| Str::from_value(&entry.value));
    let bytes = value.map(Str::bytes).unwrap_or_default();
    let runs = hyperloglog::sparse_runs(&bytes).map(|run| match (run.value, run.width) {
        (0, 1) => format!("z:{}", run.length),
        (0, _) => format!("Z:{}", run.length),
        (value, _) => format!("v:{value},{}", run.length),
    });
    runs.collect::<Vec<_>>().join(" ")
}

const PFSELFTEST: Command = Command {
    name: "PFSELFTEST",
    syntax: "",
    arity: 1,
    flags: &[Flag::Admin],
    keys: Keys::NONE,
    group: Group::Hyperloglog,
    since: "2.8.9",
    complexity: "N/A",
    summary: "Tests the implementation of HyperLogLogs: both encodings, and the errors of the estimates.",
    example: "PFSELFTEST",
    run: pfselftest,
};

/// Number of elements that PFSELFTEST adds. Redis adds a hundred times as many, which takes a second.
const SELF_TEST_ELEMENTS: u64 = 100_000;
/// Maximum length in bytes of the sparse string of PFSELFTEST, whatever the configuration allows.
const MAX_SELF_TEST_BYTES: usize = 3000;

fn pfselftest(call: &mut Call) -> Outcome {
    let max_sparse_bytes = call.keyspace.limits.hll_sparse_max_bytes;
    let (mut dense, mut sparse) = (Str::raw(HyperLogLog::empty()), Str::raw(HyperLogLog::empty()));
    let mut dense = HyperLogLog::new(&mut dense, 0);
    // A long sparse string would make the test slow.
    let mut sparse = HyperLogLog::new(&mut sparse, max_sparse_bytes.min(MAX_SELF_TEST_BYTES));
    dense.make_dense()?;
    for n in 1..=SELF_TEST_ELEMENTS {
        dense.add(&n.to_le_bytes())?;
        sparse.add(&n.to_le_bytes())?;
        if n.ilog10() == (n - 1).checked_ilog10().unwrap_or(u32::MAX) {
            continue;
        }
        let is_sparse = hyperloglog::encoding(sparse.bytes()) == Some(Encoding::Sparse);
        if n < max_sparse_bytes as u64 / 2 && !is_sparse {
            return Err(Error::from_static("ERR TESTFAILED sparse encoding not used"));
        }
        let estimate = hyperloglog::estimate(dense.bytes())?;
        if estimate != hyperloglog::estimate(sparse.bytes())? {
            return Err(Error::from_static("ERR TESTFAILED dense/sparse disagree"));
        }
        let error = estimate.abs_diff(n as i64);
        // Six times the standard error, which is 1.04 divided by the square root of the number of registers.
        let max_error = (6.0 * 1.04 / (REGISTERS as f64).sqrt() * n as f64).ceil() as u64;
        if error > max_error {
            return Err(Error::new(format!("ERR TESTFAILED Too big error. card:{n} abserr:{error}")));
        }
    }
    call.reply.ok();
    Ok(())
}
