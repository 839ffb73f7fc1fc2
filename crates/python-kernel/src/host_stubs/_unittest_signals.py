"""Replaces `unittest.signals`, which handles Ctrl-C. The parent handles Ctrl-C, so these functions do nothing."""


def registerResult(result):
    pass


def removeResult(result):
    return False


def installHandler():
    pass


def removeHandler(method=None):
    return method
