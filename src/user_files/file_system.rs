//! The operating-system calls that read and write the user's files. The tests have their own implementation, which can
//! make any call fail and can end a session between any two calls.

use std::fmt::Debug;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A file system. Each method is a single operation that can fail.
pub trait FileSystem: Debug + Send + Sync {
    /// Returns the properties of the file or other object at a path. Follows symbolic links.
    ///
    /// # Errors
    /// Returns the error from the operating system, as all methods do.
    fn facts(&self, path: &Path) -> io::Result<FileFacts>;

    /// Returns the properties of the file or other object at a path. If it is a symbolic link, does not follow it.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn link_facts(&self, path: &Path) -> io::Result<FileFacts>;

    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn link_target(&self, path: &Path) -> io::Result<PathBuf>;

    /// Returns the paths of a folder's entries, in any order.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn list_folder(&self, path: &Path) -> io::Result<Vec<PathBuf>>;

    /// Creates a folder that only its owner can access, and any missing parent folders. Does nothing if the folder
    /// exists.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Opens a file. Unless the purpose is a stream, does not wait for the other end of a pipe.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn open(&self, path: &Path, purpose: Purpose) -> io::Result<Box<dyn OpenFile>>;

    /// Renames a file. If a file with the new name exists, replaces it.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Renames a file. Fails if the new name is already in use.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn rename_to_unused(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Waits until the entries of a folder are stored on the disk.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// Waits for `duration` before another attempt to lock a file.
    fn pause(&self, duration: Duration);
}

/// An open file. Dropping it closes the file and releases its lock.
pub trait OpenFile: Read + Write + Seek + Debug + Send {
    /// Returns the properties of the open file.
    ///
    /// # Errors
    /// Returns the error from the operating system, as all methods do.
    fn facts(&self) -> io::Result<FileFacts>;

    /// Sets the mode and the owner of the file to those of another file, as far as the user has permission to do so.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn set_access(&self, access: &Access) -> io::Result<()>;

    /// Truncates the file to the given length in bytes.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn set_length(&self, length: u64) -> io::Result<()>;

    /// Tries to acquire an advisory lock on the file, without waiting.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn try_lock(&self) -> io::Result<LockAttempt>;

    /// Releases the lock. Dropping the file releases it as well, but possibly later: if another thread is starting a
    /// child process, that process has a copy of the open file until it executes its program.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn unlock(&self) -> io::Result<()>;

    /// Waits until the content is stored on the disk.
    ///
    /// # Errors
    /// Returns the error from the operating system.
    fn sync(&self) -> io::Result<()>;
}

/// The purpose for which a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading an existing file.
    Read,
    /// Appending to a file. If the file is missing, it is created so that only its owner can access it.
    Append,
    /// Locking. If the file is missing, it is created so that only its owner can access it.
    Lock,
    /// Writing a file that does not exist yet.
    Create(Audience),
    /// Reading from a file descriptor that may refer to a pipe or a terminal, and waiting for its input.
    ReadStream,
    /// Writing to a file descriptor of the process, which may refer to a pipe or a terminal. A regular file keeps its
    /// old content.
    WriteStream,
}

/// The users who may access a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Only the owner. This is for the program's own files, such as progress.
    Owner,
    /// Everyone whom the user's `umask` allows. This is for documents that the user has named.
    Umask,
}

/// The properties of a file, folder or other object at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    pub kind: FileKind,
    /// The size in bytes.
    pub length: u64,
    /// The time of the last change, if the file system records it.
    pub modified: Option<SystemTime>,
    pub access: Access,
}

/// The kind of object at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    Folder,
    Link,
    Pipe,
    Device,
    /// A socket, or a kind of object that exists only on some operating systems.
    Other,
}

/// The owner and the mode of a file. Empty on operating systems without owners and modes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Access {
    #[cfg(unix)]
    pub(super) mode: u32,
    #[cfg(unix)]
    pub(super) user: u32,
    #[cfg(unix)]
    pub(super) group: u32,
}

/// The outcome of an attempt to lock a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockAttempt {
    Locked,
    /// Another process holds the lock, or this process holds it through another open file.
    HeldElsewhere,
    /// The file system does not support locks, as is the case for some network file systems.
    Unsupported,
}
