//! Describes the racers' commands and the replies to them in one line each.

use crate::lesson::evidence::DisplayedValue;
use crate::markup::truncate_characters;
use redis_engine::resp::value::{self, Value};

/// The separator between the commands of a pipeline, and between their replies.
const BETWEEN: &str = " · ";

/// The name of a command, and its arguments.
type Words = Vec<Vec<u8>>;

/// Maximum length of a line, in characters.
const LONGEST: usize = 120;

/// Describes, in one line, commands that are sent together.
pub fn commands(commands: &[Words]) -> String {
    truncate_characters(&commands.iter().map(|command| words(command)).collect::<Vec<_>>().join(BETWEEN), LONGEST)
}

/// Joins the words of a command with spaces, and quotes those that need quotes.
pub fn words(words: &[Vec<u8>]) -> String {
    let word = |word: &Vec<u8>| {
        let text = String::from_utf8_lossy(word);
        let is_plain = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"');
        if is_plain { text.into_owned() } else { format!("{text:?}") }
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Describes, in one line, the replies to commands that were sent together. For a transaction, only the reply to EXEC
/// is described, because it contains the replies to all queued commands.
pub fn replies(sent: &[Words], bytes: &[u8]) -> String {
    let mut rest = bytes;
    let mut all = Vec::new();
    while let Ok(Some((reply, used))) = value::parse(rest) {
        rest = &rest[used..];
        all.push(reply);
    }
    let is_queued = |reply: &&Value| matches!(reply, Value::Simple(text) if text == b"QUEUED");
    let queued = all.iter().filter(is_queued).count();
    let shown = match all.pop() {
        Some(Value::Array(items)) if queued > 0 => {
            // Skips the commands up to and including MULTI. `zip` ignores EXEC itself, because the array has one item
            // for each command between MULTI and EXEC.
            let asked = sent.iter().skip((sent.len().saturating_sub(1)).saturating_sub(queued));
            reply(None, &Value::Array(items.into_iter().zip(asked).map(|(item, sent)| paired(sent, item)).collect()))
        }
        Some(last) if queued > 0 => reply(None, &last),
        last => {
            let mut asked = sent.iter();
            all.iter().chain(&last).map(|each| reply(asked.next(), each)).collect::<Vec<_>>().join(BETWEEN)
        }
    };
    truncate_characters(&shown, LONGEST)
}

/// Formats a reply as Python would show it. Status replies and errors are shown as they are. `sent` is the command.
pub fn reply(sent: Option<&Words>, reply: &Value) -> String {
    match reply {
        Value::Simple(text) | Value::Error(text) => String::from_utf8_lossy(text).into_owned(),
        other => {
            let other = other.clone();
            DisplayedValue::Cli(sent.map_or(other.clone(), |sent| paired(sent, other))).repr()
        }
    }
}

/// Groups the reply to ZPOPMIN or ZPOPMAX, in which members and scores alternate, into pairs, as redis-py does.
fn paired(sent: &Words, reply: Value) -> Value {
    let name = sent.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
    match reply {
        Value::Array(items)
            if name.starts_with(b"ZPOPM") && !items.iter().any(|item| matches!(item, Value::Array(_))) =>
        {
            Value::Array(items.chunks(2).map(|pair| Value::Array(pair.to_vec())).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_replies_are_described_in_one_line() {
        let command = |text: &str| text.split(' ').map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
        assert_eq!(commands(&[command("MULTI"), command("SET k 1"), command("EXEC")]), "MULTI · SET k 1 · EXEC");
        assert_eq!(words(&[b"SET".to_vec(), b"k".to_vec(), b"two words".to_vec()]), "SET k \"two words\"");
        for (sent, bytes, expected) in [
            ("GET a", "$2\r\n10\r\n", "b'10'"),
            ("SET a 1", "+OK\r\n", "OK"),
            ("GET a", "$-1\r\n", "None"),
            ("GET a", "-ERR no\r\n", "ERR no"),
            ("INCR a;GET b", ":1\r\n$1\r\na\r\n", "1 · b'a'"),
            ("MULTI;INCR a;EXEC", "+OK\r\n+QUEUED\r\n*1\r\n:7\r\n", "[7]"),
            ("MULTI;INCR a;EXEC", "+OK\r\n+QUEUED\r\n*-1\r\n", "None"),
            ("ZPOPMIN z", "*2\r\n$1\r\na\r\n,5\r\n", "[(b'a', 5.0)]"),
            ("ZPOPMAX z 1", "*1\r\n*2\r\n$1\r\na\r\n,5\r\n", "[(b'a', 5.0)]"),
            ("ZPOPMIN z", "*0\r\n", "[]"),
            ("MULTI;ZPOPMIN z;EXEC", "+OK\r\n+QUEUED\r\n*1\r\n*2\r\n$1\r\na\r\n,5\r\n", "[[(b'a', 5.0)]]"),
        ] {
            let sent: Vec<_> = sent.split(';').map(command).collect();
            assert_eq!(replies(&sent, bytes.as_bytes()), expected, "{bytes:?}");
        }
        assert_eq!(replies(&[], format!("$200\r\n{}\r\n", "a".repeat(200)).as_bytes()).chars().count(), LONGEST + 1);
    }
}
