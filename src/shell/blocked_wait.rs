//! The line on the screen while clients are blocked. It shows what each client waits for, and which keys end the wait.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use super::terminal_modes::LineInput;
use crate::driver::{Interrupts, WakeReason};
use crate::markup::{DisplayWidth as _, Role, Style, Text, layout, plain_text, visible};
use crate::messages::shell as messages;
use crate::render::theme::Theme;
use redis_server::Server;

/// The duration after which a wait is shown. Shorter waits have no line on the screen.
const SHOWN_AFTER: Duration = Duration::from_millis(300);

/// The event that ended a call to [`BlockedWait::poll`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitEvent {
    TimePassed,
    Interrupt,
    /// The user entered a line, which may be empty. The line has not been read yet.
    Enter,
    /// Ctrl-D was pressed, or the terminal was closed.
    EndOfInput,
}

/// A wait for blocked clients, shown as a line on the terminal. The line is erased when this value is dropped.
#[derive(Debug)]
pub struct BlockedWait {
    input: LineInput,
    started: Instant,
    /// Whether the output is append-only, so that no line is redrawn.
    plain: bool,
    is_drawn: bool,
}

impl BlockedWait {
    /// Sets up the terminal for a wait.
    ///
    /// # Errors
    /// Returns an error if standard input is not a terminal.
    pub fn new(plain: bool) -> io::Result<Self> {
        Ok(BlockedWait { input: LineInput::new()?, started: Instant::now(), plain, is_drawn: false })
    }

    /// Waits for an event, but only until the line has to be redrawn. `clients` says what each client waits for, and
    /// `left_us` is the time until the first of them times out.
    ///
    /// # Errors
    /// Returns an error if the terminal cannot be read or written.
    pub fn poll(
        &mut self,
        clients: &[String],
        left_us: Option<i64>,
        theme_and_style: (Theme, Style),
        interrupts: &Interrupts,
        port: Option<&Server>,
    ) -> io::Result<WaitEvent> {
        let until_shown = SHOWN_AFTER.saturating_sub(self.started.elapsed());
        if until_shown.is_zero() {
            self.draw(clients, left_us, theme_and_style)?;
        }
        // The time until the line must be drawn for the first time, or until the number of seconds on it changes.
        let tick_us = match left_us {
            _ if !until_shown.is_zero() => i64::try_from(until_shown.as_micros()).unwrap_or(i64::MAX),
            Some(left_us) => (left_us - 1).rem_euclid(1_000_000) + 1,
            None => 1_000_000,
        };
        let limit_us = left_us.map_or(tick_us, |left_us| tick_us.min(left_us.max(0)));
        Ok(match interrupts.wait_with_stdin(Duration::from_micros(limit_us.unsigned_abs()), port)? {
            WakeReason::Interrupt => WaitEvent::Interrupt,
            WakeReason::Other => WaitEvent::TimePassed,
            WakeReason::Input if self.input.take_end_of_input()? => WaitEvent::EndOfInput,
            WakeReason::Input => WaitEvent::Enter,
        })
    }

    fn draw(&mut self, clients: &[String], left_us: Option<i64>, (theme, style): (Theme, Style)) -> io::Result<()> {
        if self.plain && self.is_drawn {
            return Ok(());
        }
        let line = wait_line(clients, left_us, style);
        let mut out = io::stdout().lock();
        if self.plain {
            for line in layout(&Text::paragraph(Role::Muted, line), None, style) {
                writeln!(out, "{}", visible(&plain_text(&line)))?;
            }
        } else {
            write!(out, "\r\x1b[K{}", theme.paint(Role::Muted, &line))?;
        }
        self.is_drawn = true;
        out.flush()
    }
}

impl Drop for BlockedWait {
    fn drop(&mut self) {
        if self.is_drawn && !self.plain {
            let mut out = io::stdout().lock();
            let _ = out.write_all(b"\r\x1b[K").and_then(|()| out.flush());
        }
    }
}

/// Returns the longest form of the line that fits in the terminal.
fn wait_line(clients: &[String], left_us: Option<i64>, style: Style) -> String {
    let subject = if clients.is_empty() { messages::waiting() } else { clients.join("; ") };
    let seconds = left_us.map(|us| (us.max(0) + 999_999) / 1_000_000);
    let dot = if style.ascii { "-" } else { "·" };
    let left = seconds.map(messages::seconds_left).unwrap_or_default();
    let left_short = seconds.map(messages::seconds_left_short).unwrap_or_default();
    let seconds_alone = seconds.map_or_else(messages::waiting, messages::seconds);
    let forms = [
        messages::wait_long(&subject, left, dot),
        messages::wait_medium(&subject, &left_short, dot),
        messages::wait_short(messages::waiting() + &left_short),
        messages::wait_short(&seconds_alone),
    ];
    let fits = |form: &String| style.plain || form.width() < style.width;
    forms.into_iter().find(fits).unwrap_or_else(|| messages::wait_shortest(seconds_alone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_fits_the_terminal() {
        let clients = ["main waits for queue:tasks".to_owned()];
        let line_of =
            |width, left_us| wait_line(&clients, left_us, Style { width, ascii: false, plain: false, quoted: false });
        assert_eq!(
            line_of(100, Some(6_100_000)),
            "main waits for queue:tasks, 7 s left · Enter goes on as a second client · Ctrl-C stops waiting"
        );
        for width in [20, 40, 60, 80] {
            let line = line_of(width, Some(6_100_000));
            assert!(line.contains("7 s") && line.contains("Ctrl-C") && line.chars().count() < width, "{width}: {line}");
        }
        assert!(line_of(100, None).starts_with("main waits for queue:tasks · Enter"));
    }

    #[test]
    fn hidden_characters_count_with_the_width_at_which_they_are_shown() {
        let clients = [format!("main waits for {}", "\x1b".repeat(8))];
        let style = Style { width: 90, ascii: false, plain: false, quoted: false };
        let shown = Theme::Plain.paint(Role::Muted, &wait_line(&clients, None, style));
        assert!(shown.contains(r"\x1b\x1b") && shown.width() < 90, "{shown}");
    }
}
