//! Each method of the client is recorded: at least three statements of tests/truth/redis_py call it, and one of them raises.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const STATEMENTS: usize = 3;

/// What cannot be recorded so, by the reason; a family ends in a dot.
const EXCUSED: &[(&str, &str)] = &[
    (
        "the engine has no streams, places and HyperLogLogs; tests/truth/package has them",
        "StreamCommands. GeoCommands. HyperlogCommands.",
    ),
    (
        "the engine runs no Lua: each says so",
        "ScriptCommands. FunctionCommands. Pipeline.load_scripts Lock.register_scripts",
    ),
    ("a constructor is called by its class, all over the recordings", "__init__"),
    (
        "nothing is saved, replicated or moved",
        "bgrewriteaof bgsave save config_rewrite role replicaof slaveof sync psync migrate waitaof shutdown",
    ),
    (
        "nothing is cached at a client",
        "client_getredir client_tracking client_tracking_on client_tracking_off client_trackinginfo",
    ),
    ("no client is paused", "client_pause client_unpause"),
    (
        "nothing is measured",
        "memory_stats memory_malloc_stats memory_purge latency_history latency_latest latency_reset slowlog_get slowlog_len slowlog_reset hotkeys_start hotkeys_stop hotkeys_reset hotkeys_get debug_object lolwut",
    ),
    (
        "Redis 8.2 has no HIMPORT",
        "himport_prepare himport_prepare_internal himport_set himport_discard himport_discard_internal himport_discard_all himport_discard_all_internal",
    ),
    (
        "the server is never moved, and gives out no new logins",
        "re_auth_callback set_in_maintenance get_connection_count",
    ),
];

#[derive(Default)]
struct Recorded {
    statements: usize,
    raising: usize,
}

#[test]
fn each_method_is_recorded_with_an_error() {
    let truth = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth");
    let recorded = calls(&truth.join("redis_py"));
    let methods: Value = serde_json::from_str(&read(&truth.join("redis-py-methods.json"))).expect("it is JSON");
    let mut lacking = Vec::new();
    let mut needless: Vec<&str> = EXCUSED.iter().flat_map(|(_, names)| names.split_whitespace()).collect();
    for (family, methods) in methods.as_object().expect("families by name") {
        // The first entry is redis-py's version.
        for method in methods.as_object().into_iter().flat_map(|methods| methods.keys()) {
            let (statements, raising) = recorded.get(method).map_or((0, 0), |found| (found.statements, found.raising));
            if statements >= STATEMENTS && raising > 0 {
                continue;
            }
            match excuse(family, method) {
                Some(name) => needless.retain(|needless| *needless != name),
                None => lacking.push(format!("{family}.{method}: {statements} statements, {raising} of them raise")),
            }
        }
    }
    assert!(lacking.is_empty(), "each wants {STATEMENTS} statements, and one that raises:\n{}", lacking.join("\n"));
    assert!(needless.is_empty(), "recorded, and excused all the same: {needless:?}");
}

/// The name by which a method is excused, if it is.
fn excuse(family: &str, method: &str) -> Option<&'static str> {
    let class = family.rsplit('.').next().expect("a split has a first part");
    let names = [format!("{class}."), format!("{class}.{method}"), method.to_owned()];
    let mut excused = EXCUSED.iter().flat_map(|(_, names)| names.split_whitespace());
    excused.find(|excused| names.iter().any(|name| name == excused))
}

/// How often each name is called as an attribute in the statements of a folder's recordings.
fn calls(folder: &Path) -> BTreeMap<String, Recorded> {
    let mut recorded: BTreeMap<String, Recorded> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in read(&path).lines() {
            let record: Value = serde_json::from_str(line).expect("a recording is JSON, line by line");
            let statement = record["input"].as_str().expect("a statement has its source");
            let mut names = called(statement);
            names.sort_unstable();
            names.dedup();
            for name in names {
                let found = recorded.entry(name.to_owned()).or_default();
                found.statements += 1;
                found.raising += usize::from(!record["error"].is_null());
            }
        }
    }
    recorded
}

/// The names that stand between a dot and an opening bracket.
fn called(statement: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let before_brackets = statement.match_indices('(').map(|(at, _)| &statement[..at]);
    before_brackets
        .filter_map(|before| {
            let start = before.rfind(|c| !is_name(c))?;
            before[start..].strip_prefix('.')
        })
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
