//! Checks that every method of the `redis` package is tested: at least three statements in tests/truth/redis_py must
//! call it, and at least one of them must raise an error.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Minimum number of recorded statements that must call each method.
const MIN_STATEMENTS: usize = 3;

/// Methods that need no recordings. Each row contains the reason, and then the names of the methods. A name that ends
/// with a dot exempts a whole class.
const EXEMPT: &[(&str, &str)] = &[
    (
        "the engine runs no Lua: each method raises an error that says so",
        "ScriptCommands. FunctionCommands. Pipeline.load_scripts Lock.register_scripts",
    ),
    ("constructors are called through their class in most recordings", "__init__"),
    ("the engine has no replication and migration", "sync psync migrate shutdown"),
    (
        "the engine has no client-side caching",
        "client_getredir client_tracking client_tracking_on client_tracking_off client_trackinginfo",
    ),
    ("the engine does not pause clients", "client_pause client_unpause"),
    ("Redis 8.2 has no HOTKEYS", "hotkeys_start hotkeys_stop hotkeys_reset hotkeys_get"),
    ("the real server rejects DEBUG", "debug_object"),
    (
        "Redis 8.2 has no HIMPORT",
        "himport_prepare himport_prepare_internal himport_set himport_discard himport_discard_internal himport_discard_all himport_discard_all_internal",
    ),
    (
        "the server is never moved, and credentials do not expire",
        "re_auth_callback set_in_maintenance get_connection_count",
    ),
];

/// Number of recorded statements that call a method, and number of those that raise an error.
#[derive(Default)]
struct CallCounts {
    statements: usize,
    raising: usize,
}

#[test]
fn every_method_has_recorded_calls_and_a_recorded_error() {
    let truth = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth");
    let recorded = count_calls(&truth.join("redis_py"));
    let methods: Value = serde_json::from_str(&read(&truth.join("redis-py-methods.json"))).expect("it is JSON");
    let mut missing = Vec::new();
    let mut unused_exemptions: Vec<&str> = EXEMPT.iter().flat_map(|(_, names)| names.split_whitespace()).collect();
    for (family, methods) in methods.as_object().expect("families by name") {
        // Skips the entry with redis-py's version, which contains no methods.
        for method in methods.as_object().into_iter().flat_map(|methods| methods.keys()) {
            let (statements, raising) =
                recorded.get(method).map_or((0, 0), |counts| (counts.statements, counts.raising));
            if statements >= MIN_STATEMENTS && raising > 0 {
                continue;
            }
            match exemption(family, method) {
                Some(name) => unused_exemptions.retain(|exemption| *exemption != name),
                None => missing
                    .push(format!("{family}.{method}: {statements} statements, {raising} of them raise an error")),
            }
        }
    }
    assert!(
        missing.is_empty(),
        "each method needs {MIN_STATEMENTS} statements, and one that raises an error:\n{}",
        missing.join("\n")
    );
    assert!(
        unused_exemptions.is_empty(),
        "these methods are recorded, so remove them from EXEMPT: {unused_exemptions:?}"
    );
}

/// Returns the name in `EXEMPT` that covers a method, if there is one.
fn exemption(family: &str, method: &str) -> Option<&'static str> {
    let class = family.rsplit('.').next().expect("a split has a first part");
    let names = [format!("{class}."), format!("{class}.{method}"), method.to_owned()];
    let mut exempt = EXEMPT.iter().flat_map(|(_, names)| names.split_whitespace());
    exempt.find(|exempt| names.iter().any(|name| name == exempt))
}

/// Counts, for each attribute, the statements recorded in a folder that call it.
fn count_calls(folder: &Path) -> BTreeMap<String, CallCounts> {
    let mut recorded: BTreeMap<String, CallCounts> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in read(&path).lines() {
            let record: Value = serde_json::from_str(line).expect("a recording is one JSON object per line");
            let statement = record["input"].as_str().expect("a record has an input");
            let mut names = called_attributes(statement);
            names.sort_unstable();
            names.dedup();
            for name in names {
                let counts = recorded.entry(name.to_owned()).or_default();
                counts.statements += 1;
                counts.raising += usize::from(!record["error"].is_null());
            }
        }
    }
    recorded
}

/// Returns each name that stands between a dot and an opening parenthesis, as in `r.get(`.
fn called_attributes(statement: &str) -> Vec<&str> {
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
