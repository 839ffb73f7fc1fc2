"""Replaces the debugger, which would need a terminal. `Pdb` must exist, because `doctest` derives a class from it."""

NO_DEBUGGER = "redis-tutor's Python has no debugger: print() a value, or type its name at the prompt"


class Pdb:
    """The methods of the debugger that are called even if it is never entered."""

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
