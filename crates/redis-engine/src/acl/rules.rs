//! The rules of ACL SETUSER.

use super::selector::{Access, KeyPattern};
use super::{Selector, User};
use crate::sha256;

/// What rules need to know about commands. Names are those of rows, such as `CONFIG GET`.
pub(crate) trait Commands {
    /// Returns the names of all commands.
    fn all(&self) -> Vec<&'static str>;
    /// Returns the names of all commands of a category, or `None` if there is no such category.
    fn in_category(&self, category: &str) -> Option<Vec<&'static str>>;
    /// Returns the name of a command, ignoring case, or `None` if there is none.
    fn find(&self, name: &str) -> Option<&'static str>;
    /// Returns the names of the subcommands of a command.
    fn subcommands(&self, name: &str) -> Vec<&'static str>;
}

/// Why a rule is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleError {
    Syntax,
    UnknownCommand,
    FirstArgumentOfSubcommand,
    KeysAfterAll,
    ChannelsAfterAll,
    NoSuchPassword,
    InvalidHash,
}

impl RuleError {
    pub const fn text(self) -> &'static str {
        match self {
            RuleError::Syntax => "Syntax error",
            RuleError::UnknownCommand => "Unknown command or category name in ACL",
            RuleError::FirstArgumentOfSubcommand => "Allowing first-arg of a subcommand is not supported",
            RuleError::KeysAfterAll => {
                "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any \
                 effect. Try 'resetkeys' to start with an empty list of patterns"
            }
            RuleError::ChannelsAfterAll => {
                "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any \
                 effect. Try 'resetchannels' to start with an empty list of channels"
            }
            RuleError::NoSuchPassword => "The password you are trying to remove from the user does not exist",
            RuleError::InvalidHash => {
                "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters"
            }
        }
    }
}

impl User {
    /// Applies a rule. `all_channels` tells whether new users may use all channels (`acl-pubsub-default`).
    pub fn apply(&mut self, rule: &[u8], commands: &dyn Commands, all_channels: bool) -> Result<(), RuleError> {
        let is = |word: &str| rule.eq_ignore_ascii_case(word.as_bytes());
        match rule {
            [] => {}
            _ if is("on") => self.is_enabled = true,
            _ if is("off") => self.is_enabled = false,
            _ if is("nopass") => (self.needs_no_password, self.passwords) = (true, Vec::new()),
            _ if is("resetpass") => (self.needs_no_password, self.passwords) = (false, Vec::new()),
            _ if is("sanitize-payload") => self.sanitizes_payload = true,
            _ if is("skip-sanitize-payload") => self.sanitizes_payload = false,
            _ if is("clearselectors") => self.selectors.truncate(1),
            _ if is("reset") => *self = User::new(all_channels),
            [b'>', password @ ..] => self.add_password(sha256::hex_digest(password)),
            [b'#', hash @ ..] => self.add_password(valid_hash(hash)?),
            [b'<', password @ ..] => self.remove_password(&sha256::hex_digest(password))?,
            [b'!', hash @ ..] => self.remove_password(&valid_hash(hash)?)?,
            [b'(', inside @ .., b')'] => {
                let mut selector = Selector::new(all_channels);
                let words = inside.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
                words.into_iter().try_for_each(|word| selector.apply(word, commands))?;
                self.selectors.push(selector);
            }
            _ => self.selectors[0].apply(rule, commands)?,
        }
        Ok(())
    }

    fn add_password(&mut self, hash: String) {
        self.needs_no_password = false;
        if !self.passwords.contains(&hash) {
            self.passwords.push(hash);
        }
    }

    fn remove_password(&mut self, hash: &str) -> Result<(), RuleError> {
        let index = self.passwords.iter().position(|known| known == hash).ok_or(RuleError::NoSuchPassword)?;
        self.passwords.remove(index);
        Ok(())
    }
}

fn valid_hash(hash: &[u8]) -> Result<String, RuleError> {
    let is_valid = hash.len() == 64 && hash.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_valid { Ok(String::from_utf8_lossy(hash).into_owned()) } else { Err(RuleError::InvalidHash) }
}

