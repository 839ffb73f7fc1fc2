//! The test cases of the amendments (corrections of the interpreter): expressions with their results in CPython.

use super::Python;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct Case {
    source: String,
    output: String,
    error: Option<Error>,
}

#[derive(Deserialize, PartialEq, Debug)]
struct Error {
    class: String,
    message: String,
}

fn in_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns the names of the files in a folder, without their extensions.
fn stems(folder: &str, extension: Option<&str>) -> BTreeSet<String> {
    let paths = fs::read_dir(in_crate(folder)).unwrap().map(|entry| entry.unwrap().path());
    let wanted =
        paths.filter(|path| extension.is_none_or(|wanted| path.extension().is_some_and(|found| found == wanted)));
    wanted.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// Replaces memory addresses, which differ from run to run.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(part.len());
        masked += if digits >= 8 { "0x…" } else { "0x" };
        masked += if digits >= 8 { &part[digits..] } else { part };
    }
    masked
}

#[test]
fn types_are_those_of_cpython() {
    let mut differences = String::new();
    for name in stems("tests/recorded/types", Some("json")) {
        let recorded = fs::read_to_string(in_crate(&format!("tests/recorded/types/{name}.json"))).unwrap();
        let mut python = Python::start();
        for Case { source, output, error } in serde_json::from_str::<Vec<Case>>(&recorded).unwrap() {
            let result = python.run(&source);
            let raised = result.outcome.exception.map(|raised| Error { class: raised.class, message: raised.message });
            if without_addresses(&result.stdout) != without_addresses(&output) || raised != error {
                differences += &format!(
                    "{name}: {source}\n  CPython: {output}{}\n  ours:    {}{}\n",
                    error.map_or_else(String::new, |error| format!("{error:?}")),
                    result.stdout,
                    raised.map_or_else(String::new, |error| format!("{error:?}")),
                );
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn every_amendment_has_its_cases() {
    let cases = stems("tests/recorded/types", Some("py"));
    // `mod`, `replace` and `unicode` only support the other amendments, and have no test cases of their own.
    let amendments = stems("src/kernel/amendments", None);
    let without: Vec<_> = amendments
        .iter()
        .filter(|name| !["mod", "replace", "unicode"].contains(&name.as_str()) && !cases.contains(*name))
        .collect();
    assert!(without.is_empty(), "there is no tests/recorded/types/NAME.py for {without:?}");
    assert_eq!(cases, stems("tests/recorded/types", Some("json")), "run tests/recorded/record.py");
}

#[test]
fn a_partial_that_calls_itself_raises_recursion_error() {
    let mut python = Python::start();
    // CPython 3.13.0 itself crashes in this case, so its result cannot be recorded.
    let result = python.run("import functools; p = functools.partial(print); p.__setstate__((p, (), {}, {})); p()");
    assert_eq!(result.exception().class, "RecursionError");
}

#[test]
fn a_panic_in_a_native_function_becomes_an_exception() {
    let mut python = Python::start();
    let node = "ast.fix_missing_locations(ast.Expression(ast.JoinedStr([ast.Constant(1)])))";
    python.run("import ast; kept = 1");
    let source = format!("try: compile({node}, 'x', 'eval')\nexcept SystemError as error: print(error)\n");
    let result = python.run(&source);
    assert!(result.stdout.starts_with("redis-tutor's Python cannot do this: its interpreter failed ("), "{result:?}");
    assert_eq!(python.run("kept").stdout, "1\n");
}
