//! The x87 `long double`, which Redis uses for INCRBYFLOAT and HINCRBYFLOAT: a mantissa of 64 bits, rounded to
//! nearest, ties to even.
//!
//! With the 53 bits of a double, some replies would differ: `3.15 + 1000` is `1003.15000000000000002` in Redis.

/// The exponent of the largest finite numbers.
const MAX_EXPONENT: i64 = 16383 - 63;
/// The exponent of the smallest numbers, which are subnormal.
const MIN_EXPONENT: i64 = -16445;

/// Minimum length in bytes of a string that Redis rejects as a number.
const TEXT_LIMIT: usize = 5 * 1024;

/// Number of decimal places that Redis writes before it removes trailing zeros.
const DECIMALS: usize = 17;
const DECIMAL_SCALE: u128 = 10u128.pow(DECIMALS as u32);

/// A `long double`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongDouble {
    /// The number `mantissa * 2^exponent`. The top bit of the mantissa is set, unless the number is zero or its
    /// exponent is the smallest one.
    Finite { negative: bool, mantissa: u64, exponent: i64 },
    /// An infinity, or the NaN that can result from adding infinities. Redis rejects all of them.
    Infinite,
}

impl LongDouble {
    pub const ZERO: LongDouble = LongDouble::Finite { negative: false, mantissa: 0, exponent: 0 };

    /// Parses a whole string as C's `strtold` does. Decimal and hexadecimal numbers and `inf` are accepted, with an
    /// optional sign, but no spaces. Returns `None` if the string is not a number or the number is out of range.
    pub fn parse(text: &[u8]) -> Option<LongDouble> {
        if text.len() >= TEXT_LIMIT {
            return None;
        }
        let (negative, unsigned) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if unsigned.eq_ignore_ascii_case(b"inf") || unsigned.eq_ignore_ascii_case(b"infinity") {
            return Some(LongDouble::Infinite);
        }
        let (mantissa, exponent) = match unsigned {
            [b'0', b'x' | b'X', hexadecimal @ ..] => Literal::parse(hexadecimal, 16, b'p')?.binary()?,
            decimal => Literal::parse(decimal, 10, b'e')?.decimal()?,
        };
        Some(LongDouble::Finite { negative, mantissa, exponent })
    }

    /// Converts the number to a double. A number that is too large becomes an infinity, and a positive number that is too
    /// small becomes the smallest positive double.
    pub fn to_double(self) -> f64 {
        let LongDouble::Finite { negative, mantissa, exponent } = self else { return f64::INFINITY };
        // Applies the power of two in two steps, because a single factor could exceed the range of a double.
        let exponent = exponent.clamp(-2200, 2200) as i32;
        let half = exponent / 2;
        let magnitude = mantissa as f64 * 2f64.powi(half) * 2f64.powi(exponent - half);
        let magnitude = if mantissa > 0 && magnitude == 0.0 { f64::from_bits(1) } else { magnitude };
        if negative { -magnitude } else { magnitude }
    }

    /// Formats a finite number as Redis does, rounded to 17 decimal places and without trailing zeros. Returns `None`
    /// for an infinity.
    pub fn format(self) -> Option<String> {
        let LongDouble::Finite { negative, mantissa, exponent } = self else { return None };
        let digits = match u32::try_from(exponent) {
            Ok(up) => Natural::from(u128::from(mantissa)).shifted_left(up as usize).to_decimal(),
            Err(_) => with_decimals(mantissa, exponent.unsigned_abs()),
        };
        Some(if negative && digits != "0" { format!("-{digits}") } else { digits })
    }
}

impl std::ops::Add for LongDouble {
    type Output = LongDouble;

