//! Who listens to which channel: by name, by pattern, and by the name of a sharded channel.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};

use super::client_id::ClientId;
use super::glob;

/// The three kinds of subscriptions, which know nothing of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Channel,
    Pattern,
    Shard,
}

type Names = IndexSet<Vec<u8>, foldhash::fast::FixedState>;
type Listeners = IndexMap<Vec<u8>, IndexSet<ClientId, foldhash::fast::FixedState>, foldhash::fast::FixedState>;

/// All subscriptions.
#[derive(Debug, Clone, Default)]
pub struct Subscriptions {
    /// By kind: who listens to each name.
    listeners: [Listeners; 3],
    /// By kind: what each client listens to, in its own order.
    names: HashMap<ClientId, [Names; 3], foldhash::fast::FixedState>,
}

/// A subscription that a message reaches.
pub struct Receiver<'a> {
    pub client: ClientId,
    /// The pattern that the channel fits, for a subscription to one.
    pub pattern: Option<&'a [u8]>,
}

impl Subscriptions {
    /// Subscribes a client; a second time changes nothing.
    pub fn subscribe(&mut self, client: ClientId, kind: Kind, name: &[u8]) {
        if self.names.entry(client).or_default()[kind as usize].insert(name.to_vec()) {
            self.listeners[kind as usize].entry(name.to_vec()).or_default().insert(client);
        }
    }

    /// Ends a subscription, if there is one.
    pub fn unsubscribe(&mut self, client: ClientId, kind: Kind, name: &[u8]) {
        let Some(names) = self.names.get_mut(&client) else { return };
        if !names[kind as usize].shift_remove(name) {
            return;
        }
        if names.iter().all(IndexSet::is_empty) {
            self.names.remove(&client);
        }
        let listeners = &mut self.listeners[kind as usize];
        if let Some(clients) = listeners.get_mut(name) {
            clients.shift_remove(&client);
            if clients.is_empty() {
                listeners.shift_remove(name);
            }
        }
    }

    /// Ends all of a client's subscriptions.
    pub fn leave(&mut self, client: ClientId) {
        for kind in [Kind::Channel, Kind::Pattern, Kind::Shard] {
            for name in self.names(client, kind) {
                self.unsubscribe(client, kind, &name);
            }
        }
    }

    /// What a client listens to, in the order in which it subscribed.
    pub fn names(&self, client: ClientId, kind: Kind) -> Vec<Vec<u8>> {
        self.names.get(&client).map_or(Vec::new(), |names| names[kind as usize].iter().cloned().collect())
    }

    /// How many names of a kind a client listens to.
    pub fn count(&self, client: ClientId, kind: Kind) -> usize {
        self.names.get(&client).map_or(0, |names| names[kind as usize].len())
    }

    /// Whether a client listens to anything.
    pub fn listens(&self, client: ClientId) -> bool {
        self.names.contains_key(&client)
    }

    /// The number of clients that listen to anything.
    pub fn clients(&self) -> usize {
        self.names.len()
    }

    /// All names of a kind that somebody listens to.
    pub fn all(&self, kind: Kind) -> impl ExactSizeIterator<Item = &[u8]> {
        self.listeners[kind as usize].keys().map(Vec::as_slice)
    }

    /// How many clients listen to a name.
    pub fn listening_to(&self, kind: Kind, name: &[u8]) -> usize {
        self.listeners[kind as usize].get(name).map_or(0, IndexSet::len)
    }

    /// Whom a message reaches: those who named the channel, then those whose patterns it fits.
    pub fn receivers(&self, kind: Kind, channel: &[u8]) -> Vec<Receiver<'_>> {
        let direct = self.listeners[kind as usize].get(channel).into_iter().flatten();
        let mut receivers: Vec<_> = direct.map(|&client| Receiver { client, pattern: None }).collect();
        if kind == Kind::Channel {
            for (pattern, clients) in &self.listeners[Kind::Pattern as usize] {
                if glob::matches(pattern, channel) {
                    receivers.extend(clients.iter().map(|&client| Receiver { client, pattern: Some(pattern) }));
                }
            }
        }
        receivers
    }
}
