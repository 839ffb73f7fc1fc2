//! The implementation of [`FileSystem`] that calls the operating system.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempPath;

use super::file_system::{Access, Audience, FileFacts, FileKind, FileSystem, LockAttempt, OpenFile, Purpose};

/// The real file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl FileSystem for Disk {
    fn facts(&self, path: &Path) -> io::Result<FileFacts> {
        fs::metadata(path).map(|metadata| facts(&metadata))
    }

    fn link_facts(&self, path: &Path) -> io::Result<FileFacts> {
        fs::symlink_metadata(path).map(|metadata| facts(&metadata))
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        fs::read_link(path)
    }

    fn list_folder(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        Ok(fs::read_dir(path)?.flatten().map(|entry| entry.path()).collect())
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        let builder = private_folder();
        let mut result = builder.create(path);
        if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
            && let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty())
        {
            self.create_folder(parent)?;
            result = builder.create(path);
        }
        match result {
            Ok(()) => {
                give_folder_to_owner_of_parent(path);
                Ok(())
            }
            // On a read-only disk, creating a folder that exists may fail with an error other than `AlreadyExists`. It
            // is enough that the folder exists.
            Err(_) if path.is_dir() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn open(&self, path: &Path, purpose: Purpose) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(match purpose {
            Purpose::Read => options(purpose).read(true).open(path)?,
            Purpose::Append => open_or_create(path, options(purpose).read(true).append(true))?,
            Purpose::Lock => open_or_create(path, options(purpose).read(true).write(true))?,
            Purpose::Create(audience) => {
                let file = options(purpose).write(true).create_new(true).open(path)?;
                if audience == Audience::Owner {
                    give_to_owner_of_parent(&file, path);
                }
                file
            }
            Purpose::ReadStream => File::open(path)?,
            Purpose::WriteStream => open_descriptor(path)?,
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn rename_to_unused(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut from = TempPath::try_from_path(from)?;
        from.disable_cleanup(true);
        from.persist_noclobber(to).map_err(|refused| refused.error)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    #[cfg(unix)]
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
        match File::open(path).and_then(|folder| folder.sync_all()) {
            // Some file systems cannot sync folders, and a folder that is writable but not readable cannot be opened.
            // Both errors are ignored.
            Err(error) if matches!(error.kind(), InvalidInput | PermissionDenied | Unsupported) => Ok(()),
            result => result,
        }
    }

    /// Does nothing, because this platform cannot open a folder.
    #[cfg(not(unix))]
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn pause(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

impl OpenFile for File {
    fn facts(&self) -> io::Result<FileFacts> {
        self.metadata().map(|metadata| facts(&metadata))
    }

    #[cfg(unix)]
    fn set_access(&self, access: &Access) -> io::Result<()> {
        use io::ErrorKind::{PermissionDenied, Unsupported};
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
        let metadata = self.metadata()?;
        if (metadata.uid(), metadata.gid()) != (access.user, access.group) {
            // Only root can change the owner of a file. Other users can change only the group, and only to one of their
            // own groups.
            let _ =
                fchown(self, Some(access.user), Some(access.group)).or_else(|_| fchown(self, None, Some(access.group)));
        }
        match self.set_permissions(fs::Permissions::from_mode(access.mode & 0o777)) {
            // The file system may not support permission bits, so these errors are ignored.
            Err(error) if matches!(error.kind(), PermissionDenied | Unsupported) => Ok(()),
            result => result,
        }
    }

    #[cfg(not(unix))]
    fn set_access(&self, _: &Access) -> io::Result<()> {
        Ok(())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn try_lock(&self) -> io::Result<LockAttempt> {
        match File::try_lock(self) {
            Ok(()) => Ok(LockAttempt::Locked),
            Err(TryLockError::WouldBlock) => Ok(LockAttempt::HeldElsewhere),
            Err(TryLockError::Error(error)) if has_no_locks(&error) => Ok(LockAttempt::Unsupported),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn unlock(&self) -> io::Result<()> {
        File::unlock(self)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_all()
    }
}

/// Returns the options for opening or creating a file. With these options, opening does not wait for the other end of a
/// pipe, and does not make a terminal the controlling terminal of the process. A file that is opened for writing must
/// not be a symbolic link, because the path has already been resolved.
#[cfg(unix)]
fn options(purpose: Purpose) -> OpenOptions {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    let links = if purpose == Purpose::Read { OFlags::empty() } else { OFlags::NOFOLLOW };
    let mode = if purpose == Purpose::Create(Audience::Umask) { 0o666 } else { 0o600 };
    let mut options = OpenOptions::new();
    options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY | links).bits().cast_signed()).mode(mode);
    options
}

#[cfg(not(unix))]
fn options(_: Purpose) -> OpenOptions {
    OpenOptions::new()
}

/// Returns the builder for a folder that only its owner can access.
#[cfg(unix)]
fn private_folder() -> fs::DirBuilder {
    let mut builder = fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

#[cfg(not(unix))]
fn private_folder() -> fs::DirBuilder {
    fs::DirBuilder::new()
}

/// Opens a path that refers to an open file descriptor of the process, such as `/dev/stdout` or `/dev/fd/3`, for
/// writing. A shell may have opened it with `>>` on a file that has content, so the file is not truncated.
///
/// On Linux, opening such a path opens the underlying file again, with a separate file position. Standard output and
/// standard error are therefore duplicated instead, and other files are opened for appending.
#[cfg(unix)]
fn open_descriptor(path: &Path) -> io::Result<File> {
    use rustix::io::fcntl_dupfd_cloexec;
    const FIRST_FREE: i32 = 3;
    match path.to_str() {
        Some("/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1") => {
            Ok(fcntl_dupfd_cloexec(io::stdout(), FIRST_FREE)?.into())
        }
        Some("/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2") => {
            Ok(fcntl_dupfd_cloexec(io::stderr(), FIRST_FREE)?.into())
        }
        _ => OpenOptions::new().append(true).open(path),
    }
}

#[cfg(not(unix))]
fn open_descriptor(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).open(path)
}

/// Opens a file, or creates it so that only its owner can access it.
fn open_or_create(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        result => return result,
    }
    match options.clone().create_new(true).open(path) {
        Ok(file) => {
            give_to_owner_of_parent(&file, path);
            Ok(file)
        }
        // Another process has just created the file, so the file is opened as it is.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => options.open(path),
        Err(error) => Err(error),
    }
}

/// Changes the owner of a file or folder that root has just created at `path` to the owner of its parent folder.
/// Without this, a session run by root (`sudo redis-tutor`) would leave files that the learner cannot open.
///
/// The owner of the folder may replace the file at any time. So the owner is changed through the open file, not
/// through the path.
#[cfg(unix)]
fn give_to_owner_of_parent(created: &File, path: &Path) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let (Ok(metadata), Ok(parent)) = (created.metadata(), fs::metadata(super::folder_of(path))) else { return };
    if metadata.uid() == 0 && parent.uid() != 0 {
        let _ = fchown(created, Some(parent.uid()), Some(parent.gid()));
    }
}

#[cfg(not(unix))]
fn give_to_owner_of_parent(_: &File, _: &Path) {}

#[cfg(unix)]
fn give_folder_to_owner_of_parent(path: &Path) {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = (OFlags::DIRECTORY | OFlags::NOFOLLOW).bits().cast_signed();
    if let Ok(folder) = OpenOptions::new().read(true).custom_flags(flags).open(path) {
        give_to_owner_of_parent(&folder, path);
    }
}

#[cfg(not(unix))]
fn give_folder_to_owner_of_parent(_: &Path) {}

/// Returns whether an error means that the file system does not support file locks.
fn has_no_locks(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::NOLCK.raw_os_error()) {
        return true;
    }
    error.kind() == io::ErrorKind::Unsupported
}

fn facts(metadata: &Metadata) -> FileFacts {
    FileFacts {
        kind: kind(metadata.file_type()),
        length: metadata.len(),
        modified: metadata.modified().ok(),
        access: access(metadata),
    }
}

fn kind(file_type: fs::FileType) -> FileKind {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if file_type.is_fifo() {
            return FileKind::Pipe;
        }
        if file_type.is_char_device() || file_type.is_block_device() {
            return FileKind::Device;
        }
    }
    if file_type.is_file() {
        FileKind::File
    } else if file_type.is_dir() {
        FileKind::Folder
    } else if file_type.is_symlink() {
        FileKind::Link
    } else {
        FileKind::Other
    }
}

#[cfg(unix)]
fn access(metadata: &Metadata) -> Access {
    use std::os::unix::fs::MetadataExt as _;
    Access { mode: metadata.mode(), user: metadata.uid(), group: metadata.gid() }
}

#[cfg(not(unix))]
fn access(_: &Metadata) -> Access {
    Access::default()
}
