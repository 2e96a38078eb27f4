"""A short form of the corpus of tampered bundles and journals."""

import pytest

from tests.faults.tampering import Corpus, prepare, tamper_with_bundles, tamper_with_journals


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return prepare(tmp_path_factory.mktemp("corpus"))


def test_both_verifiers_find_every_tampered_bundle(corpus: Corpus) -> None:
    assert tamper_with_bundles(corpus, 140, seed=11).total() >= 130


def test_both_verifiers_find_every_tampered_journal(corpus: Corpus) -> None:
    assert tamper_with_journals(corpus, 60, seed=11).total() == 60
