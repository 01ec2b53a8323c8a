"""Finds out which cells are the same cell: in the release a student was given, in the student's copy, and in the new release.

A cell is known by its grade id; then by cell id and text together; by its text after the same neighbour; by its text; then by the
cell id alone, because some tools number cells anew; an empty one by its neighbour; and last by likeness. Cells of different grade
ids are never the same: an answer must not turn up under another question.
"""

import re
from collections import deque
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import islice
from typing import TypeAlias

from grader.merging.cells import Cell, flags_of, grade_id_of
from grader.merging.marks import is_ours, mark_of, unmarked

ALIKE = 0.6
"""The share of words that two texts must have in common to be versions of one."""
_WORDS_COMPARED = 400
_CELLS_COMPARED = 60
"""Likeness is looked for among the first so many cells that nothing else names, each with each."""
_LOOKED_AT = 20
_WORD = re.compile(r"\w+|[^\w\s]")

Name: TypeAlias = Callable[[Cell], Hashable | None]
Neighbours: TypeAlias = Mapping[int, Cell | None]
"""The cell before a cell, by the ``id()`` of the object."""


@dataclass(slots=True)
class Slot:
    """One cell of the teacher's through its versions; at least one of ``base`` and ``new`` is there."""

    base: Cell | None = None
    new: Cell | None = None
    theirs: Cell | None = None
    copies: list[Cell] = field(default_factory=list)
    """Changed copies that the student made of the cell, metadata and all; ``theirs`` is the one that counts."""
    text: Cell | None = None
    """The marked cell that an earlier merge put before an answer."""
    base_digest: str | None = None
    """Where ``base`` is None but was known once: the digest of its text."""


@dataclass(slots=True)
class LinedUp:
    """All cells, sorted: the teacher's in ``slots``, those of the new release in its order; the student's file in ``order``."""

    slots: list[Slot]
    order: list[Slot | Cell]
    """The student's file as it is read from top to bottom: a slot where its cell stands, else a cell of the student's own."""


def line_up(base: Sequence[Cell], theirs: Sequence[Cell], new: Sequence[Cell]) -> LinedUp:
    """Sort the cells of three notebooks."""
    neighbours = {id(cell): before for cells in (base, theirs, new) for before, cell in zip((None, *cells), cells, strict=False)}
    slots = _teachers(base, new, neighbours)
    rest = _Theirs(theirs, slots)
    rest.take_texts()
    rest.take_copies()
    found = _match(theirs, slots, neighbours, left_out=rest.done)
    for place, number in found.items():
        rest.give(place, slots[number])
    rest.take_back()
    return LinedUp(slots, rest.order())


def _teachers(base: Sequence[Cell], new: Sequence[Cell], neighbours: Neighbours) -> list[Slot]:
    slots = [Slot(base=cell) for cell in base]
    found = _match(new, slots, neighbours)
    ordered = []
    for place, cell in enumerate(new):
        slot = slots[found[place]] if place in found else Slot()
        slot.new = cell
        ordered.append(slot)
    return ordered + [slot for slot in slots if slot.new is None]


class _Theirs:
    """The student's cells as they find their slots."""

    def __init__(self, cells: Sequence[Cell], slots: list[Slot]) -> None:
        self.cells, self.slots = cells, slots
        self.done: set[int] = set()
        self._elsewhere: set[int] = set()
        """Cells that stand with their slot, or nowhere: marked texts and copies."""
        self._slot_at: dict[int, Slot] = {}
        self._named: dict[str, Slot] = {}
        for slot in slots:
            for face in (slot.new, slot.base):
                if name := grade_id_of(face):
                    self._named.setdefault(name, slot)

    def give(self, place: int, slot: Slot) -> None:
        """The cell at ``place`` is the student's version of the slot's."""
        slot.theirs = self.cells[place]
        self.done.add(place)
        self._slot_at[place] = slot

    def take_texts(self) -> None:
        """What merges wrote and kept is no cell of the teacher's. The texts that they showed go back to their answers."""
        for place, cell in enumerate(self.cells):
            mark = mark_of(cell)
            if mark is None or grade_id_of(cell):
                continue
            self.done.add(place)
            if is_ours(cell, "text"):
                self._elsewhere.add(place)
                if slot := self._named.get(str(mark.get("of"))):
                    slot.text = cell

    def take_copies(self) -> None:
        """Of several cells with one grade id, find the one that counts: as in grading, the last answer that was changed."""
        groups: dict[str, list[int]] = {}
        for place, cell in enumerate(self.cells):
            if (name := grade_id_of(cell)) in self._named:
                groups.setdefault(name, []).append(place)
        for name, places in groups.items():
            slot = self._named[name]
            given = {face["source"] for face in (slot.base, slot.new) if face}
            changed = [place for place in places if self.cells[place]["source"] not in given]
            flags = flags_of(slot.new or slot.base)
            if flags and flags.solution:
                main = (changed or places)[-1]
            else:
                main = next((place for place in places if place not in changed), places[-1])
            self.done.update(places)
            self._elsewhere.update(place for place in places if place != main)
            slot.copies += [self.cells[place] for place in changed if place != main and self.cells[place]["source"].strip()]
            self.give(main, slot)

    def take_back(self) -> None:
        """An answer that stayed without its question finds it again when the question comes back."""
        for place, cell in enumerate(self.cells):
            mark = mark_of(cell)
            if mark is None or grade_id_of(cell) or mark.get("kind") != "kept" or not isinstance(mark.get("of"), str):
                continue
            slot = self._named.get(mark["of"])
            flags = flags_of(slot.new) if slot else None
            if slot and flags and flags.solution and slot.base is None and slot.theirs is None:
                self.give(place, slot)
                slot.theirs = {**cell, "metadata": unmarked(cell["metadata"])}
                slot.base_digest = mark["base"] if isinstance(mark.get("base"), str) else None
                if place and is_ours(self.cells[place - 1], "note"):
                    self._slot_at[place - 1] = slot

    def order(self) -> list[Slot | Cell]:
        """See LinedUp."""
        places = [place for place in range(len(self.cells)) if place not in self._elsewhere]
        return [self._slot_at.get(place, self.cells[place]) for place in places]


