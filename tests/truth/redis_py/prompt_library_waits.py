# The commands differ: those of a thread count for the statement during which they happen to be sent.
import queue, threading, time
def count():
    for _ in range(50):
        r.incr('n')
t = threading.Thread(target=count)
t.start()
time.sleep(0.5)
r.get('n')
t.is_alive()
def push():
    for word in ('a', 'b'):
        r.rpush('q', word)
threading.Thread(target=push).start()
r.blpop('none', timeout=1) is None, r.lrange('q', 0, -1)
q = queue.Queue()
q.get(timeout=0.2)
q.get(block=False)
threading.Timer(0.1, q.put, args=['late']).start()
q.get(timeout=5)
threading.Event().wait(0.2)
event = threading.Event()
threading.Timer(0.1, event.set).start()
event.wait(5)
lock = threading.Lock()
lock.acquire(timeout=1)
lock.acquire(timeout=0.2)
lock.acquire(False)
lock.acquire(timeout=-5)
lock.acquire(False, 1)
lock.release()
again = threading.RLock()
again.acquire(timeout=1), again.acquire(timeout=1)
condition = threading.Condition()
with condition: condition.wait(0.2)
with condition: condition.wait_for(lambda: False, timeout=0.2)
threading.Semaphore(0).acquire(timeout=0.2)
threading.Barrier(2).wait(0.2)
sleeper = threading.Thread(target=time.sleep, args=[0.6])
sleeper.start()
sleeper.join(0.1)
sleeper.is_alive()
sleeper.join(timeout=5)
sleeper.is_alive()
def ticks(stop, seen):
    while not stop.wait(0.1):
        seen.append(1)
stop, seen = threading.Event(), []
ticker = threading.Thread(target=ticks, args=[stop, seen])
ticker.start()
time.sleep(1.05)
stop.set()
ticker.join()
5 <= len(seen) <= 10
import concurrent.futures
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    slow = pool.submit(time.sleep, 0.5)
    try:
        slow.result(timeout=0.1)
    except concurrent.futures.TimeoutError:
        print('not yet')
slow.done()
