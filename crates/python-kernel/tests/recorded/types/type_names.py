type(...), type(...).__name__, type(...).__qualname__
int.__name__, type(int), type(None), type(NotImplemented)
class A: pass

A.__name__ = "B"; A.__name__, A.__qualname__
...()
