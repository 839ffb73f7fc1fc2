'Σίσυφος'.swapcase(), 'ΣΊΣΥΦΟΣ'.lower(), 'ΟΔΟΣ'.title(), 'ΑΣ ΒΣ'.lower(), 'ΑΣ'.capitalize(), 'Σ'.lower(), 'ὈΔΥΣΣΕΎΣ'.casefold(), "Α'Σ".lower(), 'ΑΣ1'.lower(), 'aΣ\u0301b'.lower()
'Ǳ'.title(), 'ǆ'.title(), 'ß'.title(), 'ß'.upper(), 'ŉ'.title(), 'ﬁn'.title(), 'ﬁn'.upper(), 'İ'.lower(), 'i̇'.upper(), 'ΐ'.upper(), 'éCOLE'.capitalize(), "they're bill's".title(), 'ꭰ'.upper(), '\u019b'.upper(), '\ud800A'.lower()
'\u0295'.islower(), '\u1c89'.isupper(), '\u0661'.isdigit(), '\u0c5d'.isidentifier(), '\u3405'.isnumeric(), '²'.isdigit(), '²'.isdecimal(), '½'.isnumeric(), '½'.isdigit(), '五'.isnumeric(), '٣'.isdecimal(), 'ª'.isalpha(), 'ª'.islower(), 'Ⅷ'.isupper(), 'x²'.isalnum(), '_a1é'.isidentifier(), '1a'.isidentifier(), ''.isidentifier(), ''.isprintable(), ''.isspace(), 'ǅ'.istitle(), 'HELLO'.istitle(), "Hello's".istitle(), '3D'.istitle(), 'ǅ'.isupper(), 'a1'.islower(), '1'.islower(), '\u200b'.isspace(), '\x1f'.isspace(), '\x85'.isspace()
'\u00a0x\u2003'.strip(), 'a\u00a0b\u2003c'.split(), 'a\x1cb\x1fc'.split(), 'a\u2028b\x0bc\x1cd\x85e'.splitlines(), 'a\r\nb\rc\n'.splitlines(True), 'a\n\n'.splitlines(keepends=False), '\u200bx'.strip(), ' a  b '.split(None, 1), ' a  b '.rsplit(None, 1), ' a b c '.split(maxsplit=0), 'a,b'.split(','), 'a,b,c'.rsplit(',', 1), ''.split(), '\x1c a'.lstrip(), 'xax'.strip('x'), ' a\u3000'.rstrip(), '\n'.splitlines(), 'a\u00a0b'.split(' ')
'a'.split('')
'a'.split(5)
'😀'.isprintable(), '\xad'.isprintable(), '\u3000'.isprintable(), '\ue000'.isprintable(), '\U0001fae8'.isprintable(), repr('\u200b'), repr('\xad'), repr('\U0001fae8'), repr('\x7f\x80\x9f\xa0'), ascii('é😀\x80'), repr('\u2028'), repr('👨‍👩‍👧'), repr('\ud800'), repr("'"), repr("'\""), repr('a\\\t\n\r\x00'), ['🫠', '🪿'], {'🫡': 1}
'ß'.zfill(4), '-é'.zfill(5), '+1'.zfill(4), ''.zfill(2), 'abc'.zfill(2), 'a'.zfill(-1)
str(b'foo', errors='strict'), str(b'foo', 'utf-8'), str(b'f\xff', 'utf-8', 'replace'), str(b'', encoding='ascii'), str(errors='x'), str(b'foo'), str(5), str(True)
str('hello', errors='strict')
str(123, errors='strict')
str(b'\xff', errors='strict')
class T(str): pass

T('ß').upper(), repr(T('a')), T(' a ').strip(), T('ΑΣ').lower(), type(T('a').upper()).__name__
str.lower('ΑΣ'), str.split('a b'), str.__mod__('%d', 5), str.__repr__('é')
str(1, 2, 3, 4)
str(b'a', 'utf-8', 5)
'a\tb'.expandtabs(0), 'a\tb'.expandtabs(-7), 'a\tbc\td\n\té\tx'.expandtabs(), '\t\r\ta'.expandtabs(tabsize=3), '\ud83d\tx'.expandtabs(4)
'a'.expandtabs('x')
'a\u00a0b'.count('', -2), 'éé'.count(''), 'éé'.count('', 1), 'ab'.count('', 1, -1), 'éa'.count('', 2), 'éa'.count('', 3), 'ab'.count('', None, 10**30), 'ab'.count('', -10**30), 'éa'.count('a', 1), ''.count('')
'a'.count('', 'x')
'a,b,,c'.strip('a\u00a0b'), 'abc'.strip('aé'), 'éabcé'.strip('é'), 'abca'.lstrip('aß'), 'abé'.rstrip('éb'), 'xa😀'.strip('😀x'), '\ud83dx'.strip('\ud83d'), 'aaa'.strip('a'), 'a b '.strip('')
'a'.strip(5)
