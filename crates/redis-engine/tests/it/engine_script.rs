//! Plays the scripts of tests/truth/engine against an engine and writes what `scripts/truths/engine.py` writes of the
//! real server. That file describes the script's lines and the recording's form; change both together.

use std::time::Duration;

use super::engine_server::{Connection, State};

/// A server under test, as the scripts need it. Time stands still but for `advance` and `advance_to_deadline`.
pub trait Server {
    /// Connects a new client.
    fn connect(&mut self) -> Connection;
    /// The client goes away from its own side.
    fn close(&mut self, client: Connection);
    /// Carries out a command, and all that follows from it for other clients.
    fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>);
    /// Takes the bytes, as RESP, that the client got since it was last asked.
    fn received(&mut self, client: Connection) -> Vec<u8>;
    fn state(&self, client: Connection) -> State;
    /// The number that `CLIENT ID` tells this client.
    fn id(&self, client: Connection) -> u64;
    fn advance(&mut self, time: Duration);
    /// Allows DEBUG.
    fn allow_debug(&mut self);
    /// Lets time pass until the earliest deadline of a waiting client.
    fn advance_to_deadline(&mut self);
}

/// What the server says to the script, in the recording's form; a line that makes no sense is an error that names it.
pub fn play(script: &str, server: &mut dyn Server) -> Result<String, String> {
    let first = Client { name: "main".to_owned(), connection: server.connect(), closed: false };
    let mut player = Player { server, clients: vec![first], turn: 0, lines: Vec::new() };
    for (number, line) in script.lines().enumerate() {
        if !line.trim().is_empty() && !line.starts_with('#') {
            player.line(line).map_err(|error| format!("line {}: {line}: {error}", number + 1))?;
        }
    }
    Ok(player.lines.iter().map(|line| format!("{line}\n")).collect())
}

struct Client {
    name: String,
    connection: Connection,
    closed: bool,
}

struct Player<'a> {
    server: &'a mut dyn Server,
    clients: Vec<Client>,
    turn: usize,
    lines: Vec<String>,
}

/// How a reply is shown.
#[derive(Clone, Copy)]
enum View {
    AsIs,
    Unordered,
    Shape,
}

