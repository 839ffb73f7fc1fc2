"""Stands in for the debugger, which would want a terminal. `doctest` builds upon its class, and needs it to be there."""

NO_DEBUGGER = "redis-tutor's Python has no debugger: print() what you want to see, or type its name at the prompt"


class Pdb:
    """As much of a debugger as one that is never entered needs."""

    def __init__(self, *args, **options):
        pass

    def reset(self):
        pass

    def set_trace(self, *args, **options):
        raise RuntimeError(NO_DEBUGGER)

    def set_continue(self):
        pass


def set_trace(*args, **options):
    raise RuntimeError(NO_DEBUGGER)


post_mortem = pm = run = runcall = set_trace
