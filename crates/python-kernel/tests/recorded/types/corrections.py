import datetime as dt, time
dt.datetime.strptime('2024-03-05 07:08:09', '%Y-%m-%d %H:%M:%S'), dt.datetime.strptime('5 Mar 24', '%d %b %y'), dt.datetime.strptime('05', '%m'), time.strptime('10:11', '%H:%M'), dt.datetime.strptime('Tue, 05 March 2024 7PM', '%a, %d %B %Y %I%p'), dt.datetime.strptime('2024 065', '%Y %j'), dt.datetime.strptime('a  b%', 'a b%%'), dt.datetime.strptime('+0530', '%z'), dt.datetime.strptime('24.5', '%y.%m')
dt.datetime.strptime('5', '%e')
dt.datetime.strptime('5', '%-d')
dt.datetime.strptime('07:08:09', '%T')
dt.datetime.strptime('7', '%k')
dt.datetime.strptime('5', '%')
dt.datetime.strptime('5', '%Q')
dt.datetime.strptime('x', '%Y')
dt.datetime.strptime('2024-01-01x', '%Y-%m-%d')
dt.datetime.strptime('1 1', '%d %d')
format(dt.time(7, 8, 9), '%Y %H'), dt.date(99, 1, 1).strftime('%Y'), dt.date.fromisoformat('2024-02-29'), dt.date.fromisoformat('20240229'), dt.date.fromisoformat('2024-W09-4'), dt.date(2024, 1, 1).isocalendar()
dt.date.fromisoformat('2024-02-30')
dt.date.fromisoformat('2024-13-01')
dt.date.fromisoformat('x')
dt.datetime.fromisoformat('2024-01-01T24:00')
from collections import OrderedDict
od = OrderedDict(a=1, b=2); od.keys(), od.values(), od.items(), type(od.keys()).__name__, 'a' in od.keys(), od.keys() & {'a'}, list(reversed(od.items()))
from decimal import Decimal
Decimal('abc')
Decimal(1) / 0
Decimal(0) / 0
Decimal('NaN') < 1
Decimal('1').quantize(1j)
Decimal('٣.٥'), Decimal(' 1_000.5 '), Decimal('1e3'), Decimal('-0')
import functools; sorted('bca', key=functools.cmp_to_key(lambda a, b: (a > b) - (a < b))), functools.cmp_to_key(len)(1) is not None
