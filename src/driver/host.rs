//! Everything behind the prompt: the session, its Python child processes, and the server for TCP clients.
//!
//! All of it runs on one thread at a time: the driver's thread or, while the learner types, one of the front end's.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::children::{Children, MOST_COMPUTING, PythonCompleter, ReceiveOutcome, SILENCE, WaitConditions};
use super::rehearsal::{PendingRehearsal, RehearsalStart};
use super::{Interrupts, WakeReason};
use crate::messages::driver as messages;
use crate::session::Session;
use crate::session::event::{ChildId, Effect, Event, Need};
use redis_server::{ServeError, Server};

/// A session together with the processes, sockets and threads that perform its effects.
pub struct Host<'a> {
    session: &'a mut Session,
    pub(super) children: Children,
    /// The path of the executable whose hidden subcommand runs a Python child.
    python_executable: PathBuf,
    /// The server that `:serve` has started, if any.
    server: Option<Server>,
    /// Real time since the session began, in microseconds. `None` if there is no real-time clock, and the session's
    /// clock advances only through sleeps and waits.
    pub(super) real_elapsed_us: Option<i64>,
    /// The rehearsal of the open lesson's answers, until its result has been used.
    rehearsal: Option<PendingRehearsal>,
    /// The time limit of the session, which also applies to a rehearsal.
    pub(super) time_limit: Option<Duration>,
    pub(super) exit_status: i32,
}

impl<'a> Host<'a> {
    pub(super) fn new(session: &'a mut Session, python_executable: PathBuf) -> Self {
        let children = Children::default();
        Host {
            session,
            children,
            python_executable,
            server: None,
            real_elapsed_us: None,
            rehearsal: None,
            time_limit: None,
            exit_status: 0,
        }
    }

    /// Returns the session.
    pub fn session(&self) -> &Session {
        self.session
    }

    pub(super) fn session_mut(&mut self) -> &mut Session {
        self.session
    }

    /// Returns the session, and a completer for the names defined in the current client's Python process.
    pub fn session_and_completer(&mut self) -> (&Session, PythonCompleter<'_>) {
        let child = self.session.idle_python();
        (self.session, PythonCompleter { children: &mut self.children, child })
    }

