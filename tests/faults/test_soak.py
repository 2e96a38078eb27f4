"""The soak in its short form: twelve seconds with a fault every one and a half."""

import pytest

from tests.faults.soak import Length, Soaked, soak


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> Soaked:
    length = Length(whole_s=12.0, fault_every_s=1.5, fault_s=0.7, look_every_s=0.5)
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
