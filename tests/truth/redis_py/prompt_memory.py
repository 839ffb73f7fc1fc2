'a'*10**15
[0]*10**14
10**14 * [0]
bytearray(10**15)
(1,)*10**14
b'x'*10**15
bytes(10**15)
bytearray(b'a') * 10**15
x = [1, 2]
x *= 10**14
x *= 2
x
'ab' * 3, b'ab' * 2, (1,) * 2, [0] * -1, '' * 10**15, [] * 10**15, 0 << 10**15, 1 << 3, True << 1, -1 << 2, 1 << -1
bytes(3), bytearray(2), bytes([1, 2]), bytes('a', 'utf8'), bytearray(b'x'), bytes(), bytearray('é', 'utf8'), bytes(-1)
class L(list): pass

L([1]) * 2, type(L([1]) * 2)
class S(str):
    def __mul__(self, n): return 'own'

S('a') * 10**15
'a' * 'b'
try:
    'a' * 10**15
except MemoryError as e:
    print(repr(e))

