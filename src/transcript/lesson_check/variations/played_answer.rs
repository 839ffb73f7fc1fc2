//! An answer that was played: its inputs, with the structure and the result of each input. Variations are derived from
//! played answers.

use std::ops::Range;

use super::methods::Methods;
use crate::lesson::evidence::{self, DisplayedValue, Failure, Submission};
use crate::lesson::format::{Expect, Step};
use crate::lesson::value::{self, Value};
use crate::session::dialect::{self, Dialect, Input};
use python_kernel::syntax::structure::{self, Binding, Call, Expression, Form, Statement};
use redis_engine::resp::quoting;

/// An answer, and what it did when it was played.
pub struct PlayedAnswer<'a> {
    pub step: &'a Step,
    pub inputs: Vec<PlayedInput>,
    /// Whether a client was waiting for a reply at the end of the answer.
    pub ends_waiting: bool,
    pub start: StepStart<'a>,
    pub methods: &'a Methods,
}

/// The facts about the start of a step on which variations depend.
#[derive(Clone, Copy)]
pub struct StepStart<'a> {
    /// A function that returns whether the learner knows a key, because the step names it or because it exists.
    pub is_known_key: &'a dyn Fn(&str) -> bool,
    /// A function that returns whether the step's text contains a name as a word.
    pub is_known_name: &'a dyn Fn(&str) -> bool,
    /// Whether a client is waiting for a reply at the start of the step.
    pub has_waiting_client: bool,
}

/// An input of an answer.
#[derive(Debug)]
pub struct PlayedInput {
    pub text: String,
    pub kind: InputKind,
    /// The result of the input, or `None` for a tutor command and for an input that was still waiting at the end.
    pub submission: Option<Submission>,
}

/// The kind of an input.
#[derive(Debug)]
pub enum InputKind {
    Python(Box<Statement>),
    /// The command and the arguments of a redis-cli line.
    Cli(Vec<String>),
    Tutor,
    /// Python with a syntax error, or a redis-cli line with unbalanced quotes.
    Broken,
}

/// The expression whose value an answer shows at its end.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The expression, without `print`.
    pub text: &'a str,
    pub binding: Binding,
    pub is_printed: bool,
    /// Whether the value is the reply to one command, and nothing was computed from it.
    pub is_reply: bool,
    pub value: ShownValue<'a>,
}

/// The result of an expression.
#[derive(Debug)]
pub enum ShownValue<'a> {
    Plain(Value),
    /// A value that cannot be written as a Python literal, such as an object.
    Other,
    Raised(&'a Failure),
}

impl<'a> PlayedAnswer<'a> {
    /// Pairs each input of an answer with the submission that resulted from it.
    pub fn new(
        step: &'a Step,
        answer: &str,
        submissions: &[Submission],
        start: StepStart<'a>,
        methods: &'a Methods,
    ) -> Self {
        let mut submissions: Vec<&Submission> = submissions.iter().collect();
        let inputs: Vec<PlayedInput> = dialect::submissions(answer)
            .into_iter()
            .map(|text| {
                let ran = submissions.iter().position(|submission| submission.source.trim() == text.trim());
                let submission = ran.map(|at| submissions.remove(at).clone());
                PlayedInput { kind: InputKind::of_text(&text), text, submission }
            })
            .collect();
        let is_waiting = |input: &PlayedInput| !matches!(input.kind, InputKind::Tutor) && input.submission.is_none();
        PlayedAnswer { step, ends_waiting: inputs.iter().any(is_waiting), inputs, start, methods }
    }

    pub fn expect(&self) -> Option<&Expect> {
        self.step.expect.as_ref().map(|expect| expect.get_ref())
    }

    /// Returns whether the step expects a value to be shown.
    pub fn wants_value(&self) -> bool {
        self.expect().is_some_and(|expect| expect.reply.is_some() || expect.output.is_some())
    }

    /// Returns whether the form of the value matters, because the step expects exactly this value (without a label and
    /// with its own type) or an exact output.
    pub fn wants_exact_form(&self) -> bool {
        self.expect().is_some_and(|expect| expect.exactly || expect.output.is_some())
    }

    /// Returns all inputs as they were typed.
    pub fn texts(&self) -> Vec<String> {
        self.inputs.iter().map(|input| input.text.clone()).collect()
    }

    /// Returns the inputs, with `last` in place of the last input.
    pub fn with_last(&self, last: impl IntoIterator<Item = String>) -> Vec<String> {
        let before = self.inputs.len().saturating_sub(1);
        self.inputs[..before].iter().map(|input| input.text.clone()).chain(last).collect()
    }

    /// Returns the inputs, with `text` in place of the input at an index.
    pub fn with_input(&self, index: usize, text: String) -> Vec<String> {
        let mut texts = self.texts();
        texts[index] = text;
        texts
    }

