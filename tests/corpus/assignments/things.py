# %% locked helpers
import asyncio
import math
from collections.abc import Iterable
# %% answer vector
### BEGIN SOLUTION
from dataclasses import dataclass

@dataclass
class Vector:
    x: float
    y: float

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    def __abs__(self):
        return (self.x ** 2 + self.y ** 2) ** 0.5
### END SOLUTION
# %% tests t-vector 2
assert Vector(1, 2) + Vector(3, 4) == Vector(4, 6)
assert (Vector(1, 2) * 3).y == 6
### BEGIN HIDDEN TESTS
assert abs(Vector(3, 4)) == 5
v = Vector(0, 1)
v.x = 7
assert v == Vector(7, 1) and v != Vector(7, 2)
### END HIDDEN TESTS
# %% answer stack
### BEGIN SOLUTION
class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        if not self.items:
            raise IndexError("the stack is empty")
        return self.items.pop()

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items[::-1])

    def __contains__(self, item):
        return item in self.items
### END SOLUTION
# %% tests t-stack 2
stack = Stack()
stack.push(1)
stack.push("b")
assert len(stack) == 2 and list(stack) == ["b", 1]
assert "b" in stack and "q" not in stack
### BEGIN HIDDEN TESTS
assert stack.pop() == "b" and stack.pop() == 1 and not stack
try:
    stack.pop()
except IndexError as error:
    assert "empty" in str(error)
else:
    raise AssertionError("nothing was raised")
### END HIDDEN TESTS
# %% answer shape
### BEGIN SOLUTION
class Shape:
    def area(self):
        raise NotImplementedError

    def larger(self, other):
        return self.area() > other.area()

class Circle(Shape):
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return math.pi * self.radius ** 2

class Square(Shape):
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side ** 2
### END SOLUTION
# %% tests t-shape 2
assert issubclass(Circle, Shape) and isinstance(Square(2), Shape)
assert Square(3).area() == 9
### BEGIN HIDDEN TESTS
assert math.isclose(Circle(1).area(), math.pi)
assert Square(3).larger(Circle(1)) and not Square(1).larger(Circle(1))
try:
    Shape().area()
except NotImplementedError:
    pass
else:
    raise AssertionError("a shape has no area")
### END HIDDEN TESTS
# %% answer counter
### BEGIN SOLUTION
def counter(start=0):
    count = start

    def step(by=1):
        nonlocal count
        count += by
        return count

    return step
### END SOLUTION
# %% tests t-counter 1
step = counter(5)
assert step() == 6 and step(2) == 8
### BEGIN HIDDEN TESTS
other = counter()
assert other() == 1 and step() == 9
### END HIDDEN TESTS
# %% answer slow
### BEGIN SOLUTION
async def slow(number):
    await asyncio.sleep(0)
    return number * 2
### END SOLUTION
# %% tests t-slow 1
assert await slow(4) == 8
### BEGIN HIDDEN TESTS
assert await slow(-1) == -2
### END HIDDEN TESTS
# %% answer fibonacci
### BEGIN SOLUTION
def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
### END SOLUTION
# %% tests t-fibonacci 1
steps = fibonacci()
assert [next(steps) for _ in range(6)] == [0, 1, 1, 2, 3, 5]
### BEGIN HIDDEN TESTS
import itertools
assert list(itertools.islice(fibonacci(), 90))[-1] == 1779979416004714189
### END HIDDEN TESTS
# %% answer parse
### BEGIN SOLUTION
def parse(text):
    name, _, number = text.partition("=")
    if not number:
        raise ValueError(f"no number in {text!r}")
    return name.strip(), int(number)
### END SOLUTION
# %% tests t-parse 1
assert parse("a = 3") == ("a", 3)
### BEGIN HIDDEN TESTS
for bad in ("a", "a=", "a=x"):
    try:
        parse(bad)
    except ValueError:
        continue
    raise AssertionError(bad)
### END HIDDEN TESTS
