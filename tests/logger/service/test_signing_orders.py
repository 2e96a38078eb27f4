"""Orders about keys and heads, carried out by a recorder that commits all the while."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from logger.archive import keys
from logger.archive.keys import InstallationKey
from logger.archive.signing import head_now
from logger.errors import CommandRefused
from logger.journal.verify import verify
from logger.service.signing_orders import SigningOrders
from tests.support.committing import Room, note

Handle = Callable[[str, dict[str, Any]], Any]


@pytest.fixture
async def room(tmp_path: Any) -> AsyncIterator[Room]:
    room = Room(tmp_path)
    async with room.running():
        yield room
    room.committer.close()
    room.journal.close()


@pytest.fixture
def order(room: Room) -> Handle:
    orders = SigningOrders(room.committer, room.data_dir)
    return lambda name, arguments: orders.handle(name, arguments, "uid:7")


def make(key: InstallationKey) -> dict[str, Any]:
    return {"fingerprint": key.fingerprint, "public_key": key.public_line}


async def test_a_key_becomes_true_by_an_entry_of_whoever_told_it(room: Room, order: Handle) -> None:
    key = keys.load_or_make(room.data_dir)
    answer = await order("key.make", make(key))
    entry = room.told[-1]
    assert answer == {"done": ["key.made"], "position": entry.position}
    assert (entry.kind, entry.actor, entry.stream) == ("key.made", "uid:7", "")


async def test_what_is_true_already_appends_nothing(room: Room, order: Handle) -> None:
    key = keys.load_or_make(room.data_dir)
    await order("key.make", make(key))
    assert await order("key.make", make(key)) == {"done": [], "position": None}


async def test_two_at_once_never_make_two_first_keys(room: Room, order: Handle) -> None:
    asked = [order("key.make", make(InstallationKey.generate())) for _ in range(5)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, dict) for one in answers) == 1
    assert sum(isinstance(one, CommandRefused) for one in answers) == 4
    assert [one.kind for one in room.told if one.kind == "key.made"] == ["key.made"]


async def test_a_head_is_appended_while_the_pens_go_on(room: Room, order: Handle) -> None:
    key = keys.load_or_make(room.data_dir)
    await order("key.make", make(key))
    with room.stored() as reader:
        head = head_now(key, reader, 1)
    room.said.append(note("meanwhile"))
    await order("head.sign", msgspec.to_builtins(head))
    assert [entry.kind for entry in room.told if entry.kind != "session.note"][-1] == "head.signed"
    with room.stored() as reader:
        assert reader.last_of("head.signed", "") is not None
    assert verify(room.data_dir).problem == ""


async def test_a_head_over_what_the_journal_does_not_hold_is_refused(
    room: Room, order: Handle
) -> None:
    key = keys.load_or_make(room.data_dir)
    await order("key.make", make(key))
    with room.stored() as reader:
        head = head_now(key, reader, 1)
    forged = msgspec.structs.replace(head, chain_hash="00" * 32)
    with pytest.raises(CommandRefused, match="no such entry"):
        await order("head.sign", msgspec.to_builtins(forged))
