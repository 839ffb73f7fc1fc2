//! Races in a lesson. A race is played by the learner or in every interleaving of its clients' commands. This module
//! also shows the results.

use super::script::{Item, Then};
use super::{Phase, Tutor};
use crate::lesson::evidence::Submission;
use crate::lesson::format::{self, EveryOrder, Probe, Step};
use crate::lesson::race_result::{Order, RaceResult, TurnOutcome};
use crate::markup::{Role, code, parse};
use crate::messages::lesson_run as messages;
use crate::session::event::{Effect, Event, Need, Show};
use crate::session::race::definitions::{defines_run, is_definition, needed};
use crate::session::race::{Entrant, Mode, Plan, Race, RacePhase, RacerState};
use crate::session::runtime::client::ClientIndex;
use python_kernel::syntax;
use redis_engine::command::Flag;
use redis_engine::commands;

/// The race in progress, and its purpose.
#[derive(Debug, Default)]
pub(super) struct RaceRun {
    current: Option<Box<Race>>,
    purpose: Purpose,
    /// Number of races that have been started.
    count: u32,
    /// Number of turns of the current order (interleaving of the clients' commands) that have been shown.
    shown_turns: usize,
    /// The result of the race in which several clients ran the learner's submission, if there was one.
    pub(super) result: Option<RaceResult>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Purpose {
    /// The race is the task of the step, and the learner chooses the turns.
    #[default]
    Step,
    /// The learner has found a failing order of the clients' commands. Now all orders are played, to count the failing
    /// ones.
    FoundByHand,
    /// All orders of the clients' commands are played, because the learner skips the step.
    Skip,
    /// The result of the race determines the verdict on a submission.
    Judge,
    /// The race counts how many updates a program in a comparison loses.
    Compare,
}

impl Tutor {
    /// Handles an event if it concerns the race in progress. Returns the event if the session must handle it too.
    pub fn handle_race_event(&mut self, event: Event) -> Option<Event> {
        let is_race_child = match &event {
            Event::Frame { child, .. } | Event::ChildGone(child) => Race::owns(*child),
            _ => false,
        };
        if !self.is_race_busy() {
            return (!is_race_child).then_some(event);
        }
        let passed_on = match &event {
            Event::Interrupt => {
                self.stop_race();
                return None;
            }
            // The session needs this event too, to set its own clock.
            Event::Elapsed { .. } => Some(event.clone()),
            Event::SkipWait => None,
            _ if is_race_child => None,
            _ => return Some(event),
        };
        if let Some(race) = &mut self.race.current {
            race.handle(event);
        }
        self.continue_race();
        passed_on
    }

    pub fn race_need(&self) -> Option<Need> {
        self.race.current.as_ref().and_then(|race| race.need())
    }

    pub fn is_race_busy(&self) -> bool {
        self.race.current.as_ref().is_some_and(|race| race.is_busy())
    }

    /// Ends the race in progress.
    pub fn end_race(&mut self) {
        self.end_racers();
        self.race = RaceRun { count: self.race.count, ..RaceRun::default() };
    }

    /// Ends the racers' programs. Returns how many orders of their commands were played.
    fn end_racers(&mut self) -> usize {
        let Some(mut race) = self.race.current.take() else { return 0 };
        race.end();
        self.runtime.effects.extend(race.take_effects());
        race.tally().orders
    }

    /// Handles Ctrl-C during a race.
    fn stop_race(&mut self) {
        let stopped = match self.end_racers() {
            0 => messages::race_stopped(),
            1 => messages::race_stopped_after_one(),
            orders => messages::race_stopped_after(orders),
        };
        match self.race.purpose {
            Purpose::Judge => return self.say(Role::Muted, &messages::try_not_judged(stopped)),
            Purpose::Compare => return self.say(Role::Muted, &messages::updates_not_counted(stopped)),
            Purpose::Step | Purpose::FoundByHand | Purpose::Skip => {}
        }
        if let Some(run) = &mut self.lesson {
            run.phase = Phase::Doing;
        }
        self.say(Role::Muted, &messages::race_can_go_on(stopped));
    }

