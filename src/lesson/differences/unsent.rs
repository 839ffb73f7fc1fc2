//! What to say to what stopped before anything was sent: quotes that are missing, values that Redis cannot hold, commands
//! that are misspelt.

use super::code;
use crate::lesson::evidence::{Failure, Submission};
use crate::lesson::judge::Findings;
use crate::lesson::names;
use redis_engine::commands;

const STOPPED: &str = "It stopped before anything was sent: Redis has seen nothing of it.";

/// What to say to what stopped before anything was sent.
pub fn told(submission: &Submission, findings: &Findings) -> String {
    let error = submission.error.clone().unwrap_or_default();
    let class = error.class.rsplit('.').next().unwrap_or_default();
    let told = match class {
        "NameError" => of_name(&error, findings),
        "SyntaxError" => unquoted_word(&submission.source, findings).map(|word| in_quotes(&word)),
        "DataError" => of_type(&error),
        _ => None,
    };
    told.or_else(|| misspelt(&submission.source)).unwrap_or_else(|| STOPPED.into())
}

/// A variable that is not there: another client's, or text without its quotes.
fn of_name(error: &Failure, findings: &Findings) -> Option<String> {
    let name = error.message.strip_prefix("name '")?.split('\'').next()?;
    if let Some(holder) = findings.holders.iter().find_map(|(held, holder)| (held == name).then_some(holder)) {
        let (name, goes) = (code(name), code(&format!(":client {holder}")));
        return Some(format!("{name} is a variable of {}: {goes} goes there.", code(holder)));
    }
    is_intended(name, findings).then(|| format!("{} is no variable here. {}", code(name), in_quotes(name)))
}

fn in_quotes(word: &str) -> String {
    format!("Text stands in quotes: {}.", code(&format!("'{word}'")))
}

/// Whether a word is one that the step's own answer sends.
fn is_intended(word: &str, findings: &Findings) -> bool {
    findings.intended.iter().flat_map(|words| words.iter().skip(1)).any(|known| known == word.as_bytes())
}

/// A word without quotes that should have them: one that the step's answer sends, or one with colons like a key.
fn unquoted_word(source: &str, findings: &Findings) -> Option<String> {
    let outside = without_quoted(source);
    let words = outside.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.' | '@')));
    let words = words.map(|word| word.trim_matches([':', '.', '-']));
    let is_key = |word: &str| {
        word.contains(':')
            && word.starts_with(char::is_alphabetic)
            && source.contains('(')
            && !source.contains(['{', '['])
    };
    let mut named = words.filter(|word| word.len() > 1 && !word.starts_with(|c: char| c.is_ascii_digit()));
    named.find(|word| is_intended(word, findings) || is_key(word) && !source.contains("lambda")).map(str::to_owned)
}

/// A source with a blank for each character of its quoted text.
fn without_quoted(source: &str) -> String {
    let mut quote = None;
    let blanked = source.chars().map(|c| match (quote, c) {
        (Some(open), c) => {
            if c == open {
                quote = None;
            }
            ' '
        }
        (None, '\'' | '"') => {
            quote = Some(c);
            ' '
        }
        (None, c) => c,
    });
    blanked.collect()
}

/// A value of a type that redis-py does not send.
fn of_type(error: &Failure) -> Option<String> {
    let kind = error.message.strip_prefix("Invalid input of type: '")?.split('\'').next()?;
    Some(match kind {
        "dict" | "list" | "tuple" => {
            let kind = code(kind);
            format!("A {kind} has to become text before it is sent: in quotes as it stands, or by `json.dumps`.")
        }
        kind => format!("Redis holds text, bytes and numbers: {} is none of them.", code(kind)),
    })
}

fn misspelt(source: &str) -> Option<String> {
    // A line that ends in a colon opens a block of Python's: `def` is no DEL misspelt.
    let opening = source.lines().next().filter(|line| !line.trim_end().ends_with(':'))?;
    let first = opening.split_whitespace().next()?;
    let name = first.chars().all(|c| c.is_ascii_alphabetic()).then(|| first.to_ascii_uppercase())?;
    let meant = names::nearest(&name, commands::all().map(|command| command.name))?;
    Some(format!("{STOPPED} Did you mean {}?", code(meant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: &str, class: &str, message: &str) -> String {
        let error = Failure { class: class.into(), message: message.into(), exit_status: None };
        let submission = Submission { source: source.into(), error: Some(error), ..Submission::default() };
        let words = |line: &str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        let intended = vec![words("SET user:1000:name Alice"), words("GET visits")];
        let holders = vec![("task".into(), "worker-1".into())];
        told(&submission, &Findings { intended, holders, ..Findings::default() })
    }

    #[test]
    fn text_without_quotes_is_told_to_have_them() {
        for (source, class, message, says) in [
            (
                "r.set(user:1000:name, Alice)",
                "SyntaxError",
                "invalid syntax",
                "Text stands in quotes: `'user:1000:name'`.",
            ),
            (
                "r.set('user:1000:name', Alice Smith)",
                "SyntaxError",
                "invalid syntax",
                "Text stands in quotes: `'Alice'`.",
            ),
            ("r.set(user:1001, 'x')", "SyntaxError", "invalid syntax", "Text stands in quotes: `'user:1001'`."),
            ("r.set('user:1000:name' 'Alice'", "SyntaxError", "'(' was never closed", STOPPED),
            ("r.set({a:b c}, 1)", "SyntaxError", "invalid syntax", STOPPED),
            (
                "r.get(visits) + 1",
                "NameError",
                "name 'visits' is not defined",
                "`visits` is no variable here. Text stands in quotes: `'visits'`.",
            ),
            ("r.get(n)", "NameError", "name 'n' is not defined", STOPPED),
            (
                "print(task)",
                "NameError",
                "name 'task' is not defined",
                "`task` is a variable of `worker-1`: `:client worker-1` goes there.",
            ),
        ] {
            assert_eq!(said(source, class, message), says, "{source}");
        }
    }

    #[test]
    fn what_redis_cannot_hold_has_to_become_text() {
        let message =
            |kind: &str| format!("Invalid input of type: '{kind}'. Convert to a bytes, string, int or float first.");
        let of = |kind: &str| said("r.set('k', x)", "redis.exceptions.DataError", &message(kind));
        assert_eq!(
            of("dict"),
            "A `dict` has to become text before it is sent: in quotes as it stands, or by `json.dumps`."
        );
        assert_eq!(of("NoneType"), "Redis holds text, bytes and numbers: `NoneType` is none of them.");
    }

    #[test]
    fn what_was_not_sent_may_be_a_misspelt_command() {
        let said = |source: &str| said(source, "SyntaxError", "invalid syntax");
        assert!(said("HGETAL user").ends_with("Did you mean `HGETALL`?"));
        assert!(said("def allow(user):\n  n = 1\n    return n").ends_with("nothing of it."));
        assert!(said("x = = 1").ends_with("nothing of it."));
    }
}
