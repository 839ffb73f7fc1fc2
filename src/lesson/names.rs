//! Names that are almost right: the one measure of "did you mean", for keys, fields, members, commands and lesson files.

/// The name most like `name` and not equal to it, if one is like it at all.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let distance = |known: &str| {
        let plain = strsim::damerau_levenshtein(known, name);
        // Only capital and small letters apart is nearer than any other letter.
        if known.eq_ignore_ascii_case(name) { plain.min(1) } else { plain }
    };
    let candidates = known.into_iter().filter(|known| *known != name && !known.is_empty());
    let (found, nearest) = candidates.map(|known| (distance(known), known)).min()?;
    (found <= reach(length.min(nearest.chars().count()))).then_some(nearest)
}

/// Whether two names are so alike that one may have been meant for the other.
pub fn are_alike(a: &str, b: &str) -> bool {
    nearest(a, [b]).is_some()
}

/// How many letters may differ in a name of this length: one of two letters is another name, not a slip.
fn reach(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        _ => (length / 4).max(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_name_is_not() {
        for (name, known, meant) in [
            ("user:100", &["user:1000", "queue"][..], Some("user:1000")),
            ("visit", &["visits", "name"], Some("visits")),
            ("alice", &["Bob", "Alice"], Some("Alice")),
            ("HGETAL", &["HGET", "HGETALL"], Some("HGETALL")),
            ("a", &["b"], None),
            ("name", &["email"], None),
            ("user:1000", &["user:1000"], None),
            ("10", &["11"], None),
        ] {
            assert_eq!(nearest(name, known.iter().copied()), meant, "{name}");
        }
    }
}
