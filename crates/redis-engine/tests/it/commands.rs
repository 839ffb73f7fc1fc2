//! Holds the rows of the engine's commands against what the real server says of its own (tests/truth/commands.json, which
//! `scripts/record_commands` records), and runs every row's example.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use redis_engine::Engine;
use redis_engine::command::{Command, Keys};
use redis_engine::commands;
use redis_engine::resp::quoting;
use redis_engine::resp::value::{self, Value};
use redis_engine::syntax;
use serde::Deserialize;

/// Any moment will do.
const START_US: i64 = 1_700_000_000_000_000;

/// The groups that the engine has all of, but for tests/truth/out-of-scope.txt.
const GROUPS: [&str; 11] = [
    "string",
    "bitmap",
    "hash",
    "list",
    "set",
    "sorted-set",
    "generic",
    "transactions",
    "pubsub",
    "connection",
    "server",
];

/// Rows of this group succeed on nothing, or say that there are no scripts.
const SCRIPTING: &str = "scripting";

/// A command as the real server describes it.
#[derive(Debug, Deserialize)]
struct Recorded {
    group: String,
    since: String,
    complexity: String,
    arity: i32,
    flags: Vec<String>,
    categories: Vec<String>,
    keys: [i32; 3],
    counted: Vec<i32>,
    tokens: Vec<String>,
}

fn truth(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn recorded() -> BTreeMap<String, Recorded> {
    serde_json::from_str(&truth("commands.json")).expect("scripts/record_commands wrote it")
}

/// Whether out-of-scope.txt names a command, by itself or as `ACL *`.
fn is_left_out(exclusions: &[(String, String)], name: &str) -> bool {
    exclusions.iter().any(|(excluded, _)| match excluded.strip_suffix(" *") {
        Some(container) => name.split(' ').next() == Some(container),
        None => name == excluded,
    })
}

/// The lines of out-of-scope.txt: a name and a reason.
fn exclusions() -> Vec<(String, String)> {
    truth("out-of-scope.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (name, reason) = line.split_once("  ").unwrap_or_else(|| panic!("no reason is given: {line}"));
            (name.trim().to_owned(), reason.trim().to_owned())
        })
        .collect()
}

fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_command_of_redis_in_scope_has_a_row() {
    let exclusions = exclusions();
    let rows: BTreeSet<&str> = commands::all().map(|row| row.name).collect();
    let recorded = recorded();
    let wanted: BTreeSet<&str> = recorded
        .iter()
        .filter(|(name, command)| GROUPS.contains(&command.group.as_str()) && !is_left_out(&exclusions, name))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut complaints: Vec<_> = wanted.difference(&rows).map(|name| format!("{name}: has no row")).collect();
    for (name, reason) in &exclusions {
        if rows.iter().any(|row| is_left_out(&[(name.clone(), reason.clone())], row)) {
            complaints.push(format!("{name}: is left out by out-of-scope.txt ({reason}), and yet has a row"));
        }
    }
    for row in commands::all() {
        match recorded.get(row.name) {
            None => complaints.push(format!("{}: Redis has no such command", row.name)),
            Some(truth) if !GROUPS.contains(&truth.group.as_str()) && truth.group != SCRIPTING => {
                complaints.push(format!("{}: its group is out of scope", row.name));
            }
            Some(_) => {}
        }
    }
    assert_none(&complaints);
}

#[test]
fn the_rows_say_what_redis_says_of_its_commands() {
    let recorded = recorded();
    let mut complaints = Vec::new();
    for row in commands::all() {
        if let Some(truth) = recorded.get(row.name) {
            compare(row, truth, &mut complaints);
        }
    }
    assert_none(&complaints);
}

