//! Runs Python in a child process, with its own version of the `redis` package, and defines the protocol between the
//! child and its parent.
//!
//! The child process runs RustPython without access to files, the network, other processes or environment variables.
//! For anything outside of the interpreter, it sends its parent a request over a pipe:
//!
//! ```text
//!             parent                                 child
//!             ------                                 -----
//!  Start { seed, module }           --->    starts the interpreter
//!                                   <---    Ready { walls }
//!  Run { source: "r.get('a')" }     --->    runs the source text
//!                                   <---    Connect { host, port }     the first command needs a connection
//!  Connected { data }               --->
//!                                   <---    Exchange { data }          GET a, as RESP
//!  Received { data: "$1\r\n7\r\n" } --->
//!                                   <---    Output { text: "b'7'\n" }
//!                                   <---    RunFinished(outcome)
//! ```
//!
//! - [`frame`] defines these frames and their encoding.
//! - [`syntax`] analyses Python source text for a prompt. It needs no child process.
//! - [`redis_methods`] lists the methods of the `redis` package for help. It needs no child process either.
//! - [`main`] is the child process's main function. A program becomes a child process when it is started with
//!   [`SUBCOMMAND`] as its first argument and calls `main`.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod frame;
mod kernel;
pub mod redis_methods;
pub mod syntax;

pub use kernel::{MEMORY_LIMIT, PANIC_STATUS, SUBCOMMAND, main};
