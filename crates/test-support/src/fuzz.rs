//! Checks properties with random inputs.
//!
//! The inputs are generated from a seed, so that every run of `cargo test` checks the same inputs. Two environment
//! variables change them: REDIS_TUTOR_FUZZ_SEED sets another seed, and REDIS_TUTOR_FUZZ_CASES sets the number of inputs
//! for each property. `.ci/run nightly` sets both, with a fresh seed that it prints. A failing input is reduced to a
//! small one and printed, and should then be added to the tests of its module.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

/// The seed for the inputs, unless REDIS_TUTOR_FUZZ_SEED sets another one.
const FIXED_SEED: u64 = 20_260;

/// Number of inputs for each property, unless REDIS_TUTOR_FUZZ_CASES sets another one.
const CASES: u32 = 256;

/// Time limit for checking a property with one input. Since no input is long, only an algorithm of quadratic or higher
/// complexity takes longer than this, even on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The result of checking a property with one input.
pub type Checked = Result<(), TestCaseError>;

/// Checks that a property holds for random inputs.
///
/// # Panics
/// Panics if the property fails or panics for an input, or takes more than 20 seconds. The message contains the seed
/// and the smallest failing input that was found.
pub fn check<S: Strategy>(inputs: &S, property: impl Fn(S::Value) -> Checked)
where
    S::Value: Debug,
{
    let seed = number("REDIS_TUTOR_FUZZ_SEED").unwrap_or(FIXED_SEED);
    let cases = number("REDIS_TUTOR_FUZZ_CASES").map_or(CASES, |cases| u32::try_from(cases).unwrap_or(u32::MAX));
    let config = Config { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let in_time = |input| {
        let began = Instant::now();
        property(input)?;
        match began.elapsed() {
            took if took > TIMEOUT => Err(TestCaseError::fail(format!("it took {} s", took.as_secs()))),
            _ => Ok(()),
        }
    };
    match TestRunner::new(config).run(inputs, in_time) {
        Ok(()) => {}
        Err(TestError::Fail(reason, input)) => panic!("with REDIS_TUTOR_FUZZ_SEED={seed}: {reason}\ninput: {input:?}"),
        Err(error @ TestError::Abort(_)) => panic!("with REDIS_TUTOR_FUZZ_SEED={seed}: {error}"),
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, and not {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prop_assert;

    #[test]
    #[should_panic(expected = "input: [7]")]
    fn a_failing_input_is_reduced_and_printed() {
        check(&vec(0..10, 0..20), |numbers| {
            prop_assert!(!numbers.contains(&7));
            Ok(())
        });
    }
}
