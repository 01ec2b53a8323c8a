"""Codes that were on the wall until a moment ago."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from classroom.models.base import Base


class OldCode(Base):
    """A join code that was replaced and still lets people in until ``until``. The code that holds now stands on the seminar."""

    __tablename__ = "old_code"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id"), index=True)
    until: Mapped[datetime]