    fn start_race(&mut self, plan: Plan, mode: Mode, purpose: Purpose) {
        self.end_racers();
        self.race.count += 1;
        let number = self.race.count;
        // A submission is judged on a copy of the data from the start of the step, so that the learner's earlier
        // attempts have no effect on the race.
        let start = self.lesson.as_ref().and_then(|run| run.start.clone()).filter(|_| purpose == Purpose::Judge);
        let start = start.as_ref();
        let (engine, clock) =
            start.map_or((&self.runtime.engine, &self.runtime.clock), |start| (&start.engine, &start.clock));
        let mut race = Race::new(plan, engine.clone(), clock.clone(), self.runtime.seed(), number);
        race.begin(mode);
        self.race.current = Some(Box::new(race));
        (self.race.purpose, self.race.shown_turns) = (purpose, 0);
        self.continue_race();
    }

    /// Begins a step whose task is a race.
    pub fn begin_race_step(&mut self, race: &format::Race) {
        self.start_race(plan_of_step(race), Mode::ByHand, Purpose::Step);
    }

    /// Plays every order of the clients' commands, because the learner skips the step.
    pub(super) fn skip_race(&mut self, race: &format::Race) {
        self.start_race(plan_of_step(race), Mode::EveryOrder, Purpose::Skip);
    }

    /// Performs the race's effects. Once the race is no longer waiting for a program, shows the state of the race.
    fn continue_race(&mut self) {
        let Some(race) = &mut self.race.current else { return };
        self.runtime.effects.extend(race.take_effects());
        if race.is_busy() {
            return;
        }
        let is_over = race.phase() == RacePhase::Over;
        let tally = race.tally().clone();
        match (race.mode(), self.race.purpose) {
            (Mode::EveryOrder, Purpose::Judge) => {
                self.end_racers();
                self.race.result = Some(tally);
            }
            (Mode::EveryOrder, Purpose::Compare) => {
                self.end_racers();
                self.script.raced.push(tally);
            }
            (Mode::EveryOrder, purpose) => self.conclude_every_order(tally, purpose),
            (Mode::ByHand, _) => {
                self.show_turns();
                if is_over { self.conclude_order() } else { self.show_racers() }
            }
        }
    }

    fn race_of_step(&self) -> Option<format::Race> {
        self.lesson.as_ref().and_then(|run| run.current().race.clone())
    }

    /// Shows the turns that have been played since the last call.
    fn show_turns(&mut self) {
        let Some(race) = &self.race.current else { return };
        let mut texts = Vec::new();
        // Turns that were already shown before a replay are skipped.
        for step in race.order().steps.iter().skip(self.race.shown_turns) {
            let name = format!("**{}**", race.tally().names[step.who]);
            let sent = (!step.sent.is_empty()).then(|| code(&step.sent));
            texts.push(match (sent, &step.outcome) {
                (_, TurnOutcome::Ended(error)) => messages::client_ends(name, code(error)),
                (None, TurnOutcome::Answered(reply)) => messages::client_gets(name, code(reply)),
                (None, TurnOutcome::Waits) => messages::client_waits(name, messages::time_to_pass()),
                (Some(sent), TurnOutcome::Answered(reply)) => messages::client_sends_and_gets(name, sent, code(reply)),
                (Some(sent), TurnOutcome::Waits) => messages::client_sends_and_waits(name, sent),
            });
        }
        self.race.shown_turns = race.order().steps.len();
        for text in texts {
            self.say(Role::Plain, &text);
        }
    }

    /// Shows the state of each racer: what it sends next, what it waits for, or that it is done.
    fn show_racers(&mut self) {
        let Some(race) = &self.race.current else { return };
        let lines: Vec<String> = race
            .racer_states()
            .iter()
            .enumerate()
            .map(|(index, (name, state))| match state {
                RacerState::Ready(sends) => messages::client_ready(index + 1, name, code(sends)),
                RacerState::Waits(keys) => messages::client_waits(name, keys),
                RacerState::Done => messages::client_done(name),
            })
            .map(|line| format!("- {line}"))
            .collect();
        self.show(Show::Text(parse(&lines.join("\n"))));
    }

    /// Shows the result of a race that the learner played. If the race failed, plays all orders of the commands to
    /// count the failing ones.
    fn conclude_order(&mut self) {
        let (Some(format), Some(race)) = (self.race_of_step(), &mut self.race.current) else { return };
        let order = race.order().clone();
        let observed = observation(&format.holds, order.seen.as_deref());
        if order.holds {
            race.begin(Mode::ByHand);
            self.race.shown_turns = 0;
            self.say(Role::Plain, &messages::order_succeeds(observed));
            return self.continue_race();
        }
        race.begin(Mode::EveryOrder);
        self.race.purpose = Purpose::FoundByHand;
        self.say(Role::Done, &messages::order_fails(observed, code(&format.holds.reply), &format.lost));
        self.continue_race();
    }

