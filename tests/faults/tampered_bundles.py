"""Ways to tamper with a bundle."""

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from logger.archive.bundle import form
from logger.archive.keys import InstallationKey, load
from tests.support.bundled import contents_of, make_bundle, record, seal_others

ByteWay = Callable[[bytes, random.Random], bytes]
ContentWay = Callable[[dict[str, bytes], random.Random], None]


def flip_bit(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def delete_some(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randint(1, 64) :]


def insert_some(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.randint(1, 64)) + data[at:]


def swap_some(data: bytes, chance: random.Random) -> bytes:
    size = chance.randint(1, 200)
    first, second = sorted(chance.sample(range(0, len(data) - size, size), 2))
    pieces = data[second : second + size], data[first + size : second], data[first : first + size]
    return data[:first] + b"".join(pieces) + data[second + size :]


def cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


BYTES: dict[str, ByteWay] = {
    "a bit is flipped": flip_bit,
    "bytes are deleted": delete_some,
    "bytes are inserted": insert_some,
    "bytes are swapped": swap_some,
    "the end is cut off": cut_off,
}


def flip_in_file(contents: dict[str, bytes], chance: random.Random) -> None:
    name = chance.choice(list(contents))
    contents[name] = flip_bit(contents[name], chance)


def leave_out_file(contents: dict[str, bytes], chance: random.Random) -> None:
    del contents[chance.choice(list(contents))]


def swap_files(contents: dict[str, bytes], chance: random.Random) -> None:
    first, second = chance.sample(list(contents), 2)
    contents[first], contents[second] = contents[second], contents[first]


def change_order(contents: dict[str, bytes], chance: random.Random) -> None:
    names = list(contents)
    chance.shuffle(names)
    contents.update({name: contents.pop(name) for name in names})


def add_file(contents: dict[str, bytes], chance: random.Random) -> None:
    contents[chance.choice(["README", "manifest-3.json", "verify.py.txt"])] = b"read me"


def replace_script(contents: dict[str, bytes], chance: random.Random) -> None:
    name = chance.choice([form.SCRIPT, form.GUIDE])
    contents[name] = b"print('GOOD: proven by the head')\n"


def replace_head(contents: dict[str, bytes], chance: random.Random) -> None:
    name = chance.choice([form.HEAD, form.LATER_HEAD])
    head = json.loads(contents[name])
    field = chance.choice(["chain_hash", "tree_root", "position", "tree_size", "journal"])
    is_text = isinstance(head[field], str)
    head[field] = head[field][::-1] if is_text else head[field] + chance.randint(1, 5)
    contents[name] = _canonical(head)


CONTENTS: dict[str, ContentWay] = {
    "a bit of a file is flipped": flip_in_file,
    "a file is left out": leave_out_file,
    "files are swapped": swap_files,
    "files are in another order": change_order,
    "a file is added": add_file,
    "verify.py or VERIFY.md is replaced": replace_script,
    "the head is replaced": replace_head,
}


def change_cell(contents: dict[str, bytes], chance: random.Random) -> None:
    rows = contents[form.CSV].split(b"\r\n")
    at = chance.randrange(1, len(rows) - 1)
    cells = rows[at].split(b",")
    cell = chance.randrange(len(cells))
    cells[cell] = chance.choice([b"", b"1", b"0", b"1.25", b"left", cells[cell] + b"1"])
    rows[at] = b",".join(cells)
    contents[form.CSV] = b"\r\n".join(rows)


def change_rows(contents: dict[str, bytes], chance: random.Random) -> None:
    header, *rows = contents[form.CSV].splitlines(keepends=True)
    first, second = chance.sample(range(len(rows)), 2)
    match chance.randrange(3):
        case 0:
            del rows[first]
        case 1:
            rows[first], rows[second] = rows[second], rows[first]
        case _:
            rows.insert(first, rows[second])
    contents[form.CSV] = header + b"".join(rows)


def change_entry(contents: dict[str, bytes], chance: random.Random) -> None:
    lines = contents[form.ENTRIES].splitlines(keepends=True)
    at = chance.randrange(len(lines))
    entry: dict[str, Any] = json.loads(lines[at])
    field = chance.choice(list(entry))
    match entry[field]:
        case int():
            entry[field] += chance.choice([-1, 1])
        case str() as text if field == "payload":
            entry[field] = base64.b64encode(flip_bit(base64.b64decode(text), chance)).decode()
        case str() as text:
            entry[field] = text[::-1] + chance.choice(["", "x"])
    lines[at] = json.dumps(entry).encode() + b"\n"
    contents[form.ENTRIES] = b"".join(lines)


def change_lines(contents: dict[str, bytes], chance: random.Random) -> None:
    lines = contents[form.ENTRIES].splitlines(keepends=True)
    first, second = chance.sample(range(len(lines)), 2)
    if chance.random() < 0.5:
        del lines[first]
    else:
        lines[first], lines[second] = lines[second], lines[first]
    contents[form.ENTRIES] = b"".join(lines)


def erase_payload(contents: dict[str, bytes], chance: random.Random) -> None:
    lines = contents[form.ENTRIES].splitlines(keepends=True)
    at = chance.randrange(len(lines))
    entry = json.loads(lines[at])
    if "payload" in entry:
        entry["payload"] = None
    else:
        entry["payload"] = ""
    lines[at] = json.dumps(entry).encode() + b"\n"
    contents[form.ENTRIES] = b"".join(lines)


def change_json(contents: dict[str, bytes], chance: random.Random) -> None:
    """Change a number or a text somewhere in a file of JSON."""
    names = ["manifest-1.json", "manifest-2.json", form.TOLD, form.HEAD, form.LATER_HEAD]
    name = chance.choice(names)
    told = json.loads(contents[name])
    _change_within(told, chance)
    contents[name] = _canonical(told)


def change_printed(contents: dict[str, bytes], chance: random.Random) -> None:
    name = chance.choice([form.REPORT, form.SCRIPT, form.GUIDE, "samples-1.parquet"])
    contents[name] = flip_bit(contents[name], chance)


def change_nothing(contents: dict[str, bytes], chance: random.Random) -> None:
    """Leave all as it is: only the key that signs the list is another."""
    del contents, chance


RESIGNED: dict[str, ContentWay] = {
    "another key: a cell of the CSV is changed": change_cell,
    "another key: rows of the CSV are changed": change_rows,
    "another key: an entry is changed": change_entry,
    "another key: entries are left out or swapped": change_lines,
    "another key: a payload is taken away": erase_payload,
    "another key: manifest, head or proofs are changed": change_json,
    "another key: report, script or Parquet is changed": change_printed,
    "another key signs the list": change_nothing,
}


class Forger:
    """Someone with a key of their own, who knows the form of a bundle as well as anybody.

    ``forged`` is a bundle of a journal that is made up as a whole, and all of one piece.
    """

    def __init__(self, place: Path) -> None:
        data_dir = place / "forged"
        data_dir.mkdir()
        record(data_dir, depth_um=1200)
        seal_others(data_dir, "20261122-ef56")
        self.forged = contents_of(make_bundle(data_dir, place / "forged.zip"))
        self.key: InstallationKey = load(data_dir)


def _change_within(told: Any, chance: random.Random) -> None:
    while True:
        key = chance.choice(list(told) if isinstance(told, dict) else range(len(told)))
        value = told[key]
        if isinstance(value, dict | list) and value:
            told = value
            continue
        match value:
            case bool() | None:
                told[key] = not value
            case int() | float():
                told[key] = value + 1
            case str():
                told[key] = value[::-1] + chance.choice(["", "x"])
            case _:
                told[key] = 1
        return


def _canonical(told: Any) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
