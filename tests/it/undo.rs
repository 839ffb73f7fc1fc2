//! Tests of `:undo` with random inputs. Undoing the inputs one by one must restore the data, the variables and the
//! blocked commands.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use redis_tutor::driver::{Frontend, Host, drive};
use redis_tutor::lesson::evidence::Submission;
use redis_tutor::session::event::{Event, Prompt, Show};
use redis_tutor::session::{Options, Session};

/// The inputs from which tests choose at random.
pub const INPUTS: [&str; 36] = [
    "r.set('text', 'a')",
    "r.set('text', 'b', ex=5)",
    "r.append('text', 'c')",
    "n = r.incr('n')",
    "n",
    "r.hset('hash', mapping={'f': 1, 'g': 'x'})",
    "r.hincrby('hash', 'f', 3)",
    "h = r.hgetall('hash')",
    "r.rpush('list', 1, 2, 3)",
    "item = r.lpop('list')",
    "r.sadd('set', *range(20))",
    "member = r.spop('set')",
    "r.zadd('scores', {'a': 1, 'b': 2})",
    "r.zincrby('scores', 5, 'a')",
    "r.delete('text', 'hash')",
    "r.flushall()",
    "r.expire('list', 3)",
    "r.lpush('text', 1)",
    "import random; luck = random.random()",
    "import time; at = time.time()",
    "n = [n] if 'n' in globals() else []",
    "for i in range(4):\n    r.incr('loop')\n",
    "p = r.pipeline(); a = p.set('n', 1).incr('n').execute()",
    "with r.pipeline() as p:\n    p.watch('n'); p.multi(); p.incr('n'); b = p.execute()\n",
    "raise ValueError(1)",
    "SET text cli",
    "INCR n",
    "MULTI",
    "EXEC",
    "RPUSH jobs 1 2",
    ":wait 2s",
    ":client main",
    ":client phone",
    "got = redis.Redis(socket_timeout=None).blpop('jobs', timeout=20)",
    "import asyncio, redis.asyncio; told = asyncio.run(redis.asyncio.Redis(socket_timeout=None).blpop('jobs', 20))",
    "import asyncio, redis.asyncio\nasync def several():\n    async with redis.asyncio.Redis() as c:\n        \
     return len(await asyncio.gather(c.incr('n'), c.blpop('jobs', 1), asyncio.sleep(2), return_exceptions=True))\n\n\
     several = asyncio.run(several())",
];

/// Python code that prints a client's variables.
pub const VARIABLES: &str =
    "{k: v for k, v in globals().items() if not k.startswith('_') and type(v) in (int, float, str, bytes, list, dict)}";

/// The parts of a session's state that `:undo` must restore.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Each key, with the digest of its value, and its expiry time in milliseconds.
    digests: Vec<(Vec<u8>, Vec<u8>, Option<i64>)>,
    seconds: i64,
    waits: Vec<String>,
    prompt: String,
}

pub fn state(session: &Session, prompt: &Prompt) -> State {
    let mut engine = session.engine().clone();
    let now_us = engine.keyspace.now_us();
    engine.server.config.set_unchecked("enable-debug-command", b"yes");
    let client = engine.connect();
    let keys: Vec<_> =
        engine.keyspace.databases()[0].iter().map(|(key, entry)| (key.to_vec(), entry.expires_ms())).collect();
    let mut digests: Vec<_> = keys
        .into_iter()
        .map(|(key, expires_ms)| {
            engine.execute(client, &[b"DEBUG", b"DIGEST-VALUE", &key], now_us);
            let digest = engine.server.clients.get_mut(client).reply.take();
            assert!(digest.starts_with(b"*1"), "{}", String::from_utf8_lossy(&digest));
            (key, digest, expires_ms)
        })
        .collect();
    digests.sort();
    State { digests, seconds: now_us / 1_000_000, waits: session.waits(), prompt: prompt.text() }
}

/// The phase that a test is in.
enum Doing {
    /// The test is entering inputs. The value is the number of inputs that have not been entered yet.
    Entering(usize),
    Undoing,
    /// `VARIABLES` was entered after an undo. Its output must equal `before`.
    Asked {
        before: String,
    },
    /// The `VARIABLES` input of the previous phase is being undone.
    Again,
    Over,
}

/// An input, the state before it, and its output.
struct Entered {
    text: &'static str,
    before: State,
    output: String,
}

struct Chance {
    luck: u64,
    doing: Doing,
    entered: Vec<Entered>,
    last_output: String,
    log: String,
}

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        // A linear congruential generator with Knuth's constants.
        self.luck = self.luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.luck >> 33).expect("31 bits") % below
    }
}

impl Frontend for Chance {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.log.push_str(&format!("  {show:?}\n"));
        Ok(())
    }

    fn read_input(&mut self, host: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event> {
        let now = state(host.session(), prompt);
        let text = match self.doing {
            Doing::Entering(0) => {
                self.doing = Doing::Undoing;
                ":undo".to_owned()
            }
            Doing::Entering(left) => {
                self.doing = Doing::Entering(left - 1);
                let text = if left % 8 == 0 { VARIABLES } else { INPUTS[self.next(INPUTS.len())] };
                self.entered.push(Entered { text, before: now, output: String::new() });
                text.to_owned()
            }
            Doing::Undoing => {
                let Entered { text, before, output } = self.entered.pop().expect("no more is undone than was entered");
                assert_eq!(now, before, "after {text:?} was taken back\n{}", self.log);
                if text == VARIABLES {
                    self.doing = Doing::Asked { before: output };
                    VARIABLES.to_owned()
                } else if self.entered.is_empty() {
                    self.doing = Doing::Asked { before: "{}\n".into() };
                    VARIABLES.to_owned()
                } else {
                    ":undo".to_owned()
                }
            }
            Doing::Asked { ref before } => {
                assert_eq!(self.last_output, *before, "variables are as they were\n{}", self.log);
                self.doing = if self.entered.is_empty() { Doing::Over } else { Doing::Again };
                ":undo".to_owned()
            }
            Doing::Again => {
                self.doing = Doing::Undoing;
                ":undo".to_owned()
            }
            Doing::Over => return Ok(Event::EndOfInput),
        };
        self.log.push_str(&format!("{text}\n"));
        Ok(Event::Entered(text))
    }

    fn wait(&mut self, _: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        Ok(if deadline_us.is_some() { Event::SkipWait } else { Event::Entered(String::new()) })
    }

    fn submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        self.last_output.clone_from(&submission.output);
        if let (Doing::Entering(_), Some(last)) = (&self.doing, self.entered.last_mut()) {
            last.output.clone_from(&submission.output);
        }
        Ok(())
    }

    fn python_executable(&self) -> io::Result<PathBuf> {
        Ok(env!("CARGO_BIN_EXE_redis-tutor").into())
    }
}

#[test]
fn any_inputs_can_be_undone_one_by_one() {
    for luck in 0..3 {
        let mut session = Session::new(Options::repeatable(Arc::default()));
        let doing = Doing::Entering(16);
        let mut chance =
            Chance { luck, doing, entered: Vec::new(), last_output: String::new(), log: format!("luck {luck}\n") };
        drive(&mut session, &mut chance).expect("a session without a terminal meets no broken pipe");
        assert!(matches!(chance.doing, Doing::Over), "it came to an end\n{}", chance.log);
    }
}
