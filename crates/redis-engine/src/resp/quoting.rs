//! Splits a typed line into words according to Redis's quoting rules, as in `SET "a key" 'it\'s' "\x00"`.

/// The error for a quote that is never closed, or that is closed in the middle of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unbalanced;

/// Splits a line into words. In double quotes, `\n \r \t \b \a \xHH` are escape sequences, and `\` before any other
/// byte stands for that byte. In single quotes, only `\'` is an escape sequence. A quote may begin within a word, but
/// the closing quote must end the word. A NUL byte ends the line.
///
/// # Errors
/// Returns [`Unbalanced`] if a quote is never closed, or is closed in the middle of a word.
pub fn split(line: &[u8]) -> Result<Vec<Vec<u8>>, Unbalanced> {
    let line = line.split(|&byte| byte == 0).next().unwrap_or_default();
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_ascii_start();
        // Skips the vertical tab too, which C's `isspace` includes, but `trim_ascii_start` does not.
        while let [b'\x0b', tail @ ..] = rest {
            rest = tail.trim_ascii_start();
        }
        if rest.is_empty() {
            return Ok(words);
        }
        let (word, tail) = read_word(rest)?;
        words.push(word);
        rest = tail;
    }
}

/// Reads the first word of a line. Returns the word and the rest of the line.
fn read_word(mut line: &[u8]) -> Result<(Vec<u8>, &[u8]), Unbalanced> {
    let mut word = Vec::new();
    while let [byte, tail @ ..] = line {
        line = tail;
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => break,
            b'"' => return finish_quoted(word, double_quoted, line),
            b'\'' => return finish_quoted(word, single_quoted, line),
            _ => word.push(*byte),
        }
    }
    Ok((word, line))
}

type QuotedReader = fn(&mut Vec<u8>, &[u8]) -> Option<usize>;

/// Calls `quoted` to read the quoted part at the end of a word. Whitespace or the end of the line must follow. Returns
/// the whole word and the rest of the line.
fn finish_quoted(mut word: Vec<u8>, quoted: QuotedReader, line: &[u8]) -> Result<(Vec<u8>, &[u8]), Unbalanced> {
    let tail = quoted(&mut word, line).map(|used| &line[used..]).ok_or(Unbalanced)?;
    match tail {
        [] | [b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c', ..] => Ok((word, tail)),
        _ => Err(Unbalanced),
    }
}

/// Reads the text up to the closing double quote, and appends it to `word`. Returns the length of that text in `line`,
/// including the quote, or `None` if there is no closing quote.
fn double_quoted(word: &mut Vec<u8>, line: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match &line[at..] {
            [] => return None,
            [b'"', ..] => return Some(at + 1),
            [b'\\', b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                word.push(hexadecimal(*high) << 4 | hexadecimal(*low));
                at += 4;
            }
            [b'\\', escaped, ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => b'\x08',
                    b'a' => b'\x07',
                    other => *other,
                });
                at += 2;
            }
            [byte, ..] => {
                word.push(*byte);
                at += 1;
            }
        }
    }
}

/// Reads the text up to the closing single quote, and appends it to `word`. Returns the length of that text in `line`,
/// including the quote, or `None` if there is no closing quote.
fn single_quoted(word: &mut Vec<u8>, line: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match &line[at..] {
            [] => return None,
            [b'\'', ..] => return Some(at + 1),
            [b'\\', b'\'', ..] => {
                word.push(b'\'');
                at += 2;
            }
            [byte, ..] => {
                word.push(*byte);
                at += 1;
            }
        }
    }
}

fn hexadecimal(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

/// Escapes bytes for use in double quotes: `"`, `\`, and everything except printable ASCII. `split` reverses the
/// escaping.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\\' | b'"' => {
                out.push('\\');
                out.push(byte.into());
            }
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x07 => out.push_str("\\a"),
            0x08 => out.push_str("\\b"),
            0x20..=0x7e => out.push(byte.into()),
            _ => {
                out.push_str("\\x");
                out.extend([byte >> 4, byte & 15].map(|digit| char::from(HEXADECIMAL[usize::from(digit)])));
            }
        }
    }
    out
}

