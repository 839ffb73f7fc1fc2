//! Tests of paths that do not lead to regular files, of file permissions, and of symbolic links.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use redis_tutor::lesson::progress::Progress;
use redis_tutor::user_files::{HistoryFile, PathOrigin, ProgressFile, UserFiles};

use super::{LESSON, stored_steps};
use crate::support::program::{folder, stderr, stdout};

/// Runs the program without input. Panics if it does not end within 60 seconds.
fn run(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_redis-tutor");
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("cargo has built the program");
    let process = child.id().to_string();
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = receiver.recv_timeout(Duration::from_secs(60)) else {
        let _ = Command::new("kill").args(["-9", &process]).status();
        panic!("{arguments:?} hangs");
    };
    output.expect("the program ends")
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo can be run").success());
}

/// Creates special files of every kind. Returns the path of each one, with the reason that the error message must give.
fn special_paths(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    make_pipe(&folder.join("pipe"));
    fs::create_dir(folder.join("folder")).expect("the folder is writable");
    drop(UnixListener::bind(folder.join("socket")).expect("the folder is writable"));
    symlink("pipe", folder.join("link")).expect("the folder is writable");
    symlink("circle", folder.join("circle")).expect("the folder is writable");
    vec![
        (folder.join("pipe"), "it is a pipe"),
        (folder.join("folder"), "it is a folder"),
        (folder.join("socket"), "it is not a regular file"),
        (folder.join("link"), "it is a pipe"),
        (folder.join("circle"), "ymbolic link"),
        ("/dev/zero".into(), "it is a device"),
    ]
}

/// Creates an empty folder whose path is short enough for a Unix socket.
fn short_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("rt-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the temporary folder is writable");
    folder
}

#[test]
fn what_is_no_regular_file_is_neither_read_nor_replaced() {
    let folder = short_folder("special");
    let script = folder.join("script.py");
    fs::write(&script, "1 + 1\n").expect("the folder is writable");
    for (path, reason) in special_paths(&folder) {
        let name = path.display().to_string();
        let kind = fs::symlink_metadata(&path).expect("it exists").file_type();
        let script = script.display().to_string();
        for arguments in [
            &["--progress", &name, "lessons"][..],
            &["run", &name],
            &["transcript", &name],
            &["--progress", &name, "play"],
            &["run", "--svg", &name, &script],
        ] {
            // These commands are not run on devices, because a failing test must not replace a device file on this
            // machine.
            if path.starts_with("/dev") && (arguments.contains(&"play") || arguments.contains(&"--svg")) {
                continue;
            }
            let output = run(arguments);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
            assert!(stderr(&output).contains(reason), "{arguments:?}: {}", stderr(&output));
        }
        assert_eq!(fs::symlink_metadata(&path).expect("it is still there").file_type(), kind, "{name}");
        let error = UserFiles::default().read(&path, 100).expect_err("it is refused").to_string();
        assert!(error.contains(reason), "{name}: {error}");
    }
    fs::remove_dir_all(folder).expect("it was created above");
}

#[test]
fn a_folder_of_lessons_with_a_pipe_in_it_is_reported() {
    let folder = folder("files-lessons");
    make_pipe(&folder.join("1.toml"));
    let name = folder.display().to_string();
    for arguments in [&["check", &name][..], &["--lessons", &name, "--no-progress", "lessons"]] {
        let output = run(arguments);
        assert!(stderr(&output).contains("1.toml cannot be read: it is a pipe"), "{}", stderr(&output));
    }
}

#[test]
fn files_that_are_too_large_are_not_read() {
    let folder = folder("files-large");
    let large = folder.join("large.json");
    // The file is sparse, so it takes up hardly any disk space.
    fs::File::create(&large).and_then(|file| file.set_len(1 << 40)).expect("the file system has sparse files");
    let name = large.display().to_string();
    for arguments in [&["--progress", &name, "play"][..], &["run", &name], &["check", &name]] {
        let output = run(arguments);
        assert!(stderr(&output).contains("it is larger than"), "{arguments:?}: {}", stderr(&output));
        assert_eq!(output.status.code(), Some(1));
    }
    assert_eq!(fs::metadata(&large).expect("it is still there").len(), 1 << 40);
}

#[test]
fn a_script_may_come_from_a_descriptor_of_the_shell() {
    let program = env!("CARGO_BIN_EXE_redis-tutor");
    let command =
        format!("echo 'print(6 * 7)' | '{program}' run /dev/stdin && '{program}' run --svg /dev/stdout - < /dev/null");
    let output = Command::new("sh").args(["-c", &command]).output().expect("there is a shell");
    let text = stdout(&output);
    assert!(text.starts_with(">>> print(6 * 7)\n42\n") && text.contains("</svg>"), "{text}{}", stderr(&output));
}

