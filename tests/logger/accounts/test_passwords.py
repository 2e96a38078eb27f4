"""Which passwords are taken, and that one is kept as nothing but its hash."""

import pytest

from logger.accounts.passwords import (
    HashCost,
    check_password,
    hash_password,
    is_outdated,
    is_password,
)
from logger.errors import CommandRefused
from tests.support.accounts import CHEAP


@pytest.mark.parametrize(
    "password",
    ["kettle ice", "zq8!vw0p", "ключ от двери", "12 drops of oil", "a" * 100 + "b", " lead blank "],
)
def test_any_characters_make_a_password(password: str) -> None:
    check_password(password, "dr-7", "Ann Bo")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kettle7", "the password has 7 character(s)"),
        ("", "the password has 0 character(s)"),
        ("k" * 200 + "i" * 57, "the password has 257 characters"),
        ("password", "among the first"),
        ("Password123", "among the first"),
        ("needlelog", "among the first"),
        ("zzzzzzzzzz", "among the first"),
        ("practice-nurse", "among the first"),
        ("Maria Lopez", "among the first"),
        ("marialopez", "among the first"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str, why: str) -> None:
    with pytest.raises(CommandRefused, match=why.replace("(", r"\(").replace(")", r"\)")):
        check_password(password, "practice-nurse", "Maria Lopez")


def test_a_hash_is_argon2id_with_its_cost_and_salt() -> None:
    first, second = hash_password("kettle ice", CHEAP), hash_password("kettle ice", CHEAP)
    assert first.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert first != second


def test_only_the_password_matches_its_hash() -> None:
    stored = hash_password("kettle ice", CHEAP)
    assert is_password("kettle ice", stored, CHEAP)
    assert not is_password("kettle icE", stored, CHEAP)


def test_letters_that_keyboards_compose_differently_are_the_same() -> None:
    stored = hash_password("caf\u00e9 au lait", CHEAP)
    assert is_password("cafe\u0301 au lait", stored, CHEAP)


@pytest.mark.parametrize("stored", ["", "$argon2id$", "plain text", "$2b$12$abcdefghijklmnopqrst"])
def test_a_damaged_hash_is_told_and_is_no_wrong_password(stored: str) -> None:
    with pytest.raises(CommandRefused, match="the password cannot be checked"):
        is_password("kettle ice", stored, CHEAP)


def test_bytes_that_are_no_text_are_a_password_like_another() -> None:
    odd = b"kettle \xff ice".decode("utf-8", "surrogateescape")
    assert is_password(odd, hash_password(odd, CHEAP), CHEAP)


def test_a_hash_of_another_cost_is_outdated() -> None:
    stored = hash_password("kettle ice", CHEAP)
    assert not is_outdated(stored, CHEAP)
    assert is_outdated(stored, HashCost(passes=2, memory_kib=64, lanes=1))
