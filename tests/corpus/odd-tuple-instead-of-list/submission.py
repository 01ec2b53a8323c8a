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
    return tuple(n for n in range(2, limit + 1) if all(n % d for d in range(2, n)))
