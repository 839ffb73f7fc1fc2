import functools, inspect, copy, weakref
@functools.lru_cache(maxsize=2)
def f(a, b=1, *c, k=0): "doc"; print("call", a, b, c, k); return (a, b)

f.__name__, f.__doc__, f.__wrapped__.__name__, inspect.signature(f), type(f)
f(1), f(1), f(2), f(1), f(3), f(2), f.cache_info()
f(1, b=1), f(1, 1), f(a=1), f.cache_info()
f.cache_clear(), f.cache_info()
f([])
f(1), f(1.0), f(True)
@functools.lru_cache(typed=True)
def g(x): return type(x)

g(1), g(1.0), g(True), g.cache_info(), g.cache_parameters()
class A:
    @functools.lru_cache(None)
    def m(self, x): print("m", x); return x
    @staticmethod
    @functools.cache
    def s(x): return x
    @classmethod
    @functools.lru_cache
    def c(cls, x): return x

a = A(); a.m(1), a.m(1), A.m.cache_info(), a.s(2), a.c(3), A.m
@functools.lru_cache(maxsize=0)
def z(x): return x

z(1), z(1), z.cache_info()
functools.lru_cache(3)(3)
functools.lru_cache("a")
copy.copy(f) is f, copy.deepcopy(f) is f, weakref.ref(f)() is f
@functools.lru_cache(maxsize=-5)
def y(x): return x

y(1), y.cache_info()
f.x = 3; f.x
@functools.lru_cache(None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)

fib(900) % 1000, fib.cache_info()
@functools.cache
def bad(n): return bad(n + 1)

bad(1)
@functools.lru_cache(maxsize=3)
def h(n): return h(n - 1) + 1 if n else 0

h(50), h.cache_info(), [h(i) for i in (49, 48, 5, 49)], h.cache_info()
("a",), functools.cache(lambda *x: x)(("a",)), functools.cache(lambda *x: x)("a")
hash(f) == hash(f), f == f, callable(f), isinstance(f, functools._lru_cache_wrapper)
functools._lru_cache_wrapper
f()
