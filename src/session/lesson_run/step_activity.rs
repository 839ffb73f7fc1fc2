//! The learner's activity in the open step: which commands a shown value may come from, and which mistakes were
//! reported.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::lesson::evidence::{Submission, keys};
use crate::lesson::findings::Origin;
use python_kernel::syntax;
use redis_engine::command::Group;
use redis_engine::commands;

/// Maximum number of commands that are recorded as the origin of variables' values.
const MOST_COMMANDS: usize = 1000;

/// Python's name for the last value that the prompt echoed.
const LAST_VALUE: &str = "_";

/// The learner's activity since the open step began.
#[derive(Debug, Clone, Default)]
pub(super) struct StepActivity {
    /// The keys that occur in the commands that were sent.
    keys: HashSet<Vec<u8>>,
    /// Whether a command has read data beyond single keys, such as the list of all keys.
    reads_whole_keyspace: bool,
    /// The variables whose values come from commands. Maps a client's name and a variable's name to the indices of the
    /// commands in `commands`.
    variables: HashMap<(String, String), BTreeSet<usize>>,
    /// The commands that produced the values of variables.
    commands: Vec<Vec<Vec<u8>>>,
    /// The variables that were assigned in this step. Each item is a client's name and a variable's name.
    assigned: HashSet<(String, String)>,
    /// The indices of the mistakes that were reported since the data last changed.
    pub reported_mistakes: Vec<usize>,
    /// The index of the mistake that has spoiled the data of the step. `None` if no mistake has, or if the learner has
    /// restored the data.
    pub spoiling_mistake: Option<usize>,
}

impl StepActivity {
    /// Records a submission that has run.
    pub fn note(&mut self, submission: &Submission) {
        for words in &submission.commands {
            let named = keys(words);
            self.reads_whole_keyspace |= named.is_empty() && reads_data(words);
            self.keys.extend(named.into_iter().map(<[u8]>::to_vec));
        }
        let variables = syntax::variables(&submission.source);
        let of_client = |name: String| (submission.client.clone(), name);
        self.assigned.extend(variables.bound.iter().cloned().map(of_client));
        if self.reaches_redis(submission, &variables) {
            let mut sources = self.sources(submission, &variables);
            let room = MOST_COMMANDS.saturating_sub(self.commands.len());
            let sent = submission.commands.iter().take(room).cloned();
            let first = self.commands.len();
            self.commands.extend(sent);
            sources.extend(first..self.commands.len());
            for name in variables.bound.into_iter().chain([LAST_VALUE.to_owned()]) {
                self.variables.insert(of_client(name), sources.clone());
            }
        } else if submission.value.is_some() {
            self.variables.remove(&of_client(LAST_VALUE.into()));
        }
    }

    /// Returns the indices of the commands that produced the values of the variables that a submission reads.
    fn sources(&self, submission: &Submission, variables: &syntax::Variables) -> BTreeSet<usize> {
        let of_client = |name: &String| self.variables.get(&(submission.client.clone(), name.clone()));
        variables.read.iter().filter_map(of_client).flatten().copied().collect()
    }

    /// Returns the earlier commands that produced the values of the variables that a submission reads.
    pub fn commands_behind(&self, submission: &Submission) -> Vec<Vec<Vec<u8>>> {
        let sources = self.sources(submission, &syntax::variables(&submission.source));
        sources.into_iter().map(|index| self.commands[index].clone()).collect()
    }

    /// Returns the names of the variables that a client has assigned in this step, in sorted order.
    pub fn assigned_by(&self, client: &str) -> Vec<String> {
        let own = self.assigned.iter().filter(|(holder, _)| holder == client);
        let mut names: Vec<String> = own.map(|(_, name)| name.clone()).collect();
        names.sort();
        names
    }

    /// Returns the other clients' variables whose values come from commands. Each item is a variable's name and the
    /// name of its client.
    pub fn holders(&self, client: &str) -> Vec<(String, String)> {
        let others = self.variables.keys().filter(|(holder, name)| holder != client && name != LAST_VALUE);
        let mut held: Vec<_> = others.map(|(holder, name)| (name.clone(), holder.clone())).collect();
        held.sort();
        held
    }

