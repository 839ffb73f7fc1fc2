//! Compares the definitions of commands with those that a real server reports (tests/truth/commands.tsv, recorded by
//! `scripts/record_commands`), and runs every command's example.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use redis_engine::Engine;
use redis_engine::argument_syntax;
use redis_engine::command::{Command, Keys};
use redis_engine::commands;
use redis_engine::resp::quoting;
use redis_engine::resp::value::{self, Value};

/// Start time of the engine. Its value does not matter.
const START_US: i64 = 1_700_000_000_000_000;

/// The groups whose commands the engine implements, except those in tests/truth/out-of-scope.txt.
const GROUPS: [&str; 15] = [
    "string",
    "bitmap",
    "hash",
    "list",
    "set",
    "sorted-set",
    "hyperloglog",
    "geo",
    "stream",
    "generic",
    "transactions",
    "pubsub",
    "connection",
    "server",
    "scripting",
];

/// The examples that fail, with the reason. An engine without an interpreter refuses to run or load scripts, and the
/// tests of `lua-kernel` run the examples with an interpreter.
const FAILING_EXAMPLES: [(&str, &str); 3] =
    [("SCRIPT KILL", "NOTBUSY"), ("FUNCTION KILL", "NOTBUSY"), ("FUNCTION DELETE", "Library not found")];

/// Commands that always return an error on a server without replicas, without files for its
/// configuration and its users, and without modules.
pub const ALWAYS_REJECTED: [&str; 7] =
    ["ACL LOAD", "ACL SAVE", "CONFIG REWRITE", "FAILOVER", "MODULE LOAD", "MODULE LOADEX", "MODULE UNLOAD"];

/// A command as the real server reports it.
#[derive(Debug)]
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
    /// The arguments that belong to a key specification, each with the specification's index, as in `destination:0`.
    key_indices: Vec<String>,
    tips: Vec<String>,
}

fn truth(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn recorded() -> BTreeMap<String, Recorded> {
    let table = truth("commands.tsv");
    table.lines().map(|line| Recorded::parse(line).unwrap_or_else(|| panic!("not a recorded line: {line}"))).collect()
}

impl Recorded {
    /// Parses a line of commands.tsv, whose columns `scripts/record_commands` describes. Returns the command's name and
    /// the command.
    fn parse(line: &str) -> Option<(String, Self)> {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, group, since, complexity, arity, flags, categories, keys, counted, tokens, key_indices, tips] =
            columns[..]
        else {
            return None;
        };
        let words = |column: &str| -> Vec<String> { column.split_whitespace().map(str::to_owned).collect() };
        let numbers = |column: &str| column.split_whitespace().map(|n| n.parse().ok()).collect::<Option<Vec<i32>>>();
        let recorded = Recorded {
            group: group.to_owned(),
            since: since.to_owned(),
            complexity: complexity.to_owned(),
            arity: arity.parse().ok()?,
            flags: words(flags),
            categories: words(categories),
            keys: numbers(keys)?.try_into().ok()?,
            counted: numbers(counted)?,
            tokens: words(tokens),
            key_indices: words(key_indices),
            tips: words(tips),
        };
        Some((name.to_owned(), recorded))
    }
}

/// Returns whether out-of-scope.txt lists a command, by its name or by a pattern such as `ACL *`.
fn is_excluded(exclusions: &[(String, String)], name: &str) -> bool {
    exclusions.iter().any(|(excluded, _)| match excluded.strip_suffix(" *") {
        Some(container) => name.split(' ').next() == Some(container),
        None => name == excluded,
    })
}

/// Returns the lines of out-of-scope.txt as pairs of a command's name and a reason.
fn exclusions() -> Vec<(String, String)> {
    truth("out-of-scope.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (name, reason) = line.split_once("  ").unwrap_or_else(|| panic!("no reason: {line}"));
            (name.trim().to_owned(), reason.trim().to_owned())
        })
        .collect()
}

fn assert_no_problems(problems: &[String]) {
    assert!(
        problems.is_empty(),
        "{} problems
{}",
        problems.len(),
        problems.join("\n")
    );
}

