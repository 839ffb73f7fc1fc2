//! The user's files: all files that the program reads or writes on behalf of the user. No other module of the tutor
//! opens such a file.
//!
//! These rules hold even if the program is killed or the disk fails:
//!
//! - A file is replaced, not overwritten: its new content is written to a temporary file in the same folder, which is
//!   then renamed. A reader sees either the whole old content or the whole new content.
//! - A symbolic link is kept, and the file to which it points is replaced. The new file has the mode and the owner of
//!   the old file. The program's own new files and folders can be accessed only by their owner.
//! - Changes are serialised: a process that reads a file in order to change it holds the file's lock.
//! - A temporary file is locked by the process that writes it. An unlocked temporary file was left by a process that
//!   was killed, and is removed when the same target file is written again.
//! - Only regular files are read, and only up to a maximum size. A pipe or a device is rejected without waiting for it.

mod disk;
mod file_system;
mod history_file;
mod progress_file;
mod replacing;
mod scratch_file;

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use etcetera::BaseStrategy as _;

use crate::messages::user_files as messages;

pub use disk::Disk;
pub use file_system::{Access, Audience, FileFacts, FileKind, FileSystem, LockAttempt, OpenFile, Purpose};
pub use history_file::HistoryFile;
pub use progress_file::{PathOrigin, ProgressFile, SaveStatus};
pub use scratch_file::ScratchFile;

/// Maximum size of a progress file, in bytes. The course needs about 20 kB.
pub const MAX_PROGRESS_BYTES: u64 = 16 << 20;

/// Maximum size of a lesson file, in bytes.
pub const MAX_LESSON_BYTES: u64 = 8 << 20;

/// Maximum size of a script, or of a file from an external editor, in bytes.
pub const MAX_SCRIPT_BYTES: u64 = 64 << 20;

/// Maximum number of symbolic links that are followed in a path, the same as on Linux.
const MAX_LINKS: usize = 40;

/// Number of attempts to lock a file. With the pauses, they take at least two seconds. Another session holds the lock
/// for milliseconds, unless it was suspended or its disk hangs.
const LOCK_ATTEMPTS: usize = 2000;
/// The pause after each attempt to lock a file. It is short, so that a session that saves continuously does not keep
/// other sessions from saving: between two of its saves, the lock is free for less than a millisecond.
const LOCK_PAUSE: Duration = Duration::from_millis(1);

/// Returns the folder in which the program keeps progress and history, or `None` if the user has no home folder.
pub fn state_folder() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("redis-tutor"))
}

/// The user's files. All clones use the same file system.
#[derive(Debug, Clone)]
pub struct UserFiles {
    system: Arc<dyn FileSystem>,
}

impl Default for UserFiles {
    /// Returns the user's files on the real file system.
    fn default() -> Self {
        UserFiles::new(Arc::new(Disk))
    }
}

impl UserFiles {
    pub fn new(system: Arc<dyn FileSystem>) -> Self {
        UserFiles { system }
    }

