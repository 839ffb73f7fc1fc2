//! The child process in which Python runs.
//!
//! It reads `ToChild` frames from standard input and writes `FromChild` frames to standard output. It has no files, no
//! network, no child processes and no environment variables: the interpreter is built without `host_env`. Where the
//! standard library needs an operating system, it imports one of the modules in `host_stubs` instead. The docstring of
//! each module says why it is needed.

mod alloc_guard;
mod amendments;
mod clock;
mod compilation;
mod complete;
mod console;
mod cpython_messages;
mod describe;
mod guards;
mod interrupt;
mod panic_net;
mod parent;
mod pipe;
mod positions;
mod preload;
mod resp;
mod rng;
mod run;
mod syntax_error;
mod syntax_warnings;
mod traceback;
mod variables;
mod wire;

use crate::frame::{FromChild, ToChild};
use crate::syntax::{self, ExcessiveNesting};
use child_sandbox::{Limits, Sandbox, UnlistedCall, Walls};
use interrupt::keyboard_interrupt;
use pipe::Pipe;
use rustpython_vm::{
    AsObject, Interpreter, Py, PyObject, PyObjectRef, PyResult, Settings, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyDictRef, PyStr, PyTupleRef, PyType},
    frozen::FrozenLib,
    gc_state::gc_state,
    scope::Scope,
    signal::{UserSignalReceiver, user_signal_channel},
};
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use variables::SavedVariables;

/// The hidden subcommand with which the parent starts its own binary as a Python child process.
pub const SUBCOMMAND: &str = "__python";

/// Python's standard library, as `build.rs` has chosen it.
const LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/python_library.bin"));

/// Stack size of the main Python thread in bytes. Takes only address space until a recursion uses it.
const STACK: usize = 128 << 20;

/// Stack size in bytes of a thread that does not run Python.
const SMALL_STACK: usize = 64 << 10;

/// Memory in bytes that a program may use in addition to the memory used at start-up.
pub const MEMORY_LIMIT: u64 = 1 << 30;

/// The exit code after a panic, as in other Rust programs.
pub const PANIC_STATUS: i32 = 101;

/// Maximum nesting depth of Python calls, as in CPython.
const RECURSION_LIMIT: usize = 1000;

/// State that all modules of the child process share. The process has a single interpreter, so there is a single
/// `Kernel`.
pub struct Kernel {
    pipe: Pipe,
    seed: u64,
    rng: rng::KernelRng,
    connections: wire::Connections,
    /// The source text of each statement that has run, by the file name of its code object.
    sources: Mutex<HashMap<String, String>>,
    /// The last `repr` that was echoed during the current run.
    last_echo: Mutex<Option<String>>,
    /// Original entries of the module `builtins`, by name.
    builtins: OnceLock<Vec<(String, PyObjectRef)>>,
    /// Original streams and hooks in `sys`, by name.
    hooks: OnceLock<Vec<(String, PyObjectRef)>>,
    /// Original modules in `sys.modules`, by name.
    modules: OnceLock<Vec<(String, PyObjectRef)>>,
    /// Original finders in `sys.meta_path`.
    finders: OnceLock<Vec<PyObjectRef>>,
    /// The original builtins `eval`, `exec` and `compile`, which have no guards.
    unguarded: OnceLock<Vec<(&'static str, PyObjectRef)>>,
    /// Number of threads besides the main thread that was last reported to the parent.
    reported_threads: AtomicU32,
    /// Whether the learner's code is running. Only then may Ctrl-C raise an exception.
    running: AtomicBool,
    /// Whether a Ctrl-C is pending, that is, has not been raised as an exception yet.
    interrupted: AtomicBool,
    /// Whether the main thread is waiting for an answer from the parent.
    waiting: AtomicBool,
}

static KERNEL: OnceLock<Kernel> = OnceLock::new();

/// Returns the child process's shared state.
fn kernel() -> &'static Kernel {
    KERNEL.get().expect("`serve` sets it before Python starts")
}

impl Kernel {
    fn new(pipe: Pipe, seed: u64) -> Self {
        Self {
            pipe,
            seed,
            rng: rng::KernelRng::new(seed),
            connections: wire::Connections::default(),
            sources: Mutex::default(),
            last_echo: Mutex::default(),
            builtins: OnceLock::new(),
            hooks: OnceLock::new(),
            modules: OnceLock::new(),
            finders: OnceLock::new(),
            unguarded: OnceLock::new(),
            reported_threads: AtomicU32::new(0),
            running: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            waiting: AtomicBool::new(false),
        }
    }

    fn set_last_echo(&self, text: String) {
        *lock(&self.last_echo) = Some(text);
    }

