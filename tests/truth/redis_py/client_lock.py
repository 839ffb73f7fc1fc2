# The commands differ: redis-py releases and extends a lock with Lua scripts.
lock = r.lock('job', timeout=100)
type(lock).__module__, type(lock).__name__
lock.locked()
lock.acquire()
lock.locked(), lock.owned()
len(r.get('job')), len(lock.local.token)
90 < r.ttl('job') <= 100
lock.acquire(blocking=False)
other = r.lock('job', timeout=100, blocking_timeout=0.05, sleep=0.01)
other.acquire()
other.locked(), other.owned()
other.release()
other.extend(5)
other.reacquire()
lock.extend(100)
190 < r.ttl('job') <= 200
lock.extend(50, replace_ttl=True)
40 < r.ttl('job') <= 50
lock.reacquire()
90 < r.ttl('job') <= 100
lock.release()
r.get('job')
lock.release()
lock.acquire(token='me')
r.get('job')
r.set('job', 'stolen')
lock.owned()
lock.extend(1)
lock.reacquire()
lock.release()
r.get('job')
r.delete('job')
with r.lock('with', timeout=10) as held:
    print(held.owned(), r.exists('with'))
r.exists('with')
with r.lock('with', timeout=10):
    1 / 0
r.exists('with')
r.set('taken', 'x')
with r.lock('taken', blocking_timeout=0.02, sleep=0.01): pass
with r.lock('taken', blocking=False): pass
with r.lock('lost', timeout=10): r.delete('lost')
with r.lock('lost', timeout=10, raise_on_release_error=False): r.set('lost', 'x')
forever = r.lock('forever')
forever.acquire()
r.ttl('forever')
forever.extend(5)
forever.reacquire()
forever.release()
r.lock('forever').acquire(blocking=False, token=b'bytes')
r.get('forever')
short = r.lock('short', timeout=0.02)
short.acquire()
import time
time.sleep(0.05)
short.locked()
short.release()
try:
    short.release()
except redis.exceptions.LockError as error:
    print(error.lock_name, error.message, isinstance(error, ValueError))
d = redis.Redis(decode_responses=True).lock('text', timeout=10)
d.acquire()
d.owned()
d.extend(1)
d.release()
from redis.lock import Lock
lk = Lock(r, 'direct', timeout=5, thread_local=False)
lk.acquire(), lk.owned(), lk.release()
import threading
shared, seen = r.lock('shared', timeout=5), []
shared.acquire()
def look(): seen.append(shared.owned())
t = threading.Thread(target=look)
t.start(); t.join()
seen
shared.release()
class Mine(Lock): pass
type(r.lock('m', lock_class=Mine)).__name__
Lock(r)
