"""Reads assignments written for Otter Assign: their notebooks become ours, with the same questions, tests and points.

``blocks`` finds the structure, ``config`` reads the settings, ``cases`` and ``points`` the tests, ``house_tests`` makes ours of
them, ``stripping`` what students get of a solution, ``student_copy`` the cells around ``grader.check``; ``notebook`` puts it all
together, and ``folder`` sorts the files.
"""

from grader.otter.blocks import is_otter
from grader.otter.folder import Translated, translate

__all__ = ["Translated", "is_otter", "translate"]
