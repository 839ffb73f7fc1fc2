# Common uses of the modules of the standard library, as they occur in recipes for Redis.
results = queue.Queue()
def worker(n):
    c = redis.Redis()
    while True:
        task = c.blpop('tasks', timeout=2)
        if task is None: break
        results.put((task[1]))

workers = [threading.Thread(target=worker, args=(n,)) for n in range(3)]
for w in workers: w.start()

for n in range(9): r.rpush('tasks', n)

for w in workers: w.join()

sorted(results.queue)
with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
    print(sum(pool.map(lambda n: r.incr('n'), range(20))))
    futures = [pool.submit(pow, 2, n) for n in range(5)]
    print(sorted(f.result() for f in concurrent.futures.as_completed(futures)))

f = concurrent.futures.Future()
f.set_result(3); f.result(), f.done()
try:
    1/0
except ZeroDivisionError:
    log.exception('went wrong')

pickle.loads(pickle.dumps({'a': [1, 2.5, None, b'x', datetime.date(2024,1,1), decimal.Decimal('1.1')]}))
pickle.dumps([1, 'a'])
decimal.Decimal('0.1') + decimal.Decimal('0.2')
decimal.Decimal(1) / 3
decimal.Decimal('1.005').quantize(decimal.Decimal('0.01'), rounding=decimal.ROUND_HALF_UP)
fractions.Fraction(1, 3) + fractions.Fraction('0.25')
class Color(enum.Enum):
    RED = 1
    GREEN = enum.auto()

Color.RED, Color(2), Color['RED'], list(Color)
Color(9)
class P(enum.IntFlag):
    R = 1
    W = 2

P.R | P.W
class S(str, enum.Enum):
    A = 'a'

S.A, S.A == 'a', f'{S.A}', r.set(S.A, 1)
@dataclasses.dataclass(order=True)
class User:
    name: str
    age: int = 0
    tags: list = dataclasses.field(default_factory=list, compare=False)

User('a'), User('a') < User('b'), dataclasses.asdict(User('x', 2, ['t']))
User()
dataclasses.replace(User('a'), age=5)
@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    x: int

p = Point(1); hash(p) == hash(Point(1))
p.x = 2
re.findall(r'(\w+)=(\d+)', 'a=1 b=22')
re.sub(r'(?P<n>\d+)', lambda m: str(int(m['n'])*2), 'a1 b22')
re.match('(', 'x')
m = re.search(r'(?<=-)\w+', 'spam-egg'); m, m.group(), m.span()
re.compile('a+', re.I)
re.split(r'[,;]\s*', 'a, b;c'), re.fullmatch('a', 'ab'), re.escape('a.b')
inspect.signature(worker), inspect.getsource(worker)
inspect.signature(r.set)
[n for n, v in inspect.getmembers(Point, inspect.isfunction)][:3]
pprint.pprint({'a': list(range(30)), 'b': {'c': 'x' * 50, 'd': 'y' * 50}})
pprint.pformat({'b': 1, 'a': 2})
sys.platform, sys.maxsize, sys.byteorder
sys.getsizeof('') > 0, sys.argv
os.environ.get('X'), os.environ.get('X', 'd'), os.path.join('a', 'b'), os.path.basename('/x/y.txt')
os.environ['X'] = '1'; os.environ['X'], os.getpid() > 0, os.sep, os.name
textwrap.dedent('  a\n  b'), textwrap.fill('word ' * 20, 30), textwrap.shorten('hello big world', 10)
statistics.mean([1, 2, 4]), statistics.median([3, 1, 2]), statistics.stdev([1, 2, 3, 4]), statistics.mode('aab')
h = [5, 1, 4]; heapq.heapify(h); heapq.heappush(h, 0); heapq.heappop(h), heapq.nsmallest(2, h), heapq.nlargest(1, h)
bisect.bisect([1, 3, 5], 3), bisect.insort
base64.b64encode(b'hi'), base64.b64decode('aGk='), base64.urlsafe_b64encode(b'\xff\xfe')
len(secrets.token_hex(8)), type(secrets.token_urlsafe()), secrets.choice('a')
copy.deepcopy({'a': [1]}), copy.copy([1])
operator.itemgetter(1)([1, 2]), operator.attrgetter('real')(1), operator.methodcaller('upper')('a')
class Base(abc.ABC):
    @abc.abstractmethod
    def go(self): ...

