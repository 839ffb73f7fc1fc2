//! Tests of the server over TCP: the bytes sent, and the bytes of the replies.
//!
//! If the environment variable REDIS_TUTOR_REAL_REDIS names a redis-server binary, every case that Redis supports also
//! runs against that binary, to check that the expected replies match those of Redis.

#[path = "../support/bare_server.rs"]
mod bare_server;
mod buffers;
mod commands;
mod connections;
mod program;
mod support;
