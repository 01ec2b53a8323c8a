# %% answer point
from collections import namedtuple
Point = namedtuple("Point", "x y")

def shifted(point, by):
    return Point(point.x + by, point.y + by)
# %% answer account
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
# %% answer countdown
class countdown:
    def __init__(self, start): self.now = start + 1
    def __iter__(self): return self
    def __next__(self):
        self.now -= 1
        if not self.now: raise StopIteration
        return self.now
# %% answer table
def by_city(frame):
    return frame.groupby("city")["rain"].sum()

def normalised(values):
    values = np.asarray(values, dtype=float)
    return (values - values.mean()) / values.std()
# %% answer apply
def compose(f, g):
    return lambda x: f(g(x))

def tidy(names):
    names.sort()

def greet(name):
    print("Hello", name)
