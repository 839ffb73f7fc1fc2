//! The size of the terminal, its modes, and how they are restored when the program ends.

#[cfg(unix)]
pub use unix::{KeyInput, LineInput, TerminalModes, height, width};

#[cfg(not(unix))]
pub use other::{KeyInput, LineInput, TerminalModes, height, width};

/// The part that turns keys into lines, either the line editor or the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineDiscipline {
    /// The line editor turns keys into lines.
    Editor,
    /// The terminal itself edits lines (canonical mode). Output is only ever appended.
    Terminal,
}

/// The exit status after a panic, as in other Rust programs.
const PANIC_STATUS: i32 = 101;

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{self, Write as _};
    use std::panic::PanicHookInfo;
    use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
    use std::sync::{Arc, Once, OnceLock};
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Signal, kill_current_process_group};
    use rustix::termios::{
        InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
    };
    use signal_hook::consts::{SIGHUP, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;

    use super::{LineDiscipline, PANIC_STATUS};

    /// Escape sequences that undo what a line editor may have changed: they end bracketed paste and show the cursor.
    const RESET_EDITOR: &[u8] = b"\x1b[?2004l\x1b[?25h\r\n";

    /// An escape byte counts as the Escape key if no other byte follows within this time.
    const ESCAPE_TIMEOUT: Duration = Duration::from_millis(50);

    /// The terminal's modes at the start of the program, and the line discipline since then.
    static INITIAL: OnceLock<(Termios, LineDiscipline)> = OnceLock::new();

    /// Makes several threads that end the program at once restore the terminal once, and wait until that is done.
    static RESTORED_FOR_EXIT: Once = Once::new();

    /// Returns the number of columns of the terminal.
    pub fn width() -> Option<usize> {
        let size = tcgetwinsize(io::stdout()).ok()?;
        (size.ws_col > 0).then_some(size.ws_col.into())
    }

    /// Returns the number of rows of the terminal.
    pub fn height() -> Option<usize> {
        let size = tcgetwinsize(io::stdout()).ok()?;
        (size.ws_row > 0).then_some(size.ws_row.into())
    }

    /// Restores the terminal's initial modes.
    fn restore_modes() {
        if let Some((initial, _)) = INITIAL.get() {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, initial);
        }
    }

    /// Takes the terminal away from all other threads, and restores its initial modes.
    ///
    /// Another thread may be setting up the terminal for the line editor at this moment. Standard input and standard
    /// output become the null device first, so that what this thread does to the terminal is the last thing that the
    /// program does to it.
    fn restore_for_exit() {
        RESTORED_FOR_EXIT.call_once(|| {
            if let Some((initial, discipline)) = INITIAL.get() {
                take_terminal_and_restore(initial, *discipline);
            }
        });
    }

    fn take_terminal_and_restore(initial: &Termios, discipline: LineDiscipline) {
        let (Ok(input), Ok(output)) = (rustix::io::dup(io::stdin()), rustix::io::dup(io::stdout())) else {
            return restore_modes();
        };
        if let Ok(null) = File::options().read(true).write(true).open("/dev/null") {
            let _ = rustix::stdio::dup2_stdin(&null);
            let _ = rustix::stdio::dup2_stdout(&null);
        }
        let _ = tcsetattr(&input, OptionalActions::Now, initial);
        if discipline == LineDiscipline::Editor {
            let _ = rustix::io::write(&output, RESET_EDITOR);
        }
    }

    fn exit_by_signal(signal: i32) -> ! {
        restore_for_exit();
        std::process::exit(128 + signal)
    }

    /// Sets the terminal's modes between two prompts, and restores the initial modes when the program ends.
    #[derive(Debug)]
    pub struct TerminalModes {
        /// Whether the user is at a prompt. The main thread is blocked then and cannot end the program.
        at_prompt: Arc<AtomicBool>,
        /// The signal that ends the program, or 0.
        signal: Arc<AtomicI32>,
    }

    impl TerminalModes {
        /// Saves the terminal's modes, to restore them when the program ends normally, by a panic, or by a signal.
        /// `wake` is called for a signal that arrives between two prompts. `report` returns the message for a panic.
        ///
        /// # Errors
        /// Returns an error if standard input is not a terminal, or if no signal handler can be installed.
        pub fn new(
            discipline: LineDiscipline,
            wake: impl Fn() + Send + 'static,
            report: impl Fn(&PanicHookInfo<'_>) -> String + Send + Sync + 'static,
        ) -> io::Result<Self> {
            let _ = INITIAL.set((tcgetattr(io::stdin())?, discipline));
            let modes = TerminalModes { at_prompt: Arc::default(), signal: Arc::default() };
            modes.set_between_prompts()?;
            let (at_prompt, received) = (modes.at_prompt.clone(), modes.signal.clone());
            let mut signals = Signals::new([SIGTERM, SIGHUP, SIGQUIT])?;
            std::thread::Builder::new().name("signals".into()).spawn(move || {
                for signal in &mut signals {
                    received.store(signal, Ordering::SeqCst);
                    if at_prompt.load(Ordering::SeqCst) {
                        exit_by_signal(signal);
                    }
                    wake();
                }
            })?;
            // A panic of any thread ends the process. The shared state cannot be trusted after a panic, and a thread
            // that reads keys would not notice it.
            std::panic::set_hook(Box::new(move |panic| {
                // The report is as wide as the terminal. It is made first, because the terminal cannot be accessed
                // after it is restored.
                let report = report(panic);
                restore_for_exit();
                let _ = writeln!(io::stderr(), "{report}");
                std::process::exit(PANIC_STATUS);
            }));
            Ok(modes)
        }

        /// Sets the modes for the time between two prompts. Keys that are typed ahead are not echoed, and reach the
        /// editor unchanged. That includes Ctrl-D, which canonical mode would turn into a NUL byte.
        ///
        /// # Errors
        /// Returns an error if the terminal was closed.
        pub fn set_between_prompts(&self) -> io::Result<()> {
            let Some((initial, discipline)) = INITIAL.get() else { return Ok(()) };
            let mut modes = initial.clone();
            match discipline {
                // A `^C` that the terminal echoes would be in front of the next output.
                LineDiscipline::Terminal => modes.local_modes -= LocalModes::ECHOCTL,
                LineDiscipline::Editor => {
                    modes.local_modes -= LocalModes::ECHO | LocalModes::IEXTEN;
                    modes.local_modes |= LocalModes::ICANON | LocalModes::ISIG;
                    modes.input_modes |= InputModes::ICRNL;
                    // The terminal checks for VQUIT before VEOF. If both have the same code, no key ends the input.
                    modes.special_codes[SpecialCodeIndex::VEOF] = modes.special_codes[SpecialCodeIndex::VQUIT];
                }
            }
            Ok(tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?)
        }

        /// Runs `action` with the terminal's initial modes, so that another program can use the terminal.
        ///
        /// # Errors
        /// Returns an error if the terminal was closed.
        pub fn with_initial_modes<T>(&self, action: impl FnOnce() -> T) -> io::Result<T> {
            restore_modes();
            let result = action();
            self.set_between_prompts().map(|()| result)
        }

        /// Suspends the program, as Ctrl-Z does in a shell. Returns when the program is resumed.
        ///
        /// # Errors
        /// Returns an error if the terminal was closed.
        pub fn suspend(&self) -> io::Result<()> {
            self.with_initial_modes(|| kill_current_process_group(Signal::TSTP))?.map_err(io::Error::from)
        }

        /// Records whether the user is at a prompt. While they are, a signal ends the program at once. Does not return
        /// after a signal, because what was read at the prompt may be the null device.
        pub fn set_at_prompt(&self, at_prompt: bool) {
            self.at_prompt.store(at_prompt, Ordering::SeqCst);
            let signal = self.signal.load(Ordering::SeqCst);
            if signal != 0 {
                exit_by_signal(signal);
            }
        }

        /// Returns the exit status if a signal has asked the program to end.
        pub fn exit_status(&self) -> Option<i32> {
            let signal = self.signal.load(Ordering::SeqCst);
            (signal != 0).then_some(128 + signal)
        }
    }

    impl Drop for TerminalModes {
        fn drop(&mut self) {
            restore_modes();
        }
    }

    /// Reads input key by key, without echo. The previous modes are restored when this value is dropped.
    #[derive(Debug)]
    pub struct KeyInput {
        previous: Termios,
    }

    impl KeyInput {
        /// Reads keys so that Ctrl-C and Ctrl-Z still send signals.
        ///
        /// # Errors
        /// Returns an error if standard input is not a terminal.
        pub fn new() -> io::Result<Self> {
            let previous = tcgetattr(io::stdin())?;
            let mut modes = previous.clone();
            modes.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
            // Ctrl-C does not discard the keys that were typed before it.
            modes.local_modes |= LocalModes::NOFLSH;
            modes.special_codes[SpecialCodeIndex::VMIN] = 1;
            modes.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?;
            Ok(KeyInput { previous })
        }

        /// Reads keys so that Ctrl-C and Ctrl-Z are ordinary keys.
        ///
        /// # Errors
        /// Returns an error if standard input is not a terminal.
        pub fn with_signal_keys() -> io::Result<Self> {
            let keys = Self::new()?;
            let mut modes = tcgetattr(io::stdin())?;
            modes.local_modes -= LocalModes::ISIG | LocalModes::IEXTEN;
            tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?;
            Ok(keys)
        }

        /// Returns whether a key was pressed within `limit`.
        ///
        /// # Errors
        /// Returns an error if the terminal cannot be polled.
        pub fn wait_for_key(&self, limit: Duration) -> io::Result<bool> {
            let limit = Timespec::try_from(limit).ok();
            match poll(&mut [PollFd::new(&io::stdin(), PollFlags::IN)], limit.as_ref()) {
                Ok(ready) => Ok(ready > 0),
                Err(rustix::io::Errno::INTR) => Ok(false),
                Err(error) => Err(error.into()),
            }
        }

        /// Waits for a key, and returns its bytes, or no bytes if the terminal was closed. Input after the key is not
        /// read.
        ///
        /// # Errors
        /// Returns an error if the terminal cannot be read.
        pub fn read_key(&self) -> io::Result<Vec<u8>> {
            let mut key = Vec::new();
            loop {
                let mut byte = [0];
                if rustix::io::retry_on_intr(|| rustix::io::read(io::stdin(), &mut byte))? == 0 {
                    return Ok(Vec::new());
                }
                key.push(byte[0]);
                if is_complete_key(&key) || (key == b"\x1b" && !self.wait_for_key(ESCAPE_TIMEOUT)?) {
                    return Ok(key);
                }
            }
        }
    }

    /// Returns whether these bytes are a whole key, and not only its beginning.
    fn is_complete_key(bytes: &[u8]) -> bool {
        match *bytes {
            [] | [0x1b] | [0x1b, b'[' | b'O'] => false,
            [0x1b, b'[', .., last] => (0x40..=0x7e).contains(&last),
            [0x1b, ..] => true,
            [first, ..] => bytes.len() >= first.leading_ones() as usize,
        }
    }

    impl Drop for KeyInput {
        fn drop(&mut self) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.previous);
        }
    }

    /// Reads input line by line, without echo. A complete line makes standard input readable, and stays there for the
    /// next reader. Ctrl-C sends a signal and discards nothing. The previous modes are restored when this value is
    /// dropped.
    #[derive(Debug)]
    pub struct LineInput {
        previous: Termios,
    }

    impl LineInput {
        /// Sets the terminal's modes.
        ///
        /// # Errors
        /// Returns an error if standard input is not a terminal.
        pub fn new() -> io::Result<Self> {
            let previous = tcgetattr(io::stdin())?;
            let mut modes = previous.clone();
            modes.local_modes -= LocalModes::ECHO;
            modes.local_modes |= LocalModes::NOFLSH;
            if let Some((initial, _)) = INITIAL.get() {
                modes.special_codes[SpecialCodeIndex::VEOF] = initial.special_codes[SpecialCodeIndex::VEOF];
            }
            tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?;
            Ok(LineInput { previous })
        }

        /// Consumes the end of input if it comes next: Ctrl-D at the start of a line, or a terminal that was closed.
        /// Must be called only when standard input is readable.
        ///
        /// # Errors
        /// Returns no error on Unix.
        pub fn take_end_of_input(&self) -> io::Result<bool> {
            if rustix::io::ioctl_fionread(io::stdin()).is_ok_and(|bytes| bytes > 0) {
                return Ok(false);
            }
            // There are no bytes to read, so this consumes only the end of input.
            let _ = rustix::io::read(io::stdin(), &mut [0; 1]);
            Ok(true)
        }
    }

    impl Drop for LineInput {
        fn drop(&mut self) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.previous);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_key_is_complete_with_its_last_byte() {
            for key in ["a", "\r", "\x03", "é", "→", "\x1b[A", "\x1bOA", "\x1b[1;5D", "\x1b[200~", "\x1bx"] {
                let bytes = key.as_bytes();
                assert!(is_complete_key(bytes), "{key:?}");
                assert!((0..bytes.len()).all(|end| !is_complete_key(&bytes[..end])), "{key:?}");
            }
        }
    }
}

