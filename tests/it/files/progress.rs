//! Tests of the progress file. Every kind of fault is injected at every file-system call, and several sessions use the
//! file at the same time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redis_tutor::lesson::progress::{Progress, VERSION};
use redis_tutor::user_files::{
    Disk, FileSystem as _, LockAttempt, OpenFile, PathOrigin, ProgressFile, Purpose, UserFiles,
};

use super::{LESSON, assert_has_all, stored, stored_steps, temporary_files};
use crate::support::faulty_files::{ERRORS, Fault, FaultyFiles, every_fault, without_faults};
use crate::support::program::folder;

/// Number of steps that a session saves while its disk is faulty.
const SAVES: usize = 2;

/// The state of the progress folder when a session starts.
#[derive(Debug, Clone, Copy)]
enum Beginning {
    NoFolder,
    Progress,
    Damaged,
    /// A symbolic link to a progress file, and a temporary file that a killed process left behind.
    #[cfg(unix)]
    LinkAndAbandoned,
}

const BEGINNINGS: &[Beginning] = &[
    Beginning::NoFolder,
    Beginning::Progress,
    Beginning::Damaged,
    #[cfg(unix)]
    Beginning::LinkAndAbandoned,
];

/// The location of a progress file, with the steps that are finished at the beginning.
struct Place {
    folder: PathBuf,
    path: PathBuf,
    /// The ids of the finished steps in the file at the beginning.
    steps: Vec<String>,
}

const EARLIER: &str = r#"{"version": 1, "lessons": {"hashes": {"done": ["earlier"]}}}"#;

fn prepare(name: &str, beginning: Beginning) -> Place {
    let folder = folder(name);
    let path = folder.join("state/progress.json");
    let mut steps = vec!["earlier".to_owned()];
    match beginning {
        Beginning::NoFolder => steps.clear(),
        Beginning::Progress => write(&path, EARLIER),
        Beginning::Damaged => {
            steps.clear();
            write(&path, "{ half a fi");
        }
        #[cfg(unix)]
        Beginning::LinkAndAbandoned => {
            write(&folder.join("state/target.json"), EARLIER);
            write(&folder.join("state/.target.json.99999999-0.tmp"), "{ half a fi");
            std::os::unix::fs::symlink("target.json", &path).expect("the folder is writable");
        }
    }
    Place { folder: folder.join("state"), path, steps }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("cargo's folder for tests is writable");
    fs::write(path, text).expect("the folder is writable");
}

/// Completes a step in a session, saves the progress, and checks the file. If saving produced a message for the
/// learner, returns the message.
fn do_step(
    file: &mut ProgressFile,
    place: &Place,
    step: &str,
    saved: &mut Vec<String>,
    context: &str,
) -> Option<String> {
    let mut progress = file.progress().clone();
    progress.at(LESSON, step);
    progress.done(LESSON, step);
    let sentence = file.save(&progress);
    if file.status().is_saved() {
        saved.clone_from(&progress.lessons[LESSON].done);
    }
    check_file(place, saved, context);
    sentence
}

/// Checks that the progress file is complete and contains all of `saved`, or that it is still damaged and nothing was
/// saved.
fn check_file(place: &Place, saved: &[String], context: &str) {
    if fs::read(&place.path).is_ok_and(|text| text == b"{ half a fi") {
        assert_eq!(saved, [""; 0], "{context}: the damaged file is still there");
        return;
    }
    let steps = stored_steps(&place.path);
    assert_has_all(&steps, saved, context);
    assert_has_all(&steps, &place.steps, context);
}

