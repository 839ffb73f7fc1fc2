//! The fields of protocol frames: integers, strings and byte strings, encoded as described in `frame`.

use super::UncaughtException;

/// The bytes of a frame that have not been decoded yet.
pub struct Fields<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(head)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[b]| b)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn bool(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn bytes(&mut self) -> Option<Vec<u8>> {
        let n = self.u32()? as usize;
        self.take(n).map(<[u8]>::to_vec)
    }

    pub(super) fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?).ok()
    }

    pub(super) fn names(&mut self) -> Option<Vec<String>> {
        self.list(Self::text)
    }

    pub(super) fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let n = self.u32()?;
        (0..n).map(|_| read(self)).collect()
    }

    pub(super) fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.bool()? { read(self).map(Some) } else { Some(None) }
    }
}

/// A writer that appends fields to a frame.
pub struct Writer<'a>(pub(super) &'a mut Vec<u8>);

impl Writer<'_> {
    /// Appends the frame's tag and its thread number.
    pub(super) fn tag(&mut self, tag: u8, thread: u32) -> &mut Self {
        self.u8(tag).u32(thread)
    }

    pub(super) fn bool(&mut self, v: bool) -> &mut Self {
        self.0.push(u8::from(v));
        self
    }

    pub(super) fn u8(&mut self, v: u8) -> &mut Self {
        self.0.push(v);
        self
    }

    pub(super) fn u16(&mut self, v: u16) -> &mut Self {
        self.0.extend(v.to_le_bytes());
        self
    }

    pub(super) fn u32(&mut self, v: u32) -> &mut Self {
        self.0.extend(v.to_le_bytes());
        self
    }

    pub(super) fn u64(&mut self, v: u64) -> &mut Self {
        self.0.extend(v.to_le_bytes());
        self
    }

    pub(super) fn bytes(&mut self, v: &[u8]) -> &mut Self {
        let n = u32::try_from(v.len()).expect("a field is shorter than MAX_FRAME, which is far below 4 GiB");
        self.u32(n);
        self.0.extend_from_slice(v);
        self
    }

    pub(super) fn text(&mut self, v: &str) -> &mut Self {
        self.bytes(v.as_bytes())
    }

    pub(super) fn optional<T>(&mut self, v: Option<T>, write: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        self.bool(v.is_some());
        match v {
            Some(v) => write(self, v),
            None => self,
        }
    }

    pub(super) fn exception(&mut self, error: &UncaughtException) -> &mut Self {
        self.text(&error.class).text(&error.message).text(&error.traceback);
        self.optional(error.exit_status.map(i32::cast_unsigned), Self::u32)
    }

    pub(super) fn names(&mut self, names: &[String]) -> &mut Self {
        self.list(names, |w, name| {
            w.text(name);
        })
    }

    pub(super) fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) -> &mut Self {
        self.u32(u32::try_from(items.len()).expect("there are fewer items than bytes in a frame"));
        for item in items {
            write(self, item);
        }
        self
    }
}
