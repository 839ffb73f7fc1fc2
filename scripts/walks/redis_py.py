"""Uses a server through redis-py. Usage: python redis_py.py PORT PROTOCOL. Prints a JSON array for each step."""
import hashlib
import json
import sys
import threading
import time

import redis

PORT, PROTOCOL = int(sys.argv[1]), int(sys.argv[2])
TIMEOUT_SECONDS = 20


def client(**options):
    return redis.Redis(port=PORT, protocol=PROTOCOL, socket_timeout=TIMEOUT_SECONDS, **options)


def record(step, value):
    print(json.dumps([step, repr(value)]), flush=True)


def attempt(step, call):
    try:
        record(step, call())
    except redis.RedisError as error:
        record(step, f"{type(error).__name__}: {error}")


def until(holds):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition was not met in time")


def summary(members):
    members = sorted(members)
    return len(members), hashlib.sha256(repr(members).encode()).hexdigest()


def connect(r):
    record("ping", r.ping())
    hello = r.execute_command("HELLO", PROTOCOL)
    fields = hello if isinstance(hello, dict) else dict(zip(hello[::2], hello[1::2]))
    record("hello", {name: fields[name] for name in (b"server", b"version", b"proto", b"mode", b"role", b"modules")})
    named = client(client_name="walker", db=3)
    record("name", named.client_getname())
    record("database", [info["db"] for info in r.client_list() if info["name"] == "walker"])
    record("echo", r.echo(b"\x00\xff binary \r\n"))
    record("version", r.info("server")["redis_version"])
    attempt("unknown", lambda: r.execute_command("NOSUCH", "a"))
    attempt("arity", lambda: r.execute_command("GET"))
    r.set("text", "x")
    attempt("wrong type", lambda: r.lpush("text", 1))
    attempt("no such protocol", lambda: r.execute_command("HELLO", 9))
    r.delete("text")


def pipeline(r):
    with r.pipeline(transaction=False) as pipe:
        for number in range(2000):
            pipe.hset("hash", f"field:{number}", "v" * (number % 200))
            pipe.incrby("count", number)
        record("pipeline", summary(pipe.execute()))
    with r.pipeline(transaction=False) as pipe:
        pipe.set("a", 1).lpush("a", 2).incrbyfloat("a", 0.5).zadd("z", {"m": 1.5}).zscore("z", "m").hgetall("none")
        record("errors in a pipeline", pipe.execute(raise_on_error=False))
    record("a long value", len(r.get("long")) if r.set("long", b"x" * 5_000_000) else None)


def transaction(r):
    with r.pipeline() as pipe:
        pipe.set("t", 1).incr("t").lrange("t", 0, -1).get("t")
        record("transaction", pipe.execute(raise_on_error=False))
    with r.pipeline() as pipe:
        pipe.watch("t")
        client().set("t", "another's")
        pipe.multi()
        pipe.set("t", "mine")
        attempt("watch", pipe.execute)
    record("kept", r.get("t"))
    with r.pipeline() as pipe:
        pipe.execute_command("SET", "t")
        pipe.get("t")
        attempt("aborted", pipe.execute)
    record("helper", r.transaction(lambda pipe: (pipe.multi(), pipe.incr("n")), "n"))


def blocking(r):
    for step, wait, fill in [
        ("blpop", lambda c: c.blpop(["first", "second"], timeout=0), lambda: r.rpush("second", "a", "b")),
        ("brpop", lambda c: c.brpop("stack"), lambda: r.rpush("stack", "a", "b")),
        ("blmove", lambda c: c.blmove("from", "to", 0), lambda: r.lpush("from", "a")),
        ("bzpopmin", lambda c: c.bzpopmin("scores"), lambda: r.zadd("scores", {"m": 2, "n": 1})),
        ("blmpop", lambda c: c.blmpop(0, 1, "many", direction="LEFT", count=5), lambda: r.rpush("many", 1, 2, 3)),
    ]:
        got = []
        waiter = threading.Thread(target=lambda wait=wait, got=got: got.append(wait(client())))
        waiter.start()
        until(lambda: r.info("clients")["blocked_clients"] == 1)
        filled = fill()
        waiter.join(TIMEOUT_SECONDS)
        record(step, (filled, got))
    record("nobody came", r.blpop("none", timeout=0.05))
    other = client()
    number = other.client_id()
    refusals = []

    def wait_in_vain():
        try:
            other.blpop("none", timeout=0)
        except redis.ResponseError as error:
            refusals.append(str(error))

    waiter = threading.Thread(target=wait_in_vain)
    waiter.start()
    until(lambda: r.info("clients")["blocked_clients"] == 1)
    record("unblocked", r.client_unblock(number, error=True))
    waiter.join(TIMEOUT_SECONDS)
    record("refusals", refusals)


def pubsub(r):
    listener = client().pubsub()
    listener.subscribe("news", "weather")
    listener.psubscribe("n*")

    def heard(count):
        return [listener.get_message(timeout=TIMEOUT_SECONDS) for _ in range(count)]

    record("subscribed", heard(3))
    record("receivers", [r.publish("news", "one"), r.publish("weather", b"\xff"), r.publish("other", "x")])
    record("messages", heard(3))
    record("channels", sorted(r.pubsub_channels()))
    listener.unsubscribe("news")
    record("left", (heard(1), r.pubsub_numsub("news", "weather")))
    r.config_set("notify-keyspace-events", "KEA")
    listener.psubscribe("__keyevent@0__:*")
    heard(1)
    r.set("fades", 1, px=30)
    record("events", heard(3))
    r.config_set("notify-keyspace-events", "")
    listener.close()


def scan(r):
    r.flushall()
    names = [f"key:{number}" for number in range(3000)]
    r.mset({name: 1 for name in names})
    r.sadd("set", *names)
    r.hset("hash", mapping={name: 1 for name in names})
    r.zadd("zset", {name: number for number, name in enumerate(names)})
    record("scan", summary(set(r.scan_iter(count=7))))
    record("match", summary(set(r.scan_iter(match="key:1?5*", count=100))))
    record("type", summary(set(r.scan_iter(_type="hash"))))
    record("sscan", summary(set(r.sscan_iter("set", count=50))))
    record("hscan", summary({field for field, _ in r.hscan_iter("hash", count=50)}))
    record("zscan", summary({member for member, _ in r.zscan_iter("zset", count=50)}))
    through = r.scan(0, count=10)
    r.delete(*[name for name in names if name not in ("key:17", "key:2999")])
    rest = set(through[1])
    cursor = through[0]
    while cursor:
        cursor, keys = r.scan(cursor, count=10)
        rest |= set(keys)
    record("what stays is found", {b"key:17", b"key:2999"} <= rest)


server = client()
for walk in (connect, pipeline, transaction, blocking, pubsub, scan):
    server.flushall()
    walk(server)