    /// Reports the number of other threads if it has changed. Called before the main thread waits for an answer or
    /// reports the end of a run, because the parent must know whether another thread can still send requests.
    fn report_thread_count(&self, vm: &VirtualMachine) {
        let count = u32::try_from(vm.state.thread_count.load()).unwrap_or(u32::MAX);
        if pipe::is_main_thread() && self.reported_threads.swap(count, Ordering::Relaxed) != count {
            self.pipe.send_later(&FromChild::ThreadCount { count });
        }
    }

    /// Returns the source text that was compiled to the code object with the given file name, or `None` if there is
    /// none.
    fn source(&self, filename: &str) -> Option<String> {
        lock(&self.sources).get(filename).cloned()
    }

    /// Returns the original of a guarded builtin function, or `None` if the function is not guarded.
    fn unguarded(&self, name: &str) -> Option<PyObjectRef> {
        let (_, builtin) = self.unguarded.get()?.iter().find(|(guarded, _)| *guarded == name)?;
        Some(builtin.clone())
    }

    /// Sends a request and waits for its answer. If Ctrl-C arrives while the main thread waits or is about to wait,
    /// asks the parent to end the wait. This function and the signal handler each set their own flag before they read
    /// the other's, so whichever comes second sees both flags.
    fn wait_for_answer(&self, request: &FromChild) -> ToChild {
        self.pipe.send(request);
        if !pipe::is_main_thread() {
            return self.pipe.receive();
        }
        self.waiting.store(true, Ordering::SeqCst);
        if self.interrupted.load(Ordering::SeqCst) {
            self.pipe.send(&FromChild::InterruptWait);
        }
        let answer = self.pipe.receive();
        self.waiting.store(false, Ordering::SeqCst);
        answer
    }
}

/// Runs this process as a Python child process, from the parent's `Start` frame until the pipe is closed.
pub fn main() -> ! {
    exit_on_panic();
    let unlisted = if cfg!(debug_assertions) { UnlistedCall::Kills } else { UnlistedCall::Fails };
    let sandbox = Sandbox::prepare_with(Walls::ALL, unlisted);
    let python = std::thread::Builder::new().name("python".to_owned()).stack_size(STACK);
    let python = python.spawn(|| serve(sandbox));
    // If the thread cannot be started or panics, the process exits, and the parent notices that the pipe is closed.
    let ended = python.map(std::thread::JoinHandle::join);
    process::exit(i32::from(!matches!(ended, Ok(Ok(())))));
}

/// Makes a panic in any thread end the process immediately, unless it is converted to an exception. After a panic,
/// other threads could no longer rely on the shared state. The process exits instead of aborting, so that the parent
/// can distinguish a panic from a failed allocation, which aborts.
fn exit_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic_net::catches(panic) {
            return;
        }
        report(panic);
        process::exit(PANIC_STATUS);
    }));
}

fn serve(sandbox: Sandbox) {
    let Ok((reader, writer)) = pipes() else { return };
    let pipe = Pipe::new(reader, writer);
    let ToChild::Start { seed, module } = pipe.receive() else { return };
    let kernel = KERNEL.get_or_init(|| Kernel::new(pipe, seed));
    let output = std::thread::Builder::new().name("output".to_owned()).stack_size(SMALL_STACK);
    if output.spawn(|| kernel.pipe.flush_delayed_output()).is_err() {
        return;
    }
    parent::end_with_parent();
    let (sender, receiver) = user_signal_channel();
    interrupt::interrupt_on_signal(kernel, sender);
    interpreter(seed, receiver).enter(|vm| {
        // Objects created before the first prompt stay alive. Garbage collection is disabled during start-up, because
        // it would take a tenth of the start-up time without freeing them.
        gc_state().disable();
        let scope = match set_up(kernel, &module, vm) {
            Ok(scope) => scope,
            Err(error) => panic!("Python could not be started: {}", traceback::format(&error, vm)),
        };
        // The child's own threads are already running, so the sandbox applies to them, too.
        let walls = sandbox.seal(&Limits { memory: MEMORY_LIMIT });
        kernel.pipe.send(&FromChild::Ready { walls });
        if let Err(error) = define_redis_client(&scope, vm) {
            panic!("the `redis` package could not be imported: {}", traceback::format(&error, vm));
        }
        gc_state().enable();
        let mut saved = SavedVariables::default();
        loop {
            match kernel.pipe.receive() {
                ToChild::Run { number, source, echo } => {
                    let outcome = run::run(number, source, echo, &scope, vm);
                    kernel.report_thread_count(vm);
                    kernel.pipe.send(&FromChild::RunFinished(outcome));
                }
                ToChild::GetCompletions { text } => {
                    kernel.pipe.send(&FromChild::Completions { names: complete::names(&text, &scope, vm) });
                }
                ToChild::Describe { name } => {
                    let description = describe::describe(&name, &scope, vm);
                    kernel.pipe.send(&FromChild::Described { description });
                }
                ToChild::DiscardInterrupt => {
                    kernel.take_interrupt();
                }
                ToChild::SaveVariables => {
                    let are_restorable = saved.save(&scope, vm);
                    kernel.pipe.send(&FromChild::VariablesSaved { are_restorable });
                }
                ToChild::RestoreVariables => {
                    run::restore(kernel, vm);
                    saved.restore(&scope, vm);
                    kernel.pipe.send(&FromChild::VariablesRestored);
                }
                // An answer that arrives after its request was interrupted is ignored.
                _ => {}
            }
        }
    });
}

