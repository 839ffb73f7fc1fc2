dict([(1, 2)], a=3), dict(['ab', 'cd']), dict({'a': 1}), dict()
dict(['abc'])
dict([(1, 2), (3,)])
dict([1])
{}.update([(1, 2), 5])
{}.update(['x'])
{}.update([(1, 2)]), dict(a=1) | {'b': 2}
