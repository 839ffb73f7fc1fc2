//! Runs the scripts of tests/truth/engine against a server, and produces the output that `scripts/truths/engine.py`
//! produces with a real server. That Python file describes the format of scripts and recordings. Both files must be
//! changed together.

use std::time::Duration;

use redis_engine::resp::quoting;

use super::engine_server::{ClientState, Connection};

/// A server under test. Its time changes only through `advance` and `advance_to_deadline`.
pub trait Server {
    /// Connects a new client.
    fn connect(&mut self) -> Connection;
    /// Disconnects a client, as if it had closed its connection.
    fn disconnect(&mut self, client: Connection);
    /// Runs a command, including its effects on other clients.
    fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>);
    /// Returns the RESP bytes that a client has received since the last call.
    fn take_received(&mut self, client: Connection) -> Vec<u8>;
    fn state(&self, client: Connection) -> ClientState;
    /// Returns the client's ID, as CLIENT ID reports it.
    fn id(&self, client: Connection) -> u64;
    fn advance(&mut self, time: Duration);
    /// Enables DEBUG.
    fn allow_debug(&mut self);
    /// Advances the time to the earliest deadline of a blocked client.
    fn advance_to_deadline(&mut self);
}

/// Runs a script, and returns its recording. If a line is invalid, returns an error that quotes it.
pub fn run(script: &str, server: &mut dyn Server) -> Result<String, String> {
    let first = Client { name: "main".to_owned(), connection: server.connect(), closed: false };
    let mut runner = Runner { server, clients: vec![first], current: 0, lines: Vec::new() };
    for (number, line) in script.lines().enumerate() {
        if !line.trim().is_empty() && !line.starts_with('#') {
            runner.run_line(line).map_err(|error| format!("line {}: {line}: {error}", number + 1))?;
        }
    }
    Ok(runner.lines.iter().map(|line| format!("{line}\n")).collect())
}

struct Client {
    name: String,
    connection: Connection,
    closed: bool,
}

struct Runner<'a> {
    server: &'a mut dyn Server,
    clients: Vec<Client>,
    current: usize,
    lines: Vec<String>,
}

/// How a reply is written to the recording.
#[derive(Clone, Copy)]
enum View {
    AsIs,
    Unordered,
    Shape,
}

impl Runner<'_> {
    fn run_line(&mut self, line: &str) -> Result<(), String> {
        self.lines.push(format!("> {line}"));
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        match name {
            "@unordered" => self.run_command(rest, View::Unordered),
            "@shape" => self.run_command(rest, View::Shape),
            "@client" => self.switch_to(rest.trim()),
            "@proto" => {
                let argv = vec![b"HELLO".to_vec(), rest.trim().as_bytes().to_vec()];
                let client = self.clients[self.current].connection;
                self.server.send(client, argv);
                self.server.take_received(client);
                Ok(())
            }
            "@close" => {
                self.server.disconnect(self.clients[self.current].connection);
                self.clients[self.current].closed = true;
                self.write_received_by_others()
            }
            "@wait" => {
                let milliseconds = rest.trim().parse().map_err(|_| "@wait takes milliseconds".to_owned())?;
                self.server.advance(Duration::from_millis(milliseconds));
                self.write_received()
            }
            "@debug" => {
                self.server.allow_debug();
                Ok(())
            }
            "@deadline" => {
                self.server.advance_to_deadline();
                self.write_received()
            }
            _ if name.starts_with('@') => Err(format!("unknown directive {name}")),
            _ => self.run_command(line, View::AsIs),
        }
    }

    fn switch_to(&mut self, name: &str) -> Result<(), String> {
        match self.clients.iter().position(|client| client.name == name) {
            Some(known) => {
                if self.clients[known].closed {
                    self.clients[known].connection = self.server.connect();
                    self.clients[known].closed = false;
                }
                self.current = known;
            }
            None => {
                let connection = self.server.connect();
                self.clients.push(Client { name: name.to_owned(), connection, closed: false });
                self.current = self.clients.len() - 1;
            }
        }
        Ok(())
    }

    fn run_command(&mut self, line: &str, view: View) -> Result<(), String> {
        let words = quoting::split(line.as_bytes()).map_err(|_| "unbalanced quotes")?;
        let argv = words.into_iter().map(|word| self.resolve_id(word)).collect();
        let client = self.clients[self.current].connection;
        if self.clients[self.current].closed || self.server.state(client) != ClientState::Ready {
            return Err(format!("{} is blocked or closed and can send nothing", self.clients[self.current].name));
        }
        self.server.send(client, argv);
        let frames = parse_frames(&self.server.take_received(client))?;
        self.lines.extend(frames.iter().flat_map(|frame| frame.apply(view).lines()));
        match self.server.state(client) {
            ClientState::Closed => {
                self.clients[self.current].closed = true;
                self.lines.push("(closed)".to_owned());
            }
            ClientState::Blocked if frames.is_empty() => self.lines.push("(blocked)".to_owned()),
            ClientState::Ready if frames.is_empty() => self.lines.push("(no reply)".to_owned()),
            _ => {}
        }
        self.write_received_by_others()
    }

    /// Replaces the word `{id:NAME}` by the ID of the client called NAME. Returns any other word unchanged.
    fn resolve_id(&self, word: Vec<u8>) -> Vec<u8> {
        let is_named = |client: &&Client| word == format!("{{id:{}}}", client.name).as_bytes();
        let named = self.clients.iter().find(is_named);
        named.map(|client| self.server.id(client.connection).to_string().into_bytes()).unwrap_or(word)
    }

    fn write_received(&mut self) -> Result<(), String> {
        if !self.clients[self.current].closed {
            let own = parse_frames(&self.server.take_received(self.clients[self.current].connection))?;
            self.lines.extend(own.iter().flat_map(Frame::lines));
        }
        self.write_received_by_others()
    }

    fn write_received_by_others(&mut self) -> Result<(), String> {
        for (position, client) in self.clients.iter_mut().enumerate() {
            if position == self.current || client.closed {
                continue;
            }
            let frames = parse_frames(&self.server.take_received(client.connection))?;
            let name = &client.name;
            self.lines.extend(frames.iter().flat_map(Frame::lines).map(|line| format!("{name}: {line}")));
            if self.server.state(client.connection) == ClientState::Closed {
                client.closed = true;
                self.lines.push(format!("{name}: (closed)"));
            }
        }
        Ok(())
    }
}

