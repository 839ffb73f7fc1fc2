//! Leading through a race: whose turn it is, by hand or in every order, and what came of it.

use super::super::Session;
use super::super::event::{Event, Need, Show};
use super::super::lead::Phase;
use super::super::script::Then;
use super::definitions::{defines_run, is_definition, needed};
use super::{Entrant, Mode, Plan, Race, RacePhase, RacerState};
use crate::lesson::evidence::Submission;
use crate::lesson::format::{self, EveryOrder, Probe, Step};
use crate::lesson::judge::code;
use crate::lesson::raced::{Order, RaceResult};
use crate::markup::{Role, parse};
use python_kernel::syntax;
use redis_engine::command::Flag;
use redis_engine::commands;

/// The race that is open, and what it is for.
#[derive(Debug, Default)]
pub struct Races {
    current: Option<Box<Race>>,
    purpose: Purpose,
    /// How many there were.
    count: u32,
    /// How many turns of the order were shown.
    shown: usize,
    /// What came of racing a submission.
    pub raced: Option<RaceResult>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Purpose {
    /// The learner's, for a step of this kind.
    #[default]
    Step,
    /// The learner has found a bad order by hand, and sees now how many there are.
    FoundByHand,
    /// Every order, for the learner who skips the step.
    Skip,
    /// To judge a submission.
    Judge,
    /// To see how many updates a program loses that is compared.
    Compare,
}

impl Session {
    /// Takes what is for the race; hands back what is not.
    pub(in super::super) fn race_hears(&mut self, event: Event) -> Option<Event> {
        let of_a_race = match &event {
            Event::Frame { child, .. } | Event::ChildGone(child) => Race::owns(*child),
            _ => false,
        };
        if !self.race_is_busy() {
            return (!of_a_race).then_some(event);
        }
        let passed_on = match &event {
            Event::Interrupt => {
                self.stop_race();
                return None;
            }
            // Time is the session's as well.
            Event::Elapsed { .. } => Some(event.clone()),
            Event::SkipWait => None,
            _ if of_a_race => None,
            _ => return Some(event),
        };
        if let Some(race) = &mut self.races.current {
            race.hears(event);
        }
        self.race_moved();
        passed_on
    }

    pub(in super::super) fn race_need(&self) -> Option<Need> {
        self.races.current.as_ref().and_then(|race| race.need())
    }

    pub(in super::super) fn race_is_busy(&self) -> bool {
        self.races.current.as_ref().is_some_and(|race| race.is_busy())
    }

    /// Ends the race that is open.
    pub(in super::super) fn end_race(&mut self) {
        self.end_racers();
        self.races = Races { count: self.races.count, ..Races::default() };
    }

    /// Ends the racers' programs; says how many orders they had played.
    fn end_racers(&mut self) -> usize {
        let Some(mut race) = self.races.current.take() else { return 0 };
        race.end();
        self.effects.extend(race.take_effects());
        race.tally().orders
    }

    /// Ctrl-C while an order is played.
    fn stop_race(&mut self) {
        let stopped = match self.end_racers() {
            0 => "Stopped".to_owned(),
            1 => "Stopped after 1 order".to_owned(),
            orders => format!("Stopped after {orders} orders"),
        };
        match self.races.purpose {
            Purpose::Judge => return self.say(Role::Muted, &format!("{stopped}: this try is not judged.")),
            Purpose::Compare => return self.say(Role::Muted, &format!("{stopped}: lost updates are not counted.")),
            Purpose::Step | Purpose::FoundByHand | Purpose::Skip => {}
        }
        if let Some(lead) = &mut self.lead {
            lead.phase = Phase::Doing;
        }
        self.say(Role::Muted, &format!("{stopped}. Enter begins anew, `all` plays every order, `:skip` goes on."));
    }

