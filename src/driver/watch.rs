//! A lesson's file that is being written: seen when it is saved, read again, and refused if it is broken.
//!
//! Its time and size are looked at, a few times a second while nobody types. Editors save by writing anew, by renaming,
//! or on a folder of another machine; asking the file itself sees all of these, where notices of the system differ from
//! platform to platform. For one file that costs nothing to speak of.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::lesson::format::Lesson;
use crate::lesson::library::Source;

/// A file that is looked at.
#[derive(Debug, Clone)]
pub struct Watch {
    path: PathBuf,
    /// When it was last written, and how long it was then.
    stamp: Option<(SystemTime, u64)>,
}

impl Watch {
    /// Looks at a file from now on.
    pub fn new(path: &Path) -> Watch {
        Watch { path: path.to_owned(), stamp: stamp(path) }
    }

    /// If the file was saved since the last look: the lesson, or what is wrong with it, with its place.
    pub fn saved(&mut self) -> Option<Result<Arc<Lesson>, String>> {
        // A file that is away for a moment is being renamed.
        let now = stamp(&self.path).filter(|now| Some(*now) != self.stamp)?;
        self.stamp = Some(now);
        let name = self.path.display().to_string();
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(e) => return Some(Err(format!("{name} cannot be read: {e}"))),
        };
        Some(Source { name, text }.lesson().map(Arc::new))
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let about = std::fs::metadata(path).ok()?;
    Some((about.modified().ok()?, about.len()))
}
