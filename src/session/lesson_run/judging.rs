//! Judges what the learner has submitted, and shows the verdict.

use super::hidden_code::HiddenCode;
use super::script::{Item, Then};
use super::{Phase, Tutor};
use crate::lesson::evidence::{DisplayedValue, Submission};
use crate::lesson::feedback;
use crate::lesson::findings::{Findings, Origin};
use crate::lesson::format::Step;
use crate::lesson::judge::{self, Judged, Verdict};
use crate::lesson::mismatches::{self, no_effect::NoEffect};
use crate::lesson::sent_command::is_another_way;
use crate::markup::{Role, code};
use crate::messages::feedback as messages;
use crate::messages::lesson_run::another_way;
use crate::session::event::Effect;
use crate::session::runtime::client::TUTOR;
use crate::session::runtime::{probe_answer, python_hints};

/// Maximum size of the data for which a digest is computed, in bytes. The digest is compared with the one from the
/// start of the step.
const MOST_DIGESTED_BYTES: usize = 4 << 20;

/// Returns whether the prompt has already explained that a submission only names a method and does not call it.
fn is_explained_by_prompt(submission: &Submission) -> bool {
    let shown = match &submission.value {
        Some(DisplayedValue::Python(shown)) => shown.as_str(),
        _ => "",
    };
    python_hints::uncalled(&submission.source, shown).is_some()
}

impl Tutor {
    /// Adds a submission to the learner's activity in the open step.
    pub fn note_activity(&mut self, submission: &Submission) {
        if let Some(run) = self.lesson.as_mut().filter(|run| run.phase == Phase::Doing) {
            run.activity.note(submission);
        }
    }

    /// Starts judging a learner's submission, if the open step can be judged. The probes of the data run first.
    pub fn judge(&mut self, submission: Submission) {
        let Some(run) = &self.lesson else { return };
        let step = run.current();
        let is_judged = step.task.is_some() || step.explore.is_some();
        if run.phase != Phase::Doing || !is_judged || self.runtime.is_silent || !self.script.is_idle() {
            return;
        }
        self.script.add([Item::AwaitRehearsal]);
        let every = step.expect.as_ref().and_then(|expect| expect.get_ref().every_order.clone());
        let plan = every.and_then(|every| self.plan_of_submission(&every, &submission));
        // The race comes before the probes, because the verdict uses only the results of the probes that ran after the
        // last `Item::Then`.
        self.script.add(plan.map(|plan| Item::Then(Then::Race(Box::new(plan)))));
        self.script.add([Item::Then(Then::Probe(Box::new(submission)))]);
    }

    /// Queues the probes of the data. The rehearsal must have shown which keys the lesson's own answer uses.
    pub(super) fn probe_data(&mut self, submission: Box<Submission>) {
        let Some(step) = self.bound_step(&submission.commands) else { return };
        let probes = judge::probes(&step);
        self.script.add(probes.into_iter().map(Item::Unseen));
        self.script.add([Item::Then(Then::Judge(submission))]);
    }

    /// Judges a submission after the probes have run, and shows the verdict.
    pub(super) fn conclude_judging(&mut self, submission: &Submission) {
        let Some(run) = &mut self.lesson else { return };
        self.hidden_code = HiddenCode::default();
        run.sent.extend(submission.commands.iter().cloned());
        if !submission.commands.is_empty() && !run.acted.contains(&submission.client) {
            run.acted.push(submission.client.clone());
        }
        let Some(step) = self.bound_step(&[]) else { return };
        let findings = self.findings(&step, submission);
        let submission = submission.clone().with_queued(&findings.sent);
        let submission = self.with_race(submission, findings.race_result.as_ref());
        let verdict = judge::judge(&step, &submission, &findings);
        let verdict = self.without_repetition(&step, &submission, &findings, verdict);
        self.note_repair(&submission);
        match verdict {
            Verdict::Done if submission.is_from_real_client => {
                self.say(Role::Plain, &messages::done_by_real_client());
                self.show_verdict(&step, &verdict, &findings);
            }
            // The prompt has already explained that a method was echoed instead of being called, so no verdict is
            // shown.
            Verdict::NoEffect(NoEffect::NotCalled { .. }) if is_explained_by_prompt(&submission) => {}
            // Nobody at the prompt has entered a TCP client's commands, so a verdict on them is shown only if they
            // complete the step.
            _ if submission.is_from_real_client => {}
            _ => self.show_verdict(&step, &verdict, &findings),
        }
        self.runtime.effects.push(Effect::Judged(Box::new(Judged { submission, findings, verdict })));
    }

