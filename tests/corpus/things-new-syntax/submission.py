# %% answer parse
from typing import Final, Literal, Protocol, TypeAlias, overload
Pair: TypeAlias = tuple[str, int]
class Reads(Protocol):
    def __call__(self, text: str) -> Pair: ...
def parse(text: str, /, *, sep: Literal["="] = "=") -> Pair:
    match [part.strip() for part in text.split(sep)]:
        case [name, number] if (value := int(number)) is not None:
            print(f"{name=} {value=:>4}")
            return name, value
        case [only]:
            raise ValueError(f"{only=}")
        case other:
            raise ValueError(f"{other!r:^10}")
# %% answer vector
from typing import Self
class Base:
    def __eq__(self, other): return type(self) is type(other) and vars(self) == vars(other)
    def copy(self, **changes) -> Self: return type(self)(**{**vars(self), **changes})
from dataclasses import dataclass
@dataclass(eq=True, kw_only=False)
class Vector(Base):
    x: float
    y: float = 0
    def __add__(self, other): return self.copy(x=self.x + other.x, y=self.y + other.y)
    def __mul__(self, factor): return self.copy(x=self.x * factor, y=self.y * factor)
    def __abs__(self): return math.hypot(self.x, self.y)
