# %% answer fibonacci
from contextlib import contextmanager
def inner(a, b):
    try:
        while True:
            got = yield a
            a, b = b, a + b
    finally:
        print("closed")
def fibonacci():
    yield from inner(0, 1)
begun = fibonacci()
next(begun)
# %% answer counter
def counter(start=0):
    def counting():
        value, by = start, 0
        while True:
            by = yield value
            value += by
    running = counting()
    next(running)
    return lambda by=1: running.send(by)