/// Runs a session with a fault, repairs the disk, and checks that no finished step is missing.
fn run_with_fault(beginning: Beginning, fault: Fault, files: &FaultyFiles, context: &str) {
    let place = prepare("files-progress-faults", beginning);
    let mut saved = Vec::new();
    let opened = ProgressFile::open(files.user_files(), place.path.clone(), PathOrigin::Program);
    let (mut file, _) = match opened {
        Ok(opened) => opened,
        Err(sentence) => {
            // The program does not start, and the file is unchanged.
            assert!(sentence.contains("progress.json"), "{context}: {sentence}");
            check_file(&place, &[], context);
            files.repair();
            ProgressFile::open(without_faults(), place.path.clone(), PathOrigin::Program).expect("the disk is repaired")
        }
    };
    let mut sentences = Vec::new();
    for n in 1..=SAVES {
        sentences.extend(do_step(&mut file, &place, &format!("step-{n}"), &mut saved, context));
    }
    let count = |part: &str| sentences.iter().filter(|sentence| sentence.contains(part)).count();
    let failures = count("cannot be saved");
    match fault {
        Fault::Kill(_) => {
            file = ProgressFile::open(without_faults(), place.path.clone(), PathOrigin::Program)
                .expect("the file is whole")
                .0;
            let steps = file.progress().lessons.get(LESSON).map(|lesson| lesson.done.clone()).unwrap_or_default();
            assert_has_all(&steps, &saved, context);
        }
        Fault::Once(..) => {
            assert!(failures <= 1, "{context}: {sentences:?}");
            let was_last = !file.status().is_saved();
            assert_eq!(count("saved again") + usize::from(was_last), failures, "{context}: {sentences:?}");
            assert_eq!(file.finish(), None, "{context}: the disk is repaired");
        }
        Fault::From(..) => {
            assert!(failures <= 1, "{context}: {sentences:?}");
            assert_eq!(file.finish().is_some(), failures == 1, "{context}: it is still not saved");
            files.repair();
            assert_eq!(file.finish(), None, "{context}");
        }
    }
    if !matches!(fault, Fault::Kill(_)) {
        saved.clone_from(&file.progress().lessons[LESSON].done);
        assert_eq!(saved.iter().filter(|step| step.starts_with("step-")).count(), SAVES, "{context}: {saved:?}");
    }
    // Saving again also removes the temporary files that were left behind.
    do_step(&mut file, &place, "last", &mut saved, context);
    assert!(file.status().is_saved(), "{context}");
    check_file(&place, &saved, context);
    assert_eq!(temporary_files(&place.folder), [""; 0], "{context}");
    #[cfg(unix)]
    if matches!(beginning, Beginning::LinkAndAbandoned) {
        assert_eq!(fs::read_link(&place.path).expect("it is still a link"), Path::new("target.json"), "{context}");
    }
    if matches!(beginning, Beginning::Damaged) {
        let kept = fs::read_to_string(place.folder.join("progress.damaged.json")).expect("it was set aside");
        assert_eq!(kept, "{ half a fi", "{context}");
    }
}

#[test]
fn no_fault_at_any_call_loses_a_step() {
    for &beginning in BEGINNINGS {
        let files = FaultyFiles::default();
        run_with_fault(beginning, Fault::Kill(usize::MAX), &files, "without a fault");
        let calls = files.calls();
        for name in ["open lock", "try_lock", "open new", "write", "sync", "rename", "sync_folder", "create_folder"] {
            assert!(calls.contains(&name), "{name} is not among {calls:?}");
        }
        for (name, fault) in every_fault(&calls) {
            run_with_fault(beginning, fault, &FaultyFiles::with(fault), &format!("{beginning:?}: {name}"));
        }
    }
}

#[test]
fn the_content_is_on_the_disk_before_the_file_is_renamed() {
    let place = prepare("files-progress-order", Beginning::Progress);
    let files = FaultyFiles::default();
    let (mut file, _) =
        ProgressFile::open(files.user_files(), place.path.clone(), PathOrigin::Program).expect("the file is whole");
    do_step(&mut file, &place, "one", &mut Vec::new(), "without a fault");
    let calls = files.calls();
    let at = |name| calls.iter().position(|call| *call == name).unwrap_or_else(|| panic!("no {name} in {calls:?}"));
    let order = ["try_lock", "open new", "write", "set_access", "sync", "rename", "sync_folder"].map(at);
    assert!(order.is_sorted(), "{calls:?}");
}

