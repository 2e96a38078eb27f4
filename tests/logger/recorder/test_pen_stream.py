"""What an identified pen says, as drafts of its stream."""

from dataclasses import replace

from drivers.model import PenEvent
from logger.recorder.pen_stream import TEXT_AT_MOST, PenStream, joined
from logger.recorder.timeline import Timeline
from tests.support.wire import HOST_BOOT, NPT, PEN, host, numbers, payloads, run, told


def _stream() -> PenStream:
    timeline = Timeline.taken_up(PEN, NPT, HOST_BOOT, host(), None)
    return PenStream(PEN, timeline, gap_cause="link")


def test_a_block_carries_what_it_was_read_with() -> None:
    (_, draft) = _stream().sampled(run(0, 4), host(1))
    assert draft.block is not None
    assert (draft.block.host, draft.block.host_boot_id) == (host(1), HOST_BOOT)
    assert (draft.block.pen, draft.block.boot_id) == ("NP-1", 7)
    assert draft.block.sequence_counted


def test_samples_are_counted() -> None:
    stream = _stream()
    stream.sampled(run(0, 4), host(1))
    stream.sampled(run(4, 6), host(2))
    assert stream.samples == 10


def test_a_gap_stands_before_the_block_that_shows_it() -> None:
    stream = _stream()
    stream.sampled(run(0, 4), host(1))
    drafts = stream.sampled(run(10, 4), host(1.1))
    assert told(drafts) == ["gap", "samples"]
    (gap,) = payloads(drafts, "gap")
    assert (gap.cause, gap.count, gap.from_sequence, gap.to_sequence) == ("sequence", 6, 4, 9)


def test_a_run_of_repeats_makes_no_block() -> None:
    stream = _stream()
    stream.sampled(run(0, 4), host(1))
    assert stream.sampled(run(0, 4), host(1.1)) == []
    assert stream.left_out == {"late": 4}


def test_a_cartridge_that_is_told_again_is_no_entry() -> None:
    stream = _stream()
    cartridge = PenEvent("cartridge", text="(10)L1", needle_count=12)
    assert told(stream.said(cartridge, host())) == ["pen.event"]
    assert stream.said(cartridge, host(5)) == []
    assert told(stream.said(replace(cartridge, text="(10)L2"), host(6))) == ["pen.event"]


def test_a_cartridge_is_told_anew_after_a_reboot() -> None:
    stream = _stream()
    cartridge = PenEvent("cartridge", text="(10)L1")
    stream.said(cartridge, host())
    stream.identified_again(replace(PEN, boot_id=8), restarted=False)
    assert told(stream.said(cartridge, host(1))) == ["pen.event"]


def test_a_cartridge_is_told_anew_when_it_is_put_in_again() -> None:
    stream = _stream()
    cartridge = PenEvent("cartridge", text="(10)L1")
    stream.said(cartridge, host())
    stream.said(PenEvent("cartridge_seated", value=0.0), host(1))
    stream.said(PenEvent("cartridge_seated", value=1.0), host(2))
    assert told(stream.said(cartridge, host(3))) == ["pen.event"]


def test_long_firmware_lines_are_cut() -> None:
    (draft,) = _stream().said(PenEvent("text", text="x" * 10_000), host())
    (seen,) = payloads([draft], "pen.event")
    assert len(seen.event.text) == TEXT_AT_MOST


def test_an_event_without_ticks_has_the_hosts_time() -> None:
    (seen,) = payloads(_stream().said(PenEvent("button", raw=1), host(2)), "pen.event")
    assert (seen.time_unix_ns, seen.device_us) == (host(2).wall_ns, None)


def test_an_event_with_ticks_has_the_pens_time() -> None:
    stream = _stream()
    stream.sampled(run(0, 101), host(1))
    (seen,) = payloads(stream.said(PenEvent("button", ticks_us=500_000), host(3)), "pen.event")
    assert seen.device_us == 500_000
    assert seen.time_unix_ns // 1000 == host(0.5).wall_ns // 1000


def test_new_firmware_is_told() -> None:
    stream = _stream()
    drafts = stream.identified_again(replace(PEN, firmware="2.0"), restarted=False)
    assert told(drafts) == ["pen.identified"]
    assert payloads(drafts, "pen.identified")[0].pen.firmware == "2.0"


def test_a_run_out_of_order_is_journaled_in_order() -> None:
    one, two = run(0, 2), run(2, 2)
    drafts = _stream().sampled(joined([two, one]), host())
    assert numbers(drafts) == [0, 1, 2, 3]
    assert drafts[-1].block is not None
    assert drafts[-1].block.columns["depth_set_mm"].tolist() == [0, 1, 2, 3]


def test_runs_are_joined_in_their_order() -> None:
    whole = joined([run(0, 3), run(3, 4), run(7, 1)])
    assert whole.sequence is not None
    assert whole.sequence.tolist() == list(range(8))
    assert whole.columns["depth_set_mm"].tolist() == list(range(8))
    assert len(whole) == 8
