//! Errors that were raised before any command was sent: missing quotes, values that Redis cannot store, or misspelt
//! commands.

use crate::lesson::evidence::{Failure, Submission};
use crate::lesson::findings::Findings;
use crate::spelling;
use redis_engine::commands;

/// The probable cause of an error that was raised before any command was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsent {
    /// The submission uses a variable that exists only in the Python process of the client `client`.
    OtherClientsVariable {
        name: String,
        client: String,
    },
    /// An undefined name is an argument that the lesson's own answer sends, so it is probably a string without quotes.
    UndefinedWord {
        word: String,
    },
    /// A name is undefined, in a line that would not have sent a command in any case.
    UndefinedName {
        name: String,
        suggestion: Option<String>,
    },
    /// A method of the client was called like a function, as in `ttl(…)`. `call` is the correct call.
    MethodWithoutClient {
        call: String,
    },
    /// A key was used like a variable, on the left of an assignment.
    AssignedKey {
        key: String,
    },
    /// `True` or `False` was passed as a positional argument, but is the value of an option. `named` is the option as
    /// redis-py spells it.
    OptionWithoutName {
        value: String,
        named: String,
    },
    /// A word should be a string, but is not in quotes.
    UnquotedWord {
        word: String,
    },
    /// An argument is a dict, list or tuple, which must be converted to text first.
    Collection {
        python_type: String,
    },
    /// An argument has another type that redis-py cannot send.
    UnsupportedType {
        python_type: String,
    },
    /// A method was called with a keyword argument that it does not have.
    NoSuchArgument {
        method: String,
        name: String,
    },
    /// A method was called with too few arguments.
    ArgumentMissing {
        method: String,
        is_one: bool,
    },
    /// The client has no method of this name.
    NoSuchMethod {
        name: String,
    },
    MisspeltCommand {
        suggestion: &'static str,
    },
    Unknown,
}

impl Unsent {
    /// Determines the probable cause of the submission's error.
    pub fn new(submission: &Submission, findings: &Findings) -> Unsent {
        let error = submission.error.clone().unwrap_or_default();
        let class = error.class.rsplit('.').next().unwrap_or_default();
        let reason = match class {
            "NameError" => undefined_name(&submission.source, &error, findings),
            "SyntaxError" => assigned_key(&submission.source)
                .map(|key| Unsent::AssignedKey { key })
                .or_else(|| unquoted_word(&submission.source, findings).map(|word| Unsent::UnquotedWord { word })),
            "TypeError" => wrong_arguments(&error),
            "AttributeError" => no_such_method(&error),
            "DataError" => option_without_name(&submission.source, findings).or_else(|| unsupported_type(&error)),
            _ => None,
        };
        reason.or_else(|| misspelt_command(&submission.source)).unwrap_or(Unsent::Unknown)
    }

    /// Returns the correct name of the command if it was misspelt, and `None` otherwise.
    pub fn suggested_name(&self) -> Option<&str> {
        if let Unsent::MisspeltCommand { suggestion } = self { Some(suggestion) } else { None }
    }
}

/// Explains an undefined name, which may be another client's variable or a string without quotes.
fn undefined_name(source: &str, error: &Failure, findings: &Findings) -> Option<Unsent> {
    let name = error.message.strip_prefix("name '")?.split('\'').next()?;
    let owner = findings.variable_owners.iter().find_map(|(variable, client)| (variable == name).then_some(client));
    if let Some(client) = owner {
        return Some(Unsent::OtherClientsVariable { name: name.into(), client: client.clone() });
    }
    // Python takes `a:b = 1` for a variable `a` with the annotation `b`, so it reports a part of the key as undefined.
    if let Some(key) = assigned_key(source) {
        return Some(Unsent::AssignedKey { key });
    }
    let is_in_task = || findings.task.contains(&format!("'{name}'"));
    if is_intended(name, findings) || is_in_task() {
        return Some(Unsent::UndefinedWord { word: name.into() });
    }
    let is_called = source.contains(&format!("{name}("));
    if is_called && commands::by_name(name).is_some() && name.chars().all(|c| !c.is_uppercase()) && !is_module(name) {
        return Some(Unsent::MethodWithoutClient { call: spelling::call_of_method(&format!("r.{name}")) });
    }
    // A line without a method call would not have sent a command in any case, so the undefined name itself is reported.
    let suggestion = || spelling::nearest(name, findings.assigned_variables.iter().map(String::as_str));
    let undefined = || Unsent::UndefinedName { name: name.into(), suggestion: suggestion().map(str::to_owned) };
    (!source.contains('.')).then(undefined)
}

/// Returns whether `word` is an argument of a command in the lesson's own answer.
fn is_intended(word: &str, findings: &Findings) -> bool {
    findings.intended.iter().flat_map(|words| words.iter().skip(1)).any(|known| known == word.as_bytes())
}

/// Returns the method of the client in an error such as `BasicKeyCommands.set() got an unexpected keyword argument
/// 'ttl'`, with the rest of the error. Returns `None` for an error that does not name a method.
fn method_and_complaint(message: &str) -> Option<(String, &str)> {
    let (called, complaint) = message.split_once("() ")?;
    let (class, name) = called.split_once('.')?;
    let is_client = class.ends_with("Commands") || class == "Redis";
    (is_client && !name.contains('.')).then(|| (format!("r.{name}"), complaint))
}