    /// Shows in how many orders of the clients' commands the race failed, and ends the step.
    fn conclude_every_order(&mut self, raced: RaceResult, purpose: Purpose) {
        let Some(format) = self.race_of_step() else { return };
        self.end_race();
        let role = if purpose == Purpose::Skip { Role::Plain } else { Role::Done };
        let shows_example = raced.example.is_some() && purpose != Purpose::FoundByHand;
        let mut text = tally(&raced, &format.lost);
        if shows_example {
            text = format!("{text} {}", messages::one_failing_order());
        }
        self.say(role, &text);
        if shows_example {
            self.show_example(&raced, &format.holds);
        } else if let (0, Some(longest)) = (raced.bad, &raced.longest) {
            self.say(Role::Plain, &messages::longest_order());
            self.show_order(&raced.names, longest);
        }
        self.runtime.effects.push(Effect::RaceResult(Box::new(raced)));
        self.script.add([Item::Then(if purpose == Purpose::Skip { Then::Skipped } else { Then::Shown })]);
    }

    /// Returns the submission with the commands that were sent in its race, and with the race's error if it has no
    /// error of its own.
    pub(super) fn with_race(&self, mut submission: Submission, raced: Option<&RaceResult>) -> Submission {
        if let Some(raced) = raced {
            submission.commands.extend(raced.commands.iter().cloned());
            submission.error = submission.error.or_else(|| raced.error.as_ref().map(|ended| ended.error.clone()));
        }
        submission
    }

    /// Shows an order of the clients' commands for which the submission failed, if there is one.
    pub(super) fn show_failed_order(&mut self, step: &Step, raced: Option<&RaceResult>) {
        let every = step.expect.as_ref().and_then(|expect| expect.get_ref().every_order.as_ref());
        if let (Some(every), Some(raced)) = (every, raced) {
            if raced.example.is_some() {
                self.say(Role::Plain, &messages::failing_order());
            }
            self.show_example(raced, &every.holds);
        }
    }

    /// Shows an order of the clients' commands for which the race failed, if there is one. `holds` is the probe that
    /// failed.
    fn show_example(&mut self, raced: &RaceResult, holds: &Probe) {
        let Some(order) = &raced.example else { return };
        self.show_order(&raced.names, order);
        let observed = observation(holds, order.seen.as_deref());
        self.say(Role::Plain, &messages::example_fails(observed, code(&holds.reply)));
    }

    fn show_order(&mut self, names: &[String], order: &Order) {
        self.show(Show::Gap);
        self.show(Show::Lanes { names: names.to_vec(), order: order.clone() });
        self.show(Show::Gap);
    }

    /// Tells the learner what to do in a race.
    pub(super) fn show_race_task(&mut self, race: &format::Race) {
        self.say(Role::Task, &messages::task_race(&race.goal));
        let mut names: Vec<&str> = Vec::new();
        for (index, client) in race.clients.iter().enumerate() {
            names.push(client.name.get_ref());
            if race.clients.get(index + 1).is_some_and(|next| next.run.is_none()) {
                continue;
            }
            self.say(Role::Plain, &programs_heading(&names));
            let program = program_of(race, index);
            self.show(Show::Text(parse(&format!("```\n{}\n```", program.trim_matches('\n')))));
            names.clear();
        }
        self.say(Role::Muted, &messages::race_help());
    }

