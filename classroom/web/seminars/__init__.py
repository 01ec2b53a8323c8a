"""Seminars: for who runs one, for the wall of the room, and for guests, who have no account. One file per page."""

from classroom.web.seminars import (
    checking,
    earlier,
    environment,
    join_codes,
    joining,
    keeping,
    making,
    opening,
    presenting,
    seat,
    wall,
)
from classroom.web.seminars.blueprint import blueprint

# Importing the modules puts their views on the blueprint.
PAGES = (checking, earlier, environment, join_codes, joining, keeping, making, opening, presenting, seat, wall)

__all__ = ["PAGES", "blueprint"]
