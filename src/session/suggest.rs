//! Suggestions for mistyped names.

/// Returns the name most similar to `name`, if one is similar enough.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, nearest) = names.map(|known| (strsim::damerau_levenshtein(known, name), known)).min()?;
    (distance <= name.len() / 3 + 1).then_some(nearest)
}
