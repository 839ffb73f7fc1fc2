def greet(name, greeting='Hello', *args, punctuation='!', **extra):
    """Greets."""
    return f'{greeting}, {name}{punctuation}' + (f' {args}' if args else '') + (f' {extra}' if extra else '')
greet('Ann')
greet('Ann', 'Hi')
greet('Ann', 'Hi', 1, 2, punctuation='?', a=1)
greet(*['Ann'], **{'greeting': 'Yo'})
greet.__name__, greet.__doc__, greet.__defaults__, greet.__kwdefaults__
def counter():
    count = 0
    def step():
        nonlocal count
        count += 1
        return count
    return step
c = counter()
c(), c(), c()
total = 0
def add(n):
    global total
    total += n
add(5); add(6)
total
def positional_only(a, /, b): return a, b
positional_only(1, b=2)
positional_only(a=1, b=2)
square = lambda n: n * n
square(5)
list(map(lambda p: p[0] + p[1], [(1, 2), (3, 4)]))
sorted(['bb', 'a', 'ccc'], key=len, reverse=True)
sorted([('a', 2), ('b', 1)], key=lambda p: p[1])
def gen(n):
    for i in range(n):
        got = yield i
        if got: print('got', got)
    return 'done'
list(gen(3))
g = gen(2)
next(g)
g.send('hello')
next(g)
next(g, 'default')
def chained():
    result = yield from gen(1)
    yield result
list(chained())
sum(n * n for n in range(4))
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
from itertools import islice
list(islice(fib(), 10))
def twice(f):
    def inner(*args, **kw):
        print('calling', f.__name__)
        return f(*args, **kw) * 2
    return inner
@twice
def three():
    return 3
three()
three.__name__
import functools
def logged(prefix):
    def decorate(f):
        @functools.wraps(f)
        def inner(*args):
            print(prefix, args)
            return f(*args)
        return inner
    return decorate
@logged('>')
@twice
def plus(a, b): return a + b
plus(1, 2)
class Point:
    """A point."""
    dimensions = 2
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __repr__(self):
        return f'Point({self.x}, {self.y})'
    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)
    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)
    def __len__(self): return 2
    def __getitem__(self, i): return (self.x, self.y)[i]
    def __bool__(self): return bool(self.x or self.y)
    def __call__(self, k): return Point(self.x * k, self.y * k)
    def __iter__(self): return iter((self.x, self.y))
    def __contains__(self, v): return v in (self.x, self.y)
    @property
    def size(self): return (self.x ** 2 + self.y ** 2) ** 0.5
    @classmethod
    def origin(cls): return cls(0, 0)
    @staticmethod
    def name(): return 'point'
p = Point(3, 4)
p
p.size
p.size = 5
p + Point(1, 1)
p == Point(3, 4), p != Point(3, 4)
len(p), p[0], bool(Point.origin()), p(2), list(p), 4 in p
Point.name(), Point.dimensions, p.__dict__
a, b = p
Point
type(p).__name__
Point.__doc__
{p}
class Point3(Point):
    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z
    def __repr__(self): return super().__repr__() + f'+{self.z}'
Point3(1, 2, 3)
isinstance(Point3(1, 2, 3), Point), Point3.__mro__ == (Point3, Point, object)
[c.__name__ for c in Point3.__mro__]
class Plain: pass
Plain().__class__.__name__
plain = Plain()
plain.anything = 1
plain.anything
getattr(plain, 'nope', 'default')
setattr(plain, 'b', 2); vars(plain)
class Managed:
    def __enter__(self):
        print('enter'); return 'value'
    def __exit__(self, kind, error, trace):
        print('exit', kind.__name__ if kind else None)
        return kind is ValueError
with Managed() as m:
    m
with Managed():
    raise ValueError('swallowed')
with Managed():
    raise KeyError('passes')
class Slotted:
    __slots__ = ('a',)
s = Slotted(); s.a = 1; s.a
s.b = 2
class Meta(type):
    def __new__(mcs, name, bases, space):
        print('making', name)
        return super().__new__(mcs, name, bases, space)
class Made(metaclass=Meta): pass
class Temp:
    def __get__(self, obj, owner): return 'descriptor'
class Holder:
    t = Temp()
Holder().t
class Dyn:
    def __getattr__(self, name): return f'dyn {name}'
    def __setattr__(self, name, value): print('set', name, value)
Dyn().whatever
Dyn().x = 1
from abc import ABC, abstractmethod
class Base(ABC):
    @abstractmethod
    def run(self): ...
Base()
class Run(Base):
    def run(self): return 'ran'
Run().run()
def command(line):
    match line.split():
        case ['go', direction]:
            return f'going {direction}'
        case ['take', *things] if things:
            return f'taking {things}'
        case [('quit' | 'exit') as word]:
            return word
        case []:
            return 'nothing'
        case _:
            return 'what?'
[command(c) for c in ('go north', 'take a b', 'take', 'quit', '', 'x y')]
match {'type': 'hash', 'fields': {'a': 1}}:
    case {'type': 'list'}: 'list'
    case {'type': 'hash', 'fields': {'a': n}, **rest}: n, rest
match Point(1, 2):
    case Point(x=1, y=y): y
match 5:
    case int() as n if n > 3: 'big', n
async def coroutine(): return 7
co = coroutine()
type(co).__name__
try:
    co.send(None)
except StopIteration as stop:
    stop.value
def typed(a: int, b: 'str' = 'x') -> list[int]: return [a]
typed.__annotations__
def outer():
    x = 1
    class Inner:
        y = x
    return Inner.y
outer()
def default_trap(items=[]):
    items.append(1); return items
default_trap(); default_trap()
(lambda *a, **k: (a, k))(1, 2, z=3)
for n in range(2, 10):
    for d in range(2, n):
        if n % d == 0: break
    else:
        n
i = 0
while True:
    i += 1
    if i == 2: continue
    if i > 4: break
    i
[(x, y) for x in range(3) for y in range(x) if x + y > 1]
{k: v for k, v in zip('abc', range(3)) if v}
[*range(3), *'ab']
{**{'a': 1}, 'b': 2}
{'a': 1} | {'b': 2}
first, *middle, last = 'abcde'
middle
a, (b, c) = 1, (2, 3)
b
x = y = []
x.append(1); y
