"""A placeholder for redis-py's asyncio client, which redis-tutor does not have."""

raise ImportError("redis-tutor has no redis.asyncio: use redis.Redis(), whose methods are the same without await.")