Base()
types.SimpleNamespace(a=1), types.MappingProxyType({'a': 1})
typing.Optional[int], typing.List[int], list[int], int | None, typing.get_type_hints(worker)
class TD(typing.TypedDict):
    a: int

TD(a=1)
class NT(typing.NamedTuple):
    a: int
    b: str = 'x'

NT(1)
T = typing.TypeVar('T'); T
traceback.format_exception_only(ValueError('x'))
@contextlib.contextmanager
def ctx():
    print('in'); yield 5; print('out')

with ctx() as v: v

with contextlib.suppress(ZeroDivisionError): 1/0

@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n-1) + fib(n-2)

fib(50), fib.cache_info()
functools.reduce(operator.add, [1, 2, 3]), functools.partial(pow, 2)(5)
@functools.singledispatch
def show(x): return 'any'

@show.register
def _(x: int): return 'int'

show(1), show('a')
list(itertools.islice(itertools.count(5, 2), 3)), list(itertools.batched('abcde', 2)), list(itertools.pairwise([1, 2, 3]))
list(itertools.groupby([1, 1, 2]))[0][0], list(itertools.accumulate([1, 2, 3])), list(itertools.product('ab', repeat=2))[:2]
collections.Counter('abca').most_common(), collections.defaultdict(list), collections.OrderedDict(a=1), collections.deque([1, 2], maxlen=2)
collections.namedtuple('N', 'a b')(1, 2), collections.ChainMap({'a': 1}, {'b': 2})
hashlib.md5(b'a').hexdigest(), hashlib.sha256(b'a').hexdigest()[:8], hashlib.sha1(b'').hexdigest()[:8], hashlib.blake2b(b'a', digest_size=4).hexdigest()
uuid.uuid5(uuid.NAMESPACE_DNS, 'a'), uuid.UUID(int=5), type(uuid.uuid4())
random.seed(1); random.random(), random.randint(1, 10), random.choice('abc'), random.sample(range(10), 3), random.shuffle([1])
datetime.datetime(2024, 1, 2, 3, 4, 5).isoformat(), datetime.datetime.fromisoformat('2024-01-02T03:04:05+00:00'), datetime.timedelta(days=1, seconds=5), datetime.datetime(2024, 1, 2).strftime('%Y/%m/%d %a'), datetime.datetime.strptime('2024', '%Y')
datetime.datetime.fromtimestamp(0, datetime.timezone.utc), datetime.date(2024, 2, 29) + datetime.timedelta(365)
json.dumps({'a': [1, None, True, 1.5, 'é']}, indent=2, ensure_ascii=False), json.loads('[1, 2.0, null]'), json.dumps({1: 2}, sort_keys=True, separators=(',', ':'))
json.loads('{bad}')
json.dumps({1, 2})
json.dumps(datetime.date(2024, 1, 1), default=str)
math.isclose(0.1 + 0.2, 0.3), math.sqrt(2), math.floor(-1.5), math.comb(5, 2), math.gcd(12, 18), math.inf, math.nan
string.ascii_lowercase, string.Template('$a b').substitute(a=1), string.capwords('a b')
time.strftime('%Y', time.gmtime(0)), time.struct_time
async def f(): return 5

c = f()
try:
    c.send(None)
except StopIteration as e: e.value

class Aw:
    def __await__(self):
        x = yield 1
        return x

async def g():
    a = await Aw()
    async with Ctx() as c: pass
    return [x async for x in agen()], a

class Ctx:
    async def __aenter__(self): return self
    async def __aexit__(self, *a): print('bye')

async def agen():
    for i in range(3): yield i

co = g(); co.send(None)
try: co.send('val')
except StopIteration as e: print(e.value)

match {'a': [1, 2, 3], 'b': 'x'}:
    case {'a': [first, *rest], **kw}: print(first, rest, kw)

match Point(3):
    case Point(x=0): 'zero'
    case Point(x=n) if n > 2: print('big', n)

globals()['r'] is r
__name__
class A: pass

A, A.__module__
def fn(): pass

fn.__module__, fn.__qualname__
