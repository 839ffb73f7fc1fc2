//! Tests of the Python child process. The tests act as its parent, and exchange frames with it.

#[path = "kernel/amendments.rs"]
mod amendments;
#[path = "kernel/connections.rs"]
mod connections;
#[path = "kernel/guards.rs"]
mod guards;
#[path = "kernel/interrupts.rs"]
mod interrupts;
#[path = "kernel/library.rs"]
mod library;
#[path = "kernel/local_variables.rs"]
mod local_variables;
#[path = "kernel/memory.rs"]
mod memory;
#[path = "kernel/modules.rs"]
mod modules;
#[path = "kernel/variables.rs"]
mod variables;

use python_kernel::SUBCOMMAND;
use python_kernel::frame::{self, Arrival, FromChild, RunOutcome, Stream, ToChild, UncaughtException, Walls};
use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A Python child process, and the test's implementation of its parent. The parent's clock advances only when Python
/// sleeps, and its Redis supports only INCRBY and ECHO.
struct Python {
    process: Child,
    /// The pipe to the child, or `None` once it has been closed.
    to_child: Option<ChildStdin>,
    from_child: BufReader<ChildStdout>,
    /// Number of runs that have been started.
    runs: u32,
    clock_us: i64,
    counters: HashMap<String, i64>,
    /// Lines of input for Python's `input()`, in reverse order.
    lines: Vec<String>,
    /// All frames, except output, that the child has sent since the current run began.
    requests: Vec<FromChild>,
    /// The answer to the next request, if it should differ from the usual one.
    next_answer: Option<ToChild>,
}

/// The output and the outcome of a run.
#[derive(Debug, Default, PartialEq)]
struct RunResult {
    stdout: String,
    stderr: String,
    outcome: RunOutcome,
}

impl RunResult {
    /// Returns the exception that ended the run. Panics if there was none.
    fn exception(&self) -> &UncaughtException {
        self.outcome.exception.as_ref().unwrap_or_else(|| panic!("no exception: {self:?}"))
    }
}

impl Python {
    fn start() -> Self {
        Self::start_with_seed(1)
    }

    fn start_with_seed(seed: u64) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_python-kernel"))
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let (to_child, from_child) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let mut python = Self {
            process,
            to_child: Some(to_child),
            from_child,
            runs: 0,
            clock_us: 1_700_000_000_000_000,
            counters: HashMap::new(),
            lines: Vec::new(),
            requests: Vec::new(),
            next_answer: None,
        };
        python.send(0, &ToChild::Start { seed, module: "__main__".into() });
        assert_eq!(python.receive(), Some((0, FromChild::Ready { walls: Walls::ALL })));
        python
    }

    fn send(&mut self, thread: u32, frame: &ToChild) {
        let pipe = self.to_child.as_mut().expect("the pipe is open");
        frame::write(pipe, thread, frame).unwrap();
        pipe.flush().unwrap();
    }

    fn receive(&mut self) -> Option<(u32, FromChild)> {
        frame::read(&mut self.from_child).unwrap()
    }

    fn start_run(&mut self, source: &str) {
        self.runs += 1;
        self.requests.clear();
        self.send(0, &ToChild::Run { number: self.runs, source: source.to_owned(), echo: true });
    }

    /// Answers requests until the run has ended. Returns its result, or `None` if the child has died.
    fn finish_run(&mut self) -> Option<RunResult> {
        let mut result = RunResult::default();
        loop {
            let (thread, frame) = self.receive()?;
            match frame {
                FromChild::Output { stream: Stream::Stdout, text } => result.stdout += &text,
                FromChild::Output { stream: Stream::Stderr, text } => result.stderr += &text,
                FromChild::RunFinished(outcome) => {
                    result.outcome = outcome;
                    return Some(result);
                }
                request => {
                    let answer = self.next_answer.take().or_else(|| self.answer(&request));
                    self.requests.push(request);
                    if let Some(answer) = answer {
                        self.send(thread, &answer);
                    }
                }
            }
        }
    }

    /// Returns the usual answer to a request, or `None` if the frame needs no answer.
    fn answer(&mut self, request: &FromChild) -> Option<ToChild> {
        Some(match request {
            FromChild::Connect { setup_commands, .. } => {
                let commands = setup_commands.iter().filter(|byte| **byte == b'*').count();
                ToChild::Connected { data: b"+OK\r\n".repeat(commands) }
            }
            FromChild::Exchange { data, .. } => ToChild::Received { data: self.execute(data) },
            FromChild::ReceiveAny { timeout_us: Some(0), .. } => ToChild::TimedOut,
            FromChild::GetTime => ToChild::Time { unix_us: self.clock_us },
            FromChild::Sleep { duration_us } => {
                self.clock_us += i64::try_from(*duration_us).unwrap();
                ToChild::Slept
            }
            FromChild::ReadLine { .. } => ToChild::Line { text: self.lines.pop() },
            _ => return None,
        })
    }

    /// Executes a Redis command and returns the reply.
    fn execute(&mut self, command: &[u8]) -> Vec<u8> {
        let command = String::from_utf8_lossy(command).into_owned();
        let words: Vec<&str> = command.split("\r\n").skip(2).step_by(2).collect();
        match words[..] {
            ["INCRBY", key, by] => {
                let counter = self.counters.entry(key.to_owned()).or_default();
                *counter += by.parse::<i64>().unwrap();
                format!(":{counter}\r\n").into_bytes()
            }
            // The argument is the complete reply in RESP, with `|` in place of line ends.
            ["ECHO", reply] => reply.replace('|', "\r\n").into_bytes(),
            _ => b"-ERR unknown command\r\n".to_vec(),
        }
    }

    /// Runs source text. Panics if the child dies.
    fn run(&mut self, source: &str) -> RunResult {
        self.start_run(source);
        self.finish_run().unwrap_or_else(|| panic!("the child died while running {source:?}"))
    }

    /// Runs source text and returns its output. Panics if the source text raises an exception.
    fn output_of(&mut self, source: &str) -> String {
        let result = self.run(source);
        assert_eq!(result.outcome.exception, None, "{source}");
        result.stdout
    }

    fn completions(&mut self, text: &str) -> Vec<String> {
        self.send(0, &ToChild::GetCompletions { text: text.to_owned() });
        match self.receive() {
            Some((0, FromChild::Completions { names })) => names,
            other => panic!("expected completions, got {other:?}"),
        }
    }
}

