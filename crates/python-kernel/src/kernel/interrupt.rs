//! Ctrl-C: the signal handler, and KeyboardInterrupt in the running program.

use super::Kernel;
use crate::frame::FromChild;
use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::bytecode::CodeFlags;
use rustpython_vm::signal::UserSignalSender;
use std::sync::atomic::Ordering;

/// Maximum number of times that an interrupt waits one millisecond for a generator to yield.
const GENERATOR_RETRIES: u32 = 200;

/// Installs the signal handler through which Ctrl-C raises KeyboardInterrupt in the running program.
pub fn interrupt_on_signal(kernel: &'static Kernel, python: UserSignalSender) {
    // A failure is ignored, because the parent can still kill this process.
    let _ = ctrlc::set_handler(move || {
        kernel.interrupt();
        raise_interrupt(kernel, python.clone(), GENERATOR_RETRIES);
    });
}

/// Raises KeyboardInterrupt in the running frame. If that frame is a generator's, waits first for it to yield, because
/// the interpreter may not continue correctly after a generator has been interrupted.
fn raise_interrupt(kernel: &'static Kernel, python: UserSignalSender, retries: u32) {
    let again = python.clone();
    // Sending fails only if the interpreter has ended, and then there is nothing to interrupt.
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
        // Between two runs, the interrupt stays pending for the next run.
        let runs = kernel.running.load(Ordering::SeqCst);
        if runs && kernel.take_interrupt() { Err(keyboard_interrupt(vm)) } else { Ok(()) }
    }));
}

impl Kernel {
    /// Handles Ctrl-C. The parent sends the signal while a statement runs, or while the frame that starts it is still
    /// in the pipe.
    fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) {
            self.pipe.send(&FromChild::InterruptWait);
        }
    }

    /// Clears a pending Ctrl-C. Returns whether one was pending, so that it is raised only once.
    pub(super) fn take_interrupt(&self) -> bool {
        self.interrupted.swap(false, Ordering::SeqCst)
    }
}

/// Returns a new KeyboardInterrupt.
pub(super) fn keyboard_interrupt(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_exception_empty(vm.ctx.exceptions.keyboard_interrupt.to_owned())
}
