import csv, io
list(csv.reader(io.StringIO('name,note\n"a","x\ny"\n1,"say ""hi"""\n\n, \n')))
list(csv.reader(['a;b', "c;'d;e'"], delimiter=';', quotechar="'"))
list(csv.reader(['1,"a",2.5'], quoting=csv.QUOTE_NONNUMERIC)), list(csv.reader(['1,,"",x'], quoting=csv.QUOTE_NOTNULL))
list(csv.reader(['a\\,b,c'], escapechar='\\')), list(csv.reader(['a, b, "c"'], skipinitialspace=True)), list(csv.reader(['a\tb'], 'excel-tab'))
list(csv.reader(['"a"b,c'])), list(csv.reader(['"a,b']))
list(csv.reader(['"a"b,c'], strict=True))
list(csv.reader(['"a,b'], strict=True))
list(csv.reader(['a\rb']))
list(csv.reader([b'a']))
list(csv.reader(['\ud83d,é']))
reader = csv.reader(['"a', 'b"', 'c']); next(reader), reader.line_num, next(reader), reader.line_num, reader.dialect.delimiter
def written(row, **options):
    s = io.StringIO()
    csv.writer(s, **options).writerow(row)
    return s.getvalue()
written([1, 'a,b', None, 'x"y', 'l\nm', 1.5, True]), written([]), written(['']), written(['', ''])
written(['a b', 'c'], delimiter=' '), written([1, 'a'], quoting=csv.QUOTE_NONNUMERIC), written([None, 'a', 1], quoting=csv.QUOTE_STRINGS), written([None, 1], quoting=csv.QUOTE_NOTNULL)
written(['a"b'], doublequote=False, escapechar='\\'), written(['a,b'], quoting=csv.QUOTE_NONE, escapechar='\\'), written(['a', 'b'], lineterminator='\n')
written(['a,b'], quoting=csv.QUOTE_NONE)
written([None], quoting=csv.QUOTE_NONE)
written(5)
csv.reader(5)
csv.writer(5)
csv.reader([], delimiter='ab')
csv.reader([], delimiter=5)
csv.reader([], delimiter='\n')
csv.reader([], quoting=9)
csv.reader([], quotechar='', quoting=0)
csv.reader([], 'nope')
csv.reader([], nope=1)
list(csv.DictReader(io.StringIO('a,b\n1,2\n3\n4,5,6\n')))
s = io.StringIO(); w = csv.DictWriter(s, ['a', 'b']); w.writeheader(); w.writerow({'a': 1, 'b': 2}); s.getvalue()
w.writerow({'c': 1})
csv.Sniffer().sniff('a;b;c\n1;2;3\n').delimiter, csv.Sniffer().has_header('a,b\n1,2\n3,4\n')
csv.list_dialects(), csv.get_dialect('excel').lineterminator, csv.field_size_limit(), csv.QUOTE_ALL, csv.QUOTE_STRINGS
csv.register_dialect('pipes', delimiter='|'), list(csv.reader(['a|b'], 'pipes')), csv.unregister_dialect('pipes'), 'pipes' in csv.list_dialects()
class Semicolons(csv.excel):
    delimiter = ';'

written([1, 2], dialect=Semicolons), written([1, 2], dialect=Semicolons, delimiter=':')
class Wrong(csv.Dialect):
    delimiter = 'ab'

Wrong()
csv.get_dialect('excel').delimiter = ';'
list(csv.reader(['x' * 200000]))
type(csv.reader([])), type(csv.writer(io.StringIO())), type(csv.get_dialect('excel')), csv.Error.__mro__[:2]
