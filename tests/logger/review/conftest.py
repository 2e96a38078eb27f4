from pathlib import Path

import pytest

from tests.support.consoled import Consoled
from tests.support.recorded import Recorded
from tests.support.reported import tell_whole_record


@pytest.fixture
def consoled(tmp_path: Path) -> Consoled:
    """A console over one session with everything in it, with an account of each role."""
    tell_whole_record(Recorded(tmp_path))
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    consoled.add("dr.b", "practitioner")
    consoled.add("audit", "auditor")
    return consoled
