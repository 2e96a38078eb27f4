from pathlib import Path

import pytest

from tests.support.recorded import Recorded
from tests.support.reported import report_of, tell_whole_record, treated


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    """A journal in an empty data directory."""
    place = tmp_path / "data"
    place.mkdir()
    return Recorded(place)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a session that was amended, reviewed, signed and sealed."""
    place = tmp_path_factory.mktemp("whole")
    tell_whole_record(Recorded(place))
    return place


@pytest.fixture(scope="session")
def whole_report(whole: Path) -> bytes:
    """The report of it, in English on A4."""
    return report_of(whole)


@pytest.fixture(scope="session")
def simulated_report(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The report of a session of a simulated pen."""
    place = tmp_path_factory.mktemp("simulated")
    Recorded(place).tell(treated("SIM-000001"))
    return report_of(place)
