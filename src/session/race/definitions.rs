//! Selects the definitions that a racing program needs from the statements that the learner has run.

use python_kernel::syntax;

/// Returns whether a statement is a definition, an import or an assignment.
pub fn is_definition(source: &str) -> bool {
    let first = source.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
    let after = source[first.len()..].trim_start();
    source.starts_with('@')
        || ["def", "class", "import", "from", "async"].contains(&first)
        || (after.starts_with('=') && !after.starts_with("=="))
}

/// Returns whether a statement defines the function that `run` calls.
pub fn defines_run(source: &str, run: &str) -> bool {
    is_definition(source) && names_of(run).any(|name| defines_name(source, name))
}

/// Selects the definitions that a program needs, in their original order: those of the names that it reads, and in turn
/// those of the names that the selected definitions read. All imports are selected.
pub fn needed<'a>(program: &str, defined: impl DoubleEndedIterator<Item = &'a String>) -> Vec<String> {
    let mut names = syntax::variables(program).read;
    let mut found: Vec<String> = Vec::new();
    for source in defined.rev() {
        let variables = syntax::variables(source);
        let is_import = source.starts_with("import") || source.starts_with("from");
        if is_import || variables.bound.iter().any(|name| names.contains(name)) {
            names.extend(variables.read);
            found.push(source.clone());
        }
    }
    found.reverse();
    found
}

/// Returns the identifiers, keywords and numbers in a piece of code, including those inside strings.
fn names_of(source: &str) -> impl Iterator<Item = &str> {
    source.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|name| !name.is_empty())
}

/// Returns whether a statement defines the given name.
fn defines_name(source: &str, name: &str) -> bool {
    let own = source.lines().find(|line| !line.starts_with('@')).unwrap_or_default();
    let words: Vec<&str> = names_of(own).take(3).collect();
    match words.as_slice() {
        ["async", "def", defined, ..] | ["def" | "class", defined, ..] => *defined == name,
        [defined, ..] => *defined == name,
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_distinguished_from_other_statements() {
        for source in ["def f():\n    pass", "import json", "@d\ndef f(): pass", "n = 1", "f = lambda: 1"] {
            assert!(is_definition(source), "{source}");
        }
        for source in ["f()", "r.set('a', 1)", "n == 1", "for i in x:\n    f()", "define()"] {
            assert!(!is_definition(source), "{source}");
        }
    }

    #[test]
    fn the_name_of_a_definition_is_found() {
        for (source, name) in [
            ("def buy():\n    pass", "buy"),
            ("@cached\ndef buy(n):\n    pass", "buy"),
            ("async def buy(): pass", "buy"),
            ("buy = lambda: r.decr('n')", "buy"),
        ] {
            assert!(defines_name(source, name), "{source}");
            assert!(!defines_name(source, "sell"), "{source}");
        }
        assert_eq!(names_of("if buy('a'): r.incr('n')").collect::<Vec<_>>(), ["if", "buy", "a", "r", "incr", "n"]);
    }

    #[test]
    fn a_program_needs_the_definitions_that_its_names_lead_to() {
        let defined = ["import json", "KEY = 'seats'", "n = r.blpop('q')", "def buy():\n    r.decr(KEY)", "m = 1"];
        let defined = defined.map(str::to_owned);
        assert_eq!(needed("buy()", defined.iter()), [&defined[0], &defined[1], &defined[3]].map(String::clone));
    }
}