    /// Handles an answer in a race: whose turn is next, `again` to start over, or `all` to play every order of the
    /// clients' commands.
    pub(super) fn answer_race(&mut self, text: &str, format: &format::Race) {
        let Some(race) = &mut self.race.current else {
            return match text {
                "all" => self.start_race(plan_of_step(format), Mode::EveryOrder, Purpose::Step),
                _ => self.begin_race_step(format),
            };
        };
        if text.is_empty() {
            return self.show_racers();
        }
        if text.eq_ignore_ascii_case("all") {
            race.begin(Mode::EveryOrder);
            return self.continue_race();
        }
        if text.eq_ignore_ascii_case("again") {
            race.forget_turns();
            race.begin(Mode::ByHand);
            self.race.shown_turns = 0;
            return self.continue_race();
        }
        let states = race.racer_states();
        let by_number = text.trim_end_matches('.').parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let by_name = || states.iter().position(|(name, _)| name.eq_ignore_ascii_case(text));
        let index = by_number.or_else(by_name).filter(|&index| index < states.len());
        let refusal = match index.map(|index| &states[index]) {
            Some((_, RacerState::Ready(_))) => None,
            Some((name, RacerState::Done)) => Some(messages::client_is_done(name)),
            Some((name, RacerState::Waits(keys))) => Some(messages::client_cannot_send(name, keys)),
            None => {
                let names = states.iter().enumerate();
                let names: Vec<_> = names.map(|(i, (name, _))| messages::client_number(i + 1, name)).collect();
                Some(messages::nobodys_turn(code(text), names.join(", ")))
            }
        };
        match (refusal, index) {
            (Some(refusal), _) => self.say(Role::Miss, &refusal),
            (None, Some(index)) => {
                race.play_turn(index);
                self.continue_race();
            }
            (None, None) => {}
        }
    }

    /// Undoes the last turn of a race that the learner plays. Returns false if there is no turn to undo.
    pub fn undo_race_turn(&mut self) -> bool {
        let Some(race) = self.race.current.as_mut().filter(|race| race.mode() == Mode::ByHand) else { return false };
        if !race.undo_turn() {
            return false;
        }
        self.race.shown_turns = usize::MAX;
        self.say(Role::Muted, &messages::turn_undone());
        self.continue_race();
        true
    }

    /// Returns whether any client has defined the function that the step wants all clients to run.
    pub(super) fn is_run_defined(&self, every: &EveryOrder) -> bool {
        let run = every.run.as_ref().map(|run| run.get_ref().as_str()).unwrap_or_default();
        let mut entries = self.runtime.clients.iter().flat_map(|client| client.python.replay_log.entries());
        entries.any(|entry| defines_run(&entry.source, run))
    }

    /// Returns the number of statements that a client's Python process had run when the step began.
    fn sources_before(&self, client: ClientIndex) -> usize {
        let start = self.lesson.as_ref().and_then(|run| run.start.as_ref());
        start.and_then(|start| start.sources_run.get(client.as_usize())).copied().unwrap_or(0)
    }

    /// Plans a race in which several clients run a submission, or the function that it defines. Returns `None` if the
    /// submission contains nothing to race.
    pub(super) fn plan_of_submission(&mut self, every: &EveryOrder, submission: &Submission) -> Option<Plan> {
        let is_raced = match &every.run {
            Some(run) => {
                let statements = syntax::split_statements(&submission.source).ok()?;
                statements.iter().any(|statement| defines_run(&statement.source, run.get_ref()))
            }
            // A submission that only reads cannot lose an update, so it is not raced.
            None => submission.error.is_none() && submission.commands.iter().any(|words| writes(words)),
        };
        if !is_raced {
            return None;
        }
        let client = self.runtime.clients.position(|client| client.name == submission.client)?;
        let program = every.run.as_ref().map_or(&submission.source, |run| run.get_ref()).clone();
        let before = needed(&program, self.definitions_of(client).iter());
        let count = every.clients.as_ref().map_or(2, |count| *count.get_ref());
        Some(Plan {
            start: every.start.as_ref().map(|start| start.get_ref().clone()),
            racers: entrants(count, &before, &program),
            holds: every.holds.clone(),
        })
    }

    /// Starts a race in which several clients run one program of a comparison.
    pub(super) fn race_side(&mut self, plan: Plan) {
        self.start_race(plan, Mode::EveryOrder, Purpose::Compare);
    }

    /// Returns a client's imports, definitions and assignments that its racing program may need. Statements that read
    /// from Redis before this step began are omitted. A later statement that reads from Redis is included, and reads
    /// the data with which the race starts.
    fn definitions_of(&self, client: ClientIndex) -> Vec<String> {
        let sources_before = self.sources_before(client);
        let entries = self.runtime.clients[client].python.replay_log.entries().enumerate();
        let defines = entries.filter(|(index, entry)| {
            is_definition(&entry.source) && (*index >= sources_before || !entry.has_redis_reply())
        });
        defines.map(|(_, entry)| entry.source.clone()).collect()
    }

