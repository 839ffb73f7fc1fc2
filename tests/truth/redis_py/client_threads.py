import redis
r = redis.Redis()
def ends_if_stopped_at_once():
    reader = r.pubsub()
    reader.subscribe(news=print)
    worker = reader.run_in_thread(sleep_time=0.01)
    worker.stop()
    worker.join(2)
    return not worker.is_alive()

ends_if_stopped_at_once()
[ends_if_stopped_at_once() for _ in range(200)].count(False)
r.pubsub_numsub('news')
