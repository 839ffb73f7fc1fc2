//! Closes the descriptors that a process inherited.

#![allow(unsafe_code, reason = "std has no way to close a descriptor by its number")]

/// The first descriptor after the three standard streams.
const FIRST: libc::c_int = 3;

/// Closes all descriptors but the three standard streams. Must be called before the process opens any.
///
/// Returns whether that worked.
pub fn close_inherited() -> bool {
    #[cfg(target_os = "linux")]
    // SAFETY: this is the first thing that the process does, so nothing owns a descriptor from `FIRST` on.
    if unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, 0) } == 0 {
        return true;
    }
    close_one_by_one()
}

/// Closes them on systems without `close_range`, which came with Linux 5.9.
fn close_one_by_one() -> bool {
    let Ok(entries) = std::fs::read_dir("/dev/fd") else { return false };
    let open: Vec<libc::c_int> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|&descriptor| descriptor >= FIRST) {
        // SAFETY: as above. The descriptor of the folder was in the list and is closed already, which is only an error.
        unsafe { libc::close(descriptor) };
    }
    true
}
