//! Character properties of Unicode 15.1, the version that CPython 3.13 uses.
//!
//! The interpreter itself uses several crates with different versions of Unicode. Each version adds characters, and
//! some give an existing letter an uppercase form. The tables were recorded from CPython by
//! `scripts/record_unicode.py`. They are parsed when a program first asks about a non-ASCII character.

use rustpython_vm::common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use std::sync::OnceLock;

/// The table of runs, that is, of ranges of characters that have the same properties.
const PROPERTIES: &str = include_str!("properties.txt");

/// The table of characters that have a different form in another case.
const CASES: &str = include_str!("cases.txt");

/// A property of a character. The value of each variant is its letter in `properties.txt`.
#[derive(Clone, Copy)]
#[repr(u8)]
pub enum Property {
    Alphabetic = b'a',
    Decimal = b'd',
    Digit = b'g',
    Numeric = b'n',
    Space = b's',
    Printable = b'p',
    Lowercase = b'l',
    Uppercase = b'u',
    Titlecase = b't',
    IdentifierStart = b'i',
    IdentifierPart = b'j',
    Cased = b'c',
    CaseIgnorable = b'o',
}

/// A case to which a character can be converted.
#[derive(Clone, Copy)]
pub enum Case {
    Lower,
    Upper,
    Title,
    Fold,
}

/// A range of characters with the same properties. It ends before the first character of the next run.
struct Run {
    first: u32,
    properties: u32,
}

/// A character, and its form in each case. `None` stands for the character itself.
struct Mapping {
    character: u32,
    texts: [Option<Box<[CodePoint]>>; 4],
}

fn bit(letter: u8) -> u32 {
    1 << (letter - b'a')
}

fn runs() -> &'static [Run] {
    static RUNS: OnceLock<Vec<Run>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let run = |line: &str| {
            let (first, letters) = line.split_once(' ').unwrap_or((line, ""));
            let properties = letters.bytes().map(bit).fold(0, |all, one| all | one);
            Run { first: parse_character(first), properties }
        };
        PROPERTIES.lines().map(run).collect()
    })
}

fn mappings() -> &'static [Mapping] {
    static MAPPINGS: OnceLock<Vec<Mapping>> = OnceLock::new();
    MAPPINGS.get_or_init(|| {
        let text = |field: &str| {
            (field != "-").then(|| field.split('+').map(parse_character).filter_map(CodePoint::from_u32).collect())
        };
        let mapping = |line: &str| {
            let mut fields = line.split(' ');
            let character = parse_character(fields.next().unwrap_or_default());
            Mapping { character, texts: std::array::from_fn(|_| fields.next().and_then(text)) }
        };
        CASES.lines().map(mapping).collect()
    })
}

fn parse_character(hexadecimal: &str) -> u32 {
    u32::from_str_radix(hexadecimal, 16).expect("the recorded tables contain hexadecimal numbers")
}

/// Returns the run that contains the character.
fn run_of(character: CodePoint) -> &'static Run {
    let runs = runs();
    let next = runs.partition_point(|run| run.first <= character.to_u32());
    // `next` is at least 1, because the first run begins at U+0000.
    &runs[next - 1]
}

/// Returns whether the character has the property.
pub fn has(character: CodePoint, property: Property) -> bool {
    run_of(character).properties & bit(property as u8) != 0
}

/// Returns the ranges of characters that have any of the given properties. Each range is a pair of its first and last
/// code points, both included.
pub fn ranges_of(properties: &[Property]) -> Vec<(u32, u32)> {
    let wanted = properties.iter().map(|property| bit(*property as u8)).fold(0, |all, one| all | one);
    let runs = runs();
    let ends = runs.iter().skip(1).map(|next| next.first - 1).chain([char::MAX.into()]);
    runs.iter().zip(ends).filter(|(run, _)| run.properties & wanted != 0).map(|(run, last)| (run.first, last)).collect()
}

