//! Everything beside the keys: clients, who waits, configuration, randomness, statistics.

use super::blocking::Blocking;
use super::client::Clients;
use super::random::Random;

/// What commands share beside the keyspace.
#[derive(Debug, Clone)]
pub struct Hub {
    pub clients: Clients,
    pub blocking: Blocking,
    pub random: Random,
    /// The password that AUTH asks for, if one is set.
    pub password: Option<Vec<u8>>,
    /// When the engine started, in microseconds since 1970.
    pub started_us: i64,
    /// Commands that were run, as INFO counts them.
    pub commands_processed: u64,
}
