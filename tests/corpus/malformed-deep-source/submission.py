# %% answer words
def words(text):
    from collections import Counter
    return dict(Counter(text.split()))
