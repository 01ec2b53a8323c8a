# %% answer vector
from dataclasses import dataclass, field
@dataclass(slots=True, order=True)
class Vector:
    x: float
    y: float
    seen: list = field(default_factory=list, compare=False, repr=False)
    def __add__(self, other):
        self.seen.append(other)
        return Vector(self.x + other.x, self.y + other.y)
    def __mul__(self, factor): return Vector(self.x * factor, self.y * factor)
    __rmul__ = __mul__
    def __abs__(self): return (self.x ** 2 + self.y ** 2) ** 0.5
# %% answer stack
from dataclasses import dataclass, field
@dataclass
class Stack:
    items: list = field(default_factory=list)
    def push(self, item): self.items.append(item)
    def pop(self):
        try: return self.items.pop()
        except IndexError: raise IndexError("stack is empty") from None
    def __len__(self): return len(self.items)
    def __iter__(self): return reversed(self.items)
    def __contains__(self, item): return self.items.count(item) > 0
