# %% free
import math
import numpy as np
import pandas as pd
# %% answer point
### BEGIN SOLUTION
from collections import namedtuple
Point = namedtuple("Point", "x y")

def shifted(point, by):
    return Point(point.x + by, point.y + by)
### END SOLUTION
# %% tests t-point 1
assert shifted(Point(1, 2), 1) == (2, 3)
assert shifted(Point(1, 2), 1).y == 3
### BEGIN HIDDEN TESTS
assert shifted(Point(5, 6), -1) == Point(4, 5)
### END HIDDEN TESTS
# %% answer account
### BEGIN SOLUTION
class Empty(Exception):
    pass

class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        self.balance += amount
        return self

    def withdraw(self, amount):
        if amount > self.balance:
            raise Empty("not enough")
        self.balance -= amount

    def __repr__(self):
        return f"Account({self.owner}, {self.balance})"
### END SOLUTION
# %% tests t-account 2
ada = Account("Ada")
ada.deposit(5).deposit(2)
assert ada.balance == 7
try:
    ada.withdraw(100)
except Empty as error:
    assert "enough" in str(error)
else:
    raise AssertionError("too much was given")
### BEGIN HIDDEN TESTS
assert repr(Account("Bo", 3)) == "Account(Bo, 3)"
assert isinstance(ada, Account)
### END HIDDEN TESTS
# %% answer countdown
### BEGIN SOLUTION
def countdown(start):
    while start:
        yield start
        start -= 1
### END SOLUTION
# %% tests t-countdown 1
assert list(countdown(3)) == [3, 2, 1]
### BEGIN HIDDEN TESTS
steps = countdown(2)
assert next(steps) == 2
assert sum(steps) == 1
### END HIDDEN TESTS
# %% answer table
### BEGIN SOLUTION
def by_city(frame):
    return frame.groupby("city")["rain"].sum()

def normalised(values):
    values = np.asarray(values, dtype=float)
    return (values - values.mean()) / values.std()
### END SOLUTION
# %% tests t-table 2
frame = pd.DataFrame({"city": ["a", "b", "a"], "rain": [1.0, 2.0, 4.0]})
assert by_city(frame)["a"] == 5
### BEGIN HIDDEN TESTS
wanted = pd.Series([5.0, 2.0], index=pd.Index(["a", "b"], name="city"), name="rain")
pd.testing.assert_series_equal(by_city(frame), wanted)
assert math.isclose(normalised([1, 2, 3]).sum(), 0, abs_tol=1e-9)
assert normalised([1, 2, 3]).dtype == float
### END HIDDEN TESTS
# %% answer apply
### BEGIN SOLUTION
def compose(f, g):
    return lambda x: f(g(x))

def tidy(names):
    names.sort()

def greet(name):
    print("Hello", name)
### END SOLUTION
# %% tests t-apply 2
assert compose(lambda x: x + 1, abs)(-3) == 4
names = ["b", "a"]
tidy(names)
assert names == ["a", "b"]
### BEGIN HIDDEN TESTS
import contextlib, io
said = io.StringIO()
with contextlib.redirect_stdout(said):
    greet("you")
assert said.getvalue() == "Hello you\n"
### END HIDDEN TESTS