    /// Returns the sum, rounded to the precision of a `long double`.
    fn add(self, other: LongDouble) -> LongDouble {
        let (
            LongDouble::Finite { negative: n1, mantissa: m1, exponent: e1 },
            LongDouble::Finite { negative: n2, mantissa: m2, exponent: e2 },
        ) = (self, other)
        else {
            return LongDouble::Infinite;
        };
        // Zero may have any exponent, so the comparison of magnitudes below would be wrong for it.
        if m1 == 0 || m2 == 0 {
            return if m1 == 0 { other } else { self };
        }
        let first_is_larger = (e1, m1) >= (e2, m2);
        let (large, small) = if first_is_larger { ((m1, e1), (m2, e2)) } else { ((m2, e2), (m1, e1)) };
        // The sum has 62 bits below the larger mantissa, and two bits above it for the carry. Bits of the smaller
        // mantissa that are shifted out lie below the rounding position. `lost` records whether any of them is set.
        const BELOW: u32 = 62;
        let distance = u32::try_from(large.1 - small.1).unwrap_or(u32::MAX);
        let high = u128::from(large.0) << BELOW;
        let low = u128::from(small.0) << BELOW;
        let shifted = low.checked_shr(distance).unwrap_or(0);
        let lost = shifted.checked_shl(distance).unwrap_or(0) != low;
        let sum = if n1 == n2 { high + shifted } else { high - shifted - u128::from(lost) };
        let negative = sum != 0 && if first_is_larger { n1 } else { n2 };
        match round(&Natural::from(sum), large.1 - i64::from(BELOW), lost) {
            Some((mantissa, exponent)) => LongDouble::Finite { negative, mantissa, exponent },
            None => LongDouble::Infinite,
        }
    }
}

