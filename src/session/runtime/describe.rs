//! Help on what a name refers to in the client's Python process.

use super::Runtime;
use super::ask_name::is_builtin_and_command;
use super::client::{ClientIndex, Work, WorkKind};
use crate::lesson::evidence::Submission;
use crate::markup::{code, parse};
use crate::messages::help as messages;
use crate::session::display::help::{method_help, object_help};
use crate::session::event::Show;
use python_kernel::frame::Description;
use python_kernel::redis_methods;
use redis_engine::commands;

/// Python's answer to a help request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    pub topic: String,
    /// The help text in Markdown, or `None` if the name is not defined in Python.
    pub text: Option<String>,
}

impl Runtime {
    /// Asks the Python process of the client at the prompt what a dotted name refers to. The answer is stored in
    /// `described` when it arrives. Returns false without asking if the topic is not a dotted name.
    pub fn describe(&mut self, topic: &str) -> bool {
        if !is_dotted_name(topic) {
            return false;
        }
        let client = self.foreground;
        self.begin_work(client, Submission::default(), WorkKind::Describe { topic: topic.to_owned() });
        self.ask_name_again(client);
        true
    }

    /// Does the same as `describe`, but for a topic that is also a command's name. Returns false without asking if the
    /// topic cannot be a variable.
    pub fn describe_variable(&mut self, topic: &str) -> bool {
        let has_variables = self.clients[self.foreground].python.runs > 0;
        has_variables && !is_builtin_and_command(topic) && self.describe(topic)
    }

    /// Stores Python's answer about the help topic that a client has requested.
    pub(super) fn take_description(&mut self, client: ClientIndex, description: Option<&Description>) {
        self.turn = None;
        let Some(topic) = self.topic_in_question(client) else { return };
        let work = self.clients[client].work.take();
        if work.is_some_and(|work| work.interrupts > 0) {
            return self.show_from(client, Show::Reply("(interrupted)\n".into()));
        }
        let text = description.map(|description| described_help(&topic, description));
        self.described = Some(Described { topic, text });
    }

    /// Returns the help topic about which a client's Python process is being asked, or `None` if there is no such
    /// topic.
    pub(super) fn topic_in_question(&self, client: ClientIndex) -> Option<String> {
        match &self.clients[client].work {
            Some(Work { kind: WorkKind::Describe { topic }, .. }) => Some(topic.clone()),
            _ => None,
        }
    }

    /// Shows the help that a client's program has requested for a redis-py method, for example with `help(r.get)`.
    pub(super) fn show_method_help(&mut self, client: ClientIndex, qualified_name: &str) {
        let name = qualified_name.rsplit('.').next().unwrap_or_default();
        let method = redis_methods::by_qualified_name(qualified_name).or_else(|| redis_methods::by_name(name));
        let text = method.map_or_else(|| messages::unknown_topic(code(qualified_name)), method_help);
        self.show_from(client, Show::Text(parse(&text)));
    }
}

fn described_help(topic: &str, description: &Description) -> String {
    if let Some(method) = description.method.as_deref().and_then(redis_methods::by_qualified_name) {
        // A method may have a second name, such as `incr` for `incrby`. The help is about the name that the learner
        // typed.
        let name = topic.rsplit('.').next().unwrap_or_default();
        let asked = redis_methods::all().iter().find(|known| known.class == method.class && known.name == name);
        return method_help(asked.unwrap_or(method));
    }
    let mut text = object_help(topic, description);
    if let Some(command) = commands::by_name(topic) {
        let doc = code(&format!(":doc {}", command.name));
        text.push_str(&format!("\n\n{}", messages::is_command_too(code(command.name), doc)));
    }
    text
}

/// Returns whether `text` consists of names that are separated by dots.
fn is_dotted_name(text: &str) -> bool {
    let is_name = |part: &str| {
        !part.starts_with(|c: char| c.is_ascii_digit())
            && !part.is_empty()
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.split('.').all(is_name)
}
