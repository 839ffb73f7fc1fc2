//! The definition of commands. Each command has a row, which is a `Command` constant above the function that implements
//! the command. COMMAND, arity errors, help, completion and hints are all derived from the row.

use super::call::{Call, Outcome};
use super::error;

/// The table row of a command or subcommand. A subcommand's name contains a space, as in `OBJECT ENCODING`.
///
/// Arity, flags and key positions match `COMMAND INFO` of Redis 8.2. Group, version, complexity and the options in
/// `syntax` match `COMMAND DOCS`.
#[derive(Debug)]
pub struct Command {
    /// The command's name in capitals.
    pub name: &'static str,
    /// The syntax of the arguments, such as `key value [NX | XX] [EX seconds]`. See [`super::argument_syntax`].
    pub syntax: &'static str,
    /// The number of words in a call, including the name. If negative, its absolute value is the minimum.
    pub arity: i32,
    /// The command's flags in COMMAND INFO, in no particular order.
    pub flags: &'static [Flag],
    /// The positions of the command's keys in `argv`.
    pub keys: Keys,
    /// The group that the command belongs to in Redis's documentation.
    pub group: Group,
    /// The version of Redis that introduced the command.
    pub since: &'static str,
    /// The time complexity, as worded in COMMAND DOCS. Empty if it is missing there.
    pub complexity: &'static str,
    /// A one-line description of what the command does.
    pub summary: &'static str,
    /// An example: lines to enter in redis-cli, the last of which calls the command.
    pub example: &'static str,
    /// The function that runs the command.
    pub(crate) run: fn(&mut Call) -> Outcome,
}

/// The positions of a command's keys in `argv`, as in COMMAND INFO. The name of the command is at position 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    /// The position of the first key, or 0 if there is none.
    pub first: i32,
    /// The position of the last key. If negative, it counts from the end: -1 is the last argument.
    pub last: i32,
    /// The distance from one key to the next.
    pub step: i32,
    /// The position of the argument that holds the number of keys (`ZUNION 2 a b`), or 0 if there is none. The keys
    /// follow this argument.
    pub count_at: i32,
    /// Whether the keys are the first half of the arguments after `STREAMS`.
    pub follow_streams: bool,
}

impl Keys {
    /// No argument is a key.
    pub const NONE: Keys = Keys { first: 0, last: 0, step: 0, count_at: 0, follow_streams: false };
    /// The first argument is the only key.
    pub(crate) const FIRST: Keys = Keys::range(1, 1, 1);
    /// The first half of the arguments after `STREAMS` are keys.
    pub(crate) const STREAMS: Keys = Keys { follow_streams: true, ..Keys::NONE };
    /// All arguments are keys.
    pub(crate) const ALL: Keys = Keys::range(1, -1, 1);

    /// Returns the positions from `first` to `last`, in steps of `step`.
    pub(crate) const fn range(first: i32, last: i32, step: i32) -> Keys {
        Keys { first, last, step, ..Keys::NONE }
    }

    /// Returns the positions of the keys that follow the argument at `count_at`, which holds the number of keys.
    pub(crate) const fn counted(count_at: i32) -> Keys {
        Keys { count_at, ..Keys::NONE }
    }

    /// Adds the keys that follow the argument at `count_at` to these keys, as in `ZUNIONSTORE destination 2 a b`.
    pub(crate) const fn and_counted(self, count_at: i32) -> Keys {
        Keys { count_at, ..self }
    }

    /// Returns the positions of the keys in an `argv` of length `words`. `word` returns the argument at a position, or
    /// `None` if it is not known.
    pub fn positions<'a>(self, words: usize, word: impl Fn(usize) -> Option<&'a [u8]>) -> Vec<usize> {
        let mut positions = Vec::new();
        if let (Ok(first @ 1..), Ok(step @ 1..)) = (usize::try_from(self.first), usize::try_from(self.step)) {
            let last = match usize::try_from(self.last) {
                Ok(last) => last,
                Err(_) => words.saturating_sub(self.last.unsigned_abs() as usize),
            };
            positions.extend((first..=last.min(words.saturating_sub(1))).step_by(step));
        }
        if let Ok(at @ 1..) = usize::try_from(self.count_at)
            && at < words
            && let Some(n) = word(at).and_then(|word| std::str::from_utf8(word).ok()?.parse().ok())
        {
            positions.extend((at + 1..words).take(n));
        }
        if self.follow_streams
            && let Some(at) = streams_at(words, word)
        {
            let after = words - at - 1;
            positions.extend(at + 1..at + 1 + after.div_ceil(2));
        }
        positions
    }
}

/// Returns the position of `STREAMS` in a call of XREAD or XREADGROUP, or `None` if there is none. Skips the values of
/// the options before it, which may be the same word.
fn streams_at<'a>(words: usize, word: impl Fn(usize) -> Option<&'a [u8]>) -> Option<usize> {
    let mut at = 1;
    while at < words {
        at += match word(at)?.to_ascii_uppercase().as_slice() {
            b"STREAMS" => return Some(at),
            b"BLOCK" | b"COUNT" => 2,
            b"GROUP" => 3,
            b"NOACK" => 1,
            _ => return None,
        };
    }
    None
}

