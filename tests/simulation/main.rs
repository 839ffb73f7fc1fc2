//! Plays random sessions with faults, and checks properties that must always hold. A plan describes a session and the
//! events in it. Its Python is either a real child process, or a model that imitates one within this process. Plans
//! that once broke a property are kept in `tests/found`, and are played first.
//!
//!     cargo test --test simulation
//!
//! By default, only the plans of a few fixed seeds are played. Environment variables change what is played:
//!
//! - REDIS_TUTOR_SIMULATION_SECONDS: continues with new seeds until the run has taken this number of seconds.
//! - REDIS_TUTOR_SIMULATION_PLANS: continues with this number of plans with models, and some with real Python
//!   processes.
//! - REDIS_TUTOR_SIMULATION_FROM: sets the first new seed, so that a run can be repeated.
//! - REDIS_TUTOR_SIMULATION_SEED: plays only the plan of this seed, with a model, and prints the plan and the
//!   transcript.
//! - REDIS_TUTOR_SIMULATION_SCRIPT: plays only the script in this file, and prints what the learner sees.
//! - REDIS_TUTOR_SIMULATION_EVENTS: also prints each event and each effect.
//!
//! A plan that breaks a property is reduced to the steps that are needed, and printed as a script. `plan.rs` describes
//! the format of scripts. `play.rs` and `player.rs` describe the properties.

mod children;
mod faults;
mod lessons;
mod model_program;
mod model_python;
mod plan;
mod play;
mod player;
mod random_lines;
mod random_plan;
mod real_clients;
mod shrink;
mod state;
mod world;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs, panic, thread};

use lessons::Lessons;
use plan::{Plan, PythonKind};
use play::{Broken, check, play};
use random_plan::random_plan;

/// The first of the fixed seeds, which are played in every run.
const FIXED_SEED: u64 = 1;
/// Number of fixed seeds that are played with models.
const MODEL_PLANS: u64 = 400;
/// Number of fixed seeds that are played with real Python processes.
const REAL_PLANS: u64 = 2;
/// Number of plans with models for each plan with real Python processes, if the number of plans is given. Both kinds of
/// plans then take about the same time in total.
const MODELS_PER_REAL: u64 = 60;
/// Number of failures after which no more plans are played.
const MAX_FAILURES: usize = 5;

thread_local! {
    /// The source location of the last panic in this thread.
    static PANIC_PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes the source location of the last panic in this thread.
fn take_panic_place() -> String {
    PANIC_PLACE.take()
}

fn main() -> ExitCode {
    // `cargo test NAME` passes NAME as a filter to every test program. If the filter does not match the name of this
    // program, nothing is played.
    if env::args().skip(1).any(|argument| !argument.starts_with('-') && !"simulation".contains(&argument)) {
        return ExitCode::SUCCESS;
    }
    let lessons = Lessons::new();
    if let Ok(path) = env::var("REDIS_TUTOR_SIMULATION_SCRIPT") {
        return play_script(Path::new(&path), &lessons);
    }
    if let Some(seed) = number("REDIS_TUTOR_SIMULATION_SEED") {
        let plan = random_plan(seed, PythonKind::Model);
        println!("{plan}");
        return print_outcome(&plan, &lessons);
    }
    // Suppresses the usual panic message. Panics are caught, and reported with the plans that caused them.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!("at {}:{}", place.file(), place.line()));
        PANIC_PLACE.set(place.unwrap_or_default());
    }));
    let mut failed = play_found(&lessons);
    let simulation = Simulation::new(&lessons);
    failed += simulation.run();
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")))
}

/// Plays the script in a file, and prints what the learner sees.
fn play_script(path: &Path, lessons: &Lessons) -> ExitCode {
    let script = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let plan = Plan::parse(&script).unwrap_or_else(|line| panic!("{}: {line}", path.display()));
    print_outcome(&plan, lessons)
}

fn print_outcome(plan: &Plan, lessons: &Lessons) -> ExitCode {
    match check(plan, lessons) {
        Ok(played) => {
            println!("{}", played.transcript);
            ExitCode::SUCCESS
        }
        Err(broken) => {
            println!("{}\n{}", broken.transcript, broken.failure);
            ExitCode::FAILURE
        }
    }
}

