//! The binary: runs as a Python or Lua child process if the first argument requests it, and as the command-line program
//! otherwise.

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args_os().nth(1) {
        Some(word) if word == python_kernel::SUBCOMMAND => python_kernel::main(),
        Some(word) if word == lua_kernel::SUBCOMMAND => lua_kernel::main(),
        _ => {}
    }
    redis_tutor::cli::main()
}
