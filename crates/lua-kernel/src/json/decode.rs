//! Parses JSON.

use mlua::{Lua, Value};

use super::Settings;
use crate::throw;

/// Parses JSON text.
///
/// # Errors
/// Returns an error that names the unexpected token and its position.
pub fn decode(lua: &Lua, settings: &Settings, text: &[u8]) -> mlua::Result<Value> {
    if text.len() >= 2 && (text[0] == 0 || text[1] == 0) {
        return Err(throw::error(lua, "JSON parser does not support UTF-16 or UTF-32"));
    }
    let mut decoder = Decoder { lua, settings, text, position: 0, depth: 0 };
    let token = decoder.next_token();
    let value = decoder.value(token)?;
    let token = decoder.next_token();
    match token.kind {
        Kind::End => Ok(value),
        _ => Err(decoder.unexpected("the end", &token)),
    }
}

struct Token {
    kind: Kind,
    /// The index of its first byte.
    index: usize,
}

enum Kind {
    ObjectBegin,
    ObjectEnd,
    ArrayBegin,
    ArrayEnd,
    String(Vec<u8>),
    Number(f64),
    Boolean(bool),
    Null,
    Colon,
    Comma,
    End,
    Error(&'static str),
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Kind::ObjectBegin => "T_OBJ_BEGIN",
            Kind::ObjectEnd => "T_OBJ_END",
            Kind::ArrayBegin => "T_ARR_BEGIN",
            Kind::ArrayEnd => "T_ARR_END",
            Kind::String(_) => "T_STRING",
            Kind::Number(_) => "T_NUMBER",
            Kind::Boolean(_) => "T_BOOLEAN",
            Kind::Null => "T_NULL",
            Kind::Colon => "T_COLON",
            Kind::Comma => "T_COMMA",
            Kind::End => "T_END",
            Kind::Error(text) => text,
        }
    }
}

struct Decoder<'a> {
    lua: &'a Lua,
    settings: &'a Settings,
    text: &'a [u8],
    position: usize,
    depth: i32,
}

