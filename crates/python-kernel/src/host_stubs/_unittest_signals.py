"""Stands in for `unittest.signals`: Ctrl-C is the tutor's to hear, so there is no handler to put in its place."""


def registerResult(result):
    pass


def removeResult(result):
    return False


def installHandler():
    pass


def removeHandler(method=None):
    return method
