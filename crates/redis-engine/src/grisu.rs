//! Converts doubles to the digits that Redis writes, with the Grisu2 algorithm (Florian Loitsch, "Printing
//! Floating-Point Numbers Quickly and Accurately with Integers", 2010).
//!
//! Parsing the digits returns the original double. In about one case in a thousand, there are one or two digits more
//! than necessary: Redis writes `56.44861951509316` as `56.448619515093156`. So an algorithm that always finds the
//! fewest digits, such as the one in Rust's standard library, would produce replies that differ from those of Redis.

/// A number `fraction * 2^exponent`.
#[derive(Debug, Clone, Copy)]
struct Float {
    fraction: u64,
    exponent: i32,
}

const HIDDEN_BIT: u64 = 1 << 52;

/// The exponent of the first power of ten in `POWERS`. The exponents increase in steps of `STEP`, and the powers are
/// rounded to 64 bits.
const FIRST_POWER: i32 = -348;
const STEP: i32 = 8;
#[rustfmt::skip]
const POWERS: [(u64, i32); 87] = [
    (0xfa8fd5a0081c0288, -1220),
    (0xbaaee17fa23ebf76, -1193),
    (0x8b16fb203055ac76, -1166),
    (0xcf42894a5dce35ea, -1140),
    (0x9a6bb0aa55653b2d, -1113),
    (0xe61acf033d1a45df, -1087),
    (0xab70fe17c79ac6ca, -1060),
    (0xff77b1fcbebcdc4f, -1034),
    (0xbe5691ef416bd60c, -1007),
    (0x8dd01fad907ffc3c, -980),
    (0xd3515c2831559a83, -954),
    (0x9d71ac8fada6c9b5, -927),
    (0xea9c227723ee8bcb, -901),
    (0xaecc49914078536d, -874),
    (0x823c12795db6ce57, -847),
    (0xc21094364dfb5637, -821),
    (0x9096ea6f3848984f, -794),
    (0xd77485cb25823ac7, -768),
    (0xa086cfcd97bf97f4, -741),
    (0xef340a98172aace5, -715),
    (0xb23867fb2a35b28e, -688),
    (0x84c8d4dfd2c63f3b, -661),
    (0xc5dd44271ad3cdba, -635),
    (0x936b9fcebb25c996, -608),
    (0xdbac6c247d62a584, -582),
    (0xa3ab66580d5fdaf6, -555),
    (0xf3e2f893dec3f126, -529),
    (0xb5b5ada8aaff80b8, -502),
    (0x87625f056c7c4a8b, -475),
    (0xc9bcff6034c13053, -449),
    (0x964e858c91ba2655, -422),
    (0xdff9772470297ebd, -396),
    (0xa6dfbd9fb8e5b88f, -369),
    (0xf8a95fcf88747d94, -343),
    (0xb94470938fa89bcf, -316),
    (0x8a08f0f8bf0f156b, -289),
    (0xcdb02555653131b6, -263),
    (0x993fe2c6d07b7fac, -236),
    (0xe45c10c42a2b3b06, -210),
    (0xaa242499697392d3, -183),
    (0xfd87b5f28300ca0e, -157),
    (0xbce5086492111aeb, -130),
    (0x8cbccc096f5088cc, -103),
    (0xd1b71758e219652c, -77),
    (0x9c40000000000000, -50),
    (0xe8d4a51000000000, -24),
    (0xad78ebc5ac620000, 3),
    (0x813f3978f8940984, 30),
    (0xc097ce7bc90715b3, 56),
    (0x8f7e32ce7bea5c70, 83),
    (0xd5d238a4abe98068, 109),
    (0x9f4f2726179a2245, 136),
    (0xed63a231d4c4fb27, 162),
    (0xb0de65388cc8ada8, 189),
    (0x83c7088e1aab65db, 216),
    (0xc45d1df942711d9a, 242),
    (0x924d692ca61be758, 269),
    (0xda01ee641a708dea, 295),
    (0xa26da3999aef774a, 322),
    (0xf209787bb47d6b85, 348),
    (0xb454e4a179dd1877, 375),
    (0x865b86925b9bc5c2, 402),
    (0xc83553c5c8965d3d, 428),
    (0x952ab45cfa97a0b3, 455),
    (0xde469fbd99a05fe3, 481),
    (0xa59bc234db398c25, 508),
    (0xf6c69a72a3989f5c, 534),
    (0xb7dcbf5354e9bece, 561),
    (0x88fcf317f22241e2, 588),
    (0xcc20ce9bd35c78a5, 614),
    (0x98165af37b2153df, 641),
    (0xe2a0b5dc971f303a, 667),
    (0xa8d9d1535ce3b396, 694),
    (0xfb9b7cd9a4a7443c, 720),
    (0xbb764c4ca7a44410, 747),
    (0x8bab8eefb6409c1a, 774),
    (0xd01fef10a657842c, 800),
    (0x9b10a4e5e9913129, 827),
    (0xe7109bfba19c0c9d, 853),
    (0xac2820d9623bf429, 880),
    (0x80444b5e7aa7cf85, 907),
    (0xbf21e44003acdd2d, 933),
    (0x8e679c2f5e44ff8f, 960),
    (0xd433179d9c8cb841, 986),
    (0x9e19db92b4e31ba9, 1013),
    (0xeb96bf6ebadf77d9, 1039),
    (0xaf87023b9bf0ee6b, 1066),
];