    /// Returns the expression whose value the last input shows, or `None` if the last input is not an expression that
    /// has run.
    pub fn shown(&self) -> Option<Shown<'_>> {
        let last = self.inputs.last()?;
        let (statement, submission) = (last.statement()?, last.submission.as_ref()?);
        let Form::Expression(expression) = &statement.form else { return None };
        let Expression { range, binding, printed } = expression;
        let value = match (&submission.error, &submission.value, printed) {
            (Some(error), ..) => ShownValue::Raised(error),
            (None, _, Some(_)) => {
                let output = submission.output.trim_end();
                ShownValue::Plain(value::parse_python(output).unwrap_or_else(|| Value::Text(output.to_owned())))
            }
            (None, Some(DisplayedValue::Python(repr)), None) => {
                value::parse_python(repr).map_or(ShownValue::Other, ShownValue::Plain)
            }
            (None, _, None) => ShownValue::Plain(Value::None),
        };
        let printed_binding = printed.as_ref().and_then(|range| binding_of(&last.text[range.clone()]));
        Some(Shown {
            text: &last.text[printed.clone().unwrap_or_else(|| range.clone())],
            binding: printed_binding.unwrap_or(*binding),
            is_printed: printed.is_some(),
            is_reply: self.is_reply(last, printed.as_ref().unwrap_or(range)),
            value,
        })
    }

    /// Returns whether an expression is a call that sends a command, or a variable to which such a call was assigned.
    fn is_reply(&self, input: &PlayedInput, range: &Range<usize>) -> bool {
        let is_call = |input: &PlayedInput, range: &Range<usize>| {
            let mut calls = input.statement().into_iter().flat_map(|statement| &statement.calls);
            calls.any(|call| call.range == *range && self.is_command(input, call))
        };
        let variable = &input.text[range.clone()];
        is_call(input, range)
            || self.inputs.iter().any(|other| match other.statement().map(|statement| &statement.form) {
                Some(Form::Assignment { target, value }) => target == variable && is_call(other, value),
                _ => false,
            })
    }

    /// Returns the first name in `wanted` that the answer does not use, or `None` if it uses all of them.
    pub fn fresh_name(&self, wanted: &[&str]) -> Option<String> {
        let is_used = |name: &str| {
            self.inputs.iter().filter_map(PlayedInput::statement).any(|statement| {
                statement.names.iter().any(|used| used.name == name)
                    || statement.declared.iter().any(|declared| declared == name)
            })
        };
        wanted.iter().find(|name| !is_used(name)).map(|name| (*name).to_owned())
    }

    /// Returns whether a call sends a Redis command: its receiver is `r`, or a client or a pipeline that the answer has
    /// created.
    pub fn is_command(&self, input: &PlayedInput, call: &Call) -> bool {
        let receiver = &input.text[call.receiver.clone()];
        let is_made = |text: &str| {
            ["r.pipeline(", "redis.Redis("].iter().any(|start| text.starts_with(start)) && text.ends_with(')')
        };
        let is_of_client = call.receiver_name.as_deref().map_or_else(
            || is_made(receiver),
            |name| {
                name == "r"
                    || self.inputs.iter().any(|other| match other.statement().map(|statement| &statement.form) {
                        Some(Form::Assignment { target, value }) => {
                            target == name && is_made(&other.text[value.clone()])
                        }
                        _ => other.text.contains(&format!("pipeline() as {name}:")),
                    })
            },
        );
        is_of_client && self.methods.is_command(&call.method)
    }

    /// Returns the keys in the commands that the inputs sent, without duplicates.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for key in self.inputs.iter().flat_map(PlayedInput::keys) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }
}

impl PlayedInput {
    /// Returns the structure of the input, if it is Python.
    pub fn statement(&self) -> Option<&Statement> {
        match &self.kind {
            InputKind::Python(statement) => Some(statement),
            _ => None,
        }
    }

    /// Returns whether the input reads a variable.
    pub fn reads(&self, variable: &str) -> bool {
        self.statement()
            .is_some_and(|statement| statement.names.iter().any(|name| name.name == variable && !name.is_assigned))
    }

    /// Returns the commands that the input sent.
    pub fn commands(&self) -> &[Vec<Vec<u8>>] {
        self.submission.as_ref().map_or(&[], |submission| &submission.commands)
    }

    /// Returns the keys in the commands that this input sent.
    pub fn keys(&self) -> Vec<String> {
        let keys = self.commands().iter().flat_map(|words| evidence::keys(words));
        keys.filter_map(|key| String::from_utf8(key.to_vec()).ok()).collect()
    }

    /// Returns the name of the client that the input switches to, if it is `:client` with a name.
    pub fn switches_to(&self) -> Option<&str> {
        matches!(self.kind, InputKind::Tutor)
            .then(|| self.text.trim().strip_prefix(":client "))
            .flatten()
            .map(str::trim)
    }
}

impl InputKind {
    fn of_text(text: &str) -> InputKind {
        match dialect::inputs(text, Dialect::Both).as_slice() {
            [Input::Tutor(_)] => InputKind::Tutor,
            [Input::Cli(line) | Input::CliUnlessBound(line)] => {
                let words = quoting::split(line.as_bytes()).unwrap_or_default();
                let words: Option<Vec<String>> = words.into_iter().map(|word| String::from_utf8(word).ok()).collect();
                words.filter(|words| !words.is_empty()).map_or(InputKind::Broken, InputKind::Cli)
            }
            [Input::Python(source)] => {
                structure::of_statement(source).map_or(InputKind::Broken, |parsed| InputKind::Python(Box::new(parsed)))
            }
            _ => InputKind::Broken,
        }
    }
}

/// Returns how tightly the parts of an expression bind, or `None` if the text is not an expression.
fn binding_of(text: &str) -> Option<Binding> {
    match structure::of_statement(text)?.form {
        Form::Expression(expression) => Some(expression.binding),
        _ => None,
    }
}
