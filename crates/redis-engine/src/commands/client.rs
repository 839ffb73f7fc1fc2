//! CLIENT: subcommands that report on client connections and change their settings.

use crate::call::{Call, Outcome};
use crate::client::{Client, ClientId, OutputBuffer, ReplyMode};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::error::{self, Error};
use crate::number;
use crate::reply::Protocol;
use crate::server_state::ServerState;
use crate::subscriptions::Kind;
use crate::watch::Watches;

pub const COMMANDS: &[&Command] = &[
    &CLIENT,
    &CLIENT_GETNAME,
    &CLIENT_HELP,
    &CLIENT_ID,
    &CLIENT_INFO,
    &CLIENT_KILL,
    &CLIENT_LIST,
    &CLIENT_NO_EVICT,
    &CLIENT_NO_TOUCH,
    &CLIENT_REPLY,
    &CLIENT_SETINFO,
    &CLIENT_SETNAME,
    &CLIENT_UNBLOCK,
];

const CLIENT: Command = Command {
    name: "CLIENT",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "2.4.0",
    complexity: "Depends on subcommand.",
    summary: "Shows and changes client connections.",
    example: "CLIENT ID",
    run: command::missing_subcommand,
};

const CLIENT_ID: Command = Command {
    name: "CLIENT ID",
    syntax: "",
    arity: 2,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "This connection's ID, which is never used again.",
    example: "CLIENT ID",
    run: id,
};

fn id(call: &mut Call) -> Outcome {
    call.reply.integer(call.client.0 as i64);
    Ok(())
}

const CLIENT_GETNAME: Command = Command {
    name: "CLIENT GETNAME",
    syntax: "",
    arity: 2,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "2.6.9",
    complexity: "O(1)",
    summary: "This connection's name.",
    example: "CLIENT SETNAME cashier\nCLIENT GETNAME",
    run: getname,
};

fn getname(call: &mut Call) -> Outcome {
    let name = &call.server.clients.get(call.client).name;
    call.reply.bulk_or_null((!name.is_empty()).then_some(name.as_slice()));
    Ok(())
}

const CLIENT_SETNAME: Command = Command {
    name: "CLIENT SETNAME",
    syntax: "connection-name",
    arity: 3,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "2.6.9",
    complexity: "O(1)",
    summary: "Names this connection, for CLIENT LIST.",
    example: "CLIENT SETNAME cashier",
    run: setname,
};

fn setname(call: &mut Call) -> Outcome {
    check_name(call.argv[2], "Client names")?;
    set_name(call, call.argv[2]);
    call.reply.ok();
    Ok(())
}

/// Rejects a name with characters that would break the format of CLIENT LIST. The error message starts with `what`.
pub fn check_name(name: &[u8], what: &str) -> Outcome {
    match name.iter().all(|byte| (b'!'..=b'~').contains(byte)) {
        true => Ok(()),
        false => Err(Error::new(format!("ERR {what} cannot contain spaces, newlines or special characters."))),
    }
}

pub fn set_name(call: &mut Call, name: &[u8]) {
    call.client().name = name.to_vec();
}

const CLIENT_SETINFO: Command = Command {
    name: "CLIENT SETINFO",
    syntax: "<LIB-NAME libname | LIB-VER libver>",
    arity: 4,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "7.2.0",
    complexity: "O(1)",
    summary: "Tells the server the name or version of the client library.",
    example: "CLIENT SETINFO LIB-NAME redis-py",
    run: setinfo,
};

fn setinfo(call: &mut Call) -> Outcome {
    let value = call.argv[3];
    let option = String::from_utf8_lossy(call.argv[2]);
    if call.is_option(2, "LIB-NAME") {
        check_name(value, &option)?;
        call.client().library = value.to_vec();
    } else if call.is_option(2, "LIB-VER") {
        check_name(value, &option)?;
        call.client().library_version = value.to_vec();
    } else {
        return Err(Error::new(
            [b"ERR Unrecognized option '".as_slice(), error::until_nul(call.argv[2]), b"'"].concat(),
        ));
    }
    call.reply.ok();
    Ok(())
}

