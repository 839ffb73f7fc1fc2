//! The Python child: real Python in a process of its own, which asks the tutor for everything beyond computing.
//!
//! The process reads `ToChild` frames on standard input and writes `FromChild` frames on standard output. It has no
//! files, no network, no processes and no environment: the interpreter is built without `host_env`, and what the
//! standard library needs of a host is stood in for by `python/`, each with the reason at its head.

mod alloc_guard;
mod clock;
mod complete;
mod console;
mod cpython_messages;
mod limits;
mod pipe;
mod preload;
mod resp;
mod rng;
mod run;
mod syntax_error;
mod traceback;
mod wire;

use crate::frame::{FromChild, ToChild};
use crate::syntax::{self, TooDeep};
use pipe::Pipe;
use rustpython_vm::{
    AsObject, Interpreter, Py, PyObject, PyObjectRef, PyResult, Settings, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyDictRef, PyStr, PyTupleRef, PyType},
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

/// The hidden subcommand that makes a process a Python child.
pub const SUBCOMMAND: &str = "__python";

/// Stack of the main Python thread, in bytes. It takes address space only, until a recursion uses it.
const STACK: usize = 128 << 20;

/// Stack of a thread that runs no Python, in bytes.
const SMALL_STACK: usize = 64 << 10;

/// How deep Python calls may nest, as in CPython.
const RECURSION_LIMIT: usize = 1000;

/// What the parts of the child share. There is one, for the process is one interpreter's.
pub struct Kernel {
    pipe: Pipe,
    seed: u64,
    rng: rng::KernelRng,
    connections: wire::Connections,
    /// The sources that have run, by the name that their code carries.
    sources: Mutex<HashMap<String, String>>,
    /// The `repr` echoed last in this run.
    echo: Mutex<Option<String>>,
    /// The names of `builtins`, and those of `sys` that a run depends on, as they were at the start.
    builtins: OnceLock<Vec<(String, PyObjectRef)>>,
    hooks: OnceLock<Vec<(String, PyObjectRef)>>,
    /// What `sys.modules` and `sys.meta_path` held at the start.
    modules: OnceLock<Vec<(String, PyObjectRef)>>,
    finders: OnceLock<Vec<PyObjectRef>>,
    /// `eval` and its like, as they were before they were guarded.
    unguarded: OnceLock<Vec<(&'static str, PyObjectRef)>>,
    /// How many threads the tutor knows of, besides the main thread.
    threads_told: AtomicU32,
    /// Whether a source of the learner's runs, which may be interrupted anywhere.
    running: AtomicBool,
    interrupted: AtomicBool,
    /// Whether the main thread waits for an answer.
    waiting: AtomicBool,
}

static KERNEL: OnceLock<Kernel> = OnceLock::new();

/// The child's shared parts.
fn kernel() -> &'static Kernel {
    KERNEL.get().expect("main sets it before Python starts")
}

impl Kernel {
    fn new(pipe: Pipe, seed: u64) -> Self {
        Self {
            pipe,
            seed,
            rng: rng::KernelRng::new(seed),
            connections: wire::Connections::default(),
            sources: Mutex::default(),
            echo: Mutex::default(),
            builtins: OnceLock::new(),
            hooks: OnceLock::new(),
            modules: OnceLock::new(),
            finders: OnceLock::new(),
            unguarded: OnceLock::new(),
            threads_told: AtomicU32::new(0),
            running: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            waiting: AtomicBool::new(false),
        }
    }

    fn echoed(&self, text: String) {
        *lock(&self.echo) = Some(text);
    }

    /// Tells how many other threads there are, before the main thread waits: one of them may have something to say.
    fn tell_of_threads(&self, vm: &VirtualMachine) {
        let count = u32::try_from(vm.state.thread_count.load()).unwrap_or(u32::MAX);
        if pipe::is_main_thread() && self.threads_told.swap(count, Ordering::Relaxed) != count {
            self.pipe.tell_later(&FromChild::Threads { count });
        }
    }

    /// The source whose code carries this file name.
    fn source(&self, filename: &str) -> Option<String> {
        lock(&self.sources).get(filename).cloned()
    }

    /// A builtin as Python has it, without the guard that we put before it.
    fn unguarded(&self, name: &str) -> Option<PyObjectRef> {
        let (_, builtin) = self.unguarded.get()?.iter().find(|(guarded, _)| *guarded == name)?;
        Some(builtin.clone())
    }

