//! Tests of the server as a process: its output, and the limits that the system imposes on it.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use crate::support::{Client, TIMEOUT};

/// Returns a port that is currently free.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.expect("a port is free").port()
}

#[test]
fn a_server_without_readers_of_its_output_serves() {
    let port = free_port();
    // The reading end of the pipe is closed, so that writes to standard output and standard error fail.
    let (reader, output) = io::pipe().expect("a pipe can be created");
    let errors = output.try_clone().expect("a pipe can be shared");
    drop(reader);
    let mut process = Command::new(env!("CARGO_BIN_EXE_redis-server-bare"))
        .args(["--port", &port.to_string(), "--tcp-backlog", "2000000000"])
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .expect("cargo has built the program");
    let started = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(started.elapsed() < TIMEOUT, "the server never listens");
        thread::yield_now();
    }
    let address = (Ipv4Addr::LOCALHOST, port).into();
    // The HTTP request is reported on standard error, which is closed.
    let mut browser = Client::connect(address);
    browser.send("POST / HTTP/1.1\r\n");
    browser.expect_close_after("");
    Client::connect(address).expect_reply("PING", "+PONG\r\n");
    process.kill().and_then(|()| process.wait()).expect("it was running");
}

/// Tests of the limit on open file descriptors. Only Linux allows changing this limit for another process.
#[cfg(target_os = "linux")]
mod descriptors {
    use std::collections::BTreeSet;
    use std::fs;
    use std::io::{ErrorKind, Read as _};
    use std::time::Duration;

    use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

    use super::*;
    use crate::bare_server::BareServer;

    /// Limits the number of file descriptors that the server's process may open. Descriptors that are already open stay
    /// open.
    fn limit_descriptors(server: &BareServer, limit: u64) {
        let pid = Pid::from_raw(server.id().cast_signed()).expect("it is the ID of a process");
        let limit = Rlimit { current: Some(limit), maximum: getrlimit(Resource::Nofile).maximum };
        prlimit(Some(pid), Resource::Nofile, limit).expect("the process belongs to this user");
    }

    /// Returns the lowest number that no open file descriptor has.
    fn lowest_unused_descriptor(server: &BareServer) -> u64 {
        let entries = fs::read_dir(format!("/proc/{}/fd", server.id())).expect("the process runs");
        let number = |entry: io::Result<fs::DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
        let open: BTreeSet<u64> = entries.filter_map(number).collect();
        (0..).find(|number| !open.contains(number)).expect("a process has few descriptors")
    }

    #[test]
    fn clients_are_refused_while_there_are_no_descriptors() {
        let server = BareServer::start(&[]);
        let (mut first, mut second) = (Client::connect(server.address), Client::connect(server.address));
        second.expect_reply("PING", "+PONG\r\n");
        first.wait_for_info("connected_clients", 2);
        limit_descriptors(&server, lowest_unused_descriptor(&server));
        for _ in 0..50 {
            Client::connect(server.address).expect_close_after("-ERR max number of clients reached\r\n");
        }
        first.expect_reply("SET a 1", "+OK\r\n");
        assert_eq!(first.info_field("stats", "rejected_connections").as_deref(), Some("50"));
        drop(second);
        first.wait_for_info("connected_clients", 1);
        Client::connect(server.address).expect_reply("GET a", "$1\r\n1\r\n");
        let errors = server.stop();
        assert_eq!(errors.matches("too many open files: new clients are refused").count(), 1, "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }

    /// Returns the processor time that the server has used.
    fn processor_time(server: &BareServer) -> Duration {
        let text = fs::read_to_string(format!("/proc/{}/schedstat", server.id())).expect("the process runs");
        Duration::from_nanos(text.split(' ').next().and_then(|number| number.parse().ok()).expect("it is a number"))
    }

    #[test]
    fn a_server_that_cannot_even_refuse_does_not_spin_and_recovers() {
        let server = BareServer::start(&[]);
        let mut first = Client::connect(server.address);
        first.expect_reply("PING", "+PONG\r\n");
        // With this limit, the server cannot even use its spare file descriptor to refuse clients.
        limit_descriptors(&server, 3);
        let mut waiting = Client::connect(server.address);
        waiting.send("PING\r\n");
        first.expect_reply("PING", "+PONG\r\n");
        const WINDOW: Duration = Duration::from_millis(600);
        let before = processor_time(&server);
        waiting.0.set_read_timeout(Some(WINDOW)).expect("the socket accepts a timeout");
        let kind = waiting.0.read(&mut [0; 1]).map_err(|error| error.kind());
        assert_eq!(kind, Err(ErrorKind::WouldBlock), "the client is not accepted");
        let used = processor_time(&server) - before;
        assert!(used < WINDOW / 6, "{used:?} of {WINDOW:?}");
        first.expect_reply("PING", "+PONG\r\n");
        limit_descriptors(&server, 1000);
        waiting.0.set_read_timeout(Some(TIMEOUT)).expect("the socket accepts a timeout");
        waiting.expect_bytes("+PONG\r\n");
        Client::connect(server.address).expect_reply("PING", "+PONG\r\n");
        let errors = server.stop();
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }

    #[test]
    fn maxclients_fits_the_limit_of_descriptors() {
        use std::io::{BufRead as _, BufReader};

        let mut process = Command::new("sh")
            .args(["-c", "ulimit -n 60; exec \"$0\" --port 0", env!("CARGO_BIN_EXE_redis-server-bare")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("standard output is piped"));
        output.read_line(&mut line).expect("the program prints its address");
        let mut client = Client::connect(line.trim().parse().expect("it is an address"));
        let may_raise_limit =
            Command::new("sh").args(["-c", "ulimit -n 60; ulimit -n 61"]).stderr(Stdio::null()).status();
        if may_raise_limit.expect("there is a shell").success() {
            // The user that runs this test is privileged, so the server has raised its limit to make room for all
            // clients.
            client.expect_reply("CONFIG GET maxclients", "*2\r\n$10\r\nmaxclients\r\n$5\r\n10000\r\n");
            process.kill().and_then(|()| process.wait()).expect("it was running");
            return;
        }
        client.expect_reply("CONFIG GET maxclients", "*2\r\n$10\r\nmaxclients\r\n$2\r\n28\r\n");
        client.expect_reply("CONFIG SET maxclients 20", "+OK\r\n");
        client.expect_reply("CONFIG SET maxclients 28", "+OK\r\n");
        client.expect_reply(
            "CONFIG SET hz 20 maxclients 29",
            "-ERR CONFIG SET failed (possibly related to argument 'maxclients') - The operating system is not able to \
             handle the specified number of clients, try with 28\r\n",
        );
        client.expect_reply("CONFIG GET maxclients", "*2\r\n$10\r\nmaxclients\r\n$2\r\n28\r\n");
        client.expect_reply("CONFIG GET hz", "*2\r\n$2\r\nhz\r\n$2\r\n10\r\n");
        process.kill().and_then(|()| process.wait()).expect("it was running");
        let mut errors = String::new();
        process.stderr.take().expect("standard error is piped").read_to_string(&mut errors).expect("it is UTF-8");
        assert!(errors.contains("maxclients is reduced from 10000 to 28"), "{errors}");
    }
}
