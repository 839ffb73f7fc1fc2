//! The payload of FUNCTION DUMP: the code of all libraries in Redis's RDB format, with a checksum.

/// The RDB version of Redis 8.2, which the payload names.
const RDB_VERSION: u16 = 12;

/// The opcode before the code of a library.
const FUNCTION: u8 = 245;

/// Strings up to this length in bytes are not compressed.
const MAX_UNCOMPRESSED: usize = 20;

/// Writes the payload for the given library codes.
pub fn write(codes: &[&[u8]]) -> Vec<u8> {
    let mut payload = Vec::new();
    for code in codes {
        payload.push(FUNCTION);
        write_string(&mut payload, code);
    }
    payload.extend(RDB_VERSION.to_le_bytes());
    let checksum = crc64(&payload);
    payload.extend(checksum.to_le_bytes());
    payload
}

/// Reads a payload. Returns `None` if the version or the checksum is wrong. Otherwise, returns the library codes, or
/// `None` if the payload does not consist of libraries.
pub fn read(payload: &[u8]) -> Option<Option<Vec<Vec<u8>>>> {
    let (rest, checksum) = payload.split_last_chunk::<8>()?;
    let (codes, version) = rest.split_last_chunk::<2>()?;
    let checksum = u64::from_le_bytes(*checksum);
    if u16::from_le_bytes(*version) > RDB_VERSION || checksum != 0 && checksum != crc64(rest) {
        return None;
    }
    Some(read_codes(codes))
}

fn read_codes(mut rest: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut codes = Vec::new();
    while let Some((&opcode, after)) = rest.split_first() {
        if opcode != FUNCTION {
            return None;
        }
        let (code, after) = read_string(after)?;
        codes.push(code);
        rest = after;
    }
    Some(codes)
}

fn write_length(payload: &mut Vec<u8>, length: usize) {
    match length {
        0..64 => payload.push(length as u8),
        64..0x4000 => payload.extend([0x40 | (length >> 8) as u8, length as u8]),
        _ => match u32::try_from(length) {
            Ok(length) => {
                payload.push(0x80);
                payload.extend(length.to_be_bytes());
            }
            Err(_) => {
                payload.push(0x81);
                payload.extend((length as u64).to_be_bytes());
            }
        },
    }
}

fn write_string(payload: &mut Vec<u8>, text: &[u8]) {
    if text.len() > MAX_UNCOMPRESSED
        && let Some(compressed) = compress(text, text.len() - 4)
    {
        payload.push(0xc3);
        write_length(payload, compressed.len());
        write_length(payload, text.len());
        payload.extend(compressed);
        return;
    }
    write_length(payload, text.len());
    payload.extend_from_slice(text);
}

fn read_length(payload: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = payload.split_first()?;
    match first >> 6 {
        0 => Some((usize::from(first), rest)),
        1 => {
            let (&second, rest) = rest.split_first()?;
            Some((usize::from(first & 0x3f) << 8 | usize::from(second), rest))
        }
        _ if first == 0x80 => {
            let (length, rest) = rest.split_first_chunk::<4>()?;
            Some((u32::from_be_bytes(*length) as usize, rest))
        }
        _ if first == 0x81 => {
            let (length, rest) = rest.split_first_chunk::<8>()?;
            Some((usize::try_from(u64::from_be_bytes(*length)).ok()?, rest))
        }
        _ => None,
    }
}

fn read_string(payload: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    if let Some(rest) = payload.strip_prefix(&[0xc3]) {
        let (compressed, rest) = read_length(rest)?;
        let (length, rest) = read_length(rest)?;
        let (compressed, rest) = rest.split_at_checked(compressed)?;
        return Some((decompress(compressed, length)?, rest));
    }
    let (length, rest) = read_length(payload)?;
    let (text, rest) = rest.split_at_checked(length)?;
    Some((text.to_vec(), rest))
}

/// Number of bits of the hashes with which the compressor finds repetitions.
const HASH_BITS: u32 = 16;
/// Maximum distance of a repetition.
const MAX_OFFSET: usize = 1 << 13;
/// Maximum length of a repetition.
const MAX_REFERENCE: usize = (1 << 8) + (1 << 3);
/// Maximum number of literal bytes in a run.
const MAX_LITERALS: usize = 1 << 5;

