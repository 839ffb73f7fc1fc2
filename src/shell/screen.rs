//! The terminal itself: its width, its modes, and how it is left when the program ends in a hurry.

#[cfg(unix)]
pub use unix::{Keys, Modes, height, width};

#[cfg(not(unix))]
pub use elsewhere::{Keys, Modes, height, width};

#[cfg(unix)]
mod unix {
    use std::io::{self, Write as _};
    use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
    use std::sync::{Arc, OnceLock};

    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGTERM};
    use signal_hook::iterator::Signals;

    /// Ends bracketed paste, and shows the cursor: what a line editor may have changed.
    const AS_BEFORE: &[u8] = b"\x1b[?2004l\x1b[?25h\r\n";

    /// The terminal's modes when the program began.
    static BEFORE: OnceLock<Termios> = OnceLock::new();

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
        if let Some(before) = BEFORE.get() {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }

    /// The same, from the midst of a line.
    fn restore_in_a_hurry() {
        restore();
        let _ = rustix::io::write(io::stdout(), AS_BEFORE);
    }

    /// What becomes of the terminal when the program ends in a hurry.
    #[derive(Debug)]
    pub struct Modes {
        /// Whether a prompt is being typed at: nobody else hears then that the program is to end.
        at_prompt: Arc<AtomicBool>,
        /// The signal that ends the program; 0: none has come.
        ended: Arc<AtomicI32>,
    }

    impl Modes {
        /// Remembers the terminal's modes, to set them again if the program panics or is told to end. `wake` is called
        /// when it is told to end while no prompt is typed at; `last_words` follow a panic's message.
        ///
        /// # Errors
        /// Standard input is no terminal; signals cannot be listened for.
        pub fn keep(wake: impl Fn() + Send + 'static, last_words: String) -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            // A `^C` echoed by the terminal would stand in the way of what comes next.
            let mut modes = before.clone();
            modes.local_modes -= LocalModes::ECHOCTL;
            tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?;
            let _ = BEFORE.set(before);
            let modes = Modes { at_prompt: Arc::default(), ended: Arc::default() };
            let (at_prompt, ended) = (modes.at_prompt.clone(), modes.ended.clone());
            let mut signals = Signals::new([SIGTERM, SIGHUP])?;
            std::thread::Builder::new().name("signals".into()).spawn(move || {
                for signal in &mut signals {
                    ended.store(signal, Ordering::SeqCst);
                    if at_prompt.load(Ordering::SeqCst) {
                        restore_in_a_hurry();
                        std::process::exit(128 + signal);
                    }
                    wake();
                }
            })?;
            let message = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                restore_in_a_hurry();
                message(panic);
                let _ = writeln!(io::stderr(), "{last_words}");
            }));
            Ok(modes)
        }

        /// A prompt is typed at, or no longer.
        pub fn at_prompt(&self, is_typed_at: bool) {
            self.at_prompt.store(is_typed_at, Ordering::SeqCst);
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
            modes.special_codes[SpecialCodeIndex::VMIN] = 0;
            modes.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?;
            Ok(Keys { before })
        }

        /// The same, and Ctrl-C is a key like others; `typed` waits for one.
        ///
        /// # Errors
        /// Standard input is no terminal.
        pub fn watch_all() -> io::Result<Self> {
            let keys = Self::watch()?;
            let mut modes = tcgetattr(io::stdin())?;
            modes.local_modes -= LocalModes::ISIG;
            modes.special_codes[SpecialCodeIndex::VMIN] = 1;
            tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?;
            Ok(keys)
        }

        /// The keys that were typed so far; none: the terminal has gone away.
        ///
        /// # Errors
        /// Those of reading.
        pub fn typed(&self) -> io::Result<Vec<u8>> {
            let mut bytes = [0; 1024];
            let read = rustix::io::retry_on_intr(|| rustix::io::read(io::stdin(), &mut bytes))?;
            Ok(bytes[..read].to_vec())
        }
    }

    impl Drop for Keys {
        fn drop(&mut self) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io;

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
        pub fn keep(_wake: impl Fn() + Send + 'static, _last_words: String) -> io::Result<Self> {
            Ok(Modes)
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
        pub fn typed(&self) -> io::Result<Vec<u8>> {
            Ok(Vec::new())
        }
    }
}