    /// Ctrl-C. The tutor sends it to a program that runs; if none does, one is on its way through the pipe.
    fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) {
            self.pipe.tell(&FromChild::StopWaiting);
        }
    }

    /// Asks, and waits. A Ctrl-C that finds the main thread waiting, or on its way to it, asks the tutor to end the wait:
    /// whichever of the two comes second, the handler or this, sees what the other has noted.
    fn wait_for_answer(&self, question: &FromChild) -> ToChild {
        self.pipe.tell(question);
        if !pipe::is_main_thread() {
            return self.pipe.next();
        }
        self.waiting.store(true, Ordering::SeqCst);
        if self.interrupted.load(Ordering::SeqCst) {
            self.pipe.tell(&FromChild::StopWaiting);
        }
        let answer = self.pipe.next();
        self.waiting.store(false, Ordering::SeqCst);
        answer
    }

    /// Whether a Ctrl-C waits to be raised; it is raised once.
    fn take_interrupt(&self) -> bool {
        self.interrupted.swap(false, Ordering::SeqCst)
    }
}

/// The process of the Python child, from the tutor's `Start` to the end of its pipe.
pub fn main() -> ! {
    quiet_end();
    let python = std::thread::Builder::new().name("python".to_owned()).stack_size(STACK).spawn(serve);
    // Where the thread does not start, or dies, the tutor sees the pipe end.
    let ended = python.map(std::thread::JoinHandle::join);
    process::exit(i32::from(!matches!(ended, Ok(Ok(())))));
}

/// A panic anywhere ends the process at once, for no other thread could trust what is left.
fn quiet_end() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        process::abort();
    }));
}

fn serve() {
    let Ok((reader, writer)) = pipes() else { return };
    let pipe = Pipe::new(reader, writer);
    let ToChild::Start { seed, module } = pipe.next() else { return };
    let kernel = KERNEL.get_or_init(|| Kernel::new(pipe, seed));
    let output = std::thread::Builder::new().name("output".to_owned()).stack_size(SMALL_STACK);
    if output.spawn(|| kernel.pipe.send_soon()).is_err() {
        return;
    }
    limits::bound();
    limits::end_with_parent();
    let (sender, receiver) = user_signal_channel();
    limits::interrupt_on_signal(kernel, sender);
    interpreter(seed, receiver).enter(|vm| {
        // What is made until the first prompt stays: looking through it for garbage is a tenth of the start.
        gc_state().disable();
        let scope = match prepare(kernel, &module, vm) {
            Ok(scope) => scope,
            Err(error) => panic!("Python does not start: {}", traceback::format(&error, vm)),
        };
        kernel.pipe.tell(&FromChild::Ready);
        if let Err(error) = connect(&scope, vm) {
            panic!("`redis` is not to be had: {}", traceback::format(&error, vm));
        }
        gc_state().enable();
        loop {
            match kernel.pipe.next() {
                ToChild::Run { number, source, echo } => {
                    let outcome = run::run(number, source, echo, &scope, vm);
                    kernel.pipe.tell(&FromChild::Done(outcome));
                }
                ToChild::Complete { text } => {
                    kernel.pipe.tell(&FromChild::Names { names: complete::names(&text, &scope, vm) });
                }
                ToChild::ForgetInterrupt => {
                    kernel.take_interrupt();
                }
                // An answer that comes after its question was given up.
                _ => {}
            }
        }
    });
}

/// The two ends of the pipe. Standard output is then nobody's, so that nothing but frames is ever written to it.
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
    // The seed's lower half: any number will do, so long as it is the same in each run.
    settings.hash_seed = Some(seed as u32);
    settings.install_signal_handlers = false;
    let builder = Interpreter::builder(settings);
    let mut natives = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    natives.push(console::module_def(&builder.ctx));
    natives.push(wire::module_def(&builder.ctx));
    builder
        .add_native_modules(&natives)
        .add_frozen_modules(rustpython_pylib::FROZEN_STDLIB)
        // After the standard library, for what stands in for its modules takes their place.
        .add_frozen_modules(rustpython_vm::py_freeze!(dir = "python"))
        .add_frozen_modules(rustpython_vm::py_freeze!(dir = "../python"))
        .init_hook(|vm| vm.set_user_signal_channel(signals))
        .build()
}

