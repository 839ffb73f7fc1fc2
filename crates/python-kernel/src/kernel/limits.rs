//! Protects the learner's machine from a runaway program: limits its memory, disables core dumps, and ends the process
//! when the parent has ended.

/// Memory in bytes that a program may use in addition to the memory used at the start.
#[cfg(target_os = "linux")]
const MEMORY_LIMIT: u64 = 1 << 30;

/// Limits the address space by `MEMORY_LIMIT`, and disables core dumps.
#[cfg(unix)]
pub fn limit_resources() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // The program also runs without these limits, so a failure is ignored.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    if let Some(used) = address_space() {
        let limit = Some(used + MEMORY_LIMIT);
        let _ = setrlimit(Resource::As, Rlimit { current: limit, maximum: limit });
    }
}

/// Does nothing: these limits exist on Unix only.
#[cfg(not(unix))]
pub fn limit_resources() {}

/// Returns the size of the address space in bytes. `/proc/self/statm` begins with its size in pages.
#[cfg(target_os = "linux")]
fn address_space() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').next()?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

/// Starts a thread that ends the process when its parent has ended. A program that sends no requests would not notice
/// that the pipe is closed, and could run for ever.
#[cfg(unix)]
pub fn end_with_parent() {
    let parent = rustix::process::getppid();
    std::thread::spawn(move || {
        while rustix::process::getppid() == parent {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        std::process::exit(0);
    });
}

#[cfg(not(unix))]
pub fn end_with_parent() {}
