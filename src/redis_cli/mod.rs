//! The conventions of redis-cli: its prompt, how it quotes arguments, and how it formats replies.

pub mod format;

pub use redis_engine::resp::quoting::join;

/// The prompt after the server has closed the connection. The next line that is entered reconnects.
pub const NOT_CONNECTED: &str = "not connected> ";

/// Returns redis-cli's prompt. `in_transaction` tells whether MULTI was sent.
pub fn prompt(database: usize, in_transaction: bool) -> String {
    let database = if database == 0 { String::new() } else { format!("[{database}]") };
    let transaction = if in_transaction { "(TX)" } else { "" };
    format!("127.0.0.1:6379{database}{transaction}> ")
}
