print({3, 1, 2}, {10, 5, 1}, {8, 1}, frozenset([3, 1, 2]), {100, 50, 3}, {2.5, 1}, {-1, -2, 5}, set(range(20, 0, -1)), {True, 0, 5}, set(), frozenset())
list({3, 1, 2}), sorted({3, 1, 2}), [x for x in {9, 4, 7}], list(frozenset([5, 2])), {3, 1} | {2}, {3, 1, 2} - {1}, {1, 2, 3} & {3, 2}, {x * x for x in range(10)}, (lambda *a: a)(*{4, 2, 1}), {5: 1, 3: 2}.keys() & {3, 5}
s = {3, 1, 2}; s.pop(), s, s.pop(), s
class S(set): pass

class FS(frozenset): pass

S([2, 1]), FS([2, 1]), type(iter({1})).__name__
for x in (s := {1, 2}): s.add(x + 10)

for x in (s := {1, 2}): s.discard(x)

