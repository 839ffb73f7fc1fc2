import redis
r = redis.Redis(host='localhost', port=6379, db=0)
# The basics. You know these.
r.set('user:1000:name', 'Alice')
print(r.get('user:1000:name')) # Output: b'Alice' (remember, it returns bytes!)
# But wait, there's more! Need a cache that expires? Don't muck about with background tasks.
# Set with a 300-second (5-minute) timeout. It just vanishes. Poof.
r.setex('api:response:latest', 300, '{"data": "some_json_payload"}')
# Atomic increment? This is where Redis shines for counters.
r.set('page:views:home', 0)
r.incr('page:views:home') # -> 1
r.incrby('page:views:home', 5) # -> 6

# TERRIBLE: Storing as a JSON string
import json
user_data = {'name': 'Alice', 'email': 'alice@example.com', 'visits': 10}
r.set('user:1000', json.dumps(user_data))
# To update visits, you have to GET, parse, update, re-serialize, SET. Yuck.
# THE RIGHT WAY: Use a Hash
r.hset('user:1000', mapping={'name': 'Alice', 'email': 'alice@example.com', 'visits': 10})
# Update a single field without touching the others
r.hincrby('user:1000', 'visits', 1) # Atomic increment on the 'visits' field
print(r.hgetall('user:1000'))
# Output: {b'name': b'Alice', b'email': b'alice@example.com', b'visits': b'11'}

# Push items onto the "end" (right) of the list
r.rpush('queue:tasks', 'task1')
r.rpush('queue:tasks', 'task2', 'task3') # You can push multiple in one go
# A worker pops from the "beginning" (left) of the list.
# This is atomic. If multiple workers are blocked on blpop, only one gets the task.
task = r.blpop('queue:tasks', timeout=10) # Blocks for up to 10 seconds if list is empty
print(task) # Output: (b'queue:tasks', b'task1')
# Want a fixed-length history?
r.lpush('site:recent_visits', 'visitor_id_456')
r.ltrim('site:recent_visits', 0, 49) # Trim the list to only the first 50 items

# Track article tags
r.sadd('article:1000:tags', 'tech', 'python', 'databases')
r.sadd('article:1000:tags', 'python') # Adding 'python' again does nothing. Uniqueness!
# Check if an article is tagged with 'python'
print(r.sismember('article:1000:tags', 'python')) # Output: True
# Get all tags for the article (order is arbitrary!)
print(r.smembers('article:1000:tags')) # Output: {b'python', b'databases', b'tech'}
# Find the intersection of tags between two articles? Easy.
r.sadd('article:1001:tags', 'python', 'redis')
common_tags = r.sinter('article:1000:tags', 'article:1001:tags')
print(common_tags) # Output: {b'python'}

# A simple leaderboard
r.zadd('game:leaderboard', {'Alice': 100, 'Bob': 200, 'Charlie': 150})
# ZADD is smart now. By default, it treats the mapping as member->score.
# Who's in the top 2?
print(r.zrevrange('game:leaderboard', 0, 1, withscores=True))
# Output: [(b'Bob', 200.0), (b'Charlie', 150.0)]
# What's Charlie's rank? (0-indexed from the top)
print(r.zrevrank('game:leaderboard', 'Charlie')) # Output: 1
# Increment a score atomically
r.zincrby('game:leaderboard', 50, 'Alice') # Alice gets 50 more points
print(r.zscore('game:leaderboard', 'Alice')) # Output: 150.0
