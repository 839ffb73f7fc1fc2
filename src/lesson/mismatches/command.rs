//! Differences between the commands that were sent and those that the lesson's own answer sends.

use crate::lesson::command_families;
use crate::lesson::evidence::Submission;
use crate::lesson::findings::Findings;
use crate::lesson::sent_command::{CommandOption, SentCommand, Words};
use crate::spelling;
use redis_engine::commands;

/// A difference between a command that was sent and one that the lesson's own answer sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandMismatch {
    /// A different command was sent that is often mistaken for the wanted one.
    Related {
        sent: String,
        wanted: String,
    },
    /// The key was not sent as the first argument, but as a later one.
    KeyNotFirst {
        key: String,
    },
    Misspelling {
        sent: String,
        wanted: String,
    },
    MissingOption {
        option: String,
    },
    SurplusOption {
        option: String,
    },
    OptionValue {
        option: String,
        sent: String,
    },
    /// The two arguments of each pair were swapped.
    SwappedPairs(PairKind),
    SwappedWords {
        command: String,
        first: String,
        second: String,
    },
    /// A single string was sent instead of several values. Either the string contains commas, or Python joined adjacent
    /// string literals because a comma between them is missing.
    ValuesInOneText {
        text: String,
        has_separators: bool,
    },
    SurplusWord {
        command: String,
        word: String,
    },
    MissingKey {
        key: String,
    },
    MissingWord {
        word: String,
    },
    OtherKey {
        sent: String,
        wanted: String,
    },
    /// The bound of a range is inclusive, but should be exclusive.
    InclusiveBound {
        sent: String,
        wanted: String,
    },
    /// The bound of a range is exclusive, but should be inclusive.
    ExclusiveBound {
        sent: String,
        wanted: String,
    },
    StopOneTooHigh {
        stop: i64,
    },
    StopOneTooLow {
        stop: i64,
    },
    StartOneTooHigh {
        start: i64,
    },
    /// A number differs from the wanted one. `wanted` is known only if the task mentions the wanted number.
    Number {
        command: String,
        sent: i64,
        wanted: Option<i64>,
    },
    /// INCR or DECR was sent instead of a command that takes a number.
    StepOfOne {
        step: StepOfOne,
        wanted: Option<i64>,
    },
}

/// The kind of pairs that a command takes as arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairKind {
    ScoreAndMember,
    FieldAndValue,
    KeyAndValue,
}

/// A command that increments or decrements a number by 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOfOne {
    Incr,
    Decr,
}

/// The dialect in which the learner typed. It determines how feedback spells the names of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    Python,
    Cli,
}

/// The context in which commands are compared: the dialect and the source text of the submission, and the task.
#[derive(Debug, Clone, Copy)]
pub struct AnswerContext<'a> {
    pub spelling: Spelling,
    pub source: &'a str,
    /// The text of the step's task.
    pub task: &'a str,
}

/// Commands whose second and third arguments are the start and the end of a range.
const RANGES: [&str; 5] = ["LRANGE", "LTRIM", "ZRANGE", "ZREVRANGE", "GETRANGE"];

/// Commands whose arguments after the key are pairs, such as fields with their values. The order of the pairs does not
/// matter.
const PAIRS: [(&str, PairKind); 3] =
    [("ZADD", PairKind::ScoreAndMember), ("HSET", PairKind::FieldAndValue), ("MSET", PairKind::KeyAndValue)];

impl<'a> AnswerContext<'a> {
    pub fn new(submission: &'a Submission, findings: &'a Findings) -> Self {
        let first = submission.source.split_whitespace().next().unwrap_or_default();
        let spelling = if commands::by_name(first).is_some() { Spelling::Cli } else { Spelling::Python };
        AnswerContext { spelling, source: &submission.source, task: &findings.task }
    }

    fn option_name(&self, redis_name: &str) -> String {
        match (self.spelling, CommandOption::by_name(redis_name)) {
            (Spelling::Python, Some(option)) => option.python_name.into(),
            _ => redis_name.into(),
        }
    }
}