    fn start_race(&mut self, plan: Plan, mode: Mode, purpose: Purpose) {
        self.end_racers();
        self.races.count += 1;
        let number = self.races.count;
        // What a learner has tried meanwhile is none of the clients' business.
        let start = self.lead.as_ref().and_then(|lead| lead.start.clone()).filter(|_| purpose == Purpose::Judge);
        let start = start.as_ref();
        let (engine, clock) = start.map_or((&self.engine, &self.clock), |start| (&start.engine, &start.clock));
        let mut race = Race::new(plan, engine.clone(), clock.clone(), self.seed, number);
        race.begin(mode);
        self.races.current = Some(Box::new(race));
        (self.races.purpose, self.races.shown) = (purpose, 0);
        self.race_moved();
    }

    /// Begins a step that is a race.
    pub(in super::super) fn begin_race_step(&mut self, race: &format::Race) {
        self.start_race(plan_of_step(race), Mode::ByHand, Purpose::Step);
    }

    /// Plays every order of a step for the learner.
    pub(in super::super) fn skip_race(&mut self, race: &format::Race) {
        self.start_race(plan_of_step(race), Mode::EveryOrder, Purpose::Skip);
    }

    /// The race has got somewhere: if it waits for nobody's program, says what came of it.
    fn race_moved(&mut self) {
        let Some(race) = &mut self.races.current else { return };
        self.effects.extend(race.take_effects());
        if race.is_busy() {
            return;
        }
        let is_over = race.phase() == RacePhase::Over;
        let tally = race.tally().clone();
        match (race.mode(), self.races.purpose) {
            (Mode::EveryOrder, Purpose::Judge) => {
                self.end_racers();
                self.races.raced = Some(tally);
            }
            (Mode::EveryOrder, Purpose::Compare) => {
                self.end_racers();
                self.script.raced.push(tally);
            }
            (Mode::EveryOrder, purpose) => self.every_order_played(tally, purpose),
            (Mode::ByHand, _) => {
                self.show_turns();
                if is_over { self.order_ended() } else { self.show_stands() }
            }
        }
    }

    fn race_of_step(&self) -> Option<format::Race> {
        self.lead.as_ref().and_then(|lead| lead.current().race.clone())
    }

    /// Shows the turns that came since the last time.
    fn show_turns(&mut self) {
        let Some(race) = &self.races.current else { return };
        let mut texts = Vec::new();
        // What is played again is not shown again.
        for step in race.order().steps.iter().skip(self.races.shown) {
            let name = &race.tally().names[step.who];
            texts.push(match (step.sent.as_str(), step.got.as_str()) {
                ("", got) => format!("**{name}** {}", turn_without_command(got)),
                (sent, "") => format!("**{name}** sends {} and waits.", code(sent)),
                (sent, got) => format!("**{name}** sends {} and gets {}", code(sent), code(got)),
            });
        }
        self.races.shown = race.order().steps.len();
        for text in texts {
            self.say(Role::Plain, &text);
        }
    }

    /// Shows whose turn may be next.
    fn show_stands(&mut self) {
        let Some(race) = &self.races.current else { return };
        let lines: Vec<String> = race
            .stands()
            .iter()
            .enumerate()
            .map(|(index, (name, stand))| match stand {
                RacerState::Ready(sends) => format!("- `{}` {name}: {}", index + 1, code(sends)),
                RacerState::Waits(what) => format!("- {name} waits for {what}"),
                RacerState::Done => format!("- {name} is done"),
            })
            .collect();
        self.show(Show::Text(parse(&lines.join("\n"))));
    }

    /// An order that was taken by hand has come to its end.
    fn order_ended(&mut self) {
        let (Some(format), Some(race)) = (self.race_of_step(), &mut self.races.current) else { return };
        let order = race.order().clone();
        let says = said(&format.holds, order.seen.as_deref());
        if order.holds {
            race.begin(Mode::ByHand);
            self.races.shown = 0;
            self.say(
                Role::Plain,
                &format!("{says}, as it should. From the start, in another order? `all` plays every one."),
            );
            return self.race_moved();
        }
        race.begin(Mode::EveryOrder);
        self.races.purpose = Purpose::FoundByHand;
        self.say(Role::Done, &format!("{says}, not {}: {}.", code(&format.holds.reply), format.lost));
        self.race_moved();
    }

