//! Tutor commands: lines that begin with a colon.

mod clients;
mod data;
mod doc;
mod draw;
mod lessons;
mod save;
mod serve;
mod step;
mod timeline;
pub(super) mod undo;
mod wait;
pub(super) mod wire;

use super::Session;
use super::event::Show;
use super::runtime::dialect::{self, ShellLine};
use crate::markup::{Role, code, parse};
use crate::messages::{commands as messages, help};
use crate::spelling;
pub(super) use wait::Wait;
pub use wait::parse_duration_us;

/// A tutor command.
pub struct TutorCommand {
    /// The command's name, without the colon.
    pub name: &'static str,
    /// The syntax of the arguments.
    pub arguments: &'static str,
    /// A one-line description.
    pub about: &'static str,
    run: fn(&mut Session, &str),
}

/// All tutor commands, in the order in which completion lists them.
pub static COMMANDS: &[TutorCommand] = &[
    command("hint", "", "a hint for this step; the next one says more", |s, _| s.show_hint()),
    command("expect", "", "what this step expects", |s, _| s.show_expectations()),
    command("answer", "", "a way to do this step", |s, _| s.show_answer()),
    command("skip", "", "type the answer for me, and go on", |s, _| s.tutor.skip()),
    command("again", "", "start this step again", |s, _| s.go_back(0)),
    command("back", "", "go to the step before", |s, _| s.go_back(1)),
    command("lessons", "", "all lessons, and how far you are", |s, _| s.list_lessons()),
    command("go", "LESSON[/STEP]", "go to a lesson, or to a step of it", Session::go_to),
    command("client", "NAME", "become another client, with a Python of its own", Session::change_client),
    command("wait", "5m", "let time pass: 30s, 5m, 2h", Session::begin_wait),
    command("keys", "", "all keys, with their types", |s, _| s.list_keys()),
    command("draw", "KEY [KEY]", "a picture of a key, or of two sets and their overlap", Session::draw),
    command("more", "", "the rest of output that was folded", |s, _| s.tutor.runtime.show_more()),
    command("doc", "NAME", "what a command, a method or a variable is", Session::show_doc),
    command("undo", "", "take back the last input", |s, _| s.undo()),
    command("fork", "[back|keep]", "mark this place; `back` returns to it, `keep` stays", Session::fork),
    command("wire", "on|off", "each command's bytes, out and in", Session::set_wire),
    command("timeline", "[N]", "who sent what when", Session::show_timeline),
    command("save", "FILE.py", "what was typed, as a script for real redis-py", Session::save),
    command("serve", "PORT|off", "let redis-cli and redis-py in other windows connect", Session::serve),
    command("cli", "", "take every line as a redis-cli command", |s, _| s.use_cli()),
    command("python", "[fresh]", "Python again; `fresh`: without variables", Session::use_python),
    command("sheet", "", "what this lesson teaches, to keep", |s, _| s.tutor.request_sheet()),
    command("help", "[NAME]", "this list, or help about a name", Session::show_help),
    command("quit", "", "leave the tutor", |s, _| s.tutor.runtime.leave(0)),
];

/// The rows of `:help`, each with related commands and their purpose. Together with the rows of [`HELP_OF_STEP`], they
/// fit in twenty lines of an 80-column terminal.
const HELP: &[(&[&str], &str)] = &[
    (&["doc"], "what a command, a method or a variable is"),
    (&["keys", "draw"], "all keys; a picture of one, or of two sets"),
    (&["wire", "timeline"], "each command's bytes; who sent what when"),
    (&["more"], "the rest of output that was folded"),
    (&["undo", "fork"], "take back the last input; mark a place"),
    (&["wait"], "let time pass: 30s, 5m, 2h"),
    (&["client"], "be another client, with its own Python"),
    (&["cli", "python"], "only redis-cli lines; Python again"),
    (&["save", "sheet"], "what you typed, as a script; what this teaches"),
    (&["serve"], "let clients in other windows connect"),
    (&["lessons", "go"], "all lessons; one of them, or a step of it"),
    (&["help", "quit"], "this list; leave the tutor"),
];

