//! The server on its own, without the tutor, for the test suites of Redis and of its client libraries.
//!
//! It accepts the options that these suites pass to `redis-server`, each followed by its value: `--port`, `--bind`,
//! `--requirepass`, `--enable-debug-command`, `--tcp-backlog`, `--tcp-keepalive` and `--timeout`. `--seed` sets the
//! random seed. It prints the address to standard output, and everything else to standard error.

use std::io::{self, Write as _};
use std::process::ExitCode;

use redis_server::{DebugAccess, Notice, Options, serve};

const USAGE: &str = "usage: redis-server-bare [--port 6379] [--bind 127.0.0.1] [--requirepass WORD] \
                     [--enable-debug-command no|local|yes] [--tcp-backlog 511] [--tcp-keepalive 300] [--timeout 0] \
                     [--seed N]";

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == lua_kernel::SUBCOMMAND) {
        lua_kernel::main();
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = parse_options(&arguments)
        .map_err(|message| format!("{message}\n{USAGE}"))
        .and_then(|options| serve(&options, report).map_err(|error| error.to_string()));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            print_error(message);
            ExitCode::FAILURE
        }
    }
}

fn report(notice: &Notice) {
    match notice {
        // A failure is ignored, because the server is useful even if standard output is closed.
        Notice::Listening(address) => drop(writeln!(io::stdout(), "{address}")),
        notice => print_error(notice),
    }
}

/// Prints a line to standard error. Ignores a failure, because standard error may be closed.
fn print_error(message: impl std::fmt::Display) {
    drop(writeln!(io::stderr(), "redis-server-bare: {message}"));
}

/// Parses the command line.
///
/// # Errors
/// Returns the message to print if an option is unknown, or if its value is missing or invalid.
fn parse_options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options { lua_program: std::env::current_exe().ok(), ..Options::default() };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} needs a value", pair[0])) };
        let number = || format!("{name} takes a number, not '{value}'");
        match name.as_str() {
            "--port" => options.port = value.parse().map_err(|_| number())?,
            "--bind" => options.host.clone_from(value),
            "--requirepass" => options.password = Some(value.clone()),
            "--tcp-backlog" => options.tcp_backlog = value.parse().map_err(|_| number())?,
            "--tcp-keepalive" => options.tcp_keepalive = value.parse().map_err(|_| number())?,
            "--timeout" => options.timeout = value.parse().map_err(|_| number())?,
            "--seed" => options.seed = value.parse().map_err(|_| number())?,
            "--enable-debug-command" => {
                options.debug = match value.as_str() {
                    "no" => DebugAccess::No,
                    "local" => DebugAccess::Local,
                    "yes" => DebugAccess::Yes,
                    _ => return Err(format!("{name} takes no, local or yes, not '{value}'")),
                }
            }
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<(String, u16, Option<String>), String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse_options(&arguments).map(|options| (options.host, options.port, options.password))
    }

    #[test]
    fn options_have_the_names_of_redis_server() {
        assert_eq!(parse(""), Ok(("127.0.0.1".to_owned(), 6379, None)));
        let given = parse("--port 7000 --bind ::1 --requirepass secret");
        assert_eq!(given, Ok(("::1".to_owned(), 7000, Some("secret".to_owned()))));
        let given =
            parse_options(&["--timeout", "7", "--tcp-keepalive", "0", "--tcp-backlog", "1000"].map(str::to_owned));
        let given = given.map(|options| (options.timeout, options.tcp_keepalive, options.tcp_backlog));
        assert_eq!(given, Ok((7, 0, 1000)));
        assert_eq!(parse("--port"), Err("--port needs a value".to_owned()));
        assert_eq!(parse("--port x"), Err("--port takes a number, not 'x'".to_owned()));
        assert_eq!(parse("--save 60"), Err("unknown option --save".to_owned()));
    }
}
