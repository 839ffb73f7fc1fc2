//! Tests of `serve` in a child process: its password, its limits, and output to a closed pipe.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::program::{folder, redis_tutor, stderr};

const TIMEOUT: Duration = Duration::from_secs(60);

/// A running `serve` process with a connected client. Dropping the value kills the process.
struct Serving {
    process: Child,
    client: TcpStream,
}

impl Serving {
    /// Starts `serve` on a free port, and connects a client. `password_variable` is the value of REDIS_TUTOR_PASSWORD,
    /// and `input` is the standard input.
    fn start(options: &[&str], password_variable: Option<&str>, input: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redis-tutor"));
        command.args(["serve", "--port", "0"]).args(options).env_remove("REDIS_TUTOR_PASSWORD");
        if let Some(password) = password_variable {
            command.env("REDIS_TUTOR_PASSWORD", password);
        }
        let mut process =
            command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("cargo has built the program");
        process.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("the program reads it");
        let mut line = String::new();
        BufReader::new(process.stderr.take().expect("it is piped")).read_line(&mut line).expect("it is UTF-8");
        let address = line.split_whitespace().find_map(|word| word.trim_end_matches('.').parse().ok());
        let address: std::net::SocketAddr = address.unwrap_or_else(|| panic!("there is no address in '{line}'"));
        let client = TcpStream::connect(address).expect("it listens");
        client.set_read_timeout(Some(TIMEOUT)).expect("it is a socket");
        Serving { process, client }
    }

