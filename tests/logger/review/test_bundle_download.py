"""An evidence bundle that was downloaded is checked by anyone, without the console."""

from pathlib import Path

import pytest

from logger.journal.kinds import SessionExported
from tests.support.bundled import record
from tests.support.checked import both_say
from tests.support.command_line import call
from tests.support.consoled import Consoled
from tests.support.stories import SESSION

_ADDRESS = f"/sessions/{SESSION}/download/bundle"


@pytest.fixture
def sealed(tmp_path: Path) -> Consoled:
    """A console over a session that is sealed, under a signed head."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    record(data_dir)
    consoled = Consoled(data_dir)
    consoled.add("boss", "administrator")
    consoled.add("audit", "auditor")
    return consoled


async def test_both_verifiers_prove_it_by_key_and_head(sealed: Consoled, tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    call("--data-dir", sealed.data_dir, "head", "--out", head)
    fingerprint = call("--data-dir", sealed.data_dir, "key", "show").out.split()[0]
    answer = await (await sealed.signed_in("audit")).get(_ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert f"{SESSION}.bundle.zip" in answer.headers["content-disposition"]
    bundle = tmp_path / "downloaded.zip"
    bundle.write_bytes(answer.content)
    product, alone = both_say(bundle, str(head), fingerprint)
    assert "GOOD: proven by the key's fingerprint and the head" in alone
    assert "GOOD" in product


async def test_it_is_an_entry_and_the_record_stays_good(sealed: Consoled) -> None:
    await (await sealed.signed_in("audit")).get(_ADDRESS)
    noted = sealed.noted()[-1]
    assert isinstance(noted, SessionExported)
    assert (noted.session, noted.form, noted.account) == (SESSION, "bundle", "audit")
    assert call("verify", sealed.data_dir).code == 0


async def test_a_byte_that_changed_on_the_way_is_found(sealed: Consoled, tmp_path: Path) -> None:
    content = bytearray((await (await sealed.signed_in("audit")).get(_ADDRESS)).content)
    content[len(content) // 2] ^= 1
    bundle = tmp_path / "changed.zip"
    bundle.write_bytes(content)
    assert call("verify", bundle).code == 1
