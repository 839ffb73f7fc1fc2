//! What moves behind the prompt: the session, its Python children, and real clients at an open port.
//!
//! All of it happens on one thread at a time: the driver's, or, while somebody types, the one that the frontend lends it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::children::{Children, Names, Received, SILENCE, Until};
use super::rehearse::{Begins, Pending};
use super::{Interrupts, Woken};
use crate::session::Session;
use crate::session::event::{ChildId, Effect, Event, Need};
use redis_server::{ServeError, Server};

/// A session, and what it does not do itself.
pub struct Host<'a> {
    session: &'a mut Session,
    pub(super) children: Children,
    /// The program whose hidden subcommand is a Python child.
    program: PathBuf,
    /// Where real clients come in.
    port: Option<Server>,
    /// Real time since the session began, in microseconds; none where the clock moves by waits alone.
    pub(super) elapsed_us: Option<i64>,
    /// The answers of the lesson that is open, gone through beside it.
    rehearsal: Option<Pending>,
    /// The exit status.
    pub(super) status: i32,
}

impl<'a> Host<'a> {
    pub(super) fn new(session: &'a mut Session, program: PathBuf) -> Self {
        let children = Children::default();
        Host { session, children, program, port: None, elapsed_us: None, rehearsal: None, status: 0 }
    }

    pub fn session(&self) -> &Session {
        self.session
    }

    pub(super) fn session_mut(&mut self) -> &mut Session {
        self.session
    }

    /// The session, and a way to ask the Python at the prompt for names.
    pub fn look(&mut self) -> (&Session, Names<'_>) {
        let child = self.session.idle_python();
        (self.session, Names { children: &mut self.children, child })
    }

