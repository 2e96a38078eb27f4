"""The soak in its short form: half a minute with a fault every three seconds."""

import pytest

from tests.faults.soak import Length, Soaked, soak


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> Soaked:
    length = Length(whole_s=24.0, fault_every_s=3.0, fault_s=1.0, look_every_s=0.5)
    return soak(tmp_path_factory.mktemp("soak"), 7, length)


def test_faults_struck(soaked: Soaked) -> None:
    assert len(soaked.faults) >= 6


def test_every_sample_is_accounted_for(soaked: Soaked) -> None:
    for account in soaked.accounts:
        account.assert_sound()


def test_no_descriptor_is_left_open(soaked: Soaked) -> None:
    assert soaked.descriptors_after <= soaked.descriptors_before


def test_nothing_was_refused_by_the_receivers(soaked: Soaked) -> None:
    assert soaked.behind == 0
