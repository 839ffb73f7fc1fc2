//! Checks the examples in the help for redis-py methods. The examples form a script in tests/truth, in which each
//! example follows the setup lines of the example for its Redis command. `scripts/record_truths` records what the real
//! redis-py returns for them.

use std::fmt::Write as _;
use std::path::Path;

use python_kernel::redis_methods::{self, Method};
use redis_engine::resp::quoting;
use redis_tutor::session::display::help::command_of_method;

/// Methods whose examples return different results each time, or affect the results of later examples.
const LEFT_OUT: &[&str] = &[
    "acl_cat",
    "acl_genpass",
    "auth",
    "bgrewriteaof",
    "bgsave",
    "client_id",
    "client_info",
    "client_kill",
    "client_list",
    "client_pause",
    "client_reply",
    "command",
    "command_count",
    "config_get",
    "debug_object",
    "hpttl",
    "hrandfield",
    "info",
    "lastsave",
    "lolwut",
    "memory_malloc_stats",
    "memory_stats",
    "memory_usage",
    "monitor",
    "pttl",
    "quit",
    "reset",
    "save",
    "select",
    "slowlog_get",
    "slowlog_len",
    "smembers",
    "sunion",
    "time",
    "xpending_range",
    "zrandmember",
];

fn script() -> String {
    let mut script = "# The commands differ: redis-py's lock runs scripts, and its tokens are random.\n\
                      # These are the examples of the help about redis-py's methods. `RECORD=1 cargo test --test it\n\
                      # method_examples` writes this file.\n"
        .to_owned();
    for method in redis_methods::all() {
        let command = command_of_method(method);
        let is_known = command.is_some() || !method.is_command();
        if method.example.is_empty() || !is_known || LEFT_OUT.contains(&method.name.as_str()) {
            continue;
        }
        script.push_str("\nr.flushall()\n");
        if let Some(command) = command.filter(|_| method.is_command()) {
            let lines: Vec<&str> = command.example.lines().collect();
            for line in &lines[..lines.len() - 1] {
                let words = quoting::split(line.as_bytes()).expect("an example has balanced quotes");
                let words: Vec<_> = words.iter().map(|word| format!("'{}'", String::from_utf8_lossy(word))).collect();
                writeln!(script, "r.execute_command({})", words.join(", ")).expect("a text can be written to");
            }
        }
        script.push_str(&example(method));
    }
    script
}

/// Returns the lines of a method's example, with a blank line after each indented block.
fn example(method: &Method) -> String {
    let mut lines = String::new();
    let mut is_in_block = false;
    for line in &method.example {
        let is_indented = line.starts_with(' ');
        lines.push_str(if is_in_block && !is_indented { "\n" } else { "" });
        is_in_block = is_indented;
        writeln!(lines, "{line}").expect("a text can be written to");
    }
    lines
}

#[test]
fn the_examples_of_methods_are_recorded() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/redis_py/method_examples.py");
    let script = script();
    if std::env::var_os("RECORD").is_some() {
        std::fs::write(&path, &script).expect("the folder is writable");
    }
    let recorded = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        recorded == script,
        "the examples have changed: RECORD=1 cargo test --test it method_examples, then scripts/record_truths {}",
        path.display()
    );
}
