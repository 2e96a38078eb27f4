#!/usr/bin/env python3
"""Checks an evidence bundle of needlelog. Needs Python 3.10 or newer and ssh-keygen, no more.

    python3 verify.py BUNDLE.zip [--head FILE|HEX] [--key-fingerprint SHA256:...]

Exit code 0: nothing is wrong; 1: something is; 2: it could not be checked. "Consistent,
origin not proven": all parts agree, and whoever made them could have made up all of them.
Give a head or a fingerprint that reached you by another way. VERIFY.md says what is shown.
"""

import argparse
import base64
import csv
import datetime
import hashlib
import json
import math
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FILES = ["VERIFY.md", "verify.py", "samples.csv", "session.pdf"]
MORE_FILES = ["entries.jsonl", "bundle.json", "head.json", "head.json.sig"]
LATER_FILES = ["later.json", "later.json.sig"]
CHANNELS = ["depth_set_mm", "depth_measured_mm", "rate_hz", "rate_set_hz"]
CHANNELS += ["motor_current_ma", "battery_pct", "motor_temperature_c"]
CHANGING = ["session.amended", "session.split", "session.merged", "samples.assigned"]
FLAGS = {"motor_on": 1, "contact": 2, "contact_sensed": 4, "cartridge_seated": 8, "fault": 16}
COLUMNS = ["time_utc", "time_local", "time_unix_ns", "clock_synchronised", "anchor"]
COLUMNS += ["corrected_time_utc", "corrected_time_unix_ns", "corrected_by_position", "pen"]
COLUMNS += ["simulated", "session", "side", "zone", "paused", "position", "boot_id", "sequence"]
COLUMNS += ["device_us", *CHANNELS, *FLAGS]


class Bad(Exception):
    """Something is not as it should be."""


def need(holds: object, problem: str) -> None:
    if not holds:
        raise Bad(problem)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# The zip. Its headers are made again and compared, so that no byte of it is free.


def read_zip(data: bytes) -> dict[str, Any]:
    """Return crc, size and deflated bytes of each file by name, in order."""
    members: dict[str, Any] = {}
    directory, at = b"", 0
    while data[at : at + 4] == b"PK\x03\x04":
        need(len(data) >= at + 30, "the zip breaks off")
        crc, packed, size, length = struct.unpack("<3IH", data[at + 14 : at + 28])
        sizes = struct.pack("<3I2H", crc, packed, size, length, 0)
        header = b"PK\x03\x04" + struct.pack("<5H", 20, 0, 8, 0, 33) + sizes
        need(data[at : at + 30] == header, f"the header at byte {at} is not that of a bundle")
        name, start = data[at + 30 : at + 30 + length], at + 30 + length
        need(len(data) >= start + packed, "the zip breaks off")
        need(name.isascii() and name.decode() not in members, f"file {name!r} is not a bundle's")
        members[name.decode()] = (crc, size, memoryview(data)[start : start + packed])
        central = struct.pack("<6H", 20 | 3 << 8, 20, 0, 8, 0, 33) + sizes
        central += struct.pack("<3H2I", 0, 0, 0, 0o600 << 16, at)
        directory += b"PK\x01\x02" + central + name
        at = start + packed
    count = len(members)
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, count, count, len(directory), at, 0)
    need(data[at:] == directory + end, "the directory at the zip's end is not that of a bundle")
    return members


def unpacked(name: str, member: Any) -> Iterator[bytes]:
    """Yield the content of a file in pieces; Bad unless it is exactly what the zip tells."""
    crc, size, packed = member
    inflating, crc_now, size_now, fed = zlib.decompressobj(-15), 0, 0, 0
    while not inflating.eof:
        piece = inflating.unconsumed_tail or packed[fed : fed + 65536]
        fed += 0 if inflating.unconsumed_tail else len(piece)
        need(len(piece), f"{name} breaks off")
        piece = inflating.decompress(piece, 1 << 20)
        crc_now, size_now = zlib.crc32(piece, crc_now), size_now + len(piece)
        need(size_now <= size, f"{name} is longer than the zip tells")
        yield piece
    same = fed == len(packed) and not inflating.unused_data and (crc_now, size_now) == (crc, size)
    need(same, f"{name} is not what the zip tells")


