//! The binary: runs as a Python child process if the first argument requests it, and as the command-line program
//! otherwise.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == python_kernel::SUBCOMMAND) {
        python_kernel::main();
    }
    redis_tutor::cli::main()
}
