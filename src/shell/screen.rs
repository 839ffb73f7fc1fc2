//! The terminal itself: its width, its modes, and how it is left when the program ends in a hurry.

#[cfg(unix)]
pub use unix::{Keys, Lines, Modes, height, width};

#[cfg(not(unix))]
pub use elsewhere::{Keys, Lines, Modes, height, width};

/// Who makes lines of what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A line editor, of keys.
    Editor,
    /// The terminal, and nothing on it is ever drawn again.
    Terminal,
}

/// The exit status after a panic, as everywhere in Rust.
const PANICKED: i32 = 101;

#[cfg(unix)]
mod unix {
    use std::io::{self, Write as _};
    use std::panic::PanicHookInfo;
    use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
    use std::sync::{Arc, OnceLock};
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Signal, kill_current_process_group};
    use rustix::termios::{
        InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
    };
    use signal_hook::consts::{SIGHUP, SIGTERM};
    use signal_hook::iterator::Signals;

    use super::{PANICKED, Reader};

    /// Ends bracketed paste, and shows the cursor: what a line editor may have changed.
    const AS_BEFORE: &[u8] = b"\x1b[?2004l\x1b[?25h\r\n";

    /// An escape that nothing follows for so long is the key of that name.
    const ESCAPE: Duration = Duration::from_millis(50);

    /// The terminal's modes when the program began, and who makes lines of what is typed since then.
    static BEFORE: OnceLock<(Termios, Reader)> = OnceLock::new();

    /// The columns of the terminal.
    pub fn width() -> Option<usize> {
        let size = tcgetwinsize(io::stdout()).ok()?;
        (size.ws_col > 0).then_some(size.ws_col.into())
    }

    /// The rows of the terminal.
    pub fn height() -> Option<usize> {
        let size = tcgetwinsize(io::stdout()).ok()?;
        (size.ws_row > 0).then_some(size.ws_row.into())
    }

    /// Sets the terminal's modes as they were.
    fn restore() {
        if let Some((before, _)) = BEFORE.get() {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }

    /// The same, from the midst of a line.
    fn restore_in_a_hurry() {
        restore();
        if let Some((_, Reader::Editor)) = BEFORE.get() {
            let _ = rustix::io::write(io::stdout(), AS_BEFORE);
        }
    }

    fn end_in_a_hurry(signal: i32) -> ! {
        restore_in_a_hurry();
        std::process::exit(128 + signal)
    }

    /// What becomes of the terminal between two prompts, and when the program ends in a hurry.
    #[derive(Debug)]
    pub struct Modes {
        /// Whether a prompt is being typed at: nobody else hears then that the program is to end.
        at_prompt: Arc<AtomicBool>,
        /// The signal that ends the program; 0: none has come.
        ended: Arc<AtomicI32>,
    }

    impl Modes {
        /// Remembers the terminal's modes, to set them again when the program ends: by itself, by a panic, or as it is
        /// told to. `wake` is called when it is told to end while no prompt is typed at; `report` tells of a panic.
        ///
        /// # Errors
        /// Standard input is no terminal; signals cannot be listened for.
        pub fn keep(
            reader: Reader,
            wake: impl Fn() + Send + 'static,
            report: impl Fn(&PanicHookInfo<'_>) -> String + Send + Sync + 'static,
        ) -> io::Result<Self> {
            let _ = BEFORE.set((tcgetattr(io::stdin())?, reader));
            let modes = Modes { at_prompt: Arc::default(), ended: Arc::default() };
            modes.between()?;
            let (at_prompt, ended) = (modes.at_prompt.clone(), modes.ended.clone());
            let mut signals = Signals::new([SIGTERM, SIGHUP])?;
            std::thread::Builder::new().name("signals".into()).spawn(move || {
                for signal in &mut signals {
                    ended.store(signal, Ordering::SeqCst);
                    if at_prompt.load(Ordering::SeqCst) {
                        end_in_a_hurry(signal);
                    }
                    wake();
                }
            })?;
            // No other thread could trust what is left, and one that reads keys would not hear of it.
            std::panic::set_hook(Box::new(move |panic| {
                restore_in_a_hurry();
                let _ = writeln!(io::stderr(), "{}", report(panic));
                std::process::exit(PANICKED);
            }));
            Ok(modes)
        }

        /// Sets the modes for the time between two prompts. What is typed ahead stays as it is typed, for the editor,
        /// which shows it in its time: Ctrl-D as well, which else would be a NUL by then.
        ///
        /// # Errors
        /// The terminal has gone away.
        pub fn between(&self) -> io::Result<()> {
            let Some((before, reader)) = BEFORE.get() else { return Ok(()) };
            let mut modes = before.clone();
            match reader {
                // A `^C` echoed by the terminal would stand in the way of what comes next.
                Reader::Terminal => modes.local_modes -= LocalModes::ECHOCTL,
                Reader::Editor => {
                    modes.local_modes -= LocalModes::ECHO | LocalModes::IEXTEN;
                    modes.local_modes |= LocalModes::ICANON | LocalModes::ISIG;
                    modes.input_modes |= InputModes::ICRNL;
                    // Signals are looked for first, so that no key is the end of input.
                    modes.special_codes[SpecialCodeIndex::VEOF] = modes.special_codes[SpecialCodeIndex::VQUIT];
                }
            }
            Ok(tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?)
        }

        /// Lets another program have the terminal as it was before.
        ///
        /// # Errors
        /// The terminal has gone away.
        pub fn lend<T>(&self, to: impl FnOnce() -> T) -> io::Result<T> {
            restore();
            let done = to();
            self.between().map(|()| done)
        }

        /// Suspends the program, as Ctrl-Z does; it goes on from here.
        ///
        /// # Errors
        /// The terminal has gone away.
        pub fn suspend(&self) -> io::Result<()> {
            self.lend(|| kill_current_process_group(Signal::TSTP))?.map_err(io::Error::from)
        }

        /// A prompt is typed at, or no longer.
        pub fn at_prompt(&self, is_typed_at: bool) {
            self.at_prompt.store(is_typed_at, Ordering::SeqCst);
            let signal = self.ended.load(Ordering::SeqCst);
            if is_typed_at && signal != 0 {
                end_in_a_hurry(signal);
            }
        }

        /// The exit status, if the program was told to end.
        pub fn ended(&self) -> Option<i32> {
            let signal = self.ended.load(Ordering::SeqCst);
            (signal != 0).then_some(128 + signal)
        }
    }

    impl Drop for Modes {
        fn drop(&mut self) {
            restore();
        }
    }

    /// While it stands, keys are seen one by one and not echoed; Ctrl-C still interrupts.
    #[derive(Debug)]
    pub struct Keys {
        before: Termios,
    }

    impl Keys {
        /// # Errors
        /// Standard input is no terminal.
        pub fn watch() -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut modes = before.clone();
            modes.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
            // Ctrl-C loses nothing that was typed before it.
            modes.local_modes |= LocalModes::NOFLSH;
            modes.special_codes[SpecialCodeIndex::VMIN] = 1;
            modes.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?;
            Ok(Keys { before })
        }

        /// The same, and Ctrl-C is a key like others.
        ///
        /// # Errors
        /// Standard input is no terminal.
        pub fn watch_all() -> io::Result<Self> {
            let keys = Self::watch()?;
            let mut modes = tcgetattr(io::stdin())?;
            modes.local_modes -= LocalModes::ISIG | LocalModes::IEXTEN;
            tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?;
            Ok(keys)
        }

        /// Whether a key comes within that time.
        ///
        /// # Errors
        /// Those of waiting.
        pub fn comes_within(&self, limit: Duration) -> io::Result<bool> {
            let limit = Timespec::try_from(limit).ok();
            match poll(&mut [PollFd::new(&io::stdin(), PollFlags::IN)], limit.as_ref()) {
                Ok(ready) => Ok(ready > 0),
                Err(rustix::io::Errno::INTR) => Ok(false),
                Err(error) => Err(error.into()),
            }
        }

        /// Waits for the next key, as its bytes; none: the terminal has gone away. What was typed behind it stays for
        /// whoever reads next.
        ///
        /// # Errors
        /// Those of reading.
        pub fn next(&self) -> io::Result<Vec<u8>> {
            let mut key = Vec::new();
            loop {
                let mut byte = [0];
                if rustix::io::retry_on_intr(|| rustix::io::read(io::stdin(), &mut byte))? == 0 {
                    return Ok(Vec::new());
                }
                key.push(byte[0]);
                if is_whole(&key) || (key == b"\x1b" && !self.comes_within(ESCAPE)?) {
                    return Ok(key);
                }
            }
        }
    }

    /// Whether these bytes are a key, and not the beginning of one.
    fn is_whole(bytes: &[u8]) -> bool {
        match *bytes {
            [] | [0x1b] | [0x1b, b'[' | b'O'] => false,
            [0x1b, b'[', .., last] => (0x40..=0x7e).contains(&last),
            [0x1b, ..] => true,
            [first, ..] => bytes.len() >= first.leading_ones() as usize,
        }
    }

    impl Drop for Keys {
        fn drop(&mut self) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
        }
    }

    /// While it stands, lines are typed unseen and read by nobody: input is there once one was entered, and stays for
    /// whoever reads next. Ctrl-C interrupts, and loses nothing.
    #[derive(Debug)]
    pub struct Lines {
        before: Termios,
    }

    impl Lines {
        /// # Errors
        /// Standard input is no terminal.
        pub fn watch() -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut modes = before.clone();
            modes.local_modes -= LocalModes::ECHO;
            modes.local_modes |= LocalModes::NOFLSH;
            if let Some((first, _)) = BEFORE.get() {
                modes.special_codes[SpecialCodeIndex::VEOF] = first.special_codes[SpecialCodeIndex::VEOF];
            }
            tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?;
            Ok(Lines { before })
        }

        /// Input is there: takes it if it is Ctrl-D alone, or the end of a terminal that has gone away.
        ///
        /// # Errors
        /// None that is known.
        pub fn take_end(&self) -> io::Result<bool> {
            if rustix::io::ioctl_fionread(io::stdin()).is_ok_and(|bytes| bytes > 0) {
                return Ok(false);
            }
            // Nothing is read here but the end itself.
            let _ = rustix::io::read(io::stdin(), &mut [0; 1]);
            Ok(true)
        }
    }

    impl Drop for Lines {
        fn drop(&mut self) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_key_is_whole_with_its_last_byte() {
            for key in ["a", "\r", "\x03", "é", "→", "\x1b[A", "\x1bOA", "\x1b[1;5D", "\x1b[200~", "\x1bx"] {
                let bytes = key.as_bytes();
                assert!(is_whole(bytes), "{key:?}");
                assert!((0..bytes.len()).all(|end| !is_whole(&bytes[..end])), "{key:?}");
            }
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io::{self, Write as _};
    use std::panic::PanicHookInfo;
    use std::time::Duration;

    use super::{PANICKED, Reader};

    /// The columns are not known without a call of the platform's; texts are laid out for a usual width.
    pub fn width() -> Option<usize> {
        None
    }

    /// Nor are the rows.
    pub fn height() -> Option<usize> {
        None
    }

    /// The line editor sets the console right by itself.
    #[derive(Debug)]
    pub struct Modes;

    impl Modes {
        /// # Errors
        /// None.
        pub fn keep(
            _reader: Reader,
            _wake: impl Fn() + Send + 'static,
            report: impl Fn(&PanicHookInfo<'_>) -> String + Send + Sync + 'static,
        ) -> io::Result<Self> {
            std::panic::set_hook(Box::new(move |panic| {
                let _ = writeln!(io::stderr(), "\n{}", report(panic));
                std::process::exit(PANICKED);
            }));
            Ok(Modes)
        }

        /// # Errors
        /// None.
        pub fn between(&self) -> io::Result<()> {
            Ok(())
        }

        /// # Errors
        /// None.
        pub fn lend<T>(&self, to: impl FnOnce() -> T) -> io::Result<T> {
            Ok(to())
        }

        /// Programs cannot be suspended.
        ///
        /// # Errors
        /// None.
        pub fn suspend(&self) -> io::Result<()> {
            Ok(())
        }

        pub fn at_prompt(&self, _is_typed_at: bool) {}

        pub fn ended(&self) -> Option<i32> {
            None
        }
    }

    /// Keys cannot be seen one by one.
    #[derive(Debug)]
    pub struct Keys;

    impl Keys {
        /// # Errors
        /// None.
        pub fn watch() -> io::Result<Self> {
            Ok(Keys)
        }

        /// # Errors
        /// Always: a list of numbers takes its place.
        pub fn watch_all() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        /// # Errors
        /// None.
        pub fn comes_within(&self, _limit: Duration) -> io::Result<bool> {
            Ok(false)
        }

        /// # Errors
        /// None.
        pub fn next(&self) -> io::Result<Vec<u8>> {
            Ok(Vec::new())
        }
    }

    /// Nor is it seen that a line was entered.
    #[derive(Debug)]
    pub struct Lines;

    impl Lines {
        /// # Errors
        /// None.
        pub fn watch() -> io::Result<Self> {
            Ok(Lines)
        }

        /// # Errors
        /// None.
        pub fn take_end(&self) -> io::Result<bool> {
            Ok(false)
        }
    }
}
