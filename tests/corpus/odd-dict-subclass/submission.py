# %% answer square
def square(x):
    return x * x
# %% answer words
class Table(dict):
    pass
def words(text):
    found = Table()
    for word in text.split():
        found[word] = found.get(word, 0) + 1
    return found
# %% answer total
def total(numbers):
    return sum(numbers)
# %% answer primes
def primes(limit):
    return [n for n in range(2, limit + 1) if all(n % d for d in range(2, n))]
