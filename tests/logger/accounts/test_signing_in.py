"""Who signs in, who does not, and how long a wrong password keeps waiting."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from logger.accounts import Account
from logger.accounts.passwords import HashCost
from logger.accounts.throttle import FREE_FAILURES, MOST_FAILURES, wait_after_s
from logger.errors import CommandRefused
from tests.support.accounts import PASSWORD, Accounts

WRONG = "some other words"
REFUSED = "account or password is wrong"


def _fail(accounts: Accounts, times: int, account: str = "boss") -> None:
    for _ in range(times):
        with pytest.raises(CommandRefused, match=REFUSED):
            accounts.sign_in(account, WRONG)


def _refusal(accounts: Accounts, account: str = "boss", password: str = WRONG) -> str:
    with pytest.raises(CommandRefused) as refused:
        accounts.sign_in(account, password)
    return str(refused.value)


def test_the_password_opens_the_account(accounts: Accounts) -> None:
    assert accounts.sign_in("boss") == Account(id="boss", name="Boss", role="administrator")


def test_wrong_unknown_and_closed_are_answered_alike(accounts: Accounts) -> None:
    accounts.add("dr-7", by="boss")
    accounts.close("dr-7", by="boss")
    answers = {
        _refusal(accounts, "boss", WRONG),
        _refusal(accounts, "dr-7", PASSWORD),
        _refusal(accounts, "nobody", PASSWORD),
        _refusal(accounts, "Not An Id\n", PASSWORD),
    }
    assert answers == {f"{REFUSED}. Try again"}


def test_an_unknown_account_costs_a_guesser_one_hash_too(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(
        "logger.accounts.signing_in.hash_password", lambda password, _: made.append(password)
    )
    _refusal(accounts, "nobody", WRONG)
    assert made == [WRONG]


def test_a_few_wrong_passwords_cost_no_time(accounts: Accounts) -> None:
    _fail(accounts, FREE_FAILURES)
    assert accounts.sign_in("boss").id == "boss"


@pytest.mark.parametrize("account", ["boss", "nobody"])
def test_more_of_them_make_even_the_right_one_wait(accounts: Accounts, account: str) -> None:
    _fail(accounts, FREE_FAILURES + 1, account)
    assert "Try again in 5 s" in _refusal(accounts, account, PASSWORD)


def test_who_has_waited_may_try_again(accounts: Accounts) -> None:
    _fail(accounts, FREE_FAILURES + 1)
    accounts.later(5)
    assert accounts.sign_in("boss").id == "boss"


def test_an_attempt_within_the_wait_makes_it_no_longer(accounts: Accounts) -> None:
    _fail(accounts, FREE_FAILURES + 1)
    accounts.later(3)
    assert "in 2 s" in _refusal(accounts)
    accounts.later(2)
    assert accounts.sign_in("boss").id == "boss"


def test_the_right_password_forgives_the_wrong_ones(accounts: Accounts) -> None:
    _fail(accounts, FREE_FAILURES)
    accounts.sign_in("boss")
    _fail(accounts, FREE_FAILURES)
    assert accounts.sign_in("boss").id == "boss"


def test_attempts_at_once_are_counted_one_by_one(accounts: Accounts) -> None:
    def attempt(_: int) -> bool:
        with pytest.raises(CommandRefused) as refused:
            accounts.sign_in("boss", WRONG)
        return REFUSED in str(refused.value)

    with ThreadPoolExecutor(8) as threads:
        tried = list(threads.map(attempt, range(16)))
    assert sum(tried) == FREE_FAILURES + 1


def test_one_account_does_not_wait_for_another(accounts: Accounts) -> None:
    _fail(accounts, FREE_FAILURES + 1, "nobody")
    assert accounts.sign_in("boss").id == "boss"


def test_a_clock_that_is_set_back_makes_nobody_wait_longer(accounts: Accounts) -> None:
    _fail(accounts, FREE_FAILURES + 1)
    accounts.later(-86_400)
    assert "in 5 s" in _refusal(accounts)
    accounts.later(5)
    assert accounts.sign_in("boss").id == "boss"


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_after_s(failures) for failures in range(FREE_FAILURES, FREE_FAILURES + 11)]
    assert waits == [0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_after_a_hundred_wrong_ones_only_a_new_password_helps(accounts: Accounts) -> None:
    for _ in range(MOST_FAILURES):
        _fail(accounts, 1)
        accounts.later(900)
    assert "Have an administrator set a new one" in _refusal(accounts, "boss", PASSWORD)
    accounts.set_password("boss", "a new one it is")
    assert accounts.sign_in("boss", "a new one it is").id == "boss"


def test_a_hash_of_a_former_cost_is_made_anew_at_the_next_sign_in(accounts: Accounts) -> None:
    before = accounts.hash_of("boss")
    accounts.sign_in("boss", cost=HashCost(passes=2, memory_kib=64, lanes=1))
    after = accounts.hash_of("boss")
    assert before is not None
    assert after is not None
    assert ("t=1" in before, "t=2" in after) == (True, True)
    assert accounts.sign_in("boss", cost=HashCost(passes=2, memory_kib=64, lanes=1))
