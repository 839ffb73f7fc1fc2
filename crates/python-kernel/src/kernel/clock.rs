//! The tutor's clock, which Python's `time` and our connections follow.

use crate::frame::{FromChild, ToChild};
use rustpython_vm::{PyResult, VirtualMachine};

/// The time, in microseconds since 1970.
pub fn now_us(vm: &VirtualMachine) -> PyResult<i64> {
    match super::ask(&FromChild::Now, vm)? {
        ToChild::Time { unix_us } => Ok(unix_us),
        _ => Err(vm.new_os_error("the tutor's clock did not answer".to_owned())),
    }
}

/// Waits by the tutor's clock. The duration is in seconds.
pub fn sleep(seconds: f64, vm: &VirtualMachine) -> PyResult<()> {
    if seconds.is_nan() {
        return Err(vm.new_value_error("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(vm.new_value_error("sleep length must be non-negative"));
    }
    // A float too large for the integer becomes the largest, which is as long as for ever.
    super::ask(&FromChild::Sleep { duration_us: (seconds * 1e6).round() as u64 }, vm)?;
    Ok(())
}
