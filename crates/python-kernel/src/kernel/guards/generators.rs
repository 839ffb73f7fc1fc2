//! Closes generators and coroutines without clearing their frames.
//!
//! When the interpreter closes a generator, it clears the generator's frame, even if the generator is running and
//! therefore cannot be closed. The running code would then work on an empty stack. So the methods that can close a
//! generator are replaced by methods that only raise GeneratorExit in it.
//!
//! When GeneratorExit is raised in a generator that waits in `yield from` or `await`, the interpreter first closes the
//! generator that it waits for, which is called its delegate here. So the delegate is closed beforehand.

use super::{Original, replace_method};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyAsyncGen, PyCoroutine, PyGenerator, PyType},
    function::FuncArgs,
    protocol::PyIterReturn,
};

/// Evaluates `$body` with `$state` bound to the internal state that generators, coroutines and asynchronous generators
/// have in common. Evaluates to `None` for any other object.
macro_rules! with_generator {
    ($object:expr, $state:ident => $body:expr) => {{
        let object: &PyObject = $object;
        if let Some(generator) = object.downcast_ref::<PyGenerator>() {
            let $state = generator.as_coro();
            Some($body)
        } else if let Some(coroutine) = object.downcast_ref::<PyCoroutine>() {
            let $state = coroutine.as_coro();
            Some($body)
        } else if let Some(generator) = object.downcast_ref::<PyAsyncGen>() {
            let $state = generator.as_coro();
            Some($body)
        } else {
            None
        }
    }};
}

/// The state of a generator, a coroutine or an asynchronous generator.
pub struct State {
    pub is_running: bool,
    pub is_suspended: bool,
    is_closed: bool,
}

impl State {
    /// Returns the state of a generator or coroutine, or `None` for any other object.
    pub fn of(generator: &PyObject) -> Option<Self> {
        with_generator!(generator, state => Self {
            is_running: state.running(),
            is_suspended: state.suspended(),
            is_closed: state.closed(),
        })
    }
}

/// Installs the guards on generators, coroutines and their iterators.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let types = &vm.ctx.types;
    for class in [types.generator_type, types.coroutine_type] {
        replace_method(class, "close", |generator: PyObjectRef, vm: &VirtualMachine| close(&generator, vm), vm);
        replace_method(class, "__del__", |generator: PyObjectRef, vm: &VirtualMachine| finalize(&generator, vm), vm);
        class.slots.del.store(Some(finalize));
    }
    for class in [
        types.generator_type,
        types.coroutine_type,
        types.coroutine_wrapper_type,
        types.async_generator_asend,
        types.async_generator_athrow,
    ] {
        let original = Original::find(class, "throw", vm)?;
        let throw = move |thrower: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| {
            throw_guarded(&original, thrower, args, vm)
        };
        replace_method(class, "throw", throw, vm);
    }
    replace_method(types.coroutine_wrapper_type, "close", close_wrapper, vm);
    for class in [types.async_generator_asend, types.async_generator_athrow] {
        let original = Original::find(class, "close", vm)?;
        let close = move |awaitable: PyObjectRef, vm: &VirtualMachine| {
            prepare_exit(&awaitable, vm)?;
            original.call((awaitable,), vm)
        };
        replace_method(class, "close", close, vm);
    }
    Ok(())
}

/// Implements `close`: raises GeneratorExit where the generator is suspended.
fn close(generator: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(state) = State::of(generator) else {
        return Err(vm.new_type_error("this method closes generators and coroutines"));
    };
    if state.is_running {
        return Err(vm.new_value_error(format!("{} already executing", kind_of(generator))));
    }
    if state.is_closed {
        return Ok(vm.ctx.none());
    }
    let raised = match prepare_exit(generator, vm) {
        Ok(()) => throw(generator, vm.ctx.exceptions.generator_exit.to_owned().into(), vm),
        Err(error) => throw(generator, error.into(), vm),
    };
    match raised {
        Ok(PyIterReturn::Return(_)) => {
            Err(vm.new_runtime_error(format!("{} ignored GeneratorExit", kind_of(generator))))
        }
        Ok(PyIterReturn::StopIteration(value)) => Ok(vm.unwrap_or_none(value)),
        Err(error) if is_generator_exit(error.as_object(), vm) => Ok(vm.ctx.none()),
        Err(error) => Err(error),
    }
}

/// Closes a suspended generator to which no references are left.
fn finalize(generator: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    if State::of(generator).is_some_and(|state| state.is_suspended)
        && let Err(error) = close(generator, vm)
    {
        vm.run_unraisable(error, None, generator.to_owned());
    }
    Ok(())
}

/// Implements `throw` of a generator, or of an object that passes exceptions on to a generator.
fn throw_guarded(original: &Original, thrower: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.args.first().is_some_and(|exception| is_generator_exit(exception, vm))
        && let Err(error) = prepare_exit(&thrower, vm)
    {
        // Closing the delegate raised another exception, which is thrown into the generator instead.
        args = FuncArgs::from(vec![error.into()]);
    }
    args.prepend_arg(thrower);
    original.call(args, vm)
}

/// Implements `close` for the iterator that `coroutine.__await__()` returns.
fn close_wrapper(wrapper: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match throwee(&wrapper) {
        Some(coroutine) => close(&coroutine, vm),
        None => Ok(vm.ctx.none()),
    }
}

/// Closes the delegate of a generator, so that GeneratorExit can be raised in the generator. `thrower` is the generator
/// itself, or an iterator or awaitable that passes exceptions on to it.
fn prepare_exit(thrower: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let generator = if State::of(thrower).is_some() { Some(thrower.to_owned()) } else { throwee(thrower) };
    let Some(generator) = generator else { return Ok(()) };
    // Closing a delegate runs code that can make the generator continue and wait for another delegate, so that one is
    // closed, too.
    while let Some(delegate) = with_generator!(&generator, state => state.frame().yield_from_target()).flatten() {
        // The interpreter can close any other delegate by itself: it calls the `close` method, without clearing a
        // frame.
        if !delegate.downcastable::<PyGenerator>() && !delegate.downcastable::<PyCoroutine>() {
            break;
        }
        if State::of(&delegate).is_some_and(|state| state.is_closed) {
            break;
        }
        vm.with_recursion("", || close(&delegate, vm))?;
    }
    Ok(())
}

/// Returns the generator to which an iterator or awaitable passes exceptions on, if there is one. It is the first
/// generator that the object refers to.
fn throwee(thrower: &PyObject) -> Option<PyObjectRef> {
    thrower.gc_get_referents().into_iter().find(|object| State::of(object).is_some())
}

/// Raises an exception in a generator, at the point where it is suspended.
fn throw(generator: &PyObject, exception: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
    let none = || vm.ctx.none();
    with_generator!(generator, state => state.throw(generator, exception, none(), none(), vm))
        .unwrap_or_else(|| Err(vm.new_type_error("only a generator can be thrown into")))
}

/// Returns whether an argument of `throw` is GeneratorExit, as a class or as an instance.
fn is_generator_exit(exception: &PyObject, vm: &VirtualMachine) -> bool {
    let exit = vm.ctx.exceptions.generator_exit;
    match exception.downcast_ref::<PyType>() {
        Some(class) => class.fast_issubclass(exit),
        None => exception.fast_isinstance(exit),
    }
}

fn kind_of(generator: &PyObject) -> &'static str {
    if generator.downcastable::<PyCoroutine>() { "coroutine" } else { "generator" }
}
