//! Subscriptions: the clients that are subscribed to each channel, pattern and shard channel.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};

use super::client_id::ClientId;
use super::glob;

/// The three kinds of subscriptions, which are independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A subscription to a channel (SUBSCRIBE).
    Channel,
    /// A subscription to all channels that match a pattern (PSUBSCRIBE).
    Pattern,
    /// A subscription to a shard channel (SSUBSCRIBE).
    Shard,
}

type Names = IndexSet<Vec<u8>, foldhash::fast::FixedState>;
type Clients = IndexMap<Vec<u8>, IndexSet<ClientId, foldhash::fast::FixedState>, foldhash::fast::FixedState>;

/// All subscriptions.
#[derive(Debug, Clone, Default)]
pub struct Subscriptions {
    /// The clients that are subscribed to each name, for each kind of subscription.
    clients: [Clients; 3],
    /// The names that each client is subscribed to, for each kind of subscription, in the order in which it subscribed.
    names: HashMap<ClientId, [Names; 3], foldhash::fast::FixedState>,
}

/// A subscription that receives a message.
pub(crate) struct Subscriber<'a> {
    pub client: ClientId,
    /// The pattern that matches the channel, if the subscription is to a pattern.
    pub pattern: Option<&'a [u8]>,
}

impl Subscriptions {
    /// Subscribes a client. Has no effect if the client is subscribed already.
    pub(crate) fn subscribe(&mut self, client: ClientId, kind: Kind, name: &[u8]) {
        if self.names.entry(client).or_default()[kind as usize].insert(name.to_vec()) {
            self.clients[kind as usize].entry(name.to_vec()).or_default().insert(client);
        }
    }

    /// Ends a client's subscription to a channel or pattern, if there is one.
    pub(crate) fn unsubscribe(&mut self, client: ClientId, kind: Kind, name: &[u8]) {
        let Some(names) = self.names.get_mut(&client) else { return };
        if !names[kind as usize].shift_remove(name) {
            return;
        }
        if names.iter().all(IndexSet::is_empty) {
            self.names.remove(&client);
        }
        let by_name = &mut self.clients[kind as usize];
        if let Some(clients) = by_name.get_mut(name) {
            clients.shift_remove(&client);
            if clients.is_empty() {
                by_name.shift_remove(name);
            }
        }
    }

    /// Ends all subscriptions of a client.
    pub(crate) fn unsubscribe_all(&mut self, client: ClientId) {
        for kind in [Kind::Channel, Kind::Pattern, Kind::Shard] {
            for name in self.names(client, kind) {
                self.unsubscribe(client, kind, &name);
            }
        }
    }

    /// Returns the names that a client subscribes to, in the order in which it subscribed.
    pub(crate) fn names(&self, client: ClientId, kind: Kind) -> Vec<Vec<u8>> {
        self.names.get(&client).map_or(Vec::new(), |names| names[kind as usize].iter().cloned().collect())
    }

    /// Returns the lengths of all names that a client subscribes to, in bytes.
    pub(crate) fn name_lengths(&self, client: ClientId) -> impl Iterator<Item = usize> {
        self.names.get(&client).into_iter().flatten().flat_map(|names| names.iter().map(Vec::len))
    }

    /// Returns how many subscriptions of the given kind a client has.
    pub(crate) fn count(&self, client: ClientId, kind: Kind) -> usize {
        self.names.get(&client).map_or(0, |names| names[kind as usize].len())
    }

    /// Returns whether a client has any subscription.
    pub fn is_subscribed(&self, client: ClientId) -> bool {
        self.names.contains_key(&client)
    }

    /// Returns the number of clients that have any subscription.
    pub(crate) fn client_count(&self) -> usize {
        self.names.len()
    }

    /// Returns all channels, patterns or shard channels that have subscribers.
    pub(crate) fn names_with_subscribers(&self, kind: Kind) -> impl ExactSizeIterator<Item = &[u8]> {
        self.clients[kind as usize].keys().map(Vec::as_slice)
    }

    /// Returns the number of clients that subscribe to a name.
    pub(crate) fn subscriber_count(&self, kind: Kind, name: &[u8]) -> usize {
        self.clients[kind as usize].get(name).map_or(0, IndexSet::len)
    }

    /// Returns the subscriptions that a message on a channel reaches: first those to the channel, then those to
    /// patterns.
    pub(crate) fn subscribers(&self, kind: Kind, channel: &[u8]) -> Vec<Subscriber<'_>> {
        let direct = self.clients[kind as usize].get(channel).into_iter().flatten();
        let mut subscribers: Vec<_> = direct.map(|&client| Subscriber { client, pattern: None }).collect();
        if kind == Kind::Channel {
            for (pattern, clients) in &self.clients[Kind::Pattern as usize] {
                if glob::matches(pattern, channel) {
                    subscribers.extend(clients.iter().map(|&client| Subscriber { client, pattern: Some(pattern) }));
                }
            }
        }
        subscribers
    }
}
