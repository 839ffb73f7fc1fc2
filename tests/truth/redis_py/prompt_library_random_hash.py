import random
random.seed(42)
random.random(), random.randint(1, 6), random.choice('abc'), random.uniform(0, 1), random.randrange(10)
random.sample(range(100), 5), random.choices([1, 2, 3], k=4), random.choices('ab', weights=[1, 9], k=5), random.getrandbits(32), random.gauss(0, 1)
x = list(range(8)); random.shuffle(x); x
random.seed('text'); random.random()
rng = random.Random(7); rng.random(), rng.randint(1, 100), rng.expovariate(1), rng.betavariate(1, 2), rng.triangular(0, 1)
rng.randbytes(4)
random.choice([])
random.sample([1], 2)
random.randint(5, 1)
random.seed(1); [random.randint(0, 9) for _ in range(10)]
state = random.getstate(); a = random.random(); random.setstate(state); a == random.random()
import hashlib
hashlib.md5(b'abc').hexdigest(), hashlib.sha1(b'abc').hexdigest(), hashlib.sha256('é'.encode()).hexdigest(), hashlib.sha512(b'').hexdigest()[:16], hashlib.blake2b(b'x').hexdigest()[:8], hashlib.sha3_256(b'').hexdigest()[:8]
h = hashlib.sha256(); h.update(b'a'); h.update(b'bc'); h.hexdigest(), h.digest_size, h.name
hashlib.sha256('text')
hashlib.new('sha256', b'abc').hexdigest()[:8]
hashlib.new('nope')
import base64
base64.b64encode(b'hello'), base64.b64decode('aGVsbG8='), base64.urlsafe_b64encode(b'\xff\xfe'), base64.b32encode(b'a'), base64.b16encode(b'a'), base64.b85encode(b'abc')
base64.b64decode('a')
import uuid
uuid.uuid5(uuid.NAMESPACE_DNS, 'redis.io'), uuid.uuid3(uuid.NAMESPACE_URL, 'x'), uuid.UUID(int=5), str(uuid.UUID('12345678123456781234567812345678')), uuid.UUID(int=5).hex, uuid.UUID(int=1) < uuid.UUID(int=2)
len(str(uuid.uuid4())), uuid.uuid4().version, uuid.uuid4() != uuid.uuid4(), len(uuid.uuid1().bytes)
uuid.UUID('nope')
r.set('id', str(uuid.uuid5(uuid.NAMESPACE_DNS, 'x')))
uuid.UUID(r.get('id').decode())
r.set('id', uuid.UUID(int=5))
import secrets
len(secrets.token_hex(8)), len(secrets.token_bytes(4)), secrets.choice([5]), secrets.compare_digest('a', 'a'), len(secrets.token_urlsafe(16)) > 16, 0 <= secrets.randbelow(10) < 10
import hmac
hmac.new(b'key', b'msg', 'sha256').hexdigest(), hmac.compare_digest(b'a', b'b')
import zlib, binascii
zlib.crc32(b'hello'), zlib.decompress(zlib.compress(b'x' * 100)) == b'x' * 100, binascii.hexlify(b'ab'), binascii.unhexlify('6162'), zlib.adler32(b'a')
binascii.unhexlify('6')
import pickle
pickle.loads(pickle.dumps({'a': [1, (2, 3)], 'b': {4}, 'c': b'x', 'd': None})), type(pickle.dumps(1)).__name__
r.set('pickled', pickle.dumps({'x': 1}))
pickle.loads(r.get('pickled'))
pickle.loads(b'junk')
pickle.dumps(lambda: 0)
pickle.loads(b'')
import copyreg, html, urllib.parse
html.escape('<a & "b">'), html.unescape('&lt;&eacute;'), urllib.parse.quote('a b/é'), urllib.parse.unquote('a%20b'), urllib.parse.urlencode({'a': 1, 'b': 'x y'}), urllib.parse.parse_qs('a=1&a=2'), urllib.parse.urlparse('redis://localhost:6379/0').port
urllib.parse.urlparse('redis://:pw@host:6380/2?x=1')