/// A reply: its first line without CRLF, and its payload or elements.
#[derive(Debug, Clone)]
struct Frame {
    head: Vec<u8>,
    body: Option<Vec<u8>>,
    elements: Vec<Frame>,
}

/// Parses all replies in `data`, which must be complete.
fn parse_frames(mut data: &[u8]) -> Result<Vec<Frame>, String> {
    let mut found = Vec::new();
    while !data.is_empty() {
        let (frame, rest) = Frame::parse(data).ok_or_else(|| format!("not a whole reply: {}", escape(data)))?;
        found.push(frame);
        data = rest;
    }
    Ok(found)
}

impl Frame {
    fn parse(data: &[u8]) -> Option<(Frame, &[u8])> {
        let end = data.windows(2).position(|pair| pair == b"\r\n")?;
        let (head, mut rest) = (data[..end].to_vec(), &data[end + 2..]);
        // RESP2's null has a negative length and no payload.
        let length = || std::str::from_utf8(&data[1..end]).ok()?.parse::<i64>().ok();
        let (mut body, mut elements) = (None, Vec::new());
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
                    elements.push(frame);
                    rest = after;
                }
            }
            b'+' | b'-' | b':' | b'_' | b',' | b'#' | b'(' => {}
            _ => return None,
        }
        Some((Frame { head, body, elements }, rest))
    }

    fn is_aggregate(&self) -> bool {
        matches!(self.head.first(), Some(b'*' | b'~' | b'>' | b'%' | b'|'))
    }

    fn lines(&self) -> Vec<String> {
        let own = std::iter::once(escape(&self.head)).chain(self.body.as_deref().map(escape));
        own.chain(self.elements.iter().flat_map(Frame::lines)).collect()
    }

    fn apply(&self, view: View) -> Frame {
        match view {
            View::AsIs => self.clone(),
            View::Unordered => self.sorted(),
            View::Shape => self.shape(),
        }
    }

    fn sorted(&self) -> Frame {
        let mut elements: Vec<Frame> = self.elements.iter().map(Frame::sorted).collect();
        if matches!(self.head.first(), Some(b'%' | b'|')) {
            let mut pairs: Vec<&[Frame]> = elements.chunks(2).collect();
            pairs.sort_by_key(|pair| pair[0].lines());
            elements = pairs.concat();
        } else if elements.windows(2).all(|pair| pair[0].is_aggregate() == pair[1].is_aggregate()) {
            elements.sort_by_key(Frame::lines);
        }
        Frame { elements, ..self.clone() }
    }

    fn shape(&self) -> Frame {
        if self.is_aggregate() {
            return Frame { elements: self.elements.iter().map(Frame::shape).collect(), ..self.clone() };
        }
        let mut head = self.head[..1].to_vec();
        head.extend_from_slice(if matches!(head[0], b':' | b',' | b'(') { b"N" } else { b"..." });
        Frame { head, body: None, elements: Vec::new() }
    }
}