#[cfg(not(unix))]
mod other {
    use std::io::{self, Write as _};
    use std::panic::PanicHookInfo;
    use std::time::Duration;

    use super::{LineDiscipline, PANIC_STATUS};

    /// Returns `None`, so that texts get the default width: std has no call for the terminal's size.
    pub fn width() -> Option<usize> {
        None
    }

    /// Returns `None`, so that the menu gets the default height.
    pub fn height() -> Option<usize> {
        None
    }

    /// Does little, because the line editor restores the console by itself.
    #[derive(Debug)]
    pub struct TerminalModes;

    impl TerminalModes {
        /// Makes a panic print its report and end the process.
        ///
        /// # Errors
        /// Returns no error on this platform.
        pub fn new(
            _discipline: LineDiscipline,
            _wake: impl Fn() + Send + 'static,
            report: impl Fn(&PanicHookInfo<'_>) -> String + Send + Sync + 'static,
        ) -> io::Result<Self> {
            std::panic::set_hook(Box::new(move |panic| {
                let _ = writeln!(io::stderr(), "\n{}", report(panic));
                std::process::exit(PANIC_STATUS);
            }));
            Ok(TerminalModes)
        }

        /// Does nothing on this platform.
        ///
        /// # Errors
        /// Returns no error on this platform.
        pub fn set_between_prompts(&self) -> io::Result<()> {
            Ok(())
        }

        /// Runs `action`.
        ///
        /// # Errors
        /// Returns no error on this platform.
        pub fn with_initial_modes<T>(&self, action: impl FnOnce() -> T) -> io::Result<T> {
            Ok(action())
        }

        /// Does nothing: this platform has no job control.
        ///
        /// # Errors
        /// Returns no error on this platform.
        pub fn suspend(&self) -> io::Result<()> {
            Ok(())
        }

        pub fn set_at_prompt(&self, _at_prompt: bool) {}

        pub fn exit_status(&self) -> Option<i32> {
            None
        }
    }

