"""A check of a pen with a gauge, ordered from a running recorder."""

from pathlib import Path

import msgspec
import pytest

from logger.command_socket import send_order
from logger.errors import CommandRefused
from logger.journal.kinds import PenChecked
from logger.session.pen_checks import CHECK_PEN, CheckPen
from tests.support.accounts import NOON_NS
from tests.support.recorded import Recorded
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.records import DOCTOR
from tests.support.stories import PEN, Story

_CHECK = CheckPen(
    pen=PEN, depth_set_mm=1.5, gauge_mm=1.46, gauge="G-7", at_unix_ns=NOON_NS // 2, by=DOCTOR
)


def test_a_recorder_makes_a_check_an_entry_of_its_pen(tmp_path: Path) -> None:
    recorder = RecorderProcess(tmp_path, settings_text([PenTable(tmp_path / "none")]))
    story = Story()
    story.identified()
    Recorded(recorder.data_dir).tell(story)
    with recorder:
        told = send_order(recorder.data_dir, CHECK_PEN, msgspec.to_builtins(_CHECK))
        assert (told["done"], told["pen"]) == ("pen.checked", PEN)
        (check,) = recorder.payloads("pen.checked", stream=PEN)
        assert isinstance(check, PenChecked)
        assert (check.account, check.gauge_mm, check.remark) == (DOCTOR.id, 1.46, "")
        stranger = msgspec.structs.replace(_CHECK, pen="NP-9")
        with pytest.raises(CommandRefused, match="no pen NP-9 was ever linked"):
            send_order(recorder.data_dir, CHECK_PEN, msgspec.to_builtins(stranger))
