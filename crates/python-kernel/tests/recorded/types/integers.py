int(' 5\n'), int('\u00a05\u2003'), int('٣'), int('०१२'), int('０１２'), int('1_000'), int(b'5'), int(bytearray(b' 7 ')), int('0b101', 2), int('0b101', 0), int('0x1f', 16), int('-0'), int('+5'), int('٣', base=8), int('\x0b5'), int('z', 36)
int('1__0')
int('0b')
int('010', 0)
int('²')
int('\x1c5')
int('5', 1)
int('5', 99)
int('x' * 300)
int(b'x')
int(None)
int(5, 10)
round(True), round(False, 1), type(round(True)), round(12345, -2), round(12350, -2), round(-12350, -2), round(25, -1), round(15, -1), round(7, 5), round(10**20, -19), round(-5, -1), round(99, -3)
0 / -5, -0 / 5, False / -3, 0 / 5, 1 / -2, 10**400 / 10**399
str(10 ** 4299)[:5], len(repr(10 ** 4299)), str(2 ** 100)
str(10 ** 5000)
repr(10 ** 4300)
int('1' * 5000)
class I(int): pass

repr(I(5)), str(I(5)), f'{I(5):03}', I('٣'), type(I('5')).__name__, I(7) / 2, int(I(5)) is not None
