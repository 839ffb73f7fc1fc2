//! Hints about mistakes that Python's own messages do not explain, such as a mistyped Redis command or a method that
//! was not called.

use super::Runtime;
use super::client::ClientIndex;
use super::dialect::{Dialect, deleted_name, is_lone_name};
use crate::markup::code;
use crate::messages::{help, runtime as messages};
use crate::spelling;
use redis_engine::commands;

/// Returns a hint about a statement, or `None` if there is none. The statement's error is given by its class and
/// message, and the statement's value by its `repr`. All three may be empty.
pub fn suggest(source: &str, (error_class, message): (&str, &str), value: &str) -> Option<String> {
    if error_class == "ModuleNotFoundError" && !message.starts_with("No module named 'redis") {
        return Some(help::no_other_packages());
    }
    if error_class == "SyntaxError" && message.starts_with("'await' outside") {
        return Some(messages::await_outside_function());
    }
    if let Some((word, name)) = mistyped_command(source, error_class) {
        return Some(messages::mistyped_command(code(word), code(name)));
    }
    let name = uncalled(source, value)?;
    Some(messages::method_not_called(code(name), code(&spelling::call_of_method(name))))
}

impl Runtime {
    /// Returns a hint about a statement that ran as Python although its name is also that of a Redis command or an
    /// existing key. Each command's name is explained only once.
    pub(super) fn name_hint(&mut self, client: ClientIndex, source: &str, error_class: &str) -> Option<String> {
        let source = source.trim();
        if self.dialect != Dialect::Both || !error_class.is_empty() || !self.clients[client].is_shown || self.shows_all
        {
            return None;
        }
        if let Some(name) = deleted_name(source) {
            let is_key = self.engine.keyspace.database().get(name.as_bytes()).is_some();
            let delete = code(&format!("DEL {name}"));
            return is_key.then(|| help::key_remains(code(name), delete));
        }
        let command = commands::by_name(source).filter(|_| is_lone_name(source))?;
        let is_new = source != command.name && self.explained_names.insert(source.to_owned());
        is_new.then(|| help::name_is_python(code(source), code(command.name)))
    }
}

/// Returns the statement if it is a dotted name whose value is a bound method, which the learner probably meant to
/// call. The prompt then shows a hint.
pub fn uncalled<'a>(source: &'a str, value: &str) -> Option<&'a str> {
    let name = source.trim();
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') && name.contains('.');
    (is_name && value.starts_with("<bound method ")).then_some(name)
}

/// Returns the first word of a line that Python rejected, with the Redis command that it resembles. Returns `None` if
/// it resembles none.
fn mistyped_command<'a>(line: &'a str, error_class: &str) -> Option<(&'a str, &'static str)> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let is_word = first.len() >= 3 && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_line = match error_class {
        "SyntaxError" => words.next().is_some() && !line.trim_end().contains('\n'),
        "NameError" => words.next().is_none() && first.bytes().all(|byte| byte.is_ascii_uppercase()),
        _ => false,
    };
    if !is_word || !is_line || commands::by_name(first).is_some() {
        return None;
    }
    let typed = first.to_uppercase();
    let names = commands::all().map(|command| command.name);
    let name = spelling::nearest_within(&typed, names, (typed.len() / 4).max(1))?;
    Some((first, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_command_is_recognised_where_python_raises_an_error() {
        for (line, class, meant) in [
            ("GETT a", "SyntaxError", Some("GET")),
            ("hgetal user:1", "SyntaxError", Some("HGETALL")),
            ("SMEMBRES tags", "SyntaxError", Some("SMEMBERS")),
            ("PIING", "NameError", Some("PING")),
            ("ping2", "NameError", None),
            ("piing", "NameError", None),
            ("prnt x", "SyntaxError", None),
            ("retrun x", "SyntaxError", None),
            ("GET a b c", "SyntaxError", None),
            ("GETT a", "ValueError", None),
            ("GETT a\nb", "SyntaxError", None),
        ] {
            assert_eq!(mistyped_command(line, class).map(|(_, name)| name), meant, "{line}");
        }
    }

    #[test]
    fn a_package_that_is_not_built_in_is_explained() {
        let hint = |message| suggest("import x", ("ModuleNotFoundError", message), "");
        assert_eq!(hint("No module named 'requests'"), Some(help::no_other_packages()));
        assert_eq!(hint("No module named 'redis.foo'"), None);
    }

    #[test]
    fn an_await_at_the_prompt_is_explained() {
        let hint = |message| suggest("await c.get('a')", ("SyntaxError", message), "");
        assert_eq!(hint("'await' outside function"), Some(messages::await_outside_function()));
        assert_ne!(hint("invalid syntax"), Some(messages::await_outside_function()));
    }

    #[test]
    fn a_method_that_was_not_called_is_recognised() {
        for (source, value, meant) in [
            ("r.ping", "<bound method Redis.ping of <x>>", Some("r.ping")),
            (" pipe.execute\n", "<bound method Pipeline.execute of <x>>", Some("pipe.execute")),
            ("f", "<bound method Redis.ping of <x>>", None),
            ("r.ping or 1", "<bound method Redis.ping of <x>>", None),
            ("r.name", "'<bound method '", None),
        ] {
            assert_eq!(uncalled(source, value), meant, "{source}");
        }
    }
}
