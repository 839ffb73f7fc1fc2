#!/usr/bin/env python3.13
"""Records tracebacks and parsing results of CPython 3.13. The tests in tests/kernel.rs and src/syntax.rs compare ours with them.

Usage: python3.13 crates/python-kernel/tests/recorded/record.py   (writes the .json files beside this script)

tracebacks.json     sources run one after the other, and the traceback of each as the interactive prompt prints it,
                    without the frames of the standard library, which our tracebacks omit
syntax_errors.json  the same for the sources in syntax_errors.txt, which has a string literal on each line
errors.json         the same for the sources in errors.txt, whose errors appear when they run
completeness.json   inputs, and whether `codeop` considers each complete, incomplete or invalid
statements.json     sources, and the top-level statements that `ast` splits each into
types/NAME.json     the output and the error of each statement in types/NAME.py, which has the cases of the amendment
                    of this name. Statements on one line are one input.
"""
import ast, codeop, contextlib, io, json, linecache, pathlib, re, sys, traceback, warnings

assert sys.version_info[:2] == (3, 13), "run this script with Python 3.13, whose messages are the reference"
warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
# Two frames of this script are below the frames of the recorded code, so the limit is higher by two.
sys.setrecursionlimit(1002)

TRACEBACKS = [
    ["1/0"],
    ["x = 1/0"],
    ["x = (1 +\n     2/0 +\n     3)"],
    ["undefined"],
    ["print(undefined)"],
    ["prnt('x')"],
    ["json.loads('{}')"],
    ["d = {'visits': 1}", "d['visit']", "d['a']['b']"],
    ["int('x')", "y = int('x')", "z = [int(c) for c in '12x']"],
    ["'a' + 1", "u = 'a' + 1", "1 + (2 *\n 'a' ** 2)"],
    ["[].appendd", "x = [].appendd", "[].appendd(1)", "''.splt(',').x"],
    ["None.get('x')", "x = None", "x.y.z", "x.get('k')['v']"],
    ["def f(a):\n    return g(a)\n", "def g(b):\n    return b + 'x'\n", "f(1)", "v = f(1)", "print(f(1))"],
    ["def f():\n    raise KeyError('x')\n", "try:\n    f()\nexcept KeyError as e:\n    raise ValueError('y') from e\n"],
    ["try:\n    1/0\nexcept ZeroDivisionError:\n    [][1]\n"],
    ["try:\n    1/0\nexcept ZeroDivisionError:\n    raise ValueError('only this') from None\n"],
    ["e = ValueError('noted')\ne.add_note('first\\nsecond')\ne.add_note('third')\nraise e\n"],
    ["raise ValueError", "raise ValueError()", "raise ValueError('a\\nb')", "raise ValueError('')"],
    ["class Broken(Exception):\n    def __str__(self):\n        return 1/0\n", "raise Broken"],
    ["class Own(Exception): pass\n", "raise Own('mine')"],
    ["def deep(n):\n    return deep(n + 1)\n", "deep(0)"],
    ["def deep(n):\n    if n == 0:\n        1/0\n    deep(n - 1)\n", "deep(3)", "deep(4)", "deep(9)"],
    ["for i in range(3):\n    if i == 2:\n        raise RuntimeError(i)\n"],
    ["with open_sesame() as f:\n    pass\n"],
    ["lst = [1, 2]\nlst[5]", "lst[5]"],
    ["lst = [1, 2]", "lst[5]", "lst[0][1]", "lst[0:2][7] + 1"],
    ["f(1,\n  2,\n  3)", "len(1,\n  2,\n  3)", "max(\n    1,\n    2,\n    3,\n    len(5),\n)"],
    ["'é' + 1", "x = '日本' + 1", "len('日本') + 'é'"],
    ["assert 1 == 2", "assert 1 == 2, 'they differ'"],
    ["a, b = 1", "a, b = [1]", "a, b = [1, 2, 3]"],
    ["lambda: x", "(lambda: 1/0)()", "sorted([1, 'a'])", "sorted([3, 1], key=lambda v: v.k)"],
    ["(i/0 for i in [1])", "list(i/0 for i in [1])", "{i: 1/i for i in [0]}", "[[1/j for j in [i]] for i in [0]]"],
    ["del nothing", "import nothing_such", "from json import nothing", "from math import sqr"],
    ["def f(a, b=1, *, c): pass\n", "f()", "f(1)", "f(1, 2, 3, c=1)", "f(1, c=1, d=2)"],
    ["class A:\n    def m(self):\n        return value\n    value = 1\n", "A().m()", "A().mm", "A.valu"],
    ["raise ExceptionGroup('two', [ValueError(1), KeyError('x')])"],
    [
        "def v():\n    raise ValueError('inner')\n",
        "try:\n    v()\nexcept ValueError as e:\n    g = ExceptionGroup('outer', [e, ExceptionGroup('in', [TypeError('t')])])\n",
        "raise g",
    ],
    ["if True:\n    def inner():\n        return 1/0\n", "inner()"],
    ["def gen():\n    yield 1\n    raise LookupError('spent')\n", "list(gen())"],
    ["class P:\n    @property\n    def v(self):\n        return self.w\n", "P().v"],
    ["x = 1\n\n\ny = x / 0"],
    ["import sys", "sys.exit"],
    ["float('a') if True else 1", "not int('q')", "-'a'", "1 < 'a'", "'a' in 5"],
    ["x = {}", "x['k'] += 1", "x[[]] = 1", "x.k = 1"],
    ["async def co(): pass\n", "co().x"],
    ["eval('1/0')", "exec('raise OSError(2, \"gone\")')"],
    ["raise OSError(2, 'No such file')", "raise KeyboardInterrupt", "raise StopIteration(3)"],
    ["while True:\n    break_\n"],
    # The positions of operations: a chain over several lines, and the values of other expressions than the failing one.
    [
        "class C:\n    def m(self, *a, **k): return self\n    def bad(self, *a, **k): raise LookupError('bad')\n",
        "c = C()", "x = (c\n     .m()\n     .m('a', k=[1])\n     .bad())", "c.m(\n    1).bad('é').m()", "x = (c.m()\n  .nope)",
        "c.m() \\\n .bad(1,\n  2)", "(c\n .m(*[1])\n .bad(*[2]))", "import json\n(json\n .loads(\n 'q'))", "c.m().nope = (c\n.m)",
    ],
    [
        "class E:\n    def __enter__(self): 1/0\n    def __exit__(self, *a): pass\n",
        "class X:\n    def __enter__(self): return self\n    def __exit__(self, *a): 1/0\n",
        "with E():\n    pass\n", "with X() as x, E() as (a, b):\n    x = [1]\n", "with X():\n    y = 2\n    z = [y]\n", "with X():\n    q\n",
        "def f():\n    with X() as b:\n        x = 1\n        return 3\n", "f()", "def f():\n    for x in [1]:\n        with X():\n            break\n",
        "f()", "def f():\n    try:\n        with X(): return [1]\n    finally:\n        [2].q\n", "f()",
    ],
    [
        "d = {}", "d[[]] = [1]", "d[[]] = {'a': 1}", "d[[]] = 1, 2", "d[[]] = x = [2, 3]", "d[[]], y = 1, [2]", "d.x = [1]", "d[[1]] += 1",
        "d['k'] = [1]", "d['k'] += 1", "d.k += [1]", "n = 1", "n += 'a'", "n -= [1]", "undefined += 1", "(a, b), c = 1, 2", "[a, b] = [1]",
        "for a, b in [1]: pass", "del d[[]]", "class O: pass", "o = O()", "del o.k", "del nothing, d",
    ],
    ["class C:\n    x = int('q')\n", "def f():\n    class C:\n        x = 1 / 0\n", "f()", "class C(metaclass=3): pass", "class D(int, str):\n    y = [1]\n"],
    [
        "n = 1", "@n\ndef f(a=[1]):\n    pass\n", "@print\n@n.real\nclass C:\n    x = [1]\n", "@n\nasync def f(a: int) -> int: return a\n",
        "@q\ndef f(): pass\n", "def f(a=q): pass", "class B:\n    def f(self, *a): raise LookupError\n",
        "class C(B):\n    def f(self, *a): return super().f(1)\n    def g(self): return super().nope\n", "C().f()", "C().g()",
    ],
    [
        "class P:\n    def __bool__(self): 1/0\n    def __repr__(self): 1/0\n    def __format__(self, spec): 1/0\n", "p = P()",
        "p and 1", "x = 1 and (p or 2)", "not p", "if p: pass", "1 if p else 2", "all(p for _ in [1])", "[p, 1]", "f'{p}'", "f'a {p!s}{1}'",
        "f'{p:>10}'", "'%s: %s' % (1, p)", "[*5]", "[1, *5]", "{**5}", "{'a': 1, **5}", "print(1, *5)", "print(**5)", "print(**{'end': 1}, end=2)",
        "{[]}", "{1: 2, []: 3}", "{[] for _ in [1]}", "{[]: 1 for _ in [1]}", "[x for x in 5]", "[x for x in [1] if p]", "[1].push(2)", "[1].a.b",
    ],
    [
        "def g():\n    x = yield [1]\n", "h = g()", "next(h)", "h.throw(ValueError('late'))", "def g():\n    yield from 5\n", "list(g())",
        "async def g():\n    await 5\n", "g().send(None)", "try:\n    1/0\nexcept 3:\n    x = [1]\n", "assert (1 ==\n  2), [1]",
        "[\n  1,\n  [2].q,\n]", "def f():\n    'doc'\n    return [y.q for y in [1] if y]\n", "f()", "import collections\ncollections.nope",
    ],
    ["print('a', end=1)"],
    ["    1/0"],
    ["x = = 1"],
    ["if x\n    pass"],
    ["foo(", "x = [1,\n2"],
    ["'abc"],
    ["1 +"],
    ["def f():\nreturn 1\n"],
    ["x = 1 2"],
    ["é = = 1"],
]