fn compare(row: &Command, truth: &Recorded, complaints: &mut Vec<String>) {
    let mut same = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            complaints.push(format!("{}: {what}: ours {ours}, Redis's {theirs}", row.name));
        }
    };
    let Keys { first, last, step, count_at } = row.keys;
    let counted: Vec<i32> = (count_at > 0).then_some(count_at).into_iter().collect();
    same("arity", row.arity.to_string(), truth.arity.to_string());
    same("keys", format!("{:?}", [first, last, step]), format!("{:?}", truth.keys));
    same("counted keys", format!("{counted:?}"), format!("{:?}", truth.counted));
    same("group", row.group.name().to_owned(), truth.group.clone());
    same("since", row.since.to_owned(), truth.since.clone());
    same("complexity", row.complexity.to_owned(), truth.complexity.clone());
    let arguments = syntax::parse(row.syntax);
    let tokens: Vec<_> =
        arguments.iter().flat_map(syntax::Argument::all).filter_map(|argument| argument.token).collect();
    same("tokens", format!("{tokens:?}"), format!("{:?}", truth.tokens));
}

#[test]
fn command_info_lists_flags_and_categories_as_redis_does() {
    let recorded = recorded();
    let mut engine = Tutor::new();
    let mut complaints = Vec::new();
    for row in commands::all() {
        let Some(truth) = recorded.get(row.name) else { continue };
        let name = row.name.to_lowercase().replace(' ', "|");
        let Value::Array(answers) = engine.run(&[b"COMMAND", b"INFO", name.as_bytes()]) else {
            panic!("COMMAND INFO {name} answers no array");
        };
        let [Value::Array(parts)] = answers.as_slice() else { panic!("COMMAND INFO {name} answers {answers:?}") };
        for (what, at, theirs) in [("flags", 2, &truth.flags), ("categories", 6, &truth.categories)] {
            let ours = texts(&parts[at]);
            if ours != *theirs {
                complaints.push(format!("{}: {what}: ours {ours:?}, Redis's {theirs:?}", row.name));
            }
        }
    }
    assert_none(&complaints);
}

/// The words of an array of status replies.
fn texts(value: &Value) -> Vec<String> {
    let Value::Array(words) = value else { panic!("no array: {value:?}") };
    words
        .iter()
        .map(|word| match word {
            Value::Simple(text) => String::from_utf8_lossy(text).into_owned(),
            other => panic!("no status: {other:?}"),
        })
        .collect()
}

#[test]
fn every_example_runs() {
    let mut complaints = Vec::new();
    for row in commands::all() {
        let mut engine = Tutor::new();
        engine.engine.server.config.state("enable-debug-command", b"yes");
        let lines: Vec<&str> = row.example.lines().collect();
        for line in &lines {
            let words =
                quoting::split(line.as_bytes()).unwrap_or_else(|_| panic!("{}: unbalanced quotes: {line}", row.name));
            let argv: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            if let Value::Error(text) = engine.run(&argv) {
                let text = String::from_utf8_lossy(&text);
                if row.group.name() == SCRIPTING && text.ends_with("this server runs no Lua scripts") {
                    continue;
                }
                complaints.push(format!("{}: {line}: {text}", row.name));
            }
        }
        let uses = |line: &&str| line.to_uppercase().starts_with(row.name);
        if !lines.last().is_some_and(uses) {
            complaints.push(format!("{}: the last line of its example does not use it", row.name));
        }
    }
    assert_none(&complaints);
}

#[test]
fn every_summary_is_a_sentence() {
    let complaints: Vec<_> = commands::all()
        .filter(|row| !row.summary.ends_with('.') || row.summary.contains('\n'))
        .map(|row| format!("{}: {:?}", row.name, row.summary))
        .collect();
    assert_none(&complaints);
}

/// An empty engine with one client.
struct Tutor {
    engine: Engine,
    client: redis_engine::client::ClientId,
}

impl Tutor {
    fn new() -> Self {
        let mut engine = Engine::new(7, START_US);
        // As with `enable-debug-command yes`: the examples use every command.
        engine.server.config.state("enable-debug-command", b"yes");
        let client = engine.connect();
        Tutor { engine, client }
    }

    /// The first reply; null while the client waits, or if the command answers nothing.
    fn run(&mut self, argv: &[&[u8]]) -> Value {
        self.engine.execute(self.client, argv, START_US);
        let bytes = self.engine.server.clients.get_mut(self.client).reply.take();
        let reply = value::parse(&bytes).expect("the engine writes replies");
        reply.map_or(Value::Null, |(value, _)| value)
    }
}
