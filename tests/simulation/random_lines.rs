//! Lines for random plans, as learners, scripts and TCP clients may enter or send them.

use redis_engine::rng::Rng;

use super::plan::{PythonKind, Settings};

/// Redis commands in redis-cli syntax.
const CLI_LINES: &[&str] = &[
    "CONFIG SET maxmemory 1",
    "CONFIG SET maxmemory 0",
    "CONFIG SET requirepass secret",
    "AUTH secret",
    "CLIENT SETNAME me",
    "CLIENT ID",
    "CLIENT LIST",
    "INFO clients",
    "RENAME a b",
    "COPY a c",
    "OBJECT ENCODING q",
    "MEMORY USAGE h",
    "GETDEL a",
    "SETRANGE a 5 x",
    "LMOVE q jobs LEFT LEFT",
    "BZPOPMIN z 3",
    "HEXPIRE h 2 FIELDS 1 f",
    "SINTERSTORE both s s",
    "2000 INCR n",
    "-1 PING",
    "SET a 1",
    "SET a 1 EX 10",
    "GET a",
    "GET missing",
    "INCR n",
    "INCR a",
    "3 INCR n",
    "APPEND a x",
    "DEL a",
    "DEL q jobs",
    "RPUSH q 1 2",
    "RPUSH jobs x",
    "LPOP q",
    "LPUSH a 1",
    "LRANGE q 0 -1",
    "HSET h f 1 g 2",
    "HINCRBY h f 2",
    "HGETALL h",
    "SADD s 1 2 3 4 5 6 7 8",
    "SPOP s",
    "SRANDMEMBER s",
    "ZADD z 1 a 2 b",
    "ZRANGE z 0 -1 WITHSCORES",
    "EXPIRE q 3",
    "PEXPIRE n 1500",
    "TTL a",
    "PERSIST a",
    "BLPOP q 0",
    "BLPOP q 2",
    "BRPOP jobs 30",
    "BLMOVE q jobs LEFT RIGHT 5",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH a",
    "UNWATCH",
    "SELECT 3",
    "SELECT 0",
    "SUBSCRIBE news",
    "UNSUBSCRIBE news",
    "PUBLISH news hi",
    "MONITOR",
    "FLUSHALL",
    "FLUSHDB",
    "PING",
    "QUIT_",
    "HELLO 3",
    "HELLO 2",
    "RESET",
    "CLIENT KILL TYPE normal SKIPME no",
    "CLIENT KILL TYPE pubsub",
    "CLIENT REPLY SKIP",
    "CLIENT REPLY ON",
    "GETT a",
    "SET a \"x",
    "SCAN 0",
];

/// Statements that both the model and real Python support.
const PYTHON_LINES: &[&str] = &[
    "x = 1",
    "x",
    "y",
    "x = 'text'",
    "y = x",
    "del x",
    "print(x)",
    "print('hi')",
    "pass",
    "1/0",
    "x = = 1",
    "raise ValueError('no')",
    "r.set('a', 1)",
    "r.set('a', 2, ex=5)",
    "r.get('a')",
    "x = r.get('a')",
    "n = r.incr('n')",
    "r.incr('a')",
    "r.append('a', 'x')",
    "r.delete('a')",
    "r.rpush('q', 1, 2)",
    "item = r.lpop('q')",
    "r.lpush('a', 1)",
    "r.hset('h', 'f', 1)",
    "h = r.hgetall('h')",
    "r.sadd('s', 1, 2, 3, 4, 5)",
    "m = r.spop('s')",
    "r.expire('q', 3)",
    "r.flushall()",
    "r.publish('news', 'hi')",
    "t = time.time()",
    "time.sleep(2)",
    "time.sleep(0.001)",
    "luck = random.random()",
    "line = input('name? ')",
    "input('')",
    "r.close()",
    "r.blpop('q', timeout=2)",
    "for i in range(3):\n    r.incr('loop')\n",
    "for i in range(2):\n    x = i\n    r.rpush('q', i)\n",
    "import time, random, os",
    "def f():\n    return 1\n",
    "x = 1; y = 2",
    "exit(3)",
    "os._exit(1)",
    "while True: pass",
    "for i in range(2):\n    time.sleep(1)\n    r.rpush('jobs', i)\n",
];