/// Takes over standard input and output as the two ends of the pipe. Then redirects standard output to standard error,
/// so that only frames can reach the pipe.
fn pipes() -> io::Result<(File, File)> {
    #[cfg(unix)]
    let (reader, writer) = {
        use std::os::fd::AsFd;
        (io::stdin().as_fd().try_clone_to_owned()?, io::stdout().as_fd().try_clone_to_owned()?)
    };
    #[cfg(unix)]
    rustix::stdio::dup2_stdout(io::stderr())?;
    #[cfg(windows)]
    let (reader, writer) = {
        use std::os::windows::io::AsHandle;
        (io::stdin().as_handle().try_clone_to_owned()?, io::stdout().as_handle().try_clone_to_owned()?)
    };
    Ok((reader.into(), writer.into()))
}

fn interpreter(seed: u64, signals: UserSignalReceiver) -> Interpreter {
    let mut settings = Settings::default();
    // The cast takes the lower half of the seed. Any integer will do, as long as it is the same in every run.
    settings.hash_seed = Some(seed as u32);
    settings.install_signal_handlers = false;
    let builder = Interpreter::builder(settings);
    let mut natives = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    // `host_stubs` contains its own versions of these modules.
    natives.retain(|module| !["_csv", "pyexpat"].contains(&module.name.as_str()));
    natives.push(console::module_def(&builder.ctx));
    natives.push(wire::module_def(&builder.ctx));
    // The guarded modules are added after the interpreter's own modules, so that they replace some of them.
    natives.extend(guards::module_defs(&builder.ctx));
    natives.extend(amendments::module_defs(&builder.ctx));
    builder
        .add_native_modules(&natives)
        .add_frozen_modules(FrozenLib::from_ref(LIBRARY))
        // The modules below are added after the standard library, because they replace some of its modules.
        .add_frozen_modules(rustpython_vm::py_freeze!(dir = "../host_stubs"))
        .add_frozen_modules(rustpython_vm::py_freeze!(dir = "../redis_package"))
        .init_hook(|vm| vm.set_user_signal_channel(signals))
        .build()
}

/// Replaces everything that would need a terminal or an operating system, and creates the learner's namespace.
fn set_up(kernel: &Kernel, module: &str, vm: &VirtualMachine) -> PyResult<Scope> {
    vm.recursion_limit.set(RECURSION_LIMIT);
    intern_names(vm.ctx.types.object_type, vm);
    alloc_guard::install(vm);
    guards::install(vm)?;
    amendments::install(vm)?;
    alloc_guard::methods::install(vm)?;
    panic_net::install(vm);
    cpython_messages::install(vm);
    let host = vm.import("_host", 0)?;
    let mut unguarded = Vec::new();
    for name in ["eval", "exec", "compile"] {
        unguarded.push((name, vm.builtins.get_attr(name, vm)?));
        vm.builtins.set_attr(name, host.get_attr(name, vm)?, vm)?;
    }
    let _ = kernel.unguarded.set(unguarded);
    vm.builtins.set_attr("input", host.get_attr("input", vm)?, vm)?;
    let hooks = run::hooks(vm);
    for (name, hook) in &hooks {
        vm.sys_module.set_attr(vm.ctx.intern_str(name.as_str()), hook.clone(), vm)?;
    }
    let sandbox = vm.import("_sandbox", 0)?;
    for lock in sandbox.get_attr("LOCKS", vm)?.try_to_value::<Vec<PyTupleRef>>(vm)? {
        if let [class, acquire] = lock.as_slice()
            && let Some(class) = class.downcast_ref::<PyType>()
        {
            class.set_attr(vm.ctx.intern_str("acquire"), acquire.clone());
        }
    }
    let finders = vm.sys_module.get_attr("meta_path", vm)?.try_to_value(vm)?;
    let modules: PyDictRef = vm.sys_module.get_attr("modules", vm)?.try_into_value(vm)?;
    // `set` cannot fail here, because the cells of `kernel` are set only in this function.
    let _ = kernel.hooks.set(hooks);
    let _ = kernel.builtins.set(entries_of(vm.builtins.dict()));
    let _ = kernel.modules.set(entries_of(modules));
    let _ = kernel.finders.set(finders);
    let scope = vm.new_scope_with_main()?;
    scope.globals.set_item("__name__", vm.ctx.new_str(module).into(), vm)?;
    Ok(scope)
}

