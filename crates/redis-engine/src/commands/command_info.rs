//! COMMAND: information about commands, derived from their definitions.

use super::categories::categories;
use super::command_tips;
use super::key_specs::{self, KeySpec, Position};
use crate::argument_syntax::{self, Argument, Shape, ValueType};
use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::command_table::CommandTable;
use crate::error::{self, Error};
use crate::glob;
use crate::reply::Reply;

pub const COMMANDS: &[&Command] = &[
    &COMMAND,
    &COMMAND_COUNT,
    &COMMAND_DOCS,
    &COMMAND_GETKEYS,
    &COMMAND_GETKEYSANDFLAGS,
    &COMMAND_HELP,
    &COMMAND_INFO,
    &COMMAND_LIST,
];

const COMMAND: Command = Command {
    name: "COMMAND",
    syntax: "",
    arity: -1,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.13",
    complexity: "O(N) where N is the total number of Redis commands",
    summary: "Information about all commands: arity, flags and keys.",
    example: "COMMAND COUNT",
    run: all,
};

fn all(call: &mut Call) -> Outcome {
    let table = call.commands;
    let commands: Vec<_> = top_level(table).collect();
    call.reply.array(commands.len());
    commands.into_iter().for_each(|command| write_info(call.reply, table, command));
    Ok(())
}

/// Iterates over all commands except subcommands.
fn top_level(table: &CommandTable) -> impl Iterator<Item = &'static Command> + use<> {
    table.iter().filter(|command| command.container().is_none())
}

fn subcommands(table: &CommandTable, command: &Command) -> impl Iterator<Item = &'static Command> + use<> {
    let name = command.name;
    table.iter().filter(move |other| other.container() == Some(name))
}

/// Returns a command's name in the form that COMMAND uses, such as `config|get`.
fn full_name(command: &Command) -> String {
    command.name.to_lowercase().replace(' ', "|")
}

/// Finds a command by its name in the form that COMMAND uses, such as `config|get`.
fn by_full_name(table: &CommandTable, name: &[u8]) -> Option<&'static Command> {
    table.by_name(&std::str::from_utf8(name).ok()?.replace('|', " "))
}

const COMMAND_COUNT: Command = Command {
    name: "COMMAND COUNT",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.13",
    complexity: "O(1)",
    summary: "The number of commands.",
    example: "COMMAND COUNT",
    run: count,
};

fn count(call: &mut Call) -> Outcome {
    call.reply.count(top_level(call.commands).count());
    Ok(())
}

const COMMAND_INFO: Command = Command {
    name: "COMMAND INFO",
    syntax: "[command-name [command-name ...]]",
    arity: -2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.13",
    complexity: "O(N) where N is the number of commands to look up",
    summary: "Arity, flags and keys of the given commands, or of all.",
    example: "COMMAND INFO get",
    run: info,
};

fn info(call: &mut Call) -> Outcome {
    let names = &call.argv[2..];
    if names.is_empty() {
        return all(call);
    }
    call.reply.array(names.len());
    for name in names {
        match by_full_name(call.commands, name) {
            Some(command) => write_info(call.reply, call.commands, command),
            None => call.reply.null(),
        }
    }
    Ok(())
}

/// Writes a command's entry in the reply of COMMAND INFO.
fn write_info(reply: &mut Reply, table: &CommandTable, command: &Command) {
    reply.array(10);
    reply.bulk(full_name(command).as_bytes());
    reply.integer(command.arity.into());
    let mut flags = command.flags.to_vec();
    flags.sort_unstable();
    write_statuses(reply, flags.iter().map(|flag| flag.name()));
    let Keys { first, last, step, .. } = command.keys;
    [first, last, step].into_iter().for_each(|position| reply.integer(position.into()));
    write_statuses(reply, categories(table, command).into_iter());
    let tips = command_tips::tips(command.name);
    reply.set(tips.len());
    tips.iter().for_each(|tip| reply.bulk(tip.as_bytes()));
    write_key_specs(reply, command);
    let subcommands: Vec<_> = subcommands(table, command).collect();
    reply.set(subcommands.len());
    subcommands.into_iter().for_each(|subcommand| write_info(reply, table, subcommand));
}

