//! A model of a Python child, which runs within this process. The model uses the same protocol frames as the kernel,
//! but supports only a few statements.
//!
//! It simulates threads, and Ctrl-C signals that arrive while a request is on its way. It runs as far as it can
//! whenever it receives a frame. A lazy model runs only when its next frame is read, and only until it has sent a
//! frame.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use python_kernel::frame::{
    self, Description, FromChild, MAIN_THREAD, RunOutcome, Stream, ToChild, UncaughtException, Walls,
};
use redis_engine::resp::{request, value};
use redis_engine::rng::Rng;

use super::model_program::{Op, Value, Word, bytes_of, compile};

/// The number of the thread that handles signals and sends `InterruptWait`.
const SIGNAL_THREAD: u32 = 1;

/// Maximum number of times that a command is sent again because the server has closed its connection. It is the same
/// as that of `redis.Redis()`.
const MOST_RETRIES: u32 = 3;

/// The socket timeout of the client `r`, in microseconds. It is the same as that of `redis.Redis()`.
const TIMEOUT_US: u64 = 5_000_000;

pub struct ModelPython {
    variables: BTreeMap<String, Value>,
    /// The idle connections of each client, by the client's name. A thread takes the last one of its client, as in
    /// redis-py.
    idle: BTreeMap<String, Vec<u32>>,
    open: BTreeSet<u32>,
    last_connection: u32,
    main: Thread,
    /// The threads that have not ended, except for the main thread.
    threads: Vec<Thread>,
    last_thread: u32,
    reported_threads: u32,
    /// The encoded protocol frames that the parent has not read yet.
    outgoing: VecDeque<Vec<u8>>,
    rng: Rng,
    last_echo: Option<String>,
    is_running: bool,
    is_interrupted: bool,
    /// Number of the latest `Run` frame.
    runs: u32,
    is_lazy: bool,
    has_ended: bool,
}

#[derive(Default)]
struct Thread {
    number: u32,
    ops: VecDeque<Op>,
    value: Option<Value>,
    question: Option<Question>,
    arrived: VecDeque<ToChild>,
    /// Number of times that the current command was sent again.
    retries: u32,
}

/// A request whose answer a thread is waiting for.
enum Question {
    Connect { client: String, connection: u32 },
    Replies { sent: Sent, connection: u32, values: Vec<Value>, bytes: Vec<u8> },
    Time,
    Sleep,
    Line,
}

/// Commands that were sent through a client.
#[derive(Clone)]
struct Sent {
    client: String,
    commands: Vec<Vec<Word>>,
    /// Whether the commands form a pipeline, whose result is a list.
    is_list: bool,
}

impl Sent {
    fn into_op(self) -> Op {
        match self.is_list {
            true => Op::Pipeline(self.client, self.commands),
            false => Op::Command(self.client, self.commands.into_iter().next().unwrap_or_default()),
        }
    }
}

/// What a model is doing if it has no frame to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// All threads of the model are waiting.
    Waits,
    /// The main thread is in an endless loop.
    Computes,
    Ended,
}

impl ModelPython {
    pub fn new(is_lazy: bool) -> Self {
        ModelPython {
            variables: BTreeMap::new(),
            idle: BTreeMap::new(),
            open: BTreeSet::new(),
            last_connection: 0,
            main: Thread::default(),
            threads: Vec::new(),
            last_thread: SIGNAL_THREAD,
            reported_threads: 0,
            outgoing: VecDeque::new(),
            rng: Rng::new(0),
            last_echo: None,
            is_running: false,
            is_interrupted: false,
            runs: 0,
            is_lazy,
            has_ended: false,
        }
    }

