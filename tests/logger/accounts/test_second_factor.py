"""The second factor: RFC 6238 codes, each used once, throttled, and recovery codes."""

import base64
import secrets
from pathlib import Path

import pyotp
import pytest

from logger.accounts.accounts_file import ACCOUNTS_FILE
from logger.accounts.book import AccountBook
from logger.accounts.locks import FOR_GOOD, forgive, read_locks
from logger.accounts.model import AccountRecord
from logger.accounts.orders import SwitchSecondFactor, UnlockAccount
from logger.accounts.second_factor import keep_second_factor, recovery_codes_left, take_code
from logger.accounts.store import AccountStore, read_accounts
from logger.accounts.totp import (
    RECOVERY_CODES,
    address_of,
    make_recovery_codes,
    make_secret,
    step_of,
)
from logger.errors import CommandRefused, SignInLocked, WrongPassword
from logger.journal.reader import JournalReader
from tests.support.accounts import NOON_NS, Accounts

_SECRET = base64.b32encode(b"12345678901234567890").decode()
_STEP_NS = 30 * 1_000_000_000
CODES = make_recovery_codes(secrets.token_bytes)


def _record(accounts: Accounts, account: str = "dr-7") -> AccountRecord:
    with JournalReader(accounts.data_dir) as reader, AccountStore.open(accounts.data_dir) as store:
        record = store.catch_up(reader).find(account)
    assert record is not None
    return record


def _switch_on(accounts: Accounts, account: str = "dr-7") -> AccountRecord:
    factor = keep_second_factor(accounts.data_dir, account, _SECRET, 0, CODES)
    accounts.carry_out(SwitchSecondFactor(account=account, factor=factor, by=account))
    return _record(accounts, account)