/// Returns the length of `escape(bytes)`.
pub fn escaped_length(bytes: &[u8]) -> usize {
    bytes.iter().map(|byte| usize::from(ESCAPED_LENGTHS[usize::from(*byte)])).sum()
}

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// The length of the escaped form of each byte, as `escape` writes it.
const ESCAPED_LENGTHS: [u8; 256] = {
    let mut lengths = [4; 256];
    let mut byte = 0;
    while byte < 256 {
        match byte as u8 {
            b'\\' | b'"' | b'\n' | b'\r' | b'\t' | 0x07 | 0x08 => lengths[byte] = 2,
            0x20..=0x7e => lengths[byte] = 1,
            _ => {}
        }
        byte += 1;
    }
    lengths
};

/// Joins words into a line, with quotes where necessary. `split` turns the line into the same words again.
pub fn join<W: AsRef<[u8]>>(words: &[W]) -> String {
    let word = |word: &W| {
        let bytes = word.as_ref();
        let is_plain =
            !bytes.is_empty() && bytes.iter().all(|byte| byte.is_ascii_graphic() && !b"\"'\\".contains(byte));
        if is_plain { String::from_utf8_lossy(bytes).into_owned() } else { format!("\"{}\"", escape(bytes)) }
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_reverses_join() {
        let words: [&[u8]; 8] =
            [b"SET", b"", b"a b", b"it's", b"say \"hi\"", b"back\\slash", b"\0\xff\n", "ä".as_bytes()];
        let line = join(&words);
        assert!(line.starts_with("SET \"\" \"a b\" \"it's\" "), "{line}");
        assert_eq!(split(line.as_bytes()), Ok(words.iter().map(|word| word.to_vec()).collect()));
    }

    #[test]
    fn every_byte_is_escaped_to_the_length_that_is_computed() {
        for byte in 0..=255 {
            let escaped = escape(&[byte]);
            assert_eq!(escaped.len(), escaped_length(&[byte]), "{escaped}");
            assert_eq!(split(format!("\"{escaped}\"").as_bytes()), Ok(vec![vec![byte]]));
        }
        assert_eq!(escape(b"\0\x1f\x7f\xab"), r"\x00\x1f\x7f\xab");
    }

    #[test]
    fn lines_are_split_as_in_redis() {
        type Case = (&'static [u8], Result<&'static [&'static [u8]], Unbalanced>);
        let cases: [Case; 18] = [
            (b"", Ok(&[])),
            (b" \t\x0b\x0c ", Ok(&[])),
            (b"  SET  a\tb\r\n", Ok(&[b"SET", b"a", b"b"])),
            (br#"SET "a b" 'c d'"#, Ok(&[b"SET", b"a b", b"c d"])),
            (br#""\x41\n\r\t\b\a\\\"\q""#, Ok(&[b"A\n\r\t\x08\x07\\\"q"])),
            (br#""\xZZ""#, Ok(&[b"xZZ"])),
            (br"'it\'s' '\n'", Ok(&[b"it's", b"\\n"])),
            (br#"a"b" c'd'"#, Ok(&[b"ab", b"cd"])),
            (br#""" ''"#, Ok(&[b"", b""])),
            (br#""a"b"#, Err(Unbalanced)),
            (br#"'a'"b""#, Err(Unbalanced)),
            (br#""a"#, Err(Unbalanced)),
            (br"'a", Err(Unbalanced)),
            (br#""a\""#, Err(Unbalanced)),
            (br#""\"#, Err(Unbalanced)),
            (b"a\x0bb", Ok(&[b"a\x0bb"])),
            (b"a  \"\" \xe2\x98\x95", Ok(&[b"a", b"", b"\xe2\x98\x95"])),
            (b"a\0b \"", Ok(&[b"a"])),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|words| words.iter().map(|word| word.to_vec()).collect());
            assert_eq!(split(line), expected, "{:?}", line.escape_ascii().to_string());
        }
    }
}
