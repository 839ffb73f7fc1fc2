from collections import Counter
import datetime
for user, tags in {'1000': ['tech', 'python'], '1001': ['python', 'redis'], '1002': ['cooking']}.items():
    r.sadd(f'article:{user}:tags', *tags)
    for tag in tags:
        r.sadd(f'tag:{tag}', user)
sorted(r.sinter('tag:python', 'tag:tech'))
sorted(r.sunion('tag:python', 'tag:cooking'))
{t.decode() for t in r.smembers('article:1000:tags')} == {'tech', 'python'}
{k: r.scard(k) for k in sorted(r.scan_iter('tag:*'))}
r.sadd('friends:ann', 'bob', 'cid'), r.sadd('friends:bob', 'ann', 'cid', 'dan')
r.sinter('friends:ann', 'friends:bob')
sorted(r.sdiff('friends:bob', 'friends:ann'))
r.sismember('friends:ann', 'bob') and 'friends'
likes = r.sadd('likes:post:1', 'ann')
again = r.sadd('likes:post:1', 'ann')
likes, again, r.scard('likes:post:1')
board = 'game:leaderboard'
r.zadd(board, {'Alice': 100, 'Bob': 200, 'Charlie': 150, 'Dora': 90.5})
def show(top=10):
    for rank, (name, score) in enumerate(r.zrevrange(board, 0, top - 1, withscores=True), start=1):
        print(f'{rank}. {name.decode():<10} {score:>8.1f}')
show()
r.zincrby(board, 50, 'Alice')
show(3)
def neighbours(name):
    rank = r.zrevrank(board, name)
    return [m.decode() for m in r.zrevrange(board, max(rank - 1, 0), rank + 1)]
neighbours('Charlie'), neighbours('Bob'), neighbours('Dora')
neighbours('Nobody')
r.zcount(board, 100, '(200')
r.zremrangebyrank(board, 0, -4)
[n for n, _ in r.zrange(board, 0, -1, withscores=True)]
def viewed(item, at):
    r.zadd('viewed:ann', {item: at})
    r.zremrangebyrank('viewed:ann', 0, -4)
for at, item in enumerate(['a', 'b', 'c', 'a', 'd', 'e']):
    viewed(item, 1700000000 + at)
r.zrevrange('viewed:ann', 0, -1)
day = datetime.date(2024, 5, 1)
for offset, visitors in enumerate([3, 5, 2]):
    r.set(f'visits:{day + datetime.timedelta(days=offset)}', visitors)
sum(int(v) for v in r.mget(sorted(r.keys('visits:*'))))
for user_id in (1, 5, 7):
    r.setbit('active:2024-05-01', user_id, 1)
r.bitcount('active:2024-05-01'), r.getbit('active:2024-05-01', 5), r.getbit('active:2024-05-01', 6)
r.setbit('active:2024-05-02', 5, 1)
r.bitop('AND', 'both', 'active:2024-05-01', 'active:2024-05-02'), r.bitcount('both')
words = Counter('the quick the lazy the dog quick'.split())
r.zadd('words', dict(words))
r.zrevrange('words', 0, 1, withscores=True)
r.zadd('names', {n: 0 for n in ('anna', 'anne', 'bob', 'andy')})
r.zrangebylex('names', '[an', '[an\xff')
r.zrange('names', '[an', '(ao', bylex=True)
p = r.pipeline()
for i in range(5):
    p.hincrby('stats', 'requests', i)
p.hget('stats', 'requests')
p.execute()[-1]
def transfer(pipe):
    balance = int(pipe.get('ann:balance') or 0)
    pipe.multi()
    if balance >= 30:
        pipe.decrby('ann:balance', 30)
        pipe.incrby('bob:balance', 30)
r.set('ann:balance', 100)
r.transaction(transfer, 'ann:balance')
r.mget('ann:balance', 'bob:balance')