/// Returns the value of a decimal digit of any Unicode script, or `None` for any other character.
pub fn decimal_value(character: CodePoint) -> Option<u32> {
    if let Some(ascii) = character.to_char().filter(char::is_ascii) {
        return ascii.to_digit(10);
    }
    let run = run_of(character);
    // The ten digits of each script are consecutive code points, and a run of digits consists of whole sets of ten.
    (run.properties & bit(Property::Decimal as u8) != 0).then(|| (character.to_u32() - run.first) % 10)
}

/// Returns whether `str.splitlines` ends a line after the character.
pub fn is_line_break(character: CodePoint) -> bool {
    matches!(character.to_u32(), 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
}

/// Returns whether `str.split` splits at the character.
pub fn is_space(character: CodePoint) -> bool {
    match character.to_u32() {
        code @ ..0x80 => matches!(code, 0x09..=0x0d | 0x1c..=0x20),
        _ => has(character, Property::Space),
    }
}

/// Returns whether `repr` shows the character without escaping it.
pub fn is_printable(character: CodePoint) -> bool {
    match character.to_u32() {
        code @ ..0x7f => code >= 0x20,
        _ => has(character, Property::Printable),
    }
}

/// Appends a character, converted to the given case.
pub fn push_in_case(text: &mut Wtf8Buf, character: CodePoint, case: Case) {
    let mappings = mappings();
    let found = mappings.binary_search_by_key(&character.to_u32(), |mapping| mapping.character);
    match found.ok().and_then(|at| mappings[at].texts[case as usize].as_deref()) {
        Some(mapped) => text.extend(mapped.iter().copied()),
        None => text.push(character),
    }
}

/// Appends the lowercase form of a character. The lowercase form of a capital sigma depends on the text before and
/// after it, because a small sigma at the end of a word is written differently.
pub fn push_lowercase(lowered: &mut Wtf8Buf, character: CodePoint, before: &Wtf8, after: &Wtf8) {
    const CAPITAL_SIGMA: char = 'Σ';
    if character == CAPITAL_SIGMA {
        let is_cased = |first: Option<CodePoint>| first.is_some_and(|first| has(first, Property::Cased));
        let is_ignored = |character: &CodePoint| has(*character, Property::CaseIgnorable);
        let follows_letter = is_cased(before.code_points().rev().find(|character| !is_ignored(character)));
        let precedes_letter = is_cased(after.code_points().find(|character| !is_ignored(character)));
        lowered.push_char(if follows_letter && !precedes_letter { 'ς' } else { 'σ' });
    } else {
        push_in_case(lowered, character, Case::Lower);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_property(character: char, property: Property) -> bool {
        has(CodePoint::from_char(character), property)
    }

    #[test]
    fn properties_are_those_of_unicode_15_1() {
        assert!(has_property('\u{1fae8}', Property::Printable), "new in Unicode 15.0");
        assert!(!has_property('\u{1c89}', Property::Uppercase), "new in Unicode 16.0");
        assert!(has_property('ǅ', Property::Titlecase) && has_property('五', Property::Numeric));
        assert!(!has_property('\u{10ffff}', Property::Printable), "the last run ends with the last character");
    }

    #[test]
    fn digits_of_all_scripts_have_values() {
        for (digit, value) in
            [('7', Some(7)), ('٣', Some(3)), ('９', Some(9)), ('𝟠', Some(8)), ('²', None), ('x', None)]
        {
            assert_eq!(decimal_value(CodePoint::from_char(digit)), value, "{digit}");
        }
    }

    #[test]
    fn a_character_can_become_several() {
        for (character, case, expected) in [
            ('ß', Case::Upper, "SS"),
            ('ß', Case::Title, "Ss"),
            ('İ', Case::Lower, "i\u{307}"),
            ('Σ', Case::Fold, "σ"),
            ('a', Case::Lower, "a"),
            ('日', Case::Upper, "日"),
        ] {
            let mut text = Wtf8Buf::new();
            push_in_case(&mut text, CodePoint::from_char(character), case);
            assert_eq!(text.as_str().ok(), Some(expected), "{character}");
        }
    }
}
