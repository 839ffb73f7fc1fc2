//! What keeps a runaway program from the learner's machine: limits of memory, no core dumps, and an end when the
//! tutor is gone. Ctrl-C reaches Python from here.

use super::Kernel;
use rustpython_vm::bytecode::CodeFlags;
use rustpython_vm::signal::UserSignalSender;
use std::sync::atomic::Ordering;

/// How much more memory than at the start a program may use, in bytes.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 1 << 30;

/// A program that wants more memory than `MEMORY` gets none, rather than the machine's last.
#[cfg(unix)]
pub fn bound() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // None of these may fail the start: without them, the program still runs.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    if let Some(used) = address_space() {
        let limit = Some(used + MEMORY);
        let _ = setrlimit(Resource::As, Rlimit { current: limit, maximum: limit });
    }
}

#[cfg(not(unix))]
pub fn bound() {}

/// The bytes of address space in use; `/proc/self/statm` begins with their number of pages.
#[cfg(target_os = "linux")]
fn address_space() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').next()?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

/// Ends the process when its parent is gone: a program that asks nothing would not notice, and run for ever.
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

/// How often, a millisecond apart, an interrupt waits for a generator to hand its value on.
const PATIENCE: u32 = 200;

/// Ctrl-C raises KeyboardInterrupt in the program that runs.
pub fn interrupt_on_signal(kernel: &'static Kernel, python: UserSignalSender) {
    // A handler that cannot be set leaves the parent its other way, to end this process.
    let _ = ctrlc::set_handler(move || {
        kernel.interrupt();
        send(kernel, python.clone(), PATIENCE);
    });
}

/// Raises in the frame that runs; but the interpreter may lose its place in a generator that is interrupted, so one of
/// those is given some time to yield first.
fn send(kernel: &'static Kernel, python: UserSignalSender, patience: u32) {
    let again = python.clone();
    // A program that is gone by now needs no interrupt.
    let _ = python.send(Box::new(move |vm| {
        let flags = vm.current_frame().map(|frame| frame.code.flags);
        let in_generator = flags.is_some_and(|flags| flags.contains(CodeFlags::GENERATOR));
        if in_generator && patience > 0 {
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(1));
                send(kernel, again, patience - 1);
            });
            return Ok(());
        }
        // While none runs, the next one is to see it.
        let runs = kernel.running.load(Ordering::SeqCst);
        if runs && kernel.take_interrupt() { Err(super::keyboard_interrupt(vm)) } else { Ok(()) }
    }));
}
