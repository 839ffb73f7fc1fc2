//! Checks that code for particular operating systems occurs only in the files listed in `PLATFORM_FILES`.
//! docs/platforms.md describes what the program does on each system.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The files with platform-specific code, each with what that code does. Comments and `tests` folders are ignored.
const PLATFORM_FILES: &[(&str, &str)] = &[
    ("src/cli/doctor.rs", "consoles of Windows need no locale"),
    ("src/cli/mod.rs", "survives SIGXFSZ"),
    ("src/driver/child_threads.rs", "reads what a child waits for from /proc"),
    ("src/driver/children.rs", "signals to children, and waiting for them with a timeout"),
    ("src/driver/ctrl_c.rs", "waits for Ctrl-C and other descriptors at once"),
    ("src/driver/mod.rs", "exports the functions that stop and continue children"),
    ("src/shell/external_editor.rs", "a test with a script as editor"),
    ("src/shell/mod.rs", "creates the handler of Ctrl-C"),
    ("src/shell/terminal_modes/mod.rs", "chooses the modes of the system"),
    ("src/shell/terminal_modes/unix.rs", "modes of the terminal, signals, single keys"),
    ("src/user_files/disk.rs", "modes of files, opening without blocking"),
    ("src/user_files/file_system.rs", "modes of files"),
    ("crates/adaptive-spin/src/lib.rs", "polls a descriptor"),
    ("crates/child-sandbox/src/descriptors.rs", "closes inherited descriptors"),
    ("crates/child-sandbox/src/lib.rs", "chooses the walls of the system"),
    ("crates/child-sandbox/src/resources.rs", "limits of the process"),
    ("crates/child-sandbox/src/system_calls.rs", "numbers of system calls"),
    ("crates/lua-kernel/src/child.rs", "starts and signals the Lua child, and waits for it with a timeout"),
    ("crates/lua-kernel/src/parent_pipe.rs", "waits for the parent with a timeout"),
    ("crates/python-kernel/src/kernel/mod.rs", "reserves standard output for frames"),
    ("crates/python-kernel/src/kernel/parent.rs", "notices that the parent has ended"),
    ("crates/redis-server/src/descriptors.rs", "the limit of descriptors"),
    ("crates/redis-server/src/event_loop.rs", "recognises a socket that was reset"),
    ("crates/redis-server/src/event_loop/accepting.rs", "recognises a lack of descriptors"),
    ("crates/redis-server/src/listener.rs", "options of sockets, error numbers"),
    ("crates/redis-server/src/scripts.rs", "polls the pipe of the Lua child together with the sockets"),
];

/// Substrings by which platform-specific code is recognised.
const MARKS: &[&str] =
    &["cfg(unix", "cfg(not(unix", "cfg(windows", "cfg!(unix", "cfg!(windows", "target_os", "rustix::"];

/// Adds the paths of all Rust files below `folder` to `files`. The paths are relative to `root`.
fn rust_files(root: &Path, folder: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the folder exists").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(root).expect("the file is in the root").display();
            files.insert(below.to_string().replace('\\', "/"));
        }
    }
}

#[test]
fn code_for_single_systems_is_only_in_the_listed_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeSet::new();
    rust_files(root, &root.join("src"), &mut files);
    for folder in fs::read_dir(root.join("crates")).expect("the workspace has crates").flatten() {
        // Skips `test-support`, which runs only on systems that have a real Redis.
        if folder.file_name() != "test-support" {
            rust_files(root, &folder.path().join("src"), &mut files);
        }
    }
    assert!(files.len() > 200, "only {} files were found", files.len());
    let is_specific = |file: &&String| {
        let text = fs::read_to_string(root.join(file)).expect("the file can be read");
        text.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .any(|line| MARKS.iter().any(|m| line.contains(m)))
    };
    let found: BTreeSet<&str> = files.iter().filter(is_specific).map(String::as_str).collect();
    let listed: BTreeSet<&str> = PLATFORM_FILES.iter().map(|(file, _)| *file).collect();
    let added: Vec<_> = found.difference(&listed).collect();
    assert!(added.is_empty(), "{added:?} have code for single systems: move it to a file of PLATFORM_FILES");
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "{gone:?} have no code for single systems: remove them from PLATFORM_FILES");
}