    /// Starts a race in which several clients run a submission.
    pub(super) fn race_submission(&mut self, plan: Plan) {
        self.start_race(plan, Mode::EveryOrder, Purpose::Judge);
    }
}

/// Returns whether a command may change a key.
fn writes(words: &[Vec<u8>]) -> bool {
    let name = words.first().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
    commands::by_name(&name).is_some_and(|command| command.has(Flag::Write))
}

/// Returns `count` racing clients that run the same program.
fn entrants(count: usize, before: &[String], program: &str) -> Vec<Entrant> {
    let names = ["ann", "bob", "eve"].iter().take(count);
    names.map(|name| Entrant { name: (*name).into(), before: before.to_vec(), program: vec![program.into()] }).collect()
}

/// Plans a race for each program of a comparison whose lost updates are to be counted.
pub(super) fn plans_of_compare(compare: &format::Compare) -> Vec<Plan> {
    let plan = |side: &format::Program| {
        Some(Plan {
            start: compare.setup.as_ref().map(|setup| setup.get_ref().clone()),
            racers: entrants(compare.clients(), &[], side.run.get_ref()),
            holds: side.holds.clone()?,
        })
    };
    [&compare.left, &compare.right].into_iter().filter_map(plan).collect()
}

fn program_of(race: &format::Race, index: usize) -> String {
    race.program_of(index).map(|run| run.get_ref().clone()).unwrap_or_default()
}

fn plan_of_step(race: &format::Race) -> Plan {
    let racers = (0..race.clients.len()).map(|index| Entrant {
        name: race.clients[index].name.get_ref().clone(),
        before: Vec::new(),
        program: vec![program_of(race, index)],
    });
    Plan {
        start: race.start.as_ref().map(|start| start.get_ref().clone()),
        racers: racers.collect(),
        holds: race.holds.clone(),
    }
}

/// Returns a clause about the value that the probe returned, such as `` `r.get('views')` returns `b'11'` ``.
fn observation(holds: &Probe, seen: Option<&str>) -> String {
    let probe = code(holds.run.get_ref());
    match seen {
        Some(seen) => messages::probe_says(probe, code(seen)),
        None => messages::probe_fails(probe),
    }
}

/// Returns a sentence that says in how many orders of the clients' commands the race failed. `lost` says what goes
/// wrong in them.
fn tally(raced: &RaceResult, lost: &str) -> String {
    if raced.orders == 1 {
        return match raced.bad {
            0 => messages::only_order_succeeds(),
            _ => messages::only_order_fails(lost),
        };
    }
    let played =
        if raced.cut { messages::first_orders_played(raced.orders) } else { messages::all_orders_played(raced.orders) };
    match raced.bad {
        0 => messages::no_order_fails(played, lost),
        bad => messages::orders_fail(played, lost, bad),
    }
}

/// Describes the aim of a race in a sentence.
pub fn race_expected(race: &format::Race) -> String {
    messages::race_expected(code(race.holds.run.get_ref()), code(&race.holds.reply))
}

/// Describes in a sentence what must hold in whatever order the clients' commands run.
pub fn every_order_expected(every: &EveryOrder) -> String {
    let clients = every.clients.as_ref().map_or(2, |count| *count.get_ref());
    let run = every.run.as_ref().map_or_else(messages::this_program, |run| code(run.get_ref()));
    messages::every_order_expected(clients, run, code(every.holds.run.get_ref()), code(&every.holds.reply))
}

/// Returns the line that introduces the program which the clients in `names` run.
fn programs_heading(names: &[&str]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => {
            let rest = format!("**{}**", rest.join("**, **"));
            messages::clients_run(messages::names_and_last(rest, format!("**{last}**")))
        }
        _ => messages::client_runs(names.iter().map(|name| format!("**{name}**")).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_tells_how_many_orders_were_played() {
        let raced =
            |orders, bad, cut| tally(&RaceResult { orders, bad, cut, ..RaceResult::default() }, "a view is lost");
        assert_eq!(raced(6, 4, false), "All 6 orders played: a view is lost in **4** of them.");
        assert_eq!(raced(2, 0, false), "All 2 orders played: a view is lost in none of them.");
        assert_eq!(
            raced(400, 1, true),
            "The first 400 orders played, and there are more: a view is lost in **1** of them."
        );
        assert_eq!(raced(1, 0, false), "There is one order, and nothing goes wrong in it.");
        assert_eq!(raced(1, 1, false), "There is one order, and a view is lost in it.");
    }
}