    /// Handles a protocol frame from the parent.
    ///
    /// # Panics
    /// Panics if the parent violates the protocol.
    pub fn receive(&mut self, thread: u32, frame: ToChild) {
        if self.has_ended {
            return;
        }
        match frame {
            ToChild::Start { seed, .. } => {
                self.rng = Rng::new(seed);
                self.push(MAIN_THREAD, &FromChild::Ready { walls: Walls::ALL });
            }
            _ if thread == MAIN_THREAD => self.main.arrived.push_back(frame),
            _ => {
                let waiting = self.threads.iter_mut().find(|waiting| waiting.number == thread);
                waiting
                    .unwrap_or_else(|| panic!("an answer to thread {thread}, which is none"))
                    .arrived
                    .push_back(frame)
            }
        }
        if !self.is_lazy {
            while self.step() {}
        }
    }

    /// Handles Ctrl-C. If the main thread is waiting for an answer, asks the parent to interrupt that wait.
    pub fn interrupt(&mut self) {
        self.is_interrupted = true;
        if self.main.question.is_some() {
            self.push(SIGNAL_THREAD, &FromChild::InterruptWait);
        }
    }

    /// Returns the encoded bytes of the next protocol frame. If there is none, returns what the model is doing as the
    /// error.
    pub fn next_frame(&mut self) -> Result<Vec<u8>, Activity> {
        self.run_ahead();
        self.outgoing.pop_front().ok_or_else(|| match self.main.ops.front() {
            _ if self.has_ended => Activity::Ended,
            Some(Op::Spin { .. }) => Activity::Computes,
            _ => Activity::Waits,
        })
    }

    /// Returns the `repr` of each variable, by name.
    pub fn variables(&self) -> BTreeMap<String, String> {
        self.variables.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
    }

    /// Runs until there is a protocol frame to read, or until no thread can continue.
    pub fn run_ahead(&mut self) {
        while self.outgoing.is_empty() && self.step() {}
    }

    /// Returns whether threads other than the main thread have not ended.
    pub fn has_threads(&self) -> bool {
        !self.threads.is_empty()
    }

    /// Returns the number of open connections.
    pub fn connections(&self) -> usize {
        self.open.len()
    }

    fn push(&mut self, thread: u32, frame: &FromChild) {
        let mut bytes = Vec::new();
        frame::append(&mut bytes, thread, frame).expect("the frame is short");
        self.outgoing.push_back(bytes);
    }

    /// Performs one step of a thread. Returns false if no thread can continue.
    fn step(&mut self) -> bool {
        if self.has_ended {
            return false;
        }
        if !self.is_running {
            if let Some(frame) = self.main.arrived.pop_front() {
                self.begin(frame);
                return true;
            }
        } else if self.step_main() {
            return true;
        }
        (0..self.threads.len()).any(|index| {
            let mut thread = std::mem::take(&mut self.threads[index]);
            let moved = self.step_thread(&mut thread);
            let is_over = thread.ops.is_empty() && thread.question.is_none();
            self.threads[index] = thread;
            if is_over {
                self.threads.remove(index);
            }
            // Removing a thread shifts the indices. The loop therefore ends here, and the other threads continue in the
            // next call.
            moved || is_over
        })
    }

    /// Handles a protocol frame that arrives while no source text is running.
    fn begin(&mut self, frame: ToChild) {
        match frame {
            ToChild::Run { number, source, .. } => {
                assert_eq!(number, self.runs + 1, "runs are numbered one after the other");
                self.runs = number;
                self.is_running = true;
                self.last_echo = None;
                self.main.ops = compile(&source).into();
            }
            ToChild::GetCompletions { text } => {
                let builtins = ["r", "w", "redis", "print", "input"].map(str::to_owned);
                let known = self.variables.keys().cloned().chain(builtins);
                let mut names: Vec<String> = known.filter(|name| name.starts_with(&text)).collect();
                names.sort();
                self.push(MAIN_THREAD, &FromChild::Completions { names });
            }
            ToChild::Describe { name } => {
                let is_known = self.variables.contains_key(&name) || ["r", "redis", "print"].contains(&name.as_str());
                let class = "object".to_owned();
                let description = is_known.then(|| Description { class, ..Description::default() });
                self.push(MAIN_THREAD, &FromChild::Described { description });
            }
            ToChild::DiscardInterrupt => self.is_interrupted = false,
            // This frame answers a request that has been interrupted, so it is ignored.
            _ => {}
        }
    }

