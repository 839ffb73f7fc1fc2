//! Corrections to the interpreter's sets of numbers: the order of their elements.
//!
//! The interpreter's sets keep the order in which elements were added. In CPython, the order follows from the hash
//! values. Numbers have the same hash values in every run, so `{3, 1, 2}` is always shown as `{1, 2, 3}`. Therefore a
//! set of numbers is sorted into CPython's order before it is iterated or shown. In CPython, the order of strings
//! differs between runs, so sets that contain anything but numbers keep the interpreter's order.

use super::replace::{Original, replace_method, replace_repr};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyFloat, PyFrozenSet, PyInt, PySet, PyStr},
    protocol::PyIterReturn,
};
use std::sync::OnceLock;

type Iter = fn(PyObjectRef, &VirtualMachine) -> PyResult;
type Repr = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;

type Next = fn(&PyObject, &VirtualMachine) -> PyResult<PyIterReturn>;

static ORIGINAL_NEXT: OnceLock<Next> = OnceLock::new();
static ORIGINAL_ITER: OnceLock<[Option<Iter>; 2]> = OnceLock::new();
static ORIGINAL_REPR: OnceLock<[Option<Repr>; 2]> = OnceLock::new();

/// Maximum number of elements for which CPython's order is computed. It would take too long for larger sets.
const MAX_ELEMENTS: usize = 100_000;

/// Replaces the slots and methods of `set` and `frozenset` that differ from CPython's.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let classes = [vm.ctx.types.set_type, vm.ctx.types.frozenset_type];
    ORIGINAL_ITER.get_or_init(|| classes.map(|class| class.slots.iter.load()));
    ORIGINAL_REPR.get_or_init(|| classes.map(|class| class.slots.repr.load()));
    for class in classes {
        class.slots.iter.store(Some(iter));
        replace_method(class, "__iter__", iter, vm);
        replace_repr(class, repr, vm);
    }
    let iterator = vm.ctx.types.set_iterator_type;
    if let Some(original) = iterator.slots.iternext.load()
        && ORIGINAL_NEXT.set(original).is_ok()
    {
        iterator.slots.iternext.store(Some(next));
    }
    let set = vm.ctx.types.set_type;
    let original = Original::find(set, "pop", vm)?;
    let pop = move |set: PyRef<PySet>, vm: &VirtualMachine| -> PyResult {
        match ordered(&set.elements(), vm)? {
            Some(elements) if !elements.is_empty() => {
                let first = elements[0].clone();
                vm.call_method(set.as_object(), "remove", (first.clone(),))?;
                Ok(first)
            }
            _ => original.call((set,), vm),
        }
    };
    replace_method(set, "pop", pop, vm);
    Ok(())
}

/// Returns an iterator over a set, after sorting a set of numbers into CPython's order.
fn iter(set: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if let Some(frozen) = set.downcast_ref::<PyFrozenSet>() {
        let elements = frozen.elements();
        if let Some(ordered) = ordered(&elements, vm)?
            && !is_same_order(&elements, &ordered)
        {
            let ordered: PyObjectRef = vm.ctx.new_tuple(ordered).into();
            return ordered.get_iter(vm).map(Into::into);
        }
    }
    put_in_order(&set, vm)?;
    match ORIGINAL_ITER.get().and_then(|originals| originals[class_index(&set)]) {
        Some(original) => original(set, vm),
        None => Err(vm.new_type_error("sets cannot be iterated")),
    }
}

/// Returns the next element of an iterator over a set. Raises CPython's error if the set changed during iteration.
fn next(iterator: &PyObject, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
    let Some(original) = ORIGINAL_NEXT.get() else { return Err(vm.new_type_error("sets cannot be iterated")) };
    original(iterator, vm).map_err(|error| match error.class().is(vm.ctx.exceptions.runtime_error) {
        true => vm.new_runtime_error("Set changed size during iteration"),
        false => error,
    })
}

