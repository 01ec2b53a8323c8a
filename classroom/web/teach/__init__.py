"""The staff's pages: roster and people, assignments, grading, gradebook."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
