# The JSON blob against the hash.
import json
user_data = {'name': 'Alice', 'email': 'alice@example.com', 'visits': 10}
json.dumps(user_data)
r.set('user:1000', json.dumps(user_data))
r.get('user:1000')
u = json.loads(r.get('user:1000'))
u
u['visits'] += 1
r.set('user:1000', u)
r.set('user:1000', json.dumps(u))
json.loads(r.get('user:1000'))['visits']
r.strlen('user:1000')
r.hset('user:1000', mapping={'name': 'Alice', 'email': 'alice@example.com', 'visits': 10})
r.hincrby('user:1000', 'visits', 1)
print(r.hgetall('user:1000'))
r.type('user:1000')
r.rename('user:1000', 'user:1000:json')
r.hset('user:1000', mapping={'name': 'Alice', 'email': 'alice@example.com', 'visits': 10})
r.hincrby('user:1000', 'visits', 1)
print(r.hgetall('user:1000'))
r.get('user:1000')
r.delete('user:1000:json')
json.loads('{bad json}')
json.loads(r.get('missing'))
json.loads('')
try:
    json.loads(b'{"a": ')
except json.JSONDecodeError as e:
    print(type(e).__name__, e.lineno, e.colno, e.pos)
json.dumps({'when': __import__('datetime').date(2024, 1, 2)})
json.dumps({'a': {1, 2}})
json.dumps({'b': b'bytes'})
json.dumps([1, 2.5, None, True, 'é'], ensure_ascii=False)
json.dumps([1, 2.5, None, True, 'é'])
print(json.dumps(user_data, indent=2, sort_keys=True))
# two clients lose an update
a = json.dumps({'visits': 10})
r.set('blob', a)
one = json.loads(r.get('blob'))
two = json.loads(r.get('blob'))
one['visits'] += 1
two['visits'] += 1
r.set('blob', json.dumps(one))
r.set('blob', json.dumps(two))
json.loads(r.get('blob'))
r.hset('h', 'visits', 10)
r.hincrby('h', 'visits')
r.hincrby('h', 'visits')
r.hget('h', 'visits')
{k.decode(): v.decode() for k, v in r.hgetall('user:1000').items()}
{k.decode(): int(v) if v.isdigit() else v.decode() for k, v in r.hgetall('user:1000').items()}
