//! What a race in a lesson's file must obey.

use std::collections::HashSet;

use super::format::{Compare, EveryOrder, Race};
use toml::Spanned;

/// How many clients race: the orders of more are too many to play and to read.
const RACERS: std::ops::RangeInclusive<usize> = 2..=3;

/// Diagnostics of a step that is a race; `at` is the step's place.
pub fn of_race(race: &Race, at: usize, fault: &mut impl FnMut(usize, String)) {
    let count = race.clients.len();
    if !RACERS.contains(&count) {
        fault(
            at,
            format!(
                "a race is between two or three clients, and this one has {count}: give each a [[step.race.client]]"
            ),
        );
    }
    let mut names = HashSet::new();
    for client in &race.clients {
        let name = client.name.get_ref();
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !is_name || ["all", "again", "tutor"].contains(&name.as_str()) || !names.insert(name) {
            fault(
                client.name.span().start,
                format!(
                    "a client of a race is called \"{name}\": write small letters, digits and hyphens, a letter first; \
                     each its own name, and none of all, again, tutor"
                ),
            );
        }
        if let Some(run) = &client.run {
            program(run, fault);
        }
    }
    if race.clients.first().is_some_and(|client| client.run.is_none()) {
        fault(
            at,
            "the first client of the race runs nothing: add run = \"…\"; those after it without one run the same"
                .into(),
        );
    }
    if let Some(start) = &race.start {
        program(start, fault);
    }
    let loses = race.loses.get_ref();
    let numbers = loses.split_once(" of ").map(|(bad, all)| (bad.parse::<usize>(), all.parse::<usize>()));
    if !matches!(numbers, Some((Ok(_), Ok(_)))) {
        fault(
            race.loses.span().start,
            format!("loses is \"{loses}\": write it as \"4 of 6\", bad orders of all; `check` tells the numbers"),
        );
    }
}

/// Diagnostics of programs that are compared by the updates they lose; `at` is the step's place.
pub fn of_compare(compare: &Compare, at: usize, fault: &mut impl FnMut(usize, String)) {
    number_of(&compare.clients, fault);
    let sides = [&compare.left, &compare.right];
    match sides.iter().filter(|side| side.holds.is_some()).count() {
        0 if compare.clients.is_some() => fault(
            at,
            "clients = … has each side run by several at once, and no side says what the data then holds: add holds = { run = \"…\", reply = \"…\" }".into(),
        ),
        1 => fault(at, "one side has `holds` and the other has not: a table of lost updates needs both".into()),
        2 if compare.grow.is_some() => {
            fault(at, "`holds` counts lost updates for one size of data: take it out, or `grow`".into());
        }
        2 => sides.iter().map(|side| &side.run).chain(&compare.setup).for_each(|text| program(text, fault)),
        _ => {}
    }
}

fn number_of(clients: &Option<Spanned<usize>>, fault: &mut impl FnMut(usize, String)) {
    if let Some(count) = clients
        && !RACERS.contains(count.get_ref())
    {
        fault(count.span().start, format!("clients = {}: two or three can race", count.get_ref()));
    }
}

/// Diagnostics of what is expected of every order.
pub fn of_every_order(every: &EveryOrder, fault: &mut impl FnMut(usize, String)) {
    number_of(&every.clients, fault);
    every.start.iter().chain(&every.run).for_each(|text| program(text, fault));
}

fn program(text: &Spanned<String>, fault: &mut impl FnMut(usize, String)) {
    if let Some(line) = text.get_ref().lines().find(|line| line.starts_with(':')) {
        fault(text.span().start, format!("\"{line}\" is a command to the tutor, and has no place in a race"));
    }
}
