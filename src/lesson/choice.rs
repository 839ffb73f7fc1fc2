//! Answers to multiple-choice questions: finds the option that a learner means, from its number or from words that
//! occur in no other option.

use super::format::Choice;

/// Thresholds for an answer that paraphrases an option. The option must contain at least `MEANT` percent of the
/// answer's words, and every other option must contain less than `NOT_MEANT` percent of them.
const MEANT: usize = 55;
const NOT_MEANT: usize = 30;

/// Words that are ignored, because they do not help to tell options apart.
const COMMON_WORDS: [&str; 9] = ["a", "an", "the", "and", "with", "to", "of", "it", "is"];

/// Returns the option that an answer refers to by its number, its text, or words that only this option contains.
/// Returns `None` if there is no such option.
pub fn chosen<'a>(text: &str, options: &'a [Choice]) -> Option<&'a Choice> {
    let number = text.trim().trim_matches(['.', '(', ')']).parse::<usize>().ok();
    if let Some(option) = number.and_then(|n| options.get(n.checked_sub(1)?)) {
        return Some(option);
    }
    let answer = sum(text).map_or_else(|| words(text), |sum| vec![sum.to_string()]);
    if let Some(option) = options.iter().find(|option| words(&option.text) == answer) {
        return Some(option);
    }
    let answer: Vec<String> = answer.into_iter().filter(|word| !COMMON_WORDS.contains(&word.as_str())).collect();
    if answer.is_empty() {
        return None;
    }
    let meant = |are_same: fn(&str, &str) -> bool, most: usize, rest: usize| {
        let shares = options.iter().map(|option| share(&answer, &words(&option.text), are_same));
        let shares: Vec<usize> = shares.collect();
        let at = shares.iter().position(|share| *share >= most)?;
        let is_alone = shares.iter().enumerate().all(|(other, share)| other == at || *share < rest);
        is_alone.then(|| &options[at])
    };
    meant(|a, b| a == b, 100, 100)
        .or_else(|| meant(are_same_word, 100, 100))
        .or_else(|| contained(&answer, options))
        .or_else(|| meant(are_same_word, MEANT, NOT_MEANT))
}

/// Returns the only option all of whose words occur in the answer, or `None` if there is no such option or more than
/// one.
fn contained<'a>(answer: &[String], options: &'a [Choice]) -> Option<&'a Choice> {
    let is_contained = |option: &&Choice| {
        let words = words(&option.text);
        !words.is_empty() && words.iter().all(|word| answer.iter().any(|other| are_same_word(word, other)))
    };
    let mut contained = options.iter().filter(is_contained);
    contained.next().filter(|_| contained.next().is_none())
}

/// Evaluates a sum of numbers, such as `61 + 61`. Returns `None` for any other text.
fn sum(text: &str) -> Option<u64> {
    let numbers: Option<Vec<u64>> = text.split('+').map(|number| number.trim().parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() > 1).map(|numbers| numbers.iter().sum())
}

/// Returns whether two words are equal or differ only by a suffix, as `cache` and `cached` do.
fn are_same_word(a: &str, b: &str) -> bool {
    const SHORTEST_STEM: usize = 4;
    const LONGEST_ENDING: usize = 3;
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    a == b || short.len() >= SHORTEST_STEM && long.len() - short.len() <= LONGEST_ENDING && long.starts_with(short)
}

/// Returns the words of `text` in lower case, without Markdown syntax and punctuation.
fn words(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let words = text.split(|c: char| !is_part(c)).map(|word| word.trim_matches('-').to_lowercase());
    words.filter(|word| !word.is_empty()).collect()
}

/// Returns the percentage of the answer's words that occur in an option. If a word occurs twice in the answer, it
/// counts twice only if it also occurs twice in the option.
fn share(answer: &[String], option: &[String], are_same: fn(&str, &str) -> bool) -> usize {
    let mut left: Vec<&String> = option.iter().collect();
    let mut found = 0;
    for word in answer {
        if let Some(at) = left.iter().position(|other| are_same(other, word)) {
            left.swap_remove(at);
            found += 1;
        }
    }
    found * 100 / answer.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option_number(text: &str, options: &[&str]) -> Option<usize> {
        let option = |text: &&str| Choice { text: (*text).into(), correct: false, because: String::new() };
        let choices: Vec<Choice> = options.iter().map(option).collect();
        let chosen = chosen(text, &choices)?;
        choices.iter().position(|option| option.text == chosen.text).map(|at| at + 1)
    }

    #[test]
    fn an_option_is_chosen_by_its_number_or_by_words_that_it_alone_has() {
        let commands = ["RPUSH and LPOP", "RPUSH and RPOP", "LPUSH and RPOP"];
        let sizes = ["61 + 30, about 91 bytes", "61 + 61, about 122 bytes", "Two bytes"];
        let shop = ["The hash, with HINCRBY", "The sorted set, with ZINCRBY", "The JSON blob"];
        for (text, options, expected) in [
            ("2", &commands[..], Some(2)),
            (" 2. ", &commands, Some(2)),
            ("(2)", &commands, Some(2)),
            ("rpush AND rpop", &commands, Some(2)),
            ("RPUSH, RPOP", &commands, Some(2)),
            ("rpush", &commands, None),
            ("lpush lpop", &commands, None),
            ("4", &commands, None),
            ("incrby", &["INCR k", "INCRBY k 1", "GET k, then SET k"], Some(2)),
            ("61 + 61", &sizes, Some(2)),
            ("61", &sizes, None),
            ("two", &sizes, Some(3)),
            ("JSON", &shop, Some(3)),
            ("`The JSON blob`.", &shop, Some(3)),
            ("the", &shop, None),
            ("a sorted set", &shop, Some(2)),
            ("the one with zincrby", &shop, None),
            ("it is the sorted set with zincrby, I think", &shop, Some(2)),
            ("61 + 30", &["91 bytes", "122 bytes"], Some(1)),
            ("Two round trips", &["One", "Two"], Some(2)),
            ("cache", &["A cached response", "A cart"], Some(1)),
            ("", &shop, None),
        ] {
            assert_eq!(option_number(text, options), expected, "{text:?}");
        }
    }

    #[test]
    fn an_option_in_other_words_is_recognised_if_no_other_is_similar() {
        let options = ["From the fourth request on, tom is refused for ever", "Nothing changes", "Only one is counted"];
        assert_eq!(option_number("from his fourth request on, he is refused for ever", &options), Some(1));
    }
}
