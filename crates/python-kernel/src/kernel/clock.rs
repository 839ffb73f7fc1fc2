//! The parent's clock, on which Python's `time` module and the `redis` package are based.

use crate::frame::{FromChild, ToChild};
use rustpython_vm::{PyResult, VirtualMachine};

/// Returns the current time, in microseconds since 1970.
pub fn now_us(vm: &VirtualMachine) -> PyResult<i64> {
    match super::request(&FromChild::GetTime, vm)? {
        ToChild::Time { unix_us } => Ok(unix_us),
        _ => Err(vm.new_os_error("the clock did not answer".to_owned())),
    }
}

/// Waits until the parent's clock has advanced by the given number of seconds.
pub fn sleep(seconds: f64, vm: &VirtualMachine) -> PyResult<()> {
    if seconds.is_nan() {
        return Err(vm.new_value_error("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(vm.new_value_error("sleep length must be non-negative"));
    }
    // The cast saturates: a float too large for `u64` becomes its maximum, which is more than 500,000 years.
    super::request(&FromChild::Sleep { duration_us: (seconds * 1e6).round() as u64 }, vm)?;
    Ok(())
}