def _code(now_ns: int) -> str:
    return pyotp.TOTP(_SECRET).at(now_ns // 1_000_000_000)


@pytest.fixture
def with_factor(accounts: Accounts) -> Accounts:
    """Accounts of whom ``dr-7`` has a second factor."""
    accounts.add("dr-7", by="boss")
    _switch_on(accounts)
    return accounts


@pytest.mark.parametrize(("second", "code"), [
    (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
    (2000000000, "279037"), (20000000000, "353130"),
])  # fmt: skip
def test_codes_are_those_of_rfc_6238_appendix_b(second: int, code: str) -> None:
    assert step_of(_SECRET, code, second * 1_000_000_000) == second // 30


@pytest.mark.parametrize(("steps_off", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(steps_off: int, taken: bool) -> None:
    code = _code(NOON_NS + steps_off * _STEP_NS)
    assert (step_of(_SECRET, code, NOON_NS) is not None) == taken


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "-12345"])
def test_what_are_not_six_digits_is_no_code(code: str) -> None:
    assert step_of(_SECRET, code, NOON_NS) is None


def test_a_code_may_be_typed_with_a_blank(with_factor: Accounts) -> None:
    code = _code(NOON_NS)
    typed = f"{code[:3]} {code[3:]}"
    assert take_code(with_factor.data_dir, _record(with_factor), typed, NOON_NS) == "code"


def test_a_code_is_taken_once(with_factor: Accounts) -> None:
    code, record = _code(NOON_NS), _record(with_factor)
    take_code(with_factor.data_dir, record, code, NOON_NS)
    with pytest.raises(WrongPassword):
        take_code(with_factor.data_dir, record, code, NOON_NS)
    with pytest.raises(WrongPassword):
        take_code(with_factor.data_dir, record, _code(NOON_NS - _STEP_NS), NOON_NS)
    later = NOON_NS + _STEP_NS
    assert take_code(with_factor.data_dir, record, _code(later), later) == "code"


def test_the_code_that_confirmed_a_factor_signs_nobody_in(accounts: Accounts) -> None:
    accounts.add("dr-7", by="boss")
    step = NOON_NS // _STEP_NS
    factor = keep_second_factor(accounts.data_dir, "dr-7", _SECRET, step, ())
    accounts.carry_out(SwitchSecondFactor(account="dr-7", factor=factor, by="dr-7"))
    with pytest.raises(WrongPassword):
        take_code(accounts.data_dir, _record(accounts), _code(NOON_NS), NOON_NS)


def test_a_recovery_code_is_taken_once_however_it_is_typed(with_factor: Accounts) -> None:
    record, typed = _record(with_factor), CODES[3].lower().replace("-", " ")
    assert take_code(with_factor.data_dir, record, typed, NOON_NS) == "recovery"
    assert recovery_codes_left(with_factor.data_dir, record) == RECOVERY_CODES - 1
    with pytest.raises(WrongPassword):
        take_code(with_factor.data_dir, record, CODES[3], NOON_NS)


def test_a_recovery_code_is_its_accounts_alone(with_factor: Accounts) -> None:
    other = keep_second_factor(with_factor.data_dir, "boss", _SECRET, 0, ())
    with_factor.carry_out(SwitchSecondFactor(account="boss", factor=other, by="boss"))
    with pytest.raises(WrongPassword):
        take_code(with_factor.data_dir, _record(with_factor, "boss"), CODES[0], NOON_NS)


def test_wrong_codes_must_wait_and_a_right_password_forgives_none(with_factor: Accounts) -> None:
    record = _record(with_factor)
    for _ in range(5):
        with_factor.sign_in("dr-7")
        with pytest.raises(WrongPassword):
            take_code(with_factor.data_dir, record, "000000", NOON_NS)
    with pytest.raises(SignInLocked) as locked:
        take_code(with_factor.data_dir, record, _code(NOON_NS), NOON_NS)
    assert locked.value.wait_s == 5
    assert read_locks(with_factor.data_dir, NOON_NS) == {"dr-7": 5}
    later = NOON_NS + 5_000_000_000
    assert take_code(with_factor.data_dir, record, _code(later), later) == "code"
    assert read_locks(with_factor.data_dir, later) == {}


def test_a_clock_set_back_makes_nobody_wait_longer(with_factor: Accounts) -> None:
    record = _record(with_factor)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            take_code(with_factor.data_dir, record, "000000", NOON_NS)
    earlier = NOON_NS - 3600 * 1_000_000_000
    with pytest.raises(SignInLocked):
        take_code(with_factor.data_dir, record, _code(earlier), earlier)
    later = earlier + 5_000_000_000
    assert take_code(with_factor.data_dir, record, _code(later), later) == "code"


def test_after_a_hundred_wrong_codes_an_administrator_must_unlock(with_factor: Accounts) -> None:
    record, now_ns = _record(with_factor), NOON_NS
    for _ in range(100):
        now_ns += 900 * 1_000_000_000
        with pytest.raises(WrongPassword):
            take_code(with_factor.data_dir, record, "000000", now_ns)
    now_ns += 900 * 1_000_000_000
    with pytest.raises(SignInLocked) as locked:
        take_code(with_factor.data_dir, record, _code(now_ns), now_ns)
    assert locked.value.wait_s is None
    assert read_locks(with_factor.data_dir, now_ns) == {"dr-7": FOR_GOOD}
    with_factor.carry_out(UnlockAccount(account="dr-7", by="boss"))
    forgive(with_factor.data_dir, "dr-7")
    assert take_code(with_factor.data_dir, _record(with_factor), _code(now_ns), now_ns) == "code"


def test_switched_off_nothing_of_it_is_left_in_the_file(with_factor: Accounts) -> None:
    file = with_factor.data_dir / ACCOUNTS_FILE
    assert _SECRET.encode() in file.read_bytes()
    with_factor.carry_out(SwitchSecondFactor(account="dr-7", by="boss"))
    record = _record(with_factor)
    assert record.second_factor == ""
    assert _SECRET.encode() not in file.read_bytes()
    assert recovery_codes_left(with_factor.data_dir, record) == 0


def test_closing_an_account_ends_its_second_factor(with_factor: Accounts) -> None:
    with_factor.close("dr-7", by="boss")
    assert _record(with_factor).second_factor == ""
    assert _SECRET.encode() not in (with_factor.data_dir / ACCOUNTS_FILE).read_bytes()


def test_neither_secret_nor_recovery_code_is_in_the_journal(with_factor: Accounts) -> None:
    files = [path for path in with_factor.data_dir.iterdir() if "journal" in path.name]
    content = b"".join(path.read_bytes() for path in files)
    assert b"second_factor" in content
    for secret in (_SECRET, *CODES):
        assert secret.encode() not in content


def test_with_the_file_lost_no_code_is_taken(with_factor: Accounts) -> None:
    record = _record(with_factor)
    (with_factor.data_dir / ACCOUNTS_FILE).unlink()
    with pytest.raises(CommandRefused, match="not kept here any more"):
        take_code(with_factor.data_dir, record, _code(NOON_NS), NOON_NS)


@pytest.mark.parametrize(("account", "factor", "by", "reason"), [
    ("boss", "f1", "dr-7", "its holder's to switch on"),
    ("boss", "f1", "", "its holder's to switch on"),
    ("dr-7", "f1", "dr-7", "is on already"),
    ("boss", "", "boss", "is off already"),
    ("boss", "", "dr-7", "is no administrator"),
    ("nobody", "", "boss", "there is no account"),
])  # fmt: skip
def test_a_switch_that_cannot_be_is_refused(
    with_factor: Accounts, account: str, factor: str, by: str, reason: str
) -> None:
    with pytest.raises(CommandRefused, match=reason):
        with_factor.carry_out(SwitchSecondFactor(account=account, factor=factor, by=by))


def test_nobody_but_an_administrator_unlocks(with_factor: Accounts) -> None:
    with pytest.raises(CommandRefused, match="no administrator"):
        with_factor.carry_out(UnlockAccount(account="boss", by="dr-7"))


def test_a_file_of_the_first_version_is_read_and_brought_up(accounts: Accounts) -> None:
    import apsw

    file = apsw.Connection(str(accounts.data_dir / ACCOUNTS_FILE))
    for table in ("second_factor", "recovery_code", "token", "token_hash"):
        file.execute(f"DROP TABLE {table}")
    file.execute("ALTER TABLE account DROP COLUMN second_factor")
    file.pragma("user_version", 1)
    file.close()
    with JournalReader(accounts.data_dir) as reader:
        assert [one.id for one in read_accounts(accounts.data_dir, reader)] == ["boss"]
    assert read_locks(accounts.data_dir, NOON_NS) == {}
    assert accounts.sign_in("boss").id == "boss"
    assert _switch_on(accounts, "boss").second_factor != ""


def test_the_same_entries_give_the_same_book(with_factor: Accounts) -> None:
    remembered = {one.id: one for one in _book(with_factor.data_dir)}
    (with_factor.data_dir / ACCOUNTS_FILE).unlink()
    assert {one.id: one for one in _book(with_factor.data_dir)} == remembered


def _book(data_dir: Path) -> AccountBook:
    with JournalReader(data_dir) as reader:
        return read_accounts(data_dir, reader)


def test_a_secret_has_160_bits_and_its_address_names_account_and_clinic() -> None:
    secret = make_secret(secrets.token_bytes)
    assert len(base64.b32decode(secret)) == 20
    address = address_of(secret, "dr-7", "clinic-1")
    assert address.startswith("otpauth://totp/needlelog%20clinic-1:dr-7?secret=")


def test_recovery_codes_differ() -> None:
    assert len(set(CODES)) == RECOVERY_CODES
    assert all(len(code.replace("-", "")) == 24 for code in CODES)
