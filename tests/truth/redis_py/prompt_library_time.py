from datetime import datetime, date, time, timedelta, timezone
d = date(2024, 2, 28)
d, d + timedelta(days=2), d.isoformat(), d.weekday(), d.strftime('%A %d %B %Y'), d.replace(day=1), d.toordinal(), d.isocalendar()
date(2024, 3, 1) - date(2024, 2, 1), (date(2024, 3, 1) - date(2024, 2, 1)).days
dt = datetime(2024, 1, 2, 3, 4, 5, 678)
dt, str(dt), dt.isoformat(), dt.isoformat(timespec='seconds'), dt.date(), dt.time(), dt.strftime('%Y-%m-%d %H:%M:%S.%f %j %a')
dt + timedelta(hours=25, minutes=-5), dt - datetime(2024, 1, 1), dt < datetime(2025, 1, 1)
datetime.strptime('2024-05-06 07:08', '%Y-%m-%d %H:%M'), datetime.fromisoformat('2024-05-06T07:08:09+02:00'), date.fromisoformat('2024-05-06')
datetime.strptime('nope', '%Y')
utc = datetime(2024, 1, 1, tzinfo=timezone.utc)
utc, utc.timestamp(), utc.isoformat(), utc.astimezone(timezone(timedelta(hours=2))), datetime.fromtimestamp(0, timezone.utc)
timedelta(days=1, seconds=3661), str(timedelta(days=1, seconds=3661)), timedelta(minutes=5).total_seconds(), timedelta(hours=1) * 3, timedelta(hours=1) / 2, -timedelta(seconds=1), timedelta(weeks=1) // timedelta(days=1)
date(2024, 2, 30)
datetime(2024, 1, 1) - utc
time(12, 30), time(1, 2, 3).isoformat(), datetime.combine(d, time(1)), datetime.max, datetime.min
r.zadd('log', {'a': utc.timestamp(), 'b': (utc + timedelta(days=1)).timestamp()})
r.zrangebyscore('log', utc.timestamp(), '(' + str((utc + timedelta(days=1)).timestamp()))
[datetime.fromtimestamp(s, timezone.utc).date().isoformat() for _, s in r.zrange('log', 0, -1, withscores=True)]
r.set('at', utc.isoformat())
datetime.fromisoformat(r.get('at').decode())
r.expireat('at', datetime(2099, 1, 1, tzinfo=timezone.utc))
r.expiretime('at')
r.set('dt', utc)
import time
type(time.time()).__name__, time.time() > 1.7e9, time.monotonic() <= time.monotonic()
time.strftime('%Y-%m-%d', time.gmtime(0)), time.gmtime(86400).tm_mday, time.strptime('2024-01-02', '%Y-%m-%d').tm_yday
time.gmtime(0)
time.sleep(0)
time.sleep(-1)
start = time.time(); time.sleep(0.05); 0.04 < time.time() - start < 2
import calendar
calendar.isleap(2024), calendar.monthrange(2024, 2), calendar.day_name[0], calendar.timegm((2024, 1, 1, 0, 0, 0))
print(calendar.month(2024, 2))
