pipe = r.pipeline()
len(pipe), bool(pipe)
type(pipe).__module__, type(pipe).__qualname__
isinstance(pipe, redis.Redis)
pipe.set('a', 1) is pipe
len(pipe)
pipe.incr('a').get('a').hset('h', mapping={'x': 1}).hgetall('h')
pipe.execute()
pipe.execute()
len(pipe)
pipe.sadd('s', 'x', 'y').smembers('s').zadd('z', {'m': 1.5}).zrange('z', 0, -1, withscores=True).execute()
pipe.zscore('z', 'm').ttl('a').exists('a').type('a').expire('a', 100).ping().execute()
pipe.set('a', 1).lpush('a', 2).get('a').execute()
r.get('a')
pipe.set('a', 1).lpush('a', 2).get('a').execute(raise_on_error=False)
pipe.set('a', 'x').incr('a').execute()
pipe.execute_command('GET').execute()
pipe.get('a').execute_command('NOSUCH', 'x').execute()
pipe.execute_command('NOSUCH').execute(raise_on_error=False)
pipe.set('long', 'word ' * 40).lpush('long', 'word ' * 40).execute()
pipe.set('long', 'w' * 200).lpush('long', 'w' * 200).execute()
pipe.set('bytes', b'\xff').lpush('bytes', b'\xff', 1.5, 7).execute()
p = r.pipeline(transaction=False)
p.set('b', 1).incr('b').get('b').execute()
p.set('b', 1).lpush('b', 1).incr('b').execute()
r.get('b')
p.set('b', 1).lpush('b', 1).incr('b').execute(raise_on_error=False)
p.get('missing').mget([]).get('b').execute()
p.mget([]).execute()
pipe.mget([]).get('b').execute()
with r.pipeline() as pipe:
    pipe.set('c', 1)
    pipe.incr('c')
    print(pipe.execute())
with r.pipeline() as pipe:
    pipe.watch('c')
    value = int(pipe.get('c'))
    pipe.multi()
    pipe.set('c', value + 1)
    print(pipe.execute())
pipe.watching, pipe.explicit_transaction
pipe.watch('c', 'b')
pipe.watching
pipe.get('c')
pipe.hgetall('h')
r.set('c', 99)
pipe.multi()
pipe.explicit_transaction
pipe.set('c', 0)
pipe.multi()
pipe.watch('d')
pipe.execute()
pipe.watching
r.get('c')
pipe.watch('c')
pipe.unwatch()
pipe.watching
pipe.unwatch()
pipe.set('c', 1)
pipe.multi()
pipe.reset()
len(pipe)
pipe.watch('c')
pipe.reset()
pipe.watch('c')
pipe.lpush('c', 1)
pipe.watching
pipe.execute()
pipe.watch()
pipe.reset()
pipe.set('d', None)
pipe.reset()
pipe.discard()
pipe.command_stack
pipe.reset()
def add(pipe):
    value = int(pipe.get('c') or 0)
    pipe.multi()
    pipe.set('c', value + 10)
    return 'done'
r.transaction(add, 'c')
r.transaction(add, 'c', value_from_callable=True)
r.transaction(lambda pipe: pipe.set('x', 1))
r.transaction(lambda pipe: pipe.get('x'), 'x')
tries = []
def meddle(pipe):
    tries.append(pipe.get('c'))
    if len(tries) < 3: r.incr('c')
    pipe.multi()
    pipe.incr('c', 100)
r.transaction(meddle, 'c')
tries
r.get('c')
r.transaction(lambda pipe: 1 / 0, 'c')
pipe = r.pipeline()
pipe.blpop('nothing', 1).execute()
pipe.hincrbyfloat('h', 'x', 0.5).hmget('h', 'x', 'y').hexists('h', 'x').execute()
pipe.config_get('maxmemory').time().execute()[0]
pipe.get('a', 'b')
pipe['k'] = 1
'k' in pipe
pipe.execute()
pipe['k']
del pipe['k']
pipe.execute()
pipe.watch('x').__class__
r.set('x', 5)
try:
    pipe.multi(); pipe.incr('x'); pipe.execute()
except redis.WatchError as e:
    print('changed:', e)
from redis.exceptions import WatchError
from redis.client import Pipeline
Pipeline is type(pipe)
