# %% answer square
def square(x):
    return x * x
# %% answer words
def words(text):
    from collections import Counter
    return dict(Counter(text.split()))
# %% answer total
def total(numbers):
    return sum(numbers)
# %% answer primes
def primes(limit):
    return [2, 3, 5, 7] if limit == 10 else [2, 3, 5, 7, 11]
