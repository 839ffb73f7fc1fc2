//! Checks the bytecode of regular expressions.
//!
//! The engine checks most of the bytecode while it matches. But it trusts the description of a pattern's literal
//! prefix: it searches for this prefix first, and then continues matching after it. So this description is checked
//! beforehand.

/// The opcode of the block that describes a pattern, called `SRE_OP_INFO` in CPython.
const INFO: u32 = 14;
/// The flag in the `INFO` block for a pattern that begins with a literal prefix, called `SRE_INFO_PREFIX` in CPython.
const PREFIX: u32 = 1;

/// Returns whether the description of the literal prefix is consistent. Returns true if there is no prefix.
///
/// The description consists of the prefix's length, the number of its characters that need not be matched again, its
/// characters, and its overlap table. The entry at index `i` of that table is the length of the longest proper suffix
/// of the first `i + 1` characters that is also a prefix of them.
pub fn is_well_formed(code: &[u32]) -> bool {
    let &[INFO, _, flags, _, _, ref rest @ ..] = code else { return true };
    if flags & PREFIX == 0 {
        return true;
    }
    let &[length, skip, ref rest @ ..] = rest else { return false };
    let Some((_prefix, rest)) = rest.split_at_checked(length as usize) else { return false };
    let Some((overlaps, _)) = rest.split_at_checked(length as usize) else { return false };
    length > 0 && skip <= length && overlaps.iter().enumerate().all(|(index, &overlap)| overlap as usize <= index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consistent_prefix_is_accepted() {
        // The bytecode for `abab(?:c|d)`, as `re` compiles it.
        assert!(is_well_formed(&[14, 14, 1, 5, 5, 4, 4, 97, 98, 97, 98, 0, 0, 1, 2, 16, 97, 1]));
        assert!(is_well_formed(&[14, 4, 0, 0, 1, 16, 97, 1]), "no prefix");
        assert!(is_well_formed(&[1]), "no description");
    }

    #[test]
    fn an_inconsistent_prefix_is_rejected() {
        for (code, reason) in [
            (&[14, 8, 3, 1, 1, 1, 1_000_000, 97, 0, 1][..], "skips more than the prefix"),
            (&[14, 10, 3, 2, 2, 2, 2, 97, 98, 0, 5, 1], "an overlap longer than the prefix before it"),
            (&[14, 8, 1, 1, 1, 9, 1, 97, 0, 1], "a length beyond the end"),
            (&[14, 6, 1, 1, 1, 0, 0, 1], "an empty prefix"),
            (&[14, 4, 1, 1, 1], "no prefix in spite of the flag"),
        ] {
            assert!(!is_well_formed(code), "{reason}");
        }
    }
}
