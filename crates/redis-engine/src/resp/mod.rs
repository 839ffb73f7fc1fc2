//! Frames and bytes: what a client sends to Redis, and what Redis answers.
//!
//! `request` takes a client's bytes apart into commands; `value` takes a server's bytes apart into replies; `quoting` splits
//! a typed line into words, for inline commands and for the redis-cli dialect; `anatomy` tells people what bytes mean.
//! Replies are written by the engine itself.

pub mod anatomy;
pub mod quoting;
pub mod request;
pub mod value;

use std::borrow::Cow;

/// Bytes that are not the protocol. The text is Redis's own, as it stands after `ERR `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolError(pub Cow<'static, str>);

impl std::fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ProtocolError {}
