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

async def strings(a): return await a.set('s', 'é', ex=100), await a.get('s'), await a.append('s', 'x'), await a.mget('s', 'none'), await a.incrby('n', 5), await a.ttl('s'), await a.exists('s', 'n')

run(strings)
run(strings, decode_responses=True)
async def types(a): return await a.hset('h', mapping={'f': 1, 'g': 'x'}), await a.hgetall('h'), await a.rpush('l', 1, 2, 3), await a.lrange('l', 0, -1), await a.sadd('t', 'a', 'b'), sorted(await a.smembers('t')), await a.zadd('z', {'a': 1, 'b': 2.5}), await a.zrange('z', 0, -1, withscores=True), await a.type('z')

run(types)
run(types, decode_responses=True, protocol=3)
async def not_awaited(a):
    pending = a.get('s'); name = type(pending).__name__; pending.close(); return name

run(not_awaited)
async def wrong(a): return await a.lpush('s', 1)

run(wrong)
async def wrong_number(a): return await a.execute_command('GET')

run(wrong_number)
async def bad_argument(a): return await a.set('a', None)

run(bad_argument)
async def options(a): return await a.execute_command('CONFIG GET', 'maxmemory'), await a.execute_command('GET', 's', NEVER_DECODE=True), await a.config_get('hz'), await a.ping(), await a.echo('e'), await a.dbsize() > 0

run(options, decode_responses=True)
async def iterate(a):
    keys = [key async for key in a.scan_iter(match='?')]
    return sorted(keys), sorted([member async for member in a.sscan_iter('t')]), sorted([pair async for pair in a.hscan_iter('h')]), [pair async for pair in a.zscan_iter('z')], sorted([field async for field in a.hscan_iter('h', no_values=True)])

run(iterate, decode_responses=True)
async def items(a): return a['s']

run(items)
async def assign(a): a['s'] = 1

run(assign)
async def contains(a): return 's' in a

run(contains)
async def delete(a): del a['s']

run(delete)
async def not_implemented(a): return await a.command_info()

run(not_implemented)
async def doctor(a): return await a.memory_doctor()

run(doctor)
async def segfault(a): return await a.debug_segfault()

run(segfault)
async def memory_help(a): return await a.memory_help()

run(memory_help)
async def script_debug(a): return await a.script_debug()

run(script_debug)
async def watch_without_pipeline(a): return await a.watch('a'), await a.unwatch()

run(watch_without_pipeline)
async def gathered(a): return sorted(await asyncio.gather(*[a.incr('counter') for _ in range(20)], return_exceptions=True))

run(gathered)
async def grouped(a):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(a.incr('grouped')) for _ in range(3)]
    return sorted(task.result() for task in tasks)

run(grouped)

async def piped(a):
    pipe = a.pipeline(); pipe.set('p', 1).incr('p').get('p'); size = len(pipe); return size, bool(pipe), await pipe.execute(), len(pipe), await pipe.execute()

run(piped)
async def piped_with(a):
    async with a.pipeline(transaction=False) as pipe:
        for i in range(3): pipe.rpush('pl', i)
        return await pipe.lrange('pl', 0, -1).hgetall('h').execute()

run(piped_with)
async def piped_error(a): return await a.pipeline().set('p', 'x').lpush('p', 1).execute()

run(piped_error)
async def plain_error(a): return await a.pipeline(transaction=False).set('p', 'x').incr('p').execute()

run(plain_error)
async def kept_errors(a): return [repr(found) for found in await a.pipeline().set('p', 'x').lpush('p', 1).get('p').execute(raise_on_error=False)]

run(kept_errors)
async def refused(a): return await a.pipeline().set('p', 'x').execute_command('NOSUCH', 1).execute()

run(refused)
async def watched(a):
    async with a.pipeline() as pipe:
        await pipe.watch('stock'); stock = await pipe.get('stock'); pipe.multi(); pipe.set('stock', int(stock or 0) + 1); return await pipe.execute()

run(watched), run(watched)
async def conflict(a):
    async with a.pipeline() as pipe:
        await pipe.watch('stock'); await a.incr('stock'); pipe.multi(); pipe.set('stock', 0)
        await pipe.execute()

run(conflict)
async def nested(a):
    pipe = a.pipeline(); pipe.multi(); pipe.multi()

run(nested)
async def late_watch(a):
    pipe = a.pipeline(); pipe.multi(); await pipe.watch('a')

run(late_watch)
async def unwatched(a):
    pipe = a.pipeline(); await pipe.watch('a'); return await pipe.unwatch(), pipe.watching, await pipe.unwatch()

run(unwatched)
async def discarded(a):
    pipe = a.pipeline(); await pipe.watch('a'); pipe.multi(); pipe.set('a', 1); await pipe.reset(); return pipe.command_stack, pipe.watching, pipe.explicit_transaction

run(discarded)
async def transacted(a):
    async def add(pipe): value = int(await pipe.get('t1') or 0); pipe.multi(); pipe.set('t1', value + 1); return 'done'
    return await a.transaction(add, 't1'), await a.transaction(add, 't1', value_from_callable=True), await a.get('t1')

run(transacted)
async def awaited_pipeline(a): return type(await a.pipeline()).__name__, type(await a) is Redis