impl Player<'_> {
    fn line(&mut self, line: &str) -> Result<(), String> {
        self.lines.push(format!("> {line}"));
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        match name {
            "@unordered" => self.command(rest, View::Unordered),
            "@shape" => self.command(rest, View::Shape),
            "@client" => self.pass_turn_to(rest.trim()),
            "@proto" => {
                let argv = vec![b"HELLO".to_vec(), rest.trim().as_bytes().to_vec()];
                let client = self.clients[self.turn].connection;
                self.server.send(client, argv);
                self.server.received(client);
                Ok(())
            }
            "@close" => {
                self.server.close(self.clients[self.turn].connection);
                self.clients[self.turn].closed = true;
                self.show_others()
            }
            "@wait" => {
                let milliseconds = rest.trim().parse().map_err(|_| "@wait takes milliseconds".to_owned())?;
                self.server.advance(Duration::from_millis(milliseconds));
                self.show_what_arrived()
            }
            "@debug" => {
                self.server.allow_debug();
                Ok(())
            }
            "@deadline" => {
                self.server.advance_to_deadline();
                self.show_what_arrived()
            }
            _ if name.starts_with('@') => Err(format!("unknown directive {name}")),
            _ => self.command(line, View::AsIs),
        }
    }

    fn pass_turn_to(&mut self, name: &str) -> Result<(), String> {
        match self.clients.iter().position(|client| client.name == name) {
            Some(known) => {
                if self.clients[known].closed {
                    self.clients[known].connection = self.server.connect();
                    self.clients[known].closed = false;
                }
                self.turn = known;
            }
            None => {
                let connection = self.server.connect();
                self.clients.push(Client { name: name.to_owned(), connection, closed: false });
                self.turn = self.clients.len() - 1;
            }
        }
        Ok(())
    }

    fn command(&mut self, line: &str, view: View) -> Result<(), String> {
        let argv = split_words(line)?.into_iter().map(|word| self.numbered(word)).collect();
        let client = self.clients[self.turn].connection;
        if self.clients[self.turn].closed || self.server.state(client) != State::Ready {
            return Err(format!("{} is blocked or closed and can send nothing", self.clients[self.turn].name));
        }
        self.server.send(client, argv);
        let frames = frames(&self.server.received(client))?;
        self.lines.extend(frames.iter().flat_map(|frame| frame.seen(view).lines()));
        match self.server.state(client) {
            State::Closed => {
                self.clients[self.turn].closed = true;
                self.lines.push("(closed)".to_owned());
            }
            State::Waiting if frames.is_empty() => self.lines.push("(blocked)".to_owned()),
            State::Ready if frames.is_empty() => self.lines.push("(no reply)".to_owned()),
            _ => {}
        }
        self.show_others()
    }

    /// The word, or the number of the client whom `{id:NAME}` names.
    fn numbered(&self, word: Vec<u8>) -> Vec<u8> {
        let is_meant = |client: &&Client| word == format!("{{id:{}}}", client.name).as_bytes();
        let meant = self.clients.iter().find(is_meant);
        meant.map(|client| self.server.id(client.connection).to_string().into_bytes()).unwrap_or(word)
    }

    fn show_what_arrived(&mut self) -> Result<(), String> {
        if !self.clients[self.turn].closed {
            let own = frames(&self.server.received(self.clients[self.turn].connection))?;
            self.lines.extend(own.iter().flat_map(Frame::lines));
        }
        self.show_others()
    }

    fn show_others(&mut self) -> Result<(), String> {
        for (position, client) in self.clients.iter_mut().enumerate() {
            if position == self.turn || client.closed {
                continue;
            }
            let frames = frames(&self.server.received(client.connection))?;
            let name = &client.name;
            self.lines.extend(frames.iter().flat_map(Frame::lines).map(|line| format!("{name}: {line}")));
            if self.server.state(client.connection) == State::Closed {
                client.closed = true;
                self.lines.push(format!("{name}: (closed)"));
            }
        }
        Ok(())
    }
}

/// One reply: its first line without the CRLF, and the bytes or the frames behind it.
#[derive(Debug, Clone)]
struct Frame {
    head: Vec<u8>,
    body: Option<Vec<u8>>,
    inside: Vec<Frame>,
}

/// All frames in `data`, which must be whole.
fn frames(mut data: &[u8]) -> Result<Vec<Frame>, String> {
    let mut found = Vec::new();
    while !data.is_empty() {
        let (frame, rest) = Frame::parse(data).ok_or_else(|| format!("not a whole reply: {}", escaped(data)))?;
        found.push(frame);
        data = rest;
    }
    Ok(found)
}

impl Frame {
    fn parse(data: &[u8]) -> Option<(Frame, &[u8])> {
        let end = data.windows(2).position(|pair| pair == b"\r\n")?;
        let (head, mut rest) = (data[..end].to_vec(), &data[end + 2..]);
        // A null of RESP2 has a negative length, and nothing behind it.
        let length = || std::str::from_utf8(&data[1..end]).ok()?.parse::<i64>().ok();
        let (mut body, mut inside) = (None, Vec::new());
        match head.first()? {
            b'$' | b'=' | b'!' => {
                if let Ok(length) = usize::try_from(length()?) {
                    body = Some(rest.get(..length)?.to_vec());
                    rest = rest.get(length..)?.strip_prefix(b"\r\n")?;
                }
            }
            kind @ (b'*' | b'~' | b'>' | b'%' | b'|') => {
                let each = if matches!(kind, b'%' | b'|') { 2 } else { 1 };
                for _ in 0..length()?.max(0) * each {
                    let (frame, after) = Frame::parse(rest)?;
                    inside.push(frame);
                    rest = after;
                }
            }
            b'+' | b'-' | b':' | b'_' | b',' | b'#' | b'(' => {}
            _ => return None,
        }
        Some((Frame { head, body, inside }, rest))
    }

    fn is_aggregate(&self) -> bool {
        matches!(self.head.first(), Some(b'*' | b'~' | b'>' | b'%' | b'|'))
    }

