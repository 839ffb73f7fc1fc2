def g(): raise StopIteration

def w(): yield g()

try: next(w())
except RuntimeError as exc: print(exc, type(exc.__context__).__name__, exc.__context__ is exc.__cause__, exc.__suppress_context__)

exc = RuntimeError(); exc.__context__, exc.__cause__
try: raise KeyError from ValueError()
except KeyError as exc: print(repr(exc.__context__), repr(exc.__cause__))

