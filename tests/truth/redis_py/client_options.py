d = redis.Redis(decode_responses=True)
r.set('bin', b'\xff'), d.execute_command('GET', 'bin', NEVER_DECODE=True)
r.set('bin2', b'ok'), d.execute_command('GET', 'bin2', NEVER_DECODE=True), d.execute_command('HGETALL', 'nokey', NEVER_DECODE=True)
d.pipeline().execute_command('GET', 'bin2', NEVER_DECODE=True).execute()
from redis.client import NEVER_DECODE, EMPTY_RESPONSE
d.execute_command('GET', 'bin2', **{NEVER_DECODE: []})
d.object('encoding', 'bin2'), d.type('bin2')
p = r.pipeline(); p.get('x').mget('a', 'b').hget('h', 'f').zscore('z', 'm').sinter('a', 'b').set('k', 1); p.command_stack
class L(redis.Redis):
    def execute_command(self, *args, **options):
        print(args, options); return super().execute_command(*args, **options)

l = L()
l.get('a'), l.mget(['a', 'b'], 'c'), l.mget([]), l.hmget('h', 'a'), l.hgetall('h'), l.hkeys('h'), l.hvals('h'), l.hlen('h'), l.hexists('h', 'a'), l.hstrlen('h', 'a')
l.sinter('x', 'y'), l.sdiff(['x'], 'y'), l.sunion('x'), l.sintercard(2, ['x', 'y'], 1), l.scard('x'), l.sismember('x', 1), l.smismember('s', [1]), l.smembers('s')
l.lrange('q', 0, 1), l.llen('q'), l.lindex('q', 0), l.lpos('q', 1), l.sort('q'), l.lcs('a', 'a2')
l.exists('a', 'b'), l.type('a'), l.ttl('a'), l.set('a', 1), sorted(l.scan()[1]), l.strlen('a'), l.getrange('a', 0, 1), l.substr('a', 0, 1), l.getbit('a', 1), l.bitcount('a'), l.bitpos('a', 1)
l.zrange('z', 0, 1), l.zrange('z', 0, 1, desc=True, withscores=True), l.zrevrange('z', 0, 1, withscores=True), l.zrangebyscore('z', 0, 1, 0, 1), l.zrevrangebyscore('z', 1, 0), l.zrangebylex('z', '-', '+', 0, 1), l.zrevrangebylex('z', '+', '-', 0, 1)
l.zcard('z'), l.zcount('z', 0, 1), l.zlexcount('z', '-', '+'), l.zscore('z', 'm'), l.zmscore('z', ['a']), l.zdiff(['a1', 'b1']), l.zintercard(2, ['a1', 'b1'])
l.zinter(['a1', 'b1']), l.zunion({'a1': 1, 'b1': 2}, aggregate='MAX', withscores=True), l.zinterstore('d', ['a1']), l.zunionstore('d', {'a1': 2})
l.set('bin3', 'x'), l.execute_command('GET', 'bin3', keys=['bin3']), l.execute_command('GET', 'bin3', NEVER_DECODE=True), l.execute_command('MGET', 'bin3', keys=[])
