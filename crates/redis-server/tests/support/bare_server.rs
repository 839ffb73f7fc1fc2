//! The program `redis-server-bare` as a child process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

/// A running server. Dropping the value kills the process.
pub struct BareServer {
    process: Child,
    pub address: SocketAddr,
    /// The reading end of standard output, which must stay open while the server runs.
    _output: BufReader<ChildStdout>,
    /// The thread that collects standard error.
    errors: Option<JoinHandle<String>>,
}

impl BareServer {
    /// Starts the program on a free port, and waits until clients can connect.
    pub fn start(options: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_redis-server-bare"))
            .args(["--port", "0"])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("cargo has built the program");
        let mut output = BufReader::new(process.stdout.take().expect("standard output is piped"));
        let mut errors = process.stderr.take().expect("standard error is piped");
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).expect("messages are UTF-8");
            text
        });
        let mut line = String::new();
        output.read_line(&mut line).expect("the program prints its address");
        let address = line.trim().parse().unwrap_or_else(|_| panic!("'{line}' is not an address"));
        BareServer { process, address, _output: output, errors: Some(errors) }
    }

    /// Returns the ID of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Stops the process, and returns what it has written to standard error.
    #[allow(dead_code, reason = "not every test program reads it")]
    pub fn stop(mut self) -> String {
        self.end();
        self.errors.take().map(|errors| errors.join().expect("it can be read")).unwrap_or_default()
    }

    fn end(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Drop for BareServer {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns a memory figure in KB from `/proc/PID/status`: `VmHWM` is the peak resident memory, and `VmRSS` the current
/// one.
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "not every test program measures memory")]
pub fn memory_kb(process: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    number.unwrap_or_else(|| panic!("no {field} in {status}"))
}