def _match(
    cells: Sequence[Cell], slots: Sequence[Slot], neighbours: Neighbours, left_out: Collection[int] = ()
) -> dict[int, int]:
    """For each place in ``cells`` the number of its slot, as far as there is one."""

    def by_place(cell: Cell) -> Hashable:
        before = neighbours[id(cell)]
        return (cell["cell_type"], cell["source"], before and (grade_id_of(before) or before["source"]))

    def by_text_and_place(cell: Cell) -> Hashable | None:
        return by_place(cell) if cell["source"].strip() else None

    found: dict[int, int] = {}
    taken = {number for number, slot in enumerate(slots) if slot.theirs}
    for name in (_grade_id, _id_and_text, by_text_and_place, _text, _id, by_place):
        places = [place for place in range(len(cells)) if place not in found and place not in left_out]
        waiting = _waiting(slots, taken, name)
        for place in places:
            key = name(cells[place])
            number = _first(waiting.get(key), cells[place], slots, taken) if key is not None else None
            if number is not None:
                found[place] = number
                taken.add(number)
    places = [place for place in range(len(cells)) if place not in found and place not in left_out]
    return found | _alike(cells, places, slots, taken)


def _waiting(slots: Sequence[Slot], taken: Collection[int], name: Name) -> dict[Hashable, deque[int]]:
    waiting: dict[Hashable, deque[int]] = {}
    for number, slot in enumerate(slots):
        if number not in taken:
            for key in {name(face) for face in (slot.base, slot.new) if face} - {None}:
                waiting.setdefault(key, deque()).append(number)
    return waiting


def _first(waiting: deque[int] | None, cell: Cell, slots: Sequence[Slot], taken: Collection[int]) -> int | None:
    """The first slot in line that is free and may be this cell's."""
    while waiting and waiting[0] in taken:
        waiting.popleft()
    looked_at = islice(waiting or (), _LOOKED_AT)
    return next((number for number in looked_at if number not in taken and _may_be(cell, slots[number])), None)


def _may_be(cell: Cell, slot: Slot) -> bool:
    name = grade_id_of(cell)
    names = {grade_id_of(face) for face in (slot.base, slot.new)} - {""}
    return not name or not names or name in names


def _grade_id(cell: Cell) -> Hashable | None:
    return grade_id_of(cell) or None


def _id_and_text(cell: Cell) -> Hashable | None:
    return (cell["id"], cell["source"]) if cell.get("id") else None


def _text(cell: Cell) -> Hashable | None:
    return (cell["cell_type"], cell["source"]) if cell["source"].strip() else None


def _id(cell: Cell) -> Hashable | None:
    return cell.get("id") or None


def _alike(cells: Sequence[Cell], places: list[int], slots: Sequence[Slot], taken: Collection[int]) -> dict[int, int]:
    """Cells that only their words make known, the most alike first. What is compared is bounded."""
    free = [number for number, slot in enumerate(slots) if number not in taken and slot.base][:_CELLS_COMPARED]
    words = {place: _words(cells[place]) for place in places[:_CELLS_COMPARED]}
    pairs = []
    for number in free:
        base = slots[number].base
        assert base
        matcher = SequenceMatcher(None, (), _words(base), autojunk=False)
        for place, theirs in words.items():
            if cells[place]["cell_type"] == base["cell_type"] and theirs and _may_be(cells[place], slots[number]):
                matcher.set_seq1(theirs)
                if (ratio := matcher.quick_ratio()) >= ALIKE:
                    pairs.append((-ratio, abs(place - number), place, number))
    found: dict[int, int] = {}
    for _, _, place, number in sorted(pairs):
        if place not in found and number not in found.values():
            found[place] = number
    return found


def _words(cell: Cell) -> list[str]:
    return _WORD.findall(cell["source"])[:_WORDS_COMPARED]
