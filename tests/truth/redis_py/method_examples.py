# The commands differ: redis-py's lock runs scripts, and its tokens are random.
# These are the examples of the help about redis-py's methods. `RECORD=1 cargo test --test it
# method_examples` writes this file.

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.append('greeting', ' world')

r.flushall()
r.execute_command('SET', 'user:1000:name', 'Alice')
r.get('user:1000:name')

r.flushall()
r.set('user:1000:name', 'Alice', ex=60)

r.flushall()
r.setex('session:42', 300, 'Alice')

r.flushall()
r.psetex('session:42', 300000, 'Alice')

r.flushall()
r.setnx('lock:report', 'alice')

r.flushall()
r.execute_command('SET', 'leader', 'alice')
r.getset('leader', 'bob')

r.flushall()
r.execute_command('SET', 'ticket', 'abc')
r.getdel('ticket')

r.flushall()
r.execute_command('SET', 'session:42', 'Alice')
r.getex('session:42', ex=60)

r.flushall()
r.execute_command('MSET', 'a', '1', 'b', '2')
r.mget(['a', 'b', 'c'])

r.flushall()
r.mset({'a': 1, 'b': 2})

r.flushall()
r.msetnx({'a': 1, 'b': 2})

r.flushall()
r.execute_command('SET', 'visits', '10')
r.incrby('visits', 5)

r.flushall()
r.execute_command('SET', 'stock', '10')
r.decrby('stock', 3)

r.flushall()
r.execute_command('SET', 'price', '10.50')
r.incrbyfloat('price', 0.1)

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.strlen('greeting')

r.flushall()
r.execute_command('SET', 'greeting', 'hello world')
r.getrange('greeting', 0, 4)

r.flushall()
r.execute_command('SET', 'greeting', 'hello world')
r.substr('greeting', 0, 4)

r.flushall()
r.execute_command('SET', 'greeting', 'hello world')
r.setrange('greeting', 6, 'Redis')

r.flushall()
r.execute_command('MSET', 'a', 'ohmytext', 'b', 'mynewtext')
r.lcs('a', 'b')

r.flushall()
r.setbit('online', 7, 1)

r.flushall()
r.execute_command('SETBIT', 'online', '7', '1')
r.getbit('online', 7)

r.flushall()
r.execute_command('SET', 'word', 'foobar')
r.bitcount('word')

r.flushall()
r.execute_command('SETBIT', 'online', '7', '1')
r.bitpos('online', 1)

r.flushall()
r.execute_command('SET', 'a', 'abc')
r.execute_command('SET', 'b', 'abd')
r.bitop('AND', 'both', 'a', 'b')

r.flushall()
r.bitfield('player:1').set('u8', 0, 200).incrby('u8', 0, 10).execute()

r.flushall()
r.execute_command('BITFIELD', 'player:1', 'SET', 'u8', '0', '200')
r.bitfield_ro('player:1', 'u8', 0)

r.flushall()
r.execute_command('SET', 'visits', '10')
r.incr('visits')

r.flushall()
r.execute_command('SET', 'stock', '10')
r.decr('stock')

r.flushall()
r.hset('user:1000', mapping={'name': 'Alice', 'visits': 10})

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice')
r.hget('user:1000', 'name')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'visits', '10')
r.hgetall('user:1000')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'visits', '10')
r.hmget('user:1000', ['name', 'visits', 'email'])

r.flushall()
r.hmset('user:1000', {'name': 'Alice', 'visits': 10})

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice')
r.hsetnx('user:1000', 'name', 'Bob')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'visits', '10')
r.hdel('user:1000', 'visits')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice')
r.hexists('user:1000', 'email')

r.flushall()
r.execute_command('HSET', 'user:1000', 'visits', '10')
r.hincrby('user:1000', 'visits', 1)

r.flushall()
r.execute_command('HSET', 'product:1', 'price', '10.50')
r.hincrbyfloat('product:1', 'price', 0.1)

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'visits', '10')
r.hkeys('user:1000')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'visits', '10')
r.hvals('user:1000')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'visits', '10')
r.hlen('user:1000')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice')
r.hstrlen('user:1000', 'name')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'code', '1234')
r.hgetdel('user:1000', 'code')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'code', '1234')
r.hgetex('user:1000', 'code', ex=60)