    fn step_main(&mut self) -> bool {
        if self.is_interrupted && self.main.question.is_none() && self.catches_interrupt() {
            self.is_interrupted = false;
            return true;
        }
        if self.is_interrupted && self.main.question.is_none() {
            self.is_interrupted = false;
            let mut main = std::mem::take(&mut self.main);
            self.raise(&mut main, "KeyboardInterrupt", "");
            self.main = main;
            return true;
        }
        let mut main = std::mem::take(&mut self.main);
        let moved = self.step_thread(&mut main);
        self.main = main;
        if self.is_running && !self.has_ended && self.main.ops.is_empty() && self.main.question.is_none() {
            self.finish(None);
            return true;
        }
        moved
    }

    /// Returns whether the running loop catches this Ctrl-C.
    fn catches_interrupt(&mut self) -> bool {
        let Some(Op::Spin { ignores: ignores @ 1.. }) = self.main.ops.front_mut() else { return false };
        *ignores -= 1;
        true
    }

    fn finish(&mut self, exception: Option<UncaughtException>) {
        self.main.ops.clear();
        self.main.question = None;
        self.is_running = false;
        self.is_interrupted = false;
        let last_echo = self.last_echo.take();
        self.report_threads();
        self.push(MAIN_THREAD, &FromChild::RunFinished(RunOutcome { last_echo, exception }));
    }

    /// Ends a thread's code with an uncaught exception.
    fn raise(&mut self, thread: &mut Thread, class: &str, message: &str) {
        thread.ops.clear();
        thread.question = None;
        let traceback = format!("Traceback (most recent call last):\n{class}: {message}\n");
        if thread.number != MAIN_THREAD {
            return self.push(MAIN_THREAD, &FromChild::Output { stream: Stream::Stderr, text: traceback });
        }
        let exit_status = (class == "SystemExit").then(|| message.parse().unwrap_or(0));
        let traceback = if exit_status.is_some() { String::new() } else { traceback };
        let exception = UncaughtException { class: class.into(), message: message.into(), traceback, exit_status };
        self.finish(Some(exception));
    }

    fn print(&mut self, text: String) {
        self.push(MAIN_THREAD, &FromChild::Output { stream: Stream::Stdout, text });
    }

    /// Reports the number of threads besides the main thread, if that number has changed.
    fn report_threads(&mut self) {
        let count = u32::try_from(self.threads.len()).expect("there are few threads");
        if self.reported_threads != count {
            self.reported_threads = count;
            self.push(MAIN_THREAD, &FromChild::ThreadCount { count });
        }
    }

    /// Sends a thread's request, and makes the thread wait for the answer. The main thread first reports the number of
    /// other threads, if that number has changed.
    fn ask(&mut self, thread: &mut Thread, request: &FromChild, question: Question) {
        if thread.number == MAIN_THREAD {
            self.report_threads();
        }
        self.push(thread.number, request);
        thread.question = Some(question);
    }

    fn step_thread(&mut self, thread: &mut Thread) -> bool {
        if let Some(question) = thread.question.take() {
            let Some(answer) = thread.arrived.pop_front() else {
                thread.question = Some(question);
                return false;
            };
            self.take_answer(thread, question, answer);
            return true;
        }
        let Some(op) = thread.ops.front().cloned() else { return false };
        if matches!(op, Op::Spin { .. }) {
            return false;
        }
        thread.ops.pop_front();
        self.perform(thread, op);
        true
    }

