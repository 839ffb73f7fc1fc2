//! Corrections to the interpreter's functions in the module `builtins`.

use super::floats;
use rustpython_vm::{
    FromArgs, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyByteArray, PyBytes, PyFloat, PyInt, PyStr},
    function::ArgIterable,
};

/// Replaces the builtin functions that differ from CPython's.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    vm.builtins.set_attr("sum", vm.new_function("sum", sum), vm)
}

#[derive(FromArgs)]
struct SumArgs {
    #[pyarg(positional)]
    items: ArgIterable,
    #[pyarg(any, default)]
    start: Option<PyObjectRef>,
}

/// Implements `sum`. Adds floats without losing the digits that plain additions would round away.
fn sum(args: SumArgs, vm: &VirtualMachine) -> PyResult {
    let mut sum = args.start.unwrap_or_else(|| vm.ctx.new_int(0).into());
    let refused = if sum.downcast_ref::<PyStr>().is_some() {
        Some("sum() can't sum strings [use ''.join(seq) instead]")
    } else if sum.downcast_ref::<PyBytes>().is_some() {
        Some("sum() can't sum bytes [use b''.join(seq) instead]")
    } else if sum.downcast_ref::<PyByteArray>().is_some() {
        Some("sum() can't sum bytearray [use b''.join(seq) instead]")
    } else {
        None
    };
    if let Some(refused) = refused {
        return Err(vm.new_type_error(refused));
    }
    let mut floats: Option<CompensatedSum> = exact_float(&sum, vm).map(CompensatedSum::new);
    for item in args.items.iter(vm)? {
        let item: PyObjectRef = item?;
        if let Some(total) = &mut floats {
            if let Some(value) = exact_float(&item, vm) {
                total.add(value);
                continue;
            }
            if item.downcast_ref::<PyInt>().is_some()
                && let Some(value) = floats::value(&item, vm)?
            {
                total.sum += value;
                continue;
            }
            sum = vm.ctx.new_float(total.value()).into();
        }
        sum = vm._add(&sum, &item)?;
        // Adding a float to an integer makes the sum a float, so compensated addition can start.
        floats = exact_float(&sum, vm).map(CompensatedSum::new);
    }
    Ok(match floats {
        Some(total) => vm.ctx.new_float(total.value()).into(),
        None => sum,
    })
}

/// Returns the value of a float, or `None` for any other object. Instances of subclasses of `float` do not count.
fn exact_float(object: &PyObjectRef, vm: &VirtualMachine) -> Option<f64> {
    object.downcast_ref_if_exact::<PyFloat>(vm).map(|float| float.to_f64())
}

/// A sum of floats, with the digits that were rounded away (Neumaier's algorithm).
struct CompensatedSum {
    sum: f64,
    lost: f64,
}

impl CompensatedSum {
    fn new(start: f64) -> Self {
        Self { sum: start, lost: 0.0 }
    }

    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let (larger, smaller) = if self.sum.abs() >= value.abs() { (self.sum, value) } else { (value, self.sum) };
        self.lost += (larger - sum) + smaller;
        self.sum = sum;
    }

    fn value(&self) -> f64 {
        if self.lost != 0.0 && self.lost.is_finite() { self.sum + self.lost } else { self.sum }
    }
}
