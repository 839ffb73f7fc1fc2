//! Hidden code: a lesson's code that the learner has not typed and does not see, such as a setup, the answers of
//! earlier steps, or probes of the data. If the Python process that runs hidden code ends, the tutor runs the code
//! again. The first Ctrl-C does not interrupt hidden code, because the step would then begin with incomplete data.

use super::script::{Item, Then};
use super::{Phase, Tutor};
use crate::lesson::evidence::Submission;
use crate::markup::{Role, Text};
use crate::messages::lesson_run as messages;
use crate::session::event::{ChildId, Effect, Show};
use crate::session::runtime::client::{ClientIndex, TUTOR};

/// Maximum number of times in a row that hidden code is repeated. Without this limit, code that ends its own Python
/// process would be repeated forever.
const MOST_REPEATS: u32 = 2;

/// The numbers of problems with hidden code since the step began, or since the last submission was judged.
#[derive(Debug, Default)]
pub(super) struct HiddenCode {
    /// Number of times that the code was repeated because its Python process had ended.
    repeats: u32,
    /// Number of times that the learner pressed Ctrl-C.
    interrupts: u32,
}

impl Tutor {
    /// Handles Ctrl-C while hidden code runs. The first one only shows a message. The second one also kills the Python
    /// process. Returns false if no hidden code is running.
    pub fn interrupt_hidden_code(&mut self) -> bool {
        let Some(client) = self.runtime.turn.filter(|&client| self.is_hidden(client)) else { return false };
        self.hidden_code.interrupts += 1;
        let text = if self.hidden_code.interrupts == 1 {
            messages::hidden_code_goes_on()
        } else {
            self.hidden_code.repeats = MOST_REPEATS;
            self.runtime.effects.extend(self.runtime.clients[client].python.child.map(Effect::Kill));
            messages::hidden_code_stopped()
        };
        // Bypasses `Runtime::show`, which suppresses all output while a step is being prepared.
        self.runtime.effects.push(Effect::Show(Show::Text(Text::from_markdown(Role::Muted, &text))));
        true
    }

    /// Returns whether a client is running hidden code.
    fn is_hidden(&self, client: ClientIndex) -> bool {
        self.lesson.is_some() && (client == TUTOR || self.runtime.is_silent)
    }

    /// Handles the exit of a child process. If the child was running hidden code, prepares the step or judges the
    /// submission again.
    pub fn handle_child_exit(&mut self, child: ChildId) {
        let client = self.runtime.clients.with_child(child);
        let ran = client.filter(|&client| self.is_hidden(client) && self.runtime.clients[client].work.is_some());
        self.runtime.handle_child_exit(child);
        match ran {
            Some(_) if self.hidden_code.repeats < MOST_REPEATS => {
                self.hidden_code.repeats += 1;
                self.repeat_lesson_code();
            }
            // After a second Ctrl-C, `interrupt_hidden_code` has already shown a message.
            Some(_) if self.hidden_code.interrupts < 2 => {
                let text = Text::from_markdown(Role::Muted, &messages::hidden_code_failed());
                self.runtime.effects.push(Effect::Show(Show::Text(text)));
            }
            _ => {}
        }
    }

    /// Repeats what hidden code was doing when its Python process ended: preparing the open step, or judging the last
    /// submission.
    fn repeat_lesson_code(&mut self) {
        let Some(run) = &self.lesson else { return };
        let (lesson, step, phase) = (run.lesson.clone(), run.step, run.phase);
        // Discards the results of the hidden code, because the code did not run to its end.
        self.runtime.finished.retain(|(client, _)| *client != TUTOR);
        if self.runtime.is_silent {
            return if self.script.has(|then| matches!(then, Then::LessonEnds)) {
                self.open_lesson_end(lesson);
            } else {
                self.open_lesson(lesson, step);
            };
        }
        if let Some(submission) = self.judged_submission() {
            self.clear_script();
            return self.judge(submission);
        }
        if phase == Phase::Preparing && self.script.has(|then| matches!(then, Then::StepBegins)) {
            self.runtime.end_trial();
            self.clear_script();
            self.prepare_step();
        }
    }

    /// Returns the submission that is being judged, or `None` if there is none.
    fn judged_submission(&self) -> Option<Submission> {
        self.script.items().find_map(|item| match item {
            Item::Then(Then::Probe(submission) | Then::Judge(submission)) => Some((**submission).clone()),
            _ => None,
        })
    }
}
