import json
for i in range(1, 4):
    r.rpush('jobs', json.dumps({'id': i, 'task': 'email'}))
def work():
    while True:
        item = r.lpop('jobs')
        if item is None:
            return 'queue empty'
        job = json.loads(item)
        print('job', job['id'], job['task'])
        r.incr('jobs:done')
work()
r.get('jobs:done')
# a reliable queue: what is being worked on waits in a second list
r.rpush('todo', 'a', 'b')
job = r.lmove('todo', 'doing', 'LEFT', 'RIGHT')
job
r.lrange('todo', 0, -1), r.lrange('doing', 0, -1)
r.lrem('doing', 1, job)
r.exists('doing')
# a fixed window
def allowed(user, limit=3):
    key = f'rate:{user}'
    n = r.incr(key)
    if n == 1:
        r.expire(key, 60)
    return n <= limit
[allowed('ann') for _ in range(5)]
r.ttl('rate:ann')
allowed('bob')
# a sliding window
def hit(user, now, limit=2, window=10):
    key = f'slide:{user}'
    with r.pipeline() as p:
        p.zremrangebyscore(key, 0, now - window)
        p.zadd(key, {f'{now}': now})
        p.zcard(key)
        p.expire(key, window)
        removed, added, count, _ = p.execute()
    return removed, added, count, count <= limit
hit('ann', 100)
hit('ann', 105)
hit('ann', 106)
hit('ann', 117)
r.zrange('slide:ann', 0, -1, withscores=True)
# a delayed queue
r.zadd('delayed', {'later': 200, 'now': 100, 'soon': 150})
def due(now):
    for member in r.zrangebyscore('delayed', '-inf', now):
        if r.zrem('delayed', member):
            yield member.decode()
list(due(150))
list(due(150))
r.zcard('delayed')
# priorities
for name, priority in [('low', 3), ('high', 1), ('mid', 2)]:
    r.zadd('priorities', {name: priority})
while popped := r.zpopmin('priorities'):
    popped
# unique jobs
[r.sadd('seen', j) and r.rpush('unique', j) for j in ('a', 'b', 'a')]
r.lrange('unique', 0, -1)
# a worker waits in a thread of its own
import threading, time
got = []
def waiting_worker():
    worker = threading.Thread(target=lambda: got.append(r.blpop('queue:tasks', timeout=3)))
    worker.start()
    time.sleep(0.3)
    pushed = r.rpush('queue:tasks', 'task1')
    worker.join()
    return pushed
waiting_worker()
got
r.llen('queue:tasks')
