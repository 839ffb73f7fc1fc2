//! Attempts to break out of the interpreter by corrupting its memory. Each attempt must be refused.

use super::Python;

/// The prefix of the error message about bytecode that the interpreter did not compile.
const FOREIGN: &str = "redis-tutor's Python runs only bytecode that it compiled itself: ";

impl Python {
    /// Runs source text that must raise an exception. Checks the exception's class and the end of its message. The
    /// child must survive.
    fn refuses(&mut self, source: &str, class: &str, message: &str) {
        self.start_run(source);
        let result = self.finish_run().unwrap_or_else(|| panic!("the child died of {source}"));
        let Some(exception) = result.outcome.exception else { panic!("no exception: {source}: {result:?}") };
        assert_eq!(exception.class, class, "{source}: {}", exception.message);
        assert!(exception.message.ends_with(message), "{source}: {}", exception.message);
        assert_eq!(self.output_of("1 + 1"), "2\n", "after {source}");
    }
}

#[test]
fn code_objects_are_not_created_from_parts() {
    let mut python = Python::start();
    python.output_of("import copy, copyreg, pickle, sys, types\nf = lambda: 0\n");
    python.output_of(
        "parts = 0, 0, 0, 0, 9, 0, bytes([128, 0, 31, 0, 31, 0, 35, 0]), (), (), (), '', '', '', 1, b'', b'', (), ()",
    );
    for source in [
        "types.CodeType(*parts)",
        "type(f.__code__)()",
        "types.CodeType.__new__(types.CodeType, *parts)",
        "type.__call__(types.CodeType, *parts)",
        "copyreg.__newobj__(types.CodeType, *parts)",
        "pickle.loads(b'ctypes\\nCodeType\\n(tR.')",
    ] {
        python.refuses(source, "RuntimeError", &format!("{FOREIGN}code() cannot create a code object"));
    }
    python.refuses("object.__new__(types.CodeType)", "TypeError", "use code.__new__()");
}

#[test]
fn code_objects_keep_their_bytecode() {
    let mut python = Python::start();
    python.output_of("import copy\nf = lambda: 0\n");
    python.refuses(
        "f.__code__ = f.__code__.replace(co_code=bytes([128, 0, 31, 0, 31, 0, 35, 0])); f()",
        "RuntimeError",
        &format!("{FOREIGN}code.replace() cannot change co_code"),
    );
    for (field, value) in [
        ("co_argcount", "1"),
        ("co_cellvars", "('x',)"),
        ("co_code", "f.__code__.co_code"),
        ("co_consts", "(1, 2)"),
        ("co_exceptiontable", "b'x'"),
        ("co_freevars", "('x',)"),
        ("co_kwonlyargcount", "1"),
        ("co_linetable", "b'x'"),
        ("co_names", "()"),
        ("co_nlocals", "0"),
        ("co_posonlyargcount", "1"),
        ("co_stacksize", "0"),
        ("co_varnames", "('x',)"),
    ] {
        for call in ["f.__code__.replace", "f.__code__.__replace__", "type(f.__code__).replace(f.__code__, "] {
            let call = if call.ends_with(' ') { call.to_owned() } else { format!("{call}(") };
            let message = format!("{FOREIGN}code.replace() cannot change {field}");
            python.refuses(&format!("{call}{field}={value})"), "RuntimeError", &message);
        }
        python.refuses(&format!("copy.replace(f.__code__, {field}={value})"), "RuntimeError", field);
    }
    for flags in ["0", "f.__code__.co_flags ^ 1", "f.__code__.co_flags | 0x20", "f.__code__.co_flags | 0x100"] {
        let source = format!("f.__code__.replace(co_flags={flags})");
        python.refuses(&source, "RuntimeError", "code.replace() cannot change these co_flags");
    }
    python.refuses("f.__code__.replace(co_unknown=1)", "TypeError", "unexpected keyword argument 'co_unknown'");
    python.refuses("f.__code__.replace(co_name='\\ud800')", "UnicodeEncodeError", "surrogates not allowed");
    python.refuses("f.__code__.replace(co_name=1)", "TypeError", "must be str, not int");
}

