//! Holds `run --json`, `run --cli` and the engine against what the real CPython, redis-py, Redis and redis-cli said to
//! the scripts in tests/truth. `scripts/record_truths` records them anew.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use std::{fs, thread};

mod support {
    pub mod compare;
    pub mod engine_script;
    pub mod engine_server;
    pub mod transcript;
}

use support::engine_script::Server;
use support::engine_server::{Connection, EngineServer, State};
use support::{compare, engine_script, transcript};

/// Any moment will do: the recordings hold no absolute times.
const START_US: i64 = 1_700_000_000_000_000;

#[test]
fn python_scripts_say_what_the_real_three_say() {
    assert_all_agree("redis_py", "py", |script| {
        let truth = compare::records(&read(&script.with_extension("jsonl")))?;
        let ours = compare::records(&run("--json", script)?)?;
        Ok(compare::differences(&truth, &ours))
    });
}

#[test]
fn redis_cli_lines_print_what_redis_cli_prints() {
    assert_all_agree("redis_cli", "txt", |script| {
        let ours = transcript::without_connection_id(&run("--cli", script)?);
        Ok(transcript::differences(&read(&script.with_extension("out")), &ours))
    });
}

#[test]
fn engine_scripts_get_the_bytes_that_redis_answers() {
    assert_all_agree("engine", "txt", |script| {
        let ours = engine_script::play(&read(script), &mut EngineServer::at(START_US))?;
        Ok(transcript::differences(&read(&script.with_extension("out")), &ours))
    });
}

impl Server for EngineServer {
    fn connect(&mut self) -> Connection {
        self.connect()
    }

    fn close(&mut self, client: Connection) {
        self.close(client);
    }

    fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>) {
        self.send(client, argv);
    }

    fn received(&mut self, client: Connection) -> Vec<u8> {
        self.received(client)
    }

    fn state(&self, client: Connection) -> State {
        self.state(client)
    }

    fn id(&self, client: Connection) -> u64 {
        self.id(client)
    }

    fn advance(&mut self, time: Duration) {
        self.advance(time);
    }

    fn allow_debug(&mut self) {
        self.engine.hub.config.state("enable-debug-command", b"yes");
    }

    fn advance_to_deadline(&mut self) {
        let engine = &self.engine;
        if let Some(deadline_ms) = engine.hub.blocking.next_deadline() {
            let left_us = (deadline_ms * 1000 - engine.keyspace.now_us()).max(0);
            self.advance(Duration::from_micros(left_us.unsigned_abs()));
        }
    }
}

/// Compares every script of a folder of tests/truth, and fails once, with all that differs, file by file.
fn assert_all_agree(folder: &str, extension: &str, compared: impl Fn(&Path) -> Result<Vec<String>, String> + Sync) {
    let scripts = Mutex::new(scripts_in(folder, extension));
    let complaints = Mutex::new(Vec::new());
    let work = || {
        // The guard is dropped before the work starts.
        while let Some(script) = { scripts.lock().expect("no worker panics with the lock").pop() } {
            let found = compared(&script).unwrap_or_else(|error| vec![error]);
            if !found.is_empty() {
                let text = format!("{} ({})\n{}", script.display(), found.len(), found.join("\n"));
                complaints.lock().expect("no worker panics with the lock").push(text);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut complaints = complaints.into_inner().expect("all workers have ended");
    complaints.sort();
    assert!(complaints.is_empty(), "{} scripts differ\n\n{}", complaints.len(), complaints.join("\n\n"));
}

fn scripts_in(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth").join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut scripts: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    assert!(!scripts.is_empty(), "{} holds no script", folder.display());
    scripts.sort();
    scripts.reverse(); // workers take them from the end
    scripts
}

fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}; scripts/record_truths makes it", path.display()))
}

/// What the program prints for a script. Its exit status only tells that a statement raised; dying by a signal is a failure.
fn run(format: &str, script: &Path) -> Result<String, String> {
    let done = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
        .args(["run", format])
        .arg(script)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("the program did not start: {error}"))?;
    let status = done.status.code();
    if status.is_none() || status == Some(2) {
        return Err(format!("ended with {}: {}", done.status, String::from_utf8_lossy(&done.stderr)));
    }
    String::from_utf8(done.stdout).map_err(|error| format!("printed what is not UTF-8: {error}"))
}
