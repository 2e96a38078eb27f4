"""What a damaged and a recovered file hold of erased sessions goes as well."""

from pathlib import Path

import pytest

from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.damage import tell_damage
from logger.journal.recovering import recover_all
from logger.journal.verify_succession import verify_succession
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.retained import Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """A journal that was set aside with two sessions in it, and another one after."""
    clinic = Clinic(tmp_path)
    clinic.session("s-1", "CODE-ONE")
    clinic.session("s-2", "CODE-TWO")
    clinic.between()
    tell_damage(tmp_path, "as the test wishes")
    Journal.open(tmp_path, HostClock()).close()
    clinic.session("s-3", "CODE-ONE")
    clinic.between()
    return clinic


def test_recovered_and_damaged_files_lose_it(clinic: Clinic) -> None:
    recover_all(clinic.data_dir)
    clinic.round(days=0)
    assert set(clinic.sessions()) == {"s-1", "s-2", "s-3"}
    kept = [one for one in clinic.entries() if one.kind == kinds.SAMPLES][3:8]
    clinic.erase("CODE-ONE")
    clinic.round()
    assert clinic.holds_text("CODE-ONE") == []
    assert verify_succession(clinic.data_dir).good
    after = [one for one in clinic.entries() if one.kind == kinds.SAMPLES][3:8]
    assert after == kept
    clinic.rebuild()
    assert set(clinic.sessions()) == {"s-2"}


def test_while_a_file_is_not_recovered_nothing_can_be_erased(clinic: Clinic) -> None:
    with pytest.raises(CommandRefused, match=r"journal.set-aside-1.db may hold sessions of that"):
        clinic.erase("CODE-ONE")


def test_a_file_set_aside_later_is_recovered_before_an_erasure_is_over(clinic: Clinic) -> None:
    recover_all(clinic.data_dir)
    clinic.round(days=0)
    clinic.erase("CODE-ONE")
    recovered = clinic.data_dir / "journal.set-aside-1.recovered.db"
    recovered.rename(clinic.data_dir / "elsewhere")
    done = clinic.tried()
    assert any("run `needlelog recover`" in one for one in done.failed)
    (clinic.data_dir / "elsewhere").rename(recovered)
    clinic.round()
    assert clinic.holds_text("CODE-ONE") == []
