"""Stands where redis-py has its asyncio client."""

raise ImportError("redis-tutor has no redis.asyncio: use redis.Redis(), whose methods are the same without await.")