    /// Reads a regular file of at most `limit` bytes.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is larger than `limit`, or is not a regular file.
    pub fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let (file, length) = self.open_regular(path)?;
        if length > limit {
            return Err(too_large(limit));
        }
        read_at_most(file, limit)
    }

    /// Reads a regular file of at most `limit` bytes that contains UTF-8 text.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is larger than `limit`, is not a regular file, or is not UTF-8.
    pub fn read_text(&self, path: &Path, limit: u64) -> io::Result<String> {
        let not_utf8 = |_| io::Error::new(io::ErrorKind::InvalidData, messages::not_utf8());
        String::from_utf8(self.read(path, limit)?).map_err(not_utf8)
    }

    /// Reads a file that the user has named. It may also be a file descriptor of the process, such as `/dev/fd/63` for
    /// the shell's `<(command)`, because it is read only once.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is larger than `limit` bytes, or is neither a regular file nor a
    /// file descriptor.
    pub fn read_document(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        if !is_descriptor(path) {
            return self.read(path, limit);
        }
        read_at_most(self.system.open(path, Purpose::ReadStream)?, limit)
    }

    /// Reads the first `limit` bytes of a file, or fewer if the file is shorter. A file descriptor of the process
    /// counts as empty, because reading from it would consume its content.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or if it is neither a regular file nor a file descriptor.
    pub fn read_start(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if !is_descriptor(path) {
            self.open_regular(path)?.0.take(limit).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    /// Reads the last `limit` bytes of a regular file. Returns the bytes, and whether they are the entire file.
    fn read_end(&self, path: &Path, limit: u64) -> io::Result<(Vec<u8>, bool)> {
        let (mut file, length) = self.open_regular(path)?;
        if length > limit {
            file.seek(SeekFrom::Start(length - limit))?;
        }
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok((bytes, length <= limit))
    }

    /// Returns the paths of a folder's entries, sorted.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be read.
    pub fn list_folder(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        let mut paths = self.system.list_folder(path)?;
        paths.sort();
        Ok(paths)
    }

    /// Returns whether there is a folder at the given path.
    pub fn is_folder(&self, path: &Path) -> bool {
        self.system.facts(path).is_ok_and(|facts| facts.kind == FileKind::Folder)
    }

    /// Returns the properties of the file or other object at a path. Follows symbolic links.
    ///
    /// # Errors
    /// Returns an error if nothing is there, or if the folder cannot be searched.
    pub fn facts(&self, path: &Path) -> io::Result<FileFacts> {
        self.system.facts(path)
    }

    /// Writes a document to a path that the user has named, replacing any older document. The path may also be a file
    /// descriptor of the process, such as `/dev/stdout`.
    ///
    /// # Errors
    /// Returns an error if the document cannot be written. The older document is then unchanged.
    pub fn write_document(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if is_descriptor(path) {
            return self.system.open(path, Purpose::WriteStream)?.write_all(bytes);
        }
        let path = self.resolve(path)?;
        self.replace(&path, bytes, Audience::Umask)
    }

    /// Opens a regular file for reading, and returns it with its size in bytes.
    fn open_regular(&self, path: &Path) -> io::Result<(Box<dyn OpenFile>, u64)> {
        // Opening a device can have side effects, so the kind of file is checked before the file is opened. The check
        // is repeated afterwards, because the file may have been replaced in the meantime.
        require_regular(self.system.facts(path)?.kind)?;
        let file = self.system.open(path, Purpose::Read)?;
        let facts = file.facts()?;
        require_regular(facts.kind)?;
        Ok((file, facts.length))
    }

    /// Returns the path to which a file is actually written: the target of any symbolic links, which need not exist
    /// yet.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        match self.system.facts(path) {
            Ok(facts) => require_regular(facts.kind)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let mut path = path.to_owned();
        for _ in 0..MAX_LINKS {
            match self.system.link_facts(&path) {
                Ok(facts) if facts.kind == FileKind::Link => {
                    path = folder_of(&path).join(self.system.link_target(&path)?);
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(_) | Err(_) => return Ok(path),
            }
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, messages::too_many_links()))
    }

    /// Locks a file before it is modified. `path` must already be resolved. Waits for other sessions, up to a time
    /// limit. The lock is held on a separate file in the same folder, `.NAME.lock`, because the file itself is
    /// replaced.
    ///
    /// # Errors
    /// Returns an error if the lock file cannot be opened, or if another session holds the lock for too long.
    fn lock(&self, path: &Path) -> io::Result<FileLock> {
        let lock_path = hidden_path(path, "lock");
        let explain = |error: io::Error| match error.kind() {
            // These errors would also prevent a write to the file itself, so the message does not mention the lock
            // file.
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::ReadOnlyFilesystem => error,
            kind => io::Error::new(kind, messages::lock_not_opened(lock_path.display(), reason(&error))),
        };
        let file = self.system.open(&lock_path, Purpose::Lock).map_err(explain)?;
        file.facts().and_then(|facts| require_regular(facts.kind)).map_err(explain)?;
        for _ in 0..LOCK_ATTEMPTS {
            match file.try_lock().map_err(explain)? {
                // If the file system does not support locks, progress is saved without one, which is better than not
                // saving it.
                LockAttempt::Locked | LockAttempt::Unsupported => return Ok(FileLock { file }),
                LockAttempt::HeldElsewhere => self.system.pause(LOCK_PAUSE),
            }
        }
        Err(io::Error::new(io::ErrorKind::WouldBlock, messages::in_use()))
    }
}

/// A lock that allows its holder to change a file. It is released when the value is dropped, or when the process ends.
#[derive(Debug)]
struct FileLock {
    file: Box<dyn OpenFile>,
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // If unlocking fails, closing the file releases the lock.
        let _ = self.file.unlock();
    }
}

/// Returns the reason why a file was not read or written, as a clause that ends a message.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        // The error already contains a message from this program.
        _ if error.get_ref().is_some() => error.to_string(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => messages::disk_is_full(),
        io::ErrorKind::ReadOnlyFilesystem => messages::disk_is_read_only(),
        io::ErrorKind::FileTooLarge => messages::file_size_is_limited(),
        io::ErrorKind::PermissionDenied => messages::no_permission(),
        _ => error.to_string(),
    }
}

/// Replaces `~` at the start of a path with the user's home folder, as a shell does.
pub fn expand_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => path.into(),
    }
}

/// Returns the folder that contains a file, or `.` if the path consists of only a file name.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns the path of a hidden file in the same folder: `.NAME.SUFFIX`. A long name is truncated, because file
/// systems limit the length of names.
fn hidden_path(path: &Path, suffix: &str) -> PathBuf {
    const MAX_CHARACTERS: usize = 50;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let name: String = name.chars().take(MAX_CHARACTERS).collect();
    folder_of(path).join(format!(".{name}.{suffix}"))
}

/// Returns whether a path refers to a file descriptor of this process.
fn is_descriptor(path: &Path) -> bool {
    let is_standard = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].iter().any(|standard| path == Path::new(standard));
    is_standard || ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.parent() == Some(Path::new(folder)))
}

/// Returns an error unless `kind` is a regular file.
fn require_regular(kind: FileKind) -> io::Result<()> {
    let (error, sentence) = match kind {
        FileKind::File => return Ok(()),
        FileKind::Folder => (io::ErrorKind::IsADirectory, messages::is_a_folder()),
        FileKind::Pipe => (io::ErrorKind::InvalidInput, messages::is_a_pipe()),
        FileKind::Device => (io::ErrorKind::InvalidInput, messages::is_a_device()),
        FileKind::Link | FileKind::Other => (io::ErrorKind::InvalidInput, messages::is_no_file()),
    };
    Err(io::Error::new(error, sentence))
}

/// Reads from `file` to its end.
///
/// # Errors
/// Returns an error if reading fails, or if there are more than `limit` bytes.
pub fn read_at_most(file: impl io::Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

/// Returns the error for a file that has more than `limit` bytes.
fn too_large(limit: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, messages::too_large(messages::mebibytes(limit >> 20)))
}
