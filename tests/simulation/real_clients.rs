//! The TCP clients of a simulated session, which connect to the server that `:serve` has started.
//!
//! Each action waits until the server has read everything that was sent, and until all replies have arrived. The result
//! therefore does not depend on the speed of the sockets.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use redis_engine::Engine;
use redis_engine::client::ClientId;
use redis_server::Server;
use redis_tutor::session::Session;

use super::plan::ClientAction;

/// Maximum time that the server may take to respond.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The server of a session, and the TCP clients that connect to it.
pub struct RealClients {
    server: Server,
    /// The port that the session has requested. The server itself listens on another one.
    port: u16,
    clients: BTreeMap<usize, Client>,
}

struct Client {
    stream: TcpStream,
    id: ClientId,
    /// Number of bytes that the client has sent.
    sent: u64,
    received: Vec<u8>,
    /// Number of bytes in `received` that have already been shown.
    shown: usize,
    /// Whether the server has closed the connection.
    is_closed: bool,
}

impl RealClients {
    /// Starts a server on a free port, which appears to the session as `port`.
    pub fn serve(engine: &mut Engine, port: u16) -> Self {
        let server = Server::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), engine).expect("a port is free");
        engine.server.config.set_unchecked("port", port.to_string().as_bytes());
        // Replaces values from the operating system, which would differ from run to run.
        (engine.server.process_id, engine.server.resident_memory) = (1, None);
        RealClients { server, port, clients: BTreeMap::new() }
    }

    /// Closes the port and all connections.
    pub fn close(mut self, engine: &mut Engine) {
        self.server.close(engine);
    }

    /// Returns whether any of the TCP clients is still connected to the engine.
    pub fn are_connected(&self, engine: &Engine) -> bool {
        let ids = engine.server.clients.ids();
        // The engine keeps a client whose connection it has closed until the server next handles its sockets.
        self.clients.values().any(|client| !client.is_closed && ids.contains(&client.id))
    }

    /// Runs the commands that have arrived from TCP clients, and reads the replies. Returns false if the session cannot
    /// lend the engine now.
    pub fn serve_ready(&mut self, session: &mut Session, elapsed_us: i64) -> bool {
        let served = session.with_engine(elapsed_us, |engine, now_us| self.server.handle_ready(engine, now_us));
        match served {
            Some(result) => result.expect("the sockets can be polled"),
            None => return false,
        }
        self.receive();
        true
    }

    /// Performs a client's action. Returns the data that the client received, or `None` if the action is not possible
    /// now.
    pub fn act(
        &mut self,
        session: &mut Session,
        elapsed_us: i64,
        number: usize,
        action: &ClientAction,
    ) -> Option<String> {
        match action {
            ClientAction::Connect => {
                if self.clients.contains_key(&number) || !session.can_lend_engine() {
                    return None;
                }
                self.connect(session, elapsed_us, number);
            }
            ClientAction::Send(line) => self.send(session, elapsed_us, number, &format!("{line}\r\n"))?,
            ClientAction::SendPart(part) => {
                // In a script, a part is a single line, so line breaks are escaped.
                let part = part.replace("\\r", "\r").replace("\\n", "\n");
                self.send(session, elapsed_us, number, &part)?;
            }
            ClientAction::Drop => {
                if !session.can_lend_engine() {
                    return None;
                }
                let client = self.clients.remove(&number)?;
                drop(client.stream);
                if !client.is_closed {
                    self.serve_until(session, elapsed_us, |_, engine| {
                        !engine.server.clients.ids().contains(&client.id)
                    });
                }
                return Some(String::new());
            }
        }
        Some(self.take_received(number))
    }

    fn connect(&mut self, session: &mut Session, elapsed_us: i64, number: usize) {
        let before = session.engine().server.clients.ids();
        let stream = TcpStream::connect(self.server.address()).expect("the server listens");
        stream.set_nonblocking(true).expect("the socket is open");
        let is_new = |id: &ClientId| !before.contains(id);
        self.serve_until(session, elapsed_us, |_, engine| engine.server.clients.ids().iter().any(is_new));
        let engine = session.engine_mut();
        let Some(id) = engine.server.clients.ids().into_iter().find(is_new) else { return };
        let state = engine.server.clients.get_mut(id);
        state.address = format!("127.0.0.1:{}", 60_000 + number);
        state.local_address = format!("127.0.0.1:{}", self.port);
        state.socket = Some(100 + i32::try_from(number).unwrap_or_default());
        let (received, shown) = (Vec::new(), 0);
        self.clients.insert(number, Client { stream, id, sent: 0, received, shown, is_closed: false });
    }

    fn send(&mut self, session: &mut Session, elapsed_us: i64, number: usize, text: &str) -> Option<()> {
        if !session.can_lend_engine() {
            return None;
        }
        let id = self.clients.get(&number)?.id;
        if !session.engine().server.clients.ids().contains(&id) {
            // The server closes this connection. When the client notices that depends on the operating system, so the
            // client waits for it.
            self.serve_until(session, elapsed_us, |clients, _| {
                clients.get(&number).is_none_or(|client| client.is_closed)
            });
        }
        let client = self.clients.get_mut(&number).filter(|client| !client.is_closed)?;
        if client.stream.write_all(text.as_bytes()).is_err() {
            client.is_closed = true;
            return Some(());
        }
        client.sent += text.len() as u64;
        self.serve_until(session, elapsed_us, |clients, engine| {
            let Some(client) = clients.get(&number).filter(|client| !client.is_closed) else { return true };
            // If the server closes the connection, waits for the end of the connection, which follows the last replies.
            engine.server.clients.ids().contains(&client.id) && {
                let traffic = engine.server.clients.get(client.id).traffic;
                let answered = traffic.answered - traffic.unsent as u64;
                traffic.received == client.sent && client.received.len() as u64 == answered
            }
        });
        Some(())
    }

    /// Serves until `is_done` returns true, or until the session cannot lend the engine. Panics if this takes too long.
    fn serve_until(
        &mut self,
        session: &mut Session,
        elapsed_us: i64,
        is_done: impl Fn(&BTreeMap<usize, Client>, &Engine) -> bool,
    ) {
        let began = Instant::now();
        while self.serve_ready(session, elapsed_us) && !is_done(&self.clients, session.engine()) {
            assert!(began.elapsed() < TIMEOUT, "the server does not answer a real client");
            std::thread::yield_now();
        }
    }

    /// Reads the data that has arrived for all clients.
    fn receive(&mut self) {
        for client in self.clients.values_mut() {
            let mut buffer = [0; 4096];
            loop {
                match client.stream.read(&mut buffer) {
                    Ok(0) => client.is_closed = true,
                    Ok(length) => {
                        client.received.extend_from_slice(&buffer[..length]);
                        continue;
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(_) => client.is_closed = true,
                }
                break;
            }
        }
    }

    /// Returns the data that a client has received since the last call, escaped as ASCII text.
    fn take_received(&mut self, number: usize) -> String {
        let Some(client) = self.clients.get_mut(&number) else { return String::new() };
        let new = client.received[client.shown..].escape_ascii().to_string();
        client.shown = client.received.len();
        if client.is_closed { format!("{new} (closed)") } else { new }
    }
}