/// Statements that only the model supports.
const MODEL_LINES: &[&str] = &[
    "w.blpop('q', 0)",
    "w.blpop('jobs', 20)",
    "got = w.blpop('jobs', 0)",
    "r.blpop('nothing', 30)",
    "p = r.pipe('SET n 1', 'INCR n')",
    "r.pipe('MULTI', 'INCR n', 'EXEC')",
    "r.pipe('BLPOP q 3', 'INCR n')",
    "start(\"w.blpop('jobs', 0)\")",
    "start('time.sleep(5)')",
    "start('x = r.incr(n)')",
    "w.close()",
    "w.get('a')",
    "r.execute_command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no')",
    "w.subscribe('news')",
    "start('while True: pass')",
    "start('print(1)')",
    "start(\"input('thread? ')\")",
    "start(\"r.append('a', 't')\")",
    "print('long ' * 30000)",
    "r.quit()",
    "while True:\n    try:\n        while True: pass\n    except: pass\n",
];

/// Statements that only real Python supports.
const REAL_LINES: &[&str] = &[
    "got = redis.Redis(socket_timeout=None).blpop('jobs', timeout=20)",
    "redis.Redis(socket_timeout=None).blpop('jobs', 0)",
    "p = r.pipeline(); a = p.set('n', 1).incr('n').execute()",
    "with r.pipeline() as p:\n    p.watch('n'); p.multi(); p.incr('n'); b = p.execute()\n",
    "h = r.hgetall('h'); s = sorted(r.smembers('s'))",
    "import threading; t1 = threading.Thread(target=lambda: r.incr('thread')); t1.start(); t1.join()",
    "import threading; t2 = threading.Thread(target=lambda: redis.Redis(socket_timeout=None).blpop('jobs', 0)); t2.start()",
    "import threading; seen = []\n",
    "def count():\n    global x\n    x = r.incr('n')\n",
    "count()",
    "x = [r.incr('n') for _ in range(3)]",
    "sub = r.pubsub(); sub.subscribe('news'); sub.get_message(timeout=1)",
    "sub.get_message(timeout=1)",
    "r.publish('news', 'hi')",
    "class C:\n    def __repr__(self): return 'C' * 3\n",
    "C()",
    "x = {i: str(i) for i in range(5)}",
    "s = set('abcdef'); print(s)",
    "import random; random.seed(); x = random.random()",
    "import os; x = os.urandom(4)",
    "import uuid; x = uuid.uuid4().hex",
    "import time; t = time.time()",
    "import datetime; d = str(datetime.datetime.now())",
    "g = (i for i in range(3)); next(g)",
    "next(g)",
    "lock = r.lock('l', timeout=5); x = lock.acquire(blocking=False)",
    "r.set('big', 'x' * 100000)",
    "print('x' * 30000)",
    "x = 'é日本'; x",
    "r = redis.Redis(decode_responses=True)",
];

/// Tutor commands, some of them misspelt or invalid.
const TUTOR_LINES: &[&str] = &[
    ":hint",
    ":expect",
    ":answer",
    ":skip",
    ":again",
    ":back",
    ":lessons",
    ":go",
    ":go kinds",
    ":go kinds/5",
    ":go clients",
    ":go clients/4",
    ":go nowhere",
    ":go kinds/nowhere",
    ":client",
    ":client main",
    ":client bob",
    ":client worker",
    ":client tutor",
    ":wait 2s",
    ":wait 1m",
    ":wait soon",
    ":wait 30m",
    ":keys",
    ":draw",
    ":draw a",
    ":draw s s",
    ":draw nothing",
    ":more",
    ":doc GET",
    ":doc GETT",
    ":undo",
    ":undo",
    ":undo",
    ":fork",
    ":fork back",
    ":fork keep",
    ":fork away",
    ":wire on",
    ":wire off",
    ":wire",
    ":timeline",
    ":timeline 2",
    ":timeline 0",
    ":save out.py",
    ":save",
    ":serve",
    ":serve off",
    ":serve 7000",
    ":serve x",
    ":cli",
    ":python",
    ":python fresh",
    ":sheet",
    ":help",
    ":nothing",
    ":",
    "hint",
    "help",
    "skip",
    ":next",
    ":exit_",
    ":go 1",
    ":go 2/2",
    ":wait 0s",
    ":wait 2d",
    ":timeline 1000",
    ":draw jobs",
    ":draw z h",
    ":fork",
    ":fork back",
    ":client client-2",
];

