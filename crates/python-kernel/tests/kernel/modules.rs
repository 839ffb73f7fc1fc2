//! Tests of the standard library: which modules can be imported, what works in them, and what is refused.

use super::Python;

#[test]
fn modules_import_and_work() {
    let mut python = Python::start();
    for module in "os io sys importlib random re datetime dataclasses inspect traceback logging typing uuid secrets \
        hashlib decimal pickle threading collections statistics fractions concurrent.futures queue contextlib enum \
        itertools functools heapq bisect copy pprint textwrap string base64 zlib binascii types abc operator math json \
        time pathlib csv calendar struct array unicodedata html difflib unittest doctest"
        .split_whitespace()
    {
        assert_eq!(python.output_of(&format!("import {module}")), "", "{module}");
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
        assert_eq!(python.output_of(source).trim_end(), shown, "{source}");
    }
    assert!(python.output_of("help(len)").starts_with("Help on built-in function len"), "help must not start a pager");
}

/// Programs import these modules even if they use only functions that need no files and no network, so the imports must
/// succeed.
#[test]
fn modules_that_need_an_operating_system_can_be_imported() {
    let mut python = Python::start();
    for module in "asyncio cProfile ctypes.util curses faulthandler fcntl fileinput ftplib getpass grp http.client \
        http.server imaplib logging.config logging.handlers mmap multiprocessing.pool platform poplib profile pstats pty \
        pwd readline resource rlcompleter select selectors shelve signal smtplib socket socketserver sqlite3 ssl \
        subprocess syslog tempfile termios tracemalloc tty urllib.request webbrowser xmlrpc.client zipfile zoneinfo"
        .split_whitespace()
    {
        assert_eq!(python.output_of(&format!("import {module}")), "", "{module}");
    }
    for (source, shown) in [
        ("from http import HTTPStatus; HTTPStatus(404), HTTPStatus.OK.phrase", "(<HTTPStatus.NOT_FOUND: 404>, 'OK')"),
        (
            "signal.Signals(15), signal.SIGINT, signal.strsignal(9)",
            "(<Signals.SIGTERM: 15>, <Signals.SIGINT: 2>, 'Killed')",
        ),
        ("signal.signal(signal.SIGTERM, lambda number, frame: print('got', number))", "<Handlers.SIG_DFL: 0>"),
        ("signal.raise_signal(signal.SIGTERM)", "got 15"),
        ("socket.gethostname(), socket.getfqdn(), platform.node()", "('redis-tutor', 'redis-tutor', 'redis-tutor')"),
        ("socket.gethostbyname('localhost'), socket.inet_aton('1.2.3.4')", "('127.0.0.1', b'\\x01\\x02\\x03\\x04')"),
        ("socket.AF_INET, socket.SO_KEEPALIVE, socket.has_ipv6", "(<AddressFamily.AF_INET: 2>, 9, True)"),
        ("platform.system(), platform.platform()", "('Linux', 'Linux-6.1.0-x86_64-with-glibc2.36')"),
        ("getpass.getuser(), tempfile.gettempdir()", "('learner', '/tmp')"),
        (
            "from zoneinfo import ZoneInfo; from datetime import datetime, timezone; ZoneInfo('Asia/Tokyo')",
            "zoneinfo.ZoneInfo(key='Asia/Tokyo')",
        ),
        (
            "datetime(2024, 3, 31, 1, tzinfo=timezone.utc).astimezone(ZoneInfo('Europe/Berlin')).isoformat()",
            "'2024-03-31T03:00:00+02:00'",
        ),
        ("datetime(2040, 7, 1, tzinfo=ZoneInfo('America/New_York')).strftime('%Z %z')", "'EDT -0400'"),
        ("zones = zoneinfo.available_timezones(); len(zones) > 500, {'UTC', 'Europe/Paris'} <= zones", "(True, True)"),
        (
            "out = {'class': 'logging.StreamHandler', 'stream': 'ext://sys.stdout'}; \
            logging.config.dictConfig({'version': 1, 'handlers': {'out': out}, 'root': {'handlers': ['out']}}); \
            logging.warning('logged')",
            "logged",
        ),
        ("select.select([], [], [], 2)", "([], [], [])"),
        (
            "try: ssl.create_default_context()\nexcept sqlite3.Error: pass\nexcept PermissionError: print('refused')\n",
            "refused",
        ),
    ] {
        assert_eq!(python.output_of(source).trim_end(), shown, "{source}");
    }
    let unknown = python.run("ZoneInfo('europe/berlin')");
    assert_eq!(unknown.exception().message, "'No time zone found with key europe/berlin'");
    python.lines = vec!["stop".to_owned()];
    let shell = "import cmd\nclass Shell(cmd.Cmd):\n    def do_stop(self, line): return True\n\nShell().cmdloop()";
    assert_eq!(python.output_of(shell), "", "`cmd` uses `readline`");
}

