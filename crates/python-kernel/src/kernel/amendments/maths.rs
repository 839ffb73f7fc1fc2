//! Corrections to the interpreter's module `math`: CPython's formulas for the gamma function and the cube root, so that
//! even the last digits are the same, and the logarithm to base 1.

use super::floats::mantissa_and_exponent;
use rustpython_vm::{
    PyObject, PyResult, VirtualMachine,
    function::{ArgIntoFloat, FuncArgs},
};
use std::f64::consts::PI;

/// Replaces the functions of `math` that differ from CPython's.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let gamma = |value: ArgIntoFloat, vm: &VirtualMachine| gamma(value.into(), vm);
    module.set_attr("gamma", vm.new_function("gamma", gamma), vm)?;
    let lgamma = |value: ArgIntoFloat, vm: &VirtualMachine| log_gamma(value.into(), vm);
    module.set_attr("lgamma", vm.new_function("lgamma", lgamma), vm)?;
    let cbrt = |value: ArgIntoFloat| cube_root(value.into());
    module.set_attr("cbrt", vm.new_function("cbrt", cbrt), vm)?;
    let original = module.get_attr("log", vm)?;
    let log = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let base = args.args.get(1).and_then(|base| base.try_float_opt(vm));
        if let Some(Ok(base)) = base
            && base.to_f64() == 1.0
        {
            // A logarithm to base 1 is a division by 0. The original is called only to check the first argument.
            original.call((args.args[0].clone(),), vm)?;
            return Err(vm.new_zero_division_error("float division by zero"));
        }
        original.call(args, vm)
    };
    module.set_attr("log", vm.new_function("log", log), vm)
}

/// Returns the cube root, computed as in the GNU C library up to version 2.41, which CPython uses on most systems. The
/// last digit is not always right.
fn cube_root(x: f64) -> f64 {
    const ROOT_OF_2: f64 = 1.259_921_049_894_873_2;
    const ROOT_OF_4: f64 = 1.587_401_051_968_199_6;
    // Cube roots of the power of 2 that is left when the exponent is divided by 3. The index is the remainder, from -2
    // to 2, plus 2.
    const FACTORS: [f64; 5] = [1.0 / ROOT_OF_4, 1.0 / ROOT_OF_2, 1.0, ROOT_OF_2, ROOT_OF_4];
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let (m, exponent) = mantissa_and_exponent(x.abs());
    let u = 0.354_895_765_043_919_84
        + ((1.508_191_937_815_849
            - ((2.114_994_941_673_713
                - ((2.446_931_225_635_344_4
                    - ((1.834_692_774_836_130_8 - (0.784_932_344_976_639_2 - 0.145_263_899_385_486_37 * m) * m)
                        * m))
                    * m))
                * m))
            * m);
    let cube = u * u * u;
    let factor = FACTORS[usize::try_from(2 + exponent % 3).unwrap_or(2)];
    let root = u * (cube + 2.0 * m) / (2.0 * cube + m) * factor;
    (root * 2f64.powi(exponent / 3)).copysign(x)
}

/// The parameter of the Lanczos approximation of the gamma function.
const G: f64 = 6.024_680_040_776_73;
const G_MINUS_HALF: f64 = 5.524_680_040_776_73;

/// The coefficients of the Lanczos approximation for [`G`]: those of the numerator and denominator of a rational
/// function, lowest power first.
#[rustfmt::skip]
const COEFFICIENTS: [(f64, f64); 13] = [
    (23_531_376_880.410_76, 0.0),
    (42_919_803_642.649_1, 39_916_800.0),
    (35_711_959_237.355_67, 120_543_840.0),
    (17_921_034_426.037_21, 150_917_976.0),
    (6_039_542_586.352_028, 105_258_076.0),
    (1_439_720_407.311_721_6, 45_995_730.0),
    (248_874_557.862_054_17, 13_339_535.0),
    (31_426_415.585_400_194, 2_637_558.0),
    (2_876_370.628_935_372_5, 357_423.0),
    (186_056.265_395_223_48, 32_670.0),
    (8_071.672_002_365_816, 1_925.0),
    (210.824_277_751_579_36, 66.0),
    (2.506_628_274_631_000_2, 1.0),
];

