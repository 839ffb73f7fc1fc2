import json
import redis
r = redis.Redis(host='localhost', port=6379, db=0)

calls = 0

def slow_lookup(user_id):
    """Stands for a database."""
    global calls
    calls += 1
    return {'id': user_id, 'name': f'User {user_id}'}

def get_user(user_id, ttl=300):
    key = f'cache:user:{user_id}'
    cached = r.get(key)
    if cached is not None:
        print('hit', key)
        return json.loads(cached)
    print('miss', key)
    user = slow_lookup(user_id)
    r.set(key, json.dumps(user), ex=ttl)
    return user

get_user(1)
get_user(1)
calls
r.ttl('cache:user:1')
r.delete('cache:user:1')
get_user(1)['name']
calls

def cached(ttl):
    def decorate(function):
        def wrapper(*args):
            key = f'{function.__name__}:{":".join(map(str, args))}'
            if (hit := r.get(key)) is not None:
                return json.loads(hit)
            value = function(*args)
            r.setex(key, ttl, json.dumps(value))
            return value
        return wrapper
    return decorate

@cached(ttl=60)
def add(a, b):
    print('adding')
    return a + b

add(1, 2)
add(1, 2)
sorted(r.keys('add:*'))

class Session:
    def __init__(self, client, sid):
        self.client, self.key = client, f'session:{sid}'
    def __setitem__(self, field, value):
        self.client.hset(self.key, field, value)
        self.client.expire(self.key, 1800)
    def __getitem__(self, field):
        value = self.client.hget(self.key, field)
        if value is None:
            raise KeyError(field)
        return value.decode()
    def __len__(self):
        return self.client.hlen(self.key)

s = Session(r, 'abc')
s['user'] = 'alice'
s['cart'] = 3
s['user'], s['cart'], len(s)
s['nothing']
r.ttl(s.key)
r.hgetall(s.key)
for k in sorted(r.scan_iter('*', count=100)):
    print(k.decode(), r.type(k).decode(), r.ttl(k))
