# asyncio: coroutines, tasks, timeouts, groups, queues and threads; time is the tutor's.
import asyncio
async def f(): return 5

asyncio.run(f())
async def main():
    print('start')
    await asyncio.sleep(1)
    return await asyncio.gather(f(), f())

asyncio.run(main())
async def w(n, q):
    while True:
        item = await q.get()
        await asyncio.sleep(0.01)
        print(n, item)
        q.task_done()

async def main():
    q = asyncio.Queue()
    ts = [asyncio.create_task(w(n, q)) for n in range(2)]
    for i in range(4): q.put_nowait(i)
    await q.join()
    for t in ts: t.cancel()
    return await asyncio.gather(*ts, return_exceptions=True)

asyncio.run(main())
async def main():
    try:
        async with asyncio.timeout(0.05):
            await asyncio.sleep(5)
    except TimeoutError:
        return 'too long'

asyncio.run(main())
async def main():
    return await asyncio.wait_for(asyncio.sleep(5), 0.01)

asyncio.run(main())
async def main():
    async with asyncio.TaskGroup() as tg:
        a = tg.create_task(f())
        b = tg.create_task(f())
    return a.result() + b.result()

asyncio.run(main())
async def bad(): raise ValueError('x')

async def main():
    async with asyncio.TaskGroup() as tg:
        tg.create_task(bad())

asyncio.run(main())
async def main():
    return await asyncio.to_thread(r.incr, 'n')

asyncio.run(main())
async def main():
    lock = asyncio.Lock(); ev = asyncio.Event()
    async def setter():
        await asyncio.sleep(0.1); ev.set()
    t = asyncio.create_task(setter())
    async with lock: await ev.wait()
    return t.done(), ev.is_set()

asyncio.run(main())
asyncio.get_running_loop()
asyncio.iscoroutinefunction(f)
asyncio.run(bad())
async def agen():
    for i in range(3):
        await asyncio.sleep(0)
        yield i

async def main(): return [x async for x in agen()]

asyncio.run(main())
async def main():
    await asyncio.open_connection('localhost', 6379)

loop = asyncio.new_event_loop(); loop.run_until_complete(f()); loop.close()
loop.is_closed()
asyncio.run(asyncio.sleep(0, 'done'))