    /// Returns whether the value that a submission shows may come from a command. That is the case if the submission
    /// sent one, or if it reads a variable whose value comes from one.
    fn reaches_redis(&self, submission: &Submission, variables: &syntax::Variables) -> bool {
        let is_known = |name: &String| self.variables.contains_key(&(submission.client.clone(), name.clone()));
        !submission.commands.is_empty() || variables.read.iter().any(is_known)
    }

    /// Returns the origin of the value that a submission shows. The submission must have been added with `note`.
    /// `intended` contains the commands of the lesson's own answer to the step.
    pub fn origin(&self, submission: &Submission, intended: &[Vec<Vec<u8>>]) -> Origin {
        let wanted: Vec<&[u8]> = intended.iter().flat_map(|words| keys(words)).collect();
        if intended.is_empty() {
            Origin::Redis
        } else if !self.reaches_redis(submission, &syntax::variables(&submission.source)) {
            Origin::Python
        } else if wanted.is_empty() || self.reads_whole_keyspace || wanted.iter().any(|key| self.keys.contains(*key)) {
            Origin::Redis
        } else {
            Origin::OtherKeys
        }
    }
}

/// Returns whether a command that names no key reads data. PING and similar commands do not.
fn reads_data(words: &[Vec<u8>]) -> bool {
    let name = words.first().map(|word| String::from_utf8_lossy(word)).unwrap_or_default();
    commands::by_name(&name).is_some_and(|row| matches!(row.group, Group::Generic | Group::Server))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(source: &str, sent: &str) -> Submission {
        let words = |line: &str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        Submission {
            client: "main".into(),
            source: source.into(),
            commands: sent.split(';').filter(|line| !line.is_empty()).map(words).collect(),
            ..Submission::default()
        }
    }

    /// Returns the origin of the value that the last line shows, in a step whose answer reads `visits`. Each line is
    /// paired with the commands that it sent, separated by semicolons.
    fn origin(lines: &[(&str, &str)]) -> Origin {
        let mut activity = StepActivity::default();
        let mut last = Submission::default();
        for (source, sent) in lines {
            last = ran(source, sent);
            activity.note(&last);
        }
        activity.origin(&last, &[vec![b"GET".to_vec(), b"visits".to_vec()]])
    }

    #[test]
    fn a_value_comes_from_redis_through_a_command_or_through_variables() {
        for (lines, expected) in [
            (&[("r.get('visits')", "GET visits")][..], Origin::Redis),
            (&[("11", "")], Origin::Python),
            (&[("r.get('visits')", "GET visits"), ("11", "")], Origin::Python),
            (&[("n = r.get('visits')", "GET visits"), ("print(n)", "")], Origin::Redis),
            (&[("n = r.get('visits')", "GET visits"), ("m = int(n)", ""), ("m + 1", "")], Origin::Redis),
            (&[("r.get('visits')", "GET visits"), ("_ + 1", "")], Origin::Redis),
            (&[("a = []", ""), ("a.append(r.get('visits'))", "GET visits"), ("a", "")], Origin::Redis),
            (&[("d = {}", ""), ("d['n'] = r.get('visits')", "GET visits"), ("d", "")], Origin::Redis),
            (&[("a = []", ""), ("r.get('visits')", "GET visits"), ("a", "")], Origin::Python),
            (&[("user['visits']", "")], Origin::Python),
            (&[("r.get('other')", "GET other")], Origin::OtherKeys),
            (&[("r.get('visits')", "GET visits"), ("r.get('copy')", "GET copy")], Origin::Redis),
            (&[("r.keys()", "KEYS *")], Origin::Redis),
            (&[("r.ping()", "PING")], Origin::OtherKeys),
        ] {
            assert_eq!(origin(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn variables_belong_to_one_client() {
        let mut activity = StepActivity::default();
        activity.note(&ran("n = r.get('visits')", "GET visits"));
        let elsewhere = Submission { client: "phone".into(), ..ran("n", "") };
        activity.note(&elsewhere);
        assert_eq!(activity.origin(&elsewhere, &[vec![b"GET".to_vec(), b"visits".to_vec()]]), Origin::Python);
    }
}
