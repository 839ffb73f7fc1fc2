//! Help on a Redis command or a redis-py method. It is the same wherever the learner asks for it: what to type in each
//! dialect, what the command does and returns, and an example in each dialect.

use python_kernel::frame::Description;
use python_kernel::redis_methods::{self, Method};
use redis_engine::command::Command;
use redis_engine::commands;

use crate::markup::code;
use crate::messages::help as messages;

/// Returns the help text for a command, in Markdown.
pub fn command_help(command: &'static Command) -> String {
    help(method_of_command(command), Some(command))
}

/// Returns the help text for a method, in Markdown.
pub fn method_help(method: &'static Method) -> String {
    help(Some(method), command_of_method(method))
}

/// Returns the help text for a Python object that is not a method of redis-py, in Markdown.
pub fn object_help(name: &str, description: &Description) -> String {
    let class = code(&description.class);
    let mut paragraphs = vec![match (&description.value, &description.parameters) {
        (Some(value), _) => messages::object_with_value(code(name), class, code(value)),
        (None, Some(parameters)) => code(&format!("{name}({})", parameters.join(", "))),
        (None, None) => messages::object_of_class(code(name), class),
    }];
    // The docstring of a number or a string describes only its class, such as `int` or `str`, so the docstring is not
    // shown.
    if description.value.is_none() {
        paragraphs.extend(description.doc.as_deref().map(code_free));
    }
    paragraphs.push(messages::python_help_says_more(code(&format!("help({name})"))));
    paragraphs.join("\n\n")
}

/// Returns the command that a method sends, or `None` if the method's name is not enough to determine it.
pub fn command_of_method(method: &Method) -> Option<&'static Command> {
    let name = method.name.trim_end_matches("_iter");
    let name = match name {
        "delete" => "DEL",
        "pipeline" | "multi" => "MULTI",
        "execute" => "EXEC",
        "xpending_range" => "XPENDING",
        "pubsub" | "listen" | "get_message" => "SUBSCRIBE",
        "transaction" => "WATCH",
        "lock" | "acquire" => "SET",
        "client_kill_filter" => "CLIENT KILL",
        _ => return commands::all().find(|command| in_snake_case(command) == name),
    };
    commands::by_name(name)
}

/// Converts a command's name to a method's name, such as `client_no_evict`.
fn in_snake_case(command: &Command) -> String {
    command.name.to_lowercase().replace([' ', '-'], "_")
}

/// Returns the redis-py method that sends a command, or `None` if there is none.
fn method_of_command(command: &'static Command) -> Option<&'static Method> {
    let sends = |method: &&Method| command_of_method(method).is_some_and(|sent| sent.name == command.name);
    let name = in_snake_case(command);
    let candidates = || redis_methods::all().iter().filter(sends);
    let of_pipeline = || candidates().find(|method| method.class == "Pipeline");
    match command.name {
        // The client's own methods with these names only warn that a pipeline is needed, so the pipeline's methods are
        // used.
        "WATCH" | "UNWATCH" | "MULTI" | "DISCARD" => of_pipeline(),
        _ => candidates().find(|method| method.name == name).or_else(|| candidates().next()).or_else(|| {
            // A method may have only the first word of a command's name: `r.object('encoding', ...)` sends `OBJECT
            // ENCODING`.
            let container = command.container()?;
            redis_methods::by_name(&container.to_lowercase()).filter(|method| method.is_command())
        }),
    }
}

fn help(method: Option<&Method>, command: Option<&Command>) -> String {
    let mut paragraphs = Vec::new();
    if let Some(method) = method {
        paragraphs.push(code(&format!("{}.{}({})", method.owner(), method.name, method.parameters)));
        paragraphs.push(method.about.clone());
    }
    match command {
        Some(command) => {
            paragraphs.push(code(format!("{} {}", command.name, command.syntax).trim_end()));
            let complexity = command.complexity.trim_end_matches('.');
            paragraphs.push(match complexity {
                "" => messages::redis_command_without_complexity(command.summary, command.since),
                _ => messages::redis_command(command.summary, complexity, command.since),
            });
        }
        None if method.is_some_and(Method::is_command) => paragraphs.push(messages::no_command_beneath()),
        None => {}
    }
    if command.is_some() && method.is_none() {
        paragraphs.push(messages::no_method());
    }
    let in_python = method.map(|method| method.example.join("\n"));
    let in_redis_cli = command.map(|command| command.example.to_owned());
    let examples = in_python.into_iter().chain(in_redis_cli).filter(|example| !example.is_empty());
    paragraphs.extend(examples.map(|example| format!("```\n{example}\n```")));
    paragraphs.join("\n\n")
}

/// Replaces with apostrophes the characters of a docstring that Markdown would interpret.
fn code_free(doc: &str) -> String {
    doc.replace(['`', '*', '|'], "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_and_its_command_have_the_same_help() {
        for (method, command) in [
            ("hset", "HSET"),
            ("delete", "DEL"),
            ("config_get", "CONFIG GET"),
            ("client_no_evict", "CLIENT NO-EVICT"),
            ("zadd", "ZADD"),
        ] {
            let method = redis_methods::by_name(method).expect("redis-py has it");
            let command = commands::by_name(command).expect("Redis has it");
            assert_eq!(method_help(method), command_help(command), "{}", command.name);
        }
        let scan_iter = redis_methods::by_name("scan_iter").expect("redis-py has it");
        assert_eq!(command_of_method(scan_iter).map(|command| command.name), Some("SCAN"));
        let watch = commands::by_name("WATCH").expect("Redis has it");
        assert!(command_help(watch).starts_with("`pipe.watch(*names)`"), "{}", command_help(watch));
    }

    #[test]
    fn help_has_an_example_in_each_dialect() {
        for method in redis_methods::all().iter().filter(|method| method.is_command()) {
            let Some(command) = command_of_method(method) else { continue };
            let is_refused = method.about.contains("Not supported") || method.about.contains("Not implemented");
            if is_refused || method.about.contains("ssues a warning") {
                continue;
            }
            assert!(!method.example.is_empty(), "{} has no example", method.name);
            let help = method_help(method);
            let last = command.example.lines().last().unwrap_or_default();
            assert!(help.contains(method.example[0]) && help.contains(last), "{help}");
        }
    }
}
