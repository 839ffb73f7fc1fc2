//! What is being typed, edited in an editor of the learner's.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The editor where the environment names none.
const USUAL: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// What became of a text in an editor.
#[derive(Debug, PartialEq, Eq)]
pub enum Edited {
    Text(String),
    /// It stays as it is, for the reason given, as a sentence.
    Not(String),
}

/// The editor that the environment asks for, with its arguments.
pub fn editor() -> OsString {
    let named = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| USUAL.into())
}

/// Lets `editor` change a text, and waits until it has ended. The text is in a file of its own for that time; its name's
/// `extension` tells an editor what it is.
pub fn edit(text: &str, editor: &OsString, extension: &str) -> Edited {
    let named = editor.to_string_lossy().into_owned();
    let mut words = named.split_whitespace();
    let Some(program) = words.next() else { return Edited::Not("EDITOR is empty: set it to an editor's name.".into()) };
    let path = std::env::temp_dir().join(format!("redis-tutor-{}.{extension}", std::process::id()));
    let edited = written(&path, text).and_then(|file| {
        let status = Command::new(program).args(words).arg(&file.0).status()?;
        if status.success() { fs::read_to_string(&file.0).map(Some) } else { Ok(None) }
    });
    match edited {
        Ok(Some(text)) => Edited::Text(text.replace("\r\n", "\n").trim_end().to_owned()),
        Ok(None) => Edited::Not(format!("`{named}` ended with an error: what was typed stays as it was.")),
        Err(error) => {
            Edited::Not(format!("`{named}` could not be started ({error}): set EDITOR to the name of yours."))
        }
    }
}

/// A file that goes when it is dropped.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn written(path: &Path, text: &str) -> io::Result<Temporary> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let temporary = Temporary(path.to_owned());
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    Ok(temporary)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_editor_changes_the_text_or_says_why_not() {
        let with = |editor: &str, extension| edit("a = 1", &editor.into(), extension);
        assert_eq!(with("sed -i s/1/2/", "test1"), Edited::Text("a = 2".into()));
        let Edited::Not(why) = with("false", "test2") else { panic!("false fails") };
        assert!(why.contains("stays as it was"), "{why}");
        let Edited::Not(why) = with("no-such-editor", "test3") else { panic!("there is none") };
        assert!(why.contains("could not be started") && why.contains("EDITOR"), "{why}");
        let left = ["test1", "test2", "test3"].map(|extension| {
            std::env::temp_dir().join(format!("redis-tutor-{}.{extension}", std::process::id())).exists()
        });
        assert_eq!(left, [false; 3]);
    }
}
