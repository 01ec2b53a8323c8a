"""The portal's pages: Flask. ``create_app`` is its only door."""

from classroom.web.application import create_app

__all__ = ["create_app"]
