//! A temporary file for another program, such as the user's editor.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Audience, MAX_SCRIPT_BYTES, Purpose, UserFiles};

/// Number of names to try for the file.
const NAME_ATTEMPTS: usize = 100;

/// A temporary file that only its owner can access. It is removed when the value is dropped.
#[derive(Debug)]
pub struct ScratchFile {
    files: UserFiles,
    path: PathBuf,
}

impl ScratchFile {
    /// Creates the file `redis-tutor-PROCESS-N.EXTENSION` in a folder, with the given content.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn create(files: &UserFiles, folder: &Path, extension: &str, content: &[u8]) -> io::Result<Self> {
        for number in 0..NAME_ATTEMPTS {
            let path = folder.join(format!("redis-tutor-{}-{number}.{extension}", std::process::id()));
            let mut file = match files.system.open(&path, Purpose::Create(Audience::Owner)) {
                // A killed process that had the same process ID has left this file behind, so the next name is tried.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                result => result?,
            };
            let scratch = ScratchFile { files: files.clone(), path };
            file.write_all(content)?;
            return Ok(scratch);
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the current content of the file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not UTF-8.
    pub fn read(&self) -> io::Result<String> {
        self.files.read_text(&self.path, MAX_SCRIPT_BYTES)
    }
}

impl Drop for ScratchFile {
    fn drop(&mut self) {
        let _ = self.files.system.remove_file(&self.path);
    }
}
