//! Ends the process when its parent has ended.

/// Starts a thread that ends the process when its parent has ended. Without it, a program that sends no requests would
/// not notice that the pipe is closed, and could run forever.
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