#[test]
fn names_and_places_of_code_objects_can_be_replaced() {
    let mut python = Python::start();
    python.output_of("import types\ndef f(): return 7\n");
    python.output_of("for i in range(100): f()\n");
    for (source, shown) in [
        ("c = f.__code__.replace(co_name='g' * 30, co_qualname='é', co_filename='elsewhere', co_firstlineno=5)", ""),
        ("c.co_name == 'g' * 30, c.co_qualname, c.co_filename, c.co_firstlineno", "(True, 'é', 'elsewhere', 5)\n"),
        ("f.__code__.co_name, f.__code__.co_filename", "('f', '<stdin-1>')\n"),
        ("f.__code__.replace() == f.__code__, types.FunctionType(c, {})()", "(True, 7)\n"),
        ("f.__code__ = c; f()", "7\n"),
        // `types.coroutine` sets a flag of the code object.
        ("g = types.coroutine(lambda: (yield 1)); g.__code__.co_flags & 0x100", "256\n"),
        ("async def h(): return await g()\n", ""),
        ("c = h(); c.send(None)", "1\n"),
        ("try: c.send(3)\nexcept StopIteration as end: print(end.value)\n", "3\n"),
    ] {
        assert_eq!(python.output_of(source), shown, "{source}");
    }
}

#[test]
fn marshalled_code_is_not_loaded() {
    let mut python = Python::start();
    python.output_of("import importlib, importlib.machinery, importlib.util, io, marshal, pkgutil, sys, types");
    python.output_of("f = lambda: 0; code = marshal.dumps(f.__code__); external = importlib._bootstrap_external");
    python.output_of("pyc = importlib.util.MAGIC_NUMBER + bytes(12) + code");
    python.output_of(
        "class Loader(importlib.machinery.SourcelessFileLoader):\n    def get_data(self, path): return pyc\n",
    );
    let loads = format!("{FOREIGN}marshal.loads() cannot load a code object");
    for source in [
        "marshal.loads(code)",
        "marshal.loads(memoryview(bytearray(code)))",
        "marshal.loads(code, allow_code=True)",
        "marshal.loads(marshal.dumps([1, {'a': (f.__code__,)}]))",
        "marshal.loads(marshal.dumps({f.__code__}))",
        "marshal.loads(marshal.dumps(slice(f.__code__, 1, 2)), allow_code=False)",
        "external._compile_bytecode(code)",
        "Loader('x', 'x.pyc').get_code('x')",
        "del sys.modules['marshal']; import marshal as fresh; fresh.loads(code)",
        "del sys.modules['marshal']; importlib.import_module('marshal').loads(code)",
        "sys.modules.clear(); __import__('_imp').create_builtin(types.SimpleNamespace(name='marshal')).loads(code)",
    ] {
        python.refuses(source, "RuntimeError", &loads);
    }
    for source in ["marshal.load(io.BytesIO(code))", "pkgutil.read_code(io.BytesIO(pyc))"] {
        python.refuses(source, "RuntimeError", "marshal.load() cannot load a code object");
    }
    for source in ["_imp.get_frozen_object('x', code[1:])", "_imp.get_frozen_object('x', data=code[1:])"] {
        let source = format!("import _imp; {source}");
        python.refuses(&source, "RuntimeError", "_imp.get_frozen_object() cannot load data");
    }
}

