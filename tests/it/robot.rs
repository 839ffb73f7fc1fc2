//! A robot learner: it types rubbish, lines of redis-cli, Python, commands to the tutor, halves of answers; then the
//! answers. Every lesson must be finished all the same, from wherever it began.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use redis_tutor::driver::{Frontend, Host, drive};
use redis_tutor::lesson::format::{Lesson, Step};
use redis_tutor::lesson::library::{self, Library};
use redis_tutor::session::dialect;
use redis_tutor::session::event::{Event, Prompt, Show};
use redis_tutor::session::{Options, Session};

/// Lines that a learner may type at any prompt. None of them leaves.
const RUBBISH: [&str; 36] = [
    "",
    "   ",
    "x = = 1",
    "hello?",
    "1/0",
    "r = None",
    "del r",
    "import json",
    "r.flushall()",
    "FLUSHALL",
    "FLUSHDB",
    "r.get('user:1000')",
    "GET",
    "HGETALL user:1000",
    "SET a 1 EX 1",
    "MULTI",
    "EXEC",
    "SELECT 3",
    "SUBSCRIBE news",
    "r.execute_command('HSET', 'user:1000', 'a')",
    "for i in range(3): r.rpush('l', i)",
    "def f(:",
    "print('x' * 100)",
    "raise SystemError('no')",
    "CONFIG SET maxmemory 1",
    "BLPOP nothing-there 0",
    "r.blpop('nothing-there', timeout=1)",
    ":hint",
    ":expect",
    ":answer",
    ":keys",
    ":wait 1h",
    ":client bob",
    ":cli",
    ":python fresh",
    ":nothing",
];

/// The most lines of rubbish before a step.
const MOST_RUBBISH: u64 = 3;

/// Small numbers from a seed: a step of xorshift.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

struct Robot<'a> {
    lesson: &'a Lesson,
    chance: Chance,
    /// The place and what is still to be typed there.
    at: Option<usize>,
    rubbish: u64,
    answer: Vec<String>,
    /// What was typed, for the message of a failure.
    typed: Vec<String>,
}

impl Robot<'_> {
    fn rubbish(&mut self, step: &Step) -> String {
        let answer = step.answer.as_ref().map(|answer| answer.get_ref().as_str());
        match (self.chance.below(4), answer) {
            // The first half of an answer.
            (0, Some(answer)) => answer.chars().take(answer.chars().count() / 2).collect(),
            _ => RUBBISH[self.chance.below(RUBBISH.len() as u64) as usize].to_owned(),
        }
    }

    fn next(&mut self, session: &Session) -> String {
        let index = session.place().map_or(0, |(_, number)| number - 1);
        let step = &self.lesson.steps[index];
        if self.at != Some(index) {
            self.at = Some(index);
            self.rubbish = if self.chance.below(2) == 0 { self.chance.below(MOST_RUBBISH) + 1 } else { 0 };
            // After rubbish the step has to be begun afresh, in Python, as `main`.
            let afresh = [":python", ":again"].iter().filter(|_| self.rubbish > 0).map(|line| (*line).to_owned());
            self.answer = afresh.chain(answers(step)).rev().collect();
        }
        if self.rubbish > 0 {
            self.rubbish -= 1;
            return self.rubbish(step);
        }
        match self.answer.pop() {
            Some(line) => line,
            None if session.is_step_done() => {
                self.at = None;
                String::new()
            }
            None => panic!(
                "{}/{} is not done by its answer:\n{}",
                self.lesson.id.get_ref(),
                step.id.get_ref(),
                self.typed.join("\n")
            ),
        }
    }
}

/// What does a step.
fn answers(step: &Step) -> Vec<String> {
    if let Some(choose) = &step.choose {
        let right = choose.options.iter().position(|option| option.correct);
        return right.map(|index| (index + 1).to_string()).into_iter().collect();
    }
    match &step.answer {
        Some(answer) => dialect::submissions(answer.get_ref()),
        None => vec![":skip".into()],
    }
}

impl Frontend for Robot<'_> {
    fn show(&mut self, _: &Show) -> io::Result<()> {
        Ok(())
    }

    fn read_input(&mut self, host: &mut Host<'_>, _: &Prompt) -> io::Result<Event> {
        let session = host.session();
        let is_over = session.progress().lessons.get(self.lesson.id.get_ref()).is_some_and(|lesson| lesson.finished);
        if is_over {
            return Ok(Event::EndOfInput);
        }
        let line = self.next(session);
        self.typed.push(line.clone());
        Ok(Event::Entered(line))
    }

    fn wait(&mut self, _: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        Ok(if deadline_us.is_some() { Event::SkipWait } else { Event::Entered(String::new()) })
    }

    fn python_executable(&self) -> io::Result<PathBuf> {
        Ok(env!("CARGO_BIN_EXE_redis-tutor").into())
    }
}

fn finishes(lesson: &Arc<Lesson>, library: &Arc<Library>, seed: u64) {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let start = chance.below(lesson.steps.len() as u64) as usize;
    let mut session = Session::new(Options::repeatable(library.clone()));
    session.open(lesson.clone(), start);
    // What differs is told elsewhere; here nothing of it is needed.
    session.rehearsed(Arc::default());
    let mut robot = Robot { lesson, chance, at: None, rubbish: 0, answer: Vec::new(), typed: Vec::new() };
    drive(&mut session, &mut robot).expect("a session without a terminal meets no broken pipe");
    let progress = session.progress().lessons.get(lesson.id.get_ref());
    assert!(
        progress.is_some_and(|progress| progress.finished),
        "{} with seed {seed} is not finished:\n{}",
        lesson.id.get_ref(),
        robot.typed.join("\n")
    );
}

/// One seed for each lesson, or as many as REDIS_TUTOR_ROBOTS says.
#[test]
fn every_lesson_is_finished_whatever_was_typed_before() {
    let library = Arc::new(Library::read(&library::built_in()).expect("the lessons built in are lessons"));
    let robots = std::env::var("REDIS_TUTOR_ROBOTS").ok().map_or(1, |n| n.parse().expect("a number of robots"));
    let library = &library;
    std::thread::scope(|scope| {
        for (index, lesson) in library.lessons.iter().enumerate() {
            // Each has a Python of its own, so they need not wait for each other.
            scope.spawn(move || (1..=robots).for_each(|seed| finishes(lesson, library, seed * 100 + index as u64)));
        }
    });
}