/// Attempts by a hostile or curious learner to access files, processes and sockets. Each attempt is listed with the
/// class of the exception that it must raise. The exception's message must be a single sentence that names redis-tutor.
#[test]
fn nothing_outside_of_the_child_can_be_reached() {
    let mut python = Python::start();
    python.output_of("import os, io, sys, pathlib, uuid, shutil");
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
        ("os.popen('id')", "PermissionError"),
        ("import importlib; importlib.import_module('socket').socket()", "PermissionError"),
        ("__import__('_socket').socket()", "PermissionError"),
        ("__import__('fcntl').ioctl(0, 0)", "PermissionError"),
        ("import tempfile; tempfile.mkstemp()", "PermissionError"),
        ("tempfile.NamedTemporaryFile()", "PermissionError"),
        ("tempfile.TemporaryDirectory()", "PermissionError"),
        ("import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "PermissionError"),
        ("import http.server as h; h.HTTPServer(('', 8000), h.BaseHTTPRequestHandler)", "PermissionError"),
        ("import smtplib; smtplib.SMTP('localhost')", "PermissionError"),
        ("breakpoint()", "RuntimeError"),
        ("import pdb; pdb.set_trace()", "RuntimeError"),
        ("os.abort()", "PermissionError"),
        ("os.execv('/bin/sh', [])", "PermissionError"),
        ("import socket; socket.socket()", "PermissionError"),
        ("socket.create_connection(('localhost', 6379))", "PermissionError"),
        ("socket.gethostbyname('example.com')", "PermissionError"),
        ("import subprocess; subprocess.run('ls', capture_output=True)", "PermissionError"),
        ("subprocess.Popen(['ls'])", "PermissionError"),
        ("import ctypes; ctypes.CDLL(None)", "PermissionError"),
        ("class Point(ctypes.Structure): pass\n\nPoint()", "PermissionError"),
        ("import multiprocessing; multiprocessing.Process(target=print).start()", "PermissionError"),
        ("multiprocessing.Pool(2)", "PermissionError"),
        ("import signal; signal.alarm(1)", "PermissionError"),
        ("signal.raise_signal(signal.SIGKILL)", "PermissionError"),
        ("import select, sys; select.select([sys.stdin], [], [])", "PermissionError"),
        ("import logging.handlers as h; h.RotatingFileHandler('x.log')", "PermissionError"),
        ("h.SocketHandler('localhost', 9020)", "PermissionError"),
        ("h.SysLogHandler()", "PermissionError"),
        ("import shelve; shelve.open('x')", "PermissionError"),
        ("import asyncio; asyncio.run(asyncio.create_subprocess_shell('id'))", "PermissionError"),
        ("asyncio.run(asyncio.open_connection('localhost', 80))", "PermissionError"),
        ("import sqlite3; sqlite3.connect(':memory:')", "PermissionError"),
        ("import ssl; ssl.create_default_context()", "PermissionError"),
        ("import mmap; mmap.mmap(-1, 1)", "PermissionError"),
        ("import http.client as c; c.HTTPConnection('localhost').connect()", "PermissionError"),
        ("import tkinter", "ImportError"),
    ] {
        let result = python.run(source);
        assert_eq!(result.exception().class, class, "{source}");
        assert!(
            result.exception().message.starts_with("redis-tutor's Python "),
            "{source}: {}",
            result.exception().message
        );
        assert_eq!(
            result.exception().message.matches(". ").count(),
            0,
            "the message must be one sentence: {}",
            result.exception().message
        );
    }
    for (source, shown) in
        [("os.environ", "environ({})"), ("os.getcwd()", "'/'"), ("sys.executable, sys.path", "('', [])")]
    {
        assert_eq!(python.output_of(source).trim_end(), shown, "{source}");
    }
    for module in "_ctypes _sqlite3 _tkinter nt".split_whitespace() {
        let source = format!("__import__('{module}')");
        assert_eq!(python.run(&source).exception().class, "ModuleNotFoundError", "{module}");
    }
    // Classes that would give access to processes, sockets, native code or files must be stubs.
    let dangerous = "import builtins\nfound = [c for c in ().__class__.__base__.__subclasses__() \
        if c.__name__ in ('Popen', 'socket', 'CDLL', 'mmap', 'DirEntry') and c.__module__ != 'posix']\n\
        for c in found:\n    try:\n        c('x')\n    except PermissionError:\n        pass\n    \
        else:\n        print(c)\n";
    assert_eq!(python.output_of(dangerous), "");
    assert_eq!(
        python.output_of("list(os.walk('/')), pathlib.Path('/etc').exists(), os.getenv('HOME')"),
        "([], False, None)\n"
    );
}

/// Programs can import every name of redis-py. Those that redis-tutor does not implement must raise an error when they
/// are called.
#[test]
fn names_of_redis_py_that_are_missing_are_refused_in_a_sentence() {
    let mut python = Python::start();
    for (source, message) in [
        ("from redis.commands.core import Script; Script(r, 'return 1')", "redis-tutor does not run Lua, so Script()"),
        ("from redis.commands.search.query import Query; Query('x')", "redis.commands.search.query.Query is missing:"),
        (
            "from redis.cluster import NodesManager; NodesManager()",
            "redis.cluster.NodesManager is missing: redis-tutor is",
        ),
        (
            "from redis.cache import CacheConfig; CacheConfig()",
            "redis.cache.CacheConfig is missing: redis-tutor has no",
        ),
        ("import redis.observability", "redis.observability is missing: redis-tutor's redis package"),
    ] {
        let result = python.run(source);
        assert!(result.exception().message.starts_with(message), "{source}: {}", result.exception().message);
    }
}