impl Decoder<'_> {
    /// Returns the byte at an index, or 0 after the end of the text.
    fn byte(&self, index: usize) -> u8 {
        self.text.get(index).copied().unwrap_or(0)
    }

    fn unexpected(&self, expected: &str, token: &Token) -> mlua::Error {
        let found = token.kind.name();
        let text = format!("Expected {expected} but found {found} at character {}", token.index + 1);
        throw::error(self.lua, text)
    }

    fn next_token(&mut self) -> Token {
        while matches!(self.byte(self.position), b' ' | b'\t' | b'\n' | b'\r') {
            self.position += 1;
        }
        let index = self.position;
        let single = match self.byte(index) {
            b'{' => Kind::ObjectBegin,
            b'}' => Kind::ObjectEnd,
            b'[' => Kind::ArrayBegin,
            b']' => Kind::ArrayEnd,
            b',' => Kind::Comma,
            b':' => Kind::Colon,
            0 => return Token { kind: Kind::End, index },
            _ => return self.long_token(index),
        };
        self.position += 1;
        Token { kind: single, index }
    }

    fn long_token(&mut self, index: usize) -> Token {
        let rest = &self.text[index..];
        let kind = match rest[0] {
            b'"' => match self.string() {
                Ok(text) => Kind::String(text),
                Err(reason) => return Token { kind: Kind::Error(reason), index: self.position },
            },
            b'-' | b'0'..=b'9' if self.settings.decodes_invalid_numbers || !is_invalid_number(rest) => self.number(),
            b'-' | b'0'..=b'9' => Kind::Error("invalid number"),
            _ if rest.starts_with(b"true") => self.word(4, Kind::Boolean(true)),
            _ if rest.starts_with(b"false") => self.word(5, Kind::Boolean(false)),
            _ if rest.starts_with(b"null") => self.word(4, Kind::Null),
            b'+' | b'i' | b'I' | b'n' | b'N' if self.settings.decodes_invalid_numbers && is_invalid_number(rest) => {
                self.number()
            }
            _ => Kind::Error("invalid token"),
        };
        Token { kind, index }
    }

    fn word(&mut self, length: usize, kind: Kind) -> Kind {
        self.position += length;
        kind
    }

    fn number(&mut self) -> Kind {
        match parse_c_double(&self.text[self.position..]) {
            Some((number, length)) => {
                self.position += length;
                Kind::Number(number)
            }
            None => Kind::Error("invalid number"),
        }
    }

    /// Parses a string from its opening quotation mark on. After an error, `position` is the place of the error.
    fn string(&mut self) -> Result<Vec<u8>, &'static str> {
        let mut parsed = Vec::new();
        self.position += 1;
        loop {
            match self.byte(self.position) {
                b'"' => break,
                0 => return Err("unexpected end of string"),
                b'\\' => {
                    let escaped = match self.byte(self.position + 1) {
                        byte @ (b'"' | b'\\' | b'/') => byte,
                        b'b' => 0x08,
                        b'f' => 0x0c,
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'u' => {
                            let (character, length) = self.code_point().ok_or("invalid unicode escape code")?;
                            parsed.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                            self.position += length;
                            continue;
                        }
                        _ => return Err("invalid escape code"),
                    };
                    parsed.push(escaped);
                    self.position += 2;
                }
                byte => {
                    parsed.push(byte);
                    self.position += 1;
                }
            }
        }
        self.position += 1;
        Ok(parsed)
    }

    /// Parses `\uXXXX`, or two of these that form a surrogate pair. Returns the character, and the length of the escape
    /// sequence.
    fn code_point(&self) -> Option<(char, usize)> {
        let unit = self.hex4(self.position + 2)?;
        if unit & 0xF800 != 0xD800 {
            return char::from_u32(unit).map(|character| (character, 6));
        }
        let is_pair = unit & 0x400 == 0 && self.text.get(self.position + 6..self.position + 8) == Some(b"\\u");
        let low = self.hex4(self.position + 8).filter(|low| is_pair && low & 0xFC00 == 0xDC00)?;
        char::from_u32((((unit & 0x3FF) << 10) | (low & 0x3FF)) + 0x1_0000).map(|character| (character, 12))
    }

    fn hex4(&self, index: usize) -> Option<u32> {
        let digits = self.text.get(index..index + 4)?;
        digits.iter().try_fold(0, |value, &digit| Some(value * 16 + char::from(digit).to_digit(16)?))
    }

    fn value(&mut self, token: Token) -> mlua::Result<Value> {
        match token.kind {
            Kind::String(text) => self.lua.create_string(text).map(Value::String),
            Kind::Number(number) => Ok(Value::Number(number)),
            Kind::Boolean(yes) => Ok(Value::Boolean(yes)),
            Kind::Null => Ok(Value::NULL),
            Kind::ObjectBegin => self.object(),
            Kind::ArrayBegin => self.array(),
            _ => Err(self.unexpected("value", &token)),
        }
    }

    fn descend(&mut self) -> mlua::Result<()> {
        self.depth += 1;
        if self.depth <= self.settings.decode_max_depth {
            return Ok(());
        }
        let (depth, position) = (self.depth, self.position);
        let text = format!("Found too many nested data structures ({depth}) at character {position}");
        Err(throw::error(self.lua, text))
    }

    fn object(&mut self) -> mlua::Result<Value> {
        self.descend()?;
        let table = self.lua.create_table()?;
        let mut token = self.next_token();
        if !matches!(token.kind, Kind::ObjectEnd) {
            loop {
                let Kind::String(key) = token.kind else { return Err(self.unexpected("object key string", &token)) };
                let key = self.lua.create_string(key)?;
                token = self.next_token();
                if !matches!(token.kind, Kind::Colon) {
                    return Err(self.unexpected("colon", &token));
                }
                token = self.next_token();
                let value = self.value(token)?;
                table.raw_set(key, value)?;
                token = self.next_token();
                match token.kind {
                    Kind::ObjectEnd => break,
                    Kind::Comma => token = self.next_token(),
                    _ => return Err(self.unexpected("comma or object end", &token)),
                }
            }
        }
        self.depth -= 1;
        Ok(Value::Table(table))
    }

    fn array(&mut self) -> mlua::Result<Value> {
        self.descend()?;
        let table = self.lua.create_table()?;
        let mut token = self.next_token();
        if !matches!(token.kind, Kind::ArrayEnd) {
            for index in 1.. {
                let value = self.value(token)?;
                table.raw_set(index, value)?;
                token = self.next_token();
                match token.kind {
                    Kind::ArrayEnd => break,
                    Kind::Comma => token = self.next_token(),
                    _ => return Err(self.unexpected("comma or array end", &token)),
                }
            }
        }
        self.depth -= 1;
        Ok(Value::Table(table))
    }
}

