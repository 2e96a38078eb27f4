"""What of a session can be amended, how it is called, and what asks for its new value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from logger.review.block_choice import block_fields
from logger.review.fields import Field
from logger.review.words import Words
from logger.session.cartridges import typed_cartridge
from logger.session.legs import SIDES, ZONES
from logger.session.model import Segment, Session
from logger.session.orders import INDICATIONS
from logger.session.rearranging import segment_before
from logger.session.record_fold import value_text

NOW = "now"
"""The field of the new value, where there is one alone."""


@dataclass(frozen=True, slots=True)
class Amendable:
    """``what`` is its path in the order, ``shown`` what it is now in words."""

    what: str
    title: str
    shown: str
    fields: tuple[Field, ...]

    @property
    def is_border(self) -> bool:
        """Whether it is the block with which a segment begins."""
        return self.what.endswith(".from_position")


def amendables(session: Session, words: Words) -> list[Amendable]:
    """Return everything that can be amended, in the order of the page."""
    return [
        *_values(session, words),
        *_notes(session, words),
        *(one for segment in session.segments for one in _segment(session, segment, words)),
    ]


def order_value(one: Amendable, form: Mapping[str, str]) -> str:
    """Return the new value as an order takes it; CommandRefused for what is no cartridge."""
    if one.what != "cartridge":
        return form.get(NOW, "").strip()
    needles = form.get("needles", "").strip()
    cartridge = typed_cartridge(
        form.get("scan", "").strip(),
        form.get("lot", "").strip(),
        form.get("expires", "").strip(),
        int(needles) if needles.isdecimal() else None,
        form.get("gtin", "").strip(),
        form.get("serial", "").strip(),
    )
    return value_text(cartridge)


def _values(session: Session, words: Words) -> Iterator[Amendable]:
    word, now = words.word, words.say("value_now_is")
    client = Field(NOW, now, value=session.client, required=True, most=32)
    yield Amendable("client", word("client"), session.client, (client,))
    code = Field(NOW, now, value=session.practitioner, required=True, most=64)
    yield Amendable("practitioner", word("practitioner"), session.practitioner, (code,))
    named = [(one, words.name("indications", one)) for one in INDICATIONS]
    chosen = Field(NOW, now, "choice", session.indication, [("", "–"), *named])
    yield Amendable(
        "indication", word("indication"), words.name("indications", session.indication), (chosen,)
    )
    yield Amendable(
        "cartridge", word("cartridge"), _cartridge_words(session, words), _cartridge(session, words)
    )


def _cartridge_words(session: Session, words: Words) -> str:
    cartridge = session.cartridge
    if cartridge is None:
        return ""
    count = cartridge.needle_count
    parts = [cartridge.udi or cartridge.gtin]
    parts += [words.word("lot", lot=cartridge.lot)] if cartridge.lot else []
    parts += [words.word("expires", expiry=cartridge.expiry)] if cartridge.expiry else []
    parts += [words.word("needles", count=count)] if count is not None else []
    return ", ".join(part for part in parts if part)


def _cartridge(session: Session, words: Words) -> tuple[Field, ...]:
    say, told = words.say, session.cartridge
    count = "" if told is None or told.needle_count is None else str(told.needle_count)
    return (
        Field("scan", say("scan"), value=told.udi if told else "", hint=say("scan_hint")),
        Field("lot", say("lot"), value=told.lot if told else ""),
        Field("expires", say("expires"), "date", told.expiry if told else ""),
        Field("needles", say("needles"), "number", count, limits=("1", "1000", "1")),
        Field("serial", say("serial"), value=told.serial if told else ""),
        Field("gtin", "GTIN", value=told.gtin if told else ""),
    )


def _notes(session: Session, words: Words) -> Iterator[Amendable]:
    for note in session.notes:
        title = words.say("note_of", time=words.day_and_minute(note.time_unix_ns))
        hint = words.say("note_hint")
        text = Field(NOW, words.say("value_now_is"), "lines", note.text, hint=hint, most=4000)
        yield Amendable(f"note.{note.position}", title, note.text, (text,))


def _segment(session: Session, segment: Segment, words: Words) -> Iterator[Amendable]:
    say, path = words.say, f"segment.{segment.number}"
    place = say("segment_of", number=segment.number)
    sides = [(one, words.name("sides", one)) for one in SIDES]
    side = Field(NOW, say("value_now_is"), "answer", segment.side, sides)
    shown = words.name("sides", segment.side)
    yield Amendable(f"{path}.side", f"{place}: {words.word('side')}", shown, (side,))
    zones = [(one, words.name("zones", one)) for one in ZONES]
    zone = Field(NOW, say("value_now_is"), "choice", segment.zone, zones)
    shown = words.name("zones", segment.zone)
    yield Amendable(f"{path}.zone", f"{place}: {words.word('zone')}", shown, (zone,))
    if not segment.assigned and segment_before(session, segment.number) is not None:
        begun = words.word("position", position=segment.from_position)
        shown = f"{words.time(segment.from_unix_ns)}, {begun}"
        fields = tuple(block_fields(words, segment.from_unix_ns))
        yield Amendable(f"{path}.from_position", f"{place}: {say('begin')}", shown, fields)
