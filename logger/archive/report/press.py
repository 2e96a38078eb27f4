"""Data and templates to PDF: typst, with nothing but what lies in this package.

No system font, no package from the network, no clock of its own: the same data give the same
bytes. Data are handed over as JSON; no text of theirs is ever read as markup.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Literal

import msgspec
import typst

from logger.archive.report.printable import all_printable

Paper = Literal["a4", "us-letter"]
PAPERS: dict[str, Paper] = {"a4": "a4", "letter": "us-letter"}

STANDARDS = ("a-3a", "ua-1")
"""PDF/A-3a is PDF/A-3b and tagged; PDF/UA-1 judges the tags."""
_TEMPLATES = ("frame.typ", "chart.typ", "session.typ", "audit.typ")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file within the PDF, as PDF/A-3 has them."""

    name: str
    data: bytes
    type: str
    description: str

    def as_data(self) -> dict[str, str]:
        """Return what the template needs to know of it."""
        return {"name": self.name, "type": self.type, "description": self.description}


def press(
    template: Literal["session.typ", "audit.typ"],
    data: dict[str, Any],
    attachments: Sequence[Attachment],
    as_of_unix_ns: int,
    drawings: Mapping[str, str] | None = None,
) -> bytes:
    """Return the PDF of ``data``; its dates are those of ``as_of_unix_ns``.

    ``drawings`` are SVG by the name under which the template asks for them.
    """
    here = files(__package__)
    inputs = {name: here.joinpath(name).read_bytes() for name in _TEMPLATES}
    inputs["main.typ"] = inputs.pop(template)
    inputs |= {one.name: one.data for one in attachments}
    inputs |= {name: svg.encode() for name, svg in (drawings or {}).items()}
    told = all_printable(data) | {"attached": [one.as_data() for one in attachments]}
    inputs["data.json"] = msgspec.json.encode(told)
    pdf: bytes = typst.compile(  # type: ignore[call-overload]  # its stub lacks the dict of files
        inputs,
        format="pdf",
        pdf_standards=list(STANDARDS),
        timestamp=datetime.fromtimestamp(max(0, as_of_unix_ns) // 1_000_000_000, UTC),
        ignore_system_fonts=True,
    )
    return pdf