fn write_statuses<'a>(reply: &mut Reply, words: impl ExactSizeIterator<Item = &'a str>) {
    reply.set(words.len());
    words.for_each(|word| reply.status(word));
}

/// Writes the key specifications of a command.
fn write_key_specs(reply: &mut Reply, command: &Command) {
    let specs = if command.keys == Keys::NONE { &[] } else { key_specs::for_command(command.name) };
    reply.set(specs.len());
    for spec in specs {
        reply.map(3 + usize::from(!spec.notes.is_empty()));
        if !spec.notes.is_empty() {
            reply.bulk(b"notes");
            reply.bulk(spec.notes.as_bytes());
        }
        reply.bulk(b"flags");
        write_statuses(reply, spec.flags.iter().copied());
        let (begin, find) = match spec.position {
            Position::Range { first, last, step } => {
                (Some(first), ("range", [("lastkey", last), ("keystep", step), ("limit", 0)]))
            }
            Position::Counted { at } => (Some(at), ("keynum", [("keynumidx", 0), ("firstkey", 1), ("keystep", 1)])),
            Position::Keyword { .. } => (None, ("range", [("lastkey", 0), ("keystep", 1), ("limit", 0)])),
            Position::FirstHalfAfterKeyword { .. } => {
                (None, ("range", [("lastkey", -1), ("keystep", 1), ("limit", 2)]))
            }
            Position::Unknown => (None, ("unknown", [("", 0); 3])),
        };
        let (kind, numbers) = find;
        let numbers = if kind == "unknown" { &[] } else { &numbers[..] };
        match (begin, spec.position) {
            (Some(index), _) => write_search_step(reply, "begin_search", "index", &[("index", index)]),
            (None, Position::Keyword { keyword, start } | Position::FirstHalfAfterKeyword { keyword, start }) => {
                write_search_step_header(reply, "begin_search", "keyword", 2);
                pair(reply, "keyword", keyword);
                reply.bulk(b"startfrom");
                reply.integer(start.into());
            }
            (None, _) => write_search_step(reply, "begin_search", "unknown", &[]),
        }
        write_search_step(reply, "find_keys", kind, numbers);
    }
}

fn write_search_step(reply: &mut Reply, name: &str, kind: &str, numbers: &[(&str, i32)]) {
    write_search_step_header(reply, name, kind, numbers.len());
    for (name, number) in numbers {
        reply.bulk(name.as_bytes());
        reply.integer((*number).into());
    }
}

/// Writes a search step up to the pairs of its specification.
fn write_search_step_header(reply: &mut Reply, name: &str, kind: &str, pairs: usize) {
    reply.bulk(name.as_bytes());
    reply.map(2);
    reply.bulk(b"type");
    reply.bulk(kind.as_bytes());
    reply.bulk(b"spec");
    reply.map(pairs);
}

const COMMAND_LIST: Command = Command {
    name: "COMMAND LIST",
    syntax: "[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]",
    arity: -2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "7.0.0",
    complexity: "O(N) where N is the total number of Redis commands",
    summary: "The names of all commands, or of those in a category or matching a pattern.",
    example: "COMMAND LIST FILTERBY PATTERN xyz*",
    run: list,
};

fn list(call: &mut Call) -> Outcome {
    let table = call.commands;
    let keep: Box<dyn Fn(&Command) -> bool> = match call.argv {
        [_, _] => Box::new(|_| true),
        &[_, _, _, kind, value] if call.is_option(2, "FILTERBY") => {
            let category = [b"@".as_slice(), &value.to_ascii_lowercase()].concat();
            match kind.to_ascii_uppercase().as_slice() {
                b"MODULE" => Box::new(|_| false),
                b"ACLCAT" => {
                    Box::new(move |command| categories(table, command).iter().any(|name| name.as_bytes() == category))
                }
                b"PATTERN" => Box::new(move |command| glob::matches_ignore_case(value, full_name(command).as_bytes())),
                _ => return Err(error::SYNTAX),
            }
        }
        _ => return Err(error::SYNTAX),
    };
    let names: Vec<_> = table.iter().filter(|command| keep(command)).map(full_name).collect();
    call.reply.array(names.len());
    names.iter().for_each(|name| call.reply.bulk(name.as_bytes()));
    Ok(())
}

