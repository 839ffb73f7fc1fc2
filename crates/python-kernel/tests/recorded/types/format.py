'{0:3.2s}|'.format('abc'), '{:5.2}|'.format('abcdef'), '{:>5.3}|'.format('abcdef'), '{:^7.3s}|'.format('abcdef'), f"{'João':<10.3}|", f"{'日本語':>5.2}|", format('ab', '05'), format('ab', '>05'), f"{'é':_^7}", format('x', '☃>4')
format('result', '=8s')
format('a', '+')
format('a', ' ')
format('a', '#')
format('a', ',')
format('a', 'd')
format('a', 'z')
format('a', '5.2q')
format('a', '.')
format('a', '10.2.3')
format(3, '08'), format(-3, '08'), format(-3, '=+10'), format(3, '=+5'), format(255, '#x'), format(255, '#010x'), format(-255, '#_b'), format(1234567, ','), format(1234567, '_'), format(65535, '_x'), format(1234, '010,'), format(-1234, '010,'), format(123, '04,'), format(1234, '06,'), format(65, 'c'), format(0x1f600, '>4c'), format(10**30, ','), format(5, '5d'), format(5, '<5'), format(5, '^5'), format(0, '+'), format(5, ' '), format(3, 'n'), format(3, '٥')
format(3, '.2')
format(3, '.2d')
format(3, 'z')
format(-1, 'c')
format(65, '+c')
format(65, '#c')
format(3, 's')
format(3, ',x')
format(3, '_n')
format(3, ',_')
format(3, '99999999999999999999')
format(True), format(True, 'd'), format(True, '5'), format(False, 'x'), format(True, '.1f'), format(True, ''), format(True, 'c')
format(3.14159, '08.2f'), format(-3.5, '08'), format(1.0, '#.0f'), format(1.5, '#g'), format(1234567.891, ',.2f'), format(1e10, ','), format(12345.678, 'g'), format(1e-5, 'g'), format(0.5, '%'), format(0.12345, '.1%'), format(1e100, '.3e'), format(5, 'e'), format(3.14159, '.3'), format(2.0, '10.3'), format(123.0, '.3'), format(100.0, '.3'), format(0.5, '.0f'), format(1.5, '.0f'), format(2.5, '.0f'), format(0.1, '.20f'), format(float('inf'), '08'), format(float('nan'), '+'), format(float('-inf'), 'F'), format(-0.0, 'z.1f'), format(-0.04, 'z.1f'), format(1e22, '_'), format(0.0001, 'r') if False else 0, format(1.5, 'n'), format(123456.789, '012,.1f'), format(1.0, '.0'), format(0.0, 'e'), format(0.0, '.3g')
format(1.0, 'd')
format(1.0, 'c')
format(1.0, ',n')
format(1.0, '.99999999999f')
'{}'.format()
'{} {0}'.format(1)
'{0} {}'.format(1)
'{0} {2}'.format(1, 2)
'{name}'.format(nam=1)
'{'.format()
'}'.format()
'{0!x}'.format(1)
'{0!}'.format(1)
'{0!r'.format(1)
'{0!rx}'.format(1)
'{:{:{}}}'.format(1, 2, 3)
'{a[}'.format(a=1)
'{a[]}'.format(a=1)
'{a.}'.format(a=1)
'{a[0]x}'.format(a=[1])
'{{}} {{{0}}} {0!r:>5} {1[k]} {2.real} {3[0][1]} {4[:220]} {:}'.replace('{:}', '').format('a', {'k': 1}, 5, [[1, 2]], {':220': 9}), '{:{w}.{p}f}'.format(3.14159, w=10, p=2), '{:{}}|'.format('a', 5), '{:{f}{a}{w}}'.format('a', f='*', a='^', w=9), '{!a}'.format('é'), '{!s:.2}'.format('abc'), '{٣}'.format(0, 1, 2, 'x')
'{a} {b[0]}'.format_map({'a': 1, 'b': [2]}), '{x}'.format_map(type('D', (dict,), {'__missing__': lambda s, k: k * 2})())
'{}'.format_map({'a': 1})
'%s and %r and %a' % ('a', 'b', 'é'), '%5d|%-5d|%05d|%+d|% d' % (1, 2, 3, 4, 5), '%x %X %o %#x %#o %#X' % (255, 255, 8, 255, 8, 255), '%.3f %8.2f %-8.2f| %e %g %G' % (1.0, 2.5, 3.25, 12345.678, 0.00001, 1e20), '%c%c' % ('a', 66), '%%', '%5s|%-5s|%.2s' % ('a', 'b', 'cdef'), '%(a)s %(b)05.1f' % {'a': 1, 'b': 2.25}, '%*d|%-*d|%.*f' % (5, 1, 5, 2, 2, 3.14159), '%i %u' % (3.9, 4), '%.f' % 2.7, '%05s|' % 'a', '%+s' % 'a', '%-05d|' % 5, '%#.0f' % 1, '%08.3f' % -1.5, '%.3d' % 5, '%+.3d' % 5, '%#5x|' % 5, '%ld' % 5, '%3c|' % '☃', '%-3c|' % 9731, '%d' % True, '%s' % (None,), '%(x)s %%' % {'x': 1}, '%((a))s' % {'(a)': 1}
'%s' % (1, 2)
'%s %s' % 1
'%d' % 'x'
'%x' % 3.5
'%c' % 'ab'
'%c' % 0x110000
'%(a)s' % 5
'%(a)s' % {}
'%(a' % {}
'%q' % 1
'%' % ()
'%5' % 1
'%s' % ()
'%*d' % ('a', 1)
'%.99999999999d' % 1
'a' % 1
'a' % {}, 'a' % [], 'a' % (), '%d' % 3.99, '%r' % (('t',),), '%s' % {'a': 1}
import string
string.Formatter().format('{0!r:>5} {x[a]} {{}}', 'q', x={'a': 1}), list(string.Formatter().parse('a{b!r:{c}}d{{'))
string.Formatter().format('{', 1)
f'{16:{">+#10x"}}', f'{3 != 4}', f'{"x"=}', f'{1+1=:>5}', f'{3.14159:{10}.{2}f}', f'{"a" "b"!r:>8}'
class E:
    def __format__(self, spec): return f'<{spec}>'

f'{E():a{1}b}', '{:x}'.format(E()), format(E()), f'{E()!r:.2}'
format(object(), 's')
format([1], '>6')
class T(str): pass

f'{T("ab"):>5}', '{:>5}'.format(T('ab')), T('%s') % 1, T('{}').format(1), format(T('a'))
