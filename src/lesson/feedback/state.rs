//! Feedback sentences about the data: the expected and the actual value of a key, a field or a member.

use super::value;
use crate::lesson::comparison::{Bound, Comparison, Relation, Wanted};
use crate::lesson::format::Probe;
use crate::lesson::mismatches::state::{Misspelling, PresenceMismatch, StateMismatch, Subject};
use crate::lesson::value::repr;
use crate::markup::code;
use crate::messages::feedback as messages;

/// Maximum total length of the wanted and the actual value, in bytes. If they are longer and their difference is known,
/// the sentence describes only the difference.
const LONGEST_PAIR: usize = 75;

/// Returns a sentence that tells the learner what a probe expects.
pub fn expectation_sentence(probe: &Probe) -> String {
    match Comparison::parse(probe) {
        Some(Comparison { expression, wanted: Wanted::Bounds(bounds) }) => {
            messages::expects_bounds(subject_name(&Subject::of_probe(expression)), bounds_text(&bounds))
        }
        Some(Comparison { expression, wanted: Wanted::Value(wanted) }) => {
            messages::expects_value(code(expression), code(wanted))
        }
        None => messages::expects_value(code(probe.run.get_ref()), code(&probe.reply)),
    }
}

/// Returns one or two sentences about the difference between the expected and the actual data.
pub fn sentence(mismatch: &StateMismatch) -> String {
    match mismatch {
        StateMismatch::OtherType { key, key_type, wanted: None } => {
            messages::other_type(code(key), type_name(key_type))
        }
        StateMismatch::OtherType { key, key_type, wanted: Some(wanted) } => {
            messages::other_type_wanted(code(key), type_name(key_type), type_name(wanted))
        }
        StateMismatch::NotReadable { probe, wanted } => messages::not_readable(code(probe), code(wanted)),
        StateMismatch::Condition { probe, should_hold: true } => messages::condition_unmet(code(probe)),
        StateMismatch::Condition { probe, should_hold: false } => messages::condition_unwanted(code(probe)),
        StateMismatch::Presence { mismatch, misspelling } => {
            let presence = presence_sentence(mismatch);
            match misspelling {
                Some(misspelling) => format!("{presence} {}", misspelling_sentence(misspelling)),
                None => presence,
            }
        }
        StateMismatch::Value { subject, wanted, actual, difference } => {
            let (subject, actual) = (subject_name(subject), repr(actual));
            let both = || messages::value_wrong(&subject, code(wanted), code(&value::shortened(&actual)));
            match difference.as_ref().map(value::sentence) {
                Some(difference) if wanted.len() + actual.len() > LONGEST_PAIR => {
                    format!("{} {difference}", messages::value_differs(&subject))
                }
                Some(difference) => format!("{} {difference}", both()),
                None => both(),
            }
        }
        StateMismatch::Bounds { subject, bounds, actual } => {
            let (subject, bounds) = (subject_name(subject), bounds_text(bounds));
            match actual {
                Some(actual) => messages::bounds_unmet(subject, bounds, code(&repr(actual))),
                None => messages::bounds_unknown(subject, bounds),
            }
        }
    }
}

/// Returns a sentence that points out a misspelt name.
pub fn misspelling_sentence(misspelling: &Misspelling) -> String {
    messages::name_misspelt(code(&misspelling.wanted), code(&misspelling.written))
}

fn presence_sentence(mismatch: &PresenceMismatch) -> String {
    match mismatch {
        PresenceMismatch::NoKey { key } => messages::no_key(code(key)),
        PresenceMismatch::KeyStillThere { key } => messages::key_still_there(code(key)),
        PresenceMismatch::NotInSet { member, key } => messages::not_in_set(code(member), code(key)),
        PresenceMismatch::StillInSet { member, key } => messages::still_in_set(code(member), code(key)),
        PresenceMismatch::NoField { field, key } => messages::no_field(code(field), code(key)),
        PresenceMismatch::FieldStillThere { field, key } => messages::field_still_there(code(field), code(key)),
        PresenceMismatch::NoMember { member, key } => messages::no_member(code(member), code(key)),
        PresenceMismatch::NoExpiry { key } => messages::no_expiry(code(key)),
        PresenceMismatch::NothingStored { key } => messages::nothing_stored(code(key)),
        PresenceMismatch::ValueStillThere { subject, actual } => {
            messages::value_still_there(subject_name(subject), code(&repr(actual)))
        }
    }
}

