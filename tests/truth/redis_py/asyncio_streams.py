import asyncio
from redis.asyncio import Redis
async def on(function, **settings):
    async with Redis(**settings) as a:
        await a.flushall(); return await function(a)

def run(function, **settings): return asyncio.run(on(function, **settings))

async def entries(a): return await a.xadd('s', {'a': 1}, id='1-1'), await a.xadd('s', {'a': 2, 'b': 'é'}, id='2-1'), await a.xlen('s'), await a.xrange('s'), await a.xrevrange('s', count=1), await a.xread({'s': '1-1'}), await a.xdel('s', '1-1', '9-9'), await a.xtrim('s', maxlen=0, approximate=False)

run(entries)
run(entries, decode_responses=True)
run(entries, decode_responses=True, protocol=3)
async def groups(a):
    await a.xadd('s', {'a': 1}, id='1-1'); await a.xadd('s', {'a': 2}, id='2-1'); made = await a.xgroup_create('s', 'g', id='0')
    return made, await a.xreadgroup('g', 'me', {'s': '>'}, count=1), await a.xreadgroup('g', 'me', {'s': '0'}), await a.xpending('s', 'g'), await a.xclaim('s', 'g', 'you', 0, ['1-1']), await a.xautoclaim('s', 'g', 'me', 0), await a.xinfo_groups('s'), await a.xack('s', 'g', '1-1', '9-9'), await a.xinfo_stream('s'), await a.xgroup_destroy('s', 'g')

run(groups)
run(groups, decode_responses=True, protocol=3)
async def wrong_id(a): return await a.xadd('s', {'a': 1}, id='0-0')

run(wrong_id)
async def wrong_group(a): return await a.xreadgroup('g', 'me', {'s': '>'})

run(wrong_group)
async def waiting(a):
    async def add():
        while not any(client['cmd'] == 'xread' for client in await a.client_list()): await asyncio.sleep(0)
        return await a.xadd('s', {'f': 'v'}, id='5-5')
    return await asyncio.gather(a.xread({'s': '$'}, block=5000), add())

run(waiting)
async def waiting_in_vain(a): return await a.xread({'s': '$'}, block=10)

run(waiting_in_vain)
async def pipelined(a):
    pipe = a.pipeline(); pipe.xadd('s', {'f': 'v'}, id='1-1'); pipe.xlen('s'); pipe.xrange('s'); return await pipe.execute()

run(pipelined)
