//! The module `math`: the gamma function with CPython's formulas, so that the last digits are the same.

use rustpython_vm::{PyObject, PyResult, VirtualMachine, function::ArgIntoFloat};
use std::f64::consts::PI;

/// Replaces the functions that differ.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let gamma = |value: ArgIntoFloat, vm: &VirtualMachine| gamma(value.into(), vm);
    module.set_attr("gamma", vm.new_function("gamma", gamma), vm)
}

/// The parameter of Lanczos' approximation of the gamma function.
const G: f64 = 6.024_680_040_776_729_583_740_234_375;
const G_MINUS_HALF: f64 = 5.524_680_040_776_729_583_740_234_375;

/// The coefficients of Lanczos' approximation for `G`: the numerator and the denominator of a quotient of polynomials.
#[rustfmt::skip]
const COEFFICIENTS: [(f64, f64); 13] = [
    (23_531_376_880.410_759_688_572_007_674_451_636_754_734_846_804_940, 0.0),
    (42_919_803_642.649_098_768_957_899_047_001_988_850_926_355_848_959, 39_916_800.0),
    (35_711_959_237.355_668_049_440_185_451_547_166_705_960_488_635_843, 120_543_840.0),
    (17_921_034_426.037_209_699_919_755_754_458_931_112_671_403_265_390, 150_917_976.0),
    (6_039_542_586.352_028_005_064_291_644_307_297_921_069_938_842_070_8, 105_258_076.0),
    (1_439_720_407.311_721_673_663_223_072_794_912_393_971_548_578_637_2, 45_995_730.0),
    (248_874_557.862_054_156_511_460_386_413_229_423_216_321_251_278_01, 13_339_535.0),
    (31_426_415.585_400_194_380_614_231_628_318_205_362_874_684_987_640, 2_637_558.0),
    (2_876_370.628_935_372_441_225_409_051_620_849_613_599_114_537_876_8, 357_423.0),
    (186_056.265_395_223_495_040_294_989_716_045_699_282_207_842_363_28, 32_670.0),
    (8_071.672_002_365_816_210_638_002_902_272_250_613_821_851_632_502_4, 1_925.0),
    (210.824_277_751_579_345_872_509_733_920_713_362_711_669_695_802_91, 66.0),
    (2.506_628_274_631_000_270_164_908_177_133_837_338_626_431_079_340_8, 1.0),
];

/// The gamma function of the integers from 1 on, as far as it is exact.
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
        // Beyond these sizes, the approximation would overflow.
        ..1e-20 => 1.0 / x,
        200.0.. if x < 0.0 => 0.0 / sin_pi(x),
        200.0.. => f64::INFINITY,
        _ => lanczos_gamma(x, size),
    };
    if gamma.is_infinite() { Err(out_of_range()) } else { Ok(gamma) }
}

fn lanczos_gamma(x: f64, size: f64) -> f64 {
    let y = size + G_MINUS_HALF;
    // The rounding error of that sum.
    let error = if size > G_MINUS_HALF { (y - size) - G_MINUS_HALF } else { (y - G_MINUS_HALF) - size };
    let correction = error * G / y;
    // A power that would overflow is taken in two halves.
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

/// Returns the sine of `PI * x`, exact where it is 0 or 1.
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
