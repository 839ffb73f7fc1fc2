//! Limits the process's memory, file descriptors, file sizes and core dumps.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Limit on file descriptors. Descriptors with this number or a higher one cannot be opened, and `poll` accepts at most
/// this many entries.
const DESCRIPTORS: u64 = 16;

/// Limits the number of file descriptors and the size of files and core dumps. Returns whether all limits are in place.
pub fn limit() -> bool {
    [(Resource::Nofile, DESCRIPTORS), (Resource::Fsize, 0), (Resource::Core, 0)]
        .into_iter()
        .all(|(resource, limit)| lower(resource, limit).is_ok())
}

/// Lowers both the soft and the hard limit, so that the process cannot raise them again. Keeps a hard limit that is
/// already lower.
fn lower(resource: Resource, limit: u64) -> rustix::io::Result<()> {
    let limit = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
    setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
}

/// The kernel's report on the process's memory, opened before file access is refused.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub struct MemoryUsage(std::fs::File);

#[cfg(target_os = "linux")]
impl MemoryUsage {
    /// Opens the kernel's report on the process's memory. It can still be read later, when files can no longer be
    /// opened. Returns `None` if the report cannot be opened.
    pub fn open() -> Option<Self> {
        std::fs::File::open("/proc/self/statm").ok().map(MemoryUsage)
    }

    /// Returns the size of the address space in bytes, or `None` if it cannot be read. The first field of `statm` is
    /// this size in pages.
    fn address_space(mut self) -> Option<u64> {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut self.0, &mut text).ok()?;
        let pages: u64 = text.split(' ').next()?.parse().ok()?;
        Some(pages * rustix::param::page_size() as u64)
    }
}

/// Lets the address space grow by at most `growth` bytes. Does nothing if its current size cannot be read.
#[cfg(target_os = "linux")]
pub fn limit_memory(usage: Option<MemoryUsage>, growth: u64) {
    if let Some(used) = usage.and_then(MemoryUsage::address_space) {
        // A failure is ignored, because this limit only protects against mistakes, not against attacks.
        let _ = lower(Resource::As, used.saturating_add(growth));
    }
}
