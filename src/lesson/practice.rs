//! Spaced repetition of completed steps, with Leitner's boxes.
//!
//! Each completed step has a card in a box. If the learner does the step without help, the card moves to the next box,
//! which has a longer interval. If the learner needed help, or if the card was not due yet, it stays in its box. If the
//! learner gave up, the card moves to the first box. The method is from Sebastian Leitner, "So lernt man lernen", 1972.
//! The intervals double, as in most later programs.

use serde::{Deserialize, Serialize};

/// The intervals of the boxes, in days.
const DAYS: [i64; 7] = [1, 2, 4, 8, 16, 32, 64];

const SECONDS_PER_DAY: i64 = 86_400;

/// Maximum number of tasks in a practice session.
pub const MOST_AT_ONCE: usize = 10;

/// A step's card: its box, and the time at which the step is due for practice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The index of the card's box.
    #[serde(rename = "box")]
    pub level: usize,
    /// The time at which the step is due for practice, in seconds since 1970.
    pub due: i64,
}

/// How much help a learner needed for a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The learner needed no help, but may have made some wrong attempts.
    Known,
    /// The learner needed at least one hint.
    Helped,
    /// The learner saw the answer, or skipped the step.
    GivenUp,
}

impl Card {
    /// Returns the card of a step that was done at `now`, in seconds since 1970. `before` is the step's previous card.
    pub fn after(before: Option<Card>, outcome: Outcome, now: i64) -> Card {
        let level = before.map_or(0, |card| card.level);
        let was_due = before.is_some_and(|card| card.days_left(now).is_none());
        let level = match outcome {
            // Remembering a step shortly after practising it does not prove that the learner will remember it for
            // longer. So the card moves to the next box only if it was due.
            Outcome::Known if was_due => level.saturating_add(1).min(DAYS.len() - 1),
            Outcome::Known | Outcome::Helped => level.min(DAYS.len() - 1),
            Outcome::GivenUp => 0,
        };
        Card { level, due: now.saturating_add(DAYS[level] * SECONDS_PER_DAY) }
    }

    /// Returns the number of days until the step is due, rounded up, or `None` if it is already due. `now` is in
    /// seconds since 1970.
    pub fn days_left(self, now: i64) -> Option<i64> {
        let left = self.due.saturating_sub(now);
        (left > 0).then(|| left / SECONDS_PER_DAY + i64::from(left % SECONDS_PER_DAY > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_moves_up_without_help_and_back_when_given_up() {
        use Outcome::{GivenUp, Helped, Known};
        for (outcomes, level, days) in [
            (&[Known][..], 0, 1),
            (&[Helped], 0, 1),
            (&[Known, Known], 1, 2),
            (&[Known, Known, Known], 2, 4),
            (&[Known, Known, Helped], 1, 2),
            (&[Known, Known, Known, GivenUp], 0, 1),
            (&[Known; 20], 6, 64),
        ] {
            let mut now = 1_000_000;
            let mut card = None;
            for outcome in outcomes {
                now = card.map_or(now, |card: Card| card.due);
                card = Some(Card::after(card, *outcome, now));
            }
            let card = card.expect("there is an outcome");
            assert_eq!((card.level, card.days_left(now)), (level, Some(days)), "{outcomes:?}");
        }
    }

    #[test]
    fn a_card_that_is_not_due_does_not_move_up() {
        let (level, now) = (3, 1_000_000);
        for (due, level_after) in [(now, 4), (now + 1, 3), (now + DAYS[level] * SECONDS_PER_DAY, 3)] {
            let card = Card::after(Some(Card { level, due }), Outcome::Known, now);
            assert_eq!((card.level, card.days_left(now)), (level_after, Some(DAYS[level_after])), "{due}");
        }
        let given_up = Card::after(Some(Card { level, due: now + 1 }), Outcome::GivenUp, now);
        assert_eq!(given_up.level, 0);
    }

    #[test]
    fn a_card_is_due_once_its_time_has_come() {
        let card = Card { level: 0, due: 500 };
        assert_eq!(card.days_left(499), Some(1));
        assert_eq!(card.days_left(500), None);
    }

    #[test]
    fn a_card_from_an_edited_file_may_have_any_numbers() {
        // A damaged progress file may contain a box that does not exist, or an extreme time.
        assert_eq!(Card::after(Some(Card { level: 99, due: 0 }), Outcome::Helped, 0).level, 6);
        assert_eq!(Card::after(Some(Card { level: usize::MAX, due: 0 }), Outcome::Known, 0).level, 6);
        assert_eq!(Card { level: 0, due: i64::MAX }.days_left(0), Some(i64::MAX / SECONDS_PER_DAY + 1));
        assert_eq!(Card { level: 0, due: i64::MIN }.days_left(i64::MAX), None);
    }
}
