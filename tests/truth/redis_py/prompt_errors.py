undefined_name
prin('x')
1 / 0
1 // 0
1 % 0
1.0 / 0
[][0]
[1, 2, 3][10]
(1,)[5]
{}['missing']
{'a': 1}['b']
{1, 2}[0]
'a' + 1
1 + 'a'
b'a' + 'a'
'abc'.nope
None.upper()
int('x')
int('1.5')
float('abc')
int(None)
len(5)
'a'.encode('ascii').decode(5)
b'\xff'.decode()
'é'.encode('ascii')
chr(-1)
[].pop()
{}.popitem()
set().pop()
{}.pop('k')
[1].remove(2)
[1].index(2)
'abc'.index('z')
next(iter([]))
import nosuchmodule
from json import nope
from collections import OrderedDict, Nope
raise ValueError
raise ValueError('a message')
raise ValueError('two', 'args')
raise KeyError('k')
raise Exception('x') from ValueError('cause')
assert False
assert 1 == 2, 'not equal'
def f(a, b=2, *, c): return a
f()
f(1)
f(1, 2, 3, c=4)
f(1, c=2, d=3)
f(1, c=2)
f(1, a=1, c=2)
5()
'a'()
a, b = 1, 2, 3
a, b = [1]
a, b = 5
for x in 5: pass
[1, 2, 3].append(1, 2)
sorted([1, 'a'])
1 < 'a'
{[]: 1}
{{}: 1}
hash([])
class A:
    def m(self): return self.missing
A().m()
A().other
A(1)
A.m()
object().x = 1
def g(n): return g(n + 1)
try:
    g(0)
except RecursionError as e:
    print(type(e).__name__)
try:
    1 / 0
except ZeroDivisionError:
    'caught'
else:
    'not here'
finally:
    'finally'
try:
    try:
        1 / 0
    except ZeroDivisionError as e:
        raise RuntimeError('second') from e
except RuntimeError as e:
    print(repr(e), repr(e.__cause__), repr(e.__context__))
try:
    raise ValueError('v')
except (KeyError, ValueError) as e:
    e.args, str(e), repr(e)
e
try:
    int('x')
except TypeError:
    'wrong'
def cleanup():
    try:
        return 'try'
    finally:
        print('cleaning')
cleanup()
class MyError(Exception):
    pass
raise MyError('mine')
class Coded(Exception):
    def __init__(self, code):
        super().__init__(f'code {code}')
        self.code = code
try:
    raise Coded(7)
except Coded as e:
    e.code, str(e)
raise Coded(8)
try:
    raise ExceptionGroup('many', [ValueError('a'), TypeError('b')])
except* ValueError as group:
    print('values', group.exceptions)
except* TypeError as group:
    print('types', group.exceptions)
err = ValueError('noted')
err.add_note('a note')
err.__notes__
raise err
raise 'text'
raise 5
eval('1 +')
eval('1 + 1')
exec('z = 5')
z
compile('a b', 'x', 'exec')
eval('(')
exec('  indented')
exec('if x\n  pass')
int.x = 5
import redis
try:
    r.set('k', 'v'); r.lpush('k', 1)
except redis.ResponseError as e:
    type(e), e.args, str(e)
issubclass(redis.ResponseError, redis.RedisError), issubclass(redis.DataError, redis.RedisError), issubclass(redis.TimeoutError, redis.RedisError)
redis.exceptions.ResponseError('x')
raise redis.exceptions.WatchError('Watched variable changed.')
del nothing_here
global_name = [i for i in range(3)]; i
max([])
min()
round('a')
sum(['a', 'b'])
''.join([1, 2])
'%d' % 'a'
'%s %s' % ('a',)
'{} {}'.format(1)
'{a}'.format(b=1)
f'{1:q}'
open('/etc/passwd') if False else 'not opened'
iter(5)
range(1, 2, 0)
bytes(-1)
bytes([300])
divmod(1, 0)
2 ** -1 ** 0.5
(-1) ** 0.5
0 ** -1
'x' * -1
'x' * 'y'
[1] * 1.5
import sys
sys.exit(3)
'never reached'