#[test]
fn marshalled_values_are_loaded() {
    let mut python = Python::start();
    python.output_of("import io, marshal, sys");
    python.output_of("same = 'twice' * 9");
    python.output_of(
        "value = [1, -2**70, 1.5, 2j, 'é', b'c', None, True, ..., {'a': (1, {2}, frozenset([3]))}, same, same]",
    );
    for (source, shown) in [
        (
            "[marshal.loads(marshal.dumps(value, version)) == value for version in range(6)]",
            "[True, True, True, True, True, True]\n",
        ),
        ("file = io.BytesIO(marshal.dumps(value) + marshal.dumps('next')); marshal.load(file) == value", "True\n"),
        ("marshal.load(file), file.read()", "('next', b'')\n"),
        ("marshal.loads(b'N and more')", ""),
        ("del sys.modules['marshal']; import marshal as again; again is marshal", "True\n"),
    ] {
        assert_eq!(python.output_of(source), shown, "{source}");
    }
    python.refuses("marshal.loads(b'')", "EOFError", "marshal data too short");
    python.refuses("marshal.loads(b'?')", "ValueError", "bad marshal data");
}

#[test]
fn functions_run_only_code_that_fits_them() {
    let mut python = Python::start();
    python.output_of("import types\ndef f(a, b=2): return a + b\n");
    python.output_of("def g(a, b=2): return a * b\n");
    python.output_of("def closed():\n    x = 1\n    return lambda a, b=2: x\n");
    python.refuses(
        "f.__code__ = closed().__code__",
        "ValueError",
        "f() requires a code object with 0 free vars, not 1",
    );
    python.refuses("types.FunctionType(closed().__code__, {})", "TypeError", "arg 5 (closure) must be tuple");
    python.refuses(
        "types.FunctionType(closed().__code__, {}, 'f', (), (1,))",
        "TypeError",
        "Expected type 'cell' but 'int' found.",
    );
    python.refuses(
        "types.FunctionType(closed().__code__, {}, 'f', (), ())",
        "ValueError",
        "requires closure of length 1, not 0",
    );
    for other in ["lambda: 1", "lambda a, *b: 1", "lambda a, *, b: 1", "lambda a, /, b: 1", "lambda a, b: (yield)"] {
        python.refuses(&format!("f.__code__ = ({other}).__code__"), "RuntimeError", "which has other parameters");
    }
    python.refuses("f.__code__ = 1", "TypeError", "__code__ must be set to a code object");
    python.refuses("del f.__code__", "TypeError", "__code__ must be set to a code object");
    assert_eq!(python.output_of("f.__code__ = g.__code__; f(3), f(3, 4)"), "(6, 12)\n");
    python.refuses("exec(closed().__code__)", "TypeError", "may not contain free variables");
    python.refuses("exec((lambda: (yield)).__code__)", "TypeError", "may not be that of a generator or coroutine");
    python.refuses("eval((x for x in ()).gi_code)", "TypeError", "may not be that of a generator or coroutine");
}

#[test]
fn frames_cannot_be_changed_while_they_run() {
    let mut python = Python::start();
    python.output_of("import sys, types");
    python.refuses("sys._getframe().f_lineno = 1", "RuntimeError", "f_lineno is read-only");
    python.refuses(
        "type(sys._getframe()).f_lineno.__set__(sys._getframe(), 1)",
        "RuntimeError",
        "f_lineno is read-only",
    );
    for attempt in [
        // Closing a running generator must not clear its frame.
        "generator.close",
        "type(generator).close, generator",
        // Attempts through a generator that delegates to the running generator.
        "outer.close",
        "outer.throw, GeneratorExit",
        "outer.throw, GeneratorExit()",
        "outer.__del__",
        "globals().pop, 'outer'",
        // After a failed attempt to resume itself, the generator is marked as closed.
        "lambda: (attempt(generator.send, None), sys._getframe(2).clear())",
        "lambda: (attempt(generator.send, None), generator.close())",
        "lambda: (attempt(generator.throw, ValueError), outer.close())",
    ] {
        python.output_of(
            "def attempt(action, *args):\n    try: return action(*args)\n    except Exception as error: return error\n",
        );
        // The frame has an unfinished list on its stack. If the frame were cleared, the code would treat another object
        // as the list.
        python.output_of(&format!(
            "def run(local=None):\n    yield 1\n    yield [*(), attempt({attempt}), (local := 'a' * 9), 1]\n"
        ));
        python.output_of("def delegate(): yield from generator\n");
        python.output_of("generator = run(); outer = delegate(); next(outer)");
        python.start_run("next(generator)[1:]");
        let result = python.finish_run().unwrap_or_else(|| panic!("the child died of {attempt}"));
        assert_eq!(result.stdout, "['aaaaaaaaa', 1]\n", "{attempt}: {result:?}");
        assert_eq!(python.output_of("1 + 1"), "2\n", "after {attempt}");
    }
}

