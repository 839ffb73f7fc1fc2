//! A wait that is looked on: what is waited for, how long still, and what can be done meanwhile.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use super::screen::Lines;
use crate::driver::{Interrupts, WakeReason};
use crate::markup::{Role, Style, Text, layout, plain_text};
use crate::render::theme::Theme;
use redis_server::Server;

/// A wait shorter than this is not shown.
const UNSEEN: Duration = Duration::from_millis(300);

/// What ended a look, or a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Time has passed.
    Nothing,
    Interrupt,
    /// A line was entered, perhaps an empty one; it is still to be read.
    Enter,
    /// Ctrl-D, or the terminal has gone away.
    End,
}

/// A wait, from its first look to its end. Its line is gone when it is dropped.
#[derive(Debug)]
pub struct Wait {
    lines: Lines,
    began: Instant,
    /// Whether nothing that was written may be moved or written over.
    plain: bool,
    drawn: bool,
}

impl Wait {
    /// # Errors
    /// Standard input is no terminal.
    pub fn begin(plain: bool) -> io::Result<Self> {
        Ok(Wait { lines: Lines::watch()?, began: Instant::now(), plain, drawn: false })
    }

    /// Looks on, for a second or until something happens.
    ///
    /// # Errors
    /// Those of the terminal.
    pub fn look(
        &mut self,
        waits: &[String],
        left_us: Option<i64>,
        look: (Theme, Style),
        interrupts: &Interrupts,
        port: Option<&Server>,
    ) -> io::Result<Happened> {
        let unseen = UNSEEN.saturating_sub(self.began.elapsed());
        if unseen.is_zero() {
            self.draw(waits, left_us, look)?;
        }
        // The next moment at which the line says something else.
        let tick_us = match left_us {
            _ if !unseen.is_zero() => i64::try_from(unseen.as_micros()).unwrap_or(i64::MAX),
            Some(left_us) => (left_us - 1).rem_euclid(1_000_000) + 1,
            None => 1_000_000,
        };
        let limit_us = left_us.map_or(tick_us, |left_us| tick_us.min(left_us.max(0)));
        Ok(match interrupts.wait_with_stdin(Duration::from_micros(limit_us.unsigned_abs()), port)? {
            WakeReason::Interrupt => Happened::Interrupt,
            WakeReason::Other => Happened::Nothing,
            WakeReason::Input if self.lines.take_end()? => Happened::End,
            WakeReason::Input => Happened::Enter,
        })
    }

    fn draw(&mut self, waits: &[String], left_us: Option<i64>, (theme, style): (Theme, Style)) -> io::Result<()> {
        if self.plain && self.drawn {
            return Ok(());
        }
        let line = wording(waits, left_us, style);
        let mut out = io::stdout().lock();
        if self.plain {
            for line in layout(&Text::paragraph(Role::Muted, line), None, style) {
                writeln!(out, "{}", plain_text(&line))?;
            }
        } else {
            write!(out, "\r\x1b[K{}", theme.paint(Role::Muted, &line))?;
        }
        self.drawn = true;
        out.flush()
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if self.drawn && !self.plain {
            let mut out = io::stdout().lock();
            let _ = out.write_all(b"\r\x1b[K").and_then(|()| out.flush());
        }
    }
}

/// The line, in the longest form that fits.
fn wording(waits: &[String], left_us: Option<i64>, style: Style) -> String {
    let who = if waits.is_empty() { "waiting".to_owned() } else { waits.join("; ") };
    let left = left_us.map(|us| (us.max(0) + 999_999) / 1_000_000);
    let dot = if style.ascii { "-" } else { "·" };
    let long = left.map(|s| format!(", {s} s left")).unwrap_or_default();
    let short = left.map(|s| format!(", {s} s")).unwrap_or_default();
    let least = left.map_or_else(|| "waiting".to_owned(), |s| format!("{s} s"));
    let forms = [
        format!("{who}{long} {dot} Enter goes on as a second client {dot} Ctrl-C stops waiting"),
        format!("{who}{short} {dot} Enter: another client {dot} Ctrl-C: stop"),
        format!("waiting{short}: Enter goes on, Ctrl-C stops"),
        format!("{least}: Enter goes on, Ctrl-C stops"),
    ];
    let fits = |form: &&String| style.plain || unicode_width::UnicodeWidthStr::width(form.as_str()) < style.width;
    match forms.iter().find(fits) {
        Some(form) => form.clone(),
        None => format!("{least}: Enter, Ctrl-C"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_fits_the_terminal() {
        let waits = ["main waits for queue:tasks".to_owned()];
        let said =
            |width, left_us| wording(&waits, left_us, Style { width, ascii: false, plain: false, quoted: false });
        assert_eq!(
            said(100, Some(6_100_000)),
            "main waits for queue:tasks, 7 s left · Enter goes on as a second client · Ctrl-C stops waiting"
        );
        for width in [20, 40, 60, 80] {
            let line = said(width, Some(6_100_000));
            assert!(line.contains("7 s") && line.contains("Ctrl-C") && line.chars().count() < width, "{width}: {line}");
        }
        assert!(said(100, None).starts_with("main waits for queue:tasks · Enter"));
    }
}
