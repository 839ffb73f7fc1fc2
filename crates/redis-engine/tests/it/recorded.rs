//! Every command has recorded cases in tests/truth/engine: one that succeeds, one that is refused, and its row's example.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use redis_engine::command::Group;
use redis_engine::commands;
use redis_engine::resp::quoting;

/// Rows whose cases cannot be recorded from a server with default settings, and why.
const EXEMPT: &[(&str, &str)] = &[
    ("DEBUG", "the recorded server refuses it, as Redis does by default; compare_engine asks one that allows it"),
    ("MONITOR", "what it shows tells the time"),
    ("COMMAND", "it lists all commands, those that are out of scope included"),
    ("COMMAND COUNT", "it counts all commands, those that are out of scope included"),
    ("COMMAND DOCS", "its summaries are our own words"),
];

/// Rows that take whatever follows them.
const NEVER_REFUSED: &[&str] = &[
    "INFO",
    "QUIT",
    "PUBSUB NUMSUB",
    "PUBSUB SHARDNUMSUB",
    "UNSUBSCRIBE",
    "PUNSUBSCRIBE",
    "SUNSUBSCRIBE",
    "COMMAND DOCS",
    "COMMAND INFO",
];

/// A command as it was recorded.
struct Case {
    line: String,
    /// The first line of its reply.
    reply: String,
}

/// All commands of all recordings, with their replies.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/engine");
    let mut cases: Vec<Case> = Vec::new();
    for entry in fs::read_dir(&folder).expect("the folder is there") {
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

/// What is recorded of one row.
#[derive(Default)]
struct Found {
    succeeds: bool,
    is_refused: bool,
}

#[test]
fn every_command_has_recorded_cases() {
    let cases = cases();
    let mut found: BTreeMap<&str, Found> = BTreeMap::new();
    for case in &cases {
        let Ok(words) = quoting::split(case.line.as_bytes()) else { continue };
        let argv: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let Some((_, rest)) = argv.split_first() else { continue };
        // An unknown subcommand is refused by its container.
        let Ok(row) = commands::find(&argv).or_else(|_| commands::find(&argv[..argv.len() - rest.len()])) else {
            continue;
        };
        let found = found.entry(row.name).or_default();
        // A queued command has not run yet, and what another client hears is no reply.
        match case.reply.as_str() {
            "+QUEUED" => {}
            reply if reply.starts_with('-') => found.is_refused = true,
            _ => found.succeeds = true,
        }
    }
    let mut complaints = Vec::new();
    for row in commands::all() {
        let is_exempt = EXEMPT.iter().any(|(name, _)| *name == row.name);
        // Scripts are not carried out: their refusal is the tutor's own.
        if is_exempt || row.group == Group::Scripting && !row.name.ends_with("FLUSH") {
            continue;
        }
        let found = found.get(row.name);
        // A container by itself is always refused, and HELP lists what is here, not all that Redis has.
        let only_subcommands =
            commands::all().any(|other| other.name.split(' ').next() == Some(row.name) && other.name != row.name);
        let helps = row.name.ends_with(" HELP");
        if !found.is_some_and(|found| found.succeeds) && !only_subcommands && !helps {
            complaints.push(format!("{}: no success is recorded", row.name));
        }
        if !found.is_some_and(|found| found.is_refused) && !NEVER_REFUSED.contains(&row.name) {
            complaints.push(format!("{}: no error is recorded", row.name));
        }
        for line in row.example.lines().filter(|_| !helps).filter(|line| !cases.iter().any(|case| case.line == *line)) {
            complaints.push(format!("{}: a line of its example is not recorded: {line}", row.name));
        }
    }
    assert!(
        complaints.is_empty(),
        "{} complaints. Add the cases to a script in tests/truth/engine, and record it with scripts/record_truths.\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
