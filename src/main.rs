//! The binary: hands the Python child's process over to it, and everything else to the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == python_kernel::SUBCOMMAND) {
        python_kernel::main();
    }
    redis_tutor::cli::main()
}