impl Float {
    /// Converts a positive double exactly.
    fn from_double(v: f64) -> Float {
        let bits = v.to_bits();
        let (fraction, biased) = (bits & (HIDDEN_BIT - 1), (bits >> 52) as i32);
        match biased {
            0 => Float { fraction, exponent: -1074 },
            _ => Float { fraction: fraction + HIDDEN_BIT, exponent: biased - 1075 },
        }
    }

    /// Returns the same number, shifted so that the highest bit of the fraction is set.
    fn normalized(self) -> Float {
        let shift = self.fraction.leading_zeros();
        Float { fraction: self.fraction << shift, exponent: self.exponent - shift as i32 }
    }

    /// Returns the midpoints between this number and the next smaller and next larger double. Both midpoints have the
    /// exponent of the upper one.
    fn boundaries(self) -> (Float, Float) {
        let upper = Float { fraction: (self.fraction << 1) + 1, exponent: self.exponent - 1 }.normalized();
        // For a power of two, the next smaller double is only half as far away as the next larger one.
        let shift = if self.fraction == HIDDEN_BIT { 2 } else { 1 };
        let lower = Float { fraction: (self.fraction << shift) - 1, exponent: self.exponent - shift };
        let fraction = lower.fraction << (lower.exponent - upper.exponent);
        (Float { fraction, exponent: upper.exponent }, upper)
    }

    /// Returns the product of two numbers, with its fraction rounded to 64 bits.
    fn times(self, other: Float) -> Float {
        let product = u128::from(self.fraction) * u128::from(other.fraction) + (1 << 63);
        Float { fraction: (product >> 64) as u64, exponent: self.exponent + other.exponent + 64 }
    }
}

/// Returns a power of ten that scales a number with the given binary exponent to one with an exponent between -60 and
/// -32. Also returns the decimal exponent of that power.
fn cached_power(exponent: i32) -> (Float, i32) {
    const LOG_TEN_OF_TWO: f64 = 0.301_029_995_663_981_14;
    let about = -f64::from(exponent + POWERS.len() as i32) * LOG_TEN_OF_TWO;
    let mut index = (about as i32 - FIRST_POWER) / STEP;
    loop {
        let (fraction, power) = POWERS[index as usize];
        match exponent + power + 64 {
            ..-60 => index += 1,
            -31.. => index -= 1,
            _ => return (Float { fraction, exponent: power }, FIRST_POWER + index * STEP),
        }
    }
}

/// Returns the digits of a positive double, and the decimal exponent of the last digit.
pub fn digits(v: f64) -> (String, i32) {
    let float = Float::from_double(v);
    let (lower, upper) = float.boundaries();
    let (power, exponent) = cached_power(upper.exponent);
    let float = float.normalized().times(power);
    let (mut lower, mut upper) = (lower.times(power), upper.times(power));
    lower.fraction += 1;
    upper.fraction -= 1;
    let (digits, last) = generate(float, lower, upper);
    (String::from_utf8(digits).expect("digits are ASCII"), last - exponent)
}

/// Generates digits until they form a number between `lower` and `upper`. Returns the digits and the decimal exponent
/// of the last one.
fn generate(float: Float, lower: Float, upper: Float) -> (Vec<u8>, i32) {
    let shift = (-upper.exponent).unsigned_abs();
    let one = 1_u64 << shift;
    let mut distance = upper.fraction - float.fraction;
    let mut delta = upper.fraction - lower.fraction;
    let (mut whole, mut part) = (upper.fraction >> shift, upper.fraction & (one - 1));
    let mut digits = Vec::with_capacity(18);
    let push = |digits: &mut Vec<u8>, digit: u64| {
        if digit > 0 || !digits.is_empty() {
            digits.push(b'0' + digit as u8);
        }
    };
    for last in (0..10).rev() {
        let unit = 10_u64.pow(last);
        push(&mut digits, whole / unit);
        whole %= unit;
        let rest = (whole << shift) + part;
        if rest <= delta {
            round(&mut digits, delta, rest, unit << shift, distance);
            return (digits, last as i32);
        }
    }
    let mut last = 0;
    loop {
        part *= 10;
        delta *= 10;
        distance = distance.wrapping_mul(10);
        last -= 1;
        push(&mut digits, part >> shift);
        part &= one - 1;
        if part < delta {
            round(&mut digits, delta, part, one, distance);
            return (digits, last);
        }
    }
}

/// Lowers the last digit as long as this brings the digits closer to the exact number and keeps them within the bounds.
fn round(digits: &mut [u8], delta: u64, mut rest: u64, unit: u64, distance: u64) {
    let Some(last) = digits.last_mut() else { return };
    while rest < distance
        && delta - rest >= unit
        && (rest + unit < distance || distance - rest > rest + unit - distance)
    {
        *last -= 1;
        rest += unit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_read_back_as_the_same_double() {
        let mut random = crate::rng::Rng::new(7);
        for _ in 0..100_000 {
            let bits = (random.below(1 << 32) as u64) << 32 | random.below(1 << 32) as u64;
            let v = f64::from_bits(bits).abs();
            if v.is_finite() && v > 0.0 {
                let (digits, last) = digits(v);
                assert_eq!(format!("{digits}e{last}").parse::<f64>(), Ok(v), "{v:e}");
            }
        }
    }

    #[test]
    fn digits_equal_those_of_redis_even_if_fewer_suffice() {
        // Recorded from Redis 8.2.3: `ZADD z 56.44861951509316 a`, `ZSCORE z a`.
        assert_eq!(digits(56.448_619_515_093_16), ("56448619515093156".into(), -15));
        assert_eq!(digits(0.1), ("1".into(), -1));
        assert_eq!(digits(5e-324), ("5".into(), -324));
    }
}
