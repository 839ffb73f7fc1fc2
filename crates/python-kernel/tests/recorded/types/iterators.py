list(map(str, [1])), list(map(lambda a, b: a + b, [1, 2], [3])), sorted([3, 1, 2], reverse='x'), sorted([3, 1], reverse=None), sorted('bca', key=str.upper, reverse=1)
map(5)
map()
map(str, [1], x=1)
l = [2, 1, 3]; l.sort(reverse=[1]); l
[1].sort(1)
import itertools as it
list(it.islice('abcdef', 3)), list(it.islice('abcdef', 1, None, 2)), list(it.islice('abc', None)), list(it.islice(range(5), 1, 3))
it.islice([1], 1, 2, 0)
it.islice([1], -1)
it.islice([1], -1, 2)
it.islice([1], 'a', 2, 1)
it.islice([1], 1, 2, 'a')
it.tee([1], -1)
[list(x) for x in it.tee('ab', 3)], it.tee([1], 0)
[1, timedelta(0)].index(timedelta(1)) if (timedelta := __import__('datetime').timedelta) else 0
['a'].index('b')
[1].remove(2)
[[1]].index([2], 0, 5)
iter('ab'), iter('é'), iter(''), len(repr(iter('ab'))) > 30
i = iter('a'); list(i), i
