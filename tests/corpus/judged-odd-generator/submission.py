# %% answer first
class first:
    def __init__(self, limit): self.limit = limit
    def __iter__(self): return (n for n in range(self.limit))
    def __len__(self): return self.limit
# %% answer letters
class Letters(set):
    pass
def letters(word):
    return Letters(word)
# %% answer even
even = lambda number: not number & 1