const CLIENT_INFO: Command = Command {
    name: "CLIENT INFO",
    syntax: "",
    arity: 2,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "Information about this connection, in one line.",
    example: "CLIENT INFO",
    run: info,
};

fn info(call: &mut Call) -> Outcome {
    let line = client_line(call, call.client);
    call.reply.verbatim("txt", line.as_bytes());
    Ok(())
}

/// Returns a client's line in the reply of CLIENT LIST. The buffer sizes are derived from the byte counts that the
/// driver reports (`Traffic`).
pub(super) fn client_line(call: &Call, id: ClientId) -> String {
    /// Size in bytes of the query buffer that Redis's clients share as long as they send complete requests.
    const QUERY_BUFFER: usize = 20_474;
    let (server, watches, now_us) = (&*call.server, &call.keyspace.watches, call.keyspace.now_us());
    let client = server.clients.get(id);
    let traffic = client.traffic;
    let query_free = if traffic.unread > 0 { QUERY_BUFFER.saturating_sub(traffic.unread) } else { 0 };
    let unsent = if id == call.client { call.reply.len() } else { client.reply.len() };
    let output = OutputBuffer::with_length(traffic.unsent + unsent);
    let argv_memory: usize = match server.blocking.get(id) {
        Some(wait) => wait.argv.iter().map(Vec::len).sum(),
        None if id == call.client => call.argv.iter().map(|word| word.len()).sum(),
        None => 0,
    };
    let queued_words =
        client.transaction.iter().flat_map(|transaction| transaction.queue.iter().flat_map(|queued| &queued.argv));
    // Besides the bytes of each argument, Redis counts the size of a pointer.
    let queue_memory: usize = queued_words.map(|word| word.len() + 8).sum();
    let seconds = |since_us: i64| (now_us - since_us).max(0) / 1_000_000;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let subscribed = |kind| server.subscriptions.count(id, kind);
    let queued = client.transaction.as_ref().map_or("-1".into(), |transaction| transaction.queue.len().to_string());
    let last = client.last_command.map_or("NULL".into(), |name| name.to_lowercase().replace(' ', "|"));
    let socket = client.socket.unwrap_or(-1);
    format!(
        "id={} addr={} laddr={} fd={socket} name={} age={} idle={} flags={} db={} sub={} psub={} ssub={} multi={queued} \
         watch={} qbuf={} qbuf-free={query_free} argv-mem={argv_memory} multi-mem={queue_memory} rbs=0 rbp=0 obl={} \
         oll={} omem={} tot-mem={} events=r cmd={last} user={} redir=-1 resp={} lib-name={} lib-ver={} io-thread=0 \
         tot-net-in={} tot-net-out={} tot-cmds={}\n",
        id.0,
        client.address,
        client.local_address,
        text(&client.name),
        seconds(client.connected_us),
        seconds(client.active_us),
        flags(server, watches, id, client),
        client.database,
        subscribed(Kind::Channel),
        subscribed(Kind::Pattern),
        subscribed(Kind::Shard),
        watches.watched(id).len(),
        traffic.unread,
        output.buffered,
        output.blocks,
        output.memory(),
        traffic.allocated,
        text(client.user_name()),
        if client.reply.protocol == Protocol::Resp3 { 3 } else { 2 },
        text(&client.library),
        text(&client.library_version),
        traffic.received,
        traffic.answered,
        client.commands,
    )
}

fn flags(server: &ServerState, watches: &Watches, id: ClientId, client: &Client) -> String {
    let all = [
        ('O', client.is_monitor),
        ('P', server.subscriptions.is_subscribed(id)),
        ('x', client.transaction.is_some()),
        ('b', server.blocking.get(id).is_some()),
        ('d', watches.is_touched(id)),
        ('c', client.closing),
        ('e', client.no_evict),
        ('T', client.no_touch),
    ];
    let flags: String = all.into_iter().filter(|&(_, set)| set).map(|(letter, _)| letter).collect();
    if flags.is_empty() { "N".into() } else { flags }
}