#[test]
fn generators_and_coroutines_close_as_in_cpython() {
    let mut python = Python::start();
    python.output_of(
        "def run():\n    try: yield 1\n    finally: print('closed')\ndef stubborn():\n    while True:\n        try: yield\n        except GeneratorExit: pass\n",
    );
    python.output_of("def returning():\n    try: yield\n    except GeneratorExit: return 5\n");
    python.output_of("def failing():\n    try: yield\n    finally: 1 / 0\n");
    python.output_of("def outer(inner):\n    try: yield from inner\n    except ZeroDivisionError: print('outer')\n");
    for (source, shown) in [
        ("g = run(); next(g), g.close(), g.close(), list(g)", "closed\n(1, None, None, [])\n"),
        ("g = run(); g.close(), list(g)", "(None, [])\n"),
        ("g = run(); next(g); del g", "1\nclosed\n"),
        ("g = returning(); next(g); g.close()", "5\n"),
        ("g = outer(run()); next(g); g.close()", "1\nclosed\n"),
        ("g = outer(outer(run())); next(g); g.throw(GeneratorExit)", "1\nclosed\n"),
        ("g = outer(failing()); next(g); g.close()", "outer\n"),
        ("import sys; g = run(); next(g); g.gi_frame.f_locals", "1\n{}\n"),
    ] {
        let result = python.run(source);
        assert_eq!(result.stdout, shown, "{source}: {result:?}");
    }
    python.refuses("g = stubborn(); next(g); g.close()", "RuntimeError", "generator ignored GeneratorExit");
    python.refuses("g = failing(); next(g); g.close()", "ZeroDivisionError", "division by zero");
    python.refuses("g = run(); next(g); g.gi_frame.clear()", "RuntimeError", "cannot clear a suspended frame");
    python.refuses("sys._getframe().clear()", "RuntimeError", "cannot clear an executing frame");
    // Closing asynchronous generators and cancelling tasks before they end must not crash the child.
    python.output_of("import asyncio");
    python.output_of(
        "async def numbers():\n    try:\n        while True:\n            yield 1\n            await asyncio.sleep(9)\n    finally: print('finally')\n",
    );
    python.output_of(
        "async def main():\n    async for n in numbers(): break\n    task = asyncio.create_task(anext(numbers()))\n    await asyncio.sleep(0)\n    task.cancel()\n    agen = numbers()\n    print(await anext(agen)); await agen.aclose()\n",
    );
    assert!(python.output_of("asyncio.run(main())").contains("1\nfinally\n"));
    python.output_of("coroutine = main(); waiting = coroutine.__await__(); waiting.close(); coroutine.close()");
}

#[test]
fn variables_of_other_threads_are_not_read() {
    let mut python = Python::start();
    python.output_of("import sys, threading, traceback");
    python.output_of("frames = []; started, done = threading.Event(), threading.Event()");
    python
        .output_of("def work():\n    secret = 1\n    frames.append(sys._getframe())\n    started.set(); done.wait()\n");
    python.output_of("thread = threading.Thread(target=work); thread.start(); started.wait()");
    assert_eq!(python.output_of("frames[0].f_locals"), "{}\n");
    assert_eq!(python.output_of("def f(x): return sys._getframe().f_locals\n\nf(2)"), "{'x': 2}\n");
    python.output_of("done.set(); thread.join()");
    assert_eq!(python.output_of("frames[0].f_locals"), "{'secret': 1}\n");
    for function in ["sys._current_frames", "sys._current_exceptions"] {
        python.refuses(&format!("{function}()"), "RuntimeError", &format!("own objects: {function}()"));
    }
}