    /// All orders were played: says in how many it went wrong, and the step is done.
    fn every_order_played(&mut self, raced: RaceResult, purpose: Purpose) {
        let Some(format) = self.race_of_step() else { return };
        self.end_race();
        let role = if purpose == Purpose::Skip { Role::Plain } else { Role::Done };
        let shows_example = raced.example.is_some() && purpose != Purpose::FoundByHand;
        self.say(role, &format!("{}{}", tally(&raced, &format.lost), if shows_example { " Here is one:" } else { "" }));
        if shows_example {
            self.show_example(&raced, &format.holds);
        } else if let (0, Some(longest)) = (raced.bad, &raced.longest) {
            self.say(Role::Plain, "The longest of them:");
            self.show_order(&raced.names, longest);
        }
        self.effects.push(super::super::event::Effect::RaceResult(Box::new(raced)));
        self.script.add([super::super::script::Item::Then(if purpose == Purpose::Skip {
            Then::Skipped
        } else {
            Then::Shown
        })]);
    }

    /// What was submitted, with what it did when it was raced.
    pub(in super::super) fn with_race(&self, mut submission: Submission, raced: Option<&RaceResult>) -> Submission {
        if let Some(raced) = raced {
            submission.commands.extend(raced.commands.iter().cloned());
            submission.error = submission.error.or_else(|| raced.error.as_ref().map(|ended| ended.error.clone()));
        }
        submission
    }

    /// Shows an order in which what was submitted went wrong.
    pub(in super::super) fn show_lost(&mut self, step: &Step, raced: Option<&RaceResult>) {
        let every = step.expect.as_ref().and_then(|expect| expect.get_ref().every_order.as_ref());
        if let (Some(every), Some(raced)) = (every, raced) {
            if raced.example.is_some() {
                self.say(Role::Plain, "An order in which it goes wrong:");
            }
            self.show_example(raced, &every.holds);
        }
    }

    /// Shows an order in which it went wrong.
    pub(in super::super) fn show_example(&mut self, raced: &RaceResult, holds: &Probe) {
        let Some(order) = &raced.example else { return };
        self.show_order(&raced.names, order);
        let says = said(holds, order.seen.as_deref());
        self.say(Role::Plain, &format!("{says}, not {}.", code(&holds.reply)));
    }

    fn show_order(&mut self, names: &[String], order: &Order) {
        self.show(Show::Gap);
        self.show(Show::Lanes { names: names.to_vec(), order: order.clone() });
        self.show(Show::Gap);
    }

    /// Says what is to be done in a race.
    pub(in super::super) fn invite_to_race(&mut self, race: &format::Race) {
        self.say(Role::Task, &format!("**Race:** {}", race.goal));
        let mut names: Vec<&str> = Vec::new();
        for (index, client) in race.clients.iter().enumerate() {
            names.push(client.name.get_ref());
            if race.clients.get(index + 1).is_some_and(|next| next.run.is_none()) {
                continue;
            }
            let run = if names.len() > 1 { "each run" } else { "runs" };
            self.say(Role::Plain, &format!("{} {run}:", listed(&names)));
            let program = program_of(race, index);
            self.show(Show::Text(parse(&format!("```\n{}\n```", program.trim_matches('\n')))));
            names.clear();
        }
        self.say(Role::Muted, "Type whose command is next, or `all` for every order.");
    }

