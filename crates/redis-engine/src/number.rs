//! Numbers as Redis parses and formats them.

use super::grisu;

/// Parses a decimal integer as strictly as Redis (`string2ll`): without spaces, `+`, leading zeros or trailing text.
pub(crate) fn parse_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 19 => {}
        _ => return None,
    }
    let mut n: u64 = 0;
    for &d in digits {
        if !d.is_ascii_digit() {
            return None;
        }
        n = n.checked_mul(10)?.checked_add(u64::from(d - b'0'))?;
    }
    if negative { 0i64.checked_sub_unsigned(n) } else { i64::try_from(n).ok() }
}

/// Parses a double as Redis parses a score or an increment: decimal or hexadecimal, `inf` or `infinity` in any case,
/// with an optional sign. NaN, spaces and trailing text are invalid.
pub(crate) fn parse_double(text: &[u8]) -> Option<f64> {
    // Fast path for whole numbers, which most scores are. A double represents whole numbers of up to 15 digits exactly.
    if (1..=15).contains(&text.len()) && text.iter().all(u8::is_ascii_digit) {
        return Some(text.iter().fold(0, |n: u64, digit| n * 10 + u64::from(digit - b'0')) as f64);
    }
    let text = std::str::from_utf8(text).ok()?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let negative = text.starts_with('-');
    let lower = unsigned.to_ascii_lowercase();
    let magnitude = match lower.as_str() {
        "inf" | "infinity" => f64::INFINITY,
        hex if hex.starts_with("0x") => parse_hexadecimal(&hex[2..])?,
        _ if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            in_range(&lower, unsigned.parse().ok()?)?
        }
        _ => return None,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// Returns `v`, the parsed value of the decimal string `text`, or `None` if the number is too large or too small for a
/// double. Redis rejects such numbers.
fn in_range(text: &str, v: f64) -> Option<f64> {
    let mantissa = text.split('e').next().unwrap_or(text);
    let is_zero = !mantissa.bytes().any(|b| matches!(b, b'1'..=b'9'));
    (v.is_finite() && (v != 0.0 || is_zero)).then_some(v)
}

/// Parses a hexadecimal floating-point number in C's notation, but without the `0x`, such as `1a.8p3`.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once('p') {
        Some((m, e)) => (m, e.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0f64;
    for c in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    // Applies the power of two in two steps, because a single factor could exceed the range of a double.
    let half = shift / 2;
    let scaled = value * 2f64.powi(half) * 2f64.powi(shift - half);
    (scaled.is_finite() && (scaled != 0.0 || value == 0.0)).then_some(scaled)
}

/// Formats a double as Redis does in replies (`fpconv_dtoa`): whole numbers up to half of `i64::MAX` as integers, and
/// others with digits that parse to the same double.
pub fn format_double(v: f64) -> String {
    if v.is_nan() {
        return "nan".into();
    }
    if v.is_infinite() {
        return if v > 0.0 { "inf" } else { "-inf" }.into();
    }
    if v == 0.0 {
        return if v.is_sign_negative() { "-0" } else { "0" }.into();
    }
    if let Some(n) = integral(v) {
        return itoa::Buffer::new().format(n).into();
    }
    format_shortest(v)
}

/// Formats a finite double with as few digits as possible, also if it is a large whole number.
pub(crate) fn format_shortest(v: f64) -> String {
    if !v.is_finite() || v == 0.0 {
        return format_double(v);
    }
    let (digits, exponent) = grisu::digits(v.abs());
    let sign = if v < 0.0 { "-" } else { "" };
    format!("{sign}{}", place_point(&digits, exponent))
}

/// Returns the integer that `format_double` writes for a double, or `None` if it does not write an integer.
pub(crate) fn integral(v: f64) -> Option<i64> {
    const WHOLE: f64 = (i64::MAX / 2) as f64;
    let n = v as i64;
    let is_negative_zero = n == 0 && v.is_sign_negative();
    // Converting to an integer and back is faster than computing the fraction.
    (v.abs() <= WHOLE && n as f64 == v && !is_negative_zero).then_some(n)
}

/// Formats a double like C's `%.17g`. ZSCAN replies with scores of a large sorted set in this format.
pub(crate) fn format_double_in_17_digits(v: f64) -> String {
    if !v.is_finite() || v == 0.0 {
        return format_double(v);
    }
    let scientific = format!("{v:.16e}");
    let (mantissa, exponent) = scientific.split_once('e').expect("`{:e}` writes an exponent");
    let exponent: i32 = exponent.parse().expect("`{:e}` writes an integer exponent");
    let trim = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..17).contains(&exponent) {
        let places = usize::try_from(16 - exponent).unwrap_or(0);
        return trim(&format!("{v:.places$}"));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trim(mantissa), exponent.abs())
}

