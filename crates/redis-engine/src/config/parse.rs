//! Parsing of numbers in configuration values.

/// Parses a decimal integer as Rust does: a sign and leading zeros are allowed.
pub(super) fn decimal(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Parses a number of bytes with an optional unit, such as `1000`, `1k` (a thousand) or `1kb` (1024). The largest unit
/// is `gb`. The counterpart in Redis is `memtoull`.
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
    let n: i64 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    n.checked_mul(unit).filter(|&n| n >= 0)
}
