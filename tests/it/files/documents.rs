//! Tests of files that are written to a path given by the learner (`:save`, `new`, `run --svg`). Every kind of fault is
//! injected at every file-system call.

use std::fs;
use std::io;
use std::path::Path;

use redis_tutor::driver::write_new_file;
use redis_tutor::user_files::UserFiles;

use super::temporary_files;
use crate::support::faulty_files::{Fault, FaultyFiles, every_fault, without_faults};
use crate::support::program::folder;

const OLD: &str = "the old picture";
const NEW: &str = "print('hello')\nprint('world')\n";

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The document is created. It must not exist yet.
    Create,
    /// The document replaces an older one.
    Replace,
}

impl Way {
    fn write(self, files: &UserFiles, path: &Path) -> io::Result<()> {
        match self {
            Way::Create => files.create_document(path, NEW.as_bytes()),
            Way::Replace => files.write_document(path, NEW.as_bytes()),
        }
    }

    fn text_before(self) -> Option<String> {
        (self == Way::Replace).then(|| OLD.to_owned())
    }
}

fn write_with_fault(way: Way, fault: Fault, files: &FaultyFiles, context: &str) {
    let folder = folder("files-documents");
    let path = folder.join("script.py");
    if let Some(text) = way.text_before() {
        fs::write(&path, text).expect("cargo's folder for tests is writable");
    }
    let text = || fs::read_to_string(&path).ok();
    let result = way.write(&files.user_files(), &path);
    match (&result, text()) {
        (Ok(()), text) => assert_eq!(text.as_deref(), Some(NEW), "{context}"),
        // The file was renamed, but the folder could not be synced, so an error was returned.
        (Err(_), Some(text)) if text == NEW => assert_eq!(way, Way::Replace, "{context}"),
        (Err(_), text) => assert_eq!(text, way.text_before(), "{context}"),
    }
    if matches!(fault, Fault::Once(..)) && files.calls().last() != Some(&"remove_file") {
        assert_eq!(temporary_files(&folder), [""; 0], "{context}");
    }
    if result.is_err() {
        way.write(&without_faults(), &path).unwrap_or_else(|error| panic!("{context}: then {error}"));
        assert_eq!(text().as_deref(), Some(NEW), "{context}");
        assert_eq!(temporary_files(&folder), [""; 0], "{context}");
    }
}

#[test]
fn no_fault_at_any_call_leaves_half_a_document() {
    for way in [Way::Create, Way::Replace] {
        let files = FaultyFiles::default();
        write_with_fault(way, Fault::Kill(usize::MAX), &files, "without a fault");
        let calls = files.calls();
        for (name, fault) in every_fault(&calls) {
            write_with_fault(way, fault, &FaultyFiles::with(fault), &format!("{way:?}: {name}"));
        }
    }
}

#[test]
fn a_document_that_exists_is_never_overwritten_by_save() {
    let folder = folder("files-save");
    let save = |path: &Path| write_new_file(&UserFiles::default(), &path.display().to_string(), NEW);
    let path = folder.join("script.py");
    assert_eq!(save(&path), None);
    assert!(save(&path).is_some_and(|sentence| sentence.contains("script-2.py")));
    let in_folder = save(&folder).expect("it is a folder");
    assert!(in_folder.contains("is a folder") && in_folder.contains("my_script.py"), "{in_folder}");
    let missing = save(&folder.join("missing/script.py")).expect("there is no such folder");
    assert!(missing.contains("could not be written"), "{missing}");
    #[cfg(unix)]
    {
        let link = folder.join("link.py");
        std::os::unix::fs::symlink("nothing.py", &link).expect("the folder is writable");
        assert!(save(&link).is_some_and(|sentence| sentence.contains("already exists")));
        assert!(!folder.join("nothing.py").exists());
    }
}