/// Formats `digits * 10^exponent` as Redis does (`emit_digits` of fpconv): as an integer if at most seven zeros are
/// appended, with a decimal point if there are at most six decimal places or the exponent is small, and otherwise in
/// scientific notation.
fn place_point(digits: &str, exponent: i32) -> String {
    let n = digits.len() as i32;
    let scientific = exponent + n - 1;
    if exponent >= 0 && scientific < n + 7 {
        return format!("{digits}{}", "0".repeat(exponent.unsigned_abs() as usize));
    }
    if exponent < 0 && (exponent > -7 || scientific.abs() < 4) {
        return match digits.len().checked_sub(exponent.unsigned_abs() as usize) {
            None | Some(0) => format!("0.{}{digits}", "0".repeat((-exponent - n).unsigned_abs() as usize)),
            Some(whole) => format!("{}.{}", &digits[..whole], &digits[whole..]),
        };
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if scientific < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{}", scientific.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_parsed_strictly() {
        for (text, n) in [("0", 0), ("-1", -1), ("9223372036854775807", i64::MAX), ("-9223372036854775808", i64::MIN)] {
            assert_eq!(parse_integer(text.as_bytes()), Some(n));
        }
        for text in ["", "-", "-0", "01", "+1", " 1", "1 ", "1.0", "9223372036854775808", "-9223372036854775809", "1e3"]
        {
            assert_eq!(parse_integer(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn doubles_are_parsed_as_in_c() {
        for (text, v) in
            [("1", 1.0), ("-.5", -0.5), ("5.", 5.0), ("+inf", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)]
        {
            assert_eq!(parse_double(text.as_bytes()), Some(v), "{text:?}");
        }
        assert_eq!(parse_double(b"0x1Ap1"), Some(52.0));
        assert_eq!(parse_double(b"0x1p-1074"), Some(5e-324));
        assert_eq!((parse_double(b"0x1p5000"), parse_double(b"0x1p-5000")), (None, None));
        for text in ["", "nan", " 1", "1 ", "abc", "1e", "--1", "0x", ".", "+-1", "1e400", "5e-400", "1_0"] {
            assert_eq!(parse_double(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn seventeen_digits_are_formatted_as_in_c() {
        for (v, text) in [
            (0.1, "0.10000000000000001"),
            (3.0, "3"),
            (1e20, "1e+20"),
            (1e-7, "9.9999999999999995e-08"),
            (123_456_789.123_456_79, "123456789.12345679"),
            (1e300, "1.0000000000000001e+300"),
            (-0.000_1, "-0.0001"),
            (1e16, "10000000000000000"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(format_double_in_17_digits(v), text);
        }
    }

    #[test]
    fn doubles_are_formatted_as_in_redis() {
        for (v, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (3.0, "3"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (1e17, "100000000000000000"),
            (123_456_789_012_345_678.0, "123456789012345680"),
            (1e20, "1e+20"),
            (1_234_567_890_123_456_789_012.0, "1234567890123456800000"),
            (12_345_678.123_456_79, "1.234567812345679e+7"),
            (0.000_012_34, "1.234e-5"),
            (5e-324, "5e-324"),
            (1.5e-7, "1.5e-7"),
            (0.000_001, "0.000001"),
            (123_456.789, "123456.789"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
        ] {
            assert_eq!(format_double(v), text);
        }
    }
}
