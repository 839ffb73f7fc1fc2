//! The indicator that shows how long a program has been running, and that Ctrl-C stops it.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use crate::markup::{Role, Style};
use crate::messages::shell as messages;
use crate::render::theme::Theme;

/// The running time after which a program's indicator is shown.
const SHOWN_AFTER: Duration = Duration::from_secs(2);

/// The indicator for one input, from the moment at which the input is entered until the next prompt.
#[derive(Debug)]
pub struct RunningIndicator {
    started: Instant,
    /// The number of seconds that the indicator shows, if it is on the screen.
    shown_seconds: Option<u64>,
    /// Whether the output is append-only.
    plain: bool,
}

impl RunningIndicator {
    pub fn new(plain: bool) -> Self {
        RunningIndicator { started: Instant::now(), shown_seconds: None, plain }
    }

    /// Redraws the indicator if it is out of date.
    ///
    /// # Errors
    /// Returns an error if standard output cannot be written.
    pub fn update(&mut self, theme: Theme, style: Style) -> io::Result<()> {
        let elapsed = self.started.elapsed();
        let seconds = elapsed.as_secs();
        if elapsed < SHOWN_AFTER || self.shown_seconds == Some(seconds) || (self.plain && self.shown_seconds.is_some())
        {
            return Ok(());
        }
        self.shown_seconds = Some(seconds);
        let dot = if style.ascii { "-" } else { "·" };
        let mut out = io::stdout().lock();
        if self.plain {
            writeln!(out, "{}", messages::still_running())?;
        } else {
            let line = messages::running_for(seconds, dot);
            write!(out, "\r\x1b[K{}", theme.paint(Role::Muted, &line))?;
        }
        out.flush()
    }

    /// Erases the indicator, so that other output can be written in its place.
    ///
    /// # Errors
    /// Returns an error if standard output cannot be written.
    pub fn hide(&mut self) -> io::Result<()> {
        if self.shown_seconds.is_some() && !self.plain {
            self.shown_seconds = None;
            let mut out = io::stdout().lock();
            out.write_all(b"\r\x1b[K")?;
            out.flush()?;
        }
        Ok(())
    }

    /// Returns a message that says how long the program ran, or `None` if it ran too briefly for an indicator.
    pub fn duration_message(&self) -> Option<String> {
        let elapsed = self.started.elapsed();
        (elapsed >= SHOWN_AFTER).then(|| messages::took(format_args!("{:.1}", elapsed.as_secs_f64())))
    }
}
