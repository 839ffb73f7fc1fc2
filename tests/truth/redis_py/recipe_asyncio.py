# The commands differ: tasks that start together send in any order.
import asyncio, json, time
import redis.asyncio as aioredis
async def fan_out():
    async with aioredis.Redis(decode_responses=True) as r:
        async def fetch(n):
            cached = await r.get(f'page:{n}')
            if cached is not None:
                return f'{n} cached'
            await asyncio.sleep(0.03 * n)
            await r.set(f'page:{n}', f'<page {n}>', ex=60)
            return f'{n} fetched'
        print(await asyncio.gather(*[fetch(n) for n in range(1, 6)]))
        print(await asyncio.gather(*[fetch(n) for n in range(3, 8)]))
        print(sorted([key async for key in r.scan_iter('page:*')]))

asyncio.run(fan_out())
async def worker(name, r, done):
    while True:
        item = await r.blpop('tasks', timeout=1)
        if item is None:
            return f'{name} has nothing to do'
        task = json.loads(item[1])
        await asyncio.sleep(task['seconds'])
        done.append(task['id'])
        await r.hincrby('finished', name)

async def main():
    r = aioredis.Redis(decode_responses=True)
    done = []
    workers = [asyncio.create_task(worker(f'w{n}', r, done)) for n in range(3)]
    await asyncio.sleep(0.05)
    for n in range(6):
        await r.rpush('tasks', json.dumps({'id': n, 'seconds': 0.1 + 0.02 * n}))
    print(await asyncio.gather(*workers))
    print(done, sum(map(int, (await r.hgetall('finished')).values())), await r.llen('tasks'))
    await r.aclose()

asyncio.run(main())
async def chat():
    r = aioredis.from_url('redis://localhost:6379', decode_responses=True)
    lines = []
    async def listen(name):
        async with r.pubsub() as room:
            await room.subscribe('room')
            async for message in room.listen():
                if message['type'] != 'message':
                    continue
                if message['data'] == 'bye':
                    return
                lines.append(f"{name} reads {message['data']}")
    listeners = asyncio.gather(listen('ann'), listen('bob'))
    await asyncio.sleep(0.1)
    for text in ('hello', 'how are you', 'bye'):
        print(await r.publish('room', text), 'listeners')
    await listeners
    await r.aclose()
    return sorted(lines)

asyncio.run(chat())
async def limited(r, user, most=3, seconds=1):
    async with r.pipeline(transaction=True) as pipe:
        count, _ = await pipe.incr(f'rate:{user}').expire(f'rate:{user}', seconds, nx=True).execute()
    return count <= most

async def limiter():
    async with aioredis.Redis() as r:
        print([await limited(r, 'ann') for _ in range(5)])
        await asyncio.sleep(1.1)
        print([await limited(r, 'ann') for _ in range(2)])

asyncio.run(limiter())
async def transfer(r, source, target, amount):
    while True:
        try:
            async with r.pipeline() as pipe:
                await pipe.watch(source)
                balance = int(await pipe.get(source) or 0)
                if balance < amount:
                    return False
                pipe.multi()
                pipe.decrby(source, amount).incrby(target, amount)
                await pipe.execute()
                return True
        except aioredis.WatchError:
            continue

async def bank():
    async with aioredis.Redis(decode_responses=True) as r:
        await r.mset({'ann': 100, 'bob': 0})
        results = await asyncio.gather(*[transfer(r, 'ann', 'bob', 30) for _ in range(5)])
        print(sorted(results), await r.mget('ann', 'bob'))

asyncio.run(bank())
async def counted(r, name, log):
    async with r.lock('shared', timeout=5, sleep=0.01):
        value = int(await r.get('value') or 0)
        await asyncio.sleep(0.02)
        await r.set('value', value + 1)
        log.append(name)

async def locks():
    async with aioredis.Redis() as r:
        log = []
        await asyncio.gather(*[counted(r, n, log) for n in range(4)])
        print(await r.get('value'), sorted(log))

asyncio.run(locks())
async def timeouts():
    async with aioredis.Redis() as r:
        try:
            async with asyncio.timeout(0.1):
                await r.blpop('never')
        except TimeoutError:
            print('gave up')
        print(await asyncio.wait_for(r.ping(), 1))
        queue = asyncio.Queue()
        async def produce():
            for n in range(3):
                await queue.put(n)
                await asyncio.sleep(0.02)
            await queue.put(None)
        async def consume():
            while (n := await queue.get()) is not None:
                await r.rpush('out', n)
        await asyncio.gather(produce(), consume())
        print(await r.lrange('out', 0, -1))

asyncio.run(timeouts())
async def mixed():
    loop = asyncio.get_running_loop()
    async with aioredis.Redis() as r:
        started = loop.time()
        slow = asyncio.to_thread(time.sleep, 0.1)
        value, _ = await asyncio.gather(r.incr('mixed'), slow)
        return value, await asyncio.to_thread(redis.Redis().get, 'mixed'), 0.09 < loop.time() - started < 1

asyncio.run(mixed())
async def schedule():
    async with aioredis.Redis(decode_responses=True) as r:
        start = time.time()
        await r.zadd('due', {'late': start + 0.3, 'soon': start + 0.1, 'next': start + 0.2})
        ran = []
        while await r.zcard('due'):
            for job in await r.zrangebyscore('due', 0, time.time()):
                if await r.zrem('due', job):
                    ran.append(job)
            await asyncio.sleep(0.02)
        return ran

asyncio.run(schedule())
class Cache:
    def __init__(self, r):
        self.r = r
    def __call__(self, function):
        async def cached(*args):
            key = f'{function.__name__}:{args}'
            if (found := await self.r.get(key)) is not None:
                return json.loads(found)
            value = await function(*args)
            await self.r.set(key, json.dumps(value), ex=30)
            return value
        return cached

async def cached():
    async with aioredis.Redis() as r:
        calls = []
        @Cache(r)
        async def square(n):
            calls.append(n)
            return n * n
        return [await square(n) for n in (2, 3, 2, 3)], calls

asyncio.run(cached())
with asyncio.Runner() as runner:
    r1 = aioredis.Redis()
    print(runner.run(r1.set('run', 1)), runner.run(r1.get('run')), runner.run(r1.aclose()))