#[test]
fn a_thread_that_ends_is_not_overlooked() {
    // The finalizer of the thread's function runs when the interpreter no longer counts the thread.
    const ENDING: &str = "\
import sys, _thread
frames, started, done, ended, read = [], [], [], [], []
class Target:
    # The thread goes on once it has the only reference, so that the finalizer runs in it.
    def __call__(self, *args):
        while not started: pass
    def __del__(self):
        def work():
            secret = 1
            frames.append(sys._getframe())
            while not done: pass
        work()
        ended.append(1)
def run_native(function):
    while getattr(function, '__closure__', None): function = function.__closure__[0].cell_contents
    return function
def read_variables(start):
    start()
    started.append(1)
    while not frames: pass
    read.append(frames.pop().f_locals)
    done.append(1)
    while not ended: pass
";
    let mut python = Python::start();
    python.output_of(ENDING);
    for start in [
        "run_native(_thread.start_new_thread)(Target(), ())",
        "run_native(_thread.start_joinable_thread)(Target())",
        "run_native(_thread.start_joinable_thread)(function=Target())",
    ] {
        python.output_of(&format!("started.clear(); done.clear(); ended.clear(); read_variables(lambda: {start})"));
    }
    assert_eq!(python.output_of("read"), "[{}, {}, {}]\n");
}

#[test]
fn a_function_of_a_thread_is_called_only_by_the_thread() {
    let mut python = Python::start();
    python.output_of("import sys, threading\nseen, results = [], []\n");
    python.output_of("def audit(event, *args): seen.append(args[0])\n");
    python.output_of("thread = threading.Thread(target=lambda: results.append(1))");
    python.output_of("original, sys.audit = sys.audit, audit\nthread.start()\nsys.audit = original; thread.join()\n");
    python.refuses("seen[0]()", "RuntimeError", "a thread's function can be called only by the thread");
    assert_eq!(python.output_of("results"), "[1]\n");
}

#[test]
fn no_thread_is_started_while_variables_of_a_suspended_frame_are_read() {
    let mut python = Python::start();
    python.output_of("import _thread, sys\nraised = []\n");
    python.output_of(
        "class Starter:\n    def __del__(self):\n        try: _thread.start_new_thread(print, ())\n        except RuntimeError as e: raised.append(str(e))\n",
    );
    python.output_of("def g():\n    x = Starter(); yield; x = 1; yield\n");
    python.output_of("a = g(); next(a); a.gi_frame.f_locals; next(a)");
    assert_eq!(python.output_of("len(raised), a.gi_frame.f_locals"), "(0, {'x': 1})\n");
    assert_eq!(
        python.output_of("raised"),
        "[\"redis-tutor's Python cannot start a thread while variables are being read\"]\n"
    );
    assert_eq!(
        python.output_of("import threading; t = threading.Thread(target=print, args=(5,)); t.start(); t.join()"),
        "5\n"
    );
}

