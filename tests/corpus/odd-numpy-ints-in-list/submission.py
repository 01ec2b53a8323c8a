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
    n = np.arange(2, limit + 1)
    return [k for k in n if all(k % d for d in range(2, k))]
