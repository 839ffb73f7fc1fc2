import threading
threading.Lock(), threading.RLock(), threading.Condition()
lock = threading.Lock(); lock.acquire(); lock
lock = threading.RLock(); lock.acquire(); repr(lock).startswith("<locked _thread.RLock object owner="), repr(lock).split()[4]
