//! Real Python in a child process, with a `redis` package of our own, and how its parent talks to it.
//!
//! The parent sends [`frame::ToChild`] and receives [`frame::FromChild`] over two pipes. The child can reach nothing
//! else: it asks the parent for connections, the time, input and output.

pub mod frame;
pub mod kernel;
pub mod syntax;