#[test]
fn every_redis_command_in_scope_is_defined() {
    let exclusions = exclusions();
    let rows: BTreeSet<&str> = commands::all().map(|row| row.name).collect();
    let recorded = recorded();
    let required: BTreeSet<&str> = recorded
        .iter()
        .filter(|(name, command)| GROUPS.contains(&command.group.as_str()) && !is_excluded(&exclusions, name))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut problems: Vec<_> = required.difference(&rows).map(|name| format!("{name}: has no row")).collect();
    for (name, reason) in &exclusions {
        if rows.iter().any(|row| is_excluded(&[(name.clone(), reason.clone())], row)) {
            problems.push(format!("{name}: is excluded by out-of-scope.txt ({reason}), but has a row"));
        }
    }
    for row in commands::all() {
        match recorded.get(row.name) {
            None => problems.push(format!("{}: Redis has no such command", row.name)),
            Some(truth) if !GROUPS.contains(&truth.group.as_str()) => {
                problems.push(format!("{}: its group is out of scope", row.name));
            }
            Some(_) => {}
        }
    }
    assert_no_problems(&problems);
}

#[test]
fn definitions_agree_with_those_of_redis() {
    let recorded = recorded();
    let mut problems = Vec::new();
    for row in commands::all() {
        if let Some(truth) = recorded.get(row.name) {
            compare(row, truth, &mut problems);
        }
    }
    assert_no_problems(&problems);
}

fn compare(row: &Command, truth: &Recorded, problems: &mut Vec<String>) {
    let mut check = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            problems.push(format!("{}: {what}: ours {ours}, Redis's {theirs}", row.name));
        }
    };
    let Keys { first, last, step, count_at, follow_streams: _ } = row.keys;
    let counted: Vec<i32> = (count_at > 0).then_some(count_at).into_iter().collect();
    check("arity", row.arity.to_string(), truth.arity.to_string());
    check("keys", format!("{:?}", [first, last, step]), format!("{:?}", truth.keys));
    check("counted keys", format!("{counted:?}"), format!("{:?}", truth.counted));
    check("group", row.group.name().to_owned(), truth.group.clone());
    check("since", row.since.to_owned(), truth.since.clone());
    check("complexity", row.complexity.to_owned(), truth.complexity.clone());
    let arguments = argument_syntax::parse(row.syntax);
    let tokens: Vec<_> =
        arguments.iter().flat_map(argument_syntax::Argument::all).filter_map(|argument| argument.token).collect();
    check("tokens", format!("{tokens:?}"), format!("{:?}", truth.tokens));
}

#[test]
fn command_info_has_the_flags_categories_and_tips_of_redis() {
    let recorded = recorded();
    let mut engine = SingleClient::new();
    let mut problems = Vec::new();
    for row in commands::all() {
        let Some(truth) = recorded.get(row.name) else { continue };
        let entries = describe(&mut engine, "INFO", row.name);
        let [Value::Array(parts)] = entries.as_slice() else { panic!("COMMAND INFO replies {entries:?}") };
        let lists = [("flags", 2, &truth.flags), ("categories", 6, &truth.categories), ("tips", 7, &truth.tips)];
        for (what, at, theirs) in lists {
            let ours = texts(&parts[at]);
            if ours != *theirs {
                problems.push(format!("{}: {what}: ours {ours:?}, Redis's {theirs:?}", row.name));
            }
        }
    }
    assert_no_problems(&problems);
}

#[test]
fn command_docs_has_the_key_indices_of_redis() {
    let recorded = recorded();
    let mut engine = SingleClient::new();
    let mut problems = Vec::new();
    for row in commands::all() {
        let Some(truth) = recorded.get(row.name) else { continue };
        let docs = describe(&mut engine, "DOCS", row.name);
        let ours = field(&docs[1], "arguments").map(key_indices).unwrap_or_default();
        if ours != truth.key_indices {
            problems.push(format!("{}: key indices: ours {ours:?}, Redis's {:?}", row.name, truth.key_indices));
        }
    }
    assert_no_problems(&problems);
}

