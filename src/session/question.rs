//! Questions of the tutor's: what was chosen, what was predicted, whose turn is next.

use super::Session;
use super::dialect::{self, Dialect, Input};
use super::lead::{Phase, typed};
use super::script::{Item, Then};
use crate::lesson::format::{Choice, Choose, Step};
use crate::lesson::judge::code;
use crate::lesson::prediction::{self, Guess};
use crate::lesson::value;
use crate::markup::Role;
use redis_engine::commands;

/// What is said to who would run something at a question.
const TRY_FIRST: &str =
    "Nothing is run at `?`. `:fork` lets you try things first, and `:fork back` returns to the question.";

impl Session {
    /// Whether the next line answers a question of the tutor's.
    pub(super) fn is_answering(&self) -> bool {
        !self.past.in_fork()
            && self.lead.as_ref().is_some_and(|lead| {
                let step = lead.current();
                let asks = step.choose.is_some() || step.predict.is_some() || step.race.is_some();
                lead.phase == Phase::Doing && asks
            })
    }

    /// Takes an answer to a question. False if it is none, but a command to the tutor.
    pub(super) fn answer_question(&mut self, text: &str) -> bool {
        let text = text.trim();
        let is_command = matches!(dialect::inputs(text, self.dialect).first(), Some(Input::Tutor(_)));
        let Some(lead) = self.lead.as_ref().filter(|_| !is_command) else { return false };
        let step = lead.current().clone();
        if let Some(race) = &step.race {
            self.answer_race(text, race);
        } else if text.is_empty() {
            self.invite(&step);
        } else if let Some(choose) = &step.choose {
            self.choose(text, choose);
        } else {
            self.predict(text, &step);
        }
        true
    }

    fn choose(&mut self, text: &str, choose: &Choose) {
        match chosen(text, &choose.options) {
            Some(option) if option.correct => {
                self.say(Role::Done, &option.because);
                self.step_done(false);
            }
            Some(option) => self.say(Role::Miss, &option.because),
            None => {
                let (text, last) = (code(text), choose.options.len());
                self.say(
                    Role::Miss,
                    &format!("{text} is none of the answers: type a number from 1 to {last}, or `:skip`. {TRY_FIRST}"),
                );
            }
        }
    }

    fn predict(&mut self, text: &str, step: &Step) {
        let truth = self.lead.as_ref().and_then(|lead| lead.truth.clone()).unwrap_or_default();
        match prediction::judge(&truth, text) {
            Guess::Right => {
                self.say(Role::Done, &format!("{} it is.", code(&truth)));
                self.type_prediction(step);
            }
            Guess::Nearly(told) => self.say(Role::Miss, &format!("Nearly: {told}")),
            Guess::Wrong if is_to_be_run(text) => {
                self.say(
                    Role::Miss,
                    &format!(
                        "{} is no prediction: type what the last line will print, or `:skip`. {TRY_FIRST}",
                        code(text)
                    ),
                );
            }
            Guess::Wrong => self.say(Role::Miss, &format!("Not {}. Look again, or ask for a `:hint`.", code(text))),
        }
    }

    /// Runs what was predicted, for all to see.
    fn type_prediction(&mut self, step: &Step) {
        if let Some(lead) = &mut self.lead {
            lead.phase = Phase::Preparing;
        }
        self.script.add(typed(step, true));
        self.script.add([Item::Then(Then::Shown)]);
    }
}

/// The option that is meant: by its number, or by its text.
fn chosen<'a>(text: &str, options: &'a [Choice]) -> Option<&'a Choice> {
    // As it is read on the screen: without Markdown's marks.
    let plain = |text: &str| {
        let text: String = text.chars().filter(|c| !matches!(c, '`' | '*')).collect();
        text.trim_end_matches('.').split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    };
    let by_number = text.trim_end_matches('.').parse::<usize>().ok().and_then(|n| options.get(n.checked_sub(1)?));
    by_number.or_else(|| options.iter().find(|option| plain(&option.text) == plain(text)))
}

/// Whether a text is something to be run, rather than a value.
fn is_to_be_run(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_line = commands::by_name(first).is_some() && first != text;
    let is_python = matches!(dialect::inputs(text, Dialect::Both).first(), Some(Input::Python(_)));
    value::parse_python(text).is_none() && (is_line || is_python && text.contains(['(', '=']))
}
