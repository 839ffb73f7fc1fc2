"""Runs inputs in CPython as the interactive prompt does, and prints the transcript of each, with its tracebacks.

    python tracebacks.py FILE

FILE contains a JSON list of lists of statements. The result is a JSON list with a transcript for each list of
statements: the statements behind `>>> `, and what they print. Variables stay from one list to the next.
"""
import ast
import contextlib
import io
import json
import linecache
import re
import sys
import traceback
import warnings


def transcript(statements: list, number: int, names: dict) -> str:
    written = io.StringIO()
    for position, source in enumerate(statements):
        file = f"<stdin>-{number}-{position}"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        written.write(">>> " + source.replace("\n", "\n... ") + "\n")
        with contextlib.redirect_stdout(written):
            try:
                exec(compile(source + "\n", file, "single"), names)
            except BaseException as error:
                written.write("".join(traceback.format_exception(in_statements(error))))
    text = re.sub(r"(<stdin>)-\d+-\d+", r"\1", written.getvalue())
    # Our modules are frozen and have no path.
    return re.sub(r"(cannot import name .*) \(/.*\)", r"\1 (unknown location)", text)


def in_statements(error, seen=()):
    """Removes all frames that do not run statements from an exception and the exceptions that led to it."""
    if error is None or error in seen:
        return error
    kept, frame = [], error.__traceback__
    while frame:
        if frame.tb_frame.f_code.co_filename.startswith("<stdin>"):
            kept.append(frame)
        frame = frame.tb_next
    following = None
    for frame in reversed(kept):
        frame.tb_next = following
        following = frame
    error.__traceback__ = following
    for other in (error.__cause__, error.__context__):
        in_statements(other, (*seen, error))
    return error


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        inputs = json.load(file)
    warnings.simplefilter("ignore")
    names = {"__name__": "__main__"}
    transcripts = [transcript(statements, number, names) for number, statements in enumerate(inputs)]
    json.dump(transcripts, sys.stdout)


if __name__ == "__main__":
    main()