r.flushall()
r.hsetex('user:1000', 'code', 1234, ex=60)

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'code', '1234')
r.hexpire('user:1000', 60, 'code')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'code', '1234')
r.hpexpire('user:1000', 60000, 'code')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'code', '1234')
r.hexpireat('user:1000', 4102444800, 'code')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'code', '1234')
r.hpexpireat('user:1000', 4102444800000, 'code')

r.flushall()
r.execute_command('HSETEX', 'user:1000', 'EX', '60', 'FIELDS', '1', 'code', '1234')
r.hpersist('user:1000', 'code')

r.flushall()
r.execute_command('HSETEX', 'user:1000', 'EXAT', '4102444800', 'FIELDS', '1', 'code', '1234')
r.hexpiretime('user:1000', 'code')

r.flushall()
r.execute_command('HSETEX', 'user:1000', 'EXAT', '4102444800', 'FIELDS', '1', 'code', '1234')
r.hpexpiretime('user:1000', 'code')

r.flushall()
r.execute_command('HSETEX', 'user:1000', 'EX', '60', 'FIELDS', '1', 'code', '1234')
r.httl('user:1000', 'code')

r.flushall()
r.lpush('queue:tasks', 'send_email', 'make_thumbnail')

r.flushall()
r.rpush('queue:tasks', 'send_email', 'make_thumbnail')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email')
r.lpushx('queue:tasks', 'make_thumbnail')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email')
r.rpushx('queue:tasks', 'make_thumbnail')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.lpop('queue:tasks')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.rpop('queue:tasks')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email')
r.blpop(['queue:urgent', 'queue:tasks'], timeout=4)

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email')
r.brpop(['queue:urgent', 'queue:tasks'], timeout=4)

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email')
r.brpoplpush('queue:tasks', 'queue:doing', timeout=4)

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.rpoplpush('queue:tasks', 'queue:doing')

r.flushall()
r.execute_command('RPUSH', 'queue:late', 'write_report')
r.lmpop(2, 'queue:urgent', 'queue:late', direction='LEFT', count=10)

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.blmpop(5, 2, 'queue:urgent', 'queue:tasks', direction='LEFT', count=10)

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.lrange('queue:tasks', 0, -1)

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.llen('queue:tasks')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.lindex('queue:tasks', -1)

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.lset('queue:tasks', 0, 'send_letter')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.linsert('queue:tasks', 'BEFORE', 'make_thumbnail', 'resize_image')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail', 'send_email')
r.lrem('queue:tasks', 1, 'send_email')

r.flushall()
r.execute_command('RPUSH', 'log:errors', 'disk_full', 'timeout', 'overheated')
r.ltrim('log:errors', -2, -1)

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail', 'send_email')
r.lpos('queue:tasks', 'send_email', count=0)

r.flushall()
r.execute_command('RPUSH', 'race:times', '12.5', '9.8', '11')
r.sort('race:times')

r.flushall()
r.execute_command('RPUSH', 'race:times', '12.5', '9.8', '11')
r.sort_ro('race:times', desc=True)

r.flushall()
r.sadd('article:1:tags', 'redis', 'database')

r.flushall()
r.execute_command('SADD', 'article:1:tags', 'redis', 'database')
r.srem('article:1:tags', 'database')

r.flushall()
r.execute_command('SADD', 'article:1:tags', 'redis', 'database')
r.scard('article:1:tags')

r.flushall()
r.execute_command('SADD', 'article:1:tags', 'redis', 'database')
r.sismember('article:1:tags', 'redis')

r.flushall()
r.execute_command('SADD', 'article:1:tags', 'redis', 'database')
r.smismember('article:1:tags', ['redis', 'cooking'])

r.flushall()
r.execute_command('SADD', 'todo', 'write')
r.smove('todo', 'done', 'write')

r.flushall()
r.execute_command('SADD', 'lottery:tickets', 'red')
r.spop('lottery:tickets')

r.flushall()
r.execute_command('SADD', 'lottery:tickets', 'red')
r.srandmember('lottery:tickets')

r.flushall()
r.execute_command('SADD', 'ana:likes', 'jazz', 'rock')
r.execute_command('SADD', 'ben:likes', 'rock', 'pop')
r.sinter('ana:likes', 'ben:likes')

r.flushall()
r.execute_command('SADD', 'ana:likes', 'jazz', 'rock')
r.execute_command('SADD', 'ben:likes', 'rock', 'pop')
r.sdiff('ana:likes', 'ben:likes')