/// Returns the gamma function of a positive integer up to 23, for which the result is exact as a float. Returns `None`
/// for a larger integer.
fn factorial_gamma(integer: f64) -> Option<f64> {
    const LAST: f64 = 23.0;
    (integer <= LAST).then(|| (1..integer as u32).fold(1.0, |product, factor| product * f64::from(factor)))
}

/// Implements `math.gamma`.
fn gamma(x: f64, vm: &VirtualMachine) -> PyResult<f64> {
    let out_of_domain = || vm.new_value_error("math domain error");
    let out_of_range = || vm.new_overflow_error("math range error");
    if x.is_nan() || x == f64::INFINITY {
        return Ok(x);
    }
    if x == 0.0 || x < 0.0 && x.floor() == x {
        return Err(out_of_domain());
    }
    if x.floor() == x
        && let Some(exact) = factorial_gamma(x)
    {
        return Ok(exact);
    }
    let size = x.abs();
    let gamma = match size {
        // The Lanczos approximation is used only for sizes between 1e-20 and 200. For smaller sizes, the gamma function
        // is `1 / x`. For larger ones, it is 0 for negative numbers, and overflows for positive ones.
        ..1e-20 => 1.0 / x,
        200.0.. if x < 0.0 => 0.0 / sin_pi(x),
        200.0.. => f64::INFINITY,
        _ => lanczos_gamma(x, size),
    };
    if gamma.is_infinite() { Err(out_of_range()) } else { Ok(gamma) }
}

/// Implements `math.lgamma`.
fn log_gamma(x: f64, vm: &VirtualMachine) -> PyResult<f64> {
    /// The natural logarithm of pi.
    const LOG_PI: f64 = 1.144_729_885_849_400_174_143_427_351_353_058_711_647;
    if x.is_nan() {
        return Ok(x);
    }
    if x.is_infinite() {
        return Ok(f64::INFINITY);
    }
    if x.floor() == x && x <= 2.0 {
        return if x <= 0.0 { Err(vm.new_value_error("math domain error")) } else { Ok(0.0) };
    }
    let size = x.abs();
    if size < 1e-20 {
        return Ok(-size.ln());
    }
    let mut log = lanczos_sum(size).ln() - G;
    log += (size - 0.5) * ((size + G - 0.5).ln() - 1.0);
    if x < 0.0 {
        log = LOG_PI - sin_pi(size).abs().ln() - size.ln() - log;
    }
    if log.is_infinite() { Err(vm.new_overflow_error("math range error")) } else { Ok(log) }
}

fn lanczos_gamma(x: f64, size: f64) -> f64 {
    let y = size + G_MINUS_HALF;
    // The rounding error of the sum `y`.
    let error = if size > G_MINUS_HALF { (y - size) - G_MINUS_HALF } else { (y - G_MINUS_HALF) - size };
    let correction = error * G / y;
    // A power that would overflow is computed as the product of two factors.
    let is_split = size >= 140.0;
    let power = if is_split { y.powf(size / 2.0 - 0.25) } else { y.powf(size - 0.5) };
    if x < 0.0 {
        let mut gamma = -PI / sin_pi(size) / size * y.exp() / lanczos_sum(size);
        gamma -= correction * gamma;
        gamma /= power;
        if is_split { gamma / power } else { gamma }
    } else {
        let mut gamma = lanczos_sum(size) / y.exp();
        gamma += correction * gamma;
        gamma *= power;
        if is_split { gamma * power } else { gamma }
    }
}

fn lanczos_sum(x: f64) -> f64 {
    let (mut numerator, mut denominator) = (0.0, 0.0);
    if x < 5.0 {
        for (a, b) in COEFFICIENTS.iter().rev() {
            numerator = numerator * x + a;
            denominator = denominator * x + b;
        }
    } else {
        for (a, b) in COEFFICIENTS {
            numerator = numerator / x + a;
            denominator = denominator / x + b;
        }
    }
    numerator / denominator
}

/// Returns the sine of `PI * x`. The result is exact where it is 0 or 1.
fn sin_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let sine = match (2.0 * y).round() as u32 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    1.0_f64.copysign(x) * sine
}
