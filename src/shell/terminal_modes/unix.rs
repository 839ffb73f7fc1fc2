//! The terminal's modes on Unix, through termios and signals.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Condvar, Mutex, Once, OnceLock, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, getpgrp, kill_current_process_group};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
};
use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
};
use signal_hook::iterator::Signals;

use super::{LineDiscipline, PANIC_STATUS, TerminalEvents};
use crate::driver::{continue_children, stop_children};

/// The signals that end the program. Without a handler, they would end it before the terminal is restored.
const ENDING_SIGNALS: [i32; 9] = [SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGXCPU];

/// Interval at which a background program checks whether it is in the foreground again. No signal reports that.
const FOREGROUND_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Escape sequences that undo what a line editor may have changed. They end bracketed paste mode and show the
/// cursor.
const RESET_EDITOR: &[u8] = b"\x1b[?2004l\x1b[?25h\r\n";

/// An escape byte counts as the Escape key if no other byte follows within this time.
const ESCAPE_TIMEOUT: Duration = Duration::from_millis(50);

/// The terminal's modes at the start of the program, and the line discipline that the program uses.
static INITIAL: OnceLock<(Termios, LineDiscipline)> = OnceLock::new();

/// Ensures that only one thread restores the terminal and saves progress if several threads end the program at the
/// same time. The others wait until that is done.
static READY_TO_EXIT: Once = Once::new();

/// The thread that ends the program.
static EXITING_THREAD: OnceLock<ThreadId> = OnceLock::new();

/// Returns the number of columns of the terminal, or `None` if it does not report its size.
pub fn width() -> Option<usize> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0).then_some(size.ws_col.into())
}

/// Returns the number of rows of the terminal, or `None` if it does not report its size.
pub fn height() -> Option<usize> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    (size.ws_row > 0).then_some(size.ws_row.into())
}

/// Returns whether the program may change the terminal. If the program is in the background, the terminal belongs
/// to the shell or to another program, and an attempt to change it would suspend this program.
fn is_in_foreground() -> bool {
    // The call fails if the terminal is not the controlling terminal of this process. Any process may then change
    // the terminal.
    tcgetpgrp(io::stdin()).map_or(true, |group| group == getpgrp())
}

/// Restores the terminal's initial modes, unless the program is in the background.
fn restore_modes() {
    if let Some((initial, _)) = INITIAL.get()
        && is_in_foreground()
    {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, initial);
    }
}