/// Plays all scripts in `tests/found`. Returns the number of scripts that break a property again.
fn play_found(lessons: &Lessons) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/found");
    let files = fs::read_dir(&folder).expect("the folder exists").map(|entry| entry.expect("it can be read").path());
    let mut scripts: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|kind| kind == "txt")).collect();
    scripts.sort();
    let mut failed = 0;
    for path in &scripts {
        let script = fs::read_to_string(path).expect("the script can be read");
        let plan = Plan::parse(&script).unwrap_or_else(|line| panic!("{}: {line}", path.display()));
        assert_eq!(
            Plan::parse(&plan.to_string()).as_ref(),
            Ok(&plan),
            "{}: a script is read as written",
            path.display()
        );
        if let Err(broken) = check(&plan, lessons) {
            failed += 1;
            println!("simulation: {} breaks a property again:\n{}\n", path.display(), broken.failure);
        }
    }
    println!("simulation: {} found before, {failed} of them broken again", scripts.len());
    failed
}

/// A run of the plans for many seeds, on several threads.
struct Simulation<'a> {
    lessons: &'a Lessons,
    began: Instant,
    plans: AtomicUsize,
    failures: AtomicUsize,
}

impl<'a> Simulation<'a> {
    fn new(lessons: &'a Lessons) -> Self {
        Simulation { lessons, began: Instant::now(), plans: AtomicUsize::new(0), failures: AtomicUsize::new(0) }
    }

    /// Plays the plans of the fixed seeds, and then as many others as the environment variables request. Returns the
    /// number of failures.
    fn run(&self) -> usize {
        self.play_seeds(FIXED_SEED..FIXED_SEED + MODEL_PLANS, FIXED_SEED..FIXED_SEED + REAL_PLANS, None);
        let first = number("REDIS_TUTOR_SIMULATION_FROM").unwrap_or_else(|| {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is later than 1970");
            since_1970.as_secs()
        });
        if let Some(plans) = number("REDIS_TUTOR_SIMULATION_PLANS") {
            println!("simulation: {plans} seeds from {first}");
            self.play_seeds(first..first + plans, first..first + plans / MODELS_PER_REAL, None);
        }
        if let Some(seconds) = number("REDIS_TUTOR_SIMULATION_SECONDS") {
            println!("simulation: seeds from {first}");
            self.play_seeds(first.., first.., Some(self.began + Duration::from_secs(seconds)));
        }
        let (plans, seconds) = (self.plans.load(Ordering::Relaxed), self.began.elapsed().as_secs());
        let failures = self.failures.load(Ordering::Relaxed);
        println!("simulation: {plans} plans in {seconds} s, {failures} broken");
        failures
    }

    /// Plays plans with models on half of the threads, and plans with real Python processes on the other half. Starts
    /// no more plans after `until`.
    fn play_seeds(
        &self,
        model: impl Iterator<Item = u64> + Send,
        real: impl Iterator<Item = u64> + Send,
        until: Option<Instant>,
    ) {
        let (model, real) = (Mutex::new(model), Mutex::new(real));
        let threads = thread::available_parallelism().map_or(2, |threads| threads.get().max(2));
        thread::scope(|scope| {
            for index in 0..threads {
                let (model, real) = (&model, &real);
                scope.spawn(move || match index % 2 {
                    0 => self.play_all(PythonKind::Model, model, until),
                    _ => self.play_all(PythonKind::Real, real, until),
                });
            }
        });
    }

    fn play_all(&self, python: PythonKind, seeds: &Mutex<impl Iterator<Item = u64>>, until: Option<Instant>) {
        let next = || seeds.lock().expect("no thread panics with the lock").next();
        while let Some(seed) = next() {
            let has_failed = self.failures.load(Ordering::Relaxed) >= MAX_FAILURES;
            if has_failed || until.is_some_and(|until| Instant::now() >= until) {
                return;
            }
            let plan = random_plan(seed, python);
            self.plans.fetch_add(1, Ordering::Relaxed);
            if let Err(broken) = check(&plan, self.lessons) {
                self.report(seed, &plan, broken);
            }
        }
    }

    fn report(&self, seed: u64, plan: &Plan, broken: Broken) {
        let (plan, broken) = shrink::shrink(plan, broken, self.lessons);
        // Plays the reduced plan once more, because its transcript is the one to report.
        let transcript = match play(&plan, self.lessons) {
            Ok(played) => played.transcript,
            Err(broken) => broken.transcript,
        };
        self.failures.fetch_add(1, Ordering::Relaxed);
        println!(
            "simulation: seed {seed} breaks a property:\n{}\n\n# The plan:\n{plan}\n# What the learner saw:\n{transcript}\n",
            broken.failure
        );
    }
}