    /// If a submission has restored the data to its state at the start of the step, records that earlier mistakes no
    /// longer matter.
    fn note_repair(&mut self, submission: &Submission) {
        let is_spoilt = self.lesson.as_ref().is_some_and(|run| run.activity.spoiling_mistake.is_some());
        if !is_spoilt || !submission.changed {
            return;
        }
        let digest = self.data_digest();
        if let Some(run) = self.lesson.as_mut().filter(|run| digest.is_some() && run.digest_before == digest) {
            run.activity.spoiling_mistake = None;
        }
    }

    /// Returns a digest of all data. The digest depends on whether a key expires, but not on when it expires. Returns
    /// `None` if there is so much data that computing the digest would cause a noticeable delay.
    pub(super) fn data_digest(&self) -> Option<String> {
        let keyspace = &self.runtime.engine.keyspace;
        (keyspace.memory() <= MOST_DIGESTED_BYTES).then(|| keyspace.digest())
    }

    /// Collects the facts that the judge needs besides the submission itself.
    fn findings(&mut self, step: &Step, submission: &Submission) -> Findings {
        let run = self.lesson.as_ref();
        let before = run.map(|run| run.contents_before.clone()).unwrap_or_default();
        let (sent, acted) = run.map(|run| (run.sent.clone(), run.acted.clone())).unwrap_or_default();
        let exchanges = run.map(|run| self.runtime.wire_log.exchanges(run.first_call)).unwrap_or_default();
        let answering_clients = self.answering_clients();
        let found = std::mem::take(&mut self.script.found);
        let raced = self.race.result.take();
        let every = step.expect.as_ref().and_then(|expect| expect.get_ref().every_order.as_ref());
        Findings {
            probes: found.into_iter().map(|probe| (probe.source.clone(), probe_answer(probe))).collect(),
            changed_keys: before
                .into_iter()
                .filter(|(key, old)| self.contents_of(key) != *old && !self.has_expired(key, old))
                .map(|(key, _)| key)
                .collect(),
            waiting_clients: self.waiting_clients(&acted),
            sent,
            exchanges,
            commands_behind: self
                .lesson
                .as_ref()
                .filter(|_| submission.commands.is_empty())
                .map(|run| run.activity.commands_behind(submission))
                .unwrap_or_default(),
            acting_clients: acted,
            intended: self.intended_commands(),
            answering_clients,
            does_answer_wait: step.answer.as_ref().is_some_and(|answer| answer.get_ref().contains(":wait ")),
            task: step.task.as_ref().map(|task| task.get_ref().clone()).unwrap_or_default(),
            assigned_variables: self
                .lesson
                .as_ref()
                .map(|run| run.activity.assigned_by(&submission.client))
                .unwrap_or_default(),
            variable_owners: self
                .lesson
                .as_ref()
                .map(|run| run.activity.holders(&submission.client))
                .unwrap_or_default(),
            key_types: self.types_of_keys(submission),
            is_run_defined: every.is_some_and(|every| self.is_run_defined(every)),
            origin: self.origin(submission),
            is_spoiled: self.lesson.as_ref().is_some_and(|run| run.activity.spoiling_mistake.is_some()),
            race_result: raced,
        }
    }

    fn show_verdict(&mut self, step: &Step, verdict: &Verdict, findings: &Findings) {
        match verdict {
            Verdict::Done => {
                self.note_another_way(step, &findings.intended);
                self.finish_step(false);
            }
            Verdict::Exploring => {}
            Verdict::Near(mismatches) => {
                let differences = feedback::sentences(mismatches).join(" ");
                self.say(Role::Miss, &messages::near(differences));
            }
            Verdict::NoEffect(reason) => self.say(Role::Miss, &feedback::no_effect_sentence(reason)),
            Verdict::InProgress => self.say(Role::Muted, &messages::not_there_yet()),
            Verdict::Spoiled => self.say(Role::Miss, &messages::data_is_spoiled()),
            Verdict::PartDone if findings.is_spoiled => {
                self.say(Role::Muted, &messages::part_is_done_in_spoiled_data());
            }
            Verdict::PartDone => self.say(Role::Muted, &messages::part_is_done()),
            Verdict::Mistake(index) => {
                self.say(Role::Miss, &step.mistakes[*index].say);
                self.show_failed_order(step, findings.race_result.as_ref());
            }
            Verdict::Miss(mismatches) => {
                for sentence in feedback::sentences(mismatches) {
                    self.say(Role::Miss, &sentence);
                }
                self.show_failed_order(step, findings.race_result.as_ref());
                let has_hints = step.hints.len() > self.lesson.as_ref().map_or(0, |run| run.hints);
                let help = if has_hints { messages::hints_are_left() } else { messages::only_answer_is_left() };
                self.say(Role::Muted, &help);
            }
        }
    }

