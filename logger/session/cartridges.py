"""The cartridges of a session: as typed, and as its pen read them."""

from collections.abc import Sequence
from datetime import date

import msgspec

from logger.errors import CommandRefused
from logger.journal.kinds import Cartridge
from logger.session.gs1 import read_scan

_NEEDLES = 1000
_TEXT_CHARACTERS = 200

WORDS = ("scan", "lot", "expires", "needles", "serial", "gtin")
"""What can be said of a cartridge, each as ``word=value``."""

_SCAN_BEGINS = ("(", "]", *"0123456789", "\x1d", "{GS}", "{FNC1}", "<GS>", "<FNC1>")
_WORDS_MEND = (
    "Give its GS1 scan text, or words: scan=TEXT lot=A1 expires=2027-12-31 needles=12 "
    "serial=0007 gtin=00850000000018"
)


class CartridgeRead(msgspec.Struct, frozen=True, kw_only=True):
    """A cartridge that the pen read, and from when on it was seated in this session.

    ``used`` tells whether the motor ran before it was taken out. ``udi`` is as the pen
    sent it, whatever that is.
    """

    position: int
    time_unix_ns: int
    udi: str
    needle_count: int | None = None
    used: bool = False


class CartridgesRead(msgspec.Struct, kw_only=True):
    """Those of a live session, in order; the last may be seated still. Changed in place."""

    ended: list[CartridgeRead] = []
    seated: CartridgeRead | None = None

    def see(self, read: CartridgeRead | None, motor_on_position: int | None) -> None:
        """Note what the pen has read by now, None where nothing is seated.

        ``motor_on_position`` is that of the last samples with the motor on.
        """
        if self.seated is not None and read is not None and self.seated.udi == read.udi:
            return
        if self.seated is not None:
            self.ended.append(_judged(self.seated, motor_on_position))
        self.seated = read

    def all(self, motor_on_position: int | None, ended_position: int | None) -> list[CartridgeRead]:
        """Return them all, without those that came after the session ended."""
        seated = [] if self.seated is None else [_judged(self.seated, motor_on_position)]
        return [
            one
            for one in (*self.ended, *seated)
            if ended_position is None or one.position <= ended_position
        ]


def _judged(read: CartridgeRead, motor_on_position: int | None) -> CartridgeRead:
    used = motor_on_position is not None and motor_on_position >= read.position
    return msgspec.structs.replace(read, used=used)


def read_before(reads: Sequence[CartridgeRead], position: int) -> tuple[CartridgeRead, ...]:
    """Return those of ``reads``, in order, that were seated before ``position``."""
    return tuple(one for one in reads if one.position < position)


def read_since(reads: Sequence[CartridgeRead], position: int) -> tuple[CartridgeRead, ...]:
    """Return those seated from ``position`` on, the one that was in by then first."""
    return (*read_before(reads, position)[-1:], *(one for one in reads if one.position >= position))


def typed_cartridge(
    scan: str,
    lot: str,
    expiry: str,
    needle_count: int | None,
    gtin: str = "",
    serial: str = "",
) -> Cartridge | None:
    """Return the cartridge that a person names; None if nothing is said of one.

    What is typed beside a scan text fills in what that does not tell; a GTIN with a serial
    number is taken as the scan text that it stands for. CommandRefused where the two
    contradict, or either cannot be.
    """
    if gtin and serial and not scan:
        scan = f"(01){gtin}(21){serial}"
    told = read_scan(scan) if scan else Cartridge()
    typed_and_scanned = (
        ("lot", lot, told.lot),
        ("expiry", expiry, told.expiry),
        ("GTIN", gtin, told.gtin),
        ("serial number", serial, told.serial),
    )
    for what, typed, scanned in typed_and_scanned:
        if typed and scanned and typed != scanned:
            raise CommandRefused(
                f"the {what} is typed as {typed}, and the scan text says {scanned}",
                "Leave out what is wrong",
            )
    cartridge = msgspec.structs.replace(
        told,
        lot=told.lot or lot,
        expiry=told.expiry or expiry,
        needle_count=needle_count,
        gtin=told.gtin or gtin,
        serial=told.serial or serial,
    )
    return check_cartridge(cartridge) if cartridge != Cartridge() else None


def worded_cartridge(words: Sequence[str]) -> Cartridge | None:
    """Return the cartridge that words such as ``lot=A1`` name, or a scan text by itself.

    None for no word, or an empty one. CommandRefused for a word that says nothing.
    """
    told: dict[str, str] = {}
    for word in filter(None, words):
        name, equals, value = word.partition("=")
        if not equals or name not in WORDS:
            name, value = "scan", word
            if not word.startswith(_SCAN_BEGINS):
                raise CommandRefused(f"{word!r} says nothing of a cartridge", _WORDS_MEND)
        if name in told:
            raise CommandRefused(f"{name}= is given twice", "Give it once")
        told[name] = value
    needles = told.get("needles", "")
    if needles and not needles.isdecimal():
        raise CommandRefused(f"{needles!r} is no number of needles", "Write such as needles=12")
    return typed_cartridge(
        told.get("scan", ""),
        told.get("lot", ""),
        told.get("expires", ""),
        int(needles) if needles else None,
        told.get("gtin", ""),
        told.get("serial", ""),
    )


def check_cartridge(cartridge: Cartridge) -> Cartridge:
    """Return ``cartridge``, its expiry as YYYY-MM-DD; CommandRefused where a value cannot be."""
    needles, expiry = cartridge.needle_count, expiry_of(cartridge)
    if needles is not None and not 1 <= needles <= _NEEDLES:
        raise CommandRefused(
            f"a cartridge of {needles} needles cannot be", f"Give 1 to {_NEEDLES}."
        )
    if cartridge.expiry and expiry is None:
        raise CommandRefused(f"{cartridge.expiry!r} is no date of expiry", "Write it as YYYY-MM-DD")
    for text in (cartridge.udi, cartridge.gtin, cartridge.lot, cartridge.serial):
        if len(text) > _TEXT_CHARACTERS or not text.isprintable():
            raise CommandRefused(
                f"{text[:40]!r} cannot stand on a cartridge",
                f"Use up to {_TEXT_CHARACTERS} characters that can be printed",
            )
    return msgspec.structs.replace(cartridge, expiry=expiry.isoformat() if expiry else "")


def expiry_of(cartridge: Cartridge) -> date | None:
    """Return the last day on which a cartridge may be used; None if that is not known."""
    try:
        return date.fromisoformat(cartridge.expiry)
    except ValueError:
        return None