#[test]
fn a_failure_is_said_once_with_its_reason_and_so_is_its_end() {
    for ((_, error), reason) in ERRORS.into_iter().zip(["the disk is full", "read-only", "no permission", "os error 5"])
    {
        let place = prepare("files-progress-said", Beginning::Progress);
        let files = FaultyFiles::default();
        let (mut file, notice) =
            ProgressFile::open(files.user_files(), place.path.clone(), PathOrigin::Program).expect("the file is whole");
        assert_eq!((notice, file.status().is_saved()), (None, true));
        let broken = FaultyFiles::with(Fault::From(0, error));
        let sentence = ProgressFile::open(broken.user_files(), place.path.clone(), PathOrigin::Program)
            .expect_err("it cannot be read");
        assert!(sentence.contains(reason) && sentence.contains("--no-progress"), "{sentence}");
        files.fail(error);
        let mut saved = Vec::new();
        let first = do_step(&mut file, &place, "one", &mut saved, reason).expect("it is said");
        assert!(first.contains(reason) && first.contains("progress.json") && first.contains("go on"), "{first}");
        assert_eq!(do_step(&mut file, &place, "two", &mut saved, reason), None, "it was said already");
        assert!(!file.status().is_saved());
        let last = file.finish().expect("it is still not saved");
        assert!(last.contains(reason) && last.contains("progress.json"), "{last}");
        files.repair();
        let again = do_step(&mut file, &place, "three", &mut saved, reason);
        assert_eq!(again.as_deref(), Some("Your progress is saved again."));
        assert_eq!(stored_steps(&place.path), ["earlier", "one", "two", "three"]);
        assert_eq!((file.finish(), file.status().is_saved()), (None, true));
    }
}

#[test]
fn two_sessions_at_once_keep_the_steps_of_both() {
    let place = prepare("files-progress-two", Beginning::Progress);
    let open = || {
        ProgressFile::open(UserFiles::default(), place.path.clone(), PathOrigin::Program).expect("the file is whole").0
    };
    let (mut first, mut second) = (open(), open());
    let mut saved = [Vec::new(), Vec::new()];
    for n in 0..5 {
        assert_eq!(do_step(&mut first, &place, &format!("first-{n}"), &mut saved[0], "first"), None);
        assert_eq!(do_step(&mut second, &place, &format!("second-{n}"), &mut saved[1], "second"), None);
        check_file(&place, &saved.concat(), "both");
    }
    assert_eq!(stored_steps(&place.path).len(), 11);
    assert_eq!(stored(&place.path).expect("it exists").lessons[LESSON].step.as_deref(), Some("second-4"));
}

#[test]
fn what_another_session_has_changed_stays_however_often_this_one_saves() {
    let place = prepare("files-progress-base", Beginning::Progress);
    let open = || {
        ProgressFile::open(UserFiles::default(), place.path.clone(), PathOrigin::Program).expect("the file is whole").0
    };
    let (mut first, mut second) = (open(), open());
    let mut theirs = second.progress().clone();
    theirs.at(LESSON, "their place");
    assert_eq!(second.save(&theirs), None);
    let mut ours = first.progress().clone();
    for n in 0..3 {
        ours.done("lists", &format!("{n}"));
        assert_eq!(first.save(&ours), None);
        let stored = stored(&place.path).expect("it exists");
        assert_eq!(stored.lessons[LESSON].step.as_deref(), Some("their place"), "save {n}");
        assert_eq!(stored.lessons["lists"].done.len(), n + 1);
    }
}

