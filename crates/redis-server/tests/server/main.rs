//! Tests of the server over TCP: the bytes of requests, and the bytes of their replies.
//!
//! If the environment variable REDIS_TUTOR_REAL_REDIS contains the path of a redis-server binary, every case that Redis
//! supports also runs against that binary, to check that the expected replies match those of Redis.

#[path = "../support/bare_server.rs"]
mod bare_server;
mod buffers;
mod commands;
mod connections;
mod program;
mod scripts;
mod support;
