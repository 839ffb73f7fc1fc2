import itertools as it
list(it.chain([1], 'a')), list(it.islice(it.count(5, 2), 3)), list(it.combinations('abc', 2)), list(it.permutations([1, 2])), list(it.product('ab', [0, 1]))
list(it.accumulate([1, 2, 3])), list(it.groupby('aab'))[0][0], [(k, list(g)) for k, g in it.groupby([1, 1, 2])], list(it.takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(it.dropwhile(lambda x: x < 3, [1, 3, 1]))
list(it.zip_longest([1, 2], 'a', fillvalue='-')), list(it.repeat('x', 2)), list(it.starmap(pow, [(2, 3)])), list(it.filterfalse(None, [0, 1])), list(it.compress('abc', [1, 0, 1])), list(it.pairwise([1, 2, 3])), list(it.batched('abcde', 2)), [list(x) for x in it.tee([1, 2])]
list(it.islice(it.cycle('ab'), 5)), list(it.combinations_with_replacement('ab', 2)), list(it.chain.from_iterable([[1], [2]]))
it.count(1)
import functools
functools.reduce(lambda a, b: a * b, [1, 2, 3, 4]), functools.partial(int, base=2)('101'), functools.partial(pow, 2)(5)
functools.reduce(lambda a, b: a, [])
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
fib(50), fib.cache_info()
@functools.cache
def load(key): print('loading', key); return r.get(key)
r.set('k', 'v')
load('k'), load('k')
@functools.singledispatch
def show(x): return 'object'
@show.register
def _(x: int): return 'int'
show(1), show('a')
@functools.total_ordering
class V:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == o.n
    def __lt__(self, o): return self.n < o.n
V(1) <= V(2), V(3) > V(2), max([V(1), V(5)], key=lambda v: v.n).n, sorted([3, 1], key=functools.cmp_to_key(lambda a, b: a - b))
class Lazy:
    @functools.cached_property
    def value(self): print('computing'); return 42
z = Lazy(); z.value, z.value
from dataclasses import dataclass, field, asdict, astuple, replace
@dataclass
class User:
    name: str
    visits: int = 0
    tags: list = field(default_factory=list)
u = User('Alice')
u, u == User('Alice'), asdict(u), astuple(u), replace(u, visits=5)
u.visits += 1; u
User()
@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = 0
Version(1) < Version(1, 1), Version(2), hash(Version(1)) == hash(Version(1)), sorted([Version(2), Version(1)])
Version(1).major = 5
r.hset('user:1', mapping={k: v for k, v in asdict(u).items() if k != 'tags'})
User(**{k.decode(): v.decode() for k, v in r.hgetall('user:1').items()})
@dataclass
class Post:
    title: str
    slug: str = field(init=False, repr=False)
    def __post_init__(self): self.slug = self.title.lower().replace(' ', '-')
Post('Hello World'), Post('Hello World').slug
from enum import Enum, IntEnum, Flag, auto, StrEnum
class Color(Enum):
    RED = 1
    GREEN = auto()
Color.RED, Color.RED.name, Color.RED.value, Color(2), Color['RED'], list(Color), Color.RED is Color.RED, Color.RED == 1
Color(9)
Color['BLUE']
class Level(IntEnum):
    LOW = 1
    HIGH = 2
Level.LOW < Level.HIGH, Level.HIGH + 1, str(Level.LOW), sorted(Level), f'{Level.HIGH}'
class Perm(Flag):
    R = auto()
    W = auto()
Perm.R | Perm.W, Perm.R in (Perm.R | Perm.W), Perm(0)
class Kind(StrEnum):
    HASH = auto()
Kind.HASH, f'{Kind.HASH}', Kind.HASH == 'hash'
r.set('level', Level.HIGH.value), r.set('kind', Kind.HASH)
from decimal import Decimal, getcontext, ROUND_HALF_UP, InvalidOperation
Decimal('0.1') + Decimal('0.2'), Decimal('1') / Decimal('3'), Decimal('2.675').quantize(Decimal('0.01'), ROUND_HALF_UP), str(Decimal('1E+3')), Decimal(0.1), Decimal('-0'), Decimal('NaN')
Decimal('x')
Decimal(1) / 0
getcontext().prec = 6
Decimal(1) / 7, Decimal('1.10') == Decimal('1.1'), Decimal('3.14').as_tuple(), round(Decimal('2.5')), int(Decimal('9.9')), Decimal(2).sqrt(), f"{Decimal('1234.5'):,.2f}"
from fractions import Fraction
Fraction(1, 3) + Fraction(1, 6), Fraction('0.25'), Fraction(3, 6), float(Fraction(1, 4)), Fraction(1.5), Fraction(7, 2) // 1, Fraction(355, 113).limit_denominator(10)
Fraction(1, 0)
import math
math.pi, math.e, math.sqrt(2), math.floor(-1.5), math.ceil(1.2), math.trunc(-1.7), math.gcd(12, 18), math.lcm(4, 6), math.factorial(20), math.comb(5, 2), math.perm(5, 2), math.isclose(0.1 + 0.2, 0.3), math.hypot(3, 4), math.log(8, 2), math.log10(1000), math.log2(8), math.exp(1), math.prod([1, 2, 3]), math.isnan(math.nan), math.inf, math.copysign(1, -0.0), math.fsum([0.1] * 10), math.isqrt(17), math.degrees(math.pi), math.dist((0, 0), (3, 4))
math.sqrt(-1)
math.log(0)
math.factorial(-1)
import statistics as st
st.mean([1, 2, 3, 4]), st.median([1, 3, 2]), st.mode('aab'), st.stdev([1, 2, 3]), st.pvariance([1, 2, 3]), st.quantiles([1, 2, 3, 4]), st.fmean([1, 2]), st.multimode('aabb'), st.harmonic_mean([1, 2]), st.median_low([1, 2])
st.mean([])
import heapq
h = [5, 1, 3]; heapq.heapify(h); heapq.heappush(h, 0); heapq.heappop(h), heapq.heappop(h), h, heapq.nlargest(2, [1, 5, 3]), heapq.nsmallest(2, [4, 1, 3]), list(heapq.merge([1, 3], [2]))
heapq.heappop([])
heapq.heappushpop([2, 3], 1), heapq.heapreplace([1, 2], 5)
import bisect
bisect.bisect([1, 3, 5], 3), bisect.bisect_left([1, 3, 5], 3), bisect.bisect_right([1, 3], 2), bisect.bisect_left(['a', 'bb'], 1, key=len)
xs = [1, 3]; bisect.insort(xs, 2); xs
import operator
operator.itemgetter(1)([5, 6]), operator.attrgetter('imag')(2j), operator.add(1, 2), operator.methodcaller('upper')('a'), sorted([('b', 1), ('a', 2)], key=operator.itemgetter(0)), operator.itemgetter('a', 'b')({'a': 1, 'b': 2})
operator.truediv(1, 2), operator.contains([1], 1), operator.not_(1), operator.mul('ab', 2)
import pprint
pprint.pprint({'b': 1, 'a': [1, 2]}), pprint.pformat([1, 2])
pprint.pprint({'name': 'x' * 30, 'list': list(range(30)), 'nested': {'key': 'y' * 40}})
pprint.pprint({'b': 1, 'a': 2}, sort_dicts=False, width=10)
from typing import Optional, Union, List, Dict, NamedTuple, TypedDict, Any, Callable, TypeVar, Protocol, Literal
List[int], Dict[str, int], list[int], int | None, Any, Literal['a']
class Emp(NamedTuple):
    name: str
    id: int = 3
Emp('x'), Emp('x').id, Emp._fields
class TD(TypedDict):
    a: int
TD(a=1), TD.__annotations__
from contextlib import contextmanager, suppress, redirect_stdout, ExitStack, closing, nullcontext
@contextmanager
def managed(name):
    print('open', name)
    try:
        yield name.upper()
    finally:
        print('close', name)
with managed('a') as got: got
with managed('b'): raise ValueError('inside')
with suppress(KeyError): {}['x']
with ExitStack() as stack:
    [stack.enter_context(managed(n)) for n in 'xy']
with nullcontext(5) as five: five
import io
with redirect_stdout(io.StringIO()) as out: print('captured')
out.getvalue()
import types
types.SimpleNamespace(a=1, b='x'), type(lambda: 0) is types.FunctionType, types.MappingProxyType({'a': 1})['a']
types.MappingProxyType({})['x'] if False else 'ok'
types.MappingProxyType({}).update()
import inspect
def sample(a, b=2, *args, c: int = 3, **kw) -> str: "Doc."
inspect.signature(sample), list(inspect.signature(sample).parameters), inspect.getdoc(sample), inspect.isfunction(sample), inspect.isclass(int)
inspect.signature(r.hset).parameters['mapping'].default
import abc
abc.ABC.__name__, issubclass(abc.ABC, object), isinstance([], __import__('collections').abc.Sequence)
import copy
copy.copy({'a': [1]}), copy.deepcopy({'a': [1]}), copy.replace(Version(1), minor=7)
import weakref, gc
gc.collect() >= 0
import array
array.array('i', [1, 2, 3]), array.array('d', [1.5]).tolist(), array.array('B', b'ab').tobytes()
import struct
struct.pack('>IH', 1, 2), struct.unpack('<I', b'\x01\x00\x00\x00'), struct.calcsize('>qd')
struct.unpack('>I', b'a')
