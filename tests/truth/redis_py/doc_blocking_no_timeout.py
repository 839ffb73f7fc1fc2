import redis
waiting = redis.Redis(socket_timeout=None)
waiting.blpop('queue:tasks', timeout=6)
waiting.rpush('queue:tasks', 'task1')
waiting.blpop('queue:tasks', timeout=10)
