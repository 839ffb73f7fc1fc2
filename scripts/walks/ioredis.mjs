// Uses a server through ioredis. Usage: node ioredis.mjs PORT MODULES. Prints a JSON array for each step.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";

const [port, modules] = process.argv.slice(2);
const Redis = createRequire(`${modules}/`)("ioredis");
const clients = [];
const connect = (options = {}) => {
  const client = new Redis({ host: "127.0.0.1", port: Number(port), retryStrategy: () => null, ...options });
  clients.push(client);
  return client;
};
const record = (step, value) => console.log(JSON.stringify([step, JSON.stringify(value)]));
const attempt = async (step, call) => {
  try {
    record(step, await call());
  } catch (error) {
    record(step, `${error.name}: ${error.message}`);
  }
};
const summary = (members) => {
  const sorted = [...new Set(members)].sort();
  return [sorted.length, createHash("sha256").update(JSON.stringify(sorted)).digest("hex")];
};
const failures = (results) => results.map(([error, value]) => [error && error.message, value]);
const blocked = async (client, count) => {
  while (!(await client.info("clients")).includes(`blocked_clients:${count}\r\n`));
};

const r = connect();

const walks = {
  async connect() {
    record("ping", await r.ping());
    const named = connect({ connectionName: "walker", db: 3 });
    record("name", await named.client("GETNAME"));
    record("database", /name=walker .*?db=(\d+)/.exec(await r.client("LIST"))[1]);
    record("echo", (await r.echoBuffer(Buffer.from([0, 255, 13, 10]))).toString("hex"));
    record("version", /redis_version:(\S+)/.exec(await r.info("server"))[1]);
    await attempt("unknown", () => r.call("NOSUCH", "a"));
    await attempt("arity", () => r.call("GET"));
    await r.set("text", "x");
    await attempt("wrong type", () => r.lpush("text", 1));
  },
  async pipeline() {
    const pipeline = r.pipeline();
    for (let number = 0; number < 2000; number += 1) {
      pipeline.hset("hash", `field:${number}`, "v".repeat(number % 200));
      pipeline.incrby("count", number);
    }
    record("pipeline", createHash("sha256").update(JSON.stringify(await pipeline.exec())).digest("hex"));
    record("errors", failures(await r.pipeline().set("a", 1).lpush("a", 2).incrbyfloat("a", 0.5).hgetall("none").exec()));
    const automatic = connect({ enableAutoPipelining: true });
    const sums = await Promise.all(Array.from({ length: 500 }, (_, number) => automatic.incrby("sum", number)));
    record("automatic", sums.at(-1));
  },
  async transaction() {
    record("transaction", failures(await r.multi().set("t", 1).incr("t").lrange("t", 0, -1).get("t").exec()));
    await r.watch("t");
    await connect().set("t", "another's");
    record("watch", await r.multi().set("t", "mine").exec());
    record("kept", await r.get("t"));
    await attempt("aborted", () => r.multi().call("SET", "t").get("t").exec());
  },
  async blocking() {
    for (const [step, wait, fill] of [
      ["blpop", (c) => c.blpop("first", "second", 0), () => r.rpush("second", "a", "b")],
      ["blmove", (c) => c.blmove("from", "to", "LEFT", "RIGHT", 0), () => r.lpush("from", "a")],
      ["bzpopmax", (c) => c.bzpopmax("scores", 0), () => r.zadd("scores", 2, "m", 1, "n")],
    ]) {
      const waiting = wait(connect());
      await blocked(r, 1);
      record(step, [await fill(), await waiting]);
    }
    const [first, second] = [connect(), connect()];
    const one = first.blpop("queue", 0);
    await blocked(r, 1);
    const two = second.blpop("queue", 0);
    await blocked(r, 2);
    await r.rpush("queue", "a", "b");
    record("first come, first served", [await one, await two]);
    record("nobody came", await first.blpop("none", 0.05));
  },
  async pubsub() {
    const listener = connect();
    const received = [];
    listener.on("message", (...message) => received.push(message));
    listener.on("pmessage", (...message) => received.push(message));
    record("subscribed", [await listener.subscribe("news", "weather"), await listener.psubscribe("n*")]);
    record("receivers", [await r.publish("news", "one"), await r.publish("weather", "two"), await r.publish("x", "-")]);
    // The reply to the listener's PING arrives after all messages.
    await listener.ping();
    record("messages", received);
    record("left", [await listener.unsubscribe("news"), await r.pubsub("NUMSUB", "news", "weather")]);
    await attempt("not while subscribed", () => listener.call("GET", "a"));
  },
  async scan() {
    const names = Array.from({ length: 3000 }, (_, number) => `key:${number}`);
    await r.mset(...names.flatMap((name) => [name, "1"]));
    await r.sadd("set", ...names);
    await r.hset("hash", ...names.flatMap((name) => [name, "1"]));
    await r.zadd("zset", ...names.flatMap((name, number) => [number, name]));
    const all = async (stream) => {
      const found = [];
      for await (const part of stream) found.push(...part);
      return summary(found);
    };
    record("scan", await all(r.scanStream({ count: 7 })));
    record("match", await all(r.scanStream({ match: "key:1?5*", count: 100 })));
    record("type", await all(r.scanStream({ type: "zset" })));
    record("sscan", await all(r.sscanStream("set", { count: 50 })));
    record("hscan", await all(r.hscanStream("hash", { count: 50 })));
    record("zscan", await all(r.zscanStream("zset", { count: 50 })));
  },
};

try {
  for (const walk of Object.values(walks)) {
    await r.flushall();
    await walk();
  }
  for (const client of clients) await client.quit();
} catch (error) {
  console.error(error);
  process.exit(1);
}