/// A group of commands in Redis's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Commands on strings.
    String,
    /// Commands on bitmaps, which are stored in strings.
    Bitmap,
    /// Commands on hashes.
    Hash,
    /// Commands on lists.
    List,
    /// Commands on sets.
    Set,
    /// Commands on sorted sets.
    SortedSet,
    /// Commands on HyperLogLogs, which are stored in strings.
    Hyperloglog,
    /// Commands on places, which are stored in sorted sets.
    Geo,
    /// Commands on streams.
    Stream,
    /// Commands on keys of any type.
    Generic,
    /// Commands for transactions.
    Transactions,
    /// Commands for publish/subscribe.
    Pubsub,
    /// Commands for the client's own connection.
    Connection,
    /// Commands for the whole server.
    Server,
    /// Commands for Lua scripts and functions.
    Scripting,
}

impl Group {
    /// Returns the group's name in COMMAND DOCS.
    pub const fn name(self) -> &'static str {
        match self {
            Group::String => "string",
            Group::Bitmap => "bitmap",
            Group::Hash => "hash",
            Group::List => "list",
            Group::Set => "set",
            Group::SortedSet => "sorted-set",
            Group::Hyperloglog => "hyperloglog",
            Group::Geo => "geo",
            Group::Stream => "stream",
            Group::Generic => "generic",
            Group::Transactions => "transactions",
            Group::Pubsub => "pubsub",
            Group::Connection => "connection",
            Group::Server => "server",
            Group::Scripting => "scripting",
        }
    }
}

/// A flag of a command. The variants are in the order in which COMMAND INFO lists the flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// The command may change keys.
    Write,
    /// The command only reads keys.
    Readonly,
    /// The command is rejected when `maxmemory` is exceeded.
    Denyoom,
    /// The command is administrative.
    Admin,
    /// The command belongs to publish/subscribe.
    Pubsub,
    /// Scripts are not allowed to call the command.
    Noscript,
    /// The command may block the client.
    Blocking,
    /// The command is allowed while the server is loading its data.
    Loading,
    /// The command is allowed on a replica with stale data.
    Stale,
    /// Monitors do not see the command.
    SkipMonitor,
    /// The slow log does not record the command.
    SkipSlowlog,
    /// The command is allowed on a cluster slot that is being imported.
    Asking,
    /// The command takes constant or logarithmic time.
    Fast,
    /// The command needs no authentication.
    NoAuth,
    /// The command is rejected while data is loaded asynchronously.
    NoAsyncLoading,
    /// The command is rejected inside a transaction.
    NoMulti,
    /// The command is allowed while a script that has exceeded its time limit is running.
    AllowBusy,
    /// The command may be called without keys.
    NoMandatoryKeys,
    /// The positions of keys depend on the arguments.
    Movablekeys,
}

impl Flag {
    /// Returns the flag's name in COMMAND INFO.
    pub const fn name(self) -> &'static str {
        match self {
            Flag::Write => "write",
            Flag::Readonly => "readonly",
            Flag::Denyoom => "denyoom",
            Flag::Admin => "admin",
            Flag::Pubsub => "pubsub",
            Flag::Noscript => "noscript",
            Flag::Blocking => "blocking",
            Flag::Loading => "loading",
            Flag::Stale => "stale",
            Flag::SkipMonitor => "skip_monitor",
            Flag::SkipSlowlog => "skip_slowlog",
            Flag::Asking => "asking",
            Flag::Fast => "fast",
            Flag::NoAuth => "no_auth",
            Flag::NoAsyncLoading => "no_async_loading",
            Flag::NoMulti => "no_multi",
            Flag::Movablekeys => "movablekeys",
            Flag::AllowBusy => "allow_busy",
            Flag::NoMandatoryKeys => "no_mandatory_keys",
        }
    }
}

impl Command {
    /// Returns whether the command has a flag.
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// Returns whether the command accepts an `argv` of length `words`, including the command's name.
    pub fn arity_allows(&self, words: usize) -> bool {
        let expected = self.arity.unsigned_abs() as usize;
        if self.arity < 0 { words >= expected } else { words == expected }
    }

    /// Returns whether a RESP2 client may run the command while it is subscribed.
    pub(crate) fn runs_while_subscribed(&self) -> bool {
        matches!(
            self.name,
            "PING"
                | "QUIT"
                | "RESET"
                | "SUBSCRIBE"
                | "UNSUBSCRIBE"
                | "PSUBSCRIBE"
                | "PUNSUBSCRIBE"
                | "SSUBSCRIBE"
                | "SUNSUBSCRIBE"
        )
    }

    /// Returns whether a client that this command has blocked is unblocked when a key is deleted or changes its type,
    /// because the consumer group that it reads from is then lost.
    pub(crate) fn is_unblocked_by_deletion(&self) -> bool {
        self.name == "XREADGROUP"
    }

    /// Returns the name of the container command, such as `OBJECT` for `OBJECT ENCODING`, or `None` if this command is
    /// not a subcommand.
    pub fn container(&self) -> Option<&'static str> {
        self.name.split_once(' ').map(|(container, _)| container)
    }
}

/// Implements a container command, which returns the arity error if it is called without a subcommand.
pub(crate) fn missing_subcommand(call: &mut Call) -> Outcome {
    Err(error::wrong_arity(call.command.name))
}

/// Replies to the HELP subcommand of a container command. `lines` describe its other subcommands. The introductory line
/// and the entry for HELP, which all containers share, are added to them.
pub(crate) fn help(call: &mut Call, lines: &[&str]) -> Outcome {
    let container = call.command.container().unwrap_or(call.command.name);
    call.reply.array(lines.len() + 3);
    call.reply.status(&format!("{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
    for line in lines.iter().chain(&["HELP", "    Print this help."]) {
        call.reply.status(line);
    }
    Ok(())
}