def check_list(members: dict[str, Any], listed: Json) -> None:
    """Return if every file before the list is the one that the list names."""
    names = [one["name"] for one in listed["files"]]
    need([*names, "files.json", "files.json.sig"] == list(members), "files.json lists other files")
    for one in listed["files"]:
        _, size, packed = members[one["name"]]
        whole = hashlib.sha256()
        for piece in unpacked(one["name"], members[one["name"]]):
            whole.update(piece)
        found = [size, whole.hexdigest(), len(packed), hashlib.sha256(packed).hexdigest()]
        told = [one[key] for key in ("bytes", "sha256", "packed_bytes", "packed_sha256")]
        need(found == told, f"{one['name']} is not the one that was signed")


# Signatures. OpenSSH checks them; here is only read who claims to have signed.


def signer_of(armoured: bytes) -> bytes:
    """Return the public key in an armoured signature, which must be as OpenSSH writes it."""
    blob = base64.b64decode(b"".join(armoured.split(b"\n")[1:-2]), validate=True)
    lines = base64.b64encode(blob)
    body = b"".join(lines[at : at + 70] + b"\n" for at in range(0, len(lines), 70))
    again = b"-----BEGIN SSH SIGNATURE-----\n" + body + b"-----END SSH SIGNATURE-----\n"
    need(again == armoured and blob[:14] == b"SSHSIG\0\0\0\1\0\0\0\x33", "no SSH signature")
    need(blob[14:33] == b"\0\0\0\x0bssh-ed25519\0\0\0\x20", "it is not signed by Ed25519")
    return blob[14:65]


def fingerprint(key: bytes) -> str:
    return "SHA256:" + base64.b64encode(sha256(key)).decode().rstrip("=")


def signed_by(data: bytes, armoured: bytes, purpose: str) -> str:
    """Return the fingerprint of the key that signed ``data`` for ``purpose``; Bad if none did."""
    key = signer_of(armoured)
    with tempfile.TemporaryDirectory() as place:
        signers, signature = str(Path(place, "signers")), str(Path(place, "signature"))
        for path, text in (
            (signers, b"x ssh-ed25519 " + base64.b64encode(key)),
            (signature, armoured),
        ):
            Path(path).write_bytes(text)
        command = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "x", "-n", purpose]
        command += ["-s", signature]
        done = subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603
    need(done.returncode == 0, f"the signature as {purpose} is not good")
    return fingerprint(key)


def read_keys(entries: Iterable[Json]) -> dict[str, Json]:
    """Return what the entries tell of each key: from which position to which it signed."""
    keys: dict[str, Json] = {}
    for entry in entries:
        if entry["kind"] in ("key.made", "key.revoked"):
            told = json.loads(entry["payload"])
            blob = base64.b64decode(told["public_key"].split()[1], validate=True)
            need(fingerprint(blob) == told["fingerprint"], "a key has another's fingerprint")
            key = keys.setdefault(told["fingerprint"], {"made": 0, "gone": 1 << 64, **told})
            if entry["kind"] == "key.made":
                key["made"] = key["made"] or entry["position"]
            else:
                key["gone"] = min(key["gone"], entry["position"])
    return keys


def vouching(keys: dict[str, Json], name: str) -> list[str]:
    """Return that key and all before it, each of which signed the next one's public line."""
    found = [name]
    while keys.get(name, {}).get("endorsement") and keys[name]["former"] not in found:
        key = keys[name]
        line = (key["public_key"] + "\n").encode()
        try:
            signer = signed_by(line, key["endorsement"].encode(), "needlelog-key@1")
        except Bad:
            signer = ""
        if signer != key["former"]:
            break
        name = key["former"]
        found.append(name)
    return found


