//! Tests that a robot learner finishes every lesson, no matter at which step it starts. Before about half of its
//! answers, the robot types random lines: redis-cli commands, Python, tutor commands, or the first half of the answer.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use redis_tutor::driver::{Frontend, Host, drive};
use redis_tutor::lesson::format::{Lesson, Step};
use redis_tutor::lesson::library::{self, Library};
use redis_tutor::session::dialect;
use redis_tutor::session::event::{Event, Prompt, Show};
use redis_tutor::session::{Options, Session};

/// Lines that a learner may type at any prompt. None of them ends the session.
const RANDOM_LINES: [&str; 36] = [
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

/// Maximum number of random lines before the answer of a step.
const MAX_RANDOM_LINES: u64 = 3;

/// An xorshift pseudorandom number generator.
struct Rng(u64);

impl Rng {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

struct Robot<'a> {
    lesson: &'a Lesson,
    rng: Rng,
    /// The index of the step for which `random_lines` and `answer` were prepared.
    step: Option<usize>,
    /// Number of random lines that are still to be typed.
    random_lines: u64,
    /// The lines of the answer that have not been typed yet, in reverse order.
    answer: Vec<String>,
    /// All lines that were typed, which a failure message quotes.
    typed: Vec<String>,
}

impl Robot<'_> {
    fn random_line(&mut self, step: &Step) -> String {
        let answer = step.answer.as_ref().map(|answer| answer.get_ref().as_str());
        match (self.rng.below(4), answer) {
            // Types the first half of an answer.
            (0, Some(answer)) => answer.chars().take(answer.chars().count() / 2).collect(),
            _ => RANDOM_LINES[self.rng.below(RANDOM_LINES.len() as u64) as usize].to_owned(),
        }
    }

    fn next_line(&mut self, session: &Session) -> String {
        let index = session.place().map_or(0, |(_, number)| number - 1);
        let step = &self.lesson.steps[index];
        if self.step != Some(index) {
            self.step = Some(index);
            self.random_lines = if self.rng.below(2) == 0 { self.rng.below(MAX_RANDOM_LINES) + 1 } else { 0 };
            // After random lines, `:python` restores the dialect, and `:again` restarts the step.
            let restart = [":python", ":again"].iter().filter(|_| self.random_lines > 0).map(|line| (*line).to_owned());
            self.answer = restart.chain(answer_lines(step)).rev().collect();
        }
        if self.random_lines > 0 {
            self.random_lines -= 1;
            return self.random_line(step);
        }
        match self.answer.pop() {
            Some(line) => line,
            None if session.is_step_done() => {
                self.step = None;
                String::new()
            }
            None => panic!(
                "{}/{} is not completed by its answer:\n{}",
                self.lesson.id.get_ref(),
                step.id.get_ref(),
                self.typed.join("\n")
            ),
        }
    }
}

/// Returns the lines that complete a step.
fn answer_lines(step: &Step) -> Vec<String> {
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
        let line = self.next_line(session);
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

/// Checks that a robot that starts at a random step finishes the lesson.
fn assert_robot_finishes(lesson: &Arc<Lesson>, library: &Arc<Library>, seed: u64) {
    let mut rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let start = rng.below(lesson.steps.len() as u64) as usize;
    let mut session = Session::new(Options::repeatable(library.clone()));
    session.open(lesson.clone(), start);
    // A rehearsal is needed only for specific feedback, which other tests cover.
    session.rehearsed(Arc::default());
    let mut robot = Robot { lesson, rng, step: None, random_lines: 0, answer: Vec::new(), typed: Vec::new() };
    drive(&mut session, &mut robot).expect("Python can be started");
    let progress = session.progress().lessons.get(lesson.id.get_ref());
    assert!(
        progress.is_some_and(|progress| progress.finished),
        "{} with seed {seed} is not finished:\n{}",
        lesson.id.get_ref(),
        robot.typed.join("\n")
    );
}

/// Runs one robot for each lesson, or as many robots for each lesson as the environment variable REDIS_TUTOR_ROBOTS
/// says.
#[test]
fn every_lesson_can_be_finished_after_random_lines() {
    let library = Arc::new(Library::read(&library::built_in()).expect("the built-in lessons are valid"));
    let robots = std::env::var("REDIS_TUTOR_ROBOTS").ok().map_or(1, |n| n.parse().expect("a number of robots"));
    let library = &library;
    std::thread::scope(|scope| {
        for (index, lesson) in library.lessons.iter().enumerate() {
            // Each robot has its own Python process, so the lessons can be tested in parallel.
            scope.spawn(move || {
                (1..=robots).for_each(|seed| assert_robot_finishes(lesson, library, seed * 100 + index as u64))
            });
        }
    });
}
