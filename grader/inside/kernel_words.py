"""What both ends of the kernel's socket must agree on."""

LENGTH = 4
"""Bytes that say how long the message after them is, big end first."""

READY = b"\0\0\0\0"
"""What the kernel says first, before any code of the notebook has run."""
