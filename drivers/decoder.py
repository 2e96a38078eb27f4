"""From a pen's bytes to messages, by its profile. No I/O; no bytes make it raise."""

from drivers import counters as cause
from drivers.columns import SampleColumns
from drivers.counters import Counters
from drivers.errors import FrameError
from drivers.few_samples import FEW, FewSamples
from drivers.fields import BinaryFrame
from drivers.framing import make_framing
from drivers.messages import read_event, read_pen
from drivers.model import Message
from drivers.profile.plan import FramePlan
from drivers.profile.profile import Profile
from drivers.profile.schema import LineSpec
from drivers.samples import BinarySamples, SampleReader, TextSamples
from drivers.textfields import TextFrame


class Decoder:
    """Decodes one link of one pen; make a new one each time the port is opened.

    ``counters`` tells what became of every byte.
    """

    def __init__(self, profile: Profile) -> None:
        self.counters = Counters()
        self._profile = profile
        spec = profile.framing
        self._separator = spec.separator.encode() if isinstance(spec, LineSpec) else b""
        self._frames: dict[str, BinaryFrame | TextFrame] = {
            plan.name: TextFrame(plan, spec.separator)
            if isinstance(spec, LineSpec)
            else BinaryFrame(plan)
            for plan in profile.frames
        }
        self._framing = make_framing(profile, self.counters, self._is_whole_line)
        self._few = FewSamples.of(profile)
        self._samples = self._sample_reader()
        self._columns = SampleColumns(
            profile.sample,
            self._samples.ints,
            self._samples.floats,
            self._framing.wrap,
            self.counters,
        )

    @property
    def buffered(self) -> int:
        """Bytes held back until their frame is whole; never more than one frame's worth."""
        return self._framing.buffered

    def feed(self, data: bytes) -> list[Message]:
        """Return what ``data`` completes, in the order of the wire.

        Consecutive samples come as one run. Everything else that ``data`` held is
        counted in ``counters``.
        """
        self.counters.bytes_in += len(data)
        contents = self._framing.feed(data)
        if self._few is not None and 0 < len(contents) <= FEW:
            run = self._few.run(contents)
            if run is not None:
                self.counters.frames_good += len(run)
                return [run]
        messages: list[Message] = []
        if contents and self._samples.add_all(contents):
            self._end_run(messages)
            return messages
        add, pending = self._samples.add, False
        for content in contents:
            if add(content):
                pending = True
                continue
            if pending:
                self._end_run(messages)
                pending = False
            self._other(content, messages)
        if pending:
            self._end_run(messages)
        return messages

    def _is_whole_line(self, content: bytes) -> bool:
        frames = self._frames.values()
        return any(isinstance(frame, TextFrame) and frame.match(content) for frame in frames)

    def _sample_reader(self) -> SampleReader:
        sample = self._profile.sample
        frame = self._frames[sample.name]
        if isinstance(frame, TextFrame):
            return TextSamples(sample, frame)
        return BinarySamples(sample, self._profile.type_offset)

    def _end_run(self, messages: list[Message]) -> None:
        run = self._columns.run(*self._samples.take())
        if run is not None:
            messages.append(run)

    def _other(self, content: bytes, messages: list[Message]) -> None:
        plan = self._plan_of(content)
        try:
            if plan is None:
                self._unknown(content)
                return
            message = self._read(plan, content)
        except FrameError as error:
            self._refuse(error.cause, content)
            return
        if message is None:
            self.counters.unknown(self._framing.wrap(content))
            return
        self.counters.frames_good += 1
        messages.append(message)

    def _read(self, plan: FramePlan, content: bytes) -> Message | None:
        raws = self._frames[plan.name].read(content)
        if plan.role == "identity":
            return read_pen(plan, raws)
        return read_event(plan, raws, content)

    def _plan_of(self, content: bytes) -> FramePlan | None:
        by_type = self._profile.by_type
        if None in by_type:
            return by_type[None]
        if self._profile.is_text:
            return by_type.get(content.split(self._separator, 1)[0].decode("ascii", "replace"))
        offset = self._profile.type_offset or 0
        return by_type.get(content[offset]) if len(content) > offset else None

    def _unknown(self, content: bytes) -> None:
        if self._profile.checksum.size == 0:
            # Without a checksum an unknown word is no proof of a good frame.
            raise FrameError(cause.FORMAT, content)
        self.counters.unknown(self._framing.wrap(content))

    def _refuse(self, why: str, content: bytes) -> None:
        self.counters.refuse(why, self._framing.wrap(content))
