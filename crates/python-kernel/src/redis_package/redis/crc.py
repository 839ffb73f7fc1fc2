"""Redis Cluster's hash slots."""

from binascii import crc_hqx

REDIS_CLUSTER_HASH_SLOTS = 16384

__all__ = ["key_slot", "REDIS_CLUSTER_HASH_SLOTS"]


def key_slot(key, bucket=REDIS_CLUSTER_HASH_SLOTS):
    """Returns the slot of a key (bytes): of the part in braces, if there is one, or else of the whole key."""
    start = key.find(b"{")
    end = key.find(b"}", start + 1)
    if 0 <= start < end - 1:
        key = key[start + 1 : end]
    return crc_hqx(key, 0) % bucket
