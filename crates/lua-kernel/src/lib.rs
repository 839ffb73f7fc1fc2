//! The Lua child process, in which scripts of Redis run.
//!
//! The parent starts its own binary with the hidden subcommand [`SUBCOMMAND`]. The child confines itself with
//! `child-sandbox`, and then reads [`frame::ToChild`] frames from standard input and writes [`frame::FromChild`] frames
//! to standard output. It has no files, no network and no clock except the processor time of `os.clock`.
//!
//! ```text
//!  parent                                child
//!  engine.pending_script()
//!     |   Start(job): EVAL "return redis.call('GET', KEYS[1])"
//!     |------------------------------------->|  compiles, runs
//!     |   Call { argv: GET a }               |
//!     |<-------------------------------------|  waits
//!  engine.script_call(argv)                  |
//!     |   Reply { RESP }                     |
//!     |------------------------------------->|  goes on
//!     |   Done(Replied { RESP })             |
//!     |<-------------------------------------|
//!  engine.script_done(result)
//! ```
//!
//! The child is only a cache. The engine has the sources of all scripts and libraries, and a new child gets them again.

#![deny(missing_docs)]

mod bits;
mod child;
pub mod frame;
mod g_format;
mod globals;
mod interpreter;
mod json;
mod msgpack;
mod parent_pipe;
mod random;
mod redis_api;
mod replies;
mod structs;
mod throw;

pub use child::{LuaRunner, Progress};

use std::{process, thread};

use child_sandbox::{Limits, Sandbox};

use interpreter::Kernel;
use parent_pipe::ParentPipe;

/// The hidden subcommand with which the parent starts its own binary as a Lua child process.
pub const SUBCOMMAND: &str = "__lua";

/// Memory in bytes that a script may use. A script that needs more gets the error `not enough memory`.
pub const MEMORY_LIMIT: usize = 512 << 20;

/// Memory in bytes that the process may use in addition to [`MEMORY_LIMIT`], for arguments and replies.
const MEMORY_FOR_FRAMES: u64 = 1 << 30;

/// Stack size in bytes of the thread that runs the interpreters. Takes only address space until a recursion uses it.
const STACK: usize = 128 << 20;

/// Runs the Lua child process. Returns only by ending the process, when the parent closes the pipe.
pub fn main() -> ! {
    let sandbox = Sandbox::prepare();
    let kernel = thread::Builder::new().stack_size(STACK).spawn(move || {
        let Ok(pipe) = ParentPipe::open() else { return 1 };
        let Ok(kernel) = Kernel::new(pipe) else { return 1 };
        let _ = sandbox.seal(&Limits { memory: MEMORY_LIMIT as u64 + MEMORY_FOR_FRAMES });
        kernel.serve()
    });
    // A panic in the thread has already been reported on standard error.
    process::exit(kernel.ok().and_then(|kernel| kernel.join().ok()).unwrap_or(1))
}
