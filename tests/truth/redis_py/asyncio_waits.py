# The commands differ: locks use no scripts here, and tasks that start together send in any order.
import asyncio, redis.asyncio as aioredis
from redis.asyncio import Redis, StrictRedis, ConnectionPool, BlockingConnectionPool, from_url, Connection, RedisCluster, Sentinel
from redis.asyncio.client import Pipeline, PubSub, Monitor
from redis.asyncio.lock import Lock
from redis.asyncio.retry import Retry
StrictRedis is Redis, Redis is redis.Redis, aioredis.Redis.__module__, Pipeline.__mro__[1] is Redis, aioredis.ResponseError is redis.ResponseError
async def on(function, **settings):
    async with Redis(**settings) as a:
        return await function(a)

def run(function, **settings): return asyncio.run(on(function, **settings))

async def errors_gathered(a): return [repr(found) if isinstance(found, Exception) else found for found in await asyncio.gather(a.incr('counter'), a.incr('s'), a.lpop('l'), return_exceptions=True)]

run(errors_gathered)

async def locked(a):
    async with a.lock('lock', timeout=10) as lock:
        return await lock.locked(), await lock.owned(), await a.lock('lock', timeout=1, blocking=False).acquire(), await lock.extend(5), await lock.reacquire(), await a.ttl('lock')

run(locked)
async def waited(a):
    first, second = a.lock('lock', timeout=10), a.lock('lock', timeout=10, sleep=0.02); order = []
    async def hold(name, lock):
        if name == 'second': await asyncio.sleep(0.02)
        async with lock: order.append(name + ' in'); await asyncio.sleep(0.05); order.append(name + ' out')
    await asyncio.gather(hold('first', first), hold('second', second)); return order

run(waited)
async def gave_up(a):
    await a.set('lock', 'other', ex=10)
    async with a.lock('lock', timeout=1, blocking_timeout=0.05, sleep=0.02): pass

run(gave_up)
async def released_twice(a):
    await a.delete('lock'); lock = a.lock('lock'); await lock.acquire(); await lock.release(); await lock.release()

run(released_twice)
async def not_owned(a):
    lock = a.lock('lock', timeout=5); await lock.acquire(); await a.set('lock', 'stolen'); await lock.release()

run(not_owned)
async def unlocked(a): return await a.lock('other').extend(1)

run(unlocked)
async def blocked(a):
    async def push(): await asyncio.sleep(0.05); return await a.rpush('jobs', 'j1', 'j2')
    return await asyncio.gather(a.blpop('jobs', timeout=2), push(), a.brpop('jobs', timeout=2))

run(blocked)
async def socket_timeout(a):
    try: await a.blpop('nothing', timeout=1)
    except redis.TimeoutError as error: return type(error).__name__, str(error).split()[:3]

run(socket_timeout, socket_timeout=0.05, retry=None)
async def exhausted():
    a = Redis(max_connections=1); return await asyncio.gather(a.blpop('none', 1), a.get('s'))

asyncio.run(exhausted())
async def impatient():
    a = Redis.from_pool(BlockingConnectionPool(max_connections=1, timeout=0.05)); return await asyncio.gather(a.blpop('none', 1), a.get('s'))

asyncio.run(impatient())
