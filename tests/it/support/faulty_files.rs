//! A wrapper around the file system, with which any call can fail, and with which the process can be killed at any
//! call.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use redis_tutor::user_files::{Access, Disk, FileFacts, FileSystem, LockAttempt, OpenFile, Purpose, UserFiles};

/// A function that creates an error. It is stored instead of the error, because an `io::Error` cannot be copied.
pub type MakeError = fn() -> io::Error;

/// The disk errors that the tests simulate.
pub const ERRORS: [(&str, MakeError); 4] = [
    ("ENOSPC", || io::ErrorKind::StorageFull.into()),
    ("EROFS", || io::ErrorKind::ReadOnlyFilesystem.into()),
    ("EACCES", || io::ErrorKind::PermissionDenied.into()),
    ("EIO", || io::Error::from_raw_os_error(5)),
];

/// A fault of the disk or the process. Calls to the file system are counted from 0. A write that fails still writes the
/// first half of its bytes.
#[derive(Clone, Copy)]
pub enum Fault {
    /// Only the call with this number fails.
    Once(usize, MakeError),
    /// The call with this number and all later calls fail, until the disk is repaired.
    From(usize, MakeError),
    /// The process is killed during the call with this number, so it makes no further calls.
    Kill(usize),
}

/// Returns a `UserFiles` on a disk without faults.
pub fn without_faults() -> UserFiles {
    FaultyFiles::default().user_files()
}

/// Returns every kind of fault for every call in `calls`, each with a description. `calls` must come from a run without
/// faults.
pub fn every_fault(calls: &[&str]) -> Vec<(String, Fault)> {
    let mut faults = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        for (name, error) in ERRORS {
            faults.push((format!("{name} at call {at}, {call}"), Fault::Once(at, error)));
            faults.push((format!("{name} from call {at}, {call}, on"), Fault::From(at, error)));
        }
        faults.push((format!("killed before call {at}, {call}"), Fault::Kill(at)));
    }
    faults
}

/// The operating system's file system, with a simulated fault. Clones share the fault and the call count. Nothing is
/// synced to the disk, so that thousands of runs take only seconds.
#[derive(Clone, Default)]
pub struct FaultyFiles {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    fault: Option<Fault>,
    calls: Vec<&'static str>,
    pauses: usize,
    on_pause: Option<Box<dyn FnMut() + Send>>,
}

impl FaultyFiles {
    pub fn with(fault: Fault) -> Self {
        let files = FaultyFiles::default();
        files.state.lock().expect("no test has panicked").fault = Some(fault);
        files
    }

    /// Returns a `UserFiles` that uses this file system.
    pub fn user_files(&self) -> UserFiles {
        UserFiles::new(Arc::new(self.clone()))
    }

    /// Makes all further calls fail with the given error.
    pub fn fail(&self, error: MakeError) {
        self.state.lock().expect("no test has panicked").fault = Some(Fault::From(0, error));
    }

    /// Makes all further calls succeed.
    pub fn repair(&self) {
        self.state.lock().expect("no test has panicked").fault = None;
    }

    /// Returns the names of all calls so far, in order.
    pub fn calls(&self) -> Vec<&'static str> {
        self.state.lock().expect("no test has panicked").calls.clone()
    }

    /// Returns how often a session has paused while waiting for a lock.
    pub fn pauses(&self) -> usize {
        self.state.lock().expect("no test has panicked").pauses
    }

    /// Sets the function that is called each time a session waits for a lock.
    pub fn on_pause(&self, function: impl FnMut() + Send + 'static) {
        self.state.lock().expect("no test has panicked").on_pause = Some(Box::new(function));
    }

    /// Counts a call. Returns an error if the fault makes the call fail.
    fn enter(&self, name: &'static str) -> io::Result<()> {
        let mut state = self.state.lock().expect("no test has panicked");
        let number = state.calls.len();
        state.calls.push(name);
        match state.fault {
            Some(Fault::Once(at, error)) if number == at => Err(error()),
            Some(Fault::From(at, error)) if number >= at => Err(error()),
            Some(Fault::Kill(at)) if number >= at => Err(io::Error::other("killed")),
            _ => Ok(()),
        }
    }

    /// Returns whether the process had already been killed before the last call.
    fn is_dead(&self) -> bool {
        let state = self.state.lock().expect("no test has panicked");
        matches!(state.fault, Some(Fault::Kill(at)) if state.calls.len() > at + 1)
    }
}

impl fmt::Debug for FaultyFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultyFiles")
    }
}

impl FileSystem for FaultyFiles {
    fn facts(&self, path: &Path) -> io::Result<FileFacts> {
        self.enter("facts")?;
        Disk.facts(path)
    }

    fn link_facts(&self, path: &Path) -> io::Result<FileFacts> {
        self.enter("link_facts")?;
        Disk.link_facts(path)
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        self.enter("link_target")?;
        Disk.link_target(path)
    }

    fn list_folder(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        self.enter("list_folder")?;
        Disk.list_folder(path)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.enter("create_folder")?;
        Disk.create_folder(path)
    }

    fn open(&self, path: &Path, purpose: Purpose) -> io::Result<Box<dyn OpenFile>> {
        self.enter(match purpose {
            Purpose::Lock => "open lock",
            Purpose::Create(_) => "open new",
            Purpose::Append => "open to append",
            Purpose::Read | Purpose::ReadStream => "open to read",
            Purpose::WriteStream => "open to write",
        })?;
        Ok(Box::new(FaultyFile { files: self.clone(), file: Disk.open(path, purpose)? }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.enter("rename")?;
        Disk.rename(from, to)
    }

    fn rename_to_unused(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.enter("rename_to_unused")?;
        Disk.rename_to_unused(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.enter("remove_file")?;
        Disk.remove_file(path)
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        self.enter("sync_folder")
    }

    fn pause(&self, _: Duration) {
        let mut state = self.state.lock().expect("no test has panicked");
        state.pauses += 1;
        if let Some(function) = &mut state.on_pause {
            function();
        }
    }
}

#[derive(Debug)]
struct FaultyFile {
    files: FaultyFiles,
    file: Box<dyn OpenFile>,
}

impl Read for FaultyFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.files.enter("read")?;
        self.file.read(buffer)
    }
}

impl Write for FaultyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.files.enter("write") {
            if !self.files.is_dead() {
                self.file.write_all(&bytes[..bytes.len() / 2])?;
            }
            return Err(error);
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for FaultyFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.files.enter("seek")?;
        self.file.seek(position)
    }
}

impl OpenFile for FaultyFile {
    fn facts(&self) -> io::Result<FileFacts> {
        self.files.enter("facts of open file")?;
        self.file.facts()
    }

    fn set_access(&self, access: &Access) -> io::Result<()> {
        self.files.enter("set_access")?;
        self.file.set_access(access)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.files.enter("set_length")?;
        self.file.set_length(length)
    }

    fn try_lock(&self) -> io::Result<LockAttempt> {
        self.files.enter("try_lock")?;
        self.file.try_lock()
    }

    fn unlock(&self) -> io::Result<()> {
        self.files.enter("unlock")?;
        self.file.unlock()
    }

    fn sync(&self) -> io::Result<()> {
        self.files.enter("sync")
    }
}

/// Releases the lock, as the operating system does when a process ends. Closing the file might not release the lock
/// immediately, because a child process that another test is starting may have inherited the open file.
impl Drop for FaultyFile {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}
