//! Runs jobs on several threads, one thread for each core of the machine.

use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};
use std::thread;

/// A worker's report: a message from a running job, or a job's index and result.
enum Report<M, R> {
    Message(M),
    Result(usize, R),
}

/// A handle with which a running job sends messages.
#[derive(Debug)]
pub struct Messages<M, R>(Sender<Report<M, R>>);

impl<M, R> Messages<M, R> {
    /// Sends a message to the thread that waits for the jobs.
    pub fn send(&self, message: M) {
        // The receiver outlives all workers, so sending cannot fail.
        let _ = self.0.send(Report::Message(message));
    }
}

/// Runs each job on one of several threads, and returns the results in the order of the jobs. Meanwhile, calls
/// `receive` on the current thread with each message that a job sends.
pub fn run_in_parallel<J: Send, M: Send, R: Send>(
    jobs: Vec<J>,
    work: impl Fn(J, &Messages<M, R>) -> R + Sync,
    mut receive: impl FnMut(M),
) -> Vec<R> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    let mut results: Vec<Option<R>> = jobs.iter().map(|_| None).collect();
    let waiting = Mutex::new(jobs.into_iter().enumerate());
    let (sender, reports) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (messages, waiting, work) = (Messages(sender.clone()), &waiting, &work);
            scope.spawn(move || {
                loop {
                    // The mutex guard is dropped at the end of this statement, so other workers can take jobs while
                    // this job runs. The mutex cannot be poisoned, because taking a job does not panic.
                    let Some((index, job)) = waiting.lock().ok().and_then(|mut jobs| jobs.next()) else { break };
                    let result = work(job, &messages);
                    let _ = messages.0.send(Report::Result(index, result));
                }
            });
        }
        drop(sender);
        for report in reports {
            match report {
                Report::Message(message) => receive(message),
                Report::Result(index, result) => results[index] = Some(result),
            }
        }
    });
    // If a worker had panicked, `scope` would have panicked as well, so no result is missing.
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_jobs_and_every_message_arrives() {
        let mut messages = Vec::new();
        let square = |job: u32, messages: &Messages<u32, u32>| {
            messages.send(job);
            job * job
        };
        let results = run_in_parallel((0..100).collect(), square, |message| messages.push(message));
        assert_eq!(results, (0..100).map(|job| job * job).collect::<Vec<_>>());
        messages.sort_unstable();
        assert_eq!(messages, (0..100).collect::<Vec<_>>());
        assert!(run_in_parallel(Vec::new(), square, |_| ()).is_empty());
    }
}
