//! Raises MemoryError for objects that would be larger than the program's memory, if their size is known in advance.
//!
//! The interpreter aborts when an allocation fails, and the learner's variables then have to be restored. Most such
//! allocations are caused by a wrong number: `'a' * 10**11`, `[0] * 10**10`, `bytearray(10**11)`, `1 << 10**11`,
//! `10 ** 10**11`. So the slots of builtin classes that repeat, fill, shift or raise to a power check the size first.
//! Methods, constructors and functions of modules do so, too: see [`methods`] and [`modules`].

pub mod methods;
pub mod modules;

use super::guards::replace_method;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyType, PyTypeRef},
    function::{FuncArgs, OptionalArg},
    protocol::PySequence,
};
use std::sync::{OnceLock, PoisonError, RwLock};

/// Maximum size in bytes of a new object: half of the memory limit, because building an object may need two copies of
/// it.
const MAX_BYTES: u128 = 1 << 29;

type Repeat = fn(PySequence<'_>, isize, &VirtualMachine) -> PyResult;
type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;
type Init = fn(PyObjectRef, FuncArgs, &VirtualMachine) -> PyResult<()>;
type Power = fn(&PyObject, &PyObject, &PyObject, &VirtualMachine) -> PyResult;
type Shift = fn(&PyObject, &PyObject, &VirtualMachine) -> PyResult;
/// A function that returns the size in bytes of one element of a sequence.
type ElementBytes = fn(&PyObject, &VirtualMachine) -> u128;

/// A class of sequences, which the operator `*` can repeat.
#[derive(Clone, Copy)]
struct Repeatable {
    class: &'static Py<PyType>,
    element_bytes: ElementBytes,
    /// The original slot for `*`, which the guard replaced.
    plain: Repeat,
    /// The original slot for `*=`, which the guard replaced, if the class has one.
    in_place: Option<Repeat>,
}

static REPEATABLES: RwLock<Vec<Repeatable>> = RwLock::new(Vec::new());

/// The original slots of the builtin classes, which the guards replaced.
struct Unguarded {
    new_bytes: Option<New>,
    fill_bytearray: Option<Init>,
    shift: Option<Shift>,
    power: Option<Power>,
}

static UNGUARDED: OnceLock<Unguarded> = OnceLock::new();

/// Installs the guards on the slots of builtin classes. Must be called once, before the learner can define a class.
pub fn install(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    let (byte, pointer): (ElementBytes, ElementBytes) = (|_, _| 1, |_, _| 8);
    for (class, element_bytes) in [
        (types.str_type, byte),
        (types.bytes_type, byte),
        (types.bytearray_type, byte),
        (types.list_type, pointer),
        (types.tuple_type, pointer),
    ] {
        guard_repeat(class, element_bytes, vm);
    }
    let unguarded = Unguarded {
        new_bytes: types.bytes_type.slots.new.load(),
        fill_bytearray: types.bytearray_type.slots.init.load(),
        shift: types.int_type.slots.as_number.lshift.load(),
        power: types.int_type.slots.as_number.power.load(),
    };
    let (new, init, shifts) = (unguarded.new_bytes, unguarded.fill_bytearray, unguarded.shift);
    let has_power = unguarded.power.is_some();
    if UNGUARDED.set(unguarded).is_err() {
        return;
    }
    if has_power {
        for class in [types.int_type, types.bool_type] {
            class.slots.as_number.power.store(Some(power));
            class.slots.as_number.right_power.store(Some(power));
        }
        let method = |base: PyObjectRef, exponent: PyObjectRef, modulus: OptionalArg, vm: &VirtualMachine| {
            power(&base, &exponent, &modulus.unwrap_or_none(vm), vm)
        };
        replace_method(types.int_type, "__pow__", method, vm);
        let method = |exponent: PyObjectRef, base: PyObjectRef, modulus: OptionalArg, vm: &VirtualMachine| {
            power(&base, &exponent, &modulus.unwrap_or_none(vm), vm)
        };
        replace_method(types.int_type, "__rpow__", method, vm);
    }
    if new.is_some() {
        types.bytes_type.slots.new.store(Some(new_bytes));
    }
    if init.is_some() {
        types.bytearray_type.slots.init.store(Some(fill_bytearray));
    }
    if shifts.is_some() {
        let number = &types.int_type.slots.as_number;
        number.lshift.store(Some(shift));
        number.inplace_lshift.store(Some(shift));
    }
}

/// Makes a sequence class check the size of the result of `*` and `*=`.
fn guard_repeat(class: &'static Py<PyType>, element_bytes: ElementBytes, vm: &VirtualMachine) {
    let slots = &class.slots.as_sequence;
    let Some(plain) = slots.repeat.load() else { return };
    let in_place = slots.inplace_repeat.load();
    slots.repeat.store(Some(repeat));
    if in_place.is_some() {
        slots.inplace_repeat.store(Some(repeat_in_place));
    }
    let repeatable = Repeatable { class, element_bytes, plain, in_place };
    REPEATABLES.write().unwrap_or_else(PoisonError::into_inner).push(repeatable);
    let method = |sequence: PyObjectRef, times: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        repeat(sequence.sequence_unchecked(), times_of(&times, vm)?, vm)
    };
    replace_method(class, "__mul__", method, vm);
    replace_method(class, "__rmul__", method, vm);
    if in_place.is_some() {
        let method = |sequence: PyObjectRef, times: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            repeat_in_place(sequence.sequence_unchecked(), times_of(&times, vm)?, vm)
        };
        replace_method(class, "__imul__", method, vm);
    }
}

