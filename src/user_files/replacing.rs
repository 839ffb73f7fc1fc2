//! Writes files atomically: the content goes to a temporary file, which is then renamed.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Audience, FileKind, FileSystem, LockAttempt, OpenFile, Purpose, UserFiles};
use super::{folder_of, hidden_path, require_regular};

/// Number of names to try for a temporary file.
const NAME_ATTEMPTS: usize = 100;

/// The number of the next temporary file that this process creates.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

impl UserFiles {
    /// Replaces the file at `path`, which must already be resolved, or creates it for `audience`. An existing file
    /// keeps its mode and, if possible, its owner.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written. The file then has its old content or, if only its folder could
    /// not be synced, the new content, which may not survive a power failure.
    pub(super) fn replace(&self, path: &Path, bytes: &[u8], audience: Audience) -> io::Result<()> {
        let existing = match self.system.link_facts(path) {
            Ok(facts) => {
                require_regular(facts.kind)?;
                Some(facts)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let mut temporary = TemporaryFile::create(&*self.system, path, audience)?;
        temporary.file.write_all(bytes)?;
        if let Some(existing) = existing {
            temporary.file.set_access(&existing.access)?;
        }
        temporary.file.sync()?;
        self.system.rename(&temporary.path, path)?;
        temporary.is_renamed = true;
        self.system.sync_folder(folder_of(path))
    }

    /// Writes a document to a path that must not exist yet. An existing file or link is left unchanged.
    ///
    /// # Errors
    /// Returns an error of the kind `AlreadyExists` if the path already exists, or another error if the document cannot
    /// be written. In the second case, nothing is left at the path.
    pub fn create_document(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        match self.system.link_facts(path) {
            Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let mut temporary = TemporaryFile::create(&*self.system, path, Audience::Umask)?;
        temporary.file.write_all(bytes)?;
        temporary.file.sync()?;
        match self.system.rename_to_unused(&temporary.path, path) {
            Ok(()) => temporary.is_renamed = true,
            // Some file systems, such as old FAT, cannot rename a file without replacing an existing file that has the
            // new name. The document is then written under its final name.
            Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => {
                self.create_in_place(path, bytes)?;
            }
            Err(error) => return Err(error),
        }
        // The document exists, so an error here is ignored. Only a power failure could still lose the document.
        let _ = self.system.sync_folder(folder_of(path));
        Ok(())
    }

    /// Creates an empty file in a folder and removes it again, to find out whether files can be written there.
    ///
    /// # Errors
    /// Returns an error if no file can be written, with the kind `NotFound` if there is no such folder.
    pub fn check_writable(&self, folder: &Path) -> io::Result<()> {
        TemporaryFile::create(&*self.system, &folder.join("check"), Audience::Owner).map(drop)
    }

    /// Writes a new file under its final name, and removes it again if that fails.
    fn create_in_place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.system.open(path, Purpose::Create(Audience::Umask))?;
        let written = file.write_all(bytes).and_then(|()| file.sync());
        if written.is_err() {
            let _ = self.system.remove_file(path);
        }
        written
    }
}

/// A locked temporary file in the same folder as its target. The file is removed when the value is dropped, unless the
/// file was renamed.
struct TemporaryFile<'a> {
    system: &'a dyn FileSystem,
    path: PathBuf,
    file: Box<dyn OpenFile>,
    is_renamed: bool,
}

impl<'a> TemporaryFile<'a> {
    /// Creates an empty temporary file for the new content of `target`. First removes the temporary files that killed
    /// processes have left behind.
    fn create(system: &'a dyn FileSystem, target: &Path, audience: Audience) -> io::Result<Self> {
        remove_abandoned(system, target);
        for _ in 0..NAME_ATTEMPTS {
            let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = hidden_path(target, &format!("{}-{number}.tmp", std::process::id()));
            let file = match system.open(&path, Purpose::Create(audience)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                result => result?,
            };
            let temporary = TemporaryFile { system, path, file, is_renamed: false };
            // Before this process locked the file, another process may have removed it as an abandoned file. The next
            // name is then tried.
            let is_locked = temporary.file.try_lock()? != LockAttempt::HeldElsewhere;
            if is_locked && system.link_facts(&temporary.path).is_ok() {
                return Ok(temporary);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for TemporaryFile<'_> {
    fn drop(&mut self) {
        if !self.is_renamed {
            let _ = self.system.remove_file(&self.path);
        }
    }
}

/// Removes the temporary files for `target` that killed processes have left behind. They are recognised because they
/// are not locked. Errors are ignored, because such files do no harm.
fn remove_abandoned(system: &dyn FileSystem, target: &Path) {
    let Ok(paths) = system.list_folder(folder_of(target)) else { return };
    for path in paths.into_iter().filter(|path| is_temporary_for(path, target)) {
        let is_file = system.link_facts(&path).is_ok_and(|facts| facts.kind == FileKind::File);
        if !is_file {
            continue;
        }
        let Ok(file) = system.open(&path, Purpose::Read) else { continue };
        if matches!(file.try_lock(), Ok(LockAttempt::Locked)) {
            let _ = system.remove_file(&path);
        }
    }
}

/// Returns whether a path names a temporary file for `target`: `.NAME.PROCESS-NUMBER.tmp`.
fn is_temporary_for(path: &Path, target: &Path) -> bool {
    let names = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let (Some(name), Some(beginning)) = (names(path), names(&hidden_path(target, ""))) else { return false };
    let numbers = name.strip_prefix(&beginning).and_then(|rest| rest.strip_suffix(".tmp"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.and_then(|numbers| numbers.split_once('-')).is_some_and(|(a, b)| is_number(a) && is_number(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_temporary_files_for_the_same_file_are_recognised() {
        let target = Path::new("state/progress.json");
        for (name, is_ours) in [
            (".progress.json.123-0.tmp", true),
            (".progress.json.1-17.tmp", true),
            (".progress.json.lock", false),
            (".progress.json.tmp", false),
            (".progress.json.old-1.tmp", false),
            (".progress.json.1-.tmp", false),
            (".progress.json.1-2-3.tmp", false),
            (".other.json.1-0.tmp", false),
            ("progress.json.1-0.tmp", false),
            ("progress.json", false),
        ] {
            assert_eq!(is_temporary_for(&Path::new("state").join(name), target), is_ours, "{name}");
        }
    }

    #[test]
    fn a_long_name_has_a_temporary_file_of_its_own() {
        let target = PathBuf::from(format!("{}.py", "ä".repeat(120)));
        let temporary = hidden_path(&target, "77-1.tmp");
        assert!(temporary.as_os_str().len() < 200 && is_temporary_for(&temporary, &target), "{temporary:?}");
    }
}