/// Explains a call with an argument that the method does not have, or without one that it needs.
fn wrong_arguments(error: &Failure) -> Option<Unsent> {
    let (method, complaint) = method_and_complaint(&error.message)?;
    if let Some(rest) = complaint.strip_prefix("got an unexpected keyword argument '") {
        return Some(Unsent::NoSuchArgument { method, name: rest.split('\'').next()?.into() });
    }
    let missing = complaint.strip_prefix("missing ")?;
    Some(Unsent::ArgumentMissing { method, is_one: missing.starts_with("1 ") })
}

/// Explains a method that the client does not have.
fn no_such_method(error: &Failure) -> Option<Unsent> {
    let name = error.message.strip_prefix("'Redis' object has no attribute '")?.split('\'').next()?;
    Some(Unsent::NoSuchMethod { name: name.into() })
}

/// Returns whether a name of a command is also a module of Python. A call of an undefined name such as `time` may lack
/// either an import or the client.
fn is_module(name: &str) -> bool {
    ["copy", "select", "time"].contains(&name)
}

/// Returns the key on the left of an assignment, such as `page:views` in `page:views = 0`. Returns `None` for any other
/// source text, also for a variable with a type, such as `count: int = 0`.
pub fn assigned_key(source: &str) -> Option<String> {
    let (key, _) = source.trim().split_once('=').filter(|(_, value)| !value.starts_with('='))?;
    let key = key.trim_end();
    let is_key = key.contains(':') && key.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '_' | '-' | '.'));
    let is_type = |annotation: &str| {
        let annotation = annotation.trim_start();
        let builtin = ["bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"];
        builtin.contains(&annotation) || annotation.starts_with(char::is_uppercase)
    };
    let is_annotated = key.split_once(':').is_some_and(|(_, annotation)| is_type(annotation));
    (is_key && key.starts_with(char::is_alphabetic) && !is_annotated).then(|| key.to_owned())
}

/// Detects an option of the answer's command whose value was passed to the same command without its name, as in
/// `r.set('k', 'v', True)`. The options of redis-py's methods follow at least two other arguments.
fn option_without_name(source: &str, findings: &Findings) -> Option<Unsent> {
    const OPTIONS: [&str; 8] = ["NX", "XX", "KEEPTTL", "GET", "GT", "LT", "CH", "WITHSCORES"];
    let (before, value) = positional_boolean(source)?;
    let (called, arguments) = before.rsplit_once('(')?;
    let method = called.rsplit('.').next()?;
    let is_same_command = |words: &&Vec<Vec<u8>>| words[0].eq_ignore_ascii_case(method.as_bytes());
    let words = findings.intended.iter().find(is_same_command)?;
    let option = OPTIONS.iter().find(|option| words.iter().skip(1).any(|word| word == option.as_bytes()))?;
    let name = option.to_lowercase();
    let is_option = arguments.matches(',').count() >= 2 && !source.contains(&format!("{name}="));
    is_option.then(|| Unsent::OptionWithoutName { value: value.to_owned(), named: format!("{name}={value}") })
}

/// Finds the first argument that is `True` or `False` and has no name. Returns the source text before this argument,
/// and the argument.
fn positional_boolean(source: &str) -> Option<(&str, &str)> {
    ["True", "False"].into_iter().find_map(|value| {
        source.match_indices(value).find_map(|(at, _)| {
            let (before, after) = (source[..at].trim_end(), source[at + value.len()..].trim_start());
            (before.ends_with([',', '(']) && after.starts_with([',', ')'])).then_some((before, value))
        })
    })
}

/// Returns a word that should be in quotes, because the lesson's own answer sends it, or because it contains a colon,
/// as keys often do. Returns `None` if there is no such word.
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

/// Replaces each character of the quoted strings with a space, including the quotes.
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

/// Explains an argument whose type redis-py cannot send.
fn unsupported_type(error: &Failure) -> Option<Unsent> {
    let python_type = error.message.strip_prefix("Invalid input of type: '")?.split('\'').next()?;
    Some(match python_type {
        "dict" | "list" | "tuple" => Unsent::Collection { python_type: python_type.into() },
        _ => Unsent::UnsupportedType { python_type: python_type.into() },
    })
}

fn misspelt_command(source: &str) -> Option<Unsent> {
    // Keywords of Python are not misspelt commands. A line that ends with a colon begins a block, so `def` does not stand
    // for DEL, and `await` does not stand for WAIT.
    let opening = source.lines().next().filter(|line| !line.trim_end().ends_with(':'))?;
    let first = opening.split_whitespace().next().filter(|first| *first != "await")?;
    let name = first.chars().all(|c| c.is_ascii_alphabetic()).then(|| first.to_ascii_uppercase())?;
    let suggestion = spelling::nearest(&name, commands::all().map(|command| command.name))?;
    Some(Unsent::MisspeltCommand { suggestion })
}
