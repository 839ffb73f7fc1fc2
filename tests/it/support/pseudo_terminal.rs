//! The program in a pseudo-terminal: its keys, and what it writes.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The program, and the terminal that it believes to have.
pub struct PseudoTerminal {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    pub keys: Box<dyn Write + Send>,
    /// What it writes, piece by piece.
    pub output: Receiver<Vec<u8>>,
}

/// Starts the program with its files in `home`, in a terminal of so many columns and rows, and with the environment of none
/// but `environment` and what a terminal needs.
pub fn start(home: &Path, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> PseudoTerminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_redis-tutor"));
    command.args(arguments);
    command.args(["--seed", "1"]);
    start_command(command, home, size, environment)
}

/// The same with another program.
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
    let child = pair.slave.spawn_command(command).expect("the program is there");
    let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
    let (tell, output) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = reader.read(&mut bytes) {
            if tell.send(bytes[..n].to_vec()).is_err() {
                return;
            }
        }
    });
    let keys = pair.master.take_writer().expect("taken once");
    PseudoTerminal { child, master: pair.master, keys, output }
}