/// Returns the beginning of a sentence, which says what part of the data a probe checks.
fn subject_name(subject: &Subject) -> String {
    match subject {
        Subject::Key(key) => code(key),
        Subject::Field { field, key } => messages::subject_field(code(field), code(key)),
        Subject::Score { member, key } => messages::subject_score(code(member), code(key)),
        Subject::Rank { member, key } => messages::subject_rank(code(member), code(key)),
        Subject::Element { index, key } => messages::subject_element(code(index), code(key)),
        Subject::TimeToLive { key } => messages::subject_time_to_live(code(key)),
        Subject::NumberOfKeys => messages::subject_number_of_keys(),
        Subject::TypeOfKey { key } => messages::subject_type(code(key)),
        Subject::Length { key } => messages::subject_length(code(key)),
        Subject::Expression(expression) => code(expression),
    }
}

fn bounds_text(bounds: &[Bound]) -> String {
    let texts: Vec<String> = bounds.iter().map(bound_text).collect();
    match texts.as_slice() {
        [lower, upper] => messages::both_bounds(lower, upper),
        texts => texts.concat(),
    }
}

fn bound_text(bound: &Bound) -> String {
    let limit = code(&bound.limit);
    match bound.relation {
        Relation::LessThan => messages::less_than(limit),
        Relation::AtMost => messages::at_most(limit),
        Relation::MoreThan => messages::more_than(limit),
        Relation::AtLeast => messages::at_least(limit),
    }
}

/// Returns the name of a key's type, with its article. `key_type` is the type as named by TYPE.
pub fn type_name(key_type: &str) -> String {
    match key_type {
        "string" => messages::type_string(),
        "hash" => messages::type_hash(),
        "list" => messages::kind_list(),
        "set" => messages::kind_set(),
        "zset" => messages::type_sorted_set(),
        other => messages::type_other(other),
    }
}

#[cfg(test)]
mod tests {
    use toml::Spanned;

    use super::*;
    use crate::lesson::evidence::{DisplayedValue, Failure, Submission};
    use crate::lesson::findings::Findings;

    /// Returns the feedback on the probe `run`, which should show `reply`. `probes` contains pairs of a probe and the
    /// value that it showed. An empty value means that the probe raised an error.
    fn feedback(run: &str, reply: &str, probes: &[(&str, &str)], sent: &str) -> String {
        let probe = Probe { run: Spanned::new(0..0, run.into()), reply: reply.into() };
        let words: Vec<Vec<u8>> = sent.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        let submission = Submission { commands: vec![words], ..Submission::default() };
        let result = |value: &str| match value {
            "" => Err(Failure::default()),
            value => Ok(DisplayedValue::Python(value.into())),
        };
        let probes = probes.iter().map(|(source, value)| ((*source).into(), result(value))).collect();
        let findings = Findings { probes, key_types: vec![("z".into(), "zset")], ..Findings::default() };
        sentence(&StateMismatch::of_probe(&probe, &submission, &findings))
    }

