"""Shared by all tests: where the checkout is, and how hard `make fuzz` tries."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no error: nothing here is about time.
settings.register_profile("quick", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("quick")
settings.register_profile("fuzz", max_examples=3_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("merge-cases", max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parents[1]
