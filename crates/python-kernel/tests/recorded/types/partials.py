import functools
p = functools.partial(print, 1, sep='-'); p(2), p.args, p.keywords
