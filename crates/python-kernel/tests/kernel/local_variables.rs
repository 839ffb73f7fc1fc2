//! Attempts to read a frame's local variables while the interpreter releases the value of one of them. Without the
//! guards, the value would be used after it was freed.

use super::Python;

/// Definitions for the tests. An `Owner` object refers to a `Reader`, whose finalizer reads the local variables of the
/// frame that releases the owner.
const READER: &str = "\
import functools, sys, weakref
found = []
class Reader:
    def __del__(self): found.append(dict(sys._getframe(1).f_locals))
class Owner:
    def __init__(self, owned=None): self.owned = owned or Reader()
def reuse_memory():
    blocks = [bytearray(bytes([n // 8]) * n) for n in range(16, 512, 8) for _ in range(40)]
";

impl Python {
    fn with_reader() -> Self {
        let mut python = Self::start();
        python.output_of(READER);
        python
    }
}

#[test]
fn a_variable_that_is_replaced_is_not_read_meanwhile() {
    let mut python = Python::with_reader();
    for body in [
        "x = Owner(); del x",
        "x = Owner(); x = 1",
        "x = Owner(); x = 1; y = x",
        "x = Owner(); y = x = 1",
        "x = Owner(); y = 2; x, y = y, 3",
        "y = 2; x = Owner(); y, x = 3, y",
        "x = Owner(); *x, y = 1, 2",
        "x = Owner(); (x := 1)",
        "x = Owner(); x = [x for x in (1,)]",
        "x = Owner(); import sys as x",
        "x = Owner(); x = 'a'; x += 'b'",
        "x = Owner()\n    for x in (1,): pass",
        "x = Owner()\n    try: 1 / 0\n    except ZeroDivisionError as x: pass",
        "x = Owner()\n    match 1:\n        case x: pass",
        "x = Owner()\n    def x(): pass",
        "x = Owner()\n    class x: pass",
        "x = Owner()\n    yield 1\n    del x",
        "x = object(); x = Owner(); owner = weakref.ref(x); del x; y = 1",
    ] {
        python.output_of(&format!("found.clear()\ndef f():\n    {body}\n    yield\n\nfor _ in f(): pass"));
        python
            .output_of("reuse_memory(); types = [type(value) for variables in found for value in variables.values()]");
        assert_eq!(python.output_of("len(found), Owner in types"), "(1, False)\n", "{body}");
    }
    // These cases read an argument of a function, and read from a weak reference's callback instead of a finalizer.
    python.output_of("def f(x): x = 1\n\nfound.clear(); f(Owner()); reuse_memory()");
    assert_eq!(python.output_of("found"), "[{}]\n");
    python.output_of(
        "def f():\n    t = Reader; x = Owner(type('T', (), {})())\n    r = weakref.ref(x.owned, Reader.__del__)\n    del x\n",
    );
    assert_eq!(python.output_of("found.clear(); f(); reuse_memory(); found"), "[{}]\n");
    python.output_of("def f():\n    x = 5; sys._getframe().f_locals; x = Owner(); del x\n");
    assert_eq!(python.output_of("found.clear(); f(); reuse_memory(); found"), "[{'x': 5}]\n");
}

#[test]
fn builtins_that_are_finalizers_do_not_read_variables() {
    let mut python = Python::with_reader();
    python.output_of("class Native: pass\n");
    python.output_of("def f():\n    x = Owner(Native()); del x\n");
    python.output_of("class Method:\n    def f(self):\n        __class__; self.owned = Native(); del self\n");
    let message = "RuntimeError: redis-tutor's Python cannot read variables while one of them is being replaced\n";
    for reader in ["locals", "vars", "dir", "functools.partial(dir)", "functools.partial(eval, '1')", "super"] {
        for call in ["f()", "for _ in range(20): Method().f()"] {
            python.output_of(&format!("class Native: __del__ = staticmethod({reader})\n"));
            let result = python.run(&format!("{call}\n"));
            python.output_of("reuse_memory()");
            assert!(result.stderr.ends_with(message), "{reader}: {result:?}");
        }
    }
    python.output_of("class Native: __del__ = staticmethod(functools.partial(print, 'p'))\n");
    assert_eq!(python.output_of("f()"), "p\n");
}

#[test]
fn a_frame_that_is_being_cleared_is_not_read_meanwhile() {
    let mut python = Python::with_reader();
    python.output_of(
        "class Reader:\n    def __init__(self, frames): self.frames = frames\n    def __del__(self):\n        found.append(dict(self.frames[0].f_locals)); self.frames[0].clear()\n",
    );
    python.output_of("def f(frames):\n    x = Owner(Reader(frames)); frames.append(sys._getframe())\n");
    for _ in 0..9 {
        python.output_of("frames = []; f(frames); frames[0].clear(); reuse_memory()");
    }
    assert_eq!(python.output_of("found == [{}] * 9, frames[0].f_locals"), "(True, {})\n");

    // When the generator is closed, it ends up waiting for `second`, because closing `first` makes it continue.
    python.output_of("def first():\n    try: yield\n    finally: next(outer)\n");
    python.output_of("def second(frames):\n    x = Owner(Reader(frames)); yield\n");
    python.output_of(
        "def both(second):\n    try: yield from first()\n    except ValueError: pass\n    yield from second\n",
    );
    for _ in 0..9 {
        python.output_of("frames = []; generator = second(frames); frames.append(generator.gi_frame)");
        python.output_of("outer = both(generator); next(outer); outer.close(); reuse_memory()");
    }
    assert_eq!(python.output_of("len(found)"), "9\n");
}

#[test]
fn reading_the_variables_of_a_generator_leaves_it_intact() {
    let mut python = Python::start();
    python.output_of("def g(a):\n    h = lambda: a\n    b = 1; yield 1; yield a, b, h()\n");
    python.output_of("x = g(5); next(x); read = x.gi_frame.f_locals");
    assert_eq!(python.output_of("read['a'], read['b'], next(x)"), "(5, 1, (5, 1, 5))\n");
}

#[test]
fn variables_are_read_as_in_cpython() {
    let mut python = Python::with_reader();
    python.output_of(
        "class Named:\n    def __del__(self):\n        y = 1; print(sorted(locals()), sys._getframe().f_locals['y'], eval('y'), vars()['y'])\n",
    );
    python.output_of("class Base:\n    def f(self): return 'base'\n");
    python.output_of(
        "class Derived(Base):\n    def f(self): return super().f(), super(Derived, self).f(), (lambda self: super().f())(self)\n",
    );
    python.output_of("class Property:\n    @property\n    def p(self): return sys._getframe(1).f_locals['x']\n");
    for (source, shown) in [
        ("def f():\n    x = Named(); del x\n\nf()", "['self', 'y'] 1 1 1\n"),
        (
            "def caller(): return sys._getframe(1).f_locals\n\ndef f(x):\n    y = caller(); return y\n\nf(2)",
            "{'x': 2}\n",
        ),
        ("def f(x): return Property().p\n\nf(3)", "3\n"),
        ("def f(x): return locals(), vars(), dir(), eval('x')\n\nf(3)", "({'x': 3}, {'x': 3}, ['x'], 3)\n"),
        ("Derived().f()", "('base', 'base', 'base')\n"),
        ("locals, dir.__name__, locals.__doc__[:8]", "(<built-in function locals>, 'dir', 'Return a')\n"),
        (
            "def f():\n    x = 1\n    if 0: y = 1\n    del y\n\ntry: f()\nexcept UnboundLocalError as e: print(e.__traceback__.tb_next.tb_frame.f_locals)\n",
            "{'x': 1}\n",
        ),
    ] {
        let result = python.run(source);
        assert!(result.outcome.exception.is_none(), "{source}: {result:?}");
        assert_eq!(result.stdout, shown, "{source}");
    }
}
