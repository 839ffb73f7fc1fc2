//! Users, and what each of them may do: their passwords, and the commands, keys and channels that they may use.
//!
//! A user has a root selector and any number of further ones. A call is allowed if one of the selectors allows the
//! command, all its keys and all its channels.

mod log;
mod rules;
mod selector;

use std::collections::BTreeMap;

use super::sha256;
pub(crate) use log::{AclLog, Context, LogEntry, Reason};
pub(crate) use rules::Commands;
pub(crate) use selector::{Access, Selector};

/// The name of the user of a new connection.
pub(crate) const DEFAULT_USER: &[u8] = b"default";

/// A user.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub is_enabled: bool,
    /// Whether any password is accepted.
    pub needs_no_password: bool,
    /// Whether RESTORE examines the payloads of this user thoroughly. The engine always does.
    pub sanitizes_payload: bool,
    /// The SHA-256 of each password, as hexadecimal digits.
    pub passwords: Vec<String>,
    /// The selectors, of which the first is the root selector.
    pub selectors: Vec<Selector>,
}

impl User {
    /// Creates a user that may do nothing, as ACL SETUSER does. `all_channels` tells whether new users may use all
    /// channels (`acl-pubsub-default`).
    pub fn new(all_channels: bool) -> Self {
        User {
            is_enabled: false,
            needs_no_password: false,
            sanitizes_payload: true,
            passwords: Vec::new(),
            selectors: vec![Selector::new(all_channels)],
        }
    }

    /// Returns whether the user may run all commands on all keys and channels.
    pub fn is_unrestricted(&self) -> bool {
        self.selectors[0].is_unrestricted()
    }

    /// Returns whether a password lets a client authenticate as this user.
    pub fn accepts(&self, password: &[u8]) -> bool {
        let digest = sha256::hex_digest(password);
        self.is_enabled
            && (self.needs_no_password
                || self.passwords.iter().any(|known| are_equal(known.as_bytes(), digest.as_bytes())))
    }

    /// Returns the names of the user's flags.
    pub fn flags(&self) -> Vec<&'static str> {
        let mut flags = vec![if self.is_enabled { "on" } else { "off" }];
        flags.extend(self.needs_no_password.then_some("nopass"));
        flags.push(if self.sanitizes_payload { "sanitize-payload" } else { "skip-sanitize-payload" });
        flags
    }

    /// Returns the user in the form of ACL LIST, after its name.
    pub fn describe(&self) -> Vec<u8> {
        let mut text = self.flags().join(" ").into_bytes();
        for password in &self.passwords {
            text.extend(format!(" #{password}").into_bytes());
        }
        for (index, selector) in self.selectors.iter().enumerate() {
            text.extend(if index == 0 { b" ".as_slice() } else { b" (" });
            text.extend(selector.describe());
            text.extend(if index == 0 { b"".as_slice() } else { b")" });
        }
        text
    }
}

/// Compares two texts in constant time, so that the duration does not reveal where they differ.
fn are_equal(expected: &[u8], given: &[u8]) -> bool {
    let difference = expected.iter().zip(given).fold(0, |sum, (a, b)| sum | (a ^ b));
    difference == 0 && expected.len() == given.len()
}

/// Number of calls and attempts that were denied, by reason, for INFO.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DeniedCounts {
    pub auth: u64,
    pub command: u64,
    pub key: u64,
    pub channel: u64,
}

/// All users, and the log of what was denied to them.
#[derive(Debug, Clone)]
pub(crate) struct Acl {
    users: BTreeMap<Vec<u8>, User>,
    pub log: AclLog,
    pub denied: DeniedCounts,
    /// Whether there is a user that may not do everything.
    has_restrictions: bool,
}

impl Acl {
    /// Creates the default user, which may do everything and needs no password.
    pub fn new() -> Self {
        let mut user = User::new(true);
        user.is_enabled = true;
        user.needs_no_password = true;
        user.selectors[0] = Selector::unrestricted();
        let users = BTreeMap::from([(DEFAULT_USER.to_vec(), user)]);
        Acl { users, log: AclLog::default(), denied: DeniedCounts::default(), has_restrictions: false }
    }

    /// Returns whether there is a user that may not do everything. If not, no call needs to be checked.
    pub fn has_restrictions(&self) -> bool {
        self.has_restrictions
    }

    /// Returns a user, or `None` if there is none with this name.
    pub fn user(&self, name: &[u8]) -> Option<&User> {
        self.users.get(name)
    }

    /// Iterates over the names of all users and the users, sorted by name.
    pub fn users(&self) -> impl ExactSizeIterator<Item = (&[u8], &User)> {
        self.users.iter().map(|(name, user)| (&**name, user))
    }

    /// Adds a user, or replaces the one with the same name.
    pub fn set_user(&mut self, name: &[u8], user: User) {
        self.users.insert(name.to_vec(), user);
        self.note_restrictions();
    }

    /// Removes a user. Returns whether it existed.
    pub fn remove_user(&mut self, name: &[u8]) -> bool {
        let existed = self.users.remove(name).is_some();
        self.note_restrictions();
        existed
    }

    fn note_restrictions(&mut self) {
        self.has_restrictions = self.users.values().any(|user| !user.is_unrestricted());
    }

    /// Sets or removes the only password of the default user (`requirepass`).
    pub fn set_default_password(&mut self, password: Option<&[u8]>) {
        if let Some(user) = self.users.get_mut(DEFAULT_USER) {
            user.needs_no_password = password.is_none();
            user.passwords = password.map(sha256::hex_digest).into_iter().collect();
        }
    }

    /// Returns whether a new connection must authenticate, because the default user has a password or is off.
    pub fn requires_authentication(&self) -> bool {
        self.user(DEFAULT_USER).is_none_or(|user| !user.needs_no_password || !user.is_enabled)
    }

    /// Returns whether the default user accepts any password.
    pub fn default_needs_no_password(&self) -> bool {
        self.user(DEFAULT_USER).is_some_and(|user| user.needs_no_password)
    }
}
