from pathlib import Path

import pytest

from tests.support.recorded import Recorded


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    """A journal in an empty data directory."""
    return Recorded(tmp_path)