    /// Takes an answer in a race: whose turn is next, or every order.
    pub(in super::super) fn answer_race(&mut self, text: &str, format: &format::Race) {
        let Some(race) = &mut self.races.current else {
            return match text {
                "all" => self.start_race(plan_of_step(format), Mode::EveryOrder, Purpose::Step),
                _ => self.begin_race_step(format),
            };
        };
        if text.is_empty() {
            return self.show_stands();
        }
        if text.eq_ignore_ascii_case("all") {
            race.begin(Mode::EveryOrder);
            return self.race_moved();
        }
        if text.eq_ignore_ascii_case("again") {
            race.forget_turns();
            race.begin(Mode::ByHand);
            self.races.shown = 0;
            return self.race_moved();
        }
        let stands = race.stands();
        let by_number = text.trim_end_matches('.').parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let by_name = || stands.iter().position(|(name, _)| name.eq_ignore_ascii_case(text));
        let index = by_number.or_else(by_name).filter(|&index| index < stands.len());
        let refusal = match index.map(|index| &stands[index]) {
            Some((_, RacerState::Ready(_))) => None,
            Some((name, RacerState::Done)) => Some(format!("{name} is done, and sends no more.")),
            Some((name, RacerState::Waits(what))) => {
                Some(format!("{name} waits for {what}: it sends nothing before that."))
            }
            None => {
                let who: Vec<_> =
                    stands.iter().enumerate().map(|(i, (name, _))| format!("`{}` for {name}", i + 1)).collect();
                Some(format!("{} is nobody's turn: type {}, or `all`.", code(text), who.join(", ")))
            }
        };
        match (refusal, index) {
            (Some(refusal), _) => self.say(Role::Miss, &refusal),
            (None, Some(index)) => {
                race.take(index);
                self.race_moved();
            }
            (None, None) => {}
        }
    }

    /// Takes the last turn of an open race back; false if there is none.
    pub(in super::super) fn take_back_turn(&mut self) -> bool {
        let Some(race) = self.races.current.as_mut().filter(|race| race.mode() == Mode::ByHand) else { return false };
        if !race.take_back() {
            return false;
        }
        self.races.shown = usize::MAX;
        self.say(Role::Muted, "The last turn is taken back.");
        self.race_moved();
        true
    }

    /// Whether what the clients are to run is defined, by whomever.
    pub(in super::super) fn is_run_defined(&self, every: &EveryOrder) -> bool {
        let run = every.run.as_ref().map(|run| run.get_ref().as_str()).unwrap_or_default();
        let mut entries = self.clients.iter().flat_map(|client| client.python.journal.entries());
        entries.any(|entry| defines_run(&entry.source, run))
    }

    /// How much a client's Python had run when the step began.
    fn ran_before(&self, who: usize) -> usize {
        let start = self.lead.as_ref().and_then(|lead| lead.start.as_ref());
        start.and_then(|start| start.ran.get(who)).copied().unwrap_or(0)
    }

    /// How a submission is to be raced against itself, if its step asks for it and it is something to race.
    pub(in super::super) fn plan_of_submission(&mut self, every: &EveryOrder, submission: &Submission) -> Option<Plan> {
        let is_raced = match &every.run {
            Some(run) => {
                let statements = syntax::split_statements(&submission.source).ok()?;
                statements.iter().any(|statement| defines_run(&statement.source, run.get_ref()))
            }
            // Who only looks loses nothing.
            None => submission.error.is_none() && submission.commands.iter().any(|words| writes(words)),
        };
        if !is_raced {
            return None;
        }
        let who = self.clients.iter().position(|client| client.name == submission.client)?;
        let program = every.run.as_ref().map_or(&submission.source, |run| run.get_ref()).clone();
        let before = needed(&program, self.defined_so_far(who).iter());
        let count = every.clients.as_ref().map_or(2, |count| *count.get_ref());
        Some(Plan {
            start: every.start.as_ref().map(|start| start.get_ref().clone()),
            racers: entrants(count, &before, &program),
            holds: every.holds.clone(),
        })
    }

