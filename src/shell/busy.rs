//! A program that computes for long: its line tells how long already, and how to stop it.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use crate::markup::{Role, Style};
use crate::render::theme::Theme;

/// What takes less is not remarked upon.
const UNSEEN: Duration = Duration::from_secs(2);

/// Something that runs, from its line being entered to the next prompt.
#[derive(Debug)]
pub struct Busy {
    began: Instant,
    /// The second that the line shows; none while there is no line.
    shown: Option<u64>,
    /// Whether nothing that was written may be written over.
    plain: bool,
}

impl Busy {
    pub fn begin(plain: bool) -> Self {
        Busy { began: Instant::now(), shown: None, plain }
    }

    /// It still runs.
    ///
    /// # Errors
    /// Those of writing.
    pub fn look(&mut self, theme: Theme, style: Style) -> io::Result<()> {
        let seconds = self.began.elapsed().as_secs();
        if self.began.elapsed() < UNSEEN || self.shown == Some(seconds) || (self.plain && self.shown.is_some()) {
            return Ok(());
        }
        self.shown = Some(seconds);
        let dot = if style.ascii { "-" } else { "·" };
        let mut out = io::stdout().lock();
        if self.plain {
            writeln!(out, "It still runs. Ctrl-C stops it.")?;
        } else {
            let line = format!(" running for {seconds} s {dot} Ctrl-C stops it");
            write!(out, "\r\x1b[K{}", theme.paint(Role::Muted, &line))?;
        }
        out.flush()
    }

    /// Something else is to be written: its line goes.
    ///
    /// # Errors
    /// Those of writing.
    pub fn hide(&mut self) -> io::Result<()> {
        if self.shown.is_some() && !self.plain {
            self.shown = None;
            let mut out = io::stdout().lock();
            out.write_all(b"\r\x1b[K")?;
            out.flush()?;
        }
        Ok(())
    }

    /// How long it took, if that was long.
    pub fn took(&self) -> Option<String> {
        let took = self.began.elapsed();
        (took >= UNSEEN).then(|| format!("That took {:.1} s.", took.as_secs_f64()))
    }
}
