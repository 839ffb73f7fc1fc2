//! The bytes of listpacks, and of the formats that older versions of Redis used in their place.

use std::borrow::Cow;

use crate::data::memory::listpack::EMPTY;
use crate::number;

/// The byte after the last entry.
const END: u8 = 0xff;

/// Creates a listpack of the given elements.
pub fn encode<'a>(elements: impl Iterator<Item = Cow<'a, [u8]>>) -> Vec<u8> {
    let mut bytes = vec![0; 6];
    let mut count = 0_usize;
    for element in elements {
        let start = bytes.len();
        push_element(&mut bytes, &element);
        let length = bytes.len() - start;
        push_back_length(&mut bytes, length);
        count += 1;
    }
    bytes.push(END);
    let total = bytes.len() as u32;
    bytes[..4].copy_from_slice(&total.to_le_bytes());
    // A count that does not fit is written as 65535, which means that the entries must be counted.
    bytes[4..6].copy_from_slice(&u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes());
    bytes
}

fn push_element(bytes: &mut Vec<u8>, element: &[u8]) {
    let integer = if element.len() <= 20 { number::parse_integer(element) } else { None };
    match (integer, element.len()) {
        (Some(n @ 0..=127), _) => bytes.push(n as u8),
        (Some(n @ -4096..=4095), _) => {
            bytes.push(0xc0 | (n >> 8 & 0x1f) as u8);
            bytes.push(n as u8);
        }
        (Some(n @ -0x8000..=0x7fff), _) => push_integer(bytes, 0xf1, n, 2),
        (Some(n @ -0x80_0000..=0x7f_ffff), _) => push_integer(bytes, 0xf2, n, 3),
        (Some(n @ -0x8000_0000..=0x7fff_ffff), _) => push_integer(bytes, 0xf3, n, 4),
        (Some(n), _) => push_integer(bytes, 0xf4, n, 8),
        (None, length) => {
            match length {
                0..=63 => bytes.push(0x80 | length as u8),
                64..=4095 => bytes.extend([0xe0 | (length >> 8) as u8, length as u8]),
                _ => {
                    bytes.push(0xf0);
                    bytes.extend((length as u32).to_le_bytes());
                }
            }
            bytes.extend_from_slice(element);
        }
    }
}

fn push_integer(bytes: &mut Vec<u8>, kind: u8, n: i64, size: usize) {
    bytes.push(kind);
    bytes.extend_from_slice(&n.to_le_bytes()[..size]);
}

/// Appends the length of an entry, which allows reading a listpack backwards: groups of seven bits, the highest first,
/// all but the first of which are marked.
fn push_back_length(bytes: &mut Vec<u8>, length: usize) {
    let size = back_length_size(length);
    for group in (0..size).rev() {
        let bits = (length >> (7 * group) & 0x7f) as u8;
        bytes.push(if group + 1 == size { bits } else { bits | 0x80 });
    }
}

fn back_length_size(length: usize) -> usize {
    match length {
        0..=127 => 1,
        128..=16_382 => 2,
        16_383..=2_097_150 => 3,
        2_097_151..=268_435_454 => 4,
        _ => 5,
    }
}

/// Returns the elements of a listpack, or `None` if its bytes are invalid.
pub fn decode(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    if bytes.len() < EMPTY || little_endian(bytes, 0, 4)? != bytes.len() as i64 || bytes.last() != Some(&END) {
        return None;
    }
    let count = little_endian(bytes, 4, 2)? & 0xffff;
    let (mut elements, mut at) = (Vec::new(), 6);
    while at < bytes.len() - 1 {
        let (element, size) = decode_element(bytes.get(at..bytes.len() - 1)?)?;
        let mut expected = Vec::new();
        push_back_length(&mut expected, size);
        at += size;
        if bytes.get(at..at + expected.len())? != expected {
            return None;
        }
        at += expected.len();
        elements.push(element);
    }
    (at == bytes.len() - 1 && (count == 0xffff || count == elements.len() as i64)).then_some(elements)
}

