//! Checks that every command has recorded cases in tests/truth/engine: a success, an error, and its example.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use redis_engine::command::Group;
use redis_engine::commands;
use redis_engine::resp::quoting;

use crate::commands::ALWAYS_REJECTED;

/// Commands whose cases cannot be recorded from a server with default settings, and the reasons.
const EXEMPT: &[(&str, &str)] = &[
    ("DEBUG", "the recorded server rejects it, as Redis does by default; compare_redis uses one that allows it"),
    ("MONITOR", "its output contains times"),
    ("COMMAND", "it lists all commands, including those out of scope"),
    ("COMMAND COUNT", "it counts all commands, including those out of scope"),
    ("COMMAND DOCS", "its summaries are our own words"),
];

/// Commands that accept any arguments, and so never return an error.
const NEVER_ERRORS: &[&str] = &[
    "INFO",
    "LATENCY HISTOGRAM",
    "LATENCY RESET",
    "QUIT",
    "PUBSUB NUMSUB",
    "PUBSUB SHARDNUMSUB",
    "UNSUBSCRIBE",
    "PUNSUBSCRIBE",
    "SUNSUBSCRIBE",
    "COMMAND DOCS",
    "COMMAND INFO",
];

/// A recorded command.
struct Case {
    line: String,
    /// The first line of the reply.
    reply: String,
}

/// Returns the commands in all recordings, with their replies.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/engine");
    let mut cases: Vec<Case> = Vec::new();
    for entry in fs::read_dir(&folder).expect("the folder exists") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_none_or(|extension| extension != "out") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a recording is text");
        for line in text.lines() {
            match line.strip_prefix("> ") {
                Some(line) => {
                    let line =
                        ["@unordered ", "@shape "].iter().find_map(|view| line.strip_prefix(view)).unwrap_or(line);
                    cases.push(Case { line: line.to_owned(), reply: String::new() });
                }
                None => {
                    let case = cases.last_mut().expect("a recording begins with a command");
                    if case.reply.is_empty() {
                        case.reply = line.to_owned();
                    }
                }
            }
        }
    }
    cases
}

/// The recorded cases of a command.
#[derive(Default)]
struct RecordedCases {
    succeeds: bool,
    fails: bool,
}

#[test]
fn every_command_has_recorded_cases() {
    let cases = cases();
    let mut found: BTreeMap<&str, RecordedCases> = BTreeMap::new();
    for case in &cases {
        let Ok(words) = quoting::split(case.line.as_bytes()) else { continue };
        let argv: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let Some((_, rest)) = argv.split_first() else { continue };
        // The error for an unknown subcommand counts as an error of its container command.
        let Ok(row) = commands::find(&argv).or_else(|_| commands::find(&argv[..argv.len() - rest.len()])) else {
            continue;
        };
        let found = found.entry(row.name).or_default();
        // The reply `+QUEUED` does not show whether the command succeeds, so it is not counted.
        match case.reply.as_str() {
            "+QUEUED" => {}
            reply if reply.starts_with('-') => found.fails = true,
            _ => found.succeeds = true,
        }
    }
    let mut problems = Vec::new();
    for row in commands::all() {
        let is_exempt = EXEMPT.iter().any(|(name, _)| *name == row.name);
        // Commands for scripts are skipped: an engine without an interpreter refuses them. Their cases are recorded in
        // crates/lua-kernel/tests/truth.
        if is_exempt || row.group == Group::Scripting && !row.name.ends_with("FLUSH") {
            continue;
        }
        let found = found.get(row.name);
        // A container command without a subcommand always returns an error. HELP lists the subcommands of this engine,
        // not those of Redis.
        let only_subcommands =
            commands::all().any(|other| other.name.split(' ').next() == Some(row.name) && other.name != row.name);
        let is_rejected = ALWAYS_REJECTED.contains(&row.name);
        let helps = row.name.ends_with(" HELP");
        if !found.is_some_and(|found| found.succeeds) && !only_subcommands && !helps && !is_rejected {
            problems.push(format!("{}: no success is recorded", row.name));
        }
        if !found.is_some_and(|found| found.fails) && !NEVER_ERRORS.contains(&row.name) {
            problems.push(format!("{}: no error is recorded", row.name));
        }
        for line in row.example.lines().filter(|_| !helps).filter(|line| !cases.iter().any(|case| case.line == *line)) {
            problems.push(format!("{}: a line of its example is not recorded: {line}", row.name));
        }
    }
    assert!(
        problems.is_empty(),
        "{} problems. Add the cases to a script in tests/truth/engine, and record it with scripts/record_truths.\n{}",
        problems.len(),
        problems.join("\n")
    );
}
