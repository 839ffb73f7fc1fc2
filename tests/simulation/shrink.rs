//! Reduces a plan that breaks a property to the steps that are needed to break it.

use std::time::{Duration, Instant};

use super::lessons::Lessons;
use super::plan::{Plan, Step};
use super::play::{Broken, check};

/// Maximum duration of a reduction.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Removes steps from a plan as long as the plan still breaks the same property: first large groups of steps, then
/// single steps. Then moves faults to earlier protocol frames under the same condition. Returns the reduced plan and
/// its failure.
pub fn shrink(plan: &Plan, broken: Broken, lessons: &Lessons) -> (Plan, Broken) {
    let began = Instant::now();
    let mut best = (plan.clone(), broken);
    let attempt = |best: &mut (Plan, Broken), fewer: Plan| -> bool {
        if began.elapsed() > TIMEOUT {
            return false;
        }
        match check(&fewer, lessons) {
            Err(broken) if broken.property() == best.1.property() => {
                *best = (fewer, broken);
                true
            }
            _ => false,
        }
    };
    let mut piece = best.0.steps.len().div_ceil(2);
    while piece > 0 {
        let length = best.0.steps.len();
        let mut from = 0;
        while from < best.0.steps.len() {
            let mut fewer = best.0.clone();
            fewer.steps.drain(from..(from + piece).min(fewer.steps.len()));
            if !attempt(&mut best, fewer) {
                from += piece;
            }
        }
        // Removing a step may make another one removable, so single steps are tried until none can be removed.
        if piece > 1 || best.0.steps.len() == length {
            piece /= 2;
        }
    }
    if best.0.settings.lesson.is_some() || best.0.settings.is_practice {
        let mut fewer = best.0.clone();
        (fewer.settings.lesson, fewer.settings.is_practice) = (None, false);
        attempt(&mut best, fewer);
    }
    for index in 0..best.0.steps.len() {
        while let Some(step) = earlier(&best.0.steps[index]) {
            let mut fewer = best.0.clone();
            fewer.steps[index] = step;
            if !attempt(&mut best, fewer) {
                break;
            }
        }
    }
    best
}

/// Returns the same fault one protocol frame earlier, or `None` if that is not possible.
fn earlier(step: &Step) -> Option<Step> {
    match step {
        Step::CutFrame(frames @ 2..) => Some(Step::CutFrame(frames - 1)),
        Step::AbortAtFrame(frames @ 2..) => Some(Step::AbortAtFrame(frames - 1)),
        Step::KillAfterFrame(frames @ 2..) => Some(Step::KillAfterFrame(frames - 1)),
        Step::InterruptBeforeFrame(frames @ 2..) => Some(Step::InterruptBeforeFrame(frames - 1)),
        Step::ClientBeforeFrame(frames @ 2.., number, line) => {
            Some(Step::ClientBeforeFrame(frames - 1, *number, line.clone()))
        }
        _ => None,
    }
}
