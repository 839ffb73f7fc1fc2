b'%s %d %b|%5.1s|%-5s|%05d' % (b'a', 5, b'c', b'xyz', b'r', 42), b'%c%c' % (65, b'B'), b'%a %r' % ('é', 1), b'%(k)s' % {b'k': b'v'}, b'%x %#X %.2f' % (255, 255, 1.005), bytearray(b'%d%%') % 5
b'%s' % 'a'
b'%d' % 'x'
b'%c' % 300
b'%q' % 1
b'%s %s' % (b'a',)
b'Hello World'.istitle(), b'HELLO'.istitle(), b'\xff\x00'.istitle(), b'abc'.istitle(), b"Hello's".istitle(), bytearray(b'A').istitle()
b'\xff\x00'.lstrip(b'\xff\x00'), b'xxaxx'.strip(b'x'), b' a\x0b'.rstrip(), bytearray(b'aab').lstrip(b'a'), b'abc'.strip(None)
b'abc'.endswith(()), b'abc'.endswith((b'x', b'c')), b'abc'.startswith((b'a',), 1), bytearray(b'ab').startswith(b'a')
b'abc'.endswith((1, 2))
b'abc'.startswith('a')
b','.join([b'a', bytearray(b'b'), memoryview(b'c')]), bytearray(b'-').join((b'a', b'b'))
b','.join([[1], [2]])
97 in b'abc', b'b' in b'abc', b'' in b'', bytearray(b'x') in bytearray(b'xy')
'a' in b'abc'
[1] in b'abc'
256 in b'abc'
b'abc'.index(b'z')
b'abc'.rindex(b'z')
b'abc'.translate(None, b'b'), b'abc'.translate(bytes(range(256)))
b'abc'.translate('x')
repr(bytearray(b"'")), repr(bytearray(b'"')), repr(bytearray(b"'\"")), str(bytearray(b"\\'\n\x00\xff")), [bytearray(b"'")]
