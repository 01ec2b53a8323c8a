# %% locked helpers
import numpy as np

def check(got, wanted):
    assert got == wanted, f"{got!r} is not what was asked for"
# %% answer square
### BEGIN SOLUTION
def square(x):
    return x * x
### END SOLUTION
# %% tests t-square 2
check(square(2), 4)
### BEGIN HIDDEN TESTS
check(square(-3), 9)
assert np.allclose(square(np.arange(4.0)), [0, 1, 4, 9])
### END HIDDEN TESTS
# %% answer words
### BEGIN SOLUTION
def words(text):
    found = {}
    for word in text.split():
        found[word] = found.get(word, 0) + 1
    return found
### END SOLUTION
# %% tests t-words 2
assert words("a b a") == {"a": 2, "b": 1}
### BEGIN HIDDEN TESTS
expected = {"x": 3, "y": 1}
assert words("x y x x") == expected
assert not words("")
### END HIDDEN TESTS
# %% answer total
### BEGIN SOLUTION
def total(numbers):
    return sum(numbers)
### END SOLUTION
# %% tests t-total 2
assert abs(total([1.5, 2.5]) - 4) < 1e-9
### BEGIN HIDDEN TESTS
assert abs(total([0.1] * 10) - 1) < 1e-9
np.testing.assert_allclose(total([-1, 1, 7]), 7)
### END HIDDEN TESTS
# %% answer primes
### BEGIN SOLUTION
def primes(limit):
    return [n for n in range(2, limit + 1) if all(n % d for d in range(2, n))]
### END SOLUTION
# %% tests t-primes 3
points = 0
if primes(10) == [2, 3, 5, 7]:
    points += 1
### BEGIN HIDDEN TESTS
if 11 in primes(12) and 12 not in primes(12):
    points += 1
if sorted(primes(20))[-1] == 19 and len(primes(20)) == 8:
    points += 1
### END HIDDEN TESTS
points
