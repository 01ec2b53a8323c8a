# %% answer account
class Empty(Exception):
    def __str__(self): return 'enough'
def Account(*a): raise Empty()
