//! Random plans. The same seed gives the same plan.

use redis_engine::rng::Rng;
use redis_tutor::session::dialect::Dialect;

use super::plan::{Check, ClientAction, Plan, PythonKind, Settings, Step, TimeKind};

/// Number of steps of a plan.
const STEPS: std::ops::Range<usize> = 4..40;
/// Number of steps of a plan with real Pythons, which takes about a hundred times as long.
const STEPS_OF_REAL: std::ops::Range<usize> = 4..20;

/// Number of real clients.
const CLIENTS: usize = 3;

/// Lines of redis-cli.
const CLI_LINES: [&str; 56] = [
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

/// Statements that both the model and real Pythons support.
const PYTHON_LINES: [&str; 47] = [
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
const MODEL_LINES: [&str; 16] = [
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
    "r.quit()",
    "while True:\n    try:\n        while True: pass\n    except: pass\n",
];

/// Statements that only real Pythons support.
const REAL_LINES: [&str; 30] = [
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

/// Lines for the tutor.
const TUTOR_LINES: [&str; 62] = [
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
];

/// Texts that are pasted, or that are no line at all.
const ODD_TEXTS: [&str; 17] = [
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

/// Lines that real clients send.
const CLIENT_LINES: [&str; 26] = [
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

/// Beginnings of requests.
const CLIENT_PARTS: [&str; 5] =
    ["*2\\r\\n$3\\r\\nGET", "GET a", "*1", "$", "*3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\na\\r\\n$5\\r\\nab"];

/// Returns the plan of a seed.
pub fn random_plan(seed: u64, python: PythonKind) -> Plan {
    let mut rng = Rng::new(seed);
    let is_walk = rng.below(10) == 0;
    let settings = random_settings(&mut rng, seed, python, is_walk);
    let range = if python == PythonKind::Real { STEPS_OF_REAL } else { STEPS };
    let count = range.start + rng.below(range.len());
    let mut steps = Vec::new();
    if settings.time == TimeKind::Real && rng.below(2) == 0 {
        steps.push(Step::Type(":serve 7000".into()));
        steps.push(Step::Client(0, ClientAction::Connect));
    }
    while steps.len() < count {
        match is_walk {
            true => steps.push(random_walk_step(&mut rng)),
            false => push_random_steps(&mut rng, &settings, &mut steps),
        }
    }
    Plan { settings, steps }
}

fn random_settings(rng: &mut Rng, seed: u64, python: PythonKind, is_walk: bool) -> Settings {
    let lessons: &[&str] = match python {
        PythonKind::Model => {
            &["kinds", "kinds/2", "kinds/5", "kinds/7", "clients", "clients/3", "clients/4", "clients/6"]
        }
        PythonKind::Real => {
            &["strings", "expiry/2", "hashes", "lists/2", "queues", "queues/3", "atomicity", "atomicity/5", "patterns"]
        }
    };
    let lesson = (is_walk || rng.below(3) == 0).then(|| lessons[rng.below(lessons.len())].to_owned());
    let dialect = match rng.below(6) {
        0 if !is_walk => Dialect::Cli,
        1 if !is_walk => Dialect::Python,
        _ => Dialect::Both,
    };
    let time = if is_walk || rng.below(2) == 0 { TimeKind::Still } else { TimeKind::Real };
    Settings { python, time, dialect, seed: seed % 1000, lesson }
}

/// Returns a step of a learner who answers everything correctly, and sometimes looks at the data or the help.
fn random_walk_step(rng: &mut Rng) -> Step {
    let looks = [":hint", ":keys", ":expect", ":draw", ":wire on", ":timeline", ":help"];
    match rng.below(10) {
        0 => Step::Type(looks[rng.below(looks.len())].to_owned()),
        1 | 2 => Step::Check(Check::Rebuild),
        3 => Step::Check(Check::Again),
        _ => Step::Answer,
    }
}

fn push_random_steps(rng: &mut Rng, settings: &Settings, steps: &mut Vec<Step>) {
    let frames = |rng: &mut Rng| 1 + rng.below(8) as u32;
    let step = match rng.below(100) {
        0..=3 => Step::CutFrame(frames(rng)),
        4..=6 => Step::KillAfterFrame(frames(rng)),
        7..=9 => Step::InterruptBeforeFrame(frames(rng)),
        10 | 11 => Step::KillIdle,
        12..=15 => Step::Enter,
        16..=18 => Step::Interrupt,
        19 => Step::EndOfInput,
        20..=23 => Step::Elapse([1, 500, 2_500, 20_000, 100_000][rng.below(5)]),
        24 => Step::DiskFull(rng.below(2) == 0),
        25 => Step::RefusePort,
        26 => Step::SaveLesson { is_valid: rng.below(3) > 0 },
        27 => Step::Restart,
        28..=31 => Step::Check(Check::Undo),
        32 | 33 => Step::Check(Check::Again),
        34..=36 => Step::Check(Check::Replay),
        37..=41 if settings.lesson.is_some() => Step::Answer,
        42..=55 if settings.time == TimeKind::Real => random_client_step(rng),
        56 if settings.time == TimeKind::Real => {
            // A real client wakes a blocked client while the learner types.
            steps.push(Step::Client(rng.below(CLIENTS), ClientAction::Send("RPUSH q woken".into())));
            Step::TypeAtOnce(random_line(rng, settings))
        }
        57 if settings.time == TimeKind::Real => {
            steps.push(Step::Elapse(3_000));
            Step::TypeAtOnce(random_line(rng, settings))
        }
        _ => Step::Type(random_line(rng, settings)),
    };
    steps.push(step);
}

fn random_client_step(rng: &mut Rng) -> Step {
    let action = match rng.below(10) {
        0 | 1 => ClientAction::Connect,
        2 => ClientAction::Drop,
        3 => ClientAction::SendPart(CLIENT_PARTS[rng.below(CLIENT_PARTS.len())].to_owned()),
        _ => ClientAction::Send(CLIENT_LINES[rng.below(CLIENT_LINES.len())].to_owned()),
    };
    Step::Client(rng.below(CLIENTS), action)
}

fn random_line(rng: &mut Rng, settings: &Settings) -> String {
    let own: &[&str] = if settings.python == PythonKind::Model { &MODEL_LINES } else { &REAL_LINES };
    let pool: &[&str] = match rng.below(20) {
        0..=5 => &CLI_LINES,
        6..=10 => &PYTHON_LINES,
        11..=13 => own,
        14..=18 => &TUTOR_LINES,
        _ => &ODD_TEXTS,
    };
    pool[rng.below(pool.len())].to_owned()
}