/// The client types that CLIENT LIST and CLIENT KILL can filter by. No client is ever a replica or a master.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClientType {
    Normal,
    Pubsub,
    Replica,
    Master,
}

fn client_type(word: &[u8]) -> Result<ClientType, Error> {
    let types = [
        ("normal", ClientType::Normal),
        ("pubsub", ClientType::Pubsub),
        ("replica", ClientType::Replica),
        ("slave", ClientType::Replica),
        ("master", ClientType::Master),
    ];
    let found = types.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()));
    let unknown = || Error::new([b"ERR Unknown client type '".as_slice(), error::until_nul(word), b"'"].concat());
    found.map(|(_, kind)| kind).ok_or_else(unknown)
}

fn is_of_type(server: &ServerState, id: ClientId, kind: ClientType) -> bool {
    let actual = if server.subscriptions.is_subscribed(id) { ClientType::Pubsub } else { ClientType::Normal };
    actual == kind
}

const CLIENT_LIST: Command = Command {
    name: "CLIENT LIST",
    syntax: "[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id ...]]",
    arity: -2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "2.4.0",
    complexity: "O(N) where N is the number of client connections",
    summary: "Information about all connections, one line each.",
    example: "CLIENT LIST",
    run: list,
};

fn list(call: &mut Call) -> Outcome {
    let mut ids = call.server.clients.ids();
    if call.is_option(2, "TYPE") && call.argv.len() == 4 {
        let kind = client_type(call.argv[3])?;
        ids.retain(|&id| is_of_type(call.server, id, kind));
    } else if call.is_option(2, "ID") && call.argv.len() > 3 {
        let mut selected = Vec::new();
        for word in &call.argv[3..] {
            let number = number::parse_integer(word).ok_or(Error::from_static("ERR Invalid client ID"))?;
            selected.extend(u64::try_from(number).ok().map(ClientId).filter(|id| ids.contains(id)));
        }
        ids = selected;
    } else if call.argv.len() > 2 {
        return Err(error::SYNTAX);
    }
    let lines: String = ids.into_iter().map(|id| client_line(call, id)).collect();
    call.reply.verbatim("txt", lines.as_bytes());
    Ok(())
}

const CLIENT_KILL: Command = Command {
    name: "CLIENT KILL",
    syntax: "<old-format | <[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | [USER username] \
             | [ADDR addr] | [LADDR laddr] | [SKIPME <YES | NO>] | [MAXAGE maxage]> [<[ID client-id] | [TYPE \
             <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | [USER username] | [ADDR addr] | [LADDR laddr] | \
             [SKIPME <YES | NO>] | [MAXAGE maxage]> ...]>",
    arity: -3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "2.4.0",
    complexity: "O(N) where N is the number of client connections",
    summary: "Closes the connection at an address, or all that match the filters.",
    example: "CLIENT KILL ID 999",
    run: kill,
};

fn kill(call: &mut Call) -> Outcome {
    if let [_, _, address] = call.argv {
        let has_address = |id: &ClientId| call.server.clients.get(*id).address.as_bytes() == *address;
        let found = call.server.clients.ids().into_iter().find(has_address);
        disconnect(call, found.ok_or(Error::from_static("ERR No such client"))?);
        call.reply.ok();
        return Ok(());
    }
    let filter = KillFilter::parse(call)?;
    let (own, now_us) = (call.client, call.keyspace.now_us());
    let mut ids = call.server.clients.ids();
    ids.retain(|&id| (id != own || !filter.skips_own) && filter.matches(call.server, id, now_us));
    ids.iter().for_each(|&id| disconnect(call, id));
    call.reply.count(ids.len());
    Ok(())
}

/// Disconnects a client, unblocks it and ends its subscriptions. Discards its output, unless the client is the one
/// that runs the command.
pub(super) fn disconnect(call: &mut Call, id: ClientId) {
    if id != call.client {
        let client = call.server.clients.get_mut(id);
        client.reply.clear();
        client.is_killed = true;
    }
    call.server.blocking.unblock(id);
    call.server.subscriptions.unsubscribe_all(id);
    call.server.clients.set_monitor(id, false);
    call.server.clients.close(id);
}