r.flushall()
r.execute_command('SADD', 'ana:likes', 'jazz', 'rock')
r.execute_command('SADD', 'ben:likes', 'rock', 'pop')
r.sinterstore('both:like', 'ana:likes', 'ben:likes')

r.flushall()
r.execute_command('SADD', 'ana:likes', 'jazz', 'rock')
r.execute_command('SADD', 'ben:likes', 'rock', 'pop')
r.sunionstore('someone:likes', 'ana:likes', 'ben:likes')

r.flushall()
r.execute_command('SADD', 'ana:likes', 'jazz', 'rock')
r.execute_command('SADD', 'ben:likes', 'rock', 'pop')
r.sdiffstore('only:ana', 'ana:likes', 'ben:likes')

r.flushall()
r.execute_command('SADD', 'ana:likes', 'jazz', 'rock')
r.execute_command('SADD', 'ben:likes', 'rock', 'pop')
r.sintercard(2, ['ana:likes', 'ben:likes'])

r.flushall()
r.zadd('scores', {'Alice': 100, 'Bob': 200})

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zrem('scores', 'Bob', 'Dave')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zcard('scores')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zcount('scores', '(100', 200)

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zscore('scores', 'Bob')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zmscore('scores', ['Alice', 'Dave'])

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice')
r.zincrby('scores', 50, 'Alice')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zrank('scores', 'Charlie')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zrevrank('scores', 'Charlie')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zrange('scores', 0, -1, withscores=True)

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zrangestore('top', 'scores', 0, 1, desc=True)

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zrevrange('scores', 0, 1, withscores=True)

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zrangebyscore('scores', 150, '+inf')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zrevrangebyscore('scores', '+inf', 150)

r.flushall()
r.execute_command('ZADD', 'names', '0', 'Alice', '0', 'Bob', '0', 'Charlie')
r.zrangebylex('names', '[B', '+')

r.flushall()
r.execute_command('ZADD', 'names', '0', 'Alice', '0', 'Bob', '0', 'Charlie')
r.zrevrangebylex('names', '+', '[B')

r.flushall()
r.execute_command('ZADD', 'names', '0', 'Alice', '0', 'Bob', '0', 'Charlie')
r.zlexcount('names', '[B', '+')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zremrangebyrank('scores', 0, 0)

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zremrangebyscore('scores', '-inf', '(150')

r.flushall()
r.execute_command('ZADD', 'names', '0', 'Alice', '0', 'Bob', '0', 'Charlie')
r.zremrangebylex('names', '[B', '+')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zpopmin('scores')

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zpopmax('scores', 2)

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.bzpopmin(['nobody', 'scores'], timeout=1)

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.bzpopmax(['nobody', 'scores'], timeout=1)

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.zmpop(2, ['nobody', 'scores'], max=True, count=2)

r.flushall()
r.execute_command('ZADD', 'scores', '100', 'Alice', '200', 'Bob', '150', 'Charlie')
r.bzmpop(1, 2, ['nobody', 'scores'], max=True)

r.flushall()
r.execute_command('ZADD', 'monday', '10', 'Alice', '20', 'Bob')
r.execute_command('ZADD', 'tuesday', '5', 'Alice')
r.zinter(['monday', 'tuesday'], withscores=True)

r.flushall()
r.execute_command('ZADD', 'monday', '10', 'Alice', '20', 'Bob')
r.execute_command('ZADD', 'tuesday', '5', 'Alice')
r.zinterstore('both', ['monday', 'tuesday'])

r.flushall()
r.execute_command('ZADD', 'monday', '10', 'Alice', '20', 'Bob')
r.execute_command('ZADD', 'tuesday', '5', 'Alice')
r.zintercard(2, ['monday', 'tuesday'])

r.flushall()
r.execute_command('ZADD', 'monday', '10', 'Alice', '20', 'Bob')
r.execute_command('ZADD', 'tuesday', '5', 'Alice')
r.zunion(['monday', 'tuesday'], withscores=True)

r.flushall()
r.execute_command('ZADD', 'monday', '10', 'Alice', '20', 'Bob')
r.execute_command('ZADD', 'tuesday', '5', 'Alice')
r.zunionstore('week', ['monday', 'tuesday'])

r.flushall()
r.execute_command('ZADD', 'monday', '10', 'Alice', '20', 'Bob')
r.execute_command('ZADD', 'tuesday', '5', 'Alice')
r.zdiff(['monday', 'tuesday'], withscores=True)

