//! Parsing of numbers in configuration values.

/// Parses a decimal integer as Rust does: a sign and leading zeros are allowed.
pub(super) fn decimal(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Parses a number of bytes with an optional unit, such as `1000`, `1k` (a thousand) or `1kb` (1024). The largest unit
/// is `gb`. The counterpart in Redis is `memtoull`: a number above `2^64 - 1` counts as this number, the product with the
/// unit is the remainder modulo `2^64`, and a result of `2^63` or more is negative.
pub(super) fn memory(value: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(value).ok()?.to_ascii_lowercase();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "b" => 1,
        "k" => 1000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return None,
    };
    let unsigned = digits.strip_prefix('+').unwrap_or(digits);
    if !unsigned.bytes().all(|byte| byte.is_ascii_digit()) || unsigned.is_empty() != digits.is_empty() {
        return None;
    }
    let n: u64 = if digits.is_empty() { 0 } else { unsigned.parse().unwrap_or(u64::MAX) };
    Some(n.wrapping_mul(unit) as i64)
}
