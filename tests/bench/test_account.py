import numpy as np

from tests.bench.generator import Account, Sent

SENT = Sent(np.array([5, 6, 7, 8]), np.array([100, 200, 300, 400]))


def test_a_sample_kept_by_nobody_is_missing() -> None:
    account = Account({"SIM-1": SENT, "SIM-2": SENT}, late_ms=0.0)
    assert account.missing({"SIM-1": np.array([8, 7, 5, 5])}) == 1 + 4


def test_only_what_was_sent_in_a_window_counts() -> None:
    account = Account({"SIM-1": SENT}, late_ms=0.0).between(200, 400)
    assert account.sent["SIM-1"].sequence.tolist() == [6, 7]
    assert len(account) == 2