    fn perform(&mut self, thread: &mut Thread, op: Op) {
        let value = thread.value.take().unwrap_or(Value::None);
        match op {
            Op::Value(value) => thread.value = Some(value),
            Op::Load(name) => match self.variables.get(&name) {
                Some(value) => thread.value = Some(value.clone()),
                None => self.raise(thread, "NameError", &format!("name '{name}' is not defined")),
            },
            Op::Store(name) => drop(self.variables.insert(name, value)),
            Op::Delete(name) => drop(self.variables.remove(&name)),
            Op::Echo if value == Value::None => {}
            Op::Echo => {
                self.print(format!("{value}\n"));
                self.last_echo = Some(value.to_string());
            }
            Op::Print => {
                let text = if let Value::Text(text) = &value { text.clone() } else { value.to_string() };
                self.print(format!("{text}\n"));
            }
            Op::Command(client, words) => self.send(thread, Sent { client, commands: vec![words], is_list: false }),
            Op::Pipeline(client, commands) => self.send(thread, Sent { client, commands, is_list: true }),
            Op::Close(client) => {
                let idle = self.idle.remove(&client).unwrap_or_default();
                idle.into_iter().for_each(|connection| self.disconnect(thread.number, connection));
            }
            Op::Sleep(duration_us) => self.ask(thread, &FromChild::Sleep { duration_us }, Question::Sleep),
            Op::Now => self.ask(thread, &FromChild::GetTime, Question::Time),
            Op::Random => thread.value = Some(Value::Integer((self.rng.next_u64() >> 1).cast_signed())),
            Op::Input(prompt) => self.ask(thread, &FromChild::ReadLine { prompt }, Question::Line),
            Op::Raise(class, message) => self.raise(thread, &class, &message),
            Op::Exit(status) => self.raise(thread, "SystemExit", &status.to_string()),
            Op::Die => self.has_ended = true,
            Op::Spin { .. } => unreachable!("a loop is never performed"),
            Op::Thread(source) => {
                self.last_thread += 1;
                let ops = compile(&source).into();
                self.threads.push(Thread { number: self.last_thread, ops, ..Thread::default() });
            }
            Op::Reset => {
                self.variables.clear();
                self.idle.clear();
                self.open.clear();
            }
        }
    }

    /// Sends commands. If their client has no idle connection, opens one first.
    fn send(&mut self, thread: &mut Thread, sent: Sent) {
        let client = sent.client.clone();
        let Some(connection) = self.idle.get_mut(&client).and_then(Vec::pop) else {
            self.last_connection += 1;
            thread.ops.push_front(sent.into_op());
            let setup: Vec<Vec<u8>> = ["CLIENT", "SETINFO", "LIB-NAME", "model"].map(|word| word.into()).to_vec();
            let request = FromChild::Connect {
                connection: self.last_connection,
                host: "localhost".into(),
                port: 6379,
                setup_commands: request::encode(&setup),
            };
            let question = Question::Connect { client, connection: self.last_connection };
            return self.ask(thread, &request, question);
        };
        let mut data = Vec::new();
        for words in &sent.commands {
            let mut argv = Vec::new();
            for word in words {
                match word {
                    Word::Literal(bytes) => argv.push(bytes.clone()),
                    Word::Variable(name) => match self.variables.get(name) {
                        Some(value) => argv.push(bytes_of(value)),
                        None => {
                            self.release(client, connection);
                            return self.raise(thread, "NameError", &format!("name '{name}' is not defined"));
                        }
                    },
                }
            }
            data.extend(request::encode(&argv));
        }
        let timeout_us = (client == "r").then_some(TIMEOUT_US);
        let is_list = sent.is_list;
        let question = Question::Replies { sent, connection, values: Vec::new(), bytes: Vec::new() };
        if is_list {
            // A pipeline sends its commands in one protocol frame, and asks for the replies in another.
            self.push(thread.number, &FromChild::Send { connection, data });
            self.ask(thread, &FromChild::Receive { connection, timeout_us }, question);
        } else {
            self.ask(thread, &FromChild::Exchange { connection, data, timeout_us }, question);
        }
    }

    fn disconnect(&mut self, thread: u32, connection: u32) {
        if self.open.remove(&connection) {
            self.push(thread, &FromChild::Disconnect { connection });
        }
    }

