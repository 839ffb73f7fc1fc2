round(2.675, 2), round(1.005, 2), round(0.35, 1), round(0.125, 2), round(2.5), round(3.5), round(-2.5), round(-0.4), round(-0.4, 0), round(1e300, 2), round(5e-324, 300), round(1e22, 3), round(1.0, 400), round(123.456, -1), round(155.0, -1), round(5.0, -1), round(15.0, -1), round(25.0, -1), round(1234.5678, -2), round(1e308, -308), round(1e15 + 0.3, 1), round(2.5, None), type(round(2.0)), type(round(2.0, 0))
round(float('nan'))
round(float('inf'))
round(1.7976931348623157e308, -308)
round(1.5, 'x')
-5.5 % 2, 5.5 % -2, 5 // 0.3, -5 // 0.3, 0.0 % -1, -0.0 // 1, divmod(-7.5, 2), divmod(5, -0.3), 1e20 // 3, 5.0 // float('inf'), -5.0 % float('inf'), 3 % 1.5, divmod(True, 0.3)
1.0 / 0
1.5 // 0
1.0 % 0
divmod(1.0, 0)
0.0 ** 0, 2.0 ** -1074, (-2.0) ** 3, (-8.0) ** (1 / 3), float('nan') ** 0, 1.0 ** float('nan'), 0.0 ** float('-inf'), (-1.0) ** float('inf'), float('-inf') ** 3, -0.0 ** 3, 2 ** 0.5, 0.5 ** 1075
0.0 ** -1
2.0 ** 10000
pow(2.0, 3, 5)
repr(1e15 + 0.25), repr(0.1 + 0.2), repr(1e16), repr(123456789012345678.0), repr(1e-5), repr(5e-324), repr(-0.0), 1e22, 1e23, 9007199254740993.0, 100.0, 1 / 3
float(' 1_000.5 '), float('１.５'), float('\u00a02'), float('+Infinity'), float('-nan'), float('1e5'), float('.5'), float('5.'), float(b'1.5'), float(bytearray(b' 2 ')), float('٣.٥')
float('1__0')
float('')
float('1e')
float('²')
float('\x1c5')
float(None)
hash(0.5), hash(-1.0), hash(1e100), hash(5e-324), hash(2.2250738585072014e-308), hash(float('inf')), hash(0.1), hash(-2.5), hash(1.0) == hash(1), hash(2.0 ** 70) == hash(2 ** 70), hash(1.7976931348623157e308)
class F(float): pass

F(5.5) % 2, F(2.5) // 1, round(F(2.675), 2), repr(F(1e16)), F('1.5'), f'{F(1.5):.2f}', F(1) / 3, type(F(1) + 1).__name__
float.__mod__(-5.5, 2), (5.5).__rmod__(11), float.__repr__(1e16), (2.0).__pow__(3)
[(5e-324).hex(), (1.5).hex(), (-0.0).hex(), float('inf').hex(), float('nan').hex(), (-2.0**70).hex(), (2.5e-310).hex()]
