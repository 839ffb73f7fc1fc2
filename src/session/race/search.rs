//! The search through all orders: each time another choice, from the last one backwards, until none is left.

/// Where a search stands: the choices of the order that is played, the first one first.
#[derive(Debug, Default)]
pub struct Search {
    choices: Vec<Choice>,
    depth: usize,
}

#[derive(Debug)]
struct Choice {
    taken: usize,
    of: usize,
}

impl Search {
    /// An order begins.
    pub fn begin(&mut self) {
        self.depth = 0;
    }

    /// Which of so many (at least one) is next in this order: as the search has it, and the first where it has nothing yet.
    pub fn choose(&mut self, of: usize) -> usize {
        if self.depth == self.choices.len() {
            self.choices.push(Choice { taken: 0, of });
        }
        let choice = &self.choices[self.depth];
        self.depth += 1;
        choice.taken.min(of - 1)
    }

    /// The order has ended: goes on to the next one. False if there is none.
    pub fn next(&mut self) -> bool {
        self.choices.truncate(self.depth);
        while let Some(last) = self.choices.last_mut() {
            if last.taken + 1 < last.of {
                last.taken += 1;
                return true;
            }
            self.choices.pop();
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All orders in which so many commands of each client can come.
    fn orders(commands: &[usize]) -> Vec<String> {
        let mut search = Search::default();
        let mut all = Vec::new();
        loop {
            let mut left = commands.to_vec();
            let mut order = String::new();
            search.begin();
            while left.iter().any(|&n| n > 0) {
                let able: Vec<usize> = (0..left.len()).filter(|&who| left[who] > 0).collect();
                let who = able[search.choose(able.len())];
                left[who] -= 1;
                order.push_str(&who.to_string());
            }
            all.push(order);
            if !search.next() {
                return all;
            }
        }
    }

    #[test]
    fn every_order_is_played_once() {
        assert_eq!(orders(&[1, 1]), ["01", "10"]);
        assert_eq!(orders(&[2, 2]), ["0011", "0101", "0110", "1001", "1010", "1100"]);
        for (commands, count) in [([3, 3, 0], 20), ([2, 2, 2], 90), ([1, 1, 1], 6)] {
            let mut all = orders(&commands);
            assert_eq!(all.len(), count, "{commands:?}");
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count, "{commands:?}");
        }
    }
}
