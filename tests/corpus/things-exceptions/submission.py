# %% answer parse
class ParseError(ValueError):
    def __init__(self, text, place=0):
        super().__init__(f"can't read {text!r} at {place}")
        self.text, self.place = text, place
def parse(text):
    try:
        name, number = text.split("=")
        return name.strip(), int(number)
    except Exception as error:
        raise ParseError(text) from error
# %% answer stack
class StackError(Exception): pass
class Empty(StackError, IndexError):
    def __str__(self): return "empty"
class Stack:
    def __init__(self): self._items = ()
    def push(self, item): self._items += (item,)
    def pop(self):
        if not self._items:
            error = Empty()
            error.add_note("push first")
            raise error
        *rest, last = self._items
        self._items = tuple(rest)
        return last
    def __len__(self): return len(self._items)
    def __iter__(self): yield from self._items[::-1]
    def __contains__(self, item): return any(item == one for one in self)