/// Implements `repr` of a set, after sorting a set of numbers into CPython's order.
fn repr(set: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    if let Some(frozen) = set.downcast_ref::<PyFrozenSet>() {
        let elements = frozen.elements();
        if let Some(ordered) = ordered(&elements, vm)?
            && !is_same_order(&elements, &ordered)
        {
            let shown: Vec<String> =
                ordered.iter().map(|element| Ok(element.repr(vm)?.to_string())).collect::<PyResult<_>>()?;
            return Ok(vm.ctx.new_str(format!("{}({{{}}})", set.class().name(), shown.join(", "))));
        }
    }
    put_in_order(set, vm)?;
    match ORIGINAL_REPR.get().and_then(|originals| originals[class_index(set)]) {
        Some(original) => original(set, vm),
        None => Err(vm.new_type_error("sets cannot be shown")),
    }
}

/// Returns the index of a set's class in the arrays of original slots: 0 for `set`, and 1 for `frozenset`.
fn class_index(set: &PyObject) -> usize {
    usize::from(set.downcast_ref::<PyFrozenSet>().is_some())
}

/// Sorts a set of numbers into CPython's order. Leaves any other set unchanged.
fn put_in_order(set: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(set) = set.downcast_ref::<PySet>() else { return Ok(()) };
    let elements = set.elements();
    if let Some(ordered) = ordered(&elements, vm)?
        && !is_same_order(&elements, &ordered)
    {
        vm.call_method(set.as_object(), "clear", ())?;
        for element in ordered {
            set.add(element, vm)?;
        }
    }
    Ok(())
}

fn is_same_order(one: &[PyObjectRef], other: &[PyObjectRef]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.is(other))
}

/// Returns the elements in CPython's order, or `None` if some elements are not numbers or there are too many.
fn ordered(elements: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<Option<Vec<PyObjectRef>>> {
    let is_number = |element: &PyObjectRef| {
        element.downcast_ref_if_exact::<PyInt>(vm).is_some()
            || element.downcast_ref_if_exact::<PyFloat>(vm).is_some()
            || element.class().is(vm.ctx.types.bool_type)
    };
    if elements.len() > MAX_ELEMENTS || !elements.iter().all(is_number) {
        return Ok(None);
    }
    let mut table = Table::new(Table::MIN_SIZE);
    for (at, element) in elements.iter().enumerate() {
        table.add(element.hash(vm)?.cast_unsigned(), at);
    }
    Ok(Some(table.slots.into_iter().flatten().map(|(_, at)| elements[at].clone()).collect()))
}

/// The hash table with which CPython implements a set.
struct Table {
    /// The hash value and the index of the element in each slot.
    slots: Vec<Option<(u64, usize)>>,
    used: usize,
}

impl Table {
    const MIN_SIZE: usize = 8;
    /// Number of neighbouring slots that are tried before the search jumps to a distant slot.
    const LINEAR_PROBES: usize = 9;
    const PERTURB_SHIFT: u32 = 5;
    /// Number of elements above which a table grows by a smaller factor.
    const MANY: usize = 50_000;

    fn new(size: usize) -> Self {
        Self { slots: vec![None; size], used: 0 }
    }

    fn add(&mut self, hash: u64, element: usize) {
        self.insert(hash, element);
        self.used += 1;
        let mask = self.slots.len() - 1;
        if self.used * 5 >= mask * 3 {
            self.grow();
        }
    }

    fn grow(&mut self) {
        let wanted = if self.used > Self::MANY { self.used * 2 } else { self.used * 4 };
        let mut size = Self::MIN_SIZE;
        while size <= wanted {
            size *= 2;
        }
        let old = std::mem::replace(&mut self.slots, vec![None; size]);
        for (hash, element) in old.into_iter().flatten() {
            self.insert(hash, element);
        }
    }

    /// Puts an element into the first free slot of its probe sequence.
    fn insert(&mut self, hash: u64, element: usize) {
        let mask = self.slots.len() - 1;
        let mut perturb = hash;
        let mut at = hash as usize & mask;
        loop {
            let probes = if at + Self::LINEAR_PROBES <= mask { Self::LINEAR_PROBES } else { 0 };
            if let Some(free) = (at..=at + probes).find(|slot| self.slots[*slot].is_none()) {
                self.slots[free] = Some((hash, element));
                return;
            }
            perturb >>= Self::PERTURB_SHIFT;
            at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize) & mask;
        }
    }
}