fn escape(data: &[u8]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A fake server. ECHO sends its argument to the sender, SAY sends it to the first client, WAIT blocks the sender,
    /// and BYE closes the sender's connection.
    #[derive(Default)]
    struct FakeServer {
        inboxes: Vec<Vec<u8>>,
        states: Vec<Option<ClientState>>,
    }

    impl Server for FakeServer {
        fn allow_debug(&mut self) {}

        fn connect(&mut self) -> Connection {
            self.inboxes.push(Vec::new());
            self.states.push(None);
            Connection(self.inboxes.len() - 1)
        }
        fn disconnect(&mut self, client: Connection) {
            self.states[client.0] = Some(ClientState::Closed);
        }
        fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>) {
            match argv[0].as_slice() {
                b"ECHO" => self.inboxes[client.0].extend_from_slice(&argv[1]),
                b"SAY" => self.inboxes[0].extend_from_slice(&argv[1]),
                b"WAIT" => self.states[client.0] = Some(ClientState::Blocked),
                b"BYE" => self.states[client.0] = Some(ClientState::Closed),
                _ => {}
            }
        }
        fn take_received(&mut self, client: Connection) -> Vec<u8> {
            std::mem::take(&mut self.inboxes[client.0])
        }
        fn state(&self, client: Connection) -> ClientState {
            self.states[client.0].unwrap_or(ClientState::Ready)
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

    fn record(script: &str) -> String {
        run(script, &mut FakeServer::default()).expect("the script is valid")
    }

    #[test]
    fn a_reply_is_written_line_by_line_and_escaped() {
        let script = r#"ECHO "*3\r\n$4\r\na\r\nb\r\n$-1\r\n%1\r\n+k\r\n:1\r\n""#;
        assert_eq!(record(script), format!("> {script}\n*3\n$4\na\\r\\nb\n$-1\n%1\n+k\n:1\n"));
    }

    #[test]
    fn unordered_sorts_elements_and_pairs_but_not_a_cursor() {
        let set = r#"@unordered ECHO "~2\r\n+b\r\n+a\r\n""#;
        assert_eq!(record(set), format!("> {set}\n~2\n+a\n+b\n"));
        let map = r#"@unordered ECHO "%2\r\n+b\r\n:1\r\n+a\r\n:2\r\n""#;
        assert_eq!(record(map), format!("> {map}\n%2\n+a\n:2\n+b\n:1\n"));
        let scan = r#"@unordered ECHO "*2\r\n+0\r\n*2\r\n+b\r\n+a\r\n""#;
        assert_eq!(record(scan), format!("> {scan}\n*2\n+0\n*2\n+a\n+b\n"));
    }

    #[test]
    fn shape_writes_only_types() {
        let script = r#"@shape ECHO "*2\r\n:17\r\n$2\r\nab\r\n""#;
        assert_eq!(record(script), format!("> {script}\n*2\n:N\n$...\n"));
    }

    #[test]
    fn output_of_other_clients_is_written_with_their_names() {
        let script =
            "NOTHING\n# a comment\n\n@client b\nSAY \"+hi\\r\\n\"\nWAIT\n@deadline\nBYE\n@client main\n@wait 5\n";
        let expected = "> NOTHING\n(no reply)\n> @client b\n> SAY \"+hi\\r\\n\"\n(no reply)\nmain: +hi\n> WAIT\n(blocked)\n\
                    > @deadline\nmain: *-1\n> BYE\n(closed)\n> @client main\n> @wait 5\n:5\n";
        assert_eq!(record(script), expected);
    }

    #[test]
    fn an_id_placeholder_is_replaced_by_the_id_of_the_client() {
        let numbers = "@client b\n@client main\nECHO \":1\\r\\n\"\nECHO {id:b}";
        let error = run(numbers, &mut FakeServer::default()).expect_err("a bare number is no reply");
        assert_eq!(error, "line 4: ECHO {id:b}: not a whole reply: 41");
    }

    #[test]
    fn an_invalid_line_is_an_error_with_its_number() {
        for script in ["ECHO \"x", "ECHO 'a'b", "@nope", "WAIT\nECHO x", "ECHO \"$9\\r\\nshort\""] {
            let error = run(script, &mut FakeServer::default()).expect_err("the script is invalid");
            assert!(error.starts_with("line "), "{error}");
        }
    }
}
