//! Real Python in a child process, with a `redis` package of its own, and the protocol between the child and its
//! parent.
//!
//! The child runs RustPython without access to files, the network, processes or the environment. For everything
//! outside of the interpreter it sends its parent a request over a pipe:
//!
//! ```text
//!             parent                                 child
//!             ------                                 -----
//!  Start { seed, module }           --->    starts the interpreter
//!                                   <---    Ready { walls }
//!  Run { source: "r.get('a')" }     --->    runs the source
//!                                   <---    Connect { host, port }     the first command needs a connection
//!  Connected { data }               --->
//!                                   <---    Exchange { data }          GET a, as RESP
//!  Received { data: "$1\r\n7\r\n" } --->
//!                                   <---    Output { text: "b'7'\n" }
//!                                   <---    RunFinished(outcome)
//! ```
//!
//! - [`frame`] defines these frames and their bytes on the pipe.
//! - [`syntax`] analyses Python source for a prompt. It needs no child.
//! - [`redis_methods`] lists the methods of the `redis` package for help. It needs no child either.
//! - [`main`] is the child's process. A program becomes a child when it is started with [`SUBCOMMAND`] as its first
//!   argument and calls `main`.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod frame;
mod kernel;
pub mod redis_methods;
pub mod syntax;

pub use kernel::{MEMORY_LIMIT, PANIC_STATUS, SUBCOMMAND, main};
