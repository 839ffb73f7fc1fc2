//! `serve`: runs the engine as a server for TCP clients.

use std::io;
use std::path::Path;

use super::args::{Arguments, Serve};
use super::{Error, output};
use crate::messages::cli as messages;
use crate::user_files::{UserFiles, read_at_most, reason};
use redis_server::{Notice, Options, ServeError, now_us};

/// The environment variable that contains the password. Unlike a command-line option, it is not visible to the
/// machine's other users.
const PASSWORD_VARIABLE: &str = "REDIS_TUTOR_PASSWORD";

/// Maximum size of the password file, in bytes.
const MAX_PASSWORD_BYTES: u64 = 64 << 10;

/// Serves TCP clients until Ctrl-C is pressed. Returns the exit status 0.
pub fn serve(arguments: &Arguments, serve: &Serve) -> Result<i32, Error> {
    let options = Options {
        host: serve.host.clone(),
        port: serve.port,
        password: password(serve)?,
        seed: arguments.seed.unwrap_or(now_us().cast_unsigned()),
        debug: serve.debug.into(),
        tcp_backlog: serve.tcp_backlog,
        tcp_keepalive: serve.tcp_keepalive,
        timeout: serve.timeout,
        memory_limit: arguments.memory_limit.unwrap_or(0),
        // Without the path of this binary, EVAL replies that the server runs no scripts.
        lua_program: std::env::current_exe().ok(),
    };
    redis_server::serve(&options, report).map_err(|error| match error {
        ServeError::Unprotected(address) => Error::new(messages::serve_needs_password(address)),
        error => Error::new(error.to_string()),
    })?;
    Ok(0)
}

fn report(notice: &Notice) {
    output::print_message(&match notice {
        Notice::Listening(address) => messages::listening(address),
        notice => messages::error(notice),
    });
}

/// Returns the password. The password file takes precedence over the option, and the option over the environment
/// variable. Returns `None` if none of them is given.
///
/// # Errors
/// Returns an error if the password cannot be read, or if the password file does not contain exactly one line.
fn password(serve: &Serve) -> Result<Option<String>, Error> {
    if let Some(file) = &serve.password_file {
        return read_password(file).map(Some);
    }
    match std::env::var(PASSWORD_VARIABLE) {
        _ if serve.password.is_some() => Ok(serve.password.clone()),
        Ok(password) => Ok(Some(password).filter(|password| !password.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Error::new(messages::password_not_utf8())),
    }
}

fn read_password(file: &Path) -> Result<String, Error> {
    let is_stdin = file.as_os_str() == "-";
    let name = if is_stdin { messages::standard_input() } else { file.display().to_string() };
    let bytes = match is_stdin {
        true => read_at_most(io::stdin(), MAX_PASSWORD_BYTES),
        false => UserFiles::default().read_document(file, MAX_PASSWORD_BYTES),
    };
    let bytes = bytes.map_err(|error| Error::new(messages::cannot_read(&name, reason(&error))))?;
    let text = String::from_utf8(bytes).unwrap_or_default();
    let mut lines = text.lines();
    match (lines.next(), lines.next()) {
        (Some(password), None) if !password.is_empty() => Ok(password.to_owned()),
        _ => Err(Error::new(messages::not_a_password_file(name))),
    }
}
