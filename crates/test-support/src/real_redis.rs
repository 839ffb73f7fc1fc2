//! Starts a real Redis for a test, on a free loopback port and with a temporary folder.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

const PATIENCE: Duration = Duration::from_secs(10);

/// A running Redis server. Dropping the value kills its process.
pub struct RealRedis {
    process: Child,
    folder: PathBuf,
    pub address: SocketAddr,
}

impl RealRedis {
    /// Starts the binary with the given settings, and waits until it replies.
    pub fn start(binary: &str, settings: &[&str]) -> Result<Self, String> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.map_err(|error| format!("no free port: {error}"))?;
        let folder = env::temp_dir().join(format!("real-redis-{}-{}", std::process::id(), address.port()));
        fs::create_dir_all(&folder).map_err(|error| format!("no folder {}: {error}", folder.display()))?;
        let process = Command::new(binary)
            .args(["--port", &address.port().to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(settings)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{binary} does not start: {error}"))?;
        let mut server = RealRedis { process, folder, address };
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if answers(address) {
                return Ok(server);
            }
            if let Ok(Some(status)) = server.process.try_wait() {
                return Err(format!("{binary} ended with {status}"));
            }
            thread::yield_now();
        }
        Err(format!("{binary} does not answer on {address}"))
    }
}

impl Drop for RealRedis {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Returns whether the server replies to PING. The reply may be an error that demands a password.
fn answers(address: SocketAddr) -> bool {
    let mut byte = [0];
    TcpStream::connect(address)
        .and_then(|mut stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(b"PING\r\n")?;
            stream.read_exact(&mut byte)
        })
        .is_ok_and(|()| matches!(byte, [b'+' | b'-']))
}
