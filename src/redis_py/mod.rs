//! The Python dialect: a child process that runs real Python with our `redis` package, and how one talks to it.

pub mod frame;
pub mod kernel;
pub mod syntax;
