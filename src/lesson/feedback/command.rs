//! Feedback sentences about commands: how a command that was sent differs from the one in the lesson's own answer.

use crate::lesson::command_families;
use crate::lesson::mismatches::command::{CommandMismatch, PairKind, StepOfOne};
use crate::markup::code;
use crate::messages::feedback as messages;

/// Returns a sentence about the difference between a command that was sent and the one in the lesson's own answer.
pub fn sentence(mismatch: &CommandMismatch) -> String {
    match mismatch {
        CommandMismatch::Related { sent, wanted } => {
            let (sent_effect, wanted_effect) = command_families::effects_of(sent, wanted).unwrap_or_default();
            messages::related_command(code(sent), sent_effect, code(wanted), wanted_effect)
        }
        CommandMismatch::KeyNotFirst { key } => messages::key_not_first(code(key)),
        CommandMismatch::Misspelling { sent, wanted } => messages::word_misspelt(code(wanted), code(sent)),
        CommandMismatch::MissingOption { option } => messages::option_missing(code(option)),
        CommandMismatch::SurplusOption { option } => messages::option_surplus(code(option)),
        CommandMismatch::OptionValue { option, sent } => messages::option_value(code(option), code(sent)),
        CommandMismatch::SwappedPairs(PairKind::ScoreAndMember) => messages::score_and_member_swapped(),
        CommandMismatch::SwappedPairs(PairKind::FieldAndValue) => messages::field_and_value_swapped(),
        CommandMismatch::SwappedPairs(PairKind::KeyAndValue) => messages::key_and_value_swapped(),
        CommandMismatch::SwappedWords { command, first, second } => {
            messages::words_swapped(code(command), code(first), code(second))
        }
        CommandMismatch::ValuesInOneText { text, has_separators: true } => messages::values_in_one_text(code(text)),
        CommandMismatch::ValuesInOneText { text, has_separators: false } => messages::texts_joined(code(text)),
        CommandMismatch::SurplusWord { command, word } => messages::word_surplus(code(command), code(word)),
        CommandMismatch::MissingKey { key } => messages::key_missing(code(key)),
        CommandMismatch::MissingWord { word } => messages::word_missing(code(word)),
        CommandMismatch::OtherKey { sent, wanted } => messages::other_key(code(sent), code(wanted)),
        CommandMismatch::InclusiveBound { sent, wanted } => messages::bound_inclusive(code(sent), code(wanted)),
        CommandMismatch::ExclusiveBound { sent, wanted } => messages::bound_exclusive(code(sent), wanted),
        CommandMismatch::StopOneTooHigh { stop } => messages::stop_too_high(stop),
        CommandMismatch::StopOneTooLow { stop } => messages::stop_too_low(stop),
        CommandMismatch::StartOneTooHigh { start } => messages::start_too_high(start),
        CommandMismatch::Number { command, sent, wanted: None } => messages::number_wrong(code(command), sent),
        CommandMismatch::Number { command, sent, wanted: Some(wanted) } => {
            messages::number_wanted(code(command), sent, wanted)
        }
        CommandMismatch::StepOfOne { step: StepOfOne::Incr, wanted: None } => messages::incr_adds_one(),
        CommandMismatch::StepOfOne { step: StepOfOne::Incr, wanted: Some(wanted) } => {
            messages::incr_adds_one_wanted(wanted)
        }
        CommandMismatch::StepOfOne { step: StepOfOne::Decr, wanted: None } => messages::decr_subtracts_one(),
        CommandMismatch::StepOfOne { step: StepOfOne::Decr, wanted: Some(wanted) } => {
            messages::decr_subtracts_one_wanted(wanted)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::mismatches::command::{AnswerContext, Spelling};
    use crate::lesson::sent_command::Words;

    fn words(line: &str) -> Vec<Words> {
        let lines = line.split("; ").filter(|line| !line.is_empty());
        lines.map(|line| line.split(' ').map(|word| word.as_bytes().to_vec()).collect()).collect()
    }

    #[test]
    fn each_difference_between_commands_has_its_sentence() {
        use Spelling::{Cli, Python};
        for (sent, intended, spelling, expected) in [
            ("ZRANGE b 0 1", "ZRANGE b 0 1 WITHSCORES", Python, "The option `withscores=True` is missing."),
            ("ZRANGE b 0 1", "ZRANGE b 0 1 WITHSCORES", Cli, "The option `WITHSCORES` is missing."),
            ("SET k v", "SET k v EX 300", Python, "The option `ex=` is missing."),
            ("SET k v NX EX 300", "SET k v EX 300", Python, "The option `nx=True` is not needed."),
            ("SET k v EX 30", "SET k v EX 300", Python, "`ex=` was `30`, but the step needs another value."),
            ("LRANGE k -1 0", "LRANGE k 0 -1", Python, "`LRANGE` got `-1` and `0` in the wrong order."),
            ("ZINCRBY b Alice 50", "ZINCRBY b 50 Alice", Python, "`ZINCRBY` got `Alice` and `50` in the wrong order."),
            ("ZADD b Alice 1 Bob 2", "ZADD b 2 Bob 1 Alice", Python, "Score and member are swapped."),
            (
                "ZRANGE b 0 1",
                "ZREVRANGE b 0 1",
                Python,
                "`ZRANGE` starts at the lowest score; `ZREVRANGE` starts at the highest score.",
            ),
            ("ZRANGE b 0 1 REV", "ZREVRANGE b 0 1", Cli, ""),
            ("ZCOUNT b 150 +inf", "ZCOUNT b (150 +inf", Cli, "`150` includes the value itself, `(150` excludes it."),
            (
                "ZCOUNT b (150 +inf",
                "ZCOUNT b 150 +inf",
                Cli,
                "`(150` excludes 150 itself. Without the bracket it is included.",
            ),
            (
                "HSET h f v",
                "HSETNX h f v",
                Python,
                "`HSET` overwrites the value of a field; `HSETNX` keeps the value of an existing field.",
            ),
            ("LPUSH l a", "RPUSH l a", Cli, "`LPUSH` adds at the left end; `RPUSH` adds at the right end."),
            ("LPUSH other a", "RPUSH l a", Cli, ""),
            ("INCRBY k 1", "INCR k", Python, ""),
            ("SET user:100 v", "SET user:1000 v", Python, "Did you mean `user:1000`? You sent `user:100`."),
            ("SET queue v", "SET user:1000 v", Python, "This used the key `queue`, but the step is about `user:1000`."),
            ("ZRANGE bord 0 1", "ZRANGE board 0 1 WITHSCORES", Python, "Did you mean `board`? You sent `bord`."),
            ("HGET h visit", "HGET h visits", Python, "Did you mean `visits`? You sent `visit`."),
            ("LRANGE k 0 3", "LRANGE k 0 2", Python, "The stop is included, so `3` goes one too far."),
            ("LRANGE k 0 1", "LRANGE k 0 2", Python, "The stop is included, but `1` ends one too early."),
            ("LRANGE k 1 2", "LRANGE k 0 2", Python, "Positions count from 0, so `1` begins one too late."),
            ("INCRBY k 4", "INCRBY k 5", Python, "`INCRBY` sent the number `4`, but the step needs another one."),
            ("INCRBY k 4", "INCRBY k 60", Python, "`INCRBY` sent the number `4`, but the step needs `60`."),
            ("INCRBY k 1", "INCRBY k 5", Python, "`INCR` adds 1, but the step needs another number."),
            ("RPUSH k a b", "RPUSH k a b c", Python, "`c` is missing."),
            (
                "RPUSH k a,b",
                "RPUSH k a b",
                Python,
                "`a,b` is a single text. Each value is an argument of its own, with quotes of its own: `'a', 'b'`.",
            ),
            (
                "RPUSH k ab",
                "RPUSH k a b",
                Python,
                "`ab` is a single text. Is a comma missing? Python joins two texts that have no comma between them.",
            ),
            ("SREM a", "SREM tags a", Python, "The key `tags` is missing."),
            ("RPUSH k a b c", "RPUSH k a b", Python, "`RPUSH` sent `c`, which is one argument too many."),
            ("GET a; HGET h visit", "HGET h visits", Python, "Did you mean `visits`? You sent `visit`."),
            ("GET a", "SADD s b", Python, ""),
            ("", "SADD s b", Python, ""),
        ] {
            let context = AnswerContext { spelling, source: "r.incr('k')", task: "Let it live for 60 seconds." };
            let mismatch = CommandMismatch::between(&words(sent), &words(intended), &context);
            assert_eq!(mismatch.as_ref().map(sentence).unwrap_or_default(), expected, "{sent:?} for {intended:?}");
        }
    }
}
