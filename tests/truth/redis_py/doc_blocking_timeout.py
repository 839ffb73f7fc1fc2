# The client's own socket timeout of five seconds cuts a longer wait short, again and again, for about a minute.
r.blpop('queue:tasks', timeout=10)
r.rpush('queue:tasks', 'task1')
r.blpop('queue:tasks', timeout=10)
