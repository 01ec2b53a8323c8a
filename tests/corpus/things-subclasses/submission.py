# %% answer stack
class Stack(list):
    push = list.append
    def pop(self):
        if len(self) == 0: raise IndexError("empty, sorry")
        return super().pop()
    def __iter__(self): return super().__reversed__()
# %% answer shape
from abc import ABC
from functools import cached_property
class Shape(ABC):
    def area(self): raise NotImplementedError("ask a subclass")
    def larger(self, other): return self.area() > other.area()
class Named(Shape):
    @cached_property
    def name(self): return type(self).__name__
class Circle(Named):
    def __init__(self, radius): self.radius = radius
    def area(self): return math.pi * self.radius ** 2
class Square(Named):
    __slots__ = ("__side",)
    def __init__(self, side): self.__side = side
    def area(self): return self.__side ** 2
