# The commands differ: redis-py releases and extends locks with Lua scripts, and threads send commands at any time.
# The calls that redis-py's own documentation shows for connections, pipelines, transactions, pub/sub and locks.
import redis
from redis import WatchError
r = redis.Redis(host='localhost', port=6379, decode_responses=True)
r.ping()
user_connection = redis.Redis(host='localhost', port=6379, username='default', password='wrong', decode_responses=True)
user_connection.ping()
url_connection = redis.from_url('redis://localhost:6379?decode_responses=True&health_check_interval=2')
url_connection.ping()
pool = redis.ConnectionPool.from_url('redis://localhost/0')
pooled = redis.Redis.from_pool(pool)
pooled.ping()
pooled.close()
pool = redis.ConnectionPool(host='localhost', port=6379, db=0)
redis.Redis(connection_pool=pool).ping()
single = redis.Redis(single_connection_client=True)
single.ping()
single.close()
r = redis.Redis()
r.set('bing', 'baz')
pipe = r.pipeline()
pipe.set('foo', 'bar') is pipe
pipe.get('bing') is pipe
pipe.execute()
r.set('auto_number', 5)
pipe.set('foo', 'bar').sadd('faz', 'baz').incr('auto_number').execute()
pipe = r.pipeline(transaction=False)
pipe.set('a', 1).get('a').execute()
r.set('OUR-SEQUENCE-KEY', 41)
with r.pipeline() as pipe:
    while True:
        try:
            pipe.watch('OUR-SEQUENCE-KEY')
            current_value = pipe.get('OUR-SEQUENCE-KEY')
            next_value = int(current_value) + 1
            pipe.multi()
            pipe.set('OUR-SEQUENCE-KEY', next_value)
            pipe.execute()
            break
        except WatchError:
            continue

r.get('OUR-SEQUENCE-KEY')
pipe = r.pipeline()
tries = 0
while True:
    try:
        pipe.watch('OUR-SEQUENCE-KEY')
        if tries == 0:
            r.set('OUR-SEQUENCE-KEY', 100)
        value = int(pipe.get('OUR-SEQUENCE-KEY'))
        pipe.multi()
        pipe.set('OUR-SEQUENCE-KEY', value + 1)
        if tries == 0:
            r.set('OUR-SEQUENCE-KEY', 200)
        pipe.execute()
        break
    except WatchError as error:
        tries += 1
        print('again:', error)
        continue
    finally:
        pipe.reset()

r.get('OUR-SEQUENCE-KEY')
def client_side_incr(pipe):
    current_value = pipe.get('OUR-SEQUENCE-KEY')
    pipe.multi()
    pipe.set('OUR-SEQUENCE-KEY', int(current_value) + 1)

r.transaction(client_side_incr, 'OUR-SEQUENCE-KEY')
r.get('OUR-SEQUENCE-KEY')
pipe = r.pipeline()
for i in range(5):
    i, len(pipe.set(f'seat:{i}', f'#{i}'))

pipe.execute()
r.pipeline().get('seat:0').get('seat:3').get('seat:4').execute()
p = r.pubsub()
p.subscribe('my-first-channel', 'my-second-channel')
p.psubscribe('my-*')
p.get_message(timeout=1)
p.get_message(timeout=1)
p.get_message(timeout=1)
r.publish('my-first-channel', 'some data')
p.get_message(timeout=1)
p.get_message(timeout=1)
p.unsubscribe()
p.punsubscribe('my-*')
sorted(p.get_message(timeout=1)['channel'] for _ in range(3))
def my_handler(message):
    print('MY HANDLER: ', message['data'])

p.subscribe(**{'my-channel': my_handler})
p.get_message(timeout=1)
r.publish('my-channel', 'awesome data')
message = p.get_message(timeout=1)
print(message)
p = r.pubsub(ignore_subscribe_messages=True)
p.subscribe('my-channel')
p.get_message(timeout=1)
r.publish('my-channel', 'my data')
p.get_message(timeout=1)
p.unsubscribe('my-channel')
r.publish('elsewhere', 1)
p = r.pubsub(ignore_subscribe_messages=True)
p.subscribe('numbers')
for n in 1, 2, 3: r.publish('numbers', n)

for message in p.listen():
    message['data']
    if message['data'] == b'3':
        break

p.close()
p = r.pubsub()
p.subscribe('plain')
p.run_in_thread(sleep_time=0.001)
p.close()
import threading
heard = threading.Event()
p = r.pubsub(ignore_subscribe_messages=True)
p.subscribe(**{'my-channel': lambda message: heard.set()})
p.get_message(timeout=1)
thread = p.run_in_thread(sleep_time=0.001)
r.publish('my-channel', 'x') in (1, 2)
heard.wait(5)
thread.stop(); thread.join()
thread.is_alive()
raised = []
def exception_handler(ex, pubsub, thread):
    raised.append(repr(ex))
    thread.stop()

p = r.pubsub(ignore_subscribe_messages=True)
p.subscribe(**{'broken': lambda message: 1 / 0})
p.get_message(timeout=1)
r.publish('broken', 'x')
thread = p.run_in_thread(exception_handler=exception_handler); thread.join(timeout=5); raised
q = redis.Redis(decode_responses=True).pubsub()
q.subscribe('foo')
q.get_message(timeout=1)
r.pubsub_channels('f*')
r.pubsub_numsub('foo', 'baz')
r.pubsub_numsub('baz')
r.pubsub_numpat()
q.close()
lock = r.lock('my-lock', timeout=5, blocking_timeout=0.1)
lock.acquire()
lock.owned(), lock.locked()
r.lock('my-lock', timeout=5, blocking_timeout=0.05).acquire()
lock.extend(10)
lock.reacquire()
lock.release()
lock.release()
with r.lock('my-lock', timeout=5) as lock:
    lock.owned()
    r.ttl('my-lock') <= 5

r.exists('my-lock')
try:
    with r.lock('my-lock', timeout=5), r.lock('my-lock', blocking_timeout=0.05):
        print('never')
except redis.exceptions.LockError as error:
    print(error)

with r.monitor() as m:
    r.set('seen', 1)
    for command in m.listen():
        command['command'], command['db'], command['client_type']
        break

from redis.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import BusyLoadingError, ConnectionError, TimeoutError
retry = Retry(ExponentialBackoff(), 3)
retrying = redis.Redis(host='localhost', port=6379, retry=retry, retry_on_error=[BusyLoadingError, ConnectionError, TimeoutError])
retrying.ping()
import json
def complex_hook(obj):
    return {'name': obj['name']}

r.set('doc', json.dumps({'name': 'x', 'age': 1}))
json.loads(r.get('doc'), object_hook=complex_hook)
