//! Protects the learner's machine from a runaway program: limits its memory, disables core dumps, and ends the process
//! when the parent has ended. Also raises KeyboardInterrupt on Ctrl-C.

use super::Kernel;
use rustpython_vm::bytecode::CodeFlags;
use rustpython_vm::signal::UserSignalSender;
use std::sync::atomic::Ordering;

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

/// Number of times, a millisecond apart, that an interrupt waits for a generator to yield.
const GENERATOR_RETRIES: u32 = 200;

/// Makes Ctrl-C raise KeyboardInterrupt in the running program.
pub fn interrupt_on_signal(kernel: &'static Kernel, python: UserSignalSender) {
    // If the handler cannot be set, the parent can still end this process.
    let _ = ctrlc::set_handler(move || {
        kernel.interrupt();
        raise_interrupt(kernel, python.clone(), GENERATOR_RETRIES);
    });
}

/// Raises KeyboardInterrupt in the running frame. The interpreter may lose its place in a generator that is
/// interrupted, so a generator first gets some time to yield.
fn raise_interrupt(kernel: &'static Kernel, python: UserSignalSender, retries: u32) {
    let again = python.clone();
    // A failure to send means that the interpreter has ended, and then no interrupt is needed.
    let _ = python.send(Box::new(move |vm| {
        let flags = vm.current_frame().map(|frame| frame.code.flags);
        let in_generator = flags.is_some_and(|flags| flags.contains(CodeFlags::GENERATOR));
        if in_generator && retries > 0 {
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(1));
                raise_interrupt(kernel, again, retries - 1);
            });
            return Ok(());
        }
        // Between two runs the interrupt stays pending for the next run.
        let runs = kernel.running.load(Ordering::SeqCst);
        if runs && kernel.take_interrupt() { Err(super::keyboard_interrupt(vm)) } else { Ok(()) }
    }));
}
