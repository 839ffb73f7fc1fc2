//! The catalogue: every sentence that the program shows, each written once, under an id.
//!
//! A message is a function whose arguments fill the `{places}` of its template:
//!
//! ```
//! use redis_tutor::messages::shell;
//!
//! assert_eq!(shell::lessons_done(3, 14), "3 of 14 lessons done");
//! ```
//!
//! [`all`] lists the templates with their ids. A translation is another template under the same id, and [`fill`] is
//! the one place that would look it up. Not in the catalogue, because other people own the words or they are data: what
//! Redis answers (`redis-engine`), what Python raises (`python-kernel`), the lessons (`lessons/*.toml`), and the help of
//! the command line, which clap takes from the doc comments in `cli/args.rs`.

use std::fmt::Write as _;

/// A sentence of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// The file of the catalogue and the name of the function: `shell.lessons_done`.
    pub id: &'static str,
    /// The text, with a `{name}` for each argument.
    pub template: &'static str,
}

/// Declares the messages of one file of the catalogue: `name(argument, …) = "template";`.
///
/// Each becomes a public function that returns the filled template; an unknown `{place}` does not compile. A template is
/// Markdown where the message is shown as Markdown. A `{{` stands for a brace.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),* $(,)?) = $template:literal;)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name($($argument: impl std::fmt::Display),*) -> String {
                // Never runs: the compiler checks the places of the template against the arguments.
                if false {
                    let _ = format_args!($template);
                }
                $crate::messages::fill(
                    concat!(module_path!(), ".", stringify!($name)),
                    $template,
                    &[$((stringify!($argument), &$argument)),*],
                )
            }
        )*

        /// The messages of this file.
        pub const ALL: &[$crate::messages::Message] = &[
            $($crate::messages::Message {
                id: concat!(module_path!(), ".", stringify!($name)),
                template: $template,
            }),*
        ];
    };
}

pub mod check;
pub mod cli;
pub mod commands;
pub mod driver;
pub mod effects;
pub mod feedback;
pub mod lesson_rules;
pub mod lesson_run;
pub mod render;
pub mod runtime;
pub mod shell;
pub mod transcript;

/// All messages.
pub fn all() -> impl Iterator<Item = Message> {
    [
        check::ALL,
        cli::ALL,
        commands::ALL,
        driver::ALL,
        effects::ALL,
        feedback::ALL,
        lesson_rules::ALL,
        lesson_run::ALL,
        render::ALL,
        runtime::ALL,
        shell::ALL,
        transcript::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Fills a template: `{name}` becomes the argument of that name, `{{` and `}}` become braces.
///
/// `id` is not used yet. A translation would be looked up by it.
#[must_use]
pub fn fill(_id: &'static str, template: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
    let mut text = String::with_capacity(template.len() + 16 * arguments.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
        } else if let Some((name, after)) = rest.split_once('}') {
            // Every name in a template is an argument, or the message does not compile (see `messages!`).
            if let Some((_, value)) = arguments.iter().find(|(known, _)| *known == name) {
                let _ = write!(text, "{value}");
            }
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_double_braces_are_braces() {
        let arguments: [(&str, &dyn std::fmt::Display); 2] = [("a", &1), ("b", &"{a}")];
        assert_eq!(fill("", "{a} and {b}, {a}", &arguments), "1 and {a}, 1");
        assert_eq!(fill("", "a {{dict}} of {a}", &arguments), "a {dict} of 1");
        assert_eq!(fill("", "", &[]), "");
    }

    #[test]
    fn every_message_has_its_own_id_and_text() {
        let mut all: Vec<Message> = all().collect();
        assert!(all.iter().all(|message| !message.template.is_empty()));
        all.sort_by_key(|message| message.template);
        let twice: Vec<_> = all.windows(2).filter(|pair| pair[0].template == pair[1].template).collect();
        assert!(twice.is_empty(), "these texts stand under two ids: {twice:?}");
    }
}
