//! What racers send and get, in a line.

use crate::lesson::evidence::Shown;
use crate::resp::value::{self, Value};

/// What stands between the commands of a pipeline, and between their replies.
const BETWEEN: &str = " · ";

/// The longest line of what was sent or got, in characters.
const LONGEST: usize = 120;

/// Commands that are sent at once.
pub fn commands(commands: &[Vec<Vec<u8>>]) -> String {
    shortened(commands.iter().map(|command| words(command)).collect::<Vec<_>>().join(BETWEEN))
}

/// Words of a command, those in quotes that would not be one word without.
pub fn words(words: &[Vec<u8>]) -> String {
    let word = |word: &Vec<u8>| {
        let text = String::from_utf8_lossy(word);
        let is_plain = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"');
        if is_plain { text.into_owned() } else { format!("{text:?}") }
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// The replies to what was sent at once. Those of a transaction's commands are all in its EXEC's.
pub fn replies(bytes: &[u8]) -> String {
    let mut rest = bytes;
    let mut all = Vec::new();
    while let Ok(Some((reply, used))) = value::parse(rest) {
        rest = &rest[used..];
        all.push(reply);
    }
    let queued = |reply: &Value| matches!(reply, Value::Simple(text) if text == b"QUEUED");
    let shown = match all.last() {
        Some(last) if all.iter().any(queued) => reply(last),
        _ => all.iter().map(reply).collect::<Vec<_>>().join(BETWEEN),
    };
    shortened(shown)
}

/// A reply, as Python would show it; a status and an error as they are.
pub fn reply(reply: &Value) -> String {
    match reply {
        Value::Simple(text) | Value::Error(text) => String::from_utf8_lossy(text).into_owned(),
        other => Shown::Cli(other.clone()).repr(),
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_and_got_is_told_in_a_line() {
        let command = |text: &str| text.split(' ').map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
        assert_eq!(commands(&[command("MULTI"), command("SET k 1"), command("EXEC")]), "MULTI · SET k 1 · EXEC");
        assert_eq!(words(&[b"SET".to_vec(), b"k".to_vec(), b"two words".to_vec()]), "SET k \"two words\"");
        for (bytes, told) in [
            ("$2\r\n10\r\n", "b'10'"),
            ("+OK\r\n", "OK"),
            ("$-1\r\n", "None"),
            ("-ERR no\r\n", "ERR no"),
            (":1\r\n$1\r\na\r\n", "1 · b'a'"),
            ("+OK\r\n+QUEUED\r\n*1\r\n:7\r\n", "[7]"),
            ("+OK\r\n+QUEUED\r\n*-1\r\n", "None"),
        ] {
            assert_eq!(replies(bytes.as_bytes()), told, "{bytes:?}");
        }
        assert_eq!(replies(format!("$200\r\n{}\r\n", "a".repeat(200)).as_bytes()).chars().count(), LONGEST + 1);
    }
}
