//! Practice: when a step that was done is to be done again, by Leitner's boxes.
//!
//! A card for each finished step lies in a box. Done without help, it moves to the next box, which comes up after a
//! longer time; done with help, it stays; given up, it goes back to the first. Sebastian Leitner, "So lernt man lernen",
//! 1972; the days double, as in most programs that came after.

use serde::{Deserialize, Serialize};

/// After how many days the cards of each box come up.
const DAYS: [i64; 7] = [1, 2, 4, 8, 16, 32, 64];

const SECONDS_PER_DAY: i64 = 86_400;

/// The most tasks of one sitting.
pub const MOST_AT_ONCE: usize = 10;

/// When a step comes up again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The index of its box.
    #[serde(rename = "box")]
    pub level: usize,
    /// In seconds since 1970.
    pub due: i64,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// At once, or after wrong tries of one's own mending.
    Known,
    /// With hints.
    Helped,
    /// By the answer.
    GivenUp,
}

impl Card {
    /// The card of a step that was done now; `before`: the one that it had.
    pub fn after(before: Option<Card>, outcome: Outcome, now: i64) -> Card {
        let level = before.map_or(0, |card| card.level);
        let level = match outcome {
            // What was done for the first time comes up the next day.
            Outcome::Known if before.is_some() => (level + 1).min(DAYS.len() - 1),
            Outcome::Known | Outcome::Helped => level.min(DAYS.len() - 1),
            Outcome::GivenUp => 0,
        };
        Card { level, due: now.saturating_add(DAYS[level] * SECONDS_PER_DAY) }
    }

    /// In how many days it comes up, counted from now; none: it is due.
    pub fn days_left(self, now: i64) -> Option<i64> {
        let left = self.due.saturating_sub(now);
        (left > 0).then(|| (left + SECONDS_PER_DAY - 1) / SECONDS_PER_DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_go_up_with_what_is_known_and_down_with_what_is_given_up() {
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
            let now = 1_000_000;
            let card = outcomes.iter().fold(None, |card, outcome| Some(Card::after(card, *outcome, now)));
            let card = card.expect("something was done");
            assert_eq!((card.level, card.days_left(now)), (level, Some(days)), "{outcomes:?}");
        }
    }

    #[test]
    fn a_card_is_due_when_its_time_has_come() {
        let card = Card { level: 0, due: 500 };
        assert_eq!(card.days_left(499), Some(1));
        assert_eq!(card.days_left(500), None);
        // A box that this program does not have, from a file that somebody has edited.
        assert_eq!(Card::after(Some(Card { level: 99, due: 0 }), Outcome::Helped, 0).level, 6);
    }
}