#[test]
fn a_picture_for_a_descriptor_keeps_what_its_file_contains() {
    let folder = folder("files-descriptor");
    let program = env!("CARGO_BIN_EXE_redis-tutor");
    for (path, redirection) in [
        ("/dev/stdout", ">> log"),
        ("/dev/fd/1", ">> log"),
        ("/proc/self/fd/1", ">> log"),
        ("/dev/stderr", "2>> log"),
        ("/dev/fd/3", "3>> log"),
        ("/proc/self/fd/3", "3>> log"),
        ("/dev/stdout", "1<> log"),
    ] {
        if path.starts_with("/proc") && !Path::new("/proc/self/fd").exists() {
            continue;
        }
        fs::write(folder.join("log"), "precious\n").expect("the folder is writable");
        let skip = if redirection.starts_with("1<>") { "read -r _ <&1; " } else { "" };
        let command = format!("({skip}exec '{program}' run --svg {path} - < /dev/null) {redirection}");
        let output = Command::new("sh").current_dir(&folder).args(["-c", &command]).output().expect("there is a shell");
        let log = fs::read_to_string(folder.join("log")).expect("it is UTF-8");
        assert!(log.starts_with("precious\n") && log.contains("</svg>"), "{command}: {log}{}", stderr(&output));
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").permissions().mode() & 0o7777
}

/// Marks a step as finished in a progress file.
fn save_step(path: &Path, step: &str) {
    let (mut file, notice) =
        ProgressFile::open(UserFiles::default(), path.to_owned(), PathOrigin::Program).expect("it can be read");
    let mut progress: Progress = file.progress().clone();
    progress.done(LESSON, step);
    assert_eq!((notice, file.save(&progress)), (None, None));
}

#[test]
fn new_files_are_private_and_old_ones_keep_their_mode() {
    let folder = folder("files-modes");
    let path = folder.join("new/state/progress.json");
    save_step(&path, "one");
    let (mut history, _) = HistoryFile::open(UserFiles::default(), Some(folder.join("new/state/history")), 10);
    assert_eq!(history.add("a = 1"), None);
    for name in ["progress.json", "history", ".progress.json.lock", ".history.lock"] {
        assert_eq!(mode(&path.with_file_name(name)), 0o600, "{name}");
    }
    assert_eq!((mode(&folder.join("new")), mode(&folder.join("new/state"))), (0o700, 0o700));
    for kept in [0o640, 0o604, 0o777, 0o400] {
        fs::set_permissions(&path, fs::Permissions::from_mode(kept)).expect("it is ours");
        save_step(&path, &format!("{kept:o}"));
        assert_eq!(mode(&path), kept);
    }
    assert_eq!(stored_steps(&path), ["one", "640", "604", "777", "400"]);
}

#[test]
fn a_symbolic_link_stays_and_its_target_is_written() {
    let folder = folder("files-links");
    let (link, second, target) = (folder.join("link.json"), folder.join("second.json"), folder.join("far/target.json"));
    fs::create_dir(folder.join("far")).expect("the folder is writable");
    // The first link points at the second, whose target does not exist yet.
    symlink("second.json", &link).expect("the folder is writable");
    symlink(Path::new("far/target.json"), &second).expect("the folder is writable");
    save_step(&link, "one");
    save_step(&link, "two");
    save_step(&target, "three");
    assert_eq!(stored_steps(&target), ["one", "two", "three"]);
    for path in [&link, &second] {
        assert!(fs::symlink_metadata(path).expect("it exists").is_symlink(), "{path:?}");
    }
    let names: Vec<_> = fs::read_dir(folder.join("far")).expect("it exists").flatten().map(|e| e.file_name()).collect();
    assert_eq!(names.len(), 2, "the file and its lock: {names:?}");
}

#[test]
fn the_old_content_is_not_overwritten_in_place() {
    let folder = folder("files-inode");
    let path = folder.join("progress.json");
    save_step(&path, "one");
    let reader = fs::File::open(&path).expect("it exists");
    save_step(&path, "two");
    // A process that opened the old file can still read its complete content.
    assert_ne!(reader.metadata().expect("it is open").ino(), fs::metadata(&path).expect("it exists").ino());
    let text = std::io::read_to_string(reader).expect("it is open");
    assert!(text.contains("one") && !text.contains("two"), "{text}");
}