/// Interns the names of all direct and indirect subclasses of `class`. The interpreter expects class names to be
/// interned, and panics when a program reads the `__name__` of a class whose name is not, as any walk over
/// `object.__subclasses__()` would.
fn intern_names(class: &Py<PyType>, vm: &VirtualMachine) {
    let subclasses: Vec<_> = class.subclasses.read().iter().filter_map(|class| class.upgrade()).collect();
    for class in subclasses.iter().filter_map(|class| class.downcast_ref::<PyType>()) {
        let name = class.slot_name().to_owned();
        vm.ctx.intern_str(name.rsplit_once('.').map_or(name.as_str(), |(_, name)| name));
        intern_names(class, vm);
    }
}

/// Returns the entries of a dict whose keys are strings.
fn entries_of(dict: PyDictRef) -> Vec<(String, PyObjectRef)> {
    let name = |key: PyObjectRef| key.downcast_ref::<PyStr>()?.to_str().map(str::to_owned);
    dict.into_iter().filter_map(|(key, value)| Some((name(key)?, value))).collect()
}

/// Defines `redis` and the client `r` in the learner's namespace.
fn define_redis_client(scope: &Scope, vm: &VirtualMachine) -> PyResult<()> {
    preload::load_redis(vm)?;
    let redis = vm.import("redis", 0)?;
    for name in ["Redis", "Connection"] {
        let class = redis.get_attr(name, vm)?;
        speed_up_attributes(&class, vm);
    }
    let client = redis.get_attr("Redis", vm)?.call((), vm)?;
    scope.globals.set_item("redis", redis, vm)?;
    scope.globals.set_item("r", client, vm)
}

/// Makes instances of a class use the native attribute lookup of `object`. For a class written in Python, the
/// interpreter otherwise looks up `__getattribute__` before each attribute, although it always finds the native method.
fn speed_up_attributes(class: &PyObject, vm: &VirtualMachine) {
    let Some(class) = class.downcast_ref::<PyType>() else { return };
    let own = ["__getattribute__", "__getattr__"].map(|name| vm.ctx.intern_str(name));
    let object = vm.ctx.types.object_type;
    let is_plain = |base: &Py<PyType>| own.iter().all(|name| !base.attributes.read().contains_key(*name));
    if class.mro_map_collect(|base| base.is(object) || is_plain(base)).iter().all(|&plain| plain) {
        class.slots.getattro.store(object.slots.getattro.load());
    }
}

/// Sends a request to the parent and waits for its answer. Ctrl-C during the wait raises KeyboardInterrupt.
fn request(request: &FromChild, vm: &VirtualMachine) -> PyResult<ToChild> {
    kernel().report_thread_count(vm);
    match vm.allow_threads(|| kernel().wait_for_answer(request)) {
        ToChild::Interrupted => {
            kernel().take_interrupt();
            Err(keyboard_interrupt(vm))
        }
        answer => Ok(answer),
    }
}

/// Returns CPython's exception for source text that is nested too deeply, or `None` if it is not. Such source text must
/// not reach the compiler, because it would overflow the compiler's stack.
fn nesting_error(source: &str, filename: &str, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let exceptions = &vm.ctx.exceptions;
    let (class, message) = match syntax::excessive_nesting(source)? {
        ExcessiveNesting::Brackets => (exceptions.syntax_error, "too many nested parentheses"),
        ExcessiveNesting::Indents => (exceptions.indentation_error, "too many levels of indentation"),
        ExcessiveNesting::Operators => {
            return Some(vm.new_recursion_error("maximum recursion depth exceeded during compilation".to_owned()));
        }
    };
    let error = vm.new_exception_msg(class.to_owned(), message.into());
    let attributes: [(_, PyObjectRef); 3] = [
        ("msg", vm.ctx.new_str(message).into()),
        ("filename", vm.ctx.new_str(filename).into()),
        ("lineno", vm.ctx.new_int(1).into()),
    ];
    for (name, value) in attributes {
        // Setting these attributes cannot fail, because a SyntaxError accepts any value for them.
        let _ = error.as_object().set_attr(name, value, vm);
    }
    Some(error)
}

/// Locks a mutex. Poisoning can be ignored, because a panic in any thread ends the process.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
