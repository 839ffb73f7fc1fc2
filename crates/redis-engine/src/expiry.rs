//! Expiry times as commands take them: in seconds or milliseconds, from now or since 1970.

use super::call::Call;
use super::error::{self, Error};

/// How a time is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    ms_per_unit: i64,
    absolute: bool,
}

impl Form {
    pub const SECONDS: Form = Form { ms_per_unit: 1000, absolute: false };
    pub const MILLISECONDS: Form = Form { ms_per_unit: 1, absolute: false };
    pub const UNIX_SECONDS: Form = Form { ms_per_unit: 1000, absolute: true };
    pub const UNIX_MILLISECONDS: Form = Form { ms_per_unit: 1, absolute: true };

    /// The form that an option (`EX`, `PX`, `EXAT`, `PXAT`) stands for.
    pub fn of_option(word: &[u8]) -> Option<Form> {
        let forms: [(&[u8], Form); 4] = [
            (b"EX", Form::SECONDS),
            (b"PX", Form::MILLISECONDS),
            (b"EXAT", Form::UNIX_SECONDS),
            (b"PXAT", Form::UNIX_MILLISECONDS),
        ];
        forms.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, form)| form)
    }

    /// Reads the time at `index`, which must be positive, as milliseconds since 1970.
    ///
    /// # Errors
    /// Not an integer; zero, negative or too large: `invalid expire time`.
    pub fn positive(self, call: &Call, index: usize) -> Result<i64, Error> {
        let time = call.integer(index)?;
        let invalid = || error::invalid_expire(call.command.name);
        if time <= 0 {
            return Err(invalid());
        }
        let ms = time.checked_mul(self.ms_per_unit).ok_or_else(invalid)?;
        if self.absolute { Ok(ms) } else { ms.checked_add(call.keyspace.now_ms()).ok_or_else(invalid) }
    }

    /// Reads the time at `index` at which a hash's field is to expire, as milliseconds since 1970. It may have passed.
    ///
    /// # Errors
    /// Not an integer; negative; too large for the 46 bits that Redis has for it.
    pub fn of_field(self, call: &Call, index: usize) -> Result<i64, Error> {
        const LATEST_MS: i64 = (1 << 46) - 1;
        let time = call.integer(index)?;
        if time < 0 {
            return Err(Error::text("ERR invalid expire time, must be >= 0"));
        }
        let from_ms = if self.absolute { 0 } else { call.keyspace.now_ms() };
        let ms = time.checked_mul(self.ms_per_unit).and_then(|ms| ms.checked_add(from_ms));
        ms.filter(|&ms| ms <= LATEST_MS).ok_or_else(|| error::invalid_expire(call.command.name))
    }
}
