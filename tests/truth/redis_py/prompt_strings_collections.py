s = 'Hello, World'
s.upper(), s.lower(), s.title(), s.swapcase(), s.casefold()
s.split(', '), s.split(), s.partition(','), s.rsplit('o', 1), 'a\nb\r\nc'.splitlines()
s.replace('World', 'Redis'), s.find('o'), s.rfind('o'), s.count('l'), s.index('W')
s.startswith('Hell'), s.endswith(('d', 'x')), s.isalpha(), '12'.isdigit(), 'ab1'.isalnum(), ' '.isspace()
'  pad '.strip(), 'xxaxx'.strip('x'), 'a'.ljust(3, '.'), 'a'.rjust(3), 'a'.center(5, '*'), '7'.zfill(3)
'-'.join(['a', 'b']), 'abc'.translate(str.maketrans('ab', 'xy')), 'prefix-x'.removeprefix('prefix-'), 'x.py'.removesuffix('.py')
'a\tb'.expandtabs(4), 'ß'.upper(), 'İ'.lower(), 'ñ'.encode(), '☕'.encode('utf-16'), 'abc'.encode('utf-8').hex()
'user:{id}:name'.format(id=5), 'user:%s' % 5, f'user:{5}', '{:>10}|{:<10}|{:^10}'.format('a', 'b', 'c'), '{:08.3f}'.format(3.14159)
'{:,}'.format(1234567), '{:_}'.format(1234567), '{:e}'.format(12345.678), '{:g}'.format(0.00001), '{:+d} {:+d}'.format(1, -1), '{:b} {:o} {:x} {:X}'.format(10, 10, 255, 255)
b'a,b'.split(b','), b'abc'.decode(), b'abc'[0], b'abc'[0:1], bytes.fromhex('00ff'), b'%d' % 5, b'a' in b'abc', b'-'.join([b'a', b'b']), int(b'5'), float(b'2.5')
bytearray(b'abc').upper(), list(b'ab'), b'abc' == 'abc', b'A'.lower(), b' x '.strip()
l = [3, 1, 2]
l.append(4); l.extend([5]); l.insert(0, 0); l
l.sort(); l
l.pop(), l.pop(0), l.remove(3), l.index(2), l.count(1), l
l.reverse(); l
l.copy(), l * 2, l + [9], l[::-1], l[1:], 2 in l, len(l)
l[0] = 'x'; l[1:2] = ['y', 'z']; l
del l[0]; l
l.clear(); l
d = {'a': 1, 'b': 2}
d['c'] = 3; d
d.keys(), d.values(), d.items()
d.get('z'), d.get('z', 0), d.setdefault('z', 9), d.pop('z'), 'a' in d
d.update(b=20, e=5); d
d.popitem(), len(d), list(d), list(reversed(d)), dict.fromkeys('ab', 0)
{v: k for k, v in d.items()}, sorted(d, key=d.get, reverse=True), max(d, key=d.get)
d | {'a': 100}, d == {'c': 3, 'b': 20, 'a': 1}
for k, v in d.items(): print(k, v)
a, b = {1, 2, 3}, {3, 4}
a & b, a - b, b - a, a ^ {1, 2}, a <= {1, 2, 3, 4}, a.isdisjoint({9})
sorted(a | b), a.issubset(b), {1} < a
a.add(5); a.discard(1); a.remove(2); sorted(a)
len({1, 1, 1}), frozenset([1]) == {1}
t = (1, 2, 2)
t.count(2), t.index(2), t + (3,), t * 2, t[-1], len(t)
(1, 2) < (1, 3), [1, 2] < [1], 'a' < 'b', (1,) == (1.0,)
import copy
nested = [[1], [2]]
shallow, deep = copy.copy(nested), copy.deepcopy(nested)
nested[0].append(9)
shallow, deep
import string
string.ascii_lowercase, string.digits, string.hexdigits, string.punctuation
string.capwords('hello big world'), string.Template('$who has $$5').substitute(who='Al'), string.Template('$x').safe_substitute()
string.Template('$x').substitute()
import textwrap
textwrap.fill('The quick brown fox jumps over the lazy dog', 20)
print(textwrap.dedent('''
    a
      b
'''))
textwrap.shorten('Hello world again', 12), textwrap.indent('a\nb', '> '), textwrap.wrap('aaa bbb ccc', 7)
import re
re.match(r'(\w+):(\d+)', 'user:1000').groups()
re.search(r'\d+', 'abc123').group(), re.findall(r'[a-z]+', 'ab1cd2'), re.sub(r'\d', '#', 'a1b2'), re.split(r'[,;]\s*', 'a, b;c')
re.match('x', 'y')
m = re.search(r'(?P<kind>\w+):(?P<id>\d+)', 'key user:42 x')
m
m.groupdict(), m['id'], m.span(), m.start('id'), m.string
re.compile(r'^a', re.I | re.M)
[x.group() for x in re.finditer(r'\w', 'a b')], re.sub(r'(\w)(\d)', r'\2\1', 'a1 b2'), re.sub('a', lambda m: m.group().upper(), 'banana'), re.subn('a', 'x', 'banana')
re.escape('a.b*c'), bool(re.fullmatch('a+', 'aaa')), re.match(rb'\w+', b'bytes').group(), re.split('(-)', 'a-b')
re.compile('(')
re.sub(r'(?<=a)b', 'X', 'ab cb'), re.findall(r'(?i)A', 'aA'), re.findall(r'(a)(b)?', 'aab')
from collections import Counter, defaultdict, OrderedDict, deque, namedtuple, ChainMap
Counter('mississippi'), Counter('abca').most_common(1), Counter(a=3) - Counter(a=1), Counter(a=1) + Counter(a=2, b=1), Counter()['x']
dd = defaultdict(list); dd['a'].append(1); dd
dd['missing'], dd, defaultdict(int)['n']
OrderedDict(a=1, b=2)
od = OrderedDict(a=1, b=2); od.move_to_end('a'); list(od), od.popitem(last=False)
q = deque([1, 2, 3], maxlen=3); q.append(4); q.appendleft(0); q
q.rotate(1); q, q.pop(), q.popleft(), len(q)
deque([]).pop()
P = namedtuple('P', 'x y', defaults=[0])
P(1), P(1, 2)._asdict(), P(1, 2)._replace(x=9), P._fields, P(3, 4).x, P(1) == (1, 0)
ChainMap({'a': 1}, {'a': 2, 'b': 3})['b'], dict(ChainMap({'a': 1}, {'a': 2, 'b': 3}))
