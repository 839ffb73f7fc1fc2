//! Tracks whether another thread can run Python code.
//!
//! The interpreter's own thread count is too low: it stops counting a thread before it releases the thread's function,
//! whose finalizers can still run Python code. Here, a thread is counted from before it is started until the operating
//! system's thread ends.

use super::modules;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, function::FuncArgs};
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::super::pipe;

/// Number of `CountedThread` values, that is, of threads besides the main thread that run or are about to be started.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Number of `StartBan` values. Only the main thread changes it.
static BANS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The value that counts this thread until it ends. `None` in the main thread.
    static THIS_THREAD: RefCell<Option<CountedThread>> = const { RefCell::new(None) };
}

/// A value that counts a thread for as long as the value exists.
struct CountedThread;

impl CountedThread {
    fn new() -> Self {
        COUNT.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for CountedThread {
    fn drop(&mut self) {
        COUNT.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A guard value. While it exists, no other thread runs or can be started, so only this thread can run Python code.
pub struct StartBan(());

impl StartBan {
    /// Creates a ban, or returns `None` if another thread may be running.
    pub fn if_alone() -> Option<Self> {
        if !pipe::is_main_thread() || COUNT.load(Ordering::SeqCst) > 0 {
            return None;
        }
        BANS.fetch_add(1, Ordering::SeqCst);
        Some(Self(()))
    }
}

impl Drop for StartBan {
    fn drop(&mut self) {
        BANS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Implements `_thread.start_new_thread`.
pub fn start_new_thread(vm: &VirtualMachine, args: FuncArgs) -> PyResult {
    start("start_new_thread", args, vm)
}

/// Implements `_thread.start_joinable_thread`.
pub fn start_joinable_thread(vm: &VirtualMachine, args: FuncArgs) -> PyResult {
    start("start_joinable_thread", args, vm)
}

/// Starts a thread that is counted, and that runs the program's function.
fn start(name: &'static str, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let named = args.kwargs.get_mut("function");
    if let Some(target) = args.args.first_mut().or(named)
        && target.is_callable()
    {
        *target = counting(target.clone(), vm);
    }
    if BANS.load(Ordering::SeqCst) > 0 {
        return Err(vm.new_runtime_error("redis-tutor's Python cannot start a thread while variables are being read"));
    }
    modules::call_original(("_thread", name), args, vm)
}

/// Returns a function that counts the thread in which it runs, calls `target` and releases it. It can be called only
/// once, and only as the first function of a thread, so that no code can call it in a thread that is already counted.
///
/// The interpreter would release `target` only after the thread has ended. A Thread object without other references
/// would then be finalized in a state in which no Python code can run.
fn counting(target: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    let held = Mutex::new(Some((CountedThread::new(), target)));
    let run = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let is_first = !pipe::is_main_thread() && THIS_THREAD.with_borrow(Option::is_none);
        let taken = if is_first { held.lock().unwrap_or_else(PoisonError::into_inner).take() } else { None };
        let Some((counted, target)) = taken else {
            return Err(vm.new_runtime_error("a thread's function can be called only by the thread"));
        };
        THIS_THREAD.set(Some(counted));
        target.call(args, vm)
    };
    vm.new_function("run", run).into()
}
