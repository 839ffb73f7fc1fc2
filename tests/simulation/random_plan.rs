//! Generates random plans. The same seed always results in the same plan.

use redis_engine::rng::Rng;
use redis_tutor::session::dialect::Dialect;

use super::plan::{Check, ClientAction, Plan, PythonKind, SavedLesson, Settings, Step, TimeKind};
use super::random_lines::{
    one_of, random_cli_line, random_client_line, random_client_part, random_line, random_statement,
};

/// Number of steps in a plan with models.
const STEPS: std::ops::Range<usize> = 4..40;
/// Number of steps in a plan with real Python processes. Such steps take about a hundred times as long.
const STEPS_OF_REAL: std::ops::Range<usize> = 4..20;

/// The durations for which random plans let the learner do nothing, in milliseconds.
const ELAPSE_MS: [u64; 6] = [1, 500, 2_500, 20_000, 100_000, 86_400_000];

/// Number of TCP clients in a plan.
const CLIENTS: usize = 3;

/// Returns the random plan for a seed.
pub fn random_plan(seed: u64, python: PythonKind) -> Plan {
    let mut rng = Rng::new(seed);
    let is_walk = rng.below(10) == 0;
    let settings = random_settings(&mut rng, seed, python, is_walk);
    let range = if python == PythonKind::Real { STEPS_OF_REAL } else { STEPS };
    let count = range.start + rng.below(range.len());
    let mut steps = Vec::new();
    if settings.time == TimeKind::Real && rng.below(2) == 0 {
        steps.push(Step::Type(":serve 7000".into()));
        steps.push(Step::Client(0, ClientAction::Connect));
    }
    while steps.len() < count {
        match is_walk {
            true => steps.push(random_walk_step(&mut rng)),
            false => push_random_steps(&mut rng, &settings, &mut steps),
        }
    }
    Plan { settings, steps }
}

fn random_settings(rng: &mut Rng, seed: u64, python: PythonKind, is_walk: bool) -> Settings {
    let lessons: &[&str] = match python {
        PythonKind::Model => &[
            "kinds",
            "kinds/2",
            "kinds/5",
            "kinds/7",
            "clients",
            "clients/3",
            "clients/4",
            "clients/6",
            "clients/8",
            "times",
        ],
        PythonKind::Real => {
            &["strings", "expiry/2", "hashes", "lists/2", "queues", "queues/3", "atomicity", "atomicity/5", "patterns"]
        }
    };
    let is_practice = rng.below(if is_walk { 4 } else { 20 }) == 0;
    let lesson = (!is_practice && (is_walk || rng.below(3) == 0)).then(|| one_of(rng, lessons).to_owned());
    let dialect = match rng.below(6) {
        0 if !is_walk => Dialect::Cli,
        1 if !is_walk => Dialect::Python,
        _ => Dialect::Both,
    };
    let time = if is_walk || rng.below(2) == 0 { TimeKind::Still } else { TimeKind::Real };
    Settings { python, time, dialect, seed: seed % 1000, lesson, is_practice }
}

/// Returns a step of a learner who answers everything correctly and looks around, or a check. Occasionally, returns a
/// fault.
fn random_walk_step(rng: &mut Rng) -> Step {
    let looks = [":hint", ":keys", ":expect", ":draw", ":wire on", ":timeline", ":help"];
    match rng.below(20) {
        0 | 1 => Step::Type(one_of(rng, &looks).to_owned()),
        2..=5 => Step::Check(Check::Rebuild),
        6 | 7 => Step::Check(Check::Again),
        8 => Step::CutFrame(random_frames(rng)),
        _ => Step::Answer,
    }
}

fn push_random_steps(rng: &mut Rng, settings: &Settings, steps: &mut Vec<Step>) {
    let is_led = settings.lesson.is_some() || settings.is_practice;
    let step = match rng.below(100) {
        0..=2 => Step::CutFrame(random_frames(rng)),
        3 => Step::AbortAtFrame(random_frames(rng)),
        4..=6 => Step::KillAfterFrame(random_frames(rng)),
        7..=9 => Step::InterruptBeforeFrame(random_frames(rng)),
        10 | 11 => Step::KillIdle,
        12..=15 => Step::Enter,
        16..=18 => Step::Interrupt,
        19 => Step::EndOfInput,
        20..=23 => Step::Elapse(one_of(rng, &ELAPSE_MS)),
        24 => Step::DiskFull(rng.below(2) == 0),
        25 => Step::RefusePort,
        26 => Step::SaveLesson(random_saved_lesson(rng)),
        27 => Step::Restart,
        28..=31 => Step::Check(Check::Undo),
        32 | 33 => Step::Check(Check::Again),
        34..=36 => Step::Check(Check::Replay),
        37..=41 if is_led => Step::Answer,
        42 => Step::Check(Check::UndoAll),
        43 => Step::Statement(random_statement(rng)),
        44 => Step::CliLine(random_cli_line(rng)),
        45..=57 if settings.time == TimeKind::Real => random_client_step(rng),
        58 if settings.time == TimeKind::Real => {
            Step::ClientBeforeFrame(random_frames(rng), rng.below(CLIENTS), random_client_line(rng))
        }
        59 if settings.time == TimeKind::Real => {
            // A TCP client may unblock another client while the learner types.
            steps.push(Step::Client(rng.below(CLIENTS), ClientAction::Send("RPUSH q woken".into())));
            Step::TypeAtOnce(random_line(rng, settings))
        }
        60 if settings.time == TimeKind::Real => {
            steps.push(Step::Elapse(3_000));
            Step::TypeAtOnce(random_line(rng, settings))
        }
        _ => Step::Type(random_line(rng, settings)),
    };
    steps.push(step);
}

fn random_client_step(rng: &mut Rng) -> Step {
    let action = match rng.below(10) {
        0 | 1 => ClientAction::Connect,
        2 => ClientAction::Drop,
        3 => ClientAction::SendPart(random_client_part(rng)),
        _ => ClientAction::Send(random_client_line(rng)),
    };
    Step::Client(rng.below(CLIENTS), action)
}

/// Returns a random number of protocol frames until a fault. It is usually so small that the fault hits the next line.
/// Sometimes it is large enough to hit a race, or the preparation of a step.
fn random_frames(rng: &mut Rng) -> u32 {
    let most = match rng.below(8) {
        0 => 400,
        1 => 60,
        _ => 8,
    };
    1 + rng.below(most) as u32
}

fn random_saved_lesson(rng: &mut Rng) -> SavedLesson {
    one_of(rng, &[SavedLesson::Renamed, SavedLesson::Renamed, SavedLesson::Shorter, SavedLesson::Invalid])
}
