# %% answer point
from collections import namedtuple
Point = namedtuple("Point", "x y")

def shifted(point, by):
    return Point(point.x + by, point.y + by)
# %% answer account
class Empty(ValueError): pass
class Base:
    def __init__(self, owner, balance=0):
        self.owner, self._balance = owner, balance
    @property
    def balance(self): return self._balance
class Account(Base):
    def deposit(self, amount):
        self._balance += amount
        return self
    def withdraw(self, amount):
        if amount > self._balance: raise Empty('you have not enough')
        self._balance -= amount
    def __repr__(self): return 'Account(%s, %s)' % (self.owner, self.balance)
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
def compose(f, g):
    return lambda x: f(g(x))

def tidy(names):
    names.sort()

def greet(name):
    print("Hello", name)