    #[test]
    fn each_difference_in_the_data_has_its_sentence() {
        for (probe, wanted, actual, written, expected) in [
            ("r.get('a')", "b'1'", "b'2'", "", "`a` should be `b'1'`, but is `b'2'`."),
            ("r.get('user:1000')", "b'1'", "None", "SET queue 1", "There is nothing at `user:1000`."),
            (
                "r.get('user:1000')",
                "b'1'",
                "None",
                "SET user:100 1",
                "There is nothing at `user:1000`. Did you mean `user:1000`? You wrote `user:100`.",
            ),
            ("r.get('a')", "None", "b'1'", "", "`a` still exists: `b'1'`."),
            ("GET user:1", "b'1'", "b'2'", "", "`user:1` should be `b'1'`, but is `b'2'`."),
            (
                "r.hget('h', 'visits')",
                "b'11'",
                "None",
                "HSET h visit 11",
                "`h` has no field `visits`. Did you mean `visits`? You wrote `visit`.",
            ),
            (
                "r.hget('h', 'visits')",
                "b'11'",
                "b'10'",
                "HSET h visits 10",
                "Field `visits` of `h` should be `b'11'`, but is `b'10'`.",
            ),
            (
                "r.zscore('z', 'Alice')",
                "50.0",
                "40.0",
                "",
                "The score of `Alice` in `z` should be `50.0`, but is `40.0`.",
            ),
            (
                "r.zscore('z', 'Alice')",
                "50.0",
                "None",
                "ZADD z 50 alice",
                "`z` has no member `Alice`. Did you mean `Alice`? You wrote `alice`.",
            ),
            (
                "r.zrange('z', 0, -1, withscores=True)",
                "[(b'a', 1.0)]",
                "[(b'a', 1.0), (b'b', 2.0)]",
                "",
                "`z` should be `[(b'a', 1.0)]`, but is `[(b'a', 1.0), (b'b', 2.0)]`. There is one too many at the end: `(b'b', 2.0)`.",
            ),
            (
                "r.smembers('s')",
                "{b'redis'}",
                "{b'reids'}",
                "SADD s reids",
                "`s` should be `{b'redis'}`, but is `{b'reids'}`. There is `b'reids'` instead of `b'redis'`. A few letters differ.",
            ),
            ("r.sismember('s', 'python')", "1", "0", "", "`python` is not in `s`."),
            ("r.exists('a')", "0", "1", "", "The key `a` still exists."),
            ("r.exists('a')", "1", "0", "", "There is no key `a`."),
            ("r.ttl('a')", "300", "-1", "", "The key `a` never expires."),
            ("r.ttl('a')", "300", "30", "", "The remaining lifetime of `a` should be `300`, but is `30`."),
            ("r.ttl('a') in (5, 6)", "True", "False", "", "This should be true: `r.ttl('a') in (5, 6)`."),
            ("r.get('a').isdigit()", "False", "True", "", "This should not be true: `r.get('a').isdigit()`."),
            (
                "r.hgetall('h')",
                "{b'name': b'Alice', b'email': b'alice@example.com'}",
                "{b'name': b'Alice', b'email': b'alice@example.org'}",
                "",
                "`h` differs. `b'email'` is `b'alice@example.org'`, but should be `b'alice@example.com'`. A few letters differ.",
            ),
            ("r.llen('l')", "3", "4", "", "The length of `l` should be `3`, but is `4`. That's one too many."),
            ("r.exists('a')", "1", "", "", "`r.exists('a')` should return `1`, but it raises an error."),
        ] {
            // In `feedback`, only the type of the key `z` is known.
            assert_eq!(feedback(probe, wanted, &[(probe, actual)], written), expected, "{probe}");
        }
    }

    #[test]
    fn a_value_outside_its_bounds_is_named() {
        for (asked, actual, expected) in [
            ("r.ttl('a')", "300", "The remaining lifetime of `a` should be at most `60`, but is `300`."),
            ("r.ttl('a')", "-1", "The key `a` never expires."),
            ("r.ttl('a')", "-2", "There is no key `a`."),
            ("r.dbsize()", "0", "The number of keys should be at most `60`, but is `0`."),
            ("r.zscore('z', 'a')", "None", "`z` has no member `a`."),
            ("r.ttl('a') - 1", "70", "`r.ttl('a') - 1` should be at most `60`, but is `70`."),
            ("r.zscore('z', 'a') - 1", "", "`r.zscore('z', 'a') - 1` should be at most `60`, but cannot be read yet."),
            (
                "r.llen('z')",
                "",
                "`z` now holds a sorted set, but this step needs a list. `:again` starts the step again.",
            ),
        ] {
            let probe = format!("{asked} <= 60");
            assert_eq!(feedback(&probe, "True", &[(asked, actual), (&probe, "False")], ""), expected, "{asked}");
        }
    }
}
