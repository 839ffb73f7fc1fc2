//! Glob patterns by Redis's rules: `*`, `?`, `[a-z]`, `[^a]`, `\`.
//!
//! Each part of a pattern but `*` takes one byte. So it is enough to go back to the last `*` when something does not fit:
//! the time is at most the product of the lengths.

/// Redis gives up behind so many `*`.
const DEEPEST: usize = 1000;

/// Whether the whole text fits the pattern. As in Redis, nothing but the empty pattern fits the empty text.
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    if text.is_empty() {
        return pattern.is_empty();
    }
    let (mut pattern, mut text) = (pattern, text);
    // What follows the last `*`, and the text that it was tried on.
    let mut retry: Option<(&[u8], &[u8])> = None;
    let mut depth = 0;
    while !text.is_empty() {
        if let [b'*', ..] = pattern {
            pattern = &pattern[pattern.iter().take_while(|&&byte| byte == b'*').count()..];
            depth += 1;
            if pattern.is_empty() || depth > DEEPEST {
                return pattern.is_empty();
            }
            retry = Some((pattern, text));
        } else if let Some(rest) = take_one(pattern, text[0]) {
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

/// The same, the case of ASCII letters aside.
pub fn matches_any_case(pattern: &[u8], text: &[u8]) -> bool {
    matches(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

/// Takes a byte by the first part of a pattern, which is no `*`; the answer is the rest of the pattern.
fn take_one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    let (fits, rest) = match pattern {
        [] => return None,
        [b'?', rest @ ..] => (true, rest),
        [b'[', b'^', class @ ..] => {
            let (fits, rest) = in_class(class, byte);
            (!fits, rest)
        }
        [b'[', class @ ..] => in_class(class, byte),
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => (*literal == byte, rest),
    };
    fits.then_some(rest)
}

/// Whether a byte is in a class, which goes up to `]` or the pattern's end, and the rest of the pattern.
fn in_class(mut class: &[u8], byte: u8) -> (bool, &[u8]) {
    let mut fits = false;
    loop {
        class = match class {
            [] => return (fits, class),
            [b'\\', literal, rest @ ..] => {
                fits |= *literal == byte;
                rest
            }
            [b']', rest @ ..] => return (fits, rest),
            [from, b'-', to, rest @ ..] => {
                fits |= (*from.min(to)..=*from.max(to)).contains(&byte);
                rest
            }
            [literal, rest @ ..] => {
                fits |= *literal == byte;
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_redis() {
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
        for (pattern, text, fits) in cases {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), fits, "{pattern:?} on {text:?}");
        }
        assert!(matches_any_case(b"MAX*-[P]olicy", b"maxmemory-policy"));
    }

    #[test]
    fn behind_a_thousand_stars_redis_gives_up() {
        for (stars, fits) in [(1000, true), (1001, false)] {
            assert_eq!(matches("*?".repeat(stars).as_bytes(), "a".repeat(1001).as_bytes()), fits, "{stars} stars");
        }
        assert!(matches(("*?".repeat(1000) + "**").as_bytes(), "a".repeat(1001).as_bytes()));
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let (pattern, text) = ("a*".repeat(40) + "b", "a".repeat(2000));
        assert!(!matches(pattern.as_bytes(), text.as_bytes()));
    }
}