    /// Plays a program that is compared in every order of several clients' commands.
    pub(in super::super) fn race_side(&mut self, plan: Plan) {
        self.start_race(plan, Mode::EveryOrder, Purpose::Compare);
    }

    /// What a client's Python has imported and defined: what a program of theirs may need. What is assigned is a
    /// definition, too, if it was read from Redis in this step: each order reads it from the data that it begins with.
    fn defined_so_far(&self, who: usize) -> Vec<String> {
        let ran_before = self.ran_before(who);
        let entries = self.clients[who].python.journal.entries().enumerate();
        let defines = entries
            .filter(|(index, entry)| is_definition(&entry.source) && (*index >= ran_before || !entry.asked_redis()));
        defines.map(|(_, entry)| entry.source.clone()).collect()
    }

    /// Plays a submission in every order; `races.raced` has then what came of it.
    pub(in super::super) fn race_submission(&mut self, plan: Plan) {
        self.start_race(plan, Mode::EveryOrder, Purpose::Judge);
    }
}

/// Whether a command may change a key.
fn writes(words: &[Vec<u8>]) -> bool {
    let name = words.first().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
    commands::by_name(&name).is_some_and(|command| command.has(Flag::Write))
}

/// So many clients that run the same.
fn entrants(count: usize, before: &[String], program: &str) -> Vec<Entrant> {
    let names = ["ann", "bob", "eve"].iter().take(count);
    names.map(|name| Entrant { name: (*name).into(), before: before.to_vec(), program: vec![program.into()] }).collect()
}

/// How the programs of a comparison are raced, each against itself: none if nobody asks for their lost updates.
pub fn plans_of_compare(compare: &format::Compare) -> Vec<Plan> {
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

/// What a client's turn was that sent nothing.
fn turn_without_command(got: &str) -> String {
    match got.strip_prefix("ends: ") {
        Some(error) => format!("ends with {}", code(error)),
        None => format!("is answered {}", code(got)),
    }
}

/// What the data says: `` `r.get('views')` says `b'11'` ``.
fn said(holds: &Probe, seen: Option<&str>) -> String {
    let seen = seen.map_or_else(|| "raises an error".into(), |seen| format!("says {}", code(seen)));
    format!("{} {seen}", code(holds.run.get_ref()))
}

/// In how many orders it went wrong.
pub fn tally(raced: &RaceResult, lost: &str) -> String {
    if raced.orders == 1 {
        return match raced.bad {
            0 => "There is one order, and nothing goes wrong in it.".into(),
            _ => format!("There is one order, and {lost} in it."),
        };
    }
    let played = match (raced.cut, raced.orders) {
        (true, orders) => format!("The first {orders} orders played, and there are more"),
        (false, orders) => format!("All {orders} orders played"),
    };
    match raced.bad {
        0 => format!("{played}: {lost} in none of them."),
        bad => format!("{played}: {lost} in **{bad}** of them."),
    }
}

/// What a race asks for, as a sentence.
pub fn race_expected(race: &format::Race) -> String {
    let (asked, reply) = (code(race.holds.run.get_ref()), code(&race.holds.reply));
    format!(
        "{asked} should say {reply} after each order. The step is done when you find one after which it doesn't, or by `all`."
    )
}

/// What is expected of every order, as a sentence.
pub fn every_order_expected(every: &EveryOrder) -> String {
    let clients = every.clients.as_ref().map_or(2, |count| *count.get_ref());
    let run = every.run.as_ref().map_or_else(|| "it".into(), |run| code(run.get_ref()));
    let (asked, reply) = (code(every.holds.run.get_ref()), code(&every.holds.reply));
    format!("When {clients} clients run {run} at once, {asked} says {reply} after every order of their commands.")
}

fn listed(names: &[&str]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("**{}** and **{last}**", rest.join("**, **")),
        _ => names.iter().map(|name| format!("**{name}**")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_says_how_many_orders_were_played() {
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
