//! Scripts that hang, crash the interpreter, or take all memory. They must cost an error reply and nothing else.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lua_kernel::{LuaRunner, Progress};
use redis_engine::Engine;
use redis_engine::client::ClientId;

/// How long a script runs before it is killed.
const BEFORE_KILL: Duration = Duration::from_millis(300);

/// How long the next command may take after a hostile script.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// The scripts, with the start of the reply.
const SCRIPTS: [(&str, &str); 16] = [
    ("while true do end", "-ERR Script killed by user with SCRIPT KILL..."),
    ("while true do pcall(function() while true do end end) end", "-ERR Script killed by user with SCRIPT KILL..."),
    ("local co = coroutine.wrap(function() while true do end end) co()", "-ERR Script killed by user"),
    ("return ('a'):rep(1e7):find(('a'):rep(5e6) .. 'b', 1, true)", "-ERR Script killed by user"),
    ("return ('a'):rep(40):find(('a?'):rep(40) .. ('a'):rep(40))", "-ERR Script killed by user"),
    ("local t = {} for i = 1, 40 do t = {t, t} end return t", "-ERR Script killed by user"),
    ("return ('x'):rep(2 ^ 31 - 1)", "-ERR"),
    ("local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end", "-ERR"),
    ("return unpack({}, 0, 2147483647)", "-ERR"),
    ("return unpack({}, -2147483648, 2147483647)", "-ERR"),
    ("local function f() return 1 + f() end return f()", "-ERR user_script:1: stack overflow"),
    ("return loadstring(('return '):rep(1000) .. ('{'):rep(100000))", "$-1"),
    ("return loadstring('\\27Lua\\81\\0\\1\\4\\8\\4\\8\\0') == nil", ":1"),
    ("string.rep = nil", "-ERR user_script:1: Attempt to modify a readonly table"),
    ("collectgarbage('stop') return 1", ":1"),
    ("table.insert(redis, 1) return redis[1]", ":1"),
];

/// An engine with a client, whose scripts run in a child process.
struct Session {
    engine: Engine,
    client: ClientId,
    other: ClientId,
    runner: LuaRunner,
}

impl Session {
    fn new() -> Self {
        let mut engine = Engine::new(7, 0);
        engine.server.scripting.has_interpreter = true;
        let (client, other) = (engine.connect(), engine.connect());
        let runner = LuaRunner::new(PathBuf::from(env!("CARGO_BIN_EXE_lua-kernel")));
        Session { engine, client, other, runner }
    }

    fn output(&mut self, client: ClientId) -> String {
        String::from_utf8_lossy(&self.engine.server.clients.get_mut(client).reply.take()).into_owned()
    }

    /// Runs a script. Kills it if it does not end. Returns the reply.
    fn eval(&mut self, script: &str) -> String {
        self.engine.execute(self.client, &[b"EVAL", script.as_bytes(), b"0"], 0);
        if self.runner.run(&mut self.engine, BEFORE_KILL) == Progress::Running {
            self.engine.execute(self.other, &[b"PING"], 0);
            assert!(self.output(self.other).starts_with("-BUSY"), "{script}");
            self.engine.execute(self.other, &[b"SCRIPT", b"KILL"], 0);
            assert_eq!(self.output(self.other), "+OK\r\n", "{script}");
            let start = Instant::now();
            assert_eq!(self.runner.run(&mut self.engine, MAX_WAIT), Progress::Done, "{script}");
            assert!(start.elapsed() < MAX_WAIT, "{script}");
        }
        self.output(self.client)
    }
}

#[test]
fn a_hostile_script_costs_an_error_reply_and_nothing_else() {
    let mut session = Session::new();
    for (script, expected) in SCRIPTS {
        let reply = session.eval(script);
        let start: String = reply.chars().take(200).collect();
        assert!(reply.starts_with(expected), "{script}: {start}");
        assert_eq!(session.eval("return redis.call('INCRBY', KEYS[1] or 'n', 0)"), ":0\r\n", "after {script}");
        assert_eq!(session.eval("return {redis[1], ('x'):rep(2)}"), "*0\r\n", "after {script}");
    }
}

#[test]
fn a_client_that_disconnects_does_not_end_its_script() {
    let mut session = Session::new();
    session.engine.execute(session.client, &[b"EVAL", b"return redis.call('SET', 'k', 'v')", b"0"], 0);
    session.engine.disconnect(session.client);
    assert_eq!(session.runner.run(&mut session.engine, MAX_WAIT), Progress::Done);
    session.engine.execute(session.other, &[b"GET", b"k"], 0);
    assert_eq!(session.output(session.other), "$1\r\nv\r\n");
    assert!(session.engine.server.clients.find(session.client).is_none());
}

#[test]
fn a_script_that_has_written_cannot_be_killed() {
    let mut session = Session::new();
    let script = b"redis.call('SET', 'k', 'v') while true do end";
    session.engine.execute(session.client, &[b"EVAL", script, b"0"], 0);
    assert_eq!(session.runner.run(&mut session.engine, BEFORE_KILL), Progress::Running);
    session.engine.execute(session.other, &[b"SCRIPT", b"KILL"], 0);
    assert!(session.output(session.other).starts_with("-UNKILLABLE"));
    session.runner.stop(&mut session.engine);
    session.engine.execute(session.other, &[b"GET", b"k"], 0);
    assert_eq!(session.output(session.other), "$1\r\nv\r\n");
}

#[test]
fn loading_a_library_that_does_not_end_times_out() {
    let mut session = Session::new();
    session.engine.execute(session.client, &[b"FUNCTION", b"LOAD", b"#!lua name=l\nwhile true do end"], 0);
    assert_eq!(session.runner.run(&mut session.engine, Duration::from_secs(10)), Progress::Done);
    assert_eq!(session.output(session.client), "-ERR Error registering functions: ERR FUNCTION LOAD timeout\r\n");
}

#[test]
fn a_new_child_knows_the_libraries_of_the_engine() {
    let mut session = Session::new();
    let library = b"#!lua name=l\nredis.register_function('f', function() return 'loaded' end)";
    session.engine.execute(session.client, &[b"FUNCTION", b"LOAD", library], 0);
    assert_eq!(session.runner.run(&mut session.engine, MAX_WAIT), Progress::Done);
    session.runner.stop(&mut session.engine);
    session.output(session.client);
    session.engine.execute(session.client, &[b"FCALL", b"f", b"0"], 0);
    assert_eq!(session.runner.run(&mut session.engine, MAX_WAIT), Progress::Done);
    assert_eq!(session.output(session.client), "$6\r\nloaded\r\n");
}
