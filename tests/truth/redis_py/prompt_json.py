import json
json.dumps({}), json.dumps([]), json.dumps(None), json.dumps('a"b\\c\n'), json.dumps('☕'), json.dumps(1.0), json.dumps(1e100), json.dumps(10**20)
json.dumps({'a': 1, 'b': [True, None, 2.5]}), json.dumps((1, 2)), json.dumps({1: 'a', None: 'b', True: 'c', 2.5: 'd'})
json.dumps({'b': 1, 'a': 2}, sort_keys=True), json.dumps([1, 2], separators=(',', ':')), json.dumps({'a': 'é'}, ensure_ascii=False)
print(json.dumps({'a': [1, {'b': 2}], 'e': [], 'f': {}}, indent=4))
json.dumps(float('inf')), json.dumps(float('nan'))
json.dumps(float('inf'), allow_nan=False)
json.dumps({(1, 2): 3})
json.dumps({(1, 2): 3}, skipkeys=True)
json.dumps(object())
json.dumps({1, 2}, default=sorted), json.dumps(b'x', default=lambda o: o.decode())
json.loads('{"a": [1, 2.0, true, null, "x\\u00e9"]}'), json.loads(b'[1]'), json.loads('"s"'), json.loads(' 1 '), json.loads('1e5'), json.loads('-0'), json.loads('NaN')
json.loads('{"a": 1, "a": 2}'), json.loads('{"n": 1}', object_hook=lambda d: sorted(d.items())), json.loads('1.1', parse_float=str)
json.loads('{"a": }')
json.loads("{'a': 1}")
json.loads('[1, 2')
json.loads('[1] x')
json.loads('nope')
json.loads(None)
json.loads(5)
try:
    json.loads('{"a": 1,}')
except ValueError as e:
    type(e).__name__, e.msg, e.pos, e.lineno, e.colno
class Encoder(json.JSONEncoder):
    def default(self, o):
        return {'set': sorted(o)} if isinstance(o, set) else super().default(o)
json.dumps({'tags': {2, 1}}, cls=Encoder)
json.dumps(object(), cls=Encoder)
list(json.JSONEncoder().iterencode([1, {'a': 2}]))
json.JSONDecoder().raw_decode('[1] rest')
cyclic = []; cyclic.append(cyclic)
json.dumps(cyclic)
import io
buf = io.StringIO(); json.dump({'k': 'v'}, buf); buf.getvalue()
json.load(io.StringIO('{"k": 1}'))
r.set('cfg', json.dumps({'debug': True, 'levels': [1, 2]}))
json.loads(r.get('cfg'))['levels'][-1]
r.lpush('events', *[json.dumps({'id': i}) for i in range(3)])
[json.loads(e)['id'] for e in r.lrange('events', 0, -1)]
r.hset('obj', mapping={k: json.dumps(v) for k, v in {'a': 1, 'b': [1, 2], 'c': None}.items()})
{k.decode(): json.loads(v) for k, v in r.hgetall('obj').items()}
