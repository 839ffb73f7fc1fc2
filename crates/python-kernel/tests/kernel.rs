//! The Python child as its parent sees it: a real process, frames in, frames out.

use python_kernel::frame::{self, FromChild, Outcome, Raised, Stream, ToChild};
use python_kernel::kernel::SUBCOMMAND;
use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A Python child, and a parent that answers it: a clock that moves by sleep alone, and a Redis of INCRBY and ECHO.
struct Python {
    process: Child,
    /// None once the pipe was closed.
    to: Option<ChildStdin>,
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
        let mut process = Command::new(env!("CARGO_BIN_EXE_python-kernel"))
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let (to, from) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
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
        python.say(0, &ToChild::Start { seed, module: "__main__".into() });
        assert_eq!(python.hear(), Some((0, FromChild::Ready)));
        python
    }

    fn say(&mut self, thread: u32, frame: &ToChild) {
        let to = self.to.as_mut().expect("the pipe is open");
        frame::write(to, thread, frame).unwrap();
        to.flush().unwrap();
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

#[test]
fn tracebacks_are_cpythons() {
    let mut recorded: Vec<Typed> = serde_json::from_str(include_str!("recorded/tracebacks.json")).unwrap();
    let mistakes: Vec<Typed> = serde_json::from_str(include_str!("recorded/syntax_errors.json")).unwrap();
    recorded.extend(mistakes);
    let errors: Vec<Typed> = serde_json::from_str(include_str!("recorded/errors.json")).unwrap();
    recorded.extend(errors);
    let mut differences = String::new();
    for Typed { typed, told } in recorded {
        let mut python = Python::start();
        python.run("del redis, r");
        for (source, told) in typed.iter().zip(told) {
            let ran = python.run(source);
            let ours = ran.outcome.error.map(|error| error.traceback);
            let (ours, told) = (ours.unwrap_or_default(), told.unwrap_or_default());
            if ours != told {
                differences += &format!(">>> {source}\n{told}--- but ours:\n{ours}\n");
            }
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}

#[test]
fn what_is_typed_is_echoed_and_kept() {
    let mut python = Python::start();
    for (source, stdout, value) in [
        ("1 + 1", "2\n", Some("2")),
        ("_ * 2", "4\n", Some("4")),
        ("None", "", None),
        ("x = 5", "", None),
        ("for i in range(2): i\n", "0\n1\n", Some("1")),
        ("print('é', end='')", "é", None),
        ("x; 'a'", "5\n'a'\n", Some("'a'")),
        ("__name__, type(r).__name__, redis.__name__", "('__main__', 'Redis', 'redis')\n", None),
        ("import sys; print('to stderr', file=sys.stderr)", "", None),
        ("quit", "Use quit() or Ctrl-D (i.e. EOF) to exit\n", Some("Use quit() or Ctrl-D (i.e. EOF) to exit")),
    ] {
        let ran = python.run(source);
        assert_eq!(ran.outcome.error, None, "{source}");
        assert_eq!(ran.stdout, stdout, "{source}");
        if value.is_some() {
            assert_eq!(ran.outcome.value.as_deref(), value, "{source}");
        }
    }
    assert_eq!(python.run("print('e', file=sys.stderr)").stderr, "e\n");
}

#[test]
fn replies_become_python_objects() {
    let mut python = Python::start();
    python.prints("import _wire\nc, replies = _wire.open('localhost', 6379, [('HELLO', 3), ('CLIENT SETNAME', 'x')])");
    assert_eq!(python.prints("replies"), "[b'OK', b'OK']\n");
    for (resp, encoding, shown) in [
        ("+OK|", "None", "b'OK'"),
        ("+OK|", "'utf-8'", "'OK'"),
        ("$2|é|", "'utf-8'", "'é'"),
        ("$2|é|", "'latin-1'", "'Ã©'"),
        ("$-1|", "None", "None"),
        ("*-1|", "None", "None"),
        ("_|", "None", "None"),
        (":-5|", "None", "-5"),
        (",1.5|", "None", "1.5"),
        (",-inf|", "None", "-inf"),
        ("#t|", "None", "True"),
        ("(123456789012345678901234567890|", "None", "123456789012345678901234567890"),
        ("*2|$1|a|*1|:1|", "None", "[b'a', [1]]"),
        ("%2|+a|:1|+b|:2|", "'utf-8'", "{'a': 1, 'b': 2}"),
        ("%1|*1|+k|:1|", "None", "[([b'k'], 1)]"),
        ("~2|:1|:2|", "None", "[1, 2]"),
        ("=5|txt:x|", "None", "b'x'"),
        ("-ERR no|", "None", "ErrorReply('ERR no')"),
        ("*1|!6|WRONG!|", "None", "[ErrorReply('WRONG!')]"),
        (">1|:1|", "None", "[1]"),
    ] {
        let source = format!("print(repr(_wire.call(c, ('ECHO', '{resp}'), None, {encoding})))");
        assert_eq!(python.prints(&source).trim_end(), shown, "{resp}");
    }
    assert_eq!(python.prints("type(_wire.call(c, ('ECHO', '>1|:1|'), None, None))"), "<class '_wire.Push'>\n");
}

#[test]
fn what_stands_ready_looks_as_if_it_had_been_imported() {
    let mut python = Python::start();
    python.prints(
        "import sys\n\
         def looks():\n\
        \x20   names = [name for name in sys.modules if name.partition('.')[0] == 'redis']\n\
        \x20   shown = lambda value: type(value) if callable(value) or value is vars(__builtins__) else str(value)\n\
        \x20   own = lambda name: [(key, shown(value)) for key, value in vars(sys.modules[name]).items() if key[:2] == '__']\n\
        \x20   return {name: (own(name), str(vars(sys.modules[name].__spec__))) for name in names}\n\
         ready = looks()\n\
         for name in ready: del sys.modules[name]\n\
         import redis; redis.Redis()\n\
         imported = {name: look for name, look in looks().items()}",
    );
    assert_eq!(python.prints("len(ready) > 20, set(ready) ^ set(imported)"), "(True, set())\n");
    let differing = "[(name, ready[name], look) for name, look in imported.items() if (sorted(ready[name][0], key=str), ready[name][1]) != (sorted(look[0], key=str), look[1])]";
    assert_eq!(python.prints(differing), "[]\n");
}

#[test]
fn a_reply_in_pieces_is_waited_for() {
    let mut python = Python::start();
    python.prints("import _wire\nc, _ = _wire.open('localhost', 6379, [])");
    python.begin("_wire.call(c, ('PING',), 2.5, None), _wire.pending(c), _wire.read(c, 1, None)");
    for (i, piece) in ["*2\r\n$3\r\na", "bc\r", "\n:1\r\n+mo", "re\r\n"].into_iter().enumerate() {
        let (thread, question) = python.hear().unwrap();
        let timeout_us = if i < 3 { 2_500_000 } else { 1_000_000 };
        match question {
            FromChild::Exchange { timeout_us: asked, .. } | FromChild::Receive { timeout_us: asked, .. } => {
                assert_eq!(asked, Some(timeout_us), "piece {i}");
            }
            other => panic!("{other:?}"),
        }
        python.say(thread, &ToChild::Received { data: piece.as_bytes().to_vec() });
    }
    assert_eq!(python.finish().unwrap().stdout, "([b'abc', 1], True, b'more')\n");
}

#[test]
fn commands_are_packed_as_redis_py_packs_them() {
    let mut python = Python::start();
    python.prints("import _wire");
    for (command, packed) in [
        ("('CONFIG GET', 'a b')", "*3|$6|CONFIG|$3|GET|$3|a b|"),
        ("('SET', b'\\xff', 1)", "*3|$3|SET|$1|\\xff|$1|1|"),
        ("('SET', 1.5, 10**20)", "*3|$3|SET|$3|1.5|$21|100000000000000000000|"),
        ("('X', bytearray(b'a'), memoryview(b'b'), 'é')", "*4|$1|X|$1|a|$1|b|$2|\\xc3\\xa9|"),
        ("(b'A B', -1)", "*2|$3|A B|$2|-1|"),
    ] {
        let shown = format!("b'{}'\n", packed.replace('|', "\\r\\n"));
        assert_eq!(python.prints(&format!("_wire.pack({command})")), shown);
    }
    for element in ["None", "True", "[]", "{'a': 1}", "object()"] {
        let ran = python.run(&format!("_wire.pack(('SET', {element}))"));
        assert_eq!(ran.error().class, "_wire.Unencodable", "{element}");
    }
    assert_eq!(
        python.prints("_wire.pack_with(('X', 'é'), 'latin-1', 'strict')"),
        "b'*2\\r\\n$1\\r\\nX\\r\\n$1\\r\\n\\xe9\\r\\n'\n"
    );
}

#[test]
fn what_a_connection_meets_is_raised() {
    let mut python = Python::start();
    python.prints("import _wire\nc, _ = _wire.open('localhost', 6379, [])");
    for (instead, source, class) in [
        (ToChild::TimedOut, "_wire.read(c, 1.0, None)", "_wire.TimedOut"),
        (ToChild::Closed, "_wire.call(c, ('PING',), 1, None)", "_wire.Closed"),
        (ToChild::Interrupted, "_wire.call(c, ('BLPOP', 'q', 0), None, None)", "KeyboardInterrupt"),
        (ToChild::Interrupted, "import time; time.sleep(9)", "KeyboardInterrupt"),
        (ToChild::Interrupted, "input()", "KeyboardInterrupt"),
        (ToChild::Refused { reason: "Connection refused".into() }, "_wire.open('h', 1, [])", "ConnectionRefusedError"),
    ] {
        python.instead = Some(instead);
        assert_eq!(python.run(source).error().class, class, "{source}");
    }
    assert_eq!(python.run("_wire.close(c); _wire.read(c, 1, None)").error().class, "_wire.Closed");
}

#[test]
fn time_is_the_tutors() {
    let mut python = Python::start();
    python.prints("import time, datetime");
    assert_eq!(python.prints("time.time(), time.sleep(90), time.time()"), "(1700000000.0, None, 1700000090.0)\n");
    assert_eq!(python.prints("t = time.monotonic(); time.sleep(0.25); time.monotonic() - t"), "0.25\n");
    assert_eq!(
        python.prints("datetime.datetime.now(datetime.timezone.utc).isoformat()"),
        "'2023-11-14T22:14:50.250000+00:00'\n"
    );
    assert_eq!(python.prints("time.gmtime().tm_year, time.strftime('%Y')"), "(2023, '2023')\n");
    assert_eq!(python.run("time.sleep(-1)").error().message, "sleep length must be non-negative");
}

#[test]
fn a_seed_fixes_all_chance() {
    let source = "import random, os, uuid, secrets, _wire\n\
        print(random.random(), random.sample(range(99), 5), os.urandom(4), uuid.uuid4(), secrets.token_hex(4), \
        hash('a'), _wire.shuffled([b'a', b'b', b'c', b'd', 'e', 5]))";
    let drawn = |seed| Python::seeded(seed).prints(source);
    assert_eq!(drawn(7), drawn(7));
    assert_ne!(drawn(7), drawn(8));
}

#[test]
fn lines_are_asked_for() {
    let mut python = Python::start();
    python.lines = vec!["two".into(), "one".into()];
    assert_eq!(python.prints("input('name? '), input()"), "('one', 'two')\n");
    assert_eq!(python.asked[0], FromChild::Input { prompt: "name? ".into() });
    assert_eq!(python.run("input()").error().class, "EOFError");
}

#[test]
fn leaving_is_told_with_its_status() {
    let mut python = Python::start();
    for (source, status, said) in
        [("exit()", 0, ""), ("quit(3)", 3, ""), ("import sys; sys.exit(None)", 0, ""), ("sys.exit('bye')", 1, "bye\n")]
    {
        let ran = python.run(source);
        assert_eq!((ran.error().exit_status, ran.error().traceback.as_str()), (Some(status), said), "{source}");
    }
}

#[test]
fn modules_import_and_work() {
    let mut python = Python::start();
    for module in "os io sys importlib random re datetime dataclasses inspect traceback logging typing uuid secrets \
        hashlib decimal pickle threading collections statistics fractions concurrent.futures queue contextlib enum \
        itertools functools heapq bisect copy pprint textwrap string base64 zlib binascii types abc operator math json \
        time pathlib csv calendar struct array unicodedata html difflib unittest doctest"
        .split_whitespace()
    {
        assert_eq!(python.prints(&format!("import {module}")), "", "{module}");
    }
    for (source, shown) in [
        ("re.findall('[a-z]+', 'ab1c')", "['ab', 'c']"),
        ("json.dumps({'a': [1.5, None]})", "'{\"a\": [1.5, null]}'"),
        ("hashlib.sha1(b'x').hexdigest()[:8]", "'11f6ad8e'"),
        ("pickle.loads(pickle.dumps([1, {'a'}]))", "[1, {'a'}]"),
        ("os.path.join('a', 'b'), os.environ.get('HOME'), os.path.exists('/')", "('a/b', None, False)"),
        ("decimal.Decimal('0.1') + 1", "Decimal('1.1')"),
        ("io.StringIO('x').read()", "'x'"),
        ("zlib.decompress(zlib.compress(b'abc'))", "b'abc'"),
        ("import sys; sys.stdout.buffer.write('é\\n'.encode())", "é\n3"),
        ("class T(unittest.TestCase):\n    def test_it(self): self.assertEqual(1, 1)\n", ""),
        (
            "unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))",
            "<unittest.runner.TextTestResult run=1 errors=0 failures=0>",
        ),
        ("def double(x):\n    '''\n    >>> double(2)\n    4\n    '''\n    return 2 * x\n", ""),
        ("doctest.run_docstring_examples(double, globals())", ""),
        ("statistics.mean([1, 2, 3])", "2"),
        ("def f():\n    return 'source'\n\nprint(inspect.getsource(f), end='')", "def f():\n    return 'source'"),
        (
            "with concurrent.futures.ThreadPoolExecutor(2) as pool:\n    print(list(pool.map(abs, [-1, -2])))\n",
            "[1, 2]",
        ),
    ] {
        assert_eq!(python.prints(source).trim_end(), shown, "{source}");
    }
    assert!(python.prints("help(len)").starts_with("Help on built-in function len"), "no pager");
}

/// What a hostile or a curious learner would try, and the kind of error; each says who speaks and what there is not.
#[test]
fn what_is_out_of_reach_says_so() {
    let mut python = Python::start();
    python.prints("import os, io, sys, pathlib, uuid, shutil");
    for (source, class) in [
        ("open('x')", "PermissionError"),
        ("open('/etc/passwd', 'rb')", "PermissionError"),
        ("io.open('x', 'w')", "PermissionError"),
        ("io.FileIO('x')", "PermissionError"),
        ("pathlib.Path('x').read_text()", "PermissionError"),
        ("os.listdir('/')", "PermissionError"),
        ("os.remove('x')", "PermissionError"),
        ("os.open('x', 0)", "PermissionError"),
        ("shutil.rmtree('x')", "PermissionError"),
        ("os.system('ls')", "PermissionError"),
        ("os.fork()", "PermissionError"),
        ("os.kill(1, 9)", "PermissionError"),
        ("list(os.scandir('/'))", "PermissionError"),
        ("os.write(1, b'x')", "PermissionError"),
        ("__import__('_io').open('x')", "PermissionError"),
        ("__import__('_io').FileIO('x')", "PermissionError"),
        ("__import__('_io').open_code('x')", "PermissionError"),
        ("__import__('posix').open('x', 0)", "PermissionError"),
        ("list(pathlib.Path('/').iterdir())", "PermissionError"),
        ("pathlib.Path('x').write_text('x')", "PermissionError"),
        ("shutil.copy('x', 'y')", "PermissionError"),
        ("import pickle; pickle.loads(b\"cos\\nsystem\\n(S'id'\\ntR.\")", "PermissionError"),
        ("import logging; logging.FileHandler('x.log')", "PermissionError"),
        ("import zipfile; zipfile.ZipFile('x.zip', 'w')", "PermissionError"),
        ("import gzip; gzip.open('x.gz', 'w')", "PermissionError"),
        ("import runpy; runpy.run_path('x.py')", "PermissionError"),
        ("import tokenize; tokenize.open('x')", "PermissionError"),
        ("import importlib.machinery as m; m.SourceFileLoader('x', 'x').get_data('x')", "PermissionError"),
        ("import platform; platform.node()", "PermissionError"),
        ("os.popen('id')", "ImportError"),
        ("import importlib; importlib.import_module('socket')", "ImportError"),
        ("__import__('subprocess')", "ImportError"),
        ("__import__('fcntl')", "ImportError"),
        ("import tempfile", "ImportError"),
        ("import resource", "ImportError"),
        ("import http.server", "ImportError"),
        ("import webbrowser", "ImportError"),
        ("import smtplib", "ImportError"),
        ("breakpoint()", "RuntimeError"),
        ("import pdb; pdb.set_trace()", "RuntimeError"),
        ("os.abort()", "PermissionError"),
        ("os.execv('/bin/sh', [])", "PermissionError"),
        ("os.uname()", "PermissionError"),
        ("import socket", "ImportError"),
        ("import subprocess", "ImportError"),
        ("import ctypes", "ImportError"),
        ("import multiprocessing", "ImportError"),
        ("import asyncio, socket", "ImportError"),
        ("asyncio.run(asyncio.create_subprocess_shell('id'))", "PermissionError"),
        ("asyncio.run(asyncio.open_connection('localhost', 80))", "PermissionError"),
        ("import sqlite3", "ImportError"),
        ("import ssl", "ImportError"),
        ("import signal", "ImportError"),
        ("import mmap", "ImportError"),
        ("from urllib.request import urlopen", "ImportError"),
        ("from http.client import HTTPConnection", "ImportError"),
    ] {
        let ran = python.run(source);
        assert_eq!(ran.error().class, class, "{source}");
        assert!(ran.error().message.starts_with("redis-tutor's Python "), "{source}: {}", ran.error().message);
        assert_eq!(ran.error().message.matches(". ").count(), 0, "one sentence: {}", ran.error().message);
    }
    for (source, shown) in
        [("os.environ", "environ({})"), ("os.getcwd()", "'/'"), ("sys.executable, sys.path", "('', [])")]
    {
        assert_eq!(python.prints(source).trim_end(), shown, "{source}");
    }
    for module in "_posixsubprocess _socket _ctypes _ssl _sqlite3 _multiprocessing pwd nt".split_whitespace() {
        let source = format!("__import__('{module}')");
        assert_eq!(python.run(&source).error().class, "ModuleNotFoundError", "{module}");
    }
    // Nobody who climbs over the classes finds one that reaches further.
    let reaching = "[c.__name__ for c in ().__class__.__base__.__subclasses__() \
        if c.__name__ in ('Popen', 'socket', 'CDLL', 'mmap', 'DirEntry') and c.__module__ != 'posix']";
    assert_eq!(python.prints(reaching), "[]\n");
    assert_eq!(
        python.prints("list(os.walk('/')), pathlib.Path('/etc').exists(), os.getenv('HOME')"),
        "([], False, None)\n"
    );
}

#[test]
fn what_one_submission_breaks_the_next_finds_mended() {
    let mut python = Python::start();
    for source in [
        "import sys; sys.stdout = None",
        "import sys; sys.stdout = sys.stderr = sys.__stdout__ = object()",
        "import sys; sys.displayhook = None; del sys.excepthook",
        "import builtins; builtins.print = builtins.repr = builtins.len = None",
        "import builtins; builtins.__import__ = None; del builtins.__build_class__",
        "import sys; sys.modules.clear()",
        "import builtins; builtins.__dict__.clear()",
        "import sys; sys.settrace(lambda *a: 1 / 0)",
        "import sys; sys.meta_path.clear()",
    ] {
        python.run(source);
        let ran = python.run("import sys, bisect; print(len('ab')); 'echo'");
        let ended = (ran.stdout.as_str(), &ran.outcome.error);
        assert_eq!(ended, ("2\n'echo'\n", &None), "after {source}");
    }
}

#[test]
fn names_complete_without_running_anything() {
    let mut python = Python::start();
    python.prints(
        "class Trap:\n    own = 1\n    @property\n    def sprung(self): print('ran'); return 1\n    \
         def __getattr__(self, name): print('ran'); return self\n    def __dir__(self): print('ran'); return []\n",
    );
    python.prints("t = Trap(); t.mine = 'x'; import json, json.decoder");
    for (text, expected) in [
        ("t.", &["mine", "own", "sprung"][..]),
        ("print(t.mi", &["mine"]),
        ("t.mine.startsw", &["startswith"]),
        ("t.sprung.", &[]),
        ("t.nothing.", &[]),
        ("json.decoder.JSONDecodeE", &["JSONDecodeError"]),
        ("prin", &["print"]),
        ("1.", &[]),
        ("f(x).", &[]),
        ("é日.", &[]),
        ("....", &[]),
    ] {
        assert_eq!(python.names(text), expected, "{text}");
    }
    assert!(python.names("r.").contains(&"get".to_owned()));
    assert_eq!(python.run("1").stdout, "1\n", "nothing ran");
}

#[test]
fn threads_wait_each_for_its_own_answer() {
    let mut python = Python::start();
    python.prints("import threading, _wire\ngot = {}");
    python.prints(
        "def work(name):\n    c, _ = _wire.open('localhost', 6379, [])\n    \
         got[name] = _wire.call(c, ('ECHO', name), None, None)\n",
    );
    python.begin("ts = [threading.Thread(target=work, args=(n,)) for n in 'abc']\nfor t in ts: t.start()\nfor t in ts: t.join()\nsorted(got.items())");
    // All three wait at once before the first is answered, and the last to ask is answered first.
    let mut waiting = Vec::new();
    while waiting.len() < 3 {
        match python.hear().unwrap() {
            (thread, FromChild::Open { .. }) => python.say(thread, &ToChild::Opened { data: Vec::new() }),
            (thread, FromChild::Exchange { data, .. }) => waiting.push((thread, data)),
            other => panic!("{other:?}"),
        }
    }
    for (thread, data) in waiting.into_iter().rev() {
        let name = data[data.len() - 3] as char;
        python.say(thread, &ToChild::Received { data: format!("+{name}!\r\n").into_bytes() });
    }
    assert_eq!(python.finish().unwrap().stdout, "[('a', b'a!'), ('b', b'b!'), ('c', b'c!')]\n");
    let ran = python.run("t = threading.Thread(target=lambda: 1/0); t.start(); t.join()");
    assert!(ran.stderr.starts_with("Exception in thread Thread-4 (<lambda>):\nTraceback"), "{}", ran.stderr);
}

#[test]
fn nesting_raises_what_cpython_raises() {
    let mut python = Python::start();
    for (source, class, message) in [
        ("eval('(' * 200000)", "SyntaxError", "too many nested parentheses (<string>, line 1)"),
        ("compile('[' * 201, 'x', 'exec')", "SyntaxError", "too many nested parentheses (<string>, line 1)"),
        ("exec('-' * 100000 + '1')", "RecursionError", "maximum recursion depth exceeded during compilation"),
        ("def f(): f()\nf()", "RecursionError", "maximum recursion depth exceeded"),
        ("import sys\nsys.setrecursionlimit(10**9)\nf()", "RecursionError", ""),
        ("sys.setrecursionlimit(1000)\nf()", "RecursionError", "maximum recursion depth exceeded"),
        (
            "l = []\nfor i in range(100000): l = [l]\nrepr(l)",
            "RecursionError",
            "maximum recursion depth exceeded while getting the repr of an object",
        ),
    ] {
        let ran = python.run(source);
        assert_eq!((ran.error().class.as_str(), ran.error().message.as_str()), (class, message), "{source}");
    }
    let deep = format!("x = {}", "(".repeat(200_000));
    assert_eq!(python.run(&deep).error().class, "SyntaxError");
    assert_eq!(python.prints("eval('[' * 190 + ']' * 190) is None; eval('1' + '+1' * 2900)"), "False\n2901\n");
}

#[cfg(target_os = "linux")]
#[test]
fn too_much_memory_ends_the_child_alone_and_quietly() {
    for source in ["'a' * 10**11", "[0] * 10**11", "list(range(10**10))"] {
        let mut python = Python::start();
        python.begin(source);
        match python.finish() {
            Some(ran) => assert_eq!(ran.error().class, "MemoryError", "{source}"),
            None => assert!(!python.process.wait().unwrap().success(), "{source}"),
        }
    }
}

#[cfg(unix)]
mod interrupted {
    use super::*;
    use rustix::process::{Pid, Signal, kill_process};

    impl Python {
        fn signal(&self, signal: Signal) {
            kill_process(Pid::from_child(&self.process), signal).unwrap();
        }

        /// Runs a source that prints before it loops, and interrupts it then.
        fn interrupt(&mut self, source: &str) -> Ran {
            self.begin(source);
            assert!(matches!(self.hear(), Some((0, FromChild::Output { .. }))));
            self.signal(Signal::INT);
            self.finish().expect("an interrupt kills nothing")
        }
    }

    #[test]
    fn a_loop_ends_by_keyboard_interrupt_and_its_variables_stay() {
        let mut python = Python::start();
        python.prints("x = 5");
        for source in [
            // Without `flush`: what is printed is shown while the program goes on.
            "print('on')\nwhile True: pass\n",
            "def g():\n    while True: yield\nprint('on', flush=True)\nfor _ in g(): pass\n",
            "try:\n    print('on', flush=True)\n    while True: pass\nfinally:\n    x += 1\n",
        ] {
            assert_eq!(python.interrupt(source).error().class, "KeyboardInterrupt", "{source}");
        }
        assert_eq!(python.prints("x"), "6\n");
    }

    #[test]
    fn a_signal_that_is_quicker_than_its_source_interrupts_it_once() {
        let mut python = Python::start();
        python.signal(Signal::INT);
        // The signal takes its time; the child waits for the source meanwhile, or runs it already.
        python.begin("while True: pass");
        assert_eq!(python.finish().expect("an interrupt kills nothing").error().class, "KeyboardInterrupt");
        assert_eq!(python.prints("sum(i for i in range(1000))"), "499500\n");
    }

    #[test]
    fn what_asks_nothing_can_be_killed() {
        for source in [
            "print('on', flush=True)\nwhile True:\n    try:\n        while True: pass\n    except: pass\n",
            "print('on', flush=True)\nsum(range(10**11))",
        ] {
            let mut python = Python::start();
            python.begin(source);
            assert!(matches!(python.hear(), Some((0, FromChild::Output { .. }))));
            python.process.kill().unwrap();
            assert!(python.finish().is_none(), "{source}");
        }
    }
}

#[test]
fn the_child_ends_with_its_pipe() {
    let mut python = Python::start();
    drop(python.to.take());
    assert!(python.process.wait().unwrap().success());
}
