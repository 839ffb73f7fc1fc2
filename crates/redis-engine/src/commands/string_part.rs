//! String commands on parts of strings: lengths, ranges, and the longest common subsequence.

use std::ops::Range;

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Str;
use crate::error::{self, Error};

pub const COMMANDS: &[&Command] = &[&APPEND, &GETRANGE, &LCS, &SETRANGE, &STRLEN, &SUBSTR];

const STRLEN: Command = Command {
    name: "STRLEN",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "2.2.0",
    complexity: "O(1)",
    summary: "The length of a string, in bytes.",
    example: "SET greeting hello\nSTRLEN greeting",
    run: strlen,
};

fn strlen(call: &mut Call) -> Outcome {
    let length = call.keyspace.read::<Str>(call.argv[1])?.map_or(0, Str::len);
    call.reply.count(length);
    Ok(())
}

const APPEND: Command = Command {
    name: "APPEND",
    syntax: "key value",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "2.0.0",
    complexity: "O(1). The amortized time complexity is O(1) assuming the appended value is small and the already \
                 present value is of any size, since the dynamic string library used by Redis will double the free \
                 space available on every reallocation.",
    summary: "Appends bytes to a string; creates the string if it does not exist.",
    example: "SET greeting hello\nAPPEND greeting ' world'",
    run: append,
};

fn append(call: &mut Call) -> Outcome {
    let (key, suffix) = (call.argv[1], call.argv[2]);
    let limit = call.keyspace.limits.proto_max_bulk_len;
    let mut value = call.keyspace.edit_or_create::<Str>(key)?;
    if value.is_new() {
        *value = Str::new(suffix);
    } else if value.len() + suffix.len() > limit {
        return Err(error::STRING_TOO_LONG);
    } else {
        value.append(suffix)?;
    }
    let length = value.len();
    value.commit("append");
    call.reply.count(length);
    Ok(())
}

const GETRANGE: Command = Command {
    name: "GETRANGE",
    syntax: "key start end",
    arity: 4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::String,
    since: "2.4.0",
    complexity: "O(N) where N is the length of the returned string. The complexity is ultimately determined by the \
                 returned length, but because creating a substring from an existing string is very cheap, it can be \
                 considered O(1) for small strings.",
    summary: "The bytes of a string from one position to another; negative positions count from the end.",
    example: "SET greeting 'hello world'\nGETRANGE greeting 0 4",
    run: getrange,
};

const SUBSTR: Command = Command {
    name: "SUBSTR",
    syntax: "key start end",
    arity: 4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(N) where N is the length of the returned string. The complexity is ultimately determined by the \
                 returned length, but because creating a substring from an existing string is very cheap, it can be \
                 considered O(1) for small strings.",
    summary: "The older name of GETRANGE.",
    example: "SET greeting 'hello world'\nSUBSTR greeting 0 4",
    run: getrange,
};

fn getrange(call: &mut Call) -> Outcome {
    let (start, end) = (call.integer(2)?, call.integer(3)?);
    match call.keyspace.read::<Str>(call.argv[1])? {
        Some(value) => {
            let bytes = value.bytes();
            call.reply.bulk(&bytes[byte_range(start, end, bytes.len())]);
        }
        None => call.reply.bulk(b""),
    }
    Ok(())
}

/// Returns the range of bytes from `start` to `end`, both inclusive. A negative position counts from the end.
pub(super) fn byte_range(start: i64, end: i64, length: usize) -> Range<usize> {
    // Redis returns no bytes if both positions are negative and reversed. This must be checked first, because both
    // positions could be clamped to 0, which would be the range of the first byte.
    let is_reversed = start < 0 && end < 0 && start > end;
    if is_reversed { 0..0 } else { clamped_range(start, end, length) }
}

/// Returns the range of positions from `start` to `end`, both inclusive. A negative position counts from the end, and
/// is clamped to 0 even if `start` is after `end`, as in BITPOS.
pub(super) fn clamped_range(start: i64, end: i64, length: usize) -> Range<usize> {
    let length = length as i64;
    let from_front = |position: i64| if position < 0 { (position + length).max(0) } else { position };
    let (first, last) = (from_front(start), from_front(end).min(length - 1));
    if first > last { 0..0 } else { first as usize..last as usize + 1 }
}

const SETRANGE: Command = Command {
    name: "SETRANGE",
    syntax: "key offset value",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::String,
    since: "2.2.0",
    complexity: "O(1), not counting the time taken to copy the new string in place. Usually, this string is very \
                 small so the amortized complexity is O(1). Otherwise, complexity is O(M) with M being the length of \
                 the value argument.",
    summary: "Overwrites part of a string from an offset on; a gap after its end is filled with zero bytes.",
    example: "SET greeting 'hello world'\nSETRANGE greeting 6 Redis",
    run: setrange,
};

fn setrange(call: &mut Call) -> Outcome {
    let (key, offset, patch) = (call.argv[1], call.integer(2)?, call.argv[3]);
    let offset = usize::try_from(offset).map_err(|_| Error::from_static("ERR offset is out of range"))?;
    let limit = call.keyspace.limits.proto_max_bulk_len;
    let mut value = call.keyspace.edit_or_create::<Str>(key)?;
    if !patch.is_empty() {
        let end = offset.saturating_add(patch.len());
        if end > limit {
            return Err(error::STRING_TOO_LONG);
        }
        let bytes = value.lengthen(end)?;
        bytes[offset..end].copy_from_slice(patch);
    }
    let length = value.len();
    if !patch.is_empty() {
        value.commit("setrange");
    }
    call.reply.count(length);
    Ok(())
}

