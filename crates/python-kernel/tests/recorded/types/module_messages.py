import base64, zlib, binascii
from collections import deque
base64.b64decode('a')
base64.b64decode('abc')
base64.b64decode('YQ=='), base64.b64decode(b'YWJj')
zlib.decompress(b'xx')
zlib.decompress(zlib.compress(b'abc'))
deque([1, 2]).remove(5)
deque().remove('x')
d = deque([1, 2, 1]); d.remove(1); d, type(iter(d)).__module__
zlib.decompress(b'')
b'abc'.rindex(5)
'a' + deque()
next(deque())
deque([1, 2])[0:1]
