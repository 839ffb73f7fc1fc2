//! Completions for shells and manual pages, from the definitions of the arguments.

use std::io::{self, Write};

use clap::CommandFactory as _;

use super::args::Arguments;

/// The name that shells and man know the program by.
const PROGRAM: &str = "redis-tutor";

/// Writes what a shell needs to complete the program's arguments.
///
/// # Errors
/// Those of writing.
pub fn completions(shell: clap_complete::Shell, out: &mut impl Write) -> io::Result<()> {
    // It cannot tell of an error of writing, so it does not write to what may be closed.
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), PROGRAM, &mut text);
    out.write_all(&text)
}

/// Writes the manual page, or that of one command. If there is no such command, the names that there are.
///
/// # Errors
/// Those of writing.
pub fn manual(name: Option<&str>, out: &mut impl Write) -> io::Result<Result<(), Vec<String>>> {
    let mut program = Arguments::command();
    program.build();
    let Some(name) = name else { return clap_mangen::Man::new(program).render(out).map(Ok) };
    let Some(command) = program.find_subcommand(name) else {
        return Ok(Err(program.get_subcommands().map(|command| command.get_name().to_owned()).collect()));
    };
    clap_mangen::Man::new(command.clone()).render(out).map(Ok)
}