#[test]
fn classes_fit_the_memory_of_their_instances() {
    let mut python = Python::start();
    python.output_of("import re, sys, types, typing");
    python.output_of("class Complex(complex): pass\nclass Tuple(tuple): pass\nclass A: pass\nclass B(A): pass\n");
    python.output_of("class Slotted:\n    __slots__ = ('x',)\n\nclass L(list): pass\n\nclass M(L): pass\n");
    for (source, message) in [
        ("c = Complex(1e-300, 1e-300); c.__class__ = Tuple; c[0]", "'Tuple' object layout differs from 'Complex'"),
        ("c = A(); c.__class__ = Tuple", "'Tuple' object layout differs from 'A'"),
        ("object.__dict__['__class__'].__set__(Complex(1), Tuple)", "'Tuple' object layout differs from 'Complex'"),
        ("b = B(); B.__bases__ = (list,); b[0]", "__bases__ assignment: 'list' object layout differs from 'B'"),
        ("B.__bases__ = (Tuple,)", "__bases__ assignment: 'Tuple' object layout differs from 'B'"),
        ("B.__bases__ = (A, Slotted)", "__bases__ assignment: 'Slotted' object layout differs from 'B'"),
        ("M.__bases__ = (A,)", "__bases__ assignment: 'object' object layout differs from 'list'"),
        ("A.__bases__ = (B,)", "a __bases__ item causes an inheritance cycle"),
        ("type(re.match('a', 'a'))()[0]", "cannot create 're.Match' instances"),
        ("object.__new__(re.Match)[0]", "object.__new__(re.Match) is not safe, use re.Match.__new__()"),
        ("type(x for x in ())()", "cannot create 'generator' instances"),
        ("next(object.__new__(types.GeneratorType))", "cannot create 'generator' instances"),
        ("object.__new__(type(sys._getframe()))", "cannot create 'frame' instances"),
    ] {
        python.refuses(source, "TypeError", message);
    }
    for (source, shown) in [
        ("a = A(); a.__class__ = B; type(a).__name__, a.__class__ is B", "('B', True)\n"),
        ("l = L([1]); l.__class__ = M; l[0], type(l).__name__", "(1, 'M')\n"),
        ("class C(A): pass\n\nC.__bases__ = (B,); C.__mro__[1].__name__", "'B'\n"),
        ("class N(typing.NamedTuple, typing.Generic[typing.TypeVar('T')]):\n    x: int\n\nN(1).x", "1\n"),
        ("import dataclasses\n@dataclasses.dataclass(slots=True)\nclass D:\n    x: int\n\nD(3)", "D(x=3)\n"),
        ("m = types.ModuleType('m')\nclass Module(types.ModuleType): y = 4\n\nm.__class__ = Module; m.y", "4\n"),
    ] {
        let result = python.run(source);
        assert!(result.outcome.exception.is_none(), "{source}: {result:?}");
        assert!(result.stdout.ends_with(shown), "{source}: {result:?}");
    }
}

#[test]
fn class_attributes_are_not_used_after_they_were_freed() {
    let mut python = Python::start();
    python.output_of("import abc, sys\nclass Value:\n    def __init__(self, number): self.number = number\n");
    python.output_of("class Meta(abc.ABCMeta): pass\n\nclass Callable:\n    def __call__(self, *_): return {}\n");
    python.output_of("def read(a, name): return [getattr(a, name) for _ in range(9)][0]\n");
    for class in ["class A: pass", "class A(abc.ABC): pass", "class A(metaclass=Meta): pass"] {
        for name in ["__doc__", "__module__", "attribute"] {
            for set in ["setattr(A, name, new)", "type.__setattr__(A, name, new)", "type(A).__setattr__(A, name, new)"]
            {
                python.output_of(&format!("{class}\n\nname = '{name}'; new = Value(1); {set}; a = A()"));
                assert_eq!(python.output_of("read(a, name).number"), "1\n", "{class}: {name}");
                python.output_of(&format!("new = Value(2); {set}; others = [Value(3) for _ in range(99)]"));
                assert_eq!(python.output_of("read(a, name).number"), "2\n", "{class}: {name}: {set}");
            }
        }
        for name in ["__annotations__", "__annotate__"] {
            python.output_of(&format!(
                "{class}\n\nvalue = Callable(); A.{name} = value if '{name}' == '__annotate__' else {{1: 2}}"
            ));
            python.output_of(
                "hidden = [n for n in vars(A) if n.startswith('__annot')]; values = [vars(A)[n] for n in hidden]",
            );
            assert_eq!(python.output_of("a = A(); all(read(a, n) is v for n, v in zip(hidden, values))"), "True\n");
            python.output_of(&format!("A.{name} = None"));
            assert_eq!(
                python.output_of("any(getattr(a, n, None) is v for n, v in zip(hidden, values))"),
                "False\n",
                "{class}: {name}"
            );
        }
        python.output_of(&format!("{class}\n\na = A(); read(a, '__dict__'); sys._clear_type_descriptors(A)"));
        assert_eq!(
            python.output_of("hasattr(a, '__dict__'), hasattr(a, '__weakref__')"),
            "(False, False)\n",
            "{class}"
        );
        python.output_of(&format!("{class}\n\nA.x = 1; a = A(); read(a, 'x'); type.__delattr__(A, 'x')"));
        assert_eq!(python.output_of("hasattr(a, 'x')"), "False\n", "{class}");
    }
    // Reads an attribute after the base class that defined it was replaced and freed.
    python.output_of("class Base:\n    def __getattr__(self, name): return name\n");
    python.output_of(
        "class Old:\n    x = Value(1)\n\nclass A(Old): pass\n\na = A(); read(a, 'x'); A.__bases__ = (Base,)",
    );
    python.output_of("del Old; others = [Value(3) for _ in range(99)]");
    assert_eq!(python.output_of("read(a, 'x')"), "'x'\n");
}

