//! The operating-system calls that read and write the user's files. Tests have an implementation of their own, which
//! can make any call fail and end a session between any two calls.

use std::fmt::Debug;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A file system. Each method is a single operation that can fail.
pub trait FileSystem: Debug + Send + Sync {
    /// Returns what is at a path. For a symbolic link, returns what it points at.
    ///
    /// # Errors
    /// Returns the error of the operating system, as all methods do.
    fn facts(&self, path: &Path) -> io::Result<FileFacts>;

    /// Returns what is at a path. Does not follow a symbolic link.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn link_facts(&self, path: &Path) -> io::Result<FileFacts>;

    /// Returns the path that a symbolic link contains.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn link_target(&self, path: &Path) -> io::Result<PathBuf>;

    /// Returns the paths of the entries of a folder, in any order.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn list_folder(&self, path: &Path) -> io::Result<Vec<PathBuf>>;

    /// Creates a folder that only its owner can use, unless it exists. Creates missing parent folders as well.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Opens a file without waiting: opening a pipe does not wait for its other end, unless the purpose is a stream.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn open(&self, path: &Path, purpose: Purpose) -> io::Result<Box<dyn OpenFile>>;

    /// Renames a file. A file that has the new name is replaced.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Renames a file, unless there is something with the new name.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn rename_to_unused(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Waits until the names in a folder are on the disk.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// Waits before another attempt to lock a file.
    fn pause(&self, duration: Duration);
}

/// An open file. It is closed, and its lock is released, when it is dropped.
pub trait OpenFile: Read + Write + Seek + Debug + Send {
    /// Returns what was opened.
    ///
    /// # Errors
    /// Returns the error of the operating system, as all methods do.
    fn facts(&self) -> io::Result<FileFacts>;

    /// Gives the file the mode and the owner of another file, as far as the user is allowed to.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn set_access(&self, access: &Access) -> io::Result<()>;

    /// Cuts the file to a length in bytes.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn set_length(&self, length: u64) -> io::Result<()>;

    /// Locks the file against other processes that lock it, without waiting.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn try_lock(&self) -> io::Result<LockAttempt>;

    /// Releases the lock. Dropping the file releases it as well, but later if a process is being started on another
    /// thread at this moment: until that process has become another program, it has a copy of the open file.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn unlock(&self) -> io::Result<()>;

    /// Waits until the content is on the disk.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    fn sync(&self) -> io::Result<()>;
}

/// The purpose for which a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading an existing file.
    Read,
    /// Adding to the end of a file. The file is created for its owner alone if it is missing.
    Append,
    /// Locking. The file is created for its owner alone if it is missing.
    Lock,
    /// Writing a file that does not exist yet.
    Create(Audience),
    /// Reading a file that may be a pipe or a terminal, and waiting for it.
    ReadStream,
    /// Writing to a descriptor of the process, which may be a pipe or a terminal. The content of a file is kept.
    WriteStream,
}

/// Who may use a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Its owner alone: the program's own files, such as progress.
    Owner,
    /// Whoever the user's `umask` allows: documents that the user has named.
    Umask,
}

/// The properties of a file, folder or other thing at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    pub kind: FileKind,
    /// The size in bytes.
    pub length: u64,
    /// The time of the last change, if the file system records it.
    pub modified: Option<SystemTime>,
    pub access: Access,
}

/// The kind of thing at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    Folder,
    Link,
    Pipe,
    Device,
    /// A socket, or something that only some operating systems know.
    Other,
}

/// The owner of a file and its mode. Empty on operating systems without owners and modes.
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
    /// Another open file has the lock.
    HeldElsewhere,
    /// The file system has no locks, like some network file systems.
    Unsupported,
}
