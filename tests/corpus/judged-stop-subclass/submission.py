# %% answer even
class Done(StopIteration): pass
def even(number):
    raise Done
# %% answer first
def first(limit):
    raise StopAsyncIteration
