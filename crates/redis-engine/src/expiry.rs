//! Expiry times in command arguments: in seconds or milliseconds, relative to the current time or since 1970.

use super::call::Call;
use super::error::{self, Error};

/// The unit of an expiry time, and whether the time is absolute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiryFormat {
    ms_per_unit: i64,
    absolute: bool,
}

impl ExpiryFormat {
    pub const SECONDS: ExpiryFormat = ExpiryFormat { ms_per_unit: 1000, absolute: false };
    pub const MILLISECONDS: ExpiryFormat = ExpiryFormat { ms_per_unit: 1, absolute: false };
    pub const UNIX_SECONDS: ExpiryFormat = ExpiryFormat { ms_per_unit: 1000, absolute: true };
    pub const UNIX_MILLISECONDS: ExpiryFormat = ExpiryFormat { ms_per_unit: 1, absolute: true };

    /// Returns the format that an option (`EX`, `PX`, `EXAT` or `PXAT`) selects, or `None` for any other word.
    pub fn from_option(word: &[u8]) -> Option<ExpiryFormat> {
        let formats: [(&[u8], ExpiryFormat); 4] = [
            (b"EX", ExpiryFormat::SECONDS),
            (b"PX", ExpiryFormat::MILLISECONDS),
            (b"EXAT", ExpiryFormat::UNIX_SECONDS),
            (b"PXAT", ExpiryFormat::UNIX_MILLISECONDS),
        ];
        formats.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, format)| format)
    }

    /// Parses the argument at `index` as an expiry time. Returns the time in milliseconds since 1970.
    ///
    /// # Errors
    /// Returns an error if the argument is not an integer, and `invalid expire time` if it is not positive or too
    /// large.
    pub fn parse(self, call: &Call, index: usize) -> Result<i64, Error> {
        let time = call.integer(index)?;
        let invalid = || error::invalid_expire(call.command.name);
        if time <= 0 {
            return Err(invalid());
        }
        let ms = time.checked_mul(self.ms_per_unit).ok_or_else(invalid)?;
        if self.absolute { Ok(ms) } else { ms.checked_add(call.keyspace.now_ms()).ok_or_else(invalid) }
    }

    /// Parses the argument at `index` as the expiry time of a hash field. Returns the time in milliseconds since 1970,
    /// which may be in the past.
    ///
    /// # Errors
    /// Returns an error if the argument is not an integer, is negative, or results in a time that does not fit into the
    /// 46 bits that Redis uses for it (`EB_EXPIRE_TIME_MAX`).
    pub fn parse_for_field(self, call: &Call, index: usize) -> Result<i64, Error> {
        const LATEST_MS: i64 = (1 << 46) - 1;
        let time = call.integer(index)?;
        if time < 0 {
            return Err(Error::from_static("ERR invalid expire time, must be >= 0"));
        }
        let from_ms = if self.absolute { 0 } else { call.keyspace.now_ms() };
        let ms = time.checked_mul(self.ms_per_unit).and_then(|ms| ms.checked_add(from_ms));
        ms.filter(|&ms| ms <= LATEST_MS).ok_or_else(|| error::invalid_expire(call.command.name))
    }
}
