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
def countdown(start):
    while start:
        yield start
        start -= 1
# %% answer table
def by_city(frame):
    return frame.groupby("city")["rain"].sum()

def normalised(values):
    values = np.asarray(values, dtype=float)
    return (values - values.mean()) / values.std()
# %% answer apply
class compose:
    def __init__(self, f, g): self.f, self.g = f, g
    def __call__(self, x): return self.f(self.g(x))
def tidy(names): names[:] = sorted(names)
def greet(name): print(f'Hello {name}')
