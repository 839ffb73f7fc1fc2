//! Detects code objects in marshalled data before `marshal` creates them.

/// Maximum nesting depth of marshalled values, as in the interpreter.
const MAX_DEPTH: usize = 2000;

/// The reason for rejecting marshalled data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The data contains a code object.
    Code,
    /// The data ends within a value.
    TooShort,
    /// The data does not conform to the format of `marshal`.
    Malformed,
}

/// Returns the length in bytes of the value at the beginning of `data`.
///
/// # Errors
/// Returns an error if the value contains a code object or is malformed.
pub fn scan(data: &[u8]) -> Result<usize, Rejection> {
    let mut scanner = Scanner { data, position: 0 };
    scanner.value(MAX_DEPTH)?;
    Ok(scanner.position)
}

struct Scanner<'a> {
    data: &'a [u8],
    position: usize,
}

impl Scanner<'_> {
    /// Skips a marshalled value.
    fn value(&mut self, depth: usize) -> Result<(), Rejection> {
        let kind = self.kind()?;
        self.value_of_kind(kind, depth)
    }

    /// Reads the type code of a value, without the bit (`FLAG_REF`) that allows later values to refer to this value.
    fn kind(&mut self) -> Result<u8, Rejection> {
        Ok(self.byte()? & 0x7f)
    }

    fn value_of_kind(&mut self, kind: u8, depth: usize) -> Result<(), Rejection> {
        let depth = depth.checked_sub(1).ok_or(Rejection::Malformed)?;
        match kind {
            b'N' | b'F' | b'T' | b'S' | b'.' => Ok(()),
            b'i' | b'r' => self.skip(4),
            b'I' | b'g' => self.skip(8),
            b'y' => self.skip(16),
            b'l' => {
                let digits = self.length()?.cast_signed().unsigned_abs();
                self.skip(2 * digits as usize)
            }
            b'f' => self.short_text(),
            b'x' => {
                self.short_text()?;
                self.short_text()
            }
            b's' | b't' | b'u' | b'a' | b'A' => {
                let length = self.length()?;
                self.skip(length as usize)
            }
            b'z' | b'Z' => self.short_text(),
            b')' => {
                let count = self.byte()?;
                self.values(count.into(), depth)
            }
            b'(' | b'[' | b'<' | b'>' => {
                let count = self.length()?;
                self.values(count, depth)
            }
            b':' => self.values(3, depth),
            b'{' => self.entries(depth),
            b'c' => Err(Rejection::Code),
            _ => Err(Rejection::Malformed),
        }
    }

    fn values(&mut self, count: u32, depth: usize) -> Result<(), Rejection> {
        for _ in 0..count {
            self.value(depth)?;
        }
        Ok(())
    }

    /// Skips the entries of a dict, up to the null that ends them.
    fn entries(&mut self, depth: usize) -> Result<(), Rejection> {
        loop {
            let kind = self.kind()?;
            if kind == b'0' {
                return Ok(());
            }
            self.value_of_kind(kind, depth)?;
            self.value(depth)?;
        }
    }

    /// Skips a string whose length is stored in one byte.
    fn short_text(&mut self) -> Result<(), Rejection> {
        let length = self.byte()?;
        self.skip(length.into())
    }

    fn byte(&mut self) -> Result<u8, Rejection> {
        let byte = self.data.get(self.position).ok_or(Rejection::TooShort)?;
        self.position += 1;
        Ok(*byte)
    }

    fn length(&mut self) -> Result<u32, Rejection> {
        let bytes = self.data.get(self.position..self.position + 4).and_then(|bytes| bytes.try_into().ok());
        self.position += 4;
        bytes.map(u32::from_le_bytes).ok_or(Rejection::TooShort)
    }

    fn skip(&mut self, count: usize) -> Result<(), Rejection> {
        self.position = self.position.checked_add(count).ok_or(Rejection::TooShort)?;
        if self.position > self.data.len() { Err(Rejection::TooShort) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_all_kinds_are_measured() {
        for data in [
            &b"N"[..],
            b"\xce",
            b"i\x01\0\0\0",
            b"I\x01\0\0\0\0\0\0\0",
            b"l\xfe\xff\xff\xff\x01\0\x01\0",
            b"g\0\0\0\0\0\0\xf0\x3f",
            b"f\x031.5",
            b"x\x011\x012",
            b"s\x02\0\0\0cc",
            b"\xda\x02cc",
            b"u\x01\0\0\0c",
            b")\x02NT",
            b"(\x02\0\0\0NT",
            b"[\x01\0\0\0)\x01\xce",
            b"<\x01\0\0\0z\x01c",
            b"{z\x01ci\x01\0\0\0r\0\0\0\0N0",
            b":NNN",
        ] {
            let shown = data.escape_ascii();
            assert_eq!(scan(data), Ok(data.len()), "{shown}");
            let followed = [data, b"c"].concat();
            assert_eq!(scan(&followed), Ok(data.len()), "{shown}, followed by a code object");
        }
    }

    #[test]
    fn code_is_found_wherever_it_can_be() {
        for data in [
            &b"c"[..],
            b"\xe3\0\0\0\0",
            b")\x01c",
            b"(\x01\0\0\0c",
            b"[\x02\0\0\0Nc",
            b"<\x01\0\0\0c",
            b">\x01\0\0\0c",
            b"{cN0",
            b"{Nc0",
            b"{N)\x01c0",
            b":cNN",
            b":NcN",
            b":NNc",
            b":NN(\x01\0\0\0\xe3",
        ] {
            assert_eq!(scan(data), Err(Rejection::Code), "{}", data.escape_ascii());
        }
    }

    #[test]
    fn malformed_data_is_rejected() {
        for (data, rejection) in [
            (&b""[..], Rejection::TooShort),
            (b"i\x01", Rejection::TooShort),
            (b"s\xff\xff\xff\xff", Rejection::TooShort),
            (b"(\x02\0\0\0N", Rejection::TooShort),
            (b"{N", Rejection::TooShort),
            (b"0", Rejection::Malformed),
            (b"?", Rejection::Malformed),
        ] {
            assert_eq!(scan(data), Err(rejection), "{}", data.escape_ascii());
        }
        assert_eq!(scan(&[b"[\x01\0\0\0".repeat(3000), b"N".to_vec()].concat()), Err(Rejection::Malformed));
    }
}