run(awaited_pipeline)

async def subscribed(a):
    p = a.pubsub(); await p.subscribe('news'); await p.psubscribe('n*'); return [await p.get_message(timeout=1) for _ in range(2)], p.subscribed, p.channels, p.patterns, await p.aclose(), p.subscribed

run(subscribed)
async def published(a):
    async with a.pubsub(ignore_subscribe_messages=True) as p:
        await p.subscribe('news'); before = await p.get_message(timeout=0.05); count = await a.publish('news', 'hi'); return before, count, await p.get_message(timeout=1), await p.get_message(timeout=0.01)

run(published, decode_responses=True)
async def listened(a):
    p = a.pubsub(); await p.subscribe('c1', 'c2'); seen = []
    async def publish():
        await asyncio.sleep(0.05)
        for word in ('one', 'two', 'stop'): await a.publish('c2', word)
    task = asyncio.create_task(publish())
    async for message in p.listen():
        seen.append((message['type'], message['channel'], message['data']))
        if message['data'] == 'stop': break
    await task; await p.unsubscribe('c1'); seen.append(await p.get_message(timeout=1)); await p.aclose(); return seen

run(listened, decode_responses=True)
async def handled(a):
    seen = []
    async def slow(message): await asyncio.sleep(0); seen.append(('slow', message['data']))
    def quick(message): seen.append(('quick', message['data']))
    p = a.pubsub(); await p.subscribe(s=slow, q=quick); task = asyncio.create_task(p.run(poll_timeout=0.05))
    await asyncio.sleep(0.05); await a.publish('s', 1); await a.publish('q', 2); await asyncio.sleep(0.1); task.cancel()
    try: await task
    except asyncio.CancelledError: seen.append('cancelled')
    await p.aclose(); return seen

run(handled)
async def without_handler(a):
    p = a.pubsub(); await p.subscribe('x'); await p.run()

run(without_handler)
async def not_subscribed(a): return await a.pubsub().get_message()

run(not_subscribed)
async def pinged(a):
    p = a.pubsub(); await p.subscribe('x'); await p.ping('hello'); return [await p.get_message(timeout=1) for _ in range(2)], await p.aclose()

run(pinged)
async def monitored(a):
    async with a.monitor() as m:
        await a.set('seen', 'a "b"'); command = await m.next_command(); return command['command'], command['db'], command['client_type']

run(monitored)

async def timed_out(a): return await a.blpop('nothing', timeout=0.05)

run(timed_out)
async def cancelled(a):
    try: await asyncio.wait_for(a.blpop('nothing', timeout=0), 0.05)
    except asyncio.TimeoutError as error: return type(error).__name__, await a.ping()

run(cancelled)
async def first(a):
    done, pending = await asyncio.wait([asyncio.create_task(a.blpop('q1', 1)), asyncio.create_task(a.set('quick', 1))], return_when=asyncio.FIRST_COMPLETED)
    for task in pending: task.cancel()
    return [task.result() for task in done], len(pending)

run(first)

asyncio.run(on(strings, single_connection_client=True))
async def shared_pool():
    pool = ConnectionPool.from_url('redis://localhost/0?decode_responses=True&max_connections=2'); a, b = Redis(connection_pool=pool), Redis.from_pool(pool)
    results = [await a.set('pooled', 1), await b.get('pooled'), pool.max_connections, len(pool._available_connections)]; await b.aclose(); await pool.aclose(); return results

asyncio.run(shared_pool())
async def patient():
    a = Redis.from_pool(BlockingConnectionPool(max_connections=1, timeout=2)); found = await asyncio.gather(*[a.incr('patient') for _ in range(5)]); await a.aclose(); return found

asyncio.run(patient())
async def by_url():
    a = from_url('redis://localhost:6379/1', decode_responses=True); b = Redis.from_url('redis://localhost'); found = [await a.set('u', 1), await a.get('u'), await b.get('u'), a.get_connection_kwargs()['db']]; await a.aclose(); await b.aclose(); return found

asyncio.run(by_url())
async def reused(): return await kept.incr('kept')

kept = Redis(); asyncio.run(reused())
async def closed_twice():
    a = Redis(); await a.set('c', 1); await a.aclose(); await a.aclose(); return await a.get('c'), await a.aclose()

asyncio.run(closed_twice())
async def callbacks():
    a = Redis(); a.set_response_callback('GET', lambda reply: ('mine', reply)); found = await a.get('c')
    async def later(reply): return 'later', reply
    a.set_response_callback('GET', later); found = [found, await a.get('c')]; await a.aclose(); return found

asyncio.run(callbacks())
Retry(redis.backoff.NoBackoff(), 3) == Retry(redis.backoff.NoBackoff(), 3), Retry(redis.backoff.NoBackoff(), 3).get_retries(), isinstance(Redis().get_retry(), Retry)
async def flaky(left=[2]):
    left[0] -= 1
    if left[0] >= 0: raise redis.ConnectionError('flaky')
    return 'ok'

async def failed(error): print('failed', error)

asyncio.run(Retry(redis.backoff.NoBackoff(), 3).call_with_retry(flaky, failed))
Redis('localhost')
Redis(hosts='x')
ConnectionPool(max_connections=-1)
