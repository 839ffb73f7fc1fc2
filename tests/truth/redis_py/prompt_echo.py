1
-1
1_000_000
2 ** 100
0x1f, 0b101, 0o17
3.0
1e100
1e16
0.1 + 0.2
1/3
-0.0
float('inf'), float('nan')
3 + 4j
True
None
...
'plain'
"it's"
'say "hi"'
'both \' and "'
'tab\tnew\nline\\'
'é ☕ \u200b \x00'
b'bytes \x00 \xff \n "q" \''
bytearray(b'ab')
memoryview(b'ab').tobytes()
()
(1,)
(1, 'a', b'a')
[]
[1, [2, [3]]]
{}
{'a': 1, 'b': [1, 2], 3: None}
set()
{1}
frozenset()
frozenset({1})
range(5)
range(0, 10, 2)
slice(1, 2)
int
str
type(1)
type(None)
type(type)
len
print
NotImplemented
Ellipsis
print('x')
print(None)
print()
print(1, 'a', b'b', [1], sep='-', end='!\n')
print('no newline', end='')
print('a\nb')
x = 5
x
_
_ + 1
_
x = 6; x; x + 1
_
'text'
_.upper()
_
None
_
if True: 'inside if'
for i in range(3): i
for i in range(3):
    i * 2
    None
    str(i)
while x > 4:
    x -= 1
    x
def f():
    'docstring, not echoed'
    5
    return 6
f()
f
(lambda: 8)()
a = b = c = 1
a, b = 2, 3
a, b
a, *rest = range(5)
rest
a += 10
a
del a
a
x: int = 3
x
y: str
[i for i in range(3)]
(i for i in range(3)).__class__
{i: i * i for i in range(3)}
{i % 2 for i in range(5)}
print([print(i) for i in range(2)])
1 if x else 2
not x
x == 3 and 'yes'
x != 3 or 'no'
1 < x < 5
x is not None
'a' in 'abc'
'abc'[::-1]
'abc'[1]
'abc'[-1:]
'-' * 20
'%s is %d years, %.2f%%' % ('Al', 3, 1.5)
'{} {name!r:>8} {0}'.format(1, name='n')
f'{x=} {x!r} {x:04d} {x:>5}|{x:<5}|{x:^5}|{1e6:,.2f} {255:#x} {0.5:.0%}'
f'{"nested " + f"{x}"} {{braces}}'
"concat" 'enated'
'''triple
quoted'''
r'raw\n'
(
    1 +
    2
)
[
    'a',
    'b',
]
1; 2; 3
pass
lambda: 0 if False else 1
(y := 10)
y
print(y := 11)
divmod(7, 2), abs(-3), round(2.5), round(2.567, 2), pow(2, 10), pow(2, -1), pow(3, 4, 5)
sum([1, 2]), min(3, 1), max('b', 'a'), sorted([3, 1, 2], reverse=True), list(reversed([1, 2]))
list(zip([1, 2], 'ab')), list(enumerate('ab', 1)), list(map(str, [1, 2])), list(filter(None, [0, 1]))
any([0, 1]), all([]), bool([]), bool('0')
int('12'), int('ff', 16), int(3.9), float('1.5'), str(1.0), repr('a'), bytes(3), bytes([65]), bytes('é', 'utf-8'), chr(9731), ord('a'), hex(255), bin(5), oct(8)
list('abc'), tuple('ab'), dict(a=1, b=2), dict([('a', 1)])
isinstance(1, int), issubclass(bool, int), callable(len), hasattr('', 'upper'), getattr('a', 'upper')()
hash(1), id(None) == id(None)
