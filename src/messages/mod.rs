//! The message catalogue: every sentence that the program shows, each with an ID and written only once.
//!
//! A message is a function whose arguments fill the `{places}` of its template:
//!
//! ```
//! use redis_tutor::messages::shell;
//!
//! assert_eq!(shell::lessons_done(3, 14), "3 of 14 lessons done");
//! ```
//!
//! [`all`] lists the templates with their IDs. A translation would be another template with the same ID, and only the
//! macro `messages!` would have to look it up.
//!
//! Some text is not in the catalogue, because it is data or must match another program: Redis's replies
//! (`redis-engine`), Python's errors (`python-kernel`), the lessons (`lessons/*.toml`), and the command-line help,
//! which clap takes from the doc comments in `cli/args.rs`.

/// An entry of the message catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// The path of the message's function, such as `redis_tutor::messages::shell::lessons_done`.
    pub id: &'static str,
    /// The text of the message, with a `{name}` for each argument.
    pub template: &'static str,
}

/// Declares the messages of one file of the catalogue: `name(argument, …) = "template";`.
///
/// Each message becomes a public function that returns the completed template. A `{place}` without an argument is a
/// compiler error, and an argument without a place causes a compiler warning. A template is Markdown if the message is
/// shown as Markdown. Write `{{` for a literal brace.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),* $(,)?) = $template:literal;)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name($($argument: impl std::fmt::Display),*) -> String {
                format!($template)
            }
        )*

        /// The messages of this file.
        pub const ALL: &[$crate::messages::Message] = &[
            $($crate::messages::Message {
                id: concat!(module_path!(), "::", stringify!($name)),
                template: $template,
            }),*
        ];
    };
}

pub mod check;
pub mod cli;
pub mod commands;
pub mod counts;
pub mod driver;
pub mod effects;
pub mod feedback;
pub mod help;
pub mod lesson_rules;
pub mod lesson_run;
pub mod render;
pub mod runtime;
pub mod shell;
pub mod transcript;
pub mod user_files;

/// Iterates over all messages.
pub fn all() -> impl Iterator<Item = Message> {
    [
        check::ALL,
        cli::ALL,
        commands::ALL,
        counts::ALL,
        driver::ALL,
        effects::ALL,
        feedback::ALL,
        help::ALL,
        lesson_rules::ALL,
        lesson_run::ALL,
        render::ALL,
        runtime::ALL,
        shell::ALL,
        transcript::ALL,
        user_files::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_its_own_id_and_text() {
        let mut all: Vec<Message> = all().collect();
        assert!(all.iter().all(|message| !message.template.is_empty()));
        all.sort_by_key(|message| message.template);
        let twice: Vec<_> = all.windows(2).filter(|pair| pair[0].template == pair[1].template).collect();
        assert!(twice.is_empty(), "these texts stand under two ids: {twice:?}");
    }
}
