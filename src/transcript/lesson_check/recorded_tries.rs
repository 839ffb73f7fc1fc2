//! Recorded tries: what learners typed in a step, and whether it should complete the step.
//!
//! A file of tries has one JSON object on each line:
//!
//! ```json
//! {"step": "hashes/one-field", "right": true, "input": "r.hget('user:1000', 'email')"}
//! ```

use std::io;

use serde::Deserialize;

use super::attempt::{Attempt, Conditions, LessonUnderTest};
use super::explain::quoted;
use crate::lesson::format::{Diagnostic, Step};
use crate::lesson::library::Source;
use crate::messages::check as messages;
use crate::session::dialect;

/// A learner's try.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedTry {
    /// The step, as `LESSON/STEP`.
    step: String,
    /// Whether the input should complete the step.
    right: bool,
    /// The lines that the learner typed. A block ends with an empty line.
    input: String,
    /// Whether the tutor is allowed to stay silent, because the learner only looked at something or had not finished.
    #[serde(default)]
    silent: bool,
    /// The reason why the input is right or wrong, for readers of the file.
    #[serde(default, rename = "note")]
    _note: String,
    /// The byte offset of the try in its file.
    #[serde(skip)]
    at: usize,
}

/// The recorded tries in a file.
#[derive(Debug)]
pub struct RecordedTries {
    /// The file that contains the tries.
    pub source: Source,
    tries: Vec<RecordedTry>,
}

impl RecordedTries {
    /// Parses a file of tries. Empty lines are skipped.
    ///
    /// # Errors
    /// Returns a message with the position of the first line that is not a try.
    pub fn parse(source: Source) -> Result<Self, String> {
        let mut tries = Vec::new();
        let mut at = 0;
        for line in source.text.split_inclusive('\n') {
            if !line.trim().is_empty() {
                let recorded: RecordedTry = serde_json::from_str(line).map_err(|error| {
                    source.format_diagnostic(&Diagnostic::new(Some(at), messages::not_a_recorded_try(error)))
                })?;
                tries.push(RecordedTry { at, ..recorded });
            }
            at += line.len();
        }
        Ok(RecordedTries { source, tries })
    }

    /// Returns a diagnostic for each try that names an unknown step of a known lesson. `known` contains pairs of a
    /// lesson's ID and a step's ID.
    pub fn unknown_steps(&self, known: &[(String, String)]) -> Vec<Diagnostic> {
        let is_unknown = |recorded: &&RecordedTry| {
            let (lesson, step) = recorded.step.split_once('/').unwrap_or((&recorded.step, ""));
            known.iter().any(|(id, _)| id == lesson) && !known.iter().any(|(id, known)| id == lesson && known == step)
        };
        let diagnostic =
            |recorded: &RecordedTry| Diagnostic::new(Some(recorded.at), messages::unknown_step(&recorded.step));
        self.tries.iter().filter(is_unknown).map(diagnostic).collect()
    }

    /// Plays the tries that were recorded for a step. Returns their number, and a diagnostic for each try with an
    /// unexpected result.
    pub(super) fn play(
        &self,
        lesson_under_test: &LessonUnderTest<'_>,
        index: usize,
    ) -> io::Result<(usize, Vec<Diagnostic>)> {
        let step = &lesson_under_test.lesson.steps[index];
        let name = format!("{}/{}", lesson_under_test.lesson.id.get_ref(), step.id.get_ref());
        let tries: Vec<&RecordedTry> = self.tries.iter().filter(|recorded| recorded.step == name).collect();
        let inputs: Vec<_> = tries.iter().map(|recorded| dialect::submissions(&recorded.input)).collect();
        let mut diagnostics = Vec::new();
        for ((recorded, inputs), mut tried) in
            tries.iter().zip(inputs.clone()).zip(lesson_under_test.attempts(index, inputs)?)
        {
            if recorded.problem(step, &tried).is_some() {
                // The cause may be state that an earlier try has left in the Python process, so the try is repeated in
                // a new session.
                tried = lesson_under_test.attempt_inputs(index, inputs, Conditions::Usual)?;
            }
            diagnostics.extend(recorded.problem(step, &tried));
        }
        Ok((tries.len(), diagnostics))
    }
}

impl RecordedTry {
    /// Returns a diagnostic if the try did not have the expected result, and `None` otherwise.
    fn problem(&self, step: &Step, tried: &Attempt) -> Option<Diagnostic> {
        let lines = quoted(self.input.trim_end());
        let (message, causes) = match (self.right, tried.done) {
            (true, false) => {
                let (reason, causes) = tried.why_not_done(step);
                let words = if tried.words.is_empty() { messages::nothing() } else { quoted(&tried.words.join(" ")) };
                // The causes have positions in the lesson, but this diagnostic is about another file. So only the
                // messages of the causes are kept.
                let causes: Vec<String> = causes.into_iter().map(|cause| cause.message).collect();
                (messages::right_try_refused(&self.step, lines, reason, causes.join("; "), words), Vec::new())
            }
            (false, true) => (messages::wrong_try_passes(&self.step, lines), Vec::new()),
            (false, false) if tried.words.is_empty() && !self.silent => {
                (messages::wrong_try_meets_silence(&self.step, lines), Vec::new())
            }
            _ => return None,
        };
        Some(Diagnostic { at: Some(self.at), message, causes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<RecordedTries, String> {
        RecordedTries::parse(Source { name: "tries.jsonl".into(), text: text.into() })
    }

    #[test]
    fn each_line_is_a_try_and_knows_its_position() {
        let tries = parsed(
            "{\"step\": \"a/b\", \"right\": true, \"input\": \"r.ping()\"}\n\n{\"step\": \"a/c\", \"right\": false, \"input\": \"1\", \"silent\": true, \"note\": \"look\"}\n",
        )
        .expect("the lines are tries");
        let found: Vec<_> = tries.tries.iter().map(|t| (t.step.as_str(), t.right, t.silent, t.at)).collect();
        assert_eq!(found, [("a/b", true, false, 0), ("a/c", false, true, 53)]);
        let known = [("a".to_owned(), "b".to_owned()), ("d".to_owned(), "e".to_owned())];
        let unknown: Vec<_> = tries.unknown_steps(&known).into_iter().map(|diagnostic| diagnostic.at).collect();
        assert_eq!(unknown, [Some(53)]);
    }

    #[test]
    fn a_line_that_is_no_try_is_reported_with_its_position() {
        for text in ["\n[1]\n", "\n{\"step\": \"a/b\", \"right\": true}\n", "\n{\"step\": \"a/b\", \"rihgt\": true}\n"]
        {
            let error = parsed(text).expect_err("the line is not a try");
            assert!(error.starts_with("tries.jsonl:2:1: "), "{error}");
        }
    }
}
