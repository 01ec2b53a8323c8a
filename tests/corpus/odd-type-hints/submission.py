# %% answer square
def square(x: float) -> float:
    """x times x"""
    result: float = x * x
    return result
# %% answer words
def words(text):
    from collections import Counter
    return dict(Counter(text.split()))
# %% answer total
def total(numbers):
    return sum(numbers)
# %% answer primes
def primes(limit):
    return [n for n in range(2, limit + 1) if all(n % d for d in range(2, n))]
