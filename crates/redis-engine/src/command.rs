//! What a command is: one row, above the function that it runs, from which `COMMAND`, arity errors, help, completion and
//! hints derive.

use super::call::{Call, Outcome};
use super::error;

/// The row of a command, or of a subcommand (whose name has a blank: `OBJECT ENCODING`).
///
/// Arity, flags and key positions are those of Redis 8.2's `COMMAND INFO`; group, version, complexity and the options in
/// `syntax` those of its `COMMAND DOCS`.
#[derive(Debug)]
pub struct Command {
    /// In capitals.
    pub name: &'static str,
    /// What the arguments look like, the name left out: `key value [NX | XX] [EX seconds]`.
    pub syntax: &'static str,
    /// The number of words, the name's included; negative: at least so many.
    pub arity: i32,
    pub flags: &'static [Flag],
    pub keys: Keys,
    pub group: Group,
    pub since: &'static str,
    pub complexity: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// Lines of redis-cli, the last of which uses the command.
    pub example: &'static str,
    pub run: fn(&mut Call) -> Outcome,
}

/// Where the keys stand among the words: first, last (negative from the end), and how far apart. `first` 0: none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    pub first: i32,
    pub last: i32,
    pub step: i32,
    /// The word that holds the number of keys (`ZUNION 2 a b`); 0: none does. The keys follow it.
    pub count_at: i32,
}

impl Keys {
    pub const NONE: Keys = Keys { first: 0, last: 0, step: 0, count_at: 0 };
    pub const FIRST: Keys = Keys::range(1, 1, 1);
    pub const ALL: Keys = Keys::range(1, -1, 1);

    pub const fn range(first: i32, last: i32, step: i32) -> Keys {
        Keys { first, last, step, count_at: 0 }
    }

    /// The keys after a word that counts them, and none elsewhere.
    pub const fn counted(count_at: i32) -> Keys {
        Keys { first: 0, last: 0, step: 0, count_at }
    }

    /// The keys of this range, and those after a word that counts them (`ZUNIONSTORE destination 2 a b`).
    pub const fn and_counted(self, count_at: i32) -> Keys {
        Keys { count_at, ..self }
    }

    /// The positions of the keys in `argv`, whose words are `words` in number; `count` reads the word that counts them.
    pub fn positions(self, words: usize, count: impl Fn(usize) -> Option<usize>) -> Vec<usize> {
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
            && let Some(n) = count(at)
        {
            positions.extend((at + 1..words).take(n));
        }
        positions
    }
}

/// The groups of Redis's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    String,
    Bitmap,
    Hash,
    List,
    Set,
    SortedSet,
    Generic,
    Transactions,
    Pubsub,
    Connection,
    Server,
    Scripting,
}

impl Group {
    /// As `COMMAND DOCS` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Group::String => "string",
            Group::Bitmap => "bitmap",
            Group::Hash => "hash",
            Group::List => "list",
            Group::Set => "set",
            Group::SortedSet => "sorted-set",
            Group::Generic => "generic",
            Group::Transactions => "transactions",
            Group::Pubsub => "pubsub",
            Group::Connection => "connection",
            Group::Server => "server",
            Group::Scripting => "scripting",
        }
    }
}

/// The flags of `COMMAND INFO`, in the order in which Redis tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    Write,
    Readonly,
    Denyoom,
    Admin,
    Pubsub,
    Noscript,
    Blocking,
    Loading,
    Stale,
    SkipMonitor,
    SkipSlowlog,
    Asking,
    Fast,
    NoAuth,
    NoAsyncLoading,
    NoMulti,
    AllowBusy,
    NoMandatoryKeys,
    Movablekeys,
}

impl Flag {
    /// As `COMMAND INFO` names it.
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
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// Whether so many words, the name's included, can be a call of it.
    pub fn takes(&self, words: usize) -> bool {
        let least = self.arity.unsigned_abs() as usize;
        if self.arity < 0 { words >= least } else { words == least }
    }

    /// Whether a client that listens to channels may call it in RESP2.
    pub fn runs_while_subscribed(&self) -> bool {
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

    /// The command that this is a subcommand of.
    pub fn container(&self) -> Option<&'static str> {
        self.name.split_once(' ').map(|(container, _)| container)
    }
}

/// What a container runs when its subcommand is left out.
pub fn without_subcommand(call: &mut Call) -> Outcome {
    Err(error::wrong_arity(call.command.name))
}

/// Answers a container's HELP: the lines that tell of its subcommands, between those that all of them have.
pub fn help(call: &mut Call, lines: &[&str]) -> Outcome {
    let container = call.command.container().unwrap_or(call.command.name);
    call.reply.array(lines.len() + 3);
    call.reply.status(&format!("{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
    for line in lines.iter().chain(&["HELP", "    Print this help."]) {
        call.reply.status(line);
    }
    Ok(())
}
