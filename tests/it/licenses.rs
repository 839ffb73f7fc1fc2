//! Checks that the third-party notice lists the crates in the binary, and that the program prints the notice.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use crate::support::program::{redis_tutor, stdout};

/// A set of crates, each as `name version`.
type Crates = BTreeSet<String>;

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("the file is part of the source")
}

/// Returns the crates that the third-party notice lists.
fn listed_crates() -> Crates {
    let notice = read("licenses/THIRD-PARTY.txt");
    let list = notice.split("\n====").next().unwrap_or_default();
    let entries = list.lines().filter_map(|line| Some(line.split_once(": ")?.0));
    entries
        .filter(|name| name.split_once(' ').is_some_and(|(_, version)| is_version(version)))
        .map(str::to_owned)
        .collect()
}

fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.') && !text.contains(' ')
}

/// Returns the crates in `Cargo.lock` that come from a registry.
fn locked_crates() -> Crates {
    let lock: toml::Table = read("Cargo.lock").parse().expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("Cargo.lock has packages");
    let registered = packages.iter().filter(|package| package.get("source").is_some());
    registered.map(|package| format!("{} {}", text(package, "name"), text(package, "version"))).collect()
}

fn text<'a>(package: &'a toml::Value, key: &str) -> &'a str {
    package[key].as_str().expect("names and versions are strings")
}

/// Returns the crates that Cargo links into the program on this platform.
fn linked_crates() -> Crates {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--locked", "--offline", "--package", "redis-tutor", "--edges", "normal,no-proc-macro"])
        .args(["--prefix", "none", "--format", "{p}"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("names of crates are ASCII");
    // Skips the crates of this workspace. For them, Cargo prints the path of the folder after the version.
    let crates = lines.lines().filter(|line| !line.contains('/')).filter_map(|line| line.split_once(" v"));
    crates.map(|(name, version)| format!("{name} {}", version.split(' ').next().unwrap_or_default())).collect()
}

#[test]
fn the_notice_lists_every_crate_in_the_binary_in_its_locked_version() {
    let (listed, linked, locked) = (listed_crates(), linked_crates(), locked_crates());
    assert!(linked.len() > 100, "cargo tree lists only {linked:?}");
    let renew = "scripts/third_party_notices renews licenses/THIRD-PARTY.txt";
    let missing: Vec<_> = linked.difference(&listed).collect();
    assert!(missing.is_empty(), "not listed: {missing:?}. {renew}");
    let outdated: Vec<_> = listed.difference(&locked).collect();
    assert!(outdated.is_empty(), "listed, but not in Cargo.lock: {outdated:?}. {renew}");
}

#[test]
fn the_program_prints_its_licence_and_those_of_others() {
    let printed = stdout(&redis_tutor(&["licenses"], b""));
    assert!(printed.starts_with(&read("LICENSE")), "{}", &printed[..200]);
    assert!(printed.ends_with(&read("licenses/THIRD-PARTY.txt")), "the notice is not complete");
    for kind in ["GNU LESSER GENERAL PUBLIC LICENSE", "PYTHON SOFTWARE FOUNDATION LICENSE", "Apache License"] {
        assert!(printed.contains(kind), "{kind} is missing");
    }
}