/// The filters of CLIENT KILL. A client is killed only if it matches all of them.
struct KillFilter<'a> {
    id: Option<ClientId>,
    user: Option<&'a [u8]>,
    address: Option<&'a [u8]>,
    local_address: Option<&'a [u8]>,
    kind: Option<ClientType>,
    /// Minimum number of seconds since the client connected.
    min_age: Option<i64>,
    skips_own: bool,
}

impl<'a> KillFilter<'a> {
    fn parse(call: &Call<'a>) -> Result<Self, Error> {
        let mut filter = KillFilter {
            id: None,
            user: None,
            address: None,
            local_address: None,
            kind: None,
            min_age: None,
            skips_own: true,
        };
        for (index, pair) in call.argv[2..].chunks(2).enumerate() {
            let &[_, value] = pair else { return Err(error::SYNTAX) };
            let option = 2 + 2 * index;
            if call.is_option(option, "ID") {
                let id = number::parse_integer(value).and_then(|n| u64::try_from(n).ok()).filter(|&n| n > 0);
                filter.id = Some(ClientId(id.ok_or(Error::from_static("ERR client-id should be greater than 0"))?));
            } else if call.is_option(option, "ADDR") {
                filter.address = Some(value);
            } else if call.is_option(option, "LADDR") {
                filter.local_address = Some(value);
            } else if call.is_option(option, "TYPE") {
                filter.kind = Some(client_type(value)?);
            } else if call.is_option(option, "USER") {
                if call.server.acl.user(value).is_none() {
                    return Err(Error::new([b"ERR No such user '".as_slice(), error::until_nul(value), b"'"].concat()));
                }
                filter.user = Some(value);
            } else if call.is_option(option, "MAXAGE") {
                let not_an_integer = Error::from_static("ERR maxage is not an integer or out of range");
                let age = number::parse_integer(value).ok_or(not_an_integer)?;
                filter.min_age = Some(
                    Some(age)
                        .filter(|&age| age > 0)
                        .ok_or(Error::from_static("ERR maxage should be greater than 0"))?,
                );
            } else if call.is_option(option, "SKIPME") {
                filter.skips_own = parse_choice(value, "yes", "no")?;
            } else {
                return Err(error::SYNTAX);
            }
        }
        Ok(filter)
    }

    fn matches(&self, server: &ServerState, id: ClientId, now_us: i64) -> bool {
        let client = server.clients.get(id);
        let age = (now_us - client.connected_us) / 1_000_000;
        self.id.is_none_or(|filter_id| filter_id == id)
            && self.user.is_none_or(|user| user == client.user_name())
            && self.address.is_none_or(|address| address == client.address.as_bytes())
            && self.local_address.is_none_or(|address| address == client.local_address.as_bytes())
            && self.kind.is_none_or(|kind| is_of_type(server, id, kind))
            && self.min_age.is_none_or(|min_age| age >= min_age)
    }
}

fn parse_choice(word: &[u8], yes: &str, no: &str) -> Result<bool, Error> {
    match word {
        _ if word.eq_ignore_ascii_case(yes.as_bytes()) => Ok(true),
        _ if word.eq_ignore_ascii_case(no.as_bytes()) => Ok(false),
        _ => Err(error::SYNTAX),
    }
}

const CLIENT_UNBLOCK: Command = Command {
    name: "CLIENT UNBLOCK",
    syntax: "client-id [TIMEOUT | ERROR]",
    arity: -3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "5.0.0",
    complexity: "O(log N) where N is the number of client connections",
    summary: "Unblocks another client, as after its timeout or with an error.",
    example: "CLIENT UNBLOCK 999",
    run: unblock,
};

fn unblock(call: &mut Call) -> Outcome {
    let with_error = match call.argv.len() {
        3 => false,
        4 if call.is_option(3, "TIMEOUT") => false,
        4 if call.is_option(3, "ERROR") => true,
        _ => return Err(Error::from_static("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")),
    };
    let id = ClientId(call.integer(2)?.try_into().unwrap_or(0));
    let unblocked = Error::from_static("UNBLOCKED client unblocked via CLIENT UNBLOCK");
    let waited = call.server.unblock(id, with_error.then_some(&unblocked));
    call.reply.flag(waited);
    Ok(())
}

