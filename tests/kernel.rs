//! The Python child as its parent sees it: a real process, frames in, frames out.

use redis_tutor::redis_py::frame::{self, FromChild, Outcome, Raised, Stream, ToChild};
use redis_tutor::redis_py::kernel::SUBCOMMAND;
use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A Python child, and a parent that answers it: a clock that moves by sleep alone, and a Redis of INCRBY and ECHO.
struct Python {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    number: u32,
    clock_us: i64,
    counters: HashMap<String, i64>,
    /// Lines for `input()`, the next one last.
    lines: Vec<String>,
    /// Every frame that the child sent since the last run began, output left out.
    asked: Vec<FromChild>,
    /// What a question is answered, in the place of the usual, once.
    instead: Option<ToChild>,
}

/// How a run ended, and what it wrote.
#[derive(Debug, Default, PartialEq)]
struct Ran {
    stdout: String,
    stderr: String,
    outcome: Outcome,
}

impl Ran {
    fn error(&self) -> &Raised {
        self.outcome.error.as_ref().unwrap_or_else(|| panic!("no error: {self:?}"))
    }
}

impl Python {
    fn start() -> Self {
        Self::seeded(1)
    }

    fn seeded(seed: u64) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let (to, from) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let mut python = Self {
            process,
            to,
            from,
            number: 0,
            clock_us: 1_700_000_000_000_000,
            counters: HashMap::new(),
            lines: Vec::new(),
            asked: Vec::new(),
            instead: None,
        };
        python.say(0, &ToChild::Start { seed });
        assert_eq!(python.hear(), Some((0, FromChild::Ready)));
        python
    }

    fn say(&mut self, thread: u32, frame: &ToChild) {
        frame::write(&mut self.to, thread, frame).unwrap();
        self.to.flush().unwrap();
    }

    fn hear(&mut self) -> Option<(u32, FromChild)> {
        frame::read(&mut self.from).unwrap()
    }

    fn begin(&mut self, source: &str) {
        self.number += 1;
        self.asked.clear();
        self.say(0, &ToChild::Run { number: self.number, source: source.to_owned(), echo: true });
    }

    /// Answers until the run is over; none if the child has died.
    fn finish(&mut self) -> Option<Ran> {
        let mut ran = Ran::default();
        loop {
            let (thread, frame) = self.hear()?;
            match frame {
                FromChild::Output { stream: Stream::Stdout, text } => ran.stdout += &text,
                FromChild::Output { stream: Stream::Stderr, text } => ran.stderr += &text,
                FromChild::Done(outcome) => {
                    ran.outcome = outcome;
                    return Some(ran);
                }
                question => {
                    let answer = self.instead.take().or_else(|| self.answer(&question));
                    self.asked.push(question);
                    if let Some(answer) = answer {
                        self.say(thread, &answer);
                    }
                }
            }
        }
    }

    fn answer(&mut self, question: &FromChild) -> Option<ToChild> {
        Some(match question {
            FromChild::Open { set_up, .. } => {
                let commands = set_up.iter().filter(|byte| **byte == b'*').count();
                ToChild::Opened { data: b"+OK\r\n".repeat(commands) }
            }
            FromChild::Exchange { data, .. } => ToChild::Received { data: self.serve(data) },
            FromChild::Now => ToChild::Time { unix_us: self.clock_us },
            FromChild::Sleep { duration_us } => {
                self.clock_us += i64::try_from(*duration_us).unwrap();
                ToChild::Slept
            }
            FromChild::Input { .. } => ToChild::Line { text: self.lines.pop() },
            _ => return None,
        })
    }

    fn serve(&mut self, command: &[u8]) -> Vec<u8> {
        let command = String::from_utf8_lossy(command).into_owned();
        let words: Vec<&str> = command.split("\r\n").skip(2).step_by(2).collect();
        match words[..] {
            ["INCRBY", key, by] => {
                let counter = self.counters.entry(key.to_owned()).or_default();
                *counter += by.parse::<i64>().unwrap();
                format!(":{counter}\r\n").into_bytes()
            }
            // A reply as the test wants it: what was echoed is RESP itself.
            ["ECHO", reply] => reply.replace('|', "\r\n").into_bytes(),
            _ => b"-ERR unknown command\r\n".to_vec(),
        }
    }

    fn run(&mut self, source: &str) -> Ran {
        self.begin(source);
        self.finish().unwrap_or_else(|| panic!("the child died of {source:?}"))
    }

    /// What a source prints; it must raise nothing.
    fn prints(&mut self, source: &str) -> String {
        let ran = self.run(source);
        assert_eq!(ran.outcome.error, None, "{source}");
        ran.stdout
    }

    fn names(&mut self, text: &str) -> Vec<String> {
        self.say(0, &ToChild::Complete { text: text.to_owned() });
        match self.hear() {
            Some((0, FromChild::Names { names })) => names,
            other => panic!("no names but {other:?}"),
        }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It may be dead already, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(serde::Deserialize)]
struct Typed {
    typed: Vec<String>,
    told: Vec<Option<String>>,
}

/// Where the wording after the class is the interpreter's own, and only type, lines and carets are held to CPython's.
const WORDED_OTHERWISE: &[&str] = &[
    "'a' + 1",
    "u = 'a' + 1",
    "'é' + 1",
    "x = '日本' + 1",
    "len(1,\n  2,\n  3)",
    "a, b = [1, 2, 3]",
    "'a' in 5",
    "x.k = 1",
    "print('a', end=1)",
];

#[test]
fn tracebacks_are_cpythons() {
    let recorded: Vec<Typed> = serde_json::from_str(include_str!("kernel/tracebacks.json")).unwrap();
    let mut differences = String::new();
    for Typed { typed, told } in recorded {
        let mut python = Python::start();
        python.run("del redis, r");
        for (source, told) in typed.iter().zip(told) {
            let ran = python.run(source);
            let ours = ran.outcome.error.map(|error| error.traceback);
            let masked = |text: Option<String>| match text {
                Some(text) if WORDED_OTHERWISE.contains(&source.as_str()) => {
                    let (head, last) = text.trim_end().rsplit_once('\n').unwrap_or(("", &text));
                    format!("{head}\n{}", last.split(':').next().unwrap_or_default())
                }
                text => text.unwrap_or_default(),
            };
            let (ours, told) = (masked(ours), masked(told));
            if ours != told {
                differences += &format!(">>> {source}\n{told}--- but ours:\n{ours}\n");
            }
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}