#[test]
fn many_sessions_at_once_keep_the_steps_of_all() {
    let place = Arc::new(prepare("files-progress-many", Beginning::NoFolder));
    let sessions: Vec<_> = (0..8)
        .map(|session| {
            let place = place.clone();
            std::thread::spawn(move || {
                let files = FaultyFiles::default();
                // A session that waits for the lock yields to the other sessions instead of sleeping.
                files.on_pause(std::thread::yield_now);
                let (mut file, _) = ProgressFile::open(files.user_files(), place.path.clone(), PathOrigin::Program)
                    .expect("it is whole");
                let mut progress = Progress::default();
                for n in 0..25 {
                    progress.done(LESSON, &format!("{session}-{n}"));
                    file.save(&progress);
                    while file.finish().is_some() {}
                }
            })
        })
        .collect();
    sessions.into_iter().for_each(|session| session.join().expect("no session panics"));
    let mut steps = stored_steps(&place.path);
    steps.sort();
    steps.dedup();
    assert_eq!(steps.len(), 8 * 25);
    assert_eq!(temporary_files(&place.folder), [""; 0]);
}

/// The lock of another session that is saving. Dropping the value releases the lock.
struct Saving(Box<dyn OpenFile>);

impl Drop for Saving {
    fn drop(&mut self) {
        self.0.unlock().expect("it is locked");
    }
}

/// Opens the lock file of a progress file and locks it, as another session does while it saves.
fn lock(place: &Place) -> Saving {
    Disk.create_folder(&place.folder).expect("the folder is writable");
    let file = Disk.open(&place.folder.join(".progress.json.lock"), Purpose::Lock).expect("the folder is writable");
    assert_eq!(file.try_lock().expect("the file system has locks"), LockAttempt::Locked);
    Saving(file)
}

#[test]
fn a_session_waits_for_another_that_saves_but_not_for_ever() {
    let place = prepare("files-progress-wait", Beginning::Progress);
    let files = FaultyFiles::default();
    let (mut file, _) =
        ProgressFile::open(files.user_files(), place.path.clone(), PathOrigin::Program).expect("the file is whole");
    let mut saved = Vec::new();

    let mut other = Some(lock(&place));
    let mut pauses = 0;
    files.on_pause(move || {
        pauses += 1;
        if pauses == 3 {
            drop(other.take());
        }
    });
    assert_eq!(do_step(&mut file, &place, "one", &mut saved, "the other ends"), None);
    assert_eq!((files.pauses(), saved.len()), (3, 2));

    let stopped = lock(&place);
    files.on_pause(|| {});
    let sentence = do_step(&mut file, &place, "two", &mut saved, "the other is stopped").expect("it is said");
    assert!(sentence.contains("another redis-tutor"), "{sentence}");
    assert!(files.pauses() <= 2003, "it does not wait for ever: {}", files.pauses());
    drop(stopped);
    do_step(&mut file, &place, "three", &mut saved, "the other has ended");
    assert_eq!(saved, ["earlier", "one", "two", "three"]);
}

#[test]
fn a_file_of_a_newer_version_is_left_alone_whatever_is_in_it() {
    for newer in [
        r#"{"version": 4, "lessons": {}}"#,
        r#"{"version": 4, "lessons": ["another", "form"], "practice": null}"#,
        r#"{"lessons": 7, "version": 3.5}"#,
        r#"{"version": 1e10}"#,
    ] {
        let place = prepare("files-progress-newer", Beginning::NoFolder);
        write(&place.path, newer);
        let (mut file, notice) =
            ProgressFile::open(UserFiles::default(), place.path.clone(), PathOrigin::Program).expect("it can be read");
        assert!(notice.as_ref().is_some_and(|notice| notice.contains("newer redis-tutor")), "{newer}: {notice:?}");
        let mut progress = Progress::default();
        progress.done(LESSON, "one");
        assert_eq!((file.save(&progress), file.finish(), file.status().is_saved()), (None, None, false));
        assert_eq!(fs::read_to_string(&place.path).expect("it is still there"), newer);

        // A newer version of the program writes the file while a session runs.
        let place = prepare("files-progress-newer", Beginning::Progress);
        let (mut file, _) =
            ProgressFile::open(UserFiles::default(), place.path.clone(), PathOrigin::Program).expect("it can be read");
        fs::write(&place.path, newer).expect("the folder is writable");
        let sentence = file.save(&progress).expect("it is said");
        assert!(sentence.contains("newer redis-tutor"), "{sentence}");
        assert!(file.finish().is_some_and(|sentence| sentence.contains("newer redis-tutor")));
        assert_eq!(fs::read_to_string(&place.path).expect("it is still there"), newer);
        assert_eq!(fs::read_dir(&place.folder).expect("it exists").count(), 2, "only the file and its lock");
    }
}

