# %% answer first
def first(limit):
    return dict.fromkeys(range(limit)).keys()
# %% answer letters
def letters(word):
    return frozenset(word)
