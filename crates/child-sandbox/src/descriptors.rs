//! Closes the file descriptors that a process inherited.

#![allow(unsafe_code, reason = "std has no way to close a descriptor by its number")]

/// The first file descriptor after those of the three standard streams.
const FIRST: libc::c_int = 3;

/// Closes all file descriptors except the three standard streams. Must be called before the process opens any
/// descriptor.
///
/// Returns whether the descriptors were closed.
pub fn close_inherited() -> bool {
    #[cfg(target_os = "linux")]
    // SAFETY: this is the first thing that the process does, so nothing owns a descriptor from `FIRST` on.
    if unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, 0) } == 0 {
        return true;
    }
    close_one_by_one()
}

/// Closes the inherited descriptors one by one, on kernels without `close_range`, which was added in Linux 5.9. Returns
/// whether the open descriptors could be listed.
fn close_one_by_one() -> bool {
    let Ok(entries) = std::fs::read_dir("/dev/fd") else { return false };
    let open: Vec<libc::c_int> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|&descriptor| descriptor >= FIRST) {
        // SAFETY: nothing owns these descriptors, as in `close_inherited`. The listing also contains the descriptor
        // through which the folder was read. It is already closed, and closing it again only returns an error.
        unsafe { libc::close(descriptor) };
    }
    true
}
