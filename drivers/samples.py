"""Collects sample frames and turns a whole batch of them into one matrix of raw values.

The hot path: no Python object outlives a sample, and each field costs one numpy call a
batch.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from drivers.profile.plan import FieldPlan, FramePlan
from drivers.textfields import TextFrame, column_parser

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class SampleReader(Protocol):
    """Collects contents of sample frames until ``take``.

    ``ints`` and ``floats`` name the rows of what ``take`` returns; integer fields whose
    range must be checked come first.
    """

    ints: tuple[FieldPlan, ...]
    floats: tuple[FieldPlan, ...]

    def add(self, content: bytes) -> bool:
        """Collect ``content`` and return True; False if it is not shaped like a sample."""
        ...

    def add_all(self, contents: Sequence[bytes]) -> bool:
        """Collect all ``contents`` and return True; False, and none, if one is no sample."""
        ...

    def take(self) -> tuple[list[bytes], Ints, Floats]:
        """Return what was collected since the last call, and begin anew.

        The contents [n], the raw values of ``ints`` as int64 [fields, n] and those of
        ``floats`` as float64 [fields, n].
        """
        ...


def sample_dtype(plan: FramePlan) -> np.dtype[np.void]:
    """Return a binary sample frame as numpy sees it: its numbers by their offset as text."""
    numbers = [field for field in plan.fields if field.dtype]
    return np.dtype(
        {
            "names": [str(field.at) for field in numbers],
            "formats": [field.dtype for field in numbers],
            "offsets": [field.at for field in numbers],
            "itemsize": plan.size,
        }
    )


def is_bounded(field: FieldPlan) -> bool:
    """Return whether an integer field can hold values that it must not have."""
    if not field.dtype:
        return True
    holds = np.iinfo(field.dtype[1:])
    return bool(field.low > holds.min or field.high < holds.max)


class BinarySamples:
    """:class:`SampleReader` of binary frames of one fixed length."""

    def __init__(self, plan: FramePlan, type_offset: int | None) -> None:
        self._size = plan.size
        self._type = plan.type if isinstance(plan.type, int) and type_offset is not None else None
        self._type_offset = type_offset or 0
        self.ints, self.floats = _by_kind(plan.fields)
        self._dtype = sample_dtype(plan)
        self._int_names = tuple(str(field.at) for field in self.ints)
        self._float_names = tuple(str(field.at) for field in self.floats)
        self._contents: list[bytes] = []

    def add(self, content: bytes) -> bool:
        """See :meth:`SampleReader.add`."""
        if len(content) != self._size:
            return False
        if self._type is not None and content[self._type_offset] != self._type:
            return False
        self._contents.append(content)
        return True

    def add_all(self, contents: Sequence[bytes]) -> bool:
        """See :meth:`SampleReader.add_all`."""
        if set(map(len, contents)) != {self._size}:
            return False
        if self._type is not None:
            types = b"".join(contents)[self._type_offset :: self._size]
            if types.count(self._type) != len(contents):
                return False
        self._contents += contents
        return True

    def take(self) -> tuple[list[bytes], Ints, Floats]:
        """See :meth:`SampleReader.take`."""
        contents, self._contents = self._contents, []
        table = np.frombuffer(b"".join(contents), self._dtype)
        ints = np.empty((len(self._int_names), len(contents)), np.int64)
        for row, name in enumerate(self._int_names):
            ints[row] = table[name]
        floats = np.empty((len(self._float_names), len(contents)), np.float64)
        if self._float_names:
            # Widening a signalling NaN counts as an invalid operation; here it is just a NaN.
            with np.errstate(invalid="ignore"):
                for row, name in enumerate(self._float_names):
                    floats[row] = table[name]
        return contents, ints, floats


class TextSamples:
    """:class:`SampleReader` of lines."""

    def __init__(self, plan: FramePlan, frame: TextFrame) -> None:
        self.ints, self.floats = _by_kind(frame.fields)
        self._match = frame.match
        self._int_columns = [(frame.fields.index(f), column_parser(f)) for f in self.ints]
        self._float_columns = [(frame.fields.index(f), column_parser(f)) for f in self.floats]
        self._contents: list[bytes] = []
        self._rows: list[tuple[bytes, ...]] = []

    def add(self, content: bytes) -> bool:
        """See :meth:`SampleReader.add`."""
        match = self._match(content)
        if match is None:
            return False
        self._contents.append(content)
        self._rows.append(match.groups())
        return True

    def add_all(self, contents: Sequence[bytes]) -> bool:
        """See :meth:`SampleReader.add_all`."""
        matches = [match for match in map(self._match, contents) if match is not None]
        if len(matches) != len(contents):
            return False
        self._contents += contents
        self._rows += [match.groups() for match in matches]
        return True

    def take(self) -> tuple[list[bytes], Ints, Floats]:
        """See :meth:`SampleReader.take`."""
        contents, self._contents = self._contents, []
        columns = list(zip(*self._rows, strict=True))
        self._rows = []
        ints = np.empty((len(self._int_columns), len(contents)), np.int64)
        for row, (index, parse) in enumerate(self._int_columns):
            ints[row] = parse(columns[index])
        floats = np.empty((len(self._float_columns), len(contents)), np.float64)
        for row, (index, parse) in enumerate(self._float_columns):
            floats[row] = parse(columns[index])
        return contents, ints, floats


def _by_kind(
    fields: Iterable[FieldPlan],
) -> tuple[tuple[FieldPlan, ...], tuple[FieldPlan, ...]]:
    used = [field for field in fields if field.fills or field.equals is not None]
    ints = [field for field in used if field.kind == "int"]
    ints.sort(key=lambda field: not is_bounded(field))
    return tuple(ints), tuple(field for field in used if field.kind == "float")