impl Python {
    /// Makes the child save its variables. Returns whether they can be restored.
    fn save_variables(&mut self) -> bool {
        self.send(0, &ToChild::SaveVariables);
        match self.receive() {
            Some((0, FromChild::VariablesSaved { are_restorable })) => are_restorable,
            other => panic!("expected the answer about the variables, got {other:?}"),
        }
    }

    /// Makes the child restore its variables. Returns the frames that the child sends before it reports that it is
    /// done.
    fn restore_variables(&mut self) -> Vec<FromChild> {
        self.send(0, &ToChild::RestoreVariables);
        let mut others = Vec::new();
        loop {
            match self.receive() {
                Some((_, FromChild::VariablesRestored)) => return others,
                Some((thread, frame)) => {
                    if let Some(answer) = self.answer(&frame) {
                        self.send(thread, &answer);
                    }
                    others.push(frame);
                }
                None => panic!("the child died while it restored its variables"),
            }
        }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // Both calls fail if the child has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(serde::Deserialize)]
struct RecordedTracebacks {
    sources: Vec<String>,
    tracebacks: Vec<Option<String>>,
}

#[test]
fn tracebacks_are_those_of_cpython() {
    let mut recorded: Vec<RecordedTracebacks> = serde_json::from_str(include_str!("recorded/tracebacks.json")).unwrap();
    let syntax_errors: Vec<RecordedTracebacks> =
        serde_json::from_str(include_str!("recorded/syntax_errors.json")).unwrap();
    recorded.extend(syntax_errors);
    let errors: Vec<RecordedTracebacks> = serde_json::from_str(include_str!("recorded/errors.json")).unwrap();
    recorded.extend(errors);
    let mut differences = String::new();
    for RecordedTracebacks { sources, tracebacks } in recorded {
        let mut python = Python::start();
        python.run("del redis, r");
        for (source, expected) in sources.iter().zip(tracebacks) {
            let result = python.run(source);
            let ours = result.outcome.exception.map(|error| error.traceback);
            let (ours, expected) = (ours.unwrap_or_default(), expected.unwrap_or_default());
            if ours != expected {
                differences += &format!(">>> {source}\n{expected}--- but ours:\n{ours}\n");
            }
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}

#[test]
fn values_are_echoed_and_variables_stay() {
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
        let result = python.run(source);
        assert_eq!(result.outcome.exception, None, "{source}");
        assert_eq!(result.stdout, stdout, "{source}");
        if value.is_some() {
            assert_eq!(result.outcome.last_echo.as_deref(), value, "{source}");
        }
    }
    assert_eq!(python.run("print('e', file=sys.stderr)").stderr, "e\n");
}

#[test]
fn preloaded_modules_look_as_if_they_were_imported() {
    let mut python = Python::start();
    // The modules that are loaded on first use are not loaded at the start.
    let seldom_used = "'redis.absent_names', 'redis.crc', 'redis.pipeline', 'redis.utils'";
    assert_eq!(python.output_of(&format!("import sys; {{{seldom_used}}} & set(sys.modules)")), "set()\n");
    python.output_of(
        "def attributes():\n\
        \x20   names = [name for name in sys.modules if name.partition('.')[0] == 'redis']\n\
        \x20   shown = lambda value: type(value) if callable(value) or value is vars(__builtins__) else str(value)\n\
        \x20   own = lambda name: [(key, shown(value)) for key, value in vars(sys.modules[name]).items() if key[:2] == '__']\n\
        \x20   return {name: (own(name), str(vars(sys.modules[name].__spec__))) for name in names}\n\
         preloaded = attributes()\n\
         for name in preloaded: del sys.modules[name]\n\
         import redis; redis.Redis()\n\
         imported = attributes()",
    );
    assert_eq!(python.output_of("len(preloaded) > 20, set(preloaded) ^ set(imported)"), "(True, set())\n");
    let differing = "[(name, preloaded[name], other) for name, other in imported.items() \
        if (sorted(preloaded[name][0], key=str), preloaded[name][1]) != (sorted(other[0], key=str), other[1])]";
    assert_eq!(python.output_of(differing), "[]\n");
}

#[test]
fn the_parent_decides_what_time_it_is() {
    let mut python = Python::start();
    python.output_of("import time, datetime");
    assert_eq!(python.output_of("time.time(), time.sleep(90), time.time()"), "(1700000000.0, None, 1700000090.0)\n");
    assert_eq!(python.output_of("t = time.monotonic(); time.sleep(0.25); time.monotonic() - t"), "0.25\n");
    assert_eq!(
        python.output_of("datetime.datetime.now(datetime.timezone.utc).isoformat()"),
        "'2023-11-14T22:14:50.250000+00:00'\n"
    );
    assert_eq!(python.output_of("time.gmtime().tm_year, time.strftime('%Y')"), "(2023, '2023')\n");
    assert_eq!(python.run("time.sleep(-1)").exception().message, "sleep length must be non-negative");
}

#[test]
fn the_seed_decides_all_random_values() {
    let source = "import random, os, uuid, secrets, _wire\n\
        print(random.random(), random.sample(range(99), 5), os.urandom(4), uuid.uuid4(), secrets.token_hex(4), \
        hash('a'), _wire.shuffled([b'a', b'b', b'c', b'd', 'e', 5]))";
    let random_values = |seed| Python::start_with_seed(seed).output_of(source);
    assert_eq!(random_values(7), random_values(7));
    assert_ne!(random_values(7), random_values(8));
}

#[test]
fn input_requests_lines_from_the_parent() {
    let mut python = Python::start();
    python.lines = vec!["two".into(), "one".into()];
    assert_eq!(python.output_of("input('name? '), input()"), "('one', 'two')\n");
    assert_eq!(python.requests[0], FromChild::ReadLine { prompt: "name? ".into() });
    assert_eq!(python.run("input()").exception().class, "EOFError");
}

#[test]
fn exit_reports_its_status() {
    let mut python = Python::start();
    for (source, status, printed) in
        [("exit()", 0, ""), ("quit(3)", 3, ""), ("import sys; sys.exit(None)", 0, ""), ("sys.exit('bye')", 1, "bye\n")]
    {
        let result = python.run(source);
        assert_eq!(
            (result.exception().exit_status, result.exception().traceback.as_str()),
            (Some(status), printed),
            "{source}"
        );
    }
}

#[test]
fn the_next_run_repairs_what_a_source_has_broken() {
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
        let result = python.run("import sys, bisect; print(len('ab')); 'echo'");
        let found = (result.stdout.as_str(), &result.outcome.exception);
        assert_eq!(found, ("2\n'echo'\n", &None), "after {source}");
    }
}

#[test]
fn names_complete_without_running_anything() {
    let mut python = Python::start();
    python.output_of(
        "class Trap:\n    own = 1\n    @property\n    def sprung(self): print('ran'); return 1\n    \
         def __getattr__(self, name): print('ran'); return self\n    def __dir__(self): print('ran'); return []\n",
    );
    python.output_of("t = Trap(); t.mine = 'x'; import json, json.decoder");
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
        assert_eq!(python.completions(text), expected, "{text}");
    }
    assert!(python.completions("r.").contains(&"get".to_owned()));
    assert_eq!(python.run("1").stdout, "1\n", "completion must not have printed anything");
}

#[test]
fn each_thread_receives_its_own_answer() {
    let mut python = Python::start();
    python.output_of("import threading, _wire\ngot = {}");
    python.output_of(
        "def work(name):\n    c, _ = _wire.open('localhost', 6379, [])\n    \
         got[name] = _wire.call(c, ('ECHO', name), None, None)\n",
    );
    python.start_run("ts = [threading.Thread(target=work, args=(n,)) for n in 'abc']\nfor t in ts: t.start()\nfor t in ts: t.join()\nsorted(got.items())");
    // The test waits until all three threads are waiting, and then answers the last request first.
    let mut waiting = Vec::new();
    while waiting.len() < 3 {
        match python.receive().unwrap() {
            (thread, FromChild::Connect { .. }) => python.send(thread, &ToChild::Connected { data: Vec::new() }),
            (thread, FromChild::Exchange { data, .. }) => waiting.push((thread, data)),
            other => panic!("{other:?}"),
        }
    }
    for (thread, data) in waiting.into_iter().rev() {
        let name = data[data.len() - 3] as char;
        python.send(thread, &ToChild::Received { data: format!("+{name}!\r\n").into_bytes() });
    }
    assert_eq!(python.finish_run().unwrap().stdout, "[('a', b'a!'), ('b', b'b!'), ('c', b'c!')]\n");
    let result = python.run("t = threading.Thread(target=lambda: 1/0); t.start(); t.join()");
    assert!(result.stderr.starts_with("Exception in thread Thread-4 (<lambda>):\nTraceback"), "{}", result.stderr);
}

#[test]
fn deep_nesting_raises_the_exception_of_cpython() {
    let mut python = Python::start();
    for (source, class, message) in [
        ("eval('(' * 200000)", "SyntaxError", "too many nested parentheses (<string>, line 1)"),
        ("compile('[' * 201, 'x', 'exec')", "SyntaxError", "too many nested parentheses (x, line 1)"),
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
        let result = python.run(source);
        assert_eq!(
            (result.exception().class.as_str(), result.exception().message.as_str()),
            (class, message),
            "{source}"
        );
    }
    let deep = format!("x = {}", "(".repeat(200_000));
    assert_eq!(python.run(&deep).exception().class, "SyntaxError");
    assert_eq!(python.output_of("eval('[' * 190 + ']' * 190) is None; eval('1' + '+1' * 2900)"), "False\n2901\n");
}

#[cfg(unix)]
#[test]
fn the_child_ends_when_its_pipe_is_closed() {
    let mut python = Python::start();
    drop(python.to_child.take());
    assert!(python.process.wait().unwrap().success());
}

/// Inspects a child process through `/proc` while a program with two more threads runs in it.
#[cfg(target_os = "linux")]
#[test]
fn the_sandbox_surrounds_every_thread() {
    let mut python = Python::start();
    python.output_of("import threading\nopen_gate = threading.Event()\nfor _ in range(2): threading.Thread(target=open_gate.wait, daemon=True).start()");
    let process = std::path::PathBuf::from(format!("/proc/{}", python.process.id()));
    let tasks: Vec<_> = std::fs::read_dir(process.join("task")).expect("it is alive").flatten().collect();
    assert!(tasks.len() > 3, "{} threads", tasks.len());
    for task in tasks {
        let status = std::fs::read_to_string(task.path().join("status")).expect("it is alive");
        for line in ["Seccomp:\t2", "NoNewPrivs:\t1"] {
            assert!(status.lines().any(|found| found == line), "{line} is not in:\n{status}");
        }
    }
    for descriptor in std::fs::read_dir(process.join("fd")).expect("it is ours").flatten() {
        let target = std::fs::read_link(descriptor.path()).expect("it is open");
        // The tests redirect a child's standard error to `/dev/null`.
        let is_pipe = target.to_string_lossy().starts_with("pipe:[");
        assert!(is_pipe || target == std::path::Path::new("/dev/null"), "{target:?} is open in the child");
    }
}
