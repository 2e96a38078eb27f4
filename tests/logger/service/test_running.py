"""The service as a coroutine: how it is begun, and when it is not."""

import asyncio
from pathlib import Path

import pytest

from logger.journal.files import JOURNAL_FILE
from logger.service import run_service
from logger.settings import Settings


async def test_a_ctrl_c_before_anyone_listens_for_it_leaves_nothing_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = asyncio.create_task(run_service(Settings(data_dir=tmp_path, pens=())))
    # asyncio.run() turns a Ctrl-C into a cancellation until the handlers are in place.
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "add_signal_handler", lambda *_: service.cancel())
    with pytest.raises(asyncio.CancelledError):
        await service
    assert not (tmp_path / JOURNAL_FILE).exists()
