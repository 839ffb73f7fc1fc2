//! Lua scripts: runs the engine's pending script in a child process, while all clients wait. When the script has run for
//! longer than `busy-reply-threshold`, the event loop goes on, and the engine replies BUSY to the other clients.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lua_kernel::{LuaRunner, Progress};
use redis_engine::Engine;

/// How long the server waits for a script before it checks whether it was told to stop.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// Runs the scripts of an engine.
pub struct Scripts {
    runner: Option<LuaRunner>,
    /// Whether a script has run for longer than `busy-reply-threshold`.
    is_busy: bool,
}

impl Scripts {
    /// Creates a server's scripts. Without a `program` that runs them, there are none.
    pub fn new(program: Option<PathBuf>) -> Self {
        Scripts { runner: program.map(LuaRunner::new), is_busy: false }
    }

    /// Returns whether a script is running while the event loop goes on.
    pub fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// Runs the pending script, if there is one that is not running yet, until it ends or has taken too long.
    pub fn run_pending(&mut self, engine: &mut Engine) {
        if engine.pending_script().is_some() && !self.is_busy {
            self.run_until_busy(engine);
        }
    }

    /// Lets a script go on that has taken too long, without waiting for it.
    pub fn resume(&mut self, engine: &mut Engine) {
        if let Some(runner) = self.runner.as_mut().filter(|_| self.is_busy) {
            self.is_busy = runner.run(engine, Duration::ZERO) == Progress::Running;
        }
    }

    fn run_until_busy(&mut self, engine: &mut Engine) {
        let Some(runner) = &mut self.runner else { return };
        let threshold_ms = engine.server.config.integer("busy-reply-threshold");
        let threshold = u64::try_from(threshold_ms).ok().filter(|&ms| ms > 0).map(Duration::from_millis);
        loop {
            let time = runner.running_time().unwrap_or_default();
            let wait = threshold.map_or(CHECK_INTERVAL, |threshold| threshold.saturating_sub(time).min(CHECK_INTERVAL));
            if runner.run(engine, wait) == Progress::Done {
                return;
            }
            let is_stopped =
                |requested: &std::sync::Arc<std::sync::atomic::AtomicBool>| requested.load(Ordering::Acquire);
            if engine.server.stop_requested.as_ref().is_some_and(is_stopped) {
                return runner.stop(engine);
            }
            if threshold.is_some_and(|threshold| runner.running_time().unwrap_or_default() >= threshold) {
                self.is_busy = true;
                return;
            }
        }
    }

    /// Ends the running script, if any.
    pub fn stop(&mut self, engine: &mut Engine) {
        self.is_busy = false;
        if let Some(runner) = &mut self.runner {
            runner.stop(engine);
        }
    }

    /// Borrows the file descriptor that becomes readable when a script that has taken too long needs an answer.
    #[cfg(unix)]
    pub fn descriptor(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        self.runner.as_ref().filter(|_| self.is_busy)?.descriptor()
    }
}