impl CommandMismatch {
    /// Compares the commands that were sent with those that the lesson's own answer sends. Returns the first difference
    /// that can be described, or `None` if there is none.
    pub fn between(sent: &[Words], intended: &[Words], context: &AnswerContext<'_>) -> Option<CommandMismatch> {
        let (sent, intended) = (SentCommand::parse_all(sent), SentCommand::parse_all(intended));
        let unintended = sent.iter().filter(|command| !intended.contains(command));
        let missing: Vec<&SentCommand> = intended.iter().filter(|command| !sent.contains(command)).collect();
        for command in unintended {
            let words_in_common =
                |wanted: &SentCommand| wanted.words.iter().filter(|word| command.words.contains(word)).count();
            let closest = missing
                .iter()
                .filter(|wanted| wanted.name == command.name)
                .max_by_key(|wanted| words_in_common(wanted));
            let found = match closest {
                Some(wanted) => between_arguments(command, wanted, context),
                None => missing.iter().find_map(|wanted| between_names(command, wanted)),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Returns the correct name if the difference is a misspelt name, and `None` otherwise.
    pub fn suggested_name(&self) -> Option<&str> {
        if let CommandMismatch::Misspelling { wanted, .. } = self { Some(wanted) } else { None }
    }
}

/// Returns a mismatch if a command's key was sent as a later argument instead of the first one.
pub fn swapped_arguments(sent: &[Words], intended: &[Words]) -> Option<CommandMismatch> {
    let intended = SentCommand::parse_all(intended);
    SentCommand::parse_all(sent).iter().find_map(|command| {
        let same = intended.iter().filter(|wanted| wanted.name == command.name);
        let mut keys = same.filter(|wanted| wanted.is_key(0)).filter_map(|wanted| {
            let (key, first) = (wanted.words.first()?, command.words.first()?);
            let is_first_other =
                (0..wanted.words.len()).all(|index| !wanted.is_key(index) || wanted.words[index] != *first);
            (is_first_other && command.words[1..].contains(key)).then_some(key)
        });
        keys.next().map(|key| CommandMismatch::KeyNotFirst { key: key.clone() })
    })
}

/// Returns whether any command that was sent is similar to an intended one: it is the same or a related command, and
/// its first key has the same or a similar name.
pub fn is_near(sent: &[Words], intended: &[Words]) -> bool {
    let intended = SentCommand::parse_all(intended);
    SentCommand::parse_all(sent).iter().any(|sent| {
        intended.iter().any(|wanted| {
            let key = |command: &SentCommand| command.first_key().unwrap_or_default();
            let is_similar_command =
                sent.name == wanted.name || command_families::are_related(&sent.name, &wanted.name);
            is_similar_command && (key(sent) == key(wanted) || spelling::are_similar(&key(sent), &key(wanted)))
        })
    })
}

/// Returns whether each submitted command is intended, and was sent in the step no more often than intended. Returns
/// false if nothing was submitted.
pub fn are_all_intended(submitted: &[Words], sent: &[Words], intended: &[Words]) -> bool {
    let (sent, intended) = (SentCommand::parse_all(sent), SentCommand::parse_all(intended));
    let count = |commands: &[SentCommand], one: &SentCommand| commands.iter().filter(|other| *other == one).count();
    let is_intended = |command: &SentCommand| (1..=count(&intended, command)).contains(&count(&sent, command));
    !submitted.is_empty() && SentCommand::parse_all(submitted).iter().all(is_intended)
}

/// Returns whether the lesson's own answer sends the same command, but never to the same key.
pub fn is_at_wrong_key(sent: &Words, intended: &[Words]) -> bool {
    let sent = SentCommand::parse(sent);
    let mut same = intended.iter().map(SentCommand::parse).filter(|wanted| wanted.name == sent.name).peekable();
    same.peek().is_some() && sent.is_key(0) && same.all(|wanted| wanted.words.first() != sent.words.first())
}

/// Describes the difference between two commands of the same family that have the same first key. Returns `None` for
/// any other two commands.
pub fn between_names(sent: &SentCommand, wanted: &SentCommand) -> Option<CommandMismatch> {
    let is_same_key = sent.first_key() == wanted.first_key();
    (is_same_key && command_families::are_related(&sent.name, &wanted.name))
        .then(|| CommandMismatch::Related { sent: sent.name.clone(), wanted: wanted.name.clone() })
}

/// Options that set the time to live of a key. A command accepts only one of them.
const LIFETIME_OPTIONS: [&str; 4] = ["EX", "PX", "EXAT", "PXAT"];

fn between_arguments(sent: &SentCommand, wanted: &SentCommand, context: &AnswerContext<'_>) -> Option<CommandMismatch> {
    if let (Some(wanted), Some(first)) = (wanted.words.first(), sent.words.first())
        && sent.is_key(0)
        && spelling::are_similar(wanted, first)
    {
        return Some(CommandMismatch::Misspelling { sent: first.clone(), wanted: wanted.clone() });
    }
    let missing = wanted.options.iter().find(|(option, _)| sent.options.iter().all(|(other, _)| other != option));
    let sets_lifetime = |(option, _): &(String, Vec<String>)| LIFETIME_OPTIONS.contains(&option.as_str());
    if missing.is_some_and(sets_lifetime) && sent.options.iter().any(sets_lifetime) {
        // The time to live was given with a different option. A command accepts only one of these options, so neither
        // option is reported.
        return None;
    }
    if let Some((option, _)) = missing {
        return Some(CommandMismatch::MissingOption { option: context.option_name(option) });
    }
    let surplus = sent.options.iter().find(|(option, _)| wanted.options.iter().all(|(other, _)| other != option));
    if let Some((option, _)) = surplus {
        return Some(CommandMismatch::SurplusOption { option: context.option_name(option) });
    }
    let pairs = PAIRS.iter().find(|(name, _)| *name == sent.name).filter(|_| are_pairs_swapped(sent, wanted));
    if let Some((_, kind)) = pairs {
        return Some(CommandMismatch::SwappedPairs(*kind));
    }
    between_words(sent, wanted, context).or_else(|| {
        let (option, values) = sent.options.iter().find(|option| !wanted.options.contains(option))?;
        Some(CommandMismatch::OptionValue { option: context.option_name(option), sent: values.join(" ") })
    })
}

fn between_words(sent: &SentCommand, wanted: &SentCommand, context: &AnswerContext<'_>) -> Option<CommandMismatch> {
    let (a, b) = (&wanted.words, &sent.words);
    if let Some(joined) = b.iter().find_map(|word| values_in_one_text(word, a)) {
        return Some(joined);
    }
    if a.len() != b.len() {
        let missing: Vec<_> = (0..a.len()).filter(|&index| !b.contains(&a[index])).collect();
        let surplus: Vec<_> = b.iter().filter(|word| !a.contains(word)).collect();
        return match (missing.as_slice(), surplus.as_slice()) {
            ([], [word]) => Some(CommandMismatch::SurplusWord { command: sent.name.clone(), word: (*word).clone() }),
            (&[index], []) if wanted.is_key(index) => Some(CommandMismatch::MissingKey { key: a[index].clone() }),
            (&[index], []) => Some(CommandMismatch::MissingWord { word: a[index].clone() }),
            _ => None,
        };
    }
    let different: Vec<usize> = (0..a.len()).filter(|&index| a[index] != b[index]).collect();
    match different.as_slice() {
        [] => None,
        &[i, j] if a[i] == b[j] && a[j] == b[i] => {
            let (first, second) = (b[i].clone(), b[j].clone());
            Some(CommandMismatch::SwappedWords { command: sent.sent_name.clone(), first, second })
        }
        &[i, ..] if sent.is_key(i) && spelling::are_similar(&a[i], &b[i]) => {
            Some(CommandMismatch::Misspelling { sent: b[i].clone(), wanted: a[i].clone() })
        }
        &[i, ..] if sent.is_key(i) && b.contains(&a[i]) && a.contains(&b[i]) => {
            let (first, second) = (b[i].clone(), a[i].clone());
            Some(CommandMismatch::SwappedWords { command: sent.sent_name.clone(), first, second })
        }
        &[i, ..] if sent.is_key(i) => Some(CommandMismatch::OtherKey { sent: b[i].clone(), wanted: a[i].clone() }),
        &[i] => between_single_words(sent, i, &b[i], &a[i], context),
        _ => None,
    }
}

/// Returns a mismatch if `text` consists of several of the wanted arguments.
fn values_in_one_text(text: &str, wanted: &[String]) -> Option<CommandMismatch> {
    let has_separators = text.contains([',', ' ']);
    let joined: String = text.split([',', ' ']).collect();
    let consists_of_words = (0..wanted.len()).any(|start| {
        (start + 2..=wanted.len()).any(|end| {
            let words = &wanted[start..end];
            words.iter().all(|word| !word.is_empty()) && words.concat() == joined
        })
    });
    consists_of_words.then(|| CommandMismatch::ValuesInOneText { text: text.into(), has_separators })
}

/// Compares two arguments that are the only difference between two commands.
fn between_single_words(
    command: &SentCommand,
    index: usize,
    sent: &str,
    wanted: &str,
    context: &AnswerContext<'_>,
) -> Option<CommandMismatch> {
    if wanted.strip_prefix('(') == Some(sent) {
        return Some(CommandMismatch::InclusiveBound { sent: sent.into(), wanted: wanted.into() });
    }
    if sent.strip_prefix('(') == Some(wanted) {
        return Some(CommandMismatch::ExclusiveBound { sent: sent.into(), wanted: wanted.into() });
    }
    if let (Ok(sent), Ok(wanted)) = (sent.parse::<i64>(), wanted.parse::<i64>()) {
        let is_range = RANGES.contains(&command.name.as_str());
        let is_stop = is_range && index == 2;
        return Some(match sent.checked_sub(wanted) {
            Some(1) if is_stop => CommandMismatch::StopOneTooHigh { stop: sent },
            Some(-1) if is_stop => CommandMismatch::StopOneTooLow { stop: sent },
            Some(1) if is_range => CommandMismatch::StartOneTooHigh { start: sent },
            _ => other_number(command, sent, wanted, context),
        });
    }
    // A long string, such as JSON, is not a name, so it is not reported as misspelt.
    const LONGEST_NAME: usize = 40;
    (wanted.len() <= LONGEST_NAME && !wanted.contains('{') && spelling::are_similar(sent, wanted))
        .then(|| CommandMismatch::Misspelling { sent: sent.into(), wanted: wanted.into() })
}

/// Describes a number that differs from the wanted one. The wanted number is revealed only if the task mentions it.
fn other_number(command: &SentCommand, sent: i64, wanted: i64, context: &AnswerContext<'_>) -> CommandMismatch {
    let is_separator = |c: char| !(c.is_ascii_digit() || c == '-');
    let is_in_task = context.task.split(is_separator).any(|word| word.parse() == Ok(wanted));
    let wanted = is_in_task.then_some(wanted);
    match step_of_one(&command.name, context.source).filter(|_| sent == 1) {
        Some(step) => CommandMismatch::StepOfOne { step, wanted },
        None => CommandMismatch::Number { command: command.sent_name.clone(), sent, wanted },
    }
}

/// Returns which of INCR and DECR was typed, or `None` if neither was. redis-py sends them as INCRBY and DECRBY.
fn step_of_one(command: &str, source: &str) -> Option<StepOfOne> {
    let (typed, step) = match command {
        "INCRBY" => ("INCR", StepOfOne::Incr),
        "DECRBY" => ("DECR", StepOfOne::Decr),
        _ => return None,
    };
    let mut words = source.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| word.eq_ignore_ascii_case(typed)).then_some(step)
}

/// Returns whether both commands have the same pairs after the key, but with the two arguments of each pair swapped.
fn are_pairs_swapped(sent: &SentCommand, wanted: &SentCommand) -> bool {
    let pairs = |command: &SentCommand| -> Vec<(String, String)> {
        let rest = command.words.get(1..).unwrap_or_default();
        rest.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
    };
    let (sent, wanted) = (pairs(sent), pairs(wanted));
    !sent.is_empty() && sent.iter().all(|(a, b)| wanted.contains(&(b.clone(), a.clone())) && a != b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Words> {
        let lines = line.split("; ").filter(|line| !line.is_empty());
        lines.map(|line| line.split(' ').map(|word| word.as_bytes().to_vec()).collect()).collect()
    }

    #[test]
    fn a_near_command_is_the_same_or_a_related_one_on_the_same_key() {
        for (sent, intended, expected) in [
            ("ZRANGE b 0 1", "ZREVRANGE b 0 1", true),
            ("GET user:100", "GET user:1000", true),
            ("GET other", "GET user:1000", false),
            ("TYPE b", "ZREVRANGE b 0 1", false),
        ] {
            assert_eq!(is_near(&words(sent), &words(intended)), expected, "{sent} for {intended}");
        }
    }

    #[test]
    fn a_key_after_other_arguments_is_found() {
        for (sent, intended, key) in [
            ("HGET email user:1", "HGET user:1 email", Some("user:1")),
            ("EXPIRE 120 k", "EXPIRE k 60", Some("k")),
            ("SREM tech tags", "SREM tags tech", Some("tags")),
            ("HGET user:1 email", "HGET user:1 email", None),
            ("RENAME b a", "RENAME a b", None),
            ("SADD other tags", "SADD tags a", Some("tags")),
            ("SADD other b", "SADD tags a", None),
            ("PING", "PING", None),
        ] {
            let expected = key.map(|key| CommandMismatch::KeyNotFirst { key: key.into() });
            assert_eq!(swapped_arguments(&words(sent), &words(intended)), expected, "{sent} for {intended}");
        }
    }

    #[test]
    fn the_same_command_on_another_key_is_at_the_wrong_key() {
        let is = |sent: &str, intended: &str| is_at_wrong_key(&words(sent)[0], &words(intended));
        assert!(is("HGETALL user:json", "HGETALL user"));
        assert!(!is("GET user", "HGETALL user") && !is("HGETALL user", "HGETALL user"));
    }
}
