str(SyntaxError("x")), str(SyntaxError("x", ("f.py", 1, 2, "t"))), str(SyntaxError())
str(SyntaxError("x", ("/a/f.py", 1, 2, "t"))), str(SyntaxError("x", (None, 1, 2, "t"))), str(SyntaxError("x", ("f", None, 2, "t")))
class E(SyntaxError): pass

str(E("a")), repr(E("a"))
"a".encode("bad-encoding")
b"a".decode("Bad Encoding")
l = [1]; l[0:1] = 3
with 3: pass
