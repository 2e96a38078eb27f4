"""A running recorder signs heads of its journal, in a child, and outsiders hold it to them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.simulator.pace import Pace
from logger.archive.ssh_signature import HEAD_NAMESPACE
from tests.support import ssh_keygen
from tests.support.command_line import call
from tests.support.mosquitto import Mosquitto, Subscriber
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.server import HOST
from tests.support.simulated import SimulatedPen, simulated_settings

SOON = "[archive]\nsettle_s = 0.1"


@pytest.fixture
def recorder(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[RecorderProcess]:
    """A recorder without a pen, with a broker; it is not started yet."""
    mqtt = f'[mqtt]\nhost = "{HOST}"\nport = {mosquitto.port}'
    recorder = RecorderProcess(tmp_path, settings_text([PenTable(tmp_path / "none")], SOON, mqtt))
    yield recorder
    recorder.__exit__(None, None, None)


def needlelog(recorder: RecorderProcess, *arguments: str) -> Any:
    return call("--config", recorder.settings_file, *arguments, "--json").json()


def troubles(recorder: RecorderProcess) -> list[str]:
    return [one.problem for one in recorder.ask().conditions if one.what == "archive"]


async def test_the_first_start_makes_a_key_and_an_outsider_gets_a_signed_head(
    recorder: RecorderProcess, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with Subscriber(mosquitto.port, "needlelog/clinic/bridge/head") as outsider:
        recorder.start()
        await outsider.until(lambda: bool(outsider.messages))
    (key,) = recorder.payloads("key.made")
    (head,) = outsider.payloads("head")
    data = head["signed"].encode()
    said = ssh_keygen.verify(tmp_path, key.public_key, HEAD_NAMESPACE, data, head["signature"])
    assert said.returncode == 0, said.stderr
    (entry,) = recorder.until_entry("head.signed")
    assert head["position"] == entry.position
    (covered,) = [one for one in recorder.entries() if one.position == head["head_position"]]
    assert covered.chain_hash.hex() == head["chain_hash"]


def test_the_recorder_itself_loads_no_cryptography(recorder: RecorderProcess) -> None:
    recorder.start()
    recorder.until_entry("head.signed")
    assert needlelog(recorder, "key", "rotate", "--reason", "yearly")["fingerprint"]
    loaded = Path(f"/proc/{recorder.pid}/maps").read_text()
    assert "apsw" in loaded
    assert "cryptography" not in loaded


def test_keys_and_heads_are_ordered_beside_the_recorder(recorder: RecorderProcess) -> None:
    recorder.start()
    recorder.until_entry("head.signed")
    second = needlelog(recorder, "key", "rotate", "--reason", "yearly")["fingerprint"]
    head = needlelog(recorder, "head", "--sign")
    assert (head["key"], head["good"]) == (second, True)
    assert recorder.payloads("key.revoked")[0].reason == "yearly"
    assert needlelog(recorder, "verify")["good"]


def test_a_later_start_signs_with_the_same_key(recorder: RecorderProcess) -> None:
    recorder.start()
    recorder.until_entry("head.signed")
    recorder.kill()
    recorder.start()
    recorder.until(lambda: recorder.ask().archive.last_round_unix_ns is not None, "a round")
    assert troubles(recorder) == []
    assert needlelog(recorder, "head", "--sign")["good"]
    assert len(recorder.payloads("key.made")) == 1


def test_a_lost_key_is_told_with_its_mend_and_recording_goes_on(tmp_path: Path) -> None:
    pen = SimulatedPen(tmp_path / "pen", simulated_settings("SIM-1"))
    recorder = RecorderProcess(tmp_path, settings_text([PenTable(pen.link)], SOON))
    with playing([pen.station], Pace(waits_for_readers=True)), recorder:
        recorder.until_entry("head.signed")
        recorder.kill()
        for path in (recorder.data_dir / "keys").iterdir():
            path.unlink()
        recorder.start()
        recorder.until(lambda: bool(troubles(recorder)), "word of the lost key")
        assert "needlelog key rotate --reason WHY" in troubles(recorder)[0]
        recorder.until_samples(recorder.pen().samples + 100)
        assert len(recorder.payloads("key.made")) == 1
        needlelog(recorder, "key", "rotate", "--reason", "the drive died")
        recorder.until(lambda: not troubles(recorder), "an archive that is well again")
        assert needlelog(recorder, "head", "--sign")["good"]
