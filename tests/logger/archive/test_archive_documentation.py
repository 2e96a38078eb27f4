"""What docs/archive.md says is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from logger.archive.columns import common_columns
from logger.archive.manifest import Manifest
from tests.support.archived import archive
from tests.support.recorded import Recorded
from tests.support.stories import SESSION, Story, sample_block

_TEXT = Path(__file__).parents[3].joinpath("docs", "archive.md").read_text("utf-8")


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    story = Story()
    story.started()
    story.samples(sample_block(20))
    story.stopped()
    Recorded(tmp_path).tell(story)
    archive(tmp_path)
    return tmp_path / "archive" / "sessions" / SESSION


def test_the_documented_way_to_read_a_file_works(sealed: Path) -> None:
    found = re.search(r"```python\n(.*?)```", _TEXT, re.DOTALL)
    assert found
    program = found[1] + "print(rate_hz[0])\n"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=sealed, capture_output=True, text=True, check=True
    )
    place, rate = done.stdout.splitlines()
    assert place.startswith("left anterior-thigh")
    assert rate == "100.0"


@pytest.mark.parametrize("name", [*Manifest.__struct_fields__, *common_columns()])
def test_every_field_and_column_is_documented(name: str) -> None:
    assert f"`{name}`" in _TEXT
