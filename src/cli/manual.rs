//! `completions` and `man`: shell completions and manual pages, generated from the argument definitions.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use super::Error;
use super::args::Arguments;
use crate::messages::cli as messages;

const PROGRAM_NAME: &str = "redis-tutor";

/// Prints the completion script for a shell. Returns the exit status 0.
pub fn print_completions(shell: clap_complete::Shell) -> Result<i32, Error> {
    // `generate` panics if it cannot write, so the script is written to memory first.
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), PROGRAM_NAME, &mut text);
    io::stdout().lock().write_all(&text)?;
    Ok(0)
}

/// Prints the manual page of the program, or of one subcommand. Returns the exit status 0.
pub fn print_manual(name: Option<&str>) -> Result<i32, Error> {
    let mut command = Arguments::command();
    command.build();
    if let Some(name) = name {
        command = command.find_subcommand(name).cloned().ok_or_else(|| {
            let names: Vec<_> = command.get_subcommands().map(clap::Command::get_name).collect();
            Error::new(messages::no_such_command(name, names.join(", ")))
        })?;
    }
    clap_mangen::Man::new(command).render(&mut io::stdout().lock())?;
    Ok(0)
}