r.flushall()
r.execute_command('ZADD', 'monday', '10', 'Alice', '20', 'Bob')
r.execute_command('ZADD', 'tuesday', '5', 'Alice')
r.zdiffstore('gone', ['monday', 'tuesday'])

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.delete('greeting')

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.unlink('greeting')

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.exists('greeting')

r.flushall()
r.execute_command('RPUSH', 'tasks', 'wash')
r.type('tasks')

r.flushall()
r.execute_command('SET', 'user:1000', 'Alice')
r.keys('user:*')

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.randomkey()

r.flushall()
r.execute_command('SET', 'draft', 'hello')
r.rename('draft', 'greeting')

r.flushall()
r.execute_command('SET', 'draft', 'hello')
r.renamenx('draft', 'greeting')

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.copy('greeting', 'backup')

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.move('greeting', 1)

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.touch('greeting')

r.flushall()
r.execute_command('SET', 'session', 'abc', 'EX', '60')
r.ttl('session')

r.flushall()
r.execute_command('SET', 'session', 'abc')
r.expire('session', 60)

r.flushall()
r.execute_command('SET', 'session', 'abc')
r.expireat('session', 33177117420)

r.flushall()
r.execute_command('SET', 'session', 'abc')
r.pexpire('session', 1500)

r.flushall()
r.execute_command('SET', 'session', 'abc')
r.pexpireat('session', 33177117420000)

r.flushall()
r.execute_command('SET', 'session', 'abc', 'EXAT', '33177117420')
r.expiretime('session')

r.flushall()
r.execute_command('SET', 'session', 'abc', 'PXAT', '33177117420000')
r.pexpiretime('session')

r.flushall()
r.execute_command('SET', 'session', 'abc', 'EX', '60')
r.persist('session')

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.dump('greeting')

r.flushall()
r.restore('greeting', 0, b'\x00\x05hello\x0c\x00\xa8\x04\xeb\xb6\x9f\x1e\xbeC')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email', 'make_thumbnail')
r.lmove('queue:tasks', 'queue:doing', 'LEFT', 'RIGHT')

r.flushall()
r.execute_command('RPUSH', 'queue:tasks', 'send_email')
r.blmove('queue:tasks', 'queue:doing', 5, src='LEFT', dest='RIGHT')

r.flushall()
pipe = r.pipeline()
pipe.watch('visits')

r.flushall()
pipe = r.pipeline()
pipe.watch('visits')
pipe.unwatch()

r.flushall()
r.execute_command('SET', 'user:1000', 'Alice')
r.scan(match='user:*', count=100)

r.flushall()
r.execute_command('SET', 'user:1000', 'Alice')
list(r.scan_iter(match='user:*'))

r.flushall()
r.execute_command('SADD', 'tags', 'red', 'blue')
r.sscan('tags')

r.flushall()
r.execute_command('SADD', 'tags', 'red', 'blue')
set(r.sscan_iter('tags'))

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'visits', '10')
r.hscan('user:1000')

r.flushall()
r.execute_command('HSET', 'user:1000', 'name', 'Alice', 'visits', '10')
dict(r.hscan_iter('user:1000'))

r.flushall()
r.execute_command('ZADD', 'scores', '10', 'Alice', '20', 'Bob')
r.zscan('scores')

r.flushall()
r.execute_command('ZADD', 'scores', '10', 'Alice', '20', 'Bob')
dict(r.zscan_iter('scores'))

r.flushall()
r.publish('news', 'hello')

r.flushall()
r.spublish('orders', 'hello')

r.flushall()
r.pubsub_channels()

r.flushall()
r.pubsub_shardchannels()

r.flushall()
r.pubsub_numpat()

r.flushall()
r.pubsub_numsub('news')

r.flushall()
r.pubsub_shardnumsub('orders')

r.flushall()
r.ping()

r.flushall()
r.echo('hello')

r.flushall()
r.execute_command('CLIENT', 'SETNAME', 'cashier')
r.client_getname()

r.flushall()
r.client_setname('cashier')

r.flushall()
r.client_setinfo('LIB-NAME', 'my-library')

r.flushall()
r.client_kill_filter(_id=999)

r.flushall()
r.client_unblock(999)

r.flushall()
r.client_no_evict('ON')