/// Takes the terminal away from all other threads, restores its initial modes, and performs `action`. Does this
/// only once in a process.
///
/// Another thread may be setting up the terminal for the line editor at this moment. So standard input and standard
/// output are first replaced with the null device. Then no other thread can change the terminal after this one has
/// restored it.
fn prepare_exit(action: impl FnOnce()) {
    // If `action` panics, the panic hook calls this function again on the same thread.
    if EXITING_THREAD.get() == Some(&thread::current().id()) {
        return;
    }
    READY_TO_EXIT.call_once(|| {
        let _ = EXITING_THREAD.set(thread::current().id());
        if let Some((initial, discipline)) = INITIAL.get()
            && is_in_foreground()
        {
            take_terminal_and_restore(initial, *discipline);
        }
        action();
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

/// Suspends the program and its children, as Ctrl-Z does in a shell. Returns when the program is resumed, or
/// immediately if there is no shell that could resume it.
fn suspend_process() {
    let modes = tcgetattr(io::stdin());
    stop_children();
    restore_modes();
    // SIGTSTP has a handler, so its default action is not available. The default action of SIGTTIN is the same.
    let _ = signal_hook::low_level::raise(SIGTTIN);
    continue_children();
    if let Ok(modes) = modes
        && is_in_foreground()
    {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &modes);
    }
}

/// A guard that sets the terminal's modes between two prompts, and restores the initial modes when the program
/// ends.
#[derive(Debug)]
pub struct TerminalModes {
    state: Arc<SignalState>,
    events: Arc<TerminalEvents>,
}

/// State that the signal-handling thread shares with the main thread.
#[derive(Debug, Default)]
struct SignalState {
    /// Whether the user is at a prompt. The main thread is blocked then and cannot end the program.
    at_prompt: AtomicBool,
    /// The signal that ends the program, or 0 if none has arrived.
    signal: AtomicI32,
    /// Number of times that the program was suspended and resumed.
    suspensions: Mutex<usize>,
    continued: Condvar,
}

impl SignalState {
    fn suspensions(&self) -> usize {
        *self.suspensions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles a signal from Ctrl-C or Ctrl-Z, or a signal that ends the program.
    fn handle(&self, signal: i32, events: &TerminalEvents) {
        match signal {
            SIGINT => (events.interrupt)(),
            SIGTSTP => {
                suspend_process();
                *self.suspensions.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                self.continued.notify_all();
            }
            _ => {
                self.signal.store(signal, Ordering::SeqCst);
                if self.at_prompt.load(Ordering::SeqCst) {
                    exit_by_signal(signal, events);
                }
                (events.interrupt)();
            }
        }
    }
}

fn exit_by_signal(signal: i32, events: &TerminalEvents) -> ! {
    prepare_exit(|| {
        if let Some(message) = (events.exit)() {
            let _ = writeln!(io::stderr(), "{message}");
        }
    });
    std::process::exit(128 + signal)
}

impl TerminalModes {
    /// Saves the terminal's modes, which are restored when the program ends normally, by a panic, or by a signal.
    /// Then sets the modes for the time between two prompts.
    ///
    /// # Errors
    /// Returns an error if standard input is not a terminal, or if no signal handler can be installed.
    pub fn new(discipline: LineDiscipline, events: TerminalEvents) -> io::Result<Self> {
        let _ = INITIAL.set((tcgetattr(io::stdin())?, discipline));
        // The handlers are installed before the modes are changed, so that a signal cannot end the program with
        // changed modes.
        let mut signals = Signals::new(ENDING_SIGNALS.iter().chain(&[SIGINT, SIGTSTP]))?;
        let modes = TerminalModes { state: Arc::default(), events: Arc::new(events) };
        let (state, events) = (modes.state.clone(), modes.events.clone());
        thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in &mut signals {
                state.handle(signal, &events);
            }
        })?;
        // A panic on any thread ends the process. The shared state cannot be trusted after a panic, and a thread
        // that reads keys would not notice the panic.
        let events = modes.events.clone();
        std::panic::set_hook(Box::new(move |panic| {
            // The report is as wide as the terminal. It is created first, because the terminal cannot be accessed
            // after it is restored.
            let report = (events.report)(panic);
            prepare_exit(|| {});
            let _ = writeln!(io::stderr(), "{report}");
            std::process::exit(PANIC_STATUS);
        }));
        modes.set_between_prompts()?;
        Ok(modes)
    }

    /// Sets the modes for the time between two prompts. Keys that are typed ahead are not echoed, and reach the
    /// editor unchanged. That includes Ctrl-D, which canonical mode would convert to a NUL byte. If the program is
    /// in the background, waits until it is in the foreground, or until a signal has asked it to end.
    ///
    /// # Errors
    /// Returns an error if the terminal was closed.
    pub fn set_between_prompts(&self) -> io::Result<()> {
        let Some((initial, discipline)) = INITIAL.get() else { return Ok(()) };
        while !is_in_foreground() {
            if self.exit_status().is_some() {
                return Ok(());
            }
            let _ = poll(&mut [], Timespec::try_from(FOREGROUND_POLL_INTERVAL).ok().as_ref());
        }
        let mut modes = initial.clone();
        match discipline {
            LineDiscipline::Terminal => {}
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

    /// Suspends the program, as Ctrl-Z does in a shell. Returns when the program is resumed in the foreground.
    ///
    /// # Errors
    /// Returns an error if the terminal was closed.
    pub fn suspend(&self) -> io::Result<()> {
        let state = &self.state;
        let before = state.suspensions();
        // The other processes of the same job are suspended as well. The signal-handling thread suspends this
        // process.
        kill_current_process_group(Signal::TSTP)?;
        let guard = state.suspensions.lock().unwrap_or_else(PoisonError::into_inner);
        drop(state.continued.wait_while(guard, |count| *count == before));
        self.set_between_prompts()
    }

    /// Records whether the user is at a prompt, where a signal ends the program immediately. If a signal has
    /// already arrived, does not return, because the input at the prompt may have come from the null device.
    pub fn set_at_prompt(&self, at_prompt: bool) {
        self.state.at_prompt.store(at_prompt, Ordering::SeqCst);
        let signal = self.state.signal.load(Ordering::SeqCst);
        if signal != 0 {
            exit_by_signal(signal, &self.events);
        }
    }

    /// Returns the exit status if a signal has asked the program to end, and `None` otherwise.
    pub fn exit_status(&self) -> Option<i32> {
        let signal = self.state.signal.load(Ordering::SeqCst);
        (signal != 0).then_some(128 + signal)
    }
}

impl Drop for TerminalModes {
    fn drop(&mut self) {
        restore_modes();
    }
}

/// Key-by-key input from the terminal, without echo. The previous modes are restored when this value is dropped.
#[derive(Debug)]
pub struct KeyInput {
    previous: Termios,
}

impl KeyInput {
    /// Creates a reader for keys. Ctrl-C and Ctrl-Z still send signals.
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

    /// Creates a reader for keys. Ctrl-C and Ctrl-Z are ordinary keys.
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

    /// Waits for a key, and returns its bytes, or no bytes if the terminal was closed. Does not read input after
    /// the key.
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

/// Returns whether the given bytes are a complete key, rather than only the start of one.
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

/// Line-by-line input from the terminal, without echo. A complete line makes standard input readable, and stays
/// unread for the next reader. Ctrl-C sends a signal and discards no input. The previous modes are restored when
/// this value is dropped.
#[derive(Debug)]
pub struct LineInput {
    previous: Termios,
}

impl LineInput {
    /// Sets the terminal's modes for line input.
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

    /// If the next input is the end of the input (Ctrl-D at the start of a line, or a closed terminal), consumes it
    /// and returns true. Must be called only when standard input is readable.
    ///
    /// # Errors
    /// Returns no error on Unix.
    pub fn take_end_of_input(&self) -> io::Result<bool> {
        if rustix::io::ioctl_fionread(io::stdin()).is_ok_and(|bytes| bytes > 0) {
            return Ok(false);
        }
        // There are no bytes to read, so this call consumes only the end of the input.
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
