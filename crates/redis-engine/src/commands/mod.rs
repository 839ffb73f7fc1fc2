//! All commands, one file per family. Each command is defined by a row, a `Command` constant above the function that
//! implements the command.

mod acl;
mod bitfield;
mod bitmap;
mod categories;
mod client;
mod command_info;
mod command_tips;
mod config;
mod connection;
mod counter;
mod debug;
mod dump;
mod expire;
mod function;
mod generic;
mod geo;
mod geo_search;
mod hash;
mod hash_expiry;
mod hyperloglog;
mod info;
mod info_fields;
mod key_specs;
mod latency;
mod list;
mod list_blocking;
mod list_pop;
mod lolwut;
mod memory;
mod object;
mod partial_sort;
mod permissions;
mod pubsub;
mod replication;
mod scan;
mod script;
mod server;
mod set;
mod set_algebra;
mod slowlog;
mod sort;
mod sorted_set;
mod sorted_set_algebra;
mod sorted_set_pop;
mod sorted_set_range;
mod stream;
mod stream_group;
mod stream_info;
mod stream_pending;
mod stream_read;
mod stream_trim;
mod string;
mod string_part;
mod transaction;

use std::sync::LazyLock;

use super::acl::Context;
use super::call::{Call, Mode};
use super::client_id::ClientId;
use super::command::Command;
use super::command_table::CommandTable;
use super::error::Error;
use super::server_state::ServerState;

/// The families of commands, in the order of Redis's documentation.
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
    hyperloglog::COMMANDS,
    geo::COMMANDS,
    geo_search::COMMANDS,
    stream::COMMANDS,
    stream_trim::COMMANDS,
    stream_read::COMMANDS,
    stream_group::COMMANDS,
    stream_pending::COMMANDS,
    stream_info::COMMANDS,
    generic::COMMANDS,
    dump::COMMANDS,
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
    script::COMMANDS,
    function::COMMANDS,
    acl::COMMANDS,
    slowlog::COMMANDS,
    latency::COMMANDS,
    memory::COMMANDS,
    replication::COMMANDS,
    lolwut::COMMANDS,
    debug::COMMANDS,
];

/// The table of all commands.
pub static TABLE: LazyLock<CommandTable> = LazyLock::new(|| CommandTable::new(FAMILIES));

/// Iterates over all commands, family by family, with subcommands after their container command.
pub fn all() -> impl Iterator<Item = &'static Command> {
    TABLE.iter()
}

/// Finds a command by its name, ignoring case. The name of a subcommand has two words (`object encoding`).
pub fn by_name(name: &str) -> Option<&'static Command> {
    TABLE.by_name(name)
}

/// Checks whether the user of the calling client may run the command. If not, logs that.
///
/// # Errors
/// Returns the error that rejects the command.
pub(crate) fn check_permissions(call: &mut Call) -> Result<(), Error> {
    let (command, argv) = (call.command, call.argv);
    permissions::check_client(call.server, call.client, command, argv).map_err(|denied| {
        let is_queuing = call.client().transaction.is_some();
        let context = match call.mode {
            Mode::Script => Context::Script,
            _ if is_queuing => Context::Multi,
            _ => Context::TopLevel,
        };
        acl::log_denied(call, denied, context, command, argv);
        denied.error(call.client().user_name(), command)
    })
}

/// Returns whether a client's user may run a command. Logs nothing.
pub(crate) fn may_run(server: &ServerState, client: ClientId, command: &Command, argv: &[&[u8]]) -> bool {
    permissions::check_client(server, client, command, argv).is_ok()
}

/// Finds the command that a script calls. Returns `None` if `argv` is empty, or if there is no such command.
pub(crate) fn find_for_script(argv: &[&[u8]]) -> Option<&'static Command> {
    if argv.is_empty() { None } else { find(argv).ok() }
}

/// Finds the command that `argv` calls. `argv` must not be empty. The number of arguments is not checked.
///
/// # Errors
/// Returns Redis's error for an unknown command or subcommand.
pub fn find(argv: &[&[u8]]) -> Result<&'static Command, Error> {
    TABLE.find(argv)
}
