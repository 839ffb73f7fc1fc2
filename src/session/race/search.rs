//! A depth-first search through all orders of the racers' turns. For the next order, the search changes the last choice
//! that has untried alternatives.

/// The state of the search: the choices made in the current order of turns, from first to last.
#[derive(Debug, Default)]
pub struct Search {
    choices: Vec<Choice>,
    /// Number of choices that have been made in the current order of turns.
    depth: usize,
}

#[derive(Debug)]
struct Choice {
    taken: usize,
    of: usize,
}

impl Search {
    /// Begins a new order of turns, in which no choice has been made yet.
    pub fn begin(&mut self) {
        self.depth = 0;
    }

    /// Chooses one of `of` alternatives, and returns its index. `of` must not be 0. The first time that the search
    /// reaches a depth, it chooses index 0.
    pub fn choose(&mut self, of: usize) -> usize {
        if self.depth == self.choices.len() {
            self.choices.push(Choice { taken: 0, of });
        }
        let choice = &self.choices[self.depth];
        self.depth += 1;
        choice.taken.min(of - 1)
    }

    /// Prepares the next order of turns. Returns false if all orders have been played.
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

    /// Returns all orders of the clients' commands. `commands` contains the number of each client's commands.
    fn orders(commands: &[usize]) -> Vec<String> {
        let mut search = Search::default();
        let mut all = Vec::new();
        loop {
            let mut left = commands.to_vec();
            let mut order = String::new();
            search.begin();
            while left.iter().any(|&n| n > 0) {
                let ready: Vec<usize> = (0..left.len()).filter(|&client| left[client] > 0).collect();
                let client = ready[search.choose(ready.len())];
                left[client] -= 1;
                order.push_str(&client.to_string());
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
