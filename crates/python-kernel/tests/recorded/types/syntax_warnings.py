import warnings
def f(source, mode="exec"):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        compile(source, "<s>", mode)
    for each in found:
        print(each.category.__name__, each.lineno, each.filename, each.message)

f("x is 1"); f("x is not 'a'"); f("1.5 is x"); f("x is None"); f("x is ()"); f("x is (1, 2)"); f("x is (y,)"); f("x is -1"); f("x is b''")
f("x < y is 2"); f("x is True"); f("x is ..."); f("x is f'{y}'")
f("assert (1, 'a')"); f("assert ()"); f("assert (x)"); f("assert (x, y)")
f("None()"); f("'a'()"); f("3()"); f("[1](2)"); f("(1, 2)(3)"); f("{}()"); f("{1}()"); f("f'{x}'(1)"); f("(lambda: 1)()"); f("(x for x in y)()"); f("...()"); f("[x for x in y]()")
f("[1][1, 2]"); f("'a'['b']"); f("b'a'[1.5]"); f("(1,)[None]"); f("[1][1]"); f("[1][x]"); f("[1][:1]"); f("{1}[0]"); f("1[0]"); f("None[0]"); f("True[0]"); f("{1: 2}[1, 2]"); f("[1][True]"); f("f'{x}'['a']"); f("(lambda: 1)[0]")
f(r"'\d'"); f(r"b'\d'"); f(r"r'\d'"); f(r"'\400'"); f(r"'\377'"); f(r"'a\n\w\s'"); f(r"'\w' '\s'"); f(r"f'\d{x}\s'"); f(r"'\N{DIGIT ONE}'"); f(r"b'\u1234'"); f("'''\n\n\\d'''"); f("x = 1\ny = '\\q'\n")
f("def f():\n    return x is 'a'\nclass A:\n    y = 3()\n")
f("x is 1", "eval"); f("x is 1", "single")
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try: compile("x = 1\ny is 1", "<s>", "exec")
    except SyntaxError as error: print(error.msg, error.lineno)

with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    exec("x = 1; x is 1")

print(found[0].message, found[0].filename)
found