r.flushall()
r.client_no_touch('ON')

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.dbsize()

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.flushdb()

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.flushall()

r.flushall()
r.swapdb(0, 1)

r.flushall()
r.execute_command('SET', 'counter', '10')
r.object('encoding', 'counter')

r.flushall()
r.config_set('hash-max-listpack-entries', 4)

r.flushall()
r.config_resetstat()

r.flushall()
r.config_rewrite()

r.flushall()
r.command_list(pattern='xyz*')

r.flushall()
r.command_getkeys('MSET', 'a', 1, 'b', 2)

r.flushall()
r.command_getkeysandflags('LMOVE', 'a', 'b', 'LEFT', 'RIGHT')

r.flushall()
r.role()

r.flushall()
r.replicaof('NO', 'ONE')

r.flushall()
r.slaveof()

r.flushall()
r.execute_command('SET', 'greeting', 'hello')
r.wait(0, 100)

r.flushall()
r.waitaof(0, 0, 100)

r.flushall()
r.memory_purge()

r.flushall()
r.latency_history('command')

r.flushall()
r.latency_latest()

r.flushall()
r.latency_reset()

r.flushall()
r.slowlog_reset()

r.flushall()
r.geoadd('cities', (13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'))

r.flushall()
r.execute_command('GEOADD', 'cities', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania')
r.geodist('cities', 'Palermo', 'Catania', unit='km')

r.flushall()
r.execute_command('GEOADD', 'cities', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania')
r.geohash('cities', 'Palermo', 'Catania')

r.flushall()
r.execute_command('GEOADD', 'cities', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania')
r.geopos('cities', 'Palermo', 'Rome')

r.flushall()
r.execute_command('GEOADD', 'cities', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania')
r.georadius('cities', 15, 37, 200, unit='km', withdist=True)

r.flushall()
r.execute_command('GEOADD', 'cities', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania')
r.georadiusbymember('cities', 'Palermo', 200, unit='km')

r.flushall()
r.execute_command('GEOADD', 'cities', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania')
r.geosearch('cities', longitude=15, latitude=37, radius=200, unit='km', sort='ASC', withdist=True)

r.flushall()
r.execute_command('GEOADD', 'cities', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania')
r.geosearchstore('near', 'cities', member='Palermo', radius=200, unit='km')

r.flushall()
r.pfadd('visitors', 'alice', 'bob', 'carol')

r.flushall()
r.execute_command('PFADD', 'visitors', 'alice', 'bob', 'carol', 'alice')
r.pfcount('visitors')

r.flushall()
r.execute_command('PFADD', 'monday', 'alice', 'bob')
r.execute_command('PFADD', 'tuesday', 'bob', 'carol')
r.pfmerge('week', 'monday', 'tuesday')

r.flushall()
r.xadd('orders', {'item': 'tea', 'amount': 2}, id='5-1')

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.xlen('orders')

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.xdel('orders', '1-1')

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.xdelex('orders', '1-1', '9-9', ref_policy='DELREF')

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.execute_command('XADD', 'orders', '2-1', 'item', 'milk', 'amount', '1')
r.xtrim('orders', maxlen=1, approximate=False)

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.execute_command('XADD', 'orders', '2-1', 'item', 'milk', 'amount', '1')
r.xrange('orders', count=10)

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.execute_command('XADD', 'orders', '2-1', 'item', 'milk', 'amount', '1')
r.xrevrange('orders', count=1)

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.xread({'orders': '0'}, count=10)

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '0')
r.xreadgroup('kitchen', 'cook', {'orders': '>'}, count=1)

r.flushall()
r.xgroup_create('orders', 'kitchen', id='$', mkstream=True)

r.flushall()
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '$', 'MKSTREAM')
r.xgroup_setid('orders', 'kitchen', '0')

r.flushall()
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '$', 'MKSTREAM')
r.xgroup_destroy('orders', 'kitchen')

r.flushall()
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '$', 'MKSTREAM')
r.xgroup_createconsumer('orders', 'kitchen', 'cook')

r.flushall()
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '$', 'MKSTREAM')
r.execute_command('XGROUP', 'CREATECONSUMER', 'orders', 'kitchen', 'cook')
r.xgroup_delconsumer('orders', 'kitchen', 'cook')

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '0')
r.execute_command('XREADGROUP', 'GROUP', 'kitchen', 'cook', 'STREAMS', 'orders', '>')
r.xack('orders', 'kitchen', '1-1')

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '0')
r.execute_command('XREADGROUP', 'GROUP', 'kitchen', 'cook', 'STREAMS', 'orders', '>')
r.xackdel('orders', 'kitchen', '1-1', ref_policy='ACKED')

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '0')
r.execute_command('XREADGROUP', 'GROUP', 'kitchen', 'cook', 'STREAMS', 'orders', '>')
r.xpending('orders', 'kitchen')

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '0')
r.execute_command('XREADGROUP', 'GROUP', 'kitchen', 'cook', 'STREAMS', 'orders', '>')
r.xclaim('orders', 'kitchen', 'helper', 0, ['1-1'])

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '0')
r.execute_command('XREADGROUP', 'GROUP', 'kitchen', 'cook', 'STREAMS', 'orders', '>')
r.xautoclaim('orders', 'kitchen', 'helper', 0)