const LCS: Command = Command {
    name: "LCS",
    syntax: "key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]",
    arity: -3,
    flags: &[Flag::Readonly],
    keys: Keys::range(1, 2, 1),
    group: Group::String,
    since: "7.0.0",
    complexity: "O(N*M) where N and M are the lengths of s1 and s2, respectively",
    summary: "The longest common subsequence of two strings: its bytes, its length (LEN), or the positions of its \
              matches (IDX).",
    example: "MSET a ohmytext b mynewtext\nLCS a b",
    run: lcs,
};

/// The format of the reply to LCS.
#[derive(Clone, Copy)]
enum LcsForm {
    Bytes,
    Length,
    /// The positions of all matches that are at least `min_length` bytes long.
    Positions {
        min_length: usize,
        with_lengths: bool,
    },
}

/// A substring that both strings contain, given by its start in each string and its length in bytes.
#[derive(Clone, Copy)]
struct Match {
    first: usize,
    second: usize,
    length: usize,
}

fn lcs(call: &mut Call) -> Outcome {
    const NOT_STRINGS: Error = Error::from_static("ERR The specified keys must contain string values");
    let mut strings = Vec::new();
    for key in &call.argv[1..3] {
        strings.push(match call.keyspace.read::<Str>(key) {
            Ok(value) => Ok(value.map_or(Vec::new(), |value| value.bytes().into_owned())),
            Err(_) => Err(NOT_STRINGS),
        });
    }
    let strings = strings.into_iter().collect::<Result<Vec<_>, _>>()?;
    let form = parse_lcs_options(call)?;
    let (first, second) = (&strings[0], &strings[1]);
    let cells = (first.len() + 1).saturating_mul(second.len() + 1);
    let table_bytes = cells.saturating_mul(size_of::<u32>());
    if table_bytes > call.keyspace.limits.proto_max_bulk_len {
        return Err(Error::from_static("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"));
    }
    let mut lengths = Vec::new();
    if !call.keyspace.memory_cap.allows_temporary(table_bytes) || lengths.try_reserve_exact(cells).is_err() {
        return Err(Error::from_static("ERR Insufficient memory, failed allocating transient memory for LCS"));
    }
    lengths.resize(cells, 0);
    let matches = matches(first, second, lengths);
    let total = matches.iter().map(|found| found.length).sum();
    match form {
        LcsForm::Length => call.reply.count(total),
        LcsForm::Bytes => {
            let bytes: Vec<&[u8]> = matches.iter().rev().map(|found| &first[found.first..][..found.length]).collect();
            call.reply.bulk(&bytes.concat());
        }
        LcsForm::Positions { min_length, with_lengths } => {
            let listed: Vec<_> = matches.into_iter().filter(|found| found.length >= min_length).collect();
            call.reply.map(2);
            call.reply.bulk(b"matches");
            call.reply.array(listed.len());
            for found in listed {
                call.reply.array(if with_lengths { 3 } else { 2 });
                for start in [found.first, found.second] {
                    call.reply.array(2);
                    call.reply.count(start);
                    call.reply.count(start + found.length - 1);
                }
                if with_lengths {
                    call.reply.count(found.length);
                }
            }
            call.reply.bulk(b"len");
            call.reply.count(total);
        }
    }
    Ok(())
}

fn parse_lcs_options(call: &Call) -> Result<LcsForm, Error> {
    let (mut length, mut positions, mut min_length, mut with_lengths) = (false, false, 0, false);
    let mut index = 3;
    while index < call.argv.len() {
        if call.is_option(index, "LEN") {
            length = true;
        } else if call.is_option(index, "IDX") {
            positions = true;
        } else if call.is_option(index, "WITHMATCHLEN") {
            with_lengths = true;
        } else if call.is_option(index, "MINMATCHLEN") && index + 1 < call.argv.len() {
            index += 1;
            min_length = usize::try_from(call.integer(index)?).unwrap_or(0);
        } else {
            return Err(error::SYNTAX);
        }
        index += 1;
    }
    match (positions, length) {
        (true, true) => Err(Error::from_static("ERR If you want both the length and indexes, please just use IDX.")),
        (true, false) => Ok(LcsForm::Positions { min_length, with_lengths }),
        (false, true) => Ok(LcsForm::Length),
        (false, false) => Ok(LcsForm::Bytes),
    }
}

/// Returns the matches that form the longest common subsequence, last one first. If there are several such
/// subsequences, returns the matches of the one that Redis chooses.
///
/// `lengths` must hold `(first.len() + 1) * (second.len() + 1)` zeros. `lengths[i * width + j]` becomes the length of
/// the longest common subsequence of the first `i` bytes of `first` and the first `j` bytes of `second`.
fn matches(first: &[u8], second: &[u8], mut lengths: Vec<u32>) -> Vec<Match> {
    let width = second.len() + 1;
    for (i, a) in first.iter().enumerate() {
        for (j, b) in second.iter().enumerate() {
            let (above, below) = (i * width + j, (i + 1) * width + j);
            lengths[below + 1] = if a == b { lengths[above] + 1 } else { lengths[above + 1].max(lengths[below]) };
        }
    }
    let mut matches: Vec<Match> = Vec::new();
    let (mut i, mut j) = (first.len(), second.len());
    while i > 0 && j > 0 {
        if first[i - 1] == second[j - 1] {
            match matches.last_mut() {
                Some(found) if (found.first, found.second) == (i, j) => {
                    *found = Match { first: i - 1, second: j - 1, length: found.length + 1 };
                }
                _ => matches.push(Match { first: i - 1, second: j - 1, length: 1 }),
            }
            (i, j) = (i - 1, j - 1);
        } else if lengths[(i - 1) * width + j] > lengths[i * width + j - 1] {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    matches
}