/// Returns the elements of the reply to COMMAND INFO or COMMAND DOCS for one command.
fn describe(engine: &mut SingleClient, subcommand: &str, command: &str) -> Vec<Value> {
    let name = command.to_lowercase().replace(' ', "|");
    match engine.run(&[b"COMMAND", subcommand.as_bytes(), name.as_bytes()]) {
        Value::Array(entries) => entries,
        reply => panic!("COMMAND {subcommand} {name} replies {reply:?}"),
    }
}

/// Returns the value of a field in a flat array of names and values.
fn field<'a>(pairs: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Array(pairs) = pairs else { panic!("not an array: {pairs:?}") };
    let is_name = |pair: &&[Value]| matches!(pair, [Value::Bulk(text), _] if text == name.as_bytes());
    pairs.chunks(2).find(is_name).map(|pair| &pair[1])
}

/// Returns the arguments that belong to a key specification, each with the specification's index, as in
/// `destination:0`. `arguments` is the array of arguments in the reply to COMMAND DOCS.
fn key_indices(arguments: &Value) -> Vec<String> {
    let Value::Array(arguments) = arguments else { panic!("not an array: {arguments:?}") };
    let mut found = Vec::new();
    for argument in arguments {
        if let (Some(Value::Bulk(name)), Some(Value::Integer(index))) =
            (field(argument, "name"), field(argument, "key_spec_index"))
        {
            found.push(format!("{}:{index}", String::from_utf8_lossy(name)));
        }
        found.extend(field(argument, "arguments").map(key_indices).unwrap_or_default());
    }
    found
}

/// Returns the strings in an array of status replies or bulk strings.
fn texts(value: &Value) -> Vec<String> {
    let Value::Array(words) = value else { panic!("not an array: {value:?}") };
    words
        .iter()
        .map(|word| match word {
            Value::Simple(text) | Value::Bulk(text) => String::from_utf8_lossy(text).into_owned(),
            other => panic!("not a status: {other:?}"),
        })
        .collect()
}

#[test]
fn every_example_runs() {
    let mut problems = Vec::new();
    for row in commands::all() {
        let mut engine = SingleClient::new();
        let lines: Vec<&str> = row.example.lines().collect();
        for line in &lines {
            let words =
                quoting::split(line.as_bytes()).unwrap_or_else(|_| panic!("{}: unbalanced quotes: {line}", row.name));
            let argv: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            if let Value::Error(text) = engine.run(&argv) {
                let text = String::from_utf8_lossy(&text);
                let is_known = FAILING_EXAMPLES.iter().any(|(name, error)| row.name == *name && text.contains(error));
                if is_known || text.ends_with("this server runs no Lua scripts") {
                    continue;
                }
                if ALWAYS_REJECTED.contains(&row.name) {
                    continue;
                }
                problems.push(format!("{}: {line}: {text}", row.name));
            }
        }
        let uses = |line: &&str| line.to_uppercase().starts_with(row.name);
        if !lines.last().is_some_and(uses) {
            problems.push(format!("{}: the last line of its example does not use it", row.name));
        }
    }
    assert_no_problems(&problems);
}

#[test]
fn every_summary_is_a_sentence() {
    let problems: Vec<_> = commands::all()
        .filter(|row| !row.summary.ends_with('.') || row.summary.contains('\n'))
        .map(|row| format!("{}: {:?}", row.name, row.summary))
        .collect();
    assert_no_problems(&problems);
}

/// An empty engine with one client.
struct SingleClient {
    engine: Engine,
    client: redis_engine::client::ClientId,
}

impl SingleClient {
    fn new() -> Self {
        let mut engine = Engine::new(7, START_US);
        // DEBUG is enabled, because some examples use it.
        engine.server.config.set_unchecked("enable-debug-command", b"yes");
        let client = engine.connect();
        SingleClient { engine, client }
    }

    /// Runs a command, and returns its first reply, or null if there is none.
    fn run(&mut self, argv: &[&[u8]]) -> Value {
        self.engine.execute(self.client, argv, START_US);
        let bytes = self.engine.server.clients.get_mut(self.client).reply.take();
        let reply = value::parse(&bytes).expect("the engine writes replies");
        reply.map_or(Value::Null, |(value, _)| value)
    }
}