impl Selector {
    fn apply(&mut self, rule: &[u8], commands: &dyn Commands) -> Result<(), RuleError> {
        let is = |word: &str| rule.eq_ignore_ascii_case(word.as_bytes());
        match rule {
            _ if is("allkeys") || rule == b"~*" => (self.has_all_keys, self.keys) = (true, Vec::new()),
            _ if is("resetkeys") => (self.has_all_keys, self.keys) = (false, Vec::new()),
            _ if is("allchannels") || rule == b"&*" => (self.has_all_channels, self.channels) = (true, Vec::new()),
            _ if is("resetchannels") => (self.has_all_channels, self.channels) = (false, Vec::new()),
            _ if is("allcommands") || is("+@all") => self.set_all_commands(true, commands),
            _ if is("nocommands") || is("-@all") => self.set_all_commands(false, commands),
            [b'~', pattern @ ..] => self.add_keys(Access { reads: true, writes: true }, pattern)?,
            [b'%', rest @ ..] => {
                let end = rest.iter().position(|&byte| byte == b'~').ok_or(RuleError::Syntax)?;
                let mut access = Access::default();
                for letter in &rest[..end] {
                    match letter.to_ascii_uppercase() {
                        b'R' if !access.reads => access.reads = true,
                        b'W' if !access.writes => access.writes = true,
                        _ => return Err(RuleError::Syntax),
                    }
                }
                if !access.reads && !access.writes {
                    return Err(RuleError::Syntax);
                }
                self.add_keys(access, &rest[end + 1..])?;
            }
            [b'&', channel @ ..] => self.add_channel(channel)?,
            [sign @ (b'+' | b'-'), name @ ..] => {
                let name = std::str::from_utf8(name).map_err(|_| RuleError::UnknownCommand)?;
                match (name.strip_prefix('@'), sign) {
                    (Some(category), sign) => {
                        let names = commands.in_category(category).ok_or(RuleError::UnknownCommand)?;
                        self.set_commands(&names, *sign == b'+', commands);
                        self.note_rule(name, *sign);
                    }
                    (None, b'+') => self.allow_command(name, commands)?,
                    (None, _) => {
                        let row = find(name, commands).ok_or(RuleError::UnknownCommand)?;
                        self.set_commands(&with_subcommands(row, commands), false, commands);
                        self.note_rule(name, b'-');
                    }
                }
            }
            _ => return Err(RuleError::Syntax),
        }
        Ok(())
    }

    fn allow_command(&mut self, name: &str, commands: &dyn Commands) -> Result<(), RuleError> {
        if let Some(row) = find(name, commands) {
            self.set_commands(&with_subcommands(row, commands), true, commands);
        } else {
            let (command, argument) = name.split_once('|').ok_or(RuleError::UnknownCommand)?;
            let row = find(command, commands).ok_or(RuleError::UnknownCommand)?;
            if !commands.subcommands(row).is_empty() {
                let has_more = argument
                    .rsplit_once('|')
                    .is_some_and(|(subcommand, _)| find(&format!("{command}|{subcommand}"), commands).is_some());
                return Err(match has_more {
                    true => RuleError::FirstArgumentOfSubcommand,
                    false => RuleError::UnknownCommand,
                });
            }
            if argument.is_empty() {
                return Err(RuleError::Syntax);
            }
            let allowed = self.first_arguments.entry(row).or_default();
            if !allowed.iter().any(|known| known.eq_ignore_ascii_case(argument.as_bytes())) {
                allowed.push(argument.as_bytes().to_vec());
            }
        }
        self.note_rule(name, b'+');
        Ok(())
    }

    fn set_all_commands(&mut self, allowed: bool, commands: &dyn Commands) {
        self.has_all_commands = allowed;
        self.commands = if allowed { commands.all().into_iter().collect() } else { Default::default() };
        self.first_arguments.clear();
        self.rules = vec![if allowed { "+@all" } else { "-@all" }.to_owned()];
    }

    fn set_commands(&mut self, names: &[&'static str], allowed: bool, commands: &dyn Commands) {
        if self.has_all_commands && self.commands.is_empty() {
            self.commands = commands.all().into_iter().collect();
        }
        for name in names {
            self.first_arguments.remove(name);
            if allowed {
                self.commands.insert(name);
            } else {
                self.has_all_commands = false;
                self.commands.remove(name);
            }
        }
    }

    /// Adds a rule to the list of rules, in place of those that it makes void.
    fn note_rule(&mut self, name: &str, sign: u8) {
        let name = name.to_ascii_lowercase();
        let subcommands = format!("{name}|");
        self.rules.retain(|rule| rule[1..] != name && !rule[1..].starts_with(&subcommands));
        self.rules.push(format!("{}{name}", char::from(sign)));
    }

    fn add_keys(&mut self, access: Access, pattern: &[u8]) -> Result<(), RuleError> {
        if pattern == b"*" && access.reads && access.writes {
            (self.has_all_keys, self.keys) = (true, Vec::new());
            return Ok(());
        }
        if self.has_all_keys {
            return Err(RuleError::KeysAfterAll);
        }
        check_pattern(pattern)?;
        match self.keys.iter_mut().find(|known| known.pattern == pattern) {
            Some(known) => {
                known.access.reads |= access.reads;
                known.access.writes |= access.writes;
            }
            None => self.keys.push(KeyPattern { access, pattern: pattern.to_vec() }),
        }
        Ok(())
    }

    fn add_channel(&mut self, channel: &[u8]) -> Result<(), RuleError> {
        if self.has_all_channels {
            return Err(RuleError::ChannelsAfterAll);
        }
        check_pattern(channel)?;
        if !self.channels.iter().any(|known| known == channel) {
            self.channels.push(channel.to_vec());
        }
        Ok(())
    }
}

fn check_pattern(pattern: &[u8]) -> Result<(), RuleError> {
    let is_invalid = pattern.iter().any(|byte| byte.is_ascii_whitespace() || *byte == 0 || *byte == 0x0b);
    if is_invalid { Err(RuleError::Syntax) } else { Ok(()) }
}

/// Finds a command by its name in a rule, such as `config|get`.
fn find(name: &str, commands: &dyn Commands) -> Option<&'static str> {
    if name.contains(' ') { None } else { commands.find(&name.replace('|', " ")) }
}

fn with_subcommands(name: &'static str, commands: &dyn Commands) -> Vec<&'static str> {
    let mut names = commands.subcommands(name);
    names.push(name);
    names
}