const COMMAND_GETKEYS: Command = Command {
    name: "COMMAND GETKEYS",
    syntax: "command [arg [arg ...]]",
    arity: -3,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.13",
    complexity: "O(N) where N is the number of arguments to the command",
    summary: "The arguments of a command that are keys.",
    example: "COMMAND GETKEYS MSET a 1 b 2",
    run: |call| getkeys(call, GetKeysReply::Keys),
};

const COMMAND_GETKEYSANDFLAGS: Command = Command {
    name: "COMMAND GETKEYSANDFLAGS",
    syntax: "command [arg [arg ...]]",
    arity: -3,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "7.0.0",
    complexity: "O(N) where N is the number of arguments to the command",
    summary: "The arguments of a command that are keys, and how the command uses them.",
    example: "COMMAND GETKEYSANDFLAGS LMOVE a b LEFT RIGHT",
    run: |call| getkeys(call, GetKeysReply::KeysAndFlags),
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum GetKeysReply {
    Keys,
    KeysAndFlags,
}

fn getkeys(call: &mut Call, form: GetKeysReply) -> Outcome {
    let argv = &call.argv[2..];
    let command = call.commands.find(argv).map_err(|_| Error::from_static("ERR Invalid command specified"))?;
    let names_no_keys = || key_specs::for_command(command.name).iter().all(KeySpec::is_channel);
    if command.keys == Keys::NONE || names_no_keys() {
        return Err(Error::from_static("ERR The command has no key arguments"));
    }
    if !command.arity_allows(argv.len()) {
        return Err(Error::from_static("ERR Invalid number of arguments specified for command"));
    }
    let positions = key_specs::key_positions(command, argv)
        .ok_or(Error::from_static("ERR Invalid arguments specified for command"))?;
    call.reply.array(positions.len());
    for position in positions {
        if form == GetKeysReply::KeysAndFlags {
            call.reply.array(2);
        }
        call.reply.bulk(argv[position]);
        if form == GetKeysReply::KeysAndFlags {
            write_statuses(call.reply, key_specs::flags_at(command.name, argv, position).iter().copied());
        }
    }
    Ok(())
}

const COMMAND_DOCS: Command = Command {
    name: "COMMAND DOCS",
    syntax: "[command-name [command-name ...]]",
    arity: -2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "7.0.0",
    complexity: "O(N) where N is the number of commands to look up",
    summary: "The purpose of commands, and their arguments.",
    example: "COMMAND DOCS get",
    run: docs,
};

fn docs(call: &mut Call) -> Outcome {
    let table = call.commands;
    let commands: Vec<&Command> = match &call.argv[2..] {
        [] => top_level(table).collect(),
        names => names.iter().filter_map(|name| by_full_name(table, name)).collect(),
    };
    call.reply.map(commands.len());
    commands.into_iter().for_each(|command| write_docs(call.reply, table, command));
    Ok(())
}

/// Writes a command's name and its entry in the reply of COMMAND DOCS.
fn write_docs(reply: &mut Reply, table: &CommandTable, command: &Command) {
    let arguments = argument_syntax::parse(command.syntax);
    let subcommands: Vec<_> = subcommands(table, command).collect();
    reply.bulk(full_name(command).as_bytes());
    let has_complexity = !command.complexity.is_empty();
    let optional_pairs = [has_complexity, !arguments.is_empty(), !subcommands.is_empty()];
    reply.map(3 + optional_pairs.into_iter().filter(|&is_there| is_there).count());
    let texts = [
        ("summary", command.summary),
        ("since", command.since),
        ("group", command.group.name()),
        ("complexity", command.complexity),
    ];
    texts.into_iter().take(3 + usize::from(has_complexity)).for_each(|(name, text)| pair(reply, name, text));
    if !arguments.is_empty() {
        reply.bulk(b"arguments");
        let specs = if command.keys == Keys::NONE { 0 } else { key_specs::for_command(command.name).len() };
        write_argument_docs(reply, &arguments, &mut KeySpecIndices { specs, has_key: false });
    }
    if !subcommands.is_empty() {
        reply.bulk(b"subcommands");
        reply.map(subcommands.len());
        subcommands.into_iter().for_each(|subcommand| write_docs(reply, table, subcommand));
    }
}

fn pair(reply: &mut Reply, name: &str, text: &str) {
    reply.bulk(name.as_bytes());
    reply.bulk(text.as_bytes());
}

/// The state for assigning a command's arguments to its key specifications, one argument after the other.
struct KeySpecIndices {
    /// Number of key specifications.
    specs: usize,
    /// Whether an earlier argument is a key.
    has_key: bool,
}

impl KeySpecIndices {
    /// Returns the index of the next argument's key specification, or `None` if the argument is not a key. The first
    /// key belongs to the first specification, and all other keys to the last. The patterns of SORT, which name keys,
    /// belong to the specification in between.
    fn next(&mut self, name: &str) -> Option<usize> {
        let last = self.specs.checked_sub(1)?;
        match ValueType::from_argument_name(name) {
            ValueType::Key if name == "storekey" => Some(1),
            ValueType::Key => Some(if std::mem::replace(&mut self.has_key, true) { last } else { 0 }),
            ValueType::Pattern if self.specs > 1 => Some(1),
            _ => None,
        }
    }
}

fn write_argument_docs(reply: &mut Reply, arguments: &[Argument], indices: &mut KeySpecIndices) {
    reply.array(arguments.len());
    for argument in arguments {
        let key_spec = match &argument.shape {
            Shape::Value(name) => indices.next(name),
            _ => None,
        };
        let (kind, shown, parts) = match &argument.shape {
            Shape::Token => ("pure-token", None, None),
            Shape::Value(name) => (ValueType::from_argument_name(name).name(), Some(*name), None),
            Shape::OneOf(parts) => ("oneof", None, Some(parts)),
            Shape::Block(parts) => ("block", None, Some(parts)),
        };
        let flags: Vec<_> = [
            ("optional", argument.optional),
            ("multiple", argument.multiple),
            ("multiple_token", argument.multiple_token),
        ]
        .into_iter()
        .filter(|&(_, holds)| holds)
        .map(|(name, _)| name)
        .collect();
        let optional =
            [shown.is_some(), key_spec.is_some(), argument.token.is_some(), !flags.is_empty(), parts.is_some()];
        reply.map(2 + optional.into_iter().filter(|&there| there).count());
        pair(reply, "name", &argument.name());
        pair(reply, "type", kind);
        if let Some(shown) = shown {
            pair(reply, "display_text", argument_syntax::displayed_name(shown));
        }
        if let Some(index) = key_spec {
            reply.bulk(b"key_spec_index");
            reply.integer(i64::try_from(index).unwrap_or_default());
        }
        if let Some(token) = argument.token {
            pair(reply, "token", token);
        }
        if !flags.is_empty() {
            reply.bulk(b"flags");
            write_statuses(reply, flags.into_iter());
        }
        if let Some(parts) = parts {
            reply.bulk(b"arguments");
            write_argument_docs(reply, parts, indices);
        }
    }
}

const COMMAND_HELP: Command = Command {
    name: "COMMAND HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "The subcommands of COMMAND.",
    example: "COMMAND HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "(no subcommand)",
            "    Return details about all Redis commands.",
            "COUNT",
            "    Return the total number of commands in this Redis server.",
            "LIST",
            "    Return a list of all commands in this Redis server.",
            "INFO [<command-name> ...]",
            "    Return details about multiple Redis commands.",
            "    If no command names are given, documentation details for all",
            "    commands are returned.",
            "DOCS [<command-name> ...]",
            "    Return documentation details about multiple Redis commands.",
            "    If no command names are given, documentation details for all",
            "    commands are returned.",
            "GETKEYS <full-command>",
            "    Return the keys from a full Redis command.",
            "GETKEYSANDFLAGS <full-command>",
            "    Return the keys and the access flags from a full Redis command.",
        ],
    )
}
