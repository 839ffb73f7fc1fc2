//! Rules for races in a lesson file.

use std::collections::HashSet;

use super::format::{Compare, EveryOrder, Race, is_name};
use crate::messages::lesson_rules as messages;
use toml::Spanned;

/// How many clients can race. With more clients, there would be too many orders of commands to play and to read.
const RACERS: std::ops::RangeInclusive<usize> = 2..=3;

/// Checks the race of a step. `at` is the position of the step in the file.
pub fn check_race(race: &Race, at: usize, report: &mut impl FnMut(usize, String)) {
    let count = race.clients.len();
    if !RACERS.contains(&count) {
        report(at, messages::bad_number_of_racers(count));
    }
    let mut names = HashSet::new();
    for client in &race.clients {
        let name = client.name.get_ref();
        if !is_name(name) || ["all", "again", "tutor"].contains(&name.as_str()) || !names.insert(name) {
            report(client.name.span().start, messages::bad_racer_name(name));
        }
        if let Some(run) = &client.run {
            check_program(run, report);
        }
    }
    if race.clients.first().is_some_and(|client| client.run.is_none()) {
        report(at, messages::first_racer_runs_nothing());
    }
    if let Some(start) = &race.start {
        check_program(start, report);
    }
    let loses = race.loses.get_ref();
    let numbers = loses.split_once(" of ").map(|(bad, all)| (bad.parse::<usize>(), all.parse::<usize>()));
    if !matches!(numbers, Some((Ok(_), Ok(_)))) {
        report(race.loses.span().start, messages::bad_loses(loses));
    }
}

/// Checks the parts of a comparison that concern the counting of lost updates. `at` is the position of the step in the
/// file.
pub fn check_comparison(compare: &Compare, at: usize, report: &mut impl FnMut(usize, String)) {
    check_number_of_clients(&compare.clients, report);
    let sides = [&compare.left, &compare.right];
    match sides.iter().filter(|side| side.holds.is_some()).count() {
        0 if compare.clients.is_some() => report(at, messages::clients_without_holds()),
        1 => report(at, messages::one_side_holds()),
        2 if compare.grow.is_some() => report(at, messages::holds_and_grow()),
        2 => sides.iter().map(|side| &side.run).chain(&compare.setup).for_each(|text| check_program(text, report)),
        _ => {}
    }
}

fn check_number_of_clients(clients: &Option<Spanned<usize>>, report: &mut impl FnMut(usize, String)) {
    if let Some(count) = clients
        && !RACERS.contains(count.get_ref())
    {
        report(count.span().start, messages::bad_number_of_clients(count.get_ref()));
    }
}

/// Checks the `every_order` of a step's expectations.
pub fn check_every_order(every: &EveryOrder, report: &mut impl FnMut(usize, String)) {
    check_number_of_clients(&every.clients, report);
    every.start.iter().chain(&every.run).for_each(|text| check_program(text, report));
}

fn check_program(text: &Spanned<String>, report: &mut impl FnMut(usize, String)) {
    if let Some(line) = text.get_ref().lines().find(|line| line.starts_with(':')) {
        report(text.span().start, messages::tutor_command_in_race(line));
    }
}
