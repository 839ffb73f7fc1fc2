//! Commands about the open step: `:hint`, `:expect`, `:answer`, `:again`, `:back`.

use super::super::Session;
use super::super::event::Show;
use super::super::lesson_run::{every_order_expected, race_expected};
use crate::lesson::feedback;
use crate::lesson::format::Expect;
use crate::markup::{Role, code, parse};
use crate::messages::commands as messages;

impl Session {
    pub(super) fn show_hint(&mut self) {
        let hints = self.tutor.bound_step(&[]).map(|step| step.hints).unwrap_or_default();
        let Some(run) = &mut self.tutor.lesson else { return self.tutor.say_no_lesson() };
        let total = hints.len();
        match hints.get(run.hints) {
            Some(hint) => {
                run.hints += 1;
                let text = messages::hint(run.hints, total, hint.get_ref());
                self.tutor.say(Role::Hint, &text);
            }
            None if total == 0 => self.tutor.say(Role::Hint, &messages::no_hints()),
            None => self.tutor.say(Role::Hint, &messages::no_more_hints()),
        }
    }

    pub(super) fn show_expectations(&mut self) {
        let Some(step) = self.tutor.bound_step(&[]) else { return self.tutor.say_no_lesson() };
        let mut lines = step.expect.as_ref().map(|expect| expectations(expect.get_ref())).unwrap_or_default();
        lines.extend(step.race.as_ref().map(race_expected));
        if lines.is_empty() {
            self.tutor.say(Role::Hint, &messages::nothing_expected());
        } else {
            let list = lines.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n");
            self.tutor.say(Role::Hint, &list);
        }
    }

    pub(super) fn show_answer(&mut self) {
        let Some(run) = &mut self.tutor.lesson else { return self.tutor.say_no_lesson() };
        run.is_answer_shown = true;
        let step = run.current();
        let correct = step.choose.iter().flat_map(|choose| &choose.options).position(|option| option.correct);
        if let Some(index) = correct {
            self.tutor.say(Role::Hint, &messages::answer_option(index + 1));
        } else if step.race.is_some() {
            self.tutor.say(Role::Hint, &messages::answer_race());
        } else if let Some(answer) = run.answer().map(str::to_owned) {
            self.tutor.say(Role::Hint, &messages::answer_begins());
            self.tutor.runtime.show(Show::Text(parse(&format!("```\n{}\n```", answer.trim_end()))));
        }
    }

    /// Goes back by the given number of steps, and starts the earlier step from its beginning. With 0, restarts the
    /// open step.
    pub(super) fn go_back(&mut self, steps: usize) {
        let Some(run) = &self.tutor.lesson else { return self.tutor.say_no_lesson() };
        let step = run.step.saturating_sub(steps);
        self.tutor.open_lesson(run.lesson.clone(), step);
    }
}

/// Returns sentences in Markdown that describe what a step expects.
fn expectations(expect: &Expect) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(expect.reply.iter().map(|reply| messages::expected_reply(code(reply))));
    lines.extend(expect.output.iter().map(|output| messages::expected_output(code(output.trim_end()))));
    lines.extend(expect.error.iter().map(|error| messages::expected_error(code(error))));
    lines.extend(expect.state.iter().map(feedback::expectation_sentence));
    lines.extend(expect.uses.iter().map(|name| messages::expected_use(feedback::names_of(name.get_ref()))));
    lines.extend(expect.at_least.iter().map(|(name, count)| messages::expected_count(code(name), count)));
    lines.extend(expect.sent.iter().map(|line| messages::expected_line(feedback::lines_of(line.get_ref()))));
    lines.extend(expect.assigns.iter().map(|name| messages::expected_variable(code(name))));
    lines.extend(expect.avoids.iter().map(|name| messages::expected_avoidance(code(name.get_ref()))));
    lines.extend(expect.unchanged.iter().map(|key| messages::expected_unchanged(code(key.get_ref()))));
    lines.extend(expect.every_order.iter().map(every_order_expected));
    lines.extend(expected_clients(&expect.by));
    lines.extend(expect.waiting.iter().map(|name| messages::expected_waiting(code(name.get_ref()))));
    lines
}

/// Returns a sentence that says which clients must act, or `None` if the step names no client.
fn expected_clients(by: &[String]) -> Option<String> {
    let names: Vec<_> = by.iter().map(|name| code(name)).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(messages::expected_client(one)),
        several => Some(messages::expected_clients(several.join(&messages::expected_clients_and()))),
    }
}
