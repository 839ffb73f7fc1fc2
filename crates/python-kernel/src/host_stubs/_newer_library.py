"""Corrects modules that differ only because the library is that of a newer version of Python than 3.13."""


def correct_argparse(argparse):
    def check_value(self, action, value):
        choices = action.choices
        if choices is not None and value not in (iter(choices) if isinstance(choices, str) else choices):
            # Newer versions of Python list the choices without quotes.
            message = f"invalid choice: {value!r} (choose from {', '.join(map(repr, choices))})"
            raise argparse.ArgumentError(action, message)

    argparse.ArgumentParser._check_value = check_value


def correct_asyncio_runners(runners):
    original_run = runners.Runner.run

    def run(self, coro, *, context=None):
        """Run code in the embedded event loop."""
        # Only newer versions of Python accept other things that can be awaited.
        if not runners.coroutines.iscoroutine(coro):
            raise ValueError(f"a coroutine was expected, got {coro!r}")
        return original_run(self, coro, context=context)

    runners.Runner.run = run


def correct_ast(ast):
    # Newer versions of Python show a node's fields in its `repr`. This restores the plain `repr` of CPython 3.13.
    ast.AST.__repr__ = object.__repr__


def correct_dataclasses(dataclasses):
    original_repr = dataclasses.Field.__repr__
    # Only newer versions of Python have docstrings of fields.
    dataclasses.Field.__repr__ = lambda self: original_repr(self).replace("doc=None,", "", 1)
