//! Questions to the learner: multiple choice, predictions, and whose turn is next in a race.

use super::script::{Item, Then};
use super::steps::typed;
use super::{Phase, Tutor};
use crate::lesson::choice::chosen;
use crate::lesson::feedback;
use crate::lesson::format::{Choose, Step};
use crate::lesson::prediction::{self, Guess};
use crate::lesson::value;
use crate::markup::{Role, code};
use crate::messages::{feedback as feedback_messages, lesson_run as messages};
use crate::session::runtime::dialect::{self, Dialect, Input};
use redis_engine::commands;

impl Tutor {
    /// Returns whether the open step asks a question that the learner has not answered yet.
    pub fn asks_question(&self) -> bool {
        self.lesson.as_ref().is_some_and(|run| {
            let step = run.current();
            let asks = step.choose.is_some() || step.predict.is_some() || step.race.is_some();
            run.phase == Phase::Doing && asks
        })
    }

    /// Handles an answer to the open step's question. Returns false if the text is not an answer but a tutor command.
    pub fn answer_question(&mut self, text: &str) -> bool {
        let text = text.trim();
        let is_command = matches!(dialect::inputs(text, self.runtime.dialect).first(), Some(Input::Tutor(_)));
        let Some(run) = self.lesson.as_ref().filter(|_| !is_command) else { return false };
        let step = run.current().clone();
        if let Some(race) = &step.race {
            self.answer_race(text, race);
        } else if text.is_empty() {
            self.show_task(&step);
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
                self.finish_step(false);
            }
            Some(option) => self.say(Role::Miss, &option.because),
            None => {
                self.refuse_answer(&messages::not_an_answer(code(text), choose.options.len()));
            }
        }
    }

    fn predict(&mut self, text: &str, step: &Step) {
        let truth = self.lesson.as_ref().and_then(|run| run.prediction.clone()).unwrap_or_default();
        match prediction::judge(&truth, text) {
            Guess::Right => {
                self.say(Role::Done, &messages::right_prediction(code(&truth)));
                self.type_prediction(step);
            }
            Guess::OtherNotation => {
                self.say(Role::Done, &messages::right_prediction_in_other_words(code(&truth)));
                self.type_prediction(step);
            }
            Guess::Nearly(mismatch) => {
                let difference = feedback::type_mismatch_sentence(mismatch);
                self.say(Role::Miss, &feedback_messages::predicted_nearly(difference));
            }
            Guess::Wrong if is_code(text) => self.refuse_answer(&messages::not_a_prediction(code(text))),
            Guess::Wrong => self.say(Role::Miss, &messages::wrong_prediction(code(text))),
        }
    }

    /// Shows why an input is not an answer, and how to run code during a question.
    fn refuse_answer(&mut self, reason: &str) {
        self.say(Role::Miss, &format!("{reason} {}", messages::nothing_runs_at_questions()));
    }

    /// Types the code whose output the learner has just predicted.
    fn type_prediction(&mut self, step: &Step) {
        if let Some(run) = &mut self.lesson {
            run.phase = Phase::Preparing;
        }
        self.script.add(typed(step, true));
        self.script.add([Item::Then(Then::Shown)]);
    }
}

/// Returns whether an input is code to run rather than a predicted value.
fn is_code(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_line = commands::by_name(first).is_some() && first != text;
    let is_python = matches!(dialect::inputs(text, Dialect::Both).first(), Some(Input::Python(_)));
    value::parse_python(text).is_none() && (is_line || is_python && text.contains(['(', '=']))
}
