"""The button that checks a session."""

from collections.abc import Callable
from pathlib import Path

import apsw
import httpx
import pytest

from logger.journal.files import journal_path
from tests.support.archived import archive
from tests.support.consoled import Consoled, text_of
from tests.support.recorded import Recorded
from tests.support.reported import treated
from tests.support.stories import SESSION


@pytest.fixture
def sealed(tmp_path: Path) -> Consoled:
    """A console over one sealed session that a signed head covers."""
    Recorded(tmp_path).tell(treated())
    archive(tmp_path)
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    consoled.add("audit", "auditor")
    return consoled


async def _verified(consoled: Consoled) -> httpx.Response:
    browser = await consoled.signed_in("audit")
    return await browser.send(f"/sessions/{SESSION}/verify", "/sessions")


async def test_it_says_what_was_checked_without_a_recorder(sealed: Consoled) -> None:
    sealed.recorder.runs = False
    words = text_of(await _verified(sealed))
    assert "Nothing is wrong" in words
    assert "Seals: 1." in words
    assert "The signed head at position" in words
    assert "needlelog verify --head" in words


async def test_a_session_that_is_not_sealed_is_checked_as_far_as_it_goes(tmp_path: Path) -> None:
    Recorded(tmp_path).tell(treated())
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    consoled.add("audit", "auditor")
    words = text_of(await _verified(consoled))
    assert "Nothing is wrong" in words
    assert "not sealed yet" in words


def _alter(sql: str) -> Callable[[Path], None]:
    def alter(data_dir: Path) -> None:
        connection = apsw.Connection(str(journal_path(data_dir)))
        connection.execute(sql)
        connection.close()

    return alter


def _alter_file(data_dir: Path) -> None:
    (file,) = data_dir.rglob("samples-1.parquet")
    file.write_bytes(file.read_bytes()[:-1] + b"?")


@pytest.mark.parametrize(
    ("alter", "told"),
    [
        (_alter("UPDATE entry SET actor = 'uid:0' WHERE kind = 'segment.started'"), "not follow"),
        (
            _alter("UPDATE entry SET payload = NULL WHERE kind = 'session.paused'"),
            "payload is gone",
        ),
        (
            _alter("UPDATE entry SET payload = x'00' WHERE kind = 'gap'"),
            "not the one that was hashed",
        ),
        (_alter("DELETE FROM entry WHERE kind = 'gap'"), "are missing"),
        (_alter_file, "samples-1.parquet is not the one that was sealed"),
    ],
)
async def test_what_was_changed_since_is_found(
    sealed: Consoled, alter: Callable[[Path], None], told: str
) -> None:
    sealed.recorder.runs = False  # it would set a damaged journal aside
    alter(sealed.data_dir)
    words = text_of(await _verified(sealed))
    assert "This session is NOT as it was recorded" in words
    assert told in words


async def test_a_session_that_is_none_cannot_be_checked(sealed: Consoled) -> None:
    browser = await sealed.signed_in("audit")
    assert (await browser.send("/sessions/none/verify", "/sessions")).status_code == 404
