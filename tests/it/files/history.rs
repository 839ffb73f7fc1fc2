//! Tests of the input history file. Every kind of fault is injected at every file-system call, and several sessions use
//! the file at the same time.

use std::fs;
use std::path::Path;

use redis_tutor::user_files::{HistoryFile, UserFiles};

use super::{assert_has_all, temporary_files};
use crate::support::faulty_files::{Fault, FaultyFiles, every_fault, without_faults};
use crate::support::program::folder;

/// Maximum number of entries in the history file of these tests.
const MAX_ENTRIES: usize = 8;

/// The entries that are typed. One of them has several lines.
const TYPED: [&str; 3] = ["r.get('a')", "for i in range(3):\n    print(i)", "SET a \"\\x00\""];

fn open(files: UserFiles, path: &Path) -> (HistoryFile, Vec<String>) {
    HistoryFile::open(files, Some(path.to_owned()), MAX_ENTRIES)
}

fn stored_entries(path: &Path) -> Vec<String> {
    open(without_faults(), path).1
}

/// Adds all entries in `TYPED` to the history on a faulty disk, and one more entry after the disk has been repaired.
/// Then checks which entries the next session reads.
fn type_with_fault(earlier: &str, fault: Fault, files: &FaultyFiles, context: &str) {
    let folder = folder("files-history").join("state");
    let path = folder.join("history");
    if !earlier.is_empty() {
        fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
        fs::write(&path, earlier).expect("the folder is writable");
    }
    let (mut file, _) = open(files.user_files(), &path);
    // A file with far too many entries is replaced with a shorter one when it is opened. The latest entries must not be
    // lost.
    assert_has_all(&stored_entries(&path), &latest(earlier), context);
    let mut expected = latest(earlier);
    let mut failures = 0;
    let is_killed = matches!(fault, Fault::Kill(_));
    for entry in TYPED {
        let sentence = file.add(entry);
        assert!(sentence.as_ref().is_none_or(|sentence| sentence.contains("history")), "{context}: {sentence:?}");
        failures += usize::from(sentence.is_some());
        if !is_killed || failures == 0 {
            expected.push(entry.to_owned());
        }
    }
    assert!(failures <= 1, "{context}");
    if is_killed {
        file = open(without_faults(), &path).0;
    } else {
        files.repair();
    }
    assert_eq!(file.add("last"), None, "{context}: the disk is repaired");
    expected.push("last".to_owned());
    let mut entries = stored_entries(&path);
    // A line that was written only partly becomes a separate entry. It is not joined with the next entry.
    let count = entries.len();
    entries.retain(|entry| !TYPED.iter().any(|typed| typed != entry && typed.starts_with(entry.as_str())));
    let fragments = count - entries.len();
    assert!(fragments <= 1 && count == (expected.len() + fragments).min(MAX_ENTRIES), "{context}: {entries:?}");
    assert_eq!(entries, expected[expected.len() - entries.len()..], "{context}");
    assert_eq!(temporary_files(&folder), [""; 0], "{context}");
}

/// Returns the last `MAX_ENTRIES` lines of a history file.
fn latest(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines[lines.len().saturating_sub(MAX_ENTRIES)..].to_vec()
}

#[test]
fn no_fault_at_any_call_loses_an_entry() {
    let long: String = (0..3 * MAX_ENTRIES).map(|n| format!("r.get({n})\n")).collect();
    for earlier in ["", "a = 1\n", "a = 1", &long] {
        let files = FaultyFiles::default();
        type_with_fault(earlier, Fault::Kill(usize::MAX), &files, "without a fault");
        let calls = files.calls();
        assert_eq!(calls.contains(&"rename"), earlier == long, "{calls:?}");
        for (name, fault) in every_fault(&calls) {
            type_with_fault(earlier, fault, &FaultyFiles::with(fault), &format!("{earlier:?}: {name}"));
        }
    }
}

#[test]
fn two_sessions_at_once_keep_the_entries_of_both() {
    let path = folder("files-history-two").join("history");
    let long: String = (0..3 * MAX_ENTRIES).map(|n| format!("r.get({n})\n")).collect();
    fs::write(&path, long).expect("cargo's folder for tests is writable");
    let (mut first, entries) = open(UserFiles::default(), &path);
    assert_eq!(entries.len(), MAX_ENTRIES);
    assert_eq!(fs::read_to_string(&path).expect("it exists").lines().count(), MAX_ENTRIES);
    let (mut second, _) = open(UserFiles::default(), &path);
    for n in 0..2 {
        assert_eq!(first.add(&format!("first {n}")), None);
        assert_eq!(second.add(&format!("second {n}")), None);
    }
    assert_eq!(
        stored_entries(&path),
        ["r.get(20)", "r.get(21)", "r.get(22)", "r.get(23)", "first 0", "second 0", "first 1", "second 1"]
    );
}

#[test]
fn of_a_huge_history_only_the_end_is_read_and_kept() {
    let path = folder("files-history-huge").join("history");
    let huge = format!("{}\na = 1\nb = 2\n", "x".repeat(5 << 20));
    fs::write(&path, huge).expect("cargo's folder for tests is writable");
    assert_eq!(open(UserFiles::default(), &path).1, ["a = 1", "b = 2"]);
    assert_eq!(fs::read_to_string(&path).expect("it exists"), "a = 1\nb = 2\n");
}
