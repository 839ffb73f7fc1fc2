import warnings
def told(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            call()
        except Exception as error:
            print(type(error).__name__, error)
    return [(w.category.__name__, str(w.message)) for w in caught]
told(lambda: r.set('a', 1))
told(lambda: r.setex('a', 10, 1))
told(lambda: r.hmset('h', {'a': 1}))
told(lambda: r.hmset('h', {}))
told(lambda: r.watch('a'))
told(lambda: r.unwatch())
told(lambda: r.set('a', 1, ifeq='1'))
told(lambda: r.set('a', 1, nx=True, ifne='1'))
told(lambda: r.delex('a', ifeq=1, ifne=2))
told(lambda: r.digest_local('a'))
told(lambda: r.himport_set('a', 'b', 'c'))
told(lambda: r.pipeline().setex('a', 10, 1))
told(lambda: redis.Redis(retry_on_timeout=True))
told(lambda: redis.Redis(lib_name='x'))
told(lambda: redis.Redis(lib_version='x'))
told(lambda: redis.ConnectionPool().get_connection('GET'))
told(lambda: redis.ConnectionPool().get_connection())
told(lambda: r.getset('a', 2))
told(lambda: r.psetex('a', 1000, 1))
told(lambda: r.rpoplpush('a1', 'b1'))
told(lambda: r.substr('a', 0))
told(lambda: r.zrangebyscore('z', 0, 1))
