//! The command table: the rows of all commands, and their lookup by name.
//!
//! `commands::TABLE` is the only command table. A running command gets it in its [`Call`](super::call::Call), so that
//! no command imports the list of all commands.

use std::collections::{HashMap, HashSet};

use super::command::Command;
use super::error::{self, Error};

/// All commands, by name.
#[derive(Debug)]
pub struct CommandTable {
    families: &'static [&'static [&'static Command]],
    /// The rows, by the command's name in capitals. The name of a subcommand has two words (`OBJECT ENCODING`).
    by_name: HashMap<&'static [u8], Row, foldhash::fast::FixedState>,
}

/// A command, and whether it has subcommands.
#[derive(Debug, Clone, Copy)]
struct Row {
    command: &'static Command,
    is_container: bool,
}

impl CommandTable {
    /// Creates a table of all commands in the given families.
    pub(crate) fn new(families: &'static [&'static [&'static Command]]) -> Self {
        let mut table = CommandTable { families, by_name: HashMap::default() };
        let containers: HashSet<_> = table.iter().filter_map(Command::container).collect();
        for command in families.iter().copied().flatten() {
            let row = Row { command, is_container: containers.contains(command.name) };
            let duplicate = table.by_name.insert(command.name.as_bytes(), row);
            assert!(duplicate.is_none(), "two rows are named {}", command.name);
        }
        table
    }

    /// Iterates over all commands, family by family, with subcommands after their container command.
    pub fn iter(&self) -> impl Iterator<Item = &'static Command> + use<> {
        self.families.iter().flat_map(|family| family.iter().copied())
    }

    /// Finds a command by its name, ignoring case. The name of a subcommand has two words (`object encoding`).
    pub fn by_name(&self, name: &str) -> Option<&'static Command> {
        self.by_name.get(name.to_ascii_uppercase().as_bytes()).map(|row| row.command)
    }

    /// Finds the command that `argv` calls. `argv` must not be empty. The number of arguments is not checked.
    ///
    /// # Errors
    /// Returns Redis's error for an unknown command or subcommand.
    pub fn find(&self, argv: &[&[u8]]) -> Result<&'static Command, Error> {
        let Row { command, is_container } = self.row(argv[0]).ok_or_else(|| error::unknown_command(argv))?;
        if argv.len() == 1 || !is_container {
            return Ok(command);
        }
        let both = [argv[0], argv[1]].join(&b' ');
        self.row(&both).map(|row| row.command).ok_or_else(|| error::unknown_subcommand(argv[1], command.name))
    }

    /// Finds the row for a name, ignoring case, without allocating.
    fn row(&self, name: &[u8]) -> Option<Row> {
        let mut capitals = [0; 40];
        let capitals = capitals.get_mut(..name.len())?;
        capitals.copy_from_slice(name);
        capitals.make_ascii_uppercase();
        self.by_name.get(&*capitals).copied()
    }
}