#[test]
fn a_file_that_is_damaged_while_a_session_runs_is_set_aside() {
    let place = prepare("files-progress-damaged-later", Beginning::Progress);
    let (mut file, _) =
        ProgressFile::open(UserFiles::default(), place.path.clone(), PathOrigin::Program).expect("the file is whole");
    for (damaged, name) in [("", "progress.damaged.json"), ("[]", "progress.damaged-2.json")] {
        fs::write(&place.path, damaged).expect("the folder is writable");
        let mut progress = file.progress().clone();
        progress.done(LESSON, name);
        let sentence = file.save(&progress).expect("it is said");
        assert!(sentence.contains(name), "{sentence}");
        assert_eq!(fs::read_to_string(place.folder.join(name)).expect("it was set aside"), damaged);
    }
    assert_eq!(stored_steps(&place.path), ["earlier", "progress.damaged.json", "progress.damaged-2.json"]);
}

#[test]
fn a_damaged_file_that_another_session_has_replaced_is_not_set_aside() {
    let place = prepare("files-progress-replaced", Beginning::Damaged);
    let files = FaultyFiles::default();
    let mut other = Some(lock(&place));
    let path = place.path.clone();
    files.on_pause(move || {
        fs::write(&path, EARLIER).expect("the folder is writable");
        drop(other.take());
    });
    let (file, notice) =
        ProgressFile::open(files.user_files(), place.path.clone(), PathOrigin::Program).expect("it is whole by now");
    assert_eq!((notice, files.pauses()), (None, 1));
    assert_eq!(file.progress().lessons[LESSON].done, ["earlier"]);
    assert_eq!(fs::read_to_string(&place.path).expect("it is still there"), EARLIER);
}

#[test]
fn an_unchanged_progress_is_not_written_again() {
    let place = prepare("files-progress-unchanged", Beginning::Progress);
    let files = FaultyFiles::default();
    let (mut file, _) =
        ProgressFile::open(files.user_files(), place.path.clone(), PathOrigin::Program).expect("the file is whole");
    let mut writes = Vec::new();
    for _ in 0..3 {
        let progress = file.progress().clone();
        file.save(&progress);
        writes.push(files.calls().iter().filter(|call| **call == "rename").count());
    }
    assert_eq!(writes, [1, 1, 1], "the first save converts the file to the current version");
    assert_eq!(stored(&place.path).expect("it exists").version, VERSION);
}

/// A user may pass the wrong path to `--progress`, or another program may overwrite the progress file while a session
/// runs. The session must not overwrite a file that is not a progress file.
#[test]
fn a_named_file_that_becomes_another_file_while_a_session_runs_is_left_alone() {
    let place = prepare("files-progress-foreign", Beginning::Progress);
    let open = |origin| ProgressFile::open(UserFiles::default(), place.path.clone(), origin);
    let (mut file, _) = open(PathOrigin::User).expect("the file is whole");
    let notes = "my notes";
    fs::write(&place.path, notes).expect("the folder is writable");
    let mut progress = file.progress().clone();
    progress.done(LESSON, "one");
    let sentence = file.save(&progress).expect("it is said");
    assert!(sentence.contains("not a progress file"), "{sentence}");
    assert!(open(PathOrigin::User).is_err_and(|sentence| sentence.contains("not a progress file")));
    assert_eq!(fs::read_to_string(&place.path).expect("it is still there"), notes);
    fs::remove_file(&place.path).expect("the folder is writable");
    assert_eq!((file.finish(), file.status().is_saved()), (None, true));
    assert_eq!(stored_steps(&place.path), ["earlier", "one"]);
}