class Bundle:
    """What is in the zip, once it is known to be what was signed."""

    def __init__(self, data: bytes) -> None:
        self.members = read_zip(data)
        signed = self.read("files.json")
        self.signer = signed_by(signed, self.read("files.json.sig"), "needlelog-bundle@1")
        listed, self.told = json.loads(signed), json.loads(self.read("bundle.json"))
        forms = listed["format"], self.told["format"]
        need(forms == ("needlelog-bundle@1",) * 2, f"its form is {forms[0]}")
        check_list(self.members, listed)
        self.session, self.revisions = self.told["session"], len(self.told["seals"])
        self.head: Json = json.loads(self.read("head.json"))
        self.entries = read_entries(self.lines("entries.jsonl"))
        self.keys = read_keys(self.entries.values())
        self.manifest: Json = {}
        names = [
            f"manifest-{n + 1}.json{end}" for n in range(self.revisions) for end in ("", ".sig")
        ]
        samples = json.loads(self.read(names[-2]))["samples"]["file"]
        names = [*FILES, *([samples] if samples else []), *names, *MORE_FILES]
        later = LATER_FILES if LATER_FILES[0] in self.members else []
        self.later: Json = json.loads(self.read(LATER_FILES[0])) if later else {}
        names += [*later, "allowed_signers"]
        need(names == list(self.members)[:-2], "it has other files than a bundle")
        need(listed["session"] == self.session, "files.json is of another session")

    def read(self, name: str) -> bytes:
        need(name in self.members, f"{name} is not there")
        return b"".join(unpacked(name, self.members[name]))

    def lines(self, name: str) -> Iterator[str]:
        """Yield the lines of a file; it is unpacked bit by bit."""
        rest = b""
        for piece in unpacked(name, self.members[name]):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield line.decode() + "\n"
        if rest:
            yield rest.decode()

    def check_key(self, name: str, position: int) -> None:
        key = self.keys.get(name, {"made": 1 << 64, "gone": 0})
        need(key["made"] <= position <= key["gone"], f"key {name} did not sign at {position}")

    def after(self, position: int) -> int:
        """Return the next position; beyond a hole or the end of a file where one is told."""
        if position + 1 in self.entries:
            return position + 1
        later = next((one for one in self.entries if one > position), 0)
        jumps = later and ("chain_hash" in self.entries[later] or self.opens(later))
        return later if jumps else position + 1

    def opens(self, position: int) -> bool:
        return bool(self.entries[position]["kind"] == "journal.opened")


# The chain, and the tree of seals.


def read_entries(lines: Iterable[str]) -> dict[int, Json]:
    """Return the entries by position, each with its chain hash and the start of its run."""
    entries: dict[int, Json] = {}
    last: Json = {"position": -1}
    for line in lines:
        entry = json.loads(line)
        position, digest = entry["position"], bytes.fromhex(entry["payload_sha256"])
        need(position > last["position"], f"entry {position} is out of order")
        entry["whole"] = "payload" in entry
        if entry.get("payload") is not None:
            entry["payload"] = base64.b64decode(entry["payload"], validate=True)
            need(sha256(entry["payload"]) == digest, f"entry {position} is not what was hashed")
        header = struct.pack("<Qq", position, entry["time_unix_ns"])
        for text in (entry["kind"], entry["stream"], entry["actor"]):
            header += struct.pack("<H", len(text.encode())) + text.encode()
        follows = "previous" not in entry and "chain_hash" not in entry
        need(not follows or position == last["position"] + 1, f"entry {position} follows nothing")
        entry["run"] = last["run"] if follows else position
        previous = last["chain"] if follows else bytes.fromhex(entry.get("previous", ""))
        entry["chain"] = sha256(previous + header + digest)
        if "chain_hash" in entry:
            entry["chain"] = bytes.fromhex(entry["chain_hash"])
        entries[position] = last = entry
    return entries


def root_of(leaf: bytes, index: int, size: int, proof: list[str]) -> bytes:
    """Return the root to which an inclusion proof leads (RFC 9162, 2.1.3.2)."""
    need(0 <= index < size, "a seal's number is not in the tree")
    node, last = index, size - 1
    for step in map(bytes.fromhex, proof):
        need(last, "a proof is too long")
        if node & 1 or node == last:
            leaf = sha256(b"\1" + step + leaf)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = sha256(b"\1" + leaf + step)
        node, last = node >> 1, last >> 1
    need(last == 0, "a proof is too short")
    return leaf


