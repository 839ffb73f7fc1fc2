//! Compares every recorded script in a folder with its recording, and collects the differences.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{fs, thread};

/// Calls `compared` for every script in a folder. Panics at the end if there are any differences, with a list of all of
/// them.
pub fn assert_all_agree(
    folder: &Path,
    extension: &str,
    compared: impl Fn(&Path) -> Result<Vec<String>, String> + Sync,
) {
    let scripts = Mutex::new(scripts_in(folder, extension));
    let complaints = Mutex::new(Vec::new());
    let work = || {
        // The block drops the lock's guard before the loop body runs, so that the workers run in parallel.
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

fn scripts_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut scripts: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    assert!(!scripts.is_empty(), "{} holds no script", folder.display());
    scripts.sort();
    scripts.reverse(); // workers take scripts from the end
    scripts
}

/// Reads a script or a recording.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}; scripts/record_truths makes it", path.display()))
}
