import datetime as dt, time
dt.datetime.strptime('2024-03-05 07:08:09', '%Y-%m-%d %H:%M:%S'), dt.datetime.strptime('5 Mar 24', '%d %b %y'), dt.datetime.strptime('05', '%m'), time.strptime('10:11', '%H:%M'), dt.datetime.strptime('Tue, 05 March 2024 7PM', '%a, %d %B %Y %I%p'), dt.datetime.strptime('2024 065', '%Y %j'), dt.datetime.strptime('a  b%', 'a b%%'), dt.datetime.strptime('+0530', '%z'), dt.datetime.strptime('24.5', '%y.%m')
dt.datetime.strptime('5', '%e')
dt.datetime.strptime('5', '%-d')
dt.datetime.strptime('07:08:09', '%T')
dt.datetime.strptime('7', '%k')
dt.datetime.strptime('5', '%')
dt.datetime.strptime('5', '%Q')
dt.datetime.strptime('x', '%Y')
dt.datetime.strptime('2024-01-01x', '%Y-%m-%d')
dt.datetime.strptime('1 1', '%d %d')
format(dt.time(7, 8, 9), '%Y %H'), dt.date(99, 1, 1).strftime('%Y'), dt.date.fromisoformat('2024-02-29'), dt.date.fromisoformat('20240229'), dt.date.fromisoformat('2024-W09-4'), dt.date(2024, 1, 1).isocalendar()
dt.date.fromisoformat('2024-02-30')
dt.date.fromisoformat('2024-13-01')
dt.date.fromisoformat('x')
dt.datetime.fromisoformat('2024-01-01T24:00')
from collections import OrderedDict
od = OrderedDict(a=1, b=2); od.keys(), od.values(), od.items(), type(od.keys()).__name__, 'a' in od.keys(), od.keys() & {'a'}, list(reversed(od.items()))
from decimal import Decimal
Decimal('abc')
Decimal(1) / 0
Decimal(0) / 0
Decimal('NaN') < 1
Decimal('1').quantize(1j)
Decimal('٣.٥'), Decimal(' 1_000.5 '), Decimal('1e3'), Decimal('-0')
import functools; sorted('bca', key=functools.cmp_to_key(lambda a, b: (a > b) - (a < b))), functools.cmp_to_key(len)(1) is not None
import ast, datetime, functools, heapq, random, textwrap, time
datetime.date(2024)
datetime.datetime(2024, 1)
datetime.date(2 ** 40, 1, 1)
datetime.date(2 ** 70, 1, 1)
datetime.date(2024, -2 ** 40, 1)
datetime.datetime(2024, 1, 1, 2 ** 40)
datetime.datetime(2024, 1, 1, None)
datetime.date(2024, 5, 1) - datetime.date(2024, 1, 1), datetime.datetime(2024, 5, 1) - datetime.timedelta(1)
datetime.date(2024, 5, 1) - datetime.datetime(2024, 1, 1)
datetime.datetime(2024, 1, 1) < datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
datetime.datetime.fromtimestamp(1.5, datetime.timezone.utc), datetime.datetime.fromtimestamp(True, datetime.timezone.utc)
datetime.datetime.fromtimestamp('a')
datetime.time(7, 8).date
heapq.heappop([])
heapq.heapreplace([], 1)
heapq.heappush(5, 1)
heapq.heapify((1, 2))
h = [3, 1, 2]; heapq.heapify(h); heapq.heappush(h, 0); heapq.heappop(h), heapq.heappushpop(h, 5), heapq.heapreplace(h, 9), h, heapq.heappop.__name__
random.Random(1).randint(1, 6), random.Random(2).randint(5, 5)
random.Random(1).randint(2, 1)
functools.lru_cache(5)(5)
functools.lru_cache()(str.upper)('a')
textwrap.wrap('the quick brown fox jumps', 2), textwrap.wrap('a-b-c-d supercalifragilistic x', 4), textwrap.fill('hello world foo', 5), textwrap.wrap('abcdef gh', 3, break_long_words=False)
repr(ast.parse('x', mode='eval'))
time.sleep('a')
time.gmtime('a')
time.gmtime(10 ** 20)
time.gmtime(float('nan'))
time.ctime(1e30)
import os, shutil, argparse, queue, pickle, logging, sys
os.terminal_size((80, 24)), shutil.get_terminal_size().columns, os.terminal_size((1, 2)).lines
os.terminal_size((1,))
argparse.ArgumentParser(prog="x")
parser = argparse.ArgumentParser(prog="x", description="d"); parser.add_argument("a", type=int); parser.add_argument("-v", "--verbose", action="store_true", help="more"); parser.print_help()
parser.parse_args(["3", "-v"])
queue.Queue().get_nowait()
queue.Empty, queue.Full, queue.SimpleQueue
pickle.loads(b"junk")
pickle.PicklingError, pickle.UnpicklingError, pickle.PickleError
def local():
    def inner(): pass
    return pickle.dumps(inner)

local()
pickle.dumps(print) == pickle.dumps(print), pickle.loads(pickle.dumps(len))
import contextlib, io
with contextlib.redirect_stderr(io.StringIO()) as stream:
    logging.warning("bad %d", "x")

stream.getvalue().splitlines()[0], stream.getvalue().splitlines()[-2:]
parser = argparse.ArgumentParser(prog="x", exit_on_error=False); parser.add_argument("--c", choices=["a", "b"]); parser.parse_args(["--c", "d"])
import dataclasses, decimal, inspect, abc, asyncio, threading, copy
@dataclasses.dataclass
class D:
    x: int = 1

repr(dataclasses.fields(D)[0]).count("doc="), "kw_only=False,_field_type=_FIELD)" in repr(dataclasses.fields(D)[0])
decimal.Context(prec=5, flags=[decimal.Inexact, decimal.InvalidOperation, decimal.Rounded])
class AB(abc.ABC):
    @abc.abstractmethod
    def m(self): ...

inspect.isabstract(AB), inspect.isabstract(int), inspect.isabstract(3)
asyncio.run(3)
copy.deepcopy(threading.Lock())
threading.local().y
