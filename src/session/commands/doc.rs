//! Help on a name: the command `:doc`, and the other ways to ask for help, such as `r.hset?` and `man ping`.

use super::super::Session;
use super::super::display::help::{command_help, method_help};
use super::super::event::Show;
use super::super::runtime::Described;
use super::super::runtime::ask_name::is_builtin_and_command;
use super::{COMMANDS, find, join_sentences};
use crate::markup::{Role, code, parse};
use crate::messages::{commands as messages, help};
use crate::spelling;
use python_kernel::redis_methods;
use redis_engine::commands;

impl Session {
    /// Shows help on a command, a method, a tutor command, or an object in Python.
    pub(super) fn show_doc(&mut self, topic: &str) {
        let topic = topic.split('(').next().unwrap_or_default().trim();
        if topic.is_empty() {
            return self.tutor.say(Role::Plain, &help::doc_of_what());
        }
        if let Some(command) = commands::by_name(topic) {
            return self.show_help_text(&command_help(command));
        }
        if let Some(name) = topic.strip_prefix(':').or(Some(topic)).filter(|name| find(name).is_some()) {
            return self.show_tutor_command(name);
        }
        if self.tutor.runtime.describe(topic) {
            return;
        }
        self.show_unknown_topic(topic);
    }

    /// Shows the help that the learner requested with `topic?`. A topic that is a command's name in lower case may also
    /// be a Python variable, so Python is asked about the variable first.
    pub(super) fn show_help_about(&mut self, topic: &str) {
        let is_command = commands::by_name(topic).is_some();
        let may_be_variable = topic.chars().any(char::is_lowercase) && !topic.contains([' ', '-']);
        if is_command && may_be_variable && self.tutor.runtime.describe_variable(topic) {
            return;
        }
        self.show_doc(topic);
        if is_builtin_and_command(topic) {
            self.tutor.say(Role::Muted, &help::is_builtin_too(code(&format!("help({topic})"))));
        }
    }

    /// Shows Python's answer to a help request. Returns false if no answer has arrived.
    pub(in crate::session) fn take_description(&mut self) -> bool {
        let Some(Described { topic, text }) = self.tutor.runtime.described.take() else { return false };
        match (text, commands::by_name(&topic)) {
            (Some(text), _) => self.show_help_text(&text),
            (None, Some(command)) => self.show_help_text(&command_help(command)),
            (None, None) => self.show_unknown_topic(&topic),
        }
        true
    }

    fn show_help_text(&mut self, markdown: &str) {
        self.tutor.runtime.show(Show::Text(parse(markdown)));
    }

    fn show_tutor_command(&mut self, name: &str) {
        let Some(command) = find(name) else { return };
        let line = format!(":{} {}", command.name, command.arguments);
        self.tutor.say(Role::Plain, &help::tutor_command(code(line.trim_end()), command.about));
    }

    fn show_unknown_topic(&mut self, topic: &str) {
        // With a dot, as in `pipe.hset`, the last part names a method, regardless of what `pipe` is. Without a dot,
        // only methods that send a command are considered, such as `xadd`.
        let last = topic.rsplit('.').next().unwrap_or_default();
        let method = redis_methods::by_name(last).filter(|method| last != topic || method.is_command());
        if let Some(method) = method {
            return self.show_help_text(&method_help(method));
        }
        let commands = commands::all().map(|command| command.name);
        let nearest = spelling::nearest_of_few(&last.to_uppercase(), commands);
        let nearest = nearest.or_else(|| spelling::nearest_of_few(topic, COMMANDS.iter().map(|command| command.name)));
        let suggestion = nearest.map(|name| messages::did_you_mean(code(name)));
        let text = join_sentences([Some(help::unknown_topic(code(topic))), suggestion, Some(help::help_topics())]);
        self.tutor.say(Role::Error, &text);
    }
}
