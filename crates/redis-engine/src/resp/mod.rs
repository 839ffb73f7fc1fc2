//! RESP, Redis's protocol: requests from clients, and replies from the server.
//!
//! `request` parses requests, and `value` parses replies. `quoting` splits a typed line into words, for inline commands
//! and for redis-cli. `anatomy` explains the bytes in words. Replies are written by [`crate::reply`].

pub mod anatomy;
pub mod quoting;
pub mod request;
pub mod value;

use std::borrow::Cow;

/// The error for bytes that violate the protocol. The text is Redis's error message without `ERR `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolError(pub Cow<'static, str>);

impl std::fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ProtocolError {}