    /// Returns the origin of the value that a submission shows.
    fn origin(&self, submission: &Submission) -> Origin {
        let activity = self.lesson.as_ref().map(|run| &run.activity);
        activity.map_or(Origin::Redis, |activity| activity.origin(submission, &self.intended_commands()))
    }

    /// Replaces a verdict that would only repeat an earlier one. If a mistake shows only in the data, it is not
    /// reported again until the data changes, and not for a later line that is right. Also records whether a mistake has
    /// spoiled the data.
    fn without_repetition(
        &mut self,
        step: &Step,
        submission: &Submission,
        findings: &Findings,
        verdict: Verdict,
    ) -> Verdict {
        let Some(run) = &mut self.lesson else { return verdict };
        if let Verdict::Mistake(index) = &verdict
            && judge::is_shown_by_data_alone(&step.mistakes[*index])
            && run.activity.spoiling_mistake == Some(*index)
            && mismatches::is_part_of_answer(submission, findings)
        {
            return Verdict::PartDone;
        }
        if submission.changed {
            run.activity.reported_mistakes.clear();
        }
        let Verdict::Mistake(index) = &verdict else { return verdict };
        let mistake = &step.mistakes[*index];
        if judge::is_shown_by_data_alone(mistake) && run.activity.reported_mistakes.contains(index) {
            return Verdict::Exploring;
        }
        run.activity.reported_mistakes.push(*index);
        if judge::spoils_data(mistake, submission) {
            run.activity.spoiling_mistake = Some(*index);
        }
        verdict
    }

    /// Saves the lesson's own answer if the learner's commands differ from it, so that the answer can be shown at the
    /// end of the step.
    fn note_another_way(&mut self, step: &Step, intended: &[Vec<Vec<u8>>]) {
        let Some(run) = &mut self.lesson else { return };
        let answer = step.answer.as_ref().map(|answer| answer.get_ref().trim());
        if let Some(answer) = answer.filter(|answer| !answer.contains('\n'))
            && is_another_way(&run.sent, intended)
        {
            run.closing_remark = Some(another_way(code(answer)));
        }
    }

    /// Returns whether a key no longer exists because its time to live has ended. `old` is the result of
    /// [`Tutor::contents_of`] for the key at the start of the step.
    fn has_expired(&self, key: &str, old: &[u8]) -> bool {
        let line = old.strip_prefix(b":").and_then(|rest| rest.split(|byte| *byte == b'\r').next());
        let expiry_ms = line.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<i64>().ok());
        let is_gone = self.runtime.engine.keyspace.database().get(key.as_bytes()).is_none();
        is_gone && expiry_ms.is_some_and(|expiry_ms| expiry_ms >= 0 && expiry_ms * 1000 <= self.runtime.now_us())
    }

    /// Returns the names of the clients that are waiting for a reply, the longest-waiting first. `acted` lists clients
    /// in the order of their first command in this step. A client that is not in `acted` started to wait before the
    /// step.
    fn waiting_clients(&self, acted: &[String]) -> Vec<String> {
        let waiting = self.runtime.clients.iter().filter(|client| client.work.is_some());
        let mut names: Vec<String> = waiting.map(|client| client.name.clone()).collect();
        names.sort_by_key(|name| acted.iter().position(|known| known == name).map_or(0, |at| at + 1));
        names
    }

    /// Returns a key's value and expiry time, as bytes that are equal only if the key has not changed.
    pub(super) fn contents_of(&mut self, key: &str) -> Vec<u8> {
        let connection = self.runtime.cli_connection(TUTOR);
        let now_us = self.runtime.now_us();
        let engine = &mut self.runtime.engine;
        let key = key.as_bytes();
        let questions: [&[&[u8]]; 7] = [
            &[b"PEXPIRETIME", key],
            &[b"TYPE", key],
            &[b"GET", key],
            &[b"LRANGE", key, b"0", b"-1"],
            &[b"HGETALL", key],
            &[b"SMEMBERS", key],
            &[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"],
        ];
        for argv in questions {
            engine.execute(connection, argv, now_us);
        }
        engine.server.clients.get_mut(connection).reply.take()
    }
}
