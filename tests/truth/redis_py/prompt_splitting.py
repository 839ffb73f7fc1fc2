# How a paste is split: comments, blank lines, several statements on a line, decorators, strings over lines.
x = 1; y = 2; x + y
if x: print('one line')

for i in range(2): print(i); print(-i)
def f():

    a = 1

    return a

f()
class A:
    '''Doc.

    More.
    '''

    x = 1
    def g(self): return 'g'

A().g()
text = '''line one
  line two

line four'''
text
print(text)
data = {
    'a': [1,
          2],

    'b': (3,
          4),
}
data
long = 1 + \
    2
long
if x == 2:
    'no'
elif x == 1:
    'elif'
else:
    'else'
try:
    raise ValueError(1)
except ValueError: 'caught'
else: 'else'
finally: 'finally'
for i in []: pass
else: 'for-else'
while x < 3:
    x += 1
    if x == 2: continue
    x
else:
    'while-else'
with __import__('contextlib').suppress(Exception): raise Exception
match x:
    case 3: 'three'
    case _: 'other'
r.set('a', 1); r.get('a'); r.incr('a')
[r.get(k) for k in ('a', 'b')]
for k in ('a', 'b'):
    r.get(k)
if r.exists('a'):
    r.get('a')
print(r.get('a')); r.get('a')
r.get('a') or b'0'
_ = r.get('a')
_
assert r.get('a') == b'2'
not r.exists('b')
v = r.incr('a')
v
r.get('a').decode() if r.get('a') else None
print(f"{r.get('a')!r} {int(r.get('a')):03d}")
def load(): return r.get('a')
load()
load
async def later(): return 1
del x
x
import json, time as t, collections.abc
from math import (pi,
                  e)
pi
from math import *
floor(2.5)
global g2
g2 = 5
g2
type(r.get('a')), type(r.smembers('n')), type(r.hgetall('n')), type(r.lrange('n', 0, 1))