fn times_of(times: &PyObject, vm: &VirtualMachine) -> PyResult<isize> {
    let times = times.try_index(vm)?.as_bigint().clone();
    isize::try_from(&times).map_err(|_| vm.new_overflow_error("cannot fit 'int' into an index-sized integer"))
}

fn unguarded() -> &'static Unguarded {
    UNGUARDED.get().expect("`install` sets it before it installs a guard")
}

/// Raises MemoryError if an object of the given size in bytes would exceed `MAX_BYTES`.
pub fn check_size(bytes: u128, vm: &VirtualMachine) -> PyResult<()> {
    if bytes > MAX_BYTES { Err(vm.new_exception_empty(vm.ctx.exceptions.memory_error.to_owned())) } else { Ok(()) }
}

/// Checks the size of the repeated sequence. Returns the original slots of its class for `*` and `*=`, and how often to
/// repeat. An empty sequence is repeated 0 times, because the interpreter would otherwise loop `times` times.
fn checked_repeat(
    sequence: PySequence<'_>,
    times: isize,
    vm: &VirtualMachine,
) -> PyResult<(Repeat, Option<Repeat>, isize)> {
    let found = {
        let repeatables = REPEATABLES.read().unwrap_or_else(PoisonError::into_inner);
        repeatables.iter().find(|repeatable| sequence.obj.fast_isinstance(repeatable.class)).copied()
    };
    let found = found.expect("only these classes and their subclasses have the guard");
    let length = sequence.length(vm)?;
    let bytes = length as u128 * (found.element_bytes)(sequence.obj, vm);
    check_size(bytes * u128::try_from(times).unwrap_or(0), vm)?;
    Ok((found.plain, found.in_place, if length == 0 { 0 } else { times }))
}

fn repeat(sequence: PySequence<'_>, times: isize, vm: &VirtualMachine) -> PyResult {
    let (plain, _, times) = checked_repeat(sequence, times, vm)?;
    plain(sequence, times, vm)
}

fn repeat_in_place(sequence: PySequence<'_>, times: isize, vm: &VirtualMachine) -> PyResult {
    let (plain, in_place, times) = checked_repeat(sequence, times, vm)?;
    in_place.unwrap_or(plain)(sequence, times, vm)
}

/// Checks the first argument of `bytes` and `bytearray`, which is a length if it is an integer.
fn check_length(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let length = args.args.first().and_then(|length| length.downcast_ref::<PyInt>());
    let length = length.and_then(|length| u128::try_from(length.as_bigint()).ok());
    check_size(length.unwrap_or(0), vm)
}

fn new_bytes(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    check_length(&args, vm)?;
    let new = unguarded().new_bytes.expect("the guard is installed only where the slot was set");
    new(class, args, vm)
}

fn fill_bytearray(bytes: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    check_length(&args, vm)?;
    let init = unguarded().fill_bytearray.expect("the guard is installed only where the slot was set");
    init(bytes, args, vm)
}

fn shift(number: &PyObject, bits: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let (Some(number), Some(bits)) = (number.downcast_ref::<PyInt>(), bits.downcast_ref::<PyInt>())
        && number.as_bigint().bits() > 0
    {
        check_size(u128::try_from(bits.as_bigint()).unwrap_or(0) / 8, vm)?;
    }
    let shift = unguarded().shift.expect("the guard is installed only where the slot was set");
    shift(number, bits, vm)
}

/// Raises `base` to the power `exponent`. If both are integers, checks the size of the result first.
fn power(base: &PyObject, exponent: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let (Some(base), Some(exponent)) = (base.downcast_ref::<PyInt>(), exponent.downcast_ref::<PyInt>())
        && vm.is_none(modulus)
        && base.as_bigint().bits() > 1
        && exponent.as_bigint().bits() > 0
        && exponent.as_bigint() > &0.into()
    {
        let exponent = u128::try_from(exponent.as_bigint()).unwrap_or(u128::MAX / 8);
        check_size(exponent.saturating_mul(u128::from(base.as_bigint().bits() - 1)) / 8, vm)?;
    }
    let power = unguarded().power.expect("the guard is installed only where the slot was set");
    power(base, exponent, modulus, vm)
}
