//! The server alone, without the tutor, for the test suites of Redis and of its clients.
//!
//! Takes the options that such suites give to `redis-server`: `--port`, `--bind`, `--requirepass` and
//! `--enable-debug-command`, each followed by its value, and `--seed` besides.

use std::process::ExitCode;

use redis_server::{DebugAccess, Options, serve};

const USAGE: &str = "usage: redis-server-bare [--port 6379] [--bind 127.0.0.1] [--requirepass WORD] \
                     [--enable-debug-command no|local|yes] [--seed N]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let served = options(&arguments)
        .map_err(|problem| format!("{problem}\n{USAGE}"))
        .and_then(|options| serve(&options, |address| println!("{address}")).map_err(|error| error.to_string()));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("redis-server-bare: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// The options that these arguments give.
///
/// # Errors
/// An argument is unknown, or its value is missing or unusable: the sentence to print.
fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options =
        Options { host: "127.0.0.1".to_owned(), port: 6379, password: None, seed: 0, debug: DebugAccess::default() };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} needs a value", pair[0])) };
        let number = || format!("{name} takes a number, not '{value}'");
        match name.as_str() {
            "--port" => options.port = value.parse().map_err(|_| number())?,
            "--bind" => options.host.clone_from(value),
            "--requirepass" => options.password = Some(value.clone()),
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
        options(&arguments).map(|options| (options.host, options.port, options.password))
    }

    #[test]
    fn options_are_parsed_as_redis_server_names_them() {
        assert_eq!(parse(""), Ok(("127.0.0.1".to_owned(), 6379, None)));
        let given = parse("--port 7000 --bind ::1 --requirepass secret");
        assert_eq!(given, Ok(("::1".to_owned(), 7000, Some("secret".to_owned()))));
        assert_eq!(parse("--port"), Err("--port needs a value".to_owned()));
        assert_eq!(parse("--port x"), Err("--port takes a number, not 'x'".to_owned()));
        assert_eq!(parse("--save 60"), Err("unknown option --save".to_owned()));
    }
}