#[test]
fn properties_do_not_name_classes_that_were_freed() {
    let mut python = Python::start();
    python.output_of("import gc, inspect, types\nclass A: y = 2\n");
    for name in ["__dict__", "__weakref__"] {
        python.output_of(&format!("p = vars(A)['{name}']"));
        assert_eq!(
            python.output_of("p.__objclass__ is A, p.__qualname__, p.__name__, p"),
            format!("(True, 'A.{name}', '{name}', <attribute '{name}' of 'A' objects>)\n")
        );
        python.output_of(&format!(
            "class B(A): pass\n\nclass C:\n    x = 1\n\np = vars(C)['{name}']; del C; gc.collect()"
        ));
        python.output_of("others = [type('D', (), {}) for _ in range(20)]");
        let message = format!("the class of this {name} does not exist any more");
        for read in ["p.__objclass__", "p.__qualname__", "repr(p)", "type(p).__objclass__.__get__(p)", "str(p)"] {
            python.refuses(read, "AttributeError", &message);
        }
    }
    for (source, shown) in [
        ("vars(types.FunctionType)['__dict__'].__objclass__", "<class 'function'>\n"),
        (
            "types.FunctionType.__code__, types.FunctionType.__code__.__qualname__",
            "(<attribute '__code__' of 'function' objects>, 'function.__code__')\n",
        ),
        ("a = A(); a.x = 1; inspect.getattr_static(a, 'x'), inspect.getattr_static(a, 'y')", "(1, 2)\n"),
    ] {
        assert_eq!(python.output_of(source), shown, "{source}");
    }
}

#[test]
fn every_native_class_refuses_to_be_instantiated_without_its_constructor() {
    let mut python = Python::start();
    python.output_of(
        "import sys\nfor name in sys.builtin_module_names:\n    try: __import__(name)\n    except ImportError: pass\n",
    );
    python.output_of("class A: pass\n");
    python.output_of(
        "def subclasses(c):\n    for s in type.__subclasses__(c):\n        yield s\n        yield from subclasses(s)\n",
    );
    // Apply every operation for which the interpreter has a shortcut to each object that can be created without a
    // constructor.
    python.output_of(
        "def use(o):\n    for f in (lambda: o[0], lambda: len(o), lambda: o + o, lambda: o == o, lambda: hash(o), lambda: repr(o), lambda: list(o), lambda: bool(o), lambda: o(), lambda: next(o), lambda: bytes(o), lambda: o.x, lambda: 0 in o, lambda: -o, lambda: int(o)):\n        try: f()\n        except BaseException: pass\n",
    );
    python.output_of("is_written_in_python = A.__flags__ & ~object.__flags__ & 1 << 9");
    let result = python.run(
        "for c in dict.fromkeys(subclasses(object)):\n    if c.__flags__ & is_written_in_python: continue\n    try: o = object.__new__(c)\n    except TypeError: continue\n    print(c); use(o)\nprint('survived')\n",
    );
    assert!(result.stdout.ends_with("survived\n"), "{result:?}");
}