    fn lines(&self) -> Vec<String> {
        let own = std::iter::once(escaped(&self.head)).chain(self.body.as_deref().map(escaped));
        own.chain(self.inside.iter().flat_map(Frame::lines)).collect()
    }

    fn seen(&self, view: View) -> Frame {
        match view {
            View::AsIs => self.clone(),
            View::Unordered => self.sorted(),
            View::Shape => self.shape(),
        }
    }

    fn sorted(&self) -> Frame {
        let mut inside: Vec<Frame> = self.inside.iter().map(Frame::sorted).collect();
        if matches!(self.head.first(), Some(b'%' | b'|')) {
            let mut pairs: Vec<&[Frame]> = inside.chunks(2).collect();
            pairs.sort_by_key(|pair| pair[0].lines());
            inside = pairs.concat();
        } else if inside.windows(2).all(|pair| pair[0].is_aggregate() == pair[1].is_aggregate()) {
            inside.sort_by_key(Frame::lines);
        }
        Frame { inside, ..self.clone() }
    }

    fn shape(&self) -> Frame {
        if self.is_aggregate() {
            return Frame { inside: self.inside.iter().map(Frame::shape).collect(), ..self.clone() };
        }
        let mut head = self.head[..1].to_vec();
        head.extend_from_slice(if matches!(head[0], b':' | b',' | b'(') { b"N" } else { b"..." });
        Frame { head, body: None, inside: Vec::new() }
    }
}

fn escaped(data: &[u8]) -> String {
    let one = |&byte: &u8| match byte {
        b'\\' => "\\\\".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\n' => "\\n".to_owned(),
        b'\t' => "\\t".to_owned(),
        0x20..=0x7e => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    data.iter().map(one).collect()
}

/// The words of a line by redis-cli's rules of quoting.
fn split_words(line: &str) -> Result<Vec<Vec<u8>>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_ascii().as_bytes();
    while !rest.is_empty() {
        let (word, after) = one_word(rest).ok_or("unbalanced quotes, or a closing quote inside a word")?;
        words.push(word);
        rest = after.trim_ascii_start();
    }
    Ok(words)
}

fn one_word(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (mut word, mut rest) = (Vec::new(), text);
    while let Some((&first, after)) = rest.split_first() {
        if first.is_ascii_whitespace() {
            break;
        }
        rest = after;
        if first != b'"' && first != b'\'' {
            word.push(first);
            continue;
        }
        while *rest.first()? != first {
            let (byte, used) = quoted_byte(rest, first)?;
            word.push(byte);
            rest = &rest[used..];
        }
        rest = &rest[1..];
        if rest.first().is_some_and(|next| !next.is_ascii_whitespace()) {
            return None;
        }
    }
    Some((word, rest))
}

