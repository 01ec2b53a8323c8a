# %% answer square
def square(x): return x * x
# %% answer words
def words(text):
    from collections import Counter
    return dict(Counter(text.split()))
