//! Probes that compare a value, such as `0 < r.ttl('k') <= 60`. Splits them into the expression that is compared and
//! the values that satisfy the comparison.
//!
//! Feedback can then name the value itself instead of True or False.

use super::format::Probe;
use super::value;

/// A probe that compares an expression with literal values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison<'a> {
    /// The expression that is compared, such as `r.ttl('k')`.
    pub expression: &'a str,
    pub wanted: Wanted<'a>,
}

/// The values that satisfy a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Any value that equals this Python literal.
    Value(&'a str),
    /// Any value within bounds: either a single bound, or a lower and an upper bound.
    Bounds(Vec<Bound>),
}

/// A lower or upper bound on a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    pub relation: Relation,
    /// The value of the bound, as a Python literal.
    pub limit: String,
}

/// The relation that must hold between a value and the limit of its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    LessThan,
    AtMost,
    MoreThan,
    AtLeast,
}

impl Relation {
    fn parse(operator: &str) -> Option<Relation> {
        match operator {
            "<" => Some(Relation::LessThan),
            "<=" => Some(Relation::AtMost),
            ">" => Some(Relation::MoreThan),
            ">=" => Some(Relation::AtLeast),
            _ => None,
        }
    }
}

impl<'a> Comparison<'a> {
    /// Parses a probe that consists of a comparison. Returns `None` for any other probe.
    pub fn parse(probe: &'a Probe) -> Option<Self> {
        if probe.reply != "True" {
            return None;
        }
        let (operands, operators) = operands_and_operators(probe.run.get_ref())?;
        let is_literal = |text: &str| value::parse_python(text).is_some();
        let bound =
            |operator: &str, limit: &str| Some(Bound { relation: Relation::parse(operator)?, limit: limit.into() });
        match (operands.as_slice(), operators.as_slice()) {
            ([expression, wanted], ["=="]) if !is_literal(expression) && is_literal(wanted) => {
                Some(Comparison { expression, wanted: Wanted::Value(wanted) })
            }
            ([expression, limit], [operator]) if !is_literal(expression) && is_literal(limit) => {
                Some(Comparison { expression, wanted: Wanted::Bounds(vec![bound(operator, limit)?]) })
            }
            ([low, expression, high], ["<" | "<=", "<" | "<="])
                if is_literal(low) && !is_literal(expression) && is_literal(high) =>
            {
                let lower = bound(if operators[0] == "<" { ">" } else { ">=" }, low)?;
                let upper = bound(operators[1], high)?;
                Some(Comparison { expression, wanted: Wanted::Bounds(vec![lower, upper]) })
            }
            _ => None,
        }
    }
}

/// Splits a comparison into its operands and operators. Returns `None` if the expression contains other operations
/// outside brackets.
fn operands_and_operators(text: &str) -> Option<(Vec<&str>, Vec<&'static str>)> {
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

    use super::Relation::{AtLeast, AtMost, LessThan, MoreThan};
    use super::*;

    #[test]
    fn the_expression_is_separated_from_the_wanted_values() {
        let bounds = |bounds: &[(Relation, &str)]| {
            let bound = |(relation, limit): &(Relation, &str)| Bound { relation: *relation, limit: (*limit).into() };
            Some(Wanted::Bounds(bounds.iter().map(bound).collect()))
        };
        for (run, expression, wanted) in [
            ("0 < r.ttl('k') <= 60", "r.ttl('k')", bounds(&[(MoreThan, "0"), (AtMost, "60")])),
            ("r.dbsize() > 2", "r.dbsize()", bounds(&[(MoreThan, "2")])),
            ("1 <= r.llen('a<b') < 5", "r.llen('a<b')", bounds(&[(AtLeast, "1"), (LessThan, "5")])),
            ("json.loads(r.get('u')) == {'n': 1}", "json.loads(r.get('u'))", Some(Wanted::Value("{'n': 1}"))),
            (
                "50 < r.zscore('z', 'a') - time.time() <= 60",
                "r.zscore('z', 'a') - time.time()",
                bounds(&[(MoreThan, "50"), (AtMost, "60")]),
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
            let found = Comparison::parse(&probe);
            assert_eq!(found.as_ref().map_or("", |found| found.expression), expression, "{run}");
            assert_eq!(found.map(|found| found.wanted), wanted, "{run}");
        }
    }
}