/// Compresses text with the algorithm LZF, as Redis does. Returns `None` if the result would not be shorter than
/// `limit` bytes.
fn compress(text: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut table = vec![usize::MAX; 1 << HASH_BITS];
    let mut out = Vec::new();
    // The place of the length of the current run of literal bytes.
    let mut run = 0;
    out.push(0);
    let mut literals = 0;
    let mut at = 0;
    let mut hash = if text.len() >= 2 { u32::from(text[0]) << 8 | u32::from(text[1]) } else { 0 };
    while at + 2 < text.len() {
        hash = hash << 8 | u32::from(text[at + 2]);
        let slot = ((hash >> (3 * 8 - HASH_BITS)).wrapping_sub(hash.wrapping_mul(5)) & ((1 << HASH_BITS) - 1)) as usize;
        let reference = std::mem::replace(&mut table[slot], at);
        let offset = at.wrapping_sub(reference).wrapping_sub(1);
        if reference < at && offset < MAX_OFFSET && text[reference..reference + 3] == text[at..at + 3] {
            let longest = (text.len() - at - 2).min(MAX_REFERENCE);
            // As in liblzf, the last two bytes of a text are never part of a repetition.
            let mut length = 2;
            if literals == 0 {
                out.pop();
            } else {
                out[run] = (literals - 1) as u8;
            }
            loop {
                length += 1;
                if length >= longest || text[reference + length] != text[at + length] {
                    break;
                }
            }
            let length = length - 2;
            if length < 7 {
                out.push((offset >> 8) as u8 + ((length as u8) << 5));
            } else {
                out.push((offset >> 8) as u8 + (7 << 5));
                out.push((length - 7) as u8);
            }
            out.push(offset as u8);
            run = out.len();
            out.push(0);
            literals = 0;
            at += 1;
            let end = at + length + 1;
            if end + 2 >= text.len() {
                at = end;
                break;
            }
            at = end - 2;
            hash = u32::from(text[at]) << 8 | u32::from(text[at + 1]);
            for _ in 0..2 {
                hash = hash << 8 | u32::from(text[at + 2]);
                let slot = ((hash >> (3 * 8 - HASH_BITS)).wrapping_sub(hash.wrapping_mul(5)) & ((1 << HASH_BITS) - 1))
                    as usize;
                table[slot] = at;
                at += 1;
            }
        } else {
            out.push(text[at]);
            literals += 1;
            at += 1;
            if literals == MAX_LITERALS {
                out[run] = (literals - 1) as u8;
                run = out.len();
                out.push(0);
                literals = 0;
            }
        }
        if out.len() > limit {
            return None;
        }
    }
    while at < text.len() {
        out.push(text[at]);
        literals += 1;
        at += 1;
        if literals == MAX_LITERALS {
            out[run] = (literals - 1) as u8;
            run = out.len();
            out.push(0);
            literals = 0;
        }
    }
    if literals == 0 {
        out.pop();
    } else {
        out[run] = (literals - 1) as u8;
    }
    (out.len() <= limit).then_some(out)
}

/// Decompresses a text of `length` bytes. Returns `None` if the compressed text is not valid.
fn decompress(mut compressed: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(length.min(1 << 20));
    while let Some((&control, rest)) = compressed.split_first() {
        compressed = rest;
        if control < 32 {
            let (literals, rest) = compressed.split_at_checked(usize::from(control) + 1)?;
            text.extend_from_slice(literals);
            compressed = rest;
            continue;
        }
        let mut repeated = usize::from(control >> 5);
        if repeated == 7 {
            let (&more, rest) = compressed.split_first()?;
            repeated += usize::from(more);
            compressed = rest;
        }
        let (&low, rest) = compressed.split_first()?;
        compressed = rest;
        let offset = usize::from(control & 0x1f) << 8 | usize::from(low);
        let start = text.len().checked_sub(offset + 1)?;
        for index in start..start + repeated + 2 {
            text.push(text[index]);
        }
        if text.len() > length {
            return None;
        }
    }
    (text.len() == length).then_some(text)
}

/// Computes Redis's checksum: CRC-64 with the polynomial of Jones.
fn crc64(bytes: &[u8]) -> u64 {
    const POLYNOMIAL: u64 = 0x95ac_9329_ac4b_c9b5;
    bytes.iter().fold(0, |crc: u64, byte| {
        (0..8).fold(crc ^ u64::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_redis() {
        // The test value in Redis's own source code.
        assert_eq!(crc64(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
    }

    #[test]
    fn texts_survive_compression() {
        for text in [
            b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec(),
            b"#!lua name=b\nredis.register_function('a',function() return 1 end) redis.register_function('b',function() \
              return 2 end)"
                .to_vec(),
            (0..2000u32).map(|n| (n % 7 * n % 11) as u8).collect(),
        ] {
            let payload = write(&[&text, b"short"]);
            assert_eq!(read(&payload), Some(Some(vec![text, b"short".to_vec()])));
            assert!((0..payload.len()).all(|length| read(&payload[..length]).is_none()));
        }
    }
}
