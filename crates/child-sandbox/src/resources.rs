//! Limits of the kernel for a process: memory, descriptors, files, core dumps.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors from this number on cannot be opened. `poll` accepts no more entries than this either.
const DESCRIPTORS: u64 = 16;

/// Limits descriptors, the size of files and of core dumps. Returns whether all limits are in place.
pub fn limit() -> bool {
    [(Resource::Nofile, DESCRIPTORS), (Resource::Fsize, 0), (Resource::Core, 0)]
        .into_iter()
        .all(|(resource, limit)| lower(resource, limit).is_ok())
}

/// Lowers a limit, which the process cannot raise again. A limit that is lower already stays.
fn lower(resource: Resource, limit: u64) -> rustix::io::Result<()> {
    let limit = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
    setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
}

/// Tells the size of the process's address space.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub struct MemoryUsage(std::fs::File);

#[cfg(target_os = "linux")]
impl MemoryUsage {
    /// Opens the kernel's accounting, which can be read later, when files can no longer be opened.
    pub fn open() -> Option<Self> {
        std::fs::File::open("/proc/self/statm").ok().map(MemoryUsage)
    }

    /// Returns the size of the address space in bytes. `statm` begins with its size in pages.
    fn address_space(mut self) -> Option<u64> {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut self.0, &mut text).ok()?;
        let pages: u64 = text.split(' ').next()?.parse().ok()?;
        Some(pages * rustix::param::page_size() as u64)
    }
}

/// Lets the address space grow by at most this number of bytes. Does nothing if its size is not known.
#[cfg(target_os = "linux")]
pub fn limit_memory(usage: Option<MemoryUsage>, growth: u64) {
    if let Some(used) = usage.and_then(MemoryUsage::address_space) {
        // A failure is ignored, because the limit protects only against mistakes.
        let _ = lower(Resource::As, used.saturating_add(growth));
    }
}
