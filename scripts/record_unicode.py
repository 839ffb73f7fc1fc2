#!/usr/bin/env python3
"""Writes this Python's character properties to the files from which python-kernel reads them.

Usage: record_unicode.py [FOLDER]      in CPython 3.13, which uses Unicode 15.1

properties.txt   runs of characters with the same properties: the first character, and a letter for each property
                 (`LETTERS` below). A run ends where the next begins.
cases.txt        characters that are different in another case: the character, then its lowercase, uppercase,
                 titlecase and casefolded forms. `-` stands for the character itself.

All characters are hexadecimal numbers.
"""

import pathlib
import sys
import unicodedata

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "crates/python-kernel/src/kernel/amendments/unicode"


def is_case_ignorable(char):
    # A capital sigma at the end of a word becomes a final sigma in lowercase if a cased character precedes it.
    # Case-ignorable characters in between do not count.
    return ("A" + char + "Σ").lower().endswith("ς") and (char + "Σ").lower().endswith("σ")


def is_cased(char):
    return (char + "Σ").lower().endswith("ς")


LETTERS = {
    "a": str.isalpha,
    "d": str.isdecimal,
    "g": str.isdigit,
    "n": str.isnumeric,
    "s": str.isspace,
    "p": str.isprintable,
    "l": str.islower,
    "u": str.isupper,
    "t": lambda char: unicodedata.category(char) == "Lt",
    "i": str.isidentifier,
    "j": lambda char: ("a" + char).isidentifier(),
    "c": is_cased,
    "o": is_case_ignorable,
}


def letters(char):
    return "".join(letter for letter, has in LETTERS.items() if has(char))


def texts(char):
    """Returns the lowercase, uppercase, titlecase and casefolded forms of a character."""
    return [char.lower(), char.upper(), char.title(), char.casefold()]


def hexadecimal(text):
    return "+".join(f"{ord(char):X}" for char in text)


def main(folder):
    assert unicodedata.unidata_version == "15.1.0", "use CPython 3.13, whose Unicode is the reference"
    chars = [chr(code) for code in range(sys.maxunicode + 1)]
    runs, previous = [], None
    for char in chars:
        found = letters(char)
        if found != previous:
            runs.append(f"{ord(char):X} {found}".rstrip())
            previous = found
        if "d" in found:
            # The ten digits of each script are consecutive code points, so a digit's value follows from its position in
            # the run.
            start = int(runs[-1].split()[0], 16)
            assert unicodedata.decimal(char) == (ord(char) - start) % 10, hex(ord(char))
    (folder / "properties.txt").write_text("\n".join(runs) + "\n")
    cases = []
    for char in chars:
        if any(text != char for text in texts(char)):
            fields = ("-" if text == char else hexadecimal(text) for text in texts(char))
            cases.append(" ".join([f"{ord(char):X}", *fields]))
    (folder / "cases.txt").write_text("\n".join(cases) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