    /// Performs the session's effects until there are no more. Effects that only a front end can perform are passed to
    /// `frontend`, which returns the resulting event, if any.
    ///
    /// # Errors
    /// Returns an error if `frontend` returns one, or if Python cannot be started.
    pub fn perform_effects(&mut self, mut frontend: impl FnMut(Effect) -> io::Result<Option<Event>>) -> io::Result<()> {
        loop {
            let effects = self.session.take_effects();
            if effects.is_empty() {
                return Ok(());
            }
            let mut events = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Spawn(child) => self.children.spawn(child, &self.python_executable)?,
                    Effect::Send { child, thread, frame } => self.children.send(child, thread, &frame),
                    Effect::Interrupt(child) => self.children.interrupt(child),
                    Effect::Kill(child) => self.children.kill(child),
                    Effect::OpenPort(port) => events.push(Event::PortOpened(self.start_server(port))),
                    Effect::ClosePort => self.stop_server(),
                    Effect::Rehearse(lesson) => {
                        let is_interactive = self.real_elapsed_us.is_some();
                        let start = if is_interactive { RehearsalStart::Soon } else { RehearsalStart::OnDemand };
                        self.rehearsal =
                            Some(PendingRehearsal::new(lesson, self.python_executable.clone(), start, self.time_limit));
                    }
                    Effect::Leave(status) => self.exit_status = status,
                    effect => events.extend(frontend(effect)?),
                }
            }
            events.into_iter().for_each(|event| self.session.handle(event));
        }
    }

    /// Advances the session while the learner types. Handles at most one event, and returns when the session may have
    /// effects to perform or `wake` is raised. The caller then performs the effects and calls this method again.
    ///
    /// # Errors
    /// Returns an error if waiting fails.
    pub fn advance(&mut self, real_elapsed_us: i64, wake: &Interrupts) -> io::Result<AdvanceOutcome> {
        self.real_elapsed_us = Some(real_elapsed_us);
        if !matches!(self.session.need(), Need::Frame { .. }) {
            self.session.handle(Event::Elapsed { us: real_elapsed_us });
        }
        self.serve_real_clients()?;
        if self.session.has_effects() {
            return Ok(AdvanceOutcome::Advanced);
        }
        let event = match self.session.need() {
            Need::Frame { child, deadline_us, is_main_idle } => {
                match self.read_frame(child, deadline_us, is_main_idle, None, Some(wake))? {
                    ReadOutcome::Event(event) => event,
                    ReadOutcome::Interrupt => return Ok(AdvanceOutcome::Woken),
                    ReadOutcome::NoFrame => return Ok(AdvanceOutcome::Advanced),
                }
            }
            Need::Rehearsal => self.finish_rehearsal(),
            Need::Line(_) | Need::Time { .. } | Need::Nothing => {
                let limit = self.time_until_deadline(self.session.next_deadline_us());
                return Ok(match wake.wait(limit, self.server())? {
                    WakeReason::Interrupt => AdvanceOutcome::Woken,
                    WakeReason::Input | WakeReason::Other => AdvanceOutcome::Advanced,
                });
            }
        };
        self.session.handle(event);
        Ok(AdvanceOutcome::Advanced)
    }

    /// Waits until the rehearsal has ended, and returns its result as an event.
    pub(super) fn finish_rehearsal(&mut self) -> Event {
        Event::Rehearsed(self.rehearsal.take().map(PendingRehearsal::wait).unwrap_or_default())
    }

    /// Waits for the frame that the session needs ([`Need::Frame`]), but no longer than `wake_after`.
    pub(super) fn read_frame(
        &mut self,
        child: ChildId,
        deadline_us: Option<i64>,
        is_main_idle: bool,
        wake_after: Option<Duration>,
        interrupts: Option<&Interrupts>,
    ) -> io::Result<ReadOutcome> {
        let silence = deadline_us.is_some().then_some(SILENCE);
        let limit = self.server().and_then(|_| self.time_until_deadline(None)).into_iter().chain(wake_after).min();
        let server = self.server.as_ref().filter(|_| self.session.can_lend_engine());
        let most_computing = is_main_idle.then_some(MOST_COMPUTING);
        let conditions = WaitConditions { silence, most_computing, limit, interrupts, server };
        Ok(match self.children.receive(child, &conditions)? {
            ReceiveOutcome::Frame(thread, frame) => ReadOutcome::Event(Event::Frame { child, thread, frame }),
            ReceiveOutcome::Exited(end) => {
                if let Some(end) = end {
                    self.session.note_python_end(child, end);
                }
                ReadOutcome::Event(Event::ChildGone(child))
            }
            // If there is a real-time clock, its time is reported. Otherwise, the session's clock jumps to the
            // deadline.
            ReceiveOutcome::Silence | ReceiveOutcome::Computing => {
                ReadOutcome::Event(self.real_elapsed_us.map_or(Event::SkipWait, |us| Event::Elapsed { us }))
            }
            ReceiveOutcome::Interrupt => ReadOutcome::Interrupt,
            ReceiveOutcome::Other => ReadOutcome::NoFrame,
        })
    }

    /// Returns the time until the earliest of `deadline_us`, the engine's next deadline and the server's next deadline.
    /// Returns zero if the server is busy, and `None` if there is no deadline.
    fn time_until_deadline(&self, deadline_us: Option<i64>) -> Option<Duration> {
        if self.server().is_some_and(Server::is_busy) {
            return Some(Duration::ZERO);
        }
        let engine_deadline_us = self.session.engine().next_deadline().map(|at_ms| at_ms.saturating_mul(1000));
        let server_deadline_us = self.server().and_then(Server::next_deadline_us);
        let at_us = [deadline_us, engine_deadline_us, server_deadline_us].into_iter().flatten().min()?;
        Some(Duration::from_micros(at_us.saturating_sub(self.session.now_us()).max(0).unsigned_abs()))
    }

    /// Returns the server if it is running and its clients may run commands now, and `None` otherwise. While there is a
    /// server, a wait must also end when one of its clients sends data.
    pub fn server(&self) -> Option<&Server> {
        self.server.as_ref().filter(|_| self.session.can_lend_engine())
    }

    /// Runs the commands that TCP clients have sent, and sends their replies.
    pub(super) fn serve_real_clients(&mut self) -> io::Result<()> {
        let (Some(server), Some(elapsed_us)) = (&mut self.server, self.real_elapsed_us) else { return Ok(()) };
        self.session.with_engine(elapsed_us, |engine, now_us| server.handle_ready(engine, now_us)).unwrap_or(Ok(()))
    }

    /// Starts the server on a port, and returns the port. If the server cannot be started, returns the reason as a
    /// message for the learner.
    fn start_server(&mut self, port: u16) -> Result<u16, String> {
        if self.real_elapsed_us.is_none() {
            return Err(messages::serve_needs_a_terminal());
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let server = Server::listen(address, self.session.engine_mut()).map_err(|error| match error {
            ServeError::PortInUse(_) => messages::port_in_use(port, port.checked_add(1).unwrap_or(6380)),
            ServeError::PortReserved(_) => messages::port_reserved(port),
            error => messages::port_not_opened(port, error),
        })?;
        self.server = Some(server);
        Ok(port)
    }

    fn stop_server(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.close(self.session.engine_mut());
        }
    }
}

/// The reason why `Host::advance` returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdvanceOutcome {
    /// An event was handled, time has passed, or there are effects to perform.
    Advanced,
    /// The `wake` interrupt was raised.
    Woken,
}

/// The event that ended the wait for a child's frame.
pub(super) enum ReadOutcome {
    Event(Event),
    Interrupt,
    /// The child has not sent a frame. Either a TCP client has sent data, or the time limit was reached.
    NoFrame,
}
