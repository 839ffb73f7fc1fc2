//! The methods of redis-py's client, with their parameters, as the Python child's `redis` package defines them.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::driver::drive;
use crate::session::event::Show;
use crate::session::{Options, Session};
use crate::transcript::scripted_learner::ScriptedLearner;
use redis_engine::commands;

/// A Python program that prints a line for each method: its name, its positional parameters, and a star if the method
/// takes any number of further arguments.
const LIST_METHODS: &str = "\
for name in dir(redis.Redis):
    code = getattr(getattr(redis.Redis, name), '__code__', None)
    if code and not name.startswith('_'):
        print(name, *code.co_varnames[1:code.co_argcount], *['*'] * bool(code.co_flags & 4))
";

/// The methods of `redis.Redis`, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Methods(BTreeMap<String, Parameters>);

/// The parameters of a method.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    /// The names of the parameters that can be passed by position, in order.
    pub positional: Vec<String>,
    /// Whether any number of further arguments can follow.
    pub are_open: bool,
}

impl Methods {
    /// Queries a Python process for the methods.
    ///
    /// # Errors
    /// Returns an error if Python cannot be started.
    pub fn read(python_executable: &Path) -> io::Result<Methods> {
        let mut session = Session::new(Options::repeatable(Arc::default()));
        session.show_all();
        let mut printed = String::new();
        let on_show = |show: &Show| {
            if let Show::Output(text) = show {
                printed.push_str(text);
            }
        };
        let inputs = [LIST_METHODS.to_owned()];
        drive(&mut session, &mut ScriptedLearner::new(inputs, python_executable, on_show))?;
        Ok(Methods::parse(&printed))
    }

    /// Parses the output of `LIST_METHODS`.
    pub fn parse(printed: &str) -> Methods {
        let method = |line: &str| {
            let mut words = line.split_whitespace().map(str::to_owned);
            let name = words.next()?;
            let mut positional: Vec<String> = words.collect();
            let are_open = positional.pop_if(|last| last == "*").is_some();
            Some((name, Parameters { positional, are_open }))
        };
        Methods(printed.lines().filter_map(method).collect())
    }

    /// Returns the parameters of a method, or `None` if there is no such method.
    pub fn parameters(&self, method: &str) -> Option<&Parameters> {
        self.0.get(method)
    }

    /// Returns whether a method sends the Redis command of the same name.
    pub fn is_command(&self, method: &str) -> bool {
        self.0.contains_key(method) && commands::by_name(&command_of(method)).is_some()
    }

    /// Returns the method that sends a command, or `None` if no method is named after the command.
    pub fn method_of(&self, command: &str) -> Option<&str> {
        let name = if command == "DEL" { "delete".to_owned() } else { command.to_ascii_lowercase() };
        self.0.get_key_value(&name).map(|(name, _)| name.as_str())
    }
}

/// Returns the name of the Redis command that corresponds to a method's name.
pub fn command_of(method: &str) -> String {
    // `del` is a reserved word in Python, so the method has another name.
    if method == "delete" { "DEL".to_owned() } else { method.to_ascii_uppercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_with_their_parameters() {
        let methods = Methods::parse("delete *\nget name\nlrange name start end\npipeline transaction shard_hint\n");
        let lrange = methods.parameters("lrange").expect("it is a method");
        assert_eq!((lrange.positional.join(" "), lrange.are_open), ("name start end".into(), false));
        assert!(methods.parameters("delete").is_some_and(|parameters| parameters.are_open));
        assert!(methods.is_command("delete") && !methods.is_command("pipeline") && !methods.is_command("set"));
        assert_eq!(methods.method_of("DEL"), Some("delete"));
        assert_eq!((methods.method_of("GET"), methods.method_of("SET")), (Some("get"), None));
    }
}
