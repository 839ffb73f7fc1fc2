"""Replaces the line-editing module. The parent edits lines, so these functions have no effect.

`cmd` and `rlcompleter` call some of them.
"""
from posix import NO_FILES, _define_unavailable

backend = "readline"
_completer = None
_delimiters = " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?"


def get_completer():
    """Returns the function that set_completer has set."""
    return _completer


def set_completer(function=None, /):
    """Keeps a function, which is not called."""
    global _completer
    _completer = function


def get_completer_delims():
    """Returns the characters between words."""
    return _delimiters


def set_completer_delims(string, /):
    """Sets the characters between words."""
    global _delimiters
    _delimiters = string


def _define(names, result):
    def function_named(name):
        def function(*args):
            return result

        function.__name__ = function.__qualname__ = name
        return function

    for name in names.split():
        globals()[name] = function_named(name)


_define(
    "add_history clear_history insert_text parse_and_bind redisplay remove_history_item replace_history_item "
    "set_auto_history set_completion_display_matches_hook set_history_length set_pre_input_hook set_startup_hook "
    "get_history_item",
    None,
)
_define("get_begidx get_completion_type get_current_history_length get_endidx", 0)
_define("get_history_length", -1)
_define("get_line_buffer", "")
_define_unavailable(
    globals(), "append_history_file read_history_file read_init_file write_history_file", NO_FILES
)
