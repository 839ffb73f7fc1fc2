//! The format of DUMP and RESTORE: a value as in an RDB file, the version of the format, and a checksum.

mod crc64;
mod listpack;
mod lzf;
mod reader;
mod stream;
mod writer;

use super::data::Value;
use super::limits::Limits;
use reader::Reader;
use writer::Writer;

/// The version of the format that is written, which is that of Redis 8.2. Later versions are not read.
const VERSION: u16 = 12;
/// Number of bytes of the version.
const VERSION_SIZE: usize = 2;
/// Number of bytes of the checksum.
const CHECKSUM_SIZE: usize = 8;

/// The types of values. Only some are written: the others are those of older versions.
mod kind {
    pub const STRING: u8 = 0;
    pub const LIST: u8 = 1;
    pub const SET: u8 = 2;
    pub const ZSET: u8 = 3;
    pub const HASH: u8 = 4;
    pub const ZSET_2: u8 = 5;
    pub const LIST_ZIPLIST: u8 = 10;
    pub const SET_INTSET: u8 = 11;
    pub const ZSET_ZIPLIST: u8 = 12;
    pub const HASH_ZIPLIST: u8 = 13;
    pub const LIST_QUICKLIST: u8 = 14;
    pub const STREAM: u8 = 15;
    pub const HASH_LISTPACK: u8 = 16;
    pub const ZSET_LISTPACK: u8 = 17;
    pub const LIST_QUICKLIST_2: u8 = 18;
    pub const STREAM_2: u8 = 19;
    pub const SET_LISTPACK: u8 = 20;
    pub const STREAM_3: u8 = 21;
    pub const HASH_METADATA: u8 = 24;
    pub const HASH_LISTPACK_EX: u8 = 25;
}

/// Why a payload is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadError {
    /// The payload is too short, of a later version, or its checksum is wrong.
    VersionOrChecksum,
    /// The bytes of the value are invalid.
    Value,
}

/// Returns a value as DUMP's payload. `compresses` tells whether long strings are compressed (`rdbcompression`).
pub fn dump(value: &Value, compresses: bool) -> Vec<u8> {
    let mut writer = Writer { bytes: Vec::new(), compresses };
    writer.value(value);
    let mut bytes = writer.bytes;
    bytes.extend(VERSION.to_le_bytes());
    let checksum = crc64::checksum(&bytes);
    bytes.extend(checksum.to_le_bytes());
    bytes
}

/// Returns the value of a payload, with the encoding that it gets under the given limits.
///
/// # Errors
/// Returns an error if the payload is not one of DUMP, or is one of a later version.
pub fn restore(payload: &[u8], limits: Limits) -> Result<Value, PayloadError> {
    let footer_at = payload.len().checked_sub(VERSION_SIZE + CHECKSUM_SIZE).ok_or(PayloadError::VersionOrChecksum)?;
    let footer = &payload[footer_at..];
    let (version, checksum) = footer.split_at(VERSION_SIZE);
    let is_known = u16::from_le_bytes([version[0], version[1]]) <= VERSION;
    if !is_known || crc64::checksum(&payload[..footer_at + VERSION_SIZE]).to_le_bytes() != *checksum {
        return Err(PayloadError::VersionOrChecksum);
    }
    // As in Redis, bytes after the value are ignored, and a value that is cut off continues in the footer.
    Reader { rest: payload, limits }.value().ok_or(PayloadError::Value)
}