/// The byte that the text within `quote` starts with, and how many bytes spell it.
fn quoted_byte(text: &[u8], quote: u8) -> Option<(u8, usize)> {
    match text {
        [b'\\', b'\'', ..] if quote == b'\'' => Some((b'\'', 2)),
        [first, ..] if quote == b'\'' || *first != b'\\' => Some((*first, 1)),
        [_, b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            Some(((digit(*high)? * 16 + digit(*low)?) as u8, 4))
        }
        [_, letter, ..] => {
            let byte = match letter {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 8,
                b'a' => 7,
                other => *other,
            };
            Some((byte, 2))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers ECHO with what the command gives, SAY to the first client, waits on WAIT, closes on BYE.
    #[derive(Default)]
    struct Parrot {
        inboxes: Vec<Vec<u8>>,
        states: Vec<Option<State>>,
    }

    impl Server for Parrot {
        fn allow_debug(&mut self) {}

        fn connect(&mut self) -> Connection {
            self.inboxes.push(Vec::new());
            self.states.push(None);
            Connection(self.inboxes.len() - 1)
        }
        fn close(&mut self, client: Connection) {
            self.states[client.0] = Some(State::Closed);
        }
        fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>) {
            match argv[0].as_slice() {
                b"ECHO" => self.inboxes[client.0].extend_from_slice(&argv[1]),
                b"SAY" => self.inboxes[0].extend_from_slice(&argv[1]),
                b"WAIT" => self.states[client.0] = Some(State::Waiting),
                b"BYE" => self.states[client.0] = Some(State::Closed),
                _ => {}
            }
        }
        fn received(&mut self, client: Connection) -> Vec<u8> {
            std::mem::take(&mut self.inboxes[client.0])
        }
        fn state(&self, client: Connection) -> State {
            self.states[client.0].unwrap_or(State::Ready)
        }
        fn id(&self, client: Connection) -> u64 {
            client.0 as u64 + 40
        }
        fn advance(&mut self, time: Duration) {
            self.inboxes[0].extend_from_slice(format!(":{}\r\n", time.as_millis()).as_bytes());
        }
        fn advance_to_deadline(&mut self) {
            self.states.fill(None);
            self.inboxes[0].extend_from_slice(b"*-1\r\n");
        }
    }

    fn played(script: &str) -> String {
        play(script, &mut Parrot::default()).expect("the script makes sense")
    }

    #[test]
    fn a_reply_is_shown_line_by_line_and_escaped() {
        let script = r#"ECHO "*3\r\n$4\r\na\r\nb\r\n$-1\r\n%1\r\n+k\r\n:1\r\n""#;
        assert_eq!(played(script), format!("> {script}\n*3\n$4\na\\r\\nb\n$-1\n%1\n+k\n:1\n"));
    }

    #[test]
    fn unordered_sorts_elements_and_pairs_but_keeps_a_cursor_in_front() {
        let set = r#"@unordered ECHO "~2\r\n+b\r\n+a\r\n""#;
        assert_eq!(played(set), format!("> {set}\n~2\n+a\n+b\n"));
        let map = r#"@unordered ECHO "%2\r\n+b\r\n:1\r\n+a\r\n:2\r\n""#;
        assert_eq!(played(map), format!("> {map}\n%2\n+a\n:2\n+b\n:1\n"));
        let scan = r#"@unordered ECHO "*2\r\n+0\r\n*2\r\n+b\r\n+a\r\n""#;
        assert_eq!(played(scan), format!("> {scan}\n*2\n+0\n*2\n+a\n+b\n"));
    }

    #[test]
    fn shape_shows_types_alone() {
        let script = r#"@shape ECHO "*2\r\n:17\r\n$2\r\nab\r\n""#;
        assert_eq!(played(script), format!("> {script}\n*2\n:N\n$...\n"));
    }

    #[test]
    fn clients_take_turns_and_others_hear_what_reaches_them() {
        let script =
            "NOTHING\n# a comment\n\n@client b\nSAY \"+hi\\r\\n\"\nWAIT\n@deadline\nBYE\n@client main\n@wait 5\n";
        let told = "> NOTHING\n(no reply)\n> @client b\n> SAY \"+hi\\r\\n\"\n(no reply)\nmain: +hi\n> WAIT\n(blocked)\n\
                    > @deadline\nmain: *-1\n> BYE\n(closed)\n> @client main\n> @wait 5\n:5\n";
        assert_eq!(played(script), told);
    }

    #[test]
    fn a_client_is_named_by_its_number() {
        let numbers = "@client b\n@client main\nECHO \":1\\r\\n\"\nECHO {id:b}";
        let error = play(numbers, &mut Parrot::default()).expect_err("a bare number is no reply");
        assert_eq!(error, "line 4: ECHO {id:b}: not a whole reply: 41");
    }

    #[test]
    fn a_line_without_sense_is_refused_with_its_number() {
        for script in ["ECHO \"x", "ECHO 'a'b", "@nope", "WAIT\nECHO x", "ECHO \"$9\\r\\nshort\""] {
            let error = play(script, &mut Parrot::default()).expect_err("the script makes no sense");
            assert!(error.starts_with("line "), "{error}");
        }
    }

    #[test]
    fn words_are_split_as_redis_cli_splits_them() {
        let words = split_words(r#"a  'b c' "\x41\n\"" 'it\'s' "" ☕"#).expect("the quotes are balanced");
        assert_eq!(words, [b"a".as_slice(), b"b c", b"A\n\"", b"it's", b"", "☕".as_bytes()]);
    }
}
