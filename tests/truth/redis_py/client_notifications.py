import redis
r = redis.Redis()
r.flushall()
r.config_set('notify-keyspace-events', 'KEA')
n = r.keyspace_notifications()
n.subscribed, n.key_prefix, n.ignore_subscribe_messages
n.get_message(timeout=0.1)
n.subscribe_keyspace('cart:*')
n.subscribed
r.set('cart:1', 'apple')
r.rename('cart:1', 'cart:2')
r.set('unrelated', 1)
n.get_message(timeout=1)
n.get_message(timeout=1)
n.get_message(timeout=1).event_type
n.get_message(timeout=1).key
n.get_message(timeout=0.1)
n.subscribe_keyevent(redis.EventType.LPUSH)
n.get_message(timeout=1)
r.lpush('cart:3', 'pear')
one = n.get_message(timeout=1)
two = n.get_message(timeout=1)
sorted([one.channel, two.channel])
[(x.key, x.event_type, x.database, x.data) for x in (one, two) if not x.is_keyspace]
n.unsubscribe('__keyspace@0__:cart:*', '__keyevent@0__:lpush')
n.get_message(timeout=1), n.get_message(timeout=1), n.subscribed
n.close()
n.get_message()
list(n.listen())

# --- a prefix that is cut off, a function that is called ---
heard = []
with r.keyspace_notifications(key_prefix='user:') as n:
    n.subscribe(redis.KeyspaceChannel('user:1'), '__keyevent@0__:del', handler=heard.append)
    r.set('user:1', 'x')
    r.set('other:1', 'x')
    r.delete('user:1', 'other:1')
    for _ in range(6):
        n.get_message(timeout=0.1)
n.subscribed
sorted((x.key, x.event_type, x.is_keyspace) for x in heard)
n = r.keyspace_notifications(key_prefix=b'p:', ignore_subscribe_messages=False)
n.subscribe_keyspace('p:*', db=0)
n.get_message(timeout=1)
r.set('p:k', 1)
for found in n.listen():
    print(found)
    break
n.run_in_thread()
n.close()
n = r.keyspace_notifications()
n.subscribe_keyspace('job')
n.run_in_thread(poll_timeout=0.1)
n.close()
import time
seen = []
n = r.keyspace_notifications()
n.subscribe_keyspace('job', handler=seen.append)
t = n.run_in_thread(poll_timeout=0.05, daemon=True)
r.set('job', 1)
time.sleep(0.3)
t.stop()
t.join()
seen, t.daemon, t.poll_timeout, type(t)
r.keyspace_notifications(prefix='x')
r.keyspace_notifications().subscribe(5)
redis.Redis(decode_responses=True).keyspace_notifications().subscribed
redis.KeyspaceNotifications(r, key_prefix='a').key_prefix
isinstance(r.keyspace_notifications(), redis.KeyspaceNotificationsInterface)

# --- names of channels ---
redis.KeyspaceChannel('user:*'), redis.KeyspaceChannel('a', db=3), redis.KeyspaceChannel(key_or_pattern='a', db='*')
str(redis.KeyspaceChannel('a')), str(redis.KeyeventChannel('del', 2)), str(redis.KeyeventChannel.all_events())
redis.SubkeyspaceChannel('h'), redis.SubkeyeventChannel('hset', db=1), redis.SubkeyspaceitemChannel('h', 'f'), redis.SubkeyspaceeventChannel('hset', 'h')
str(redis.SubkeyspaceChannel('h')), str(redis.SubkeyspaceitemChannel('h', 'f')), str(redis.SubkeyspaceeventChannel('hset', 'h'))
[redis.KeyspaceChannel(k).is_pattern for k in ('a', 'a*', 'a?', 'a[bc]', 'a[b', r'a\*', r'a\[b]', r'a[b\]', '\\')]
redis.SubkeyspaceitemChannel('h', 'f*').is_pattern, redis.SubkeyspaceeventChannel('*', 'h').is_pattern
redis.KeyspaceChannel('a') == '__keyspace@0__:a', redis.KeyspaceChannel('a') == redis.KeyspaceChannel('a', 1)
redis.KeyspaceChannel('a') == redis.SubkeyspaceChannel('a'), redis.KeyspaceChannel('a') == 1
len({redis.KeyspaceChannel('a'), redis.KeyspaceChannel('a'), redis.KeyeventChannel('a')})
redis.get_channel_type('__keyspace@0__:a'), redis.get_channel_type(b'__keyevent@9__:del'), redis.get_channel_type('news')
[redis.get_channel_type(str(c)).name for c in (redis.SubkeyspaceChannel('h'), redis.SubkeyeventChannel('e'), redis.SubkeyspaceitemChannel('h', 'f'), redis.SubkeyspaceeventChannel('e', 'h'))]
redis.EventType.EXPIRED, redis.EventType.XGROUP_CREATE, redis.EventType.RENAME_FROM
sorted(name for name in vars(redis.EventType) if name.isupper())
redis.KeyspaceChannel()
redis.SubkeyspaceitemChannel('h')

# --- messages taken apart ---
of = redis.KeyNotification.try_parse
of('__keyspace@0__:user:1', 'set')
of(b'__keyevent@*__:del', b'user:1')
of('__keyspace@0__:user:1', 'set', key_prefix='user:')
of('__keyspace@0__:user:1', 'set', 'cart:')
of('__keyspace@0__:', 'set'), of('__keyspace@x__:a', 'set'), of('news', 'hello')
of('__keyspace@0__:a\nb', 'set')
of('__subkeyspace@0__:h', 'hset|1:a,3:b,c')
of('__subkeyevent@0__:hdel', '3:k|1|1:a').subkeys
of('__subkeyspaceitem@2__:h\nline\nfeed', 'hset')
of('__subkeyspaceevent@0__:hset|h', '2:ab').event_type
of('__subkeyspaceevent@0__:hset|h', '2:ab', 'x')
of('__subkeyspace@0__:h', 'hset')
of('__subkeyspaceitem@0__:h', 'hset')
m = {'type': 'pmessage', 'pattern': b'*', 'channel': b'__keyspace@0__:k', 'data': b'set'}
redis.KeyNotification.from_message(m)
redis.KeyNotification.from_message(m) == of('__keyspace@0__:k', 'set')
redis.KeyNotification.from_message(m | {'type': 'subscribe'}), redis.KeyNotification.from_message(None), redis.KeyNotification.from_message(m | {'data': None})
of('__keyspace@0__:user:1', 'set').key_starts_with('user'), of('__keyspace@0__:user:1', 'set').key_starts_with(b'x')
redis.KeyNotification(key='k', event_type='set', database=0, channel='c', is_keyspace=True, data='set')
of('__keyspace@0__:k', 'set') == of('__keyspace@1__:k', 'set'), of('__keyspace@0__:k', 'set') == 'k'
hash(of('__keyspace@0__:k', 'set'))
redis.KeyNotification('k', 'set')