r.flushall()
r.execute_command('XADD', 'orders', '1-1', 'item', 'tea', 'amount', '2')
r.xinfo_stream('orders')

r.flushall()
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '$', 'MKSTREAM')
r.xinfo_groups('orders')

r.flushall()
r.execute_command('XGROUP', 'CREATE', 'orders', 'kitchen', '$', 'MKSTREAM')
r.xinfo_consumers('orders', 'kitchen')

r.flushall()
r.acl_dryrun('default', 'GET', 'greeting')

r.flushall()
r.acl_deluser('nobody')

r.flushall()
r.acl_getuser('default')

r.flushall()
r.acl_help()

r.flushall()
r.acl_list()

r.flushall()
r.acl_log(3)

r.flushall()
r.acl_load()

r.flushall()
r.acl_save()

r.flushall()
r.acl_setuser('reader', enabled=True, passwords=['+secret'], keys=['*'], categories=['+@read'])

r.flushall()
r.acl_users()

r.flushall()
r.acl_whoami()

r.flushall()
r.script_flush()

r.flushall()
r.function_flush()

r.flushall()
pipe = r.pipeline().set('visits', 10).incr('visits')
pipe.execute()

r.flushall()
def add_visit(pipe):
    visits = int(pipe.get('visits') or 0)
    pipe.multi()
    pipe.set('visits', visits + 1)

r.transaction(add_visit, 'visits')

r.flushall()
lock = r.lock('lock:report', timeout=30)
lock.acquire(blocking=False)
lock.release()

r.flushall()
subscriber = r.pubsub()
subscriber.subscribe('news')
subscriber.get_message(timeout=1)

r.flushall()
pipe = r.pipeline()
pipe.watch('visits')
pipe.multi()

r.flushall()
pipe = r.pipeline()
pipe.watch('visits')

r.flushall()
pipe = r.pipeline()
pipe.watch('visits')
pipe.unwatch()

r.flushall()
pipe = r.pipeline()
pipe.multi()
pipe.discard()

r.flushall()
pipe = r.pipeline().set('visits', 10).incr('visits')
pipe.execute()

r.flushall()
subscriber = r.pubsub()
subscriber.subscribe('news')

r.flushall()
subscriber = r.pubsub()
subscriber.psubscribe('news.*')

r.flushall()
subscriber = r.pubsub()
subscriber.ssubscribe('orders')

r.flushall()
subscriber = r.pubsub()
subscriber.subscribe('news')
subscriber.unsubscribe('news')

r.flushall()
subscriber = r.pubsub()
subscriber.psubscribe('news.*')
subscriber.punsubscribe('news.*')

r.flushall()
subscriber = r.pubsub()
subscriber.ssubscribe('orders')
subscriber.sunsubscribe('orders')

r.flushall()
r.ping()

r.flushall()
subscriber = r.pubsub(ignore_subscribe_messages=True)
subscriber.subscribe('news')
subscriber.get_message(timeout=1)

r.flushall()
subscriber = r.pubsub()
subscriber.subscribe('news')
next(subscriber.listen())

r.flushall()
lock = r.lock('lock:report', timeout=30)
lock.acquire(blocking=False)

r.flushall()
r.lock('lock:report').locked()

r.flushall()
r.lock('lock:report').owned()

r.flushall()
lock = r.lock('lock:report', timeout=30)
lock.acquire(blocking=False)
lock.release()

r.flushall()
lock = r.lock('lock:report', timeout=30)
lock.acquire(blocking=False)
lock.extend(10)