    /// Adds a connection to its client's idle connections, because its thread no longer uses it.
    fn release(&mut self, client: String, connection: u32) {
        self.idle.entry(client).or_default().push(connection);
    }

    fn take_answer(&mut self, thread: &mut Thread, question: Question, answer: ToChild) {
        if answer == ToChild::Interrupted {
            self.is_interrupted = false;
            if let Question::Replies { connection, .. } = question {
                self.disconnect(thread.number, connection);
            }
            return self.raise(thread, "KeyboardInterrupt", "");
        }
        match (question, answer) {
            (Question::Connect { client, connection }, ToChild::Connected { .. }) => {
                self.open.insert(connection);
                self.release(client, connection);
            }
            (Question::Connect { .. }, ToChild::ConnectionRefused { reason }) => {
                self.raise(thread, "redis.exceptions.ConnectionError", &reason)
            }
            (Question::Time, ToChild::Time { unix_us }) => thread.value = Some(Value::Integer(unix_us)),
            (Question::Sleep, ToChild::Slept) => {}
            (Question::Line, ToChild::Line { text: Some(text) }) => thread.value = Some(Value::Text(text)),
            (Question::Line, ToChild::Line { text: None }) => self.raise(thread, "EOFError", "EOF when reading a line"),
            (Question::Replies { sent, connection, values, bytes }, ToChild::Received { data }) => {
                let bytes = [bytes, data].concat();
                thread.retries = 0;
                self.take_replies(thread, Question::Replies { sent, connection, values, bytes });
            }
            (Question::Replies { connection, .. }, ToChild::TimedOut) => {
                self.disconnect(thread.number, connection);
                self.raise(thread, "redis.exceptions.TimeoutError", "Timeout reading from socket");
            }
            (Question::Replies { connection, sent, .. }, ToChild::ConnectionClosed)
                if thread.retries < MOST_RETRIES =>
            {
                self.disconnect(thread.number, connection);
                thread.retries += 1;
                thread.ops.push_front(sent.into_op());
            }
            (Question::Replies { connection, .. }, ToChild::ConnectionClosed) => {
                thread.retries = 0;
                self.disconnect(thread.number, connection);
                self.raise(thread, "redis.exceptions.ConnectionError", "Connection closed by server.");
            }
            (_, answer) => panic!("{answer:?} answers another question"),
        }
    }

    /// Parses the replies that have arrived, and requests more data if some are missing.
    fn take_replies(&mut self, thread: &mut Thread, question: Question) {
        let Question::Replies { sent, connection, mut values, mut bytes } = question else { return };
        let (client, wanted, is_list) = (sent.client.clone(), sent.commands.len(), sent.is_list);
        while values.len() < wanted
            && let Some((reply, used)) = value::parse(&bytes).expect("the engine writes valid replies")
        {
            bytes.drain(..used);
            match reply {
                value::Value::Push(_) => {}
                value::Value::Error(message) if !is_list => {
                    let message = String::from_utf8_lossy(&message).into_owned();
                    self.release(client, connection);
                    return self.raise(thread, "redis.exceptions.ResponseError", &message);
                }
                reply => values.push(value_of(reply)),
            }
        }
        if values.len() < wanted {
            let timeout_us = (client == "r").then_some(TIMEOUT_US);
            let question = Question::Replies { sent, connection, values, bytes };
            return self.ask(thread, &FromChild::Receive { connection, timeout_us }, question);
        }
        self.release(client, connection);
        thread.value = if is_list { Some(Value::List(values)) } else { values.pop() };
    }
}

fn value_of(reply: value::Value) -> Value {
    match reply {
        value::Value::Simple(text) | value::Value::Error(text) => {
            Value::Text(String::from_utf8_lossy(&text).into_owned())
        }
        value::Value::Integer(n) => Value::Integer(n),
        value::Value::Bulk(bytes) => Value::Bytes(bytes),
        value::Value::Array(items) => Value::List(items.into_iter().map(value_of).collect()),
        _ => Value::None,
    }
}
