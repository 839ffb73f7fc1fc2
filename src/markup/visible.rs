//! Makes visible what a terminal would interpret or hide: control characters, escape sequences, and zero-width
//! characters that reorder or disguise text.
//!
//! These characters are written as Python's `repr` writes them: ESC becomes the four characters `\x1b`, and a
//! right-to-left override becomes `\u202e`. Nothing else is changed, not even a backslash, because people read the
//! result and no program parses it:
//!
//! ```
//! use redis_tutor::markup::{visible, visible_lines};
//!
//! assert_eq!(visible("a key\x1b]52;c;ZXZpbA==\x07"), r"a key\x1b]52;c;ZXZpbA==\x07");
//! assert_eq!(visible("日本語 👩‍🚀"), "日本語 👩‍🚀");
//! assert_eq!(visible_lines("one\ntwo\r"), "one\ntwo\\r");
//! ```
//!
//! `render::theme` and `render::svg` convert all output in this way, so other modules normally do not have to. A module
//! that measures text, or that inserts data into Markdown, converts the text earlier.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

/// Characters that are never shown as they are, in addition to the control characters. They are invisible, change the
/// direction of the text around them, break lines, or are not assigned.
const HIDDEN: [RangeInclusive<char>; 25] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200b}',
    '\u{200e}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fdd0}'..='\u{fdef}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{fffe}'..='\u{ffff}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{1fffe}'..='\u{1ffff}',
    '\u{2fffe}'..='\u{2ffff}',
    '\u{3fffe}'..='\u{dffff}',
    '\u{e0000}'..='\u{e00ff}',
    '\u{e01f0}'..='\u{effff}',
    '\u{ffffe}'..='\u{fffff}',
    '\u{10fffe}'..='\u{10ffff}',
];

/// Returns whether a character must be replaced by an escape. `before` is the previous character, or `None` if the
/// previous character is itself hidden.
fn is_hidden(c: char, before: Option<char>) -> bool {
    match c {
        ' '..='~' => false,
        // Joiners are part of emoji and of words in many scripts. After an ASCII character, they only disguise a word,
        // so they are hidden there.
        '\u{200c}' | '\u{200d}' | '\u{e0100}'..='\u{e01ef}' => before.is_none_or(|before| before.is_ascii()),
        // A variation selector after a digit, `#` or `*` can be part of an emoji, so it is not hidden there.
        '\u{fe00}'..='\u{fe0f}' => {
            before.is_none_or(|before| before.is_ascii() && !matches!(before, '0'..='9' | '#' | '*'))
        }
        c => c.is_control() || HIDDEN.iter().any(|range| range.contains(&c)),
    }
}

/// Returns the hidden characters in `text` with their byte positions, except those that `keeps` accepts.
fn hidden(text: &str, keeps: impl Fn(char) -> bool) -> impl Iterator<Item = (usize, char)> {
    let mut before = None;
    text.char_indices().filter(move |&(_, c)| {
        let is_hidden = is_hidden(c, before);
        before = (!is_hidden).then_some(c);
        is_hidden && !keeps(c)
    })
}

/// Replaces each character in `places` with the text that `write` appends for that character.
fn replace_at<'a>(
    text: &'a str,
    places: impl Iterator<Item = (usize, char)>,
    write: impl Fn(char, &mut String),
) -> Cow<'a, str> {
    // Fast path: most text is printable ASCII.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut places = places.peekable();
    if places.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut start = 0;
    for (at, c) in places {
        out.push_str(&text[start..at]);
        write(c, &mut out);
        start = at + c.len_utf8();
    }
    out.push_str(&text[start..]);
    Cow::Owned(out)
}

/// Writes a character in escaped form, as Python's `repr` does.
fn escape(c: char, out: &mut String) {
    let code = u32::from(c);
    let written = match c {
        '\t' => write!(out, "\\t"),
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        ..='\u{ff}' => write!(out, "\\x{code:02x}"),
        ..='\u{ffff}' => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
    written.expect("writing to a string cannot fail");
}

/// Returns text as a single line. All hidden characters, including line breaks and tabs, are replaced by escapes.
pub fn visible(text: &str) -> Cow<'_, str> {
    replace_at(text, hidden(text, |_| false), escape)
}

