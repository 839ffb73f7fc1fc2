//! Rewordings with the learner's own names: keys, variables and clients that are mentioned neither in the step's text
//! nor in the data. A learner who does not know the answer must be able to complete the step.

use std::collections::BTreeSet;

use super::Rewording;
use super::played_answer::{InputKind, PlayedAnswer, PlayedInput};
use crate::lesson::value::{self, Value};
use crate::redis_cli;
use python_kernel::syntax::structure::{self, Form, LiteralValue, Statement};

/// The rewordings, each with its name.
pub const REWORDINGS: &[Rewording] =
    &[("own-key", with_own_keys), ("own-variable", with_own_variables), ("own-client-name", with_own_client_name)];

/// Rewords the answer, if possible, with new names for all keys whose names the learner cannot know.
fn with_own_keys(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let unknown: Vec<String> = answer.keys().into_iter().filter(|key| !(answer.start.is_known_key)(key)).collect();
    let mut texts = answer.texts();
    for (number, key) in unknown.iter().enumerate() {
        if !answer.inputs.iter().all(|input| names_all_uses(answer, input, key)) {
            return None;
        }
        for (text, input) in texts.iter_mut().zip(&answer.inputs) {
            let other = format!("mine:{number}");
            *text = with_other_text(text, &input.kind, key, &other)?;
        }
    }
    (!unknown.is_empty() && texts != answer.texts()).then_some(texts)
}

/// Returns true if an input does not use a key, or if the key's name is a literal in the input or in one of the
/// answer's functions. A key whose name is computed cannot be renamed.
fn names_all_uses(answer: &PlayedAnswer<'_>, input: &PlayedInput, key: &str) -> bool {
    let has_name = |input: &PlayedInput| match &input.kind {
        InputKind::Python(statement) => statement.literals.iter().any(|literal| is_text(&literal.value, key)),
        InputKind::Cli(words) => words.iter().any(|word| word == key),
        InputKind::Tutor | InputKind::Broken => false,
    };
    let is_definition = |input: &&PlayedInput| matches!(form_of(input), Some(Form::Definition { .. }));
    !input.keys().iter().any(|used| used == key)
        || has_name(input)
        || answer.inputs.iter().filter(is_definition).any(has_name)
}

fn form_of(input: &PlayedInput) -> Option<&Form> {
    input.statement().map(|statement| &statement.form)
}

fn is_text(value: &LiteralValue, text: &str) -> bool {
    matches!(value, LiteralValue::Text(found) if found == text)
}

/// Replaces a string in an input, if it occurs there. Returns `None` if the input has a syntax error.
fn with_other_text(text: &str, kind: &InputKind, string: &str, other: &str) -> Option<String> {
    match kind {
        InputKind::Python(_) => {
            let statement = structure::of_statement(text)?;
            let places = statement.literals.iter().filter(|literal| is_text(&literal.value, string));
            let quoted = value::repr(&Value::Text(other.to_owned()));
            Some(structure::replaced(text, places.map(|literal| (literal.range.clone(), quoted.as_str()))))
        }
        InputKind::Cli(words) => {
            let replaced: Vec<&str> = words.iter().map(|word| if word == string { other } else { word }).collect();
            Some(if *words == replaced { text.to_owned() } else { redis_cli::join(&replaced) })
        }
        InputKind::Tutor | InputKind::Broken => Some(text.to_owned()),
    }
}

/// Rewords the answer, if possible, with new names for the variables that it sets and that the step's text does not
/// mention.
fn with_own_variables(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let statements: Vec<&Statement> = answer.inputs.iter().filter_map(PlayedInput::statement).collect();
    let assigned = statements.iter().flat_map(|statement| &statement.names).filter(|name| name.is_assigned);
    // The declared names (functions, their parameters, and modules) must not be changed.
    let is_declared = |name: &str| statements.iter().any(|statement| statement.declared.iter().any(|d| d == name));
    let unknown: BTreeSet<&str> = assigned
        .map(|name| name.name.as_str())
        .filter(|name| !matches!(*name, "r" | "_") && !is_declared(name) && !(answer.start.is_known_name)(name))
        .collect();
    let renamed = |input: &PlayedInput| match input.statement() {
        Some(statement) => {
            let own = statement.names.iter().filter(|name| unknown.contains(name.name.as_str()));
            structure::replaced(&input.text, own.map(|name| (name.range.clone(), format!("my_{}", name.name))))
        }
        None => input.text.clone(),
    };
    (!unknown.is_empty()).then(|| answer.inputs.iter().map(renamed).collect())
}

/// Rewords the answer, if possible, with a new name for the first client that it switches to and that the step's text
/// does not mention.
fn with_own_client_name(answer: &PlayedAnswer<'_>) -> Option<Vec<String>> {
    let mut clients = answer.inputs.iter().filter_map(PlayedInput::switches_to);
    let unknown = clients.find(|name| *name != "main" && !(answer.start.is_known_name)(name))?;
    let renamed = |input: &PlayedInput| match input.switches_to() {
        Some(name) if name == unknown => ":client somebody".to_owned(),
        _ => input.text.clone(),
    };
    Some(answer.inputs.iter().map(renamed).collect())
}
