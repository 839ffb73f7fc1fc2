//! Asks the operating system whether all threads of a child process are asleep, and how much CPU time they have used.
//! Only Linux reports this. On other platforms, this module reports that all threads sleep, so the driver can rely only
//! on the child's silence.

use std::time::Duration;

/// Returns whether all threads of a process are asleep at the same time. A thread that waits for the disk, for example
/// because of a page fault, does not count as asleep.
///
/// The threads' states are read one after another. In between, a running thread can wake one that was found asleep, and
/// then fall asleep itself. But Linux counts how often each thread has fallen asleep. If a second reading finds the
/// same counts, all threads were asleep at the same time.
#[cfg(target_os = "linux")]
pub(super) fn are_asleep(process: u32) -> bool {
    let first = linux::threads(process);
    first.iter().all(linux::Thread::is_asleep) && linux::threads(process) == first
}

/// Returns the total CPU time that the threads of a process have used.
#[cfg(target_os = "linux")]
pub(super) fn computing_time(process: u32) -> Duration {
    linux::computing_time(process).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn are_asleep(_: u32) -> bool {
    true
}

#[cfg(not(target_os = "linux"))]
pub(super) fn computing_time(_: u32) -> Duration {
    Duration::ZERO
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::time::Duration;

    /// The unit of CPU times in `/proc`, which is the same on all common architectures.
    const TICK: Duration = Duration::from_millis(10);

    /// A thread: its ID, and the lines of its status file that change when it runs.
    #[derive(PartialEq)]
    pub struct Thread(String, Vec<String>);

    impl Thread {
        pub fn is_asleep(&self) -> bool {
            !self.1.iter().any(|line| line.starts_with("State:\tR") || line.starts_with("State:\tD"))
        }
    }

    /// Returns the threads of a process, or an empty list if the process has ended.
    pub fn threads(process: u32) -> Vec<Thread> {
        let Ok(folder) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
        let thread = |entry: fs::DirEntry| {
            let status = fs::read_to_string(entry.path().join("status")).ok()?;
            let changes = |line: &&str| line.starts_with("State:") || line.contains("voluntary_ctxt_switches:");
            let lines = status.lines().filter(changes).map(str::to_owned).collect();
            Some(Thread(entry.file_name().to_string_lossy().into_owned(), lines))
        };
        folder.flatten().filter_map(thread).collect()
    }

    pub fn computing_time(process: u32) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The program name, in parentheses, may contain spaces, so fields are counted from its closing parenthesis. The
        // next field is number 3, and the CPU times are fields 14 and 15.
        let fields = stat.rsplit_once(") ")?.1.split(' ').skip(11).take(2);
        let ticks: u32 = fields.filter_map(|field| field.parse::<u32>().ok()).sum();
        Some(TICK * ticks)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_running_process_is_distinguished_from_a_sleeping_one() {
        assert!(!are_asleep(std::process::id()), "this thread is running");
        let mut sleeping = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("cat exists");
        // The process runs until it blocks in its first read.
        while !are_asleep(sleeping.id()) {}
        drop(sleeping.stdin.take());
        sleeping.wait().expect("the process was started");
        assert!(are_asleep(sleeping.id()), "the process has ended");
    }

    #[test]
    fn a_thread_that_sleeps_again_after_it_was_awake_is_noticed() {
        let mut waiting = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cat exists");
        while !are_asleep(waiting.id()) {}
        let before = linux::threads(waiting.id());
        assert!(linux::threads(waiting.id()) == before, "it has slept all the time");
        std::io::Write::write_all(waiting.stdin.as_mut().expect("it is piped"), b"x").expect("cat reads");
        std::io::Read::read_exact(waiting.stdout.as_mut().expect("it is piped"), &mut [0]).expect("cat answers");
        while !are_asleep(waiting.id()) {}
        assert!(linux::threads(waiting.id()) != before, "it was awake in between");
        drop(waiting.stdin.take());
        waiting.wait().expect("the process was started");
    }

    #[test]
    fn the_time_that_a_process_computes_is_counted() {
        let mut busy = Command::new("sh").args(["-c", "while :; do :; done"]).spawn().expect("sh exists");
        while computing_time(busy.id()) < Duration::from_millis(50) {}
        busy.kill().expect("the process runs");
        busy.wait().expect("the process was started");
        assert_eq!(computing_time(busy.id()), Duration::ZERO, "the process has ended");
    }
}
