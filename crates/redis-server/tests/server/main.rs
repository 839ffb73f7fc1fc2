//! Tests of the server over TCP: the bytes sent, and the bytes of the replies.
//!
//! If the environment variable REDIS_TUTOR_REAL_REDIS names a redis-server binary, every case that Redis supports is
//! run against that binary as well, so that the expected replies stay those of Redis.

#[path = "../support/bare_server.rs"]
mod bare_server;
mod buffers;
mod commands;
mod connections;
mod program;
mod support;
