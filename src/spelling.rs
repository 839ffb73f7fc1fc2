//! "Did you mean": finds the known name that was probably meant by a misspelt name.
//!
//! It is used for commands, keys, fields, lessons, tutor commands and the keys of lesson files. The module also formats
//! a call to a method that was named but not called.

use redis_engine::commands;

/// Returns the known name that is most similar to `name`, or `None` if no known name is similar enough.
///
/// Never returns `name` itself.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let (distance, nearest) = closest(name, known)?;
    (distance <= max_edits(length.min(nearest.chars().count()))).then_some(nearest)
}

/// Returns the most similar of a few known names, or `None` if no known name is similar enough. Allows more typing
/// errors than [`nearest`], because a wrong suggestion is unlikely when there are few names.
///
/// Never returns `name` itself.
pub fn nearest_of_few<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(name, known, name.len() / 3 + 1)
}

/// Returns the known name that is most similar to `name`, if the two differ by at most `limit` edits. Otherwise,
/// returns `None`. Never returns `name` itself.
///
/// Intended for callers that have a better limit than one derived from the length of `name`.
pub fn nearest_within<'a>(name: &str, known: impl IntoIterator<Item = &'a str>, limit: usize) -> Option<&'a str> {
    let (distance, nearest) = closest(name, known)?;
    (distance <= limit).then_some(nearest)
}

/// Returns whether two names are so similar that one may be a misspelling of the other.
pub fn are_similar(a: &str, b: &str) -> bool {
    nearest(a, [b]).is_some()
}

fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<(usize, &'a str)> {
    let distance = |known: &str| {
        let edits = strsim::damerau_levenshtein(known, name);
        // A name that differs only in case is closer than one with a different letter.
        if known.eq_ignore_ascii_case(name) { edits.min(1) } else { edits }
    };
    let candidates = known.into_iter().filter(|known| *known != name && !known.is_empty());
    candidates.map(|known| (distance(known), known)).min()
}

/// Returns the number of edits that still count as a typing error in a name of the given length.
///
/// Two-letter names that differ in one letter are different names.
fn max_edits(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        _ => (length / 4).max(2),
    }
}

/// Returns a call to a method, such as `r.ping()`. If the command needs arguments, an ellipsis stands for them.
pub fn call_of_method(method: &str) -> String {
    let name = method.rsplit('.').next().unwrap_or_default();
    let needs_arguments = commands::by_name(name).is_some_and(|row| row.arity != 1 && row.arity != -1);
    if needs_arguments { format!("{method}(…)") } else { format!("{method}()") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_has_a_nearest_name_and_a_different_name_has_none() {
        for (name, known, expected) in [
            ("user:100", &["user:1000", "queue"][..], Some("user:1000")),
            ("visit", &["visits", "name"], Some("visits")),
            ("alice", &["Bob", "Alice"], Some("Alice")),
            ("HGETAL", &["HGET", "HGETALL"], Some("HGETALL")),
            ("a", &["b"], None),
            ("name", &["email"], None),
            ("user:1000", &["user:1000"], None),
            ("10", &["11"], None),
        ] {
            assert_eq!(nearest(name, known.iter().copied()), expected, "{name}");
        }
    }

    #[test]
    fn a_given_limit_replaces_the_default_one() {
        assert_eq!(nearest_of_few("g", ["go", "wait"]), Some("go"));
        assert_eq!(nearest_within("retrun", ["RESET"], 1), None);
    }
}