COMPLETENESS = [
    "", "\n", "# a comment", "   ", "1", "1\n", "a = 1", "a = 1; b = 2", "pass", "import redis, json",
    "if x:", "if x: pass", "if x: pass\n", "if x:\n    pass", "if x:\n    pass\n", 
    "if x:\n\n", "if x:\n    # c", "if x:\n    pass\nelse:", "if x:\n    pass\nelse:\n    pass\n", "else:", "if x",
    "for i in x:", "for i in x: print(i)", "for i in x: print(i)\n", "while True:\n    break\n", "while True:",
    "def f():", "def f(): return 1", "def f(): return 1\n", "def f():\n    return 1", "def f():\n    return 1\n",
    "def f(", "def f(a,\n      b):", "def f(a,", "class A:", "class A: pass", "class A:\n    x = 1\n", "class A",
    "@d", "@d\n", "@d\ndef f():", "@d\ndef f(): pass", "@d\ndef f(): pass\n", "@d(", "@d(1)\n@e",
    "try:", "try:\n    pass", "try:\n    pass\n", "try:\n    pass\nexcept:", "try:\n    pass\nexcept:\n    pass",
    "try:\n    pass\nexcept:\n    pass\n", "try:\n    pass\nfinally:\n    pass\n", "with a as b:", "with a:\n    pass\n",
    "with (a,", "async def f():", "async def f():\n    pass\n", "match x:", "match x:\n    case 1:",
    "match x:\n    case 1:\n        pass", "match x:\n    case 1:\n        pass\n", "match = 1", "match(x)",
    "(", "(1", "[1,", "{", "{1:", "f(", "f(1,", "f(a)(", "x = [", "x = [1,\n2,", "x = [1,\n2]", "(\n\n", "[\n# c\n1",
    ")", "f)", "[)", "(]", "x = )", "(1 +", "(1 +* 2", "f(1 2", "(a b", "{1: 2 3", "x = (1,\n  = 2",
    "'", "'abc", '"abc', "'abc'", "x = 'abc", "f('abc", "'abc\\", "'abc\\\ndef'", "'abc\\\ndef", "('abc",
    "'''", '"""', "'''abc", "'''abc\n", "'''abc\ndef'''", "x = '''abc", 'r"""abc', "f('''abc", "b'''x", "'''abc''", '"""a"""',
    "f'", "f'{x}'", "f'''{", "f'''{x}", "f'''abc", "f'''{x}'''", "rb'abc", "x = f'''\n{a",
    "1 +", "x =", "x = \\", "x = \\\n1", "x = \\\n", "1 + \\", "\\", "if x and \\", "if x: \\", "import", "from x import", "from x import (",
    "from x import (a,", "print 'x'", "a b", "x = 1 2", "1 = x", "lambda:", "lambda: (", "x = lambda a:",
    "    x = 1", " x", "x = 1\n  y = 2", "a = 1\nb = 2", "a = 1\nif x:\n    pass", "a = 1\nif x:\n    pass\n",
    "if x:\n    pass\ny = 1", "if x:\n    pass\ny = 1\n", "def f():\n    x = [\n", "def f():\n    '''doc", "def f():\n    if x:", "def f():\n    if x:\n        pass\n",
    "class A:\n    def f(self):\n        pass", "class A:\n    def f(self):\n        pass\n", "if x:\n    a = (1,\n", "if x:\npass", "if x:\n    a\n  b",
    "elif x:", "except:", "finally:", "$", "?", "!ls", "x = $", "a := 1", "(a := 1)", "del", "del x", "global x", "assert", "assert x",
    "raise", "r.get('a')", "r.get('a'", "r.set('k', {'a': 1,", "r.set('k', {'a': 1,\n 'b': 2})", "HGETALL user:1000", "GET a", "for x in r.scan_iter(): print(x)",
    "print(f'{a}", "print(f\"{d['k']}\")", "0777", "1__0", "1.2.3", "x = 08", "'\\N{x}'", "b'é'", "é = 1", "日 = '本", "x = '日'", "\t1", "if x:\n\tpass\n        pass\n",
]

