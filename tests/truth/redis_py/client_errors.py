r.execute_command('NOSUCH', 'a')
r.execute_command('GET')
r.execute_command('get', 'a', 'b')
r.execute_command()
r.execute_command('SET', 'a', 'x')
r.execute_command('set', 'a', 'x')
r.execute_command(b'SET', 'a', 'x')
r.execute_command('hset', 'h', 'f', 'v')
r.execute_command('hgetall', 'h')
r.execute_command('HGETALL', 'h')
r.execute_command('CONFIG GET', 'maxmemory')
r.execute_command('CONFIG', 'GET', 'maxmemory')
r.execute_command('config get', 'maxmemory')
r.execute_command('OBJECT ENCODING', 'a')
r.execute_command('EXISTS', 'a', 'h')
r.execute_command('sismember', 's', 'a')
r.execute_command('SMEMBERS', 's')
r.execute_command('ZRANGE', 'z', 0, -1, 'WITHSCORES')
r.execute_command('SET', 'a', 1.5)
r.execute_command('SET', 'a', True)
r.execute_command('SET', 'a', None)
r.execute_command('SET', 'a', object)
r.execute_command('SET', 'a', bytearray(b'ba'))
r.execute_command('SET', 'a', memoryview(b'mv'))
r.get('a')
class Word(str): pass
class Number(int): pass
r.set(Word('w'), Number(5))
r.get('w')
r.set('e', float('inf'))
r.get('e')
r.set('e', 1e22)
r.get('e')
r.set('ü', 'ö')
r.get('ü')
r.execute_command('MULTI')
r.execute_command('SET', 'a', 1)
r.execute_command('LPUSH', 'a', 1)
r.execute_command('EXEC')
r.execute_command('EXEC')
r.execute_command('DISCARD')
r.incr('h')
r.eval_ro
e = None
try:
    r.lpush('a', 1)
except redis.ResponseError as error:
    e = error
e.args, str(e), repr(e), e.status_code
type(e).__mro__
e.error_type.value
try:
    r.execute_command('GET')
except redis.RedisError as error:
    print(repr(error), error.args, error.status_code)
redis.exceptions.LockError('x', 'y').lock_name
redis.exceptions.LockError.__mro__
redis.exceptions.LockNotOwnedError.__mro__
redis.WatchError.__mro__
redis.DataError.__mro__
redis.exceptions.AuthenticationError.__mro__
redis.exceptions.BusyLoadingError.__mro__
redis.exceptions.NoPermissionError.__mro__
redis.exceptions.ClusterDownError.__mro__
redis.exceptions.MovedError('1 host:2').node_addr
redis.exceptions.MaxConnectionsError.__mro__
sorted(n for n in vars(redis.exceptions) if n.endswith('Error') and n in dir(redis))
issubclass(redis.TimeoutError, TimeoutError), issubclass(redis.ConnectionError, ConnectionError)
repr(redis.TimeoutError('x')), repr(redis.DataError('x')), repr(redis.AuthenticationError('x'))
redis.__version__, redis.VERSION
redis.int_or_str('5'), redis.int_or_str('b1')
redis.StrictRedis is redis.Redis
redis.Subscription('a', None)
redis.default_backoff().__class__
r.select(1)
r.dbsize()
r.select(0)
r.select(99)
r.echo('hi')
r.echo(b'\xff')
r.ping()
r.ping('x')
r.command_info()
r.command_docs('get')
r.memory_doctor()
r.hello()
r.failover()
r.latency_histogram()
r.debug_segfault()
r.script_debug()
r.script_flush('NOW')
r.script_flush()
r.client_kill_filter()
r.client_kill_filter(_type='nobody')
r.client_kill_filter(skipme='no')
r.client_list(_type='nobody')
r.client_list(client_id=5)
r.client_reply('MAYBE')
r.client_pause('x')
r.client_tracking_on(prefix=['a'])
r.migrate('h', 1, [], 0, 1)
r.shutdown(save=True, nosave=True)
r.publish('ch')
r.nosuchmethod()
r.set_response_callback('GET', lambda reply: reply and reply.decode().upper())
r.set('low', 'abc')
r.get('low')
r.response_callbacks['get'] = bytes.decode
r.get('low')
'GET' in r.response_callbacks, 'get' in r.response_callbacks, 'NOSUCH' in r.response_callbacks
r.load_external_module('shout', lambda: 'hey')
r.shout()
