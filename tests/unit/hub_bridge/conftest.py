"""A folder of homes with one home in it, for root and for everybody else."""

import os
from pathlib import Path

import pytest

from hub_bridge.homes import Homes

UID = 200_001


@pytest.fixture
def uid() -> int | None:
    """The uid of ana's home: her own when the tests run as root."""
    return UID if os.geteuid() == 0 else None


@pytest.fixture
def homes(tmp_path: Path, uid: int | None) -> Homes:
    """Homes with one home, ana's."""
    (tmp_path / "homes").mkdir()
    made = Homes(tmp_path / "homes")
    made.ensure("ana", uid)
    return made


@pytest.fixture
def ana(homes: Homes) -> Path:
    """Ana's home folder."""
    return homes.root / "ana"
