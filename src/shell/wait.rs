//! A wait that is looked on: what is waited for, how long still, and what can be done meanwhile.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use super::screen::Keys;
use crate::driver::{Interrupts, Woken};
use crate::markup::{Role, Style};
use crate::present::theme::Theme;
use crate::server::Server;

/// A wait shorter than this is not shown.
const UNSEEN: Duration = Duration::from_millis(300);

/// The key of Ctrl-D, where it is no end of input.
const CTRL_D: u8 = 4;

/// What ended a look, or a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Time has passed.
    Nothing,
    Interrupt,
    Enter,
    /// Ctrl-D, or the terminal has gone away.
    End,
}

/// A wait, from its first look to its end. Its line is gone when it is dropped.
#[derive(Debug)]
pub struct Wait {
    keys: Keys,
    began: Instant,
    /// Whether nothing that was written may be moved or written over.
    plain: bool,
    drawn: bool,
    typed: Vec<u8>,
}

impl Wait {
    /// # Errors
    /// Standard input is no terminal.
    pub fn begin(plain: bool) -> io::Result<Self> {
        Ok(Wait { keys: Keys::watch()?, began: Instant::now(), plain, drawn: false, typed: Vec::new() })
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
        match interrupts.wait_with_stdin(Duration::from_micros(limit_us.unsigned_abs()), port)? {
            Woken::Interrupt => {
                self.typed.extend(self.keys.typed()?);
                return Ok(Happened::Interrupt);
            }
            Woken::Nothing => return Ok(Happened::Nothing),
            Woken::Input => {}
        }
        let keys = self.keys.typed()?;
        if keys.is_empty() || (keys.contains(&CTRL_D) && self.typed.is_empty()) {
            return Ok(Happened::End);
        }
        match keys.iter().position(|key| matches!(key, b'\n' | b'\r')) {
            Some(at) => {
                self.typed.extend_from_slice(&keys[..at]);
                self.typed.extend_from_slice(&keys[at + 1..]);
                Ok(Happened::Enter)
            }
            None => {
                self.typed.extend(keys);
                Ok(Happened::Nothing)
            }
        }
    }

    /// What was typed besides, as text for the next prompt.
    pub fn typed(&mut self) -> String {
        let text = String::from_utf8_lossy(&std::mem::take(&mut self.typed)).into_owned();
        // Arrows and other keys that have no character begin with an escape.
        let text = text.split('\x1b').next().unwrap_or_default();
        text.chars().filter(|c| !c.is_control()).collect()
    }

    fn draw(&mut self, waits: &[String], left_us: Option<i64>, (theme, style): (Theme, Style)) -> io::Result<()> {
        if self.plain && self.drawn {
            return Ok(());
        }
        let line = wording(waits, left_us, style);
        let mut out = io::stdout().lock();
        if self.plain {
            writeln!(out, "{line}")?;
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
    let forms = [
        format!("{who}{long} {dot} Enter goes on as a second client {dot} Ctrl-C stops waiting"),
        format!("{who}{short} {dot} Enter: another client {dot} Ctrl-C: stop"),
        format!("{who}{short} {dot} Enter, Ctrl-C"),
    ];
    let fits = |form: &&String| style.plain || unicode_width::UnicodeWidthStr::width(form.as_str()) < style.width;
    match forms.iter().find(fits) {
        Some(form) => form.clone(),
        None => short.trim_start_matches(", ").to_owned() + &format!(" {dot} Enter, Ctrl-C"),
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
