//! All commands, a file for each family: a command's row stands above its function, and nowhere else.

mod bitfield;
mod bitmap;
mod client;
mod command_info;
mod config;
mod connection;
mod counter;
mod debug;
mod expire;
mod generic;
mod hash;
mod hash_expiry;
mod info;
mod info_fields;
mod key_specs;
mod list;
mod list_blocking;
mod list_pop;
mod object;
mod pubsub;
mod scan;
mod server;
mod set;
mod set_algebra;
mod sort;
mod sorted_set;
mod sorted_set_algebra;
mod sorted_set_pop;
mod sorted_set_range;
mod string;
mod string_part;
mod transaction;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::command::Command;
use super::error::{self, Error};

/// The families, in the order of Redis's documentation.
static FAMILIES: &[&[&Command]] = &[
    string::COMMANDS,
    string_part::COMMANDS,
    counter::COMMANDS,
    bitmap::COMMANDS,
    bitfield::COMMANDS,
    hash::COMMANDS,
    hash_expiry::COMMANDS,
    list::COMMANDS,
    list_pop::COMMANDS,
    list_blocking::COMMANDS,
    set::COMMANDS,
    set_algebra::COMMANDS,
    sorted_set::COMMANDS,
    sorted_set_range::COMMANDS,
    sorted_set_algebra::COMMANDS,
    sorted_set_pop::COMMANDS,
    generic::COMMANDS,
    expire::COMMANDS,
    scan::COMMANDS,
    sort::COMMANDS,
    object::COMMANDS,
    transaction::COMMANDS,
    pubsub::COMMANDS,
    connection::COMMANDS,
    client::COMMANDS,
    command_info::COMMANDS,
    config::COMMANDS,
    info::COMMANDS,
    server::COMMANDS,
    debug::COMMANDS,
];

/// All rows, subcommands after their containers.
pub fn all() -> impl Iterator<Item = &'static Command> {
    FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// A row, and whether it is a container's: a command that has subcommands.
#[derive(Clone, Copy)]
struct Row {
    command: &'static Command,
    is_container: bool,
}

/// Rows by name in capitals; subcommands by both words.
static BY_NAME: LazyLock<HashMap<&'static [u8], Row, foldhash::fast::FixedState>> = LazyLock::new(|| {
    let containers: HashSet<_> = all().filter_map(Command::container).collect();
    let mut by_name = HashMap::default();
    for command in all() {
        let row = Row { command, is_container: containers.contains(command.name) };
        let twice = by_name.insert(command.name.as_bytes(), row);
        assert!(twice.is_none(), "two rows are named {}", command.name);
    }
    by_name
});

/// The row of a name in any case, subcommands by both words (`object encoding`).
pub fn by_name(name: &str) -> Option<&'static Command> {
    BY_NAME.get(name.to_ascii_uppercase().as_bytes()).map(|row| row.command)
}

/// The command that these words call.
///
/// # Errors
/// Unknown commands and subcommands, as Redis words them. Arity is not looked at.
pub fn find(argv: &[&[u8]]) -> Result<&'static Command, Error> {
    let Row { command, is_container } = look_up(argv[0]).ok_or_else(|| error::unknown_command(argv))?;
    if argv.len() == 1 || !is_container {
        return Ok(command);
    }
    let both = [argv[0], argv[1]].join(&b' ');
    look_up(&both).map(|row| row.command).ok_or_else(|| error::unknown_subcommand(argv[1], command.name))
}

/// Looks a name up in any case, without an allocation.
fn look_up(name: &[u8]) -> Option<Row> {
    let mut capitals = [0; 40];
    let capitals = capitals.get_mut(..name.len())?;
    capitals.copy_from_slice(name);
    capitals.make_ascii_uppercase();
    BY_NAME.get(&*capitals).copied()
}
