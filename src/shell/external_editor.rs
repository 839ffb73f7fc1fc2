//! Editing the current input in the user's own editor, the one that `VISUAL` or `EDITOR` names.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::messages::shell as messages;

/// The editor that is used if the environment names none.
const DEFAULT_EDITOR: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// Result of editing a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Edited {
    Text(String),
    /// The text is unchanged. The sentence gives the reason.
    Failed(String),
}

/// Returns the editor that the environment names, with its arguments.
pub fn editor_command() -> OsString {
    let from_environment = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    from_environment("VISUAL").or_else(|| from_environment("EDITOR")).unwrap_or_else(|| DEFAULT_EDITOR.into())
}

/// Runs `editor` on a temporary file with the text, waits until the editor ends, and returns the new text. The file
/// name gets `extension`, so that the editor knows the language.
pub fn edit(text: &str, editor: &OsString, extension: &str) -> Edited {
    let editor = editor.to_string_lossy().into_owned();
    let mut words = editor.split_whitespace();
    let Some(program) = words.next() else { return Edited::Failed(messages::editor_unnamed()) };
    let path = std::env::temp_dir().join(format!("redis-tutor-{}.{extension}", std::process::id()));
    let edited = TemporaryFile::create(&path, text).and_then(|file| {
        let status = Command::new(program).args(words).arg(&file.path).status()?;
        if status.success() { fs::read_to_string(&file.path).map(Some) } else { Ok(None) }
    });
    match edited {
        Ok(Some(text)) => Edited::Text(text.replace("\r\n", "\n").trim_end().to_owned()),
        Ok(None) => Edited::Failed(messages::editor_failed(editor)),
        Err(error) => Edited::Failed(messages::editor_not_started(&editor, error)),
    }
}

/// A file that is removed when the value is dropped.
struct TemporaryFile {
    path: PathBuf,
}

impl TemporaryFile {
    /// Creates a file that only its owner can read.
    fn create(path: &Path, text: &str) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let temporary = TemporaryFile { path: path.to_owned() };
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        Ok(temporary)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_editor_changes_the_text_or_the_message_says_why_not() {
        let edit_with = |editor: &str, extension| edit("a = 1", &editor.into(), extension);
        assert_eq!(edit_with("sed -i s/1/2/", "test1"), Edited::Text("a = 2".into()));
        let Edited::Failed(message) = edit_with("false", "test2") else { panic!("`false` returns an error status") };
        assert!(message.contains("stays as it was"), "{message}");
        let Edited::Failed(message) = edit_with("no-such-editor", "test3") else { panic!("the program is missing") };
        assert!(message.contains("could not be started") && message.contains("EDITOR"), "{message}");
        let is_left = ["test1", "test2", "test3"].map(|extension| {
            std::env::temp_dir().join(format!("redis-tutor-{}.{extension}", std::process::id())).exists()
        });
        assert_eq!(is_left, [false; 3]);
    }
}
