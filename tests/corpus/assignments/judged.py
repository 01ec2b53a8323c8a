# %% locked helpers
import numpy as np
import pandas as pd
import unittest
# %% free
def check(got, want):
    assert got == want, "not what was asked for"
# %% answer total
### BEGIN SOLUTION
def total(numbers):
    return float(sum(numbers))
### END SOLUTION
# %% tests t-close 1
assert abs(total([1, 2]) - 3) < 1e-9
### BEGIN HIDDEN TESTS
assert abs(total([5, 6]) - 11) < 1e-9
### END HIDDEN TESTS
# %% tests t-almost 1
unittest.TestCase().assertAlmostEqual(total([1, 2]), 3)
### BEGIN HIDDEN TESTS
assert round(total([0.123, 1]), 2) == 1.12
### END HIDDEN TESTS
# %% answer frame
### BEGIN SOLUTION
def frame(numbers):
    return pd.DataFrame({"n": numbers, "half": [n / 2 for n in numbers]})
### END SOLUTION
# %% tests t-equals 1
wanted = pd.DataFrame({"n": [1, 2], "half": [0.5, 1.0]})
assert frame([1, 2]).equals(wanted)
### BEGIN HIDDEN TESTS
assert frame([7])["n"].eq([7]).all()
### END HIDDEN TESTS
# %% tests t-difference 1
assert frame([4])["half"].sub([2.0]).abs().max() < 1e-9
### BEGIN HIDDEN TESTS
assert (frame([8]) - pd.DataFrame({"n": [8], "half": [4.0]})).abs().max().max() < 1e-9
### END HIDDEN TESTS
# %% answer even
### BEGIN SOLUTION
def even(number):
    return number % 2 == 0
### END SOLUTION
# %% tests t-each 1
assert all(map(even, [2, 4]))
### BEGIN HIDDEN TESTS
for got, wanted in zip(map(even, [1, 2, 3]), [False, True, False]):
    assert got == wanted
### END HIDDEN TESTS
# %% answer letters
### BEGIN SOLUTION
def letters(word):
    return set(word)
### END SOLUTION
# %% tests t-letters 1
assert letters("aba").issuperset({"a", "b"})
### BEGIN HIDDEN TESTS
assert "x" in letters("xyz") and "q" not in letters("xyz")
assert letters("xy").issubset({"x", "y"})
### END HIDDEN TESTS
# %% answer power
### BEGIN SOLUTION
def power(base, exponent):
    expected = 1
    for _ in range(exponent):
        expected = expected * base
    return expected
### END SOLUTION
# %% tests t-power 1
check(power(2, 3), 8)
### BEGIN HIDDEN TESTS
expected = 81
check(power(3, 4), expected)
### END HIDDEN TESTS
# %% answer opened
### BEGIN SOLUTION
class opened:
    state = "new"

    def __enter__(self):
        self.state = "in"
        return self

    def __exit__(self, *error):
        self.state = "out"
### END SOLUTION
# %% tests t-opened 1
door = opened()
with door:
    assert door.state == "in"
assert door.state == "out"
# %% tests t-swallow 1
with opened() as door:
    assert door.state == "in"
# %% answer first
### BEGIN SOLUTION
def first(limit):
    return list(range(limit))
### END SOLUTION
# %% tests t-first 1
assert sum(first(4)) == 6
### BEGIN HIDDEN TESTS
assert len(first(5)) == 5 and max(first(5)) == 4 and 3 in first(5)
### END HIDDEN TESTS
