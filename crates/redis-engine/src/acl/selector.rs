//! Selectors: sets of commands, keys and channels that a user may use together.

use std::collections::{HashMap, HashSet};

use crate::glob;

/// What a command does to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Access {
    pub reads: bool,
    pub writes: bool,
}

/// A pattern of keys, and what may be done to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyPattern {
    pub access: Access,
    pub pattern: Vec<u8>,
}

impl KeyPattern {
    fn describe(&self) -> Vec<u8> {
        let prefix: &[u8] = match self.access {
            Access { reads: true, writes: true } => b"~",
            Access { reads: true, writes: false } => b"%R~",
            Access { .. } => b"%W~",
        };
        [prefix, &self.pattern].concat()
    }
}

/// A selector.
#[derive(Debug, Clone)]
pub(crate) struct Selector {
    /// Whether all commands are allowed, without an exception.
    pub(super) has_all_commands: bool,
    /// The names of the rows of allowed commands.
    pub(super) commands: HashSet<&'static str>,
    /// For commands that are not allowed as a whole, the first arguments with which they are allowed.
    pub(super) first_arguments: HashMap<&'static str, Vec<Vec<u8>>>,
    /// The rules for commands, such as `+get`, in the form of ACL LIST.
    pub(super) rules: Vec<String>,
    pub(super) has_all_keys: bool,
    pub(super) keys: Vec<KeyPattern>,
    pub(super) has_all_channels: bool,
    pub(super) channels: Vec<Vec<u8>>,
}

impl Selector {
    pub fn new(has_all_channels: bool) -> Self {
        Selector {
            has_all_commands: false,
            commands: HashSet::new(),
            first_arguments: HashMap::new(),
            rules: vec!["-@all".to_owned()],
            has_all_keys: false,
            keys: Vec::new(),
            has_all_channels,
            channels: Vec::new(),
        }
    }

    /// Creates the selector of the default user. Its set of commands is empty until a rule changes it.
    pub fn unrestricted() -> Self {
        Selector { has_all_commands: true, rules: vec!["+@all".to_owned()], has_all_keys: true, ..Selector::new(true) }
    }

    pub fn is_unrestricted(&self) -> bool {
        self.has_all_commands && self.has_all_keys && self.has_all_channels
    }

    /// Returns whether a command is allowed, given its first argument.
    pub fn allows_command(&self, name: &str, first_argument: Option<&[u8]>) -> bool {
        self.has_all_commands
            || self.commands.contains(name)
            || self.first_arguments.get(name).is_some_and(|allowed| {
                allowed.iter().any(|word| first_argument.is_some_and(|given| word.eq_ignore_ascii_case(given)))
            })
    }

    /// Returns whether a key may be used in the given way.
    pub fn allows_key(&self, key: &[u8], access: Access) -> bool {
        self.has_all_keys
            || self.keys.iter().any(|allowed| {
                (allowed.access.reads || !access.reads)
                    && (allowed.access.writes || !access.writes)
                    && glob::matches(&allowed.pattern, key)
            })
    }

    /// Returns whether a channel may be used. A pattern is allowed only if it is the same as an allowed one.
    pub fn allows_channel(&self, channel: &[u8], is_pattern: bool) -> bool {
        self.has_all_channels
            || self.channels.iter().any(|allowed| match is_pattern {
                true => allowed == channel,
                false => glob::matches(allowed, channel),
            })
    }

    /// Returns the rules for commands, separated by spaces.
    pub fn command_rules(&self) -> String {
        self.rules.join(" ")
    }

    /// Returns the patterns of keys, separated by spaces.
    pub fn key_rules(&self) -> Vec<u8> {
        match self.has_all_keys {
            true => b"~*".to_vec(),
            false => self.keys.iter().map(KeyPattern::describe).collect::<Vec<_>>().join(&b' '),
        }
    }

    /// Returns the patterns of channels, separated by spaces.
    pub fn channel_rules(&self) -> Vec<u8> {
        match self.has_all_channels {
            true => b"&*".to_vec(),
            false => self.channels.iter().map(|channel| [b"&", &**channel].concat()).collect::<Vec<_>>().join(&b' '),
        }
    }

    /// Returns the selector in the form of ACL LIST.
    pub(super) fn describe(&self) -> Vec<u8> {
        let mut words = Vec::new();
        if self.has_all_keys || !self.keys.is_empty() {
            words.push(self.key_rules());
        }
        if !self.has_all_channels {
            words.push(b"resetchannels".to_vec());
        }
        if self.has_all_channels || !self.channels.is_empty() {
            words.push(self.channel_rules());
        }
        words.push(self.command_rules().into_bytes());
        words.join(&b' ')
    }
}
