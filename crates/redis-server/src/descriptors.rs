//! The system's limit on open file descriptors, which limits the number of clients.

/// Number of file descriptors that are reserved for purposes other than clients, as in Redis
/// (`CONFIG_MIN_RESERVED_FDS`).
#[cfg(unix)]
const RESERVED: u64 = 32;

/// Raises the limit on open file descriptors to make room for the given number of clients, as far as the system allows.
/// Returns the number of clients for which there is room, at most `clients`.
#[cfg(unix)]
pub fn make_room_for_clients(clients: i64) -> i64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let wanted = clients.max(1).unsigned_abs() + RESERVED;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return clients;
    }
    // The first attempt also raises the hard limit, which only a privileged process may do. The second one stays within
    // it.
    let maximum_raised = Rlimit { current: Some(wanted), maximum: maximum.map(|maximum| maximum.max(wanted)) };
    let within_maximum = Rlimit { current: Some(maximum.map_or(wanted, |maximum| maximum.min(wanted))), maximum };
    if setrlimit(Resource::Nofile, maximum_raised).or_else(|_| setrlimit(Resource::Nofile, within_maximum)).is_err() {
        // If both attempts fail, the limit stays unchanged.
    }
    let current = getrlimit(Resource::Nofile).current.unwrap_or(wanted);
    i64::try_from(current.saturating_sub(RESERVED)).unwrap_or(clients).clamp(1, clients.max(1))
}

/// Returns `clients`, because systems other than Unix have no such limit.
#[cfg(not(unix))]
pub fn make_room_for_clients(clients: i64) -> i64 {
    clients
}