/// Puts our own in the place of what would need a terminal or a machine, and makes the learner's namespace.
fn prepare(kernel: &Kernel, module: &str, vm: &VirtualMachine) -> PyResult<Scope> {
    vm.recursion_limit.set(RECURSION_LIMIT);
    intern_names(vm.ctx.types.object_type, vm);
    alloc_guard::guard(vm);
    cpython_messages::install(vm);
    let tutor = vm.import("_tutor", 0)?;
    let mut unguarded = Vec::new();
    for name in ["eval", "exec", "compile"] {
        unguarded.push((name, vm.builtins.get_attr(name, vm)?));
        vm.builtins.set_attr(name, tutor.get_attr(name, vm)?, vm)?;
    }
    let _ = kernel.unguarded.set(unguarded);
    vm.builtins.set_attr("input", tutor.get_attr("input", vm)?, vm)?;
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
    // Each is set here alone, so none is set yet.
    let _ = kernel.hooks.set(hooks);
    let _ = kernel.builtins.set(named(vm.builtins.dict()));
    let _ = kernel.modules.set(named(modules));
    let _ = kernel.finders.set(finders);
    let scope = vm.new_scope_with_main()?;
    scope.globals.set_item("__name__", vm.ctx.new_str(module).into(), vm)?;
    Ok(scope)
}

/// Interns the names of all classes below this one: the interpreter takes that for granted and panics over the
/// `__name__` of one that is not, as whoever walks over `object.__subclasses__()` would find.
fn intern_names(class: &Py<PyType>, vm: &VirtualMachine) {
    let below: Vec<_> = class.subclasses.read().iter().filter_map(|class| class.upgrade()).collect();
    for class in below.iter().filter_map(|class| class.downcast_ref::<PyType>()) {
        let name = class.slot_name().to_owned();
        vm.ctx.intern_str(name.rsplit_once('.').map_or(name.as_str(), |(_, name)| name));
        intern_names(class, vm);
    }
}

/// What a dict holds under names.
fn named(dict: PyDictRef) -> Vec<(String, PyObjectRef)> {
    let name = |key: PyObjectRef| key.downcast_ref::<PyStr>()?.to_str().map(str::to_owned);
    dict.into_iter().filter_map(|(key, value)| Some((name(key)?, value))).collect()
}

/// `redis` and `r` stand ready at the first prompt.
fn connect(scope: &Scope, vm: &VirtualMachine) -> PyResult<()> {
    preload::redis(vm)?;
    let redis = vm.import("redis", 0)?;
    for name in ["Redis", "Connection"] {
        let class = redis.get_attr(name, vm)?;
        quicken(&class, vm);
    }
    let client = redis.get_attr("Redis", vm)?.call((), vm)?;
    scope.globals.set_item("redis", redis, vm)?;
    scope.globals.set_item("r", client, vm)
}

/// Lets instances of a class find their attributes as those of `object` do. The interpreter looks up `__getattribute__`
/// itself first, each time, for every class that is written in Python: it does not see that `object`'s is the native one.
fn quicken(class: &PyObject, vm: &VirtualMachine) {
    let Some(class) = class.downcast_ref::<PyType>() else { return };
    let own = ["__getattribute__", "__getattr__"].map(|name| vm.ctx.intern_str(name));
    let object = vm.ctx.types.object_type;
    let is_plain = |base: &Py<PyType>| own.iter().all(|name| !base.attributes.read().contains_key(*name));
    if class.mro_map_collect(|base| base.is(object) || is_plain(base)).iter().all(|&plain| plain) {
        class.slots.getattro.store(object.slots.getattro.load());
    }
}

/// Asks the tutor, and waits. A Ctrl-C while waiting raises KeyboardInterrupt.
fn ask(question: &FromChild, vm: &VirtualMachine) -> PyResult<ToChild> {
    kernel().tell_of_threads(vm);
    match vm.allow_threads(|| kernel().wait_for_answer(question)) {
        ToChild::Interrupted => {
            kernel().take_interrupt();
            Err(keyboard_interrupt(vm))
        }
        answer => Ok(answer),
    }
}

fn keyboard_interrupt(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_exception_empty(vm.ctx.exceptions.keyboard_interrupt.to_owned())
}

/// The error that CPython raises for a source nested so deeply, before a compiler sees it that would overflow.
fn nested_too_deeply(source: &str, filename: &str, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let exceptions = &vm.ctx.exceptions;
    let (class, message) = match syntax::too_deep(source)? {
        TooDeep::Brackets => (exceptions.syntax_error, "too many nested parentheses"),
        TooDeep::Indents => (exceptions.indentation_error, "too many levels of indentation"),
        TooDeep::Operators => {
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
        // A SyntaxError takes these attributes always.
        let _ = error.as_object().set_attr(name, value, vm);
    }
    Some(error)
}

/// The lock's content, also after a thread died with the lock held: each holder leaves it whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
