//! Converts a panic in a native function into an exception.
//!
//! The interpreter's native functions have bugs that make them panic on some arguments. Known bugs are corrected in
//! `amendments`. Any other panic raises a SystemError that the program can catch, instead of ending the process.
//!
//! A panic must not unwind through the interpreter's main loop, because it would leave a frame there that points to
//! memory that it no longer owns. So a panic in a native function is caught only if the function was not calling Python
//! code. Otherwise the process ends, as it does in builds without unwinding.

use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine, function::FuncArgs, vm::thread::get_current_frame,
};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::OnceLock;

type Call = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult;
type Vectorcall = fn(&PyObject, Vec<PyObjectRef>, usize, Option<&[PyObjectRef]>, &VirtualMachine) -> PyResult;

/// The original slots of a class of native functions, which were replaced with slots that catch panics.
#[derive(Clone, Copy)]
struct Slots {
    call: Option<Call>,
    vectorcall: Option<Vectorcall>,
}

static FUNCTION: OnceLock<Slots> = OnceLock::new();
static METHOD: OnceLock<Slots> = OnceLock::new();
static CLASS: OnceLock<Slots> = OnceLock::new();
static WRAPPER: OnceLock<Slots> = OnceLock::new();

thread_local! {
    /// Address of the Python frame that made the innermost native call, or 0 if no native call is running.
    static CALLER: Cell<usize> = const { Cell::new(0) };
    /// The message of the panic that is being converted.
    static REPORT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Replaces the call slots of all classes of native functions with slots that catch panics. Must be called once.
pub fn install(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    for (class, original, slots) in [
        (
            types.builtin_function_or_method_type,
            &FUNCTION,
            (call_in_net::<Functions> as Call, vectorcall_in_net::<Functions> as Vectorcall),
        ),
        (types.method_descriptor_type, &METHOD, (call_in_net::<Methods>, vectorcall_in_net::<Methods>)),
        (types.type_type, &CLASS, (call_in_net::<Classes>, vectorcall_in_net::<Classes>)),
        (types.wrapper_descriptor_type, &WRAPPER, (call_in_net::<Wrappers>, vectorcall_in_net::<Wrappers>)),
    ] {
        let (call, vectorcall) = (class.slots.call.load(), class.slots.vectorcall.load());
        if original.set(Slots { call, vectorcall }).is_err() {
            continue;
        }
        if call.is_some() {
            class.slots.call.store(Some(slots.0));
        }
        if vectorcall.is_some() {
            class.slots.vectorcall.store(Some(slots.1));
        }
    }
}

/// A kind of native function. `ORIGINAL` contains the original slots of its class.
trait Callables {
    const ORIGINAL: &OnceLock<Slots>;
}

struct Functions;
struct Methods;
struct Classes;
struct Wrappers;

impl Callables for Functions {
    const ORIGINAL: &OnceLock<Slots> = &FUNCTION;
}

impl Callables for Methods {
    const ORIGINAL: &OnceLock<Slots> = &METHOD;
}

impl Callables for Classes {
    const ORIGINAL: &OnceLock<Slots> = &CLASS;
}

impl Callables for Wrappers {
    const ORIGINAL: &OnceLock<Slots> = &WRAPPER;
}

fn call_in_net<C: Callables>(callable: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let original = C::ORIGINAL.get().and_then(|slots| slots.call).expect("the net is installed only over a slot");
    in_net(vm, || original(callable, args, vm))
}

fn vectorcall_in_net<C: Callables>(
    callable: &PyObject,
    args: Vec<PyObjectRef>,
    count: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let original = C::ORIGINAL.get().and_then(|slots| slots.vectorcall).expect("the net is installed only over a slot");
    in_net(vm, || original(callable, args, count, names, vm))
}

/// Calls a native function, and converts a panic in it into a SystemError.
fn in_net(vm: &VirtualMachine, call: impl FnOnce() -> PyResult) -> PyResult {
    let outer = CALLER.replace(current_frame());
    let result = catch_unwind(AssertUnwindSafe(call));
    CALLER.set(outer);
    result.unwrap_or_else(|_| {
        let report = REPORT.take();
        // Rust's collections panic with this message when they would exceed the address space. In Python, that is a
        // MemoryError.
        if report == "capacity overflow" {
            return Err(vm.new_exception_empty(vm.ctx.exceptions.memory_error.to_owned()));
        }
        let message = format!("redis-tutor's Python cannot do this: its interpreter failed ({report})");
        Err(vm.new_system_error(message))
    })
}

fn current_frame() -> usize {
    get_current_frame() as usize
}

/// Returns whether a panic that has just begun will be caught. If so, stores its message for the SystemError.
pub fn catches(panic: &PanicHookInfo<'_>) -> bool {
    let caller = CALLER.get();
    if cfg!(not(panic = "unwind")) || caller == 0 || caller != current_frame() {
        return false;
    }
    let report = panic.payload_as_str().unwrap_or("no reason given");
    REPORT.set(report.lines().next().unwrap_or_default().to_owned());
    true
}
