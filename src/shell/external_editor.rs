//! Opens the current input in the user's own editor, named by the environment variable `VISUAL` or `EDITOR`.

use std::ffi::OsString;
use std::process::Command;

use crate::markup::code;
use crate::messages::shell as messages;
use crate::user_files::{ScratchFile, UserFiles, reason};

/// The editor that is used if neither environment variable is set.
const DEFAULT_EDITOR: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// The result of editing text in an external editor.
#[derive(Debug, PartialEq, Eq)]
pub enum Edited {
    Text(String),
    /// Editing has failed, so the text is unchanged. The value is a message that gives the reason.
    Failed(String),
}

/// Returns the command line of the user's editor, from `VISUAL`, else from `EDITOR`, else the default.
pub fn editor_command() -> OsString {
    let from_environment = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    from_environment("VISUAL").or_else(|| from_environment("EDITOR")).unwrap_or_else(|| DEFAULT_EDITOR.into())
}

/// Runs `editor` on a temporary file that contains `text`, waits until the editor exits, and returns the new text. The
/// file name has the extension `extension`, so that the editor recognises the language.
pub fn edit(files: &UserFiles, text: &str, editor: &OsString, extension: &str) -> Edited {
    let editor = editor.to_string_lossy().into_owned();
    let mut words = editor.split_whitespace();
    let Some(program) = words.next() else { return Edited::Failed(messages::editor_unnamed()) };
    let content = format!("{text}\n");
    let folder = std::env::temp_dir();
    let file = match ScratchFile::create(files, &folder, extension, content.as_bytes()) {
        Ok(file) => file,
        Err(error) => {
            return Edited::Failed(messages::no_scratch_file(code(&folder.display().to_string()), reason(&error)));
        }
    };
    match Command::new(program).args(words).arg(file.path()).status() {
        Ok(status) if !status.success() => Edited::Failed(messages::editor_failed(editor)),
        Ok(_) => match file.read() {
            Ok(text) => Edited::Text(text.replace("\r\n", "\n").trim_end().to_owned()),
            Err(error) => Edited::Failed(messages::edited_text_not_read(reason(&error))),
        },
        Err(error) => Edited::Failed(messages::editor_not_started(&editor, error)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_editor_changes_the_text_or_the_message_says_why_not() {
        let edit_with = |editor: &str, extension| edit(&UserFiles::default(), "a = 1", &editor.into(), extension);
        assert_eq!(edit_with("sed -i s/1/2/", "test1"), Edited::Text("a = 2".into()));
        let Edited::Failed(message) = edit_with("false", "test2") else { panic!("`false` returns an error status") };
        assert!(message.contains("stays as it was"), "{message}");
        let Edited::Failed(message) = edit_with("no-such-editor", "test3") else { panic!("the program is missing") };
        assert!(message.contains("could not be started") && message.contains("EDITOR"), "{message}");
        let not_utf8 = r"sed -i s/a/\xff/";
        let Edited::Failed(message) = edit_with(not_utf8, "test4") else { panic!("the text is not UTF-8") };
        assert!(message.contains("it is not UTF-8") && !message.contains("started"), "{message}");
        let Edited::Failed(message) = edit_with("true", "no/such/folder") else { panic!("there is no such folder") };
        assert!(message.contains("TMPDIR") && !message.contains("EDITOR"), "{message}");
        let paths = UserFiles::default().list_folder(&std::env::temp_dir()).expect("the folder is readable");
        let ours = format!("redis-tutor-{}-", std::process::id());
        let is_left = |path: &&std::path::PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&ours) && name.contains(".test")
        };
        assert_eq!(paths.iter().find(is_left), None);
    }
}
