# %% answer even
def even(number):
    raise StopIteration