STATEMENTS = [
    "", "# only a comment\n", "1", "a = 1; b = 2", "a = 1; b = 2;", "a = 1 # c\nb = 2\n", "a\n\n\nb", "(1 + 2)", "(1 + 2) * 3\n", "  \n\nx",
    "x = [\n    1,\n    2,\n]\ny", "def f():\n    return 1\n\n\nf()\n", "@d\ndef f(): pass\n", "@d(1)\n# between\n@e\n\nclass A:\n    x = 1\n\n    # inside\n    y = 2\n# after\nz",
    "if a:\n    b\nelif c:\n    d\nelse:\n    e\n# comment\nf", "for i in x: print(i); print(j)\nk", "'''doc\nstring'''\nx", "x = '''a\n# no comment\n'''; y",
    "x = 1 + \\\n    2\ny", "async def f():\n    await x\nawait_ = 1", "try:\n    a\nexcept E as e:\n    b\nfinally:\n    c\nd", "é = 'ü'; ñ = '日本'\nx",
    "with a as b, c as d:\n    pass\nx", "match x:\n    case 1:\n        pass\n    case _:\n        y\nz", "lambda: 1; x", "print('a'); print('b')", "import a, b; from c import d",
    "a = 1\r\nb = 2\r\n", "f'{a}'; f'''{b\n}'''", "if x: pass; y", "class A: pass; B = 1\nC", "x: int = 1; del x", "a;b;c", "(a,\n b); c", "(\n# c\na\n)\nb",
    "x = (yield)\ny", "type X = int\nX", "@d\nasync def f(): pass\nf", "while a:\n    break\nelse:\n    c\nd", "global x; x = 1", "a = b = c\n;".rstrip(";").rstrip(),
]


