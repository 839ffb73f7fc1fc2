//! Runs the program in a pseudo-terminal.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// A running program and its pseudo-terminal.
pub struct PseudoTerminal {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    pub keys: Box<dyn Write + Send>,
    /// The output, in chunks of any size.
    pub output: Receiver<Vec<u8>>,
}

/// Starts the program in a pseudo-terminal of `size` (columns and rows), with its files in `home`. The environment
/// contains only `environment`, `TERM`, `HOME` and `XDG_STATE_HOME`.
pub fn start(home: &Path, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> PseudoTerminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_redis-tutor"));
    command.args(arguments);
    command.args(["--seed", "1"]);
    start_command(command, home, size, environment)
}

/// Starts `command` in a pseudo-terminal, with `home` as its home folder.
pub fn start_command(
    mut command: CommandBuilder,
    home: &Path,
    (columns, rows): (u16, u16),
    environment: &[(&str, &str)],
) -> PseudoTerminal {
    let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a pseudo-terminal can be opened");
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.env("HOME", home);
    command.env("XDG_STATE_HOME", home);
    environment.iter().for_each(|(name, value)| command.env(name, value));
    let child = pair.slave.spawn_command(command).expect("the program exists");
    let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
    let (sender, output) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = reader.read(&mut bytes) {
            if sender.send(bytes[..n].to_vec()).is_err() {
                return;
            }
        }
    });
    let keys = pair.master.take_writer().expect("the writer is taken once");
    PseudoTerminal { child, master: pair.master, keys, output }
}
