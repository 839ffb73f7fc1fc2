//! Tests of processes that are killed while they save progress.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use redis_tutor::user_files::{PathOrigin, ProgressFile, UserFiles};

use super::{LESSON, assert_has_all, stored_steps, temporary_files};
use crate::support::program::folder;

/// Number of processes that the test kills.
const KILLS: usize = 50;

/// Environment variable with the path of the progress file. It is set when this test runs as a child process.
const FILE_VARIABLE: &str = "REDIS_TUTOR_TEST_SAVES_TO";
/// Environment variable with the prefix of the ids of the steps to save. It is set when this test runs as a child
/// process.
const NAME_VARIABLE: &str = "REDIS_TUTOR_TEST_SAVES_AS";

/// Saves one finished step after another, and reports each save on standard output. Runs in a child process until that
/// process is killed.
fn save_until_killed(path: PathBuf, name: &str) -> ! {
    let (mut file, notice) =
        ProgressFile::open(UserFiles::default(), path, PathOrigin::Program).expect("the file is whole");
    assert_eq!(notice, None);
    let mut progress = file.progress().clone();
    for n in 0.. {
        let step = format!("{name}-{n}");
        progress.done(LESSON, &step);
        file.save(&progress);
        let state = if file.status().is_saved() { "SAVED" } else { "FAILED" };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{state} {step}").and_then(|()| out.flush()).expect("the parent reads");
    }
    unreachable!("numbers do not end")
}

struct Saver {
    process: Child,
    output: BufReader<ChildStdout>,
    saved: Vec<String>,
}

impl Saver {
    fn start(path: &Path, name: &str) -> Saver {
        let program = std::env::current_exe().expect("the test binary has a path");
        let mut process = Command::new(program)
            .args(["files::kills::a_killed_process_loses_no_step_that_it_has_saved", "--exact", "--nocapture"])
            .env(FILE_VARIABLE, path)
            .env(NAME_VARIABLE, name)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test binary can be run");
        let output = BufReader::new(process.stdout.take().expect("it is piped"));
        Saver { process, output, saved: Vec::new() }
    }

    /// Reads the process's output until the process has reported `count` saved steps in total, or until it ends.
    fn read_until_saved(&mut self, count: usize) {
        let mut line = String::new();
        while self.saved.len() < count && self.output.read_line(&mut line).expect("it is UTF-8") > 0 {
            assert!(!line.contains("FAILED"), "{line}");
            self.saved.extend(line.trim_end().split_once("SAVED ").map(|(_, step)| step.to_owned()));
            line.clear();
        }
    }

    /// Kills the process, and returns all steps that it has reported as saved.
    fn kill(mut self) -> Vec<String> {
        self.process.kill().expect("it runs until it is killed");
        self.read_until_saved(usize::MAX);
        self.process.wait().expect("it was started");
        self.saved
    }
}

#[test]
fn a_killed_process_loses_no_step_that_it_has_saved() {
    if let (Some(path), Some(name)) = (std::env::var_os(FILE_VARIABLE), std::env::var_os(NAME_VARIABLE)) {
        save_until_killed(PathBuf::from(path), &OsString::into_string(name).expect("it is ASCII"));
    }
    let folder = folder("files-kills");
    for round in 0..KILLS / 2 {
        let path = folder.join(format!("{round}/progress.json"));
        // Two processes share the file. The first is killed while the second continues, and the second is killed later.
        let mut savers = ["a", "b"].map(|name| Saver::start(&path, name));
        savers[0].read_until_saved(1 + round % 4);
        savers[1].read_until_saved(1 + round % 3);
        let mut saved = Vec::new();
        for mut saver in savers {
            // This process can still save, even if the other one was killed.
            let count = saver.saved.len() + 1;
            saver.read_until_saved(count);
            saved.extend(saver.kill());
            assert_has_all(&stored_steps(&path), &saved, &format!("round {round}"));
        }
        assert!(saved.len() >= 4, "{saved:?}");
        let (mut file, notice) =
            ProgressFile::open(UserFiles::default(), path.clone(), PathOrigin::Program).expect("the file is whole");
        let mut progress = file.progress().clone();
        progress.done(LESSON, "last");
        assert_eq!((notice, file.save(&progress)), (None, None));
        saved.push("last".into());
        assert_has_all(&stored_steps(&path), &saved, &format!("round {round}, at the end"));
        assert_eq!(temporary_files(&folder.join(round.to_string())), [""; 0]);
    }
}
