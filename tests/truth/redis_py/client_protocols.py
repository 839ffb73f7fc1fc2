r.hset('h', mapping={'a': 1, 'b': 2})
r.zadd('z', {'m': 1, 'n': 2.5, 'o': 1e20})
r.sadd('s', 'x')
r.rpush('l', *range(20))
r.set('k1', 'ohmytext')
r.set('k2', 'mynewtext')
r.config_set('maxmemory', 0)
calls = [
    lambda c: c.hgetall('h'), lambda c: c.hgetall('none'), lambda c: c.smembers('s'), lambda c: c.smembers('none'),
    lambda c: c.zrange('z', 0, -1, withscores=True), lambda c: c.zrange('z', 0, 0, desc=True, withscores=True),
    lambda c: c.zrange('z', 0, -1, withscores=True, score_cast_func=int),
    lambda c: c.zrangebyscore('z', 0, 5, withscores=True), lambda c: c.zrevrangebyscore('z', 5, 0, withscores=True),
    lambda c: c.zrevrange('z', 0, 1, withscores=True, score_cast_func=str), lambda c: c.zscore('z', 'n'),
    lambda c: c.zscore('z', 'none'), lambda c: c.zmscore('z', ['m', 'none']), lambda c: c.zincrby('z', 0, 'm'),
    lambda c: c.zadd('z', {'m': 0}, incr=True), lambda c: c.zadd('z', {'m': 1}), lambda c: c.zadd('z', {'q': 1}, xx=True, incr=True),
    lambda c: c.zrank('z', 'n', withscore=True), lambda c: c.zrevrank('z', 'n', withscore=True, score_cast_func=int), lambda c: c.zrank('z', 'n'),
    lambda c: c.zrank('z', 'none', withscore=True),
    lambda c: c.zinter(['z'], withscores=True), lambda c: c.zunion(['z'], withscores=True), lambda c: c.zdiff(['z'], withscores=True),
    lambda c: c.zinter(['z']), lambda c: c.zdiff(['z']), lambda c: c.zrandmember('none', 2, withscores=True),
    lambda c: sorted(c.zrandmember('z', 9, withscores=True), key=repr), lambda c: c.zscan('z'), lambda c: c.hscan('h'), lambda c: c.hscan('h', no_values=True),
    lambda c: sorted(c.hrandfield('h', 5, withvalues=True), key=repr),
]
more = [
    lambda c: c.rpush('l', *range(20)) > 0, lambda c: c.blpop('l', 0.01), lambda c: c.brpop('none', 0.01), lambda c: c.blmpop(0.01, 1, 'l', direction='LEFT'), lambda c: c.lmpop(1, 'l', direction='LEFT'), lambda c: c.lpop('l', 2),
    lambda c: c.zpopmin('pop'), lambda c: c.zadd('pop', {'a': 1.5, 'b': 2, 'c': 3, 'd': 4, 'e': 5, 'f': 6, 'g': 7}) and c.zpopmin('pop'),
    lambda c: c.zpopmax('pop', 2), lambda c: c.bzpopmin('pop', 0.01), lambda c: c.bzpopmax('none', 0.01), lambda c: c.zmpop(1, ['pop'], min=True), lambda c: c.bzmpop(0.01, 1, ['pop'], max=True),
    lambda c: c.zmpop(1, ['none'], min=True), lambda c: c.delete('pop'),
    lambda c: c.config_get('maxmemory'), lambda c: c.config_get('none'), lambda c: c.client_getname(), lambda c: c.lcs('k1', 'k2', idx=True), lambda c: c.lcs('k1', 'k2', len=True),
    lambda c: c.sort('l', 0, 2), lambda c: c.command()['get']['arity'], lambda c: type(c.command()['get']['flags']).__name__,
    lambda c: sorted(c.command()['get']['acl_categories']), lambda c: c.command_getkeys('SET', 'a', 1), lambda c: c.command_getkeysandflags('GET', 'a'),
    lambda c: c.hexists('h', 'a'),
    lambda c: c.sismember('s', 'x'), lambda c: c.smismember('s', 'x', 'y'), lambda c: c.incrbyfloat('f', 0.5), lambda c: c.object('encoding', 'h'), lambda c: c.time()[0] > 0,
    lambda c: c.pipeline().zrange('z', 0, -1, withscores=True).hgetall('h').zpopmin('none').lcs('k1', 'k2', idx=True).execute(),
    lambda c: c.pipeline(transaction=False).zrange('z', 0, -1, withscores=True).hgetall('h').execute(),
    lambda c: c.pubsub_numsub('a'), lambda c: c.execute_command('ZRANGE', 'z', 0, -1, 'WITHSCORES'), lambda c: c.execute_command('HGETALL', 'h'),
    lambda c: c.lastsave().__class__,
]
def show(**settings):
    client = redis.Redis(**settings)
    for number, call in enumerate(calls + more):
        try:
            print(number, call(client))
        except Exception as error:
            print(number, type(error).__name__, error)
show()
show(decode_responses=True)
show(protocol=2)
show(protocol=2, decode_responses=True)
show(protocol=3)
show(protocol=3, decode_responses=True)
show(legacy_responses=False)
show(legacy_responses=False, decode_responses=True)
show(protocol=2, legacy_responses=False)
show(protocol=2, legacy_responses=False, decode_responses=True)
show(protocol=3, legacy_responses=False)
show(protocol='3')
show(protocol='2')
