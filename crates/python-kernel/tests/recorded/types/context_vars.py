import contextvars
v = contextvars.ContextVar("v", default=1); v
contextvars.ContextVar("w")
t = v.set(2); t
v.reset(t); t
t.old_value, t.var is v, contextvars.Token.MISSING
try: contextvars.ContextVar("w").get()
except LookupError as error: print(error, error.args)

contextvars.ContextVar("w").get(5)
contextvars.ContextVar("default=None at", default=None)
try: v.reset(t)
except RuntimeError as error: print(error)
