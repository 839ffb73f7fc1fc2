//! Errors that were raised before any command was sent: missing quotes, values that Redis cannot store, misspelt
//! commands.

use crate::lesson::evidence::{Failure, Submission};
use crate::lesson::findings::Findings;
use crate::spelling;
use redis_engine::commands;

/// The probable reason for an error that was raised before any command was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsent {
    /// The submission uses a variable that is defined only in another client's Python.
    OtherClientsVariable {
        name: String,
        client: String,
    },
    /// A name is not defined as a variable, but it is an argument that the answer sends.
    UndefinedWord {
        word: String,
    },
    /// A name is not defined, in a line that would not have sent anything.
    UndefinedName {
        name: String,
        suggestion: Option<String>,
    },
    /// A string is not in quotes.
    UnquotedWord {
        word: String,
    },
    /// An argument is a dict, list or tuple, which has to be converted to text first.
    Collection {
        python_type: String,
    },
    /// An argument has another type that cannot be sent.
    UnsupportedType {
        python_type: String,
    },
    MisspeltCommand {
        suggestion: &'static str,
    },
    Unknown,
}

impl Unsent {
    /// Returns the probable reason for the submission's error.
    pub fn new(submission: &Submission, findings: &Findings) -> Unsent {
        let error = submission.error.clone().unwrap_or_default();
        let class = error.class.rsplit('.').next().unwrap_or_default();
        let reason = match class {
            "NameError" => undefined_name(&submission.source, &error, findings),
            "SyntaxError" => unquoted_word(&submission.source, findings).map(|word| Unsent::UnquotedWord { word }),
            "DataError" => unsupported_type(&error),
            _ => None,
        };
        reason.or_else(|| misspelt_command(&submission.source)).unwrap_or(Unsent::Unknown)
    }

    /// Returns the correct name of the command if the reason is a misspelt command.
    pub fn suggested_name(&self) -> Option<&str> {
        if let Unsent::MisspeltCommand { suggestion } = self { Some(suggestion) } else { None }
    }
}

/// Explains an undefined name: it is another client's variable, or a string without quotes.
fn undefined_name(source: &str, error: &Failure, findings: &Findings) -> Option<Unsent> {
    let name = error.message.strip_prefix("name '")?.split('\'').next()?;
    let owner = findings.variable_owners.iter().find_map(|(variable, client)| (variable == name).then_some(client));
    if let Some(client) = owner {
        return Some(Unsent::OtherClientsVariable { name: name.into(), client: client.clone() });
    }
    if is_intended(name, findings) {
        return Some(Unsent::UndefinedWord { word: name.into() });
    }
    // A line that calls no method would have sent nothing in any case.
    let suggestion = || spelling::nearest(name, findings.assigned_variables.iter().map(String::as_str));
    let undefined = || Unsent::UndefinedName { name: name.into(), suggestion: suggestion().map(str::to_owned) };
    (!source.contains('.')).then(undefined)
}

/// Returns whether `word` is an argument of a command that the step's own answer sends.
fn is_intended(word: &str, findings: &Findings) -> bool {
    findings.intended.iter().flat_map(|words| words.iter().skip(1)).any(|known| known == word.as_bytes())
}

/// Finds a word that should be in quotes: one that the step's answer sends, or one that contains a colon, as keys often
/// do.
fn unquoted_word(source: &str, findings: &Findings) -> Option<String> {
    let outside = blank_out_quoted(source);
    let words = outside.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.' | '@')));
    let words = words.map(|word| word.trim_matches([':', '.', '-']));
    let is_key = |word: &str| {
        word.contains(':')
            && word.starts_with(char::is_alphabetic)
            && source.contains('(')
            && !source.contains(['{', '['])
    };
    let mut names = words.filter(|word| word.len() > 1 && !word.starts_with(|c: char| c.is_ascii_digit()));
    names.find(|word| is_intended(word, findings) || is_key(word) && !source.contains("lambda")).map(str::to_owned)
}

/// Replaces each character of a quoted string with a space.
fn blank_out_quoted(source: &str) -> String {
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

/// Explains a value of a type that redis-py cannot send.
fn unsupported_type(error: &Failure) -> Option<Unsent> {
    let python_type = error.message.strip_prefix("Invalid input of type: '")?.split('\'').next()?;
    Some(match python_type {
        "dict" | "list" | "tuple" => Unsent::Collection { python_type: python_type.into() },
        _ => Unsent::UnsupportedType { python_type: python_type.into() },
    })
}

fn misspelt_command(source: &str) -> Option<Unsent> {
    // A line that ends in a colon opens a block in Python: `def` is not a misspelt DEL.
    let opening = source.lines().next().filter(|line| !line.trim_end().ends_with(':'))?;
    let first = opening.split_whitespace().next()?;
    let name = first.chars().all(|c| c.is_ascii_alphabetic()).then(|| first.to_ascii_uppercase())?;
    let suggestion = spelling::nearest(&name, commands::all().map(|command| command.name))?;
    Some(Unsent::MisspeltCommand { suggestion })
}