/// Returns the first element, and the size of its entry without the length at the end.
fn decode_element(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let kind = *bytes.first()?;
    let integer = |n: i64, size: usize| Some((n.to_string().into_bytes(), size));
    let string = |header: usize, length: usize| {
        let text = bytes.get(header..header.checked_add(length)?)?;
        Some((text.to_vec(), header + length))
    };
    match kind {
        0..=0x7f => integer(i64::from(kind), 1),
        0x80..=0xbf => string(1, usize::from(kind & 0x3f)),
        0xc0..=0xdf => {
            let n = i64::from(kind & 0x1f) << 8 | i64::from(*bytes.get(1)?);
            integer(if n >= 1 << 12 { n - (1 << 13) } else { n }, 2)
        }
        0xe0..=0xef => string(2, usize::from(kind & 0x0f) << 8 | usize::from(*bytes.get(1)?)),
        0xf0 => string(5, usize::try_from(little_endian(bytes, 1, 4)? & 0xffff_ffff).ok()?),
        0xf1 => integer(little_endian(bytes, 1, 2)?, 3),
        0xf2 => integer(little_endian(bytes, 1, 3)?, 4),
        0xf3 => integer(little_endian(bytes, 1, 4)?, 5),
        0xf4 => integer(little_endian(bytes, 1, 8)?, 9),
        _ => None,
    }
}

/// Returns the signed integer of `size` bytes at a position. For a size of four bytes or less at the start of a
/// listpack, the caller masks the sign away.
fn little_endian(bytes: &[u8], at: usize, size: usize) -> Option<i64> {
    let taken = bytes.get(at..at.checked_add(size)?)?;
    let is_negative = size < 8 && taken.last().is_some_and(|last| last & 0x80 != 0);
    let mut all = [if is_negative { 0xff } else { 0 }; 8];
    all[..size].copy_from_slice(taken);
    Some(i64::from_le_bytes(all))
}

/// Returns the elements of a ziplist, the predecessor of the listpack until Redis 7, or `None` if its bytes are
/// invalid.
pub fn decode_ziplist(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    const HEADER: usize = 10;
    if bytes.len() <= HEADER || little_endian(bytes, 0, 4)? != bytes.len() as i64 || bytes.last() != Some(&END) {
        return None;
    }
    let count = little_endian(bytes, 8, 2)? & 0xffff;
    let (mut elements, mut at) = (Vec::new(), HEADER);
    while at < bytes.len() - 1 {
        // The length of the entry before takes one byte, or five if it does not fit.
        at += if bytes[at] == 0xfe { 5 } else { 1 };
        let (element, size) = decode_ziplist_element(bytes.get(at..bytes.len() - 1)?)?;
        at += size;
        elements.push(element);
    }
    (count == 0xffff || count == elements.len() as i64).then_some(elements)
}

fn decode_ziplist_element(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let kind = *bytes.first()?;
    let integer = |n: i64, size: usize| Some((n.to_string().into_bytes(), size));
    let string = |header: usize, length: usize| {
        let text = bytes.get(header..header.checked_add(length)?)?;
        Some((text.to_vec(), header + length))
    };
    match kind {
        0x00..=0x3f => string(1, usize::from(kind)),
        0x40..=0x7f => string(2, usize::from(kind & 0x3f) << 8 | usize::from(*bytes.get(1)?)),
        0x80 => string(5, u32::from_be_bytes(bytes.get(1..5)?.try_into().ok()?) as usize),
        0xc0 => integer(little_endian(bytes, 1, 2)?, 3),
        0xd0 => integer(little_endian(bytes, 1, 4)?, 5),
        0xe0 => integer(little_endian(bytes, 1, 8)?, 9),
        0xf0 => integer(little_endian(bytes, 1, 3)?, 4),
        0xfe => integer(little_endian(bytes, 1, 1)?, 2),
        0xf1..=0xfd => integer(i64::from(kind & 0x0f) - 1, 1),
        _ => None,
    }
}

/// Creates an intset of integers of `width` bytes.
pub fn encode_intset(integers: impl ExactSizeIterator<Item = i64>, width: usize) -> Vec<u8> {
    let mut bytes = (width as u32).to_le_bytes().to_vec();
    bytes.extend((integers.len() as u32).to_le_bytes());
    integers.for_each(|n| bytes.extend_from_slice(&n.to_le_bytes()[..width]));
    bytes
}

/// Returns the integers of an intset and the size of each in bytes, or `None` if its bytes are invalid.
pub fn decode_intset(bytes: &[u8]) -> Option<(Vec<i64>, usize)> {
    let width = usize::try_from(little_endian(bytes, 0, 4)?).ok().filter(|width| matches!(width, 2 | 4 | 8))?;
    let count = usize::try_from(little_endian(bytes, 4, 4)?).ok()?;
    if bytes.len() != count.checked_mul(width)?.checked_add(8)? {
        return None;
    }
    let integers: Vec<i64> = (0..count).filter_map(|index| little_endian(bytes, 8 + index * width, width)).collect();
    integers.is_sorted_by(|a, b| a < b).then_some((integers, width))
}