/// Returns whether the text starts with a number that JSON does not allow, but that C accepts.
fn is_invalid_number(text: &[u8]) -> bool {
    if text.first() == Some(&b'+') {
        return true;
    }
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    match digits {
        [b'0', b'x' | b'X' | b'0'..=b'9', ..] => true,
        [byte, ..] if *byte <= b'9' => false,
        _ => starts_with_ignoring_case(digits, b"inf") || starts_with_ignoring_case(digits, b"nan"),
    }
}

fn starts_with_ignoring_case(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Parses the number at the start of a text as C's `strtod` does. Returns the number and its length, or `None` if the
/// text does not start with a number.
fn parse_c_double(text: &[u8]) -> Option<(f64, usize)> {
    let sign_length = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let sign = if text.first() == Some(&b'-') { -1.0 } else { 1.0 };
    let digits = &text[sign_length..];
    for (word, value) in [(&b"infinity"[..], f64::INFINITY), (b"inf", f64::INFINITY), (b"nan", f64::NAN)] {
        if starts_with_ignoring_case(digits, word) {
            return Some((sign * value, sign_length + word.len()));
        }
    }
    if starts_with_ignoring_case(digits, b"0x")
        && let Some((value, length)) = parse_hexadecimal(&digits[2..])
    {
        return Some((sign * value, sign_length + 2 + length));
    }
    let count = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let integer = count(digits);
    let mut length = integer;
    if digits.get(length) == Some(&b'.') {
        let fraction = count(&digits[length + 1..]);
        if integer + fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    } else if integer == 0 {
        return None;
    }
    if matches!(digits.get(length), Some(b'e' | b'E')) {
        let exponent_sign = usize::from(matches!(digits.get(length + 1), Some(b'+' | b'-')));
        let exponent = count(digits.get(length + 1 + exponent_sign..).unwrap_or_default());
        if exponent > 0 {
            length += 1 + exponent_sign + exponent;
        }
    }
    let value: f64 = std::str::from_utf8(&digits[..length]).ok()?.parse().ok()?;
    Some((sign * value, sign_length + length))
}

/// Parses the hexadecimal digits of a number after `0x`. Returns the number and its length.
fn parse_hexadecimal(text: &[u8]) -> Option<(f64, usize)> {
    let (mut value, mut scale, mut length, mut digits, mut has_point) = (0.0f64, 1.0f64, 0, 0, false);
    loop {
        match text.get(length) {
            Some(b'.') if !has_point => has_point = true,
            Some(&byte) if byte.is_ascii_hexdigit() => {
                value = value * 16.0 + f64::from(char::from(byte).to_digit(16)?);
                digits += 1;
                if has_point {
                    scale /= 16.0;
                }
            }
            _ => break,
        }
        length += 1;
    }
    if digits == 0 {
        return None;
    }
    if matches!(text.get(length), Some(b'p' | b'P')) {
        let is_negative = text.get(length + 1) == Some(&b'-');
        let sign = usize::from(matches!(text.get(length + 1), Some(b'+' | b'-')));
        let exponent: Vec<u8> = text.get(length + 1 + sign..)?.iter().copied().take_while(u8::is_ascii_digit).collect();
        if let Ok(power) = String::from_utf8_lossy(&exponent).parse::<i32>() {
            scale *= 2f64.powi(if is_negative { -power } else { power });
            length += 1 + sign + exponent.len();
        }
    }
    Some((value * scale, length))
}