#[test]
fn the_interpreters_objects_are_not_listed() {
    let mut python = Python::start();
    python.output_of("import gc, sys");
    for function in ["get_objects", "get_referents", "get_referrers"] {
        for module in ["gc", "__import__('gc')", "(sys.modules.pop('gc'), __import__('gc'))[1]"] {
            let message = format!("does not show the interpreter's own objects: gc.{function}()");
            python.refuses(&format!("{module}.{function}()"), "RuntimeError", &message);
        }
    }
    assert_eq!(python.output_of("gc.collect() >= 0, gc.isenabled(), len(gc.get_count())"), "(True, True, 3)\n");
    for function in ["set_events(0, 1)", "set_local_events(0, None, 1)"] {
        python.refuses(&format!("sys.monitoring.{function}"), "RuntimeError", "use sys.settrace() instead");
    }
}

#[test]
fn regular_expressions_are_compiled_from_patterns_only() {
    let mut python = Python::start();
    python.output_of("import _sre, re, sys");
    let code = "[14, 8, 3, 1, 1, 1, 10**6, 97, 0, 1]";
    for source in [
        format!("_sre.compile('a', 32, {code}, 0, {{}}, ()).search('a').end()"),
        format!("re._compiler._code = lambda p, flags: {code}\nre._compiler.compile('b').search('a')\n"),
        format!("del sys.modules['_sre']; import _sre as fresh; fresh.compile('a', 32, {code}, 0, {{}}, ())"),
    ] {
        python.refuses(&source, "RuntimeError", "invalid SRE code");
    }
    let mut python = Python::start();
    python.output_of("import re");
    for (source, shown) in [
        ("re.search('abab(?:c|d)', 'xabababd').span()", "(3, 8)\n"),
        ("re.findall('ab|[c-e]+|é', 'abcdé')", "['ab', 'cd', 'é']\n"),
        ("re.sub(b'x(?=y)', b'z', b'xyx')", "b'zyx'\n"),
    ] {
        assert_eq!(python.output_of(source), shown, "{source}");
    }
}

#[cfg(unix)]
#[test]
fn the_clock_of_the_machine_is_not_set() {
    let mut python = Python::start();
    python.output_of("import sys, time");
    let message = "redis-tutor's Python cannot set the clock of the machine: it runs in a sandbox";
    for call in ["clock_settime(time.CLOCK_REALTIME, 0)", "clock_settime_ns(time.CLOCK_REALTIME, 0)"] {
        python.refuses(&format!("time.{call}"), "PermissionError", message);
        python.refuses(&format!("del sys.modules['time']; import time as t; t.{call}"), "PermissionError", message);
    }
    // Modules that the sandbox has changed must stay changed when they are imported again.
    assert_eq!(
        python.output_of("del sys.modules['time']; import time as t; t is time, t.time()"),
        "(True, 1700000000.0)\n"
    );
}

#[test]
fn nothing_of_the_machine_that_built_the_interpreter_is_shown() {
    let mut python = Python::start();
    python.output_of("import sys, sysconfig, _sysconfigdata");
    let names = python.output_of("sorted(_sysconfigdata.build_time_vars)");
    assert!(!names.contains("PATH") && !names.contains("HOME"), "{names}");
    assert_eq!(
        python.output_of(
            "__import__(sysconfig._get_sysconfigdata_name()).build_time_vars == _sysconfigdata.build_time_vars"
        ),
        "True\n"
    );
    let shown = python.output_of("sysconfig.get_config_vars(), sysconfig.get_paths(), vars(sys)");
    for hidden in [env!("CARGO_MANIFEST_DIR"), env!("CARGO_BIN_EXE_python-kernel"), env!("CARGO")] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}