const CLIENT_REPLY: Command = Command {
    name: "CLIENT REPLY",
    syntax: "<ON | OFF | SKIP>",
    arity: 3,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "3.2.0",
    complexity: "O(1)",
    summary: "Turns replies on or off, or skips the next one.",
    example: "CLIENT REPLY ON",
    run: reply,
};

fn reply(call: &mut Call) -> Outcome {
    if call.is_option(2, "ON") {
        call.client().reply_mode = ReplyMode::On;
        call.reply.ok();
    } else if call.is_option(2, "OFF") {
        call.client().reply_mode = ReplyMode::Off;
    } else if call.is_option(2, "SKIP") {
        let client = call.client();
        if client.reply_mode != ReplyMode::Off {
            client.reply_mode = ReplyMode::SkipThisAndNext;
        }
    } else {
        return Err(error::SYNTAX);
    }
    Ok(())
}

const CLIENT_NO_EVICT: Command = Command {
    name: "CLIENT NO-EVICT",
    syntax: "<ON | OFF>",
    arity: 3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "7.0.0",
    complexity: "O(1)",
    summary: "Keeps this connection open when memory runs short.",
    example: "CLIENT NO-EVICT ON",
    run: no_evict,
};

fn no_evict(call: &mut Call) -> Outcome {
    call.client().no_evict = parse_choice(call.argv[2], "on", "off")?;
    call.reply.ok();
    Ok(())
}

const CLIENT_NO_TOUCH: Command = Command {
    name: "CLIENT NO-TOUCH",
    syntax: "<ON | OFF>",
    arity: 3,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "7.2.0",
    complexity: "O(1)",
    summary: "Makes this connection's reads not count as use of a key.",
    example: "CLIENT NO-TOUCH ON",
    run: no_touch,
};

fn no_touch(call: &mut Call) -> Outcome {
    call.client().no_touch = parse_choice(call.argv[2], "on", "off")?;
    call.reply.ok();
    Ok(())
}

const CLIENT_HELP: Command = Command {
    name: "CLIENT HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "The subcommands of CLIENT.",
    example: "CLIENT HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "GETNAME",
            "    Return the name of the current connection.",
            "ID",
            "    Return the ID of the current connection.",
            "INFO",
            "    Return information about the current client connection.",
            "KILL <ip:port>",
            "    Kill connection made from <ip:port>.",
            "KILL <option> <value> [<option> <value> [...]]",
            "    Kill connections. Options are:",
            "    * ADDR (<ip:port>|<unixsocket>:0)",
            "      Kill connections made from the specified address",
            "    * LADDR (<ip:port>|<unixsocket>:0)",
            "      Kill connections made to specified local address",
            "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
            "      Kill connections by type.",
            "    * USER <username>",
            "      Kill connections authenticated by <username>.",
            "    * SKIPME (YES|NO)",
            "      Skip killing current connection (default: yes).",
            "    * ID <client-id>",
            "      Kill connections by client id.",
            "    * MAXAGE <maxage>",
            "      Kill connections older than the specified age.",
            "LIST [options ...]",
            "    Return information about client connections. Options:",
            "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
            "      Return clients of specified type.",
            "REPLY (ON|OFF|SKIP)",
            "    Control the replies sent to the current connection.",
            "SETNAME <name>",
            "    Assign the name <name> to the current connection.",
            "SETINFO <option> <value>",
            "    Set client meta attr. Options are:",
            "    * LIB-NAME: the client lib name.",
            "    * LIB-VER: the client lib version.",
            "UNBLOCK <clientid> [TIMEOUT|ERROR]",
            "    Unblock the specified blocked client.",
            "NO-EVICT (ON|OFF)",
            "    Protect current client connection from eviction.",
            "NO-TOUCH (ON|OFF)",
            "    Will not touch LRU/LFU stats when this mode is on.",
        ],
    )
}