    /// Sends an inline command, and asserts that the reply begins with `expected`.
    #[track_caller]
    fn expect_reply(&mut self, command: &str, expected: &str) {
        self.client.write_all(format!("{command}\r\n").as_bytes()).expect("it reads");
        let mut reply = vec![0; expected.len()];
        self.client.read_exact(&mut reply).expect("it replies");
        assert_eq!(String::from_utf8_lossy(&reply), expected, "{command}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_password_comes_from_a_file_a_variable_or_the_command_line() {
    let file = folder("serve-password").join("password");
    fs::write(&file, "open sesame\r\n").expect("the folder is writable");
    let file = file.display().to_string();
    let cases: [(&[&str], Option<&str>, &str); 5] = [
        (&["--password-file", &file], None, ""),
        (&["--password-file", &file], Some("another"), ""),
        (&["--password-file", "-"], None, "open sesame\n"),
        (&[], Some("open sesame"), ""),
        (&["--password", "open sesame"], Some("another"), ""),
    ];
    for (options, variable, input) in cases {
        let mut serving = Serving::start(options, variable, input);
        serving.expect_reply("GET a", "-NOAUTH Authentication required.\r\n");
        serving.expect_reply("AUTH another", "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
        serving.expect_reply("AUTH \"open sesame\"", "+OK\r\n");
    }
    Serving::start(&[], Some(""), "").expect_reply("GET a", "$-1\r\n");
}

#[test]
fn a_password_that_cannot_be_used_is_an_error_that_says_what_to_do() {
    let folder = folder("serve-no-password");
    let [missing, empty, two_lines] = ["missing", "empty", "two-lines"].map(|name| folder.join(name));
    fs::write(&empty, "\n").and_then(|()| fs::write(&two_lines, "a\nb\n")).expect("the folder is writable");
    for (file, message) in [
        (missing, "missing cannot be read: "),
        (empty, "empty contains no password: it must contain a single line of UTF-8, the password"),
        (two_lines, "two-lines contains no password: it must contain a single line of UTF-8, the password"),
    ] {
        let output = redis_tutor(&["serve", "--port", "0", "--password-file", &file.display().to_string()], b"");
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
    let output = redis_tutor(&["serve", "--port", "0", "--host", "0.0.0.0"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--password-file, or set REDIS_TUTOR_PASSWORD"), "{}", stderr(&output));
}

#[test]
fn options_set_the_limits_of_connections() {
    let options = ["--timeout", "77", "--tcp-keepalive", "0", "--tcp-backlog", "64"];
    let mut serving = Serving::start(&options, None, "");
    serving.expect_reply("CONFIG GET timeout", "*2\r\n$7\r\ntimeout\r\n$2\r\n77\r\n");
    serving.expect_reply("CONFIG GET tcp-keepalive", "*2\r\n$13\r\ntcp-keepalive\r\n$1\r\n0\r\n");
    serving.expect_reply("CONFIG GET tcp-backlog", "*2\r\n$11\r\ntcp-backlog\r\n$2\r\n64\r\n");
    serving.expect_reply("CONFIG SET timeout 5", "+OK\r\n");
    let refused = redis_tutor(&["serve", "--port", "0", "--timeout", "2147483648"], b"");
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn numbers_that_ask_for_too_much_memory_do_not_end_the_server() {
    let mut serving = Serving::start(&["--memory-limit", "8mb"], None, "");
    serving.expect_reply("CONFIG SET proto-max-bulk-len 9223372036854775807", "+OK\r\n");
    for command in [
        "SETBIT b 9223372036854775807 1",
        "SETRANGE k 3000000000 x",
        "DEBUG POPULATE 1 k 9223372036854775807",
        "DEBUG POPULATE 9223372036854775807",
    ] {
        serving.expect_reply(command, "-OOM command not allowed when used memory > 'maxmemory'.\r\n");
    }
    serving.expect_reply("PING", "+PONG\r\n");
}

/// Returns the write end of a pipe whose read end is closed, so that writing to it fails.
fn broken_pipe() -> io::PipeWriter {
    io::pipe().expect("a pipe can be created").1
}

#[test]
fn output_that_nobody_reads_ends_nothing_with_a_panic() {
    let folder = folder("broken-output");
    let progress = folder.join("progress.json");
    let progress = progress.display().to_string();
    for (name, arguments, input, status) in [
        ("an error", vec!["--no-progress", "learn", "no-such-lesson"], "", 1),
        ("a script that waits for ever", vec!["run", "--cli", "-"], "BLPOP queue 0\n", 1),
        ("a damaged progress file", vec!["--progress", &progress, "lessons"], "", 0),
        ("arguments", vec!["--no-such-option"], "", 2),
        ("help", vec!["--help"], "", 0),
        ("a session", vec!["--no-progress", "play"], "print(1)\n", 0),
    ] {
        for is_output_read in [true, false] {
            fs::write(&progress, "{\"version\": 2, ").expect("the folder is writable");
            let mut command = Command::new(env!("CARGO_BIN_EXE_redis-tutor"));
            command.args(&arguments).stdin(Stdio::piped()).stderr(broken_pipe());
            match is_output_read {
                true => command.stdout(Stdio::null()),
                false => command.stdout(broken_pipe()),
            };
            let mut child = command.spawn().expect("cargo has built the program");
            let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
            let ended = child.wait().expect("the program ends").code();
            // If its output cannot be written, the program may end early, but it must not panic.
            let expected = if is_output_read { ended == Some(status) } else { matches!(ended, Some(0..=2 | 141)) };
            assert!(expected, "{name}: {ended:?}");
        }
    }
}

#[test]
fn a_server_with_a_closed_standard_error_serves() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let address = listener.expect("a port is free");
    let port = address.port().to_string();
    let mut process = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
        .args(["serve", "--port", &port])
        .stdin(Stdio::null())
        .stdout(broken_pipe())
        .stderr(broken_pipe())
        .spawn()
        .expect("cargo has built the program");
    let started = Instant::now();
    let mut client = loop {
        match TcpStream::connect(address) {
            Ok(client) => break client,
            Err(_) if started.elapsed() < TIMEOUT => std::thread::yield_now(),
            Err(error) => panic!("the server never listens: {error}"),
        }
    };
    client.write_all(b"PING\r\n").expect("it reads");
    let mut reply = [0; 7];
    client.read_exact(&mut reply).expect("it replies");
    assert_eq!(&reply, b"+PONG\r\n");
    process.kill().and_then(|()| process.wait()).expect("it was running");
}
