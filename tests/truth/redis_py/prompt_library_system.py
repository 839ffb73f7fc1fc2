import logging, io
stream = io.StringIO()
log = logging.getLogger('tutor'); log.setLevel(logging.INFO)
handler = logging.StreamHandler(stream); handler.setFormatter(logging.Formatter('%(levelname)s %(name)s: %(message)s')); log.addHandler(handler)
log.info('hello %s', 'x'); log.debug('no'); log.warning('w')
stream.getvalue()
log, logging.getLevelName(30), logging.INFO, log.isEnabledFor(10)
try:
    1 / 0
except ZeroDivisionError:
    log.exception('failed')
stream.getvalue().splitlines()[2], stream.getvalue().splitlines()[-1]
import traceback
try:
    {}['k']
except KeyError as e:
    traceback.format_exception_only(e), traceback.format_exc().splitlines()[0], traceback.format_exc().splitlines()[-1], len(traceback.extract_tb(e.__traceback__))
import threading, queue
results = []
threads = [threading.Thread(target=lambda n=n: results.append(n * n)) for n in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
sorted(results)
lock = threading.Lock()
with lock: lock.locked()
lock.locked(), threading.current_thread().name, threading.main_thread() is threading.current_thread(), threading.active_count()
lock.release()
done = threading.Event()
def worker():
    item = r.blpop('jobs', timeout=3)
    results.append(item)
    done.set()
results.clear()
import time
def waiting_worker():
    t = threading.Thread(target=worker, name='w')
    t.start()
    time.sleep(0.3)
    n = r.rpush('jobs', 'job1')
    t.join()
    return n, done.wait(3), results, t.is_alive(), t.name
waiting_worker()
threading.Thread(target=print, args=('from thread',)).run()
local = threading.local(); local.x = 1; local.x
local.y
q = queue.Queue(); q.put(1); q.put(2); q.get(), q.qsize(), q.empty()
q.get_nowait(), q.task_done()
q.get_nowait()
q.get(timeout=0.01)
pq = queue.PriorityQueue(); pq.put((2, 'b')); pq.put((1, 'a')); pq.get()
queue.LifoQueue(maxsize=1).full()
sem = threading.Semaphore(2); sem.acquire(), sem.acquire(), sem.acquire(blocking=False)
from concurrent.futures import ThreadPoolExecutor, as_completed
with ThreadPoolExecutor(max_workers=2) as pool:
    list(pool.map(lambda n: n + 1, [1, 2, 3]))
with ThreadPoolExecutor(2) as pool:
    f = pool.submit(pow, 2, 5)
    g = pool.submit(lambda: 1 / 0)
f.result(), type(g.exception()).__name__, f.done()
g.result()
def bump():
    for _ in range(50): r.incr('hits')
def bump_together():
    workers = [threading.Thread(target=bump) for _ in range(4)]
    for w in workers: w.start()
    for w in workers: w.join()
bump_together()
r.get('hits')
import sys
sys.version_info >= (3, 10), sys.maxsize, sys.byteorder, sys.getrecursionlimit() > 100, type(sys.path).__name__, 'json' in sys.modules or True
sys.stdout.write('written\n')
print('to stderr', file=sys.stderr)
sys.getsizeof(1) > 0, sys.intern('a'), sys.float_info.max, sys.implementation.name != ''
import os
os.sep, os.path.join('a', 'b'), os.path.basename('/a/b.txt'), os.path.splitext('x.tar.gz'), os.getenv('NO_SUCH_VARIABLE', 'default'), os.environ.get('NO_SUCH_VARIABLE')
os.path.dirname('/a/b'), len(os.urandom(4)), os.linesep, os.path.normpath('a/../b')
os.environ['NO_SUCH_VARIABLE']
import pathlib
pathlib.PurePosixPath('a') / 'b.txt', pathlib.PurePosixPath('/a/b.txt').suffix, pathlib.PurePosixPath('/a/b.txt').stem
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    warnings.warn('careful', DeprecationWarning)
[(w.category.__name__, str(w.message)) for w in caught]
warnings.filterwarnings('error'); warnings.warn('now an error')
warnings.resetwarnings(); warnings.simplefilter('ignore')
import csv
list(csv.reader(['a,b', '"c,d",e'])), list(csv.DictReader(['k,v', 'x,1']))
out = io.StringIO(); csv.writer(out).writerow(['a', 'b,c', 1]); out.getvalue()
io.BytesIO(b'abc').read(2), io.StringIO('a\nb').readlines()
import configparser
c = configparser.ConfigParser(); c.read_string('[s]\nk = v'); c['s']['k']
c['s']['zz']
import shlex, fnmatch, difflib
shlex.split('a "b c"'), shlex.quote('a b'), fnmatch.fnmatch('user:1', 'user:*'), difflib.get_close_matches('hgt', ['hget', 'hset', 'get']), list(difflib.ndiff(['a'], ['b']))
import ast
ast.literal_eval("{'a': (1, b'x')}"), ast.dump(ast.parse('1 + 1', mode='eval'))
ast.literal_eval('f()')
exit()
