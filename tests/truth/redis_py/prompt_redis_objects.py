import redis
redis.__version__
from redis import Redis
from redis.exceptions import ResponseError, WatchError, ConnectionError, DataError, TimeoutError
Redis is redis.Redis, redis.StrictRedis is redis.Redis
r
redis.Redis(host='localhost', port=6379, db=1)
redis.Redis(decode_responses=True)
redis.from_url('redis://localhost:6379/2')
r.ping()
r.echo('hi')
r.dbsize()
d = redis.Redis(decode_responses=True)
d.set('k', 'é')
d.get('k'), r.get('k')
d.hset('h', mapping={'a': 1, 'b': 'x'})
d.hgetall('h'), d.smembers('none'), d.lrange('none', 0, -1), d.keys('h*'), d.type('h')
for key in r.scan_iter('k*'):
    key
r.keys('*none*'), r.keys('k')
sorted(r.keys())
one = redis.Redis(db=1)
one.set('only-here', 1)
one.dbsize(), r.exists('only-here')
p = r.pipeline()
p.set('a', 1).incr('a').get('a')
p.execute()
p.execute()
len(p)
with r.pipeline() as pipe:
    pipe.hset('u', 'n', 1)
    pipe.hincrby('u', 'n', 2)
    pipe.execute()
with r.pipeline(transaction=False) as pipe:
    pipe.set('x', 1).lpush('x', 1).get('x').execute(raise_on_error=False)
r.pipeline().set('x', 1).lpush('x', 1).get('x').execute()
r.pipeline(transaction=False).incr('u').execute()
with r.pipeline() as pipe:
    pipe.watch('n')
    pipe.get('n')
    r.set('n', 'changed')
    pipe.multi()
    pipe.set('n', 1)
    pipe.execute()
with r.pipeline() as pipe:
    while True:
        try:
            pipe.watch('stock')
            left = int(pipe.get('stock') or 5)
            pipe.multi()
            pipe.set('stock', left - 1)
            pipe.execute()
            break
        except redis.WatchError:
            continue
r.get('stock')
r.transaction(lambda p: (p.multi(), p.incr('stock')), 'stock')
r.execute_command('SET', 'raw', 'v')
r.execute_command('GET', 'raw')
r.execute_command('NOPE', 1)
r.execute_command('GET')
r.execute_command('LRANGE raw', 0)
r.execute_command('OBJECT ENCODING', 'raw')
r.config_get('hash-max-listpack-entries')
r.config_set('hash-max-listpack-entries', 512)
r.flushdb()
r.flushall()
r.time().__class__
r.info('server')['redis_version']
r.info()['redis_version'], type(r.info()).__name__
r.client_setname('me'), r.client_getname()
r.client_id() > 0
r.object('encoding', 'missing')
r.randomkey()
r.rename('missing', 'x')
r.rename('missing')
r.renamenx('missing', 'x')
r.set('src', 1), r.copy('src', 'dst'), r.copy('src', 'dst'), r.copy('src', 'dst', replace=True)
r.touch('src', 'dst', 'none'), r.unlink('src'), r.move('dst', 3), r.exists('dst')
r.set('e', 1), r.expire('e', 100, nx=True), r.expire('e', 50, gt=True), r.expire('e', 200, xx=True), r.pexpire('e', 100000), r.expireat('e', 4102444800), r.expiretime('e'), r.pexpiretime('e')
r.scan()
r.set('bad', float('nan')), r.get('bad')
r.set('z', b'b'), r.set('z', bytearray(b'ba')), r.set('z', memoryview(b'mv')), r.get('z')
r.set('z', 1.0), r.get('z'), r.set('z', 1e20), r.get('z'), r.set('z', 10**30), r.get('z')
r.set('z', 'x', 60), r.ttl('z')
r.set(name='z', value='named', ex=5), r.get(name='z')
r.hset(name='hh', key='f', value='v'), r.hget('hh', key='f')
r.get(['z'])
r.delete()
r.mset()
r.mset({})
r.mset({'a': None})
lock = r.lock('l', timeout=5)
lock.acquire(token='token-1')
r.get('l'), r.ttl('l'), lock.locked(), lock.owned()
r.lock('l', timeout=5).acquire(blocking=False, token='token-2')
r.lock('never', timeout=5).release()
ps = r.pubsub()
ps.subscribe('news')
ps.get_message(timeout=1)
r.publish('news', 'hello')
ps.get_message(timeout=1)
ps.get_message()
ps.unsubscribe('news')
ps.get_message(timeout=1)
r.publish('nobody', 'x')
ps.close()
type(r).__mro__[0].__name__
r.close()
r.ping()
with redis.Redis() as client: client.ping()
