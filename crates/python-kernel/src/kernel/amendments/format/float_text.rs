//! Formats floats as decimal strings, like CPython's `PyOS_double_to_string`.

/// How a float is written.
#[derive(Clone, Copy, PartialEq)]
pub enum Notation {
    /// The fewest digits that identify the number, with an exponent if the result would otherwise be long.
    Shortest,
    /// Always with an exponent.
    Exponent,
    /// Never with an exponent.
    Fixed,
    /// At most a given number of significant digits, without trailing zeros, and with an exponent if the number is very
    /// small or large.
    General,
}

/// Formatting options besides the notation.
#[derive(Clone, Copy, Default)]
pub struct FloatOptions {
    /// Number of decimal places, or of significant digits for [`Notation::General`].
    pub precision: usize,
    /// Whether trailing zeros and a trailing decimal point are kept.
    pub keeps_zeros: bool,
    /// Whether ".0" is appended to a number that has neither a decimal point nor an exponent.
    pub adds_point_zero: bool,
    /// Whether a negative zero is written without its sign.
    pub unsigns_zero: bool,
    /// Whether the exponent's `e`, `inf` and `nan` are in uppercase.
    pub is_uppercase: bool,
}

/// Maximum number of digits to compute. A float's decimal expansion has at most 767 significant digits and 1074 decimal
/// places, and all further digits are zeros.
const MAX_DIGITS: usize = 1100;

/// The significant digits of a number. The number's value is `0.DIGITS * 10 ** point`.
struct Digits {
    digits: String,
    point: i64,
}

/// Returns a float as a string.
pub fn float_text(value: f64, notation: Notation, options: FloatOptions) -> String {
    let text = if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "inf".to_owned() } else { "-inf".to_owned() }
    } else {
        finite_text(value, notation, options)
    };
    if options.is_uppercase { text.to_ascii_uppercase() } else { text }
}

/// Returns a float's `repr`.
pub fn float_repr(value: f64) -> String {
    float_text(value, Notation::Shortest, FloatOptions { adds_point_zero: true, ..FloatOptions::default() })
}

fn finite_text(value: f64, notation: Notation, options: FloatOptions) -> String {
    let precision = options.precision;
    let significant = precision.max(1);
    let Digits { digits, point } = match notation {
        Notation::Shortest => shortest_digits(value.abs()),
        Notation::Exponent => rounded_to_significant(value.abs(), precision + 1),
        Notation::Fixed => rounded_to_place(value.abs(), precision),
        Notation::General => {
            let mut rounded = rounded_to_significant(value.abs(), significant);
            if !options.keeps_zeros {
                rounded.digits.truncate(rounded.digits.trim_end_matches('0').len().max(1));
            }
            rounded
        }
    };
    let is_zero = digits.bytes().all(|digit| digit == b'0');
    let sign = if value.is_sign_negative() && !(is_zero && options.unsigns_zero) { "-" } else { "" };
    let has_exponent = match notation {
        Notation::Shortest => point <= -4 || point > 16,
        Notation::Exponent => true,
        Notation::Fixed => false,
        Notation::General => {
            let reserved = i64::from(options.adds_point_zero);
            point <= -4 || point > i64::try_from(significant).unwrap_or(i64::MAX) - reserved
        }
    };
    let exponent = has_exponent.then_some(point - 1);
    let point = if has_exponent { 1 } else { point };
    let mut number = with_point(&digits, point);
    if !has_exponent && options.adds_point_zero && number.ends_with('.') {
        number.push('0');
    }
    if number.ends_with('.') && !options.keeps_zeros {
        number.pop();
    }
    match exponent {
        Some(exponent) => format!("{sign}{number}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
        None => format!("{sign}{number}"),
    }
}

/// Inserts a decimal point after the first `point` digits. Adds zeros before or after the digits if `point` is outside
/// them.
fn with_point(digits: &str, point: i64) -> String {
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    if point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else if point >= length {
        format!("{digits}{}.", zeros(point - length))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        format!("{whole}.{fraction}")
    }
}

fn zeros(count: i64) -> String {
    "0".repeat(usize::try_from(count).unwrap_or(0))
}

/// Returns the fewest digits that identify the number. If two such digit sequences are equally near to it, chooses the
/// one whose last digit is even, which Rust does not always do.
fn shortest_digits(value: f64) -> Digits {
    // A float that needs fewer digits than this is identified by only one digit sequence of that length, so there is no
    // choice.
    const MIN_AMBIGUOUS: usize = 15;
    let shortest = format!("{value:e}");
    let digits = scientific_digits(&shortest);
    let count = digits.digits.len();
    if count >= MIN_AMBIGUOUS {
        let rounded = format!("{value:.*e}", count - 1);
        if rounded != shortest && rounded.parse() == Ok(value) {
            return scientific_digits(&rounded);
        }
    }
    digits
}

/// Rounds a number to `count` significant digits. Ties are rounded to even.
fn rounded_to_significant(value: f64, count: usize) -> Digits {
    let exact = count.min(MAX_DIGITS);
    let mut rounded = scientific_digits(&format!("{value:.*e}", exact - 1));
    rounded.digits.extend(std::iter::repeat_n('0', count - exact));
    rounded
}

/// Rounds a number to `places` decimal places. Ties are rounded to even.
fn rounded_to_place(value: f64, places: usize) -> Digits {
    let exact = places.min(MAX_DIGITS);
    let text = format!("{value:.exact$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    Digits { digits: format!("{whole}{fraction}{}", "0".repeat(places - exact)), point }
}

/// Splits a number such as "1.25e-7" into its digits and the position of its decimal point.
fn scientific_digits(text: &str) -> Digits {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    Digits { digits: mantissa.replace('.', ""), point: exponent + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64, notation: Notation, precision: usize) -> String {
        float_text(value, notation, FloatOptions { precision, ..FloatOptions::default() })
    }

    #[test]
    fn half_is_rounded_to_even() {
        for (value, precision, expected) in
            [(0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"), (0.125, 2, "0.12"), (0.375, 2, "0.38"), (2.675, 2, "2.67")]
        {
            assert_eq!(text(value, Notation::Fixed, precision), expected);
        }
        assert_eq!(text(25.0, Notation::Exponent, 0), "2e+01");
        assert_eq!(text(1.25, Notation::General, 2), "1.2");
    }

    #[test]
    fn more_digits_than_a_float_has_are_zeros() {
        assert_eq!(
            text(0.1, Notation::Fixed, 60),
            format!("0.1000000000000000055511151231257827021181583404541015625{}", "0".repeat(5))
        );
        let long = text(5e-324, Notation::Fixed, 100_000);
        assert_eq!(long.len(), 100_002);
        assert!(long[2..].trim_end_matches('0').len() == 1074);
    }

    #[test]
    fn the_shortest_text_has_an_exponent_from_1e16_on() {
        for (value, expected) in [
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (-0.0, "-0.0"),
            (1e22, "1e+22"),
            (1e15 + 0.25, "1000000000000000.2"),
        ] {
            assert_eq!(float_repr(value), expected);
        }
    }
}