/// Formats `mantissa / 2^shift` in decimal, for a positive `shift`.
fn with_decimals(mantissa: u64, shift: u64) -> String {
    // `scaled` has at most 121 bits. Shifted right by more than 127 bits, it rounds to zero.
    let scaled = u128::from(mantissa) * DECIMAL_SCALE;
    let rounded = match u32::try_from(shift) {
        Ok(shift @ 1..=127) => {
            let (quotient, rest, half) = (scaled >> shift, scaled & ((1 << shift) - 1), 1 << (shift - 1));
            quotient + u128::from(rest > half || (rest == half && quotient & 1 == 1))
        }
        _ => 0,
    };
    let (whole, fraction) = (rounded / DECIMAL_SCALE, rounded % DECIMAL_SCALE);
    let text = format!("{whole}.{fraction:0DECIMALS$}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// The parts of a number in text form: the digits before and after the point, and the exponent.
struct Literal<'a> {
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i64,
}

impl<'a> Literal<'a> {
    fn parse(text: &'a [u8], base: u32, exponent_mark: u8) -> Option<Self> {
        let (digits, exponent) = match text.iter().position(|b| b.eq_ignore_ascii_case(&exponent_mark)) {
            Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (whole, fraction) = match digits.iter().position(|&b| b == b'.') {
            Some(at) => (&digits[..at], &digits[at + 1..]),
            None => (digits, &digits[..0]),
        };
        let all_digits = whole.iter().chain(fraction).all(|&b| char::from(b).is_digit(base));
        let some_digits = !whole.is_empty() || !fraction.is_empty();
        (all_digits && some_digits).then_some(Literal { whole, fraction, exponent })
    }

    /// Returns the number that all digits form if the point is ignored, and how many digits it has without leading
    /// zeros.
    fn digits(&self, base: u32) -> (Natural, i64) {
        let (mut natural, mut count) = (Natural::default(), 0);
        for &b in self.whole.iter().chain(self.fraction) {
            let digit = char::from(b).to_digit(base).expect("`parse` accepts only digits");
            count += i64::from(count > 0 || digit > 0);
            natural.multiply_add(base, digit);
        }
        (natural, count)
    }

    /// Converts a hexadecimal number, whose exponent is a power of 2, to a rounded mantissa and a binary exponent.
    /// Returns `None` if the number is too large or too small.
    fn binary(&self) -> Option<(u64, i64)> {
        let (digits, _) = self.digits(16);
        if digits.is_zero() {
            return Some((0, 0));
        }
        round(&digits, self.exponent - 4 * self.fraction.len() as i64, false).filter(|&(mantissa, _)| mantissa > 0)
    }

    /// Converts a decimal number to a rounded mantissa and a binary exponent. Returns `None` if the number is too large
    /// or too small.
    fn decimal(&self) -> Option<(u64, i64)> {
        let (mut digits, count) = self.digits(10);
        if digits.is_zero() {
            return Some((0, 0));
        }
        let power = self.exponent - self.fraction.len() as i64;
        // Rejects a number that is far out of range before computing it, which would take a long time.
        if !(-4970..=4934).contains(&(power + count)) {
            return None;
        }
        let rounded = if power >= 0 {
            for _ in 0..power {
                digits.multiply_add(10, 0);
            }
            round(&digits, 0, false)
        } else {
            // The shift leaves more bits in the quotient than the 64 that are kept, because each division by ten
            // removes fewer than four bits.
            let up = 4 * power.unsigned_abs() as usize + 70;
            let mut quotient = digits.shifted_left(up);
            let mut lost = false;
            for _ in 0..power.unsigned_abs() {
                lost |= quotient.divide(10) != 0;
            }
            round(&quotient, -(up as i64), lost)
        };
        rounded.filter(|&(mantissa, _)| mantissa > 0)
    }
}

/// Parses an exponent, which consists of digits with an optional sign. Clamps an exponent that is far out of range.
fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let n = digits.iter().fold(0i64, |n, b| (n * 10 + i64::from(b - b'0')).min(1_000_000));
    Some(if negative { -n } else { n })
}

/// Rounds `natural * 2^exponent` to a mantissa and an exponent. If `lost` is true, the exact number is slightly larger,
/// because lower bits were cut off. Returns `None` if the number is too large.
fn round(natural: &Natural, exponent: i64, lost: bool) -> Option<(u64, i64)> {
    let target = (exponent + natural.bits() as i64 - 64).max(MIN_EXPONENT);
    let Ok(down @ 1..) = usize::try_from(target - exponent) else {
        let mantissa = natural.shifted_left((exponent - target) as usize).low_64();
        return (target <= MAX_EXPONENT).then_some((mantissa, target));
    };
    let mantissa = natural.shifted_right(down).low_64();
    let half = natural.bit(down - 1);
    let beyond_half = lost || natural.any_below(down - 1);
    let up = half && (beyond_half || mantissa & 1 == 1);
    let (mantissa, exponent) = match mantissa.checked_add(u64::from(up)) {
        Some(mantissa) => (mantissa, target),
        None => (1 << 63, target + 1),
    };
    (exponent <= MAX_EXPONENT).then_some((mantissa, exponent))
}

/// A natural number of any size, as 32-bit words, least significant word first, without leading zero words.
#[derive(Debug, Clone, Default)]
struct Natural(Vec<u32>);

impl From<u128> for Natural {
    fn from(n: u128) -> Self {
        let mut natural = Natural((0..4).map(|word| (n >> (32 * word)) as u32).collect());
        natural.trim();
        natural
    }
}

impl Natural {
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn bits(&self) -> usize {
        self.0.last().map_or(0, |top| 32 * self.0.len() - top.leading_zeros() as usize)
    }

    fn bit(&self, index: usize) -> bool {
        self.0.get(index / 32).is_some_and(|word| word >> (index % 32) & 1 == 1)
    }

    /// Returns whether any bit below `index` is set.
    fn any_below(&self, index: usize) -> bool {
        let whole = (index / 32).min(self.0.len());
        self.0[..whole].iter().any(|&word| word != 0) || (32 * whole..index).any(|bit| self.bit(bit))
    }

    fn low_64(&self) -> u64 {
        let word = |index: usize| u64::from(self.0.get(index).copied().unwrap_or(0));
        word(0) | word(1) << 32
    }

    fn multiply_add(&mut self, factor: u32, addend: u32) {
        let mut carry = u64::from(addend);
        for word in &mut self.0 {
            let product = u64::from(*word) * u64::from(factor) + carry;
            *word = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Divides the number in place, and returns the remainder.
    fn divide(&mut self, divisor: u32) -> u32 {
        let mut rest = 0u64;
        for word in self.0.iter_mut().rev() {
            let dividend = rest << 32 | u64::from(*word);
            *word = (dividend / u64::from(divisor)) as u32;
            rest = dividend % u64::from(divisor);
        }
        self.trim();
        rest as u32
    }

    fn shifted_left(&self, bits: usize) -> Natural {
        let (words, bits) = (bits / 32, bits % 32);
        let mut shifted = vec![0; words];
        let mut carry = 0u64;
        for &word in &self.0 {
            carry |= u64::from(word) << bits;
            shifted.push(carry as u32);
            carry >>= 32;
        }
        shifted.push(carry as u32);
        let mut natural = Natural(shifted);
        natural.trim();
        natural
    }

    fn shifted_right(&self, bits: usize) -> Natural {
        let (words, bits) = (bits / 32, bits % 32);
        let kept = self.0.get(words..).unwrap_or_default();
        let above = kept.iter().skip(1).copied().chain([0]);
        let pairs = kept.iter().zip(above);
        let mut natural =
            Natural(pairs.map(|(&low, high)| ((u64::from(high) << 32 | u64::from(low)) >> bits) as u32).collect());
        natural.trim();
        natural
    }

    fn to_decimal(&self) -> String {
        const CHUNK: u32 = 1_000_000_000;
        let mut rest = self.clone();
        let mut chunks = Vec::new();
        while !rest.is_zero() {
            chunks.push(rest.divide(CHUNK));
        }
        let Some(first) = chunks.pop() else { return "0".into() };
        chunks.iter().rev().fold(first.to_string(), |text, chunk| text + &format!("{chunk:09}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(a: &str, b: &str) -> Option<String> {
        (LongDouble::parse(a.as_bytes())? + LongDouble::parse(b.as_bytes())?).format()
    }

    #[test]
    fn sums_equal_those_of_a_real_server() {
        for (a, b, text) in [
            ("0.1", "0.2", "0.3"),
            ("3.15", "1e3", "1003.15000000000000002"),
            ("10.50", "0.1", "10.6"),
            ("5.0e3", "2.0e2", "5200"),
            ("1e17", "0.1", "100000000000000000.1015625"),
            ("-1e-40", "0", "0"),
            ("1e-5", "-1e-5", "0"),
            ("0x1.8p1", "1", "4"),
            ("1e20", "1", "100000000000000000000"),
            ("9007199254740993", "1e-4950", "9007199254740993"),
            ("18446744073709551615", "0.5", "18446744073709551616"),
            ("18446744073709551616", "1", "18446744073709551616"),
            ("0.00000000000000000512", "0", "0.00000000000000001"),
            ("2.5", "-3.125", "-0.625"),
            ("-3.15", "0.15", "-3"),
        ] {
            assert_eq!(sum(a, b).as_deref(), Some(text), "{a} + {b}");
        }
    }

    #[test]
    fn text_that_is_not_a_number_is_rejected() {
        for text in
            ["", " 1", "1 ", ".", "+", "1e", "0x", "0x.p1", "nan", "nan(1)", "1e5000", "1e-4960", "0x1p-16500", "1\0"]
        {
            assert_eq!(LongDouble::parse(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(LongDouble::parse(b"-Infinity"), Some(LongDouble::Infinite));
        assert_eq!(sum("1e4932", "inf"), None);
        assert_eq!(sum("1e4932", "0.1e4932").map(|text| text.len()), Some(4933));
        assert_eq!(sum("1e4932", "0.5e4932"), None);
    }
}
