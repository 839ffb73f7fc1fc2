//! Plays plans, and compares different runs of the same plan.
//!
//! A plan must produce the same output each time. If its faults have hit only the tutor's own Python processes, it must
//! also produce the same output without these faults, because the tutor repeats the lost work. `player.rs` checks the
//! properties of a single run.

use std::panic::{AssertUnwindSafe, catch_unwind};

use redis_tutor::markup;

use super::lessons::Lessons;
use super::plan::{Plan, PythonKind, Step, TimeKind};
use super::player::{MOST_REPEATS, Player};
use super::world::Failure;

/// Maximum number of characters in each line that a report quotes.
const MOST_CHARACTERS: usize = 1_000;

/// The results of a plan that was played to its end.
pub struct Played {
    pub transcript: String,
    record: String,
    /// Number of lost Python processes of the learner's clients, and of the tutor.
    losses: (usize, usize),
}

/// The report on a plan that broke a property.
#[derive(Debug, Clone)]
pub struct Broken {
    pub failure: Failure,
    /// What the learner saw before the failure.
    pub transcript: String,
}

impl Broken {
    /// Returns the name of the broken property.
    pub fn property(&self) -> &str {
        self.failure.split(':').next().unwrap_or_default()
    }
}

/// Plays a plan, and plays it again unless its result depends on timing. All properties must hold, and both runs must
/// have the same effects.
pub fn check(plan: &Plan, lessons: &Lessons) -> Result<Played, Broken> {
    let first = play(plan, lessons)?;
    if plan.settings.python == PythonKind::Real && depends_on_timing(plan) {
        return Ok(first);
    }
    let second = play(plan, lessons)?;
    compare(&first.record, &second.record, "same transcript: the first time", "the second time", &first.transcript)?;
    check_hidden_faults(plan, lessons)?;
    Ok(first)
}

/// Checks that a plan's faults are hidden from the learner if they have hit only the tutor's own Python processes, and
/// so few of them that the tutor could repeat the lost work. Without the faults, the transcript must then be the same.
fn check_hidden_faults(plan: &Plan, lessons: &Lessons) -> Result<(), Broken> {
    let is_fault = |step: &Step| matches!(step, Step::CutFrame(_) | Step::AbortAtFrame(_) | Step::KillAfterFrame(_));
    let is_other = |step: &Step| matches!(step, Step::InterruptBeforeFrame(_) | Step::KillIdle | Step::Restart);
    let is_real = plan.settings.time == TimeKind::Real || plan.settings.python == PythonKind::Real;
    if is_real || !plan.steps.iter().any(is_fault) || plan.steps.iter().any(is_other) || shows_connections(plan) {
        return Ok(());
    }
    // Removes the checks, because some are made only if there was no fault.
    let mut plan = plan.clone();
    plan.steps.retain(|step| !matches!(step, Step::Check(_)));
    let hit = play(&plan, lessons)?;
    if hit.losses.0 > 0 || !(1..=MOST_REPEATS).contains(&hit.losses.1) {
        return Ok(());
    }
    plan.steps.retain(|step| !is_fault(step));
    let spared = play(&plan, lessons)?;
    compare(&hit.transcript, &spared.transcript, "hidden fault: with it", "without it", &hit.transcript)
}

/// Compares the transcripts or the records of two runs. If they differ, returns a failure that quotes the first
/// difference.
fn compare(a: &str, b: &str, a_name: &str, b_name: &str, transcript: &str) -> Result<(), Broken> {
    let Some(lines) = first_difference(a, b) else { return Ok(()) };
    let [a, b] = [lines.0, lines.1].map(|line| markup::truncate_characters(&line, MOST_CHARACTERS));
    let failure = format!("{a_name}\n  {a}\nand {b_name}\n  {b}");
    Err(Broken { failure, transcript: transcript.to_owned() })
}

/// Returns whether the result of a plan with a real Python process depends on timing: on the point at which a signal
/// interrupts a program, or on the order in which its threads send their requests.
fn depends_on_timing(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| match step {
        Step::InterruptBeforeFrame(_)
        | Step::KillAfterFrame(_)
        | Step::CutFrame(_)
        | Step::AbortAtFrame(_)
        | Step::ClientBeforeFrame(..) => true,
        Step::Type(text) | Step::TypeAtOnce(text) | Step::Statement(text) => text.contains("threading"),
        _ => false,
    })
}

/// Returns whether a plan shows connection ids. They are higher if one of the tutor's Python processes was replaced.
fn shows_connections(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| match step {
        Step::Type(text) | Step::TypeAtOnce(text) | Step::Statement(text) | Step::CliLine(text) => {
            const COMMANDS: [&str; 6] =
                ["MONITOR", "HELLO", "CLIENT ID", "CLIENT INFO", "CLIENT LIST", "CLIENT UNBLOCK"];
            COMMANDS.iter().any(|command| text.contains(command))
        }
        _ => false,
    })
}

/// Returns the first pair of lines that differ. The addresses of Python objects may differ, because the operating
/// system chooses them.
fn first_difference(a: &str, b: &str) -> Option<(String, String)> {
    let ends = std::iter::repeat("(the end)");
    let lines = a.lines().chain(ends.clone()).zip(b.lines().chain(ends)).take(a.lines().count() + 1);
    lines.map(|(a, b)| (without_addresses(a), without_addresses(b))).find(|(a, b)| a != b)
}

/// Removes the digits of the addresses of Python objects, because the operating system chooses the addresses.
pub fn without_addresses(line: &str) -> String {
    let mut parts = line.split("0x");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("0x");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    text
}

/// Plays a plan once. A panic counts as a broken property.
pub fn play(plan: &Plan, lessons: &Lessons) -> Result<Played, Broken> {
    let mut transcript = String::new();
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut player = Player::new(plan, lessons);
        let result = player.play();
        transcript.clone_from(&player.world.transcript);
        result.map(|()| (std::mem::take(&mut player.world.record), player.world.count_losses()))
    }));
    match played {
        Ok(Ok((record, losses))) => Ok(Played { transcript, record, losses }),
        Ok(Err(failure)) => Err(Broken { failure, transcript }),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
            Err(Broken { failure: format!("panic: {text} {}", super::take_panic_place()), transcript })
        }
    }
}
