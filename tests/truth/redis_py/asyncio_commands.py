import asyncio
import redis.asyncio
from redis.asyncio import Redis
r.pfadd('h', 'a', 'b', 'c')
r.set('text', 'no HyperLogLog')
r.acl_setuser('bob', commands=['+get'], keys=['a'], selectors=[('+set', 'b')])
async def users():
    async with redis.asyncio.Redis() as c:
        return await c.acl_users(), await c.acl_whoami(), await c.acl_getuser('bob')

asyncio.run(users())
async def geo(): return await a.geoadd('q', (13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania')), await a.geodist('q', 'Palermo', 'Catania', unit='km'), await a.geopos('q', 'Palermo', 'none'), await a.geohash('q', 'Palermo'), await a.geosearch('q', longitude=15, latitude=37, radius=200, unit='km', withdist=True, sort='ASC'), await a.geosearchstore('near', 'q', member='Palermo', radius=500, unit='km'), await a.georadius('q', 15, 37, 200, unit='km'), await a.georadiusbymember('q', 'Palermo', 300, unit='km')

a = Redis()
asyncio.run(geo())
async def hll(): return await a.pfadd('q', 'a', 'b'), await a.pfcount('q'), await a.pfmerge('q2', 'q', 'h'), await a.pfcount('q', 'q2')

a = Redis()
r.delete('q')
asyncio.run(hll())
async def wrong():
    async with Redis() as b: return await b.pfadd('text', 'a')

asyncio.run(wrong())
