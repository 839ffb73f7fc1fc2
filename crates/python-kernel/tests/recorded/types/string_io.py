import io
s = io.StringIO('日本\nab\n'); s.read(1), s.tell(), s.readline(), s.read(), s.read(), s.getvalue(), s.seek(0), s.readlines(), s.seek(0, 2), s.write('é'), s.getvalue()
s = io.StringIO('abc'); s.seek(1), s.write('XYZ'), s.getvalue(), s.truncate(2), s.tell(), s.getvalue(), s.write('!'), s.getvalue()
list(io.StringIO('a\r\nb\rc\n')), list(io.StringIO('a\r\nb\rc\n', newline=None)), list(io.StringIO('a\r\nb\rc\n', newline='')), io.StringIO('a\nb', newline='\r\n').getvalue(), list(io.StringIO('a\rb\nc', newline='\r'))
isinstance(io.StringIO(), io.TextIOBase), isinstance(io.StringIO(), io.IOBase), io.StringIO().readable(), io.StringIO().writable(), io.StringIO().seekable(), io.StringIO().closed, io.StringIO('x').read(0), io.StringIO().isatty(), io.StringIO().newlines, io.StringIO().encoding
with io.StringIO() as f: print('x', 5, file=f); f.getvalue()

f.read()
f.closed
io.StringIO().write(b'x')
io.StringIO(5)
io.StringIO().seek(-1)
io.StringIO('ab').seek(1, 1)
io.StringIO('ab').seek(0, 5)
io.StringIO(newline='x')
import csv; w = io.StringIO(); csv.writer(w).writerows([['é', 1], ['a,b', None]]); w.getvalue()
