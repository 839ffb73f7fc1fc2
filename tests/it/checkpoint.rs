//! Tests of checkpoints: returning to a checkpoint restores the data, the variables and the blocked commands, no matter
//! what was entered in the meantime.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use redis_tutor::driver::{Frontend, Host, drive};
use redis_tutor::lesson::evidence::Submission;
use redis_tutor::session::event::{ChildId, Event, Prompt, Show};
use redis_tutor::session::{Options, Session};

use crate::undo::{INPUTS, State, VARIABLES, state};

/// A front end that enters the inputs in `before`, sets a checkpoint, and then enters each round of inputs, returning
/// to the checkpoint before the next round.
struct Rounds {
    before: VecDeque<String>,
    rounds: VecDeque<VecDeque<String>>,
    /// The inputs of the current round that have not been entered yet. `None` before the first round.
    current: Option<VecDeque<String>>,
    /// The inputs and the output since the checkpoint was set or last restored.
    log: String,
    output: String,
    /// The session's state at the checkpoint and after each return to it.
    starts: Vec<State>,
    /// The Python processes that exist at the end of each round.
    children: Vec<Vec<ChildId>>,
    /// The output of each round's last input.
    outputs: Vec<String>,
}

impl Rounds {
    fn new(before: &[&str], rounds: impl IntoIterator<Item = Vec<String>>) -> Rounds {
        Rounds {
            before: before.iter().map(|&text| text.to_owned()).collect(),
            rounds: rounds.into_iter().map(VecDeque::from).collect(),
            current: None,
            log: String::new(),
            output: String::new(),
            starts: Vec::new(),
            children: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Records the results of the current round. Returns the event that begins the next round, or the one that ends the
    /// session after the last round.
    fn next_round(&mut self, session: &Session) -> Event {
        self.outputs.push(std::mem::take(&mut self.output));
        self.children.push(session.children().collect());
        self.current = self.rounds.pop_front();
        if self.current.is_some() { Event::ReturnToCheckpoint } else { Event::EndOfInput }
    }
}

impl Frontend for Rounds {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.log.push_str(&format!("  {show:?}\n"));
        Ok(())
    }

    fn read_input(&mut self, host: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        if let Some(text) = self.before.pop_front() {
            return Ok(Event::Entered(text));
        }
        let Some(inputs) = &mut self.current else {
            self.current = self.rounds.pop_front();
            return Ok(Event::SetCheckpoint);
        };
        if self.starts.len() == self.outputs.len() {
            self.log.clear();
            self.starts.push(state(host.session(), prompt));
        }
        Ok(match inputs.pop_front() {
            Some(text) => {
                self.log.push_str(&format!("{text}\n"));
                Event::Entered(text)
            }
            None => self.next_round(host.session()),
        })
    }

    fn wait(&mut self, host: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        let is_over = self.current.as_ref().is_some_and(VecDeque::is_empty);
        Ok(match deadline_us {
            _ if is_over => self.next_round(host.session()),
            Some(_) => Event::SkipWait,
            None => Event::Entered(String::new()),
        })
    }

    fn submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        self.output.clone_from(&submission.output);
        Ok(())
    }

    fn python_executable(&self) -> io::Result<PathBuf> {
        Ok(env!("CARGO_BIN_EXE_redis-tutor").into())
    }
}

fn played(before: &[&str], rounds: impl IntoIterator<Item = Vec<String>>) -> Rounds {
    let mut session = Session::new(Options::repeatable(Arc::default()));
    let mut rounds = Rounds::new(before, rounds);
    drive(&mut session, &mut rounds).expect("a session without a terminal meets no broken pipe");
    rounds
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn whatever_is_entered_the_checkpoint_is_restored() {
    let before = ["r.set('text', 'a', ex=100)", "rows = [1, {'a': 2}]", "r.rpush('list', 1, 2)", "n = 5"];
    // A linear congruential generator with Knuth's constants.
    let mut luck = 7_u64;
    let mut random_round = |_| {
        let mut round: Vec<String> = vec![VARIABLES.into()];
        for _ in 0..6 {
            luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            round.push(INPUTS[usize::try_from(luck >> 33).expect("31 bits") % INPUTS.len()].to_owned());
        }
        round
    };
    let random: Vec<Vec<String>> = (0..12).map(&mut random_round).collect();
    // `look` is a round that only prints the variables. It precedes each random round, and is also the last round.
    let shown = || texts(&["rows[1]['b'] = 3; rows.append(4); extra = 1", "del n, rows", "r = None", VARIABLES]);
    let look = || texts(&[VARIABLES]);
    let rounds = random.into_iter().flat_map(|round| [look(), round]).chain([shown(), look()]);
    let played = played(&before, rounds);
    for (round, start) in played.starts.iter().enumerate() {
        assert_eq!(*start, played.starts[0], "at the start of round {round}");
    }
    let looks: Vec<&String> = played.outputs.iter().step_by(2).take(12).chain(played.outputs.last()).collect();
    assert!(looks.iter().all(|output| *output == "{'rows': [1, {'a': 2}], 'n': 5}\n"), "{looks:?}");
}

#[test]
fn a_python_is_kept_unless_it_cannot_be_restored() {
    let rounds = [
        texts(&["r.incr('n')", "a = [1]"]),
        texts(&["r.incr('n')", "raise ValueError"]),
        // A client that is still blocked cannot restore its variables, so its Python process is replaced.
        texts(&["r.blpop('nothing')"]),
        texts(&["r.get('n')"]),
        texts(&["c = redis.Redis(); c.set('n', 7)", "r.get('n')"]),
    ];
    let played = played(&["r.set('n', 1)"], rounds);
    let [first, second, third, fourth, fifth] = played.children.as_slice() else { panic!("five rounds were played") };
    assert_eq!((first, first), (second, third));
    assert_ne!(third, fourth);
    assert_eq!(fourth, fifth);
    assert_eq!(played.outputs[3], "b'1'\n");
    assert_eq!(played.outputs[4], "b'7'\n");
}

#[test]
fn a_client_that_has_no_connection_at_the_checkpoint_has_none_afterwards() {
    let rounds = [texts(&["r.incr('n')"]), texts(&["CLIENT LIST"]), texts(&["r.incr('n')"])];
    let played = played(&[], rounds);
    assert_eq!(played.outputs[0], played.outputs[2]);
    assert_eq!(played.outputs[1].matches("id=").count(), 1, "{}", played.outputs[1]);
}
