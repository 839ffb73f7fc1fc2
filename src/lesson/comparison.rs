//! Questions that compare, `0 < r.ttl('k') <= 60`: what they ask for, and which values are wanted, so that a learner is
//! told of the value rather than of True and False.

use super::format::Probe;
use super::judge::code;
use super::value;

/// A question that compares what it asks for with values that stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison<'a> {
    /// What is asked for: `r.ttl('k')`.
    pub asked: &'a str,
    pub wanted: Wanted<'a>,
}

/// What should come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// This value of Python's.
    Value(&'a str),
    /// Something between bounds, in words: `more than 0 and at most 60`.
    Bounds(String),
}

impl<'a> Comparison<'a> {
    /// What a probe compares; none if it does anything else.
    pub fn of(probe: &'a Probe) -> Option<Self> {
        if probe.reply != "True" {
            return None;
        }
        let (operands, operators) = parts(probe.run.get_ref())?;
        let is_value = |text: &str| value::parse_python(text).is_some();
        match (operands.as_slice(), operators.as_slice()) {
            ([asked, wanted], ["=="]) if !is_value(asked) && is_value(wanted) => {
                Some(Comparison { asked, wanted: Wanted::Value(wanted) })
            }
            ([asked, bound], [operator]) if !is_value(asked) && is_value(bound) => {
                Some(Comparison { asked, wanted: Wanted::Bounds(in_words(operator, bound)?) })
            }
            ([low, asked, high], ["<" | "<=", "<" | "<="]) if is_value(low) && !is_value(asked) && is_value(high) => {
                let over = in_words(if operators[0] == "<" { ">" } else { ">=" }, low)?;
                let under = in_words(operators[1], high)?;
                Some(Comparison { asked, wanted: Wanted::Bounds(format!("{over} and {under}")) })
            }
            _ => None,
        }
    }
}

fn in_words(operator: &str, bound: &str) -> Option<String> {
    let words = match operator {
        "<" => "less than",
        "<=" => "at most",
        ">" => "more than",
        ">=" => "at least",
        _ => return None,
    };
    Some(format!("{words} {}", code(bound)))
}

/// The operands of a comparison and what stands between them; none if something else is done at that level, too.
fn parts(text: &str) -> Option<(Vec<&str>, Vec<&'static str>)> {
    const OPERATORS: [&str; 6] = ["<=", ">=", "==", "!=", "<", ">"];
    const WORDS: [&str; 8] = ["and", "or", "not", "in", "is", "if", "lambda", "for"];
    let (mut operands, mut operators) = (Vec::new(), Vec::new());
    let (mut depth, mut quote, mut start, mut at) = (0_usize, None, 0, 0);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let mut length = c.len_utf8();
        match (quote, c) {
            (Some(_), '\\') => length += rest.chars().nth(1).map_or(0, char::len_utf8),
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.checked_sub(1)?,
            (None, _) if depth > 0 => {}
            (None, ':') => return None,
            (None, _) if c.is_alphanumeric() || c == '_' => {
                length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                if WORDS.contains(&&rest[..length]) {
                    return None;
                }
            }
            (None, _) => {
                if let Some(operator) = OPERATORS.into_iter().find(|operator| rest.starts_with(operator)) {
                    length = operator.len();
                    operands.push(text[start..at].trim());
                    operators.push(operator);
                    start = at + length;
                }
            }
        }
        at += length;
    }
    operands.push(text[start..].trim());
    Some((operands, operators))
}

#[cfg(test)]
mod tests {
    use toml::Spanned;

    use super::*;

    #[test]
    fn what_is_asked_for_is_told_from_what_is_wanted() {
        let bounds = |text: &str| Some(Wanted::Bounds(text.into()));
        for (run, asked, wanted) in [
            ("0 < r.ttl('k') <= 60", "r.ttl('k')", bounds("more than `0` and at most `60`")),
            ("r.dbsize() > 2", "r.dbsize()", bounds("more than `2`")),
            ("1 <= r.llen('a<b') < 5", "r.llen('a<b')", bounds("at least `1` and less than `5`")),
            ("json.loads(r.get('u')) == {'n': 1}", "json.loads(r.get('u'))", Some(Wanted::Value("{'n': 1}"))),
            (
                "50 < r.zscore('z', 'a') - time.time() <= 60",
                "r.zscore('z', 'a') - time.time()",
                bounds("more than `50` and at most `60`"),
            ),
            ("r.ttl('k') in (0, -2)", "", None),
            ("'name' not in json.loads(r.get('u'))", "", None),
            ("r.get('a') and r.ttl('a') > 0", "", None),
            ("r.get('a') != b'1'", "", None),
            ("r.get('a') == r.get('b')", "", None),
            ("r.exists('a')", "", None),
            ("r.get('it\\'s') == b'<'", "r.get('it\\'s')", Some(Wanted::Value("b'<'"))),
            ("r.get('a')) > 0", "", None),
        ] {
            let probe = Probe { run: Spanned::new(0..0, run.into()), reply: "True".into() };
            let found = Comparison::of(&probe);
            assert_eq!(found.as_ref().map_or("", |found| found.asked), asked, "{run}");
            assert_eq!(found.map(|found| found.wanted), wanted, "{run}");
        }
    }
}