def tracebacks(sources):
    """Runs statements one after the other. Returns the traceback of each, or None for a statement without an error."""
    space = {"__name__": "__main__"}
    recorded = []
    for number, source in enumerate(sources, 1):
        name = f"<stdin>-{number}"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        try:
            code = compiled(source, name)
        except SyntaxError as error:
            error.filename = "<stdin>"
            if error.text is None and error.lineno:
                # The prompt shows the line even if the compiler has found the error and not the parser.
                error.text = source.splitlines()[error.lineno - 1]
            recorded.append("".join(traceback.format_exception(error.with_traceback(None))))
            continue
        try:
            exec(code, space)
            recorded.append(None)
        except BaseException as error:
            text = "".join(traceback.format_exception(without_library_frames(error)))
            # Our own modules are frozen and have no path, so "(unknown location)" is recorded instead of a path.
            recorded.append(re.sub(r"(cannot import name .*) \(/.*\)", r"\1 (unknown location)", text))
    return recorded


def compiled(source, name):
    """Compiles source text as the prompt does. Unlike the prompt, accepts several statements, as if pasted."""
    try:
        return compile(source + "\n", name, "single")
    except SyntaxError as error:
        if error.msg != "multiple statements found while compiling a single statement":
            raise
    return compile(ast.Interactive(ast.parse(source, name).body), name, "single")