/// Pasted text, and input that is not a valid line.
const ODD_TEXTS: &[&str] = &[
    "",
    "   ",
    "\n",
    "x = 5\nSET pasted 1\ny = x\n",
    ">>> r.get('a')\nb'1'\n>>> r.incr('n')\n",
    "127.0.0.1:6379> SET a 1\nOK\n127.0.0.1:6379> GET a",
    "r.set('a', 1)\n:undo\nr.get('a')",
    ":client bob\nr.rpush('jobs', 1)\n:client main",
    "MULTI\nINCR n\nEXEC",
    "hello?",
    "é日本",
    "'''",
    "r.get('a'",
    "if x:\n    y\n",
    "BLPOP q 0\nr.rpush('q', 1)\nGET a",
    ":fork\nx = 9\n:fork back",
    ":go clients/1\nx = 1",
];

/// Lines that TCP clients send.
const CLIENT_LINES: &[&str] = &[
    "SET a real",
    "GET a",
    "INCR n",
    "RPUSH q r",
    "RPUSH jobs r",
    "LPOP jobs",
    "BLPOP q 0",
    "BLPOP jobs 1",
    "MULTI",
    "EXEC",
    "SUBSCRIBE news",
    "PUBLISH news hi",
    "MONITOR",
    "CLIENT KILL TYPE normal SKIPME yes",
    "CLIENT KILL TYPE normal SKIPME no",
    "CLIENT ID",
    "FLUSHALL",
    "DEL q jobs",
    "QUIT",
    "HELLO 3",
    "GETT",
    "CLIENT NO-EVICT ON",
    "WATCH a",
    "SELECT 3",
    "TTL a",
    "CLIENT UNBLOCK 3 ERROR",
];

/// Beginnings of requests. TCP clients never complete them.
const CLIENT_PARTS: &[&str] =
    &["*2\\r\\n$3\\r\\nGET", "GET a", "*1", "$", "*3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\na\\r\\n$5\\r\\nab"];

/// Answers to questions in lessons, and names of the client that runs next in a race.
const ANSWERS: &[&str] =
    &["1", "2", "3.", "all", "again", "ann", "BOB", "nobody", "10", "b'10'", "b'11'", "x", ":undo"];

/// Returns a line that a learner may type.
pub fn random_line(rng: &mut Rng, settings: &Settings) -> String {
    let own: &[&str] = if settings.python == PythonKind::Model { MODEL_LINES } else { REAL_LINES };
    let is_led = settings.lesson.is_some() || settings.is_practice;
    let pool: &[&str] = match rng.below(20) {
        0..=2 if is_led => ANSWERS,
        0..=5 => CLI_LINES,
        6..=10 => PYTHON_LINES,
        11..=13 => own,
        14..=18 => TUTOR_LINES,
        _ => ODD_TEXTS,
    };
    one_of(rng, pool).to_owned()
}

/// Returns a statement that a Python script may contain.
pub fn random_statement(rng: &mut Rng) -> String {
    one_of(rng, PYTHON_LINES).to_owned()
}

/// Returns a line that a redis-cli script may contain.
pub fn random_cli_line(rng: &mut Rng) -> String {
    one_of(rng, CLI_LINES).to_owned()
}

/// Returns a line that a TCP client may send.
pub fn random_client_line(rng: &mut Rng) -> String {
    one_of(rng, CLIENT_LINES).to_owned()
}

/// Returns the beginning of a request that a TCP client may send.
pub fn random_client_part(rng: &mut Rng) -> String {
    one_of(rng, CLIENT_PARTS).to_owned()
}

/// Returns a random element of `all`.
pub fn one_of<T: Copy>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.below(all.len())]
}
