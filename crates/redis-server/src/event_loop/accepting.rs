//! Accepts clients, and refuses those for which there is no room.

use std::io;
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Interest, Token};

use super::Server;
use crate::connection::Connection;
use crate::listener::{AcceptError, keep_alive, refuse};
use crate::notice::Notice;
use redis_engine::Engine;

impl Server {
    /// Accepts at most `max-new-connections-per-cycle` waiting clients, so that connected clients are served in
    /// between.
    pub(super) fn accept(&mut self, engine: &mut Engine, now_us: i64) {
        for _ in 0..engine.server.config.integer("max-new-connections-per-cycle").max(1) {
            match self.listener.accept() {
                Ok((stream, _)) if self.is_full(engine) => {
                    engine.server.statistics.rejected_connections += 1;
                    refuse(stream);
                }
                // An error is ignored, because setting up the socket fails only if the client has already disconnected.
                Ok((stream, peer)) => drop(self.add_connection(engine, stream, peer, now_us)),
                Err(AcceptError::TryNext) => {}
                Err(AcceptError::NoneWaiting) => {
                    self.is_accepting = false;
                    return;
                }
                Err(AcceptError::OutOfDescriptors) => {
                    self.reporter.report(&Notice::OutOfDescriptors, now_us);
                    if !self.listener.refuse_next() {
                        return self.accept_later();
                    }
                    engine.server.statistics.rejected_connections += 1;
                }
                Err(AcceptError::Other(error)) => {
                    self.reporter.report(&Notice::CannotAccept(error.to_string()), now_us);
                    return self.accept_later();
                }
            }
        }
    }

    /// Stops accepting clients until the next housekeeping, which must retry because the socket reports only new
    /// clients, not those that are already waiting.
    fn accept_later(&mut self) {
        self.is_accepting = false;
        self.has_accept_failed = true;
    }

    fn is_full(&self, engine: &Engine) -> bool {
        self.by_client.len() as i64 >= engine.server.config.integer("maxclients")
    }

    fn add_connection(
        &mut self,
        engine: &mut Engine,
        mut stream: TcpStream,
        peer: SocketAddr,
        now_us: i64,
    ) -> io::Result<()> {
        stream.set_nodelay(true)?;
        keep_alive(&stream, engine.server.config.integer("tcp-keepalive"));
        let index = self.free_slots.pop().unwrap_or(self.connections.len());
        let both = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = self.poll.registry().register(&mut stream, Token(index), both) {
            if index < self.connections.len() {
                self.free_slots.push(index);
            }
            return Err(error);
        }
        let id = engine.connect();
        let client = engine.server.clients.get_mut(id);
        // The engine's clock may be slow, because it shows the time of the last command, so both times are set here.
        (client.connected_us, client.active_us) = (now_us, now_us);
        client.address = peer.to_string();
        client.local_address = self.address.to_string();
        #[cfg(unix)]
        {
            client.socket = Some(std::os::fd::AsRawFd::as_raw_fd(&stream));
        }
        let connection = Some(Connection::new(stream, id));
        match self.connections.get_mut(index) {
            Some(slot) => *slot = connection,
            None => self.connections.push(connection),
        }
        self.by_client.insert(id, index);
        Ok(())
    }
}