/// The rows of `:help` that are shown only if a lesson is open.
const HELP_OF_STEP: &[(&[&str], &str)] = &[
    (&["again", "back"], "start this step again; go to the step before"),
    (&["skip"], "type the answer for me, and go on"),
    (&["answer"], "a way to do this step"),
    (&["expect"], "what this step expects"),
    (&["hint"], "a hint for this step; the next one says more"),
];

const fn command(
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&mut Session, &str),
) -> TutorCommand {
    TutorCommand { name, arguments, about, run }
}

impl Session {
    /// Runs a line that contains a tutor command.
    pub(super) fn run_command(&mut self, line: &str) {
        if let Some(kind) = dialect::shell_line(line) {
            let text = match kind {
                ShellLine::Install => help::nothing_to_install(),
                ShellLine::Other => help::no_shell(),
            };
            return self.tutor.say(Role::Error, &text);
        }
        if let Some(topic) = dialect::help_topic(line) {
            return if topic.is_empty() { self.show_help("") } else { self.show_help_about(topic) };
        }
        let (name, arguments) = split_line(line);
        match find(name) {
            Some(command) if self.refuse_in_fork(command.name) => {}
            Some(command) => (command.run)(self, arguments),
            None => {
                let text = join_sentences([Some(unknown_command(name)), Some(messages::help_lists_commands())]);
                self.tutor.say(Role::Error, &text);
            }
        }
    }

    /// Lists the tutor commands. Those for the open step come last, just above the prompt. With an argument, shows help
    /// on that topic instead.
    fn show_help(&mut self, topic: &str) {
        if !topic.is_empty() {
            return self.show_help_about(topic);
        }
        let of_step = if self.tutor.lesson.is_some() { HELP_OF_STEP } else { &[] };
        let mut table = String::from("| | |\n|--|--|\n");
        for (names, about) in HELP.iter().chain(of_step) {
            let commands = names.iter().filter_map(|name| find(name));
            let commands = commands.map(|command| {
                format!("`{}`", format!(":{} {}", command.name, command.arguments.replace('|', r"\|")).trim_end())
            });
            table.push_str(&format!("| {} | {about} |\n", commands.collect::<Vec<_>>().join(", ")));
        }
        self.tutor.say(Role::Plain, &messages::help_intro());
        self.tutor.runtime.show(Show::Text(parse(&table)));
    }
}

/// Returns the reason why a tutor command cannot work in any session, or `None` if there is none.
pub fn refusal(line: &str) -> Option<String> {
    if dialect::shell_line(line).is_some() {
        return Some(help::no_shell());
    }
    if dialect::help_topic(line).is_some() {
        return None;
    }
    let (name, arguments) = split_line(line);
    let Some(command) = find(name) else { return Some(unknown_command(name)) };
    match command.name {
        "wait" if wait::parse_duration_us(arguments).is_none() => Some(wait::not_a_duration(arguments)),
        "client" if !clients::is_client_name(arguments) => Some(messages::not_a_client_name(code(arguments))),
        _ => None,
    }
}

/// Splits a line into the command's name and its arguments. `exit` becomes `quit`.
fn split_line(line: &str) -> (&str, &str) {
    let line = line.trim_start_matches(':').trim();
    let (name, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (if name == "exit" { "quit" } else { name }, arguments.trim())
}

fn find(name: &str) -> Option<&'static TutorCommand> {
    COMMANDS.iter().find(|command| command.name == name)
}

/// Returns the error message for a name that is not a tutor command.
fn unknown_command(name: &str) -> String {
    let nearest = spelling::nearest_of_few(name, COMMANDS.iter().map(|command| command.name));
    let suggestion = nearest.map(|name| messages::did_you_mean(code(&format!(":{name}"))));
    join_sentences([Some(messages::unknown_command(code(&format!(":{name}")))), suggestion])
}

/// Joins the sentences with spaces, skipping any that are `None`.
fn join_sentences<const N: usize>(sentences: [Option<String>; N]) -> String {
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_the_list_of_help() {
        let mut listed: Vec<&str> = HELP.iter().chain(HELP_OF_STEP).flat_map(|(names, _)| *names).copied().collect();
        let mut commands: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
        listed.sort_unstable();
        commands.sort_unstable();
        assert_eq!(listed, commands);
    }
}
