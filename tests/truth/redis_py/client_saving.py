# Each reply of the real server depends on whether the save before is still running, so there is only one.
r.bgsave(2, 3)
r.bgsave.__name__
[reply for reply in [r.execute_command('BGSAVE', 'NOW')]]
r.bgsave(schedule=True)
r.bgsave(nonsense=1) if False else None
r.bgrewriteaof(1)
r.bgrewriteaof(nonsense=1)
r.bgrewriteaof()
