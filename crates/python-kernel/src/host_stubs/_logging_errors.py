"""Reports the errors that occur while a message is logged.

The version of the library compares the files of the frames with its own, and a library in the binary has no files.
"""
import sys

import _imp


def handle_error(self, record):
    """Reports an error that occurred in `emit`, and what was logged where, on standard error."""
    import logging
    import traceback

    if not logging.raiseExceptions or not sys.stderr:
        return
    error = sys.exception()
    write = sys.stderr.write
    write("--- Logging error ---\n")
    sys.excepthook(type(error), error, error.__traceback__)
    write("Call stack:\n")
    frame = error.__traceback__.tb_frame
    while frame and _imp.is_frozen(frame.f_code.co_filename):
        frame = frame.f_back
    if frame:
        traceback.print_stack(frame, file=sys.stderr)
    else:
        write(f"Logged from file {record.filename}, line {record.lineno}\n")
    try:
        write(f"Message: {record.msg!r}\nArguments: {record.args}\n")
    except RecursionError:
        raise
    except Exception:
        write(
            "Unable to print the message and arguments - possible formatting error.\n"
            "Use the traceback above to help find the error.\n"
        )


handle_error.__name__, handle_error.__qualname__ = "handleError", "Handler.handleError"
handle_error.__module__ = "logging"