    /// Performs what the session wants done; what only a frontend can do, `watch` does, and tells what came of it.
    ///
    /// # Errors
    /// Those of `watch`; a Python that cannot be started.
    pub fn perform(&mut self, mut watch: impl FnMut(Effect) -> io::Result<Option<Event>>) -> io::Result<()> {
        loop {
            let effects = self.session.take_effects();
            if effects.is_empty() {
                return Ok(());
            }
            let mut events = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Spawn(child) => self.children.spawn(child, &self.program)?,
                    Effect::Send { child, thread, frame } => self.children.send(child, thread, &frame),
                    Effect::Interrupt(child) => self.children.interrupt(child),
                    Effect::Kill(child) => self.children.kill(child),
                    Effect::OpenPort(port) => events.push(Event::PortOpened(self.open_port(port))),
                    Effect::ClosePort => self.close_port(),
                    Effect::Rehearse(lesson) => {
                        let begins = if self.elapsed_us.is_some() { Begins::Soon } else { Begins::WhenNeeded };
                        self.rehearsal = Some(Pending::new(lesson, self.program.clone(), begins));
                    }
                    Effect::Leave(status) => self.status = status,
                    effect => events.extend(watch(effect)?),
                }
            }
            events.into_iter().for_each(|event| self.session.handle(event));
        }
    }

    /// Goes on while somebody types, until there is something to perform, or somebody knocks.
    ///
    /// # Errors
    /// Those of waiting.
    pub fn go_on(&mut self, elapsed_us: i64, wake: &Interrupts) -> io::Result<WaitOutcome> {
        self.elapsed_us = Some(elapsed_us);
        if !matches!(self.session.need(), Need::Frame { .. }) {
            self.session.handle(Event::Elapsed { us: elapsed_us });
        }
        self.attend_real_clients()?;
        if self.session.has_effects() {
            return Ok(WaitOutcome::On);
        }
        let event = match self.session.need() {
            Need::Frame { child, deadline_us } => match self.hear(child, deadline_us, None, Some(wake))? {
                ReadOutcome::Event(event) => event,
                ReadOutcome::Interrupt => return Ok(WaitOutcome::Wake),
                ReadOutcome::Nothing => return Ok(WaitOutcome::On),
            },
            Need::Rehearsal => self.rehearsed(),
            Need::Line(_) | Need::Time { .. } | Need::Nothing => {
                match wake.wait(self.left(self.session.next_deadline_us()), self.port())? {
                    Woken::Interrupt => return Ok(WaitOutcome::Wake),
                    // Time has passed.
                    Woken::Input | Woken::Nothing => return Ok(WaitOutcome::On),
                }
            }
        };
        self.session.handle(event);
        Ok(WaitOutcome::On)
    }

    /// Waits for the end of the rehearsal.
    pub(super) fn rehearsed(&mut self) -> Event {
        Event::Rehearsed(self.rehearsal.take().map(Pending::wait).unwrap_or_default())
    }

    /// Waits for a child's frame.
    pub(super) fn hear(
        &mut self,
        child: ChildId,
        deadline_us: Option<i64>,
        look_every: Option<Duration>,
        interrupts: Option<&Interrupts>,
    ) -> io::Result<ReadOutcome> {
        let silence = deadline_us.is_some().then_some(SILENCE);
        let limit = self.port().and_then(|_| self.left(None)).into_iter().chain(look_every).min();
        let port = self.port.as_ref().filter(|_| self.session.lets_in());
        let until = Until { silence, limit, interrupts, port };
        Ok(match self.children.receive(child, &until)? {
            Received::Frame(thread, frame) => ReadOutcome::Event(Event::Frame { child, thread, frame }),
            Received::Gone => ReadOutcome::Event(Event::ChildGone(child)),
            // Where time is real, it passes by itself.
            Received::Silence => {
                ReadOutcome::Event(self.elapsed_us.map_or(Event::SkipWait, |us| Event::Elapsed { us }))
            }
            Received::Interrupt => ReadOutcome::Interrupt,
            Received::Nothing => ReadOutcome::Nothing,
        })
    }

    /// How long nothing happens by itself; none: for ever.
    fn left(&self, deadline_us: Option<i64>) -> Option<Duration> {
        if self.port().is_some_and(Server::is_busy) {
            return Some(Duration::ZERO);
        }
        let engine = self.session.engine();
        let of_engine = engine.next_deadline().map(|at_ms| at_ms.saturating_mul(1000));
        let at_us = [deadline_us, of_engine].into_iter().flatten().min()?;
        Some(Duration::from_micros(at_us.saturating_sub(self.session.now_us()).max(0).unsigned_abs()))
    }

    /// What wakes a wait besides: something that a real client sent.
    pub fn port(&self) -> Option<&Server> {
        self.port.as_ref().filter(|_| self.session.lets_in())
    }

    /// Runs what real clients have sent, and sends what they are told.
    pub(super) fn attend_real_clients(&mut self) -> io::Result<()> {
        let (Some(server), Some(elapsed_us)) = (&mut self.port, self.elapsed_us) else { return Ok(()) };
        self.session.let_in(elapsed_us, |engine, now_us| server.handle_ready(engine, now_us)).unwrap_or(Ok(()))
    }

    /// Opens a port, or tells in a sentence why not.
    fn open_port(&mut self, port: u16) -> Result<u16, String> {
        if self.elapsed_us.is_none() {
            return Err("`:serve` needs somebody at a terminal: here, nobody waits for other windows.".into());
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let server = Server::listen(address, self.session.lend()).map_err(|error| match error {
            ServeError::PortInUse(_) => format!(
                "Port {port} is in use, perhaps by a Redis of this machine: try another, such as `:serve {}`.",
                port.checked_add(1).unwrap_or(6380)
            ),
            ServeError::PortReserved(_) => {
                format!("The system keeps port {port} for itself: try one above 1023, such as `:serve 6379`.")
            }
            error => format!("Port {port} cannot be opened: {error}."),
        })?;
        self.port = Some(server);
        Ok(port)
    }

    fn close_port(&mut self) {
        if let Some(mut server) = self.port.take() {
            server.close(self.session.lend());
        }
    }
}

/// What going on came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitOutcome {
    On,
    /// Somebody knocked.
    Wake,
}

/// What came while a child was waited for.
pub(super) enum ReadOutcome {
    Event(Event),
    Interrupt,
    /// Nothing of the child's: a real client wants something, or time has passed.
    Nothing,
}
