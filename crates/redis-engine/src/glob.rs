//! Glob patterns with Redis's rules (`stringmatchlen`): `*`, `?`, `[a-z]`, `[^a]`, `\`.
//!
//! Every part of a pattern except `*` matches exactly one byte. So after a mismatch it is enough to go back to the
//! last `*`, and the time is at most proportional to the product of the lengths of pattern and text.

/// The maximum number of `*` in a pattern. A pattern with more of them matches nothing, because Redis limits the depth
/// of its recursive matching function.
const MAX_STARS: usize = 1000;

/// Returns whether a pattern matches the whole text. As in Redis, only the empty pattern matches the empty text.
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    if text.is_empty() {
        return pattern.is_empty();
    }
    let (mut pattern, mut text) = (pattern, text);
    // The part of the pattern after the last `*`, and the part of the text that it was last tried on.
    let mut retry: Option<(&[u8], &[u8])> = None;
    let mut stars = 0;
    while !text.is_empty() {
        if let [b'*', ..] = pattern {
            pattern = &pattern[pattern.iter().take_while(|&&byte| byte == b'*').count()..];
            stars += 1;
            if pattern.is_empty() || stars > MAX_STARS {
                return pattern.is_empty();
            }
            retry = Some((pattern, text));
        } else if let Some(rest) = match_one(pattern, text[0]) {
            pattern = rest;
            text = &text[1..];
        } else if let Some((rest, from)) = retry {
            retry = Some((rest, &from[1..]));
            (pattern, text) = (rest, &from[1..]);
        } else {
            return false;
        }
    }
    pattern.iter().all(|&byte| byte == b'*')
}

/// Like [`matches`], returns whether a pattern matches the whole text, but ignores the case of ASCII letters.
pub fn matches_ignore_case(pattern: &[u8], text: &[u8]) -> bool {
    matches(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

/// Matches a byte against the first part of a pattern, which must not begin with `*`. Returns the remaining pattern, or
/// `None` if the byte does not match.
fn match_one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    let (matched, rest) = match pattern {
        [] => return None,
        [b'?', rest @ ..] => (true, rest),
        [b'[', b'^', class @ ..] => {
            let (matched, rest) = in_class(class, byte);
            (!matched, rest)
        }
        [b'[', class @ ..] => in_class(class, byte),
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => (*literal == byte, rest),
    };
    matched.then_some(rest)
}

/// Returns whether a byte is in a character class, and the part of the pattern after the class. The class ends at `]`
/// or at the end of the pattern.
fn in_class(mut class: &[u8], byte: u8) -> (bool, &[u8]) {
    let mut matched = false;
    loop {
        class = match class {
            [] => return (matched, class),
            [b'\\', literal, rest @ ..] => {
                matched |= *literal == byte;
                rest
            }
            [b']', rest @ ..] => return (matched, rest),
            [from, b'-', to, rest @ ..] => {
                matched |= (*from.min(to)..=*from.max(to)).contains(&byte);
                rest
            }
            [literal, rest @ ..] => {
                matched |= *literal == byte;
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_redis() {
        let cases: [(&str, &str, bool); 26] = [
            ("", "", true),
            ("*", "", false),
            ("*", "a", true),
            ("a*", "a", true),
            ("a**", "a", true),
            ("*a*b", "xaxbxab", true),
            ("*a*b", "xaxbxabc", false),
            ("h?llo", "hello", true),
            ("h?llo", "hllo", false),
            ("h[ae]llo", "hallo", true),
            ("h[^ae]llo", "hallo", false),
            ("h[a-c]llo", "hbllo", true),
            ("h[c-a]llo", "hbllo", true),
            ("h[^a-c]llo", "hbllo", false),
            ("[a-]", "a", true),
            ("[a-]", "]", true),
            ("[a-]", "b", false),
            ("[", "a", false),
            ("[^", "a", true),
            ("[]", "a", false),
            ("[^]", "a", true),
            ("[\\]]", "]", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("\\", "\\", true),
            ("a[b", "ab", true),
        ];
        for (pattern, text, matched) in cases {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), matched, "{pattern:?} on {text:?}");
        }
        assert!(matches_ignore_case(b"MAX*-[P]olicy", b"maxmemory-policy"));
    }

    #[test]
    fn a_pattern_with_more_than_a_thousand_stars_does_not_match() {
        for (stars, matched) in [(1000, true), (1001, false)] {
            assert_eq!(matches("*?".repeat(stars).as_bytes(), "a".repeat(1001).as_bytes()), matched, "{stars} stars");
        }
        assert!(matches(("*?".repeat(1000) + "**").as_bytes(), "a".repeat(1001).as_bytes()));
    }

    #[test]
    fn many_stars_do_not_take_exponential_time() {
        let (pattern, text) = ("a*".repeat(40) + "b", "a".repeat(2000));
        assert!(!matches(pattern.as_bytes(), text.as_bytes()));
    }
}
