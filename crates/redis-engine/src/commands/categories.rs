//! The categories of commands for ACLs.

use crate::acl::Commands;
use crate::command::{Command, Flag, Group};
use crate::command_table::CommandTable;

/// The names of all categories, in the order of ACL CAT.
pub const CATEGORIES: [&str; 21] = [
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
];

/// Returns the names of the commands of a category, which is given without the `@`.
pub fn commands_in(table: &CommandTable, category: &str) -> Vec<&'static str> {
    let is_in = |command: &&'static Command| categories(table, command).iter().any(|name| name[1..] == *category);
    table.iter().filter(is_in).map(|command| command.name).collect()
}

impl Commands for CommandTable {
    fn all(&self) -> Vec<&'static str> {
        self.iter().map(|command| command.name).collect()
    }

    fn in_category(&self, category: &str) -> Option<Vec<&'static str>> {
        let known = CATEGORIES.iter().find(|name| name.eq_ignore_ascii_case(category))?;
        Some(commands_in(self, known))
    }

    fn find(&self, name: &str) -> Option<&'static str> {
        self.by_name(name).map(|command| command.name)
    }

    fn subcommands(&self, name: &str) -> Vec<&'static str> {
        self.iter().filter(|command| command.container() == Some(name)).map(|command| command.name).collect()
    }
}

/// Returns a command's ACL categories: that of its group, those that follow from its flags, and those that Redis
/// assigns to it individually.
pub fn categories(table: &CommandTable, command: &Command) -> Vec<&'static str> {
    if table.iter().any(|other| other.container() == Some(command.name)) && command.name != "COMMAND" {
        // A container command does nothing by itself, so it has no other categories.
        return vec!["@slow"];
    }
    let name = command.name;
    let is_sort = matches!(name, "SORT" | "SORT_RO");
    let is_keyspace = matches!(name, "DBSIZE" | "FLUSHALL" | "FLUSHDB" | "SWAPDB")
        || command.group == Group::Generic && !is_sort && !matches!(name, "WAIT" | "WAITAOF");
    let is_connection =
        command.group == Group::Connection || matches!(name, "WAIT" | "WAITAOF") || name.starts_with("COMMAND");
    let is_admin = command.has(Flag::Admin) || matches!(name, "LASTSAVE" | "ROLE");
    let is_dangerous =
        is_admin || is_sort || matches!(name, "RESTORE" | "FLUSHALL" | "FLUSHDB" | "SWAPDB" | "KEYS" | "INFO");
    let in_redis_order = [
        ("@keyspace", is_keyspace),
        ("@read", command.has(Flag::Readonly) && command.group != Group::Scripting),
        ("@write", command.has(Flag::Write)),
        ("@set", command.group == Group::Set || is_sort),
        ("@sortedset", command.group == Group::SortedSet || is_sort),
        ("@list", command.group == Group::List || is_sort),
        ("@hash", command.group == Group::Hash),
        ("@string", command.group == Group::String),
        ("@bitmap", command.group == Group::Bitmap),
        ("@hyperloglog", command.group == Group::Hyperloglog),
        ("@geo", command.group == Group::Geo),
        ("@stream", command.group == Group::Stream),
        ("@pubsub", command.has(Flag::Pubsub)),
        ("@admin", is_admin),
        ("@fast", command.has(Flag::Fast)),
        ("@slow", !command.has(Flag::Fast)),
        ("@blocking", command.has(Flag::Blocking)),
        ("@dangerous", is_dangerous),
        ("@connection", is_connection),
        ("@transaction", command.group == Group::Transactions),
        ("@scripting", command.group == Group::Scripting),
    ];
    in_redis_order.into_iter().filter(|&(_, holds)| holds).map(|(name, _)| name).collect()
}