/// Returns text with all hidden characters replaced by escapes. Line breaks and tabs are kept.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    replace_at(text, hidden(text, is_layout), escape)
}

/// Returns text without its hidden characters. Line breaks and tabs are kept.
///
/// Intended for text that the user types or pastes. The line editor counts columns in the original text, so it cannot
/// show escapes in place of hidden characters. Terminals also remove control characters from pasted text.
pub fn without_hidden(text: &str) -> Cow<'_, str> {
    replace_at(text, hidden(text, is_layout), |_, _| {})
}

/// Returns the first hidden character and its byte position, or `None` if no character is hidden. Line breaks, tabs,
/// and CR before LF do not count as hidden.
pub fn first_hidden(text: &str) -> Option<(usize, char)> {
    hidden(text, is_layout).find(|&(at, c)| !(c == '\r' && text[at..].starts_with("\r\n")))
}

/// Replaces hidden characters in JSON with escapes of the form `\uNNNN`, which any JSON parser decodes to the same
/// characters. The JSON must not contain line breaks or tabs outside of strings.
pub fn escape_in_json(json: &str) -> Cow<'_, str> {
    replace_at(json, hidden(json, |_| false), |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}").expect("writing to a string cannot fail");
        }
    })
}

fn is_layout(c: char) -> bool {
    matches!(c, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_written_as_in_python() {
        for (text, shown) in [
            ("plain text, \\x1b too", "plain text, \\x1b too"),
            ("\0\x07\x08\t\n\x0b\r\x1b[2J\x7f", r"\x00\x07\x08\t\n\x0b\r\x1b[2J\x7f"),
            ("\u{80}\u{9b}2J\u{9d}0;title\u{9c}", r"\x80\x9b2J\x9d0;title\x9c"),
            ("a\u{202e}b\u{2066}c\u{2028}d\u{2029}\u{200f}\u{61c}", r"a\u202eb\u2066c\u2028d\u2029\u200f\u061c"),
            ("ad\u{200b}m\u{200d}in\u{feff}\u{ad}", r"ad\u200bm\u200din\ufeff\xad"),
            ("\u{fffe}\u{ffff}\u{fdd0}\u{1ffff}\u{e0041}", r"\ufffe\uffff\ufdd0\U0001ffff\U000e0041"),
            ("a\u{fe0f}", r"a\ufe0f"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn text_in_any_script_is_unchanged() {
        for text in ["déjà vu", "שלום", "سلام", "मन्त्र", "می‌خواهم", "👩‍🚀 1️⃣ ❤️ 🇩🇪", "e\u{301}", "\u{a0}\u{3000}\u{fffd}"]
        {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn the_first_hidden_character_is_found() {
        assert_eq!(first_hidden("one\r\n\ttwo\n"), None);
        assert_eq!(first_hidden("one\rtwo"), Some((3, '\r')));
        assert_eq!(first_hidden("é\u{202e}"), Some((2, '\u{202e}')));
    }

    /// Returns a strategy for strings in which hidden characters are frequent.
    fn any_text() -> impl Strategy<Value = String> {
        let hidden = proptest::sample::select(HIDDEN.to_vec()).prop_map(|range| *range.start());
        let control = (0_u32..0xa0).prop_filter_map("a control character", char::from_u32);
        proptest::collection::vec(prop_oneof![any::<char>(), hidden, control], 0..40)
            .prop_map(|characters| characters.into_iter().collect())
    }

    /// Returns a configuration with a fixed seed, so that each run tests the same inputs.
    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn nothing_hidden_is_left(text in any_text()) {
            let shown = visible(&text).into_owned();
            prop_assert_eq!(first_hidden(&shown), None);
            prop_assert!(!shown.contains(['\n', '\t']));
            prop_assert_eq!(visible(&shown), shown.as_str());
            for lines in [visible_lines(&text), without_hidden(&text)] {
                prop_assert!(hidden(&lines, is_layout).next().is_none(), "{lines:?}");
                prop_assert!(!lines.chars().any(|c| c.is_control() && !is_layout(c)));
            }
        }

        #[test]
        fn json_is_the_same_to_a_parser(text in any_text()) {
            let json = serde_json::Value::String(text.clone()).to_string();
            let escaped = escape_in_json(&json);
            prop_assert_eq!(first_hidden(&escaped), None);
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
    }
}