def roots_of(first: int, second: int, root: bytes, proof: list[str]) -> tuple[bytes, bytes]:
    """Return both roots to which a consistency proof leads (RFC 9162, 2.1.4.2)."""
    need(0 < first < second, "a consistency proof between sizes that need none")
    steps = [bytes.fromhex(step) for step in proof]
    # A first tree that is one full subtree is not told again.
    steps = steps if first & (first - 1) else [root, *steps]
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    need(steps, "a proof is too short")
    old = new = steps[0]
    for step in steps[1:]:
        need(last, "a proof is too long")
        if node & 1 or node == last:
            old, new = sha256(b"\1" + step + old), sha256(b"\1" + step + new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = sha256(b"\1" + new + step)
        node, last = node >> 1, last >> 1
    need(last == 0, "a proof is too short")
    return old, new


def check_later(bundle: "Bundle", trusted: list[str]) -> None:
    """Return if the later head, where there is one, goes on from the head's tree."""
    head, later, proof = bundle.head, bundle.later, bundle.told.get("consistency", [])
    if not later:
        need(not proof, "a later head is proven, and is not there")
        return
    signed = bundle.read("later.json")
    again = json.dumps(later, sort_keys=True, separators=(",", ":")).encode()
    signer = signed_by(signed, bundle.read("later.json.sig"), "needlelog-head@1")
    need(again == signed and signer == later["key"], "the later head is not signed by its key")
    need(signer in trusted, "the later head's key does not vouch for the list's")
    same = later["journal"] == head["journal"] and later["position"] > head["position"]
    need(same, "later.json is no later head of the same journal")
    sizes = head["tree_size"], later["tree_size"]
    roots = bytes.fromhex(head["tree_root"]), bytes.fromhex(later["tree_root"])
    if sizes[0] == sizes[1]:
        need(not proof and roots[0] == roots[1], "two trees of one size")
    else:
        same = roots_of(*sizes, roots[0], proof) == roots
        need(same, "the later head's tree does not begin with that of the head")


def check_same_tree(bundle: "Bundle", told: Json) -> None:
    """Return if a head from beyond the entries here is over a tree that is proven."""
    known = [one for one in (bundle.head, bundle.later) if one]
    kept = told["journal"], told["tree_size"]
    same = [one for one in known if (one["journal"], one["tree_size"]) == kept]
    sizes = [one["tree_size"] for one in known]
    need(same, f"your head is over {kept[1]} seals of journal {kept[0]}, where this bundle does "
               f"not reach: it has heads over {sizes} of {bundle.head['journal']}")  # fmt: skip
    for one in same:
        need(one["tree_root"] == told["tree_root"], "your head names another tree of seals")
        other = one["position"] == told["position"] and one["chain_hash"] != told["chain_hash"]
        need(not other, "the chain does not have your head")


def check_seals(bundle: "Bundle") -> None:
    """Return if every revision is sealed in the chain and the newest stands in the head's tree."""
    former, head = "", bundle.head
    made = [one for one in bundle.entries.values() if one["kind"] == "seal.made" and one["whole"]]
    need(len(made) == len(bundle.told["seals"]), "bundle.json tells of other seals")
    for revision, (entry, place) in enumerate(zip(made, bundle.told["seals"], strict=True), 1):
        told, name = json.loads(entry["payload"]), f"manifest-{revision}.json"
        manifest = bundle.read(name)
        same = (told["subject"], told["name"]) == ("session", bundle.session)
        same = same and told["revision"] == place["revision"] == revision
        same = (
            same
            and place["position"] == entry["position"]
            and told.get("former_sha256", "") == former
        )
        need(same, f"the seal at {entry['position']} is not revision {revision} of the session")
        former = sha256(manifest).hex()
        need(told["manifest_sha256"] == former, f"{name} is not the one that was sealed")
        bundle.check_key(
            signed_by(manifest, bundle.read(name + ".sig"), "needlelog-manifest@1"),
            entry["position"],
        )
        leaf = sha256(b"\0" + manifest)
        need(told["leaf_hash"] == leaf.hex(), f"{name} is not the leaf that was told")
        if place["index"] is not None:
            root = root_of(leaf, place["index"], head["tree_size"], place["proof"])
            need(root.hex() == head["tree_root"], f"{name} is not in the head's tree")
    in_run = made[-1]["run"] == bundle.entries[head["position"]]["run"]
    covered = in_run and made[-1]["position"] <= head["position"]
    need(covered and place["index"] is not None, "the head does not cover the newest seal")


def check_manifest(bundle: "Bundle") -> list[Json]:
    """Return the session's blocks; Bad unless every entry is the one that was sealed."""
    manifests = [json.loads(bundle.read(f"manifest-{n + 1}.json")) for n in range(bundle.revisions)]
    newest = bundle.manifest = manifests[-1]
    samples = newest["samples"]
    need(newest["name"] == bundle.session == newest["session"]["id"], "it is another session's")
    for name, told in newest["files"].items():
        found = bundle.read(name)
        need(
            (sha256(found).hex(), len(found)) == (told["sha256"], told["bytes"]),
            f"{name} is another",
        )
    digest, blocks = hashlib.sha256(), []
    for number, manifest in enumerate(manifests, 1):
        for position, kind, chain_hash in manifest["entries"]:
            if kind == "samples" and number != samples["revision"]:
                continue
            entry = bundle.entries.get(position)
            same = (
                entry
                and entry["whole"]
                and (entry["kind"], entry["chain"].hex()) == (kind, chain_hash)
            )
            need(same, f"entry {position} is not the one that was sealed")
            if entry and kind == "samples":
                blocks.append(entry)
                digest.update(struct.pack("<Q", position) + entry["chain"])
    need(digest.hexdigest() == samples["digest"], "the blocks are not those that were sealed")
    sealed = {entry["position"] for entry in blocks}
    for first, last in samples["ranges"]:
        position = first
        while position <= last:
            entry = bundle.entries.get(position)
            need(entry, f"entry {position} within the session is not here")
            own = entry and (entry["kind"], entry["stream"]) == ("samples", newest["pen"])
            need(not own or position in sealed, f"block {position} of the session is not sealed")
            position = bundle.after(position)
    return blocks


def check_restated(bundle: "Bundle", blocks: list[Json]) -> None:
    """Return if a session that was told over again is the one that was sealed since."""
    session, told, changed = bundle.manifest["session"], {}, False
    for entry in bundle.entries.values():
        if entry["kind"] == "session.restated" and entry.get("payload") is not None:
            told, changed = json.loads(entry["payload"])["document"], False
            same = (told["id"], told["pen"]) == (session["id"], session["pen"])
            need(same, "another session is told over again")
        elif entry["whole"]:
            changed = changed or entry["kind"] in CHANGING
    if not told or changed:
        return
    same = told["segments"] == session["segments"]
    need(same, "the sealed session is not the one that was told over again")
    holes = any("chain_hash" in entry for entry in bundle.entries.values())
    if holes or len(bundle.manifest["journals"]) > 1 or any(b["payload"] is None for b in blocks):
        return
    counts = {"0": 0, "1": 0}
    for block in blocks:
        rows = msgpack(block["payload"], 0)[0][9]
        counts[place_at(told, block["position"])[-1]] += rows
    same = counts == {"0": told["totals"]["samples_received"], "1": told["samples_paused"]}
    need(same, "the session was told over again with other samples than it has")


# Samples. A small decoder of msgpack reads the blocks; docs/journal.md of needlelog has the form.


def msgpack(data: bytes, at: int) -> tuple[Any, int]:
    """Return the value at ``at`` and where the next one begins."""
    tag, at = data[at], at + 1
    if tag < 0x80 or tag >= 0xE0:
        return (tag if tag < 0x80 else tag - 256), at
    if tag in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[tag], at
    if 0xCC <= tag <= 0xD3:
        size = 1 << (tag - 0xCC) % 4
        return int.from_bytes(data[at : at + size], "big", signed=tag >= 0xD0), at + size
    size, width = tag & (0x0F if tag < 0xA0 else 0x1F), 0
    if tag in (0xC4, 0xC5, 0xC6, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD):
        width = {0xC4: 1, 0xD9: 1, 0xC5: 2, 0xDA: 2, 0xDC: 2}.get(tag, 4)
        size, at = int.from_bytes(data[at : at + width], "big"), at + width
    if tag in (0xDC, 0xDD) or 0x90 <= tag < 0xA0:
        items = []
        for _ in range(size):
            item, at = msgpack(data, at)
            items.append(item)
        return items, at
    need(width or 0xA0 <= tag < 0xC0, "this is no block of samples")
    piece = data[at : at + size]
    return (piece if tag in (0xC4, 0xC5, 0xC6) else piece.decode()), at + size


def column(told: list[Any], rows: int) -> list[Any]:
    """Return a column's numbers: [0, start, step], [1, minimum, offsets] or [2, floats]."""
    if told[0] == 2:
        return list(struct.unpack(f"<{rows}d", told[1]))
    if told[0] == 0:
        numbers = [told[1] + told[2] * row for row in range(rows)]
    else:
        width = {1: "B", 2: "H", 4: "I", 8: "Q"}[len(told[2]) // rows]
        numbers = [told[1] + offset for offset in struct.unpack(f"<{rows}{width}", told[2])]
    if max(numbers) < 1 << 63 and min(numbers) >= -(1 << 63):
        return numbers
    return [(number + (1 << 63)) % (1 << 64) - (1 << 63) for number in numbers]


def channel_texts(layout: list[Any], raw: list[Any]) -> list[str]:
    """Return the values as the CSV writes them; empty where nothing was measured."""
    _, _, numerator, addend, denominator, absent = layout
    known = {}
    for number in set(raw):
        value = float(number)
        if (numerator, addend, denominator) != (1, 0, 1):
            value = (value * numerator + addend) / denominator
        nothing = math.isnan(value) or (absent is not None and number == absent)
        known[number] = "" if nothing else repr(value + 0.0)
    return [known.get(number, "") for number in raw]


def place_at(session: Json, position: int) -> list[str]:
    """Return side, zone and whether the session was paused, as the CSV writes them."""

    def lies_in(what: str) -> Json:
        for one in session["interruptions"]:
            end = one["to_position"]
            if one["what"] == what and one["from_position"] < position < (end or 1 << 64):
                return dict(one)
        return {}

    for segment in reversed(session["segments"]):
        if segment["from_position"] <= position <= (segment["to_position"] or 1 << 64):
            lapse = lies_in("lapsed")
            need(
                segment.get("assigned") or not lapse or lapse["adopted"],
                f"{position} lies in a lapse",
            )
            if not segment.get("assigned") and not lapse and lies_in("paused"):
                return ["", "", "1"]
            return [segment["side"], segment["zone"], "0"]
    raise Bad(f"block {position} lies in no segment")


def flag_texts(status: int, known: int) -> list[str]:
    return [str(int(status & bit > 0)) if known & bit else "" for bit in FLAGS.values()]


def second_text(second: int) -> str:
    return datetime.datetime.fromtimestamp(second, datetime.UTC).isoformat()[:19]


def expected_rows(bundle: "Bundle", blocks: list[Json]) -> Iterator[list[list[str]]]:
    """Yield what the CSV must say of each sample, local and corrected times left out."""
    second, utc = None, ""
    for entry in blocks:
        if entry["payload"] is None:
            continue
        block, end = msgpack(entry["payload"], 0)
        need(block[0] == 1 and end == len(entry["payload"]), "this is no block of samples")
        _, pen, boot, simulated, _, anchor, host, _, known, rows, layouts, columns = block
        sequence, device_us, status, *raw = (column(one, rows) for one in columns)
        texts = {lay[0]: channel_texts(lay, one) for lay, one in zip(layouts, raw, strict=True)}
        channels = list(zip(*(texts.get(name) or [""] * rows for name in CHANNELS), strict=True))
        flags = {bits: flag_texts(bits, known) for bits in set(status)}
        place = place_at(bundle.manifest["session"], entry["position"])
        common = [pen, str(int(simulated)), bundle.session, *place]
        common += [str(entry["position"]), "" if boot is None else str(boot)]
        clock = [str(int(host[2])), str(anchor[0])]
        for row in range(rows):
            time_ns = (device_us[row] - anchor[2] + anchor[1]) * 1000 + anchor[0] % 1000
            if time_ns // 1_000_000_000 != second:
                second = time_ns // 1_000_000_000
                utc = second_text(second)
            numbers = [*common, str(sequence[row]), str(device_us[row])]
            numbers += [*channels[row], *flags[status[row]]]
            utc_text = f"{utc}.{time_ns % 1_000_000_000:09d}Z"
            yield [[utc_text], [str(time_ns), *clock], numbers]


def check_csv(bundle: "Bundle", blocks: list[Json]) -> int:
    """Return how many samples the CSV has; Bad unless they are those of the blocks."""
    rows = csv.reader(bundle.lines("samples.csv"), strict=True)
    need(next(rows) == COLUMNS, "samples.csv has other columns")
    count, second, offset = 0, "", 0
    wrong: tuple[str, object, str] = ("", "", "")
    for expected in expected_rows(bundle, blocks):
        row = next(rows, [])
        count += 1
        same = [row[:1], row[2:5], row[8:]] == expected
        need(same, f"row {count} of samples.csv is not what the journal tells")
        if row[1][:19] + row[1][29:] != second:
            second = row[1][:19] + row[1][29:]
            local = datetime.datetime.fromisoformat(second)
            need(local.tzinfo and local.isoformat() == second, f"local time of row {count}")
            offset = int(local.timestamp())
        time_ns = int(row[2])
        told = f".{time_ns % 1_000_000_000:09d}"
        need(
            offset == time_ns // 1_000_000_000 and row[1][19:29] == told,
            f"local time of row {count}",
        )
        corrected = int(row[6] or 0)
        text = f"{second_text(corrected // 10**9)}.{corrected % 10**9:09d}Z" if row[6] else ""
        need(row[5] == text and bool(row[6]) == bool(row[7]), f"corrected time of row {count}")
        # One clock timed all samples of a block.
        former, wrong = wrong, (row[14], row[6] and corrected - time_ns, row[7])
        need(wrong == former or wrong[0] != former[0], f"corrected time of row {count}")
    need(next(rows, None) is None, "samples.csv has more rows than the journal has samples")
    return count


def check_head(bundle: Bundle) -> list[str]:
    """Return the keys that vouch for the signer of the list, itself first."""
    head, signed = bundle.head, bundle.read("head.json")
    again = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
    signer = signed_by(signed, bundle.read("head.json.sig"), "needlelog-head@1")
    need(again == signed and signer == head["key"], "the head is not signed by the key it names")
    bundle.check_key(signer, head["position"])
    at = bundle.entries.get(head["position"], {"chain": b""})
    need(at["chain"].hex() == head["chain_hash"], "the chain does not lead to the head")
    lines = "".join(f"needlelog {key['public_key']}\n" for key in bundle.keys.values())
    need(bundle.read("allowed_signers") == lines.encode(), "allowed_signers names other keys")
    need(bundle.signer in bundle.keys, "the list is signed by a key that no entry names")
    trusted = vouching(bundle.keys, bundle.signer)
    vouches = signer in trusted or bundle.keys[signer]["gone"] < 1 << 64
    need(vouches, "the head's key does not vouch for the one that signed the list")
    return trusted


def check_outside(bundle: Bundle, trusted: list[str], head: str, key: str) -> list[str]:
    """Return by what of that which was given the origin is proven; Bad if it does not fit."""
    proven = []
    if key:
        need(key in trusted, f"it is not signed by {key}, nor by a key that this one vouches for")
        proven.append("the key's fingerprint")
    if head and Path(head).exists():
        told = json.loads(Path(head).read_bytes())
        told = json.loads(told["signed"]) if "signed" in told else told
        at = bundle.entries.get(told["position"])
        if at is None:
            check_same_tree(bundle, told)
        else:
            need(at["chain"].hex() == told["chain_hash"], "the chain does not have your head")
        need(told["key"] in trusted, "your head's key does not vouch for this bundle's")
        same = (
            told["position"] != bundle.head["position"]
            or told["tree_root"] == bundle.head["tree_root"]
        )
        need(same, "your head names another tree of seals")
        proven.append("the head")
    elif head:
        need(len(head) == 64, f"{head} is neither a file nor a hash of 64 hex digits")
        found = [one for one in bundle.entries.values() if one["chain"].hex() == head.lower()]
        later = bundle.later.get("chain_hash") == head.lower()
        need(found or not later, "that is the later head's hash: give that head as a file")
        need(found, "no entry has the hash that you gave, or this bundle does not reach so far")
        need(vouched_at(bundle, found[0]), "your head covers neither the newest seal nor the key")
        need(bundle.head["key"] in trusted, "the head's key does not vouch for the list's")
        proven.append("the head")
    return proven


def vouched_at(bundle: Bundle, at: Json) -> bool:
    """Return whether the chain up to ``at`` holds the newest seal and names the head's key."""
    before = [one for one in bundle.entries.values() if one["run"] == at["run"]]
    before = [one for one in before if one["position"] <= at["position"]]
    seals = [one["position"] for one in before if one["kind"] == "seal.made"]
    names = [
        json.loads(one["payload"]).get("key" if one["kind"] == "head.signed" else "fingerprint")
        for one in before
        if one["kind"] in ("head.signed", "key.made") and one["payload"] is not None
    ]
    return bundle.told["seals"][-1]["position"] in seals and bundle.head["key"] in names


def check(arguments: argparse.Namespace, data: bytes) -> list[str]:
    """Return what is to be said of a bundle in which nothing is wrong."""
    bundle = Bundle(data)
    trusted = check_head(bundle)
    check_later(bundle, trusted)
    check_seals(bundle)
    blocks = check_manifest(bundle)
    check_restated(bundle, blocks)
    samples = check_csv(bundle, blocks)
    proven = check_outside(bundle, trusted, arguments.head, arguments.key_fingerprint)
    head, entries = bundle.head, bundle.entries.values()
    gone = [one["position"] for one in entries if one["whole"] and one["payload"] is None]
    after = [one["position"] for one in entries if one["position"] > head["position"]]
    holes = [one["position"] for one in entries if "chain_hash" in one]
    said = [f"session {bundle.session}: {len(entries)} entries, {samples} samples, "
            f"{bundle.revisions} manifests"]  # fmt: skip
    said += [f"head: position {head['position']}, {head['chain_hash']}", f"key: {bundle.signer}"]
    said += [f"ERASED: the payloads of {len(gone)} entries, the first {gone[0]}"] if gone else []
    if head["key"] not in trusted:
        said.append(f"DOUBTED: the head is signed by {head['key']}, which signs no more")
    said += [f"NOT COVERED by the head: entries {', '.join(map(str, after))}"] if after else []
    said += [f"NOT PROVEN, after a hole in the journal: {holes}"] if holes else []
    if not proven:
        return [*said, "CONSISTENT, ORIGIN NOT PROVEN: no head and no fingerprint was given"]
    return [*said, "GOOD: proven by " + " and ".join(proven)]


def main(argv: list[str] | None = None) -> int:
    """Check what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(description="Check an evidence bundle of needlelog.")
    parser.add_argument("bundle")
    parser.add_argument("--head", default="", metavar="FILE|HEX")
    parser.add_argument("--key-fingerprint", default="", metavar="SHA256:...")
    arguments = parser.parse_args(argv)
    try:
        data = Path(arguments.bundle).read_bytes()
        said, code = check(arguments, data), 0
    except OSError as error:
        said, code = [f"cannot be checked: {error}"], 2
    except Bad as error:
        said, code = [f"BAD: {error}"], 1
    except (ArithmeticError, LookupError, TypeError, ValueError, struct.error, zlib.error,
            AttributeError, RecursionError, StopIteration, csv.Error) as error:  # fmt: skip
        said, code = [f"BAD: it is not in the form of a bundle: {error!r}"], 1
    sys.stdout.write("\n".join(said) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
