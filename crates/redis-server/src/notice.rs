//! Notices that a server reports to the person who runs it.

use std::collections::HashMap;
use std::fmt;
use std::mem::{Discriminant, discriminant};
use std::net::SocketAddr;

/// A notice for the person who runs a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The system limits the number of waiting connections to less than `tcp-backlog`.
    Listening(SocketAddr),
    /// The system allows fewer waiting connections than `tcp-backlog`.
    BacklogReduced {
        /// The configured value of `tcp-backlog`.
        wanted: i64,
        /// The maximum that the system allows.
        allowed: i64,
    },
    /// `maxclients` was reduced, because the process is not allowed to open enough file descriptors.
    MaxClientsReduced {
        /// The value of `maxclients` before the reduction.
        wanted: i64,
        /// The value of `maxclients` after the reduction.
        allowed: i64,
    },
    /// New clients are refused, because there are no file descriptors left.
    OutOfDescriptors,
    /// New clients cannot be accepted for another reason, which the string describes. The server tries again.
    CannotAccept(String),
    /// The client at this address has sent an HTTP request and was disconnected. Web pages can make a browser send such
    /// requests, with commands in their bodies.
    HttpRequest(String),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::Listening(address) => write!(f, "listening on {address}"),
            Notice::BacklogReduced { wanted, allowed } => write!(
                f,
                "tcp-backlog is {wanted}, but the system lets at most {allowed} connections wait: raise \
                 net.core.somaxconn for more"
            ),
            Notice::MaxClientsReduced { wanted, allowed } => write!(
                f,
                "maxclients is reduced from {wanted} to {allowed}, because the system does not allow enough open files: \
                 raise `ulimit -n` for more"
            ),
            Notice::OutOfDescriptors => f.write_str(
                "too many open files: new clients are refused until others disconnect; raise `ulimit -n` for more",
            ),
            Notice::CannotAccept(error) => write!(f, "new clients cannot be accepted, trying again: {error}"),
            Notice::HttpRequest(peer) => write!(
                f,
                "possible attack: {peer} sent POST or Host:, as a web page does that tries to send commands through a \
                 browser; its connection was closed"
            ),
        }
    }
}

/// Reports notices, each kind at most once a minute, so that clients cannot flood a log.
pub struct Reporter {
    report: Box<dyn FnMut(&Notice) + Send>,
    /// The time of the last report of each kind, in microseconds since 1970.
    reported_us: HashMap<Discriminant<Notice>, i64>,
}

/// Minimum time in microseconds between two notices of the same kind. Redis uses the same interval for its warning
/// about HTTP requests (`Possible SECURITY ATTACK detected`).
const MIN_INTERVAL_US: i64 = 60_000_000;

impl Reporter {
    pub fn new(report: impl FnMut(&Notice) + Send + 'static) -> Self {
        Reporter { report: Box::new(report), reported_us: HashMap::new() }
    }

    /// Reports a notice, unless one of the same kind was reported within the last minute.
    pub fn report(&mut self, notice: &Notice, now_us: i64) {
        let kind = discriminant(notice);
        let is_recent = |&at_us: &i64| now_us.abs_diff(at_us) < MIN_INTERVAL_US.unsigned_abs();
        if !self.reported_us.get(&kind).is_some_and(is_recent) {
            self.reported_us.insert(kind, now_us);
            (self.report)(notice);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn each_kind_is_reported_once_a_minute() {
        let (sender, reported) = channel();
        let mut reporter = Reporter::new(move |notice| drop(sender.send(notice.clone())));
        let [first, second] = ["1.2.3.4:5", "6.7.8.9:10"].map(|peer| Notice::HttpRequest(peer.to_owned()));
        for (notice, now_us) in [
            (&first, 0),
            (&second, 59_999_999),
            (&Notice::OutOfDescriptors, 59_999_999),
            (&Notice::OutOfDescriptors, 59_999_999),
            (&second, 60_000_000),
            // Notices must still be reported after the clock has been set back.
            (&first, -60_000_000),
        ] {
            reporter.report(notice, now_us);
        }
        drop(reporter);
        let reported: Vec<Notice> = reported.into_iter().collect();
        assert_eq!(reported, [first.clone(), Notice::OutOfDescriptors, second, first]);
    }
}