    /// Keys cannot be read one by one on this platform.
    #[derive(Debug)]
    pub struct KeyInput;

    impl KeyInput {
        /// Returns a value that never reads a key.
        ///
        /// # Errors
        /// Returns no error on this platform.
        pub fn new() -> io::Result<Self> {
            Ok(KeyInput)
        }

        /// Returns an error, so that the menu becomes a numbered list.
        ///
        /// # Errors
        /// Always returns an error.
        pub fn with_signal_keys() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        /// Returns false.
        ///
        /// # Errors
        /// Returns no error on this platform.
        pub fn wait_for_key(&self, _limit: Duration) -> io::Result<bool> {
            Ok(false)
        }

        /// Returns no bytes, as if the terminal were closed.
        ///
        /// # Errors
        /// Returns no error on this platform.
        pub fn read_key(&self) -> io::Result<Vec<u8>> {
            Ok(Vec::new())
        }
    }

    /// Whether a line was entered cannot be polled on this platform.
    #[derive(Debug)]
    pub struct LineInput;

    impl LineInput {
        /// Returns a value that never reports a line.
        ///
        /// # Errors
        /// Returns no error on this platform.
        pub fn new() -> io::Result<Self> {
            Ok(LineInput)
        }

        /// Returns false.
        ///
        /// # Errors
        /// Returns no error on this platform.
        pub fn take_end_of_input(&self) -> io::Result<bool> {
            Ok(false)
        }
    }
}