def without_library_frames(error, seen=()):
    """Removes all frames that do not run recorded code from an exception, its causes and its group's members."""
    if error is None or error in seen:
        return error
    frames, kept = error.__traceback__, []
    while frames:
        if frames.tb_frame.f_code.co_filename.startswith(("<stdin>", "<string>")):
            kept.append(frames)
        frames = frames.tb_next
    following = None
    for frame in reversed(kept):
        frame.tb_next = following
        following = frame
    error.__traceback__ = following
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        without_library_frames(other, (*seen, error))
    return error


def completeness(source):
    try:
        code = codeop.compile_command(source)
    except (SyntaxError, ValueError, OverflowError):
        # If all statements of an input are valid, the last one determines whether the input is complete.
        try:
            compile(source, "", "exec")
        except (SyntaxError, ValueError):
            return "Invalid"
        body = ast.parse(source).body
        rest = source[offset(source, body[-1]) :]
        return completeness(rest)
    return "Incomplete" if code is None else "Complete"


def offset(source, node):
    line = getattr(node, "decorator_list", None) and node.decorator_list[0].lineno or node.lineno
    return sum(len(text) for text in source.splitlines(True)[: line - 1])


def statements(source):
    lines = source.splitlines()
    split = []
    for node in ast.parse(source).body:
        text = ast.get_source_segment(source, node)
        first = node.lineno
        decorators = getattr(node, "decorator_list", [])
        if decorators:
            first = decorators[0].lineno
            text = "\n".join(lines[first - 1 : node.lineno - 1]) + "\n" + text
        split.append({"source": text, "first_line": first})
    return split


def inputs(source):
    """Splits a script into statements. Keeps statements on the same line together."""
    lines = source.split("\n")
    ranges = []
    for node in ast.parse(source).body:
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        if ranges and first <= ranges[-1][1]:
            ranges[-1][1] = node.end_lineno
        else:
            ranges.append([first, node.end_lineno])
    return ["\n".join(lines[first - 1 : last]) for first, last in ranges]


def run(source, space):
    """Runs an input as the prompt does. Returns its output, and the class and message of its exception."""
    written, error = io.StringIO(), None
    with contextlib.redirect_stdout(written):
        try:
            exec(compile(ast.Interactive(ast.parse(source).body), "<stdin>", "single"), space)
        except BaseException as raised:
            kind = type(raised)
            name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
            error = {"class": name, "message": str(raised)}
    return {"source": source, "output": written.getvalue(), "error": error}


def write(name, records):
    text = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (HERE / name).write_text(f"[\n{text}\n]\n", encoding="utf-8")


write("tracebacks.json", [{"sources": sources, "tracebacks": tracebacks(sources)} for sources in TRACEBACKS])
write("completeness.json", [{"source": source, "completeness": completeness(source)} for source in COMPLETENESS])
for name in ["syntax_errors", "errors"]:
    sources = [ast.literal_eval(line) for line in (HERE / f"{name}.txt").read_text("utf-8").splitlines()]
    write(f"{name}.json", [{"sources": sources, "tracebacks": tracebacks(sources)}])
write("statements.json", [{"source": source, "statements": statements(source)} for source in STATEMENTS])
for script in sorted((HERE / "types").glob("*.py")):
    space = {"__name__": "__main__"}
    write(f"types/{script.stem}.json", [run(source, space) for source in inputs(script.read_text("utf-8"))])
